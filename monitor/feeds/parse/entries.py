"""From the loose fields of a document to an `Entry`: bounded plain text, absolute links, a date that was read once.

What feedparser and the JSON reader found arrives as a `Draft`; one place turns it into what the project knows. The door
to selectolax: a paragraph, list item or line break of the mark-up becomes a line break of the text (sentences of two
paragraphs must not run together), every other run of white space one space; no entities, no control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.feeds.parse.dates import read_date
from monitor.model.document import DateMark, Entry, ParsedFeed

TITLE = 500
SUMMARY = 5_000
BODY = 50_000
GUID = 1_000
PUBLISHER = 200
_LINK = 4_096
#: entries of one document
MOST_ENTRIES = 10_000
#: dates of one document that may go to the slow last resort
_SLOW_DATES = 200

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")

#: of a text that is asked for its alphabet: how much is looked at, and how many letters say something
_SAMPLE, _FEWEST_LETTERS = 200, 5
#: the first word of its letters' Unicode names, for each language of which something is said
_SCRIPTS = {
    language: script
    for script, languages in {
        "LATIN": "cs da de en es et fi fr hr hu id it lt lv ms nb nl nn no pl pt ro sk sl so sq sv sw tr vi",
        "ARABIC": "ar fa ps ur ckb sd ug",
        "HEBREW": "he iw yi",
        "CYRILLIC": "be bg kk ky mk ru tg tt uk",
        "DEVANAGARI": "hi mr ne",
        "ETHIOPIC": "am ti",
        "BENGALI": "bn",
        "GREEK": "el",
        "ARMENIAN": "hy",
        "GEORGIAN": "ka",
        "HANGUL": "ko",
        "THAI": "th",
    }.items()
    for language in languages.split()
}


@dataclass(kw_only=True)
class Draft:
    """An entry as the document has it: any text may be mark-up, missing or absurd."""

    guid: str = ""
    #: candidates, the best first; the guid is none of them
    links: tuple[str, ...] = ()
    #: what relative links are relative to
    base: str = ""
    title: str = ""
    summary: str = ""
    body: str = ""
    #: raw dates, the best first
    dates: tuple[str, ...] = ()
    language: str | None = None
    publisher: str = ""


def finish(title: str, language: str | None, drafts: Iterable[Draft], *, now: datetime) -> ParsedFeed:
    """The document's entries in its order; what is left out is counted."""
    dates = _DateReader(now)
    language = language_tag(language)
    entries: list[Entry] = []
    dropped = over_cap = 0
    for number, draft in enumerate(drafts):
        entry = _entry(draft, dates, language) if number < MOST_ENTRIES else None
        if entry is None:
            dropped += 1
            over_cap += number >= MOST_ENTRIES
        else:
            entries.append(entry)
    return ParsedFeed(
        title=plain(title, limit=TITLE), language=language, entries=tuple(entries), dropped=dropped, over_cap=over_cap
    )


def language_tag(text: str | None) -> str | None:
    """A BCP 47 tag in its usual spelling (`en_us` → `en-us`), or None."""
    text = (text or "").strip()
    return text.replace("_", "-").lower() if len(text) <= 35 and _LANGUAGE.fullmatch(text) else None


def web_link(candidates: Iterable[str], base: str) -> str:
    """The first candidate that is, or becomes against `base`, an http(s) address; else empty."""
    for candidate in candidates:
        text = one_line(candidate, limit=_LINK + 1).replace(" ", "%20")
        if not text or len(text) > _LINK:
            continue
        try:
            address = urljoin(base, text)
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname and len(address) <= _LINK:
            return address
    return ""


def _entry(draft: Draft, dates: _DateReader, document_language: str | None) -> Entry | None:
    title = plain(draft.title, limit=TITLE)
    summary = plain(draft.summary, limit=SUMMARY, lines=True)
    body = plain(draft.body, limit=BODY, lines=True)
    if len(summary) == SUMMARY and not body:  # a whole article where others put a teaser
        body = plain(draft.summary, limit=BODY, lines=True)
    # an id is the address of its article only where it is a whole one: "101" counts within its feed
    url = web_link(draft.links, draft.base) or web_link((draft.guid,), "")
    if not (title or summary or body or url):
        return None
    published, mark = dates.read(draft.dates)
    return Entry(
        guid=identifier(draft.guid, limit=GUID),
        url=url,
        title=title,
        summary=summary,
        body=body,
        published=published,
        date_mark=mark,
        language=_language(draft, document_language, title or summary or body),
        publisher=plain(draft.publisher, limit=PUBLISHER),
    )


def _language(draft: Draft, of_document: str | None, text: str) -> str | None:
    """The entry's own language; else the document's, which it hands down to entries that say nothing themselves."""
    own = language_tag(draft.language)
    return own if own and own != of_document else spoken(of_document, text)


def spoken(declared: str | None, text: str) -> str | None:
    """`declared` unless hardly any letter of `text` is of that language's alphabet.

    Programs that make feeds declare `en-US` of everything until somebody tells them better; then what stands in
    feeds.yaml counts.
    """
    script = _SCRIPTS.get((declared or "").partition("-")[0])
    letters = [sign for sign in text[:_SAMPLE] if sign.isalpha()]
    if script is None or len(letters) < _FEWEST_LETTERS or "-latn" in (declared or ""):
        return declared
    if script == "LATIN" and all(sign < "\u0250" for sign in letters):  # the usual case, without asking for names
        return declared
    of_it = sum(unicodedata.name(sign, "").startswith(script) for sign in letters)
    return declared if of_it * 4 >= len(letters) else None


class _DateReader:
    """Reads the dates of one document, with an end to the patience for strange ones."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._slow_left = _SLOW_DATES

    def read(self, texts: tuple[str, ...]) -> tuple[datetime | None, DateMark]:
        """The first good date; else what is odd about the best."""
        first: tuple[datetime | None, DateMark] | None = None
        for text in texts:
            answer = read_date(text, now=self._now, patient=False)
            if answer[1] is DateMark.UNREADABLE and self._slow_left:
                self._slow_left -= 1
                answer = read_date(text, now=self._now)
            if answer[1] is DateMark.GOOD:
                return answer
            first = first or answer
        return first or (None, DateMark.MISSING)


# ------------------------------------------------------------------------------------------- plain text

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d|#[xX]|[a-zA-Z])")
#: so many feeds escape their titles twice that what looks like HTML is HTML, whatever is declared
_ENTITY_OR_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*[\s/>]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
#: in both cases letter by letter: `(?i)` takes half as long again
_BLOCK = re.compile(
    r"<(?=/?(?:"
    r"[pP](?:[rR][eE])?|[bB](?:[rR]|[lL][oO][cC][kK][qQ][uU][oO][tT][eE])|[dD](?:[iI][vV]|[dDlLtT])|[lL][iI]"
    r"|[aA](?:[dD][dD][rR][eE][sS][sS]|[rR][tT][iI][cC][lL][eE]|[sS][iI][dD][eE])"
    r"|[fF](?:[iI][gG](?:[cC][aA][pP][tT][iI][oO][nN]|[uU][rR][eE])|[oO][oO][tT][eE][rR])"
    r"|[hH](?:[1-6rR]|[eE][aA][dD][eE][rR])|[mM][aA][iI][nN]|[nN][aA][vV]|[oOuU][lL]"
    r"|[sS][eE][cC][tT][iI][oO][nN]|[tT](?:[aA][bB][lL][eE]|[dDhHrR]))\b)"
)
_TAG = re.compile(r"<[^<>]*>?")
_HIDDEN = ["script", "style", "template", "head title", "iframe", "object", "svg", "noscript"]
#: stands for a paragraph's edge until white space is collapsed; removed from what publishers write
_EDGE = "\ue000"
#: control characters; halves of characters; marks that turn the order of text round or hide it; non-characters
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ue000\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n")
#: mark-up that is read for one field, as a multiple of the characters that are kept
_MARKUP_FACTOR = 10


def plain(text: str, *, limit: int, lines: bool = False) -> str:
    """`text`, which may be mark-up, as at most `limit` characters of plain text; `lines` keeps paragraphs apart."""
    text = text[: limit * _MARKUP_FACTOR].replace(_EDGE, "")
    if _MARKUP.search(text):
        text = _without_markup(text)
    elif lines:
        text = _BLANK_LINE.sub(_EDGE, text)
    if not lines:
        return cut(_clean(text.replace(_EDGE, " ")), limit)
    # most of the pieces are what stands between two tags
    pieces = [" ".join(piece.split()) for piece in text.split(_EDGE) if piece and not piece.isspace()]
    if not "".join(pieces).isprintable():
        pieces = [_clean(piece) for piece in pieces]
    return cut("\n".join(filter(None, pieces)), limit)


def escaped(text: str) -> str:
    """Text that the document declares to be plain, so that `<` and `&` in it stay what they are."""
    if ("<" in text or "&" in text) and not _ENTITY_OR_TAG.search(text):
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return text


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
    if is_too_deep(text):
        return _TAG.sub(_EDGE, text)
    tree = tree_of(_BLOCK.sub(f"{_EDGE}<", text))
    tree.strip_tags(_HIDDEN)
    root: LexborNode | None = tree.root
    return root.text(deep=True, separator="", strip=False) if root is not None else ""


def tree_of(text: str) -> LexborHTMLParser:
    """The elements of a page. MemoryError where there is no room for them, the only thing that stops lexbor."""
    try:
        return LexborHTMLParser(text)
    except SelectolaxError:
        raise MemoryError from None


#: elements in each other; pages have a hundred
_DEEP = 5_000
_ELEMENT = re.compile(r"<(/?)([a-zA-Z][\w:-]*)")
#: elements of which pages leave out the end, and those that have none
_UNCLOSED = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"),
        *("wbr",),
        *("p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody"),
    }
)  # fmt: skip


def is_too_deep(text: str) -> bool:
    """True where elements lie in each other as deep as nowhere: reading takes the square of that depth."""
    if text.count("<") < _DEEP:
        return False
    depth = 0
    for found in _ELEMENT.finditer(text):
        if found[2].lower() in _UNCLOSED:
            continue
        depth = max(depth - 1, 0) if found[1] else depth + 1
        if depth > _DEEP:
            return True
    return False
