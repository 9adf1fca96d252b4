"""feeds.yaml: which feeds are polled, read strictly, every mistake told at once.

    defaults: { interval: 15m, language: en }
    feeds:
      - { name: Example wire, url: https://example.org/rss.xml, interval: 5m }

A feed's own key wins over the default of the same name. A publisher that is not named is the feed's own name, so that
two feeds count as one voice only where somebody says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator

from monitor.config import values
from monitor.config.feedurl import check_feed_url, same_feed
from monitor.config.language import check_language
from monitor.config.yamlfile import Document, Strict, read, validate
from monitor.errors import ConfigError, Problem
from monitor.model.feed import Feed

#: a publisher's server is not asked more often than this
SHORTEST_INTERVAL = timedelta(seconds=10)
LONGEST_INTERVAL = timedelta(days=30)
_LONGEST_WORD = 100
_MOST_TAGS = 50
#: `name:Wire`, which YAML takes for a text
_RUN_TOGETHER = re.compile(r"(name|url|publisher|interval|language|kind|tags):(?=[^\s/])")


def _check_word(text: str) -> str:
    if not text:
        raise ValueError("nothing stands here; write a text or leave the key out")
    if len(text) > _LONGEST_WORD:
        raise ValueError(f"{len(text)} characters are too long; write at most {_LONGEST_WORD}")
    if not text.isprintable():
        raise ValueError("a line break or another control character stands in it; write it in one line")
    return text


def _check_name(text: str) -> str:
    if text.startswith("-"):
        raise ValueError("a name cannot begin with a dash, a command would read it as an option; begin with a letter")
    return _check_word(text)


def _text_first(value: object) -> object:
    """A number is a fair name, but YAML does not hand it over as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'a text is meant, but {value} is a number; put it in quotes: "{value}"')
    return value


def _check_interval(value: timedelta) -> timedelta:
    if value < SHORTEST_INTERVAL:
        shortest = values.spoken(SHORTEST_INTERVAL)
        raise ValueError(f"{values.spoken(value)} is shorter than {shortest}, the shortest allowed; write {shortest}")
    if value > LONGEST_INTERVAL:
        longest = values.spoken(LONGEST_INTERVAL)
        raise ValueError(f"{values.spoken(value)} is longer than {longest}; write for instance 1d")
    return value


def _check_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > _MOST_TAGS:
        raise ValueError(f"{len(tags)} tags are too many; write at most {_MOST_TAGS}")
    return tuple(dict.fromkeys(tags))


Word = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_word)]
Name = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_name)]
Language = Annotated[str, AfterValidator(check_language)]
Url = Annotated[str, AfterValidator(check_feed_url)]
Interval = Annotated[timedelta, BeforeValidator(values.read_duration), AfterValidator(_check_interval)]
Tags = Annotated[tuple[Word, ...], AfterValidator(_check_tags)]


class FeedDefaults(Strict):
    """What holds for every feed that does not say otherwise. A name, a url and a publisher belong to one feed."""

    language: Language | None = None
    kind: Word | None = None
    tags: Tags | None = None
    interval: Interval | None = None
    max_interval: Interval | None = None


class FeedEntry(FeedDefaults):
    """One feed as it is written."""

    name: Name
    url: Url
    publisher: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_an_address(cls, data: Any) -> Any:
        if isinstance(data, str):
            if run_together := _RUN_TOGETHER.match(data):
                raise ValueError(
                    f"a blank is missing behind the colon of {run_together[1]}; write {run_together[1]}: …"
                )
            url = "…" if "@" in data else data[:_LONGEST_WORD]
            raise ValueError(f"a feed has a name and a url; write - {{name: …, url: {url}}}")
        return data


class FeedsFile(Strict):
    """The whole file."""

    defaults: FeedDefaults = FeedDefaults()
    feeds: tuple[FeedEntry, ...]


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of the file, in its order; raises one `ConfigError` with every mistake in it."""
    document = read(path)
    try:
        file, problems = validate(document, FeedsFile, root="`feeds:` with a list of feeds"), []
    except ConfigError as error:
        file, problems = None, error.problems
    problems = [*problems, *_across_feeds(document)]
    if file is None or problems:
        raise ConfigError(problems)
    return tuple(_feed(entry, file.defaults) for entry in file.feeds)


def _feed(entry: FeedEntry, defaults: FeedDefaults) -> Feed:
    own = {**defaults.model_dump(exclude_none=True), **entry.model_dump(exclude_none=True)}
    interval = own.get("interval", Feed.interval)
    return Feed(**{"publisher": entry.name, "max_interval": max(interval, Feed.max_interval), **own})


def _across_feeds(document: Document) -> Iterator[Problem]:
    """Mistakes that no single key shows; looked for in the plain values, so that other mistakes do not hide them."""
    feeds = document.data.get("feeds") if isinstance(document.data, dict) else None
    if not isinstance(feeds, list):
        return
    if not feeds:
        yield document.problem("the list is empty", "feeds", hint="write - {name: …, url: …}")
    yield from _twice(document, feeds, "name", lambda name: name.strip().casefold(), "give one of them another name")
    yield from _twice(document, feeds, "url", same_feed, "keep one of the two feeds")
    defaults = document.data.get("defaults")
    defaults = defaults if isinstance(defaults, dict) else {}
    yield from _crossed_intervals(document, ("defaults",), defaults, {})
    for index, feed in enumerate(feeds):
        if isinstance(feed, dict):
            yield from _crossed_intervals(document, ("feeds", index), feed, defaults)


def _twice(
    document: Document, feeds: list[Any], key: str, identity: Callable[[str], str], hint: str
) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, feed in enumerate(feeds):
        value = feed.get(key) if isinstance(feed, dict) else None
        if not isinstance(value, str) or not (same := identity(value)):
            continue
        if same in first:
            line = document.line("feeds", first[same], key)
            yield document.problem(f"this {key} stands twice (first in line {line})", "feeds", index, key, hint=hint)
        else:
            first[same] = index


def _crossed_intervals(
    document: Document, loc: tuple[str | int, ...], feed: dict[str, Any], defaults: dict[str, Any]
) -> Iterator[Problem]:
    """An interval longer than the longest; told where the feed (or the defaults) wrote at least one of the two."""
    if "interval" not in feed and "max_interval" not in feed:
        return
    try:
        interval = values.read_duration(feed.get("interval", defaults.get("interval")))
        longest = values.read_duration(feed.get("max_interval", defaults.get("max_interval")))
    except ValueError:  # one is not written, or is reported for itself
        return
    if interval > longest:
        key = "interval" if "interval" in feed else "max_interval"
        message = f"the interval {values.spoken(interval)} is longer than the max_interval {values.spoken(longest)}"
        hint = f"write: max_interval: {values.spoken(interval)}, or a shorter interval"
        yield document.problem(message, *loc, key, hint=hint)
