"""How the rules read an item, and what they would read with a word more: the one place of `learning` that knows the
insides of the topic. Pure.

A word that is tried is laid over the words that are compiled: nothing else is compiled again, so that thousands can be
tried. What is proposed in the end is tried once more on a real copy of the folder (`trials`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.model.feedback import Fact, Feedback
from monitor.model.report import INCIDENT_ACTS, Classification, ClauseReading
from monitor.rules.languages import read_by
from monitor.rules.ruleset import RuleFiles
from monitor.rules.vocabulary import Frame, Pattern
from monitor.text.languages import not_read
from monitor.text.matcher import Hit, Matcher, Term, by_position, make_term
from monitor.text.normalise import Text
from monitor.text.reading import Reader, Reading, Sentence
from monitor.topics.attacks.classifier import clauses_of, consider
from monitor.topics.attacks.lists import attack_lists, reading_words
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.proposing.headlines import STOP_WORDS

#: words for what is done to a target
_DEEDS = (
    "hit", "assails", "struck", "bare-hit", "strike-noun", "launch", "falls", "shoots-at", "under-attack", "explosion",
    "intercept", "stopped", "claim",
)  # fmt: skip
_ATTACKERS = ("foe", "weapon", "assailant", "own-drone")
_LANGUAGE = "language:"
#: before the id of the frame for which a word of the evidence speaks
_FRAME = "never: "
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _LONG = 3, 5
#: words and pairs of an item that are tried, its first ones
_WORDS, _PAIRS = 12, 6
#: one or two words that begin with a capital
_NAME = r"[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)?"


@dataclass(frozen=True, kw_only=True)
class Misread:
    """How an item is read: the sentence and the words that decided, by what, and which part is missing."""

    #: empty where none decided
    sentence: str = ""
    #: the words that decided, with what they speak for
    words: tuple[tuple[str, str], ...] = ()
    #: patterns and frames that decided, with file and line
    decided: tuple[str, ...] = ()
    #: what each clause says, where there are several
    clauses: tuple[ClauseReading, ...] = ()
    #: parts of a report of an attack that were not found
    missing: tuple[str, ...] = ()
    #: why, as `explain` says it
    why: str


@dataclass(frozen=True, kw_only=True)
class WordOf:
    """A word or two of an item that may be added to a list."""

    text: str
    #: no list, place or actor covers it
    unknown: bool
    #: it begins with a capital inside its sentence, or its sentence has none: it may be a name
    name: bool


def misread(said: Feedback, rules: RuleSet, files: RuleFiles) -> Misread:
    """How the rules read an item, for a person who says that it is wrong."""
    item = said.item
    found, case = consider(item, rules)
    missing = list(_missing(case.reading, rules)) if found.act not in INCIDENT_ACTS and not _quiet(said) else []
    if language := read_by(rules.vocabulary).unread_in(item):
        missing.append(not_read(language))
    missing += (
        line for one in said.corrections if one.fact is Fact.PLACE for line in _unnamed(one.value, case.reading, files)
    )
    span = found.deciding
    return Misread(
        sentence=getattr(item, span.field)[span.start : span.end] if span else "",
        words=tuple((word.text, word.why) for word in found.evidence),
        decided=tuple(_decided(found, case.reading, rules, files)),
        clauses=clauses if len(clauses := clauses_of(case, rules)) > 1 else (),
        missing=tuple(missing),
        why=found.reason,
    )


def _decided(found: Classification, reading: Reading, rules: RuleSet, files: RuleFiles) -> Iterator[str]:
    """The pattern and the frame, by what the classification says of them."""
    vocabulary = rules.vocabulary
    spoken = reading.tags & vocabulary.languages
    why = found.score[0].why.rpartition(" (")[0] if found.score else ""
    patterns = [
        one for one in vocabulary.patterns
        if why and one.why == why and any(not t.language or t.language & spoken for t in one.templates)
    ]  # fmt: skip
    yield from (_named("pattern", one, files) for one in patterns[:2])
    frames = {word.why.removeprefix(_FRAME) for word in found.evidence if word.why.startswith(_FRAME)}
    said = found.what.partition(": ")[2]
    silent = [one for one in vocabulary.frames if not one.language or one.language & spoken]
    silent = [one for one in silent if one.id in frames or (one.why and said.split(" (")[0] == one.why)]
    yield from (_named("frame", one, files) for one in silent[:2])


def _named(kind: str, one: Pattern | Frame, files: RuleFiles) -> str:
    for document, content in files.lists:
        if one.id in (content.patterns if kind == "pattern" else content.frames):
            where = document.path.relative_to(files.folder)
            return f"{kind} {one.id} ({where}:{document.line(f'{kind}s', one.id)}): {one.why}"
    return f"{kind} {one.id}: {one.why}"


def _missing(reading: Reading, rules: RuleSet) -> Iterator[str]:
    bits = rules.vocabulary.bits_of
    tags = reading.headline_tags | reading.lead_tags
    if not tags & bits(*_DEEDS):
        yield "no word of attack is known in headline and lead"
    if not tags & bits("target"):
        yield "no target is known in headline and lead: a base, its troops"
    if not tags & bits(*_ATTACKERS):
        yield "no attacker and no weapon is known in headline and lead"


def _quiet(said: Feedback) -> bool:
    """It is not asked for an attack."""
    acts = [one.value for one in said.corrections if one.fact is Fact.ACT]
    return said.must_alert is False or any(act not in INCIDENT_ACTS for act in acts)


def _unnamed(place_id: str, reading: Reading, files: RuleFiles) -> Iterator[str]:
    """That no name of a place stands in the item, and where its names are."""
    if any(("place", place_id) in hit.names for sentence in reading.sentences for hit in sentence.hits):
        return
    for document, content in files.places:
        for at, place in enumerate(content.places):
            if place.id == place_id:
                where = f"{document.path.relative_to(files.folder)}:{document.line('places', at)}"
                yield f"no name of {place.name} is known in it; its names stand in {where}"


# ------------------------------------------------------------------------------------------------ words of an item


def language_in(reading: Reading, rules: RuleSet) -> str | None:
    """The language of the words that were found; None for English, or where words of several stand together."""
    vocabulary = rules.vocabulary
    found = [name for name in vocabulary.names(reading.tags & vocabulary.languages) if name.startswith(_LANGUAGE)]
    if len(found) == 1:
        return found[0].removeprefix(_LANGUAGE)
    return reading.item.language if reading.item.language in [name.removeprefix(_LANGUAGE) for name in found] else None


def words_in(reading: Reading, rules: RuleSet) -> list[WordOf]:
    """Words of headline and lead that may be added to a list: first those that nothing covers, then pairs of them, then
    those that stand in some list already. They stand in a sentence with a known target, attacker or weapon. Names of
    places and actors are none, and no words that stand in headlines about anything."""
    shapes = {shape.id for shape in rules.vocabulary.shapes}
    known = rules.vocabulary.bits_of("target", "base-word", "troop-word", *_ATTACKERS)
    single: list[WordOf] = []
    pairs: list[WordOf] = []
    for sentence in reading.opening if known else ():
        if not sentence.tags & known:
            continue
        end, before = -1, None
        for start, word in _words(sentence, shapes):
            single.append(word)
            if before is not None and before.unknown and word.unknown and start == end + 1:
                text, name = f"{before.text} {word.text}", before.name or word.name
                pairs.append(WordOf(text=text, unknown=True, name=name))
            end, before = start + len(word.text), word
    unknown, others = [word for word in single if word.unknown], [word for word in single if not word.unknown]
    every = [*unknown[:_WORDS], *pairs[:_PAIRS], *others[:_WORDS]]
    return list({word.text: word for word in reversed(every)}.values())[::-1]


def _words(sentence: Sentence, shapes: set[str]) -> Iterator[tuple[int, WordOf]]:
    """The words of a sentence that are no names and no part of a longer phrase of a list, with where they stand."""
    # In Headlines Like This capitals say nothing; little words are small there too
    headline_case = not any(len(word) >= _LONG and word[0].islower() for word in sentence.words.split())
    for match in _WORD.finditer(sentence.text.words, sentence.start, sentence.end):
        over = [
            hit for hit in sentence.hits
            if hit.start < match.end() and match.start() < hit.end and hit.written not in shapes
        ]  # fmt: skip
        if (
            any(hit.names or hit.end - hit.start > len(match[0]) for hit in over)
            or len(match[0]) < _SHORTEST
            or match[0] in STOP_WORDS
        ):
            continue
        start, end = sentence.text.span(match.start(), match.end())
        written = sentence.text.original[start:end]
        capital = written[:1].isupper() and match.start() > sentence.start and not headline_case
        yield match.start(), WordOf(text=written.casefold(), unknown=not over, name=capital)


def unknown_names(reading: Reading, rules: RuleSet) -> list[tuple[str, str]]:
    """Names in headline and lead that no place has and that stand with a word for a base ("Camp Foobar"), and the code
    of the one country that is named; nothing where none is, or several."""
    bases = rules.vocabulary.bits_of("base-word", "site-word")
    hits = [hit for sentence in reading.opening for hit in sentence.hits]
    countries = dict.fromkeys(name for hit in hits for kind, name in hit.names if kind == "country")
    if len(countries) != 1:
        return []
    found = []
    for sentence in reading.opening:
        for hit in sentence.with_tags(bases):
            start, end = sentence.text.span(hit.start, hit.end)
            word = re.escape(sentence.text.original[start:end])
            for match in re.finditer(rf"\b(?:{word} {_NAME}|{_NAME} {word})\b", sentence.words):
                name = match[0].casefold()
                if not any(h.names and (h.written.casefold() in name or name in h.written.casefold()) for h in hits):
                    found.append((match[0], next(iter(countries))))
    return list(dict.fromkeys(found))


def decided_by(word: str, found: Classification, *, silences: bool) -> bool:
    """The word is among those that decided; where it `silences`, as one of a frame."""
    own = [one for one in found.evidence if word in one.text.casefold()]
    return any(one.why.startswith(_FRAME) for one in own) if silences else bool(own)


def participants(found: Classification, *, beside: str) -> int:
    """How many other words decided that mean something by themselves: who or with what, and whom."""
    return sum(bool(one.means) and beside not in one.text.casefold() for one in found.evidence)


# ------------------------------------------------------------------------------------------------ a word more


class _Laid(Matcher):
    """A matcher with a few terms laid over it; their tags may be changed between two texts."""

    def __init__(self, below: Matcher, terms: Sequence[Term]) -> None:
        self._below, self._own = below, Matcher(terms)
        self.tags = 0

    def hits(self, text: Text) -> list[Hit]:
        """The hits of both; where both find the same stretch it stands for both."""
        found = self._below.hits(text)
        for own in self._own.hits(text):
            same = next((h for h in found if (h.start, h.end) == (own.start, own.end)), None)
            if same is not None:
                same.tags |= self.tags
            else:
                found.append(replace(own, tags=self.tags))
        found.sort(key=by_position)
        return found


class WithWord:
    """The rules as they would be with a word more, in one list after another."""

    def __init__(self, rules: RuleSet, word: str, language: str | None) -> None:
        vocabulary = rules.vocabulary
        term = make_term(word, 1)
        self._laid = _Laid(rules.matcher, [term] if term else [])
        self._speaks = vocabulary.bits.get(f"{_LANGUAGE}{language}", 0) if language else 0
        self._closures = vocabulary.closures
        reader = Reader(reading_words(attack_lists(vocabulary), vocabulary), self._laid)
        self._rules = replace(rules, attacks=replace(rules.attacks, reader=reader))

    def in_list(self, name: str) -> RuleSet:
        """The rules with the word in this list; good until the next is asked for."""
        self._laid.tags = self._closures[name] | self._speaks
        return self._rules
