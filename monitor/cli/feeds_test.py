"""`basewatch feeds test`: one address, tried now."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated

import typer

from monitor.cli.begin import JsonOption, settings, utc_now
from monitor.cli.render import json_out, out, table
from monitor.config.settings import Settings
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.locations import without_secrets
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.model.document import Fetched, FetchFailed, NotModified, ParsedFeed, ParseFailed
from monitor.text.clean import clean


def try_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a feed.")],
    as_json: JsonOption = False,
) -> None:
    """Private addresses are refused like in the daemon, unless BASEWATCH_ALLOW_NETWORKS names them. Exit code 1 where
    no feed came.

    Example:
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    fetched, parsed = asyncio.run(_try(url, settings()))
    answer = parsed or fetched
    result = getattr(answer, "result", "fetched")
    detail = "; ".join(filter(None, map(_told, (fetched, parsed))))
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    if as_json:
        json_out({"url": without_secrets(url), "result": result, "detail": detail,
                  "final_url": getattr(fetched, "final_url", None), "title": getattr(parsed, "title", None),
                  "entries": entries})  # fmt: skip
    else:
        out(f"{clean(without_secrets(url))}: {result}" + (f": {clean(detail)}" if detail else ""))
        if isinstance(fetched, Fetched) and fetched.final_url != without_secrets(url):
            out(f"came from {clean(fetched.final_url)}")
        if isinstance(parsed, ParsedFeed):
            out(f"{len(entries)} entries" + (f" in “{clean(parsed.title)}”" if parsed.title else ""))
            days = [f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else "" for entry in entries[:20]]
            table(("published", "title"), zip(days, (entry.title for entry in entries), strict=False))
    raise typer.Exit(0 if isinstance(parsed, ParsedFeed) else 1)


def _told(answer: object) -> str:
    """What is odd about an answer, with what to do about it where that lies with us."""
    return getattr(answer, "told", "") or getattr(answer, "detail", "")


async def _try(
    url: str, found: Settings
) -> tuple[Fetched | NotModified | FetchFailed, ParsedFeed | ParseFailed | None]:
    limits = ParseLimits(seconds=found.parse_timeout.total_seconds())
    async with (
        aclosing(Fetcher(allow_networks=found.allow_networks, contact=found.contact or "")) as fetcher,
        aclosing(ParseWorkers(limits=limits)) as workers,
    ):
        fetched = await fetcher.fetch(url)
        if not isinstance(fetched, Fetched):
            return fetched, None
        parsed = await workers.parse(
            fetched.body, content_type=fetched.content_type, base_url=fetched.final_url, now=utc_now()
        )
        return fetched, parsed
