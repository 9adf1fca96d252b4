"""A feed, what is remembered of it, and one poll of it in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

#: the schemes of feeds, and the ports that their addresses need not name
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Selectors:
    """Where the news of a web page stand: CSS selectors, with `@name` behind one that means an attribute."""

    #: what encloses one piece of news; the others are looked for inside of it
    item: str
    #: empty: the words of the link
    title: str = ""
    #: empty: the first link of the item, or the item where it is one
    link: str = ""
    #: empty: the first <time>
    date: str = ""
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What feeds.yaml says of how a document is read; all of it may be left out."""

    #: the document is a web page, and this is where its news stand
    select: Selectors | None = None
    #: each item has a publisher of its own, told by its `<source>`, the end of its title or the site that it links to
    publisher_from_item: bool = False

    @property
    def mark(self) -> str:
        """A short text that is another one for each layout, empty for the usual one: to notice that it was edited."""
        if self == USUAL_LAYOUT:
            return ""
        return blake2b(repr(self).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


#: nothing but the document itself
USUAL_LAYOUT = Layout()


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed as the user wrote it in feeds.yaml, defaults filled in."""

    #: unique, the name people type and the database keys by
    name: str
    url: str
    #: BCP 47 language of its items where the item does not say, e.g. `en`
    language: str | None = None
    #: who writes it; several feeds may belong to one publisher
    publisher: str = ""
    #: wire, regional, defence, official, local, aggregator … (free word, for the reader)
    kind: str = ""
    tags: tuple[str, ...] = ()
    #: wait between two polls that went well; where `min_interval` is written, the wait on the average of all hours
    interval: timedelta = timedelta(minutes=5)
    #: shortest wait while it publishes or an incident is open; None: it is always asked each `interval`
    min_interval: timedelta | None = None
    #: longest wait that back-off and sleep reach
    max_interval: timedelta = timedelta(hours=1)
    #: how its document is read, where that cannot be told from the document
    layout: Layout = USUAL_LAYOUT
    #: the pages of its items are read, of those that report an attack
    full_text: bool = False


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """What the database remembers of a feed between polls."""

    feed_id: int
    name: str
    #: as configured now: another one than was asked where the feeds file was edited meanwhile
    url: str = ""
    #: moment of the first poll that succeeded; None: the next success is the first poll
    baseline_at: datetime | None = None
    next_poll_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    #: hex digest of the last body parsed, so that an unchanged 200 is not parsed again
    body_hash: str | None = None
    #: failures in a row
    failures: int = 0
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    #: named result of the last poll, e.g. `fetched`, `not modified`, `http 403`, `timed out`
    last_result: str = ""
    #: a sentence of detail for people; never holds secrets
    last_detail: str = ""
    #: target of a permanent redirect that is being watched, and since when it was the same
    redirect_url: str | None = None
    redirect_since: datetime | None = None
    #: the operator was told that this feed is blind (cleared by the next success)
    blind_told_at: datetime | None = None
    #: the newest date that it ever gave; None: it never dated anything
    newest_at: datetime | None = None
    #: most new entries, and most of them undated, that came at once of late: what is usual for it
    crowd: int = 0
    undated_crowd: int = 0
    #: the operator was told last that items were held back
    flood_told_at: datetime | None = None
    #: answers in a row by which nothing had changed
    unchanged: int = 0
    #: its validators hid a change then: they are not sent for a while
    mistrusted_at: datetime | None = None
    #: when it brought something new last (moved on by the time in which nobody asked), and the longest usual wait
    #: between two such moments, in seconds
    news_at: datetime | None = None
    longest_wait: int | None = None
    #: the operator was told that it brings nothing any more (cleared by the next new item)
    silent_told_at: datetime | None = None
    #: `Layout.mark` as configured now; like `url` it changes by an edit of feeds.yaml alone
    layout: str = ""
    #: when it usually publishes (`Rhythm.as_text`); empty before its first document
    rhythm: str = ""
    #: why it is asked again when it is, a word of `Pace`; empty before its first poll
    pace: str = ""
    #: what a sleeping feed waits for
    wakes_at: datetime | None = None
    #: seconds after which its last document says that it is made anew (`ttl`, `sy:`); None: it does not say
    made_anew_every: int | None = None
    #: what reading one of its documents costs a parse worker of late, in milliseconds; 0: not known
    cost_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class FeedCounts:
    """The configured feeds in numbers, with the names of the first few that somebody should know."""

    known: int = 0
    #: that were read at least once
    learned: int = 0
    #: that were read since the moment that was asked for
    answered: int = 0
    #: of which the operator was told that they cannot be read, and the first by name
    blind: int = 0
    blind_names: tuple[str, ...] = ()
    #: of which the operator was told that they are silent
    silent: int = 0
    #: that are due since before the moment that was asked for, and the first by name
    late: int = 0
    late_names: tuple[str, ...] = ()
    #: the oldest last success of any feed of which the operator was not told that it cannot be read, and whose it is
    oldest_success: datetime | None = None
    oldest_feed: str = ""
    newest_success: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Poll:
    """What one poll of one feed came to: the last 30 of each feed are kept for `basewatch feeds`."""

    at: datetime
    #: named result, as in `FeedState.last_result`
    result: str
    detail: str = ""
    #: from the request to the last entry read
    ms: int = 0
    #: entries in the document, and what became of them
    entries: int = 0
    new: int = 0
    updated: int = 0
    copies: int = 0
    old: int = 0
    #: entries without anything to read, or beyond what one document may hold
    dropped: int = 0
    #: parts of `old`, edits included: what stood there before the first poll, came in a flood, or with an archive
    too_old: int = 0
    flood: int = 0
    backfill: int = 0
    #: of `new`: came in such a crowd, and is told all the same
    told_from_crowd: int = 0
    #: of `dropped`: beyond what one document may hold
    over_cap: int = 0
