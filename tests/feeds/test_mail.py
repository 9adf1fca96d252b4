"""Messages as entries: newsletters as they are sent, and messages as nobody should send them."""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from contextlib import aclosing
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.bundle import CONTENT_TYPE, pack_messages
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.parse import pool
from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.following import read_body
from monitor.model.document import DateMark, Entry, Fetched, FetchFailed, ParsedFeed, ParseFailed
from monitor.model.feed import Layout

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
URL = "imaps://imap.example.org/Lists"
BY_SENDER = Layout(publisher_from_item=True)
HEAD = b"""Received: from a by b; Sat, 28 Nov 2026 10:00:30 +0000
From: "Press Office" <press@mod.example>
Date: Sat, 28 Nov 2026 11:00:00 +0100
Message-ID: <1@mod.example>
Subject: Statement
"""


def read(*messages: bytes, layout: Layout = BY_SENDER) -> ParsedFeed:
    body = pack_messages(enumerate(messages, 1))
    answer = parse(body, content_type=CONTENT_TYPE, base_url=URL, now=NOW, language="en", layout=layout)
    assert isinstance(answer, ParsedFeed), answer
    assert unpack_answer(pack_answer(answer)) == answer
    return answer


def entry(message: bytes, layout: Layout = BY_SENDER) -> Entry:
    (only,) = read(message, layout=layout).entries
    return only


# ---------------------------------------------------------------------------------- as they are sent


def test_a_plain_message() -> None:
    text = b"""Content-Type: text/plain; charset=utf-8

Two drones hit the airfield
at night, <three> & more.

No one was hurt. https://mod.example/news/17?a=1&b=2.
--\x20
Press Office
"""
    assert entry(HEAD + text) == Entry(
        guid="1@mod.example",
        url="https://mod.example/news/17?a=1&b=2",
        title="Statement",
        summary="Two drones hit the airfield at night, <three> & more.\n"
        "No one was hurt. https://mod.example/news/17?a=1&b=2.",
        published=datetime(2026, 11, 28, 10, 0, tzinfo=UTC),
        date_mark=DateMark.GOOD,
        publisher="Press Office",
    )
    assert entry(HEAD + text, layout=Layout()).publisher == ""


def test_a_newsletter_of_a_list_as_programs_write_it() -> None:
    message = EmailMessage()
    message["From"] = "=?utf-8?q?Verteidigungsministerium_=C3=96?= via List <bounce@list.example>"
    message["List-Id"] = "Heeresnachrichten <heer.list.example>"
    message["List-Archive"] = "<https://list.example/archive>"
    # by hand: EmailMessage loses blanks between encoded words
    message["Subject"] = "SUBJECT"
    message["Date"] = "Sat, 28 Nov 2026 10:00:00 +0000"
    message["Message-ID"] = "<x@list.example>"
    message.set_content("Bitte im Browser ansehen.")
    message.add_alternative(
        '<html><head><style>p {color: red}</style><title>no</title></head><body><a href="https://list.example/">Home</a>'
        "<a href='https://list.example/unsubscribe/me'>away</a><p>Drei Soldaten<br>wurden verletzt.</p>"
        '<p><a class="x" href="https://list.example/a/17?x=1&amp;y=2">Mehr</a></p>'
        '<a href="https://list.example/in?token=SECRET">log in</a><img src="https://list.example/pixel.gif"></body></html>',
        subtype="html",
    )
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment("attached words", filename="b.txt")
    message["Content-Language"] = "de-AT, en"
    subject = Header(
        "[heer] Drohnenangriff auf Stützpunkt bei Ödburg – drei Soldaten verletzt und mehr", "utf-8"
    ).encode()
    only = entry(message.as_bytes().replace(b"SUBJECT", subject.encode()))
    assert only.title == "Drohnenangriff auf Stützpunkt bei Ödburg – drei Soldaten verletzt und mehr"
    assert only.publisher == "Heeresnachrichten"
    assert only.url == "https://list.example/a/17?x=1&y=2"
    assert only.language == "de-at"
    assert "Drei Soldaten\nwurden verletzt.\nMehr" in only.summary
    assert "attached" not in only.summary
    assert "color" not in only.summary


def test_the_plain_text_goes_first_where_it_says_something() -> None:
    message = EmailMessage()
    message["Subject"] = "Both"
    message.set_content("The whole statement stands in the plain text of this message, so that it is read. " * 2)
    message.add_alternative("<p>other words</p>", subtype="html")
    assert entry(message.as_bytes()).summary.startswith("The whole statement")


def test_the_place_in_an_archive_is_the_link() -> None:
    text = b"Archived-At: <https://lists.example/msg/17>\n\nSee https://mod.example/other/1\n"
    assert entry(HEAD + text).url == "https://lists.example/msg/17"


@pytest.mark.parametrize(
    "link",
    ["https://mod.example", "https://mod.example/", "https://mod.example/unsubscribe/1", "http://[bad/x",
     "https://mod.example/a?key=SECRET", "https://www.facebook.com/mod"],
)  # fmt: skip
def test_links_that_are_no_article(link: str) -> None:
    assert entry(HEAD + b"\nWords " + link.encode() + b" behind it\n").url == ""


def test_who_sends_it() -> None:
    def who(sender: bytes) -> str:
        return entry(b"From: " + sender + b"\nSubject: x\n\nwords\n").publisher

    assert who(b"press@mod.example") == "mod.example"
    assert who(b'"press@mod.example" <a@other.example>') == "other.example"
    assert who(b"=?windows-1251?b?" + b64encode("Минобороны".encode("cp1251")) + b"?= <a@b>") == "Минобороны"
    assert who("Минобороны <a@b>".encode()) == "Минобороны"
    assert who(b"") == ""


def test_encodings() -> None:
    subject = Header("هجوم بطائرات مسيرة", "windows-1256").encode().encode()
    kinds = b"Content-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: "
    words = "Удар по базе, военные ранены".encode("cp1251")
    quoted = b"".join(b"=%02X" % byte for byte in words)
    for encoding, body in ((b"base64", b64encode(words)), (b"Quoted-Printable", quoted), (b"8bit", words)):
        only = entry(b"Subject: " + subject + b"\n" + kinds + encoding + b"\n\n" + body)
        assert (only.title, only.summary) == ("هجوم بطائرات مسيرة", "Удар по базе, военные ранены")


def test_a_forwarded_message_and_a_digest_are_read_through() -> None:
    inner = b"Subject: inner\nContent-Type: text/plain\n\nThe inner words.\n"
    outer = (
        HEAD + b'Content-Type: multipart/digest; boundary="=_b"\n\npreamble\n--=_b\nContent-Type: message/rfc822\n\n'
    )
    only = entry(outer + inner + b"\n--=_b--\nepilogue\n")
    assert (only.title, only.summary) == ("Statement", "The inner words.")


# ----------------------------------------------------------------------------- as nobody should send them


def nested(depth: int) -> bytes:
    """Multiparts in each other, `depth` deep."""
    head, tail = HEAD, b""
    for level in range(depth):
        mark = b"b%d" % level
        head += b'Content-Type: multipart/mixed; boundary="' + mark + b'"\n\n--' + mark + b"\n"
        tail = b"\n--" + mark + b"--" + tail
    return head + b"Content-Type: text/plain\n\nat the bottom\n" + tail


HOSTILE = {
    "no date": (b"From: a@b.example\nSubject: s\n\nwords\n", {"date_mark": DateMark.MISSING}),
    "date of Received alone": (
        b"Received: from a by b;\n Sat, 28 Nov 2026 10:00:30 +0000\nSubject: s\n\nwords\n",
        {"date_mark": DateMark.GOOD},
    ),
    "a future date": (
        b"Date: Sat, 28 Nov 2099 10:00:00 +0000\nSubject: s\n\nwords\n", {"date_mark": DateMark.FAR_AHEAD},
    ),
    "an absurd date": (b"Date: Mon, 99 Xyz 1 99:99:99 +9999\nSubject: s\n\nwords\n", {"published": None}),
    "NUL bytes": (b"Subject: a\0b\nMessage-ID: <\0x>\n\nwo\0rds\n", {"title": "ab", "summary": "words", "guid": "x"}),
    "no headers": (b"\nwords\n", {"title": "", "summary": "words"}),
    "headers alone": (b"Subject: s", {"title": "s", "summary": ""}),
    "no subject": (b"From: a@b.example\n\nwords\n", {"title": "", "summary": "words"}),
    "an unknown charset": (HEAD + b"Content-Type: text/plain; charset=x-nothing\n\nwords\n", {"summary": "words"}),
    "a charset that runs code elsewhere": (
        HEAD + b"Content-Type: text/plain; charset=unicode_escape\n\nwords \\u0041\n", {"summary": r"words \u0041"},
    ),
    "a charset that is a lie": (
        HEAD + b"Content-Type: text/plain; charset=us-ascii\n\n" + "Удар по базе".encode(), {"summary": "Удар по базе"},
    ),
    "an encoded word that is broken": (
        b"Subject: =?utf-8?b?A?= =?x?q?=ff?= =?utf-8?z?x?=\n\nwords\n", {"summary": "words"},
    ),
    "an unknown transfer encoding": (HEAD + b"Content-Transfer-Encoding: uuencode\n\nwords\n", {"summary": "words"}),
    "base64 that is none": (HEAD + b"Content-Transfer-Encoding: base64\n\n!!!d29yZHM\n", {"summary": "words"}),
    "a multipart without boundary": (HEAD + b"Content-Type: multipart/mixed\n\nwords\n", {"title": "Statement"}),
    "a multipart without end": (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords", {"summary": "words"},
    ),
    "a boundary of nothing": (
        HEAD + b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nwords', {"title": "Statement"},
    ),
    "parameters in no encoding": (
        HEAD + b"Content-Type: text/plain; charset*=nothing'en'%ff%fe\n\nwords\n", {"summary": "words"},
    ),
    "multiparts 1000 deep": (nested(1000), {"title": "Statement", "summary": ""}),
    "multiparts 5 deep": (nested(5), {"summary": "at the bottom"}),
    "elements that turn text round": (b"Subject: a\xe2\x80\xaeb\n\nwords\n", {"title": "ab"}),
    "script": (
        HEAD + b"Content-Type: text/html\n\n<script>alert(1)</script><p onclick=x>words</p>", {"summary": "words"},
    ),
    "elements 6000 deep": (HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 6000 + b"words", {"summary": ""}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_messages_become_entries(case: str) -> None:
    message, expected = HOSTILE[case]
    only = entry(message)
    assert {key: getattr(only, key) for key in expected} == expected


def test_the_same_message_id_twice_stays_two_entries_for_dedupe() -> None:
    assert [found.guid for found in read(HEAD + b"\nwords\n", HEAD + b"\nother words\n").entries] == [
        "1@mod.example"
    ] * 2


def test_without_an_id_a_message_is_known_again_by_who_wrote_what_when() -> None:
    first, again, other = b"Subject: s\n\nwords\n", b"Subject: s\n\nwords \n", b"Subject: t\n\nwords\n"
    guids = [found.guid for found in read(first, again, other).entries]
    assert guids[0] == guids[1] != guids[2]
    assert guids[0].startswith("mail:")


def test_what_holds_nothing_is_counted() -> None:
    answer = read(b"", b"\0\0", HEAD + b"\nwords")
    assert (len(answer.entries), answer.dropped) == (2, 1) or (len(answer.entries), answer.dropped) == (1, 2)


COSTLY = {
    "a million empty lines": HEAD + b"\n" + b"\n" * 1_000_000,
    "a million parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000,
    "half a million headers": b"a: b\n" * 200_000 + b"\nwords",
    "one long header": b"Subject: " + b"=?utf-8?q?x?= " * 70_000 + b"\n\nwords",
    "a folded header": b"Subject: x\n" + b" y\n" * 300_000 + b"\nwords",
    "quotes in a type": b'Content-Type: text/plain; a="' + b'\\"' * 500_000 + b"\n\nwords",
    "brackets in a sender": b"From: " + b"(" * 500_000 + b"\nSubject: s\n\nwords",
    "open tags": HEAD + b"Content-Type: text/html\n\n" + b"<a href=" * 120_000,
    "open divs": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 4_900 + b"<b>x</b>" * 100_000,
    "dashes": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"\r\n--b \t" * 150_000,
    "blanks": HEAD + b"\n" + b" " * 1_000_000,
    "blank lines of blanks": HEAD + b"\n" + (b"\n" + b" " * 1000) * 1000,
    "addresses": HEAD + b"\n" + b"https://a.example/unsubscribe " * 30_000,
    "quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 500_000,
}


@pytest.mark.parametrize("case", COSTLY)
def test_a_message_of_a_megabyte_costs_little(case: str) -> None:
    started = time.process_time()
    read(COSTLY[case][: 1024 * 1024])
    assert time.process_time() - started < 0.8


@given(st.lists(st.sampled_from(
    [b"Subject: ", b"\n", b"\r\n", b"--b", b"--", b"Content-Type: multipart/mixed; boundary=b\n", b"\0", b"=?utf-8?b?",
     b"?=", b"Content-Type: text/html\n", b"<a href='", b"https://x.example/y", b"\xff", b" ", b"Date: ", b"x" * 50,
     b"Content-Transfer-Encoding: base64\n", b"charset*0*=utf-8''%", b"Content-Type: message/rfc822\n", b";", b'"']
), max_size=40))  # fmt: skip
def test_no_message_raises(pieces: list[bytes]) -> None:
    body = pack_messages([(1, b"".join(pieces))])
    assert isinstance(parse(body, content_type=None, base_url=URL, now=NOW, layout=BY_SENDER), ParsedFeed)


# ------------------------------------------------------------------------------------ the poisonous one


def together(messages: list[tuple[int, bytes]], limits: ParseLimits) -> ParsedFeed | FetchFailed | ParseFailed:
    fetched = Fetched(body=pack_messages(messages), content_type=CONTENT_TYPE, final_url=URL, body_hash="")

    async def run() -> ParsedFeed | FetchFailed | ParseFailed:
        async with aclosing(Fetcher()) as fetcher, aclosing(ParseWorkers(limits=limits)) as workers:
            return await read_body(fetched, fetcher=fetcher, workers=workers, now=NOW, layout=BY_SENDER)

    return asyncio.run(run())


def test_one_message_that_kills_its_worker_hides_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # no message is known that kills a worker, so the workers are given a mail reader that one word kills
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\n"
        "import monitor.feeds.parse.mail as mail\n"
        "read = mail._draft\n"
        "def draft(raw, *rest, **more):\n"
        "    if b'POISON' in raw: os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    return read(raw, *rest, **more)\n"
        "mail._draft = draft\n"
    )
    usual = pool._environment()
    monkeypatch.setattr(
        pool, "_environment", lambda: usual | {"PYTHONPATH": os.pathsep.join([str(tmp_path), usual["PYTHONPATH"]])}
    )
    messages = [(number, b"Subject: s%d\n\nwords" % number) for number in range(1, 8)]
    messages[4] = (5, b"Subject: s5\n\nPOISON")
    answer = together(messages, ParseLimits())
    assert isinstance(answer, ParsedFeed), answer
    assert [found.title for found in answer.entries] == ["s1", "s2", "s3", "s4", "s6", "s7"]
    assert answer.dropped == 1
    assert answer.detail == "message 5 was left out: it cannot be read at a fair cost"


def test_where_no_worker_can_be_started_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool.sys, "executable", "/nowhere/python")
    answer = together([(1, b"Subject: a\n\nwords"), (2, b"Subject: b\n\nwords")], ParseLimits())
    assert isinstance(answer, ParseFailed)
    assert answer.detail.startswith("no worker could be started")


def test_blanks_in_a_link_cost_no_square_of_their_number() -> None:
    raw = b"Message-ID: <1@x>\nSubject: s\nContent-Type: text/html\n\n<a href=" + b" " * 60_000 + b"x"
    began = time.perf_counter()
    parse(pack_messages([(1, raw)]), content_type=None, base_url="imaps://mail.example/INBOX", now=NOW)
    assert time.perf_counter() - began < 2.0
