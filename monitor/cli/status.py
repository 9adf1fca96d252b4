"""`basewatch feeds` and `basewatch health`: how the feeds and the daemon are doing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import typer

from monitor.cli.begin import JsonOption, database, quiet, reading, settings, utc_now
from monitor.cli.render import ago, json_out, out, say, table
from monitor.config.feedsfile import load_feeds
from monitor.health import Health
from monitor.queries.pace import pace_in_words, paced
from monitor.queries.status import (
    PARTS,
    FeedStatus,
    daemon_health,
    feed_statuses,
    sickest_first,
    unread_feed_languages,
)
from monitor.rules.languages import read_by_files
from monitor.text.clean import clean

#: of the last polls, so many different results in a row are shown
_RUNS = 3


def feeds(context: typer.Context, as_json: JsonOption = False) -> None:
    """The sick first: gone, blocked, failing, stale (read, and silent for far too long), then quiet and healthy, each
    with the reason and its last polls. A feed fails alone, and it is tried again. Under `dropped` stands what did not
    become news in those polls: known already, a copy of another feed's article, too old (there before the first poll),
    come in a flood or with an archive (back-fill), without anything to read (not taken), over the cap of one document.
    Under `next poll` stands when it is asked again, and why then.
    With --json also the last polls of each feed, newest first: every entry of each document is in one of their counts.

    Example:
      basewatch feeds
      basewatch feeds --json
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    if context.invoked_subcommand is not None:
        return
    now, found = utc_now(), settings()
    configured = load_feeds(found.config)
    with reading() as tx:
        rows = sickest_first(feed_statuses(tx, configured, read_by_files(found.rules), now=now))
        unread = unread_feed_languages(tx, found, configured, now=now)
    for problem in unread if not quiet() else ():
        say(clean(f"warning: {problem}"))
    if as_json:
        json_out(rows)
        return
    table(
        ("feed", "last success", "result", "state", "reason", "last polls", "dropped", "failures", "next poll",
         "items/day", "detail"),
        [
            (row.name, ago(row.last_success_at, now=now), row.result or "not polled yet", row.state, row.reason,
             _last_polls(row, now=now), _drops(row), row.failures,
             _next_poll(row, now=now), row.items_per_day, _detail(row, now=now))
            for row in rows
        ],
    )  # fmt: skip


def _last_polls(row: FeedStatus, *, now: datetime) -> str:
    """`fetched 1 h ago, 5 × not modified, timeout`: the newest first, equal ones in a row counted."""
    runs: list[tuple[str, int]] = []
    for poll in row.polls:
        if runs and runs[-1][0] == poll.result:
            runs[-1] = poll.result, runs[-1][1] + 1
        else:
            runs.append((poll.result, 1))
    words = [f"{count} × {result}" if count > 1 else result for result, count in runs[:_RUNS]]
    return f"{', '.join(words)} ({ago(row.polls[0].at, now=now)})" if row.polls else ""


def _next_poll(row: FeedStatus, *, now: datetime) -> str:
    """`in 3m: it publishes now`."""
    if row.next_poll_at is None:
        return "at once"
    why = paced(row.pace)
    reason = f": {pace_in_words(why, wakes_at=row.wakes_at, zone=UTC)}" if why else ""
    return ago(row.next_poll_at, now=now) + reason


def _drops(row: FeedStatus) -> str:
    """Each cause apart; of what is told of in parts, the rest."""
    counts = dict(row.drops)
    for whole, parts in PARTS.items():
        counts[whole] = counts.get(whole, 0) - sum(counts.get(part, 0) for part in parts)
    return ", ".join(f"{count:,} {why}" for why, count in counts.items() if count > 0)


def _detail(row: FeedStatus, *, now: datetime) -> str:
    """What the last poll said, that a feed has been silent for unusually long, or writes what no list reads."""
    silent = f"nothing new since {ago(row.last_news_at, now=now)}, unusually long" if row.silent else ""
    unread = ", ".join(f"{count:,} in {language}" for language, count in row.unread.items())
    unread = f"items of the last day that no list reads: {unread}" if unread else ""
    return "; ".join(filter(None, (row.detail, silent, unread)))


def health(as_json: JsonOption = False) -> None:
    """Exit code 1 with one sentence per problem: no sign of life, no network, blind feeds, overdue deliveries, an
    edited file that is not in force. Warnings (a file that is not read under its name, items in a language that no
    list reads) leave it 0.

    Example:
      basewatch health || echo "basewatch needs you"
    """
    with database() as store:
        verdict = daemon_health(store, read_by_files(settings(warn=False).rules), now=utc_now())
    if as_json:
        json_out(verdict)
    else:
        for line in (*verdict.problems, *(f"warning: {warning}" for warning in verdict.warnings)):
            out(clean(line))
        if verdict.ok:
            out("fine: " + ", ".join(f"{key} {value}" for key, value in _plain_facts(verdict)))
    raise typer.Exit(0 if verdict.ok else 1)


def _plain_facts(verdict: Health) -> list[tuple[str, object]]:
    """The facts in one line; those with parts are among the warnings."""
    return [(key, value) for key, value in verdict.facts.items() if not isinstance(value, Mapping)]
