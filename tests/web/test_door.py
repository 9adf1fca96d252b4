"""The door of the real board, attacked: sessions, where a log-in leads, names, proxies, tokens."""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import feedparser
import httpx
import pytest

from boards import Board, told
from monitor.config.settings import load_settings
from monitor.errors import ConfigError
from monitor.web.attempts import IN_TOTAL, MOST_ADDRESSES, PER_ADDRESS, PER_NETWORK, Attempts
from monitor.web.gate import COOKIE, Gate, cookies_of
from monitor.web.headers import ALWAYS
from monitor.web.sessions import LONGEST

PASSWORD, ACT, READ = "motdepassé ع", "a" * 30, "r" * 32
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
NETWORKS = count(3)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One that asks for a password, knows tokens, and believes a proxy on loopback."""
    given = {
        "BASEWATCH_WEB_PASSWORD": PASSWORD, "BASEWATCH_WEB_TOKEN": ACT, "BASEWATCH_WEB_READ_TOKEN": READ,
        "BASEWATCH_WEB_PROXY_HEADER": "Remote-User", "BASEWATCH_WEB_PROXY_NETWORKS": "127.0.0.1",
        "BASEWATCH_WEB_HOSTS": "board.lan", "BASEWATCH_WEB_URL": "https://watch.example",
    }  # fmt: skip
    with Board(tmp_path_factory.mktemp("door"), environment=given) as made:
        for number in range(60):
            told(made, f"Number {number}", number=number)
        yield made


def csrf_of(client: httpx.Client) -> str:
    found = re.search('name="csrf" value="([^"]+)"', client.get("/login").text)
    assert found is not None
    return found[1]


def log_in(client: httpx.Client, password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post("/login", data={"csrf": csrf_of(client), "password": password, **more})


def fresh(board: Board) -> httpx.Client:
    """A browser of its own in a network of its own, as the proxy tells."""
    return httpx.Client(base_url=board.url(""), timeout=20, headers={"X-Forwarded-For": f"192.0.{next(NETWORKS)}.1"})


def with_session(board: Board, *tokens: str) -> int:
    return httpx.get(board.url("/"), headers={"Cookie": "; ".join(f"{COOKIE}={one}" for one in tokens)}).status_code


class TestSessions:
    def test_a_token_that_a_browser_brought_along_never_becomes_one(self, board: Board) -> None:
        with fresh(board) as client:
            client.headers["Cookie"] = f"{COOKIE}=CHOSEN"
            made = log_in(client)
        assert made.status_code == 303
        assert made.headers["Cache-Control"] == "no-store"
        assert "CHOSEN" not in made.headers["Set-Cookie"]
        assert with_session(board, "CHOSEN") == 303

    def test_a_log_in_ends_the_session_that_the_browser_had(self, board: Board) -> None:
        with fresh(board) as client:
            log_in(client)
            (before,) = client.cookies.values()
            log_in(client)
            (after,) = client.cookies.values()
        assert (with_session(board, before), with_session(board, after)) == (303, 200)

    def test_a_cookie_of_another_program_on_the_host_does_not_take_its_place(self, board: Board) -> None:
        with fresh(board) as client:
            log_in(client)
            (own,) = client.cookies.values()
        assert with_session(board, own, "of-all-paths") == 200
        assert cookies_of(f'{"x=1; " * 90}; =;;{{j}}=\x01; {COOKIE}="t"')[COOKIE] == "t"

    def test_it_ends_with_the_password_and_the_process(self, tmp_path: Path) -> None:
        settings = load_settings({"BASEWATCH_WEB_PASSWORD": PASSWORD}, tmp_path)
        gate, later = Gate(settings, now=NOW), Gate(settings, now=NOW)
        token = gate.log_in(PASSWORD, "", None, now=NOW)
        assert token is not None
        assert gate._sessions.stands(token, now=NOW)
        assert not later._sessions.stands(token, now=NOW)
        assert not gate._sessions.stands(token, now=NOW + LONGEST + timedelta(seconds=1))

    def test_the_log_in_page_tells_nothing_that_the_forms_of_others_bring_back(self, board: Board) -> None:
        with fresh(board) as client:
            strangers = csrf_of(client)
            answer = client.post("/try", data={"csrf": strangers, "text": "x"}, headers={"Remote-User": "karim"})
            assert answer.status_code == 403
            assert "out of date" in answer.text
            mine, others = (
                re.search('name="csrf" value="([^"]+)"', client.get("/try", headers={"Remote-User": name}).text)
                for name in ("karim", "leyla")
            )
        assert mine is not None
        assert others is not None
        assert len({strangers, mine[1], others[1]}) == 3


class TestPasswords:
    def test_one_sign_or_two(self, board: Board) -> None:
        with fresh(board) as client:
            assert log_in(client, unicodedata.normalize("NFD", PASSWORD)).status_code == 303
            for wrong in ("x" * 100_000, PASSWORD + "\x00", "\x00", ""):
                assert log_in(client, wrong).status_code == 403

    @pytest.mark.parametrize(
        ("held", "said"),
        [
            (b"\xef\xbb\xbfcorrect horse\r\n", None), (b"correct horse\n\n", None), (b"", "it is empty"),
            (b" \n", "it is empty"), (b"\xff\xfec\x00", "not UTF-8"), (b"correct\nhorse", "one line"),
            (b"scrypt$9999999$8$1$" + b"A" * 22 + b"==$" + b"A" * 43 + b"=", "not whole"),
            (b"scrypt$1048576$8$1$" + b"A" * 22 + b"==$" + b"A" * 43 + b"=", "not whole"),
        ],
    )  # fmt: skip
    def test_a_file_that_holds_it(self, tmp_path: Path, held: bytes, said: str | None) -> None:
        (tmp_path / "password").write_bytes(held)
        given = {"BASEWATCH_WEB_PASSWORD_FILE": "password"}
        if said is None:
            assert load_settings(given, tmp_path).web_password == "correct horse"
            return
        with pytest.raises(ConfigError, match=said):
            load_settings(given, tmp_path)

    def test_a_hundred_thousand_tries_from_everywhere(self) -> None:
        attempts, tried = Attempts(now=NOW), 0
        for number in range(100_000):
            tried += not attempts.wait(ip_address(number * 41_947 % 2**32), now=NOW)
        assert tried == IN_TOTAL
        assert len(attempts._each) <= MOST_ADDRESSES
        assert attempts.wait(ip_address("192.0.2.1"), now=NOW + timedelta(seconds=2)) == 0

    def test_who_shares_an_address_does_not_lock_out_a_browser_that_has_logged_in(self) -> None:
        attempts, shared = Attempts(now=NOW), ip_address("192.0.2.1")
        attempts.succeeded(shared, browser="token")
        for minute in range(60):
            now = NOW + timedelta(minutes=minute)
            while not attempts.wait(shared, now=now, browser="of another"):
                pass
            assert attempts.wait(shared, now=now, browser="token") == 0
            attempts.succeeded(ip_address("192.0.2.9"), browser="token")
        tried = [attempts.wait(shared, now=now, browser="token") for _ in range(PER_ADDRESS + 1)]
        assert tried.count(0) == PER_ADDRESS  # nor does whoever has its cookie try for ever
        assert "token" not in repr(vars(attempts))

    @pytest.mark.parametrize("around", ["2001:db8:0:{:x}::1", "198.51.100.{}"])
    def test_who_has_a_whole_network_does_not_lock_out_the_others(self, around: str) -> None:
        attempts = Attempts(now=NOW)
        made = [attempts.wait(ip_address(around.format(number)), now=NOW) for number in range(250)]
        assert made.count(0) == PER_NETWORK
        assert attempts.wait(ip_address("192.0.2.1"), now=NOW) == 0


@pytest.mark.parametrize(
    "asked",
    ["/incidents?country=IQ&weapon=drone", "/feeds/Harbour%20Wire", "/feeds/%D8%B9?x=%26", "/?place=a%20b+c", "/log?"],
)
def test_a_log_in_leads_back_to_what_was_asked(board: Board, asked: str) -> None:
    with fresh(board) as client:
        target = urlsplit(client.get(asked).headers["Location"])
        assert target.path == "/login"
        page = client.get(f"/login?{target.query}")
        field = re.search('name="next" value="([^"]*)"', page.text)
        assert field is not None
        back = log_in(client, next=unescape(field[1])).headers["Location"]
    assert back == asked.removesuffix("?")


def test_what_is_too_long_or_a_token_is_not_carried_through_the_log_in(board: Board) -> None:
    for query in ("place=" + "x" * 800, f"token={READ}"):
        target = board.get(f"/incidents?{query}").headers["Location"]
        assert parse_qs(urlsplit(target).query) == {"next": ["/incidents"]}
    assert board.get(board.get("/feeds/" + "x" * 800).headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "\\\\evil.example", "/\\evil.example", "%2f%2fevil.example", "javascript:x", "/\r\nX: y", "/\tx",
     "https:evil.example", "/.//evil.example", "/a/../../other", "/%2e%2E/other", "/.%2e?x", "/\u2028x", "/x\x00"],
)  # fmt: skip
def test_nobody_is_led_elsewhere(board: Board, target: str) -> None:
    answer = board.get("/login", params={"next": target})
    assert answer.status_code == 400 or 'name="next" value="/"' in answer.text


class TestProxies:
    @pytest.mark.parametrize(
        ("values", "status"),
        [([], 303), (["karim"], 200), (["karim", "karim"], 403), ([""], 403), (["x" * 101], 403)],
    )
    def test_its_header(self, board: Board, values: list[str], status: int) -> None:
        answer = board.get("/", headers=[("Remote-User", one) for one in values])
        assert answer.status_code == status

    @pytest.mark.parametrize(
        "name", ["X-Forwarded-For", "X-Forwarded-User", "X-Forwarded-Server", "Forwarded", "Via", "CF-Connecting-IP"]
    )
    def test_who_comes_by_one_is_not_taken_for_somebody_at_this_machine(self, tmp_path: Path, name: str) -> None:
        with Board(tmp_path) as board:
            assert board.get("/", headers={name: "127.0.0.1"}).status_code == 403
            assert board.get("/").status_code == 200

    @pytest.mark.parametrize("name", ["Authorization", "Cookie", "Host", "X-Forwarded-For", "Sec-Fetch-Site", "Via"])
    def test_a_header_that_everybody_sends_is_no_log_in(self, tmp_path: Path, name: str) -> None:
        given = {"BASEWATCH_WEB_PROXY_NETWORKS": "10.0.0.1"}
        with pytest.raises(ConfigError, match="does not say who"):
            load_settings({**given, "BASEWATCH_WEB_PROXY_HEADER": name}, tmp_path)
        load_settings({**given, "BASEWATCH_WEB_PROXY_HEADER": "X-Forwarded-User"}, tmp_path)

    def test_a_form_comes_back_from_the_public_address_by_a_proxy_that_writes_another_host(self, board: Board) -> None:
        with fresh(board) as client:
            given = {"csrf": csrf_of(client), "password": "wrong"}
            for origin, status in (("https://watch.example", 403), ("https://evil.example", 403)):
                answer = client.post("/login", data=given, headers={"Origin": origin})
                assert answer.status_code == status
                assert ("not the password" in answer.text) is (origin == "https://watch.example")


@pytest.mark.parametrize(
    ("line", "host", "status"),
    [
        ("/", "127.0.0.1", 303), ("/", "LOCALHOST.:1", 303), ("/", "board.lan:443", 303), ("/", "WATCH.example.", 303),
        ("/", "evil.example", 403), ("/", "board.lan.evil.example", 403), ("/", "0x7f.1", 403), ("/", "127.1", 403),
        ("/", "[::ffff:127.0.0.1]", 403), ("/", "127.0.0.1@evil.example", 403), ("/", "127.0.0.1, evil.example", 403),
        ("/", "", 403), ("http://evil.example/", "127.0.0.1", 404), ("http://127.0.0.1/", "evil.example", 403),
        ("/", "127.0.0.1\r\nHost: evil.example", 400), ("/", "127.0.0.1\r\nX-Forwarded-Host: evil.example", 303),
    ],
)  # fmt: skip
def test_names(board: Board, line: str, host: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", board.server.port), timeout=10) as dialled:
        dialled.sendall(f"GET {line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        got = b"".join(iter(lambda: dialled.recv(65536), b""))
    assert int(got[9:12]) == status
    assert b"evil.example" not in got.partition(b"\r\n\r\n")[0]


class TestTokens:
    @pytest.mark.parametrize(
        ("sent", "page", "read", "act"),
        [
            (f"Bearer {READ}", 200, 200, 403), (f"bearer {READ}", 200, 200, 403), (f"Bearer {ACT}", 200, 200, 404),
            (f"Bearer {ACT[:-1]}", 401, 401, 401), (f"Bearer {ACT}a", 401, 401, 401),
            (f"Bearer {READ}{ACT}", 401, 401, 401),
            (f"Basic {ACT}", 303, 401, 401), (f"Token {ACT}", 303, 401, 401), (ACT, 303, 401, 401),
            ("Bearer", 303, 401, 401),
        ],
    )  # fmt: skip
    def test_in_the_header(self, board: Board, sent: str, page: int, read: int, act: int) -> None:
        headers = {"Authorization": sent}
        answers = [board.get(path, headers=headers) for path in ("/", "/api/v1/feeds", "/metrics", "/feed.atom")]
        done = board.client.post("/api/v1/incidents/none/ack", headers=headers, json={})
        assert [one.status_code for one in (*answers, done)] == [page, read, read, read, act]
        for answer in (*answers, done):
            assert not any(token in answer.text + str(answer.headers) for token in (ACT, READ))

    def test_in_the_address_of_the_feed_alone(self, board: Board) -> None:
        for path in ("/", "/incidents.csv", "/live", "/metrics", "/api/v1/feeds"):
            answer = board.get(f"{path}?token={READ}")
            assert answer.status_code in (303, 401)
            assert READ not in answer.text + str(answer.headers)
        assert board.client.post(f"/api/v1/incidents/none/ack?token={ACT}", json={}).status_code == 401

    def test_a_reader_with_its_token_in_the_address_reads_on(self, board: Board) -> None:
        seen, address = [], f"/feed.atom?token={READ}&country=IQ"
        while address:
            answer = board.get(address)
            assert answer.status_code == 200
            links = {one.rel: one.href for one in feedparser.parse(answer.content).feed.links}
            assert READ not in links["self"] + links["alternate"]
            seen += [one.title for one in feedparser.parse(answer.content).entries]
            address = links.get("next", "").removeprefix("https://watch.example")
        assert len(set(seen)) == 60
        by_header = board.get("/feed.atom", headers={"Authorization": f"Bearer {READ}"})
        assert 'rel="next"' in by_header.text
        assert READ not in by_header.text

    def test_one_that_only_reads_is_not_the_one_that_acts(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="two different ones"):
            load_settings({"BASEWATCH_WEB_TOKEN": ACT, "BASEWATCH_WEB_READ_TOKEN": ACT}, tmp_path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/login", 200), ("GET", "/nowhere", 404), ("PUT", "/", 405),
        ("OPTIONS", "/", 405), ("TRACE", "/", 405), ("DELETE", "/api/v1/items", 405), ("GET", "/incidents.csv", 200),
        ("HEAD", "/incidents.json", 200), ("GET", "/incidents?since=tomorrow", 400), ("GET", "/api/v1/items", 200),
        ("GET", "/feed.atom", 200), ("GET", "/metrics", 200), ("GET", "/api/v1/items?limit=x", 400),
        ("GET", "/live", 200),
        ("POST", "/try", 403), ("POST", "/api/v1/classify", 413), ("HEAD", "/live", 200), ("GET", "/health", 503),
    ],
)  # fmt: skip
def test_what_somebody_who_logged_in_is_answered_has_every_header_and_is_kept_nowhere(
    board: Board, method: str, path: str, status: int
) -> None:
    large = (b"x" * 60_000 for _ in range(20)) if status == 413 else None
    with board.client.stream(method, path, headers={"Remote-User": "karim"}, content=large) as answer:
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_database_that_is_gone_is_said_and_where_it_was_only_to_who_may_know(tmp_path: Path) -> None:
    given = {"BASEWATCH_WEB_PASSWORD": PASSWORD, "BASEWATCH_WEB_READ_TOKEN": READ}
    with Board(tmp_path, environment=given) as closed:
        known = {"Authorization": f"Bearer {READ}"}
        assert closed.get("/health").status_code == 503
        (tmp_path / "board.db").rename(tmp_path / "away.db")
        paths = ("/", "/incidents", "/feeds", "/deliveries", "/api/v1/incidents", "/feed.atom", "/health")
        answers = {path: closed.get(path, headers=known) for path in paths}
        assert {path: one.status_code for path, one in answers.items()} == dict.fromkeys(paths, 503)
        assert str(tmp_path) in answers["/health"].text
        strangers = closed.get("/health")
        assert (strangers.status_code, str(tmp_path) in strangers.text) == (503, False)
        assert "database" in strangers.text
