"""Feeds in a language that no list of the rules reads: their items are taken, and nearly nothing is seen in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.config.yamlfile import Document, read
from monitor.errors import Problem
from monitor.model.feed import Feed

#: the files of words that say no language are English
_ENGLISH = "en"
_LANGUAGE = re.compile(r"(?m)^language:[ ]*[\"']?([A-Za-z]{2,3})\b")


def languages_read(rules: Path) -> frozenset[str]:
    """The languages of the list files of a rules folder."""
    out = {_ENGLISH}
    for path in sorted((rules / "lists").glob("*.yaml")):
        try:
            found = _LANGUAGE.search(path.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError:
            continue
        out |= {found[1].casefold()} if found else set()
    return frozenset(out)


def unread_languages(
    config: Path, feeds: Sequence[Feed], known: frozenset[str], stored: Mapping[str, str]
) -> list[Problem]:
    """A warning for each language that is not among `known`, at the first feed of it.

    `stored`: the language that most stored items of a feed are in, by the feed's name; feeds.yaml is heard too.
    """
    feeds_in: dict[str, list[int]] = {}
    for i, feed in enumerate(feeds):
        for spoken in dict.fromkeys(_primary(tag) for tag in (feed.language, stored.get(feed.name))):
            if spoken and spoken not in known:
                feeds_in.setdefault(spoken, []).append(i)
    if not feeds_in:
        return []
    return list(_warnings(read(config), feeds, feeds_in))


def _warnings(document: Document, feeds: Sequence[Feed], feeds_in: Mapping[str, list[int]]) -> Iterator[Problem]:
    for spoken, at in feeds_in.items():
        names = ", ".join(feeds[i].name for i in at[:4]) + (", …" if len(at) > 4 else "")
        which = f"the feed {names} is" if len(at) == 1 else f"{len(at)} feeds ({names}) are"
        said = (
            f"{which} in the language {spoken}, and no list reads it: in such items only English words and the names"
            " of places and actors are seen, so most attacks that they report are missed"
        )
        hint = f"add a list file with language: {spoken} to lists/ (see docs/rules.md), or expect little of it"
        yield document.problem(said, *_stands(document, at[0], spoken), hint=hint, severity="warning")


def _stands(document: Document, index: int, spoken: str) -> tuple[str | int, ...]:
    """Where feeds.yaml names the language of a feed; the feed itself where only its documents do."""
    written: tuple[tuple[str | int, ...], ...] = (("feeds", index, "language"), ("defaults", "language"))
    for loc in written:
        value: Any = document.data
        for key in loc:
            value = value[index] if isinstance(value, list) else value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and _primary(value) == spoken:
            return loc
    return ("feeds", index, "name")


def _primary(tag: str | None) -> str:
    """`ar` of `ar-IQ` and of `ar_IQ`; empty where none is said."""
    return re.split("[-_]", tag.strip())[0].casefold() if tag else ""
