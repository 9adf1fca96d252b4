"""`basewatch feeds`: the state of every feed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from monitor.cli.begin import database, quiet, settings, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import ago, json_out, say, table
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.queries.status import FeedStatus


def states(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the state of every feed: last success, last result, failures in a row, next poll, items per day.

    A feed fails alone: its row says how, and it is tried again. Without a command of its own this shows the table. With
    --json also the last polls of each feed, newest first: every entry of each document is in one of their counts.

    Example:
      basewatch feeds
      basewatch feeds --json
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    if context.invoked_subcommand is not None:
        return

    now = utc_now()
    rows = _states(now)
    if not quiet():
        _tell_languages()
    if as_json:
        json_out(rows)
        return
    table(
        ("feed", "last success", "result", "failures", "next poll", "items/day", "detail"),
        [
            (row.name, ago(row.last_success_at, now=now), row.result or "not polled yet", row.failures,
             ago(row.next_poll_at, now=now) if row.next_poll_at else "at once", row.items_per_day,
             _detail(row, now=now))
            for row in rows
        ],
    )  # fmt: skip


def _detail(row: FeedStatus, *, now: datetime) -> str:
    """What the last poll said, and that a feed which is read has been silent for unusually long."""
    silent = f"nothing new since {ago(row.last_news_at, now=now)}, unusually long" if row.silent else ""
    return "; ".join(filter(None, (row.detail, silent)))


def _states(now: datetime) -> tuple[FeedStatus, ...]:
    """The feeds of feeds.yaml in its order, with what the database knows of them."""
    from monitor.config.feedsfile import load_feeds
    from monitor.queries.status import feed_statuses

    configured = load_feeds(settings().config)
    with database() as store:
        if store is None:
            return feed_statuses(None, configured, now=now)
        with store.read() as tx:
            return feed_statuses(tx, configured, now=now)


def _tell_languages() -> None:
    """Feeds whose items the rules can hardly read."""
    from monitor.cli.languages import languages_not_read
    from monitor.config.feedsfile import load_feeds

    found = settings(warn=False)
    for problem in languages_not_read(found, load_feeds(found.config)):
        say(clean(f"warning: {problem}"))
