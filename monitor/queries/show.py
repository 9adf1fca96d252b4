"""One incident with all that is known of it: versions, values with who says them, sources, brief, chain, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from monitor.comparison import baselines_of
from monitor.incidents.brief import Brief, brief
from monitor.incidents.chains import chain_of
from monitor.model.clock import wall
from monitor.model.incident import Incident
from monitor.model.ledger import Change, Folded, ItemVersion, Report, View
from monitor.model.names import Names
from monitor.model.report import Facts
from monitor.queries.attention import ack_in_words, ack_shown, as_ack
from monitor.queries.formats import as_object, revision, what_changed
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.ledger import LedgerEntry, rows_of, view_of, with_places_and_names
from monitor.queries.rulings import standing
from monitor.queries.silences import held_back_shown
from monitor.store.listing import IncidentFilter
from monitor.store.store import Transaction
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet

#: how far apart the steps of a chain are
_CHAIN = timedelta(days=14)
#: incidents of so many days that are looked through for the steps of a chain
_MOST_AROUND = 2000
_NUMBERS = ("killed", "wounded", "brain_injuries", "launched", "intercepted")
#: facts whose change in an edited text is told
_EDITED = ("killed", "wounded", "intercepted", "weapons", "claimed_by", "attributed_to", "date", "places")

#: a moment as JSON has it, for people
Times = Callable[[str], str]


class Unnamed:
    """Names where no rules can be read: everything is called by its id."""

    def name_of(self, actor_id: str) -> str:
        return actor_id

    def country_name(self, code: str) -> str:
        return code

    def title_of(self, rule_id: str) -> str:
        return rule_id

    def zone_of(self, place_id: str) -> str:  # noqa: ARG002
        return "UTC"


def incident_shown(tx: Transaction, incident_id: str, rules: RuleSet | None, *, now: datetime) -> dict[str, Any]:
    """The incident in the types of JSON; `BasewatchError` where there is none."""
    return shown_of(tx, known_of(tx, incident_id), rules, now=now)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An incident as its reports make it, with its versions."""

    #: the id by which it was asked for
    asked: str
    view: View
    versions: tuple[Change, ...]


def known_of(tx: Transaction, incident_id: str) -> Known:
    """What is known of the incident that stands for this id; `BasewatchError` where there is none."""
    incident = standing(tx, incident_id)
    view = view_of(incident, tx.reports_of([incident.id]).get(incident.id, []))
    return Known(asked=incident_id, view=view, versions=tuple(tx.versions(incident.id)))


def shown_of(tx: Transaction, known: Known, rules: RuleSet | None, *, now: datetime) -> dict[str, Any]:
    """What `incident_shown` answers."""
    view, versions, incident = known.view, known.versions, known.view.incident
    rows: Sequence[LedgerEntry] = [replace(row, revisions=versions, as_of=now) for row in rows_of(view)]
    if rules is not None:
        rows = with_places_and_names(rows, rules)
    names: Names = rules if rules is not None else Unnamed()
    told = tx.notifications([incident.id])
    ack = tx.acks([incident.id]).get(incident.id)
    return {
        "id": incident.id,
        "asked": known.asked,
        "title": _title(rows),
        "grade": str(view.grade),
        "level": plain(view.level),
        "why_level": view.why_level,
        "publishers": plain(view.publishers),
        "rows": [as_object(row) for row in rows],
        "values": {name: _values(getattr(view, name)) for name in _NUMBERS},
        "denied_by": [names.name_of(actor) for actor in view.denied_by],
        "damage": view.damage,
        "hour": view.hour,
        "versions": [{**revision(change), "text": what_changed(change)} for change in versions],
        "reports": [_report(report) for report in view.reports],
        "brief": _brief(brief(view, names=names)) if view.reports else _brief(Brief()),
        "chain": _chain(tx, view),
        "baseline": list(baselines_of(tx, [view], now=now).get(incident.id, ())),
        "notifications": [plain(one) for _, one in sorted(told.items())],
        "held": [plain(held) for held in tx.held(incident_id=incident.id)],
        "ack": ack_shown(ack) if ack else None,
        "suppressed": held_back_shown(tx, incident_id=incident.id),
        "edits": list(_edits(tx, view.reports)),
        "merged": sorted(id for id, into in tx.rulings().merged.items() if into == incident.id),
    }


def _title(rows: Sequence[LedgerEntry]) -> str:
    names = dict.fromkeys(row.place.place.name for row in rows)
    return clean(", ".join(names))


def _values(folded: Folded) -> dict[str, Any]:
    return {
        "best": folded.best.value if folded.best else None,
        "low": folded.low,
        "high": folded.high,
        "said": [plain(said) for said in folded.said],
        "history": [plain(said) for said in folded.history],
    }


def _report(report: Report) -> dict[str, Any]:
    names = (
        "id", "link", "act", "publisher", "origin", "voice", "speaker", "title", "url", "quote", "reported_at",
        "seen_at", "retracted_at", "retracted", "doubts",
    )  # fmt: skip
    return {**values_of(report, *names), "facts": plain(report.facts)}


def _brief(told: Brief) -> dict[str, Any]:
    return {
        "sentences": [{"text": text, "reports": list(reports)} for text, reports in told.sentences],
        "disagreements": list(told.disagreements),
    }


def _chain(tx: Transaction, view: View) -> list[dict[str, Any]]:
    incident = view.incident
    days = IncidentFilter(since=incident.date - _CHAIN, until=incident.date + _CHAIN)
    around = _linked(incident, tx.incidents_page(days, limit=_MOST_AROUND))
    reports = tx.reports_of([one.id for one in around])
    steps = chain_of(view, [view_of(one, reports.get(one.id, [])) for one in around])
    return [plain(step) for step in steps]


def _linked(incident: Incident, others: Sequence[Incident]) -> list[Incident]:
    """Those that a chain of answers ties to the incident: reports are read of these alone."""
    known = {one.id: one for one in others if one.id != incident.id}
    members, new = {incident.id: incident}, [incident]
    while new:
        around = new.pop()
        tied = [one for one in known.values() if one.id in around.answers or around.id in one.answers]
        new += [one for one in tied if one.id not in members]
        members |= {one.id: one for one in tied}
    return [one for id, one in members.items() if id != incident.id]


def _edits(tx: Transaction, reports: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """How articles were edited: `updated 2 times: killed 0 → 3`."""
    edited = tx.item_versions_of([report.id for report in reports])
    for report in reports:
        earlier = edited.get(report.id)
        if earlier:
            yield {
                "item": report.id,
                "publisher": report.publisher,
                "text": edits_in_words(earlier, report.facts),
                "versions": [values_of(one, "at", "title", "summary", "body") for one in earlier],
            }


def edits_in_words(earlier: Sequence[ItemVersion], now: Facts) -> str:
    """`updated 2 times: killed 0 → 3`."""
    times = "once" if len(earlier) == 1 else f"{len(earlier)} times"
    texts = [one.facts for one in earlier if one.facts is not None]
    changed = [words for name in _EDITED if (words := _went(name, [*texts, now]))] if texts else []
    return f"updated {times}" + (f": {'; '.join(changed)}" if changed else "")


def _went(name: str, facts: Sequence[Facts]) -> str:
    values = [_in_words(name, one) for one in facts]
    steps = [value for number, value in enumerate(values) if number == 0 or value != values[number - 1]]
    return f"{name.replace('_', ' ')} {' → '.join(steps)}" if len(steps) > 1 else ""


def _in_words(name: str, facts: Facts) -> str:
    value = [place.name for place in facts.targets] if name == "places" else plain(getattr(facts, name))
    if isinstance(value, list):
        value = ", ".join(value)
    return "–" if value in (None, "") else str(value)


# ------------------------------------------------------------------------------------------- as text


def shown_as_text(shown: dict[str, Any], zone: str = "UTC") -> str:
    """What `incident_shown` answers, for a terminal: nothing that a publisher wrote can move a cursor.

    Moments are told in `zone`, which stands above.
    """
    time = partial(_time, zone=zone)
    lines = [f"{shown['id']}: {shown['title']}"]
    if shown["asked"] != shown["id"]:
        lines.append(f"({shown['asked']} went into it)")
    lines.append(
        f"{shown['grade']}, level {shown['level']}" + (f" ({shown['why_level']})" if shown["why_level"] else "")
    )
    if shown["ack"]:
        lines.append(ack_in_words(as_ack(shown["ack"]), zone))
    lines.append(f"times: {zone}")
    lines += _lines("", [_row_line(row) for row in shown["rows"]])
    lines += _lines("Brief", [*(one["text"] for one in shown["brief"]["sentences"]), *shown["brief"]["disagreements"]])
    lines += _lines("Among the ledger", shown["baseline"])
    lines += _lines("Who says what", list(_said_lines(shown["values"], time)))
    lines += _lines(
        "Versions", [f"{one['version']}  {time(one['at'])}  {one['text'] or 'recorded'}" for one in shown["versions"]]
    )
    lines += _lines("Reports", list(_report_lines(shown["reports"], time)))
    lines += _lines("Edited articles", [f"{one['item']} ({one['publisher']}): {one['text']}" for one in shown["edits"]])
    lines += _lines(
        "Chain", [f"{time(one['at'])}  {one['kind']}  {one['incident_id']}  {one['text']}" for one in shown["chain"]]
    )
    lines += _lines("Told", [_told_line(one, time) for one in shown["notifications"]])
    lines += _lines("Suppressed", [_suppressed_line(one, time) for one in shown["suppressed"]])
    lines += _lines("Held", [f"{one['channel']}: {one['why']} since {time(one['since'])}" for one in shown["held"]])
    return "\n".join(lines)


def _lines(head: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return ["", *([head] if head else []), *(_indented(line) for line in lines)]


def _indented(line: str) -> str:
    """The line behind two blanks and its own, with its columns kept apart."""
    inner = line.lstrip(" ")
    return " " * (2 + len(line) - len(inner)) + "  ".join(map(clean, inner.split("  ")))


def _row_line(row: dict[str, Any]) -> str:
    toll = [f"{name} {row[name]}" for name in ("killed", "wounded") if row[name] is not None]
    claimed = f"claimed by {', '.join(row['claimed_names'])}" if row["claimed_names"] else ""
    blamed = f"attributed to {', '.join(row['attributed_names'])}" if row["attributed_names"] else ""
    return "; ".join(part for part in (row["date"], row["location"], row["type"], *toll, claimed, blamed) if part)


def _said_lines(values: dict[str, Any], time: Times) -> Iterator[str]:
    for name, value in values.items():
        for said in value["said"]:
            number = f"{said['value']}{'+' if said['at_least'] else ''}"
            words = f" ({said['words']})" if said["words"] else ""
            who = " – ".join(part for part in (said["speaker"], said["by"]) if part)
            yield f"{name.replace('_', ' ')} {number}{words}: {who}, {said['voice']}, {time(said['at'])}"


def _report_lines(reports: Sequence[dict[str, Any]], time: Times) -> Iterator[str]:
    for one in reports:
        origin = f" (from {one['origin']})" if one["origin"] else ""
        taken = f" WITHDRAWN: {', '.join(one['retracted'])}" if one["retracted"] else ""
        doubts = f" DOUBTED: {', '.join(one['doubts'])}" if one["doubts"] else ""
        yield f"{one['id']}  {time(one['reported_at'])}  {one['link']}  {one['publisher']}{origin}{taken}{doubts}"
        for text in (one["quote"] or one["title"], one["url"]):
            if text:
                yield f"    {text}"


def _told_line(one: dict[str, Any], time: Times) -> str:
    outcome = "taken" if one["taken_at"] else "failed" if one["failed_at"] else "queued"
    seen = f"; acknowledged by {one['acked_by'] or 'somebody'}" if one["acked_at"] else ""
    why = f"version {one['version']} ({', '.join(one['reasons'])})"
    return f"{one['channel']}: {why}, {outcome} {time(one['queued_at'])}{seen}"


def _suppressed_line(one: dict[str, Any], time: Times) -> str:
    return f"{one['channel']}: version {one['version']} by {one['silence']}, {time(one['at'])}"


def _time(moment: str, zone: str) -> str:
    return wall(datetime.fromisoformat(moment), zone, named=False)
