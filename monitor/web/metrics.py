"""The door to prometheus-client: `/metrics` out of what the daemon kept and what the database holds.

Nothing is registered anywhere: the numbers of one answer are made for it. Every label comes from a bounded set of our
own words; none from a publisher or a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.malloc import resident_bytes
from monitor.metering import SPREADS, TOTALS
from monitor.queries.metrics import LATELY, Measures, measures
from monitor.queries.status import FeedDetails
from monitor.web.answers import Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.questions import questions_of
from monitor.web.site import Site

PREFIX = "basewatch_"
#: a scraper waits ten
SECONDS = 4.0


def show(site: Site, ask: Ask) -> Answer:
    """`/metrics`; 503 where the database does not answer in time."""
    ask.only()
    asked = questions_of(site)
    try:
        details = asked.details(site, ask.now, seconds=SECONDS)
        found = asked.answer("metrics", lambda: _measured(site, details, ask.now), seconds=SECONDS)
    except TimeoutError:
        said = f"the database does not answer within {SECONDS:g} s"
        raise Refusal(503, said, headers={"Retry-After": "10"}, kind="database") from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(found, ask.now))
    body = generate_latest(registry)
    return Answer(content_type=CONTENT_TYPE_LATEST, body=body, headers={"Cache-Control": "no-store"})


def _measured(site: Site, details: FeedDetails, now: datetime) -> Measures:
    with site.read() as tx:
        return measures(tx, details.doing, now=now)


class _Numbers(Collector):
    def __init__(self, found: Measures, now: datetime) -> None:
        self._found, self._now = found, now

    def collect(self) -> Iterator[Metric]:
        yield from _totals(self._found)
        yield from _spreads(self._found)
        yield from _states(self._found)
        yield from _times(self._found, self._now)
        yield _gauge("build_info", "The version that answers.", {("version",): {(__version__,): 1}})
        memory: dict[tuple[str, ...], float] = {("daemon",): self._found.memory, ("web",): resident_bytes()}
        yield _gauge(
            "resident_memory_bytes",
            "What the daemon took of the machine's memory at its last sign of life, and the process that answers "
            "takes now; the same process where the daemon serves the board. 0: not known.",
            {("part",): memory},
        )


def _totals(found: Measures) -> Iterator[Metric]:
    for name, total in TOTALS.items():
        family = CounterMetricFamily(PREFIX + name, total.meaning, labels=tuple(total.labels))
        for words, count in sorted(found.meter.totals[name].items()):
            family.add_metric(words, count)
        yield family


def _spreads(found: Measures) -> Iterator[Metric]:
    for name, spread in SPREADS.items():
        measured = found.meter.spreads[name]
        bounds = (*map(str, map(float, spread.bounds)), "+Inf")
        family = HistogramMetricFamily(PREFIX + name, spread.meaning)
        family.add_metric(
            [], buckets=list(zip(bounds, accumulate(measured.counts), strict=True)), sum_value=measured.sum
        )
        yield family


def _states(found: Measures) -> Iterator[Metric]:
    days = f"{LATELY.days} days"
    yield _gauge("feeds", "Configured feeds by how they are doing.", {("state",): _words(found.feeds)})
    yield _gauge("feeds_blind", "Feeds of which the operator was told that they cannot be read.", found.blind)
    yield _gauge("deliveries_under_way", "Deliveries in the outbox.", {("state",): _words(found.deliveries)})
    yield _gauge("held", "Incidents that wait for a channel (quiet hours, digest, cool-down).", found.held)
    yield _gauge("incidents", f"Incidents of the last {days} by grade.", {("grade",): _words(found.incidents)})
    yield _gauge("silences", "Mutes and silences in force.", found.muted)


def _times(found: Measures, now: datetime) -> Iterator[Metric]:
    def age(moment: datetime | None) -> float:
        return max((now - moment).total_seconds(), 0.0) if moment else 0.0

    def stamp(moment: datetime | None) -> float:
        return moment.timestamp() if moment else 0.0

    yield _gauge(
        "oldest_due_delivery_age_seconds", "How long the delivery is due that waits longest; 0: none is.",
        age(found.oldest_delivery),
    )  # fmt: skip
    yield _gauge(
        "oldest_held_age_seconds", "How long the incident is held back that waits longest; 0: none is.",
        age(found.oldest_held),
    )  # fmt: skip
    yield _gauge(
        "oldest_due_feed_age_seconds", "How long the feed is due that waits longest for its poll; 0: none is.",
        age(found.oldest_feed),
    )  # fmt: skip
    yield _gauge(
        "last_heartbeat_timestamp_seconds", "The daemon's last sign of life; 0: it does not run.",
        stamp(found.heartbeat),
    )  # fmt: skip
    yield _gauge("last_item_timestamp_seconds", "When the last item came; 0: never.", stamp(found.newest_item))


def _words(counts: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {(word,): count for word, count in counts.items()}


def _gauge(
    name: str, meaning: str, value: float | Mapping[tuple[str, ...], Mapping[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(PREFIX + name, meaning, value=value)
    ((labels, numbers),) = value.items()
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=labels)
    for words, number in numbers.items():
        family.add_metric(words, number)
    return family
