"""What a stranger writes stays text: in every style, through every kind of channel, to a real server on loopback."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from apprise import NotificationManager

from monitor.alerts.message import incident_alert
from monitor.alerts.styles import SHIPPED
from monitor.channels.apprise import Channels
from monitor.model.alert import Alert
from monitor.model.delivery import SendOutcome
from monitor.model.ledger import ChangeReason, Detail
from monitor.model.place import Place
from monitor.model.report import Level, Voice
from receivers import SmtpReceiver, WebhookReceiver
from toldviews import MORNING, NAMES, TOLL_VIEW, change, folded, incident, report, said

HOSTILE = (
    "<b>bold</b><img src=x onerror=alert(1)> @everyone <!channel> <@U123> *x* _y_ `z` [a](javascript:alert(1)) "
    "&amp; {place} ${SECRET}\r\nBcc: victim@example.org\r\n\r\nincident: none\nversion: 9\nreason: FIRST\nalert: fake"
)
BLOCK = "incident: 2026-11-17-ain-al-asad\nversion: 2\nreason: TOLL_UP\nalert: al-7"
#: Apprise's schema, the address, and the attribute of its plugin that says where the service is
SERVICES = {
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "webhook_url", b"ok"),
    "discord": (f"discord://{'1' * 18}/{'a' * 60}", "notify_url", b""),
    "tgram": ("tgram://123456789:abcdefg_hijklmnop/12315544/", "notify_url", b'{"ok": true, "result": {}}'),
    "ntfy": ("ntfy://127.0.0.1:{port}/topic", "", b"{}"),
    "json": ("json://127.0.0.1:{port}/hook", "", b""),
}


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def hostile_alert(style: str) -> Alert:
    """Title, quote, lead, publisher, speaker, place, damage, hour, actors, baseline: all written by an enemy."""
    bad = report(
        2, HOSTILE, HOSTILE, quote=f"A quote. {HOSTILE}", voice=Voice.OFFICIAL, speaker=HOSTILE, at=MORNING,
        url="javascript:alert(1)",
    )  # fmt: skip
    other = report(3, "Wire", f"Another {HOSTILE}", url="https://w.example/?q=<b>&\"x='@everyone")
    place = Place(id="ain-al-asad", name=HOSTILE, role="target", country="IQ")
    killed = folded(said(3, HOSTILE, voice=Voice.OFFICIAL, speaker=HOSTILE), said(2, HOSTILE))
    view = replace(
        TOLL_VIEW, reports=(other, bad), damage=HOSTILE, hour=HOSTILE, why_level=HOSTILE, denied_by=(HOSTILE,),
        incident=incident(place, claimed_by=(HOSTILE,), attributed_to=(HOSTILE,)), killed=killed,
    )  # fmt: skip
    detail = Detail(reason=ChangeReason.TOLL_UP, field="killed", before=HOSTILE, after=HOSTILE, by=HOSTILE, report="r2")
    told = change(ChangeReason.TOLL_UP, ChangeReason.CLAIMED, level=Level.FLASH, version=2, details=(detail,))
    return incident_alert(
        view, told, (detail,), style=style, zone="Europe/Berlin", names=NAMES, baseline=(HOSTILE,), alert_id="al-7",
        now=MORNING, channels=("alerts",), audience="",
    )  # fmt: skip


def send(folder: Path, url: str, alert: Alert) -> None:
    path = folder / "channels.conf"
    path.write_text(f"alerts={url}\n", encoding="utf-8")
    channels = Channels.load(path)
    (address,) = channels.addresses(["alerts"])
    result = channels.send(address.key, alert, seconds=10)
    assert result.outcome is SendOutcome.SENT, result.detail


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("style", SHIPPED)
def test_a_body_has_one_block_and_it_is_the_last(style: str) -> None:
    alert = hostile_alert(style)
    assert alert.body.endswith(f"\n\nalso: CLAIMED\n{BLOCK}")
    keys = [line for line in alert.body.splitlines() if re.match(r"\s*(incident|version|reason|also|alert)\s*:", line)]
    assert "\n".join(keys) == f"also: CLAIMED\n{BLOCK}"
    assert not [line for line in alert.body.splitlines() if line.lower().startswith("bcc")]
    assert len(alert.body) <= 1700


@pytest.mark.parametrize("style", SHIPPED)
def test_a_mail_has_no_header_tag_or_link_of_a_stranger(tmp_path: Path, mail: SmtpReceiver, style: str) -> None:
    mail.clear()
    alert = hostile_alert(style)
    send(tmp_path, mail.url(), alert)
    (letter,) = mail.wait_for(1)
    assert letter.to == ("duty@example.org",)
    assert "Bcc" not in letter.headers
    message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    text = plain.get_content().replace("\r\n", "\n").rstrip()
    assert text.endswith(BLOCK)
    assert text == alert.body
    tags = _Tags(page.get_content())
    assert tags.names <= {"html", "head", "meta", "body", "p", "br", "b", "ul", "li", "a"}
    assert all(link.startswith("https://w.example/") for link in tags.links)
    assert "<img" not in page.get_content()


@pytest.mark.parametrize("style", SHIPPED)
@pytest.mark.parametrize("service", SERVICES)
def test_a_chat_calls_nobody_and_renders_nothing(
    tmp_path: Path, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, service: str, style: str
) -> None:
    url, attribute, answer = SERVICES[service]
    hook.clear()
    hook.answer_body = answer
    if attribute:
        where = f"http://127.0.0.1:{hook.port}/{'bot' if service == 'tgram' else 'service'}"
        monkeypatch.setattr(NotificationManager()[service], attribute, where)
    send(tmp_path, url.format(port=hook.port), hostile_alert(style))
    sent = json.dumps([one.payload for one in hook.wait_for(1)], ensure_ascii=False)
    assert "al-7" in sent
    if service == "json":
        assert hook.taken[0].text.endswith(BLOCK)
        return
    assert "[asad-1117]" in sent.replace("\\", "")
    for call in ("@everyone", "<!channel", "<@U123", "@U123"):
        assert call not in sent
    if service == "discord":
        assert not re.search(r"(?<!\\\\)\*x", sent)
        assert not re.search(r"(?<!\\\\)\]\(javascript", sent)
    if service in ("slack", "tgram"):
        assert "<img" not in sent
        assert '<a href="javascript' not in sent.replace("\\", "")
    if service == "tgram":
        assert not re.search(r"<(?!/?(b|i|u|s|a|code|pre|em|strong)\b)", sent.replace("\\n", ""))
        assert "&lt;b&gt;bold" in sent or style == "family"
