"""What a later report says of an attack that is known: its day, what is withdrawn, denied, answered, corrected."""

from __future__ import annotations

from monitor.model.report import Act, Facts
from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import Reading
from monitor.topics.attacks.acts import Match
from monitor.topics.attacks.lists import AttackLists


class FollowUpFinder:
    """Finds what ties a report to an earlier attack, with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._lists, self._vocabulary = lists, vocabulary

    def add(self, act: Act, facts: Facts, reading: Reading, match: Match | None) -> Facts:
        """The facts with those of a follow-up filled in."""
        raise NotImplementedError
