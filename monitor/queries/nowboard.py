"""The board "now": open incidents by their newest change, each with what was told to whom, and what stayed quiet.

An incident is open while it was reported or changed within `OPEN_FOR`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.silences import Aim, Lies, meets, publishers_of
from monitor.model.attention import Ack, Silence
from monitor.model.incident import Incident
from monitor.model.item import StoredItem
from monitor.model.ledger import Folded, Held, Notification, View
from monitor.queries.attention import acks_of
from monitor.queries.closecalls import close_calls
from monitor.queries.formats import toll
from monitor.queries.ledger import number_of, said_by, view_of
from monitor.queries.paging import cursor_of, keys_of
from monitor.queries.reasons import why_stored
from monitor.store.nowboard import ChangeMark, OpenFilter
from monitor.store.store import Transaction
from monitor.telling import lies_of
from monitor.topics.attacks.topic import RuleSet

#: an incident of which nothing was reported for so long is on the board no more
OPEN_FOR = timedelta(hours=72)
#: incidents of a page
LIMIT = 50
_HELD = {
    "quiet": "held until its quiet hours end", "cool-down": "held: it was told a moment ago",
    "cap": "held: it had its messages of this hour", "digest": "kept for its digest",
    "unconfirmed": "held until it is confirmed", "silence": "held until its silence ends",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Toll:
    """One number of an incident in words: `34 (25–34)`, and who says it."""

    words: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ToldTo:
    """What one channel was told of an incident."""

    channel: str
    at: datetime
    #: `told`, `on its way`, `not reached`; or why it waits
    state: str
    reached: bool = False
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class NowRow:
    """One line of the board."""

    view: View
    changed_at: datetime
    killed: Toll = Toll()
    wounded: Toll = Toll()
    told: tuple[ToldTo, ...] = ()
    #: why nobody was told; empty where somebody was, or something waits
    why_untold: str = ""
    #: who took notice of it last; also where a change broke that
    ack: Ack | None = None
    #: silences in force that keep some of its messages, or all, from some channel
    silences: tuple[Silence, ...] = ()

    @property
    def incident(self) -> Incident:
        """The incident with its folded values."""
        return self.view.incident

    @property
    def kind(self) -> str:
        """`drone, rocket`, `drone (foiled)`, or the act where no weapon is known."""
        weapons, act = ", ".join(one.replace("_", " ") for one in self.incident.weapons), str(self.incident.act)
        return f"{weapons} ({act})" if weapons and act != "attack" else weapons or act

    @property
    def publishers(self) -> int:
        """How many publishers report it by themselves; copies do not count."""
        return len(self.view.publishers)


@dataclass(frozen=True, kw_only=True)
class NowPage:
    """One page of the board."""

    rows: tuple[NowRow, ...]
    total: int
    #: names the next page; empty: this is the last
    following: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseCall:
    """An item that stayed quiet, and why."""

    stored: StoredItem
    why: str


def open_incidents(
    tx: Transaction, wanted: OpenFilter, rules: RuleSet, *, now: datetime, cursor: str = "", limit: int = LIMIT
) -> NowPage:
    """A page of open incidents, the newest change first. `UsageError` where the cursor is none."""
    found = tx.changed_incidents(
        wanted, after=ChangeMark(*keys_of(cursor, datetime, int, str)) if cursor else None, limit=limit + 1
    )
    page = found[:limit]
    ids = [incident.id for incident, _ in page]
    reports, notified, held = tx.reports_of(ids), tx.notifications(ids), _held(tx, ids)
    # items are read only of incidents of which nobody was told and nothing waits
    untold = [id for id in ids if id not in held and not any(incident == id for incident, _ in notified)]
    items = tx.items_of_incidents(untold)
    rows = tuple(
        _row(incident, changed_at, view_of(incident, reports.get(incident.id, [])), notified, held, items)
        for incident, changed_at in page
    )
    acks, silences = acks_of(tx, ids), [one for one in tx.silences(now) if one.holds(now)]
    lies = lies_of(rules.gazetteer)
    rows = tuple(
        replace(row, ack=acks.get(row.incident.id), silences=_silences_of(row, silences, lies)) for row in rows
    )
    last = page[-1] if len(found) > limit else None
    return NowPage(rows=rows, total=tx.count_changed(wanted), following=_cursor_of(*last) if last else "")


def near_misses(tx: Transaction, rules: RuleSet, *, now: datetime) -> tuple[CloseCall, ...]:
    """The last items of a day that came near an alert and stayed quiet, the newest first, with the reason in words."""
    return tuple(CloseCall(stored=one, why=why_stored(one)) for one in close_calls(tx, rules, now=now))


def opened_lately(tx: Transaction, *, now: datetime) -> int:
    """How many incidents news opened in the last day."""
    return tx.count_opened(now - timedelta(hours=24))


def _row(
    incident: Incident,
    changed_at: datetime,
    view: View,
    notified: Mapping[tuple[str, str], Notification],
    held: Mapping[str, Sequence[Held]],
    items: Mapping[str, Sequence[StoredItem]],
) -> NowRow:
    told = [_told(one) for (id, _), one in sorted(notified.items()) if id == incident.id]
    told += [
        ToldTo(channel=one.channel, at=one.since, state=_HELD.get(one.why, one.why))
        for one in held.get(incident.id, ())
    ]
    stored = not view.reports
    return NowRow(
        view=replace(view, incident=replace(view.incident, told=incident.told)), changed_at=changed_at,
        killed=_toll(view.killed, incident.killed if stored else None),
        wounded=_toll(view.wounded, incident.wounded if stored else None),
        told=tuple(told), why_untold="" if told else _why_untold(incident, items.get(incident.id, ())),
    )  # fmt: skip


def _silences_of(row: NowRow, silences: Sequence[Silence], lies: Lies) -> tuple[Silence, ...]:
    """Those whose matchers it meets, whatever channel and rule they name."""
    found = []
    for one in silences:
        rule = one.matchers.rule
        aim = Aim(
            channel=one.matchers.channel, level=row.incident.level, incident=row.incident.id,
            places=row.incident.places, rules=(rule,) if rule else (), publishers=publishers_of(row.view.reports),
        )  # fmt: skip
        taken = {taken.rule for report in row.view.reports for taken in report.rules}
        if (not rule or rule in taken) and meets(one.matchers, aim, lies):
            found.append(one)
    return tuple(found)


def _told(one: Notification) -> ToldTo:
    if one.taken_at is not None and one.failed_at is None:
        return ToldTo(channel=one.channel, at=one.taken_at, state="told", reached=True, version=one.version)
    if one.failed_at is not None:
        return ToldTo(channel=one.channel, at=one.failed_at, state="not reached", version=one.version)
    return ToldTo(channel=one.channel, at=one.queued_at, state="on its way", version=one.version)


def _toll(folded: Folded, stored: int | None) -> Toll:
    return Toll(words=toll(folded, number_of(folded, stored)), by=said_by(folded.best))


def _why_untold(incident: Incident, items: Sequence[StoredItem]) -> str:
    """Of its newest item that was decided on."""
    if incident.told_to:
        return ""
    if incident.imported:
        return "a person put it in: nobody is told"
    decided = [stored for stored in items if stored.decision is not None]
    return why_stored(decided[-1]) if decided else "what was decided is no longer stored"


def _held(tx: Transaction, ids: Sequence[str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for one in tx.held():
        if one.incident_id in set(ids):
            found.setdefault(one.incident_id, []).append(one)
    return found


def _cursor_of(incident: Incident, changed_at: datetime) -> str:
    return cursor_of(changed_at, incident.level.rank, incident.id)
