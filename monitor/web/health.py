"""`/health`: is the daemon at work? It never writes, and answers within a second whatever the database does."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from monitor.errors import BasewatchError
from monitor.health import Health, health
from monitor.model.daemon import DaemonState
from monitor.queries.jsonvalues import plain
from monitor.queries.status import daemon_health, unread_by_language
from monitor.rules.languages import read_by_files
from monitor.store.store import Store
from monitor.text.clean import clean
from monitor.web.answers import TEXT, Answer, as_json
from monitor.web.asking import Ask
from monitor.web.site import Site

T = TypeVar("T")

#: the database gets so long; who asks waits no longer for what may never come
SECONDS = 0.8
#: what is counted item by item is counted anew so often
UNREAD_FOR = timedelta(minutes=5)
NOT_KEPT = {"Cache-Control": "no-store"}


def show(site: Site, ask: Ask) -> Answer:
    """`/health`: `ok` and a line, or 503 with a sentence for each reason."""
    ask.only()
    found = _looking(site).look(ask.now, zone=site.settings.timezone)
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
    found = _looking(site).look(ask.now, zone="UTC", languages=True)
    return as_json(plain(found), status=200 if found.ok else 503, headers=NOT_KEPT)


class _Looking:
    """Looks at one database on threads of its own: what hangs there hangs nobody else."""

    def __init__(self, site: Site) -> None:
        self._store, self._rules = site.store, site.settings.rules
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="health")
        self._lock = Lock()
        #: questions by their name, answered or not yet: who asks meanwhile waits for the same answer
        self._asked: dict[str, Future[Any]] = {}
        #: items of the last day in languages that no list reads, and when they were counted
        self._unread: dict[str, int] = {}
        self._unread_at: datetime | None = None

    def look(self, now: datetime, *, zone: str, languages: bool = False) -> Health:
        """The health; a complaint in its place where the database does not answer in time."""
        end = monotonic() + SECONDS
        try:
            if languages:
                with suppress(TooLate):  # what is known of them is told
                    self._ask("languages", lambda: self._count(now)).result(SECONDS / 2)
            health = self._ask(f"health {zone}", lambda: self._health(now, zone))
            found: Health = health.result(max(end - monotonic(), 0))
        except TooLate:
            return _unanswered(f"the database does not answer within {SECONDS:g} s")
        except BasewatchError as error:
            return _unanswered(f"the database cannot be read: {error}")
        return found

    def _ask(self, name: str, question: Callable[[], T]) -> Future[T]:
        with self._lock:
            pending = self._asked.get(name)
            if pending is None or pending.done():
                pending = self._asked[name] = self._threads.submit(question)
            return pending

    def _health(self, now: datetime, zone: str) -> Health:
        return daemon_health(self._store, zone=zone, now=now, probe=False, unread=self._unread)

    def _count(self, now: datetime) -> None:
        """Looks at each item of a day, so it is done now and then."""
        if self._unread_at is None or abs(now - self._unread_at) >= UNREAD_FOR:
            self._unread = unread_by_language(self._store, read_by_files(self._rules), now=now)
            self._unread_at = now


def _unanswered(why: str) -> Health:
    blank = health(DaemonState(), [], None, now=datetime(1970, 1, 1, tzinfo=UTC))
    return replace(blank, problems=(why,))


_LOOKING: WeakKeyDictionary[Store, _Looking] = WeakKeyDictionary()


def _looking(site: Site) -> _Looking:
    found = _LOOKING.get(site.store)
    if found is None:
        found = _LOOKING.setdefault(site.store, _Looking(site))
    return found
