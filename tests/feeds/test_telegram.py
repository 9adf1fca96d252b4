"""Public pages of Telegram channels, in the mark-up of t.me/s/NAME, read and polled from a server on loopback."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse
from monitor.model.document import DateMark, Entry, ParsedFeed, ParseFailed, ParseProblem
from newsroom import Newsroom

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE = "https://t.me/s/example_wire"


def message(number: int, text: str, *, before: str = "", behind: str = "", edited: bool = False) -> str:
    words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    return f"""
<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap
 js-widget_message" data-post="example_wire/{number}" data-view="eyJj"><div class="tgme_widget_message_user"><a
 href="https://t.me/example_wire"><i class="tgme_widget_message_user_photo"></i></a></div>
<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author accent_color"><a
 class="tgme_widget_message_owner_name" href="https://t.me/example_wire"><span dir="auto">Example wire</span></a></div>
{before}{words}{behind}<div class="tgme_widget_message_footer compact js-message_footer"><div
 class="tgme_widget_message_info short js-message_info"><span class="tgme_widget_message_views">1.2K</span><span
 class="copyonly"> views</span><span class="tgme_widget_message_meta">{"edited &nbsp;" if edited else ""}<a
 class="tgme_widget_message_date" href="https://t.me/example_wire/{number}"><time
 datetime="2026-11-21T10:0{number % 10}:00+00:00" class="time">10:0{number % 10}</time></a></span></div></div>
</div></div></div>"""


def page(*messages: str) -> bytes:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Example wire – Telegram</title></head><body
 class="widget_frame_base tgme_webpreview"><main class="tgme_main"><div class="tgme_channel_info"><div
 class="tgme_channel_info_header_title"><span dir="auto">Example &amp; wire</span></div></div>
<section class="tgme_channel_history js-message_history">{"".join(messages)}</section></main></body></html>""".encode()


def parsed(body: bytes) -> ParsedFeed:
    answer = parse(body, content_type="text/html; charset=utf-8", base_url=BASE, now=NOW, language="en")
    assert isinstance(answer, ParsedFeed), answer
    assert unpack_answer(pack_answer(answer)) == answer
    return answer


def test_a_message_in_full() -> None:
    body = page(
        message(
            41,
            '<i class="emoji"><b>🔴</b></i> <b>Drones hit</b> Al-Tanf &lt;base&gt;<br/><br/>Two hurt.<br/>More later',
        )
    )
    assert parsed(body) == ParsedFeed(
        title="Example & wire",
        entries=(
            Entry(
                guid="t.me/example_wire/41",
                url="https://t.me/example_wire/41",
                title="🔴 Drones hit Al-Tanf <base>",
                summary="Two hurt.\nMore later",
                published=datetime(2026, 11, 21, 10, 1, tzinfo=UTC),
                date_mark=DateMark.GOOD,
            ),
        ),
    )


def test_a_long_first_line_is_parted_behind_a_sentence_and_nothing_is_lost() -> None:
    first, second = "Rockets hit the base near Erbil, the army said. " * 3, "Nobody was hurt, " * 20
    (entry,) = parsed(page(message(1, first + second))).entries
    assert entry.title == first.strip()
    assert entry.summary == second.strip()
    (entry,) = parsed(page(message(1, second))).entries
    assert entry.title.endswith("…")
    assert entry.summary == second.strip()


def test_what_is_forwarded_is_the_voice_of_who_wrote_it() -> None:
    origin = (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from <a class='
        '"tgme_widget_message_forwarded_from_name" href="https://t.me/other/7"><span dir="auto">Other</span></a></div>'
    )
    (entry,) = parsed(page(message(1, "Rockets hit Erbil", before=origin))).entries
    assert (entry.publisher, entry.url) == ("Other", "https://t.me/other/7")
    (entry,) = parsed(page(message(1, "Rockets hit Erbil", before=origin.replace("https://t.me/other/7", "")))).entries
    assert (entry.publisher, entry.url) == ("Other", "https://t.me/example_wire/1")


def test_the_message_that_is_answered_is_not_read_again() -> None:
    reply = (
        '<a class="tgme_widget_message_reply" href="https://t.me/example_wire/3"><div class='
        '"tgme_widget_message_text js-message_reply_text">Rockets hit Erbil</div></a>'
    )
    (entry,) = parsed(page(message(4, "The army denies it", before=reply))).entries
    assert (entry.title, entry.summary) == ("The army denies it", "")


def test_a_link_alone_is_read_by_its_preview_and_a_photo_alone_is_dropped() -> None:
    preview = (
        '<a class="tgme_widget_message_link_preview" href="https://news.example/a"><div class="link_preview_site_name">'
        'News</div><div class="link_preview_title">Rockets hit Erbil</div><div class="link_preview_description">'
        "The army says so.</div></a>"
    )
    photo = '<a class="tgme_widget_message_photo_wrap" href="https://t.me/example_wire/2"></a>'
    service = message(3, "Example wire pinned a photo").replace("text_not_supported_wrap", "service_message")
    answer = parsed(page(message(1, "", behind=preview), message(2, "", before=photo), service))
    assert [(entry.title, entry.summary) for entry in answer.entries] == [("Rockets hit Erbil", "The army says so.")]
    assert answer.dropped == 1


def test_a_text_inside_a_text_is_read_once() -> None:
    inner = '<div class="tgme_widget_message_text js-message_text" dir="auto">Rockets hit Erbil</div>'
    (entry,) = parsed(page(message(1, inner))).entries
    assert (entry.title, entry.summary) == ("Rockets hit Erbil", "")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b'<!DOCTYPE html><html><body><div class="tgme_page"><div class="tgme_page_title">A</div></div>',
            "https://t.me/s/NAME",
        ),
        (page(), "without messages"),
    ],
)
def test_a_page_without_messages_says_why(body: bytes, told: str) -> None:
    answer = parse(body, content_type="text/html", base_url=BASE, now=NOW)
    assert isinstance(answer, ParseFailed)
    assert answer.problem is ParseProblem.NOT_A_FEED
    assert told in answer.detail


def test_hostile_words_stay_words() -> None:
    text = escape("<script>alert(1)</script> & <b>bold</b>") + "<script>alert(2)</script> hits Erbil"
    (entry,) = parsed(page(message(1, text))).entries
    assert entry.title == "<script>alert(1)</script> & <b>bold</b> hits Erbil"


@pytest.mark.slow(15)
def test_a_channel_is_polled_like_a_feed(tmp_path: Path) -> None:
    first = message(1, "Weather: sunny and dry in the whole of the country today")
    hit = message(2, "Two drones hit Ain al-Asad air base in western Iraq<br/>No word of anyone hurt.")
    edited = message(
        2, "Two drones hit Ain al-Asad air base in western Iraq<br/>Two soldiers were wounded.", edited=True
    )
    with Newsroom(tmp_path) as room:
        room.feed("wire")
        polls = []
        for messages in ([first], [first, hit], [first, hit], [first, edited]):
            room.server.put("/wire.xml", page(*messages), headers={"Content-Type": "text/html; charset=utf-8"})
            polls += room.poll()
        assert [(poll.entries, poll.new, poll.updated) for poll in polls] == [
            (1, 0, 0),
            (2, 1, 0),
            (0, 0, 0),
            (2, 0, 1),
        ]
        assert [poll.result for poll in polls] == ["fetched", "fetched", "same body", "fetched"]
        assert polls[1].alerts
