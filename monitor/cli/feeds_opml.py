"""`basewatch feeds import` and `basewatch feeds export`: the feeds as other readers write them."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import quiet, settings
from monitor.cli.render import out, say
from monitor.errors import ConfigError, Problem, UsageError
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.cli.opml import Outline


def import_opml(
    opml: Annotated[Path, typer.Argument(metavar="OPML", help="The file; - reads standard input.")],
) -> None:
    """Turn the feeds of an OPML file into lines for feeds.yaml, on standard output.

    Feeds that feeds.yaml already has are left out. Folders become tags. Exit code 1 where a feed could not be used;
    the others are written all the same.

    Example:
      basewatch feeds import subscriptions.opml >> feeds.yaml
    """
    from monitor.cli.opml import MAX_BYTES, read_opml

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
    from monitor.config.feedsfile import check_feed_url, same_feed

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
    from monitor.config.feedsfile import load_feeds, same_feed

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
    from monitor.config.feedlanguages import check_language

    fields: dict[str, Any] = {"name": name, "url": url}
    with suppress(ValueError):  # a language that nobody knows is no reason to lose the feed
        fields |= {"language": check_language(outline.language)} if outline.language else {}
    if tags := [tag for folder in outline.folders if (tag := clean(folder)[:90])]:
        fields["tags"] = tags
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())


def export_opml() -> None:
    """Write the feeds of feeds.yaml as OPML, for other readers.

    Groups them by their first tag.

    Example:
      basewatch feeds export > basewatch.opml
    """
    from monitor.cli.opml import write_opml
    from monitor.config.feedsfile import load_feeds

    out(write_opml(load_feeds(settings().config)))
