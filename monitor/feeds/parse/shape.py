"""Is a document so plain that the fast reader cannot misread it?

    shape_of(text) → Shape | Doubt

The fast reader (`fast`) gives less than the reference does: of a date the moment and not the words, of a text no type,
of an element that it does not know nothing, and it fills what is missing with what it has. So the tags of the document
are looked at first, its CDATA left out: what is in each entry, in which order, and whether anything is in it whose
reading differs. The first thing found is the doubt, and has a name. Takes time that grows with the text, whatever is
in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.document import Doubt

#: larger ones go to the reference, whose memory the worker's limit was measured with
_LARGEST = 8 * 1024 * 1024
_CDATA = "<![CDATA["
#: longer ones are neither a date nor the name of a language
_SHORT = 100
#: stands for the others: what holds them is not empty
_SOMETHING = "…"
_SIGNS = re.compile(r"[<>&]")
_ATTRIBUTES = r"(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*"
_START = re.compile(rf"<([A-Za-z_][\w.:-]*)({_ATTRIBUTES})\s*(/?)>")
_FIRST = re.compile(r"<(?:item|entry)[\s>]")
_ATTRIBUTE = re.compile(r"([\w.:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
#: an entry is followed by the next one or by the document's end, else the head goes on behind it
_GAP = re.compile(r"</(item|entry)>(?!\s*(?:<\1[\s>]|</(?:channel|feed)>\s*(?:</rss>\s*)?\Z))")
#: elements that hold a text and nothing else
_TEXTS = ("title", "description", "summary", "content", "content:encoded", "guid", "id", "pubDate", "dc:date",
          "published", "updated", "language")  # fmt: skip
_MIXED = re.compile(
    rf"<({'|'.join(map(re.escape, _TEXTS))})(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)?(?<!/)>[^<]*+(?!</\1\s*>)"
)
_EMPTY_ID = re.compile(r"<(guid|id)(?:\s[^<>]*)?(?:/>|>\s*</\1)")
_DATE = re.compile(r"<(?:pubDate|dc:date|published|updated)(?:\s[^<>]*)?(?<!/)>([^<]*)<")
_LANGUAGE = re.compile(r"<language>([^<]*)<")
#: dates that both read as the same moment; any other is read by our own reader, which wants its words
_DAY_OF_YEAR = (
    r"(?:(?:0?[1-9]|1\d|2[0-8]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:29|30) (?:Jan|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|31 (?:Jan|Mar|May|Jul|Aug|Oct|Dec))"
)
_ISO_DAY = r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_LEAP_YEAR = r"20(?:[02468][048]|[13579][26])"
_PLAIN_DATE = re.compile(
    rf"\s*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:{_DAY_OF_YEAR} (?:19|20)\d\d|29 Feb {_LEAP_YEAR}) "
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:GMT|UTC?|[+-](?:0\d|1[0-2])[0-5]\d)"
    rf"|(?:(?:19|20)\d\d-{_ISO_DAY}|{_LEAP_YEAR}-02-29)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,6}})?"
    r"(?:Z|[+-](?:0\d|1[0-2]):[0-5]\d))\s*"
)

#: what an entry may hold, by format: the reading of these is known
_OF_RSS = frozenset({"title", "link", "description", "pubDate", "guid", "content:encoded", "dc:date", "comments"})
_OF_ATOM = frozenset({"title", "link", "summary", "content", "id", "published", "updated"})
#: of which the first and the last are different readings where there are two
_ONCE = (_OF_RSS | _OF_ATOM) - {"link"}
#: texts of an entry; beside them that of a picture is none
_TEASERS = frozenset({"description", "summary", "content", "content:encoded"})
_CAPTION = frozenset({"media:description"})
_HARMLESS = frozenset(
    {
        *("author", "category", "enclosure", "name", "uri", "email", "post-id", "dc:creator", "dc:subject"),
        *("dc:publisher", "media:content", "media:group", "media:title", "slash:comments", "atom:author", "atom:name"),
    }
)
#: last parts of names that one of the readers takes for a field, whatever the prefix
_FIELDS = frozenset(
    {
        *("abstract", "body", "content", "created", "creator", "date", "description", "encoded", "fullitem", "guid"),
        *("id", "issued", "language", "lastbuilddate", "link", "modified", "origlink", "published", "pubdate"),
        *("source", "subtitle", "summary", "tagline", "text", "title", "updated"),
    }
)
#: prefixes that the list above relies on
_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
}
#: what is read by a prefix
_PREFIXED = re.compile(r"<(?:content:encoded|dc:date|media:(?:title|description))[\s/>]")
#: with a namespace of their own in every feed of WordPress
_WORDPRESS = frozenset({"site", "post-id"})
_ATOM = "http://www.w3.org/2005/Atom"
#: types of texts of Atom that hold no elements
_TYPES = frozenset({"html", "text", "text/html", "text/plain"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One entry of a plain document: which fields it has."""

    has_id: bool
    has_link: bool
    has_summary: bool
    has_content: bool
    has_date: bool
    #: `media:title`, which stands in where there is no other
    has_other_title: bool
    #: has a base of its own for the links in its text, which the reference does not forget behind it
    has_base: bool
    #: texts that are declared to be no mark-up
    plain: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A plain document."""

    is_atom: bool
    parts: tuple[Part, ...]
    #: as its head says it
    language: str = ""

    @property
    def has_content(self) -> bool:
        return any(part.has_content for part in self.parts)

    @property
    def has_bases(self) -> bool:
        return any(part.has_base for part in self.parts)


@dataclass(slots=True)
class _Tag:
    name: str
    attributes: dict[str, str]
    is_empty: bool
    start: int


def shape_of(text: str) -> Shape | Doubt:
    """What is in each entry of a well-formed document, or the first reason to ask the reference."""
    if len(text) > _LARGEST:
        return Doubt.LARGE
    if "\u2028" in text or "\u2029" in text:
        return Doubt.LINE_SEPARATORS
    bones = _without_cdata(text)
    root_tag = _START.search(bones)
    if "<!" in bones or (root_tag and bones.find("<?", root_tag.end()) >= 0):
        return Doubt.COMMENTS
    first = _FIRST.search(bones)
    if first is None:
        return Doubt.NO_ENTRIES
    head = [_tag(found) for found in _START.finditer(bones, 0, first.start())]
    root = head[0] if head else None
    is_atom = root is not None and root.name == "feed"
    doubt = _doubt_of_head(root, head) or _doubt_of_texts(bones, first.start())
    if doubt:
        return doubt
    said = _LANGUAGE.search(bones, 0, first.start())
    language = said[1] if said else head[0].attributes.get("xml:lang", "")
    if not all(map(_has_usual_prefixes, head)) and _PREFIXED.search(bones, first.start()):
        return Doubt.NAMESPACES
    empty_ids = {found.start() for found in _EMPTY_ID.finditer(bones, first.start())}
    parts: list[Part] = []
    for tags in _entries(bones, first.start()):
        answer = _part(tags, empty_ids, is_atom=is_atom)
        if isinstance(answer, Doubt):
            return answer
        parts.append(answer)
    return Shape(is_atom=is_atom, parts=tuple(parts), language=language)


def _without_cdata(text: str) -> str:
    """The document without the texts that its CDATA holds; a date or a name in it stays."""
    first, *others = text.split(_CDATA)
    pieces = [first]
    for other in others:
        inside, _, behind = other.partition("]]>")
        if len(inside) <= _SHORT and not _SIGNS.search(inside):
            pieces.append(inside)
        else:
            pieces.append(_SOMETHING)
        pieces.append(behind)
    return "".join(pieces)


def _tag(found: re.Match[str]) -> _Tag:
    attributes = {name: one or other for name, one, other in _ATTRIBUTE.findall(found[2])} if found[2] else {}
    return _Tag(found[1], attributes, bool(found[3]), found.start())


def _doubt_of_head(root: _Tag | None, head: list[_Tag]) -> Doubt | None:
    """What stands before the first entry: the format, its namespaces, one title and one language."""
    if root is None or root.name not in ("rss", "feed"):
        return Doubt.FORMAT
    if root.attributes.get("xmlns", "") != (_ATOM if root.name == "feed" else ""):
        return Doubt.FORMAT
    names = Counter(tag.name for tag in head)
    languages = names["language"] + ("xml:lang" in root.attributes)
    strange = any(":" in name and name.rpartition(":")[2] in ("title", "language") for name in names)
    if languages > 1 or strange or any("xml:lang" in tag.attributes for tag in head[1:]):
        return Doubt.LANGUAGES
    if any("xml:base" in tag.attributes for tag in head):
        return Doubt.BASES
    foreign = any("xmlns" in tag.attributes and tag.name not in _WORDPRESS for tag in head[1:])
    return Doubt.NAMESPACES if foreign else None


def _doubt_of_texts(bones: str, start: int) -> Doubt | None:
    """Elements inside texts, dates in unusual words, something between the entries."""
    if _MIXED.search(bones):
        return Doubt.MARKUP
    if _GAP.search(bones, start):
        return Doubt.ORDER
    if not all(map(_PLAIN_DATE.fullmatch, _DATE.findall(bones, start))):
        return Doubt.DATES
    return None


def _entries(bones: str, start: int) -> Iterator[list[_Tag]]:
    """The tags of each entry, its own first."""
    tags: list[_Tag] = []
    for found in _START.finditer(bones, start):
        tag = _tag(found)
        if tag.name in ("item", "entry") and tags:
            yield tags
            tags = []
        tags.append(tag)
    yield tags


def _part(tags: list[_Tag], empty_ids: set[int], *, is_atom: bool) -> Part | Doubt:
    known = _OF_ATOM if is_atom else _OF_RSS
    if tags[0].name != ("entry" if is_atom else "item") or not all(map(_declares_prefix, tags[0].attributes)):
        return Doubt.ELEMENTS
    if not _has_usual_prefixes(tags[0]):
        return Doubt.NAMESPACES
    names = [tag.name for tag in tags[1:]]
    counts = Counter(names)
    if not counts.keys().isdisjoint(_TEASERS):  # then a caption is a caption
        known |= _CAPTION
    doubt = next(filter(None, (_doubt_of_tag(tag, known, is_atom=is_atom) for tag in tags[1:])), None)
    if doubt or any(count > 1 and name in _ONCE for name, count in counts.items()):
        return doubt or Doubt.TWICE
    id_name = "id" if is_atom else "guid"
    has_id = any(tag.name == id_name and tag.start not in empty_ids for tag in tags)
    if not has_id and is_atom:  # the reference finds one elsewhere
        return Doubt.MISSING_IDS
    if "media:title" in counts and ("title" not in counts or names.index("media:title") < names.index("title")):
        return Doubt.ORDER
    doubt = _doubt_of_links(tags) if is_atom else (Doubt.LINKS if counts["link"] > 1 else None)
    if doubt:
        return doubt
    summary, content = ("summary", "content") if is_atom else ("description", "content:encoded")
    if not is_atom and summary in counts and content in counts and names.index(content) < names.index(summary):
        return Doubt.ORDER
    has_date = any(name in counts for name in ("pubDate", "dc:date", "published", "updated"))
    plain = {tag.name for tag in tags if not tag.attributes.get("type", "text").endswith("html")}
    return Part(
        has_id=has_id,
        has_link="link" in counts,
        has_summary=summary in counts,
        has_content=content in counts,
        has_date=has_date,
        has_other_title="media:title" in counts,
        has_base=any("xml:base" in tag.attributes for tag in tags),
        plain=frozenset(plain if is_atom else {"title"}),
    )


def _doubt_of_tag(tag: _Tag, known: frozenset[str], *, is_atom: bool) -> Doubt | None:
    prefix, _, local = tag.name.rpartition(":")
    is_known = tag.name in known or tag.name in _HARMLESS
    if not is_known and (not prefix or local.lower() in _FIELDS):
        return Doubt.ELEMENTS
    if not tag.attributes:
        return None
    # of an element that has a prefix and holds nothing but text it changes nothing
    is_foreign = "xmlns" in tag.attributes and tag.name not in _WORDPRESS and not (prefix and tag.name in _TEXTS)
    if is_foreign or not _has_usual_prefixes(tag):
        return Doubt.NAMESPACES
    if tag.name in known:
        if "mode" in tag.attributes or "src" in tag.attributes:
            return Doubt.MARKUP
        is_text = tag.name in ("title", "summary", "content", "description", "content:encoded")
        if is_text and "type" in tag.attributes and (not is_atom or tag.attributes["type"] not in _TYPES):
            return Doubt.MARKUP
    if tag.name not in ("content", "summary"):  # of links in the texts nothing is kept
        if "xml:base" in tag.attributes:
            return Doubt.BASES
        if "xml:lang" in tag.attributes:
            return Doubt.LANGUAGES
    return None


def _doubt_of_links(tags: list[_Tag]) -> Doubt | None:
    """An entry of Atom has one link to its article; others say what they are."""
    links = [tag.attributes for tag in tags if tag.name == "link"]
    articles = [link for link in links if link.get("rel", "alternate") == "alternate"]
    is_named = len(links) == 1 or "rel" in articles[0] if articles else False
    return None if len(articles) == 1 and is_named else Doubt.LINKS


def _declares_prefix(attribute: str) -> bool:
    return attribute.startswith("xmlns:")


def _has_usual_prefixes(tag: _Tag) -> bool:
    return all(
        _NAMESPACES.get(name[6:], value) == value for name, value in tag.attributes.items() if name.startswith("xmlns:")
    )
