"""What publications teach of a feed's rhythm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.rhythm import Worth, learned, per_day, publications, rhythm_after
from monitor.model.document import DateMark, Entry
from monitor.model.item import Novelty, NoveltyReason, Recognised
from monitor.model.rhythm import LONGEST_TEXT, Rhythm

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY

moments = st.lists(st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), max_size=60)


def office(days: int, *, until: datetime = NOW) -> list[datetime]:
    """Every half an hour from 6 to 14 UTC, Monday to Friday."""
    begin = until - days * DAY
    grid = (begin + number * 30 * MINUTE for number in range(days * 48))
    return [moment for moment in grid if moment.weekday() < 5 and 6 <= moment.hour < 14]


OFFICE = learned(None, office(28), now=NOW)


def worth(moment: datetime, rhythm: Rhythm = OFFICE) -> float:
    return Worth(rhythm, least=0.4, now=NOW).usual(moment)


# ------------------------------------------------------------------------------------------- counting


def test_office_hours_and_weekends_are_learned_from_the_first_document() -> None:
    noon, night, sunday = NOW.replace(hour=10), NOW.replace(hour=2), NOW.replace(hour=10) + 2 * DAY
    assert worth(noon) > 1.4
    assert worth(night) < 0.6
    assert worth(sunday) < worth(noon) * 0.8


def test_a_few_publications_change_little() -> None:
    few = learned(None, [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY], now=NOW)
    assert all(0.7 < worth(NOW + hour * HOUR, few) < 2.3 for hour in range(24))


def test_an_hour_that_nobody_watched_yet_is_not_called_quiet() -> None:
    young = learned(None, [NOW - minute * MINUTE for minute in range(0, 600, 10)], now=NOW)
    assert {round(worth(NOW + hour * HOUR, young), 6) for hour in range(168)} == {1.0}


def test_a_burst_counts_once() -> None:
    burst = [NOW - HOUR + number * timedelta(seconds=1) for number in range(250)]
    assert learned(OFFICE, burst, now=NOW).total == OFFICE.total  # its last one was 30 minutes ago
    later = NOW + 2 * HOUR
    after = learned(OFFICE, [later - MINUTE + number * timedelta(seconds=0.1) for number in range(500)], now=later)
    assert after.total - learned(OFFICE, [], now=later).total == pytest.approx(1, abs=0.01)


def test_a_back_fill_of_the_past_changes_nothing() -> None:
    nights = [NOW - day * DAY - 10 * HOUR for day in range(1, 28)] * 20
    assert learned(OFFICE, nights, now=NOW) == OFFICE


def test_what_lies_in_the_future_or_far_back_teaches_nothing() -> None:
    assert learned(OFFICE, [NOW + MINUTE, NOW + 400 * DAY, NOW - 400 * DAY], now=NOW) == OFFICE


def test_silence_teaches_as_well() -> None:
    later = learned(OFFICE, [], now=NOW + 6 * WEEK)
    assert per_day(later) < per_day(OFFICE) / 3
    assert later.recent == pytest.approx(0, abs=1e-9)


def test_the_rate_is_that_of_the_publications() -> None:
    steady = learned(None, [NOW - hour * HOUR for hour in range(28 * 24)], now=NOW)
    assert per_day(steady) == pytest.approx(24, rel=0.05)
    polled = learned(None, [], now=NOW)
    for hour in range(1, 24 * 14):
        polled = learned(polled, [NOW + hour * HOUR], now=NOW + hour * HOUR)
    assert per_day(polled) == pytest.approx(24, rel=0.05)


def test_a_changed_habit_is_followed_in_weeks() -> None:
    rhythm, night = OFFICE, NOW.replace(hour=22)
    for day in range(1, 43):
        at = night + day * DAY
        rhythm = learned(rhythm, [at + half * 30 * MINUTE - 4 * HOUR for half in range(8)], now=at + HOUR)
    later = night + 43 * DAY
    habit = Worth(rhythm, least=0.4, now=later)
    assert habit.usual(later.replace(hour=20)) > habit.usual(later.replace(hour=9))


def test_a_rush_is_worth_more_than_the_habit_and_passes() -> None:
    rush = learned(OFFICE, [NOW + 6 * minute * MINUTE for minute in range(1, 10)], now=NOW + HOUR)
    during = Worth(rush, least=0.4, now=NOW + HOUR)
    assert during.at(NOW + HOUR) > during.usual(NOW + HOUR) * 1.2
    after = Worth(rush, least=0.4, now=NOW + DAY + HOUR)
    assert after.at(NOW + DAY + HOUR) <= after.usual(NOW + DAY + HOUR) * 1.05


# ---------------------------------------------------------------------------------------------- worth


@given(moments, st.floats(0, 1))
def test_a_week_is_worth_one_on_the_average(published: list[datetime], least: float) -> None:
    rhythm = learned(None, published, now=NOW)
    week = Worth(rhythm, least=least, now=NOW)
    hours = [week.usual(NOW + hour * HOUR) for hour in range(168)]
    assert sum(hours) / 168 == pytest.approx(1)
    assert min(hours) >= least - 1e-9


def test_a_wait_in_the_night_ends_where_the_morning_has_earned_it() -> None:
    night = NOW.replace(hour=3) + 3 * DAY  # a Monday
    waiting = Worth(learned(OFFICE, [], now=night), least=0.1, now=night)
    assert waiting.wait(4 * HOUR, DAY, now=night) < 4 * HOUR / waiting.at(night)
    assert waiting.wakes_at(night) in {night.replace(hour=5), night.replace(hour=6)}


@given(moments, moments, st.timedeltas(timedelta(seconds=10), 30 * DAY), st.timedeltas(MINUTE, 30 * DAY))
def test_any_publications_give_a_wait_up_to_the_longest(
    first: list[datetime], later: list[datetime], interval: timedelta, longest: timedelta
) -> None:
    rhythm = learned(learned(None, first, now=NOW), later, now=NOW + DAY)
    wait = Worth(rhythm, least=0.3, now=NOW + DAY).wait(interval, longest, now=NOW + DAY)
    assert timedelta() < wait <= longest


# ------------------------------------------------------------------------------------------- its form


@given(moments, moments)
def test_its_text_is_short_and_read_back(first: list[datetime], later: list[datetime]) -> None:
    rhythm = learned(learned(None, first, now=NOW), later, now=NOW + DAY)
    text = rhythm.as_text()
    assert len(text) <= LONGEST_TEXT
    read = Rhythm.from_text(text)
    assert read is not None
    assert read.as_text() == text
    assert read.total == pytest.approx(rhythm.total, rel=0.01, abs=0.01)


@given(st.text(max_size=80))
def test_any_other_text_is_no_rhythm(text: str) -> None:
    assert Rhythm.from_text(text) is None


@pytest.mark.parametrize("text", [None, "", "1 a,b,c 0 0 0", "2" + OFFICE.as_text()[1:], OFFICE.as_text() + ",1"])
def test_a_form_that_is_not_known_is_learned_anew(text: str | None) -> None:
    assert Rhythm.from_text(text) is None


# ---------------------------------------------------------------------------- moments of one document


def found(
    published: datetime | None, novelty: Novelty = Novelty.NEW, *, reason: NoveltyReason = NoveltyReason.UNKNOWN,
    mark: DateMark = DateMark.GOOD,
) -> Recognised:  # fmt: skip
    return Recognised(entry=Entry(published=published, date_mark=mark), novelty=novelty, reason=reason)


def test_the_first_document_that_is_read_teaches_whatever_came_before_it() -> None:
    assert rhythm_after(None, [], now=NOW) is None
    seen = [found(moment, Novelty.SEEN) for moment in office(28)]
    assert rhythm_after(None, seen, now=NOW) == OFFICE
    assert rhythm_after(OFFICE, seen, now=NOW) == OFFICE
    after = rhythm_after(OFFICE, [], now=NOW + DAY)
    assert after is not None
    assert after.total < OFFICE.total


def test_moments_are_those_of_new_entries() -> None:
    early = NOW - 10 * MINUTE
    midnight = NOW.replace(hour=0)
    entries = [
        found(early), found(early - MINUTE, Novelty.SEEN), found(early, Novelty.OLD, reason=NoveltyReason.BACKFILL),
        found(None, mark=DateMark.MISSING), found(NOW, mark=DateMark.FUTURE), found(midnight),
    ]  # fmt: skip
    assert publications(entries, first=False, now=NOW) == [early, NOW, NOW, NOW]
    assert publications(entries, first=True, now=NOW) == [early, early - MINUTE, early]
