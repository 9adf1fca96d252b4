"""`basewatch feeds test`: one address, tried now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import settings, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import json_out, out, table
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.model.document import Fetched, FetchFailed, NotModified, ParsedFeed, ParseFailed


def try_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a feed.")],
    as_json: JsonOption = False,
) -> None:
    """Fetch and parse one address now and show what came; keeps nothing.

    Private addresses are refused like in the daemon, unless BASEWATCH_ALLOW_NETWORKS names them. Exit code 1 where no
    feed came.

    Example:
      basewatch feeds test https://feeds.bbci.co.uk/news/world/rss.xml
    """
    import asyncio

    from monitor.model.document import Fetched, ParsedFeed

    fetched, parsed = asyncio.run(_try(url, settings()))
    answer = parsed or fetched
    result = getattr(answer, "result", "fetched")
    detail = "; ".join(filter(None, map(_told, (fetched, parsed))))
    entries = parsed.entries if isinstance(parsed, ParsedFeed) else ()
    if as_json:
        json_out({"url": url, "result": result, "detail": detail, "final_url": getattr(fetched, "final_url", None),
                  "title": getattr(parsed, "title", None), "entries": entries})  # fmt: skip
    else:
        out(f"{clean(url)}: {result}" + (f": {clean(detail)}" if detail else ""))
        if isinstance(fetched, Fetched) and fetched.final_url != url:
            out(f"came from {clean(fetched.final_url)}")
        if isinstance(parsed, ParsedFeed):
            out(f"{len(entries)} entries" + (f" in “{clean(parsed.title)}”" if parsed.title else ""))
            table(("published", "title"), [(_day(entry.published), entry.title) for entry in entries[:20]])
    raise typer.Exit(0 if isinstance(parsed, ParsedFeed) else 1)


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _told(answer: object) -> str:
    """What is odd about an answer, with what to do about it where that lies with us."""
    return getattr(answer, "told", "") or getattr(answer, "detail", "")


async def _try(
    url: str, found: Settings
) -> tuple[Fetched | NotModified | FetchFailed, ParsedFeed | ParseFailed | None]:
    from monitor.feeds.fetch.fetcher import Fetcher
    from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
    from monitor.model.document import Fetched

    fetcher = Fetcher(allow_networks=found.allow_networks)
    workers = ParseWorkers(limits=ParseLimits(seconds=found.parse_timeout.total_seconds()))
    try:
        fetched = await fetcher.fetch(url)
        if not isinstance(fetched, Fetched):
            return fetched, None
        parsed = await workers.parse(
            fetched.body, content_type=fetched.content_type, base_url=fetched.final_url, now=utc_now()
        )
        return fetched, parsed
    finally:
        await workers.aclose()
        await fetcher.aclose()
