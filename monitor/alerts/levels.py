"""How urgent an incident is by the rules that took its reports and by all that is known of it."""

from __future__ import annotations

from monitor.model.ledger import View
from monitor.model.report import Level
from monitor.topics.attacks.topic import RuleSet


def level_of(view: View, rules: RuleSet) -> tuple[Level, str]:
    """The level, and why."""
    raise NotImplementedError
