"""Turns go by rank, none is lost, and the last rank never takes all of them."""

from __future__ import annotations

import asyncio
import random

import pytest

from monitor.feeds.turns import Turns


def test_who_matters_more_goes_first() -> None:
    async def run() -> list[int]:
        turns, order = Turns(1, last=2), list[int]()

        async def one(rank: int) -> None:
            await turns.acquire(rank)
            order.append(rank)
            await asyncio.sleep(0)
            turns.release(rank)

        await turns.acquire(0)
        tasks = [asyncio.create_task(one(rank)) for rank in (2, 1, 0, 1, 0, 2)]
        await asyncio.sleep(0)
        turns.release(0)
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == [0, 0, 1, 1, 2, 2]


def test_the_last_rank_leaves_room() -> None:
    async def run() -> int:
        turns = Turns(3, last=2, most_last=1)
        await turns.acquire(2)
        second = asyncio.create_task(turns.acquire(2))
        await asyncio.sleep(0)
        async with asyncio.timeout(1):
            await turns.acquire(1)
            await turns.acquire(0)
        assert not second.done()
        turns.release(2)
        await asyncio.wait_for(second, 1)
        return 1

    assert asyncio.run(run())


@pytest.mark.parametrize("seed", range(20))
def test_no_turn_is_lost_however_many_give_up(seed: int) -> None:
    async def run() -> None:
        dice, turns, inside, most = random.Random(seed), Turns(3, last=2, most_last=1), [0, 0, 0], 0

        async def one(rank: int) -> None:
            nonlocal most
            await turns.acquire(rank)
            inside[rank] += 1
            most = max(most, sum(inside))
            assert inside[2] <= 1
            try:
                await asyncio.sleep(dice.random() / 500)
            finally:
                inside[rank] -= 1
                turns.release(rank)

        tasks = [asyncio.create_task(one(dice.randrange(3))) for _ in range(60)]
        for task in dice.sample(tasks, 20):
            await asyncio.sleep(0)
            task.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks, return_exceptions=True)
            assert most <= 3
            for _ in range(3):
                await turns.acquire(0)

    asyncio.run(run())
