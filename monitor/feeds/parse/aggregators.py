"""Items of aggregators (Google News, Google Alerts, Bing News, GDELT): whose they are, and what identifies them.

An aggregator's item belongs to the newsroom that wrote it: "three sources say so" must count newsrooms, and an article
that its own feed brings as well is one article. So the publisher is taken from `<source>`, from the ` - Publisher` at
the end of the title, or from the site that the item links to; a link that only leads on is replaced by where it leads
where its address says so. Google News gives one article other links and other ids from poll to poll: there publisher,
title and date are the id. Its descriptions repeat the title, or headlines of others, and are left out.

Google News and its like are known by the links of their items, GDELT by its address and its JSON; for others
feeds.yaml says `publisher_from: item`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

from monitor.feeds.parse.entries import PUBLISHER, TITLE, Draft, plain, web_link

#: host and the beginning of a path: an address that leads on to the one in a parameter
_LEADING_ON = {
    ("www.google.com", "/url"): ("url", "q"),
    ("www.bing.com", "/news/apiclick.aspx"): ("url",),
    ("bing.com", "/news/apiclick.aspx"): ("url",),
}
_GOOGLE_NEWS = "news.google.com"
_GDELT = "gdeltproject.org"
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{4,2000}")
_ENDING = re.compile(r"\s[-–—|]\s(?=[^\s])")
_LONGEST_NAME = 60
#: the start of a host that says nothing of whose it is
_PLAIN_HOST = re.compile(r"^(?:www|m|amp|mobile)\.")
#: languages as GDELT calls them
LANGUAGES = {
    "english": "en", "arabic": "ar", "persian": "fa", "hebrew": "he", "turkish": "tr", "kurdish": "ku", "urdu": "ur",
    "pashto": "ps", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt",
    "russian": "ru", "ukrainian": "uk", "polish": "pl", "dutch": "nl", "greek": "el", "armenian": "hy",
    "azerbaijani": "az", "somali": "so", "swahili": "sw", "amharic": "am", "hindi": "hi", "bengali": "bn",
    "chinese": "zh", "japanese": "ja", "korean": "ko", "indonesian": "id", "romanian": "ro", "bulgarian": "bg",
}  # fmt: skip


def by_newsrooms(drafts: Iterable[Draft], *, base_url: str, by_item: bool) -> Iterator[Draft]:
    """The drafts, those of aggregators with publisher, link and id of the newsroom's own article.

    `by_item`: feeds.yaml says that each item has a publisher of its own.
    """
    host = _parts(base_url).hostname or ""
    by_item = by_item or host == _GDELT or host.endswith(f".{_GDELT}")
    for draft in drafts:
        if not by_item and not any("google.com/" in link or "bing.com/" in link for link in (*draft.links, draft.guid)):
            yield draft
            continue
        link = web_link(draft.links, draft.base) or web_link((draft.guid,), "")  # as `finish` has it
        parts = _parts(link)
        if parts.hostname == _GOOGLE_NEWS:
            yield _of_google_news(replace(draft, links=(link, *draft.links)), parts)
        elif target := _leads_to(parts):
            yield _named(replace(draft, links=(target,)), _site(target))
        else:
            yield _named(draft, _site(link)) if by_item else draft


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _leads_to(parts: SplitResult) -> str:
    """The address in the parameter of one that only leads on; empty where there is none."""
    names = _LEADING_ON.get((parts.hostname or "", parts.path))
    if names is None:
        return ""
    found = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}
    return web_link((value for name in names for value in found.get(name, ())), "")


def _site(link: str) -> str:
    """The name of the site that a link leads to, as a publisher: `example.org`."""
    return _PLAIN_HOST.sub("", _parts(link).hostname or "")


def _named(draft: Draft, site: str) -> Draft:
    """With the publisher that it names itself, at the end of its title too; else its site's."""
    publisher = plain(draft.publisher, limit=PUBLISHER)
    title = plain(draft.title, limit=TITLE)
    if publisher:
        return replace(draft, title=_escaped(_without(title, publisher)), publisher=_escaped(publisher))
    head, ending = _parted(title)
    if ending and _same_name(ending, site):
        return replace(draft, title=_escaped(head), publisher=_escaped(ending))
    return replace(draft, publisher=site)


def _of_google_news(draft: Draft, parts: SplitResult) -> Draft:
    title = plain(draft.title, limit=TITLE)
    publisher = plain(draft.publisher, limit=PUBLISHER)
    if publisher:
        title = _without(title, publisher)
    else:
        title, publisher = _parted(title)
    link = _in_its_id(parts)
    identity = " ".join(f"{publisher}: {title} {_moment(draft.dates)}".casefold().split())
    return replace(
        draft, guid=f"google news: {identity}", links=(link, *draft.links) if link else draft.links,
        title=_escaped(title), publisher=_escaped(publisher), summary="", body="",
    )  # fmt: skip


def _moment(dates: tuple[str, ...]) -> str:
    """The first date in one spelling: of the two readers one hands over its words, the other its moment."""
    if not dates:
        return ""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(dates[0].strip()).astimezone(UTC).isoformat()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return dates[0]


def _in_its_id(parts: SplitResult) -> str:
    """The article's address, which older ids of Google News hold in base 64; newer ones are opaque."""
    name = parts.path.rpartition("/")[2]
    if "/articles/" not in parts.path and "/read/" not in parts.path:
        return ""
    try:
        data = base64.urlsafe_b64decode(name[:4_000] + "=" * (-len(name[:4_000]) % 4))
    except (binascii.Error, ValueError):
        return ""
    found = _ADDRESS.search(data)
    return web_link((found[0].decode("ascii"),), "") if found else ""


def _without(title: str, publisher: str) -> str:
    """`title` without the publisher's name at its end, where it stands behind a separator."""
    if title.casefold().endswith(publisher.casefold()):
        head = title[: len(title) - len(publisher)]
        if (cut := re.fullmatch(r"(.*\S)\s+[-–—|]\s+", head, re.DOTALL)) is not None:
            return cut[1]
    return title


def _parted(title: str) -> tuple[str, str]:
    """(headline, publisher) of "Headline - Publisher"; no publisher where nothing at the end can be one."""
    separators = list(_ENDING.finditer(title))
    if not separators:
        return title, ""
    head, ending = title[: separators[-1].start()].rstrip(), title[separators[-1].end() :].strip()
    return (head, ending) if head and 0 < len(ending) <= _LONGEST_NAME else (title, "")


def _same_name(name: str, site: str) -> bool:
    """ "The Example Times" beside exampletimes.com: the name's letters stand in the host, or the host's in the name."""
    letters = re.sub(r"\W", "", name.casefold()).removeprefix("the")
    host = re.sub(r"\W", "", site.rpartition(".")[0].casefold()).removeprefix("the")
    return len(letters) >= 3 and len(host) >= 2 and (letters in host or host in letters)


def _escaped(text: str) -> str:
    """Text that is plain already, so that `<` and `&` in it stay what they are."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
