"""Why an item alerts or stays quiet, by the code that the daemon runs; and of a stored one, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.evaluation import Evaluation, Ledger, earliest_day, recalled, stated_days
from monitor.incidents.joining import Book
from monitor.model.alert import Alert
from monitor.model.daemon import PageNote
from monitor.model.delivery import Delivery
from monitor.model.document import DateMark
from monitor.model.incident import RelationKind
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.report import ClauseReading, RuleTaken
from monitor.outgoing import book_of
from monitor.queries.alerts import alert_object
from monitor.queries.contract import answer_of
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.past import incidents_before
from monitor.queries.reasons import differences, verdict, why_stored
from monitor.rules.languages import read_by
from monitor.rules.matching import NotMatched
from monitor.rules.overrides import Override
from monitor.store.store import Transaction
from monitor.telling import Attention
from monitor.topics.attacks.beyond import classify_page
from monitor.topics.attacks.classifier import clauses_of, consider
from monitor.topics.attacks.topic import RuleSet

#: how many of the rules that do not take it are shown
NEAREST = 5


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An item judged now, the rules that do not take it and, where it is stored, what happened to it."""

    evaluation: Evaluation
    #: the rules that judged it
    rules: RuleSet = field(repr=False)
    #: the rules that do not take it, the nearest first
    not_matched: tuple[NotMatched, ...] = ()
    #: what each clause of the item says
    clauses: tuple[ClauseReading, ...] = ()
    stored: StoredItem | None = None
    #: the first report of the incident that the stored item belongs to, maybe itself
    first: StoredItem | None = None
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = ()
    #: why its page says nothing; None where it was read, or not asked for
    page: PageNote | None = None

    @property
    def unread_language(self) -> str:
        """The language of the item, where no list reads it; empty where one does."""
        return read_by(self.rules.vocabulary).unread_in(self.evaluation.item)

    @property
    def nearest(self) -> tuple[NotMatched, ...]:
        """Of the rules that do not take it those that are shown."""
        return self.not_matched[:NEAREST]

    @property
    def relation_then(self) -> RelationKind:
        """How the stored item came to its incident, on its day."""
        if self.stored is None or self.stored.incident_id is None:
            return RelationKind.NONE
        opened = self.first is None or self.first.item.id == self.stored.item.id
        return RelationKind.OPENS if opened else RelationKind.JOINS

    @property
    def incident_then(self) -> str:
        """The same in words."""
        if self.stored is None or self.relation_then is RelationKind.NONE:
            return "none"
        if self.first is None or self.relation_then is RelationKind.OPENS:
            return f"it opened {self.stored.incident_id}"
        first = self.first.item
        return f"it joined {self.stored.incident_id}, first reported by {first.publisher or first.feed}"

    @property
    def overrides(self) -> dict[str, Override]:
        """The files of one's own that change rules which are named here, by the id of the rule."""
        taken = (one.rule for one in self.evaluation.classification.taken)
        named = dict.fromkeys([*taken, *(one.rule.id for one in self.nearest), *self.switched_off])
        return {name: override for name in named if (override := self.rules.override_of(name)) is not None}

    @property
    def switched_off(self) -> list[str]:
        """Rules that are switched off: nobody asked them."""
        return [rule.id for rule in self.rules.rules if rule.status == "off"]


def explain_item(tx: Transaction | None, item: Item, rules: RuleSet, attention: Attention) -> Explanation:
    """An item that is not stored, judged against the incidents of the database; None: there is none yet.

    `attention` holds the policies; what is silenced now is asked of the database.
    """
    if tx is None:
        return _explanation(item, Ledger(attention=attention), rules)
    classification, _ = consider(item, rules)
    ledger = Ledger(
        tx.incidents(earliest_day(item, rules), days=stated_days(classification.facts)),
        attention=replace(attention, silences=tx.silences(item.first_seen)),
        book=lambda incident_id: book_of(tx, incident_id),
        rulings=tx.rulings(),
    )
    return _explanation(item, ledger, rules)


def explain_stored(tx: Transaction, stored: StoredItem, rules: RuleSet, attention: Attention) -> Explanation:
    """Judged as on its day: against the incidents as they were before it, never against what it brought itself."""
    own = stored.incident_id
    before, items = incidents_before(tx, stored, rules)
    known = {incident.id: incident for incident in before}

    def book(incident_id: str) -> Book:
        reports = tx.reports_of([incident_id]).get(incident_id, [])
        earlier = [one for one in reports if one.id < stored.item.id]
        return recalled(known[incident_id], earlier, rules, attention)

    ledger = Ledger(before, attention=attention, book=book)
    is_page = stored.novelty_reason is NoveltyReason.FULL_TEXT
    explanation = _explanation(stored.item, ledger, rules, date_mark=stored.date_mark, is_page=is_page)
    explanation = replace(explanation, page=None if is_page else tx.daemon_state().pages.of(stored.item.id))
    if own is None:
        return replace(explanation, stored=stored)
    told = reversed(tx.alerts_of(own))
    alerts = tuple(pair for pair in told if pair[0].created_at >= stored.item.first_seen)
    return replace(explanation, stored=stored, first=next(iter(items.get(own, ())), None), alerts=alerts)


def _explanation(
    item: Item, ledger: Ledger, rules: RuleSet, date_mark: DateMark = DateMark.MISSING, *, is_page: bool = False
) -> Explanation:
    """The daemon's evaluation, and the rules that do not take the item: asked about the same case.

    `is_page`: its body is the text of its page, and all of that is read.
    """
    classification, case = consider(item, rules)
    if is_page:
        classification = classify_page(item, rules)
    evaluation = ledger.evaluate(item, Novelty.NEW, classification, rules, date_mark=date_mark)
    return Explanation(
        evaluation=evaluation,
        rules=rules,
        not_matched=tuple(rules.rule_matcher.nearest(case)),
        clauses=clauses_of(case, rules),
    )


def as_object(explanation: Explanation) -> dict[str, Any]:
    """The answer as JSON's values: that of `classify`, the rules that took it and those that did not, what happened."""
    evaluation, found = explanation.evaluation, explanation.evaluation.classification
    now = {
        **answer_of(evaluation.item.id, evaluation),
        "title": evaluation.item.title,
        "clauses": [_clause_object(clause) for clause in explanation.clauses],
        "score": found.score,
        "relation": values_of(evaluation.relation, "kind", "reason"),
        "decision": values_of(evaluation.decision, "tell", "reason"),
        "verdict": verdict(evaluation),
        "unread_language": explanation.unread_language or None,
        "taken": _taken_objects(found.taken),
        "nearest": [
            {"rule": one.rule.id, "status": one.rule.status, "why": one.why, "held": one.held}
            for one in explanation.nearest
        ],
        "switched_off": explanation.switched_off,
        "overrides": [
            {"rule": rule, "file": override.path, "keys": override.keys}
            for rule, override in explanation.overrides.items()
        ],
        "rules_hash": found.rules_hash,
        "stored": explanation.stored is not None,
    }
    return now if explanation.stored is None else {**now, **plain(_happened(explanation.stored, explanation))}


def _clause_object(clause: ClauseReading) -> dict[str, Any]:
    return values_of(
        clause,
        "field",
        "start",
        "end",
        "text",
        "act",
        "certainty",
        "why",
        "who",
        "does",
        "to",
        "where",
        "when",
        "decides",
    )


def _taken_objects(taken: Sequence[RuleTaken]) -> list[dict[str, Any]]:
    return [values_of(one, "rule", "level", "send_to", "trial", "raised", "tells") for one in taken]


def _happened(stored: StoredItem, explanation: Explanation) -> dict[str, Any]:
    return {
        **values_of(stored.item, "feed", "url", "first_seen", "published"),
        **values_of(stored, "date_mark", "novelty", "novelty_reason", "copy_of"),
        "page": explanation.page and values_of(explanation.page, "at", "problem", "detail"),
        "decided": stored.decision,
        "stored_incident": stored.incident_id,
        "stored_relation": explanation.relation_then,
        "why": why_stored(stored),
        "alerts": [alert_object(alert, deliveries) for alert, deliveries in explanation.alerts],
        "then": _then_object(stored, explanation),
    }


def _then_object(stored: StoredItem, explanation: Explanation) -> dict[str, Any] | None:
    """Act and rules as they were stored, and what is different now; None where nothing was classified."""
    then, now = stored.classification, explanation.evaluation.classification
    if then is None:
        return None
    return {
        **values_of(then, "act", "rule", "level"),
        "taken": _taken_objects(then.taken),
        "rules_hash": then.rules_hash,
        "same_rules": then.rules_hash == now.rules_hash,
        "differs": differences(then, now),
    }
