"""What no feed has brought, as an item: a headline that a person pasted, or a page with one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.cli.begin import settings
from monitor.cli.finding import is_link
from monitor.errors import BasewatchError

if TYPE_CHECKING:
    from monitor.model.item import Item


def new_item(what: str, now: datetime) -> Item:
    """A page's headline, or pasted text (first line the headline, the rest below); a page may be asked for on the web.

    `BasewatchError` where a page has no headline that can be read.
    """
    from monitor.model.item import Item

    if is_link(what):
        title, summary = _headline(what)
        return Item(id="page", title=title, summary=summary, url=what, first_seen=now)
    head, _, rest = what.partition("\n")
    return Item(id="pasted", title=head.strip(), summary=rest.strip(), first_seen=now)


def _headline(link: str) -> tuple[str, str]:
    """Title and description of a page that no feed has brought; fetched under the limits that feeds are."""
    import asyncio

    from monitor.cli.page import headline_of
    from monitor.feeds.fetch.fetcher import Fetcher
    from monitor.model.fetch import Fetched

    async def fetch() -> Any:
        fetcher = Fetcher(allow_networks=settings().allow_networks)
        try:
            return await fetcher.fetch(link)
        finally:
            await fetcher.aclose()

    answer = asyncio.run(fetch())
    title, summary = headline_of(answer.body, answer.content_type) if isinstance(answer, Fetched) else ("", "")
    if not title:
        why = (
            "it holds no headline"
            if isinstance(answer, Fetched)
            else f"{answer.result} {getattr(answer, 'told', answer.detail)}".strip()
        )
        raise BasewatchError(
            f"no stored item has the link {link}, and the page cannot be read ({why}); paste its headline"
        )
    return title, summary
