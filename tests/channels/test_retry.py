"""Back-off: what follows each outcome, and that waits keep their bounds whatever the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.retry import FIRST_WAIT, JITTER, LONGEST_WAIT, RetryPolicy, after, wait_after
from monitor.model.alert import Alert
from monitor.model.delivery import Delivery, GaveUp, Retry, SendOutcome, SendResult, Sent
from monitor.model.report import Level

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALERT = Alert(id="a", reason="FIRST", level=Level.URGENT, channels=("alerts",), title="t", body="b", created_at=NOW)
DELIVERY = Delivery(
    id="d", alert=ALERT, address="k", channel="alerts", label="json://h", attempts=1, next_try_at=NOW
)  # fmt: skip
FAILED = SendResult(outcome=SendOutcome.FAILED, detail="HTTP 500")
MAYBE = SendResult(outcome=SendOutcome.MAYBE_SENT, detail="no answer in time")


def run(result: SendResult, policy: RetryPolicy, *, spread: float = 0.0) -> tuple[list[timedelta], GaveUp]:
    """Every attempt ends in `result`: the waits between them, and the end."""
    delivery, now, waits = DELIVERY, NOW, []
    while True:
        verdict = after(delivery, result, policy, now=now, spread=spread)
        if isinstance(verdict, GaveUp):
            return waits, verdict
        assert isinstance(verdict, Retry)
        waits.append(verdict.at - now)
        maybe = delivery.maybe_sent + (result.outcome is SendOutcome.MAYBE_SENT)
        delivery, now = replace(delivery, attempts=delivery.attempts + 1, maybe_sent=maybe), verdict.at


def test_sent_is_sent() -> None:
    assert after(DELIVERY, SendResult(outcome=SendOutcome.SENT), RetryPolicy(), now=NOW, spread=0) == Sent()


def test_impossible_gives_up_at_once() -> None:
    verdict = after(
        DELIVERY, SendResult(outcome=SendOutcome.IMPOSSIBLE, detail="gone"), RetryPolicy(), now=NOW, spread=0
    )
    assert isinstance(verdict, GaveUp)
    assert "gone" in verdict.why


def test_refusals_back_off_from_seconds_to_hours() -> None:
    waits, end = run(FAILED, RetryPolicy())
    assert [wait.total_seconds() for wait in waits[:4]] == [10, 20, 40, 80]
    assert waits[-1] == timedelta(hours=1)
    assert timedelta(hours=3) < sum(waits, timedelta()) < timedelta(hours=4)
    assert end.why == "12 attempts failed, the last: HTTP 500"


def test_maybe_sent_is_tried_once_more_and_then_given_up() -> None:
    waits, end = run(MAYBE, RetryPolicy())
    assert len(waits) == 1
    assert end.why == "maybe sent, 2 times: no answer in time"


def test_maybe_sent_does_not_use_up_the_tries_of_refusals() -> None:
    policy = RetryPolicy(tries=3)
    mixed = replace(DELIVERY, attempts=3, maybe_sent=1)
    assert isinstance(after(mixed, FAILED, policy, now=NOW, spread=0), Retry)
    assert isinstance(after(replace(mixed, attempts=4), FAILED, policy, now=NOW, spread=0), GaveUp)


POLICIES = st.builds(RetryPolicy, tries=st.integers(1, 40), maybe_tries=st.integers(0, 5))


@given(policy=POLICIES, spread=st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_the_longest_and_end(policy: RetryPolicy, spread: float) -> None:
    waits, _ = run(FAILED, policy, spread=spread)
    assert len(waits) == policy.tries - 1
    assert all(timedelta(0) <= wait <= LONGEST_WAIT for wait in waits)
    assert waits == sorted(waits)
    assert len(run(MAYBE, policy, spread=spread)[0]) == policy.maybe_tries


@given(failures=st.integers(1, 5000), spread=st.floats(0, 1, exclude_max=True))
def test_no_number_of_failures_breaks_a_wait(failures: int, spread: float) -> None:
    least = (1 - JITTER) * FIRST_WAIT
    assert least - timedelta(microseconds=2) <= wait_after(failures, spread=spread) <= LONGEST_WAIT
