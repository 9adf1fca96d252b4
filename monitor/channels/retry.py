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

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.clock import require_aware
from monitor.model.delivery import Delivery, GaveUp, Retry, SendOutcome, SendResult, Sent

#: the wait after the first failure; each further one is twice as long, and none longer than the longest
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
#: failures after which no wait grows any more
_ENOUGH = 10
#: part of a wait that jitter may take away
JITTER = 0.2


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often one delivery is tried."""

    #: attempts in all, the first included
    tries: int = 12
    #: attempts after the first that ended "maybe sent"
    maybe_tries: int = 1


def wait_after(failures: int, *, spread: float) -> timedelta:
    """The wait after failure number `failures`, from 1; `spread` in [0, 1) is the caller's random number."""
    doublings = min(failures, _ENOUGH) - 1
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT) * (1 - JITTER * spread)


def after(
    delivery: Delivery, result: SendResult, policy: RetryPolicy, *, now: datetime, spread: float
) -> Sent | Retry | GaveUp:
    """What to do after an attempt.

    `delivery.attempts` counts the attempt that `result` is of; `delivery.maybe_sent` counts those before it.
    """
    match result.outcome:
        case SendOutcome.SENT:
            return Sent()
        case SendOutcome.IMPOSSIBLE:
            return GaveUp(why=_sentence("it can never work", result))
        case SendOutcome.MAYBE_SENT:
            times, most, said = delivery.maybe_sent + 1, policy.maybe_tries + 1, "maybe sent"
            end = f"maybe sent, {times} {'time' if times == 1 else 'times'}"
        case SendOutcome.FAILED:
            times, most, said = max(1, delivery.attempts - delivery.maybe_sent), policy.tries, "failed"
            end = f"{times} attempts failed, the last"
    if times >= most:
        return GaveUp(why=_sentence(end, result))
    return Retry(at=require_aware(now) + wait_after(times, spread=spread), why=_sentence(said, result))


def _sentence(start: str, result: SendResult) -> str:
    return f"{start}: {result.detail}" if result.detail else start
