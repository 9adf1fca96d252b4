"""A ledger with incidents and reports as the daemon leaves them, for tests of what reads and mends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.incidents.fold import fold
from monitor.model.incident import Incident
from monitor.model.ledger import Report, View
from monitor.model.place import Place
from monitor.model.report import Act, Facts, Level, Link
from monitor.store.store import Transaction

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASAD = Place(id="ain-al-asad", name="Ain al-Asad Air Base", role="target", country="IQ")
ERBIL = Place(id="erbil", name="Erbil Air Base", role="target", country="IQ")
IRAQ = Place(id="country:IQ", name="Iraq", role="target", precision="country", country="IQ")


def incident_at(place: Place, day: date = date(2026, 11, 23), **others: object) -> Incident:
    given = {
        "id": f"{day}-{'iraq' if place.is_vague else place.id}", "place_id": place.id, "place_name": place.name,
        "country": place.country, "date": day, "opened_at": datetime(day.year, day.month, day.day, 1, tzinfo=UTC),
        "weapons": ("drone",), "level": Level.URGENT,
    }  # fmt: skip
    return Incident(**{**given, **others})  # type: ignore[arg-type]


def report_of(
    id: str, incident: Incident, *, hours: int = 0, publisher: str = "Wire", link: Link = Link.REPORT, **facts: object
) -> Report:
    """What one paper says of an incident, so many hours after it was opened."""
    at = incident.opened_at + timedelta(hours=hours)
    given = {"places": incident.places, "weapons": ("drone",), "date": incident.date}
    return Report(
        id=id, incident_id=incident.id, link=link, act=Act.ATTACK, facts=Facts(**{**given, **facts}),  # type: ignore[arg-type]
        publisher=publisher, title=f"Title of {id}", url=f"https://{publisher.lower()}.example/{id}",
        quote=f"Drones hit {incident.place_name}, {publisher} said.", reported_at=at, seen_at=at,
    )  # fmt: skip


def put(tx: Transaction, incident: Incident, *reports: Report) -> View:
    """Stores an incident with its reports, folded as the writer does."""
    view = fold(incident, reports)
    tx.add_incident(replace(view.incident, grade=str(view.grade)))
    tx.put_places(incident)
    tx.put_reports(reports)
    return view
