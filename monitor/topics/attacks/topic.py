"""The topic: attacks on bases. All that reads an item with one folder's words, built once and kept with its rules."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.rules.ruleset import CompiledRules
from monitor.text.reading import Reader
from monitor.topics.attacks.acts import ActClassifier
from monitor.topics.attacks.clauses import ClauseReader
from monitor.topics.attacks.facts import FactFinder
from monitor.topics.attacks.followups import FollowUpFinder
from monitor.topics.attacks.highlights import Highlights
from monitor.topics.attacks.lists import attack_lists, reading_words
from monitor.topics.attacks.places import PlaceFinder


@dataclass(frozen=True, slots=True, eq=False)
class AttackTopic:
    """What reads an item, decides what it does and finds what it states."""

    reader: Reader
    acts: ActClassifier
    places: PlaceFinder
    facts: FactFinder
    follow_ups: FollowUpFinder
    highlights: Highlights
    clauses: ClauseReader


@dataclass(frozen=True, eq=False, kw_only=True)
class RuleSet(CompiledRules):
    """The rules of one folder with the topic that they are about, ready to classify."""

    attacks: AttackTopic


def with_topic(rules: CompiledRules) -> RuleSet:
    """The rules, and the topic as their lists and places tell it."""
    words = rules.vocabulary
    lists = attack_lists(words)
    acts = ActClassifier(lists, words)
    attacks = AttackTopic(
        reader=Reader(reading_words(lists, words), rules.matcher),
        acts=acts,
        places=PlaceFinder(rules.gazetteer, lists, words),
        facts=FactFinder(lists, words),
        follow_ups=FollowUpFinder(lists),
        highlights=Highlights(words),
        clauses=ClauseReader(acts, lists, words),
    )
    return RuleSet(**vars(rules), attacks=attacks)
