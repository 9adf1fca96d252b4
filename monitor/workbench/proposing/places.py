"""Places that headlines name and no file knows: which words name one, and the entry that would make it known. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.config.validation import values_in
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.placefile import PlaceSpec
from monitor.rules.vocabulary import Vocabulary
from monitor.text.normalise import normalise_term
from monitor.text.reading import Sentence
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.proposing.headlines import STOP_WORDS, Headline

#: words before the name of a place; an English reader of headlines needs no more of them
_BEFORE = frozenset({"at", "around", "in", "near", "of", "off", "on", "outside", "over"})
#: words with a capital at the head of a sentence that are no name before "base" or "camp"
_COUNTS = frozenset({"all", "both", "dozens", "five", "four", "new", "one", "several", "six", "three", "two"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: from so many words with a capital on, of all, capitals say nothing
_TITLE_CASE = 0.75
#: places that one rule is proposed for
_MOST = 4
#: kinds that are meant where a headline names none of the kinds, the first that there is
_ANY_BASE = ("military base", "garrison")
#: lists of which a word says that the troops there are guests
_GUESTS = ("foreign-base", "guest-troops", "us-forces")


class UnknownPlace(NamedTuple):
    """A name that stands where a place does, as the headline writes it."""

    name: str
    #: with the words for what is there: `Munich airport`
    written: str


@dataclass(frozen=True, kw_only=True)
class ProposedPlace:
    """An entry of `places/*.yaml` that would make an unknown place known."""

    id: str
    name: str
    town: str
    country: str
    kind: str
    #: no word speaks of guests there
    national: bool
    #: of the town; None where no table has it
    lat: float | None = None
    lon: float | None = None
    #: where it is not the country's
    zone: str = ""
    #: how the town was chosen among those of its name
    note: str = ""


def unknown_places(headlines: Sequence[Headline], rules: RuleSet) -> list[UnknownPlace]:
    """What the headlines are about and no file knows: the names that stand in most of them; where they name a country
    or region, only one that stands in all. None where they name a place of the files."""
    about = [[place for place in one.places if not place.is_unplaced] for one in headlines]
    if any(place.id in rules.gazetteer.places for places in about for place in places):
        return []
    looked_up = [[UnknownPlace(place.name, place.name) for place in some if not place.is_vague] for some in about]
    named = [list(_named_in(headline, rules.vocabulary)) for headline in headlines]
    found = [one for names, towns in zip(named, looked_up, strict=True) for one in dict.fromkeys(names or towns)]
    count = Counter(one.name for one in found)
    most = max(count.values(), default=0)
    if most < len(headlines) and any(place.is_vague for places in about for place in places):
        return []
    longest = {one.name: max((other for other in found if other.name == one.name), key=_length) for one in found}
    return [longest[name] for name in count if count[name] == most][:_MOST]


def _length(one: UnknownPlace) -> int:
    return len(one.written)


def as_unknown_place(name: str, headlines: Sequence[Headline], vocabulary: Vocabulary) -> UnknownPlace:
    """A place that a person names, with what the headlines write behind it."""
    found = [one for headline in headlines for one in _named_in(headline, vocabulary)]
    return max(
        (one for one in found if one.name.casefold() == name.casefold()), key=_length, default=UnknownPlace(name, name)
    )


def known_place(name: str, gazetteer: Gazetteer) -> PlaceSpec | None:
    """The place that a file has under this name."""
    forms = {normalise_term(name)[0].strip(), name}
    for place in gazetteer.places.values():
        names = (place.id, place.name, *place.names, *place.town, *place.loose)
        if any(other in forms or normalise_term(other)[0].strip() in forms for other in names):
            return place
    return None


def _named_in(headline: Headline, vocabulary: Vocabulary) -> Iterator[UnknownPlace]:
    for sentence in headline.case.reading.sentences:
        words = [_Word(*sentence.text.span(m.start(), m.end()), m.start(), m.end()) for m in _words(sentence)]
        original = sentence.text.original
        capitals = [word for word in words if original[word.start].isupper()]
        title_case = len(words) > 3 and len(capitals) >= _TITLE_CASE * len(words)
        for run in _runs(words, sentence):
            first, last = run[0], run[-1]
            at = words.index(first)
            before = original[words[at - 1].start : words[at - 1].end].casefold() if at else ""
            end = _end_of_base(sentence, last, vocabulary)
            if before in _BEFORE or (end and not title_case):
                name = original[first.start : last.end]
                yield UnknownPlace(name, original[first.start : end] if end else name)


class _Word(NamedTuple):
    """A word by where it stands: in the text as it came, and in the form that is compared."""

    start: int
    end: int
    at: int
    until: int


def _words(sentence: Sentence) -> Iterator[re.Match[str]]:
    return _WORD.finditer(sentence.text.words, sentence.start, sentence.end)


def _runs(words: Sequence[_Word], sentence: Sentence) -> Iterator[list[_Word]]:
    """Neighbours with a capital that nothing knows."""
    run: list[_Word] = []
    for i, word in enumerate(words):
        gap = sentence.text.original[words[i - 1].end : word.start] if i else ""
        if run and (gap not in (" ", "-") or not _may_be_name(word, i, sentence)):
            yield run
            run = []
        if _may_be_name(word, i, sentence):
            run.append(word)
    if run:
        yield run


def _may_be_name(word: _Word, number: int, sentence: Sentence) -> bool:
    written = sentence.text.original[word.start : word.end]
    if not written[:1].isupper() or written.casefold() in STOP_WORDS or (number == 0 and written.casefold() in _COUNTS):
        return False
    return not any(hit.start < word.until and word.at < hit.end for hit in sentence.hits)


def _end_of_base(sentence: Sentence, last: _Word, vocabulary: Vocabulary) -> int:
    """Where words for a base end that begin right behind a name, one word between at most; 0 where none do."""
    text, bases = sentence.text, vocabulary.bits_of("base-word")
    between = re.compile(r"\s+(?:[^\W\d_]+\s+)?")
    ends = [text.span(hit.start, hit.end)[1] for hit in sentence.hits if hit.tags & bases
            and between.fullmatch(text.words, last.until, hit.start)]  # fmt: skip
    behind = text.original[last.end :]
    ends += [last.end + found.end() for kind in kinds() if (found := re.match(rf"\s+{kind}\b", behind, re.IGNORECASE))]
    return max(ends, default=0)


def kinds() -> list[str]:
    """The kinds of places, the longest name first."""
    return sorted(values_in(PlaceSpec.model_fields["kind"].annotation), key=len, reverse=True)


def kind_of(place: UnknownPlace, headlines: Sequence[Headline]) -> str:
    """What it is, as the headlines say, the words behind its name first."""
    texts = [place.written.casefold(), *(one.text.casefold() for one in headlines if place.name in one.text)]
    said = (kind for text in texts for kind in kinds() if re.search(rf"\b{kind}\b", text))
    return next(said, next(kind for kind in (*_ANY_BASE, *kinds()) if kind in kinds()))


def countries_of(headlines: Sequence[Headline]) -> list[str]:
    """The countries that the headlines name, as a scene or as whose people act."""
    hits = (hit for one in headlines for sentence in one.case.reading.sentences for hit in sentence.hits)
    return list(dict.fromkeys(name for hit in hits for kind, name in hit.names if kind in ("country", "nation")))


def proposed_places(
    places: Sequence[UnknownPlace], headlines: Sequence[Headline], rules: RuleSet, country: str = ""
) -> list[ProposedPlace]:
    """The entry for each. Places that nothing puts into a country are in that of the others, where these share one."""
    found = [proposed_place(one, headlines, rules, country) for one in places]
    codes = {one.country for one in found if one.country}
    beside = next(iter(codes)) if len(codes) == 1 else ""
    return [
        made if made.country else proposed_place(one, headlines, rules, beside)
        for one, made in zip(places, found, strict=True)
    ]


def proposed_place(
    place: UnknownPlace, headlines: Sequence[Headline], rules: RuleSet, country: str = ""
) -> ProposedPlace:
    """The entry for it. The country is the one that the caller says, that of the town of this name, or the only one
    that the headlines name; empty where nothing tells it."""
    gazetteer, kind = rules.gazetteer, kind_of(place, headlines)
    named = [country] if country else countries_of(headlines)
    town = gazetteer.town(place.name, countries=named, kind=kind)
    code = country or (town.country if town is not None else named[0] if len(named) == 1 else "")
    usual = gazetteer.countries[code].zone if code in gazetteer.countries else ""
    slug = re.sub(r"[^a-z0-9]+", "-", place.name.casefold()).strip("-") or "my-place"
    guests = rules.vocabulary.bits_of(*_GUESTS)
    return ProposedPlace(
        id=slug if slug not in gazetteer.places else f"{slug}-{kind.replace(' ', '-')}",
        name=place.written if place.written != place.name else f"{place.name} {kind}",
        town=place.name, country=code, kind=kind,
        national=not any(one.case.reading.tags & guests for one in headlines),
        lat=town.lat if town is not None else None,
        lon=town.lon if town is not None else None,
        zone=town.zone if town is not None and town.zone != usual else "",
        note=town.chosen if town is not None else "",
    )  # fmt: skip
