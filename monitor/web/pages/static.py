"""Style sheet, script and icons: files of the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from monitor.web.answers import SVG, Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.site import Site

_FOLDER = Path(__file__).parent.parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": SVG}


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    return {one.name: (_TYPES[one.suffix], one.read_bytes()) for one in _FOLDER.iterdir() if one.suffix in _TYPES}


def show(site: Site, ask: Ask) -> Answer:  # noqa: ARG001
    """`/static/NAME`"""
    found = _files().get(str(ask.parts["name"]))
    if found is None:
        raise Refusal(404, "there is no such file")
    return Answer(content_type=found[0], body=found[1], headers={"Cache-Control": "max-age=300"})
