"""The gate of one board: what the settings say, who is logged in, and how often a password was tried."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.config.settings import Settings
from monitor.web.access import SAFE, Address, Caller, Rules, Session, permit, refuse_other_sites, visitor_of
from monitor.web.asking import Refusal, Visitor
from monitor.web.attempts import Attempts
from monitor.web.needs import Kind, Needs
from monitor.web.passwords import PasswordHash
from monitor.web.sessions import Sessions

COOKIE = "basewatch_session"
#: for which a browser keeps it: longer than any session, so that it is known again at the next log-in
_KEPT = timedelta(days=30)


class Gate:
    """Lives as long as the board; what it holds is in memory alone."""

    def __init__(self, settings: Settings, *, now: datetime) -> None:
        self.rules = Rules.of(settings)
        self._password = PasswordHash.read(settings.web_password) if settings.web_password else None
        self._sessions = Sessions()
        self._attempts = Attempts(now=now)
        #: one try at a time: each takes 16 MiB and a tenth of a second
        self._trying = threading.Lock()
        #: makes what is brought back by forms of those who have no session; of this process alone
        self._key = secrets.token_bytes(32)

    def let_in(self, caller: Caller, needs: Needs, kind: Kind, *, now: datetime) -> Visitor:
        """Who asks, once they may do it; refuses all others."""
        if needs is not Needs.NOTHING or caller.method not in SAFE:
            refuse_other_sites(caller, self.rules)
        try:
            visitor = visitor_of(caller, self.rules, self._session(caller, now))
        except Refusal:
            if needs is not Needs.NOTHING:
                raise
            visitor = Visitor()
        permit(visitor, needs, kind, self.rules)
        return visitor if visitor.by == "password" else replace(visitor, csrf=self._csrf(visitor))

    def refuse_forged(self, visitor: Visitor, brought: str) -> None:
        """Refuses a form that does not bring back what the visitor's own pages hold. A bearer token is proof enough."""
        if visitor.by != "token" and not hmac.compare_digest(visitor.csrf.encode(), brought.encode()):
            raise Refusal(
                403, "this form is out of date; nothing was changed", "load its page again, then send it once more",
                kind="stale-form",
            )  # fmt: skip

    def log_in(
        self, password: str, name: str, client: Address | None, *, now: datetime, before: str = ""
    ) -> str | None:
        """The token of a new session; None where the password is another one, or none is set. The session that the
        same browser had `before` ends with it."""
        if self._password is None:
            return None
        if seconds := self._attempts.wait(client, now=now, browser=before):
            raise _too_often(seconds)
        if not self._trying.acquire(blocking=False):
            raise _too_often(1)
        try:
            right = self._password.matches(password)
        finally:
            self._trying.release()
        if not right:
            return None
        self._sessions.close(before)
        token = self._sessions.open(name, now=now)
        self._attempts.succeeded(client, browser=token)
        return token

    def still_in(self, visitor: Visitor, token: str, *, now: datetime) -> bool:
        """Whether a visitor who was let in would be so now: a session may have ended. It counts as no use of it."""
        return visitor.by != "password" or self._sessions.stands(token, now=now)

    def log_out(self, token: str) -> None:
        """Ends a session."""
        self._sessions.close(token)

    def _csrf(self, visitor: Visitor) -> str:
        """Another one for each who asks: the log-in page, which everybody may see, tells nothing of the others."""
        return hmac.new(self._key, f"{visitor.by} {visitor.name}".encode("utf-8", "replace"), "sha256").hexdigest()

    def _session(self, caller: Caller, now: datetime) -> Session | None:
        if self._password is None:
            return None
        cookies = cookies_of("; ".join(caller.headers.get("cookie", ())))
        return self._sessions.find(cookies.get(COOKIE, ""), now=now)


def cookies_of(text: str) -> dict[str, str]:
    """Cookies as they are sent. Of several with one name the first counts: browsers send that of the longest path
    first, and another program on the same host may have set one for all paths."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip(), value.strip().strip('"'))
    return found


def cookie(token: str, *, path: str, https: bool) -> str:
    """The Set-Cookie line of a session; an empty token takes it away."""
    age = int(_KEPT.total_seconds()) if token else 0
    line = f"{COOKIE}={token}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict"
    return f"{line}; Secure" if https else line


def _too_often(seconds: int) -> Refusal:
    return Refusal(
        429, "the password was tried too often", f"try again in {seconds} s", headers={"Retry-After": str(seconds)},
        kind="too-many-tries",
    )  # fmt: skip
