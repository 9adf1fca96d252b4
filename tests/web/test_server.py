"""The server against rude clients: floods, crumbs, halves, who never reads; and where it listens."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from boards import Board
from monitor.web import server
from monitor.web.headers import ALWAYS
from monitor.web.pages import ledger
from monitor.web.server import WebServer


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setattr(server, "REQUEST", 1.0)
    monkeypatch.setattr(server, "UNREAD", 1.0)
    monkeypatch.setattr(server, "_LOOK", 0.2)
    with Board(tmp_path) as made:
        yield made


def dial(board: Board) -> socket.socket:
    return socket.create_connection(("127.0.0.1", board.server.port), timeout=10)


def answer_to(board: Board, sent: bytes) -> bytes:
    """What comes until the end of the connection."""
    with dial(board) as line:
        line.sendall(sent)
        return drained(line)


def drained(line: socket.socket) -> bytes:
    got = b""
    try:
        while piece := line.recv(65536):
            got += piece
    except ConnectionError:
        pass
    return got


HEAD = b"Host: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nConnection: close\r\n" + HEAD + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"Connection: close\r\n\r\n",
         b"431"),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n", b"404"),
        (b"GET / HTTP/1.0\r\n\r\n", b"403"),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Bad Header: 1\r\n\r\n", b"400"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_and_ended(board: Board, sent: bytes, status: bytes) -> None:
    got = answer_to(board, sent)
    assert got.split(b" ")[1] in (status, b"400"), got[:200]
    assert b"Traceback" not in got
    for name in ALWAYS:
        assert name.lower().encode() in got.lower()
    assert board.get("/").status_code == 200


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nHost: 127", b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\nab"],
)
def test_half_a_request_ends_soon(board: Board, begun: bytes) -> None:
    with dial(board) as line:
        began = time.monotonic()
        line.sendall(begun)
        drained(line)
        assert time.monotonic() - began < 6


def test_a_request_in_crumbs_ends_soon(board: Board) -> None:
    with dial(board) as line:
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011, PT012 - a reset or a broken pipe
            for byte in (b"GET / HTTP/1.1\r\n" + HEAD + b"X: y" * 1000)[:400]:
                line.sendall(bytes([byte]))
                time.sleep(0.05)
        assert time.monotonic() - began < 6


def test_who_does_not_read_is_left(board: Board) -> None:
    """Requests in a row whose answers nobody takes: what waits is bounded, and the connection ends."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    line.connect(("127.0.0.1", board.server.port))
    line.settimeout(10)
    with line:
        request = b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n"
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011, PT012 - a reset or a broken pipe
            while time.monotonic() - began < 25:
                line.sendall(request * 50)
                time.sleep(0.01)
    assert board.get("/").status_code == 200


def test_a_file_may_take_longer_than_a_page(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*_: object) -> Iterator[bytes]:
        for _ in range(8):
            yield b"row\n"
            time.sleep(0.2)

    monkeypatch.setattr(server, "EXCHANGE", 0.5)
    monkeypatch.setitem(ledger._FORMS, "csv", slowly)
    assert board.get("/incidents.csv").content == b"row\n" * 8
    monkeypatch.setattr(server, "FILE", 0.5)
    with pytest.raises(httpx.RemoteProtocolError):
        board.get("/incidents.csv")


def test_connections_have_a_limit(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_OF_ONE", 3)
    lines = [dial(board) for _ in range(3)]
    try:
        time.sleep(0.05)
        told = answer_to(board, b"")
        assert b"503" in told[:20]
        assert b"\r\nRetry-After: 10\r\n" in told
    finally:
        for line in lines:
            line.close()


def test_a_socket_in_the_file_system(tmp_path: Path) -> None:
    board = Board(tmp_path)
    path = tmp_path / "board.sock"
    for _ in range(2):  # the second time one is left over
        web = WebServer(board.site)
        web.start(f"unix:{path}", 0)
        assert path.stat().st_mode & 0o777 == 0o660
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://localhost") as client:
            assert client.get("/").status_code == 200
        with pytest.raises(OSError, match="somebody listens"):
            WebServer(board.site).start(f"unix:{path}", 0)
        web.close()
        assert not path.exists()
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(path))
        left.close()
    board.store.close()


def test_ipv6(tmp_path: Path) -> None:
    board = Board(tmp_path)
    web = WebServer(board.site)
    try:
        web.start("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert httpx.get(f"http://[::1]:{web.port}/").status_code == 200
    web.close()
    board.store.close()


def test_head_and_body_of_an_answer_do_not_wait_for_each_other(board: Board) -> None:
    """Nagle's algorithm beside delayed acknowledgements costs 40 ms an answer; a busy machine only some of them."""
    head = b"GET /health HTTP/1.1\r\n" + HEAD + b"\r\n"
    quickest = 1.0
    with dial(board) as line:
        for number in range(30):
            begun = time.perf_counter()
            line.sendall(head)
            got = line.recv(65536)
            while got.endswith(b"\r\n\r\n"):
                got += line.recv(65536)
            quickest = min(quickest, time.perf_counter() - begun) if number >= 10 else quickest
    assert quickest < 0.03
