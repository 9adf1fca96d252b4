"""Everything wrong at every address of the table: plain words, never an error of ours, and nothing in the database
changes."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import Board, held
from ledgers import ASAD, incident_at, put, report_of
from monitor.web.routes import ROUTES, Route

#: as they stand in an address
VALUES = (
    "", "%00", "%ff%fe", "%ed%a0%80", "%2e%2e%2f", "-1", "0", "99999999999999999999999", "D99999999999999999999",
    "1e309", "NaN", "%D9%A3", "%C2%B2", "0001-01-01", "9999-12-31", "999999999d", "-5h", "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00", "%27%20OR%201=1--", "%3Cscript%3E", "a" * 600, "%25", "~", "none~", "9~9~9",
    "2026-11-21T05:14:09Z~x", "eyJhIjoxfQ", "%F0%9F%92%A5", "%E2%80%AE", "W10", "%5B%5D", "%7B%7D",
)  # fmt: skip
NAMES = (
    "since", "until", "place", "country", "group", "weapon", "grade", "level", "cursor", "pictures", "state", "text",
    "channel", "kind", "incident", "feed", "novelty", "act", "decision", "rule", "limit", "told", "acked", "timeline",
    "sources", "from", "done", "undone", "with", "reports", "language", "kept", "next", "page", "token", "nobody",
)  # fmt: skip
PARTS = (
    "nobody",
    "%00",
    "%2e%2e",
    "%2F",
    "%ff",
    "D99999999999999999999",
    "9" * 40,
    "a" * 3000,
    "%3Cb%3E",
    "-1",
    "%0d%0aX:1",
)
BODIES = (
    b"",
    b"[",
    b"{}",
    b"[" * 100_000,
    b"\xff\xfe",
    b"a=1&a=2",
    b"&" * 500,
    b'{"until":"9999999999d"}',
    b"{}\n" * 3,
)
HEADERS = (
    ("Origin", "http://["), ("Origin", "http://[::1"), ("Cookie", "zone=../../etc/passwd"),
    ("Cookie", "zone=localtime; =;;;a"),
    ("Authorization", "Bearer \xff"), ("If-None-Match", ",,W/,\"*"), ("Last-Event-ID", "\xff~~~"),
    ("X-Forwarded-For", "[,::,"),
    ("Content-Type", "application/x-www-form-urlencoded; charset=utf-7"),
)  # fmt: skip


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path) as made:
        with made.store.transaction() as tx:
            incident = incident_at(ASAD)
            put(tx, incident, report_of("r1", incident))
        yield made


def raw(board: Board, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> tuple[int, str]:
    """One request with exactly this target; no client makes it better."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{board.server.port}", "Connection: close",
             *(f"{name}: {value}" for name, value in headers)]  # fmt: skip
    lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
    with socket.create_connection(("127.0.0.1", board.server.port), timeout=20) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
            if b"text/event-stream" in answer[:2000]:
                break
    return int(answer[9:12]), answer.decode("utf-8", "replace")


def filled(pattern: str, value: str) -> str:
    return re.sub(r"\{[^}]+\}", lambda _: value, pattern)


def targets(route: Route) -> Iterator[str]:
    path = filled(route.pattern, "incident" if "{form}" not in route.pattern else "csv")
    yield from (
        f"{path}?{more}" for more in ("a=1&" * 200, "%", "=", "&&&", ";", "limit=1&limit=2", "cursor", "\xe9=\xe9")
    )
    if "{" in route.pattern:
        yield from (filled(route.pattern, part) for part in PARTS)


def held_by_nobody(status: int, answer: str, asked: str) -> None:
    assert status < 500 or (status == 503 and "/health" in asked), f"{asked[:200]}: {status}\n{answer[-800:]}"
    assert "Traceback" not in answer, asked


def test_nothing_that_is_asked_breaks_anything(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    before, tried = held(board), 0
    faults: list[str] = []

    def ask(method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> str:
        nonlocal tried
        tried += 1
        status, answer = raw(board, method, target, *headers, body=body)
        try:
            held_by_nobody(status, answer, target)
        except AssertionError as error:
            faults.append(f"{method} {headers} {body[:40]!r} {error}"[:600])
        return answer

    with caplog.at_level(logging.ERROR):
        for route in ROUTES:
            path = filled(route.pattern, "nobody")
            if route.method == "GET":
                for target in targets(route):
                    ask("GET", target)
                for name in NAMES:
                    whole = filled(route.pattern, "csv" if "{form}" in route.pattern else "nobody")
                    if "there is no parameter" not in ask("GET", f"{whole}?{name}=x"):
                        for value in VALUES if "{id}" not in route.pattern else VALUES[:3]:
                            ask("GET", f"{whole}?{name}={value}")
            else:
                for body in BODIES:
                    for kind in ("application/x-www-form-urlencoded", "application/json"):
                        ask("POST", path, ("Content-Type", kind), body=body)
            for header in HEADERS:
                ask(route.method, path, header)
        for odd in (
            "//",
            "//evil.example/",
            "/%00",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/\xff",
            "/" + "a" * 9000,
            "/;a",
            "*",
        ):
            ask("GET", odd)
    print(f"\n{tried:,} hostile requests")
    bugs = [record for record in caplog.records if record.levelno >= logging.ERROR]
    faults += [f"{record.getMessage()} {record.exc_info}" for record in bugs]
    assert not faults, "\n".join(faults[:40])
    assert held(board) == before
