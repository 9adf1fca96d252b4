"""`basewatch feeds import` and `export`: OPML, the list of feeds that other readers export and import.

It is XML from a stranger, so declarations of types and entities are refused before anything is built from them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import typer

from monitor.cli.begin import quiet, settings
from monitor.cli.render import out, say
from monitor.config.feedlanguages import check_language
from monitor.config.feedsfile import check_feed_url, load_feeds, same_feed
from monitor.errors import ConfigError, Problem, UsageError
from monitor.feeds.locations import holds_secret, without_secrets
from monitor.model.feed import Feed
from monitor.text.clean import clean

#: an OPML file of this size is a mistake
MAX_BYTES = 5 * 1024 * 1024
_DEEPEST = 100
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
#: what an outline is called that should have an address
_FEED_TYPES = frozenset({"rss", "atom", "rdf", "feed"})


@dataclass(frozen=True, kw_only=True)
class Outline:
    """One feed of an OPML file."""

    title: str
    url: str
    line: int
    language: str = ""
    #: names of the folders it lies in, outermost first
    folders: tuple[str, ...] = ()


def import_opml(
    opml: Annotated[Path, typer.Argument(metavar="OPML", help="The file; - reads standard input.")],
) -> None:
    """Feeds that feeds.yaml already has are left out. Folders become tags. Exit code 1 where a feed could not be used;
    the others are written all the same.

    Example:
      basewatch feeds import subscriptions.opml >> feeds.yaml
    """
    if str(opml) == "-":
        document = sys.stdin.buffer.read(MAX_BYTES + 1)
    elif not opml.is_file():
        raise UsageError(f"there is no file {opml}")
    else:
        with opml.open("rb") as file:
            document = file.read(MAX_BYTES + 1)
    lines, problems, known = _feed_lines(read_opml(document, str(opml)), str(opml))
    for line in lines:
        out(line)
    for problem in problems:
        say(f"basewatch: {problem}")
    if not quiet():
        say(f"{len(lines)} feeds, {known} of the file are in feeds.yaml already, {len(problems)} cannot be used")
    raise typer.Exit(1 if problems else 0)


def _feed_lines(outlines: list[Outline], file: str) -> tuple[list[str], list[Problem], int]:
    """The lines to add under `feeds:`, what was wrong, and how many are known already."""
    names, urls = _held()
    lines: list[str] = []
    problems: list[Problem] = []
    known = 0
    for outline in outlines:
        try:
            url = check_feed_url(outline.url)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            problems.append(Problem(file=file, line=outline.line, key="xmlUrl", message=message, hint=hint))
            continue
        if same_feed(url) in urls:
            known += 1
            continue
        urls.add(same_feed(url))
        lines.append(f"  - {{{_fields(outline, _free(outline, names), url)}}}")
    return lines, problems, known


def _held() -> tuple[set[str], set[str]]:
    """Names and addresses that feeds.yaml has; none where there is no readable one."""
    try:
        held = load_feeds(settings().config)
    except ConfigError:
        return set(), set()
    return {feed.name.casefold() for feed in held}, {same_feed(feed.url) for feed in held}


def _free(outline: Outline, names: set[str]) -> str:
    """A name that no feed has yet."""
    wished = clean(outline.title).lstrip("-").strip()[:90] or clean(outline.url)[:90]
    name, number = wished, 1
    while name.casefold() in names:
        number += 1
        name = f"{wished} {number}"
    names.add(name.casefold())
    return name


def _fields(outline: Outline, name: str, url: str) -> str:
    fields: dict[str, Any] = {"name": name, "url": url}
    with suppress(ValueError):  # a language that nobody knows is no reason to lose the feed
        fields |= {"language": check_language(outline.language)} if outline.language else {}
    if tags := [tag for folder in outline.folders if (tag := clean(folder)[:90])]:
        fields["tags"] = tags
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())


def export_opml(
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Write addresses with the keys in them: for yourself only.")
    ] = False,
) -> None:
    """Groups them by their first tag. A list is for others, so a key in an address is left out of it.

    Example:
      basewatch feeds export > basewatch.opml
    """
    feeds = load_feeds(settings().config)
    secret = [feed.name for feed in feeds if holds_secret(feed.url)]
    if secret and not with_keys:
        feeds = tuple(replace(feed, url=without_secrets(feed.url)) for feed in feeds)
        say(f"the keys in the addresses of {', '.join(secret)} were left out; --with-keys writes them")
    out(write_opml(feeds))


def read_opml(document: bytes, name: str) -> list[Outline]:
    """The feeds in `document`, in its order; `name` is the file that a `ConfigError` names."""
    if len(document) > MAX_BYTES:
        raise ConfigError.at(name, f"the file has more than {MAX_BYTES:,} bytes", hint="is it the file you mean?")
    reader = _Reader(name)
    try:
        try:
            reader.parser.Parse(document, True)
        except expat.ExpatError:
            if not _BARE_AMPERSAND.search(document):
                raise
            reader = _Reader(name)  # addresses hold ampersands, and many programs write them as they are
            reader.parser.Parse(_BARE_AMPERSAND.sub(b"&amp;", document), True)
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
        is_feed = element.lower() == "outline" and bool(url or known.get("type", "").lower() in _FEED_TYPES)
        if is_feed:
            folders = tuple(folder for folder in self._open if folder)
            line, language = self.parser.CurrentLineNumber, known.get("language", "")
            self.feeds.append(Outline(title=title, url=url, line=line, language=language, folders=folders))
        self._open.append(title if element.lower() == "outline" and not is_feed else "")

    def _end(self, _element: str) -> None:
        self._open.pop()


def write_opml(feeds: Iterable[Feed]) -> str:
    """The feeds as OPML 2.0, grouped by their first tag."""
    groups: dict[str, list[Feed]] = {}
    for feed in feeds:
        groups.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["  <head><title>basewatch feeds</title></head>", "  <body>"]
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
