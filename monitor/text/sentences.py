"""A text cut into sentences, and a sentence into clauses; offsets are those of the normalised text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from operator import attrgetter

from monitor.text.expressions import is_expression
from monitor.text.matcher import Hit
from monitor.text.normalise import EACH, Text, normalise

#: possessive, and begun only at the first of several dots: a text of nothing but dots is read once
_END = re.compile(r"""(?<![.!?。।])[.!?。।]++["')\]»]*+(?=\s)|\n++|\|""")
_BREAK = re.compile(rf"[;:!?]|\s-+\s|\s\.\s|--|\.\.\.(?= ?[{EACH}])|(?<=[{EACH}])\.\.\.")
#: three dots in Korean headlines part clauses, as a dash does
_DOTS = re.compile(rf"\.\.\. ?[{EACH}]")
#: initials of any script end no sentence, whatever the files say ("U.S.", "т. е."); a Korean syllable is none
_INITIALS = re.compile(rf"(?![{EACH}])[^\W\d_](?:\.[^\W\d_])*")
#: the word before a full stop
_LAST_WORD = re.compile(r"[^\s(\"'\[/-]+$")
_LONGEST_WORD = 24
_NEXT_WORD = re.compile(r" ?([^\W\d_]+)")
#: characters of a term before a full stop in it
_LONGEST_TERM = 60
_COMMA = re.compile(r"[,،]")


def abbreviations_of(words: Iterable[str]) -> frozenset[str]:
    """The words before a full stop that ends no sentence, as a text has them: for `EE. UU.` both of its words."""
    return frozenset(word.removesuffix(".") for one in words for word in normalise(one).folded.split())


def sentences(
    text: Text, hits: Sequence[Hit] = (), abbreviations: Container[str] = (), months: Container[str] = ()
) -> list[tuple[int, int]]:
    """The sentences of a text as offsets; a full stop behind an abbreviation or before a small letter ends nothing.

    Nor does one inside a term of the rules that is written with it (`5. Filo`, `EE. UU.`); `hits` are by position.
    """
    folded, cased = text.folded, text.cased
    out: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(folded):
        end = match.end()
        if match[0][0] == "." and (
            not _ends(folded, cased, end, abbreviations, months) or _is_inside(hits, match.start(), end)
        ):
            continue
        if text.words[start:end].strip():
            out.append((start, end))
        start = end
    if text.words[start:].strip():
        out.append((start, len(folded)))
    return out


def _ends(folded: str, cased: str, end: int, abbreviations: Container[str], months: Container[str]) -> bool:
    if _DOTS.match(folded, end - 3):
        return False
    if folded[end - 1] == "." and "\n" not in folded[end : end + 2]:
        word = _LAST_WORD.search(folded, max(0, end - _LONGEST_WORD), end - 1)
        if word is not None and (word[0] in abbreviations or _INITIALS.fullmatch(word[0])):
            return False
        behind = _NEXT_WORD.match(folded, end)
        if behind is not None and word is not None and word[0].isdigit() and behind[1] in months:
            return False  # "am 28. November"
    for character in cased[end : end + 4]:
        if not character.isspace():
            return not character.islower()
    return True


def _is_inside(hits: Sequence[Hit], start: int, end: int) -> bool:
    """A term that is written with a full stop runs across this stretch (an expression may well span two sentences)."""
    for at in range(bisect_left(hits, start, key=attrgetter("start")) - 1, -1, -1):
        if hits[at].start < start - _LONGEST_TERM:
            return False
        if hits[at].end > end and "." in hits[at].written and not is_expression(hits[at].written):
            return True
    return False


def clauses(
    text: Text, start: int, end: int, causes: Sequence[Hit], more_breaks: Sequence[int] = (), scene: int = -1
) -> tuple[list[int], list[bool]]:
    """Where the clauses of a sentence begin, and which of them only name a cause ("after the attack on …").

    `more_breaks` are offsets of words that begin a clause of their own ("while"); `scene` is that of a colon behind
    nothing but a place ("Camp Arifjan: drone hits hangar"), which parts nothing.

    A cause runs to the next break; one that opens the sentence ends at its comma ("After days of calm, rockets …").
    """
    breaks = {*(m.end() for m in _BREAK.finditer(text.folded, start, end) if m.start() != scene), *more_breaks}
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
        is_cause.append(cause or (is_cause[-1] and at not in breaks))
    return starts, is_cause
