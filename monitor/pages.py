"""Which pages are read, and what of a page counts. Pure.

    page_problem(item) ─ None: its page is read ─→ text_of(item, page) ─→ loss(before, after) ─ empty: it is kept

A page is asked for only where somebody was or would be told of an attack, and what it says is an addition: it changes
no act, takes no number back and makes no other incident of it. Each "no" has a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.dedupe.words import telling_words
from monitor.model.document import Entry
from monitor.model.feed import Feed
from monitor.model.item import Novelty, NoveltyReason, StoredItem
from monitor.model.place import Place
from monitor.model.report import INCIDENT_ACTS, Classification
from monitor.topics.attacks.beyond import PAGE_TEXT, beginning

#: pages of items that are older are not read any more: what they add has been said
FRESH = timedelta(hours=6)
#: a page that could not be had is asked for again after so long, and so often at most
RETRY_AFTER, MOST_TRIES = timedelta(minutes=10), 3
#: a page is not read again sooner, however often its item is edited
REREAD_AFTER = timedelta(minutes=10)
#: bytes of a page
PAGE_BYTES = 4 * 1024 * 1024
#: hosts that only lead on, or show no more than their feed
_NO_PUBLISHER = frozenset({
    "news.google.com", "news.url.google.com", "google.com", "bing.com", "news.yahoo.com", "t.co", "t.me", "x.com",
    "twitter.com", "facebook.com", "feedproxy.google.com", "feeds.feedburner.com", "api.gdeltproject.org",
})  # fmt: skip
#: share of the headline's words that its page must have
_SHARED = 0.5


class PageProblem(StrEnum):
    """Why the page of an item is not read, or says nothing."""

    NO_LINK = "no link"
    #: the link is one of an aggregator or a network, not of who wrote the article
    NO_PUBLISHER = "no page of a publisher"
    FEED_HAS_TEXT = "the feed brings the text"
    ROBOTS = "robots.txt forbids it"
    ROBOTS_UNREAD = "robots.txt could not be read"
    NOT_FETCHED = "not fetched"
    OTHER_SITE = "it leads to another site"
    NOT_A_PAGE = "not a web page"
    NO_TEXT = "no article in it"
    OTHER_STORY = "it tells of something else"
    NO_MORE = "no more than the teaser"
    #: read with its page the item would not be the report that it is
    OTHER_READING = "it would be another report"
    #: the item was pruned, or left its incident, while its page was fetched
    GONE = "the item has changed"


#: what may be otherwise in a while
PASSING = frozenset({PageProblem.ROBOTS_UNREAD, PageProblem.NOT_FETCHED})


@dataclass(frozen=True, kw_only=True)
class PageRefused:
    """A page that adds nothing, and why."""

    problem: PageProblem
    detail: str = ""


def is_due(stored: StoredItem, feeds: Mapping[str, Feed]) -> bool:
    """Its page is wanted: it reports the attack of an incident, is news, and of a feed whose pages are read."""
    feed, found = feeds.get(stored.item.feed), stored.classification
    is_report = stored.incident_id is not None and found is not None and found.act in INCIDENT_ACTS
    return is_report and stored.novelty in (Novelty.NEW, Novelty.UPDATED) and feed is not None and feed.full_text


def page_problem(stored: StoredItem) -> PageProblem | None:
    """Why nobody needs to be asked for the page; None where it is to be fetched."""
    item = stored.item
    try:
        parts = urlsplit(item.url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return PageProblem.NO_LINK
    if parts.scheme not in ("http", "https") or not host:
        return PageProblem.NO_LINK
    if host in _NO_PUBLISHER:
        return PageProblem.NO_PUBLISHER
    if stored.novelty_reason is not NoveltyReason.FULL_TEXT and len(item.body) >= PAGE_TEXT:
        return PageProblem.FEED_HAS_TEXT
    return None


def is_page(content_type: str | None) -> bool:
    """The reply says that it is HTML, or says nothing."""
    kind = (content_type or "text/html").partition(";")[0].strip().casefold()
    return kind in ("text/html", "application/xhtml+xml")


def text_of(stored: StoredItem, page: Entry) -> str | PageRefused:
    """The beginning of a page's text, or why it says nothing: another story, or a page that only shows the teaser."""
    headline, found = telling_words(stored.item.title), telling_words(f"{page.title} {page.body}")
    shared = len(headline & found)
    if shared < _SHARED * len(headline):
        words = f"{shared} of {len(headline)} words of the headline"
        return PageRefused(problem=PageProblem.OTHER_STORY, detail=f"it has {words}")
    text = beginning(page.body)
    own = stored.item.body if stored.novelty_reason is not NoveltyReason.FULL_TEXT else ""
    known = max(len(stored.item.summary), len(own))
    if len(text) <= known:
        detail = f"{len(text):,} characters, the teaser has {known:,}"
        return PageRefused(problem=PageProblem.NO_MORE, detail=detail)
    return text


def loss(before: Classification, after: Classification) -> str:
    """What the report would lose or become by its page, for people; empty where it only gains."""
    if after.act is not before.act:
        return f"its act would be {after.act}, not {before.act}"
    if before.rule is not None and after.rule is None:
        return f"the rule {before.rule} would not take it"
    was, now = before.facts, after.facts
    for name in ("killed", "wounded"):
        count, then = getattr(was, name), getattr(now, name)
        if count is not None and then != count:
            return f"{name} would be {then}, not {count}"
    if was.date_stated and now.date != was.date:
        return f"its day would be {now.date}, not {was.date}"
    for place in was.targets:
        if not any(_is_same(place, one) for one in now.targets):
            return f"its target {place.name} would be lost"
    return ""


def _is_same(place: Place, other: Place) -> bool:
    """The same place, or where it is vague one in its country."""
    return place.id == other.id or (place.is_vague and place.country in ("", other.country))
