"""The feeds: how each is doing and why, the sickest first; and one of them with its last polls and items."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import BasewatchError
from monitor.feeds.condition import READ, Doing
from monitor.queries.feedsboard import feed_shown, feeds_page
from monitor.queries.pace import pace_in_words, paced
from monitor.queries.paging import Page
from monitor.queries.reasons import novelty_in_words, why_stored
from monitor.queries.status import FeedStatus, drops_in_a_line
from monitor.web.answers import Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.kept import feeds_overview
from monitor.web.pages.asked import attempt, fields_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

_FILTERS = ("state", "text")
_STATES = [str(state) for state in Doing]


def show(site: Site, ask: Ask) -> Answer:
    """`/feeds`"""
    fields = fields_of(ask, *_FILTERS)
    with site.read() as tx:
        known = feeds_overview(site, ask, tx)

        def read() -> Page[FeedStatus]:
            ask.only(*_FILTERS, "cursor")
            state = ask.one("state", among=_STATES)
            return feeds_page(
                tx, known, state=Doing(state) if state else None, text=ask.one("text"), cursor=ask.one("cursor"),
                now=ask.now,
            )  # fmt: skip

        found, wrong = attempt(read)
    return render(
        site, ask, "feeds.html", status=400 if wrong else 200, found=found or Page(rows=()), wrong=wrong, known=known,
        fields=fields, states=_STATES, **_words(ask),
    )  # fmt: skip


def show_one(site: Site, ask: Ask) -> Answer:
    """`/feeds/NAME`"""
    name = str(ask.parts["name"])
    feed = site.configuration().feed(name)
    if feed is None:
        raise Refusal(404, f"there is no feed {name[:100]!r} in the feeds file", "the page of feeds lists them all")
    with site.read() as tx:
        shown = feed_shown(tx, feed, now=ask.now)
    return render(
        site, ask, "feed.html", feed=feed, shown=shown, one=shown.status, why=why_stored, novelty=novelty_in_words,
        **_words(ask),
    )  # fmt: skip


def _words(ask: Ask) -> dict[str, Any]:
    def next_poll(one: FeedStatus) -> str:
        pace = paced(one.pace)
        try:
            return pace_in_words(pace, wakes_at=one.wakes_at, zone=ZoneInfo(ask.zone)) if pace else ""
        except BasewatchError:
            return ""

    return {"next_poll": next_poll, "drops": drops_in_a_line, "well": READ}
