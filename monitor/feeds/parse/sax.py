"""The XML reader that feedparser is given: Python's own, but with text handed over in whole pieces.

Without it every line and every `&lt;` of an article is a call of its own, a million of them in a hundred feeds; with
it feedparser takes a quarter less time and finds the same entries. Named in `parse`, loaded by `xml.sax.make_parser`.
"""

from __future__ import annotations

from xml.sax.expatreader import ExpatParser

_BUFFER = 64 * 1024


class BufferedParser(ExpatParser):
    """Python's expat reader with its text buffer switched on."""

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]
        self._parser.buffer_size = _BUFFER  # type: ignore[attr-defined]


def create_parser() -> BufferedParser:
    """What `make_parser` asks of a module for a reader."""
    return BufferedParser()
