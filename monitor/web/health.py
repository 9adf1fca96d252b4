"""`/health`: is the daemon at work? It never writes, and answers within a second whatever the database does; as an
object, which tells more, within two."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from monitor.errors import BasewatchError
from monitor.health import Health, health
from monitor.model.daemon import DaemonState
from monitor.model.feed import FeedCounts
from monitor.queries.jsonvalues import plain
from monitor.queries.status import FeedDetails, daemon_health, unread_by_language
from monitor.rules.languages import read_by_files
from monitor.store.store import Store
from monitor.text.clean import clean
from monitor.web.answers import TEXT, Answer, as_json
from monitor.web.asking import Ask
from monitor.web.questions import SECONDS, questions_of
from monitor.web.site import Site

#: what is counted item by item is counted anew so often
UNREAD_FOR = timedelta(minutes=5)
NOT_KEPT = {"Cache-Control": "no-store"}
#: the line of `/health` tells of none
_NO_DETAILS = FeedDetails(doing={}, sick={}, drops={})


def show(site: Site, ask: Ask) -> Answer:
    """`/health`: `ok` and a line, or 503 with a sentence for each reason."""
    ask.only()

    def look() -> Health:
        zone = site.settings.timezone
        return daemon_health(site.store, zone=zone, now=ask.now, probe=False, unread={}, details=_NO_DETAILS)

    found = _answered(lambda: questions_of(site).answer("health", look))
    if not found.ok:
        told = [clean(problem) for problem in found.problems]
        if not ask.visitor.may_read:  # what is not well, without names, addresses and folders
            told = [re.split(": | at ", one)[0] for one in told]
        text = "".join(f"{one}\n" for one in told)
        return Answer(status=503, content_type=TEXT, body=text.encode(), headers=NOT_KEPT)
    feeds, beat = found.facts.get("feeds", 0), found.facts.get("heartbeat")
    return Answer(content_type=TEXT, body=f"ok\n{feeds:,} feeds, last sign of life {beat}\n".encode(), headers=NOT_KEPT)


def as_object(site: Site, ask: Ask) -> Answer:
    """`/api/v1/health`: the object of `basewatch health --json`; 503 where it is not ok."""
    ask.only()
    asked, unread = questions_of(site), _UNREAD.setdefault(site.store, _Unread())

    def look() -> Health:
        with suppress(TimeoutError):  # what is known of them is told
            asked.answer("languages", lambda: unread.count(site, ask.now), seconds=SECONDS / 2)
        details = asked.details(site, ask.now)
        return asked.answer(
            "health object",
            lambda: daemon_health(site.store, now=ask.now, probe=False, unread=unread.found, details=details),
        )

    found = _answered(look)
    return as_json(plain(found), status=200 if found.ok else 503, headers=NOT_KEPT)


class _Unread:
    """Items of the last day in languages that no list reads: each is looked at, so they are counted now and then."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._at: datetime | None = None

    def count(self, site: Site, now: datetime) -> None:
        if self._at is None or abs(now - self._at) >= UNREAD_FOR:
            self.found = unread_by_language(site.store, read_by_files(site.settings.rules), now=now)
            self._at = now


def _answered(look: Callable[[], Health]) -> Health:
    """The health; a complaint in its place where the database does not answer in time."""
    try:
        return look()
    except TimeoutError:
        return _unanswered(f"the database does not answer within {SECONDS:g} s")
    except BasewatchError as error:
        return _unanswered(f"the database cannot be read: {error}")


def _unanswered(why: str) -> Health:
    blank = health(DaemonState(), FeedCounts(), None, now=datetime(1970, 1, 1, tzinfo=UTC))
    return replace(blank, problems=(why,))


_UNREAD: WeakKeyDictionary[Store, _Unread] = WeakKeyDictionary()
