"""An item as the classifier sees it: sentences with their place in the article, and what stands in them."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from monitor.model.item import Item
from monitor.model.report import Evidence, Span
from monitor.text.matcher import Hit, Matcher, by_position
from monitor.text.normalise import Text, count_words, normalise
from monitor.text.sentences import clauses, sentences
from monitor.text.templates import Shape, Template, find, sum_of

#: characters of a field, sentences of a field and hits of a sentence that are read: what a report does stands in its
#: first paragraphs, and no text, however hostile, takes longer than an ordinary long one
FIELD_LIMIT = 6000
SENTENCE_LIMIT = 30
#: a first line up to so many characters can stand for a title that is missing
FIRST_LINE = 300
HIT_LIMIT = 120
#: words of a place or a day that stands alone before a report ("Москва.", "28 ноября.")
_DATELINE = 3
_NUMBER = re.compile(r"(?<![^\W_])\d{1,3}(?:,\d{3})+(?!\w)|(?<![^\W_])\d+(?![^\W_])")
_DIGIT = re.compile(r"\d")
_COMMA = re.compile("[,،]")
#: words between a comma and the subject of its clause ("…, three explosive-laden drones")
_BEFORE_SUBJECT = 3
#: "and" that is written onto the next word
_AND = ("و", "ו")
#: the same before the Arabic article, with which it is taken off
_AND_THE = ("وال", "ولل")
_NO_SPACES = "\u3000"  # behind it stand the scripts that put none between words
_YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence with its hits, ready for patterns."""

    #: `title`, `summary` or `body`
    field: str
    #: `headline`, `lead` or `body`
    section: str
    text: Text
    start: int
    end: int
    hits: list[Hit]
    #: which clauses only name a cause
    causes: list[bool]
    #: where its segments begin
    starts: Sequence[int] = ()
    #: all tags of the hits together; of a sentence that is still being read any tag may be there
    tags: int = -1
    #: where main clauses begin that only a comma or a little word parts from those before: templates may reach across
    joints: Sequence[int] = ()

    def is_cause(self, hit: Hit) -> bool:
        """The hit stands in a clause that only names a cause."""
        return self.causes[hit.segment]

    def clause(self, hit: Hit) -> tuple[int, int]:
        """The main clause that the hit stands in; clauses are in order."""
        return hit.segment, bisect_right(self.joints, hit.start)

    def is_one_clause(self, hits: Sequence[Hit]) -> bool:
        """No main clause begins between them; what they say of a cause may stand in a clause of its own."""
        first, last = hits[0], hits[-1]
        return first.segment != last.segment or self.clause(first) == self.clause(last)

    def with_tags(self, tags: int) -> Iterator[Hit]:
        """Hits with any of these tags, by position."""
        return iter([hit for hit in self.hits if hit.tags & tags] if self.tags & tags else ())

    def outside_causes(self, tags: int) -> Iterator[Hit]:
        """Hits with any of these tags that tell what happened, and not what it came of."""
        found = (hit for hit in self.hits if hit.tags & tags and not self.causes[hit.segment])
        return found if self.tags & tags else iter(())

    def has_around(self, hit: Hit, tags: int) -> bool:
        """The hit stands within one with any of these tags."""
        return any(hit.is_in(outer) for outer in self.with_tags(tags))

    def evidence(self, hit: Hit, why: str, means: str = "") -> Evidence:
        """The words of a hit as they stand in the item."""
        start, end = self.text.span(hit.start, hit.end)
        text = self.text.original[start:end]
        return Evidence(field=self.field, start=start, end=end, text=text, why=why, means=means)

    @property
    def clause_spans(self) -> list[tuple[int, int]]:
        """Where each of its clauses begins and ends, in the form that is matched."""
        bounds = sorted({self.start, *self.starts, *self.joints, self.end})
        return list(pairwise(bounds))

    @property
    def span(self) -> Span:
        """Where the sentence stands in the item: whole words, without the blanks and bars around it."""
        return self.span_of(self.start, self.end)

    def span_of(self, start: int, end: int) -> Span:
        """Where a part of it stands in the item, likewise."""
        text = self.text.original
        start, end = self.text.span(start, end)
        # the form that is matched may have lost the first letters (the Arabic article) and the last signs
        while 0 < start < len(text) and not _parts(text[start]) and not _parts(text[start - 1]):
            start -= 1
        while end < len(text) and not _parts(text[end - 1]) and not _parts(text[end]):
            end += 1
        while start < end and _parts(text[start]):
            start += 1
        while end > start and _parts(text[end - 1]):
            end -= 1
        return Span(field=self.field, start=start, end=end)

    @property
    def words(self) -> str:
        """The sentence as people read it."""
        start, end = self.text.span(self.start, self.end)
        return self.text.original[start:end].strip()


@dataclass(slots=True, eq=False)
class Reading:
    """All sentences of an item in reading order; the tags that stand in the headline and in the lead."""

    item: Item
    sentences: list[Sentence] = field(default_factory=list)
    headline_tags: int = 0
    lead_tags: int = 0
    tags: int = 0
    #: `opening`, once somebody asked: many do, each for another word
    _opening: list[Sentence] | None = field(default=None, init=False)

    @property
    def opening(self) -> list[Sentence]:
        """The sentences of headline and lead: there stands what is new, behind them what is known."""
        self._opening = self._opening or [sentence for sentence in self.sentences if sentence.section != "body"]
        return self._opening

    def sentence_of(self, hit: Hit) -> Sentence | None:
        """The sentence in which a hit stands."""
        return next((sentence for sentence in self.sentences if hit in sentence.hits), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWords:
    """What a reader makes of words beyond finding them: bits of the words that hide, part or open something."""

    #: what it covers is not seen
    mask: int
    #: hides the words in it as a mask does: the name of an actor ("Kurdistan Workers' Party" has no workers)
    hides: int
    #: all words of lists; those of rules are never hidden
    listed: int
    #: what says that the deed in it did not happen, and the deed: "shoots down" is no shooting
    undone: int
    deed: int
    #: opens a clause that only names a cause or the background
    cause: int
    #: begins a new clause ("while", "as well as")
    clause_break: int
    #: things with which a main clause may begin ("Trump vows"), and words that join it to the one before ("as")
    clause_start: int
    clause_joint: int
    #: names of bases: a colon behind one that opens the sentence parts no clauses
    place: int
    #: behind a comma it goes on with what the clause before says ("что", "że")
    clause_that: int
    #: where such a word joins a main clause to one that only names a cause, the cause ends
    cause_end: int
    #: makes what follows depend on what it says ("if the US attacks, Iran strikes …")
    condition: int
    #: tags that the reader itself gives: numbers, years, question marks, the start of a sentence
    number: int
    year: int
    past_year: int
    question: int
    comma: int
    colon: int
    start: int
    #: words before a full stop that ends no sentence, and names of months
    abbreviations: frozenset[str]
    months: Container[str]
    #: words of any language but English
    languages: int
    shapes: tuple[Shape, ...]


class _Opening(NamedTuple):
    """A shape with what a sentence must hold for it."""

    shape: Shape
    #: bits of which one must be there, or none of the templates can be
    opens: int
    #: each template with the bits that it requires
    templates: tuple[tuple[Template, tuple[int, ...]], ...]


def _opening(shape: Shape, templates: Sequence[Template]) -> _Opening:
    needed = tuple((template, template.required) for template in templates)
    return _Opening(shape, sum_of(min(required, key=int.bit_count) for _, required in needed), needed)


class Reader:
    """Reads items with one set of words."""

    def __init__(self, words: ReadingWords, matcher: Matcher) -> None:
        self._words, self._matcher = words, matcher
        #: shapes for a sentence with a word of any language, and for one in English
        self._shapes = [_opening(shape, shape.templates) for shape in words.shapes]
        english = ((shape, [t for t in shape.templates if not t.language]) for shape in words.shapes)
        self._english = [_opening(shape, templates) for shape, templates in english if templates]

    def read(self, item: Item) -> Reading:
        """The item's sentences; where it has no title, the first line of its text is read as one."""
        out = Reading(item)
        year = item.reported.year
        english = (item.language or "")[:2].lower() == "en"
        for name, raw in (("title", item.title), ("summary", item.summary), ("body", item.body)):
            if not raw or raw.isspace():
                continue
            text = normalise(raw[:FIELD_LIMIT])
            hits = self._matcher.hits(text)
            spans = sentences(text, hits, self._words.abbreviations, self._words.months)
            for number, (start, end) in enumerate(spans[:SENTENCE_LIMIT]):
                first_line = not item.title.strip() and not (out.sentences and out.sentences[0].field != name)
                headline = name == "title" or (first_line and end <= min(FIRST_LINE, _line_end(text)))
                section = "headline" if headline else "body" if self._has_lead(out, number) else "lead"
                sentence = self._sentence(name, section, text, start, end, hits, year, english)
                out.sentences.append(sentence)
                out.tags |= sentence.tags
                out.headline_tags |= sentence.tags if section == "headline" else 0
                out.lead_tags |= sentence.tags if section == "lead" else 0
        return out

    @staticmethod
    def _has_lead(reading: Reading, number: int) -> bool:
        """The lead is the first two sentences behind the headline; the place and the day of a dateline are none."""
        if number > 4:
            return True
        return sum(s.section == "lead" and not _is_dateline(s) for s in reading.sentences) >= 2

    def _sentence(
        self, name: str, section: str, text: Text, start: int, end: int, all_hits: list[Hit], year: int, english: bool
    ) -> Sentence:
        hits = self._settle([h for h in all_hits if start <= h.start and h.end <= end][:HIT_LIMIT])
        if hits:
            hits = self._in_its_language(hits, english)
            more = self._numbers(text, start, end, year)
            more += (
                Hit(match.start(), match.end(), self._words.comma, ",")
                for match in _COMMA.finditer(text.folded, start, end)
                if not _in_number(text.folded, match.start())
            )
            for sign, tags in (("?", self._words.question), (":", self._words.colon)):
                at = text.folded.find(sign, start, end)
                if at >= 0:
                    more.append(Hit(at, at + 1, tags, sign))
            hits = sorted(hits + more, key=by_position) if more else hits
            hits.insert(0, Hit(start, start, self._words.start, "start of the sentence"))
        causes = [h for h in hits if h.tags & self._words.cause]
        breaks = [h.start for h in hits if h.tags & self._words.clause_break]
        starts, is_cause = clauses(text, start, end, causes, breaks, -1 if english else self._scene(text, start, hits))
        if len(starts) > 1:
            for hit in hits:
                colon = hit.tags & self._words.colon  # it belongs to what stands behind it
                hit.segment = max(0, bisect_right(starts, hit.end if colon else hit.start) - 1)
        sentence = Sentence(name, section, text, start, end, hits, is_cause, starts)
        self._shape(sentence)
        sentence.tags = sum_of(hit.tags for hit in sentence.hits)
        return sentence

    def _scene(self, text: Text, start: int, hits: Sequence[Hit]) -> int:
        """Where a colon stands behind nothing but a place that a rule file knows; -1 where there is none."""
        for hit in hits:
            at = text.folded.find(":", hit.end, hit.end + 2)
            if hit.tags & self._words.place and at >= 0 and not text.words[start : hit.start].strip():
                return at
        return -1

    def _in_its_language(self, hits: list[Hit], english: bool) -> list[Hit]:
        """A sentence is in the languages that most of its words are of; a word that two share speaks for both.

        Another language's words neither call for its wordings nor part clauses: Romanian "a tras" is no Spanish "tras".
        Where the item is said to be `english` one word is too few, and says nothing: "top" is no Turkish cannon.
        """
        words, said = self._words, dict[int, int]()
        for hit in hits:
            spoken = hit.tags & words.languages
            while spoken:
                language = spoken & -spoken
                said[language] = said.get(language, 0) + 1
                spoken ^= language
        if not said:
            return hits
        enough = max(max(said.values()) / 2, 2 if english else 1)
        lost = sum_of(language for language, count in said.items() if count < enough)
        parting = words.cause | words.clause_break | words.clause_joint | words.condition
        for hit in hits if lost else ():
            if hit.tags & lost:
                hit.tags &= ~lost if hit.tags & words.languages & ~lost else 0 if english else ~(lost | parting)
        return [hit for hit in hits if hit.tags]

    def _numbers(self, text: Text, start: int, end: int, year: int) -> list[Hit]:
        out: list[Hit] = []
        if _DIGIT.search(text.folded, start, end) is None:
            return out
        for match in _NUMBER.finditer(text.folded, start, end):
            tags = self._words.number
            if _YEAR.match(match[0]):
                tags = self._words.year | (self._words.past_year if int(match[0]) < year else 0)
            out.append(Hit(match.start(), match.end(), tags, match[0]))
        return out

    def _settle(self, hits: list[Hit]) -> list[Hit]:
        """Drops what a mask covers, and from a hit inside a longer one what both stand for ("base" in "air base").

        A mask is about the lists: a rule's own term that it covers still stands for that rule.
        """
        out, languages = list[Hit](), self._words.languages
        covering: list[Hit] = []
        for hit in hits:
            covering = [c for c in covering if c.end > hit.start]
            length = hit.end - hit.start
            for cover in covering:
                if cover.end >= hit.end and (cover.tags & self._words.mask or cover.end - cover.start > length):
                    if hit.written > _NO_SPACES and cover.tags & languages and cover.tags & hit.tags & ~languages:
                        cover.tags |= hit.tags & languages  # Japanese 死亡 around Chinese 死 is a word of both
                    hit.tags &= ~self._words.listed if cover.tags & self._words.hides else ~cover.tags
                    if cover.tags & self._words.undone:
                        hit.tags &= ~self._words.deed
                    if cover.end - cover.start > length:  # "come down behind" names no cause
                        hit.tags &= ~self._words.cause
            if hit.tags:
                covering.append(hit)
                out.append(hit)
        for hit in out:
            if hit.tags & self._words.mask:
                hit.tags &= ~self._words.listed
        return [hit for hit in out if hit.tags]

    def _shape(self, sentence: Sentence) -> None:
        """Adds the hits of all shapes, and takes from the words inside them what they do not mean there."""
        present, hiding = sum_of(hit.tags for hit in sentence.hits), list[tuple[Hit, int]]()
        for shape, opens, templates in self._shapes if present & self._words.languages else self._english:
            if not present & opens or (shape.beside and not present & shape.beside):
                continue
            for template, required in templates:
                for bits in required:
                    if not present & bits:
                        break
                else:
                    added = self._add(sentence, shape, template)
                    present |= shape.tags if added else 0
                    hiding += [(hit, shape.hides) for hit in added if shape.hides]
        for outer, hidden in hiding:
            for hit in sentence.hits:
                if hit.tags & hidden and outer.start <= hit.start and hit.end <= outer.end:
                    hit.tags &= ~hidden
        if present & self._words.clause_start:
            sentence.joints = self._joints(sentence)
            self._end_causes(sentence)

    def _joints(self, sentence: Sentence) -> list[int]:
        """Where a main clause begins close behind a comma or a word that joins clauses ("as three drones hit …").

        Nowhere in a sentence with a condition, which reaches over its comma.
        """
        text = sentence.text
        if any(sentence.with_tags(self._words.condition)):
            return []
        joints = [hit.end for hit in sentence.with_tags(self._words.clause_joint)]
        said = [hit.start for hit in sentence.with_tags(self._words.clause_that)]
        commas = [match.end() for match in _COMMA.finditer(text.folded, sentence.start, sentence.end)]
        joints += [comma for comma in commas if not any(0 <= at - comma <= 1 for at in said)]
        starts = [hit.start for hit in sentence.with_tags(self._words.clause_start)]
        joints += [at for at in starts if text.folded[at - 1 : at] in _AND or _led_by_and(text, at)]
        return sorted(
            joint
            for joint in joints
            if any(joint <= at and count_words(text.words[joint:at]) <= _BEFORE_SUBJECT for at in starts)
        )

    def _end_causes(self, sentence: Sentence) -> None:
        """A cause ends where a main clause is joined to it ("anniversary of the attack on … as rockets hit …")."""
        joining = {hit.end for hit in sentence.with_tags(self._words.cause_end)}
        for joint in (joint for joint in sentence.joints if joint in joining):
            at = bisect_right(sentence.starts, joint)
            if sentence.causes[at - 1]:
                sentence.starts = [*sentence.starts[:at], joint, *sentence.starts[at:]]
                sentence.causes.insert(at, False)
                for hit in sentence.hits:
                    hit.segment += hit.start >= joint

    def _add(self, sentence: Sentence, shape: Shape, template: Template) -> list[Hit]:
        after, added = -1, list[Hit]()
        while True:
            found = find(template, sentence.hits, sentence.text.words, after=after)
            if found is None:
                return added
            first, last = found[0], found[-1]
            if shape.abroad and not _nations(first).isdisjoint(_nations(last)):
                after = first.start
                continue
            hit = Hit(first.start, last.end, shape.tags, shape.id, _names(found))
            hit.segment = first.segment
            insort(sentence.hits, hit, key=by_position)
            added.append(hit)
            after = first.start


def _in_number(folded: str, at: int) -> bool:
    """The comma parts thousands, and no clauses."""
    return folded[at - 1 : at].isdigit() and folded[at + 1 : at + 2].isdigit()


def _led_by_and(text: Text, at: int) -> bool:
    return text.origins is not None and text.original.startswith(_AND_THE, text.origins[at])


def _parts(character: str) -> bool:
    """Stands between two sentences and belongs to neither."""
    return character.isspace() or character == "|"


def _is_dateline(sentence: Sentence) -> bool:
    """A single word, or a day: the beginning of a dateline that a full stop parts from the report."""
    words = sentence.text.words[sentence.start : sentence.end]
    count = count_words(words)
    return count < 2 or (count <= _DATELINE and any(word.isdigit() for word in words.split()))


def _nations(hit: Hit) -> set[str]:
    return {name for kind, name in hit.names if kind in ("country", "nation")}


def _line_end(text: Text) -> int:
    """Where the first line with words ends (its line break included)."""
    begin = len(text.folded) - len(text.folded.lstrip())
    end = text.folded.find("\n", begin)
    return len(text.folded) if end < 0 else end + 1


def _names(hits: Sequence[Hit]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(name for hit in hits for name in hit.names))
