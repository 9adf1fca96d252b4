"""Is it one feed, or is it us? Judges the daemon's view of the world from the last result of each feed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from monitor.model.document import ParseFailed
from monitor.model.fetch import Fetched, FetchFailed, FetchProblem, NotModified

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


class Connectivity(StrEnum):
    """What the daemon can see."""

    #: at least one feed answers, or nothing is known yet
    ONLINE = "online"
    #: no feed can be reached at all: the machine has no network
    NO_NETWORK = "no network"
    #: every feed fails, but not all for want of a network
    ALL_FAILING = "every feed failing"


def connectivity(feeds: Collection[str], last: Mapping[str, Reach], before: Connectivity) -> Connectivity:
    """The outlook over all configured `feeds` from the last reach of each.

    One answer is enough to be online; while none has come, feeds not polled yet (after a start) leave it as it was.
    """
    reaches = {last[name] for name in feeds if name in last}
    if not feeds or Reach.ANSWERED in reaches:
        return Connectivity.ONLINE
    if any(name not in last for name in feeds):
        return before
    return Connectivity.NO_NETWORK if reaches == {Reach.UNREACHABLE} else Connectivity.ALL_FAILING


#: what is said, once, when the outlook changes to this
WORDS = {
    Connectivity.ONLINE: "feeds answer again",
    Connectivity.NO_NETWORK: "no feed can be reached: this machine seems to have no network; basewatch keeps trying",
    Connectivity.ALL_FAILING: "every feed fails; basewatch keeps trying; see: basewatch feeds",
}
