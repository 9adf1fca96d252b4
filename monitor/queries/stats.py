"""How many incidents there were, by week, base, group or weapon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

from monitor.alerts.subject import short_of
from monitor.incidents.brief import account
from monitor.pictures.map import Spot
from monitor.queries.ledger import LedgerEntry, killed, wounded

#: what incidents are counted by
By = Literal["week", "base", "group", "weapon"]
BY: tuple[By, ...] = get_args(By)


def counts(entries: Sequence[LedgerEntry], by: By) -> list[tuple[str, int]]:
    """How many incidents of each week (in order, also those without any), base, group or weapon (the most first).

    A salvo is one incident in its week, and one at each of its bases; several groups or weapons count once each.
    """
    if by == "week":
        return weeks_of([row.incident.date for row in _incidents(entries)])
    if by == "base":
        found = Counter(row.place.place.name for row in entries)
    else:
        found = Counter(name for row in _incidents(entries) for name in _names(row, by))
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _incidents(entries: Sequence[LedgerEntry]) -> Iterator[LedgerEntry]:
    """One row of each incident."""
    seen = set()
    for row in entries:
        if row.incident.id not in seen:
            seen.add(row.incident.id)
            yield row


def _names(row: LedgerEntry, by: By) -> Iterable[str]:
    if by == "weapon":
        return [one.replace("_", " ") for one in row.incident.weapons] or ["not told"]
    return row.claimed_by or ["not claimed"]


def weeks_of(days: Sequence[date]) -> list[tuple[str, int]]:
    """By the Monday that a week begins with."""
    found = Counter(day - timedelta(days=day.weekday()) for day in days)
    if not found:
        return []
    first, last = min(found), max(found)
    weeks = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return [(week.isoformat(), found[week]) for week in weeks]


def totals(entries: Sequence[LedgerEntry]) -> dict[str, int]:
    """How many incidents, rows, killed and wounded; of a salvo whose bases share their numbers each number once."""
    tolls = {(row.incident.id, killed(row), wounded(row)) for row in entries}
    return {
        "incidents": len({row.incident.id for row in entries}),
        "bases": len({row.place.place.id for row in entries}),
        "killed": sum(dead or 0 for _, dead, _ in tolls),
        "wounded": sum(hurt or 0 for _, _, hurt in tolls),
    }


def as_object(entries: Sequence[LedgerEntry], by: By) -> dict[str, Any]:
    """Totals and one count, for programs."""
    return {
        **totals(entries),
        "by": by,
        "counts": [{"name": name, "count": count} for name, count in counts(entries, by)],
        "brief": told(entries),
    }


def told(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """What the reports of the period say, the incidents in their order, each sentence with its sources."""
    first = {row.incident.id: row for row in reversed(entries)}
    names = _Names({id: name for row in entries for id, name in row.actors.items()})
    found = []
    for view, one in account([row.view for row in first.values()], names=names):
        links = {report.id: report.url for report in view.reports}
        known = {"incident": view.incident.id, "short": short_of(view.incident.id)}
        found += [
            {**known, "text": text, "reports": list(ids), "sources": [links[id] for id in ids if links.get(id)]}
            for text, ids in (*one.sentences, *zip(one.disagreements, one.between, strict=True))
        ]
    return found


@dataclass(frozen=True)
class _Names:
    known: Mapping[str, str]

    def name_of(self, actor_id: str) -> str:
        return self.known.get(actor_id, actor_id)


def spots(entries: Sequence[LedgerEntry]) -> list[Spot]:
    """Where something happened, and how often; what has no position is on no map."""
    found = Counter(row.place.place.id for row in entries)
    names = {row.place.place.id: row.place.place.name for row in entries}
    points = {id: point for row in entries for id, point in row.positions.items()}
    return [
        Spot(latitude=points[id][0], longitude=points[id][1], count=count, name=names[id])
        for id, count in found.most_common()
        if id in points
    ]
