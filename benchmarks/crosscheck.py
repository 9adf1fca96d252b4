"""Five-fold cross-check of the shipped lists on labelled items: how much of the figure is memory?

    python benchmarks/crosscheck.py EVAL_DIR [--folds 5]

EVAL_DIR holds items.jsonl and labels.jsonl (`is_attack_on_base`, `ambiguous`, `group`). The groups are dealt into
folds. For each fold every word of the lists, every template and every mask that occurs in items of that fold and in
no item of the other folds is taken out of the rule files, as if the lists had been drawn from the other folds alone;
then the fold is classified. That is stricter than reality: a word that anybody would have listed goes too, when it
happens to stand in one fold only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import yaml

from monitor.model.item import Item
from monitor.text.normalise import normalise
from monitor.text.templates import find
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

RULES = Path(__file__).parent.parent / "rules"
Features = set[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    asked = parser.parse_args()
    cross_check(asked.folder, asked.folds)


def cross_check(source: Path, folds: int) -> None:
    """Prints how the items of a folder are read by the whole lists, and each by lists without its own fold's words."""
    rows = [json.loads(line) for line in (source / "items.jsonl").read_text("utf-8").splitlines()]
    labels = {row["id"]: row for row in map(json.loads, (source / "labels.jsonl").read_text("utf-8").splitlines())}
    items = [item_of(row) for row in rows if row["id"] in labels]
    rules = load_rules(RULES)
    fold_of = _folds(labels, folds)
    used = {item.id: _features(item, rules) for item in items}
    homes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for item in items:
        for feature in used[item.id]:
            homes[feature].add(fold_of[item.id])
    whole = {item.id: classify(item, rules).alert for item in items}
    held_out: dict[str, bool] = {}
    for fold in range(folds):
        banned = {feature for feature, seen in homes.items() if seen == {fold}}
        with tempfile.TemporaryDirectory() as folder:
            smaller = _rules_without(banned, Path(folder) / "rules")
            mine = [item for item in items if fold_of[item.id] == fold]
            held_out |= {item.id: classify(item, smaller).alert for item in mine}
        print(f"fold {fold}: {len(mine)} items, {len(banned)} words and templates taken out")
    for name, alerts in (("shipped lists", whole), (f"{folds}-fold", held_out)):
        print(f"{name:14} all              {_score(alerts, labels, ambiguous=True)}")
        print(f"{name:14} unambiguous only {_score(alerts, labels, ambiguous=False)}")


def item_of(row: dict[str, Any]) -> Item:
    moment = _moment(row.get("published"))
    return Item(
        id=row["id"], title=row["title"], summary=row.get("summary") or "", body=row.get("body") or "",
        published=moment, first_seen=moment or datetime.now(UTC), language=row.get("lang"),
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _folds(labels: dict[str, dict[str, Any]], folds: int) -> dict[str, int]:
    """Whole groups (one story, one incident) are dealt, the largest first, to the fold with the fewest items."""
    groups: dict[str, list[str]] = defaultdict(list)
    for id, label in labels.items():
        groups[label.get("group") or id].append(id)
    sizes = [0] * folds
    out: dict[str, int] = {}
    for _, ids in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        fold = sizes.index(min(sizes))
        sizes[fold] += len(ids)
        out |= dict.fromkeys(ids, fold)
    return out


def _features(item: Item, rules: RuleSet) -> Features:
    """Every list word that stands in the item and every template that matches in it."""
    out: Features = set()
    vocabulary = rules.vocabulary
    groups = [("patterns", pattern.id, pattern.templates) for pattern in vocabulary.patterns]
    groups += [("frames", frame.id, frame.templates) for frame in vocabulary.frames]
    groups += [("shapes", shape.id, shape.templates) for shape in vocabulary.shapes]
    for raw in (item.title, item.summary, item.body):
        out |= {("word", hit.written) for hit in rules.matcher.hits(normalise(raw))}
    for sentence in rules.attacks.reader.read(item).sentences:
        for _, name, templates in groups:
            for template in templates:
                needed = all(sentence.tags & mask for mask in template.required)
                if needed and find(template, sentence.hits, sentence.text.words) is not None:
                    out.add((name, template.written))
    return out


def _rules_without(banned: Features, folder: Path) -> RuleSet:
    shutil.copytree(RULES, folder)
    words = {written for kind, written in banned if kind == "word"}
    for path in (folder / "lists").glob("*.yaml"):
        text = path.read_text("utf-8")
        data = yaml.safe_load(_quoted(text))
        for section in ("lists", "masks", "extend"):
            for name, terms in (data.get(section) or {}).items():
                if not _is_wording(terms):
                    data[section][name] = _without(terms, words)
        for section in ("shapes", "patterns", "frames", "extend"):
            for name, spec in (data.get(section) or {}).items():
                if section == "extend" and not _is_wording(spec):
                    continue
                given = spec.get("templates", [])
                given = [given] if isinstance(given, str) else given
                kept = [written for written in given if (name, written) not in banned]
                spec["templates"] = kept or ([] if spec.get("any") else ["nothingatallstandshere"])
        path.write_text(yaml.safe_dump(data, allow_unicode=True, width=10_000), "utf-8")
    return load_rules(folder)


def _is_wording(more: Any) -> bool:
    """What `extend` gives: wordings for a shape, a pattern or a frame, and not words for a list."""
    return isinstance(more, dict) and bool({"templates", "any"} & more.keys())


def _quoted(text: str) -> str:
    from monitor.config.yamlfile import parse

    return yaml.safe_dump(parse(text, Path("lists")).data, allow_unicode=True)


def _without(terms: Any, words: set[str]) -> Any:
    if isinstance(terms, dict):
        return {language: _without(part, words) for language, part in terms.items()}
    kept = [term for term in terms if term not in words]
    return kept or (["nothingatallstandshere"] if terms else [])


def _score(alerts: dict[str, bool], labels: dict[str, dict[str, Any]], *, ambiguous: bool) -> str:
    hit = missed = false = 0
    for id, alert in alerts.items():
        label = labels[id]
        if label["ambiguous"] and not ambiguous:
            continue
        hit += alert and label["is_attack_on_base"]
        missed += not alert and label["is_attack_on_base"]
        false += alert and not label["is_attack_on_base"]
    precision, recall = hit / max(hit + false, 1), hit / max(hit + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"TP={hit} FP={false} FN={missed} P={precision:.3f} R={recall:.3f} F1={f1:.3f}"


if __name__ == "__main__":
    main()
