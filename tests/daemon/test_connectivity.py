"""Is it one feed, or is it us?"""

from __future__ import annotations

import pytest

from monitor.daemon.connectivity import connectivity
from monitor.model.daemon import Connectivity
from monitor.model.document import FeedAnswer, FetchFailed, FetchProblem, NotModified, ParseFailed, ParseProblem, Reach

GOOD, AWAY, BAD = Reach.ANSWERED, Reach.UNREACHABLE, Reach.FAILED


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"a": GOOD, "b": GOOD}, Connectivity.ONLINE),
        ({"a": GOOD, "b": AWAY}, Connectivity.ONLINE),
        ({"a": AWAY, "b": AWAY}, Connectivity.NO_NETWORK),
        ({"a": AWAY, "b": BAD}, Connectivity.ALL_FAILING),
        ({"a": BAD, "b": BAD}, Connectivity.ALL_FAILING),
        ({"a": GOOD}, Connectivity.ONLINE),  # b was not polled yet
        ({"a": AWAY, "b": AWAY, "removed": GOOD}, Connectivity.NO_NETWORK),
    ],
)
def test_the_connectivity_over_two_feeds(last: dict[str, Reach], expected: Connectivity) -> None:
    before = Connectivity.NO_NETWORK if expected is Connectivity.ONLINE else Connectivity.ONLINE
    assert connectivity({"a", "b"}, last, before) is expected


@pytest.mark.parametrize("before", Connectivity)
def test_after_a_start_the_connectivity_stays_until_all_feeds_failed_or_one_answers(before: Connectivity) -> None:
    assert connectivity({"a", "b"}, {"a": AWAY}, before) is before


def test_without_feeds_there_is_nothing_to_fear() -> None:
    assert connectivity(set(), {}, Connectivity.NO_NETWORK) is Connectivity.ONLINE


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
    assert FeedAnswer(url="", outcome=outcome).reach is reach
