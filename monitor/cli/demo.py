"""`basewatch demo`: everything at work in ten seconds, without network and without set-up."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import typer

from monitor.cli.begin import JsonOption, quiet, start_logs
from monitor.cli.render import json_out, out, progress, say, stdout_kept_for_json, table
from monitor.demo.show import STEPS, DemoReport, run_demo
from monitor.model.stored import StoredItem
from monitor.queries.reasons import why_stored


def demo(as_json: JsonOption = False) -> None:
    """Serves three invented feeds on this machine, runs the real pipeline with the shipped rules over them on a
    temporary database, delivers the alerts to the console, and ends with a table of what alerted and what stayed
    quiet, and why.

    Example:
      basewatch demo
    """
    start_logs()
    if not quiet():
        say("Three invented feeds are served on this machine. First poll: what is there is old, nobody is told.")
        say("Then the feeds grow, and the second poll finds the news:\n")
    with stdout_kept_for_json(as_json), ExitStack() as bar:
        step = bar.enter_context(progress("demo", STEPS, quiet=quiet()))
        report = asyncio.run(run_demo(on_step=step, before_delivery=bar.close))
    if as_json:
        stories = [_object(stored) for stored in report.stories]
        json_out({"alerts": report.alerts, "stories": stories, "seconds": round(report.seconds, 2)})
    else:
        _show(report)
    raise typer.Exit(0 if report.delivered == len(report.alerts) > 0 else 1)


def _show(report: DemoReport) -> None:
    told = [stored for stored in report.stories if _told(stored)]
    silent = [stored for stored in report.stories if not _told(stored)]
    for title, stories in (("alerted", told), ("stayed quiet", silent)):
        rows = [(stored.item.title, stored.item.feed, _act(stored), why_stored(stored)) for stored in stories]
        table((title, "feed", "act", "why"), rows, title=f"What {title}")
        out()
    out(f"{len(report.stories)} items, {len(report.alerts)} alerts, {len(silent)} quiet, {report.seconds:.1f} s.")
    if not quiet():
        say("Next: basewatch init news")


def _told(stored: StoredItem) -> bool:
    return stored.decision is not None and stored.decision.tell


def _act(stored: StoredItem) -> str:
    return str(stored.classification.act) if stored.classification else "not judged"


def _object(stored: StoredItem) -> dict[str, Any]:
    return {
        "title": stored.item.title,
        "feed": stored.item.feed,
        "novelty": stored.novelty,
        "act": _act(stored),
        "told": _told(stored),
        "reason": stored.decision.reason if stored.decision else stored.novelty,
        "why": why_stored(stored),
        "incident": stored.incident_id,
    }
