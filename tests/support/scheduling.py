"""A daemon's clockwork that runs fast, for tests of what it does and not of when."""

from __future__ import annotations

from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Quick(AsyncIOScheduler):  # type: ignore[misc]
    """Runs every job twenty times as often."""

    def add_job(self, *given: Any, seconds: float, **named: Any) -> Any:
        return super().add_job(*given, seconds=seconds / 20, **named)
