"""Two incidents that turn out to be one: what the one that stays knows, and what those who were told of either know.

A later report shows it (it names the places of both together), or a person says so. The older one, or the one that the
person names first, stays with its id; the other one leads to it from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.model.incident import MOST_TITLES, Incident
from monitor.model.ledger import Notification, Report
from monitor.model.place import Place
from monitor.model.report import Act, Level


@dataclass
class Book:
    """What was reported of an incident, and what each channel was told of it."""

    reports: dict[str, Report] = field(default_factory=dict)
    told: dict[str, Notification] = field(default_factory=dict)
    #: channels for which something of it waits
    waiting: set[str] = field(default_factory=set)


def joined(one: Incident, other: Incident, *, most_places: int | None = None) -> Incident:
    """`one` with what is known of `other`: the places of either, who was told of either.

    What a fold works out of the reports is put together too, since the reports of old incidents may be gone.
    """
    places = _both_places(one, other)[:most_places]
    first, *more = places
    claimed = union(one.claimed_by, other.claimed_by)
    return replace(
        one,
        place_id=first.id,
        place_name=first.name,
        country=first.country,
        more_places=tuple(more),
        opened_at=min(one.opened_at, other.opened_at),
        last_report_at=_latest(one.last_report_at, other.last_report_at),
        answered_at=one.answered_at or other.answered_at,
        told=one.told or other.told,
        told_to=union(one.told_to, other.told_to),
        act=Act.ATTACK if Act.ATTACK in (one.act, other.act) else one.act,
        weapons=union(one.weapons, other.weapons),
        claimed_by=claimed,
        attributed_to=tuple(a for a in union(one.attributed_to, other.attributed_to) if a not in claimed),
        denied_by=union(one.denied_by, other.denied_by),
        named=union(one.named, other.named),
        killed=larger(one.killed, other.killed),
        wounded=larger(one.wounded, other.wounded),
        answers=tuple(id for id in union(one.answers, other.answers) if id not in (one.id, other.id)),
        titles=union(one.titles, other.titles)[-MOST_TITLES:],
        imported=one.imported and other.imported,
    )


def joined_books(incident_id: str, books: Sequence[Book]) -> Book:
    """What was reported of several incidents that are `incident_id` now, and what each channel knows by them."""
    reports = {report.id: report for book in reversed(books) for report in book.reports.values()}
    ordered = sorted(reports.values(), key=lambda report: (report.seen_at, report.id))
    told: dict[str, Notification] = {}
    for book in books:
        told = joined_notifications(incident_id, told, book.told)
    return Book(
        reports={report.id: replace(report, incident_id=incident_id) for report in ordered},
        told=told,
        waiting={channel for book in books for channel in book.waiting},
    )


def joined_notifications(
    incident_id: str, one: Mapping[str, Notification], other: Mapping[str, Notification]
) -> dict[str, Notification]:
    """Who was told of either knows both: nothing that somebody was told is told again.

    A flash that nobody has acknowledged is repeated on, whichever of the two it was.
    """
    found = dict(one)
    for channel, note in other.items():
        first = found.get(channel)
        if first is None:
            found[channel] = replace(note, incident_id=incident_id)
            continue
        known = replace(
            first.known,
            killed=larger(first.known.killed, note.known.killed),
            wounded=larger(first.known.wounded, note.known.wounded),
            claimed_by=union(first.known.claimed_by, note.known.claimed_by),
            denied_by=union(first.known.denied_by, note.known.denied_by),
            places=union(first.known.places, note.known.places),
            level=max(first.known.level, note.known.level, key=lambda level: level.rank),
            answered=first.known.answered or note.known.answered,
            reports=union(first.known.reports, note.known.reports),
        )
        found[channel] = replace(louder(first, note), incident_id=incident_id, version=first.version, known=known)
    return found


def louder(first: Notification, note: Notification) -> Notification:
    """Of what a channel was told last of two incidents what counts once they are one: `first`, unless the other one
    alone still calls for somebody."""
    return note if _calls(note) and not _calls(first) else first


def _calls(note: Notification) -> bool:
    return note.level is Level.FLASH and note.acked_at is None


def _both_places(one: Incident, other: Incident) -> list[Place]:
    places = {place.id: place for place in (*other.places, *one.places) if not place.is_unplaced}
    exact = {place.country for place in places.values() if not place.is_vague}
    # "Iraq" says nothing more beside a base in Iraq
    named = [place for place in places.values() if not (place.is_vague and place.country in exact)]
    if not named:
        return list(one.places)
    order = {place.id: number for number, place in enumerate((*one.places, *other.places))}
    return sorted(named, key=lambda place: order[place.id])


def union(*several: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in the order in which they come."""
    return tuple(dict.fromkeys(one for some in several for one in some))


def larger(one: int | None, other: int | None) -> int | None:
    """The larger of two numbers; a number that is not known is none."""
    return max((number for number in (one, other) if number is not None), default=None)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
