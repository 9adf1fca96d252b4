"""Mailboxes as sources: a real IMAP server (pymap) over TLS on loopback, and servers that say anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailing import PASSWORD, USER, MailServer, ScriptedServer, make_certificate
from monitor.config.feedsfile import load_feeds
from monitor.config.mailboxes import Mailbox, MailLogin, login_of, mailbox_at, read_logins
from monitor.feeds.bundle import pack_messages, unpack_messages
from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits
from monitor.feeds.fetch.imap import MailLimits
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified
from newsroom import Newsroom

LOOPBACK = (ip_network("127.0.0.0/8"),)
LOGINS = (MailLogin(name="localhost", user=USER, password=PASSWORD),)


def mail(number: int, *, subject: str = "", text: str = "") -> bytes:
    subject, text = subject or f"Statement {number}", text or f"Drones struck the airfield number {number} at night."
    return f"""From: Ministry of Defence <press@mod.example>
To: reader@example.org
Date: Sat, 28 Nov 2026 10:{number % 60:02}:00 +0000
Message-ID: <statement-{number}@mod.example>
Subject: {subject}
Content-Type: text/plain; charset=utf-8

{text}
""".encode()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


@pytest.fixture
def server(certificate: Path) -> Iterator[MailServer]:
    with MailServer(certificate) as running:
        yield running


def ask(
    url: str, *, place: str | None = None, logins: tuple[MailLogin, ...] = LOGINS, seconds: float = 10,
    allow: bool = True, limits: MailLimits | None = None,
) -> Fetched | NotModified | FetchFailed:  # fmt: skip
    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(
            allow_networks=LOOPBACK if allow else (), mail_logins=logins, limits=FetchLimits(total_seconds=seconds)
        )
        if limits:
            fetcher._mailboxes._limits = limits
        try:
            return await fetcher.fetch(url, etag=place)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def fetched(url: str, **options: object) -> Fetched:
    answer = ask(url, **options)  # type: ignore[arg-type]
    assert isinstance(answer, Fetched), answer
    return answer


def subjects(answer: Fetched) -> list[str]:
    return [raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for _, raw in unpack_messages(answer.body)]


# ------------------------------------------------------------------------------------ a real server


def test_new_messages_are_read_once_and_nothing_is_touched(server: MailServer) -> None:
    server.deliver(mail(1), mail(2))
    before = server.flags()
    first = fetched(server.url())
    assert subjects(first) == ["Statement 1", "Statement 2"]
    again = ask(server.url(), place=first.etag)
    assert again == NotModified(etag=first.etag)
    server.deliver(mail(3))
    third = fetched(server.url(), place=first.etag)
    assert subjects(third) == ["Statement 3"]
    assert ask(server.url(), place=third.etag) == NotModified(etag=third.etag)
    assert server.flags()[:2] == before
    assert not any(b"Seen" in row for row in server.flags())


def test_an_empty_folder_is_a_success(server: MailServer) -> None:
    empty = ask(server.url())
    assert isinstance(empty, NotModified)
    server.deliver(mail(1))
    assert subjects(fetched(server.url(), place=empty.etag)) == ["Statement 1"]


def test_a_folder_by_its_name_in_any_letters(server: MailServer) -> None:
    server.deliver(mail(7), folder="&BBwEOAQ9BD4EMQRA-")  # Минобр, as IMAP spells it
    assert subjects(fetched(server.url("%D0%9C%D0%B8%D0%BD%D0%BE%D0%B1%D1%80"))) == ["Statement 7"]


def test_a_folder_made_anew_is_read_anew(server: MailServer) -> None:
    server.deliver(mail(1), mail(2), folder="Lists")
    first = fetched(server.url("Lists"))
    server.forget("Lists")
    server.deliver(mail(3), folder="Lists")
    anew = fetched(server.url("Lists"), place=first.etag)
    assert subjects(anew) == ["Statement 3"]
    assert anew.detail == "the folder's messages have new numbers: the newest 1 were read"


def test_the_newest_at_first_and_then_nothing_is_left_out(server: MailServer) -> None:
    few = MailLimits(messages=3, together=2)
    server.deliver(*map(mail, range(1, 6)))
    first = fetched(server.url(), limits=few)
    assert subjects(first) == ["Statement 3", "Statement 4", "Statement 5"]
    server.deliver(*map(mail, range(6, 11)))
    second = fetched(server.url(), place=first.etag, limits=few)
    assert subjects(second) == ["Statement 6", "Statement 7", "Statement 8"]
    assert second.detail == "2 more messages wait for the next poll"
    assert subjects(fetched(server.url(), place=second.etag, limits=few)) == ["Statement 9", "Statement 10"]


def test_of_a_long_message_the_beginning_is_read(server: MailServer) -> None:
    server.deliver(mail(1, text="x" * 9000), mail(2))
    answer = fetched(server.url(), limits=MailLimits(message_bytes=2000))
    assert [len(raw) for _, raw in unpack_messages(answer.body)] == [2000, len(mail(2)) + mail(2).count(b"\n")]
    assert answer.detail == "of 1 long messages the first 2,000 bytes were read"
    # all together have a limit of their own: what does not fit waits
    some = fetched(server.url(), limits=MailLimits(message_bytes=2000, total_bytes=2100))
    assert subjects(some) == ["Statement 1"]


def test_wrong_password_wrong_folder_no_login(server: MailServer) -> None:
    wrong = ask(server.url(), logins=(MailLogin(name="localhost", user=USER, password="SECRET"),))
    assert isinstance(wrong, FetchFailed)
    assert wrong.problem is FetchProblem.LOGIN
    assert "refuses the log-in" in wrong.detail
    assert "SECRET" not in repr(wrong)
    missing = ask(server.url("Nowhere"))
    assert isinstance(missing, FetchFailed)
    assert missing.problem is FetchProblem.NO_FOLDER
    nobody = ask(server.url() + "?login=other")
    assert isinstance(nobody, FetchFailed)
    assert nobody.problem is FetchProblem.LOGIN
    assert nobody.told.startswith("no login is set for other; write a line other USER PASSWORD")
    second = (*LOGINS[:0], MailLogin(name="other", user=USER, password=PASSWORD))
    assert isinstance(ask(server.url() + "?login=other", logins=second), NotModified)


def test_the_certificate_and_the_address_are_checked(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inside = ask(server.url(), allow=False)
    assert isinstance(inside, FetchFailed)
    assert inside.problem is FetchProblem.BLOCKED_ADDRESS
    other_name = ask(
        server.url().replace("localhost", "127.0.0.1"),
        logins=(MailLogin(name="127.0.0.1", user=USER, password=PASSWORD),),
    )
    assert isinstance(other_name, FetchFailed)
    assert other_name.problem is FetchProblem.TLS
    monkeypatch.delenv("SSL_CERT_FILE")
    unknown = ask(server.url())
    assert isinstance(unknown, FetchFailed)
    assert unknown.problem is FetchProblem.TLS
    assert "self-signed" in unknown.detail


# ------------------------------------------------------------------------------- servers that say anything

HUGE = b"* 1 FETCH (UID 5 BODY[]<0> {99999999999}"
ODD = {
    "a huge literal": ({"UID FETCH": [HUGE]}, FetchProblem.TOO_LARGE),
    "a literal longer than asked": (
        {"UID FETCH": [b"* 1 FETCH (UID 5 BODY[]<0> {13000000}", b"x" * 13_000_000 + b")"]}, FetchProblem.TOO_LARGE,
    ),
    "a line without an end": ({"": [b"* OK " + b"x" * 100_000]}, FetchProblem.TOO_LARGE),
    "lines without an end": ({"EXAMINE": [b"* 1 EXISTS"] * 60_000}, FetchProblem.TOO_LARGE),
    "goodbye at once": ({"": [b"* BYE no places left"]}, FetchProblem.PROTOCOL),
    "no IMAP": ({"": [b"220 smtp.example ESMTP"]}, FetchProblem.PROTOCOL),
    "a refusal that repeats the password": (
        {"AUTHENTICATE": [b"!NO wrong: " + PASSWORD.encode()]}, FetchProblem.LOGIN,
    ),
    "busy": ({"AUTHENTICATE": [b"!NO [UNAVAILABLE] come back later"]}, FetchProblem.PROTOCOL),
    "the log-in is bad": ({"AUTHENTICATE": [b"!BAD what?"]}, FetchProblem.LOGIN),
    "no password is taken": (
        {"CAPABILITY": [b"* CAPABILITY IMAP4rev1 LOGINDISABLED"]}, FetchProblem.LOGIN,
    ),
    "sizes that are none": ({"EXAMINE": [b"* 9z9 EXISTS", b"* OK [UIDVALIDITY x] ok"]}, FetchProblem.PROTOCOL),
    "a fetch that is refused": ({"FETCH": [b"!BAD no"]}, FetchProblem.PROTOCOL),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_a_server_may_say_anything(certificate: Path, case: str) -> None:
    said, problem = ODD[case]
    with ScriptedServer(certificate, said) as server:
        started = time.monotonic()
        answer = ask(server.url())
        assert isinstance(answer, FetchFailed), answer
        assert answer.problem is problem, answer
        assert PASSWORD not in repr(answer)
        assert answer.detail
        assert time.monotonic() - started < 8


def test_a_flood_before_the_greeting_ends_by_name(certificate: Path) -> None:
    for flood, problem in ((b"x" * 65536, FetchProblem.TOO_LARGE), (b"* OK\r\n" * 9000, None)):
        with ScriptedServer(certificate, raw=flood) as server:
            answer = ask(server.url(), seconds=5)
            assert isinstance(answer, FetchFailed)
            assert answer.problem in (problem, FetchProblem.TOO_LARGE, FetchProblem.PROTOCOL)


@pytest.mark.parametrize("command", ["", "CAPABILITY", "AUTHENTICATE", "EXAMINE", "FETCH", "UID FETCH"])
def test_a_server_that_hangs_costs_the_limit(certificate: Path, command: str) -> None:
    with ScriptedServer(certificate, hang=command) as server:
        started = time.monotonic()
        answer = ask(server.url(), seconds=0.7)
        assert isinstance(answer, FetchFailed)
        assert answer.problem is FetchProblem.TIMEOUT
        assert time.monotonic() - started < 5


def test_what_was_not_asked_for_is_not_taken(certificate: Path) -> None:
    said = {
        "UID FETCH": [
            b"* 1 FETCH (UID 99 BODY[]<0> {3}", b"no\n)", b"* 1 FETCH (BODY[]<0> {3}", b"yes UID 5)",
            b"* 1 FETCH (UID 5 FLAGS (\\Seen))", b"* 7 EXPUNGE",
        ]
    }  # fmt: skip
    with ScriptedServer(certificate, said) as server:
        assert unpack_messages(fetched(server.url()).body) == [(5, b"yes")]
        commands = [line.split(b" ", 1)[-1] for line in server.asked]
        assert b'EXAMINE "INBOX"' in commands
        assert b"FETCH 1:* (UID RFC822.SIZE)" in commands
        assert b"UID FETCH 5 (UID BODY.PEEK[]<0.1048576>)" in commands
        assert not any(b"SELECT" in line or b"STORE" in line for line in commands)


def test_login_where_plain_is_not_offered(certificate: Path) -> None:
    said = {"CAPABILITY": [b"* CAPABILITY IMAP4rev1"], "": [b"* OK hello"]}
    login = (MailLogin(name="localhost", user='a "b" c', password="back\\slash"),)
    with ScriptedServer(certificate, said) as server:
        assert isinstance(ask(server.url(), logins=login), Fetched)
        assert any(line.endswith(b'LOGIN "a \\"b\\" c" "back\\\\slash"') for line in server.asked)
        refused = ask(server.url())
        assert isinstance(refused, FetchFailed)
        assert refused.problem is FetchProblem.LOGIN


# -------------------------------------------------------------------------------------- addresses and logins


def test_addresses() -> None:
    assert mailbox_at("imaps://imap.example.org") == Mailbox(host="imap.example.org", login="imap.example.org")
    assert mailbox_at("imaps://h:1993/A%20b/C?login=x") == Mailbox(host="h", port=1993, folder="A b/C", login="x")
    for wrong in (
        "imaps:h", "imaps://", "imaps://h:0/", "imaps://h:99999/", "imaps://u:SECRET@h/", "imaps://h/a%0d%0aDELETE",
        "imaps://h/?password=SECRET", "imaps://h/a b", "imaps://h/?login=", "imap://h/", "imaps://h/" + "x" * 300,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="; ") as raised:
            mailbox_at(wrong)
        assert "SECRET" not in str(raised.value)


def test_logins(tmp_path: Path) -> None:
    text = "# ours\n\nimap.example.org me@example.org  a pass word \nSecond you pw\r\n"
    logins = read_logins(text, tmp_path)
    assert [(login.name, login.user, login.password) for login in logins] == [
        ("imap.example.org", "me@example.org", "a pass word"), ("second", "you", "pw"),
    ]  # fmt: skip
    assert login_of(mailbox_at("imaps://imap.example.org/"), logins) == logins[0]
    assert login_of(mailbox_at("imaps://imap.example.org/?login=SECOND"), logins) == logins[1]
    assert login_of(mailbox_at("imaps://other.example.org/"), logins) is None
    assert "pass word" not in repr(logins)
    for wrong in ("host SECRET", "ho/st u SECRET", "h u SECRET\nH v SECRET", "h u SEC\x00RET"):
        with pytest.raises(ValueError, match="line") as raised:
            read_logins(wrong, tmp_path)
        assert "SEC" not in str(raised.value)


def test_a_bundle_comes_back_as_it_was() -> None:
    messages = [(1, b""), (4294967295, b"\0\xff"), (3, b"x" * 70_000)]
    assert unpack_messages(pack_messages(messages)) == messages
    with pytest.raises(ValueError, match="cut"):
        unpack_messages(pack_messages(messages)[:-1])
    with pytest.raises(ValueError, match="cut"):
        unpack_messages(b"\0\0\0")


def test_each_sender_is_a_publisher_unless_one_is_written(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(
        "feeds:\n"
        "- {name: Lists, url: 'imaps://h.example/Lists'}\n"
        "- {name: Ministry, url: 'imaps://h.example/Ministry', publisher: MoD}\n"
        "- {name: Both, url: 'imaps://h.example/Both', publisher: MoD, publisher_from: item}\n"
    )
    assert [feed.layout.publisher_from_item for feed in load_feeds(file)] == [True, False, True]


# ------------------------------------------------------------------------------------- the whole way


def test_a_mailbox_is_polled_like_any_feed(server: MailServer, tmp_path: Path) -> None:
    logins = tmp_path / "logins"
    logins.write_text(f"localhost {USER} {PASSWORD}\n", encoding="utf-8")
    room = Newsroom(
        tmp_path,
        environment={"BASEWATCH_MAIL_LOGINS_FILE": str(logins), "SSL_CERT_FILE": str(server.certificate)},
    )
    server.deliver(mail(1))
    with room:
        room.feed("other")
        room.path("feeds.yaml").write_text(f"feeds: [{{name: inbox, url: '{server.url()}', language: en}}]")
        tried = room.call("feeds", "test", server.url()).stdout
        assert "1 entries" in tried
        assert "Ministry of Defence" in tried
        (first,) = room.poll()
        assert (first.result, first.old) == ("fetched", 1)
        (second,) = room.poll()
        assert second.result == "not modified"
        server.deliver(mail(2, subject="Five soldiers killed in drone attack on US base in Iraq"), mail(3), mail(3))
        (third,) = room.poll()
        assert (third.result, third.new) == ("fetched", 2), third
        assert len(third.alerts) == 1
        assert PASSWORD not in room.call("check", expect=None).stdout
        room.path("feeds.yaml").write_text("feeds: [{name: inbox, url: 'imaps://other.example/Lists'}]")
        assert "no login is set for other.example" in room.call("check", expect=None).stdout
        assert PASSWORD not in "".join(path.read_bytes().decode("latin-1") for path in room.path("").glob("*.db*"))


# ---------------------------------------------------------------------- a "no" where messages are asked for


@pytest.mark.parametrize("command", ["FETCH", "UID FETCH"])
def test_a_refused_message_is_asked_for_again(certificate: Path, command: str) -> None:
    with ScriptedServer(certificate, {command: [b"!NO [UNAVAILABLE] try later"]}) as server:
        answer = ask(server.url())
    assert isinstance(answer, FetchFailed), answer
    assert answer.problem is FetchProblem.PROTOCOL
    assert "try later" in answer.detail


def test_a_message_that_was_deleted_meanwhile_is_passed(certificate: Path) -> None:
    with ScriptedServer(certificate, {"UID FETCH": []}) as server:
        assert ask(server.url()) == NotModified(etag="imap-7-5")
