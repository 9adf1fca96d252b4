"""Sending through Apprise to real receivers that accept, refuse, hang, drip and drop."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from monitor.channels.apprise import Channels, within
from monitor.model.alert import Alert
from monitor.model.delivery import SendOutcome, SendResult
from monitor.model.report import Level
from receivers import Mode, SmtpReceiver, WebhookReceiver, closed_port

CANARY = "s3cretC4nary"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BODY = "“Two drones hit the base”\n\nincident: 2026-11-21-x\nversion: 1\nreason: FIRST\nalert: al-1"
ALERT = Alert(
    id="al-1", reason="FIRST", level=Level.URGENT, channels=("alerts",), title="URGENT: drones", body=BODY,
    created_at=NOW,
)  # fmt: skip


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def fresh(mail: SmtpReceiver, hook: WebhookReceiver) -> None:
    for receiver in (mail, hook):
        receiver.behave(Mode.ACCEPT)
        receiver.clear()
    hook.answer_headers = {}


class Sender:
    """One address in a channels file, ready to be sent to."""

    def __init__(self, folder: Path, url: str) -> None:
        path = folder / "channels.conf"
        path.write_text(f"alerts={url}\n", encoding="utf-8")
        self.channels = Channels.load(path)
        (self.address,) = self.channels.addresses(["alerts"])

    def __call__(self, alert: Alert = ALERT, *, seconds: float = 5.0) -> SendResult:
        return self.channels.send(self.address.key, alert, seconds=seconds)


def titled(title: str, body: str = BODY) -> Alert:
    return Alert(**{**vars(ALERT), "title": title, "body": body})


def test_mail_and_webhook_arrive_with_the_exact_block(
    tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver
) -> None:
    for url in (mail.url(login="u:pw"), hook.url(login="u:pw")):
        assert Sender(tmp_path, url)() == SendResult(outcome=SendOutcome.SENT)
    (letter,), (post,) = mail.wait_for(1), hook.wait_for(1)
    for received in (letter, post):
        assert received.title == "URGENT: drones"
        assert received.text.rstrip().replace("\r\n", "\n") == BODY
    assert letter.headers["Content-Type"].startswith("text/plain")
    assert letter.to == ("duty@example.org",)
    assert post.payload["type"] == "warning"


@pytest.mark.parametrize(
    ("mode", "by_mail", "by_hook"),
    [
        (Mode.REFUSE, "failed", "failed"),
        (Mode.HANG, "failed", "maybe sent"),
        (Mode.HANG_AFTER, "maybe sent", "maybe sent"),
        (Mode.DROP, "maybe sent", "maybe sent"),
        (Mode.RESET, "failed", "maybe sent"),
        (Mode.SLOW, "sent", "sent"),
    ],
)
def test_what_each_behaviour_comes_to(
    tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver, mode: Mode, by_mail: str, by_hook: str
) -> None:
    for receiver, outcome in ((mail, by_mail), (hook, by_hook)):
        # a mail server that never greets is told apart by the socket's own time-out, which needs room before the limit
        seconds = {Mode.HANG: 3.0 if receiver is mail else 0.6, Mode.HANG_AFTER: 0.6}.get(mode, 10.0)
        receiver.behave(mode, seconds=0.2)
        started = time.monotonic()
        result = Sender(tmp_path, receiver.url())(seconds=seconds)
        assert time.monotonic() - started < seconds + 2
        assert str(result.outcome) == outcome, result
        assert bool(result.detail) == (outcome != "sent")
        receiver.wait_until(lambda receiver=receiver: receiver.connections == 1)


@pytest.mark.parametrize(
    ("stage", "code", "detail"),
    [
        ("RCPT", 550, "SMTP 550 not today"),
        ("RCPT", 451, "SMTP 451 not today"),
        ("DATA", 554, "SMTP 554 not this message"),
        ("AUTH", 535, "SMTP 535 5.7.8 Authentication credentials invalid"),
    ],
)
def test_mail_refusals_name_the_reply(tmp_path: Path, mail: SmtpReceiver, stage: str, code: int, detail: str) -> None:
    mail.behave(Mode.REFUSE, code=code, stage=stage)
    result = Sender(tmp_path, mail.url(login=f"u:{CANARY}"))()
    assert result == SendResult(outcome=SendOutcome.FAILED, detail=detail)
    assert mail.taken == []


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (500, "HTTP 500 Internal Server Error"),
        (429, "HTTP 429 Too Many Requests"),
        (401, "HTTP 401 Unauthorized"),
        (302, "HTTP 302 Found; write the address it redirects to"),
    ],
)
def test_webhook_refusals_name_the_status(tmp_path: Path, hook: WebhookReceiver, code: int, detail: str) -> None:
    """A redirect is a refusal: followed, a POST would become a GET without the message, and look delivered."""
    hook.behave(Mode.REFUSE, code=code)
    hook.answer_headers = {"Location": f"http://127.0.0.1:{hook.port}/elsewhere", "Retry-After": "1"}
    result = Sender(tmp_path, hook.url(f"{CANARY}/x", query="redirect=yes"))()
    assert result == SendResult(outcome=SendOutcome.FAILED, detail=detail)
    assert (len(hook.refused), hook.taken) == (1, [])


def test_nobody_listens(tmp_path: Path) -> None:
    port = closed_port()
    for url in (f"json://127.0.0.1:{port}/x", f"mailto://127.0.0.1:{port}/?from=a@b.org&to=c@d.org"):
        assert Sender(tmp_path, url)() == SendResult(outcome=SendOutcome.FAILED, detail="connection refused")


def test_apprises_own_retry_and_optional_change_nothing(tmp_path: Path, hook: WebhookReceiver) -> None:
    hook.behave(Mode.REFUSE, code=500)
    send = Sender(tmp_path, hook.url(query="retry=3&wait=0.1&optional=yes"))
    assert send().outcome is SendOutcome.FAILED
    assert hook.connections == 1


def test_twenty_mails_in_a_row_meet_no_throttle(tmp_path: Path, mail: SmtpReceiver) -> None:
    """Apprise sleeps 5.5 s between two mails of one object: nineteen of them would be 104 s."""
    send = Sender(tmp_path, mail.url())
    started = time.monotonic()
    assert {send(titled(f"mail {number}")).outcome for number in range(20)} == {SendOutcome.SENT}
    assert time.monotonic() - started < 15
    assert sorted(letter.title for letter in mail.wait_for(20)) == sorted(f"mail {number}" for number in range(20))


def test_a_hanging_channel_holds_back_no_other(tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver) -> None:
    hook.behave(Mode.HANG)
    (tmp_path / "a").mkdir()
    hanging, quick = Sender(tmp_path / "a", hook.url()), Sender(tmp_path, mail.url())
    with ThreadPoolExecutor(20) as pool:
        stuck = [pool.submit(hanging, seconds=4.0) for _ in range(16)]
        hook.wait_until(lambda: hook.connections == 16)
        assert quick().outcome is SendOutcome.SENT
        assert not any(future.done() for future in stuck)
        assert {future.result().outcome for future in stuck} == {SendOutcome.MAYBE_SENT}


@pytest.mark.parametrize(
    "title",
    [
        "عاجل: هجوم بطائرات مسيّرة على قاعدة عين الأسد",
        "فوری: حمله پهپادی به پایگاه عین‌الاسد",
        "Срочно: удар по базе — “кавычки” 🚀 é ñ",
        "x" * 200,
    ],
)
def test_titles_of_any_script_arrive_intact(
    tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver, title: str
) -> None:
    for url in (mail.url(), hook.url()):
        assert Sender(tmp_path, url)(titled(title, f"{title}\n{BODY}")).outcome is SendOutcome.SENT
    assert mail.wait_for(1)[0].title == title
    assert hook.wait_for(1)[0].title == title
    assert mail.taken[0].text.startswith(title)
    assert hook.taken[0].text == f"{title}\n{BODY}"


def test_a_hostile_title_stays_a_title(tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver) -> None:
    hostile = (
        "x\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>\x00\x1b[2J \u202egpj.exe\ud800 =?utf-8?q?y?="
    )
    harmless = "x Bcc: victim@example.org <script>alert(1)</script>[2J gpj.exe =?utf-8?q?y?="
    for url in (mail.url(), hook.url()):
        assert Sender(tmp_path, url)(titled(hostile, hostile)).outcome is SendOutcome.SENT
    (letter,), (post,) = mail.wait_for(1), hook.wait_for(1)
    assert "Bcc" not in letter.headers
    assert letter.to == ("duty@example.org",)
    assert "text/html" not in letter.raw.decode("ascii")
    assert post.title == harmless
    assert letter.title.startswith("x Bcc: victim@example.org <script>")


def test_each_recipient_gets_its_own_mail(tmp_path: Path, mail: SmtpReceiver) -> None:
    path = tmp_path / "channels.conf"
    path.write_text(f"alerts={mail.url('a@example.org,b@example.org')}\n", encoding="utf-8")
    channels = Channels.load(path)
    first, second = channels.addresses(["alerts"])
    assert channels.send(second.key, ALERT, seconds=5).outcome is SendOutcome.SENT
    assert channels.send(first.key, ALERT, seconds=5).outcome is SendOutcome.SENT
    assert [letter.to for letter in mail.wait_for(2)] == [("b@example.org",), ("a@example.org",)]


def test_a_target_that_left_the_file_is_impossible(tmp_path: Path, hook: WebhookReceiver) -> None:
    old = Sender(tmp_path, hook.url("old"))
    new = Sender(tmp_path, hook.url("new"))
    result = new.channels.send(old.address.key, ALERT, seconds=1)
    assert result.outcome is SendOutcome.IMPOSSIBLE
    assert hook.connections == 0


@pytest.mark.parametrize("mode", list(Mode))
def test_no_secret_in_results_or_logs(
    tmp_path: Path, mail: SmtpReceiver, hook: WebhookReceiver, mode: Mode, capfd: pytest.CaptureFixture[str]
) -> None:
    log, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(log), root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        seen = ""
        for receiver, url in (
            (mail, mail.url(login=f"u:{CANARY}")),
            (hook, hook.url(CANARY, login=f"u:{CANARY}", query=f"+X-Key={CANARY}&-q={CANARY}")),
        ):
            receiver.behave(mode, seconds=0.05)
            seen += repr(Sender(tmp_path, url)(seconds=0.5))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    out, err = capfd.readouterr()
    assert CANARY not in seen + log.getvalue() + out + err


def test_a_plugin_that_breaks_is_a_result_without_its_words() -> None:
    def broken() -> SendResult:
        raise RuntimeError(CANARY)

    result = within(1.0, broken)
    assert result == SendResult(outcome=SendOutcome.MAYBE_SENT, detail="the plugin broke: RuntimeError")


def test_an_attempt_that_never_ends_is_left_to_itself() -> None:
    forever = threading.Event()

    def stuck() -> SendResult:
        forever.wait(30)
        return SendResult(outcome=SendOutcome.SENT)

    started = time.monotonic()
    result = within(0.2, stuck)
    forever.set()
    assert time.monotonic() - started < 5.0
    assert result == SendResult(outcome=SendOutcome.MAYBE_SENT, detail="no answer within 0.2 s")


def test_console_prints_the_whole_alert(capsys: pytest.CaptureFixture[str]) -> None:
    assert Channels.load(None).send("console", ALERT, seconds=1).outcome is SendOutcome.SENT
    assert capsys.readouterr().out == f"URGENT: drones\n{BODY}\n\n"
    assert Channels.load(None).send("other", ALERT, seconds=1).outcome is SendOutcome.IMPOSSIBLE


def test_console_that_went_away_is_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", Gone())
    result = Channels.load(None).send("console", ALERT, seconds=1)
    assert result.outcome is SendOutcome.FAILED
    assert "Broken pipe" in result.detail


def test_console_that_knows_ascii_only_still_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert Channels.load(None).send("console", ALERT, seconds=1).outcome is SendOutcome.SENT
    assert b"?Two drones hit the base?" in raw.getvalue()


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (f"discord://{'1' * 18}/{'a' * 60}", r"@¦everyone \*b\* \<¦!channel\> \[x\]"),
        (f"discord://{'1' * 18}/{'a' * 60}?format=markdown", r"@¦everyone \*b\* <¦\!channel\> \[x\]"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "@¦everyone *b* &lt;¦!channel&gt; [x]"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "@¦everyone *b* &lt;¦!channel&gt; [x]"),
        ("ntfy://localhost/topic", "@¦everyone *b* <¦!channel> [x]"),
        ("mmost://localhost/3ccdd113474722377935511fc85d3dd4", r"@¦everyone \*b\* \<¦!channel\> \[x\]"),
    ],
    ids=lambda value: value.partition("://")[0] if "://" in value else "",
)
def test_what_chat_services_are_posted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, sent: str) -> None:
    """The services are far away, so the last step is a stand-in; plugin, conversion and escaping are the real ones."""
    posted: list[str] = []

    def stand_in(_: requests.Session, request: requests.PreparedRequest, **__: object) -> requests.Response:
        body = request.body or b""
        posted.append(json.dumps(json.loads(body), ensure_ascii=False))
        response = requests.Response()
        response.status_code, response._content = 200, b'{"ok": true, "id": "1", "result": {"message_id": 1}}'
        return response

    monkeypatch.setattr(requests.Session, "send", stand_in)
    Sender(tmp_path, url)(titled("t", "@everyone *b* <!channel> [x]"))
    shown = "".join(posted).replace("\u200b", "¦").replace("\\\\", "\\")
    assert sent in shown
    assert "@everyone" not in shown
