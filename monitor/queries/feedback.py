"""What a person says of a stored item, beside what was done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from monitor.alerts.policy import raised
from monitor.dedupe.canonical import canonical_url
from monitor.evaluation import earliest_day
from monitor.model.feedback import Feedback, Opinion
from monitor.model.item import StoredItem
from monitor.model.report import Classification
from monitor.queries.finding import find_item, is_id, is_link
from monitor.queries.reasons import why_stored
from monitor.store.store import Transaction
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet


def feedback_of(
    tx: Transaction, what: str, opinion: Opinion, note: str, *, rules: Callable[[], RuleSet], now: datetime
) -> tuple[Feedback, list[str]] | None:
    """The word on the item with this id or link, and what the person should know of it; None where there is none.

    `rules` are loaded only where the rules were not asked when the item came.
    """
    stored = find_item(tx, what)
    if stored is None:
        before = said_before(tx, what)
        return (replace(before, opinion=opinion, note=note, given_at=now), []) if before else None
    original = tx.item(stored.copy_of) if stored.copy_of else None
    remarks = []
    if original is not None:
        remarks.append(f"it is a copy of {original.item.id} from {original.item.feed}, and kept for that one")
        stored = original
    found = stored.classification
    told = stored.decision is not None and stored.decision.tell
    if found is None:
        found = _judged_now(tx, stored, rules())
        remarks.append(f"the rules were not asked when it came ({why_stored(stored)}); taken is what they say now")
    if found.tells and not told:
        remarks.append(f"the rules wanted it told, and nobody was: {why_stored(stored)}")
        if opinion is Opinion.WRONG:
            quiet = f"put its headline under examples: quiet of the rule {found.rule}"
            remarks.append(f"no rule has to change for that; if you mean that it should stay quiet, {quiet}")
    said = Feedback(
        item=stored.item, opinion=opinion, note=note, given_at=now, told=told,
        decision=stored.decision.reason if stored.decision else None,
        alerted=found.tells, act=found.act, rule=found.rule, level=found.level,
    )  # fmt: skip
    return said, remarks


def _judged_now(tx: Transaction, stored: StoredItem, rules: RuleSet) -> Classification:
    known = tx.incidents(earliest_day(stored.item, rules))
    return raised(classify(stored.item, rules), [one for one in known if one.opened_at < stored.item.first_seen])


def said_before(tx: Transaction, what: str) -> Feedback | None:
    """What was said of an item, by its id or link; the item itself may be pruned."""
    if stored := find_item(tx, what):
        what = stored.copy_of or stored.item.id
    if is_id(what):
        return tx.feedback_on(what)
    link = canonical_url(what) if is_link(what) else None
    return next((said for said in tx.feedback() if link and canonical_url(said.item.url) == link), None)


def understood(said: Feedback) -> str:
    """The word on an item as a sentence, so that nobody teaches the rules the opposite of what was meant."""
    if said.is_missed:
        return "nobody was told, and somebody should have been"
    if said.opinion is Opinion.WRONG:
        return "somebody was told, and nobody should have been"
    if said.told:
        return "it was right to tell it"
    return "the rules were right to want it told" if said.alerted else "it was right that nobody was told"
