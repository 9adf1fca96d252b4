"""What a person says of a stored item, beside what was done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.policy import raised
from monitor.config.yamlfile import did_you_mean
from monitor.dedupe.canonical import canonical_url
from monitor.errors import UsageError
from monitor.evaluation import earliest_day
from monitor.model.attention import MAX_NOTE, Deed
from monitor.model.feedback import NONE, Correction, Fact, Feedback, Opinion
from monitor.model.incident import Incident
from monitor.model.item import StoredItem
from monitor.model.report import Act, Classification
from monitor.queries.finding import find_item, is_id, is_link
from monitor.queries.jsonvalues import kept
from monitor.queries.past import incidents_before
from monitor.queries.reasons import why_stored
from monitor.store.store import Transaction
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.examples import read_of

#: no attack has more
_MOST_HARMED = 100_000


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a person typed of an item: the opinion, the facts as they should have been, and why."""

    opinion: Opinion
    #: as typed
    facts: Mapping[Fact, str]
    note: str = ""


def feedback_of(
    tx: Transaction, what: str, word: Word, *, rules: Callable[[], RuleSet], now: datetime
) -> tuple[Feedback, list[str]] | None:
    """The word on the item with this id or link, and what the person should know of it; None where there is none.

    `rules` are loaded only where the rules were not asked when the item came, or a place is named. `UsageError` where
    the word can mean two things, or contradicts what was done.
    """
    stored = find_item(tx, what)
    if stored is None:
        before = said_before(tx, what)
        return (_said_again(tx, before, word, rules, now), []) if before else None
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
    said = Feedback(
        item=stored.item, opinion=_opinion(word, told=told, alerted=found.tells, why=why_stored(stored)),
        corrections=tuple(_corrections(tx, word.facts, found, stored.incident_id, rules)), note=word.note, given_at=now,
        told=told, decision=stored.decision.reason if stored.decision else None,
        alerted=found.tells, act=found.act, rule=found.rule, level=found.level,
    )  # fmt: skip
    return said, remarks


def _said_again(tx: Transaction, before: Feedback, word: Word, rules: Callable[[], RuleSet], now: datetime) -> Feedback:
    """A new word on an item that is no longer stored; of what was read in it only the act was kept."""
    opinion = _opinion(word, told=before.told, alerted=before.alerted, why="it was kept back then")
    found = Classification(act=before.act)
    corrections = tuple(_corrections(tx, word.facts, found, None, rules))
    return replace(before, opinion=opinion, corrections=corrections, note=word.note, given_at=now)


def _opinion(word: Word, *, told: bool, alerted: bool, why: str) -> Opinion:
    """What is meant; `wrong` alone is an older word for `missed` and `false`, taken where only one is possible."""
    meant = word.opinion
    if meant is Opinion.WRONG and not word.facts:
        if alerted and not told:
            raise UsageError(
                f"wrong can mean two things here: the rules wanted it told, and nobody was ({why}). Write missed where "
                "somebody should have been told, false where the rules should not have wanted it, or what was wrong: "
                "wrong --incident none, --place, --killed, --act"
            )
        return Opinion.FALSE if told else Opinion.MISSED
    if meant is Opinion.RIGHT and word.facts:
        facts = " ".join(f"--{fact} {value}" for fact, value in word.facts.items())[:80]
        raise UsageError(f"right says that nothing was wrong with it; write: wrong {facts}")
    if meant is Opinion.MISSED and told:
        raise UsageError(
            "it was not missed: somebody was told of it (`basewatch alerts` shows whom). Write right, or false, or "
            "what was wrong: wrong --place, --killed, --wounded, --act or --incident"
        )
    if meant is Opinion.FALSE and not told and not alerted:
        raise UsageError("it was no false alarm: nobody was told of it, and no rule wanted it told; write right")
    return meant


# ------------------------------------------------------------------------------------------------ facts


def _corrections(
    tx: Transaction,
    facts: Mapping[Fact, str],
    found: Classification,
    incident: str | None,
    rules: Callable[[], RuleSet],
) -> Iterator[Correction]:
    """The facts as they should have been; `UsageError` where one cannot be, or was read so."""
    for fact, typed in facts.items():
        value = _value(fact, typed.strip(), tx, rules)
        read = read_of(fact, found, incident)
        correction = Correction(fact=fact, value=value, was=", ".join(read))
        if fact is Fact.INCIDENT and value == NONE and incident is None:
            raise UsageError("it belongs to no incident, so --incident none says nothing of it")
        if value in read or (value == NONE and not read):
            raise UsageError(f"its {fact} was read so: {value}; leave --{fact} out")
        yield correction


def _value(fact: Fact, typed: str, tx: Transaction, rules: Callable[[], RuleSet]) -> str:
    """The value as it is kept."""
    if typed.casefold() == NONE and fact is not Fact.ACT:
        return NONE
    match fact:
        case Fact.ACT:
            if typed.casefold() not in list(Act):
                meant = did_you_mean(typed.casefold(), Act)
                raise UsageError(f"--act {typed[:40]!r} is no act; {meant or 'write one of: ' + ', '.join(Act)}")
            return typed.casefold()
        case Fact.KILLED | Fact.WOUNDED:
            if not (typed.isascii() and typed.isdigit()) or int(typed[:9]) > _MOST_HARMED:
                raise UsageError(f"--{fact} {typed[:40]!r} is no number of people; write for instance 2, or none")
            return str(int(typed))
        case Fact.PLACE:
            known = rules().gazetteer
            if typed in known.places or typed in known.countries:
                return typed
            raise UsageError(
                f"there is no place {typed[:40]!r}; {known.place_hint(typed) or 'write its id or an ISO code'}; a "
                "place that no file knows is written into rules/places/ first (docs/rules.md)"
            )
        case Fact.INCIDENT:
            if tx.incident(typed) is None:
                raise UsageError(
                    f"there is no incident {typed[:60]!r}; `basewatch incidents --json` names their ids; write none "
                    "where it is none of those that were known"
                )
            return typed


def _judged_now(tx: Transaction, stored: StoredItem, rules: RuleSet) -> Classification:
    known = tx.incidents(earliest_day(stored.item, rules))
    return raised(classify(stored.item, rules), [one for one in known if one.opened_at < stored.item.first_seen])


# ---------------------------------------------------------------------------------------------- what was said


def said_before(tx: Transaction, what: str) -> Feedback | None:
    """What was said of an item, by its id or link; the item itself may be pruned."""
    if stored := find_item(tx, what):
        what = stored.copy_of or stored.item.id
    if is_id(what):
        return tx.feedback_on(what)
    link = canonical_url(what) if is_link(what) else None
    return next((said for said in tx.feedback() if link and canonical_url(said.item.url) == link), None)


def give(tx: Transaction, said: Feedback, *, by: str = "") -> Deed:
    """Keeps the word, in place of an earlier one on the same item, and writes down who gave it."""
    before = tx.feedback_on(said.item.id)
    tx.keep_feedback(said)
    words = ", ".join(map(str, (said.opinion, *said.corrections)))
    note = f"{words}: {said.note}" if said.note else words
    return tx.add_deed(Deed(at=said.given_at, by=by, what="feedback", target=said.item.id, note=note[:MAX_NOTE],
                         before={"feedback": kept(before) if before else None}))  # fmt: skip


def take_back(tx: Transaction, said: Feedback, *, by: str = "", now: datetime) -> Deed:
    """Throws the word away, and writes down who did."""
    tx.take_back_feedback(said.item.id)
    return tx.add_deed(Deed(at=now, by=by, what="unsay", target=said.item.id, note=str(said.opinion),
                         before={"feedback": kept(said)}))  # fmt: skip


def pasts_of(tx: Transaction, feedback: list[Feedback], rules: RuleSet) -> dict[str, list[Incident]]:
    """For each item whose incident was corrected, the incidents as they were before it came; by its id."""
    found = {}
    for said in feedback:
        if any(one.fact is Fact.INCIDENT for one in said.corrections) and (stored := tx.item(said.item.id)):
            found[said.item.id] = incidents_before(tx, stored, rules)[0]
    return found


def understood(said: Feedback) -> str:
    """The word on an item as a sentence, so that nobody teaches the rules the opposite of what was meant."""
    facts = ", ".join(
        f"its {one.fact} is {one.value if one.value != NONE or one.fact is not Fact.INCIDENT else f'not {one.was}'}"
        f"{f', not {one.was}' if one.was and one.value != NONE else ''}"
        for one in said.corrections
    )
    match said.opinion:
        case Opinion.MISSED:
            outcome = "nobody was told, and somebody should have been"
        case Opinion.FALSE:
            outcome = "somebody was told, and nobody should have been"
            if not said.told:
                outcome = "the rules wanted it told, and should not have"
        case Opinion.WRONG:
            return facts
        case Opinion.RIGHT if said.told:
            outcome = "it was right to tell it"
        case Opinion.RIGHT:
            outcome = "the rules were right to want it told" if said.alerted else "it was right that nobody was told"
    return f"{outcome}; {facts}" if facts else outcome
