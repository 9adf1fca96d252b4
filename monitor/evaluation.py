"""Classify → relate → decide: one item, the same for the daemon and for every command."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from monitor.alerts.levels import level_of
from monitor.alerts.policy import decide, raised
from monitor.incidents.changes import changes
from monitor.incidents.doubts import CLAIMS_OF, RECYCLED, doubts_of, doubts_of_date, is_claim
from monitor.incidents.fold import fold, without_replaced
from monitor.incidents.identity import is_of_none, relate
from monitor.incidents.joining import Book, joined_books
from monitor.incidents.nearcopy import NearCopies
from monitor.model.alert import Decision
from monitor.model.document import DateMark
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Item, Novelty
from monitor.model.ledger import NO_RULINGS, Change, Report, Rulings, Telling, View
from monitor.model.report import INCIDENT_ACTS, Classification, Facts
from monitor.telling import (
    Attention,
    ask_all,
    decision_of,
    first_for,
    grouped,
    notification_of,
    report_of,
)
from monitor.topics.attacks.classifier import NEWS_DAYS, classify, consider
from monitor.topics.attacks.topic import RuleSet

#: how far before an item's date its incident can lie: the oldest day that is news, and the day before that one
INCIDENT_HORIZON = timedelta(days=NEWS_DAYS + 1)
#: what is asked about at all; the rest is stored as it is
EVALUATED = frozenset({Novelty.NEW, Novelty.UPDATED})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An incident by its reports, what changed of it, and the answer for each channel."""

    view: View
    #: as it was; None for one that opens
    before: View | None = None
    #: its next version; None where nothing changed that anybody wants to know
    change: Change | None = None
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One item with every stage's answer: what `explain` shows and the daemon acts on."""

    item: Item
    novelty: Novelty
    classification: Classification
    relation: Relation
    decision: Decision
    #: what the item is to its incident; None where it belongs to none, and where a ledger does not fold
    report: Report | None = None
    #: what its incident comes to with it
    outcome: Outcome | None = None


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


def stated_days(facts: Facts) -> tuple[date, ...]:
    """The local dates at which an incident can stand that an item means by the day that it names.

    "Monday's attack" of weeks ago lies before all that is news; a slip of the pen ("on 30 June" for July) behind it,
    and the next report with the same slip must find its incident too.
    """
    if facts.date is None or not facts.date_stated:
        return ()
    return tuple(facts.date + timedelta(days=shift) for shift in (-1, 0, 1))


def incident_after(evaluation: Evaluation, addressed: Collection[str] | None = None) -> Incident | None:
    """The incident as this item leaves it: told, where somebody is told.

    `addressed` are the channels that some address takes: a message to the others reaches nobody, so they are not told
    by it. None: all of them, where no message is made (`classify`, `rules replay`).
    """
    incident, decision = evaluation.relation.incident, evaluation.decision
    tellings = evaluation.outcome.tellings if evaluation.outcome is not None else ()
    of_itself = evaluation.classification.act in INCIDENT_ACTS or any(one.does == "tell" for one in tellings)
    if incident is None or not decision.tell or not of_itself:
        return incident  # who is told of an answer by a rule of its own has not been told of the attack
    told = [channel for channel in decision.send_to if addressed is None or channel in addressed]
    return replace(
        incident,
        told=incident.told or bool(told),
        told_to=tuple(dict.fromkeys((*incident.told_to, *told))),
        version=incident.version if evaluation.outcome is not None else incident.version + incident.told,
        level=incident.level if evaluation.outcome is not None else evaluation.classification.level or incident.level,
    )


def whole_text(item: Item) -> str:
    """The text by which copies know each other."""
    return f"{item.title} {item.summary} {item.body}"


def copy_key(incident_id: str, item: Item) -> str:
    """The key of a report in an index of near copies."""
    return f"{incident_id} {item.id}"


class Ledger:
    """The incidents so far: what the next item is related to. One for the daemon's writer and for every command."""

    def __init__(
        self,
        known: Iterable[Incident] = (),
        *,
        attention: Attention | None = None,
        book: Callable[[str], Book] = lambda _: Book(),
        rulings: Rulings = NO_RULINGS,
        copies: NearCopies | None = None,
        past: Callable[[Incident], Iterable[Report]] | None = None,
        claims: Callable[[Sequence[str], datetime], Iterable[Report]] | None = None,
    ) -> None:
        """`known` are incidents from before the first item.

        With `attention` incidents are folded from their reports and every channel is asked; without it an item is only
        related, and the rules alone say whether it is told. `book` holds what is known of an incident of `known`,
        `copies` the texts of its reports, `past` gives the reports of attacks on the places of one long before it, and
        `claims` what attackers claimed of some since a moment.
        """
        self._by_day: dict[date, dict[str, Incident]] = {}
        self._days: dict[str, date] = {}
        self._attention = attention
        self._open = book
        self._books: dict[str, Book] = {}
        self._rulings = rulings
        self._copies = NearCopies() if copies is None else copies
        self._past = self._past_reports if past is None else past
        self._claims = self._claims_here if claims is None else claims
        for incident in known:
            self.remember(incident)

    @property
    def ids(self) -> Collection[str]:
        """Ids of the incidents so far."""
        return self._days.keys()

    def book(self, incident_id: str) -> Book:
        """What is known of an incident; it changes with each item."""
        if incident_id not in self._books:
            self._books[incident_id] = self._open(incident_id)
        return self._books[incident_id]

    def evaluate(
        self,
        item: Item,
        novelty: Novelty,
        classification: Classification,
        rules: RuleSet,
        *,
        own: str | None = None,
        now: datetime | None = None,
        date_mark: DateMark = DateMark.MISSING,
    ) -> Evaluation:
        """Relate → fold → ask each channel, of an item that is classified: all that depends on the past. Remembers
        nothing yet.

        `own` is the incident that an edited item already belongs to, `date_mark` what is odd about the item's date.
        """
        if_unknown = classification.if_unknown
        if if_unknown is not None:
            classification = replace(classification, if_unknown=None)  # it is of this question alone
        is_apart = not classification.taken and is_of_none(classification)
        around = [] if is_apart else self._around(item, classification.facts, rules, own)
        classification = raised(classification, around)  # first: an incident opens at the level that it is told at
        relation = relate(
            item,
            classification,
            around,
            zone_of=rules.zone_of,
            sides=rules.sides_of,
            near=rules.gazetteer.is_town_near,
            own=own,
            rulings=self._rulings,
            alike=self._alike(item, classification),
        )
        if if_unknown is not None and relation.kind is RelationKind.NONE:
            return self.evaluate(item, novelty, if_unknown, rules, own=own, now=now, date_mark=date_mark)
        decision = decide(novelty, classification, relation)
        evaluation = Evaluation(
            item=item, novelty=novelty, classification=classification, relation=relation, decision=decision
        )
        if self._attention is None or relation.incident is None:
            return evaluation
        return self._told(evaluation, relation.incident, rules, now=now or item.first_seen, date_mark=date_mark)

    def _alike(self, item: Item, classification: Classification) -> tuple[str, ...]:
        """Ids of the incidents of which a report has nearly the text of this one."""
        if classification.rule is None or classification.act not in INCIDENT_ACTS:
            return ()
        return tuple(dict.fromkeys(key.partition(" ")[0] for key in self._copies.like(whole_text(item))))

    def _told(
        self, evaluation: Evaluation, incident: Incident, rules: RuleSet, *, now: datetime, date_mark: DateMark
    ) -> Evaluation:
        """The incident before and after the item, what changed, and what each channel hears of it."""
        opens = evaluation.relation.kind is RelationKind.OPENS
        own = Book() if opens else self.book(incident.id)
        merges = [self.book(id) for id in evaluation.relation.merges]
        book = joined_books(incident.id, [own, *merges]) if merges else own
        report = report_of(
            evaluation.item,
            evaluation.classification,
            evaluation.relation,
            earlier=tuple(book.reports.values()),
            at=now,
        )
        others = [*book.reports.values(), *self._others(report, incident, opens=opens)]
        dated = doubts_of_date(date_mark, evaluation.item.published, evaluation.item.first_seen)
        report = replace(report, doubts=tuple(dict.fromkeys((*dated, *doubts_of(report, others, now=now)))))
        outcome = self.outcome(
            incident, None if opens else self.known(incident.id), book, report, rules, now=now,
            quiet=evaluation.relation.quiet, earlier=own,
        )  # fmt: skip
        decision = decision_of(
            outcome.tellings, evaluation.decision, outcome.view, report, opens=opens, told=incident.told
        )
        return replace(
            evaluation, report=report, outcome=outcome, decision=decision,
            relation=replace(evaluation.relation, incident=outcome.view.incident),
        )  # fmt: skip

    def _others(self, report: Report, incident: Incident, *, opens: bool) -> Iterator[Report]:
        """Reports of other incidents beside which a report may look doubtful: claims of the day, and old texts."""
        if is_claim(report):
            since = report.seen_at - CLAIMS_OF
            recent = [id for id, one in self._known() if one.last_report_at is not None and one.last_report_at >= since]
            yield from self._claims([id for id in recent if id != incident.id], since)
        if opens:
            yield from self._past(incident)

    def _claims_here(self, ids: Iterable[str], since: datetime) -> Iterator[Report]:
        reports = (one for id in ids for one in self.book(id).reports.values())
        return (one for one in reports if one.seen_at >= since and is_claim(one))

    def _known(self) -> Iterator[tuple[str, Incident]]:
        return ((id, incident) for day in self._by_day.values() for id, incident in day.items())

    def _past_reports(self, incident: Incident) -> Iterator[Report]:
        """Reports of the attacks on the same place of long ago, as far as they are remembered here."""
        ids = {place.id for place in incident.places if not place.is_vague}
        for id, other in self._known():
            if incident.date - other.date >= RECYCLED and not ids.isdisjoint({place.id for place in other.places}):
                yield from self.book(id).reports.values()

    def outcome(
        self,
        incident: Incident,
        before: Incident | None,
        book: Book,
        report: Report | None,
        rules: RuleSet,
        *,
        now: datetime,
        quiet: bool = False,
        earlier: Book | None = None,
    ) -> Outcome:
        """What `incident` comes to with one more report (or with what is known, where something held is due).

        `earlier` is what was known of it where `book` holds more: the reports of incidents that went into it.
        """
        raises = partial(level_of, rules=rules)
        after = book.reports if report is None else {**book.reports, report.id: report}
        known = book if earlier is None else earlier
        was = None if before is None else fold(before, tuple(known.reports.values()), raises=raises)
        incident = without_replaced(incident, book.reports.values(), after.values())
        view = fold(incident, tuple(after.values()), raises=raises)
        change = None
        if report is not None:
            change = changes(was, view, report, told=[one.known for one in book.told.values()])
        version = 1 if before is None else before.version + (change is not None)
        if change is not None:
            assert report is not None
            change = replace(change, version=version, at=now, report=report.id, quiet=quiet)
        view = replace(view, incident=replace(view.incident, version=version, level=view.level))
        answers = () if quiet else self.ask(view, change, book, now=now, report=report)
        return Outcome(view=view, before=was, change=change, tellings=tuple(answers))

    def ask(
        self, view: View, change: Change | None, book: Book, *, now: datetime, report: Report | None = None
    ) -> Sequence[Telling]:
        """The answer for each channel that could be told of an incident now."""
        assert self._attention is not None
        return ask_all(view, change, report, book.told, self._attention, now=now, waiting=book.waiting)

    def known(self, incident_id: str) -> Incident | None:
        """An incident as it is; None where there is none."""
        day = self._days.get(incident_id)
        return None if day is None else self._by_day[day].get(incident_id)

    def add(self, item: Item, rules: RuleSet) -> Evaluation:
        """Classifies and evaluates an item that is news, and remembers its incident for the next one."""
        evaluation = self.evaluate(item, Novelty.NEW, classify(item, rules), rules)
        incident = incident_after(evaluation)
        if incident is not None:
            self.absorb(evaluation.relation.merges, incident.id)
            self.remember(incident, item)
        if evaluation.outcome is not None and evaluation.report is not None:
            self.note(evaluation.outcome, evaluation.report, now=item.first_seen)
        return evaluation

    def note(self, outcome: Outcome, report: Report, *, now: datetime) -> None:
        """Keeps a report, and what channels were told by it, as if each message was taken."""
        assert self._attention is not None
        incident = outcome.view.incident
        book = self.book(incident.id)
        book.reports[report.id] = report
        change = outcome.change or first_for(outcome.view, incident.version, now)
        for group in grouped(outcome.tellings, outcome.view, change, book.told, self._attention.policy):
            for channel in group.channels:
                book.told[channel] = notification_of(group, channel, outcome.view, alert_id="", now=now)

    def absorb(self, gone: Sequence[str], kept: str) -> None:
        """Those that turned out to be one with `kept`: what is known of them is known of it."""
        if not gone:
            return
        self._books[kept] = joined_books(kept, [self.book(id) for id in (kept, *gone)])
        for id in gone:
            day = self._days.pop(id, None)
            if day is not None:
                del self._by_day[day][id]
            self._books.pop(id, None)
        # its id stays taken, and leads to what stands for it
        self._rulings = replace(self._rulings, merged={**self._rulings.merged, **dict.fromkeys(gone, kept)})

    def remember(self, incident: Incident, item: Item | None = None) -> None:
        """The incident as it is now, in place of what it was; `item` is a new report of it."""
        if item is not None:
            self._copies.add(copy_key(incident.id, item), whole_text(item))
        self._by_day.setdefault(incident.date, {})[incident.id] = incident
        self._days[incident.id] = incident.date

    def _around(self, item: Item, facts: Facts, rules: RuleSet, own: str | None) -> list[Incident]:
        """Those that matter to an item: from `earliest_day` on, of the day it states, and the one it belongs to."""
        first = earliest_day(item, rules)
        days = [first + timedelta(days=n) for n in range((item.reported.date() - first).days + 3)]
        days += [day for day in stated_days(facts) if not days[0] <= day <= days[-1]]
        found = {one.id: one for day in days for one in self._by_day.get(day, {}).values()}
        if own is not None and own not in found and own in self._days:
            found[own] = self._by_day[self._days[own]][own]
        return list(found.values())


def recalled(incident: Incident, reports: Sequence[Report], rules: RuleSet, attention: Attention) -> Book:
    """What channels were told by these reports of an incident, given in the order in which they came."""
    ledger = Ledger((), attention=attention)
    before: Incident | None = None
    for report in reports:
        book = ledger.book(incident.id)
        outcome = ledger.outcome(before or incident, before, book, report, rules, now=report.seen_at)
        ledger.note(outcome, report, now=report.seen_at)
        before = outcome.view.incident
    return ledger.book(incident.id)
