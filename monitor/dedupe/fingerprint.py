"""Identity keys: the few integers by which the store remembers an article for longer than the article itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b

from monitor.dedupe.canonical import canonical_url, normalised_title
from monitor.dedupe.words import Words
from monitor.model.document import Entry
from monitor.model.item import NoveltyReason

#: a title of fewer words ("Live", "Breaking news", "Weather report") is shared by articles that have nothing in common
TELLING_TITLE_WORDS = 4
_SEPARATOR = "\x1f"
_UNSPACED = re.compile("[\u3040-\ud7a3]")


@dataclass(frozen=True, kw_only=True)
class EntryKeys:
    """What identifies one entry; each key is a signed 64-bit integer, None where the entry has nothing to make it of.

    `guid`, `link_here` and `content` hold within one feed; `link` and `title_publisher` hold in all feeds.
    """

    guid: int | None = None
    #: canonical link within this feed: known from another feed, an article is a copy, known from this one it is seen
    link_here: int | None = None
    #: canonical link in all feeds
    link: int | None = None
    #: of what has no link alone
    content: int | None = None
    title_publisher: int | None = None
    #: of title, summary and body: another value means that somebody rewrote something
    text_hash: int
    #: title, summary and body hold enough words that equal content means the same article
    telling: bool = False
    #: normalised, to tell the titles of one document apart
    title: str = ""

    def __iter__(self) -> Iterator[int]:
        """Every key there is."""
        keys = (self.guid, self.link_here, self.link, self.content, self.title_publisher)
        return (key for key in keys if key is not None)


@dataclass(frozen=True, kw_only=True)
class KnownItem:
    """What the store remembers of one key."""

    #: None: the item was pruned, its tombstone stays
    item_id: str | None
    #: name of the feed that gave it first
    feed: str
    text_hash: int
    #: when the key was first remembered; None where nobody asked
    first_seen: datetime | None = None
    #: the last day on which a document still held it
    last_seen: date | None = None
    #: what the stored item says, empty where it was pruned
    words: Words = field(default_factory=Words)
    url: str = ""
    #: the item that the stored item repeats
    copy_of: str | None = None
    #: the item, or the one that it copies, was stored as OLD for this reason: its edits stay as quiet as it was
    old: NoveltyReason | None = None


def link_key(canonical: str) -> int:
    """The identity key of a canonical address, the same in every feed."""
    return _key("link", canonical)


def entry_keys(entry: Entry, *, feed: str, publisher: str) -> EntryKeys:
    """The keys of an entry of the feed named `feed`; `publisher` is the feed's, the entry's own goes before it.

    A feed without a publisher counts as its own publisher.
    """
    writer = entry.publisher or publisher or feed
    link, title = canonical_url(entry.url), normalised_title(entry.title, writer)
    text = _text_of(entry, title)
    return EntryKeys(
        # most guids are the link once more: one key less for each of them
        guid=_key("guid", feed, entry.guid) if entry.guid and not (link and entry.guid == entry.url) else None,
        link_here=_key("link here", feed, link) if link else None,
        link=link_key(link) if link else None,
        content=None if link else _content_key(text, feed),
        title_publisher=_key("title", title, normalised_title(writer)) if _is_telling(title) else None,
        text_hash=_key("text", text),
        # the beginning shows it; a full text may have 50,000 characters
        telling=_is_telling(text[:500]),
        title=title,
    )


def content_key(entry: Entry, *, feed: str, title: str) -> int | None:
    """The key of what the entry says, its normalised title being `title`: for one whose link tells nothing."""
    return _content_key(_text_of(entry, title), feed)


def _text_of(entry: Entry, title: str) -> str:
    return _SEPARATOR.join((title, _spaced_alike(entry.summary), _spaced_alike(entry.body)))


def _content_key(text: str, feed: str) -> int | None:
    return _key("content", feed, text) if text.strip(_SEPARATOR) else None


def _key(*parts: str) -> int:
    digest = blake2b(_SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _spaced_alike(text: str) -> str:
    """A longer text without the differences that say nothing: white space and capitals."""
    text = text.casefold()
    one_line = text.replace("\n", " ")
    if one_line.isprintable() and "  " not in one_line:  # as most texts come, and ten times as quick
        return one_line.strip(" ")
    return " ".join(text.split())


def _is_telling(text: str) -> bool:
    """Enough words; Chinese, Japanese and Korean write without spaces, there two characters make about one word."""
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2 >= TELLING_TITLE_WORDS
