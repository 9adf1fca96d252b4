"""What one channel is told, and when: each answer of `telling`, and hours of clocks that are put forward or back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from monitor.alerts.attention import (
    Known,
    digest_due,
    free_at,
    last_time,
    level_of,
    quiet_until,
    repeat_due,
    telling,
    with_sent,
)
from monitor.model.attention import Matchers, Silence
from monitor.model.incident import Incident
from monitor.model.ledger import ChangeReason, ChannelState, Grade, Notification, Told, View
from monitor.model.policy import DigestTimes, Policy, QuietHours
from monitor.model.report import Level

R = ChangeReason
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
INCIDENT = Incident(
    id="2026-11-23-ain-al-asad", place_id="ain-al-asad", place_name="Ain al-Asad", country="IQ",
    date=date(2026, 11, 23), opened_at=NOW - timedelta(hours=6),
)  # fmt: skip
VIEW = View(incident=INCIDENT, reports=(), level=Level.URGENT, grade=Grade.SEVERAL, publishers=("a", "b"))
FLASH = replace(VIEW, level=Level.FLASH)
TOLD = Notification(
    incident_id=INCIDENT.id, channel="duty", version=1, reasons=("FIRST",), level=Level.URGENT, known=Told(),
    alert_id="a-1", queued_at=NOW - timedelta(minutes=10), taken_at=NOW,
)  # fmt: skip
NIGHT = QuietHours(begins=time(22), ends=time(7), zone="Asia/Baghdad")  # NOW is 09:00 there
DAY = QuietHours(begins=time(8), ends=time(10), zone="Asia/Baghdad")


def asked(
    policy: Policy | None = None,
    told: Notification | None = None,
    *reasons: ChangeReason,
    differs: Sequence[ChangeReason] | None = None,
    view: View = VIEW,
    inside: bool = True,
    now: datetime = NOW,
    **more: object,
) -> tuple[str, str]:
    known = Known(policy=policy or Policy(channel="duty"), told=told, state=ChannelState(channel="duty"))
    known = replace(known, **more)  # type: ignore[arg-type]
    found = telling(
        reasons, view, known, differs=reasons if differs is None else differs, inside=lambda _, __: inside, now=now
    )
    assert found.detail or found.does == "tell"
    assert (found.due_at is not None) == (found.reason in ("HELD_QUIET", "HELD_COOL_DOWN", "HELD_CAP", "MUTED"))
    return found.does, found.reason


def test_without_a_policy_a_channel_is_told_what_is_new_to_it() -> None:
    assert asked(None, None, R.FIRST) == ("tell", "FIRST")
    assert asked(None, None, R.TOLL_UP) == ("tell", "FIRST")  # never told: all of it is new
    assert asked(None, TOLD, R.TOLL_UP, R.ESCALATED) == ("tell", "TOLL_UP")
    assert asked(None, TOLD, R.CLAIMED) == ("tell", "CLAIMED")
    assert asked(None, TOLD) == ("quiet", "NO_CHANGE")
    assert asked(None, TOLD, R.RETALIATION) == ("quiet", "NOT_WANTED")
    assert asked(None, replace(TOLD, taken_at=None, failed_at=NOW), R.TOLL_UP) == ("tell", "FIRST")


def test_what_went_up_and_came_back_is_no_news() -> None:
    """A → B → A: the change happened, and differs nothing from what the channel knows."""
    assert asked(None, TOLD, R.TOLL_UP, differs=()) == ("quiet", "NO_CHANGE")


def test_a_corrected_number_is_told_even_where_the_best_number_stays() -> None:
    assert asked(None, TOLD, R.TOLL_CORRECTED, differs=()) == ("tell", "TOLL_CORRECTED")


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        (Policy(channel="duty", level=Level.FLASH), ("quiet", "BELOW_LEVEL")),
        (Policy(channel="duty", places=("@bases-kuwait",)), ("quiet", "ELSEWHERE")),
        (Policy(channel="duty", reasons=frozenset({R.TOLL_UP})), ("quiet", "NOT_WANTED")),
        (Policy(channel="duty", grade=Grade.CONFIRMED), ("hold", "HELD_UNCONFIRMED")),
        (Policy(channel="duty", publishers=3), ("hold", "HELD_UNCONFIRMED")),
        (Policy(channel="duty", quiet=DAY), ("hold", "HELD_QUIET")),
        (Policy(channel="duty", quiet=NIGHT), ("tell", "FIRST")),
    ],
)
def test_a_policy_is_asked(policy: Policy, answer: tuple[str, str]) -> None:
    assert asked(policy, None, R.FIRST, inside=False) == answer


def silence(**matchers: str) -> Silence:
    return Silence(matchers=Matchers(**matchers), starts=NOW, ends=NOW + timedelta(hours=1), at=NOW)  # type: ignore[arg-type]


def test_a_flash_passes_quiet_hours_cool_down_and_cap_but_no_mute() -> None:
    strict = Policy(channel="duty", quiet=DAY, cool_down=timedelta(hours=1), most_per_hour=1)
    full = ChannelState(channel="duty", sent=(NOW - timedelta(minutes=5),))
    assert asked(strict, TOLD, R.TOLL_UP, view=FLASH, state=full) == ("tell", "FLASH")
    assert asked(replace(strict, quiet=None), TOLD, R.TOLL_UP, state=full) == ("hold", "HELD_COOL_DOWN")
    assert asked(replace(strict, quiet=None), None, R.FIRST, state=full) == ("hold", "HELD_CAP")
    mute = silence(incident=INCIDENT.id)
    assert asked(strict, TOLD, R.TOLL_UP, view=FLASH, silences=[mute]) == ("hold", "MUTED")


def test_a_muted_rule_mutes_where_no_other_rule_sends_to_the_channel() -> None:
    mute = silence(rule="drones")
    assert asked(None, None, R.FIRST, silences=[mute], rules=("drones",)) == ("hold", "MUTED")
    assert asked(None, None, R.FIRST, silences=[mute], rules=("drones", "rockets")) == ("tell", "FIRST")
    assert asked(None, None, R.FIRST, silences=[mute], rules=("rockets",)) == ("tell", "FIRST")


def test_who_was_told_hears_that_it_is_taken_back_and_nobody_else() -> None:
    gone = replace(VIEW, grade=Grade.RETRACTED, level=Level.DIGEST)
    only_sure = Policy(channel="duty", grade=Grade.CONFIRMED)
    assert asked(None, TOLD, R.RETRACTED, view=gone) == ("tell", "RETRACTED")
    assert asked(only_sure, TOLD, R.RETRACTED, view=gone) == ("tell", "RETRACTED")
    assert asked(only_sure, None, R.RETRACTED, view=gone) == ("quiet", "NEVER_CONFIRMED")
    assert asked(None, None, R.RETRACTED, view=gone) == ("quiet", "NEVER_TOLD")


def test_a_claim_wakes_nobody_as_a_flash() -> None:
    assert level_of([R.CLAIMED], FLASH) is Level.NOTICE
    assert level_of([R.CLAIMED, R.TOLL_UP], FLASH) is Level.FLASH
    assert level_of([R.TOLL_CORRECTED], FLASH) is Level.URGENT
    assert level_of([R.RETALIATION], FLASH) is Level.DIGEST


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        # spring in Berlin: 02:00 becomes 03:00, the night is an hour shorter
        ("22:00", "07:00", "2026-03-28T21:00+00:00", "2026-03-29T05:00+00:00"),
        ("22:00", "07:00", "2026-03-29T04:59+00:00", "2026-03-29T05:00+00:00"),
        ("22:00", "07:00", "2026-03-29T05:00+00:00", None),
        # 02:30 is on no clock that night: the hours end when it jumps
        ("22:00", "02:30", "2026-03-28T22:00+00:00", "2026-03-29T01:00+00:00"),
        ("02:30", "06:00", "2026-03-29T01:00+00:00", "2026-03-29T04:00+00:00"),
        # autumn: 03:00 becomes 02:00, and 02:30 is shown twice; the first counts
        ("22:00", "07:00", "2026-10-24T21:00+00:00", "2026-10-25T06:00+00:00"),
        ("22:00", "02:30", "2026-10-24T23:00+00:00", "2026-10-25T00:30+00:00"),
        ("22:00", "02:30", "2026-10-25T01:00+00:00", None),
        # within one day, and before it
        ("08:00", "10:00", "2026-06-01T06:00+00:00", "2026-06-01T08:00+00:00"),
        ("08:00", "10:00", "2026-06-01T05:59+00:00", None),
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(begins: str, ends: str, now: str, until: str | None) -> None:
    quiet = QuietHours(begins=time.fromisoformat(begins), ends=time.fromisoformat(ends), zone="Europe/Berlin")
    found = quiet_until(quiet, datetime.fromisoformat(now))
    assert found == (until and datetime.fromisoformat(until))


def test_quiet_hours_of_some_days_are_those_that_begin_in_them() -> None:
    friday = QuietHours(begins=time(22), ends=time(7), days=(4,))
    assert quiet_until(friday, datetime(2026, 11, 28, 6, tzinfo=UTC)) == datetime(2026, 11, 28, 7, tzinfo=UTC)
    assert quiet_until(friday, datetime(2026, 11, 28, 23, tzinfo=UTC)) is None


def test_a_cap_counts_the_last_hour() -> None:
    state = ChannelState(channel="duty")
    for minute in (0, 20, 40):
        state = with_sent(state, NOW + timedelta(minutes=minute))
    now = NOW + timedelta(minutes=50)
    assert free_at(state, 4, now) is None
    assert free_at(state, 3, now) == NOW + timedelta(hours=1)
    assert free_at(state, 2, now) == NOW + timedelta(hours=1, minutes=20)
    assert with_sent(state, NOW + timedelta(hours=2)).sent == (NOW + timedelta(hours=2),)


def test_digests_are_due_once_for_each_of_their_times() -> None:
    policy = Policy(channel="duty", zone="Asia/Baghdad", digest=DigestTimes(daily=time(7), weekly=(6, time(18))))
    sunday = datetime(2026, 11, 29, 15, 0, tzinfo=UTC)  # 18:00 in Baghdad
    assert last_time(time(18), 6, "Asia/Baghdad", sunday) == sunday
    made = ChannelState(channel="duty", last_digest_day=sunday - timedelta(hours=1), last_digest_week=NOW)
    assert digest_due(policy, made, sunday - timedelta(minutes=1)) == ()
    assert digest_due(policy, made, sunday) == ("week",)
    assert digest_due(policy, replace(made, last_digest_week=sunday), sunday + timedelta(hours=1)) == ()
    assert digest_due(policy, made, sunday + timedelta(hours=13)) == ("day", "week")


def test_a_flash_is_told_again_until_somebody_takes_notice() -> None:
    policy = Policy(channel="duty", repeat_flash=timedelta(minutes=15))
    flash = replace(TOLD, level=Level.FLASH, queued_at=NOW)
    later = NOW + timedelta(minutes=15)
    assert repeat_due(flash, policy, later - timedelta(seconds=1)) is None
    assert repeat_due(flash, policy, later) == 1
    assert repeat_due(replace(flash, repeats=1), policy, later) is None
    assert repeat_due(replace(flash, repeats=1), policy, later + timedelta(minutes=15)) == 2
    # nobody ran for a while: one repeat comes, not all that were missed
    assert repeat_due(flash, policy, later + timedelta(minutes=45)) == 4
    for quiet in (
        replace(flash, acked_at=NOW),
        replace(flash, repeats=4),
        TOLD,
        replace(flash, taken_at=None, failed_at=NOW),
    ):
        assert repeat_due(quiet, policy, later + timedelta(minutes=45)) is None
    assert repeat_due(flash, policy, later + timedelta(days=90)) is None
    assert repeat_due(flash, Policy(channel="duty"), later) is None
