"""Files with incidents that people collected: their rows as cells, whatever the form of the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from monitor.config.yamlfile import parse
from monitor.errors import BasewatchError
from monitor.text.clean import clean

#: what a column or key is called by those who keep such tables → what it is here
_COLUMNS = {
    "date": "date", "day": "date",
    "location": "location", "place": "location", "base": "base", "place_id": "base", "where": "location",
    "type of attack": "type", "type": "type", "attack": "type", "weapon": "weapon", "weapons": "weapon",
    "group claiming": "claimed_by", "group claiming responsibility": "claimed_by", "group": "claimed_by",
    "claimed by": "claimed_by", "claimed_by": "claimed_by",
    "attributed to": "attributed_to", "attributed_to": "attributed_to",
    "killed": "killed", "dead": "killed", "wounded": "wounded", "injured": "wounded",
    "launched": "launched", "intercepted": "intercepted", "foiled": "foiled",
    "source": "source", "sources": "source", "link": "source", "url": "source",
    "confidence": "confidence", "note": "note", "id": "id", "country": "country",
    "grade": "grade",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row of a file, by the names of `_COLUMNS`."""

    #: `row 5`, for messages
    where: str
    cells: Mapping[str, Any]


def table_rows(text: str, kind: str, path: Path) -> list[TableRow]:
    """The rows of a file (`yaml`, `csv`, `txt`, `html`); `BasewatchError` where it holds no table of incidents."""
    if kind == "yaml":
        rows = _of_yaml(text, path)
    elif kind == "csv":
        rows = _of_cells(csv.reader(io.StringIO(text)))
    elif kind == "html":
        reader = _Tables()
        reader.feed(text)
        rows = [row for cells in reader.tables for row in _of_cells(cells)]
    else:
        rows = _of_cells(_piped(text))
    if not rows:
        raise BasewatchError(
            f"{path.name} holds no table of incidents: a table needs at least the columns Date and Location"
        )
    return rows


def _of_yaml(text: str, path: Path) -> list[TableRow]:
    data = parse(text, path).data
    found = data.get("incidents") if isinstance(data, dict) else data
    if not isinstance(found, list):
        raise BasewatchError(f"{path.name} holds no list of incidents; write them under the key incidents:")
    rows = []
    for number, one in enumerate(found, start=1):
        given = one if isinstance(one, dict) else {}
        cells = {_COLUMNS[str(key)]: value for key, value in given.items() if str(key) in _COLUMNS}
        rows.append(TableRow(where=f"incident {number}", cells=cells))
    return rows


def _of_cells(lines: Iterator[list[str]] | list[list[str]]) -> list[TableRow]:
    """The rows under a header that names a date and a location; lines before it are passed over."""
    rows, header = [], None
    for number, line in enumerate(lines, start=1):
        cells = [clean(cell) for cell in line]
        names = [_COLUMNS.get(cell.strip("* ").casefold(), "") for cell in cells]
        if "date" in names and {"location", "base"} & set(names):
            header = names
        elif header is not None and any(cells) and not all(set(cell) <= set("-: ") for cell in cells):
            given = {name: _text(cell) for name, cell in zip(header, cells, strict=False) if name}
            rows.append(TableRow(where=f"row {number}", cells=given))
    return rows


def _text(cell: str) -> str:
    """What a spreadsheet was to take for text has an apostrophe in front."""
    return cell[1:] if re.match(r"'[=+\-@＝＋－＠]", cell) else cell


def _piped(text: str) -> list[list[str]]:
    """The lines of a text that are rows of a table, as Markdown writes one, or with tabs."""
    rows = []
    for line in text.splitlines():
        for sign in ("|", "\t"):
            if line.count(sign) >= 2:
                rows.append([cell.strip() for cell in line.strip().strip(sign).split(sign)])
                break
    return rows


class _Tables(HTMLParser):
    """Collects the tables of a page, and the link of a cell that is nothing but one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._in_cell = True
        elif tag == "a" and self._in_cell and (link := dict(attrs).get("href")):
            self.tables[-1][-1][-1] += f" {link} "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "table"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1][-1][-1] += data
