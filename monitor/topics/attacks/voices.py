"""Who says it: an official, a newsroom, who claims it, or somebody unnamed; and the agency whose report it repeats."""

from __future__ import annotations

from monitor.model.report import Voice
from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import Reading
from monitor.topics.attacks.acts import Match
from monitor.topics.attacks.lists import AttackLists


class VoiceFinder:
    """Finds voices with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._lists, self._vocabulary = lists, vocabulary

    def voice(self, reading: Reading, match: Match | None) -> tuple[Voice, str]:
        """Whose word the deciding or toll-bearing sentence is, and the speaker as printed."""
        raise NotImplementedError

    def wire(self, reading: Reading) -> str:
        """The agency that is named as source; empty for own work."""
        raise NotImplementedError
