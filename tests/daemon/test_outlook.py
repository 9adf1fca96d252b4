"""Is it one feed, or is it us?"""

from __future__ import annotations

import pytest

from monitor.connectivity import Outlook, Reach, outlook, reach_of
from monitor.model.document import ParseFailed, ParseProblem
from monitor.model.fetch import FetchFailed, FetchProblem, NotModified

GOOD, AWAY, BAD = Reach.ANSWERED, Reach.UNREACHABLE, Reach.FAILED


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"a": GOOD, "b": GOOD}, Outlook.ONLINE),
        ({"a": GOOD, "b": AWAY}, Outlook.ONLINE),
        ({"a": AWAY, "b": AWAY}, Outlook.NO_NETWORK),
        ({"a": AWAY, "b": BAD}, Outlook.ALL_FAILING),
        ({"a": BAD, "b": BAD}, Outlook.ALL_FAILING),
        ({"a": GOOD}, Outlook.ONLINE),  # b was not polled yet
        ({"a": AWAY, "b": AWAY, "removed": GOOD}, Outlook.NO_NETWORK),
    ],
)
def test_the_outlook_over_two_feeds(last: dict[str, Reach], expected: Outlook) -> None:
    before = Outlook.NO_NETWORK if expected is Outlook.ONLINE else Outlook.ONLINE
    assert outlook({"a", "b"}, last, before) is expected


@pytest.mark.parametrize("before", Outlook)
def test_after_a_start_the_outlook_stays_until_all_feeds_failed_or_one_answers(before: Outlook) -> None:
    assert outlook({"a", "b"}, {"a": AWAY}, before) is before


def test_without_feeds_there_is_nothing_to_fear() -> None:
    assert outlook(set(), {}, Outlook.NO_NETWORK) is Outlook.ONLINE


@pytest.mark.parametrize(
    ("outcome", "reach"),
    [
        (NotModified(), Reach.ANSWERED),
        (FetchFailed(problem=FetchProblem.DNS), Reach.UNREACHABLE),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=503), Reach.FAILED),
        (FetchFailed(problem=FetchProblem.BLOCKED_ADDRESS), Reach.FAILED),
        (ParseFailed(problem=ParseProblem.NOT_A_FEED), Reach.FAILED),
    ],
)
def test_the_reach_of_one_poll(outcome: NotModified | FetchFailed | ParseFailed, reach: Reach) -> None:
    assert reach_of(outcome) is reach
