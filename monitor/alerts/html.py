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
