"""Incidents that people collected: read from a file and put into the ledger; nobody is told.

The same file a second time changes nothing: a report is known by what its row is about, not by when it was read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.incidents.changes import told_values
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import Change, Report
from monitor.model.place import Place, country_of, region_of, unplaced
from monitor.model.report import WEAPONS, Act, Facts, Level, Link, Voice
from monitor.queries.filters import actor_named
from monitor.queries.ledger import number_of, view_of
from monitor.queries.tablefiles import TableRow, table_rows
from monitor.store.store import Transaction
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet

#: words of others for weapons → ours; what is left out says nothing about a weapon
_WEAPONS = {"missile_unspecified": "missile", "suicide_bomb": "suicide_bombing", "car_bomb": "vbied"}
_SAID = ("killed", "wounded", "launched", "intercepted", "weapons", "claimed_by", "attributed_to", "date")
#: no attack has more
_MOST = 100_000
_KINDS = {".yaml": "yaml", ".yml": "yaml", ".csv": "csv", ".html": "html", ".htm": "html"}


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to, by id of the incidents."""

    added: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    #: those that the ledger had, and of which a row says something new
    updated: tuple[str, ...] = ()
    #: what is no attack on a day: tallies of months
    left_out: tuple[str, ...] = ()
    #: what could not be read, with why
    unread: tuple[str, ...] = ()
    #: what had to be assumed
    assumed: tuple[str, ...] = ()


class _NoDay(ValueError):
    """A row that tells of no single day."""


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """The incidents of a file, each row with the report that it becomes."""

    rows: tuple[tuple[Incident, Report], ...] = ()
    left_out: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    #: ids of incidents that the file names itself
    named: frozenset[str] = frozenset()


def kind_of(path: Path) -> str:
    """The form of a file, by its name; what is no other form is an article."""
    return _KINDS.get(path.suffix.lower(), "txt")


def read_file(text: str, path: Path, rules: RuleSet, *, year: int | None, now: datetime) -> ReadFile:
    """The incidents of a file; a row that cannot be read is said, with why."""
    rows, left_out, unread, assumed, named = [], [], [], [], set()
    taken: dict[str, int] = {}
    for row in table_rows(text, kind_of(path), path):
        try:
            incident, report = _read(row, rules, year=year, now=now, publisher=path.stem)
        except _NoDay as why:
            left_out.append(f"{row.where}: {why}")
            continue
        except ValueError as why:
            unread.append(f"{row.where}: {why}")
            continue
        if year is None and str(incident.date.year) not in str(row.cells.get("date")):
            assumed.append(f"{row.where}: {row.cells['date']} is taken for {incident.date}; --year names another year")
        taken[report.id] = taken.get(report.id, 0) + 1
        if taken[report.id] > 1:  # two attacks of one day that the file tells apart by nothing but a second row
            report = replace(report, id=_report_id(report.id, str(taken[report.id])))
        rows.append((incident, report))
        named |= {incident.id} if row.cells.get("id") else set()
    return ReadFile(
        rows=tuple(rows),
        left_out=tuple(left_out),
        unread=tuple(unread),
        assumed=tuple(assumed),
        named=frozenset(named),
    )


# ---------------------------------------------------------------------------------------- one row


def _read(row: TableRow, rules: RuleSet, *, year: int | None, now: datetime, publisher: str) -> tuple[Incident, Report]:
    cells = row.cells
    day = _day(str(cells.get("date") or ""), year, now)
    told = _as_told(cells, rules, now)
    place = _place(cells, told, rules)
    weapons = _weapons(cells) or told.weapons
    claimed = _actors(cells.get("claimed_by"), told.claimed_by or told.attributed_to, rules)
    link = next(iter(re.findall(r"https?://\S+", str(cells.get("source") or ""))), "")
    facts = Facts(
        places=(replace(place, role="target"),),
        weapons=weapons,
        claimed_by=claimed,
        attributed_to=tuple(one for one in _actors(cells.get("attributed_to"), (), rules) if one not in claimed),
        killed=_number(cells, "killed"),
        wounded=_number(cells, "wounded"),
        launched=_number(cells, "launched"),
        intercepted=_number(cells, "intercepted"),
        date=day,
        date_stated=True,
    )
    act = Act.FOILED if str(cells.get("foiled") or "").casefold() in ("yes", "true") else Act.ATTACK
    name = re.sub(r"[^a-z0-9]+", "-", place.name.casefold()) if place.is_vague and not place.is_unplaced else place.id
    given = re.sub(r"\s+", "-", str(cells.get("id") or "").strip())[:120]
    id = given or f"{day.isoformat()}-{name}"
    noon = datetime.combine(day, time(12), UTC)
    unsure = str(cells.get("confidence") or "").casefold() == "low"
    note = str(cells.get("note") or "")
    report = Report(
        id=_report_id(id, place.id, link or publisher),
        incident_id=id,
        link=Link.REPORT,
        act=act,
        facts=facts,
        # who is not sure of a row ranks behind every source that is
        voice=Voice.ANONYMOUS if unsure else Voice.MEDIA,
        speaker="low confidence" if unsure else "",
        publisher=_host(link) or publisher,
        title=note,
        url=link,
        reported_at=noon,
        seen_at=now,
    )
    return _opened(report, place, day), report


def _opened(report: Report, place: Place, day: date) -> Incident:
    facts = report.facts
    return Incident(
        id=report.incident_id,
        place_id=place.id,
        place_name=place.name,
        country=place.country,
        date=day,
        opened_at=report.reported_at,
        last_report_at=report.reported_at,
        act=report.act,
        level=Level.DIGEST,
        weapons=facts.weapons,
        claimed_by=facts.claimed_by,
        attributed_to=facts.attributed_to,
        killed=facts.killed,
        wounded=facts.wounded,
        launched=facts.launched,
        intercepted=facts.intercepted,
        first_title=report.title,
        imported=True,
    )


def _report_id(*of: str) -> str:
    return f"import:{hashlib.sha1(chr(10).join(of).encode(), usedforsecurity=False).hexdigest()[:19]}"


def _day(text: str, year: int | None, now: datetime) -> date:
    """`2023-11-20`, or `Nov 20` of the year that is given, else of the last one; `ValueError` says what is wrong."""
    if not re.search(r"\d", text):
        raise _NoDay(f"{text[:40]!r} is no single day" if text.strip() else "it has no date")
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        found = _day_of_month(text.strip(), year, now)
    if found > now.date() or found.year < 1980:
        raise ValueError(f"the day {found.isoformat()} cannot be")
    return found


def _day_of_month(text: str, year: int | None, now: datetime) -> date:
    written = text.replace(",", " ").replace(".", " ")
    for form in ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(" ".join(written.split()), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    for form in ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y"):
        for assumed in (year,) if year is not None else (now.year, now.year - 1):
            try:
                found = datetime.strptime(" ".join(f"{written} {assumed}".split()), form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
            if year is not None or found <= now.date():
                return found
    raise ValueError(f"{text[:40]!r} is no day; write for instance 2026-11-21")


def _as_told(cells: Mapping[str, Any], rules: RuleSet, now: datetime) -> Facts:
    """What the words of a row say, read as a headline is; nothing where ids say it."""
    if cells.get("base") and not cells.get("location"):
        return Facts()
    words = f"{cells.get('type') or 'attack'} hits {cells.get('location') or ''}"
    if cells.get("claimed_by"):
        words += f", claimed by {cells['claimed_by']}"
    return classify(Item(id="import", title=words, first_seen=now), rules).facts


def _place(cells: Mapping[str, Any], told: Facts, rules: RuleSet) -> Place:
    gazetteer = rules.gazetteer
    id, words = str(cells.get("base") or "").strip(), str(cells.get("location") or "").strip()
    if id in gazetteer.places:
        return gazetteer.place(id, "target", "base")
    if (code := country_of(id)) and code in gazetteer.countries:
        return gazetteer.somewhere_in(code, "target")
    if (region := region_of(id)) and region in gazetteer.regions:
        return gazetteer.region(region, "target")
    if id == unplaced().id:
        return unplaced()
    if id and (town := gazetteer.town_of(id)) is not None:
        return town
    if told.targets:
        return told.targets[0]
    if told.places:
        return told.places[0]
    word = id or words
    if not word:
        raise ValueError("it names no place")
    hint = gazetteer.place_hint(word)
    raise ValueError(f"there is no place {word[:60]!r}" + (f"; {hint}" if hint else ""))


def _weapons(cells: Mapping[str, Any]) -> tuple[str, ...]:
    given = cells.get("weapon") or cells.get("type") or ()
    words = given if isinstance(given, list | tuple) else re.split(r"[,;(]", str(given))
    forms = (re.sub(r"[\s-]+", "_", str(word).strip(" )").casefold()) for word in words)
    ours = (_WEAPONS.get(form, form) for form in forms)
    return tuple(dict.fromkeys(form for form in ours if form in WEAPONS))


def _actors(given: Any, told: Iterable[str], rules: RuleSet) -> tuple[str, ...]:
    """Actors by id or name; a name that no file knows stays as it is written."""
    words = given if isinstance(given, list | tuple) else re.split(r"[,;]", str(given or ""))
    found = []
    for word in (str(one).strip() for one in words):
        if word and word.casefold() not in ("unknown", "none", "-"):
            found.append(actor_named(word, rules.gazetteer) or next(iter(told), "") or word[:200])
    return tuple(dict.fromkeys(found))


def _number(cells: Mapping[str, Any], name: str) -> int | None:
    given = cells.get(name)
    if given is None or given == "":
        return None
    number = re.match(r"\s*(\d[\d,]*)", str(given))
    if number is None or (value := int(number[1].replace(",", ""))) > _MOST:
        raise ValueError(f"{name}: {str(given)[:40]!r} is no number of people or weapons")
    return value


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# ------------------------------------------------------------------------------------- into the ledger


def put(tx: Transaction, read: ReadFile, *, now: datetime, name: str) -> Imported:
    """Puts them into the ledger, quietly; the same rows a second time change nothing. `name` is that of the file."""
    added: dict[str, None] = {}
    known: dict[str, None] = {}
    updated: dict[str, None] = {}
    by_incident: dict[str, list[tuple[Incident, Report]]] = {}
    opened: set[str] = set()
    for incident, report in read.rows:
        home = _home(tx, incident, report, read.named, opened)
        if home is None:
            home = _free_id(tx, incident.id, incident.id in read.named, by_incident)
            opened.add(home)
            added[home] = None
        by_incident.setdefault(home, []).append((incident, replace(report, incident_id=home)))
    for id, rows in by_incident.items():
        if id in added:
            _add(tx, id, rows, now, name)
        elif _join(tx, id, [report for _, report in rows], now, name):
            updated[id] = None
        else:
            known[id] = None
    return Imported(
        added=tuple(added),
        known=tuple(known),
        updated=tuple(updated),
        left_out=read.left_out,
        unread=read.unread,
        assumed=read.assumed,
    )


def _home(tx: Transaction, incident: Incident, report: Report, named: frozenset[str], opened: set[str]) -> str | None:
    """The incident to which a row belongs: the one with its id, or that of its place, day and weapon."""
    if incident.id in named:
        if incident.id in opened:
            return incident.id
        if (stored := tx.incident(incident.id)) is not None:
            return tx.rulings().merged.get(stored.id) or stored.merged_into or stored.id
    for one in tx.incidents_at([incident.place_id], [], incident.date):
        if one.date != incident.date or one.id in opened or (one.imported and incident.id in named):
            continue
        held = tx.reports_of([one.id]).get(one.id, [])
        if any(other.id == report.id for other in held):
            return one.id
        other_weapon = incident.weapons and one.weapons and not set(incident.weapons) & set(one.weapons)
        other_claim = incident.claimed_by and one.claimed_by and not set(incident.claimed_by) & set(one.claimed_by)
        if not (other_weapon or other_claim):
            return one.id
    return None


def _free_id(tx: Transaction, id: str, is_named: bool, taken: Mapping[str, object]) -> str:
    found, number = id, 1
    while not is_named and (found in taken or tx.incident(found) is not None):
        number += 1
        found = f"{id}-{number}"
    return found


def _add(tx: Transaction, id: str, rows: Sequence[tuple[Incident, Report]], now: datetime, name: str) -> None:
    """A new incident; a row for each of its places makes it a salvo."""
    places = {place.id: place for _, report in rows for place in report.facts.targets}
    first, *more = places.values()
    incident = replace(
        rows[0][0], id=id, place_id=first.id, place_name=first.name, country=first.country, more_places=tuple(more)
    )
    tx.add_incident(incident)
    _fold_in(tx, incident, [], [report for _, report in rows], now, f"imported from {name}", version=1)


def _join(tx: Transaction, id: str, reports: Sequence[Report], now: datetime, name: str) -> bool:
    """The rows as reports of an incident that is there; False where they say nothing new."""
    incident = tx.incident(id)
    held = tx.reports_of([id]).get(id, [])
    before = {report.id: report for report in held}
    links = {report.url for report in held if report.url and not report.id.startswith("import:")}
    new = [report for report in reports if _says_more(report, before.get(report.id), links)]
    if incident is None or not new:
        return False
    new = [_renewed(report, before.get(report.id)) for report in new]
    rest = [report for report in held if report.id not in {one.id for one in new}]
    _fold_in(tx, incident, rest, new, now, f"more from {name}", version=incident.version + 1)
    return True


def _said(report: Report) -> dict[str, Any]:
    """What a row says; what it leaves empty it says nothing of."""
    facts = {name: getattr(report.facts, name) for name in _SAID}
    return {name: value for name, value in facts.items() if value not in (None, (), "")}


def _says_more(report: Report, before: Report | None, links: set[str]) -> bool:
    if before is None:
        return not report.url or report.url not in links
    known = _said(before)
    return report.act is not before.act or any(known.get(name) != value for name, value in _said(report).items())


def _renewed(report: Report, before: Report | None) -> Report:
    """A row that was imported before, with what is new in it; when it was seen first stays."""
    if before is None:
        return report
    facts = replace(before.facts, **_said(report))
    return replace(report, facts=facts, title=report.title or before.title, seen_at=before.seen_at)


def _fold_in(
    tx: Transaction,
    incident: Incident,
    held: Sequence[Report],
    new: Sequence[Report],
    now: datetime,
    note: str,
    *,
    version: int,
) -> None:
    """Incident, reports, places and a version that nobody is told."""
    tx.put_reports(new)
    view = view_of(incident, sorted((*held, *new), key=lambda report: (report.seen_at, report.id)))
    number = max([version, *(change.version + 1 for change in tx.versions(incident.id))])
    stored = replace(
        view.incident,
        version=number,
        place_id=incident.place_id,
        place_name=incident.place_name,
        country=incident.country,
        more_places=incident.more_places,
        killed=number_of(view.killed, incident.killed),
        wounded=number_of(view.wounded, incident.wounded),
        grade=str(view.grade),
    )
    tx.update_incident(stored)
    tx.put_places(stored)
    change = Change(
        incident_id=incident.id, version=number, at=now, reasons=(), known=told_values(view), level=Level.DIGEST,
        report=new[0].id, quiet=True, note=note,
    )  # fmt: skip
    tx.add_versions([change])
