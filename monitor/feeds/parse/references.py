"""`&…` in text and attributes of a loose document: what it stands for, written so that any XML reader takes it.

A reference with a semicolon is one of XML, of the document's own type declaration or of HTML; what is none of
them is text, and so is an ampersand that nobody escaped. In an address `&copy=` is always a parameter.
"""

from __future__ import annotations

import re
from html.entities import html5

_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_REFERENCE = re.compile(
    r"&(?:#(?P<hex>[xX][0-9a-fA-F]+)|#(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9._-]*))?(?P<end>;)?"
)
#: names that HTML takes without a semicolon even where a letter follows; longer ones would make words of others
_WITHIN_WORDS = re.compile(r"nbsp|[A-Za-z](?:acute|grave|circ|uml|tilde|cedil|ring|slash)|szlig|(?:AE|ae)lig")
#: `😀` as two halves, which XML forbids
_HALVES = re.compile(
    r"&#(?:[xX]([dD][89abAB][0-9a-fA-F]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));"
)
#: numbers and characters of the C1 block are windows-1252 in disguise
_DISGUISED = re.compile(r"[\x80-\x9f]|&#(?:0*1(?:2[89]|[345]\d)|[xX]0*[89][0-9a-fA-F]);")
_C1 = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
#: characters that XML forbids
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: forbidden ones that stand between words
_BLANKS = re.compile("[\x0b\x0c\x1c-\x1f]")
#: an entity of the document's own is a name for a few words, not a way to make a large document of a small one
_LONGEST = 1_000
_MOST = 1_000_000
_DECLARED = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")


class References:
    """The references of one document, with the entities that it declares itself."""

    def __init__(self, subset: str = "") -> None:
        """`subset` is the internal part of a document type; nothing outside the document is ever asked."""
        self._left = _MOST
        self._own: dict[str, str] = {}
        found = [(name, double or single) for name, double, single in reversed(_DECLARED.findall(subset))]
        # read while none is known: entities inside entities stay as written, for this is how a document explodes
        self._own = {name: self._value(text) for name, text in found if len(text) <= _LONGEST}

    def as_text(self, text: str) -> str:
        """`text` with every reference in a form that XML knows without a document type."""
        return self._resolved(text, in_address=False)

    def as_address(self, text: str) -> str:
        """The same for an address or an attribute, in which a name without semicolon is a parameter."""
        return self._resolved(text, in_address=True)

    def _resolved(self, text: str, *, in_address: bool) -> str:
        if "&" not in text:
            return text
        text = _HALVES.sub(_whole, text)
        return _REFERENCE.sub(lambda found: self._one(found, in_address=in_address), text)

    def _one(self, found: re.Match[str], *, in_address: bool) -> str:
        written = found[0]
        if found["hex"] or found["number"]:
            if in_address and not found["end"]:
                return "&amp;" + written[1:]
            return _character(int(found["hex"][1:], 16) if found["hex"] else int(found["number"][:9]))
        name = found["name"]
        if not name:
            return "&amp;" + written[1:]
        if found["end"]:
            return self._named(name) or "&amp;" + written[1:]
        following = found.string[found.end() : found.end() + 1]
        if in_address or following == "=":
            return "&amp;" + written[1:]
        if name in html5:  # the table holds the names that HTML takes without a semicolon
            return _escaped(html5[name])
        within = _WITHIN_WORDS.match(name)
        if within and within[0] in html5:
            return _escaped(html5[within[0]]) + name[within.end() :]
        return "&amp;" + written[1:]

    def _value(self, text: str) -> str:
        """An entity's text, with mark-up in it escaped as it is in the text of feeds."""
        return self.as_text(text).replace("<", "&lt;").replace(">", "&gt;")

    def _named(self, name: str) -> str:
        if name in _OF_XML:
            return f"&{name};"
        own = self._own.get(name)
        if own is not None and len(own) <= self._left:
            self._left -= len(own)
            return own
        return _escaped(html5.get(f"{name};", ""))


def undisguised(text: str) -> str:
    """`text` with `&#146;` and U+0092 as the apostrophe that every browser shows for them."""
    if text.isascii() and "&#" not in text:
        return text
    return _DISGUISED.sub(_unmasked, text)


def allowed(text: str) -> str:
    """`text` without the characters that XML forbids."""
    if _FORBIDDEN.search(text) is None:
        return text
    return _FORBIDDEN.sub("", _BLANKS.sub(" ", text))


def _unmasked(found: re.Match[str]) -> str:
    written = found[0]
    if len(written) == 1:
        return _C1[written] or written
    number = int(written[3:-1], 16) if written[2] in "xX" else int(written[2:-1])
    return _C1[chr(number)] or written


def _whole(found: re.Match[str]) -> str:
    high, low = (int(found[at], 16) if found[at] else int(found[at + 1]) for at in (1, 3))
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return found[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _character(code: int) -> str:
    """The character of a number; half of one or none at all is U+FFFD, a control character nothing."""
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    sign = chr(code)
    return _escaped(allowed(_C1.get(sign) or sign))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
