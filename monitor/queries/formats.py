"""The ledger of incidents as CSV, JSON, GeoJSON, Markdown and HTML. Pure: values in, text (or JSON's values) out.

Whatever a publisher wrote is data in every one of them: no cell becomes a spreadsheet formula, no title becomes
mark-up, no link is anything but http(s).
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

from monitor.alerts.phrases import place_names
from monitor.model.incident import Incident
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.ledger import LedgerEntry, LedgerSource
from monitor.text.clean import clean

COLUMNS = ("Date", "Location", "Type of attack", "Group claiming", "Killed", "Wounded", "Sources")
#: room for all places of an incident
_ALL = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")


def cells(entry: LedgerEntry) -> tuple[str, ...]:
    """What the columns hold, as plain text; publishers stand for the sources."""
    incident = entry.incident
    publishers = dict.fromkeys(source.publisher or _host(source.url) for source in entry.sources)
    return (
        incident.date.isoformat(),
        clean(_location(entry)),
        clean(type_of_attack(incident)),
        clean(", ".join(entry.claimed_by or incident.claimed_by)),
        "" if incident.killed is None else str(incident.killed),
        "" if incident.wounded is None else str(incident.wounded),
        clean(", ".join(publishers)),
    )


def _location(entry: LedgerEntry) -> str:
    """`Ain al-Asad Air Base, Iraq`; every place of a salvo."""
    return place_names(entry.incident.places, room=_ALL, country_of=lambda code: entry.countries.get(code, code))


def type_of_attack(incident: Incident) -> str:
    """`drone, rocket`, `drone (foiled)`, or the act where no weapon is known."""
    weapons = ", ".join(weapon.replace("_", " ") for weapon in incident.weapons)
    act = str(incident.act)
    return f"{weapons} ({act})" if weapons and act != "attack" else weapons or act


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _link(url: str) -> str:
    """`url` where it is a web address, in signs that are seen and end no line; otherwise nothing."""
    url = url.strip()
    if re.match(r"https?://\S", url, re.IGNORECASE) is None:
        return ""
    return "".join(sign if sign.isprintable() and sign != " " else quote(sign, errors="replace") for sign in url)


def as_csv(entries: Sequence[LedgerEntry]) -> str:
    """RFC 4180 with a header; the sources are links, one blank between them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        *shown, publishers = cells(entry)
        links = " ".join(dict.fromkeys(link for source in entry.sources if (link := _link(source.url))))
        writer.writerow([_no_formula(cell) for cell in (*shown, links or publishers)])
    return text.getvalue().rstrip("\n")


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet would calculate gets an apostrophe, which makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_objects(entries: Sequence[LedgerEntry]) -> list[dict[str, object]]:
    """JSON: a list of objects with every field of the incident and its sources."""
    return [_object(entry) for entry in entries]


def _object(entry: LedgerEntry) -> dict[str, object]:
    incident = entry.incident
    return {
        **{key: value for key, value in plain(incident).items() if key != "more_places"},
        "location": incident.place_name,
        "places": [
            {**values_of(place, "id", "name", "country"), **_degrees(entry, place.id)} for place in incident.places
        ],
        "type": type_of_attack(incident),
        **_degrees(entry, incident.place_id),
        "sources": plain(entry.sources),
    }


def _degrees(entry: LedgerEntry, place_id: str) -> dict[str, float | None]:
    latitude, longitude = entry.positions.get(place_id, (None, None))
    return {"latitude": latitude, "longitude": longitude}


def as_geojson(entries: Sequence[LedgerEntry]) -> dict[str, object]:
    """An RFC 7946 FeatureCollection; a salvo has a point for each place, a place without a position has none."""
    features = [
        {"type": "Feature", "id": entry.incident.id, "geometry": _geometry(entry), "properties": _object(entry)}
        for entry in entries
    ]
    return {"type": "FeatureCollection", "features": features}


def _geometry(entry: LedgerEntry) -> dict[str, object] | None:
    found = (entry.positions.get(place.id) for place in entry.incident.places)
    points = [[position[1], position[0]] for position in found if position]
    if len(points) > 1:
        return {"type": "MultiPoint", "coordinates": points}
    return {"type": "Point", "coordinates": points[0]} if points else None


def as_markdown(entries: Sequence[LedgerEntry]) -> str:
    """A table; the sources are links."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for entry in entries:
        shown = [_markdown(cell) for cell in cells(entry)[:-1]]
        lines.append("| " + " | ".join([*shown, ", ".join(_markdown_source(s) for s in entry.sources)]) + " |")
    return "\n".join(lines)


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text))


def _markdown_source(source: LedgerSource) -> str:
    name = _markdown(source.publisher or _host(source.url) or "source")
    link = re.sub(r"[()<>|\\\[\]`*_]", lambda sign: f"%{ord(sign[0]):02X}", _link(source.url))
    return f"[{name}]({link})" if link else name


def as_html(entries: Sequence[LedgerEntry]) -> str:
    """A whole page with one table, without scripts."""
    head = "".join(f"<th>{html.escape(column)}</th>" for column in COLUMNS)
    rows = "\n".join(_html_row(entry) for entry in entries)
    style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em .6em}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Incidents</title>'
        f"<style>{style}</style></head>\n<body>\n<table>\n<tr>{head}</tr>\n{rows}\n</table>\n</body>\n</html>"
    )


def _html_row(entry: LedgerEntry) -> str:
    shown = [f"<td><bdi>{html.escape(cell)}</bdi></td>" for cell in cells(entry)[:-1]]
    sources = ", ".join(_html_source(source) for source in entry.sources)
    return f"<tr>{''.join(shown)}<td>{sources}</td></tr>"


def _html_source(source: LedgerSource) -> str:
    name = html.escape(clean(source.publisher or _host(source.url) or "source"))
    link, title = html.escape(_link(source.url)), html.escape(clean(source.title))
    return f'<a href="{link}" title="{title}" rel="noopener nofollow"><bdi>{name}</bdi></a>' if link else name


TEXTS: dict[str, Callable[[Sequence[LedgerEntry]], str]] = {"csv": as_csv, "markdown": as_markdown, "html": as_html}
VALUES: dict[str, Callable[[Sequence[LedgerEntry]], object]] = {"json": as_objects, "geojson": as_geojson}
