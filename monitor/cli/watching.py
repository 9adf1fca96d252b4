"""At work: `run`, `poll`, `health`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, opened, quiet, settings, utc_now
from monitor.cli.render import clean, json_out, out, progress, stdout_kept_for_json, table
from monitor.cli.setup import JsonOption
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.delivery import Attempt
    from monitor.pipeline import PollReport
    from monitor.store.store import Store

BacklogOption = Annotated[
    bool, typer.Option("--alert-backlog", help="Tell also of what is found at the first poll of a feed.")
]


def run(alert_backlog: BacklogOption = False) -> None:
    """Watch the feeds and deliver alerts until SIGTERM or Ctrl-C.

    Makes or opens the database, polls each feed when it is due, takes over edited files by itself. What is in hand at
    the end is finished first. Log lines go to standard error.

    Example:
      basewatch run
      BASEWATCH_LOG_FORMAT=json basewatch run 2>> basewatch.log
    """
    from monitor.daemon.loop import run as run_daemon

    raise typer.Exit(run_daemon(settings(daemon=True), alert_backlog=alert_backlog))


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


def _refusal(store: Store) -> str:
    """Why the database does not take a change now, found out by making one; empty where it does.

    A full disk lets everything be read, and the daemon cannot write into the database that it is full.
    """
    try:
        with store.transaction() as tx:
            tx.state_set("health", {"asked": utc_now().isoformat()})
    except StoreError as error:
        return str(error)
    return ""


def health(as_json: JsonOption = False) -> None:
    """Say whether the daemon is at work, from what it wrote into the database; needs no port.

    Exit code 1 with one sentence per problem: no sign of life, no network, blind feeds, overdue deliveries, an edited
    file that is not in force. Warnings (a file that is not read under its name, a feed in a language that no list
    reads) leave it 0.

    Example:
      basewatch health || echo "basewatch needs you"
    """
    from monitor.health import health as verdict_on

    with database() as store:
        if store is None:
            state: dict[str, Any] = {}
            verdict = verdict_on(state, [], None, now=utc_now())
        else:
            with store.read() as tx:
                keys = ("heartbeat", "outlook", "config_problem", "config_warning", "loss")
                state = {key: tx.state_get(key) for key in keys}
                feeds, oldest_due = tx.feed_states(), tx.oldest_due()
            state["refused"] = _refusal(store)
            verdict = verdict_on(state, feeds, oldest_due, now=utc_now())
    if as_json:
        json_out(verdict)
    else:
        for problem in verdict.problems:
            out(clean(problem))
        for warning in verdict.warnings:
            out(clean(f"warning: {warning}"))
        if verdict.ok:
            out("fine: " + ", ".join(f"{key} {value}" for key, value in verdict.facts.items()))
    raise typer.Exit(0 if verdict.ok else 1)
