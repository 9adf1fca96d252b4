"""Classify → relate → decide: the judgement of one item, the same for the daemon, `classify` and `explain`. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.alerts.decide import decide
from monitor.classify.classifier import NEWS_DAYS, classify
from monitor.classify.rulefile import RuleSet
from monitor.incidents.relate import relate
from monitor.meaning import Classification, Decision, DecisionReason, Incident, Relation
from monitor.news import Item, Novelty

#: how far before an item's date its incident can lie: the oldest day that is news, and the day before that one
INCIDENT_HORIZON = timedelta(days=NEWS_DAYS + 1)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One item with every stage's answer: what `explain` shows and the daemon acts on."""

    item: Item
    novelty: Novelty
    classification: Classification
    relation: Relation
    decision: Decision


def judge(
    item: Item,
    novelty: Novelty,
    incidents: list[Incident],
    rules: RuleSet,
    *,
    own: str | None = None,
) -> Judgement:
    """Classify → relate → decide, for the daemon, `classify` and `explain` alike.

    `incidents` are the known ones since `earliest_day`; `own` is the incident that an edited item already belongs to.
    """
    classification = classify(item, rules, incidents)
    relation = relate(item, classification, incidents, zone_of=rules.zone_of, own=own)
    decision = decide(novelty, classification, relation)
    return Judgement(item=item, novelty=novelty, classification=classification, relation=relation, decision=decision)


def earliest_day(item: Item, rules: RuleSet) -> date:
    """The local date of the oldest incident that matters to `item`; `judge` must know all from that day on.

    It can open or join one within `INCIDENT_HORIZON`; a rule may ask what happened at its place longer ago.
    """
    return (item.reported - INCIDENT_HORIZON - timedelta(days=rules.memory_days)).date()


def incident_after(judgement: Judgement) -> Incident | None:
    """The incident as this item leaves it: told, where somebody is told."""
    incident = judgement.relation.incident
    if incident is None or not judgement.decision.tell:
        return incident
    again = judgement.decision.reason is DecisionReason.FIRST_HERE
    told_to = (*incident.told_to, *(c for c in judgement.decision.send_to if c not in incident.told_to))
    return replace(
        incident, told=True, told_to=told_to, version=incident.version + again,
        level=judgement.classification.level or incident.level,
    )  # fmt: skip


def remember_incident(incidents: list[Incident], incident: Incident) -> None:
    """Puts `incident` into the list that the next item is related to."""
    incidents[:] = [known for known in incidents if known.id != incident.id] + [incident]
