"""Why an item alerts or stays quiet, by the code that the daemon runs; and of a stored one, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.evaluation import Evaluation, earliest_day, evaluate
from monitor.incidents.past import incident_before
from monitor.model.alert import Alert
from monitor.model.delivery import Delivery
from monitor.model.incident import Incident, RelationKind
from monitor.model.item import Item, Novelty, StoredItem
from monitor.model.report import RuleTaken
from monitor.queries.alerts import alert_object
from monitor.queries.contract import answer_of
from monitor.queries.jsonvalues import plain
from monitor.queries.reasons import differences, verdict, why_stored
from monitor.rules.matching import NotMatched
from monitor.store.store import Transaction
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet

#: how many of the rules that do not take it are shown
NEAREST = 5


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An item judged now, the rules that passed it and, where it is stored, what happened to it."""

    evaluation: Evaluation
    #: the rules that judged it
    rules: RuleSet = field(repr=False)
    #: the rules that do not take it, the nearest first
    not_matched: tuple[NotMatched, ...] = ()
    stored: StoredItem | None = None
    #: the first report of the incident that the stored item belongs to, maybe itself
    first: StoredItem | None = None
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = ()

    @property
    def nearest(self) -> tuple[NotMatched, ...]:
        """Of the rules that do not take it those that are shown."""
        return self.not_matched[:NEAREST]

    @property
    def switched_off(self) -> list[str]:
        """Rules that are switched off: nobody asked them."""
        return [rule.id for rule in self.rules.rules if rule.status == "off"]


def explain_item(tx: Transaction | None, item: Item, rules: RuleSet) -> Explanation:
    """An item that is not stored, judged against the incidents of the database; None: there is none yet."""
    around = [] if tx is None else tx.incidents(earliest_day(item, rules))
    return _explanation(item, around, rules)


def explain_stored(tx: Transaction, stored: StoredItem, rules: RuleSet) -> Explanation:
    """Judged as on its day: against the incidents as they were before it, never against what it brought itself."""
    own = stored.incident_id
    known = tx.incidents(earliest_day(stored.item, rules), also=[own] if own else ())
    reports = tx.items_of_incidents(incident.id for incident in known)
    before = [incident_before(one, reports.get(one.id, []), stored, zone_of=rules.zone_of) for one in known]
    around = [incident for incident in before if incident is not None]
    first = next(iter(reports.get(own, ())), None) if own else None
    return _explanation(stored.item, around, rules, stored=stored, first=first, alerts=_alerts(tx, stored))


def _explanation(
    item: Item,
    around: list[Incident],
    rules: RuleSet,
    *,
    stored: StoredItem | None = None,
    first: StoredItem | None = None,
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = (),
) -> Explanation:
    """The daemon's judgement, and the rules that the item passed by: asked about the same case."""
    classification, case = consider(item, rules)
    evaluation = evaluate(item, Novelty.NEW, classification, around, rules)
    not_matched = tuple(rules.rule_matcher.nearest(case))
    return Explanation(
        evaluation=evaluation, rules=rules, not_matched=not_matched, stored=stored, first=first, alerts=alerts
    )


def _alerts(tx: Transaction, stored: StoredItem) -> tuple[tuple[Alert, tuple[Delivery, ...]], ...]:
    """The alerts of the item's incident."""
    if stored.incident_id is None:
        return ()
    found = tx.alerts(stored.item.first_seen)
    return tuple((alert, sent) for alert, sent in found if alert.incident_id == stored.incident_id)


def as_object(explanation: Explanation) -> dict[str, Any]:
    """The answer as JSON's values: that of `classify`, the rules that took it and those that did not, what happened."""
    evaluation, found = explanation.evaluation, explanation.evaluation.classification
    now = {
        **answer_of(evaluation.item.id, evaluation),
        "title": evaluation.item.title,
        "score": found.score,
        "relation": {"kind": evaluation.relation.kind, "reason": evaluation.relation.reason},
        "decision": {"tell": evaluation.decision.tell, "reason": evaluation.decision.reason},
        "verdict": verdict(evaluation),
        "taken": _taken_objects(found.taken),
        "nearest": [
            {"rule": one.rule.id, "status": one.rule.status, "why": one.why, "held": one.held}
            for one in explanation.nearest
        ],
        "switched_off": explanation.switched_off,
        "rules_hash": found.rules_hash,
        "stored": explanation.stored is not None,
    }
    return now if explanation.stored is None else {**now, **plain(_happened(explanation.stored, explanation))}


def _taken_objects(taken: Sequence[RuleTaken]) -> list[dict[str, Any]]:
    return [{**plain(one), "tells": one.tells} for one in taken]


def _happened(stored: StoredItem, explanation: Explanation) -> dict[str, Any]:
    return {
        "feed": stored.item.feed,
        "url": stored.item.url,
        "first_seen": stored.item.first_seen,
        "published": stored.item.published,
        "date_mark": stored.date_mark,
        "novelty": stored.novelty,
        "novelty_reason": stored.novelty_reason,
        "copy_of": stored.copy_of,
        "decided": stored.decision,
        "stored_incident": stored.incident_id,
        "stored_relation": _stored_relation(stored, explanation),
        "why": why_stored(stored),
        "alerts": [alert_object(alert, deliveries) for alert, deliveries in explanation.alerts],
        "then": _then_object(stored, explanation),
    }


def _stored_relation(stored: StoredItem, explanation: Explanation) -> str:
    """`opens` or `joins`, as it was on its day; `none` where it belongs to no incident."""
    if stored.incident_id is None:
        return str(RelationKind.NONE)
    opened = explanation.first is None or explanation.first.item.id == stored.item.id
    return str(RelationKind.OPENS if opened else RelationKind.JOINS)


def _then_object(stored: StoredItem, explanation: Explanation) -> dict[str, Any] | None:
    """Act and rules as they were stored, and what is different now; None where nothing was classified."""
    then, now = stored.classification, explanation.evaluation.classification
    if then is None:
        return None
    return {
        "act": then.act,
        "rule": then.rule,
        "level": then.level,
        "taken": _taken_objects(then.taken),
        "rules_hash": then.rules_hash,
        "same_rules": then.rules_hash == now.rules_hash,
        "differs": differences(then, now),
    }
