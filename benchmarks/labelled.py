"""How well are labelled items read? F1 with a bootstrap interval, by kind, language and length.

    python benchmarks/labelled.py FILE_OR_FOLDER... [--rules DIR] [--folds 5]

A folder holds items.jsonl and labels.jsonl (`is_attack_on_base`, `ambiguous`, `label`); a file holds items with their
labels beside them (`is_attack_on_base` or `alert`, and where it has them `ambiguous`, `kind` or `label`). The interval
is the middle 95 % of F1 over 2,000 samples of the items, drawn with replacement (Efron 1979, doi
10.1214/aos/1176344552). `--folds` runs the cross-check of `crosscheck.py` on folders as well.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck import RULES, cross_check, item_of

from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

SAMPLES, SEED = 2000, 1979
#: characters of title and summary from which on an item is of the next length
LENGTHS = ((90, "a short headline"), (250, "a headline or a few lines"), (10**9, "a long text"))


@dataclass(frozen=True, slots=True)
class Answer:
    """One labelled item and what the rules make of it."""

    wanted: bool
    alert: bool
    ambiguous: bool
    kind: str
    language: str
    length: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument("--folds", type=int, default=0)
    asked = parser.parse_args()
    rules = load_rules(asked.rules)
    for source in asked.sources:
        answers = [_answer(row, label, rules) for row, label in _rows(source)]
        print(f"{source.name}: {len(answers)} items, {sum(a.wanted for a in answers)} of them positive")
        print(f"  {'all':34} {_score(answers)}  95 % of samples: {_interval(answers)}")
        print(f"  {'without ambiguous':34} {_score([a for a in answers if not a.ambiguous])}")
        for name, of in (("kind", _kind), ("language", _language), ("length", _length)):
            _table(name, answers, of)
        if asked.folds and source.is_dir():
            cross_check(source, asked.folds)


def _rows(source: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    if not source.is_dir():
        return [(row, row) for row in _lines(source)]
    labels = {row["id"]: row for row in _lines(source / "labels.jsonl")}
    return [(row, labels[row["id"]]) for row in _lines(source / "items.jsonl") if row["id"] in labels]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _answer(row: dict[str, Any], label: dict[str, Any], rules: RuleSet) -> Answer:
    size = len(row["title"]) + len(row.get("summary") or "")
    return Answer(
        wanted=bool(label.get("is_attack_on_base", label.get("alert"))),
        alert=classify(item_of(row), rules).alert,
        ambiguous=bool(label.get("ambiguous")),
        kind=str(label.get("kind") or label.get("label") or "-"),
        language=str(row.get("lang") or "-"),
        length=next(name for most, name in LENGTHS if size <= most),
    )


def _kind(answer: Answer) -> str:
    return answer.kind


def _language(answer: Answer) -> str:
    return answer.language


def _length(answer: Answer) -> str:
    return answer.length


def _table(name: str, answers: Sequence[Answer], of: Callable[[Answer], str]) -> None:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[of(answer)].append(answer)
    if len(groups) > 1:
        print(f"  by {name}")
        for group, held in sorted(groups.items()):
            print(f"    {group:32} {_score(held)}")


def _counts(answers: Iterable[Answer]) -> tuple[int, int, int]:
    hit = missed = false = 0
    for answer in answers:
        hit += answer.wanted and answer.alert
        missed += answer.wanted and not answer.alert
        false += answer.alert and not answer.wanted
    return hit, missed, false


def _f1(answers: Iterable[Answer]) -> float:
    hit, missed, false = _counts(answers)
    return 2 * hit / max(2 * hit + missed + false, 1)


def _score(answers: Sequence[Answer]) -> str:
    hit, missed, false = _counts(answers)
    if not hit + missed:
        return f"n={len(answers):4} false {false}"
    precision, recall = hit / max(hit + false, 1), hit / max(hit + missed, 1)
    return (
        f"n={len(answers):4} missed {missed:3} false {false:3} P={precision:.3f} R={recall:.3f} F1={_f1(answers):.3f}"
    )


def _interval(answers: Sequence[Answer]) -> str:
    chance = random.Random(SEED)
    samples = sorted(_f1(chance.choices(answers, k=len(answers))) for _ in range(SAMPLES))
    return f"{samples[SAMPLES // 40]:.3f} to {samples[-SAMPLES // 40]:.3f}"


if __name__ == "__main__":
    main()
