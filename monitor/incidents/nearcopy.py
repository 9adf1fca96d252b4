"""Which recent texts are nearly the same as a new one: a bounded index that looks at as much, whatever it holds."""

from __future__ import annotations

#: signatures that are held at most; the oldest go first
MOST_SIGNATURES = 200_000


class NearCopies:
    """Texts by their signatures."""

    def __init__(self, most: int = MOST_SIGNATURES) -> None:
        self._most = most

    def add(self, key: str, text: str) -> None:
        """Remembers a text under a key."""
        raise NotImplementedError

    def like(self, text: str) -> tuple[str, ...]:
        """Keys of texts that are probably near copies of this one, the likeliest first."""
        raise NotImplementedError
