"""The past over again: what rules would have told of the items that came, and what was told then. Pure.

Items are given in the order in which they came and go the daemon's path, each incident remembered for the next item.
An edited item is taken as news with the text that it has now: what stood there first is not kept. Copies and old items
tell nobody, as then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.evaluation import EVALUATED, INCIDENT_HORIZON, Evaluation, Ledger, recalled, refusal
from monitor.incidents.joining import Book
from monitor.model.alert import Alert, AlertKind
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty, StoredItem
from monitor.model.ledger import Report
from monitor.model.policy import Policy
from monitor.model.report import Level, RuleTaken
from monitor.telling import Attention, inside_of, usual_policy
from monitor.topics.attacks.topic import RuleSet

#: so long before the window a replay begins, silently: late reports of an earlier attack find its incident
LEAD_IN = INCIDENT_HORIZON


#: the reports of an incident that is known before a replay begins, in the order in which they came
Reports = Callable[[str], Sequence[Report]]


class Outcome(StrEnum):
    """What became of an item in a replay, beside what became of it then."""

    #: told then, and again
    TOLD = "told"
    #: it would have been told; then it was not
    NEW = "new"
    #: told then; it would have stayed quiet
    QUIET = "quiet"
    #: neither then nor now
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class ToldThen:
    """The message that an item raised when it came."""

    at: datetime
    level: Level
    rule: str | None
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PastItem:
    """One item as it came."""

    item: Item
    #: it was news then: copies and what was old already are not judged
    news: bool = True
    #: the same article had come from another feed before
    copy: bool = False
    #: its publisher changed the text after it came
    edited: bool = False
    then: ToldThen | None = None


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One item, what was told of it then and what would be told of it by the rules of the replay."""

    past: PastItem
    #: None where it is not judged
    evaluation: Evaluation | None
    #: rules on trial that would be the first to tell of its incident, if they were live
    on_trial: tuple[RuleTaken, ...] = ()
    #: where it was told then and would stay quiet now: why, in one sentence
    why_quiet: str = ""

    @property
    def outcome(self) -> Outcome:
        would = self.evaluation is not None and self.evaluation.decision.tell
        if self.past.then is not None:
            return Outcome.TOLD if would else Outcome.QUIET
        return Outcome.NEW if would else Outcome.NOBODY

    @property
    def told_by_another(self) -> bool:
        """True where it stays quiet only because another report of its incident would have been told before it."""
        found = self.evaluation
        return found is not None and not found.decision.tell and found.classification.tells

    @property
    def messages(self) -> tuple[tuple[str, ...], ...]:
        """The reasons of each message: channels that hear the same share one."""
        found = self.evaluation
        if found is None or not found.decision.tell:
            return ()
        told = [one for one in found.outcome.tellings if one.does == "tell"] if found.outcome is not None else []
        distinct = {(one.reasons, one.style): tuple(map(str, one.reasons)) for one in told}
        return tuple(distinct.values()) or ((str(found.decision.reason),),)

    @property
    def incident(self) -> str | None:
        incident = self.evaluation.relation.incident if self.evaluation else None
        return incident.id if incident else None


class Replay:
    """Runs items through rules, one after another, in the order in which they came."""

    def __init__(
        self,
        rules: RuleSet,
        known: Iterable[Incident] = (),
        reports: Reports = lambda _: (),
        policy: Callable[[str], Policy] = usual_policy,
    ) -> None:
        """`known` are the incidents that were known before the first item came, `reports` those of one of them.

        `policy` gives that of a channel; what its quiet hours, cool-down and cap hold back for a while is told at once.
        """
        self._rules = rules
        attention = Attention(policy=lambda channel: _at_once(policy(channel)), inside=inside_of(rules.gazetteer))
        before = {incident.id: incident for incident in known}
        self._incidents = Ledger(
            before.values(),
            attention=attention,
            book=lambda id: recalled(before[id], reports(id), rules, attention) if id in before else Book(),
        )
        #: incident and rule of what trial rules would have told; each tells an incident once
        self._on_trial: set[tuple[str, str]] = set()

    def run(self, past: PastItem) -> Replayed:
        """What becomes of the next item."""
        if not past.news:
            return Replayed(past=past, evaluation=None, why_quiet="it is a copy, or was old when it came")
        evaluation = self._incidents.add(past.item, self._rules)
        return Replayed(
            past=past,
            evaluation=evaluation,
            on_trial=self._first_on_trial(evaluation),
            why_quiet=self._why_quiet(past, evaluation) if past.then and not evaluation.decision.tell else "",
        )

    def _why_quiet(self, past: PastItem, evaluation: Evaluation) -> str:
        """What keeps the rule of then from taking it; where some rule takes it, why nobody is told all the same."""
        found = evaluation.classification
        if found.tells:
            return evaluation.decision.detail
        rule = past.then.rule if past.then else None
        return (refusal(past.item, self._rules, rule) if rule else "") or found.reason

    def _first_on_trial(self, evaluation: Evaluation) -> tuple[RuleTaken, ...]:
        taken = [one for one in evaluation.classification.taken if one.trial and one.level.tells]
        incident = evaluation.relation.incident
        if incident is None or not taken:
            return tuple(taken)
        first = tuple(one for one in taken if (incident.id, one.rule) not in self._on_trial)
        self._on_trial.update((incident.id, one.rule) for one in first)
        return first


def _at_once(policy: Policy) -> Policy:
    return replace(policy, quiet=None, cool_down=timedelta(), most_per_hour=None)


class PastAlerts:
    """The messages of then, each handed to the item that raised it: item and message were written at one moment."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self._by_moment: dict[datetime, list[Alert]] = defaultdict(list)
        for alert in sorted(alerts, key=lambda alert: alert.id):
            if alert.kind is AlertKind.INCIDENT:
                self._by_moment[alert.created_at].append(alert)

    def past_of(self, stored: StoredItem) -> PastItem:
        """The item as it came. Ask for all items in the order in which they came."""
        return PastItem(
            item=stored.item,
            news=stored.novelty in EVALUATED,
            copy=stored.novelty is Novelty.COPY,
            edited=stored.updated_at is not None,
            then=self._take(stored),
        )

    def _take(self, stored: StoredItem) -> ToldThen | None:
        """An item holds its last decision only; what was told before an edit is known by its message."""
        told = stored.decision is not None and stored.decision.tell
        moments = [stored.item.first_seen, *([stored.updated_at] if stored.updated_at else [])]
        if not told and stored.updated_at is None:
            return None
        for moment in moments:
            for alert in self._by_moment.get(moment, ()):
                if _is_about(alert, stored):
                    self._by_moment[moment].remove(alert)
                    return ToldThen(at=moment, level=alert.level, rule=alert.rule, channels=alert.channels)
        found = stored.classification
        if not told or found is None or found.level is None:
            return None
        return ToldThen(at=moments[-1], level=found.level, rule=found.rule, channels=found.send_to)


def _is_about(alert: Alert, stored: StoredItem) -> bool:
    """An edit may take an item out of its incident; the link in the message stays."""
    if alert.incident_id == stored.incident_id:
        return True
    return bool(stored.item.url) and f"\nLink: {stored.item.url}\n" in alert.body
