"""Text that a stranger wrote, without what is not for reading. Pure.

There are two answers, because it is read in two places. Beside other text (a terminal, a table, the ledger) nothing may
turn the reading direction of what stands after it, not even the marks that Arabic and Hebrew texts use; what is taken
out of a word leaves a blank, so that it is seen. A message is read alone, by programs that lay out right-to-left text
well: there the marks stay, and no trace of the rest.
"""

from __future__ import annotations

import re
import unicodedata

#: marks that turn the reading direction for the text after them, and invisible line separators
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
#: reading-direction overrides, embeddings and isolates; invisible tag characters; byte order mark; interlinear marks
_UNWANTED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u2060-\u2064\U000e0000-\U000e007f]")
_LINE_BREAK = re.compile("\r\n|[\r\u000b\u000c\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")


def clean(text: object, *, lines: bool = False) -> str:
    """`text` to be shown beside other text: without control characters and turning marks.

    `lines` keeps line breaks, otherwise every run of white space is one blank.
    """
    if lines:
        return "\n".join(clean(line) for line in str(text).splitlines())
    return " ".join(shown(str(text)).split())


def shown(text: str) -> str:
    """The same with its blanks as they are: for a part of a text, which may end between two words."""
    kept = (sign for sign in text if sign not in _TURNING)
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in kept)


def clean_message(text: str, *, lines: bool = False) -> str:
    """`text` to be sent: without what is not for reading; one line, unless `lines` keeps its line breaks."""
    text = _LINE_BREAK.sub("\n", text)
    text = _UNWANTED.sub("", text)
    text = "".join(character for character in text if character == "\n" or _is_readable(character))
    if lines:
        return "\n".join(_BLANKS.sub(" ", line).rstrip() for line in text.split("\n")).strip("\n")
    return " ".join(text.split())


def _is_readable(character: str) -> bool:
    """Not a control, a lone surrogate, a private or an unassigned character; tab and format characters may stay."""
    return character == "\t" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where one ends near, with `…` where something is missing."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at = head.rfind(" ")
    return (head[:at] if at > limit * 0.7 else head).rstrip() + "…"
