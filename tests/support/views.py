"""Views made by hand: what the ledger knows of an incident at each step of one story, for tests of those who read it.

They are built without `fold`, so that a test of a message or a policy fails for its own reasons alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.model.incident import Incident
from monitor.model.ledger import Change, ChangeReason, Detail, Folded, Grade, PlaceView, Report, Said, Told, View
from monitor.model.place import Place
from monitor.model.report import Act, Facts, Level, Link, RuleTaken, Voice

#: Monday 23:40 UTC; Tuesday in Baghdad
OPENED = datetime(2026, 11, 23, 23, 40, tzinfo=UTC)
ASAD = Place(id="ain-al-asad", name="Ain al-Asad Air Base", role="target", country="IQ")
ERBIL = Place(id="erbil-air-base", name="Erbil Air Base", role="target", country="IQ")
UDEID = Place(id="al-udeid", name="Al Udeid Air Base", role="target", country="QA")
TAKEN = RuleTaken(rule="attack-on-base", level=Level.URGENT, send_to=("alerts",))


def after(hours: float) -> datetime:
    """So many hours after the story began."""
    return OPENED + timedelta(hours=hours)


def incident(incident_id: str = "2026-11-24-ain-al-asad", places: Sequence[Place] = (ASAD,), **fields: Any) -> Incident:
    """An attack with drones on Ain al-Asad, or what `fields` say of it."""
    first, *more = places
    known: dict[str, Any] = {
        "date": date(2026, 11, 24), "opened_at": OPENED, "level": Level.URGENT, "weapons": ("drone",),
        "first_title": "Drones hit Ain al-Asad, no casualties",
    }  # fmt: skip
    return Incident(
        id=incident_id, place_id=first.id, place_name=first.name, country=first.country, more_places=tuple(more),
        **{**known, **fields},
    )  # fmt: skip


def report(report_id: str, title: str, *, hours: float = 0, publisher: str = "Wire", **fields: Any) -> Report:
    """A report of the attack; `killed`, `wounded` and other names of facts go into its facts."""
    names = Facts.__dataclass_fields__
    told: dict[str, Any] = {"places": (ASAD,), "weapons": ("drone",), "date": date(2026, 11, 24)}
    told |= {name: fields.pop(name) for name in list(fields) if name in names and name not in ("voice", "speaker")}
    facts = fields.pop("facts", None) or Facts(
        **told, voice=fields.get("voice", Voice.MEDIA), speaker=fields.get("speaker", "")
    )
    known: dict[str, Any] = {
        "incident_id": "2026-11-24-ain-al-asad", "link": Link.REPORT, "act": Act.ATTACK,
        "url": f"https://{publisher.casefold().replace(' ', '-')}.example/{report_id}",
        "quote": title, "reported_at": after(hours), "seen_at": after(hours), "rules": (TAKEN,), "send_to": ("alerts",),
    }  # fmt: skip
    return Report(id=report_id, title=title, publisher=publisher, facts=facts, **{**known, **fields})


def said(value: int, by: Report, **fields: Any) -> Said:
    """A value as the report gives it."""
    known: dict[str, Any] = {
        "by": by.publisher, "speaker": by.speaker, "voice": by.voice, "at": by.reported_at, "report": by.id,
        "url": by.url,
    }  # fmt: skip
    return Said(value=value, **{**known, **fields})


def folded(*values: Said) -> Folded:
    """A number of which the first value is the best one; the history is that value after those said before it."""
    if not values:
        return Folded()
    numbers = [one.value for one in values]
    return Folded(
        best=values[0], low=min(numbers), high=max(numbers), said=values,
        history=tuple(sorted(values, key=lambda one: one.at)),
    )  # fmt: skip


def view(reports: Sequence[Report], about: Incident | None = None, **fields: Any) -> View:
    """A view with the numbers in `fields` in the columns of its incident as well."""
    about = about or incident()
    numbers = {
        name: fields[name].best.value
        for name in ("killed", "wounded", "launched", "intercepted")
        if name in fields and fields[name].best is not None
    }
    known: dict[str, Any] = {
        "publishers": tuple(dict.fromkeys(one.publisher for one in reports)), "level": Level.URGENT,
        "why_level": "rule attack-on-base (urgent)",
    }  # fmt: skip
    known |= fields
    about = replace(about, grade=str(known.get("grade", Grade.REPORTED)), level=known["level"], **numbers)
    if "by_place" not in known:
        one = {name: known[name] for name in ("killed", "wounded") if name in known}
        known["by_place"] = tuple(
            PlaceView(place=place, weapons=about.weapons, act=about.act, **one) for place in about.places
        )
    return View(incident=about, reports=tuple(reports), **known)


WIRE = report("A", "Drones hit Ain al-Asad, no casualties", killed=0, wounded=0, killed_words="no casualties")
MINISTRY = report(
    "B", "Three killed, 34 wounded at Ain al-Asad, ministry says", hours=6.3, publisher="Ministry of Defence",
    killed=3, wounded=34, voice=Voice.OFFICIAL, speaker="Ministry of Defence", link=Link.TOLL, act=Act.TOLL,
)  # fmt: skip
CLAIM = report(
    "C", "Group Y claims attack on Ain al-Asad", hours=7.3, publisher="Channel Y", claimed_by=("group-y",),
    voice=Voice.CLAIMANT, speaker="Group Y", link=Link.CLAIM, act=Act.CLAIM,
)  # fmt: skip
OTHER_TOLL = report("D", "25 wounded at Ain al-Asad", hours=9.3, publisher="Shafaq", wounded=25, link=Link.TOLL)
STRIKE = report(
    "E", "US strikes Group Y after attack on Ain al-Asad", hours=15.3, publisher="Paper", struck=("group-y",),
    link=Link.RETALIATION, act=Act.RETALIATION, rules=(), send_to=(),
)  # fmt: skip
WITHDRAWAL = report(
    "F", "Correction: wire withdraws report of no casualties", hours=34, withdrawn=("killed", "wounded"),
    link=Link.RETRACTION, act=Act.RETRACTION, rules=(),
)  # fmt: skip

#: as the wire first told it
FIRST_VIEW = view([WIRE], killed=folded(said(0, WIRE, words="no casualties")), wounded=folded(said(0, WIRE)))
#: after the ministry's numbers
TOLL_VIEW = view(
    [WIRE, MINISTRY],
    killed=folded(said(3, MINISTRY), said(0, WIRE)),
    wounded=folded(said(34, MINISTRY), said(0, WIRE)),
    grade=Grade.CONFIRMED, level=Level.FLASH, why_level="rule attack-on-base (flash, raised to flash: killed >= 1)",
)  # fmt: skip
#: after the group claimed it
CLAIMED_VIEW = replace(
    TOLL_VIEW,
    incident=replace(TOLL_VIEW.incident, claimed_by=("group-y",)),
    reports=(*TOLL_VIEW.reports, CLAIM),
)
#: after another paper's lower number, which shows in the range alone
RANGE_VIEW = replace(
    CLAIMED_VIEW,
    reports=(*CLAIMED_VIEW.reports, OTHER_TOLL),
    publishers=("Wire", "Ministry of Defence", "Shafaq"),
    wounded=folded(said(34, MINISTRY), said(25, OTHER_TOLL), said(0, WIRE)),
)
#: after the strike that answered it
ANSWERED_VIEW = replace(
    RANGE_VIEW,
    incident=replace(RANGE_VIEW.incident, answered_at=after(15.3)),
    reports=(*RANGE_VIEW.reports, STRIKE),
    answered_by=("E",),
)
#: known from the attackers alone
CLAIM_VIEW = view([CLAIM], incident(act=Act.CLAIM, claimed_by=("group-y",)), grade=Grade.CLAIMED, publishers=())
#: one salvo on three bases in two countries
SALVO_VIEW = view([WIRE], incident("2026-11-24-al-udeid", (UDEID, ASAD, ERBIL)), grade=Grade.REPORTED)
#: nothing happened: an official withdrew it
RETRACTED_VIEW = replace(
    FIRST_VIEW,
    incident=replace(FIRST_VIEW.incident, grade=str(Grade.RETRACTED)),
    grade=Grade.RETRACTED, level=Level.NOTICE, publishers=(), killed=Folded(), wounded=Folded(),
)  # fmt: skip

TOLL_DETAILS = (
    Detail(reason=ChangeReason.TOLL_UP, field="killed", before="0", after="3", by="Ministry of Defence",
           voice=Voice.OFFICIAL, report="B"),
    Detail(reason=ChangeReason.TOLL_UP, field="wounded", before="0", after="34", by="Ministry of Defence",
           voice=Voice.OFFICIAL, report="B"),
    Detail(reason=ChangeReason.ESCALATED, field="level", before="urgent", after="flash", by="Ministry of Defence",
           voice=Voice.OFFICIAL, report="B"),
)  # fmt: skip


def change(
    of: View, *reasons: ChangeReason, version: int = 1, hours: float = 0, details: Sequence[Detail] = (), **fields: Any
) -> Change:
    """A version of the incident in a view, for these reasons."""
    known = Told(
        killed=of.incident.killed, wounded=of.incident.wounded, grade=of.grade, claimed_by=of.incident.claimed_by,
        denied_by=of.denied_by, places=tuple(place.id for place in of.incident.places), level=of.level,
        answered=bool(of.answered_by), reports=tuple(one.id for one in of.reports),
    )  # fmt: skip
    told: dict[str, Any] = {"known": known, "level": of.level, "report": of.reports[-1].id if of.reports else ""}
    return Change(
        incident_id=of.incident.id, version=version, at=after(hours), reasons=reasons, details=tuple(details),
        **{**told, **fields},
    )  # fmt: skip


FIRST_CHANGE = change(FIRST_VIEW, ChangeReason.FIRST)
TOLL_CHANGE = change(
    TOLL_VIEW, ChangeReason.TOLL_UP, ChangeReason.CONFIRMED, ChangeReason.ESCALATED, version=2, hours=6.3,
    details=TOLL_DETAILS,
)  # fmt: skip
CLAIM_CHANGE = change(
    CLAIMED_VIEW, ChangeReason.CLAIMED, version=3, hours=7.3, level=Level.NOTICE,
    details=(Detail(reason=ChangeReason.CLAIMED, field="claimed_by", after="group-y", by="Channel Y",
                    voice=Voice.CLAIMANT, report="C"),),
)  # fmt: skip
