"""Does anybody need to know of this item? The last pure question on an item's path, answered with a named reason.

The order of the questions is the order of the sentences below: what was seen before stays quiet, then the rule
speaks, then the incident. An incident is told once to each channel, by the first report that a rule of level notice or
higher takes for it; a later report is told only where it adds a place to a salvo, or to channels that were not told yet
(other updates of an incident are decided elsewhere, when there are any).

An item that belongs to no incident can still be told: a user may raise a rule for `retaliation` or `threat` to
notice. Such an item is told once, when it is new; an edit of its text is not told again.

Before that, `raised` asks the past for levels that depend on it (`raise_to_flash_if: [first here in 30 days]`): a
classification is a function of an item and rules alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model.alert import Decision, DecisionReason
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Novelty
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Facts, RuleTaken, channels_of, reason_of

#: an act in a sentence
_DESCRIBED = {
    Act.ATTACK: "an attack",
    Act.FOILED: "a foiled attack",
    Act.CLAIM: "a claim of an attack",
    Act.TOLL: "a revision of a toll",
    Act.RETRACTION: "a report taken back",
    Act.SIGHTING: "a sighting",
    Act.RETALIATION: "a strike of the own side",
    Act.THREAT: "a threat",
    Act.BACKGROUND: "background",
    Act.EXERCISE: "an exercise",
    Act.ACCIDENT: "an accident",
    Act.OTHER: "something else",
}
_FIRST_MESSAGES = frozenset({DecisionReason.FIRST, DecisionReason.FIRST_TOLD})


def raised(classification: Classification, incidents: Sequence[Incident]) -> Classification:
    """The classification with the levels that its rules have after what `incidents` tell of the past."""
    taken = [_raised(rule, classification.facts, incidents) for rule in classification.taken]
    if taken == list(classification.taken):
        return classification
    taken.sort(key=lambda rule: -rule.level.rank)
    lead = next((rule for rule in taken if not rule.trial), taken[0])
    return replace(
        classification,
        rule=lead.rule,
        level=lead.level,
        trial=lead.trial,
        send_to=channels_of(taken, lead),
        taken=tuple(taken),
        reason=reason_of(classification.what, lead),
    )


def _raised(rule: RuleTaken, facts: Facts, incidents: Sequence[Incident]) -> RuleTaken:
    higher = next((wish for wish in rule.if_first if _is_first(facts, incidents, wish.days)), None)
    if higher is None:
        return rule
    return replace(rule, level=higher.level, raised=f"raised to {higher.level}: {higher.written}")


def _is_first(facts: Facts, incidents: Sequence[Incident], days: int) -> bool:
    """No incident at the place (or in the country, where the report tells no more) on the days before its day."""
    target = next(iter(facts.targets), None)
    if target is None or facts.date is None:
        return False
    earliest = facts.date - timedelta(days=days)
    return not any(
        earliest <= known.date < facts.date
        and any(place.country == target.country if target.is_vague else place.id == target.id for place in known.places)
        for known in incidents
    )


def decide(novelty: Novelty, classification: Classification, relation: Relation) -> Decision:
    """Whether this item raises an alert, to whom, and why (or why not)."""
    seen_before = _SEEN_BEFORE.get(novelty)
    return seen_before or _refused_by_rules(classification) or _about_incident(novelty, classification, relation)


def as_repeat(decision: Decision) -> Decision:
    """What is left of a decision to tell where the outbox has had this version of the incident already: nothing."""
    return _quiet(DecisionReason.NO_CHANGE, f"this version of its incident was told already ({decision.detail})")


def if_addressed(decision: Decision, addressed: Collection[str]) -> Decision:
    """The decision, where an address takes one of its channels; without any, a further message brings nothing new.

    A first message is made all the same: nobody hears it, but it stands in the list of alerts.
    """
    if decision.tell and decision.reason not in _FIRST_MESSAGES and not addressed:
        return _quiet(DecisionReason.NO_CHANGE, f"no address takes {', '.join(decision.send_to)} ({decision.detail})")
    return decision


def _quiet(reason: DecisionReason, detail: str) -> Decision:
    return Decision(tell=False, reason=reason, detail=detail)


def _tell(reason: DecisionReason, detail: str, send_to: tuple[str, ...]) -> Decision:
    return Decision(tell=True, reason=reason, detail=detail, send_to=send_to)


_SEEN_BEFORE = {
    Novelty.OLD: _quiet(DecisionReason.OLD, "the feed brought it with its past, which is stored and not told"),
    Novelty.COPY: _quiet(DecisionReason.COPY, "the same article is known from another feed"),
    Novelty.SEEN: _quiet(DecisionReason.NO_CHANGE, "the item is known and has not changed"),
}


def _refused_by_rules(classification: Classification) -> Decision | None:
    act, rule, level = classification.act, classification.rule, classification.level
    if rule is None or level is None:
        return _quiet(DecisionReason.NO_RULE, f"no rule asks to be told of this ({_DESCRIBED[act]})")
    if classification.trial:
        return _quiet(DecisionReason.TRIAL, f"the rule {rule} is on trial: it decides, records and tells nobody")
    if not level.tells:
        if act not in INCIDENT_ACTS:
            detail = f"this is {_DESCRIBED[act]}, not an attack; the rule {rule} keeps it for the digest"
            return _quiet(DecisionReason.NOT_AN_ATTACK, detail)
        return _quiet(DecisionReason.BELOW_LEVEL, f"the rule {rule} has level {level}; people are told from notice on")
    return None


def _about_incident(novelty: Novelty, classification: Classification, relation: Relation) -> Decision:
    incident, send_to = relation.incident, classification.send_to
    if incident is None or relation.kind is RelationKind.NONE:
        if novelty is Novelty.UPDATED:
            return _quiet(DecisionReason.NO_CHANGE, "the text changed, but the item belongs to no incident to update")
        return _tell(DecisionReason.FIRST, "a rule asks to be told of it, and it belongs to no incident", send_to)
    if classification.act not in INCIDENT_ACTS:
        what = f"{_DESCRIBED[classification.act]} of {_named(incident)}"
        if novelty is Novelty.UPDATED:
            return _quiet(DecisionReason.NO_CHANGE, f"the text of {what} changed")
        return _tell(DecisionReason.FIRST, f"a rule asks to be told of {what}", send_to)
    if relation.kind is RelationKind.OPENS:
        return _tell(DecisionReason.FIRST, f"first report of {_named(incident)}", send_to)
    if not incident.told:
        detail = f"{_named(incident)} was known, but nobody had been told of it"
        return _tell(DecisionReason.FIRST_TOLD, detail, send_to)
    if relation.added:
        detail = f"{_named(incident)} was told; this adds {', '.join(relation.added)}"
        return _tell(DecisionReason.NEW_PLACE, detail, send_to)
    further = tuple(channel for channel in send_to if incident.told_to and channel not in incident.told_to)
    if further:
        detail = f"{_named(incident)} was told to {', '.join(incident.told_to)}, not yet to {', '.join(further)}"
        return _tell(DecisionReason.FIRST_HERE, detail, further)
    return _quiet(DecisionReason.NO_CHANGE, f"{_named(incident)} was told already")


def _named(incident: Incident) -> str:
    return f"the incident {incident.id}"
