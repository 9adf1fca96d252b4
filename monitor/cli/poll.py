"""`basewatch poll`: one pass over the feeds, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import opened, quiet
from monitor.cli.options import BacklogOption, JsonOption
from monitor.cli.render import json_out, out, progress, stdout_kept_for_json, table

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.delivery import Attempt
    from monitor.polls import PollReport


def poll(
    feeds: Annotated[list[str] | None, typer.Argument(metavar="FEED", help="Names from feeds.yaml; none: all.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Keep nothing and send nothing; show what would be.")
    ] = False,
    alert_backlog: BacklogOption = False,
    as_json: JsonOption = False,
) -> None:
    """Poll feeds once, now, due or not; then deliver what is due.

    The first poll of a feed only learns what is old. Exit code 0 where at least one feed answered, 1 where every feed
    failed or a delivery was given up, 2 where a feed is not known.

    Example:
      basewatch poll
      basewatch poll "BBC World" --dry-run
    """
    import asyncio

    names = list(dict.fromkeys(feeds or ()))
    with opened(scratch=dry_run) as app:
        count = len(names) or len(app.configuration.feeds)
        with stdout_kept_for_json(as_json):
            reports, attempts = asyncio.run(
                _pass(app, names, count, dry_run=dry_run, alert_backlog=alert_backlog, hide_bar=quiet())
            )
        order = [feed.name for feed in app.configuration.feeds]
    reports.sort(key=lambda report: order.index(report.feed))
    if as_json:
        json_out({"feeds": [_report(report) for report in reports], "deliveries": [_attempt(a) for a in attempts]})
    else:
        _show(reports, attempts, dry_run=dry_run)
    raise typer.Exit(_poll_code(reports, attempts))


async def _pass(
    app: App, names: list[str], count: int, *, dry_run: bool, alert_backlog: bool, hide_bar: bool
) -> tuple[list[PollReport], list[Attempt]]:
    with progress("polling", count, quiet=hide_bar) as step:
        reports = await app.poll(
            names, dry_run=dry_run, alert_backlog=alert_backlog, on_report=lambda report: step(report.feed)
        )
    return reports, [] if dry_run else await app.deliver()


def _poll_code(reports: list[PollReport], attempts: list[Attempt]) -> int:
    from monitor.model.delivery import GaveUp

    blind = bool(reports) and all(report.failed for report in reports)
    return 1 if blind or any(isinstance(attempt.verdict, GaveUp) for attempt in attempts) else 0


def _report(report: PollReport) -> dict[str, Any]:
    keys = (
        "feed",
        "result",
        "detail",
        "ms",
        "entries",
        "new",
        "updated",
        "copies",
        "old",
        "seen",
        "dropped",
        "failed",
        "alerts",
    )
    return {key: getattr(report, key) for key in keys}


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
