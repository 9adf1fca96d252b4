"""Text with the stretches that decided, as pieces: where a mark begins and ends is said by offsets, never searched."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model.report import Span
from monitor.text.clean import shown

#: joins two signs into one picture, and what chooses among the pictures of a sign
_JOINER, _SELECTORS = "\u200d", range(0xFE00, 0xFE10)
#: a tone of skin belongs to the picture before it
_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of text, ready to be shown; `why` says what it speaks for, and is empty where it is not marked."""

    text: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """`text[start:end]` speaks for `why`."""

    start: int
    end: int
    why: str


def marks_in(field: str, evidence: Iterable[Span]) -> list[Mark]:
    """The marks of one field of an item."""
    return [Mark(start=one.start, end=one.end, why=getattr(one, "why", "")) for one in evidence if one.field == field]


def pieces_of(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """`text[start:end]` cut where marks begin and end, without what is not for reading.

    Offsets are those of the whole text. Marks may overlap; a mark never tears a sign from its accents, or a picture
    (emoji) from its parts: it grows to hold them. Offsets beyond the text mark nothing.
    """
    end = len(text) if end is None else min(end, len(text))
    start = max(0, min(start, end))
    found = [
        (from_, to, one.why)
        for one in marks
        if (from_ := max(start, _whole(text, one.start))) < (to := min(end, _whole(text, one.end)))
    ]
    edges = sorted({start, end, *(edge for from_, to, _ in found for edge in (from_, to))})
    pieces = []
    for from_, to in itertools.pairwise(edges):
        whys = dict.fromkeys(why for begins, ends, why in found if begins <= from_ and to <= ends)
        said = shown(text[from_:to])
        if said:
            pieces.append(Piece(text=said, why="; ".join(why for why in whys if why) or ("marked" if whys else "")))
    return tuple(pieces)


def _whole(text: str, at: int) -> int:
    """The next offset at which a whole sign ends."""
    at = max(0, at)
    while 0 < at < len(text) and (_belongs(text[at]) or text[at - 1] == _JOINER):
        at += 1
    return at


def _belongs(sign: str) -> bool:
    """Whether it is shown as a part of the sign before it."""
    code = ord(sign)
    return sign == _JOINER or code in _SELECTORS or code in _TONES or unicodedata.category(sign) in ("Mn", "Me", "Mc")
