"""From a fetched body to the feed's entries, also where its document only leads to others.

A sitemap index holds no news itself, so the sitemaps that it names are read in its place.

    read_body(fetched) → one ParsedFeed, or why there is none

Messages of a mailbox are not asked for again once their place was passed. So where one of them costs a worker its life
it is found, left out and counted, and the others are read.

A few of them only (the index's reader has chosen), on the index's own site, each under the same limits as a feed. What
could not be read is told beside what was. The answer is never "whole": an index that has not changed says nothing of
its sitemaps, so the next poll asks for it without validators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor.config.mailboxes import is_mailbox
from monitor.feeds.bundle import pack_messages, unpack_messages
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.lanes import SUSPECT, UNKNOWN
from monitor.feeds.parse.pool import NO_WORKER, ParseWorkers
from monitor.model.document import Entry, Fetched, FetchFailed, NotModified, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout

#: entries of all the sitemaps together
_MOST_ENTRIES = 10_000


async def read_body(
    fetched: Fetched,
    *,
    fetcher: Fetcher,
    workers: ParseWorkers,
    now: datetime,
    language: str | None = None,
    layout: Layout = USUAL_LAYOUT,
    rank: int = UNKNOWN,
    on_slow: Callable[[], None] | None = None,
    on_follow: Callable[[], None] | None = None,
) -> ParsedFeed | FetchFailed | ParseFailed:
    """The entries of the document in `fetched`, or of those that it leads to; `on_follow` is called before these."""
    base_url = fetched.final_url
    parsed = await workers.parse(
        fetched.body, content_type=fetched.content_type, base_url=base_url, now=now, language=language, layout=layout,
        rank=rank, on_slow=on_slow,
    )  # fmt: skip
    if isinstance(parsed, ParseFailed) and is_mailbox(base_url) and not parsed.detail.startswith(NO_WORKER):
        messages = unpack_messages(fetched.body)
        if not messages:
            return ParsedFeed()
        return await _without_poison(messages, fetched, workers=workers, now=now, language=language, layout=layout)
    if not isinstance(parsed, ParsedFeed) or not parsed.follow:
        return parsed
    del fetched  # it may be large, and others may take long
    if on_follow:
        on_follow()
    return await _follow(parsed, fetcher=fetcher, workers=workers, base_url=base_url, now=now, language=language)


async def _without_poison(
    messages: list[tuple[int, bytes]], fetched: Fetched, *, workers: ParseWorkers, now: datetime, language: str | None,
    layout: Layout,
) -> ParsedFeed | ParseFailed:  # fmt: skip
    """The entries of messages that could not be read together: by halves, down to the one that is the cause."""
    if len(messages) == 1:
        return ParsedFeed(dropped=1, detail=f"message {messages[0][0]} was left out: it cannot be read at a fair cost")
    read: list[ParsedFeed] = []
    for half in (messages[: len(messages) // 2], messages[len(messages) // 2 :]):
        answer = await workers.parse(
            pack_messages(half), content_type=fetched.content_type, base_url=fetched.final_url, now=now,
            language=language, layout=layout, rank=SUSPECT,
        )  # fmt: skip
        if isinstance(answer, ParseFailed) and not answer.detail.startswith(NO_WORKER):
            answer = await _without_poison(half, fetched, workers=workers, now=now, language=language, layout=layout)
        if isinstance(answer, ParseFailed):
            return answer
        read.append(answer)
    return ParsedFeed(
        entries=tuple(entry for part in read for entry in part.entries), dropped=sum(part.dropped for part in read),
        detail="; ".join(filter(None, (part.detail for part in read))),
    )  # fmt: skip


async def _follow(
    index: ParsedFeed, *, fetcher: Fetcher, workers: ParseWorkers, base_url: str, now: datetime, language: str | None
) -> ParsedFeed | FetchFailed | ParseFailed:
    """The entries of the documents that `index` names; where none could be read, what became of the first."""
    read: list[ParsedFeed] = []
    failures: list[FetchFailed | ParseFailed] = []
    told = [index.detail]
    for address in index.follow:
        answer = await _one(address, fetcher=fetcher, workers=workers, base_url=base_url, now=now, language=language)
        if isinstance(answer, ParsedFeed):
            read.append(answer)
            told.append(f"read {_path(address)}" + (f" ({answer.detail})" if answer.detail else ""))
        else:
            failures.append(answer)
            why = f" ({answer.detail})" if answer.detail else ""
            told.append(f"not read {_path(address)}: {answer.result}{why}")
    if not read:
        return replace(failures[0], detail="; ".join(told))
    return _together(read, told)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?…" if parts.query else parts.path  # a query may hold a key


async def _one(
    address: str, *, fetcher: Fetcher, workers: ParseWorkers, base_url: str, now: datetime, language: str | None
) -> ParsedFeed | FetchFailed | ParseFailed:
    if _site(address) != _site(base_url):
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="it lies on another site than its index")
    fetched = await fetcher.fetch(address)
    if isinstance(fetched, NotModified):  # nothing was said that it could be compared with
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="the server says not modified to an open question")
    if not isinstance(fetched, Fetched):
        return fetched
    parsed = await workers.parse(
        fetched.body, content_type=fetched.content_type, base_url=fetched.final_url, now=now, language=language
    )
    if isinstance(parsed, ParsedFeed) and parsed.follow:
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="it is an index again; write its address itself")
    return parsed


def _site(address: str) -> str:
    parts = urlsplit(address)
    return (parts.hostname or "").removeprefix("www.")


def _together(read: list[ParsedFeed], told: list[str]) -> ParsedFeed:
    """One document: an article that two sitemaps name stands in it once."""
    entries: dict[str, Entry] = {}
    for document in read:
        for entry in document.entries:
            entries.setdefault(entry.url or entry.guid, entry)
    kept = tuple(entries.values())[:_MOST_ENTRIES]
    return ParsedFeed(
        title=read[0].title, language=read[0].language, entries=kept,
        dropped=sum(document.dropped for document in read) + len(entries) - len(kept),
        over_cap=sum(document.over_cap for document in read) + len(entries) - len(kept),
        detail="; ".join(filter(None, told)), is_whole=False, cost_ms=sum(document.cost_ms for document in read),
    )  # fmt: skip
