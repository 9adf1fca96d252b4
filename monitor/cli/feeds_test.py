"""`basewatch feeds test`: one address, tried now."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urljoin

import typer

from monitor.cli.begin import JsonOption, settings, utc_now, zone_shown
from monitor.cli.render import json_out, out, table
from monitor.config.mailboxes import is_mailbox
from monitor.config.settings import Settings
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.locations import without_secrets
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.following import read_body
from monitor.model.clock import wall
from monitor.model.document import Fetched, FetchFailed, NotModified, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Layout
from monitor.text.clean import clean

#: where sites have their feed that do not say so, the usual ones first
_COMMON_PATHS = (
    "feed/", "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default",
    "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml",
)  # fmt: skip


def try_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a feed, or of a page.")],
    as_json: JsonOption = False,
) -> None:
    """Behind the address of an ordinary page its feed is looked for: where the page says, then where feeds often are.
    Private addresses are refused like in the daemon, unless BASEWATCH_ALLOW_NETWORKS names them. Exit code 1 where
    no feed came.

    Example:
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    first, behind = asyncio.run(_try(url, settings()))
    if behind and not as_json:
        page = clean(without_secrets(url))
        out(f"{page} is a page; the feed behind it:" if len(behind) == 1 else f"{page} names these feeds:")
        for tried in behind:
            out(f"  {clean(without_secrets(tried.url))}")
    best = behind[0] if behind else first
    asked, url, fetched, parsed = url, best.url, best.fetched, best.parsed
    answer = parsed or fetched
    result = getattr(answer, "result", "fetched")
    detail = "; ".join(filter(None, map(_told, (fetched, parsed))))
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    if as_json:
        feeds = [without_secrets(tried.url) for tried in behind]
        json_out({"url": without_secrets(asked), "feeds": feeds, "result": result, "detail": detail,
                  "final_url": getattr(fetched, "final_url", None),
                  "title": getattr(parsed, "title", None), "entries": entries})  # fmt: skip
    else:
        out(f"{clean(without_secrets(url))}: {result}" + (f": {clean(detail)}" if detail else ""))
        if isinstance(fetched, Fetched) and fetched.final_url != without_secrets(url):
            out(f"came from {clean(fetched.final_url)}")
        if isinstance(parsed, ParsedFeed):
            out(f"{len(entries)} entries" + (f" in “{clean(parsed.title)}”" if parsed.title else ""))
            publishers = [entry.publisher for entry in entries[:20]]
            zone = zone_shown()
            days = [wall(entry.published, zone, named=False) if entry.published else "" for entry in entries[:20]]
            rows = zip(days, publishers, (entry.title for entry in entries), strict=False)
            if any(publishers):
                table((f"published ({zone})", "publisher", "title"), rows)
            else:
                table((f"published ({zone})", "title"), ((day, title) for day, _, title in rows))
    raise typer.Exit(0 if isinstance(parsed, ParsedFeed) else 1)


def _told(answer: object) -> str:
    """What is odd about an answer, with what to do about it where that lies with us."""
    return getattr(answer, "told", "") or getattr(answer, "detail", "")


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """What one address gave."""

    url: str
    fetched: Fetched | NotModified | FetchFailed
    parsed: ParsedFeed | FetchFailed | ParseFailed | None


async def _try(url: str, found: Settings) -> tuple[_Tried, list[_Tried]]:
    """What the address gave, and where it is a page: the feeds behind it that give something."""
    limits = ParseLimits(seconds=found.parse_timeout.total_seconds())
    async with (
        aclosing(
            Fetcher(allow_networks=found.allow_networks, contact=found.contact or "", mail_logins=found.mail_logins)
        ) as fetcher,
        aclosing(ParseWorkers(limits=limits)) as workers,
    ):
        first = await _one(url, fetcher, workers)
        if not isinstance(first.fetched, Fetched) or not isinstance(first.parsed, ParseFailed):
            return first, []
        if first.parsed.problem is not ParseProblem.NOT_A_FEED:
            return first, []
        behind = [await _one(address, fetcher, workers) for address in first.parsed.feeds]
        working = [tried for tried in behind if isinstance(tried.parsed, ParsedFeed)]
        for path in () if working else _COMMON_PATHS:
            tried = await _one(urljoin(first.fetched.final_url, path), fetcher, workers)
            if isinstance(tried.parsed, ParsedFeed) and tried.parsed.entries:
                return first, [tried]
        return first, working


async def _one(url: str, fetcher: Fetcher, workers: ParseWorkers) -> _Tried:
    fetched = await fetcher.fetch(url)
    parsed = None
    if isinstance(fetched, Fetched):
        layout = Layout(publisher_from_item=is_mailbox(url))
        parsed = await read_body(fetched, fetcher=fetcher, workers=workers, now=utc_now(), layout=layout)
    return _Tried(url=url, fetched=fetched, parsed=parsed)
