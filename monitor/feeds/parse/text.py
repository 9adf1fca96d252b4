"""Plain text from what publishers write: no mark-up, no entities, no control characters, no endless fields.

The door to selectolax. A paragraph, list item or line break of the mark-up becomes a line break of the text
(two sentences of two paragraphs must not run together); every other run of white space becomes one space.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d|#[xX]|[a-zA-Z])")
_BLOCK = re.compile(
    r"(?i)<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|"
    r"nav|ol|p|pre|section|table|td|th|tr|ul)\b)"
)
_HIDDEN = ["script", "style", "template", "head title", "iframe", "object", "svg", "noscript"]
#: stands for a paragraph's edge until white space is collapsed; removed from what publishers write
_EDGE = "\ue000"
#: control characters; halves of characters; marks that turn the order of text round or hide it; non-characters
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ue000\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f]"
)
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n")
#: mark-up that is read for one field, as a multiple of the characters that are kept
_MARKUP_FACTOR = 10


def plain(text: str, *, limit: int, lines: bool = False) -> str:
    """`text`, which may be mark-up, as at most `limit` characters of plain text; `lines` keeps paragraphs apart."""
    text = text[: limit * _MARKUP_FACTOR]
    if _EDGE in text:
        text = text.replace(_EDGE, "")
    if _MARKUP.search(text):
        text = _without_markup(text)
    elif lines:
        text = _BLANK_LINE.sub(_EDGE, text)
    if not lines:
        return cut(_clean(text.replace(_EDGE, " ")), limit)
    return cut("\n".join(filter(None, map(_clean, text.split(_EDGE)))), limit)


def one_line(text: str, *, limit: int) -> str:
    """`text` that is no mark-up (a name, an identifier) without control characters, in one line."""
    return cut(_clean(text[: limit * 2]), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in `…` where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def identifier(text: str, *, limit: int) -> str:
    """A guid that stays distinct however long it is: the rest of a long one is told by its hash."""
    text = _clean(text)
    if len(text) <= limit:
        return text
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[: limit - len(digest) - 1]}#{digest}"


def _clean(text: str) -> str:
    """One line without anything unwanted."""
    text = " ".join(text.split())
    if text.isprintable():  # most text is, and this is ten times as quick as looking for what is not
        return text
    return " ".join(_UNWANTED.sub("", text).split())


def _without_markup(text: str) -> str:
    tree = LexborHTMLParser(_BLOCK.sub(f"{_EDGE}<", text))
    tree.strip_tags(_HIDDEN)
    root: LexborNode | None = tree.root
    return root.text(deep=True, separator="", strip=False) if root is not None else ""
