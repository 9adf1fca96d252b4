"""How the text of a setting becomes a value. Every reader raises `ValueError("what is wrong; what to write")`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from monitor.config.yamlfile import close_match, did_you_mean

Network = IPv4Network | IPv6Network
#: text and the folder that relative paths start from → value
Reader = Callable[[str, Path], Any]

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min|h|d|w)\s*$")
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_SCRYPT = re.compile(r"scrypt\$\d{4,7}\$\d{1,2}\$\d{1,2}\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=")
#: of memory, for each try of a password that is hashed
_MOST_HASH_BYTES = 128 * 1024 * 1024
#: headers that every visitor sends, or that tell of their way
_NO_NAMES = re.compile(
    "(x-)?forwarded|x-forwarded-(for|host|proto|port|server|prefix)|x-real-ip|via|authorization|cookie|host|user-agent"
    "|accept.*|content-.*|sec-.*|origin|referer|connection"
)
_IN_WORDS = re.compile(r"\s*(\d{1,9})\s*(seconds?|minutes?|mins|hours?|hrs?|days?|weeks?)\s*", re.IGNORECASE)
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "m"), (timedelta(seconds=1), "s"))


def spoken(duration: timedelta) -> str:
    """A duration as a person would write it in a file: `90d`, `5m`, `1.5s`."""
    for unit, letter in _UNITS:
        if duration >= unit and duration % unit == timedelta(0):
            return f"{duration // unit}{letter}"
    return f"{duration.total_seconds():g}s"


def read_duration(value: object) -> timedelta:
    """`5m` as a timedelta; refuses what has no unit and tells how to write it."""
    instead = "write for instance 30s, 5m, 2h or 1d"
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f"{value} has no unit; write {value}s for seconds, {value}m for minutes")
    if isinstance(value, str) and (match := _DURATION.match(value)):
        try:
            return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])
        except OverflowError:
            raise ValueError(f"that is longer than the calendar; {instead}") from None
    if isinstance(value, str) and (match := _IN_WORDS.fullmatch(value)):
        raise ValueError(f"{value!r} is not how a duration is written; write {match[1]}{match[2][0].casefold()}")
    raise ValueError(f"a duration is a number with a unit; {instead}")


def duration(low: str, high: str) -> Reader:
    """A reader of durations from `low` to `high`."""

    def read(text: str, _base: Path) -> timedelta:
        value = read_duration(text)
        if not read_duration(low) <= value <= read_duration(high):
            raise ValueError(f"{text} is not possible; write a duration from {low} to {high}")
        return value

    return read


def whole(low: int, high: int) -> Reader:
    """A reader of whole numbers from `low` to `high`."""

    def read(text: str, _base: Path) -> int:
        if not re.fullmatch(r"[-+]?[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"{text[:40]!r} is not possible; write a whole number from {low} to {high}")
        return int(text)

    return read


def word(*known: str) -> Reader:
    """A reader of one word out of `known`, in any case."""

    def read(text: str, _base: Path) -> str:
        if text.casefold() not in known:
            raise ValueError(f"{text[:40]!r} is not possible; {did_you_mean(text, known)}")
        return text.casefold()

    return read


def path(text: str, base: Path) -> Path:
    """A path, made absolute against `base`."""
    if "\0" in text:
        raise ValueError("a path cannot hold a null character; write a plain path")
    return (base / Path(text).expanduser()).absolute()


def text(value: str, _base: Path) -> str:
    """Text as it is."""
    return value


def web_address(value: str, _base: Path) -> str:
    """An http or https address; what is wrong with it is told without it, because it may hold a secret."""
    scheme, _, rest = value.partition("://")
    if scheme.lower() not in ("http", "https") or not rest or any(sign.isspace() for sign in value):
        raise ValueError("this is no web address; write for instance https://hc-ping.com/…")
    return value


def https_address(value: str, _base: Path) -> str:
    """A public https address without a query: paths are put behind it."""
    try:
        parts = urlsplit(value)
        good = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and (parts.port or 443)
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or any(sign.isspace() for sign in value):
        raise ValueError("this is no plain https address; write for instance https://watch.example.org/hub")
    return value


def listen(value: str, _base: Path) -> tuple[str, int]:
    """`127.0.0.1:8480` or `[::1]:8480` as an address and a port."""
    host, _, port = value.rpartition(":")
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    if address is None or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"{value[:60]!r} is no address in numbers with a port; write for instance 127.0.0.1:8480")
    return str(address), int(port)


def board(value: str, base: Path) -> tuple[str, int]:
    """As `listen`, also `localhost:8470`, or `unix:/run/basewatch/board.sock` as that and no port."""
    if value.startswith("unix:") and len(value) > len("unix:"):
        return f"unix:{path(value.removeprefix('unix:'), base)}", 0
    try:
        return listen(f"127.0.0.1{value.removeprefix('localhost')}" if value.startswith("localhost:") else value, base)
    except ValueError as error:
        raise ValueError(str(error).replace("8480", "8470")) from None


def is_loopback(host: str) -> bool:
    """Whether nobody else's machine can reach what listens there."""
    return host.startswith("unix:") or ip_address(host).is_loopback


def password(value: str, _base: Path) -> str:
    """A password of at least eight characters, or one that is hashed."""
    if value.startswith("scrypt$"):
        cost, block, times = map(int, value.split("$")[1:4]) if _SCRYPT.fullmatch(value) else (0, 0, 0)
        possible = cost > 1 and cost & (cost - 1) == 0 and times and 0 < 128 * cost * block <= _MOST_HASH_BYTES
        if not possible:
            raise ValueError("this hash is not whole; write all of what `basewatch serve --hash-password` said")
    elif any(sign < " " for sign in value):
        raise ValueError("a password is one line, as it can be typed; write it without tabs and further lines")
    elif not 8 <= len(value) <= 200:
        raise ValueError("a password has 8 to 200 characters; write a longer one")
    return value


def token(value: str, _base: Path) -> str:
    """What a program sends as its key."""
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{16,200}", value):
        raise ValueError(
            "a token has 16 to 200 letters, digits or signs of -._~+/=; write for instance what `openssl rand -hex 24`"
            " says"
        )
    return value


def header_name(value: str, _base: Path) -> str:
    """The name of a header, in lower case."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", value):
        raise ValueError(f"{value[:60]!r} is no name of a header; write for instance Remote-User")
    if _NO_NAMES.fullmatch(value.lower()):
        raise ValueError(f"{value} does not say who has logged in; write for instance Remote-User")
    return value.lower()


def host_names(value: str, _base: Path) -> tuple[str, ...]:
    """`watch.example.org, board.lan` as names in lower case, without ports."""
    names = tuple(name.lower() for name in re.split(r"[,\s]+", value) if name)
    for name in names:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", name):
            raise ValueError(f"{name[:60]!r} is no name of a host; write it without scheme and port: watch.example.org")
    return names


def public_address(value: str, _base: Path) -> str:
    """The http or https address of the board, without a slash at its end; a path in it stands before every path."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and (parts.port or 443)
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or not re.fullmatch(r"[A-Za-z0-9/._~-]*", parts.path):
        raise ValueError("this is no plain web address; write for instance https://watch.example.org/board")
    return value.rstrip("/")


def spoken_listen(value: tuple[str, int]) -> str:
    """The address and port as they are written."""
    host, port = value
    if host.startswith("unix:"):
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


#: names that the library of zones knows beside those of zones
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
#: "MSK", "UTC+3", "+03:00": several zones have it, or none for the whole year
_NO_PLACE = re.compile(r"[A-Za-z]{1,5}|.*\d.*", re.DOTALL)


def zone_name(value: str) -> str:
    """The name of a zone of the IANA table (`Asia/Baghdad`, `UTC`), as it is; refuses others and says what is meant."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    else:
        if value not in _NO_ZONES and not value.startswith(("posix/", "right/")):
            return value
    meant = _zone_meant(value.strip().replace(" ", "_"))
    hint = f"did you mean {meant}?" if meant else "write region and city, for instance Asia/Baghdad, or UTC"
    raise ValueError(f"there is no time zone {value[:40]}; {hint}")


def _zone_meant(value: str) -> str | None:
    """The zone that is most like `value`: the same in another case, a city alone, a slip of the pen."""
    known = sorted(available_timezones() - _NO_ZONES)
    named = {name.rpartition("/")[2].casefold(): name for name in reversed(known)}
    named |= {name.casefold(): name for name in known}
    if exactly := named.get(value.casefold()):
        return exactly
    if _NO_PLACE.fullmatch(value):
        return None
    like = close_match(value.casefold(), named)
    return named[like] if like else None


def zone(text: str, _base: Path) -> str:
    """The name of a time zone."""
    return zone_name(text)


def networks(text: str, _base: Path) -> tuple[Network, ...]:
    """`127.0.0.0/8, 10.1.2.3` as networks; a bare address is a network of one."""
    found: list[Network] = []
    for part in filter(None, re.split(r"[,\s]+", text)):
        try:
            interface = ip_interface(part)
        except ValueError:
            raise ValueError(
                f"{part[:60]!r} is no network; write addresses in numbers, for instance 127.0.0.0/8,10.1.2.3"
            ) from None
        if interface.ip != interface.network.network_address:
            raise ValueError(f"{part} names an address inside a network; write {interface.network} or {interface.ip}")
        found.append(interface.network)
    return tuple(found)
