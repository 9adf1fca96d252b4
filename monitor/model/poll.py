"""What a feed said this time."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.document import ParsedFeed, ParseFailed
from monitor.model.fetch import Fetched, FetchFailed, NotModified


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """The outcome of fetch and parse, and the entries where there are any."""

    #: the address that was asked
    url: str
    outcome: Fetched | NotModified | FetchFailed | ParseFailed
    #: validators to remember; only of a body that could be parsed
    fetched: Fetched | None = None
    parsed: ParsedFeed | None = None
    #: asked without validators, because what they say was doubted
    plainly: bool = False
    ms: int = 0

    @property
    def detail(self) -> str:
        """Why it brought nothing, with what to do about it where that lies with us."""
        return self.outcome.told if isinstance(self.outcome, FetchFailed) else getattr(self.outcome, "detail", "")
