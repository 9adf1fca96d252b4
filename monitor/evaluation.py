"""Classify → relate → decide: one item, the same for the daemon and for every command."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.alerts.policy import decide, raised
from monitor.incidents.identity import relate
from monitor.model.alert import Decision
from monitor.model.incident import Incident, Relation
from monitor.model.item import Item, Novelty
from monitor.model.report import Classification
from monitor.topics.attacks.classifier import NEWS_DAYS, classify, consider
from monitor.topics.attacks.topic import RuleSet

#: how far before an item's date its incident can lie: the oldest day that is news, and the day before that one
INCIDENT_HORIZON = timedelta(days=NEWS_DAYS + 1)
#: what is asked about at all; the rest is stored as it is
EVALUATED = frozenset({Novelty.NEW, Novelty.UPDATED})


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One item with every stage's answer: what `explain` shows and the daemon acts on."""

    item: Item
    novelty: Novelty
    classification: Classification
    relation: Relation
    decision: Decision


def refusal(item: Item, rules: RuleSet, rule_id: str) -> str:
    """Why a rule does not take an item, as a sentence for people; empty where it takes it."""
    if all(rule.id != rule_id or rule.status == "off" for rule in rules.rules):
        return f"the rule {rule_id} is no longer there, or off"
    found, case = consider(item, rules)
    why = next((answer.why for answer in rules.rule_matcher.not_matched(case) if answer.rule.id == rule_id), "")
    return why and f"{found.act}: {rule_id} does not take it: {why}"


def earliest_day(item: Item, rules: RuleSet) -> date:
    """The local date of the oldest incident that matters to `item`; a ledger must hold all from that day on.

    It can open or join one within `INCIDENT_HORIZON`; a rule may ask what happened at its place longer ago.
    """
    return (item.reported - INCIDENT_HORIZON - timedelta(days=rules.memory_days)).date()


def incident_after(evaluation: Evaluation, addressed: Collection[str] | None = None) -> Incident | None:
    """The incident as this item leaves it: told, where somebody is told.

    `addressed` are the channels that some address takes: a message to the others reaches nobody, so they are not told
    by it. None: all of them, where no message is made (`classify`, `rules replay`).
    """
    incident, decision = evaluation.relation.incident, evaluation.decision
    if incident is None or not decision.tell:
        return incident
    told = [channel for channel in decision.send_to if addressed is None or channel in addressed]
    return replace(
        incident,
        told=incident.told or bool(told),
        told_to=tuple(dict.fromkeys((*incident.told_to, *told))),
        version=incident.version + incident.told,
        level=evaluation.classification.level or incident.level,
    )


class Ledger:
    """The incidents so far: what the next item is related to. One for the daemon's writer and for every command."""

    def __init__(self, known: Iterable[Incident] = ()) -> None:
        """`known` are incidents from before the first item."""
        self._by_day: dict[date, dict[str, Incident]] = {}
        self._days: dict[str, date] = {}
        for incident in known:
            self.remember(incident)

    def evaluate(
        self, item: Item, novelty: Novelty, classification: Classification, rules: RuleSet, *, own: str | None = None
    ) -> Evaluation:
        """Relate → decide, of an item that is classified: all that depends on the past. Remembers nothing yet.

        `own` is the incident that an edited item already belongs to.
        """
        around = self._around(item, classification.facts.date, rules, own)
        classification = raised(classification, around)  # first: an incident opens at the level that it is told at
        relation = relate(
            item,
            classification,
            around,
            zone_of=rules.zone_of,
            sides=rules.sides_of,
            near=rules.gazetteer.is_town_near,
            own=own,
        )
        decision = decide(novelty, classification, relation)
        return Evaluation(
            item=item, novelty=novelty, classification=classification, relation=relation, decision=decision
        )

    def add(self, item: Item, rules: RuleSet) -> Evaluation:
        """Classifies and evaluates an item that is news, and remembers its incident for the next one."""
        evaluation = self.evaluate(item, Novelty.NEW, classify(item, rules), rules)
        incident = incident_after(evaluation)
        if incident is not None:
            self.remember(incident)
        return evaluation

    def remember(self, incident: Incident) -> None:
        """The incident as it is now, in place of what it was."""
        self._by_day.setdefault(incident.date, {})[incident.id] = incident
        self._days[incident.id] = incident.date

    def _around(self, item: Item, stated: date | None, rules: RuleSet, own: str | None) -> list[Incident]:
        """Those that matter to an item: from `earliest_day` on, of the day it states, and the one it belongs to."""
        first = earliest_day(item, rules)
        days = [first + timedelta(days=n) for n in range((item.reported.date() - first).days + 3)]
        if stated is not None and stated > days[-1]:  # a slip: the next report of it must find its incident too
            days += [stated, stated + timedelta(days=1)]
        found = {one.id: one for day in days for one in self._by_day.get(day, {}).values()}
        if own is not None and own not in found and own in self._days:
            found[own] = self._by_day[self._days[own]][own]
        return list(found.values())
