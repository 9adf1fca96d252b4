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
from monitor.alerts.subject import short_of
from monitor.incidents.brief import Calls, brief
from monitor.model.clock import wall
from monitor.model.ledger import Folded, Said, View
from monitor.model.report import Act, Voice
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.ledger import LedgerEntry, LedgerSource, killed, said_by, wounded
from monitor.text.clean import clean

COLUMNS = ("Date", "Location", "Type of attack", "Group claiming", "Killed", "Wounded", "Grade", "Sources")
#: what CSV has behind them, for programs
MORE_COLUMNS = (
    "id", "place_id", "country", "latitude", "longitude", "precision", "foiled", "killed_low", "killed_high",
    "wounded_low", "wounded_high", "attributed_to", "as_of",
)  # fmt: skip
#: room for all places of an incident
_ALL = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")


def cells(entry: LedgerEntry) -> tuple[str, ...]:
    """What the columns hold, as plain text; publishers stand for the sources."""
    publishers = dict.fromkeys(source.publisher or _host(source.url) for source in entry.sources)
    return (
        entry.incident.date.isoformat(),
        clean(location(entry)),
        clean(type_of_attack(entry)),
        clean(", ".join(entry.claimed_by)),
        toll(entry.place.killed, killed(entry)),
        toll(entry.place.wounded, wounded(entry)),
        str(entry.view.grade),
        clean(", ".join(publishers)),
    )


def location(entry: LedgerEntry) -> str:
    """`Ain al-Asad Air Base, Iraq`: the base of the row."""
    return place_names([entry.place.place], room=_ALL, country_of=lambda code: entry.countries.get(code, code))


def type_of_attack(entry: LedgerEntry) -> str:
    """`drone, rocket`, `drone (foiled)`, or the act where no weapon is known."""
    weapons = ", ".join(one.replace("_", " ") for one in entry.place.weapons or entry.incident.weapons)
    act = str(entry.place.act)
    return f"{weapons} ({act})" if weapons and act != "attack" else weapons or act


def toll(folded: Folded, best: int | None) -> str:
    """`34 (25–34)` where sources differ, `137 (claimed)` where only attackers say it, `several` without a number."""
    if best is None:
        return clean(next((said.words for said in folded.said if said.words), ""))
    told = f"{best}+" if folded.best is not None and folded.best.at_least else str(best)
    if _is_claimed(folded.best):
        return f"{told} (claimed)"
    low, high = folded.low, folded.high
    return f"{told} ({low}–{high})" if low is not None and high is not None and low != high else told


def _is_claimed(said: Said | None) -> bool:
    return said is not None and said.voice is Voice.CLAIMANT


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def web_link(url: str) -> str:
    """`url` where it is a web address, in signs that are seen and end no line; otherwise nothing."""
    url = url.strip()
    if re.match(r"https?://\S", url, re.IGNORECASE) is None:
        return ""
    return "".join(sign if sign.isprintable() and sign != " " else quote(sign, errors="replace") for sign in url)


# ------------------------------------------------------------------------------------------------- CSV


def as_csv(entries: Sequence[LedgerEntry], *, zone: str = "UTC") -> str:  # noqa: ARG001
    """RFC 4180 with a header; numbers stand alone, the sources are links, one blank between them; moments in UTC."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *MORE_COLUMNS))
    for entry in entries:
        date, where, kind, group, _, _, grade, publishers = cells(entry)
        links = " ".join(dict.fromkeys(link for source in entry.sources if (link := web_link(source.url))))
        numbers = _written(killed(entry)), _written(wounded(entry))
        shown = (date, where, kind, group, *numbers, grade, links or publishers)
        writer.writerow([*map(_no_formula, shown), *_more_cells(entry)])
    return text.getvalue().rstrip("\n")


def _more_cells(entry: LedgerEntry) -> list[str]:
    place = entry.place.place
    latitude, longitude = entry.positions.get(place.id, (None, None))
    ranges = (entry.place.killed.low, entry.place.killed.high, entry.place.wounded.low, entry.place.wounded.high)
    names = map(_no_formula, (clean(entry.incident.id), clean(place.id), clean(place.country)))
    return [
        *names,
        _written(latitude),
        _written(longitude),
        str(place.precision),
        "yes" if entry.place.act is Act.FOILED else "no",
        *map(_written, ranges),
        _no_formula(clean(", ".join(entry.attributed_to))),
        str(plain(entry.as_of) or ""),
    ]


def _written(number: float | None) -> str:
    return "" if number is None else str(number)


def _no_formula(cell: str) -> str:
    """A cell that a spreadsheet would calculate gets an apostrophe, which makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


# --------------------------------------------------------------------------------------- JSON, GeoJSON


#: of an incident: each place has a row of its own
LEFT_OUT = ("more_places", "titles")


def as_objects(entries: Sequence[LedgerEntry]) -> list[dict[str, object]]:
    """JSON: a list of objects, one for each row, with every field of the incident and its sources."""
    return [as_object(entry) for entry in entries]


def as_object(entry: LedgerEntry) -> dict[str, object]:
    """One row: what belongs to the base stands in place of what the whole incident has."""
    incident, view, place = entry.incident, entry.view, entry.place
    return {
        **{key: value for key, value in plain(incident).items() if key not in LEFT_OUT},
        "row": entry.row,
        "place_id": place.place.id,
        "place_name": place.place.name,
        "country": place.place.country,
        "location": place.place.name,
        "places": [
            {**values_of(place, "id", "name", "country"), **_degrees(entry, place.id)} for place in incident.places
        ],
        "precision": place.place.precision,
        "act": plain(place.act),
        "foiled": place.act is Act.FOILED,
        "type": type_of_attack(entry),
        "weapons": plain(place.weapons or incident.weapons),
        **_degrees(entry, place.place.id),
        "killed": killed(entry),
        "wounded": wounded(entry),
        "killed_range": _range(place.killed),
        "wounded_range": _range(place.wounded),
        "killed_by": said_by(place.killed.best),
        "wounded_by": said_by(place.wounded.best),
        "toll_claimed": _is_claimed(place.killed.best) or _is_claimed(place.wounded.best),
        "brain_injuries": view.brain_injuries.best.value if view.brain_injuries.best else None,
        "grade": str(view.grade),
        "claimed": bool(incident.claimed_by),
        "claimed_names": plain(entry.claimed_by),
        "attributed_names": plain(entry.attributed_to),
        "denied_by": plain(view.denied_by or incident.denied_by),
        "publishers": plain(view.publishers),
        "level": plain(view.level),
        "short": short_of(incident.id),
        "brief": briefed(view, entry),
        "baseline": list(entry.baseline),
        "sources": plain(entry.sources),
        "revisions": [revision(change) for change in entry.revisions],
        "as_of": plain(entry.as_of),
    }


def briefed(view: View, names: Calls) -> list[dict[str, object]]:
    """At most three sentences out of the reports, each with the reports that say it and where they can be read."""
    links = {report.id: web_link(report.url) for report in view.reports}
    told = brief(view, names=names)
    return [
        {"text": text, "reports": list(ids), "sources": [links[id] for id in ids if links.get(id)]}
        for text, ids in told.sentences
    ]


def revision(change: object) -> dict[str, object]:
    """A version with what changed."""
    return values_of(change, "version", "at", "reasons", "details", "level", "quiet", "note")


def _range(folded: Folded) -> list[int] | None:
    return [folded.low, folded.high] if folded.low is not None and folded.high is not None else None


def _degrees(entry: LedgerEntry, place_id: str) -> dict[str, float | None]:
    latitude, longitude = entry.positions.get(place_id, (None, None))
    return {"latitude": latitude, "longitude": longitude}


def as_geojson(entries: Sequence[LedgerEntry]) -> dict[str, object]:
    """An RFC 7946 FeatureCollection; a row is a point, one without a position has none."""
    features = [
        {"type": "Feature", "id": entry.row, "geometry": _geometry(entry), "properties": as_object(entry)}
        for entry in entries
    ]
    return {"type": "FeatureCollection", "features": features}


def _geometry(entry: LedgerEntry) -> dict[str, object] | None:
    position = entry.positions.get(entry.place.place.id)
    return {"type": "Point", "coordinates": [position[1], position[0]]} if position else None


# -------------------------------------------------------------------------------------- Markdown, HTML


def _as_of(entries: Sequence[LedgerEntry], zone: str) -> str:
    moment = next((entry.as_of for entry in entries if entry.as_of), None)
    return f"as of {wall(moment, zone)}" if moment else ""


def as_markdown(entries: Sequence[LedgerEntry], *, zone: str = "UTC") -> str:
    """A table; the sources are links, and the last line says of when it is."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for entry in entries:
        shown = [_markdown(cell) for cell in cells(entry)[:-1]]
        lines.append("| " + " | ".join([*shown, ", ".join(_markdown_source(s) for s in entry.sources)]) + " |")
    return "\n".join([*lines, *(["", f"_{moment}_"] if (moment := _as_of(entries, zone)) else [])])


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text))


def _markdown_source(source: LedgerSource) -> str:
    name = _markdown(source.publisher or _host(source.url) or "source")
    link = re.sub(r"[()<>|\\\[\]`*_]", lambda sign: f"%{ord(sign[0]):02X}", web_link(source.url))
    return f"[{name}]({link})" if link else name


def as_html(entries: Sequence[LedgerEntry], *, zone: str = "UTC") -> str:
    """A whole page with one table, without scripts; what changed of a row opens under its grade."""
    style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em .6em}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Incidents</title>'
        f"<style>{style}</style></head>\n<body>\n{html_table(entries, zone)}\n</body>\n</html>"
    )


def html_table(entries: Sequence[LedgerEntry], zone: str) -> str:
    """The table alone."""
    head = "".join(f"<th>{html.escape(column)}</th>" for column in COLUMNS)
    rows = "\n".join(_html_row(entry, zone) for entry in entries)
    caption = f"<caption>{moment}</caption>\n" if (moment := _as_of(entries, zone)) else ""
    return f"<table>\n{caption}<tr>{head}</tr>\n{rows}\n</table>"


def _html_row(entry: LedgerEntry, zone: str) -> str:
    *shown, grade = (f"<bdi>{html.escape(cell)}</bdi>" for cell in cells(entry)[:-1])
    sources = ", ".join(_html_source(source) for source in entry.sources)
    grade += _html_revisions(entry, zone)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*shown, grade, sources))}</tr>"


def _html_revisions(entry: LedgerEntry, zone: str) -> str:
    if len(entry.revisions) < 2:
        return ""
    lines = "".join(
        f"<li>{wall(change.at, zone)}: {html.escape(clean(what_changed(change)))}</li>" for change in entry.revisions
    )
    return f"<details><summary>{len(entry.revisions)} versions</summary><ul>{lines}</ul></details>"


def what_changed(change: object) -> str:
    """`TOLL_UP: killed 0 → 3 (ministry)`, as one line."""
    values = values_of(change, "reasons", "details", "note")
    details = [
        f"{one['field']} {one['before'] or '–'} → {one['after'] or '–'}" + (f" ({one['by']})" if one["by"] else "")
        for one in values["details"]
    ]
    told = ", ".join(values["reasons"])
    return ": ".join(
        part for part in (told, "; ".join([*details, *([values["note"]] if values["note"] else [])])) if part
    )


def _html_source(source: LedgerSource) -> str:
    name = html.escape(clean(source.publisher or _host(source.url) or "source"))
    link, title = html.escape(web_link(source.url)), html.escape(clean(source.title))
    return f'<a href="{link}" title="{title}" rel="noopener nofollow"><bdi>{name}</bdi></a>' if link else name


TEXTS: dict[str, Callable[..., str]] = {"csv": as_csv, "markdown": as_markdown, "html": as_html}
VALUES: dict[str, Callable[[Sequence[LedgerEntry]], object]] = {"json": as_objects, "geojson": as_geojson}
