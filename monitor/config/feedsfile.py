"""feeds.yaml: which feeds are polled and what an address may look like, read strictly, every mistake told at once.

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
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, model_validator

from monitor.config import values
from monitor.config.feedlanguages import check_language
from monitor.config.mailboxes import MAIL_PORT, MAIL_SCHEME, is_mailbox, mailbox_at
from monitor.config.yamlfile import Document, Strict, read, validate
from monitor.errors import ConfigError, Problem
from monitor.model.feed import DEFAULT_PORTS, Feed, Layout, Selectors

#: a publisher's server is not asked more often than this
SHORTEST_INTERVAL = timedelta(seconds=10)
LONGEST_INTERVAL = timedelta(days=30)
_LONGEST_WORD = 100
_LONGEST_SELECTOR = 300
_MOST_TAGS = 50
#: `name:Wire`, which YAML takes for a text
_RUN_TOGETHER = re.compile(
    r"(name|url|publisher|interval|language|kind|tags|select|publisher_from|full_text):(?=[^\s/])"
)
_LONGEST_URL = 2000
_FEED_SCHEME = re.compile(r"feed:(//)?(?=https?://)?", re.IGNORECASE)
#: `example.org/rss`, with or without a path or port
_BARE = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?$")
_LOG_IN = re.compile(r"//[^/?#]*@")


def check_feed_url(url: str) -> str:
    """`url` itself; raises `ValueError("what is wrong; what to write")` where it cannot be polled."""
    if not url:
        raise ValueError("the address is empty; write: url: https://…")
    if len(url) > _LONGEST_URL:
        raise ValueError(f"the address has {len(url):,} characters; the limit is {_LONGEST_URL:,}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the address cannot be read; check the host and the port after it") from None
    if port == 0:
        raise ValueError("port 0 cannot be polled; take :0 out")
    if is_mailbox(url):
        mailbox_at(url)
        return url
    if _LOG_IN.search(url):
        raise ValueError(
            "the address holds a user name or password, which would be seen in logs and lists; "
            "take it out: feeds behind a log-in are not polled"
        )
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise ValueError("a space, line break or backslash stands in the address; write a space as %20")
    if wrong := _wrong_scheme(url, parts):
        raise ValueError(wrong)
    if not parts.hostname:
        raise ValueError("the address names no host; write: url: https://host/path")
    return url


def _wrong_scheme(url: str, parts: SplitResult) -> str:
    """What is wrong with the beginning of an address, and what to write; empty where nothing is."""
    if parts.scheme in DEFAULT_PORTS:
        if url[len(parts.scheme) :].startswith("://"):
            return ""
        return f"two slashes are missing after {parts.scheme}:; write: url: {parts.scheme}://…"
    if url.casefold().startswith("feed:"):
        rest = _FEED_SCHEME.sub("", url, count=1)
        rest = rest if rest.startswith("http") else f"https://{rest}"
        return f"feed: only says that a program should open it; write: url: {rest}"
    if _BARE.match(url):
        return f"https:// is missing; write: url: https://{url}"
    if url.startswith("//"):
        return f"https: is missing; write: url: https:{url}"
    if parts.scheme == "imap":
        return f"imap: sends the password before anything is encrypted; write: url: {MAIL_SCHEME}:{url[5:]}"
    if parts.scheme and "://" in url:
        return f"only http and https are polled, not {parts.scheme}; write: url: https://…"
    return "this is no address; write: url: https://host/path"


def same_feed(url: str) -> str:
    """A key that is equal for two spellings of one feed's address; empty where `url` is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    usual = MAIL_PORT if parts.scheme == MAIL_SCHEME else DEFAULT_PORTS.get(parts.scheme)
    own_port = "" if port in (None, usual) else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{own_port}{parts.path.rstrip('/')}{query}"


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
    shortest, longest = values.spoken(SHORTEST_INTERVAL), values.spoken(LONGEST_INTERVAL)
    if value < SHORTEST_INTERVAL:
        raise ValueError(f"{values.spoken(value)} is shorter than {shortest}, the shortest allowed; write {shortest}")
    if value > LONGEST_INTERVAL:
        raise ValueError(f"{values.spoken(value)} is longer than {longest}; write for instance 1d")
    return value


def _check_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > _MOST_TAGS:
        raise ValueError(f"{len(tags)} tags are too many; write at most {_MOST_TAGS}")
    return tuple(dict.fromkeys(tags))


def _check_selector(text: str) -> str:
    if not text:
        raise ValueError("nothing stands here; write a CSS selector or leave the key out")
    if len(text) > _LONGEST_SELECTOR:
        raise ValueError(f"{len(text)} characters are too long; write at most {_LONGEST_SELECTOR}")
    if text.startswith(("/", "./", "(/")):
        raise ValueError(f"{text[:_LONGEST_WORD]!r} is XPath; write a CSS selector, for instance article.news h2")
    if text.startswith("<"):
        raise ValueError(f"{text[:_LONGEST_WORD]!r} is a piece of HTML; write the element's name and class: div.news")
    for opening, closing in ("[]", "()"):
        if text.count(opening) != text.count(closing):
            raise ValueError(f"{opening} and {closing} do not match in {text[:_LONGEST_WORD]!r}; close each of them")
    return text


def _check_publisher_from(text: str) -> str:
    if text not in ("feed", "item"):
        raise ValueError(f"{text[:_LONGEST_WORD]!r} is neither feed nor item; write item where each item names its own")
    return text


Selector = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_selector)]
PublisherFrom = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_publisher_from)]
Word = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_word)]
Name = Annotated[str, BeforeValidator(_text_first), AfterValidator(_check_name)]
Language = Annotated[str, AfterValidator(check_language)]
Url = Annotated[str, AfterValidator(check_feed_url)]
Interval = Annotated[timedelta, BeforeValidator(values.read_duration), AfterValidator(_check_interval)]
Tags = Annotated[tuple[Word, ...], AfterValidator(_check_tags)]


class SelectEntry(Strict):
    """Where the news of a web page stand."""

    item: Selector
    title: Selector = ""
    link: Selector = ""
    date: Selector = ""
    summary: Selector = ""

    @model_validator(mode="before")
    @classmethod
    def _only_the_item(cls, data: Any) -> Any:
        if isinstance(data, str):
            raise ValueError(f"select has keys of its own; write select: {{item: {data[:_LONGEST_WORD]!r}}}")
        return data


class FeedDefaults(Strict):
    """What holds for every feed that does not say otherwise. A name, a url and a publisher belong to one feed."""

    language: Language | None = None
    kind: Word | None = None
    tags: Tags | None = None
    interval: Interval | None = None
    min_interval: Interval | None = None
    max_interval: Interval | None = None
    full_text: bool | None = None


class FeedEntry(FeedDefaults):
    """One feed as it is written."""

    name: Name
    url: Url
    publisher: Word | None = None
    publisher_from: PublisherFrom | None = None
    select: SelectEntry | None = None

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
    # a shortest wait alone that is longer than the usual one moves that along
    own.setdefault("interval", max(Feed.interval, own.get("min_interval", Feed.interval)))
    # many write to one mailbox: where nobody is named each message belongs to who sends it
    publishers = "item" if is_mailbox(entry.url) and entry.publisher is None else "feed"
    select, publisher_from = own.pop("select", None), own.pop("publisher_from", publishers)
    if select or publisher_from == "item":
        selectors = Selectors(**select) if select else None
        own["layout"] = Layout(select=selectors, publisher_from_item=publisher_from == "item")
    return Feed(**{"publisher": entry.name, "max_interval": max(own["interval"], Feed.max_interval), **own})


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
    """Intervals in the wrong order; told where the feed (or the defaults) wrote at least one of the two."""
    for shorter, longer in (
        ("interval", "max_interval"),
        ("min_interval", "interval"),
        ("min_interval", "max_interval"),
    ):
        if shorter not in feed and longer not in feed:
            continue
        try:
            short = values.read_duration(feed.get(shorter, defaults.get(shorter)))
            long = values.read_duration(feed.get(longer, defaults.get(longer)))
        except ValueError:  # one is not written, or is reported for itself
            continue
        if short > long:
            key = shorter if shorter in feed else longer
            message = f"the {shorter} {values.spoken(short)} is longer than the {longer} {values.spoken(long)}"
            hint = f"write: {longer}: {values.spoken(short)}, or a shorter {shorter}"
            yield document.problem(message, *loc, key, hint=hint)
            return
