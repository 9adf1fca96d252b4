"""A mail about an incident: its thread, headers and sender, its two parts and its pictures, taken from a server."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.alerts.html import as_html
from monitor.channels.apprise import Channels
from monitor.channels.envelope import mail_headers, texts
from monitor.model.alert import Alert, AlertKind, Attachment
from monitor.model.delivery import SendOutcome
from monitor.model.report import Level
from receivers import Received, SmtpReceiver, WebhookReceiver
from toldviews import NOW

BODY = (
    "Toll: 0 → 3 killed (Ministry, 06:00 UTC)\n\n“Two drones hit” – Wire, https://news.example/1?a=1&b=2\n\n"
    "Place: X\nSources:\n- Wire – https://news.example/1?a=1&b=2\n- Paper\nWhy: “A base”\n\n"
    "also: ESCALATED\nincident: 2026-11-17-ain-al-asad\nversion: 2\nreason: TOLL_UP\nalert: al-7"
)
ALERT = Alert(
    id="al-7", incident_id="2026-11-17-ain-al-asad", version=2, reason="TOLL_UP", also=("ESCALATED",),
    level=Level.FLASH, rule="attack-on-base", channels=("alerts",), title="FLASH: drones at Ain al-Asad: 3 killed",
    body=BODY, html=as_html(BODY), created_at=NOW,
)  # fmt: skip
PLOT = Attachment(name="week.png", mimetype="image/png", base64=base64.b64encode(b"\x89PNG-bytes").decode())


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def send(folder: Path, url: str, alert: Alert) -> None:
    path = folder / "channels.conf"
    path.write_text(f"alerts={url}\n", encoding="utf-8")
    channels = Channels.load(path)
    (address,) = channels.addresses(["alerts"])
    result = channels.send(address.key, alert, seconds=10)
    assert result.outcome is SendOutcome.SENT, result.detail


def letter_of(folder: Path, mail: SmtpReceiver, alert: Alert, *, query: str = "") -> tuple[Received, EmailMessage]:
    mail.clear()
    send(folder, mail.url(query=query), alert)
    (letter,) = mail.wait_for(1)
    message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return letter, message


def test_every_header_stands_once(tmp_path: Path, mail: SmtpReceiver) -> None:
    _, message = letter_of(tmp_path, mail, ALERT)
    thread = "<2026-11-17-ain-al-asad@incidents.basewatch.invalid>"
    wanted = {
        "Auto-Submitted": "auto-generated", "Precedence": "list", "List-Id": "<alerts.basewatch>", "X-Priority": "1",
        "Importance": "high", "X-Basewatch-Incident": "2026-11-17-ain-al-asad", "X-Basewatch-Version": "2",
        "X-Basewatch-Level": "flash", "X-Basewatch-Reason": "TOLL_UP, ESCALATED",
        "X-Basewatch-Rule": "attack-on-base", "References": thread, "In-Reply-To": thread,
        "From": "basewatch <basewatch@example.org>", "Subject": "FLASH: drones at Ain al-Asad: 3 killed",
    }  # fmt: skip
    assert {name: message.get_all(name) for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert len(message.get_all("Message-ID") or []) == 1


def test_text_and_mark_up_say_the_same(tmp_path: Path, mail: SmtpReceiver) -> None:
    letter, message = letter_of(tmp_path, mail, ALERT)
    assert message.get_content_type() == "multipart/alternative"
    assert letter.text.replace("\r\n", "\n").rstrip() == BODY
    page = message.get_body(("html",))
    assert page is not None
    link = '<a href="https://news.example/1?a=1&amp;b=2" rel="nofollow noreferrer">'
    assert page.get_content().count(link) == 2


def test_who_wants_text_alone_gets_it(tmp_path: Path, mail: SmtpReceiver) -> None:
    letter, message = letter_of(tmp_path, mail, ALERT, query="format=text")
    assert message.get_content_type() == "text/plain"
    assert letter.text.replace("\r\n", "\n").rstrip() == BODY


def test_a_name_and_headers_of_the_address_stay(tmp_path: Path, mail: SmtpReceiver) -> None:
    _, message = letter_of(tmp_path, mail, ALERT, query="name=Night%20desk&%2BPrecedence=bulk")
    assert message["From"] == "Night desk <basewatch@example.org>"
    assert message.get_all("Precedence") == ["bulk"]


def test_levels_and_notices() -> None:
    told = {level: mail_headers(replace(ALERT, level=level))["X-Priority"] for level in Level}
    assert told == {Level.FLASH: "1", Level.URGENT: "1", Level.NOTICE: "3", Level.DIGEST: "5"}
    notice = mail_headers(replace(ALERT, kind=AlertKind.OPERATOR, incident_id=None, rule=None))
    assert (notice["X-Basewatch-Incident"], notice["X-Basewatch-Rule"]) == ("none", "none")
    assert "References" not in notice
    assert notice["Auto-Submitted"] == "auto-generated"


def test_an_id_of_other_letters_makes_a_thread_of_ascii() -> None:
    headers = mail_headers(replace(ALERT, incident_id="2026-11-17-country:عين", rule="x\r\nBcc: a@b"))
    assert all(value.isascii() and "\n" not in value and "\r" not in value for value in headers.values())
    assert headers["References"] == "<2026-11-17-country%3A%D8%B9%D9%8A%D9%86@incidents.basewatch.invalid>"


def test_pictures_go_along_by_mail_and_to_a_webhook(tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver) -> None:
    digest = replace(ALERT, kind=AlertKind.SUMMARY, incident_id=None, attachments=(PLOT,))
    letter, message = letter_of(tmp_path, mail, digest)
    (picture,) = message.iter_attachments()
    assert (picture.get_filename(), picture.get_content_type()) == ("week.png", "image/png")
    assert picture.get_content() == b"\x89PNG-bytes"
    assert letter.text.replace("\r\n", "\n").rstrip() == BODY
    hook.clear()
    send(tmp_path, hook.url(), digest)
    (post,) = hook.wait_for(1)
    assert post.payload["attachments"][0]["filename"] == "week.png"
    assert base64.b64decode(post.payload["attachments"][0]["base64"]) == b"\x89PNG-bytes"


def test_a_service_without_pictures_says_how_to_draw_them() -> None:
    _, body = texts(replace(ALERT, attachments=(PLOT,)), "json", raw=True, with_files=False)
    assert body.partition("\n\nalso: ")[0].endswith(
        "Pictures: this service takes none; basewatch stats --plot draws them"
    )
    assert body.endswith("alert: al-7")


def test_chats_carry_the_short_name_and_mail_does_not() -> None:
    assert texts(ALERT, "ntfy", raw=True)[0] == "[asad-1117] FLASH: drones at Ain al-Asad: 3 killed"
    assert texts(ALERT, "mailto", raw=True)[0] == ALERT.title
    assert texts(replace(ALERT, kind=AlertKind.OPERATOR, incident_id=None), "ntfy", raw=True)[0] == ALERT.title


@pytest.mark.parametrize("raw", [True, False])
def test_what_grows_when_it_is_escaped_is_cut_before_the_block(raw: bool) -> None:
    body = f"{'<*_&>' * 300}\n\nincident: x\nversion: 1\nreason: FIRST\nalert: al-7"
    title, out = texts(replace(ALERT, body=body), "discord", raw=raw, room=2000)
    assert len(title) + len(out) <= 2000
    assert out.endswith("\n\nincident: x\nversion: 1\nreason: FIRST\nalert: al-7".replace("_", "\\_" if raw else "_"))
