"""What the pictures of the ledger show, counted by the database: places with their incidents, and charts in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

from monitor.model.report import Level
from monitor.pictures.map import Spot
from monitor.pictures.svgplot import Chart, Row
from monitor.store.listing import IncidentFilter
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet

#: the most urgent first, as tables and plots name them
LEVELS = tuple(str(level) for level in sorted(Level, key=lambda level: -level.rank))
#: longest times that are told by day and by week; longer ones are told by month
_DAYS, _WEEKS = timedelta(days=45), timedelta(days=600)
#: a span that is asked for and longer than that is cut to what happened in it
_LONGEST = timedelta(days=366 * 20)
_MOST_PLACES = 20

#: makes the address that lists the incidents of a place
PlaceLink = Callable[[str], str]
#: makes the address that lists the incidents from a day to a day
TimeLink = Callable[[date, date], str]


@dataclass(frozen=True, kw_only=True)
class PlaceCount:
    """A place with its incidents."""

    id: str
    name: str
    country: str
    #: by level, in the order of `LEVELS`
    by_level: tuple[int, ...]
    #: None: it has no position, and is on no map
    spot: Spot | None
    href: str = ""

    @property
    def count(self) -> int:
        """Of all levels."""
        return sum(self.by_level)


def places_counted(tx: Transaction, wanted: IncidentFilter, rules: RuleSet, link: PlaceLink) -> tuple[PlaceCount, ...]:
    """Every place of the incidents that are asked for, the most first; a salvo counts at each of its places."""
    found: dict[str, dict[str, int]] = {}
    countries: dict[str, str] = {}
    for id, country, level, count in tx.incidents_by_place(wanted):
        if wanted.places is not None and id not in wanted.places:
            continue
        found.setdefault(id, {})[str(level)] = count
        countries[id] = country
    names = tx.place_names() if found else {}
    counted = []
    for id, levels in found.items():
        place = rules.gazetteer.places.get(id)
        name = place.name if place is not None else names.get(id) or id.removeprefix("country:")
        by_level = tuple(levels.get(level, 0) for level in LEVELS)
        position, href = rules.gazetteer.position(id), link(id)
        worst = next(level for level, count in zip(LEVELS, by_level, strict=True) if count)
        spot = position and Spot(
            latitude=position[0], longitude=position[1], count=sum(by_level), name=name, level=worst, href=href
        )
        counted.append(
            PlaceCount(id=id, name=name, country=countries[id], by_level=by_level, spot=spot or None, href=href)
        )
    return tuple(sorted(counted, key=lambda one: (-one.count, one.name)))


def places_chart(places: Iterable[PlaceCount]) -> Chart:
    """The places with the most incidents."""
    rows = [Row(label=one.name, values=one.by_level, href=one.href) for one in list(places)[:_MOST_PLACES]]
    return Chart(title="Incidents by place", of="place", names=LEVELS, unit="incidents", rows=tuple(rows))


def incidents_chart(tx: Transaction, wanted: IncidentFilter, link: TimeLink) -> Chart:
    """Incidents by day, week or month and level; times without any are rows too."""
    days = tx.incidents_by_day(wanted)
    span = _Span.of((day for day, _, _ in days), wanted)
    sums: dict[date, dict[str, int]] = {}
    for day, level, count in days:
        levels = sums.setdefault(span.begin(day), {})
        levels[str(level)] = levels.get(str(level), 0) + count
    rows = [
        Row(
            label=span.label(begin), href=link(begin, end),
            values=tuple(sums.get(begin, {}).get(level, 0) for level in LEVELS),
        )
        for begin, end in span.stretches
    ]  # fmt: skip
    return Chart(
        title=f"Incidents by {span.of_what}", of=span.of_what, names=LEVELS, unit="incidents", rows=tuple(rows)
    )


def tolls_chart(tx: Transaction, wanted: IncidentFilter, link: TimeLink) -> Chart:
    """Killed and wounded by day, week or month, by the best value of each incident."""
    days = tx.tolls_by_day(wanted)
    span = _Span.of((day for day, _, _ in days), wanted)
    sums: dict[date, tuple[int, int]] = {}
    for day, killed, wounded in days:
        before = sums.get(span.begin(day), (0, 0))
        sums[span.begin(day)] = before[0] + killed, before[1] + wounded
    rows = tuple(
        Row(label=span.label(begin), values=sums.get(begin, (0, 0)), href=link(begin, end))
        for begin, end in span.stretches
    )
    title = f"Killed and wounded by {span.of_what}"
    return Chart(title=title, of=span.of_what, names=("killed", "wounded"), unit="people", rows=rows)


def waits_chart(tx: Transaction, wanted: IncidentFilter, link: TimeLink) -> Chart:
    """Hours from the first report of an incident to its first alert: half of them were told as soon, nine of ten."""
    waits = tx.waits_for_an_alert(wanted)
    span = _Span.of((day for day, _ in waits), wanted)
    hours: dict[date, list[float]] = {}
    for day, wait in waits:
        hours.setdefault(span.begin(day), []).append(wait)
    rows = tuple(
        Row(label=span.label(begin), values=_shares(hours.get(begin, [])), href=link(begin, end))
        for begin, end in span.stretches
    )
    title = "Hours from the first report to the alert"
    return Chart(title=title, of=span.of_what, names=("median", "p90"), unit="hours", rows=rows, measured=True)


def _shares(hours: list[float]) -> tuple[float | None, float | None]:
    if not hours:
        return None, None
    if len(hours) == 1:
        return round(hours[0], 2), round(hours[0], 2)
    tenths = quantiles(hours, n=10, method="inclusive")
    return round(tenths[4], 2), round(tenths[8], 2)


@dataclass(frozen=True)
class _Span:
    """A time, cut into days, weeks (from Monday) or months."""

    of_what: str
    first: date
    last: date

    @classmethod
    def of(cls, days: Iterable[date], wanted: IncidentFilter) -> _Span:
        found = set(days)
        known = sorted({*found, *(day for day in (wanted.since, wanted.until) if day is not None)})
        if known and known[-1] - known[0] > _LONGEST:  # the ends that are asked for would make thousands of columns
            known = sorted(found)
        if not known:
            return cls("week", date.max, date.min)
        long = known[-1] - known[0]
        return cls("day" if long <= _DAYS else "week" if long <= _WEEKS else "month", known[0], known[-1])

    def begin(self, day: date) -> date:
        if self.of_what == "day":
            return day
        return day - timedelta(days=day.weekday()) if self.of_what == "week" else day.replace(day=1)

    def label(self, begin: date) -> str:
        return begin.isoformat()[:7] if self.of_what == "month" else begin.isoformat()

    @property
    def stretches(self) -> list[tuple[date, date]]:
        """First and last day of each."""
        found: list[tuple[date, date]] = []
        begin = self.begin(self.first) if self.first <= self.last else self.first
        while begin <= self.last:
            step = {"day": 1, "week": 7, "month": 32}[self.of_what]
            if date.max - begin < timedelta(days=step):
                return [*found, (begin, date.max)]
            following = begin + timedelta(days=step)
            following = following.replace(day=1) if self.of_what == "month" else following
            found.append((begin, following - timedelta(days=1)))
            begin = following
        return found
