"""What follows an attempt to send: it arrived, another try later, or the last try was made.

A refused attempt is tried again after 10 s, 20 s, 40 s … up to an hour between two tries, 12 tries in all: the last
one about three hours and a quarter after the first, long enough for a mail server's reboot or a network's bad hour.
Jitter takes away up to a fifth of a wait, so that many deliveries do not come back in one moment.

"Maybe sent" is counted apart: the message may have arrived, and each further try may be a repeat. It is tried
again `maybe_tries` times (once) and then given up, so that a receiver that takes messages and never answers sees
two copies, not twelve.

An attempt that a crash cut off is different: nobody knows whether it had even begun, so it is always made again
(`store.outbox.recover_sending`): at most one more copy per crash, and nothing lost.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.clock import require_aware
from monitor.model.delivery import Delivery, GaveUp, Retry, SendOutcome, SendResult, Sent


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and how far apart one delivery is tried."""

    #: attempts in all, the first included
    tries: int = 12
    #: wait after the first refusal
    first: timedelta = timedelta(seconds=10)
    #: each wait is this many times the one before
    factor: float = 2.0
    #: no wait is longer
    longest: timedelta = timedelta(hours=1)
    #: part of a wait that jitter may take away, 0 to 1
    jitter: float = 0.2
    #: attempts after the first that ended "maybe sent"
    maybe_tries: int = 1

    def __post_init__(self) -> None:
        if self.tries < 1 or self.maybe_tries < 0 or self.factor < 1 or not 0 <= self.jitter <= 1:
            raise ValueError(f"an impossible retry policy: {self}")
        if self.first <= timedelta(0) or self.longest < self.first:
            raise ValueError(f"an impossible retry policy: {self}")

    def wait(self, failures: int, *, spread: float) -> timedelta:
        """The wait after failure number `failures`, from 1; `spread` in [0, 1) is the caller's random number."""
        seconds = self.longest.total_seconds()
        with suppress(OverflowError):  # far beyond the longest wait
            seconds = min(seconds, self.first.total_seconds() * self.factor ** max(0, failures - 1))
        return timedelta(seconds=seconds * (1 - self.jitter * spread))


def after(
    delivery: Delivery, result: SendResult, policy: RetryPolicy, *, now: datetime, spread: float
) -> Sent | Retry | GaveUp:
    """What to do after an attempt.

    `delivery.attempts` counts the attempt that `result` is of; `delivery.maybe_sent` counts those before it.
    """
    require_aware(now)
    match result.outcome:
        case SendOutcome.SENT:
            return Sent()
        case SendOutcome.IMPOSSIBLE:
            return GaveUp(why=_sentence("it can never work", result.detail))
        case SendOutcome.MAYBE_SENT:
            return _after_maybe(delivery, result, policy, now=now, spread=spread)
        case SendOutcome.FAILED:
            failures = max(1, delivery.attempts - delivery.maybe_sent)
            if failures >= policy.tries:
                return GaveUp(why=_sentence(f"{failures} attempts failed, the last", result.detail))
            return Retry(at=now + policy.wait(failures, spread=spread), why=_sentence("failed", result.detail))


def _after_maybe(
    delivery: Delivery, result: SendResult, policy: RetryPolicy, *, now: datetime, spread: float
) -> Retry | GaveUp:
    times = delivery.maybe_sent + 1
    if times > policy.maybe_tries:
        return GaveUp(why=_sentence(f"maybe sent, {times} {'time' if times == 1 else 'times'}", result.detail))
    return Retry(at=now + policy.wait(times, spread=spread), why=_sentence("maybe sent", result.detail))


def _sentence(start: str, detail: str) -> str:
    return f"{start}: {detail}" if detail else start
