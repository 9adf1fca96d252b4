"""How many were killed and wounded: which number of a sentence belongs to which word of harm. Pure.

A number belongs to the word of harm that it touches ("14 wounded", "killing at least three"); else to the next one
behind it that it can reach across words for people ("three soldiers on patrol were killed"), else to the one before.
Groups that "and" joins are added. A person who is named without a number ("kills U.S. soldier") is one.
What counts weapons, hours or attackers, and what is part of a date or a name, is no toll.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.classify.days import Calendar, dateline
from monitor.classify.matcher import Hit
from monitor.classify.numbers import Counting, Part, together
from monitor.classify.reading import Reading, Sentence
from monitor.classify.vocabulary import Vocabulary

#: words between a number and the word of harm: with a word for people among them, with none, and for a person who is
#: named without a number
_FAR, _NEAR, _SINGLE = 14, 2, 4
#: words in which it is said what a number counts
_NOUN = 4
#: words between a word of harm and a number behind it
_BEHIND = 4
#: the same behind "death toll", which "has now risen further to"
_TOLL = 6
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: lists whose words, where a number counts them, make it no toll
_THINGS = (
    "weapon", "flying", "explosion", "strike-noun", "airstrike", "base-word", "site-word", "own-aircraft", "uncounted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
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


class TollFinder:
    """Finds tolls with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        mask = vocabulary.mask
        self._killed, self._wounded = mask("killed"), mask("wounded")
        self._harmed = mask("harmed") | self._killed | self._wounded
        self._toll = mask("death-toll")
        self._unharmed = mask("unharmed", "none-killed", "none-wounded")
        self._none_killed, self._none_wounded = mask("none-killed"), mask("none-wounded")
        self._active = mask("harming")
        self._foe, self._things = mask("foe"), mask(*_THINGS)
        self._person, self._people = mask("person"), mask("people", "troop-word", "person")
        self._side = mask("stationed-nation", "us-behind", "coalition-behind", "guest-nation-behind", "nationality", "country")
        self._days = mask(*_WEEKDAYS)
        self._counting, self._calendar = vocabulary.counting, vocabulary.calendar
        self._languages = sum(bit for bit in vocabulary.counting)

    def harmed(self, reading: Reading) -> tuple[int | None, int | None]:
        """How many were killed and wounded, as the first sentence that says so puts it; attackers are not counted."""
        killed: int | None = None
        wounded: int | None = None
        for sentence in reading.sentences:
            if sentence.zone == "body" or not sentence.tags & (self._harmed | self._unharmed | self._toll):
                continue
            if killed is None and wounded is None:
                killed, wounded = self._nobody(sentence)
            for is_killed, count in self._counts(sentence):
                if is_killed:
                    killed = count if killed in (None, 0) else killed
                else:
                    wounded = count if wounded in (None, 0) else wounded
        return killed, wounded

    def number_behind(self, sentence: Sentence, hit: Hit, reach: int) -> int | None:
        """The first number behind a word, at most `reach` words away; what it counts is not asked."""
        parts = self._parts(sentence, hit.tags)
        behind = [part for part in parts if part.start >= hit.end][:reach]
        return next((part.value for part in behind if part.value is not None), None)

    def _nobody(self, sentence: Sentence) -> tuple[int | None, int | None]:
        """What "no casualties", "no deaths" and "no injuries" say of the dead and of the wounded."""
        killed = wounded = None
        for hit in sentence.with_tags(self._unharmed):
            if not hit.tags & self._none_wounded:
                killed = 0
            if not hit.tags & self._none_killed:
                wounded = 0
        return killed, wounded

    def _parts(self, sentence: Sentence, tags: int) -> list[Part]:
        """The sentence in the languages of these tags."""
        spoken = [c for bit, c in self._counting.items() if bit & tags] or [self._counting.get(0)]
        known = [one for one in spoken if one is not None]
        counting = known[0] if len(known) == 1 else together(known)
        return counting.parts(sentence.text, sentence.start, sentence.end, list(self._hidden(sentence, self._calendar)))

    def _hidden(self, sentence: Sentence, calendar: Calendar) -> Iterator[tuple[int, int]]:
        """Stretches whose numbers count nothing: dates, weekdays, names, the dateline."""
        yield from calendar.spans(sentence.text, sentence.start, sentence.end)
        for hit in sentence.hits:
            if hit.tags & self._days or any(kind in ("place", "actor") for kind, _ in hit.names):
                yield hit.start, hit.end
        report = dateline(sentence.text, sentence.start, sentence.end)
        if not any(hit.start < report for hit in sentence.with_tags(self._harmed)):
            yield sentence.start, report

    def _counts(self, sentence: Sentence) -> Iterator[tuple[bool, int]]:
        """(killed or wounded, how many) for each word of harm of a sentence that has a number."""
        hits = [h for h in sentence.with_tags(self._killed | self._wounded) if not sentence.is_cause(h)]
        zero = list(sentence.with_tags(self._unharmed))
        hits = [h for h in hits if not any(z.start <= h.start and h.end <= z.end for z in zero)]
        tolls = [h for h in sentence.with_tags(self._toll) if not sentence.is_cause(h)]
        if not hits and not tolls:
            return
        tags = 0
        for hit in (*hits, *tolls):
            tags |= hit.tags
        line = _Line(sentence, self._parts(sentence, tags), hits, self)
        for hit in tolls:
            group = line.behind(hit, _TOLL)
            if group is not None:
                yield True, group.value
        part: int | None = None
        for hit in hits:
            is_killed = bool(hit.tags & self._killed)
            if part is not None and is_killed and line.is_bare(hit):
                yield True, part
                continue
            count, part_of = line.count(hit, active=bool(hit.tags & self._active))
            died = part_of is not None and not is_killed and any(h.tags & self._killed and h.start > hit.start for h in hits)
            if count is None:
                part = part_of if died else part
            elif died and part_of is not None:
                part = part_of
                yield is_killed, count - part_of
            else:
                yield is_killed, count if part_of is None else part_of


#: signs that part a number from a word; a full stop inside a sentence is that of an abbreviation
_SIGNS = frozenset(",;:!?()|\n،")


class _Line:
    """The parts of one sentence, what each stands for, and which numbers are taken."""

    def __init__(self, sentence: Sentence, parts: list[Part], hits: Sequence[Hit], finder: TollFinder) -> None:
        self._text, self._parts, self._finder = sentence.text, parts, finder
        self._tags = [0] * len(parts)
        self._hits = hits
        for hit in sentence.hits:
            if hit.end > hit.start and hit.tags:
                for at in self._at(hit):
                    self._tags[at] |= hit.tags
        self._harm = {at for hit in hits for at in self._at(hit)}
        self._groups = self._find_groups()
        self._taken: set[int] = set()
        self._foes = [h for h in sentence.with_tags(finder._foe)]

    def _at(self, hit: Hit) -> list[int]:
        return [at for at, part in enumerate(self._parts) if part.start < hit.end and hit.start < part.end]

    # ------------------------------------------------------------------------------------------- groups

    def _find_groups(self) -> list[_Group]:
        """Every number that may count people, and every person without a number."""
        out: list[_Group] = []
        at = 0
        while at < len(self._parts):
            part = self._parts[at]
            if part.value is None:
                at += 1
                continue
            group = self._group(at, out[-1] if out else None)
            if group is not None:
                out.append(group)
            at = group.last + 1 if group is not None else at + 1
        return sorted([*out, *self._singles(out)], key=lambda group: group.first)

    def _group(self, at: int, before: _Group | None) -> _Group | None:
        part = self._parts[at]
        if at and "labels" in self._parts[at - 1].kinds and self._is_close(at - 1, at):
            return None
        value, last = self._range(at, part.value or 0)
        said = "articles" not in part.kinds
        if not said and at + 1 < len(self._parts) and self._parts[at + 1].value is not None:
            return None
        people, end, counts = self._noun(last)
        if not said and not people and not counts:
            return None
        return _Group(at, last, value, said, people, end, counts)

    def _range(self, at: int, value: int) -> tuple[int, int]:
        """The value and the last part of "5 to 7", "5-7", "from 3 to 5", "between 5 and 7"."""
        parts, front = self._parts, self._parts[at - 1].kinds if at else frozenset()
        if at + 1 < len(parts) and parts[at + 1].value is not None and self._between(at, at + 1) == "-":
            return value, at + 1
        if at + 2 >= len(parts) or (last := parts[at + 2].value) is None or not self._is_close(at, at + 2):
            return value, at
        middle = parts[at + 1].kinds
        if "to" in middle:
            return (last if "from_" in front else value), at + 2
        return (value, at + 2) if "between" in front and middle & {"and_", "plus"} else (value, at)

    def _noun(self, last: int) -> tuple[bool, int, bool]:
        """What stands behind a number: whether people, where it ends, whether it may be a toll at all."""
        finder, strange = self._finder, 0
        touches = bool(last + 1 < len(self._parts) and last + 1 in self._harm)
        for at in range(last + 1, min(last + 1 + _NOUN + 2, len(self._parts))):
            if not self._is_close(at - 1, at) or self._parts[at].value is not None:
                break
            kinds, tags = self._parts[at].kinds, self._tags[at]
            if "measures" in kinds and strange < 2:
                return False, at, False
            if at in self._harm or touches:
                break
            if tags & finder._foe and strange < 2:
                return False, at, False
            if tags & finder._people:
                return True, at, True
            if tags & finder._things and strange < 2:
                return False, at, False
            if tags & finder._side:
                if self._ends_with_nation(at):
                    return True, at, True
                continue
            if kinds & {"walls", "and_", "to"}:
                break
            if not kinds & {"of", "about", "articles"}:
                strange += 1
        return False, last, True

    def _ends_with_nation(self, at: int) -> bool:
        """A nation counts as its people where nothing that it describes follows ("killing an American and …")."""
        behind = at + 1
        if behind >= len(self._parts) or not self._is_close(at, behind) or behind in self._harm:
            return True
        return bool(self._parts[behind].kinds & {"and_", "walls"}) or self._parts[behind].joined

    def _singles(self, groups: Sequence[_Group]) -> Iterator[_Group]:
        """Persons who are named without a number in front of them."""
        for at, tags in enumerate(self._tags):
            if not tags & self._finder._person or self._parts[at].value is not None or at in self._harm:
                continue
            if any(group.first <= at <= max(group.end, group.last) for group in groups):
                continue
            behind = at + 1
            if behind < len(self._parts) and self._tags[behind] & self._finder._people and self._is_close(at, behind):
                continue  # "civilian casualties", "service member": the last word tells
            if self._text.folded[self._parts[at].end : self._parts[at].end + 1] == "-":
                continue  # "child-killing"
            near = (g for g in groups if g.said and g.last < at <= g.last + _NOUN and self._is_close(g.last, at))
            if next(near, None) is None:
                yield _Group(at, at, 1, False, True, at)

    # ------------------------------------------------------------------------------------------- counting

    def is_bare(self, hit: Hit) -> bool:
        """No number stands between this word of harm and the one before it, nor right behind it."""
        first, last = self._ends(hit)
        before = max((self._ends(h)[1] for h in self._hits if h.start < hit.start), default=-1)
        return not any(before < group.first < first or group.first == last + 1 for group in self._groups)

    def count(self, hit: Hit, *, active: bool) -> tuple[int | None, int | None]:
        """The number of a word of harm; where it is a part of a whole ("two of four"), the whole and the part."""
        first, last = self._ends(hit)
        before = max((self._ends(h)[1] for h in self._hits if h.end <= hit.start), default=-1)
        group = self._touching_before(first, before) or self._touching_behind(last)
        if group is None and self._own_value(hit) is not None:
            return self._own_value(hit), None
        if group is None and not active:
            group = self._reaching(first, before)
        if group is None:
            group = self.behind(hit, _BEHIND)
        if group is None:
            return None, None
        if group.first < first and (whole := self._part_of(group, hit)) is not None:
            return whole
        total = self._total(group, before, first)
        return total, None

    def behind(self, hit: Hit, reach: int) -> _Group | None:
        """The first number behind a word, in the same clause."""
        last = self._ends(hit)[1]
        for group in self._groups:
            if group.first <= last or not self._is_free(group):
                continue
            if group.first - last - 1 > reach or not self._is_close(last, group.first):
                return None
            between = range(last + 1, group.first)
            if any(self._parts[at].kinds & {"walls", "and_"} or at in self._harm for at in between):
                return None
            if not group.said and len(between) > _NEAR:
                return None
            if group.end + 1 in self._harm or group.last + 1 in self._harm:
                return None
            self._take(group)
            return group
        return None

    def _ends(self, hit: Hit) -> tuple[int, int]:
        at = self._at(hit)
        return (at[0], at[-1]) if at else (0, 0)

    def _own_value(self, hit: Hit) -> int | None:
        """The number in a word of harm itself, such as an Arabic dual."""
        return next((self._parts[at].value for at in self._at(hit) if self._parts[at].value is not None), None)

    def _is_free(self, group: _Group) -> bool:
        return group.counts and group.first not in self._taken

    def _take(self, group: _Group) -> None:
        self._taken.update(range(group.first, group.last + 1))

    def _touching_before(self, first: int, before: int) -> _Group | None:
        for group in self._groups:
            if before < group.first and group.last == first - 1 and self._is_free(group):
                if self._is_close(group.last, first) and not self._is_of_foes(first) and group.first not in self._harm:
                    self._take(group)
                    return group
        return None

    def _touching_behind(self, last: int) -> _Group | None:
        """A number behind a word of harm, with only "at least", "US" and the like between them."""
        at = last + 1
        while at < len(self._parts) and self._is_close(at - 1, at) and at not in self._harm:
            group = next((g for g in self._groups if g.first == at), None)
            if group is not None:
                if not self._is_free(group) or (group.said and self._is_of_next(group)):
                    return None
                self._take(group)
                return group
            if not (self._parts[at].kinds & {"about", "of", "articles"} or self._tags[at] & self._finder._side):
                return None
            at += 1
        return None

    def _is_of_next(self, group: _Group) -> bool:
        """Another word of harm follows right behind it ("killed, 5 wounded")."""
        at = group.last + 1
        return at in self._harm and not self._tags[at] & self._finder._active and self._is_close(group.last, at)

    def _reaching(self, first: int, before: int) -> _Group | None:
        """The nearest number before a word of harm that reaches it."""
        if self._is_of_foes(first):
            return None
        for group in reversed(self._groups):
            if not before < group.first < first or group.last >= first or not self._is_free(group):
                continue
            between = self._reach_over(group, first)
            if between is None or any(self._parts[at].kinds & {"walls"} for at in between):
                continue
            reach = (_FAR if group.said else _SINGLE) if group.people else _NEAR
            if group.value == 0 and not group.people:
                reach = 1
            if sum("about" not in self._parts[at].kinds for at in between) <= reach:
                self._take(group)
                return group
        return None

    def _reach_over(self, group: _Group, first: int) -> range | None:
        """The parts between a number and a word of harm, without an aside in two commas ("three soldiers, two of them
        officers, were killed"); None where something parts the two."""
        if self._is_close(group.last, first):
            return range(group.last + 1, first)
        commas = [at for at in range(group.end, first) if not self._is_close(at, at + 1)]
        if len(commas) == 2 and group.people and commas[0] == group.end and first - commas[1] - 1 <= _NEAR:
            return range(commas[1] + 1, first)
        return None

    def _is_of_foes(self, first: int) -> bool:
        """Attackers stand right before the word of harm: it is theirs."""
        at = self._parts[first].start
        return any(0 <= at - foe.end <= 2 for foe in self._foes)

    def _part_of(self, group: _Group, hit: Hit) -> tuple[int | None, int | None] | None:
        """(whole, part) where this number is the whole of another, or a part of those who were harmed."""
        if group.first >= 2 and "of" in self._parts[group.first - 1].kinds:
            part = next((g for g in self._groups if g.last == group.first - 2 and g.said), None)
            if part is not None and part.value <= group.value:
                self._take(part)
                return group.value, part.value
        first = self._ends(hit)[0]
        if group.said and all("of" in self._parts[at].kinds for at in range(group.last + 1, first)) and group.last + 1 < first:
            return None, group.value
        return None

    def _total(self, group: _Group, before: int, first: int) -> int:
        """The number with those that "and" joins to it, on its side of the word of harm."""
        total, at, pending = group.value, group, 0
        said = False
        forward = group.first > first
        while (other := self._next(at, forward, before, first)) is not None:
            one, joined = other
            if joined:
                total, pending, said = total + pending + one.value, 0, True
            elif said or forward:
                pending += one.value
            else:
                break
            at = one
        if said and not forward:
            total += pending
        return total

    def _next(self, group: _Group, forward: bool, before: int, first: int) -> tuple[_Group, bool] | None:
        """The group beside another in a row of people, and whether "and" joins them (else a comma does)."""
        for one in self._groups if forward else reversed(self._groups):
            if (one.first <= group.last) if forward else (one.last >= group.first or one.first <= before):
                continue
            left, right = (group, one) if forward else (one, group)
            if not (left.people and self._is_free(one) and (one.people or one.said)):
                return None
            if forward and (one.end + 1 in self._harm or one.last + 1 in self._harm):
                return None
            if not forward and one.value == 0:
                return None
            joined = self._joint(left.end, right.first)
            if joined is None:
                return None
            self._take(one)
            return one, joined
        return None

    def _joint(self, left: int, right: int) -> bool | None:
        """True for "and", False for a comma, None where something else stands between two groups."""
        middle = [
            at for at in range(left + 1, right)
            if not self._tags[at] & self._finder._side and not self._parts[at].kinds & {"about"}
        ]  # fmt: skip
        if len(middle) > 1 or any(not self._parts[at].kinds & {"and_"} for at in middle):
            return None
        if middle or self._parts[right].joined:
            return True
        between = self._text.folded[self._parts[left].end : self._parts[right].start].strip()
        return True if between in ("+", "&") else False if between == "," else None

    # ------------------------------------------------------------------------------------------- signs

    def _between(self, one: int, two: int) -> str:
        return self._text.folded[self._parts[one].end : self._parts[two].start]

    def _is_close(self, one: int, two: int) -> bool:
        """Nothing parts the two: no comma, colon, dash or bracket."""
        signs = "".join(self._between(at, at + 1) for at in range(one, two))
        return not any(sign in _SIGNS for sign in signs) and " - " not in signs
