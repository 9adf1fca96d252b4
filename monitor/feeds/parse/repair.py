"""A loose document made well-formed, so that the strict XML reader can take it and no text is guessed at.

    mend(text) → Mended(text, …)

A document that is well-formed is left as it is, byte for byte. One that is not is written anew from its tags:
ampersands and `<` that nobody escaped become text, entities what they stand for, characters that XML forbids are
left out, elements are closed where their parent ends, prefixes declared, and what stands before or behind the
document is dropped. Where it is cut in the middle, everything before the cut stays. Takes time that grows with the
text, whatever is in it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from xml.parsers import expat

_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*\?>\s*", re.IGNORECASE)
#: how far into the body the document may begin
_JUNK = 65_536
_ROOT = re.compile(r"<(?:[a-z][\w.-]*:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype\b", re.IGNORECASE)
_SUBSET = re.compile(r"[^\[>]*+(?:\[((?:<!--(?:[^-]|-(?!->))*+-->|\"[^\"]*\"|'[^']*'|[^\]\"'])*+)\]\s*)?>")
_CDATA = "<![CDATA["
_CAPTION = "<media:description"
_ENTRY_END = re.compile(r"(?<=</item>)|(?<=</entry>)")
_TEASER = re.compile(r"<(?:description|summary|content(?::encoded)?)[\s/>]")
#: other letters pass as well, but not all that Python takes for letters
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?"
#: with quotes in order, or at least without another tag inside
_TAG = re.compile(rf"<(/?)({_NAME})((?:\s(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)?/?)>")
_LOOSE_TAG = re.compile(rf"<(/?)({_NAME})(\s[^<>]*|/?)>")
_ATTRIBUTE = re.compile(rf"(?<![\w.:-])({_NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
#: elements of HTML that have no end
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "param", "wbr"})
_ENTRIES = frozenset({"item", "entry"})
#: hold words, which are worth having even if their end is missing
_WORDS = frozenset({"title", "description", "summary", "content", "content:encoded", "subtitle"})
#: hold an address, a name or a date: half of one is another
_VALUES = frozenset(
    {
        *("link", "guid", "id", "pubdate", "published", "updated", "modified", "issued", "language", "comments"),
        *("dc:date", "dc:language", "dc:creator"),
    }
)
_PARTS = _WORDS | _VALUES
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/Podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xlink": "http://www.w3.org/1999/xlink",
}


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A document without XML declaration and document type, to be read as UTF-8."""

    text: str
    #: what was broken, for people; empty where nothing was
    detail: str = ""
    #: False where the document ends in the middle
    whole: bool = True
    #: False where no feed begins in it, or a page begins before: then it is as it was
    is_feed: bool = True


def mend(text: str) -> Mended:
    """`text` as a document that is well-formed as far as it can be made so."""
    declaration = _DECLARATION.match(text)
    text = undisguised(text[declaration.end() :] if declaration else text)
    root = _ROOT.search(text, 0, _JUNK)
    if root is None or _PAGE.search(text, 0, root.start()):
        return Mended(text=text, is_feed=False)
    if not (_TAG.match(text, root.start()) or _LOOSE_TAG.match(text, root.start())):
        return Mended(text=text, is_feed=False)  # not even its first tag is whole
    doctype = _DOCTYPE.search(text, 0, root.start())
    why = problem_of(text)
    if why is None and not doctype:
        return Mended(text=text)
    subset = _SUBSET.match(text, doctype.end(), root.start()) if doctype else None
    writer = _Writer(_References(subset[1] or "" if subset else ""))
    mended = writer.document(_allowed(text[root.start() :]))
    detail = f"its XML is broken and was mended ({why})" if why else ""
    if writer.was_cut:
        detail = f"it ends in the middle; what stands before was read ({why})" if why else "it ends in the middle"
    return Mended(text=mended, detail=detail, whole=not writer.was_cut)


def without_captions(text: str) -> str:
    """A well-formed document without the texts of pictures, where an entry has one of its own.

    feedparser takes the last of them for the entry's summary, and the teaser would be gone.
    """
    if _CAPTION not in text:
        return text
    return "".join(map(_without_caption, _ENTRY_END.split(text)))


def _without_caption(piece: str) -> str:
    """`piece` ends with an entry, or holds none."""
    first = piece.find(_CAPTION)
    begins = max(piece.rfind("<item"), piece.rfind("<entry"), 0)
    if first < 0 or not _TEASER.search(piece, begins):
        return piece
    kept, at = [], 0
    while (start := piece.find(_CAPTION, at)) >= 0:
        end = piece.find(">", start) + 1
        if piece[end - 2] != "/":
            end = piece.find(f"</{_CAPTION[1:]}", end)
            end = piece.find(">", end) + 1 if end >= 0 else 0
        if end <= 0:
            break
        kept.append(piece[at:start])
        at = end
    return "".join((*kept, piece[at:]))


def problem_of(text: str) -> str | None:
    """What is not well-formed, as expat calls it; None where everything is."""
    parser = expat.ParserCreate("utf-8", " ")  # the sign that may stand in no name of a namespace, as feedparser has it
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return f"line {error.lineno}: {expat.ErrorString(error.code)}"
    # a section without an end swallows what follows up to the end of the next one, and no XML reader minds
    return "a CDATA section without an end" if text.count(_CDATA) > text.count("]]>") else None


@dataclass(slots=True)
class _Element:
    """An element whose end has not come yet."""

    name: str
    #: in small letters, as end tags are compared
    key: str
    #: how much had been written when its content began
    at: int


@dataclass(slots=True)
class _Writer:
    """Writes one document anew, tag by tag."""

    references: _References
    was_cut: bool = False
    _out: list[str] = field(default_factory=list)
    _stack: list[_Element] = field(default_factory=list)
    #: keys of the open elements
    _open: Counter[str] = field(default_factory=Counter)
    _prefixes: set[str] = field(default_factory=set)
    #: where the next sign of each kind stands
    _found: dict[str, int] = field(default_factory=dict)
    #: the end of the document was met
    _has_ended: bool = False
    _is_done: bool = False

    def document(self, text: str) -> str:
        """The whole of `text`, which begins with the root's tag."""
        at, last = 0, text.rfind(">")
        root = _TAG.match(text) or _LOOSE_TAG.match(text)
        assert root is not None
        while at < len(text) and not self._is_done:
            start = text.find("<", at)
            self._write(text[at : start if start >= 0 else len(text)])
            is_cut = start > last and not text.startswith(_CDATA, start)  # nothing ends any more: this is half a tag
            at = len(text) if start < 0 or is_cut else self._markup(text, start)
        if not self._is_done:
            self._end_early()
        return self._declared(root)

    def _markup(self, text: str, start: int) -> int:
        """What begins with `<` at `start`; where to go on."""
        if text.startswith(_CDATA, start):
            return self._cdata(text, start)
        if text.startswith("<!--", start):
            end = self._find(text, "-->", start + 4)
            is_ended = end >= 0 and text.find("<!--", start + 4, end) < 0
            return end + 3 if is_ended else start + 4
        if text.startswith(("<?", "<!"), start):
            return text.find(">", start) + 1
        tag = _TAG.match(text, start) or _LOOSE_TAG.match(text, start)
        if tag is None or tag[2].startswith("xmlns:"):
            # in the HTML that most texts of feeds are, a letter behind it would make a tag of it once more
            is_like_a_tag = text[start + 1 : start + 2].isalpha() and not self._in_value
            self._out.append("&amp;lt;" if is_like_a_tag else "&lt;")
            return start + 1
        if tag[1]:
            key = tag[2].lower()
            ends_all = bool(self._stack) and self._stack[0].key == key and self._open[key] == 1
            if ends_all and any(self._find(text, f"<{entry}", tag.end()) >= 0 for entry in _ENTRIES):
                self._has_ended = True  # too early: a document does not end before its entries do
            else:
                self._end(key)
        else:
            self._begin(tag[2], tag[3])
        return tag.end()

    def _cdata(self, text: str, start: int) -> int:
        """A section as it stands; one whose end is missing ends with its element."""
        begin = start + len(_CDATA)
        end = self._find(text, "]]>", begin)
        parent = f"</{self._stack[-1].name}>" if self._stack else ""
        following = text.find(_CDATA, begin, end if end >= 0 else len(text))
        if parent and (end < 0 or following >= 0):
            closing = text.find(parent, begin, following if following >= 0 else len(text))
            if closing >= 0:
                self._out.append(f"{_CDATA}{text[begin:closing]}]]>")
                return closing
        inside = text[begin : end if end >= 0 else len(text)].replace(_CDATA, " ")  # or two halves become one
        self._out.append(f"{_CDATA}{inside}]]>")
        return end + 3 if end >= 0 else len(text)

    def _find(self, text: str, sign: str, start: int) -> int:
        """As `str.find` for starts that only grow; what was found is remembered, or it takes the square of the time."""
        found = self._found.get(sign, 0)
        if 0 <= found < start:  # -1: there is none any more
            found = self._found[sign] = text.find(sign, start)
        return found

    def _write(self, text: str) -> None:
        if not text:
            return
        written = self.references.resolved(text, in_address=self._in_value).replace("]]>", "")
        self._out.append(written.replace(">", "&gt;"))  # behind a tag left out it may be the end of one once more

    @property
    def _in_value(self) -> bool:
        return bool(self._stack) and self._stack[-1].key in _VALUES

    def _begin(self, name: str, rest: str) -> None:
        key = name.lower()
        if key in _ENTRIES:
            if self._stack and self._stack[-1].key in _PARTS:
                self._end(self._stack[-1].key)  # the feed's own title, whose end is missing, does not hold its news
            for entry in _ENTRIES:
                self._end(entry)
        elif key in _PARTS and self._stack:
            part = next((element.key for element in self._stack[-1:-8:-1] if element.key in _PARTS), "")
            if part:
                self._end(part)
        is_empty = (rest.endswith("/") or key in _VOID) and bool(self._stack)  # of the root something is to come
        self._out.append(f"<{name}{self._attributes(rest)}{'/' if is_empty else ''}>")
        self._note_prefix(name)
        if not is_empty:
            self._stack.append(_Element(name, key, len(self._out)))
            self._open[key] += 1

    def _end(self, key: str) -> None:
        """Closes the innermost element of that name and all inside it; an end without a beginning is nothing."""
        if not self._open[key]:
            return
        while True:
            element = self._stack.pop()
            self._open[element.key] -= 1
            self._out.append(f"</{element.name}>")
            if element.key == key:
                break
        self._is_done = not self._stack

    def _end_early(self) -> None:
        """Closes everything at the end of the text; an address or a date that was cut is left out."""
        self.was_cut = not self._has_ended
        if self._stack and self._stack[-1].key in _VALUES:
            del self._out[self._stack[-1].at :]
        while self._stack:
            self._end(self._stack[-1].key)

    def _attributes(self, rest: str) -> str:
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(rest):
            value = self.references.resolved(double or single or bare.removesuffix("/"), in_address=True)
            declares = name == "xmlns" or name.startswith("xmlns:")
            if declares:
                value = "".join(value.split())
            if name in ("xmlns:xml", "xmlns:xmlns") or (name.startswith("xmlns:") and not value):
                continue  # prefixes that nobody may declare, or declare away
            found.setdefault(name, value.replace("<", "&lt;").replace('"', "&quot;"))
            if not declares:
                self._note_prefix(name)
        return "".join(f' {name}="{value}"' for name, value in found.items())

    def _note_prefix(self, name: str) -> None:
        prefix, colon, _ = name.partition(":")
        if colon and prefix not in ("xml", "xmlns"):
            self._prefixes.add(prefix)

    def _declared(self, root: re.Match[str]) -> str:
        """The document with its prefixes declared at the root, where they are not."""
        first = self._out[0]
        known = {name for name, *_ in _ATTRIBUTE.findall(first)}
        missing = sorted(prefix for prefix in self._prefixes if f"xmlns:{prefix}" not in known)
        names = {prefix: _NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}") for prefix in missing}
        added = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in names.items())
        self._out[0] = first[: len(root[2]) + 1] + added + first[len(root[2]) + 1 :]
        return "".join(self._out)


# -------------------------------------------------------------------------------------- references

_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_REFERENCE = re.compile(
    r"&(?:#(?P<hex>[xX][0-9a-fA-F]+)|#(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9._-]*))?(?P<end>;)?"
)
#: names that HTML takes without a semicolon even where a letter follows; longer ones would make words of others
_WITHIN_WORDS = re.compile(r"nbsp|[A-Za-z](?:acute|grave|circ|uml|tilde|cedil|ring|slash)|szlig|(?:AE|ae)lig")
#: `😀` as two halves, which XML forbids
_HALF = re.compile("[\ud800-\udfff]")
#: numbers and characters of the C1 block are windows-1252 in disguise
_DISGUISED = re.compile(r"&#(?:(?P<number>0*1(?:2[89]|[345]\d))|[xX](?P<hex>0*[89][0-9a-fA-F]));")
#: apart from the numbers: a search for one kind of sign is several times as quick as one for either
_DISGUISED_SIGN = re.compile(r"[\x80-\x9f]")
_C1 = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
#: characters that XML forbids
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: forbidden ones that stand between words
_BLANKS = re.compile("[\x0b\x0c\x1c-\x1f]")
#: an entity of the document's own is a name for a few words, not a way to make a large document of a small one
_LONGEST_ENTITY, _MOST_OF_ENTITIES = 1_000, 1_000_000
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")


class _References:
    """`&…` in the text and attributes of one document: what it stands for, written so that any XML reader takes it.

    A reference with a semicolon is one of XML, of the document's own type declaration or of HTML; what is none of
    them is text, and so is an ampersand that nobody escaped. In an address `&copy=` is always a parameter.
    """

    def __init__(self, subset: str = "") -> None:
        """`subset` is the internal part of a document type; nothing outside the document is ever asked."""
        self._left = _MOST_OF_ENTITIES
        self._own: dict[str, str] = {}
        found = [(name, double or single) for name, double, single in reversed(_ENTITY.findall(subset))]
        # read while none is known: entities inside entities stay as written, for this is how a document explodes.
        # Mark-up in them is escaped as it is in the text of feeds
        self._own = {
            name: self.resolved(text).replace("<", "&lt;").replace(">", "&gt;")
            for name, text in found
            if len(text) <= _LONGEST_ENTITY
        }

    def resolved(self, text: str, *, in_address: bool = False) -> str:
        """`text` with every reference in a form that XML knows without a document type.

        In an address or an attribute a name without semicolon is a parameter.
        """
        if "&" not in text:
            return text
        text = _REFERENCE.sub(lambda found: self._one(found, in_address=in_address), text)
        if _HALF.search(text):  # two become one character, a single one is none
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def _one(self, found: re.Match[str], *, in_address: bool) -> str:
        name, as_text = found["name"], "&amp;" + found[0][1:]
        if found["hex"] or found["number"]:
            if in_address and not found["end"]:
                return as_text
            return _character(int(found["hex"][1:], 16) if found["hex"] else int(found["number"][:9]))
        if not name:
            return as_text
        if found["end"]:
            return self._named(name) or as_text
        if in_address or found.string.startswith("=", found.end()):
            return as_text
        if name in html5:  # the table holds the names that HTML takes without a semicolon
            return escape(html5[name], quote=False)
        within = _WITHIN_WORDS.match(name)
        if within and within[0] in html5:
            return escape(html5[within[0]], quote=False) + name[within.end() :]
        return as_text

    def _named(self, name: str) -> str:
        if name in _OF_XML:
            return f"&{name};"
        own = self._own.get(name)
        if own is not None and len(own) <= self._left:
            self._left -= len(own)
            return own
        return escape(html5.get(f"{name};", ""), quote=False)


def undisguised(text: str) -> str:
    """`text` with `&#146;` and U+0092 as the apostrophe that every browser shows for them."""
    if "&#" in text:
        text = _DISGUISED.sub(_windows, text)
    if text.isascii() or _DISGUISED_SIGN.search(text) is None:
        return text
    return _DISGUISED_SIGN.sub(lambda found: _C1[found[0]] or found[0], text)


def _allowed(text: str) -> str:
    """`text` without the characters that XML forbids."""
    return text if _FORBIDDEN.search(text) is None else _FORBIDDEN.sub("", _BLANKS.sub(" ", text))


def _windows(found: re.Match[str]) -> str:
    sign = chr(int(found["number"] or found["hex"], 10 if found["number"] else 16))
    return _C1[sign] or found[0]


def _character(code: int) -> str:
    """The character of a number, or half of one; where there is none U+FFFD, a control character is nothing."""
    if 0xD800 <= code < 0xE000:
        return chr(code)
    sign = chr(code) if code <= 0x10FFFF else "\ufffd"
    return escape(_allowed(_C1.get(sign) or sign), quote=False)
