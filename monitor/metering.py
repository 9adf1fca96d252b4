"""What the daemon counts of its own work, for `/metrics`. Pure: numbers under a bounded set of words.

    polls, writer, delivery ─→ Meter ─→ `kept`, with each heartbeat ─→ database ─→ `/metrics`, in whatever process

Totals go on through restarts: a daemon begins with what the last one kept. What came after the last heartbeat before a
kill is lost, ten seconds at most. No word comes from a publisher: what is not known is counted as `other`.
Each number is changed by one thread only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.model.alert import Alert, AlertKind, DecisionReason, OperatorReason
from monitor.model.delivery import Delivery, GaveUp, Retry, SendOutcome, SendResult, Sent
from monitor.model.document import FetchProblem, ParseProblem
from monitor.model.item import Novelty
from monitor.model.ledger import ChangeReason
from monitor.model.report import Act, Level
from monitor.polls import PollReport

#: under which it is kept among the notes of the daemon
KEY = "meters"
OTHER = "other"
#: channels by name; the tags beyond so many are `other`
MOST_CHANNELS = 20
#: stands for the tags of the channels file, which nobody knows beforehand
ANY_CHANNEL: frozenset[str] = frozenset()

_STATUSES = (400, 401, 402, 403, 404, 407, 410, 429, 451, 500, 502, 503, 504, 520, 521, 522)
_RESULTS = frozenset(
    {"fetched", "not modified", "same body", *FetchProblem, *ParseProblem, *(f"http {code}" for code in _STATUSES)}
)
_REASONS = frozenset({*ChangeReason, *OperatorReason, *DecisionReason, "DIGEST"})


@dataclass(frozen=True, kw_only=True)
class Total:
    """A number that only grows."""

    meaning: str
    #: each label with the words that it may have
    labels: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How often a measure was at most each of these bounds."""

    meaning: str
    bounds: tuple[float, ...]


TOTALS: Mapping[str, Total] = {
    "polls": Total(meaning="Polls of feeds, by what they came to.", labels={"result": _RESULTS}),
    "items": Total(
        meaning="Entries of the documents that were read, by whether they were known.",
        labels={"novelty": frozenset(Novelty)},
    ),
    "items_judged": Total(
        meaning="Items that were classified, by what they report and why somebody was told, or nobody.",
        labels={"act": frozenset(Act), "reason": frozenset(DecisionReason)},
    ),
    "alerts": Total(
        meaning="Messages that were queued, to people and to the operator, by why and how urgent they are.",
        labels={"reason": _REASONS, "level": frozenset(Level)},
    ),
    "deliveries": Total(
        meaning="Attempts to deliver a message to an address, by what they came to.",
        labels={"outcome": frozenset({"sent", "maybe sent", "failed", "gave up"}), "channel": ANY_CHANNEL},
    ),
}
SPREADS: Mapping[str, Spread] = {
    "publication_delay_seconds": Spread(
        meaning="From the date that the publisher gives a new item to the poll that found it.",
        bounds=(60, 120, 300, 600, 1800, 3600, 10800, 43200, 86400),
    ),
    "delivery_delay_seconds": Spread(
        meaning="From the poll that found the news to the moment in which an address took the message; of a message "
        "that was held back, from the moment in which it was due.",
        bounds=(0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600),
    ),
    "poll_duration_seconds": Spread(
        meaning="From the request to the last entry that was read.", bounds=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
    ),
    "writer_batch_polls": Spread(
        meaning="Polls that were written in one transaction.", bounds=(1, 2, 5, 10, 20, 50, 100)
    ),
    "writer_transaction_seconds": Spread(
        meaning="From handing a batch of polls to the database's thread to its commit.",
        bounds=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    ),
}


@dataclass
class Measured:
    """The measures under one name."""

    #: one for each bound, and one for what is beyond the last; not added up
    counts: list[int]
    sum: float = 0.0

    @property
    def total(self) -> int:
        """How many measures there are."""
        return sum(self.counts)


@dataclass
class Meter:
    """The numbers of one daemon."""

    totals: dict[str, dict[tuple[str, ...], int]] = field(default_factory=lambda: {name: {} for name in TOTALS})
    spreads: dict[str, Measured] = field(
        default_factory=lambda: {name: Measured([0] * (len(one.bounds) + 1)) for name, one in SPREADS.items()}
    )

    def count(self, name: str, *words: str, by: int = 1) -> None:
        """Counts under words that are known; a word that is not counts as `other`."""
        if by:
            known = tuple(
                self._word(name, number, word, among)
                for number, (word, among) in enumerate(zip(words, TOTALS[name].labels.values(), strict=True))
            )
            numbers = self.totals[name]
            numbers[known] = numbers.get(known, 0) + by

    def measure(self, name: str, *values: float) -> None:
        """Notes measures; below nothing is nothing (a clock was set back, a publisher is ahead)."""
        found = self.spreads[name]
        for value in values:
            found.counts[bisect_left(SPREADS[name].bounds, value)] += 1
            found.sum += max(value, 0.0)

    def _word(self, name: str, number: int, word: str, among: frozenset[str]) -> str:
        if among is not ANY_CHANNEL:
            return str(word) if word in among else OTHER
        seen = {words[number] for words in list(self.totals[name])}
        return str(word) if word in seen or len(seen) < MOST_CHANNELS else OTHER

    # ------------------------------------------------------------------------------- what is counted

    def polled(self, report: PollReport) -> None:
        """A poll that was kept."""
        self.count("polls", report.result)
        counts = (
            (Novelty.NEW, report.new), (Novelty.UPDATED, report.updated), (Novelty.SEEN, report.seen),
            (Novelty.COPY, report.copies), (Novelty.OLD, report.old),
        )  # fmt: skip
        for novelty, count in counts:
            self.count("items", novelty, by=count)
        for act, reason in report.judged:
            self.count("items_judged", act, reason)
        self.measure("poll_duration_seconds", report.ms / 1000)
        self.measure("publication_delay_seconds", *report.delays)

    def wrote(self, polls: int, seconds: float) -> None:
        """A transaction of the writer."""
        self.measure("writer_batch_polls", polls)
        self.measure("writer_transaction_seconds", seconds)

    def queued(self, alerts: Iterable[Alert]) -> None:
        """Messages that were committed."""
        for alert in alerts:
            self.count("alerts", alert.reason, alert.level)

    def delivered(
        self, delivery: Delivery, result: SendResult, verdict: Sent | Retry | GaveUp, *, now: datetime
    ) -> None:
        """An attempt whose outcome is kept."""
        maybe = result.outcome is SendOutcome.MAYBE_SENT
        outcome = "sent" if isinstance(verdict, Sent) else "gave up" if isinstance(verdict, GaveUp) else "failed"
        self.count("deliveries", "maybe sent" if maybe and outcome == "failed" else outcome, delivery.channel)
        if outcome == "sent" and delivery.alert.kind is AlertKind.INCIDENT:
            self.measure("delivery_delay_seconds", (now - delivery.alert.created_at).total_seconds())

    # ------------------------------------------------------------------------------- kept

    def kept(self, *, memory: int = 0) -> dict[str, Any]:
        """The numbers in the types of JSON; `memory` is what the daemon takes, in bytes."""
        return {
            "totals": {
                name: [[*words, count] for words, count in list(numbers.items())]
                for name, numbers in self.totals.items()
            },
            "spreads": {
                name: {"bounds": list(SPREADS[name].bounds), "counts": list(found.counts), "sum": found.sum}
                for name, found in self.spreads.items()
            },
            "memory": memory,
        }

    def go_on(self, kept: Any) -> None:
        """Adds what an earlier daemon kept; what another version counted otherwise is left out."""
        before = read(kept)
        for name, numbers in before.totals.items():
            for words, count in numbers.items():
                self.count(name, *words, by=count)
        for name, found in before.spreads.items():
            own = self.spreads[name]
            own.counts = [one + other for one, other in zip(own.counts, found.counts, strict=True)]
            own.sum += found.sum


def read(kept: Any) -> Meter:
    """The numbers that `Meter.kept` wrote; where nothing was, or something else, they are 0."""
    meter = Meter()
    parts = kept if isinstance(kept, dict) else {}
    for name, rows in _items(parts.get("totals")):
        if name in TOTALS and isinstance(rows, list):
            for row in rows:
                if isinstance(row, list) and len(row) == len(TOTALS[name].labels) + 1 and isinstance(row[-1], int):
                    meter.count(name, *map(str, row[:-1]), by=row[-1])
    for name, found in _items(parts.get("spreads")):
        if name in SPREADS and isinstance(found, dict) and _is_ours(found, SPREADS[name].bounds):
            meter.spreads[name] = Measured([int(one) for one in found["counts"]], float(found["sum"]))
    return meter


def memory_in(kept: Any) -> int:
    """Bytes that the daemon took when it kept its numbers; 0: not known."""
    found = kept.get("memory") if isinstance(kept, dict) else None
    return found if isinstance(found, int) else 0


def _items(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


def _is_ours(found: Mapping[str, Any], bounds: Sequence[float]) -> bool:
    counts = found.get("counts")
    return (
        found.get("bounds") == list(bounds)
        and isinstance(counts, list)
        and len(counts) == len(bounds) + 1
        and all(isinstance(one, int) for one in counts)
        and isinstance(found.get("sum"), int | float)
    )
