"""Incidents as their reports make them, made by hand, for tests of the words that are sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from monitor.model.incident import Incident
from monitor.model.ledger import Change, ChangeReason, Detail, Folded, Grade, Report, Said, View
from monitor.model.place import Place
from monitor.model.report import Act, Facts, Level, Link, RuleTaken, Voice

#: 02:40 on Tuesday in Baghdad
NOW = datetime(2026, 11, 16, 23, 40, tzinfo=UTC)
COUNTRIES = {"IQ": "Iraq", "QA": "Qatar", "KW": "Kuwait", "BH": "Bahrain", "JO": "Jordan", "": ""}
ACTORS = {"kataib-hezbollah": "Kataib Hezbollah", "iri": "Islamic Resistance in Iraq"}
NAMES: Any = SimpleNamespace(
    name_of=lambda actor: ACTORS.get(actor, actor),
    country_name=lambda code: COUNTRIES.get(code, code),
    zone_of=lambda place: "UTC" if place == "unplaced" else "Asia/Baghdad",
    title_of=lambda _: "Attack on a base",
)
ASAD = Place(id="ain-al-asad", name="Ain al-Asad Air Base", role="target", country="IQ")
BASES = (
    ASAD,
    Place(id="al-udeid", name="Al Udeid Air Base", role="target", country="QA"),
    Place(id="nsa-bahrain", name="Naval Support Activity Bahrain", role="target", country="BH"),
    Place(id="tower-22", name="Tower 22", role="target", country="JO"),
    Place(id="country:IQ", name="Iraq", role="target", precision="country", country="IQ"),
    Place(id="unplaced", name="a place not told", role="target", precision="unknown"),
)
RULE = RuleTaken(rule="attack-on-base", level=Level.URGENT, send_to=("alerts",))


def report(
    number: int, publisher: str, title: str, *, quote: str = "", voice: Voice = Voice.MEDIA, speaker: str = "",
    at: datetime = NOW, link: Link = Link.REPORT, url: str = "", facts: Facts | None = None, **more: Any,
) -> Report:  # fmt: skip
    """A report of the attack on Ain al-Asad."""
    return Report(
        id=f"r{number}", incident_id="2026-11-17-ain-al-asad", link=link, act=Act.ATTACK,
        facts=facts or Facts(places=(ASAD,), weapons=("drone",)), voice=voice, speaker=speaker, publisher=publisher,
        title=title, url=url or f"https://news.example/{number}", quote=quote, reported_at=at, seen_at=at,
        rules=(RULE,), **more,
    )  # fmt: skip


def said(
    value: int, by: str, *, voice: Voice = Voice.MEDIA, at: datetime = NOW, speaker: str = "", **more: Any
) -> Said:
    """A number as one source gives it."""
    return Said(value=value, by=by, speaker=speaker, voice=voice, at=at, report="r1", **more)


def folded(*values: Said) -> Folded:
    """The first one is the best."""
    numbers = [one.value for one in values]
    return Folded(best=values[0], low=min(numbers), high=max(numbers), said=values, history=values[:1])


def incident(*places: Place, **more: Any) -> Incident:
    """The attack of the night of 17 November."""
    first, *others = places or (ASAD,)
    values: dict[str, Any] = {
        "id": "2026-11-17-ain-al-asad", "date": date(2026, 11, 17), "opened_at": NOW, "weapons": ("drone",),
        "level": Level.URGENT, "more_places": tuple(others), **more,
    }  # fmt: skip
    return Incident(place_id=first.id, place_name=first.name, country=first.country, **values)


WIRE = report(1, "Example Wire", "Drones hit Ain al-Asad, no casualties", quote="Two drones struck the base at dawn.")
FIRST_VIEW = View(
    incident=incident(), reports=(WIRE,), grade=Grade.REPORTED, publishers=("example wire",), level=Level.URGENT,
    killed=folded(said(0, "Example Wire")), wounded=folded(said(0, "Example Wire")),
)  # fmt: skip
#: six hours later the ministry gives numbers, and another paper gives fewer wounded
MORNING = NOW + timedelta(hours=6, minutes=20)
MINISTRY = report(
    2, "Iraq News", "Three killed, 34 wounded at Ain al-Asad", voice=Voice.OFFICIAL, speaker="Defence Ministry",
    at=MORNING, link=Link.TOLL,
)  # fmt: skip
TOLL_VIEW = replace(
    FIRST_VIEW, reports=(WIRE, MINISTRY), grade=Grade.CONFIRMED, publishers=("example wire", "iraq news"),
    level=Level.FLASH, why_level="raised to flash: somebody was killed",
    killed=folded(said(3, "Iraq News", voice=Voice.OFFICIAL, speaker="Defence Ministry", at=MORNING)),
    wounded=folded(
        said(34, "Iraq News", voice=Voice.OFFICIAL, speaker="Defence Ministry", at=MORNING), said(25, "Shafaq")
    ),
)  # fmt: skip
TOLL_DETAILS = (
    Detail(reason=ChangeReason.TOLL_UP, field="killed", before="0", after="3", by="Defence Ministry",
           voice=Voice.OFFICIAL, report="r2"),
    Detail(reason=ChangeReason.TOLL_UP, field="wounded", before="0", after="34", by="Defence Ministry",
           voice=Voice.OFFICIAL, report="r2"),
    Detail(reason=ChangeReason.ESCALATED, field="level", before="urgent", after="flash", report="r2"),
)  # fmt: skip


def change(*reasons: ChangeReason, level: Level = Level.URGENT, version: int = 1, **more: Any) -> Change:
    """A version for these reasons."""
    return Change(
        incident_id="2026-11-17-ain-al-asad", version=version, at=NOW, reasons=reasons, level=level,
        **{"report": "r1", **more},
    )  # fmt: skip
