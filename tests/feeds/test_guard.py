"""No spelling, no name and no redirect leads a fetch to an address that was not checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import httpcore
import pytest

from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits
from monitor.feeds.fetch.network import Endpoint, GuardedBackend
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified
from serving import FeedServer

LOOPBACK = [ip_network("127.0.0.0/8")]
SPELLINGS = [
    [part.strip() for part in line.split(" | ")]
    for line in (Path(__file__).parent.parent / "data/feeds/spellings.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.put("/", b"inside")
        yield server


def fetch(url: str, **options: object) -> Fetched | NotModified | FetchFailed:
    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(limits=FetchLimits(total_seconds=10), **options)  # type: ignore[arg-type]
        try:
            return await fetcher.fetch(url)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize(("spelling", "expected"), SPELLINGS)
def test_a_spelling_of_an_inner_address_is_refused(server: FeedServer, spelling: str, expected: str) -> None:
    answer = fetch(spelling.replace("PORT", str(server.port)))
    assert isinstance(answer, FetchFailed)
    assert answer.result in expected.split(", "), answer
    assert answer.detail
    assert server.requests == []


def test_an_allowed_network_may_be_fetched(server: FeedServer) -> None:
    assert isinstance(fetch(server.url("/"), allow_networks=LOOPBACK), Fetched)


def test_localhost_is_reached_through_its_allowed_address(server: FeedServer) -> None:
    assert isinstance(fetch(f"http://localhost:{server.port}/", allow_networks=LOOPBACK), Fetched)


@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "http://[::1]:{port}/", "http://169.254.169.254/"])
def test_a_redirect_to_an_inner_address_is_refused(server: FeedServer, target: str) -> None:
    server.redirect("/feed", target.format(port=server.port))
    answer = fetch(server.url("/feed"), allow_networks=[ip_network("127.0.0.1/32")])
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.BLOCKED_ADDRESS
    assert server.count("/") == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "http://a\\@127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_refused(server: FeedServer, target: str) -> None:
    server.redirect("/feed", target)
    answer = fetch(server.url("/feed"), allow_networks=LOOPBACK)
    assert isinstance(answer, FetchFailed)
    assert answer.problem in (FetchProblem.BAD_REDIRECT, FetchProblem.DNS), answer


class FakeResolver:
    """Answers in turn, as a rebinding name server does."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[Endpoint]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, (ip, port)) for ip in answer]


def test_a_name_is_resolved_once_for_a_dial_so_that_it_cannot_be_rebound(server: FeedServer) -> None:
    resolver = FakeResolver(["127.0.0.1"], ["127.0.0.2"])
    answer = fetch(
        f"http://rebind.example:{server.port}/", allow_networks=[ip_network("127.0.0.1/32")], resolver=resolver
    )
    assert isinstance(answer, Fetched)
    assert resolver.asked == 1
    assert server.requests[0].headers["host"] == f"rebind.example:{server.port}"


def test_a_name_that_leads_inside_on_the_second_hop_is_refused(server: FeedServer) -> None:
    server.put("/", status=302, headers={"Location": f"http://rebind2.example:{server.port}/x"})
    resolver = FakeResolver(["127.0.0.1"], ["127.0.0.2"])
    answer = fetch(
        f"http://rebind.example:{server.port}/", allow_networks=[ip_network("127.0.0.1/32")], resolver=resolver
    )
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.BLOCKED_ADDRESS
    assert "rebind2.example leads to 127.0.0.2" in answer.detail
    assert len(server.requests) == 1


@pytest.mark.parametrize("records", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["8.8.8.8", "fe80::1"]])
def test_one_inner_address_among_a_names_records_refuses_the_name(records: list[str]) -> None:
    answer = fetch("http://mixed.example/", resolver=FakeResolver(records))
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.BLOCKED_ADDRESS


def test_a_name_without_addresses_is_a_dns_failure() -> None:
    answer = fetch("http://nothing.example/", resolver=FakeResolver([]))
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.DNS


def test_the_next_address_is_tried_where_the_first_refuses(server: FeedServer) -> None:
    resolver = FakeResolver(["127.0.0.2", "127.0.0.1"])
    answer = fetch(f"http://two.example:{server.port}/", allow_networks=LOOPBACK, resolver=resolver)
    assert isinstance(answer, Fetched)


def test_unix_sockets_are_refused() -> None:
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(GuardedBackend(allow=LOOPBACK).connect_unix_socket("/run/docker.sock"))


def test_a_proxy_of_the_environment_is_not_used(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, server.url())
    answer = fetch("http://nosuch.invalid/")
    assert isinstance(answer, FetchFailed)
    assert answer.problem is FetchProblem.DNS
    assert server.requests == []


def test_the_refusal_names_the_address_and_its_kind() -> None:
    refused = fetch("http://0/"), fetch("http://[::ffff:10.0.0.1]/"), fetch("http://10.0.0.1/")
    assert [answer.detail for answer in refused if isinstance(answer, FetchFailed)] == [
        "0 leads to 0.0.0.0, an unspecified address",
        "::ffff:10.0.0.1 leads to ::ffff:a00:1, an IPv4-mapped address",
        "10.0.0.1, a private address",
    ]


@pytest.mark.parametrize(
    ("url", "allowed", "how"),
    [
        ("http://127.0.0.1/", (), "BASEWATCH_ALLOW_NETWORKS=127.0.0.0/8"),
        ("http://[::1]/", (), "BASEWATCH_ALLOW_NETWORKS=::1/128"),
        ("http://[::ffff:127.0.0.1]/", (), "BASEWATCH_ALLOW_NETWORKS=127.0.0.0/8"),
        ("http://10.1.2.3/", (), "BASEWATCH_ALLOW_NETWORKS=10.1.2.3/32"),
        ("http://[fd00::1]/", (), "BASEWATCH_ALLOW_NETWORKS=fd00::1/128"),
        ("http://10.1.2.3/", LOOPBACK, "BASEWATCH_ALLOW_NETWORKS=127.0.0.0/8,10.1.2.3/32"),
    ],
)
def test_a_refusal_says_how_to_allow_a_server_of_ones_own(url: str, allowed: Sequence[IPv4Network], how: str) -> None:
    answer = fetch(url, allow_networks=allowed)
    assert isinstance(answer, FetchFailed)
    assert answer.told == f"{answer.detail}; only if it is a server of your own, set {how}"
