"""The main text of a web page. The door to trafilatura; runs inside a worker process.

    read_article(body) → ParsedFeed with one entry | ParseFailed

The entry has the page's title and the text of the article alone: no menus, comments, tables, related stories. Only the
quick way of trafilatura is used: its fall-backs look at the whole page again where little is found, and would bring
what stands around an article. Never touches the network, never raises for what a publisher sends. The caller limits
time and memory.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

from monitor.dedupe.canonical import normalised_title
from monitor.feeds.parse.charset import decode
from monitor.feeds.parse.entries import Draft, finish
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem

#: characters of the text that are handed on; more than anybody reads of it
_MOST_TEXT = 10_000


def read_article(
    body: bytes, *, content_type: str | None, base_url: str, now: datetime, language: str | None = None
) -> ParsedFeed | ParseFailed:
    """The article of one page as the only entry of a document; NOT_A_FEED where the page holds none.

    `content_type` is the reply's header, `base_url` the address that it came from, `language` that of the item.
    """
    # here: it takes 9 MB and 0.15 s, and most workers never read a page
    import trafilatura

    try:
        text = decode(body, content_type, language=language).text
        found = trafilatura.bare_extraction(
            text, include_comments=False, include_tables=False, include_images=False, include_links=False,
            include_formatting=False, favor_precision=True, fast=True, with_metadata=True,
        )  # fmt: skip
    except MemoryError:
        return ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail="reading it takes more memory than allowed")
    except Exception as error:  # a library fails on hostile bytes: this page's result, nobody else's
        return ParseFailed(problem=ParseProblem.CRASHED, detail=f"the parser failed: {type(error).__name__}")
    if found is None or isinstance(found, dict) or not found.text:
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="no article was found in the page")
    title = found.title or ""
    # paragraphs stay apart: each line of the text is one
    lines = "".join(f"<p>{escape(line)}" for line in _without_title(found.text[:_MOST_TEXT], title).split("\n"))
    draft = Draft(links=(base_url,), title=escape(title), body=lines)
    return finish(title, None, [draft], now=now)


def _without_title(text: str, title: str) -> str:
    """The text behind a first line that only repeats the headline."""
    first, _, rest = text.partition("\n")
    return rest if rest and title and normalised_title(first) in normalised_title(title) else text
