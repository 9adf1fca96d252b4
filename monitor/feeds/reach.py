"""What one poll says about the way to its feed; over all feeds it tells a broken feed from a missing network."""

from __future__ import annotations

from enum import StrEnum

from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified, ParseFailed

#: failures that a machine without a network shows
NETWORK_PROBLEMS = frozenset(
    {FetchProblem.DNS, FetchProblem.CONNECT, FetchProblem.TIMEOUT, FetchProblem.TLS, FetchProblem.PROTOCOL}
)


class Reach(StrEnum):
    """What one poll says about the way to the feed."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


def reach_of(outcome: Fetched | NotModified | FetchFailed | ParseFailed) -> Reach:
    """The reach that a poll's outcome shows."""
    if isinstance(outcome, Fetched | NotModified):
        return Reach.ANSWERED
    unreachable = isinstance(outcome, FetchFailed) and outcome.problem in NETWORK_PROBLEMS
    return Reach.UNREACHABLE if unreachable else Reach.FAILED
