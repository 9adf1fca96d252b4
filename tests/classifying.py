"""What the tests of classification share: the shipped rules (read once) and a way to ask for one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from monitor.classify.classifier import classify
from monitor.classify.rulefile import RuleSet, load_rules
from monitor.meaning import Classification
from monitor.news import Item

HERE = Path(__file__).parent
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)  # a Tuesday


@cache
def shipped() -> RuleSet:
    return load_rules(HERE.parent / "rules")


def item(title: str, *, summary: str = "", body: str = "", published: datetime = NOW) -> Item:
    return Item(id="test", title=title, summary=summary, body=body, published=published, first_seen=published)


def asked(title: str, *, summary: str = "", body: str = "", published: datetime = NOW) -> Classification:
    return classify(item(title, summary=summary, body=body, published=published), shipped())


def targets(found: Classification) -> list[str]:
    return [place.id for place in found.facts.places if place.role == "target"]
