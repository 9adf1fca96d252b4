"""A text cut into sentences, and a sentence into clauses; offsets are those of the normalised text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from monitor.classify.expressions import is_expression
from monitor.classify.matcher import Hit
from monitor.classify.normalise import Text, normalise

#: possessive, and begun only at the first of several dots: a text of nothing but dots is read once
_END = re.compile(r"""(?<![.!?。])[.!?。]++["')\]»]*+(?=\s)|\n++|\|""")
_BREAK = re.compile(r"[;:!?]|\s-+\s|\s\.\s|--")
#: words that end with no full stop of their own, where no file says more: initials
_INITIALS = r"[^\W\d_](?:\.[^\W\d_])*"
_LONGEST_ABBREVIATION = 24
#: characters of a term before a full stop in it
_LONGEST_TERM = 60
_COMMA = re.compile(r"[,،]")


def abbreviations_of(words: Iterable[str]) -> re.Pattern[str]:
    """What finds an abbreviation at the end of a text: initials of any script ("U.S.", "т. е.") and these words."""
    written = [normalise(word).folded.strip() for word in words]
    # none of the full stops inside `EE. UU.` ends a sentence either
    spelt = {one[: dot.start()] for one in written for dot in re.finditer(r"\.|$", one)}
    forms = [re.escape(one).replace(r"\ ", r"\s?") for one in sorted(spelt - {""}, key=len, reverse=True)]
    return re.compile(rf"(?:^|[^\w])(?:{'|'.join([_INITIALS, *forms])})\.$")


_NO_WORDS = abbreviations_of(())


def sentences(text: Text, hits: Sequence[Hit] = (), abbreviation: re.Pattern[str] = _NO_WORDS) -> list[tuple[int, int]]:
    """The sentences of a text as offsets; a full stop behind an abbreviation or before a small letter ends nothing.

    Nor does one inside a term of the rules that is written with it (`5. Filo`, `EE. UU.`); `hits` are by position.
    """
    folded, cased = text.folded, text.cased
    out: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(folded):
        end = match.end()
        if match[0][0] == "." and (not _ends(folded, cased, end, abbreviation) or _is_inside(hits, match.start(), end)):
            continue
        if text.words[start:end].strip():
            out.append((start, end))
        start = end
    if text.words[start:].strip():
        out.append((start, len(folded)))
    return out


def _ends(folded: str, cased: str, end: int, abbreviation: re.Pattern[str]) -> bool:
    if abbreviation.search(folded, max(0, end - _LONGEST_ABBREVIATION), end) and "\n" not in folded[end : end + 2]:
        return False
    for character in cased[end : end + 4]:
        if not character.isspace():
            return not character.islower()
    return True


def _is_inside(hits: Sequence[Hit], start: int, end: int) -> bool:
    """A term that is written with a full stop runs across this stretch (an expression may well span two sentences)."""
    for at in range(bisect_left(hits, start, key=_start) - 1, -1, -1):
        if hits[at].start < start - _LONGEST_TERM:
            return False
        if hits[at].end > end and "." in hits[at].written and not is_expression(hits[at].written):
            return True
    return False


def _start(hit: Hit) -> int:
    return hit.start


def clauses(
    text: Text, start: int, end: int, causes: Sequence[Hit], more_breaks: Sequence[int] = ()
) -> tuple[list[int], list[bool]]:
    """Where the clauses of a sentence begin, and which of them only name a cause ("after the attack on …").

    `more_breaks` are offsets of words that begin a clause of their own ("while").

    A cause runs to the next break; one that opens the sentence ends at its comma ("After days of calm, rockets …").
    """
    breaks = sorted([*(m.end() for m in _BREAK.finditer(text.folded, start, end)), *more_breaks])
    marks = sorted([(at, False) for at in breaks] + [(hit.start, True) for hit in causes])
    starts, is_cause = [start], [False]
    for at, cause in marks:
        opens = cause and not text.words[start:at].strip()
        if opens:
            is_cause[0] = True
            comma = _COMMA.search(text.folded, at, end)
            if comma:
                starts.append(comma.end())
                is_cause.append(False)
            continue
        if at <= starts[-1]:
            continue
        starts.append(at)
        is_cause.append(cause or (is_cause[-1] and not _is_break(at, breaks)))
    return starts, is_cause


def _is_break(at: int, breaks: Sequence[int]) -> bool:
    index = bisect_right(breaks, at) - 1
    return index >= 0 and breaks[index] == at
