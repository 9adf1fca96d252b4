"""`basewatch poll` and `basewatch run`: one pass over the feeds now, or the daemon."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from monitor.app import App, open_app
from monitor.cli.begin import BacklogOption, JsonOption, quiet, settings
from monitor.cli.render import json_out, out, progress, stdout_kept_for_json, table
from monitor.daemon.attention import attend
from monitor.daemon.loop import run as run_daemon
from monitor.delivery import Attempt
from monitor.model.delivery import GaveUp
from monitor.polls import PollReport
from monitor.queries.jsonvalues import values_of
from monitor.web.passwords import sealed


def run(
    web: Annotated[
        str | None,
        typer.Option("--web", metavar="HOST:PORT", help="Serve the board there as well (otherwise BASEWATCH_WEB)."),
    ] = None,
    alert_backlog: BacklogOption = False,
) -> None:
    """Makes or opens the database, polls each feed when it is due, takes over edited files by itself. What is in hand
    at the end is finished first. Log lines go to standard error.

    Example:
      basewatch run
      basewatch run --web 127.0.0.1:8470
      BASEWATCH_LOG_FORMAT=json basewatch run 2>> basewatch.log
    """
    options = {"BASEWATCH_WEB": web} if web is not None else {}
    found = sealed(settings(daemon=True, options=options))
    raise typer.Exit(run_daemon(found, alert_backlog=alert_backlog))


def poll(
    feeds: Annotated[list[str] | None, typer.Argument(metavar="FEED", help="Names from feeds.yaml; none: all.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Keep nothing and send nothing; show what would be.")
    ] = False,
    alert_backlog: BacklogOption = False,
    as_json: JsonOption = False,
) -> None:
    """The first poll of a feed only learns what is old. Exit code 0 where at least one feed answered, 1 where every
    feed failed or a delivery was given up, 2 where a feed is not known.

    Example:
      basewatch poll
      basewatch poll "BBC World" --dry-run
    """
    names = list(dict.fromkeys(feeds or ()))
    with open_app(settings(), scratch=dry_run) as app:
        with stdout_kept_for_json(as_json):
            reports, attempts = asyncio.run(_pass(app, names, dry_run=dry_run, alert_backlog=alert_backlog))
        order = [feed.name for feed in app.configuration.feeds]
    reports.sort(key=lambda report: order.index(report.feed))
    if as_json:
        json_out({"feeds": [_report(report) for report in reports], "deliveries": [_attempt(a) for a in attempts]})
    else:
        _show(reports, attempts, dry_run=dry_run)
    blind = bool(reports) and all(report.failed for report in reports)
    raise typer.Exit(1 if blind or any(isinstance(attempt.verdict, GaveUp) for attempt in attempts) else 0)


async def _pass(
    app: App, names: list[str], *, dry_run: bool, alert_backlog: bool
) -> tuple[list[PollReport], list[Attempt]]:
    with progress("polling", len(names) or len(app.configuration.feeds), quiet=quiet()) as step:
        reports = await app.poll(
            names, dry_run=dry_run, alert_backlog=alert_backlog, on_report=lambda report: step(report.feed)
        )
    if dry_run:
        return reports, []
    await attend(app)
    attempts = await app.deliver()
    if any(read.alerts for read in await app.read_pages()):  # never before the first word
        attempts += await app.deliver()
    return reports, attempts


def _report(report: PollReport) -> dict[str, Any]:
    counts = values_of(report, "ms", "entries", "new", "updated", "copies", "old", "seen", "dropped")
    parts = values_of(report, "too_old", "flood", "backfill", "told_from_crowd", "over_cap")
    return {
        **values_of(report, "feed", "result", "detail"), **counts, **parts, "failed": report.failed,
        "alerts": report.alerts,
    }  # fmt: skip


def _attempt(attempt: Attempt) -> dict[str, Any]:
    delivery = attempt.delivery
    return {
        "alert": delivery.alert.id,
        "title": delivery.alert.title,
        "channel": delivery.channel,
        "label": delivery.label,
        "attempts": delivery.attempts,
        "outcome": attempt.result.outcome,
        "verdict": type(attempt.verdict).__name__,
        "detail": attempt.result.detail,
    }


def _show(reports: list[PollReport], attempts: list[Attempt], *, dry_run: bool) -> None:
    counts = ("new", "updated", "copies", "old", "seen", "dropped")
    table(
        ("feed", "result", *counts, "alerts", "ms", "detail"),
        [(r.feed, r.result, *(getattr(r, count) for count in counts), len(r.alerts), r.ms, r.detail) for r in reports],
    )
    alerts = [alert for report in reports for alert in report.alerts]
    if alerts:
        out()
        table(("would alert" if dry_run else "alert", "reason", "incident"),
              [(alert.title, alert.reason, alert.incident_id) for alert in alerts])  # fmt: skip
    rows = [_attempt(attempt) for attempt in attempts]
    if rows:
        out()
        table(("delivered to", "channel", "outcome", "alert", "detail"),
              [(r["label"], r["channel"], r["outcome"], r["title"], r["detail"]) for r in rows])  # fmt: skip
