"""Logging in at the real board: the cookie, the limits, the tokens, and what is refused at the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from boards import Board
from monitor.config.settings import load_settings
from monitor.errors import ConfigError
from monitor.web.attempts import IN_TOTAL, MOST_ADDRESSES, PER_ADDRESS, Attempts
from monitor.web.passwords import PasswordHash, sealed
from monitor.web.sessions import IDLE, LONGEST, MOST_SESSIONS, Sessions

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
RIGHT = "correct horse ع"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path, environment={"BASEWATCH_WEB_PASSWORD": RIGHT}) as made:
        yield made


def log_in(board: Board, password: str, *, token: str | None = None, **more: str) -> httpx.Response:
    found = re.search('name="csrf" value="([^"]+)"', board.get("/login").text)
    assert found is not None
    form = {"csrf": token or found[1], "password": password, **more}
    return board.client.post("/login", data=form)


def test_in_and_out(board: Board) -> None:
    asked = board.get("/", headers={"Accept": "text/html"})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/login?next=/")
    wrong = log_in(board, "correct horse")
    assert wrong.status_code == 403
    assert "not the password" in wrong.text
    right = log_in(board, RIGHT, next="/", name="Karim")
    assert (right.status_code, right.headers["Location"]) == (303, "/")
    line = right.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"):
        assert part in line
    assert "Secure" not in line  # plain http on loopback
    page = board.get("/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert board.client.post("/logout", data={"csrf": "wrong"}).status_code == 403
    assert board.get("/").status_code == 200
    found = re.search('name="csrf" value="([^"]+)"', board.get("/login").text)
    assert found is not None
    kept = dict(board.client.cookies)
    assert board.client.post("/logout", data={"csrf": found[1]}).status_code == 303
    board.client.cookies.update(kept)
    assert board.get("/").status_code == 303  # the session itself has ended, not only the cookie


def test_the_cookie_is_secure_where_the_way_is(tmp_path: Path) -> None:
    environment = {"BASEWATCH_WEB_PASSWORD": RIGHT, "BASEWATCH_WEB_URL": "https://watch.example/board",
                   "BASEWATCH_WEB_PROXY_NETWORKS": "127.0.0.1"}  # fmt: skip
    with Board(tmp_path, environment=environment, base="/board") as board:
        board.client.headers.update({"Host": "watch.example", "X-Forwarded-Proto": "https"})
        answer = log_in(board, RIGHT)
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "Path=/board;" in answer.headers["Set-Cookie"]
        assert answer.headers["Location"] == "/board/"
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\tx"]
)
def test_nobody_is_led_elsewhere_after_the_log_in(board: Board, target: str) -> None:
    assert log_in(board, RIGHT, next=target).headers["Location"] == "/"


def test_the_password_is_not_tried_for_ever_and_nobody_locks_out_the_others(board: Board) -> None:
    answers = [log_in(board, "wrong password") for _ in range(PER_ADDRESS + 1)]
    assert [answer.status_code for answer in answers] == [403] * PER_ADDRESS + [429]
    assert int(answers[-1].headers["Retry-After"]) in range(1, 61)
    assert log_in(board, RIGHT).status_code == 429
    assert board.site.gate.log_in(RIGHT, "", ip_address("192.0.2.1"), now=board.clock())


def test_attempts_are_counted_in_bounded_memory() -> None:
    attempts = Attempts(now=NOW)
    mine = ip_address("192.0.2.1")
    attempts.succeeded(mine)
    many = [attempts.wait(ip_address(f"10.{n >> 8}.{n & 255}.1"), now=NOW) for n in range(IN_TOTAL + 50)]
    assert many.count(0) == IN_TOTAL
    assert attempts.wait(mine, now=NOW) == 0  # known: the others do not lock it out
    assert attempts.wait(ip_address("10.99.0.1"), now=NOW + timedelta(minutes=5)) == 0
    for n in range(3 * MOST_ADDRESSES):
        attempts.wait(ip_address(f"10.{n >> 8}.{n & 255}.2"), now=NOW)
    assert len(attempts._each) <= MOST_ADDRESSES
    line = [attempts.wait(ip_address(f"2001:db8::{n:x}"), now=NOW + timedelta(hours=1)) for n in range(PER_ADDRESS + 1)]
    assert line[-1] > 0  # one line has all addresses of its network


def test_sessions_end() -> None:
    sessions = Sessions()
    token = sessions.open("Karim", now=NOW)
    assert sessions.find("other", now=NOW) is None
    found = sessions.find(token, now=NOW + IDLE)
    assert found is not None
    assert found.name == "Karim"
    assert sessions.find(token, now=NOW + 2 * IDLE + timedelta(seconds=1)) is None
    token = sessions.open("", now=NOW)
    for hour in range(25):
        last = sessions.find(token, now=NOW + timedelta(minutes=30 * hour))
        assert (last is None) == (timedelta(minutes=30 * hour) > LONGEST)
    tokens = [sessions.open("", now=NOW) for _ in range(MOST_SESSIONS + 1)]
    assert sessions.find(tokens[0], now=NOW) is None
    assert sessions.find(tokens[-1], now=NOW) is not None
    assert all(one.encode() not in repr(sessions._kept).encode() for one in tokens)


def test_a_hash_tells_no_password() -> None:
    made = PasswordHash.of(RIGHT)
    again = PasswordHash.read(str(made))
    assert again.matches(RIGHT)
    assert not again.matches(RIGHT + "x")
    assert not again.matches("")
    assert RIGHT not in repr(made) + str(made)
    assert str(PasswordHash.of(RIGHT)) != str(made)


def test_what_others_can_reach_is_not_served_without_a_password(tmp_path: Path) -> None:
    def load(**given: str) -> None:
        load_settings({f"BASEWATCH_{name}": value for name, value in given.items()}, tmp_path)

    for where in ("0.0.0.0:8470", "[::]:8470", "192.0.2.1:8470"):
        with pytest.raises(ConfigError, match="BASEWATCH_WEB_PASSWORD"):
            load(WEB=where)
        load(WEB=where, WEB_PASSWORD=RIGHT)
        load(WEB=where, WEB_PROXY_HEADER="Remote-User", WEB_PROXY_NETWORKS="10.0.0.0/8")
    for where in ("127.0.0.1:8470", "[::1]:8470", "localhost:8470", "unix:/run/board.sock"):
        load(WEB=where)
    for wrong in (
        {"WEB_PROXY_HEADER": "Remote-User"}, {"WEB_PASSWORD": "short"}, {"WEB_PASSWORD": "scrypt$1$2"},
        {"WEB_TOKEN": "short"}, {"WEB_URL": "ftp://x"}, {"WEB_URL": "https://x/a?b"}, {"WEB_HOSTS": "https://x"},
        {"WEB_PROXY_HEADER": "Remote User", "WEB_PROXY_NETWORKS": "10.0.0.0/8"}, {"WEB_PROXY_NETWORKS": "proxy"},
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            load(**wrong)


def test_a_process_that_stays_holds_no_plain_password(tmp_path: Path) -> None:
    settings = load_settings({"BASEWATCH_WEB_PASSWORD": RIGHT}, tmp_path)
    kept = sealed(settings)
    assert kept.web_password is not None
    assert RIGHT not in kept.web_password
    assert PasswordHash.read(kept.web_password).matches(RIGHT)
    assert sealed(kept) == kept
    assert sealed(load_settings({}, tmp_path)).web_password is None
