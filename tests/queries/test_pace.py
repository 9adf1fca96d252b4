"""Every reason for a wait has words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.model.rhythm import Pace
from monitor.queries.pace import pace_in_words, paced

FOUR = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_every_reason_has_words_of_its_own() -> None:
    assert len({pace_in_words(pace, wakes_at=None, zone=UTC) for pace in Pace}) == len(Pace)


def test_the_hour_of_waking_is_told_in_the_users_zone() -> None:
    told = pace_in_words(Pace.SLEEPS, wakes_at=FOUR, zone=ZoneInfo("Asia/Baghdad"))
    assert told == "it sleeps until about 07:00"
    assert pace_in_words(Pace.SLEEPS, wakes_at=FOUR, zone=UTC) == "it sleeps until about 04:00 UTC"


def test_a_word_of_another_version_is_no_reason() -> None:
    assert [paced(word) for word in ("sleeps", "", "naps")] == [Pace.SLEEPS, None, None]
