"""What `explain` found, as a person and as a machine reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.cli.classifylines import answer_of
from monitor.cli.ledger import alert_object, summary
from monitor.cli.render import clean, marked, out, plain, table
from monitor.cli.words import (
    differences,
    incident_then,
    novelty_in_words,
    relation_in_words,
    verdict,
    what_it_does,
    why_stored,
)
from monitor.evaluation import Evaluation
from monitor.model.alert import Alert
from monitor.model.delivery import Delivery
from monitor.model.incident import RelationKind
from monitor.model.report import RuleTaken
from monitor.model.stored import StoredItem
from monitor.rules.matching import NotMatched
from monitor.topics.attacks.topic import RuleSet

#: how many of the rules that do not take it are shown
NEAREST = 5


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An item judged now, the rules that passed it and, where it is stored, what happened to it."""

    evaluation: Evaluation
    #: the rules that judged it
    rules: RuleSet = field(repr=False)
    #: the rules that do not take it, the nearest first
    passed: tuple[NotMatched, ...] = ()
    stored: StoredItem | None = None
    #: the first report of the incident that the stored item belongs to, maybe itself
    first: StoredItem | None = None
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = ()

    @property
    def asleep(self) -> list[str]:
        """Rules that are switched off: nobody asked them."""
        return [rule.id for rule in self.rules.rules if rule.status == "off"]


# ------------------------------------------------------------------------------------------- for machines


def as_object(explained: Explained) -> dict[str, Any]:
    """The answer as JSON's values: that of `classify`, the rules that took it and those that did not, what happened."""
    evaluation, found = explained.evaluation, explained.evaluation.classification
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
            for one in explained.passed[:NEAREST]
        ],
        "asleep": explained.asleep,
        "rules_hash": found.rules_hash,
        "stored": explained.stored is not None,
    }
    return now if explained.stored is None else {**now, **plain(_happened(explained.stored, explained))}


def _taken_objects(taken: Sequence[RuleTaken]) -> list[dict[str, Any]]:
    return [{**plain(one), "tells": one.tells} for one in taken]


def _happened(stored: StoredItem, explained: Explained) -> dict[str, Any]:
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
        "stored_relation": _stored_relation(stored, explained),
        "why": why_stored(stored),
        "alerts": [alert_object(alert, deliveries) for alert, deliveries in explained.alerts],
        "then": _then_object(stored, explained),
    }


def _stored_relation(stored: StoredItem, explained: Explained) -> str:
    """`opens` or `joins`, as it was on its day; `none` where it belongs to no incident."""
    if stored.incident_id is None:
        return str(RelationKind.NONE)
    opened = explained.first is None or explained.first.item.id == stored.item.id
    return str(RelationKind.OPENS if opened else RelationKind.JOINS)


def _then_object(stored: StoredItem, explained: Explained) -> dict[str, Any] | None:
    """Act and rules as they were stored, and what is different now; None where nothing was classified."""
    then, now = stored.classification, explained.evaluation.classification
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


# -------------------------------------------------------------------------------------------- for people


def show(explained: Explained) -> None:
    """The answer as text and tables: the words that decided marked, actors by name."""
    evaluation = explained.evaluation
    item, found = evaluation.item, evaluation.classification
    for name in ("title", "summary", "body"):
        text: str = getattr(item, name)
        spans = [(word.start, word.end) for word in found.evidence if word.field == name]
        if text and (name == "title" or spans):
            marked(text if name == "title" else text[:2000], spans)
    out()
    facts = [
        ("verdict", verdict(evaluation)),
        ("why", found.reason),
        ("act", str(found.act)),
        ("rule", f"{found.rule} (level {found.level})" if found.rule else "none wants it"),
        ("channels", ", ".join(found.send_to)),
        ("incident", relation_in_words(evaluation.relation)),
        *_facts(explained),
    ]
    _pairs([(key, value) for key, value in facts if value])
    if found.evidence:
        out()
        table(("words", "in", "speak for"), [(word.text, word.field, word.why) for word in found.evidence])
    if found.score:
        out()
        table(("points", "for"), [(f"{part.points:+g}", part.why) for part in found.score])
    _show_rules(explained)
    if explained.stored is not None:
        out()
        _show_stored(explained.stored, explained)


def _facts(explained: Explained) -> list[tuple[str, str]]:
    facts, name_of = explained.evaluation.classification.facts, explained.rules.name_of
    claimed = " (as claimed)" if facts.toll_claimed else ""
    return [
        ("places", ", ".join(f"{place.name} ({place.role})" for place in facts.places)),
        ("weapons", ", ".join(facts.weapons)),
        ("claimed by", ", ".join(map(name_of, facts.claimed_by))),
        ("attributed to", ", ".join(map(name_of, facts.attributed_to))),
        ("killed", "" if facts.killed is None else f"{facts.killed}{claimed}"),
        ("wounded", "" if facts.wounded is None else f"{facts.wounded}{claimed}"),
        (
            "intercepted",
            ("some" if facts.interception else "") if facts.intercepted is None else str(facts.intercepted),
        ),
        ("date", facts.date.isoformat() if facts.date else ""),
    ]


def _show_rules(explained: Explained) -> None:
    """Which rules took it, and of the others those that were nearest, with the condition that failed."""
    taken, passed = explained.evaluation.classification.taken, explained.passed
    if taken:
        out()
        table(("rule", "level", "does"), [(one.rule, one.level, what_it_does(one)) for one in taken])
    if passed:
        out()
        table(("does not take it", "because"), [(_named(one), one.why) for one in passed[:NEAREST]])
    remarks = [f"{len(passed) - NEAREST} more rules do not take it"] if len(passed) > NEAREST else []
    if explained.asleep:
        remarks.append(f"switched off (status: off): {', '.join(explained.asleep)}")
    if remarks:
        out(clean("; ".join(remarks)))


def _named(one: NotMatched) -> str:
    return f"{one.rule.id} (trial)" if one.rule.status == "trial" else one.rule.id


def _show_stored(stored: StoredItem, explained: Explained) -> None:
    item = stored.item
    _pairs(
        [
            ("item", f"{item.id} from {item.feed}"),
            ("first seen", f"{item.first_seen:%Y-%m-%d %H:%M} UTC"),
            ("dated", f"{item.published:%Y-%m-%d %H:%M} UTC" if item.published else f"no date ({stored.date_mark})"),
            ("novelty", f"{stored.novelty}: {novelty_in_words(stored.novelty, stored.novelty_reason)}"),
            ("decided then", f"{stored.decision.reason}: {why_stored(stored)}" if stored.decision else "nothing"),
            ("incident then", incident_then(stored, explained.first)),
            *_then(stored, explained),
            *[(f"alert {alert.id}", f"{alert.title} ({summary(sent)})") for alert, sent in explained.alerts],
        ]
    )


def _then(stored: StoredItem, explained: Explained) -> list[tuple[str, str]]:
    """The rules that decided then, whether they are still the same files, and whether the answer is."""
    then, now = stored.classification, explained.evaluation.classification
    if then is None:
        return []
    took = ", ".join(f"{one.rule} ({one.level}; {what_it_does(one)})" for one in then.taken)
    same = then.rules_hash == now.rules_hash
    files = f"the same as now ({now.rules_hash})" if same else f"{then.rules_hash or 'not known'}, now {now.rules_hash}"
    changed = differences(then, now)
    if not changed:
        today = "the answer is the same"
    else:
        cause = "although the rule files are the same" if same else "the rule files are others than then"
        today = f"the answer DIFFERS ({cause}): {'; '.join(changed)}"
    return [("rules then", took or then.rule or "none took it"), ("rule files", files), ("today", today)]


def _pairs(pairs: list[tuple[str, str]]) -> None:
    width = max(len(key) for key, _ in pairs)
    for key, value in pairs:
        out(f"{key:<{width}}  {clean(value)}")
