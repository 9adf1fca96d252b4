"""Headlines as the present rules read them, and what they have in common: places, actors, lists, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act, Classification
from monitor.rules.gazetteer import Gazetteer, GroupSpec
from monitor.rules.matching import Case
from monitor.text.matcher import Hit
from monitor.text.reading import Sentence
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet

#: everybody who carries a gun; a rule about them is a rule about anybody
NOBODY = frozenset({"unknown-fighters"})
#: words that stand in headlines about anything
_STOP_WORDS = (
    "a about after against all amid an and are as at be been before by can could did do does during first for from had "
    "has have he her his how in into is it its last latest least local may might more most near new no not now of off "
    "on one or other out over per said say says she since so some than that the their them then there they this to two "
    "under until up us was we were what when where which while who why will with would year years day days week month "
    "today tonight night morning early late reported reportedly report reports sources official officials breaking "
    "video live update watch north south east west northern southern eastern western central north-east north-west "
    "monday tuesday wednesday thursday friday saturday sunday"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{3,}")
_SHORTEST = 4
#: terms that a rule is proposed to ask for; more of them would only describe these very headlines
MOST_TERMS = 2


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
        """It says at least in which country."""
        return any(place.country for place in self.places)

    @property
    def tags(self) -> int:
        return self.case.reading.tags

    def hits(self) -> list[Hit]:
        return [hit for sentence in self.case.reading.sentences for hit in sentence.hits]


def read_headline(item: Item, rules: RuleSet) -> Headline:
    """`item` by its title alone, as an example in a rule file is judged."""
    found, case = consider(Item(id="example", title=item.title, first_seen=item.first_seen), rules)
    return Headline(item.title, found, case, rules.attacks.acts.classify(case.reading).act)


# ------------------------------------------------------------------------------------------------ places


def common_places(headlines: Sequence[Headline]) -> list[str]:
    """Places that every headline is about, in the order of the first one."""
    named = [[place.id for place in one.places if not place.is_vague] for one in headlines]
    return [name for name in dict.fromkeys(named[0]) if all(name in others for others in named)] if named else []


def smallest_groups(headlines: Sequence[Headline], gazetteer: Gazetteer) -> list[str]:
    """The smallest group of places that holds all headlines; else the smallest of each. Empty where one is in none."""
    holding = [[g for g in gazetteer.groups.values() if _is_about(one, g)] for one in headlines]
    shared = [group for group in holding[0] if all(group in others for others in holding)] if holding else []
    if shared:
        return [min(shared, key=lambda group: _size(group, gazetteer)).id]
    if not all(holding):
        return []
    return list(dict.fromkeys(min(groups, key=lambda group: _size(group, gazetteer)).id for groups in holding))


def _is_about(headline: Headline, group: GroupSpec) -> bool:
    return any(group.holds(place.id, place.country, place.site) for place in headline.places)


def _size(group: GroupSpec, gazetteer: Gazetteer) -> int:
    return sum(group.holds(place.id, place.country, place.site) for place in gazetteer.places.values())


def groups_of_sites(unplaced: Sequence[Headline], gazetteer: Gazetteer) -> list[str]:
    """Groups that `if_unknown` needs for targets that are no bases, such as an embassy that nobody says where."""
    sites = dict.fromkeys(place.site for one in unplaced for place in one.places if place.site != "base")
    found = (next((g.id for g in gazetteer.groups.values() if site in g.sites), "") for site in sites)
    return [f"@{group}" for group in found if group]


def common_countries(headlines: Sequence[Headline]) -> list[str]:
    """Countries that all headlines name; else all that any of them names."""
    named = [dict.fromkeys(place.country for place in one.places if place.country) for one in headlines]
    shared = [code for code in named[0] if all(code in others for others in named)] if named else []
    return shared or list(dict.fromkeys(code for countries in named for code in countries))


# ------------------------------------------------------------------------------------- actors and words


def common_actors(headlines: Sequence[Headline]) -> list[str]:
    """Actors that every headline names."""
    named = [
        dict.fromkeys(name for hit in one.hits() for kind, name in hit.names if kind == "actor" and name not in NOBODY)
        for one in headlines
    ]
    return [name for name in named[0] if all(name in others for others in named)] if named else []


def common_lists(headlines: Sequence[Headline], rules: RuleSet) -> list[str]:
    """The most special of the telling lists of which a word stands in every headline."""
    shared, vocabulary = -1, rules.vocabulary
    for one in headlines:
        shared &= one.tags
    wanted = [name for name in telling_lists(rules) if vocabulary.bits[name] & shared]
    return [
        name for name in wanted
        if not any(vocabulary.closures[other] & vocabulary.bits[name] for other in wanted if other != name)
    ]  # fmt: skip


def telling_lists(rules: RuleSet) -> list[str]:
    """Kinds of weapons, and the lists that present rules ask for. The other lists are the grammar of the wordings:
    which words mean "hit" or "on" says nothing about what a rule is about."""
    vocabulary = rules.vocabulary
    weapon = vocabulary.bits_of("weapon")
    asked = {
        word[1:]
        for rule in rules.rules
        for words in (rule.what, *(rule.points.of if rule.points else ()))
        if words is not None
        for word in (*words.any, *getattr(words, "all", ()))
        if word.startswith("@")
    }
    return [
        name for name in vocabulary.list_names()
        if name in WEAPONS or name in asked or (name != "weapon" and vocabulary.closures[name] & weapon)
    ]  # fmt: skip


def common_terms(headlines: Sequence[Headline]) -> list[str]:
    """Words that no list knows and that stand in every headline, neighbours as one phrase; the longest few."""
    if len(headlines) < 2:
        return []
    shared = set.intersection(*(set(unknown_words(one)) for one in headlines))
    phrases: list[str] = []
    for word, follows in _in_order(headlines[0], shared):
        joined = f"{phrases[-1]} {word}" if phrases and follows else ""
        if joined and all(f" {joined} " in f" {_plain(one)} " for one in headlines):
            phrases[-1] = joined
        else:
            phrases.append(word)
    return sorted(dict.fromkeys(phrases), key=len, reverse=True)[:MOST_TERMS]


def _in_order(headline: Headline, shared: set[str]) -> list[tuple[str, bool]]:
    """The shared words in the order of the headline, each with whether it follows right on the shared word before."""
    words = _plain(headline).split()
    return [(word, i > 0 and words[i - 1] in shared) for i, word in enumerate(words) if word in shared]


def _plain(headline: Headline) -> str:
    return " ".join(re.findall(r"[^\W_]+", headline.text.casefold()))


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
