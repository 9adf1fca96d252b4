"""How often a password may be tried: of an address, of the networks around it and in total, in bounded memory.

Buckets: each try takes one, and one comes back after a while. Nobody can lock out the others: the total is not asked
of addresses from which somebody has logged in, whoever has a whole network is far from using it up, and a browser that
has logged in once has tries of its own, whoever else shares its address.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from math import ceil

from monitor.web.access import Address

#: tries at once, and the time after which one more may be made
PER_ADDRESS, ADDRESS_REFILL = 8, timedelta(minutes=1)
PER_NETWORK, NETWORK_REFILL = 20, timedelta(seconds=20)
IN_TOTAL, TOTAL_REFILL = 60, timedelta(seconds=2)
MOST_ADDRESSES, MOST_KNOWN = 2048, 512


@dataclass
class _Bucket:
    left: float
    at: datetime

    def take(self, most: int, refill: timedelta, now: datetime) -> float:
        """Takes one; the answer is how many seconds are to be waited for it where there is none."""
        self.left = min(most, self.left + max((now - self.at) / refill, 0))
        self.at = now
        if self.left < 1:
            return (1 - self.left) * refill.total_seconds()
        self.left -= 1
        return 0


class Attempts:
    """Used by handlers in several threads."""

    def __init__(self, *, now: datetime) -> None:
        self._lock = threading.Lock()
        self._all = _Bucket(IN_TOTAL, now)
        self._each: OrderedDict[str, _Bucket] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait(self, address: Address | None, *, now: datetime, browser: str = "") -> int:
        """Counts a try; 0 where it may be made, else the seconds after which it may. `browser`: the token of a session
        that it had."""
        key, own = _key(address, 32, 64), _hash(browser)
        with self._lock:
            if own in self._known:
                return ceil(self._bucket(own, PER_ADDRESS, now).take(PER_ADDRESS, ADDRESS_REFILL, now))
            seconds = self._bucket(key, PER_ADDRESS, now).take(PER_ADDRESS, ADDRESS_REFILL, now)
            if key not in self._known:
                around = _key(address, 24, 48)
                if not seconds and address is not None:
                    seconds = self._bucket(around, PER_NETWORK, now).take(PER_NETWORK, NETWORK_REFILL, now)
                seconds = seconds or self._all.take(IN_TOTAL, TOTAL_REFILL, now)
            return ceil(seconds)

    def _bucket(self, key: str, most: int, now: datetime) -> _Bucket:
        found = self._each.setdefault(key, _Bucket(most, now))
        self._each.move_to_end(key)
        while len(self._each) > MOST_ADDRESSES:
            self._each.popitem(last=False)
        return found

    def succeeded(self, address: Address | None, *, browser: str = "") -> None:
        """Somebody has logged in from there, and `browser` was given that token: earlier tries are forgiven."""
        with self._lock:
            for key in (_key(address, 32, 64), *([_hash(browser)] if browser else ())):
                self._each.pop(key, None)
                self._known[key] = None
                self._known.move_to_end(key)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _key(address: Address | None, of_4: int, of_6: int) -> str:
    """The network of so many bits around an address; of IPv6 one line has at least 64 bits of addresses."""
    if address is None:
        return ""
    found = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network((found, of_4 if found.version == 4 else of_6), strict=False))
