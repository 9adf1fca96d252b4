"""How fast the rules read: items per second of processor time, alone and with a thousand rules more; loading; memory.

    python benchmarks/classifying.py ITEMS.jsonl[.gz] … [--extra 1000]

ITEMS hold lines of the `classify` contract. The extra rules have ten terms of their own each (made-up words and pairs
of words, a third of them seen in the items, so that they are met). All figures of one run stand beside each other;
compare ratios, not runs.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from monitor.model.item import Item
from monitor.rules.folder import read_folder
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules, load_rules
from monitor.workbench.lint.check import lint

RULES = Path(__file__).parent.parent / "rules"
NOW = datetime(2026, 8, 1, tzinfo=UTC)
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--extra", type=int, default=1000)
    asked = parser.parse_args()
    items = [item for path in asked.items for item in _items(path)]
    print(f"{len(items)} items, {sum(len(i.title) + len(i.summary) for i in items) / len(items):.0f} characters each")
    with tempfile.TemporaryDirectory() as folder:
        larger = Path(folder) / "rules"
        shutil.copytree(RULES, larger)
        _write_rules(larger, asked.extra, items)
        first = _seconds(lambda: load_rules(RULES), rounds=1)
        print(f"loading the shipped rules: {first:.2f} s, again {_seconds(lambda: load_rules(RULES)):.2f} s")
        files = read_folder(RULES)
        shipped = compile_rules(files)
        print(f"rules check of them: {_seconds(lambda: lint(files, shipped)):.2f} s")
        first = _seconds(lambda: load_rules(larger), rounds=1)
        print(
            f"loading with {asked.extra} rules more: {first:.2f} s, again {_seconds(lambda: load_rules(larger)):.2f} s"
        )
        alone, more = load_rules(RULES), load_rules(larger)
        gc.collect()
        gc.freeze()  # else chance decides which of the two pays for the search for garbage in what was just loaded
        speeds = [(_speed(items, alone), _speed(items, more)) for _ in range(ROUNDS)]
    one, other = (statistics.median(column) for column in zip(*speeds, strict=True))
    print(f"shipped rules: {one:.0f} items/s; with {asked.extra} more: {other:.0f} items/s; ratio {other / one:.2f}")
    for name, rules in (("shipped", alone), ("with more", more)):
        print(f"automaton, {name}: {len(rules.matcher)} terms, {_kib(rules):.0f} KiB")


def _items(path: Path) -> list[Item]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    rows = [json.loads(line) for line in text.split("\n") if line]
    return [
        Item(id=str(n), title=row.get("title") or "", summary=row.get("summary") or "", first_seen=NOW)
        for n, row in enumerate(rows)
    ]


def _write_rules(folder: Path, count: int, items: list[Item]) -> None:
    """Rules whose terms are made up, a third of them words of the items."""
    chance = random.Random(1)
    counted = Counter(w for i in items for w in set(re.findall(r"[a-z]{5,}", i.title.lower())))
    seen = [word for word, n in counted.items() if n <= 20 and word != "false"]

    def term() -> str:
        if chance.random() < 1 / 3:
            return chance.choice(seen)
        words = ("".join(chance.choices("abcdefghiklmnoprstuw", k=7)) for _ in range(chance.choice((1, 1, 2))))
        return " ".join(words)

    for number in range(count):
        terms = ", ".join(term() for _ in range(10))
        (folder / f"extra-{number:04}.yaml").write_text(
            f"rule: extra-{number}\ntitle: Extra {number}\nwhy: For the benchmark.\nlevel: notice\n"
            f"what: {{any: [{terms}]}}\nsend_to: [alerts]\n"
        )


def _seconds(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """The best of some rounds, in processor time."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def _speed(items: list[Item], rules: RuleSet) -> float:
    return len(items) / _seconds(lambda: [classify(item, rules) for item in items], rounds=1)


def _kib(rules: RuleSet) -> float:
    """What the automaton itself says it takes (pyahocorasick's `get_stats`)."""
    return rules.matcher.size / 1024


if __name__ == "__main__":
    main()
