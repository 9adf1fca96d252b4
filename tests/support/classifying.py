"""What the tests of classification share: the shipped rules (read once) and a way to ask for one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from monitor.evaluation import Evaluation, Ledger
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty
from monitor.model.report import Classification
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

HERE = Path(__file__).parent.parent
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)  # a Tuesday


@cache
def shipped() -> RuleSet:
    return load_rules(HERE.parent / "rules")


def item(title: str, *, summary: str = "", body: str = "", published: datetime = NOW) -> Item:
    return Item(id="test", title=title, summary=summary, body=body, published=published, first_seen=published)


def asked(title: str, *, summary: str = "", body: str = "", published: datetime = NOW) -> Classification:
    return classify(item(title, summary=summary, body=body, published=published), shipped())


def evaluated(news: Item, incidents: Sequence[Incident], rules: RuleSet) -> Evaluation:
    """A new item classified, related and decided beside the incidents that are known."""
    return Ledger(incidents).evaluate(news, Novelty.NEW, classify(news, rules), rules)


def targets(found: Classification) -> list[str]:
    return [place.id for place in found.facts.places if place.role == "target"]
