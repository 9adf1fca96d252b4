"""What a fetch answers to whatever a publisher does: every case has its own named result."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor import __version__
from monitor.feeds.fetch.body import body_hash
from monitor.feeds.fetch.failures import retry_after
from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits, Wanted
from monitor.feeds.locations import is_one_site
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified
from serving import FeedServer, Reply

LOOPBACK = [ip_network("127.0.0.0/8")]
RSS = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
QUICK = FetchLimits(total_seconds=0.5)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


def fetch(url: str, *, limits: FetchLimits | None = None, **known: str) -> Fetched | NotModified | FetchFailed:
    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(allow_networks=LOOPBACK, limits=limits or FetchLimits(total_seconds=20))
        try:
            return await fetcher.fetch(url, **known)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def fetched(url: str, **options: str) -> Fetched:
    answer = fetch(url, **options)
    assert isinstance(answer, Fetched), answer
    return answer


def failed(url: str, *, limits: FetchLimits | None = None) -> FetchFailed:
    answer = fetch(url, limits=limits)
    assert isinstance(answer, FetchFailed), answer
    assert answer.detail, "a failure says something to people"
    return answer


# ------------------------------------------------------------------------------------ what goes well


def test_a_body_comes_with_everything_the_next_question_needs(server: FeedServer) -> None:
    modified = "Fri, 20 Nov 2026 10:00:00 GMT"
    headers = {"Content-Type": "text/xml; charset=utf-8"}
    answer = fetched(server.put("/a", RSS, etag='W/"1"', last_modified=modified, headers=headers))
    assert answer == Fetched(
        body=RSS,
        content_type="text/xml; charset=utf-8",
        etag='W/"1"',
        last_modified=modified,
        final_url=server.url("/a"),
        body_hash=body_hash(RSS),
    )
    sent = server.requests[0].headers
    assert sent["user-agent"] == f"basewatch/{__version__}"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert sent["host"] == f"127.0.0.1:{server.port}"
    assert "if-none-match" not in sent


@pytest.mark.parametrize("known", [{"etag": '"1"'}, {"last_modified": "Fri, 20 Nov 2026 10:00:00 GMT"}])
def test_an_unchanged_feed_is_not_sent_again(server: FeedServer, known: dict[str, str]) -> None:
    url = server.put("/a", RSS, etag='"1"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT")
    answer = fetch(url, **known)
    assert isinstance(answer, NotModified)
    assert (answer.same_body, answer.etag) == (False, '"1"')


def test_both_validators_are_sent(server: FeedServer) -> None:
    fetch(server.put("/a", RSS), etag='"1"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT")
    sent = server.requests[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"1"', "Fri, 20 Nov 2026 10:00:00 GMT")


def test_a_validator_that_is_no_header_text_is_left_out(server: FeedServer) -> None:
    assert isinstance(fetch(server.put("/a", RSS), etag='"1\r\nX: y"'), Fetched)
    assert "if-none-match" not in server.requests[0].headers


def test_the_same_body_under_200_is_not_parsed_again(server: FeedServer) -> None:
    answer = fetch(server.put("/a", RSS, etag='"2"'), etag='"1"', body_hash=body_hash(RSS))
    assert answer == NotModified(same_body=True, etag='"2"')
    assert answer.result == "same body"


def test_a_304_that_nobody_asked_for_is_a_failure_and_no_success(server: FeedServer) -> None:
    assert failed(server.put("/a", status=304)).result == "http 304"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_in_pieces_is_put_together(server: FeedServer, chunked: bool) -> None:
    assert fetched(server.put("/a", RSS, chunked=chunked, piece=7, drip=0.001)).body == RSS


def test_a_body_without_length_ends_with_the_connection(server: FeedServer) -> None:
    assert fetched(server.raw("/a", b"HTTP/1.0 200 OK\r\n\r\n" + RSS)).body == RSS


def test_an_empty_body_is_fetched_and_left_to_the_parser(server: FeedServer) -> None:
    assert fetched(server.put("/a", b"")).body == b""


def test_connections_are_used_again_and_a_stale_one_is_replaced(server: FeedServer) -> None:
    async def run() -> list[object]:
        fetcher = Fetcher(allow_networks=LOOPBACK)
        try:
            url = server.put("/a", RSS)
            closing = server.raw("/b", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")  # then closes, unannounced
            return [await fetcher.fetch(each) for each in (url, url, closing, url, closing, closing)]
        finally:
            await fetcher.aclose()

    assert all(isinstance(answer, Fetched) for answer in asyncio.run(run()))


def test_no_cookie_is_kept(server: FeedServer) -> None:
    server.put("/a", RSS, headers={"Set-Cookie": "session=1; Path=/"})

    async def run() -> None:
        fetcher = Fetcher(allow_networks=LOOPBACK)
        for _ in range(2):
            await fetcher.fetch(server.url("/a"))
        await fetcher.aclose()

    asyncio.run(run())
    assert "cookie" not in server.requests[1].headers


def test_user_and_password_of_the_address_are_sent(server: FeedServer) -> None:
    server.put("/a", RSS)
    fetched(server.url("/a").replace("//", "//user:pass@"))
    assert server.requests[0].headers["authorization"] == "Basic dXNlcjpwYXNz"


# ----------------------------------------------------------------------------------------- redirects


@pytest.mark.parametrize(("status", "permanent"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
def test_redirects_are_followed_and_the_permanent_ones_named(server: FeedServer, status: int, permanent: bool) -> None:
    server.put("/new?x=1", RSS)
    server.put("/new", RSS)
    answer = fetched(server.redirect("/old", "new?x=1", status=status))
    assert answer.final_url == server.url("/new?x=1")
    assert answer.permanent_url == (server.url("/new?x=1") if permanent else None)


def test_one_temporary_hop_makes_the_whole_way_temporary(server: FeedServer) -> None:
    server.put("/c", RSS)
    server.redirect("/b", "/c", status=302)
    assert fetched(server.redirect("/a", "/b", status=301)).permanent_url is None


def test_five_redirects_are_followed_and_the_sixth_is_not(server: FeedServer) -> None:
    server.put("/0", RSS)
    for number in range(1, 7):
        server.redirect(f"/{number}", f"/{number - 1}")
    assert fetched(server.url("/5")).body == RSS
    assert failed(server.url("/6")).problem is FetchProblem.TOO_MANY_REDIRECTS
    assert failed(server.redirect("/loop", "/loop")).problem is FetchProblem.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    "location", [None, "", "http://[::1", "http://a b/", "mailto:x@y", "http://0177.0.0.1/", "http://x:99999/"]
)
def test_a_redirect_to_nowhere(server: FeedServer, location: str | None) -> None:
    headers = {} if location is None else {"Location": location}
    answer = failed(server.put("/a", status=302, headers=headers))
    assert answer.problem in (FetchProblem.BAD_REDIRECT, FetchProblem.DNS)


def test_a_redirect_may_hold_raw_utf8(server: FeedServer) -> None:
    server.put("/%C3%A4", RSS)
    server.put("/a", status=302, headers={"Location": "/ä".encode().decode("latin-1")})
    assert fetch(server.url("/a")).result == "fetched", [request.path for request in server.requests]


def test_credentials_go_to_the_same_origin_only(server: FeedServer) -> None:
    with FeedServer() as other:
        other.put("/feed", RSS)
        server.put("/same", RSS)
        secret = "//user:pass@"
        server.redirect("/a", "/same", status=301)
        server.redirect("/b", other.url("/feed"), status=301)
        server.redirect("/c", other.url("/feed").replace("//", "//evil:words@"))
        assert fetched(server.url("/a").replace("//", secret)).permanent_url is None, "no secret is remembered"
        fetched(server.url("/b").replace("//", secret))
        fetched(server.url("/c").replace("//", secret))
        assert ["authorization" in request.headers for request in other.requests] == [False, False]
        assert all("authorization" in request.headers for request in server.requests)


def test_the_body_of_a_redirect_is_not_read(server: FeedServer) -> None:
    server.put("/b", RSS)
    server.put("/a", b"x" * 1000, status=302, headers={"Location": "/b"}, piece=1, drip=0.5)
    assert isinstance(fetch(server.url("/a"), limits=FetchLimits(total_seconds=5)), Fetched)


# ------------------------------------------------------------------------------------------ statuses


@pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 599])
def test_a_status_without_a_feed_is_named(server: FeedServer, status: int) -> None:
    answer = failed(server.put("/a", b"sorry" if status != 204 else b"", status=status))
    assert (answer.result, answer.status) == (f"http {status}", status)


def test_a_browser_check_is_recognised(server: FeedServer) -> None:
    answer = failed(server.put("/a", b"<html>", status=403, headers={"cf-mitigated": "challenge"}))
    assert "browser" in answer.detail


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_a_server_asks_for_is_handed_on(server: FeedServer, status: int) -> None:
    answer = failed(server.put("/a", status=status, headers={"Retry-After": "120"}))
    assert answer.retry_after == timedelta(minutes=2)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": " 90 "}, timedelta(seconds=90)),
        ({"retry-after": "99999999999999999999"}, timedelta(days=31)),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": http_date(NOW + timedelta(minutes=5))}, timedelta(minutes=5)),
        ({"retry-after": http_date(NOW - timedelta(minutes=5))}, timedelta()),
        # a server whose clock is an hour fast means five minutes all the same
        (
            {
                "retry-after": http_date(NOW + timedelta(minutes=65)),
                "date": http_date(NOW + timedelta(minutes=60)),
            },
            timedelta(minutes=5),
        ),
        ({"retry-after": http_date(NOW + timedelta(minutes=5)), "date": "nonsense"}, timedelta(minutes=5)),
    ],
)
def test_retry_after(headers: dict[str, str], expected: timedelta | None) -> None:
    assert retry_after(headers, now=NOW) == expected


# -------------------------------------------------------------------------------------- compression


def raw_deflate(body: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(body) + squeezer.flush()


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(RSS, mtime=0)),
        ("x-gzip", gzip.compress(RSS, mtime=0)),
        ("GZIP", gzip.compress(RSS, mtime=0)),
        ("gzip", gzip.compress(RSS[:20], mtime=0) + gzip.compress(RSS[20:], mtime=0)),
        ("gzip", gzip.compress(RSS, mtime=0) + b"\0" * 100),
        ("deflate", zlib.compress(RSS)),
        ("deflate", raw_deflate(RSS)),
        ("identity", RSS),
        ("identity, gzip", gzip.compress(RSS, mtime=0)),
        ("", RSS),
    ],
)
def test_what_was_offered_is_read(server: FeedServer, encoding: str, sent: bytes) -> None:
    assert fetched(server.put("/a", sent, headers={"Content-Encoding": encoding}, piece=9)).body == RSS


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("", gzip.compress(RSS, mtime=0)),
        ("identity", gzip.compress(RSS, mtime=0) + b"trailer"),
        ("gzip", gzip.compress(gzip.compress(RSS, mtime=0), mtime=0)),
        ("", gzip.compress(gzip.compress(RSS, mtime=0), mtime=0)),
        ("gzip, gzip", gzip.compress(gzip.compress(RSS, mtime=0), mtime=0)),
        ("deflate, gzip", gzip.compress(zlib.compress(RSS), mtime=0)),
        ("gzip, deflate", raw_deflate(gzip.compress(RSS, mtime=0))),
        ("deflate", gzip.compress(RSS, mtime=0)),
        ("gzip", zlib.compress(RSS)),
        ("gzip", RSS),
        ("deflate", RSS),
        ("br", b"\xef\xbb\xbf" + RSS),
        ("gzip", b"\n \n" + RSS),
    ],
)
def test_bytes_are_read_for_what_they_are(server: FeedServer, encoding: str, sent: bytes) -> None:
    answer = fetched(server.put("/a", sent, headers={"Content-Encoding": encoding} if encoding else {}, piece=9))
    assert answer.body.endswith(RSS)
    assert ("is not packed" in answer.detail) is sent.endswith(RSS)


@pytest.mark.parametrize("sent", [gzip.compress(RSS, mtime=0)[:-12], gzip.compress(RSS, mtime=0)[:40]])
def test_a_packed_file_that_is_cut_is_never_taken_for_a_whole_one(server: FeedServer, sent: bytes) -> None:
    assert failed(server.put("/a.gz", sent)).problem is FetchProblem.CORRUPT_ENCODING


def test_layers_and_what_they_hide_are_bounded(server: FeedServer) -> None:
    deep = RSS
    for _ in range(8):
        deep = gzip.compress(deep, mtime=0)
    assert failed(server.put("/deep", deep)).problem is FetchProblem.CORRUPT_ENCODING
    hidden = gzip.compress(GZIP_BOMB, mtime=0)
    for headers in ({}, {"Content-Encoding": "gzip"}):
        answer = failed(server.put("/bomb", hidden, headers=headers), limits=FetchLimits(inflated_bytes=1 << 20))
        assert answer.problem is FetchProblem.INFLATES_TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, br", "br, gzip", "compress", "aes128gcm", "x"])
def test_what_was_not_offered_is_refused_undecoded(server: FeedServer, encoding: str) -> None:
    answer = failed(server.put("/a", b"\x1b\x00\x00", headers={"Content-Encoding": encoding}))
    assert answer.problem is FetchProblem.UNSUPPORTED_ENCODING


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(RSS, mtime=0)[:-12]),
        ("gzip", gzip.compress(RSS, mtime=0)[:-8] + b"\0" * 8),
        ("gzip", gzip.compress(b"", mtime=0) * 300),
        ("deflate", b"\x78\x9c nonsense"),
        ("deflate", b"\xff"),
    ],
)
def test_a_corrupt_body_is_named(server: FeedServer, encoding: str, sent: bytes) -> None:
    answer = failed(server.put("/a", sent, headers={"Content-Encoding": encoding}))
    assert answer.problem is FetchProblem.CORRUPT_ENCODING


def zeros(size: int, window: int) -> bytes:
    """`size` zero bytes, squeezed as one block that comes again and again; without an end, which nobody may reach."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, window)
    first, again = (squeezer.compress(bytes(1 << 20)) + squeezer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * ((size >> 20) - 1)


GZIP_BOMB = zeros(96 << 20, 16 + zlib.MAX_WBITS)
#: a zstd frame of RLE blocks (RFC 8878): 4 bytes stand for 128 KiB each, 512 MiB in 16 KiB
ZSTD_BOMB = b"\x28\xb5\x2f\xfd\x80\x58\x00\x00\x00\x20" + b"\x02\x00\x10\x00" * 4095 + b"\x03\x00\x10\x00"
#: as long as the brotli body that stands for 512 MiB; the bytes do not matter, nobody looks at them
BROTLI_BOMB = b"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20" + b"\xf7\xff\x57\x01" * 98 + b"\x03\x00"


@pytest.mark.parametrize(
    ("encoding", "bomb", "problem"),
    [
        ("gzip", GZIP_BOMB, FetchProblem.INFLATES_TOO_LARGE),
        ("deflate", zeros(96 << 20, zlib.MAX_WBITS), FetchProblem.INFLATES_TOO_LARGE),
        ("deflate", zeros(96 << 20, -zlib.MAX_WBITS), FetchProblem.INFLATES_TOO_LARGE),
        ("gzip", gzip.compress(bytes(1 << 20), mtime=0) * 32, FetchProblem.INFLATES_TOO_LARGE),
        ("br", BROTLI_BOMB, FetchProblem.UNSUPPORTED_ENCODING),
        ("zstd", ZSTD_BOMB, FetchProblem.UNSUPPORTED_ENCODING),
        ("gzip, gzip", gzip.compress(GZIP_BOMB, mtime=0), FetchProblem.UNSUPPORTED_ENCODING),
    ],
    ids=["gzip", "zlib", "raw-deflate", "members", "brotli", "zstd", "twice"],
)
def test_a_bomb_costs_the_limit_and_no_more(
    server: FeedServer, encoding: str, bomb: bytes, problem: FetchProblem
) -> None:
    limit = 4 << 20
    url = server.put("/a", bomb, headers={"Content-Encoding": encoding})
    tracemalloc.start()
    try:
        answer = failed(url, limits=FetchLimits(inflated_bytes=limit))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.problem is problem
    assert peak < 3 * limit + 3 * len(bomb), f"{peak:,} bytes for {len(bomb):,}"


def test_exactly_the_limit_passes(server: FeedServer) -> None:
    url = server.put("/a", gzip.compress(b"x" * 1000, mtime=0), headers={"Content-Encoding": "gzip"})
    assert isinstance(fetch(url, limits=FetchLimits(inflated_bytes=1000)), Fetched)
    assert failed(url, limits=FetchLimits(inflated_bytes=999)).problem is FetchProblem.INFLATES_TOO_LARGE


# -------------------------------------------------------------------------------------------- limits


def test_an_announced_length_over_the_limit_is_refused_at_once(server: FeedServer) -> None:
    url = server.raw("/a", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
    assert failed(url).problem is FetchProblem.TOO_LARGE


def test_an_endless_body_is_cut_off(server: FeedServer) -> None:
    url = server.put("/a", bytes(1 << 20), chunked=True, piece=1 << 14)
    assert failed(url, limits=FetchLimits(compressed_bytes=100_000)).problem is FetchProblem.TOO_LARGE


@pytest.mark.parametrize(
    "reply",
    [
        Reply(hang=True),
        Reply(body=RSS, delay=30),
        Reply(body=RSS, piece=1, drip=0.05),
        Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200, piece=1, drip=0.05),
        Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 100, piece=25, drip=0.05),
    ],
    ids=["silence", "late", "drip", "dripping-headers", "continue-for-ever"],
)
def test_the_time_limit_is_for_everything(server: FeedServer, reply: Reply) -> None:
    server.on("/a", lambda request: reply)
    started = time.monotonic()
    assert failed(server.url("/a"), limits=QUICK).problem is FetchProblem.TIMEOUT
    assert time.monotonic() - started < 5


def test_hops_share_one_time_limit(server: FeedServer) -> None:
    server.put("/a", status=302, headers={"Location": "/a"}, delay=0.2)
    assert failed(server.url("/a"), limits=QUICK).problem is FetchProblem.TIMEOUT


@pytest.mark.parametrize(
    "headers",
    [
        [("X", "y" * 70_000)],
        [("X", "y" * 300_000)],
        [(f"X-{number}", "y") for number in range(600)],
    ],
    ids=["long", "endless", "many"],
)
def test_headers_are_limited(server: FeedServer, headers: list[tuple[str, str]]) -> None:
    assert failed(server.put("/a", RSS, headers=headers)).problem is FetchProblem.HEADERS_TOO_LARGE


def test_a_hundred_headers_are_fine(server: FeedServer) -> None:
    assert fetched(server.put("/a", RSS, headers=[(f"X-{number}", "y") for number in range(150)])).body == RSS


# ---------------------------------------------------------------------------------- broken publishers


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_http_is_a_protocol_error(server: FeedServer, raw: bytes) -> None:
    assert failed(server.raw("/a", raw)).problem is FetchProblem.PROTOCOL


def test_nobody_listens() -> None:
    with FeedServer() as gone:
        url = gone.url("/a")
    assert failed(url).problem is FetchProblem.CONNECT


def test_a_name_that_does_not_exist() -> None:
    assert failed("http://no-such-host.invalid/feed").problem is FetchProblem.DNS


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "....", "a..b", "-", "xn--a"])
def test_a_host_name_that_is_none(host: str) -> None:
    assert failed(f"http://{host}/").problem in (FetchProblem.DNS, FetchProblem.BAD_URL)


def test_plain_http_where_tls_was_asked_for() -> None:
    async def run() -> Fetched | NotModified | FetchFailed:
        async def shout(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(shout, "127.0.0.1", 0)
        fetcher = Fetcher(allow_networks=LOOPBACK)
        answer = await fetcher.fetch(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await fetcher.aclose()
        server.close()
        return answer

    answer = asyncio.run(run())
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    made = tmp_path / "cert.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(tmp_path / "key.pem")]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        command = ["openssl", "req", "-x509", "-nodes", "-days", "2", *key, "-out", str(made), *name]
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed, so no certificate can be made")
    return made


def test_a_certificate_is_checked_against_the_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with FeedServer(tls=tls) as server:
        server.put("/a", RSS * 5000)
        unknown = failed(f"https://localhost:{server.port}/a")
        assert unknown.problem is FetchProblem.TLS
        assert "self-signed" in unknown.detail
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetched(f"https://localhost:{server.port}/a").body == RSS * 5000
        wrong_name = failed(f"https://127.0.0.1:{server.port}/a")
        assert wrong_name.problem is FetchProblem.TLS
        assert "mismatch" in wrong_name.detail


def test_no_detail_holds_a_secret(server: FeedServer) -> None:
    port = server.port
    server.redirect("/loop", "/loop?token=SECRET")
    server.put("/404", status=404)
    server.put("/bad", status=302, headers={"Location": "http://u:SECRET@[::bad/?token=SECRET"})
    for path in ("/loop?token=SECRET", "/404?key=SECRET", "/bad"):
        assert "SECRET" not in repr(failed(f"http://me:SECRET@127.0.0.1:{port}{path}"))
    for url in (
        "http://me:SECRET@no-such-host.invalid/?key=SECRET",
        "http://me:SECRET@[::1/",
        "http://me:SECRET@[::1]/",
    ):
        assert "SECRET" not in repr(failed(url))


# ------------------------------------------------------------------------------------------- together


def test_a_slow_host_does_not_use_up_everybodys_turns(server: FeedServer) -> None:
    async def run() -> tuple[float, list[object]]:
        fetcher = Fetcher(allow_networks=LOOPBACK, concurrency=4, per_host=2, limits=FetchLimits(total_seconds=3))
        slow = [asyncio.create_task(fetcher.fetch(server.put("/slow", hang=True))) for _ in range(8)]
        await asyncio.sleep(0)
        started = time.monotonic()
        with FeedServer() as other:
            answers: list[object] = [await fetcher.fetch(other.put("/a", RSS)) for _ in range(5)]
        took = time.monotonic() - started
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await fetcher.aclose()
        return took, answers

    took, answers = asyncio.run(run())
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert took < 3


def test_many_feeds_at_once(server: FeedServer) -> None:
    async def run() -> list[object]:
        fetcher = Fetcher(allow_networks=LOOPBACK)
        try:
            urls = [server.put(f"/{number}", RSS + b"%d" % number) for number in range(200)]
            return list(await asyncio.gather(*(fetcher.fetch(url) for url in urls)))
        finally:
            await fetcher.aclose()

    answers = asyncio.run(run())
    assert [answer.body for answer in answers if isinstance(answer, Fetched)] == [RSS + b"%d" % n for n in range(200)]


# ------------------------------------------------------------------------- what else than a feed is asked for


def page(url: str, wanted: Wanted) -> Fetched | NotModified | FetchFailed:
    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(allow_networks=LOOPBACK, limits=FetchLimits(total_seconds=20))
        try:
            return await fetcher.fetch(url, wanted=wanted)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def test_a_page_is_asked_for_as_a_page_and_within_its_own_limit(server: FeedServer) -> None:
    wanted = Wanted(accept="text/html", most_bytes=1000)
    assert isinstance(page(server.put("/small", b"x" * 1000), wanted), Fetched)
    assert server.requests[0].headers["accept"] == "text/html"
    large = page(server.put("/large", b"x" * 1001, chunked=True), wanted)
    assert isinstance(large, FetchFailed)
    assert large.problem is FetchProblem.TOO_LARGE
    packed = server.put("/packed", gzip.compress(b"x" * 5000), headers={"Content-Encoding": "gzip"})
    inflated = page(packed, wanted)
    assert isinstance(inflated, FetchFailed)
    assert inflated.problem is FetchProblem.INFLATES_TOO_LARGE


def test_a_page_may_move_within_its_site_and_not_beyond(server: FeedServer) -> None:
    wanted = Wanted(one_site=True)
    server.put("/there", b"page")
    assert isinstance(page(server.redirect("/here", "/there"), wanted), Fetched)
    with FeedServer() as other:
        other.put("/there", b"page")
        away = page(server.redirect("/away", other.url("/there")), wanted)
        assert isinstance(away, FetchFailed)
        assert (away.problem, "another site" in away.detail) == (FetchProblem.BAD_REDIRECT, True)
        assert other.requests == []


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://news.example/2", True),
        ("https://www.news.example/", True),
        ("https://NEWS.example:443/", True),
        ("http://news.example:8080/", False),
        ("http://login.news.example/", False),
        ("http://news.example.evil.example/", False),
        ("http://[/", False),
    ],
)
def test_one_site(other: str, same: bool) -> None:
    assert is_one_site("http://news.example/1", other) is same


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("size", "asks"), [(100_000, 0), (5_000_000, 1)])
def test_a_large_document_asks_before_it_is_taken_into_memory(
    server: FeedServer, size: int, asks: int, *, packed: bool
) -> None:
    """However long it waits for room, the wait is ours and no time-out of the publisher's."""
    body = b"<rss>" + b"x" * size
    url = server.put(
        "/large", gzip.compress(body) if packed else body, headers={"Content-Encoding": "gzip"} if packed else {}
    )
    asked: list[int] = []

    async def wait() -> None:
        asked.append(1)
        await asyncio.sleep(1.5)  # longer than the whole fetch may take

    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(allow_networks=LOOPBACK, limits=FetchLimits(total_seconds=1))
        try:
            return await fetcher.fetch(url, on_large=wait)
        finally:
            await fetcher.aclose()

    answer = asyncio.run(run())
    assert isinstance(answer, Fetched), answer
    assert answer.body == body
    assert len(asked) == asks
