"""Which addresses a feed may be fetched from: the public ones, and those the operator allows.

Pure. The check is made on the address that is about to be dialled (see `network`), never on its spelling:
`2130706433`, `0x7f.1` and `localhost` are all 127.0.0.1 by then. The list is spelt out because `is_global` of
Python 3.11 lets multicast, NAT64, 6to4, 192.88.99.0/24 and 3fff::/20 through.

Sources: IANA IPv4 and IPv6 special-purpose address registries; RFC 6890, 6598, 6052, 8215, 9637, 4380, 3056.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: networks that are nobody's public server, with the word for it
_REFUSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("unspecified", ("0.0.0.0/8", "::/128")),
    ("loopback", ("127.0.0.0/8", "::1/128")),
    ("link-local", ("169.254.0.0/16", "fe80::/10")),
    ("private", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")),
    ("carrier-grade NAT", ("100.64.0.0/10",)),
    ("multicast", ("224.0.0.0/4", "ff00::/8")),
    ("protocol assignment", ("192.0.0.0/24", "2001::/23")),
    ("benchmarking", ("198.18.0.0/15",)),
    ("documentation", ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")),
    ("6to4 relay", ("192.88.99.0/24",)),
    ("reserved", ("240.0.0.0/4", "100::/64", "5f00::/16")),
    ("site-local", ("fec0::/10",)),
    ("IPv4-mapped", ("::ffff:0:0/96", "::ffff:0:0:0/96")),
    ("IPv4-compatible", ("::/96",)),
    ("NAT64", ("64:ff9b::/96", "64:ff9b:1::/48")),
    ("6to4", ("2002::/16",)),
    ("Teredo", ("2001::/32",)),
)

#: one dictionary look-up order: the smallest network that holds an address names it
_TABLE: tuple[tuple[Network, str], ...] = tuple(
    sorted(
        ((ip_network(network), word) for word, networks in _REFUSED for network in networks),
        key=lambda row: -row[0].prefixlen,
    )
)

#: the only IPv6 space that IANA has given out for unicast
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def address_problem(ip: Address | str, allow: Sequence[Network] = ()) -> str | None:
    """Why `ip` must not be dialled, in words for people, or None where it may be.

    A network of `allow` exempts its addresses; an IPv4-mapped address is also exempt where the IPv4 address
    inside it is, because the kernel dials that one. A text that is no address is refused.
    """
    try:
        address = ip_address(ip) if isinstance(ip, str) else ip
    except ValueError:
        return "not an address"
    if is_allowed(address, allow):
        return None
    for network, word in _TABLE:
        if address in network:
            return f"{word} address"
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "reserved address"
    return None


def is_allowed(address: Address, allow: Sequence[Network]) -> bool:
    """True where the operator named a network that holds this address."""
    inside = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any(address in network or (inside is not None and inside in network) for network in allow)


def allowing(address: Address, allow: Sequence[Network] = ()) -> str:
    """The setting that allows an address beside what is allowed already, for a server of one's own.

    All of this machine (127.0.0.0/8), but of every other network only the address: what a feed can lead to is allowed
    as narrowly as it works.
    """
    inside = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    dialled = inside or address
    loopback = next((network for network, word in _TABLE if word == "loopback" and dialled in network), None)
    wanted = loopback or ip_network(dialled)
    return f"BASEWATCH_ALLOW_NETWORKS={','.join(map(str, [*allow, wanted]))}"
