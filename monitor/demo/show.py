"""The demo's run: two polls of invented feeds through the real app, on a temporary database. Prints nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.app import open_app, utc_now
from monitor.config.settings import Settings, load_settings
from monitor.demo.publishers import FEEDS, DemoServer, document, feeds_file, serving
from monitor.model.alert import Alert
from monitor.model.delivery import Sent
from monitor.model.item import StoredItem
from monitor.resources import packaged_or_beside

#: calls of `on_step` in one run: a poll of each feed, twice
STEPS = 2 * len(FEEDS)


@dataclass(frozen=True, kw_only=True)
class DemoReport:
    """What the demo came to."""

    alerts: tuple[Alert, ...]
    #: every item of the demo in the order of arrival
    stories: tuple[StoredItem, ...]
    #: alerts that the console took
    delivered: int
    seconds: float


async def run_demo(*, on_step: Callable[[str], None], before_delivery: Callable[[], None]) -> DemoReport:
    """Serve, poll, let the feeds grow, poll again, deliver. Everything it made is gone afterwards."""
    started, begun = time.monotonic(), utc_now()
    with (
        tempfile.TemporaryDirectory(prefix="basewatch-demo-") as folder,
        serving() as server,
        open_app(_settings(Path(folder), server)) as app,
    ):
        _publish(server, grown=False)
        await app.poll(in_turn=True, on_report=lambda report: on_step(report.feed))
        _publish(server, grown=True)
        reports = await app.poll(in_turn=True, on_report=lambda report: on_step(report.feed))
        before_delivery()
        attempts = await app.deliver()
        stories = await app.thread.run(lambda tx: tx.items(begun))
    return DemoReport(
        alerts=tuple(alert for report in reports for alert in report.alerts),
        stories=tuple(sorted(stories, key=lambda story: story.item.id)),
        delivered=sum(isinstance(attempt.verdict, Sent) for attempt in attempts),
        seconds=time.monotonic() - started,
    )


def _settings(folder: Path, server: DemoServer) -> Settings:
    (folder / "feeds.yaml").write_text(feeds_file(server.url), encoding="utf-8")
    environment = {
        "BASEWATCH_RULES": str(packaged_or_beside("starter/rules", "rules")),
        "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    return load_settings(environment, folder)


def _publish(server: DemoServer, *, grown: bool) -> None:
    now = utc_now()
    server.documents = {f"/{feed.slug}.xml": document(feed, now=now, grown=grown) for feed in FEEDS}
