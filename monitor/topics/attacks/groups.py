"""What the numbers of a sentence count: groups of people who may have been harmed, or something else. Pure.

A `NumberRow` is one sentence, in the parts that its language's numbers are read from, beside what stands in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from monitor.text.matcher import Hit
from monitor.text.numbers import LEADING, NumberPart
from monitor.text.reading import Sentence
from monitor.topics.attacks.lists import AttackLists

#: words in which it is said what a number counts
_NOUN = 4
#: signs that part a number from a word; a full stop inside a sentence is that of an abbreviation
_SIGNS = frozenset(",;:!?()|\n،")


@dataclass(frozen=True, slots=True)
class Group:
    """A number, and the people that it counts: parts `first` to `last` of the sentence."""

    first: int
    last: int
    value: int
    #: "three" and "several" are said; "soldier" and "a soldier" only imply one
    said: bool
    #: a word for people stands behind it
    people: bool
    #: part where the words for what it counts end
    end: int
    #: what it counts are people who may be harmed, as far as is told
    counts: bool = True


class Signs:
    """The tags that tell what a number counts."""

    def __init__(self, lists: AttackLists) -> None:
        self.foe = lists.foe | lists.assailant
        #: where a number counts them, they make it no toll
        self.things = (
            lists.weapon | lists.flying | lists.explosion | lists.strike_noun | lists.airstrike
            | lists.base_word | lists.site_word | lists.own_aircraft
        )  # fmt: skip
        self.people = lists.troop_word
        #: before the number that a toll came to, of which no noun follows: "rises to four in rocket attack"
        self.rises = lists.rises_to | lists.corrected_to
        #: "33, not 34": what is put right is told beside the number, and is none
        self.put_right = lists.not_that_number
        #: "second soldier dies": with the one before there are two
        self.ordinals = lists.ordinals
        self.side = (
            lists.stationed_nation
            | lists.us_behind
            | lists.coalition_behind
            | lists.guest_nation_behind
            | lists.nationality
            | lists.country
        )


class NumberRow:
    """The parts of one sentence, the tags of each, and the groups among them."""

    def __init__(self, sentence: Sentence, parts: Sequence[NumberPart], harms: Sequence[Hit], signs: Signs) -> None:
        self._asides = [(hit.start, hit.end) for hit in sentence.with_tags(signs.put_right)]
        parts = [part for part in parts if not any(a <= part.start and part.end <= b for a, b in self._asides)]
        self.text, self.parts, self.signs = sentence.text, parts, signs
        self._starts, self._stops = [part.start for part in parts], [part.end for part in parts]
        self.tags = [0] * len(parts)
        #: parts with "in", "to" or "and" written onto their word
        self._led_in: set[int] = set()
        for hit in sentence.hits:
            if hit.end > hit.start and hit.tags:
                for at in self.at(hit):
                    self.tags[at] |= hit.tags
                    if parts[at].start < hit.start and self.text.words[parts[at].start] in LEADING:
                        self._led_in.add(at)
        #: parts that are words of harm
        self.harm = {at for hit in harms for at in self.at(hit)}
        self.groups = self._find_groups()

    def at(self, hit: Hit) -> range:
        """The parts that a hit covers."""
        return range(bisect_right(self._stops, hit.start), bisect_left(self._starts, hit.end))

    def _find_groups(self) -> list[Group]:
        """Every number that may count people, and every person without a number."""
        out: list[Group] = []
        for at, part in enumerate(self.parts):
            if part.value is not None and not (out and at <= out[-1].last) and (group := self._group(at)) is not None:
                out.append(group)
        found = sorted([*out, *self._singles(out)], key=lambda group: group.first)
        counted = {at for group in found for at in range(group.first, max(group.end, group.last) + 1)}
        return [group for group in found if group is found[0] or not self._is_among(group.first, counted)]

    def _is_among(self, first: int, counted: Container[int]) -> bool:
        """It tells of some of those who were counted before it: "including two officers and a guard"."""
        for at in range(first - 1, -1, -1):
            kinds = self.parts[at].kinds
            if "among" in kinds:
                return True
            if at in self.harm or not (at in counted or kinds & {"about", "articles", "and_"}):
                return False
        return False

    def _group(self, at: int) -> Group | None:
        part = self.parts[at]
        if at and "labels" in self.parts[at - 1].kinds and self.is_close(at - 1, at):
            return None
        value, last = self._range(at, part.value or 0)
        said = "articles" not in part.kinds
        if not said and at + 1 < len(self.parts) and self.parts[at + 1].value is not None:
            return None
        people, end, counts = self._noun(at, last)
        people = people or any(self.are_people(one) for one in range(at, last + 1))
        if not said and not people and not counts:
            return None
        return Group(at, last, value, said, people, end, counts)

    def _range(self, at: int, value: int) -> tuple[int, int]:
        """The value and the last part of "5 to 7", "5-7", "from 3 to 5", "between 5 and 7"."""
        parts, front = self.parts, self.parts[at - 1].kinds if at else frozenset()
        if at + 1 < len(parts) and parts[at + 1].value is not None and self.between(at, at + 1) == "-":
            return value, at + 1
        other = at + 2
        while other < len(parts) and parts[other].value is None and parts[other].kinds & {"about"}:
            other += 1  # "from 34 to more than 40"
        if other >= len(parts) or (last := parts[other].value) is None or not self.is_close(at, other):
            return value, at
        middle = parts[at + 1].kinds
        if "to" in middle:
            return (last if "from_" in front else value), other
        if "from_" in middle and "of" not in middle:  # "3'ten 5'e"
            return last, other
        return (value, other) if "between" in front and middle & {"and_", "plus"} else (value, at)

    def _noun(self, first: int, last: int) -> tuple[bool, int, bool]:
        """What stands behind a number: whether people, where it ends, whether it may be a toll at all.

        One unknown word may stand before what is counted ("large drones"), none where a word of harm stands in front:
        then it is a person who was harmed "in a drone attack".
        """
        signs, strange = self.signs, 0
        front = first - 1
        while front >= 0 and self.parts[front].kinds & {"about", "of", "articles"} and front not in self.harm:
            front -= 1
        told = front >= 0 and (front in self.harm or bool(self.tags[front] & signs.rises))
        budget = 0 if told and self.is_close(front, first) else 1
        for at in range(last + 1, min(last + 1 + _NOUN + 2, len(self.parts))):
            kinds, tags = self.parts[at].kinds, self.tags[at]
            if at in self.harm or not self.is_close(at - 1, at) or self.parts[at].value is not None:
                break
            if at in self._led_in or self.parts[at].joined:
                break
            if strange <= budget and ("measures" in kinds or tags & signs.foe):
                return False, at, False
            if self.are_people(at):
                return True, self._last_of(at), True
            if strange <= budget and tags & signs.things:
                return False, at, False
            if tags & signs.side:
                if self._ends_with_nation(at):
                    return True, at, True
                continue
            if kinds & {"walls", "and_", "to"}:
                break
            if not kinds & {"of", "about", "articles"}:
                strange += 1
        return False, last, True

    def _last_of(self, at: int) -> int:
        """Where several words for people end that follow each other ("service members")."""
        while at + 1 < len(self.parts) and self.are_people(at + 1) and self.is_close(at, at + 1):
            if at + 1 in self.harm or self.parts[at + 1].joined or self.parts[at + 1].value is not None:
                break
            at += 1
        return at

    def _ends_with_nation(self, at: int) -> bool:
        """A nation counts as its people where nothing that it describes follows ("killing an American and …")."""
        behind = at + 1
        if behind >= len(self.parts) or not self.is_close(at, behind) or behind in self.harm:
            return True
        return bool(self.parts[behind].kinds & {"and_", "walls"}) or self.parts[behind].joined

    def _singles(self, groups: Sequence[Group]) -> Iterator[Group]:
        """Persons who are named without a number in front of them."""
        for at, part in enumerate(self.parts):
            if "person" not in part.kinds or part.value is not None or at in self.harm:
                continue
            if any(group.first <= at <= max(group.end, group.last) for group in groups):
                continue
            behind = at + 1
            people = behind < len(self.parts) and behind not in self.harm and self.are_people(behind)
            if people and self.is_close(at, behind):
                continue  # "civilian casualties": the last word tells
            if self.text.folded[part.end : part.end + 1] == "-":
                continue  # "child-killing"
            if not any(self._counts_it(group, at) for group in groups):
                first = self._first_of(at)
                yield Group(first, at, self._place_in_row(first), False, True, at)

    def _place_in_row(self, first: int) -> int:
        """How many there are with this person: "second soldier" makes two."""
        while first and self.tags[first - 1] & self.signs.side and self.is_close(first - 1, first):
            first -= 1  # "second US soldier"
        before = self.tags[first - 1] if first and self.is_close(first - 1, first) else 0
        return next((number for number, bits in enumerate(self.signs.ordinals, 2) if before & bits), 1)

    def _first_of(self, at: int) -> int:
        """Where the words for people begin that end with this one ("متعاقد أمريكي")."""
        while at and not self.parts[at].joined and self.parts[at - 1].value is None and self.are_people(at - 1):
            if at - 1 in self.harm or not self.is_close(at - 1, at):
                break
            at -= 1
        return at

    def _counts_it(self, group: Group, at: int) -> bool:
        """A number stands before this person, as in "5 солдат"; "and" between them begins another group."""
        if not (group.said and group.last < at <= group.last + _NOUN and self.is_close(group.last, at)):
            return False
        if "measures" in self.parts[group.end].kinds:  # "23 yaşındaki ABD askeri"
            return False
        return not any(
            self.parts[one].joined or self.parts[one].kinds & {"and_"} for one in range(group.last + 1, at + 1)
        )

    def are_people(self, at: int) -> bool:
        """The part is a word for people who may be harmed."""
        return bool(self.parts[at].kinds & {"person", "people"} or self.tags[at] & self.signs.people)

    def between(self, one: int, two: int) -> str:
        """The signs and spaces between two parts that follow each other, without an aside and its commas."""
        start, end = self.parts[one].end, self.parts[two].start
        for first, last in self._asides:
            if start <= first and last <= end:
                before, behind = self.text.folded[start:first], self.text.folded[last:end]
                return f"{before.rstrip(' ,')} {behind.lstrip(' ,')}"
        return self.text.folded[start:end]

    def is_close(self, one: int, two: int) -> bool:
        """Nothing parts the two: no comma, colon, dash or bracket."""
        gaps = [self.between(at, at + 1) for at in range(one, two)]
        return not any(" - " in gap or not _SIGNS.isdisjoint(gap) for gap in gaps)
