"""A message as mark-up for mail: every value is data, every link http(s).

The text is laid out as it stands: a blank line parts two paragraphs, lines that begin with `- ` are a list, the word
before a colon at the beginning of a line is set apart. Nothing in the text is taken for mark-up, and nothing is loaded
when the mail is opened. A mail program that shows text alone gets the same lines.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_URL = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
#: signs behind a link that belong to the sentence
_BEHIND = ".,;:!?)]}'"
_LABEL = re.compile(r"([A-Z][A-Za-z ]{1,30}): (?=\S)")
_TABLE, _ROW = re.compile(r"<table\b.*?</table>", re.DOTALL), re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL, _TAG = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL), re.compile(r"<[^>]*>")
_PAGE = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
    '<body style="font-family: sans-serif; line-height: 1.4">\n{body}\n</body></html>'
)


def as_html(text: str) -> str:
    """The text of a message as a page of its own; its last block keeps its lines."""
    return page(paragraphs(text))


def page(parts: Iterable[str]) -> str:
    """A page of such parts, which are mark-up already."""
    # an empty line between two parts, for mail programs that make their text out of the mark-up
    return _PAGE.format(body="\n<br>\n".join(parts))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each with its lists."""
    return ["".join(_block(block.split("\n"))) for block in text.split("\n\n") if block.strip()]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain values."""
    cell = 'style="border: 1px solid #999; padding: 2px 6px; text-align: left"'
    lines = [f"<tr>{''.join(f'<th {cell}>{html.escape(one)}</th>' for one in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td {cell}><bdi>{html.escape(one)}</bdi></td>' for one in row)}</tr>" for row in rows]
    return f'<table style="border-collapse: collapse">{"".join(lines)}</table>'


def picture(name: str, alt: str) -> str:
    """A picture that goes with the mail, where it stands in the text; a mail program that does not show it has it
    below."""
    return f'<img src="cid:{html.escape(name)}" alt="{html.escape(alt)}" style="max-width: 100%">'


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of a table as lines whose columns stand below each other."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(rows[0]) if rows else 0)]
    return [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def tables_as_text(markup: str) -> str:
    """A page of ours with each of its tables as aligned lines, for what makes a text out of it.

    All values in it are escaped, so a tag is one of ours.
    """

    def lines(found: re.Match[str]) -> str:
        rows = [
            [html.unescape(_TAG.sub("", cell)) for cell in _CELL.findall(row)]
            for row in _ROW.findall(found[0])
        ]  # fmt: skip
        return f"<pre>{html.escape(chr(10).join(aligned(rows)))}</pre>"

    return _TABLE.sub(lines, markup)


def value(text: str) -> str:
    """One value as mark-up: its links can be followed, nothing else in it means anything."""
    out, end = [], 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(_BEHIND)
        link = html.escape(url)
        out += [html.escape(text[end : found.start()]), f'<a href="{link}" rel="nofollow noreferrer">{link}</a>']
        end = found.start() + len(url)
    return "".join([*out, html.escape(text[end:])])


def _block(lines: Sequence[str]) -> list[str]:
    """A paragraph; a list where its lines are items, between the lines that are none."""
    parts: list[str] = []
    plain: list[str] = []
    items: list[str] = []

    def close() -> None:
        if plain:
            parts.append(f'<p style="margin: 0">{"<br>".join(map(_line, plain))}</p>')
        if items:
            parts.append(f"<ul style='margin: 0'>{''.join(f'<li>{value(item)}</li>' for item in items)}</ul>")
        plain.clear()
        items.clear()

    for line in lines:
        if line.startswith("- "):
            if plain:
                close()
            items.append(line[2:])
        elif line:
            if items:
                close()
            plain.append(line)
    close()
    return parts


def _line(line: str) -> str:
    label = _LABEL.match(line)
    if label is None:
        return value(line)
    return f"<b>{html.escape(label[1])}:</b> {value(line[label.end() :])}"
