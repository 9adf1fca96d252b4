"""Identity put right by hand: two incidents made one, reports taken out of one. Nobody is told; it is remembered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from monitor.alerts.subject import short_of
from monitor.errors import BasewatchError, UsageError
from monitor.incidents.changes import told_values
from monitor.incidents.joining import joined, union
from monitor.merging import goes_into
from monitor.model.attention import Deed
from monitor.model.incident import MOST_TITLES, Incident
from monitor.model.ledger import Change, Folded, Report, Ruling, View
from monitor.model.place import Place
from monitor.model.report import Act, Link
from monitor.queries.jsonvalues import kept as as_json
from monitor.queries.ledger import view_of
from monitor.queries.undoing import left_by, next_version, stands_of
from monitor.store.store import Transaction

#: the end of a short name: month and day, and which of the day it is
_DAY = re.compile(r".-(\d\d)(\d\d)(-\d)?$", re.ASCII)


def standing(tx: Transaction, incident_id: str) -> Incident:
    """The incident that stands for this id, also where it went into another one; `BasewatchError` where none is."""
    seen: set[str] = set()
    id = tx.rulings().merged.get(incident_id, incident_id)
    while (incident := tx.incident(id)) is not None and incident.merged_into and id not in seen:
        seen.add(id)
        id = incident.merged_into
    if incident is None:
        raise no_incident(tx, incident_id)
    return incident


def no_incident(tx: Transaction, incident_id: str) -> BasewatchError:
    """That there is none, and which is meant: a chat or a digest gives the short name, commands ask for the id."""
    hint = meant_by(tx, incident_id) or "`basewatch incidents --json` lists their ids"
    return BasewatchError(f"there is no incident {incident_id[:80]}; {hint}")


def meant_by(tx: Transaction, short_name: str) -> str:
    """`did you mean 2026-11-17-ain-al-asad?` of `asad-1117`, the latest years first; empty where none is called so."""
    ids = called(tx, short_name)
    return f"did you mean {' or '.join(ids[:-4:-1])}?" if ids else ""


def called(tx: Transaction, short_name: str) -> list[str]:
    """The ids that have this short name, the earliest first: of the ledger its days alone are looked at."""
    found = _DAY.search(short_name)
    ids = tx.ids_of_day(found[1], found[2]) if found else []
    return [id for id in ids if short_of(id) == short_name.casefold()]


def merge(tx: Transaction, kept: str, gone: str, *, now: datetime, by: str = "") -> str:
    """`gone` goes into `kept`; answers the id that stands. `UsageError` where the two are one."""
    if kept == gone:
        raise UsageError(f"{kept[:80]} cannot go into itself; name two incidents")
    one, other = standing(tx, kept), standing(tx, gone)
    if one.id == other.id:
        raise UsageError(f"{gone[:80]} went into {one.id} already")
    reports = tx.reports_of([one.id, other.id])
    moved = reports.get(other.id, [])
    stood = stands_of(tx, one, other)
    goes_into(tx, other, one.id, now=now)
    both = sorted(
        {report.id: report for report in (*moved, *reports.get(one.id, []))}.values(),
        key=lambda report: (report.seen_at, report.id),
    )
    before, as_one = view_of(one, reports.get(one.id, [])), joined(one, other)
    view = view_of(as_one, [replace(report, incident_id=one.id) for report in both])
    _put(tx, replace(view, incident=_folded(view, as_one)), before, f"merged by hand with {other.id}", now)
    ruling = Ruling(kind="merge", one=other.id, other=one.id, at=now)
    tx.add_ruling(ruling)
    deed = Deed(at=now, by=by, what="merge", target=one.id, note=f"{other.id} went into it")
    tx.add_deed(replace(deed, before={**stood, "rulings": [as_json(ruling)], **left_by(tx, one.id)}))
    return one.id


def split(tx: Transaction, incident_id: str, items: Sequence[str], *, now: datetime, by: str = "") -> str:
    """These reports become an incident of their own; answers its id. The two never meet again."""
    old = standing(tx, incident_id)
    reports = tx.reports_of([old.id]).get(old.id, [])
    wanted = dict.fromkeys(items)
    if missing := [item for item in wanted if item not in {report.id for report in reports}]:
        known = ", ".join(report.id for report in reports[:8]) or "none"
        raise UsageError(f"{old.id} has no report {missing[0][:40]}; its reports: {known}")
    taken, left = ([report for report in reports if (report.id in wanted) is out] for out in (True, False))
    if not taken:
        raise UsageError("name the reports that are to be taken out; `basewatch incidents show ID` lists them")
    if not left:
        raise UsageError(f"these are all reports of {old.id}; at least one must stay in it")
    stood = stands_of(tx, old)
    # nobody was told of it as an attack of its own
    new = _from_reports(replace(old, id=_free_id(tx, taken, old), version=1, told=False, told_to=()), taken)
    tx.add_incident(new)
    tx.move_reports([report.id for report in taken], old.id, new.id)
    view = view_of(new, [replace(report, incident_id=new.id) for report in taken])
    _put(tx, replace(view, incident=_folded(view, new)), None, f"taken out of {old.id} by hand", now)
    before, rest = view_of(old, reports), _from_reports(old, left)
    view = view_of(rest, left)
    note = f"split by hand: {len(taken)} reports are {new.id} now"
    _put(tx, replace(view, incident=_folded(view, rest)), before, note, now)
    rulings = [Ruling(kind="apart", one=old.id, other=new.id, item_id=report.id, at=now) for report in taken]
    for ruling in rulings:
        tx.add_ruling(ruling)
    deed = Deed(at=now, by=by, what="split", target=old.id, note=f"{len(taken)} reports are {new.id} now")
    after = {**left_by(tx, old.id), "apart": new.id, "apart_after": left_by(tx, new.id)}
    tx.add_deed(replace(deed, before={**stood, "rulings": [as_json(one) for one in rulings], **after}))
    return new.id


def _from_reports(incident: Incident, reports: Sequence[Report]) -> Incident:
    """The incident with what these reports alone say of it."""
    targets = {place.id: place for report in reports for place in report.facts.targets}
    exact = [place for place in targets.values() if not place.is_vague] or list(targets.values())
    facts = [report.facts for report in reports]
    days = [one.date for one in facts if one.date is not None]
    claimed = union(*(one.claimed_by for one in facts))
    return _at(
        replace(
            incident,
            date=days[0] if days else incident.date,
            opened_at=min(report.reported_at for report in reports),
            last_report_at=max(report.reported_at for report in reports),
            act=Act.ATTACK if any(report.act is Act.ATTACK for report in reports) else reports[0].act,
            weapons=union(*(one.weapons for one in facts)),
            claimed_by=claimed,
            attributed_to=tuple(
                actor for actor in union(*(one.attributed_to for one in facts)) if actor not in claimed
            ),
            denied_by=union(*(one.denied_by for one in facts)),
            named=union(*(one.named for one in facts)),
            killed=None,
            wounded=None,
            launched=None,
            intercepted=None,
            answered_at=min((one.reported_at for one in reports if one.link is Link.RETALIATION), default=None),
            first_title=reports[0].title,
            titles=tuple(report.title for report in reports)[-MOST_TITLES:],
        ),
        exact or incident.places,
    )


def _at(incident: Incident, places: Sequence[Place]) -> Incident:
    first, *more = places
    return replace(incident, place_id=first.id, place_name=first.name, country=first.country, more_places=tuple(more))


def _folded(view: View, known: Incident) -> Incident:
    """What is stored of it: its folded numbers, and the places that were worked out here."""
    folded = view.incident
    return replace(
        folded,
        place_id=known.place_id,
        place_name=known.place_name,
        country=known.country,
        more_places=known.more_places,
        killed=_number(view.killed, known.killed),
        wounded=_number(view.wounded, known.wounded),
        grade=str(view.grade),
    )


def _number(folded: Folded, stored: int | None) -> int | None:
    return folded.best.value if folded.best is not None else stored


def _put(tx: Transaction, view: View, before: View | None, note: str, now: datetime) -> None:
    """The next version, written down and told to nobody."""
    number = next_version(tx, view.incident.id, default=0 if before is None else view.incident.version)
    incident = replace(view.incident, version=max(number, view.incident.version))
    tx.update_incident(incident)
    tx.put_places(incident)
    change = Change(
        incident_id=incident.id,
        version=number,
        at=now,
        reasons=(),
        known=told_values(view),
        level=view.level,
        quiet=True,
        note=note,
    )
    tx.add_versions([change])


def _free_id(tx: Transaction, reports: Sequence[Report], old: Incident) -> str:
    """`2026-11-21-erbil` for what was taken out; with a number where that is taken."""
    like = _from_reports(old, reports)
    place = like.places[0]
    name = "-".join(
        "".join(sign if sign.isalnum() and sign.isascii() else " " for sign in place.name.casefold()).split()
    )
    base = f"{like.date.isoformat()}-{name if place.is_vague and not place.is_unplaced and name else place.id}"
    if tx.incident(base) is None:
        return base
    return next(id for number in count(2) if tx.incident(id := f"{base}-{number}") is None)
