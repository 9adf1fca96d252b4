"""The daemon's job that tells what was held: after quiet hours and cool-downs, digests, repeats until acknowledged."""

from __future__ import annotations

import logging
from datetime import datetime

from monitor.app import App
from monitor.configuration import Configuration
from monitor.model.alert import Alert
from monitor.outgoing import make_digests, repeat_flashes, tell_waiting
from monitor.store.store import Transaction

log = logging.getLogger(__name__)


async def attend(app: App) -> None:
    """Tells what is due by now, in one transaction."""
    now, configuration = app.clock(), app.configuration
    alerts = await app.thread.run(lambda tx: due(tx, configuration, now))
    for alert in alerts:
        log.info("due alert=%s reason=%s channels=%s", alert.id, alert.reason, ",".join(alert.channels))


def due(tx: Transaction, configuration: Configuration, now: datetime) -> list[Alert]:
    """Everything that is due by now."""
    return [
        *tell_waiting(tx, configuration, now=now),
        *repeat_flashes(tx, configuration, now=now),
        *make_digests(tx, configuration, now=now),
    ]
