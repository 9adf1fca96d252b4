"""The daemon's job that tells what was held: after quiet hours and cool-downs, digests, repeats until acknowledged."""

from __future__ import annotations

from datetime import datetime


async def attend(now: datetime) -> None:
    """Tells what is due by now."""
    raise NotImplementedError
