"""OPML, the list of feeds that other readers export and import. Pure: bytes in, values out, and the way back.

It is XML from a stranger, so declarations of types and entities are refused before anything is built from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from monitor.errors import ConfigError
from monitor.model.feed import Feed

#: an OPML file of this size is a mistake
MAX_BYTES = 5 * 1024 * 1024
_DEEPEST = 100


@dataclass(frozen=True, kw_only=True)
class Outline:
    """One feed of an OPML file."""

    title: str
    url: str
    line: int
    language: str = ""
    #: names of the folders it lies in, outermost first
    folders: tuple[str, ...] = ()


def read_opml(document: bytes, name: str) -> list[Outline]:
    """The feeds in `document`, in its order; `name` is the file that a `ConfigError` names."""
    if len(document) > MAX_BYTES:
        raise ConfigError.at(name, f"the file has more than {MAX_BYTES:,} bytes", hint="is it the file you mean?")
    reader = _Reader(name)
    try:
        reader.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise ConfigError.at(name, f"not readable as XML: {expat.ErrorString(error.code)}", line=error.lineno) from None
    except (ValueError, LookupError):  # an encoding that does not exist
        raise ConfigError.at(name, "not readable as XML: unknown encoding", line=1, hint="save it as UTF-8") from None
    if not reader.is_opml:
        raise ConfigError.at(name, "this is not OPML", line=1, hint="its first element must be <opml>")
    return reader.feeds


class _Reader:
    """Collects the outlines with an xmlUrl while expat walks through the document."""

    def __init__(self, name: str) -> None:
        self.feeds: list[Outline] = []
        self.is_opml = False
        self._name = name
        self._open: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise ConfigError.at(
            self._name, "a document type is declared (<!DOCTYPE …>), which can hide tricks",
            line=self.parser.CurrentLineNumber, hint="take the declaration out; OPML needs none",
        )  # fmt: skip

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self.is_opml = element.lower() == "opml"
        if len(self._open) >= _DEEPEST:
            line = self.parser.CurrentLineNumber
            raise ConfigError.at(self._name, f"nested more than {_DEEPEST} levels deep", line=line)
        known = {key.lower(): value.strip() for key, value in attributes.items()}
        title = known.get("title") or known.get("text") or ""
        url = known.get("xmlurl", "")
        if element.lower() == "outline" and url:
            folders = tuple(folder for folder in self._open if folder)
            line, language = self.parser.CurrentLineNumber, known.get("language", "")
            self.feeds.append(Outline(title=title, url=url, line=line, language=language, folders=folders))
        self._open.append(title if element.lower() == "outline" and not url else "")

    def _end(self, _element: str) -> None:
        self._open.pop()


def write_opml(feeds: Iterable[Feed]) -> str:
    """The feeds as OPML 2.0, grouped by their first tag."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{escape('basewatch feeds')}</title></head>", "  <body>"]
    for group, members in groups.items():
        indent = "      " if group else "    "
        lines += [f"    <outline text={quoteattr(group)} title={quoteattr(group)}>"] if group else []
        lines += [indent + _outline(feed) for feed in members]
        lines += ["    </outline>"] if group else []
    return "\n".join([*lines, "  </body>", "</opml>"])


def _outline(feed: Feed) -> str:
    language = f" language={quoteattr(feed.language)}" if feed.language else ""
    name = quoteattr(feed.name)
    return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(feed.url)}{language}/>'
