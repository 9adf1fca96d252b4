"""Headlines as the present rules read them: what they have in common, and what a pattern for one of them needs. Pure.

In common are places, actors, lists and words. Where no pattern reads a headline, a template is proposed: the slots that
were recognised in it, and the words that nothing knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, pairwise
from operator import and_
from typing import TypeVar

from monitor.alerts.policy import raised
from monitor.model.item import Item
from monitor.model.place import Place, region_of
from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act, Classification
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.matching import Case
from monitor.rules.placefile import GroupSpec
from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import Sentence
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet

T = TypeVar("T")

#: everybody who carries a gun; a rule about them is a rule about anybody
_ANYBODY = frozenset({"unknown-fighters"})
#: words that stand in headlines about anything; those below `_SHORTEST` are not looked at
_STOP_TEXT = (
    "about after against amid been before could does during first from have into last latest least local might more "
    "most near other over said says since some than that their them then there they this under until were what when "
    "where which while will with would year years days week month today tonight night morning early late reported "
    "reportedly report reports sources official officials breaking video live update watch north south east west "
    "northern southern eastern western central north-east north-west monday tuesday wednesday thursday friday "
    "saturday sunday"
)
STOP_WORDS = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[^\W\d_]{3,}")
_SHORTEST = 4
#: terms that a rule is proposed to ask for; more of them would only describe these very headlines
_MOST_TERMS = 2
#: slots of templates, most telling first: a word that fills several stands for the first
_SLOTS = (
    "target", "weapon", "foe", "explosion", "intercept", "stopped", "claim", "launch", "hit", "strike-noun", "harmed",
    "toward",
)  # fmt: skip
#: words between two parts that the shipped patterns bridge without `...`
_GAP = 4
_MOST_PARTS = 6


@dataclass(frozen=True, eq=False)
class Headline:
    """One headline, what the rules make of it, and the case that they were asked about."""

    text: str
    found: Classification
    case: Case
    #: what the patterns alone say, before places and dates were looked at
    read_as: Act

    @property
    def is_read(self) -> bool:
        """Some pattern tells what it reports."""
        return self.read_as is not Act.OTHER

    @property
    def places(self) -> Sequence[Place]:
        """The targets of an attack; of other reports every place that is named."""
        return self.case.targets if self.case.act in INCIDENT_ACTS else self.case.named

    @property
    def names_place(self) -> bool:
        """It says at least in which country or region."""
        return any(place.country or region_of(place.id) for place in self.places)


def read_headline(item: Item, rules: RuleSet) -> Headline:
    """`item` by its title alone, as an example in a rule file is judged."""
    found, case = consider(Item(id="example", title=item.title, first_seen=item.first_seen), rules)
    return Headline(item.title, raised(found, ()), case, rules.attacks.acts.classify(case.reading).act)


def _in_all(named: Sequence[Iterable[T]]) -> list[T]:
    """What stands in each of them, in the order of the first, once."""
    every = [dict.fromkeys(some) for some in named]
    return [one for one in every[0] if all(one in others for others in every)] if every else []


# ------------------------------------------------------------------------------------------------ places


def common_places(headlines: Sequence[Headline], gazetteer: Gazetteer) -> list[str]:
    """Places of the files that every headline is about, in the order of the first one; else regions."""
    named = [[place.id for place in one.places] for one in headlines]
    places = [name for name in _in_all(named) if name in gazetteer.places]
    return places or [region for name in _in_all(named) if (region := region_of(name)) in gazetteer.regions]


def smallest_groups(headlines: Sequence[Headline], gazetteer: Gazetteer) -> list[str]:
    """The smallest group of places that holds all headlines; else the smallest of each. Empty where one is in none."""
    size = {
        group.id: sum(group.holds(place.id, place.country, place.site) for place in gazetteer.places.values())
        for group in gazetteer.groups.values()
    }
    holding = [[group.id for group in gazetteer.groups.values() if _is_about(one, group)] for one in headlines]
    if shared := _in_all(holding):
        return [min(shared, key=lambda group: size[group])]
    smallest = [min(groups, key=lambda group: size[group]) for groups in holding if groups]
    return list(dict.fromkeys(smallest)) if all(holding) else []


def _is_about(headline: Headline, group: GroupSpec) -> bool:
    return any(group.holds(place.id, place.country, place.site) for place in headline.places)


def groups_of_sites(unplaced: Sequence[Headline], gazetteer: Gazetteer) -> list[str]:
    """Groups that `if_unknown` needs for targets that are no bases, such as an embassy that nobody says where."""
    sites = dict.fromkeys(place.site for one in unplaced for place in one.places if place.site != "base")
    holding = ([group.id for group in gazetteer.groups.values() if site in group.sites] for site in sites)
    return [f"@{groups[0]}" for groups in holding if groups]


def common_countries(headlines: Sequence[Headline]) -> list[str]:
    """Countries that all headlines name; else all that any of them names."""
    named = [[place.country for place in one.places if place.country] for one in headlines]
    return _in_all(named) or list(dict.fromkeys(chain(*named)))


# ------------------------------------------------------------------------------------- actors and words


def common_actors(headlines: Sequence[Headline]) -> list[str]:
    """Actors that every headline names."""
    hits = ([hit for sentence in one.case.reading.sentences for hit in sentence.hits] for one in headlines)
    return _in_all([
        [name for hit in some for kind, name in hit.names if kind == "actor" and name not in _ANYBODY] for some in hits
    ])  # fmt: skip


def common_lists(headlines: Sequence[Headline], rules: RuleSet) -> list[str]:
    """The most special of the telling lists of which a word stands in every headline."""
    vocabulary = rules.vocabulary
    shared = reduce(and_, (one.case.reading.tags for one in headlines))
    wanted = [name for name in _telling_lists(rules) if vocabulary.bits[name] & shared]
    return [
        name for name in wanted
        if not any(vocabulary.closures[other] & vocabulary.bits[name] for other in wanted if other != name)
    ]  # fmt: skip


def _telling_lists(rules: RuleSet) -> list[str]:
    """Kinds of weapons, and the lists that present rules ask for. The other lists are the grammar of the wordings:
    which words mean "hit" or "on" says nothing about what a rule is about."""
    vocabulary = rules.vocabulary
    weapon = vocabulary.bits_of("weapon")
    asked = {word for rule in rules.rules if (what := rule.what) is not None for word in (*what.any, *what.all)}
    return [
        name for name in vocabulary.list_names()
        if name in WEAPONS or f"@{name}" in asked or (name != "weapon" and vocabulary.closures[name] & weapon)
    ]  # fmt: skip


def common_terms(headlines: Sequence[Headline]) -> list[str]:
    """Words that no list knows and that stand in every headline, neighbours as one phrase; the longest few."""
    if len(headlines) < 2:
        return []
    shared = set.intersection(*(set(unknown_words(one)) for one in headlines))
    plain = [" ".join(re.findall(r"[^\W_]+", one.text.casefold())) for one in headlines]
    phrases: list[str] = []
    before = ""
    for word in plain[0].split():
        if word in shared:
            joined = f"{phrases[-1]} {word}" if phrases and before in shared else ""
            if joined and all(f" {joined} " in f" {text} " for text in plain):
                phrases[-1] = joined
            else:
                phrases.append(word)
        before = word
    return sorted(dict.fromkeys(phrases), key=len, reverse=True)[:_MOST_TERMS]


def unknown_words(headline: Headline) -> list[str]:
    """Words of the headline that no list, place or actor covers, in small letters; without those of any headline."""
    return [word for sentence in headline.case.reading.sentences for _, word in unknown_in(sentence)]


def unknown_in(sentence: Sentence) -> list[tuple[int, str]]:
    """Words of one sentence that nothing covers, as (offset, word as the paper wrote it, in small letters)."""
    out = []
    for match in _WORD.finditer(sentence.text.words, sentence.start, sentence.end):
        if any(hit.start < match.end() and match.start() < hit.end for hit in sentence.hits):
            continue
        start, end = sentence.text.span(match.start(), match.end())
        word = sentence.text.original[start:end].casefold()
        if len(word) >= _SHORTEST and word not in STOP_WORDS:
            out.append((match.start(), word))
    return out


# ------------------------------------------------------------------------------------- templates


@dataclass(frozen=True, kw_only=True)
class ProposedTemplate:
    """What a headline that no pattern reads would need."""

    text: str
    #: for a pattern of the act `attack`; empty where no base or troops were recognised in it
    template: str = ""
    #: words that no list knows
    unknown: tuple[str, ...] = ()
    #: the unknown word that stands where an attacker or a weapon meets the target: it may belong to the list `hit`
    verb: str = ""


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    written: str

    @property
    def is_slot(self) -> bool:
        return self.written.startswith("{")


def wording_of(headline: Headline, vocabulary: Vocabulary) -> ProposedTemplate:
    """The template that would read `headline` as an attack, as far as its words are known."""
    target = vocabulary.bits_of("target")
    sentences = headline.case.reading.sentences
    sentence = next((s for s in sentences if s.tags & target), sentences[0] if sentences else None)
    if sentence is None:
        return ProposedTemplate(text=headline.text)
    unknown = unknown_in(sentence)
    words = tuple(dict.fromkeys(word for _, word in unknown))
    parts = _around_target(_parts(sentence, unknown, vocabulary))
    if len(parts) < 2:
        return ProposedTemplate(text=headline.text, unknown=words)
    return ProposedTemplate(text=headline.text, template=_written(parts, sentence), unknown=words, verb=_verb(parts))


def _parts(sentence: Sentence, unknown: Sequence[tuple[int, str]], vocabulary: Vocabulary) -> list[_Part]:
    """Recognised slots and unknown words in the order of the sentence; of overlapping hits the most telling one."""
    ranked = sorted(
        (rank, hit.start - hit.end, hit.start, hit.end, name)
        for rank, name in enumerate(_SLOTS)
        for hit in sentence.hits
        if hit.tags & vocabulary.bits_of(name) and hit.end > hit.start
    )
    taken: list[_Part] = []
    for _, _, start, end, name in ranked:
        if all(end <= part.start or part.end <= start for part in taken):
            taken.append(_Part(start, end, f"{{{name}}}"))
    taken += [_Part(at, at + len(word), word) for at, word in unknown]
    return sorted(taken, key=lambda part: part.start)


def _around_target(parts: list[_Part]) -> list[_Part]:
    """From the first slot to the target; where nothing stands before the target, the part beside it."""
    at = next((i for i, part in enumerate(parts) if part.written == "{target}"), None)
    if at is None:
        return []
    first = next(i for i, part in enumerate(parts) if part.is_slot)
    if first < at:
        return parts[max(first, at + 1 - _MOST_PARTS) : at + 1]
    return parts[at - 1 : at + 1] if at > 0 else parts[at : at + 2]


def _written(parts: Sequence[_Part], sentence: Sentence) -> str:
    out = [parts[0].written]
    for before, part in pairwise(parts):
        if len(sentence.text.words[before.end : part.start].split()) > _GAP:
            out.append("...")
        out.append(part.written)
    return " ".join(out)


def _verb(parts: Sequence[_Part]) -> str:
    """The one unknown word between the first slot and the target."""
    inner = [part.written for part in parts[:-1] if not part.is_slot]
    return inner[0] if len(inner) == 1 and parts[0].is_slot and parts[-1].written == "{target}" else ""
