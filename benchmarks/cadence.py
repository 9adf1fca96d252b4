"""How late news is found and how often feeds are asked: adaptive waits against fixed ones, over recorded publications.

Usage: python benchmarks/cadence.py [--documents FOLDER_OR_TAR] [--streams ITEMS.jsonl[.gz] …] [--seeds N]

A feed's publications are the dates of the entries of a document, or of the items of one `source` of a stream
(`published` with a time of day); without arguments twelve invented feeds. The first third of them stands in the feed's
first document; of the rest each is found by the first poll after it. Only the last six weeks of a feed count, and feeds
with at least 12 publications over more than a day. What a feed is asked by is `next_poll`, the program's own function,
which sees a publication when a poll has found it and not before. All feeds of one table begin together and share
their polls (`fair_rate`), as far as their rhythms are learned by then. The polls of one feed are spread anew for each
seed. "of a feed" is the mean of the feeds' own mean delays: there a feed with little news counts like one with much.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
import random
import statistics
import tarfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from monitor.feeds.cadence import Circumstance, fair_rate, next_poll
from monitor.feeds.parse.parser import parse
from monitor.feeds.rhythm import learned, per_day
from monitor.model.document import DateMark, NotModified, ParsedFeed
from monitor.model.feed import Feed, FeedState
from monitor.model.rhythm import Rhythm

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LAST, LEAST_MOMENTS, SHOWN_FIRST = timedelta(days=42), 12, 100
#: how often the feeds' shares of all polls are worked out anew
FAIR_AGAIN = timedelta(hours=6)


@dataclass(frozen=True)
class Recording:
    """The publications of one feed, in order."""

    name: str
    moments: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        """The first poll; what came before stands in the first document."""
        return self.moments[len(self.moments) // 3]


@dataclass
class Result:
    """What one way of asking came to."""

    delays: list[float] = field(default_factory=list)
    means: list[float] = field(default_factory=list)
    polls: int = 0
    days: float = 0.0


def recording(name: str, moments: Iterable[datetime]) -> Recording | None:
    ordered = sorted(set(moments))
    ordered = [moment for moment in ordered if moment > ordered[-1] - LAST]
    if len(ordered) < LEAST_MOMENTS:
        return None
    made = Recording(name, tuple(ordered))
    return made if ordered[-1] - made.start > DAY else None


def of_documents(path: Path) -> Iterator[Recording]:
    now = datetime.now(UTC)
    for name, body in _bodies(path):
        parsed = parse(body, content_type=None, base_url="https://feed.example/", now=now)
        if not isinstance(parsed, ParsedFeed):
            continue
        dated = (entry.published for entry in parsed.entries if entry.date_mark is DateMark.GOOD)
        if made := recording(name, (moment for moment in dated if moment and (moment.hour or moment.minute))):
            yield made


def _bodies(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        yield from ((file.name, file.read_bytes()) for file in sorted(path.rglob("*")) if file.is_file())
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if (held := archive.extractfile(member)) is not None:
                yield member.name, held.read()


def of_stream(path: Path) -> Iterator[Recording]:
    by_source: dict[str, list[datetime]] = defaultdict(list)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            item = json.loads(line)
            if moment := _moment(str(item.get("published") or "")):
                by_source[item.get("source") or ""].append(moment)
    for source, moments in sorted(by_source.items()):
        if all(not moment.minute % 15 and not moment.second for moment in moments):
            # dates in steps of a quarter of an hour: the moment lies somewhere in it
            chance = random.Random(source)
            moments = [moment + 15 * MINUTE * chance.random() for moment in moments]
        if made := recording(source, moments):
            yield made


def _moment(text: str) -> datetime | None:
    if ":" not in text:
        return None
    try:
        moment = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def invented() -> Iterator[Recording]:
    """Twelve feeds: around the clock, office hours, one briefing a day, bursts, a weekly, one that falls silent."""
    day = [1.0] * 24
    office = [0.02 if hour < 6 or hour > 17 else 2.0 for hour in range(24)]
    evening = [0.1 if 2 <= hour < 10 else 1.0 if hour < 16 else 2.0 for hour in range(24)]
    briefing = [12.0 if hour == 9 else 0.05 for hour in range(24)]
    shapes = {"round the clock": day, "office": office, "evening": evening, "briefing": briefing}
    for name, shape in shapes.items():
        for daily in (2.0, 12.0, 90.0):
            chance = random.Random(f"{name} {daily}")
            if made := recording(f"{name}, {daily:g} a day", _drawn(shape, daily, chance)):
                yield made


def _drawn(shape: Sequence[float], daily: float, chance: random.Random) -> Iterator[datetime]:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    for hours in range(28 * 24):
        hour = begin + timedelta(hours=hours)
        weekend = 0.4 if hour.weekday() >= 5 else 1.2
        expected = daily / sum(shape) * shape[hour.hour] * weekend
        story = chance.random() < 0.02  # something happens: four times as much for an hour
        for _ in range(60):
            if chance.random() < expected * (4 if story else 1) / 60:
                first = hour + timedelta(hours=1) * chance.random()
                yield from (
                    first + 20 * copy * timedelta(seconds=1) for copy in range(3 if chance.random() < 0.1 else 1)
                )


def first_rhythm(made: Recording) -> Rhythm:
    return learned(None, _first_document(made), now=made.start)


def _first_document(made: Recording) -> Sequence[datetime]:
    return made.moments[: bisect_right(made.moments, made.start)][-SHOWN_FIRST:]


class Asked:
    """One feed between its first document and its last publication."""

    def __init__(self, made: Recording, feed: Feed, seed: int) -> None:
        self.made, self.feed = made, feed
        self.chance = random.Random(f"{made.name} {seed}")
        self.state = FeedState(feed_id=self.chance.randrange(1_000_000), name=feed.name)
        self.now, self.rhythm = made.start, first_rhythm(made)
        self.found = bisect_right(made.moments, made.start)
        self.delays: list[float] = []

    @property
    def since_start(self) -> timedelta:
        return self.now - self.made.start

    @property
    def is_over(self) -> bool:
        return self.now > self.made.moments[-1]

    def poll(self, fair: float | None, result: Result) -> None:
        """The next poll, and what it finds."""
        by = Circumstance(rhythm=self.rhythm, fair=fair)
        spread = self.chance.random()
        following = next_poll(self.feed, self.state, NotModified(), now=self.now, offline=False, spread=spread, by=by)
        self.now = following.at
        until = bisect_right(self.made.moments, self.now)
        new = self.made.moments[self.found : until]
        self.found = until
        self.delays += [(self.now - moment) / MINUTE for moment in new]
        result.polls += 1
        if self.feed.min_interval is not None:
            self.rhythm = learned(self.rhythm, new, now=self.now)


def simulate(recordings: Sequence[Recording], feed: Feed, seed: int, result: Result) -> None:
    """All feeds at once, each from its own first poll on."""
    runs = [Asked(made, feed, seed) for made in recordings]
    due = [(run.since_start, number) for number, run in enumerate(runs)]
    heapq.heapify(due)
    fair, next_fair = None, timedelta()
    while due:
        since, number = heapq.heappop(due)
        if since >= next_fair:
            live = [per_day(run.rhythm) for run in runs if not run.is_over]
            fair, next_fair = fair_rate(live), since + FAIR_AGAIN
        run = runs[number]
        run.poll(fair, result)
        if not run.is_over:
            heapq.heappush(due, (run.since_start, number))
    for run in runs:
        result.delays += run.delays
        result.means.append(statistics.mean(run.delays))
        result.days += run.since_start / DAY


def ways() -> Iterator[tuple[str, Feed]]:
    for minutes in (5, 15):
        feed = Feed(name="f", url="https://feed.example/", interval=minutes * MINUTE)
        yield f"fixed {minutes} min", feed
        yield (
            f"adaptive {minutes} min",
            Feed(name="f", url="https://feed.example/", interval=minutes * MINUTE, min_interval=MINUTE),
        )


def table(title: str, recordings: Sequence[Recording], seeds: int) -> None:
    count = sum(len(made.moments) for made in recordings)
    print(f"\n{title}: {len(recordings)} feeds, {count} publications")
    if not recordings:
        return
    print("| wait | median delay, min | 95th percentile | mean | of a feed | requests a day and feed |")
    print("|---|---|---|---|---|---|")
    for name, feed in ways():
        result = Result()
        for seed in range(seeds):
            simulate(recordings, feed, seed, result)
        print(_row(name, result), flush=True)


def _row(name: str, result: Result) -> str:
    late = statistics.quantiles(result.delays, n=20)[-1]
    figures = (statistics.median(result.delays), late, statistics.mean(result.delays), statistics.mean(result.means))
    return f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} | {result.polls / result.days:.1f} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=Path, help="a folder or an archive of feed documents")
    arguments.add_argument("--streams", type=Path, nargs="*", default=[], help="streams of items with source and date")
    arguments.add_argument("--seeds", type=int, default=2, help="rounds with other spreading, 2 without it")
    told = arguments.parse_args()
    tables: Mapping[str, list[Recording]] = {
        "invented feeds": list(invented()),
        **({"documents": list(of_documents(told.documents))} if told.documents else {}),
        **({"streams": [made for path in told.streams for made in of_stream(path)]} if told.streams else {}),
    }
    for title, recordings in tables.items():
        table(title, recordings, told.seeds)
    if len(tables) > 1:
        table("all together", [made for recordings in tables.values() for made in recordings], 1)


if __name__ == "__main__":
    main()
