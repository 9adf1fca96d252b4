"""The ledger as a table, and the same rows as files: exactly the filter that is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.model.report import WEAPONS, Level
from monitor.pictures.svgmap import MapDrawn, svg_map
from monitor.pictures.svgplot import Chart, lines, ranking, stacked
from monitor.queries.filters import GRADES, Asked, wanted
from monitor.queries.formats import COLUMNS, as_csv, as_geojson, as_markdown, as_objects, cells
from monitor.queries.ledger import LedgerEntry, Wanted, with_baselines, with_places_and_names
from monitor.queries.listing import Listing, filter_of, listing
from monitor.queries.pictures import (
    LEVELS,
    PlaceCount,
    incidents_chart,
    places_chart,
    places_counted,
    tolls_chart,
    waits_chart,
)
from monitor.store.listing import IncidentFilter
from monitor.store.store import Transaction
from monitor.web.answers import JSON, Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.kept import drawn
from monitor.web.pages.asked import Fields, attempt, day_of, fields_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

_FILTERS = ("since", "until", "place", "country", "group", "weapon", "grade", "level")
_LEVELS = [str(level) for level in reversed(Level)]
#: asked for where no first day is named, as by the command
USUAL = timedelta(days=30)
#: rows of a page, and of a piece of a file
LIMIT, PIECE = 50, 200
#: of rich rows so much is sent at a time: to hand each on by itself takes longer than to make it
PIECE_BYTES = 32 * 1024
#: of so many incidents the pictures cost next to nothing
FEW = 300
TYPES = {
    "csv": "text/csv; charset=utf-8", "json": JSON, "geojson": "application/geo+json",
    "md": "text/markdown; charset=utf-8",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What is drawn of the incidents that are asked for, and the values for the tables beside it."""

    map: MapDrawn
    places: tuple[PlaceCount, ...]
    #: each with its plot
    charts: tuple[tuple[Chart, str], ...]
    levels: tuple[str, ...] = LEVELS


def show(site: Site, ask: Ask) -> Answer:
    """`/incidents`"""
    fields = fields_of(ask, *_FILTERS)

    def read() -> tuple[IncidentFilter, Listing, Pictures | None]:
        ask.only(*_FILTERS, "cursor", "pictures")
        with site.read() as tx:
            asked, rows = _asked_for(site, ask, tx)
            found = listing(tx, asked, rows=rows, cursor=ask.one("cursor"), limit=LIMIT)
            pictures = None
            if _are_drawn(ask, found.total):
                of = asked, found.total, fields.query()
                pictures = drawn(site, ask, tx, of, lambda: _pictures(site, fields, tx, asked))
        return asked, replace(found, rows=with_places_and_names(found.rows, site.configuration().rules)), pictures

    answered, wrong = attempt(read)
    asked, found, pictures = answered or (IncidentFilter(since=_usual(ask)), Listing(rows=(), total=0), None)
    return render(
        site, ask, "ledger.html", status=400 if wrong else 200, found=found, wrong=wrong, fields=fields, asked=asked,
        columns=COLUMNS, cells=cells, levels=_LEVELS, grades=list(GRADES), weapons=WEAPONS, files=list(TYPES),
        pictures=pictures,
    )  # fmt: skip


def export(site: Site, ask: Ask) -> Answer:
    """`/incidents.csv`, `.json`, `.geojson`, `.md`: sent a few hundred rows at a time, so that a ledger of many years
    takes little memory."""
    form = str(ask.parts["form"])
    if form not in TYPES:
        raise Refusal(404, f"the ledger has no form {form[:20]!r}", f"it has: {', '.join(TYPES)}")
    ask.only(*_FILTERS)
    with site.read() as tx:
        asked, rows = _asked_for(site, ask, tx)
    first, last = asked.since or ask.now.date(), asked.until or ask.now.astimezone(ZoneInfo(ask.zone)).date()
    name = f"incidents-{first}-to-{last}.{form}"
    pieces = _FORMS[form](_entries(site, ask, asked, rows, rich=form in ("json", "geojson")), ask.zone)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(content_type=TYPES[form], pieces=pieces, headers=headers)


def _are_drawn(ask: Ask, total: int) -> bool:
    """Pictures of few incidents are drawn at once, those of many where they are asked for."""
    wanted = ask.one("pictures", among=("yes", "no")) or ("yes" if total <= FEW else "no")
    return wanted == "yes" and total > 0 and not ask.one("cursor")


def _pictures(site: Site, fields: Fields, tx: Transaction, asked: IncidentFilter) -> Pictures:
    gazetteer = site.configuration().rules.gazetteer

    def at(place: str) -> str:
        word = place.removeprefix("country:")
        known = word in gazetteer.places or word in gazetteer.countries or gazetteer.town_of(word) is not None
        return f"{site.base}/incidents{fields.query(place=word)}" if known else ""

    def within(first: date, last: date) -> str:
        return f"{site.base}/incidents{fields.query(since=first, until=last)}"

    places = places_counted(tx, asked, site.configuration().rules, at)
    incidents, tolls = incidents_chart(tx, asked, within), tolls_chart(tx, asked, within)
    waits, ranked = waits_chart(tx, asked, within), places_chart(places)
    return Pictures(
        map=svg_map([one.spot for one in places if one.spot], title="Where"), places=places,
        charts=(
            (incidents, stacked(incidents, id="plot-incidents")), (tolls, stacked(tolls, id="plot-tolls")),
            (waits, lines(waits, id="plot-waits")), (ranked, ranking(ranked, id="plot-places")),
        ),
    )  # fmt: skip


def _usual(ask: Ask) -> date:
    return (ask.now - USUAL).astimezone(ZoneInfo(ask.zone)).date()


def _asked_for(site: Site, ask: Ask, tx: Transaction) -> tuple[IncidentFilter, Wanted]:
    """What the address asks for: of the database, and of each row."""
    words = {name: ask.one(name) for name in ("place", "country", "group", "weapon", "grade")}
    level = ask.one("level", among=_LEVELS)
    since, until = day_of(ask, "since") or _usual(ask), day_of(ask, "until")
    if until is not None and until < since:
        raise Refusal(400, f"until {until} is before since {since}", "write the earlier day as since")
    rows = wanted(since, until, Asked(**words), lambda: site.configuration().rules)
    return replace(filter_of(tx, rows), level=Level(level) if level else None), rows


def _entries(
    site: Site, ask: Ask, asked: IncidentFilter, rows: Wanted, *, rich: bool
) -> Iterator[tuple[LedgerEntry, ...]]:
    """The rows a piece at a time, each piece read for itself: a slow reader holds no transaction open."""
    cursor, more = "", True
    while more:
        with site.read() as tx:
            page = listing(tx, asked, rows=rows, cursor=cursor, limit=PIECE)
            found = with_baselines(tx, page.rows, now=ask.now) if rich else page.rows
        found = tuple(replace(entry, as_of=ask.now.replace(microsecond=0)) for entry in found)
        yield with_places_and_names(found, site.configuration().rules)
        cursor = page.following
        more = bool(cursor)


def _csv(pages: Iterator[tuple[LedgerEntry, ...]], zone: str) -> Iterator[bytes]:
    head = as_csv((), zone=zone)
    yield f"{head}\n".encode()
    for page in pages:
        if page:
            yield (as_csv(page, zone=zone).removeprefix(head).lstrip("\n") + "\n").encode()


def _markdown(pages: Iterator[tuple[LedgerEntry, ...]], zone: str) -> Iterator[bytes]:
    head = as_markdown((), zone=zone)
    yield f"{head}\n".encode()
    for page in pages:
        bare = tuple(replace(entry, as_of=None) for entry in page)
        if bare:
            yield (as_markdown(bare, zone=zone).removeprefix(head).lstrip("\n") + "\n").encode()


def _json(pages: Iterator[tuple[LedgerEntry, ...]], zone: str) -> Iterator[bytes]:  # noqa: ARG001
    yield from _listed("[", (one for page in pages for one in as_objects(page)), "]")


def _geojson(pages: Iterator[tuple[LedgerEntry, ...]], zone: str) -> Iterator[bytes]:  # noqa: ARG001
    features = (one for page in pages for one in as_geojson(page)["features"])  # type: ignore[attr-defined]
    yield from _listed('{"type":"FeatureCollection","features":[', features, "]}")


def _listed(begin: str, values: Iterator[object], end: str) -> Iterator[bytes]:
    between, piece = begin, bytearray()
    for value in values:
        piece += (between + json.dumps(value, ensure_ascii=False)).encode("utf-8", "backslashreplace")
        between = ",\n"
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + ((begin if between == begin else "") + end + "\n").encode()


_FORMS = {"csv": _csv, "json": _json, "geojson": _geojson, "md": _markdown}
