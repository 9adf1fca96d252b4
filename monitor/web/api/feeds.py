"""`/api/v1/feeds`: how each feed is doing, with the keys of `feeds --json`."""

from __future__ import annotations

from monitor.feeds.condition import Doing
from monitor.queries.feedsboard import feeds_page
from monitor.web.answers import JSON, Answer
from monitor.web.api.answering import listed
from monitor.web.api.described import PAGE, Operation, text, word
from monitor.web.api.schemas import page_schema
from monitor.web.asking import Ask
from monitor.web.kept import feeds_overview
from monitor.web.site import Site

LIST = Operation(
    summary="The feeds of feeds.yaml, the sickest first, each with its state and last polls. `unread` is empty here: "
    "what is in languages that no list reads is in `/api/v1/health`.",
    parameters=(
        word("state", "How it is doing.", tuple(Doing)),
        text("text", "A part of its name, publisher or address."),
        *PAGE,
    ),
    answers={200: ("A page of feeds.", JSON, page_schema("feeds", "FeedStatus"))},
)


def show(site: Site, ask: Ask) -> Answer:
    """`/api/v1/feeds`"""
    given = LIST.given(ask)
    state = Doing(given["state"]) if given["state"] else None
    with site.read() as tx:
        known = feeds_overview(site, ask, tx)
        page = feeds_page(
            tx, known, state=state, text=given["text"], cursor=given["cursor"], limit=given["limit"], now=ask.now
        )
    total = len(known.feeds) if state is None else known.counts.get(state, 0)
    return listed(ask, "feeds", page.rows, following=page.following, total=None if given["text"] else total)
