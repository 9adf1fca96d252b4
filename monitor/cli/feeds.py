"""`basewatch feeds`: the state of every feed; try one address; OPML in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, quiet, settings, utc_now
from monitor.cli.render import ago, clean, json_out, out, say, table
from monitor.cli.setup import JsonOption
from monitor.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from monitor.cli.opml import Outline
    from monitor.config.settings import Settings
    from monitor.news import Feed, FeedState, Fetched, FetchFailed, NotModified, ParsedFeed, ParseFailed, PollEvent
    from monitor.store.store import Transaction


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
            (row["name"], ago(row["last_success_at"], now=now), row["result"] or "not polled yet", row["failures"],
             ago(row["next_poll_at"], now=now) if row["next_poll_at"] else "at once", row["items_per_day"],
             _detail(row, now=now))
            for row in rows
        ],
    )  # fmt: skip


def _detail(row: dict[str, Any], *, now: datetime) -> str:
    """What the last poll said, and that a feed which is read has been silent for unusually long."""
    silent = f"nothing new since {ago(row['last_news_at'], now=now)}, unusually long" if row["silent"] else ""
    return "; ".join(filter(None, (row["detail"], silent)))


def _states(now: datetime) -> list[dict[str, Any]]:
    """The feeds of feeds.yaml in its order, with what the database knows of them."""
    from monitor.config.feedsfile import load_feeds

    configured = load_feeds(settings().config)
    known: dict[str, FeedState] = {}
    rates: dict[str, float] = {}
    polls: dict[str, list[PollEvent]] = {}
    with database() as store:
        if store is not None:
            with store.read() as tx:
                known = {state.name: state for state in tx.feed_states([feed.name for feed in configured])}
                rates = _rates(tx, known.values(), now)
                polls = {name: tx.feed_events(name) for name in known}
    return [_state(feed, known.get(feed.name), rates.get(feed.name), polls.get(feed.name, [])) for feed in configured]


def _tell_languages() -> None:
    """Feeds whose items the rules can hardly read."""
    from monitor.cli.languages import languages_not_read
    from monitor.config.feedsfile import load_feeds

    found = settings(warn=False)
    for problem in languages_not_read(found, load_feeds(found.config)):
        say(clean(f"warning: {problem}"))


def _state(feed: Feed, state: FeedState | None, rate: float | None, polls: list[PollEvent]) -> dict[str, Any]:
    return {
        "name": feed.name,
        "url": feed.url,
        "publisher": feed.publisher,
        "result": state.last_result if state else "",
        "detail": state.last_detail if state else "",
        "failures": state.failures if state else 0,
        "blind": bool(state and state.blind_told_at),
        "silent": bool(state and state.silent_told_at),
        "last_news_at": state.news_at if state else None,
        "last_poll_at": state.last_poll_at if state else None,
        "last_success_at": state.last_success_at if state else None,
        "next_poll_at": state.next_poll_at if state else None,
        "items_per_day": rate,
        "polls": polls,
    }


def _rates(tx: Transaction, states: Iterable[FeedState], now: datetime) -> dict[str, float]:
    """Items per day over the last week, or over the whole days since the first poll (whose items are old ones)."""
    days = {s.name: min(7, (now - s.baseline_at).days) for s in states if s.baseline_at is not None}
    counts = {number: tx.feed_counts(now - timedelta(days=number)) for number in set(days.values()) if number}
    return {name: round(counts[number].get(name, 0) / number, 1) for name, number in days.items() if number}


def try_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a feed.")],
    as_json: JsonOption = False,
) -> None:
    """Fetch and parse one address now and show what came; keeps nothing.

    Private addresses are refused like in the daemon, unless BASEWATCH_ALLOW_NETWORKS names them. Exit code 1 where no
    feed came.

    Example:
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    import asyncio

    from monitor.news import Fetched, ParsedFeed

    fetched, parsed = asyncio.run(_try(url, settings()))
    answer = parsed or fetched
    result = getattr(answer, "result", "fetched")
    detail = "; ".join(filter(None, map(_told, (fetched, parsed))))
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    if as_json:
        json_out({"url": url, "result": result, "detail": detail, "final_url": getattr(fetched, "final_url", None),
                  "title": getattr(parsed, "title", None), "entries": entries})  # fmt: skip
    else:
        out(f"{clean(url)}: {result}" + (f": {clean(detail)}" if detail else ""))
        if isinstance(fetched, Fetched) and fetched.final_url != url:
            out(f"came from {clean(fetched.final_url)}")
        if isinstance(parsed, ParsedFeed):
            out(f"{len(entries)} entries" + (f" in “{clean(parsed.title)}”" if parsed.title else ""))
            table(("published", "title"), [(_day(entry.published), entry.title) for entry in entries[:20]])
    raise typer.Exit(0 if isinstance(parsed, ParsedFeed) else 1)


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _told(answer: object) -> str:
    """What is odd about an answer, with what to do about it where that lies with us."""
    return getattr(answer, "told", "") or getattr(answer, "detail", "")


async def _try(
    url: str, found: Settings
) -> tuple[Fetched | NotModified | FetchFailed, ParsedFeed | ParseFailed | None]:
    from monitor.feeds.fetch import Fetcher
    from monitor.feeds.workers import ParseLimits, ParseWorkers
    from monitor.news import Fetched

    fetcher = Fetcher(allow_networks=found.allow_networks)
    workers = ParseWorkers(limits=ParseLimits(seconds=found.parse_timeout.total_seconds()))
    try:
        fetched = await fetcher.fetch(url)
        if not isinstance(fetched, Fetched):
            return fetched, None
        parsed = await workers.parse(
            fetched.body, content_type=fetched.content_type, base_url=fetched.final_url, now=utc_now()
        )
        return fetched, parsed
    finally:
        await workers.aclose()
        await fetcher.aclose()


def import_opml(
    opml: Annotated[Path, typer.Argument(metavar="OPML", help="The file; - reads standard input.")],
) -> None:
    """Turn the feeds of an OPML file into lines for feeds.yaml, on standard output.

    Feeds that feeds.yaml already has are left out. Folders become tags. Exit code 1 where a feed could not be used;
    the others are written all the same.

    Example:
      basewatch feeds import subscriptions.opml >> feeds.yaml
    """
    from monitor.cli.opml import MAX_BYTES, read_opml

    if str(opml) == "-":
        document = sys.stdin.buffer.read(MAX_BYTES + 1)
    elif not opml.is_file():
        raise UsageError(f"there is no file {opml}")
    else:
        with opml.open("rb") as file:
            document = file.read(MAX_BYTES + 1)
    lines, problems, known = _feed_lines(read_opml(document, str(opml)), str(opml))
    for line in lines:
        out(line)
    for problem in problems:
        say(f"basewatch: {problem}")
    if not quiet():
        say(f"{len(lines)} feeds, {known} of the file are in feeds.yaml already, {len(problems)} cannot be used")
    raise typer.Exit(1 if problems else 0)


def _feed_lines(outlines: list[Outline], file: str) -> tuple[list[str], list[Problem], int]:
    """The lines to add under `feeds:`, what was wrong, and how many are known already."""
    from monitor.config.feedurl import check_feed_url, same_feed

    names, urls = _held()
    lines: list[str] = []
    problems: list[Problem] = []
    known = 0
    for outline in outlines:
        try:
            url = check_feed_url(outline.url)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            problems.append(Problem(file=file, line=outline.line, key="xmlUrl", message=message, hint=hint))
            continue
        if same_feed(url) in urls:
            known += 1
            continue
        urls.add(same_feed(url))
        lines.append(f"  - {{{_fields(outline, _free(outline, names), url)}}}")
    return lines, problems, known


def _held() -> tuple[set[str], set[str]]:
    """Names and addresses that feeds.yaml has; none where there is no readable one."""
    from monitor.config.feedsfile import load_feeds
    from monitor.config.feedurl import same_feed

    try:
        held = load_feeds(settings().config)
    except ConfigError:
        return set(), set()
    return {feed.name.casefold() for feed in held}, {same_feed(feed.url) for feed in held}


def _free(outline: Outline, names: set[str]) -> str:
    """A name that no feed has yet."""
    wished = clean(outline.title).lstrip("-").strip()[:90] or clean(outline.url)[:90]
    name, number = wished, 1
    while name.casefold() in names:
        number += 1
        name = f"{wished} {number}"
    names.add(name.casefold())
    return name


def _fields(outline: Outline, name: str, url: str) -> str:
    from monitor.config.language import check_language

    fields: dict[str, Any] = {"name": name, "url": url}
    with suppress(ValueError):  # a language that nobody knows is no reason to lose the feed
        fields |= {"language": check_language(outline.language)} if outline.language else {}
    if tags := [tag for folder in outline.folders if (tag := clean(folder)[:90])]:
        fields["tags"] = tags
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())


def export_opml() -> None:
    """Write the feeds of feeds.yaml as OPML, for other readers.

    Groups them by their first tag.

    Example:
      basewatch feeds export > basewatch.opml
    """
    from monitor.cli.opml import write_opml
    from monitor.config.feedsfile import load_feeds

    out(write_opml(load_feeds(settings().config)))
