"""What the operator hears while files are edited: the first mistake at once, then less and less, the mending once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.daemon.edits import Notice, Standing, edit_notice
from monitor.model.alert import OperatorReason
from monitor.model.daemon import EditsTold
from monitor.store.columns import Frozen

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
GOOD = Standing()
SECOND = timedelta(seconds=1)


@dataclass
class Room:
    """A daemon that looks once a second."""

    told: EditsTold = field(default_factory=EditsTold)
    now: datetime = NOW
    heard: list[tuple[datetime, Notice]] = field(default_factory=list)

    def look(self, standing: Standing, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.told, notice = edit_notice(self.told, standing, now=self.now)
            if notice is not None:
                self.heard.append((self.now, notice))
            self.now += SECOND

    def reasons(self) -> list[str]:
        return [str(notice.reason) for _, notice in self.heard]


def bad(text: object = "x.yaml:1: wrong") -> Standing:
    return Standing(problems=str(text))


def test_the_first_mistake_is_told_at_once_and_only_once() -> None:
    room = Room()
    room.look(bad(), 600)
    ((when, notice),) = room.heard
    assert when == NOW
    assert notice.body == "x.yaml:1: wrong"
    assert notice.reason is OperatorReason.CONFIG_PROBLEM


def test_a_rule_that_is_saved_thirty_times_makes_few_messages() -> None:
    room = Room()
    for number in range(30):
        room.look(bad(f"mistake {number}"), 8)
    assert room.reasons() == ["CONFIG_PROBLEM"] * 3
    assert "saved" in room.heard[-1][1].body
    room.look(GOOD, 120)
    assert room.reasons() == ["CONFIG_PROBLEM"] * 3 + ["CONFIG_MENDED"]


def test_good_and_bad_in_turn_make_few_messages() -> None:
    room = Room()
    for number in range(15):
        room.look(bad(number), 8)
        room.look(GOOD, 8)
    room.look(GOOD, 120)
    assert len(room.heard) <= 8
    assert room.reasons()[-1] == "CONFIG_MENDED"


def test_a_mistake_that_nobody_heard_of_is_not_said_to_be_mended() -> None:
    room = Room()
    for number in range(3):
        room.look(bad(number), 11)
    room.look(GOOD, 61)
    before = len(room.heard)
    room.look(bad("unheard"), 5)
    room.look(GOOD, 600)
    assert len(room.heard) == before


def test_what_was_gathered_is_told_when_its_time_has_come() -> None:
    room = Room()
    room.look(bad(1))
    room.look(bad(2), 8)
    assert len(room.heard) == 1
    room.look(bad(3), 5)
    assert [notice.body.splitlines()[0] for _, notice in room.heard] == ["1", "3"]


def test_the_mending_is_told_at_once() -> None:
    room = Room()
    room.look(bad(), 2)
    room.look(GOOD, 600)
    assert room.reasons() == ["CONFIG_PROBLEM", "CONFIG_MENDED"]
    assert room.heard[1][0] == NOW + 2 * SECOND


def test_an_edit_of_another_day_is_told_at_once_again() -> None:
    room = Room()
    for number in range(10):
        room.look(bad(number), 20)
    room.look(GOOD, 120)
    room.now += timedelta(hours=3)
    room.look(bad("new"))
    assert room.heard[-1][0] == room.now - SECOND


def test_a_restart_neither_repeats_nor_forgets() -> None:
    room = Room()
    room.look(bad(), 5)
    room.told = Frozen(EditsTold).process_result_value(Frozen(EditsTold).process_bind_param(room.told))
    room.look(bad(), 5)
    assert room.reasons() == ["CONFIG_PROBLEM"]
    room.told = Frozen(EditsTold).process_result_value(Frozen(EditsTold).process_bind_param(room.told))
    room.look(GOOD, 5)
    assert room.reasons() == ["CONFIG_PROBLEM", "CONFIG_MENDED"]


def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    room = Room()
    room.look(bad(1), 5)
    room.now -= timedelta(days=2)
    room.look(bad(2))
    assert len(room.heard) == 2


def test_a_warning_is_told_as_one_and_ends_a_mistake() -> None:
    room = Room()
    warned = Standing(warnings="x.yml is not read; name it x.yaml")
    room.look(warned, 60)
    assert room.reasons() == ["CONFIG_WARNING"]
    room.look(bad(), 60)
    room.look(warned, 120)
    assert room.reasons() == ["CONFIG_WARNING", "CONFIG_PROBLEM", "CONFIG_MENDED"]
    assert "x.yml is not read" in room.heard[-1][1].body
    room.look(GOOD, 120)
    assert room.reasons()[3:] == ["CONFIG_MENDED"]


STANDINGS = st.sampled_from([GOOD, bad(1), bad(2), Standing(warnings="w")])


@given(st.lists(st.tuples(STANDINGS, st.integers(1, 400)), max_size=40))
def test_however_files_are_saved_messages_are_few_and_the_end_is_known(
    saves: Iterable[tuple[Standing, int]],
) -> None:
    room, last = Room(), GOOD
    for last, seconds in saves:
        room.look(last, seconds)
    minutes = (room.now - NOW) / timedelta(minutes=1)
    assert len(room.heard) <= 6 + 2 * minutes
    room.look(last, 700)
    assert (room.told.text, room.told.grave) == (last.text, bool(last.problems))
    alike = zip(room.heard, room.heard[1:], strict=False)
    assert not any(one[1] == other[1] for one, other in alike if one[1].reason is OperatorReason.CONFIG_MENDED)
