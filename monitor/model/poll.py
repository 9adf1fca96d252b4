"""What a feed said this time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.document import ParsedFeed, ParseFailed
from monitor.model.fetch import NETWORK_PROBLEMS, Fetched, FetchFailed, NotModified


class Reach(StrEnum):
    """What one poll says about the way to the feed; over all feeds it tells a broken feed from a missing network."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """The outcome of fetch and parse, and the entries where there are any."""

    #: the address that was asked
    url: str
    outcome: Fetched | NotModified | FetchFailed | ParseFailed
    parsed: ParsedFeed | None = None
    #: asked without validators, because what they say was doubted
    unconditional: bool = False
    ms: int = 0

    @property
    def detail(self) -> str:
        """Why it brought nothing, with what to do about it where that lies with us."""
        return self.outcome.told if isinstance(self.outcome, FetchFailed) else getattr(self.outcome, "detail", "")

    @property
    def reach(self) -> Reach:
        if isinstance(self.outcome, Fetched | NotModified):
            return Reach.ANSWERED
        unreachable = isinstance(self.outcome, FetchFailed) and self.outcome.problem in NETWORK_PROBLEMS
        return Reach.UNREACHABLE if unreachable else Reach.FAILED
