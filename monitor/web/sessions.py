"""Who is logged in: random tokens, of which only the hash is kept, in memory. A restart ends every session."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.web.access import Session

#: a session ends so long after the log-in, and after so long without a request
LONGEST, IDLE = timedelta(hours=12), timedelta(hours=1)
#: the one that was used longest ago makes room
MOST_SESSIONS = 500


@dataclass
class _Kept:
    session: Session
    since: datetime
    used: datetime = field(compare=False)


class Sessions:
    """Used by handlers in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def open(self, name: str, *, now: datetime) -> str:
        """A session for somebody who gave the password; the answer is the token for their cookie."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            session = Session(name=name, csrf=secrets.token_urlsafe(24))
            self._kept[_hash(token)] = _Kept(session, now, now)
            while len(self._kept) > MOST_SESSIONS:
                self._kept.popitem(last=False)
        return token

    def find(self, token: str, *, now: datetime) -> Session | None:
        """The session of that token, which is in use then; None where there is none, or it has ended."""
        with self._lock:
            key = _hash(token)
            kept = self._standing(key, now)
            if kept is None:
                return None
            kept.used = max(now, kept.used)
            self._kept.move_to_end(key)
            return kept.session

    def stands(self, token: str, *, now: datetime) -> bool:
        """Whether there is one that has not ended; to ask is no use of it."""
        with self._lock:
            return self._standing(_hash(token), now) is not None

    def _standing(self, key: bytes, now: datetime) -> _Kept | None:
        kept = self._kept.get(key)
        # a clock that was set back ends nothing
        if kept is not None and (now - kept.since > LONGEST or now - kept.used > IDLE):
            del self._kept[key]
            return None
        return kept

    def close(self, token: str) -> None:
        """Ends it."""
        with self._lock:
            self._kept.pop(_hash(token), None)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
