"""What a look-up in the index of near copies costs at 10,000, 100,000 and 1,000,000 texts that were added.

Usage: python benchmarks/nearcopies.py [--held N]

The texts are made of a vocabulary with the frequencies of a language; one look-up in three is of a near copy. `--held`
is how many signatures the index holds at most; without it, once the default of the program and once all that came.
The sizes take turns, so that the machine's other work meets them all.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import tracemalloc

from monitor.incidents.nearcopy import MOST_SIGNATURES, NearCopies

SIZES = (10_000, 100_000, 1_000_000)
LOOK_UPS, ROUNDS = 600, 15
VOCABULARY = [f"word{n}" for n in range(20_000)]
WEIGHTS = [1 / (n + 1) for n in range(20_000)]


def texts(chance: random.Random, count: int) -> list[str]:
    words = chance.choices(VOCABULARY, WEIGHTS, k=count * 30)
    return [" ".join(words[n * 30 : (n + 1) * 30]) for n in range(count)]


def filled(size: int, held: int) -> tuple[NearCopies, list[str], float]:
    """An index after `size` texts, texts to ask of it, and the seconds that adding took."""
    chance = random.Random(size)
    index, spent = NearCopies(held), 0.0
    recent: list[str] = []
    for begin in range(0, size, 10_000):
        recent = texts(chance, 10_000)
        start = time.process_time()
        for number, text in enumerate(recent):
            index.add(str(begin + number), text)
        spent += time.process_time() - start
    copies = [f"{text} said officials" for text in recent[: LOOK_UPS // 3]]
    asked = [*copies, *texts(chance, LOOK_UPS - len(copies))]
    chance.shuffle(asked)
    return index, asked, spent


def measure(held: int | None) -> None:
    made = {size: filled(size, held or size) for size in SIZES}
    costs: dict[int, list[float]] = {size: [] for size in SIZES}
    found = dict.fromkeys(SIZES, 0)
    for _ in range(ROUNDS):
        for size, (index, asked, _) in made.items():
            start = time.process_time()
            found[size] = sum(bool(index.like(text)) for text in asked)
            costs[size].append((time.process_time() - start) / len(asked) * 1e6)
    first = min(costs[SIZES[0]])
    print(f"\nholds at most {held or 'all'}; of {LOOK_UPS // 3} copies found; microseconds")
    print("| texts | held | look-up: least, median | to 10,000 | copies found | add |\n|---|---|---|---|---|---|")
    for size, (index, _, spent) in made.items():
        cost, median = min(costs[size]), statistics.median(costs[size])
        row = (f"{size:,}", f"{len(index):,}", f"{cost:.0f}, {median:.0f}", f"{cost / first:.2f}", str(found[size]))
        print(f"| {' | '.join(row)} | {spent / size * 1e6:.0f} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--held", type=int)
    held = arguments.parse_args().held
    tracemalloc.start()
    filled(MOST_SIGNATURES, MOST_SIGNATURES)
    print(f"memory of {MOST_SIGNATURES:,} texts: {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB at most")
    tracemalloc.stop()
    for most in [held] if held else [MOST_SIGNATURES, None]:
        measure(most)


if __name__ == "__main__":
    main()
