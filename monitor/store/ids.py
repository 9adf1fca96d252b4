"""Names of items, alerts and deliveries: short, readable aloud, sorted by time."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

#: Crockford's base 32: no I, L, O, U, so that nobody misreads an id from a screen
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13
#: below the 42 bits of milliseconds since 1970 (enough until 2109)
_RANDOM_BITS = 22

_lock = threading.Lock()
_last = 0


def new_id(now: datetime) -> str:
    """A 13-character id that sorts after every earlier one of this process made at the same or an earlier `now`.

    Two processes meet with a chance of one in four million per common millisecond; the primary key then refuses
    the second, and its poll is done again.
    """
    global _last
    millisecond = int(now.timestamp() * 1000)
    with _lock:
        if millisecond <= _last >> _RANDOM_BITS:
            # the clock stands still or was set back: count on, so that document order stays
            number = _last + 1
        else:
            number = (millisecond << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        _last = number
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
