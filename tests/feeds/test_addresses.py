"""Which addresses may be dialled: the table of the registries, and what holds for any address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.fetch.addresses import address_problem

TABLE = [
    [part.strip() for part in line.split("|")]
    for line in (Path(__file__).parent.parent / "data/feeds/addresses.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("address", "expected"), TABLE)
def test_the_table(address: str, expected: str) -> None:
    problem = address_problem(address)
    if expected == "public":
        assert problem is None
    else:
        assert problem is not None
        assert expected in problem


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public_here(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert address_problem(address) is not None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_never_opens_it(inside: IPv4Address) -> None:
    number = int(inside)
    for outer in (0xFFFF << 32 | number, number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert address_problem(IPv6Address(outer)) is not None


@given(st.ip_addresses())
def test_an_allowed_network_exempts_its_addresses_and_no_others(address: IPv4Address | IPv6Address) -> None:
    own = ip_network(f"{address}/{address.max_prefixlen}")
    assert address_problem(address, [own]) is None
    elsewhere = ip_network("192.168.77.0/24") if address.version == 6 else ip_network("fd00:77::/32")
    assert address_problem(address, [elsewhere]) == address_problem(address)


def test_a_mapped_address_is_allowed_with_the_address_inside_it() -> None:
    assert address_problem("::ffff:127.0.0.1", [ip_network("127.0.0.0/8")]) is None
    assert address_problem(ip_address("::1"), [ip_network("127.0.0.0/8")]) is not None
