"""Good feeds go first, and who is slow takes nobody's place."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.lanes import GOOD, LARGE_AT_ONCE, SUSPECT, Lanes, Queue, in_order, rank_of
from monitor.model.feed import FeedState

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def state(number: int, *, failures: int = 0, known: bool = True, overdue: int = 0) -> FeedState:
    return FeedState(
        feed_id=number, name=f"feed-{number}", failures=failures, last_success_at=NOW if known else None,
        next_poll_at=NOW - timedelta(minutes=overdue) if known or failures else None,
    )  # fmt: skip


def test_good_ones_then_unknown_ones_then_suspects() -> None:
    due = [state(1, failures=3), state(2, known=False), state(3), state(4, overdue=5), state(5, failures=1, overdue=60)]
    assert [one.feed_id for one in in_order(due)] == [4, 3, 2, 5, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 99)), max_size=40))
def test_nobody_is_lost_and_no_suspect_goes_before_a_good_one(drawn: list[tuple[int, bool, int]]) -> None:
    due = [state(n, failures=f, known=k, overdue=o) for n, (f, k, o) in enumerate(drawn)]
    order = in_order(due)
    assert sorted(one.feed_id for one in order) == list(range(len(due)))
    suspects = [one.failures > 0 for one in order]
    assert suspects == sorted(suspects)


def test_hanging_polls_move_off_and_good_ones_go_on() -> None:
    async def run() -> tuple[list[int], int]:
        lanes, never, done = Lanes(4, patience=0.02, slow=50), asyncio.Event(), list[int]()

        async def poll(number: int) -> None:
            async with lanes.place():
                if number < 40:
                    await never.wait()
                done.append(number)

        tasks = [asyncio.create_task(poll(number)) for number in range(60)]
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks[40:])
        good = list(done)
        never.set()
        await asyncio.gather(*tasks)
        return good, lanes.free

    good, free = asyncio.run(run())
    assert sorted(good) == list(range(40, 60))
    assert free == 4


def test_the_slow_lane_ends_too() -> None:
    async def run() -> tuple[int, int]:
        lanes, never = Lanes(3, patience=0.01, slow=2), asyncio.Event()
        inside = 0

        async def poll() -> None:
            nonlocal inside
            async with lanes.place():
                inside += 1
                await never.wait()

        tasks = [asyncio.create_task(poll()) for _ in range(20)]
        async with asyncio.timeout(10):
            while inside < 5:
                await asyncio.sleep(0.005)
        for _ in range(20):
            await asyncio.sleep(0.005)
        most = inside
        never.set()
        await asyncio.gather(*tasks)
        return most, lanes.free

    most, free = asyncio.run(run())
    assert most == 5, "three places of the fast lane and two of the slow one"
    assert free == 3


def test_suspects_leave_places_for_others() -> None:
    async def run() -> bool:
        lanes, never = Lanes(4, patience=60), asyncio.Event()

        async def suspect() -> None:
            async with lanes.place(suspect=True):
                await never.wait()

        tasks = [asyncio.create_task(suspect()) for _ in range(10)]
        async with asyncio.timeout(5):
            async with lanes.place():
                pass
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return lanes.free == 4

    assert asyncio.run(run())


def test_a_promised_place_is_nobody_elses() -> None:
    async def run() -> tuple[list[bool], int]:
        lanes = Lanes(4, patience=60)
        promised = [
            lanes.promise(suspect=True),
            lanes.promise(suspect=True),
            *(lanes.promise(suspect=False) for _ in range(4)),
        ]
        async with asyncio.timeout(5), lanes.place(suspect=True, promised=True):
            taken = lanes.free
        return promised, taken

    promised, free = asyncio.run(run())
    assert promised == [True, False, True, True, True, False]
    assert free == 0


def test_large_documents_wait_for_each_other_and_keep_nobody() -> None:
    """They wait in the slow lane, a few at a time are in memory, and who goes makes room."""

    async def story() -> None:
        lanes, let_go = Lanes(2, patience=60, slow=50), asyncio.Event()
        having: list[int] = []

        async def poll(number: int) -> None:
            async with lanes.place(good=True) as place:
                await place.is_large()
                having.append(number)
                await let_go.wait()

        polls = [asyncio.create_task(poll(number)) for number in range(LARGE_AT_ONCE + 4)]
        async with asyncio.timeout(5):
            while len(having) < LARGE_AT_ONCE:
                await asyncio.sleep(0)
            async with lanes.place():  # the fast lane is free
                pass
            assert len(having) == LARGE_AT_ONCE
            let_go.set()
            await asyncio.gather(*polls)
        assert sorted(having) == list(range(LARGE_AT_ONCE + 4))

    asyncio.run(story())


def test_one_that_costs_too_much_is_a_suspect() -> None:
    state = FeedState(feed_id=1, name="x", last_success_at=NOW)
    assert (rank_of(state), rank_of(replace(state, cost_ms=1500))) == (GOOD, SUSPECT)


def test_who_waits_for_the_slow_lane_and_is_slow_again_takes_one_place_of_it() -> None:
    async def run() -> tuple[int, list[int]]:
        lanes, never = Lanes(2, patience=0.01, slow=1), asyncio.Event()

        async def hang() -> None:
            async with lanes.place():
                await never.wait()

        hanging = asyncio.create_task(hang())
        await asyncio.sleep(0)
        while lanes.free < 2:  # until it holds the one place of the slow lane
            await asyncio.sleep(0.005)
        async with lanes.place() as place:
            await asyncio.sleep(0.05)  # its server does not answer in time, and the slow lane is full
            place.is_slow()  # and its document is costly
        never.set()
        await hanging
        free, inside, again = lanes.free, list[int](), asyncio.Event()

        async def poll(number: int) -> None:
            async with lanes.place():
                inside.append(number)
                await again.wait()

        tasks = [asyncio.create_task(poll(number)) for number in range(8)]
        for _ in range(20):
            await asyncio.sleep(0.01)
        most = list(inside)
        again.set()
        await asyncio.gather(*tasks)
        return free, most

    free, most = asyncio.run(run())
    assert free == 2
    assert len(most) == 3, "two places of the fast lane and one of the slow one"


def test_who_is_not_known_as_good_is_asked_now_and_then_however_many_good_ones_are_due() -> None:
    async def run() -> list[int]:
        lanes = Lanes(4, patience=60)
        queue, begun = Queue(lanes), list[int]()
        good = [state(number) for number in range(100)]
        others = [state(100, known=False), state(101, failures=1)]
        for _ in range(10):  # each second more are due than can be asked in it
            queue.fill(one for one in (*good, *others) if one.feed_id not in begun[-30:])
            for _ in range(10):
                taken = queue.take()
                assert taken is not None
                begun.append(taken.feed_id)
                async with lanes.place(suspect=taken.failures > 0, promised=True):
                    pass
        return begun

    begun = asyncio.run(run())
    assert 100 in begun
    assert 101 in begun
    assert sum(number < 100 for number in begun) >= 80


def test_large_documents_that_drip_leave_a_turn_to_those_of_good_feeds() -> None:
    async def run() -> None:
        lanes, never = Lanes(8, patience=60), asyncio.Event()

        async def drips(number: int) -> None:
            async with lanes.place(suspect=number % 4 == 3) as place:
                await place.is_large()
                await never.wait()

        tasks = [asyncio.create_task(drips(number)) for number in range(8)]
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5), lanes.place(good=True) as place:
            await place.is_large()
        never.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())
