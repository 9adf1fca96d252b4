"""The daemon's job that tells what was held: after quiet hours and cool-downs, digests, repeats until acknowledged."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.app import App
from monitor.configuration import Configuration
from monitor.model.alert import Alert
from monitor.outgoing import tell_waiting
from monitor.queries.digest import Digest, digest_of, pictures_of
from monitor.queries.ledger import with_places_and_names
from monitor.reminding import Pictures, digests_due, make_digests, repeat_flashes, warn_of_ends
from monitor.store.store import Transaction
from monitor.telling import inside_of

log = logging.getLogger(__name__)


async def attend(app: App) -> None:
    """Tells what is due by now, in one transaction; pictures are drawn before it, so that no poll waits for them."""
    now, configuration = app.clock(), app.configuration
    pictures: Pictures = {}
    if any(policy.digest is not None for policy in configuration.policies):
        drafts = await app.thread.read(lambda tx: drafts_of(tx, configuration, now))
        pictures = await asyncio.to_thread(drawn, drafts) if drafts else {}
    alerts = await app.thread.run(lambda tx: due(tx, configuration, now, pictures))
    for alert in alerts:
        log.info("due alert=%s reason=%s channels=%s", alert.id, alert.reason, ",".join(alert.channels))


def drafts_of(tx: Transaction, configuration: Configuration, now: datetime) -> dict[tuple[str, str], Digest]:
    """What the pictures of the digests show that are due by now."""
    inside = inside_of(configuration.rules.gazetteer)
    found = {}
    for policy, period, since in digests_due(tx, configuration, now=now):
        wanted = partial(inside, policy.places) if policy.places else None
        digest = digest_of(tx, period, since=since, until=now, wanted=wanted)
        rows = with_places_and_names(digest.rows, configuration.rules)
        found[policy.channel, str(period)] = replace(digest, rows=rows)
    return found


def drawn(drafts: dict[tuple[str, str], Digest]) -> Pictures:
    """The pictures of each digest. One that cannot be drawn goes without: a font must not keep the news back."""
    pictures = {}
    for key, draft in drafts.items():
        try:
            pictures[key] = pictures_of(draft)
        except Exception:
            log.exception("no pictures for the digest of channel=%s period=%s", *key)
    return pictures


def due(tx: Transaction, configuration: Configuration, now: datetime, pictures: Pictures | None = None) -> list[Alert]:
    """Everything that is due by now."""
    return [
        *warn_of_ends(tx, configuration, now=now),
        *tell_waiting(tx, configuration, now=now),
        *repeat_flashes(tx, configuration, now=now),
        *make_digests(tx, configuration, now=now, pictures=pictures),
    ]
