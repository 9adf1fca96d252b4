"""Numbers as a language writes them, in digits and in words, with what makes a number no count of people.

The words stand in the files of `lists/` (`numbers:`). A sentence is read once, from left to right, into parts:
numbers, and the words around them that have a meaning for counting. What is no number: years, dates,
clock times, ordinals, decimals, percentages, sums of money, and digits that belong to a name (`F-35`, `2nd`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.text.normalise import Text, normalise_term

#: letters that are written onto the next word; the first of each script says "and"
_ONTO = {"و": "وفبلكس", "ו": "והבלמשכ"}
_AND_LETTERS = frozenset(_ONTO)
#: those of them that lead in another part of the sentence: all but the Hebrew article (the Arabic one is gone)
LEADING = frozenset("".join(_ONTO.values())) - {"ה"}
_WRITTEN_ON = frozenset("".join(_ONTO.values()))
_PREFIXES = "".join(sorted(_WRITTEN_ON))
_SHORTEST = 3
_WORD = re.compile(r"\S+")
#: between the halves of `12,000`, `1.200` and `12 000`
_THOUSANDS = frozenset({",", ".", " ", "'", "\u066c"})
_MONEY = frozenset("$€£₪₹¥#№°")
_UNIT = re.compile(r" ?%|[°/$€£]")
_LARGEST = 9_999_999
#: between two words of one number
_TIGHT = re.compile(r"[ -]*")


_NOTHING: frozenset[str] = frozenset()


class Meaning(NamedTuple):
    """What a phrase stands for where a language counts."""

    #: None for words that are no number
    value: int | None = None
    #: it multiplies what stands in front of it
    times: bool = False
    #: what it means for counting: `articles`, `plus`, `and_`, `of`, `measures` … (the keys of a list file's `numbers`)
    kinds: frozenset[str] = _NOTHING


class NumberPart(NamedTuple):
    """A number, or a word of a sentence; see `Meaning`."""

    start: int
    end: int
    value: int | None
    kinds: frozenset[str]
    #: the letter for "and" is written onto it
    joined: bool = False
    times: bool = False
    digits: bool = False


_UNKNOWN = Meaning()


@dataclass(frozen=True, eq=False)
class Counting:
    """How one language, or several together, count."""

    #: each phrase by its words
    phrases: dict[tuple[str, ...], Meaning] = field(default_factory=dict)
    #: words of the longest phrase that begins with a word
    longest: dict[str, int] = field(default_factory=dict)
    #: words with an open end
    stems: tuple[tuple[str, frozenset[str]], ...] = ()
    #: what they begin with
    beginnings: tuple[str, ...] = ()
    #: what joins the parts of a number that is written in one word, and the ends of such words that multiply
    joints: tuple[str, ...] = ()
    tails: tuple[tuple[str, int], ...] = ()

    def parts(self, text: Text, start: int, end: int, hidden: Iterable[tuple[int, int]]) -> list[NumberPart]:
        """The stretch of a text in parts; numbers inside the `hidden` stretches (dates, places) are words.

        What is hidden is asked only where a number stands: to find it takes longer than to find none.
        """
        return self._numbers(text, self._words(text, start, end, hidden))

    def _words(self, text: Text, start: int, end: int, hidden: Iterable[tuple[int, int]]) -> list[NumberPart]:
        found = [match.span() for match in _WORD.finditer(text.words, start, end)]
        words = [text.words[a:b] for a, b in found]
        out: list[NumberPart] = []
        stretches: list[tuple[int, int]] | None = None
        at = 0
        while at < len(words):
            word, first = words[at], found[at][0]
            if word[-1].isdigit() and word.lstrip(_PREFIXES).isdigit():
                taken = _grouped(text, found, words, at)
                stop = found[at + taken - 1][1]
                value = _digits(text, first, stop, end)
                part = NumberPart(first, stop, value, _NOTHING, word[0] in _AND_LETTERS, digits=True)
            elif word not in self.longest and word[0] not in _WRITTEN_ON and not self._may_go_on(word):
                taken, part = 1, NumberPart(first, found[at][1], None, _NOTHING)
            else:
                taken, value, times, kinds, joined = self._look_up(words, at)
                part = NumberPart(first, found[at + taken - 1][1], value, kinds, joined, times)
                if value is not None and _goes_on_with_hyphen(self, text, part.end):
                    part = part._replace(value=None)
            if part.value is not None:
                stretches = list(hidden) if stretches is None else stretches
                if any(a < part.end and first < b for a, b in stretches):
                    part = part._replace(value=None)
            out.append(part)
            at += taken
        return out

    def _may_go_on(self, word: str) -> bool:
        return word.startswith(self.beginnings) or (bool(self.joints) and len(word) > 2 * _SHORTEST)

    def _look_up(self, words: Sequence[str], at: int) -> tuple[int, int | None, bool, frozenset[str], bool]:
        """The longest phrase that begins at a word: its words, value, whether it multiplies, meanings, joined."""
        word, joined = words[at], False
        for _ in range(3):
            for length in range(min(self.longest.get(word, 0), len(words) - at), 0, -1):
                known = self.phrases.get((word, *words[at + 1 : at + length]))
                if known is not None:
                    return length, *known, joined
            if not (word[0] in _WRITTEN_ON and len(word) > _SHORTEST):
                break
            joined = joined or word[0] in _AND_LETTERS
            word = word[1:]
        word = words[at]
        if word.startswith(self.beginnings):
            return 1, None, False, next(kinds for stem, kinds in self.stems if word.startswith(stem)), False
        value = self._glued(word) if self.joints and len(word) > 2 * _SHORTEST else None
        return 1, value, False, _NOTHING, word[0] in _AND_LETTERS

    def _glued(self, word: str) -> int | None:
        """A number that is written in one word: `dreiundzwanzig`, `zweihundert`."""
        for joint in self.joints:
            left, _, right = word.partition(joint)
            one, ten = self._plain(left), self._plain(right)
            if one is not None and ten is not None and one < 10 <= ten < 100:
                return one + ten
        for tail, factor in self.tails:
            one = self._plain(word.removesuffix(tail)) if word.endswith(tail) else None
            if one is not None and 0 < one < factor:
                return one * factor
        return None

    def _plain(self, word: str) -> int | None:
        return self.phrases.get((word,), _UNKNOWN).value

    def _numbers(self, text: Text, parts: Sequence[NumberPart]) -> list[NumberPart]:
        """The parts with the words of each number put together."""
        out: list[NumberPart] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            at += 1
            if part.value is not None and "articles" not in part.kinds:
                part, at = _put_together(text, parts, part, at)
            elif "articles" in part.kinds and at < len(parts) and parts[at].times and _is_tight(text, part, parts[at]):
                part, at = _put_together(text, parts, parts[at]._replace(start=part.start), at + 1)
            if part.value is not None and part.value > _LARGEST:
                part = part._replace(value=None, kinds=part.kinds | {"measures"})
            out.append(part)
        return out


def counting_of(words: Iterable[tuple[str, Meaning]]) -> Counting:
    """How the language of these words counts; one word may be of several kinds."""
    phrases: dict[tuple[str, ...], Meaning] = {}
    stems: list[tuple[str, frozenset[str]]] = []
    for written, (value, times, kinds) in words:
        form = tuple(normalise_term(written.removesuffix("*"))[0].split())
        if written.endswith("*") and len(form) == 1:
            stems.append((form[0], kinds))
        elif form:
            known = phrases.get(form, _UNKNOWN)
            phrases[form] = Meaning(known.value if value is None else value, times or known.times, kinds | known.kinds)
    return together([Counting(phrases, stems=tuple(stems))])


def together(languages: Sequence[Counting]) -> Counting:
    """Several languages as one; where they share a word, the first has it."""
    phrases: dict[tuple[str, ...], Meaning] = {}
    longest: dict[str, int] = {}
    for language in reversed(languages):
        phrases |= language.phrases
    for words in phrases:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    stems = tuple(stem for language in languages for stem in language.stems)
    single = [(words[0], known) for words, known in phrases.items() if len(words) == 1]
    joints = tuple(word for word, (_, _, kinds) in single if "plus" in kinds and len(word) > 1)
    tails = tuple((word, value) for word, (value, times, _) in single if times and value and len(word) > _SHORTEST)
    return Counting(phrases, longest, stems, tuple(stem for stem, _ in stems), joints, tails)


def _put_together(text: Text, parts: Sequence[NumberPart], part: NumberPart, at: int) -> tuple[NumberPart, int]:
    """A number with the words behind it that belong to it ("two hundred and five"), and the part that follows."""
    while at < len(parts):
        behind, skipped = parts[at], 1
        linked = behind.joined
        if behind.kinds & {"plus", "and_"} and at + 1 < len(parts) and _is_tight(text, part, behind):
            linked = "plus" in behind.kinds or (part.value or 0) >= 100
            if not linked:
                break
            behind, skipped = parts[at + 1], 2
        is_one = "articles" in behind.kinds and not (linked and skipped == 2)
        if behind.value is None or is_one or not _is_tight(text, parts[at + skipped - 2], behind):
            break
        ahead = at + skipped
        if ahead < len(parts) and _is_factor_of(behind, parts[ahead], part) and _is_tight(text, behind, parts[ahead]):
            behind = behind._replace(end=parts[ahead].end, value=(behind.value or 0) * (parts[ahead].value or 0))
            skipped += 1
        value = _sum(part, behind, linked)
        if value is None:
            break
        part = part._replace(end=behind.end, value=value)
        at += skipped
    return part, at


def _is_factor_of(factor: NumberPart, times: NumberPart, before: NumberPart) -> bool:
    """It belongs to what follows, which is less than what stands before: "mille deux cents", 一百二十."""
    factor_value, times_value, before_value = factor.value or 0, times.value or 0, before.value or 0
    return times.times and not factor.digits and 0 < factor_value < times_value < before_value


def _sum(one: NumberPart, two: NumberPart, linked: bool) -> int | None:
    """The value of two neighbours as one number; None where they are two."""
    a, b = one.value or 0, two.value or 0
    if two.times and 0 < a < b:
        return a * b
    if one.digits or two.digits:
        return None
    if (a >= 100 and a % 100 == 0 and 0 < b < 100) or (a >= 1000 and a % 1000 == 0 and 0 < b < 1000):
        return a + b
    tens, units = 20 <= a <= 90 and a % 10 == 0, 0 < b < 10
    if (tens and units) or (a in (60, 80) and 10 <= b < 20) or (a == 10 and units):
        return a + b
    if 0 < a < 10 and ((linked and 20 <= b <= 90 and b % 10 == 0) or (not linked and b == 10)):
        return a + b
    return None


def _is_tight(text: Text, one: NumberPart, two: NumberPart) -> bool:
    return _TIGHT.fullmatch(text.folded[one.end : two.start].rstrip(_PREFIXES)) is not None


def _grouped(text: Text, found: Sequence[tuple[int, int]], words: Sequence[str], at: int) -> int:
    """How many words one number in digits takes: two for `12,000`."""
    taken = 1
    if len(words[at].lstrip(_PREFIXES)) > 3:
        return taken
    while at + taken < len(words) and len(words[at + taken]) == 3 and words[at + taken].isdigit():
        between = text.folded[found[at + taken - 1][1] : found[at + taken][0]]
        if between not in _THOUSANDS:
            break
        taken += 1
    return taken


def _digits(text: Text, start: int, end: int, stop: int) -> int | None:
    """The number in digits at this stretch; None for years, ordinals, decimals, times, sums and names."""
    folded = text.folded
    while folded[start] in _WRITTEN_ON:
        start += 1
    before, behind = folded[start - 1 : start], folded[end : end + 1]
    if (before and before in _MONEY) or _UNIT.match(folded, end):
        return None
    if before == "-" and _is_name(folded, start - 1):
        return None
    if before and before in ".,:/" and folded[start - 2 : start - 1].isdigit():
        return None
    if behind and behind in ".,:-" and _goes_on(folded, end, stop, behind):
        return None
    written = folded[start:end]
    number = int(re.sub(r"\D", "", written))
    return None if written.isdigit() and len(written) == 4 and 1990 <= number <= 2100 else number


def _is_name(folded: str, hyphen: int) -> bool:
    """What stands before the hyphen makes one name with the number: `F-35`, not `5-7` nor `ב-3`."""
    letter = folded[hyphen - 1 : hyphen]
    return letter.isalpha() and letter not in _WRITTEN_ON


def _goes_on(folded: str, end: int, stop: int, mark: str) -> bool:
    """The sign behind a number ties it to what follows: `3:30`, `3.5`, `34-year-old`, the ordinal of `2. Brigade`."""
    after = folded[end + 1 : end + 2]
    if mark == "-":
        return after.isalpha()
    if after.isdigit():
        return True
    return mark == "." and end + 1 < stop and bool(folded[end + 1 : stop].strip(" )\"'")) and after == " "


def _goes_on_with_hyphen(counting: Counting, text: Text, end: int) -> bool:
    """`two-day`, but not `twenty-one`."""
    if text.folded[end : end + 1] != "-":
        return False
    match = _WORD.match(text.words, end + 1)
    known = counting.phrases.get((match[0],)) if match else None
    return match is not None and (known is None or (known.value is None and "plus" not in known.kinds))
