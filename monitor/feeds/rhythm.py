"""What a feed's publications teach of its rhythm, and how much of a feed's polls each hour of the week is worth.

Robust on purpose: what comes within five minutes counts once (a burst, or a back-fill that is dated now), what is older
than the newest publication counted before never counts (a back-fill, an edit), and a few publications change little.
Polls find news soonest, for the same number of them, where their rate follows the square root of the rate of the
publications; so an hour with four times the news is worth twice the polls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, log, sqrt

from monitor.model.document import DateMark
from monitor.model.item import Novelty, NoveltyReason, Recognised
from monitor.model.rhythm import DAYS, HOURS, Rhythm

#: what comes within this time is one publication
BURST = timedelta(minutes=5)
#: older dates than that teach nothing of the present
MEMORY = timedelta(days=28)
#: a publication counts half after so long
_FADES = timedelta(days=21)
#: and of the recent ones half after so long
_RECENT_FADES = timedelta(minutes=60)
#: hours of the day are known after so long, weekdays after so long
_HOURS_KNOWN, _DAYS_KNOWN = timedelta(days=2), timedelta(days=14)
#: so many publications, spread evenly, are believed before any is seen
_DOUBT_HOURS, _DOUBT_DAYS = 6.0, 14.0
#: the present rate is believed as far as that many publications
_DOUBT_RECENT = 1.0
#: how far the present rate moves the worth of an hour, down and up
_LEAST_RECENT, _MOST_RECENT = 0.5, 3.0
_HELD = frozenset({NoveltyReason.FLOOD, NoveltyReason.BACKFILL})
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def publications(recognised: Sequence[Recognised], *, first: bool, now: datetime) -> list[datetime]:
    """The moments at which the entries of one document were published, as far as they can be believed.

    A date without a time of day says nothing of the hour: such an entry, and one without a date, was published now
    where it is new. Of the `first` document every dated entry counts, later only new ones that are not held back.
    """
    moments = []
    for found in recognised:
        if not first and (found.novelty not in (Novelty.NEW, Novelty.COPY) or found.reason in _HELD):
            continue
        published = found.entry.published
        timed = (
            published is not None and found.entry.date_mark is DateMark.GOOD and (published.hour or published.minute)
        )
        if published is not None and timed:
            moments.append(published)
        elif not first:
            moments.append(now)
    return moments


def rhythm_after(rhythm: Rhythm | None, recognised: Sequence[Recognised], *, now: datetime) -> Rhythm | None:
    """The rhythm after an answer that succeeded; None until the first document, every date of which teaches it.

    An answer that failed teaches nothing: nobody knows what was published then.
    """
    if rhythm is None and not recognised:
        return None
    return learned(rhythm, publications(recognised, first=rhythm is None, now=now), now=now)


def learned(rhythm: Rhythm | None, moments: Iterable[datetime], *, now: datetime) -> Rhythm:
    """The rhythm after publications at `moments`; also called with none of them, for silence teaches as well."""
    believed = sorted(moment for moment in moments if now - MEMORY < moment <= now)
    if rhythm is None:
        since = believed[0] if believed else now
        rhythm = Rhythm(since=since, counted_at=since, newest=since - BURST)
    newest, kept = rhythm.newest or rhythm.since - BURST, []
    for moment in believed:
        if moment - newest >= BURST:
            kept.append(moment)
            newest = moment
    faded = _faded(rhythm, now)
    hours, days, recent = list(faded.hours), list(faded.days), faded.recent
    for moment in kept:
        weight = 0.5 ** ((now - moment) / _FADES)
        hours[moment.hour] += weight
        days[moment.weekday()] += weight
        recent += 0.5 ** ((now - moment) / _RECENT_FADES)
    return replace(faded, hours=tuple(hours), days=tuple(days), recent=recent, newest=newest)


def _faded(rhythm: Rhythm, now: datetime) -> Rhythm:
    since = now - rhythm.counted_at
    if since <= timedelta():
        return rhythm
    left, recent_left = 0.5 ** (since / _FADES), 0.5 ** min(since / _RECENT_FADES, 60)
    return replace(
        rhythm, counted_at=now, recent=rhythm.recent * recent_left,
        hours=tuple(count * left for count in rhythm.hours), days=tuple(count * left for count in rhythm.days),
    )  # fmt: skip


def per_day(rhythm: Rhythm) -> float:
    """Publications a day of late; bursts count once."""
    age = max((rhythm.counted_at - rhythm.since) / _FADES, 1e-9)
    watched = _FADES / log(2) * (1 - exp(-age * log(2)))
    return rhythm.total / max(watched / _DAY, 0.25)


class Worth:
    """How many polls an hour of the week is worth to a feed: 1 on the average of a week, `least` at least."""

    def __init__(self, rhythm: Rhythm, *, least: float, now: datetime) -> None:
        watched = rhythm.counted_at - rhythm.since
        known = _smooth(rhythm.hours) if watched >= _HOURS_KNOWN else (0.0,) * HOURS
        self._hour_rates = _even_with(known, _DOUBT_HOURS)
        self._day_rates = _even_with(rhythm.days if watched >= _DAYS_KNOWN else (0.0,) * DAYS, _DOUBT_DAYS)
        self._hours = _roots(self._hour_rates)
        self._days = _roots(self._day_rates)
        self._least = least
        self.recent = self._recent(rhythm, now)

    def _recent(self, rhythm: Rhythm, now: datetime) -> float:
        """Whether it publishes more or less just now than it usually does at this hour, as a factor of the worth."""
        faded = _faded(rhythm, now)
        hour = now - _HOUR / 2
        usual = per_day(faded) / 24 * self._hour_rates[hour.hour] * self._day_rates[hour.weekday()]
        expected = usual * (_RECENT_FADES / _HOUR) / log(2)
        factor = sqrt((faded.recent + _DOUBT_RECENT) / (expected + _DOUBT_RECENT))
        return min(max(factor, _LEAST_RECENT), _MOST_RECENT)

    def usual(self, moment: datetime) -> float:
        """What the hour of `moment` is worth by habit alone."""
        return self._least + (1 - self._least) * self._hours[moment.hour] * self._days[moment.weekday()]

    def at(self, moment: datetime) -> float:
        """What it is worth with what happens just now."""
        share = self._hours[moment.hour] * self._days[moment.weekday()] * self.recent
        return self._least + (1 - self._least) * share

    def wait(self, interval: timedelta, longest: timedelta, *, now: datetime) -> timedelta:
        """The time after which one poll is earned, where an hour worth 1 earns one each `interval`."""
        needed, moment = interval / _HOUR, now
        while True:
            end = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
            rate = self.at(moment)
            earned = (end - moment) / _HOUR * rate
            if earned >= needed:
                return min(moment + _HOUR * (needed / rate) - now, longest)
            if end - now >= longest:
                return longest
            needed -= earned
            moment = end

    def wakes_at(self, now: datetime) -> datetime | None:
        """The full hour in the next day from which on it publishes as usual; None where none is near."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        for later in range(1, 25):
            if self.usual(hour + later * _HOUR) >= 1:
                return hour + later * _HOUR
        return None


def _smooth(hours: Sequence[float]) -> tuple[float, ...]:
    """Neighbours share: a newsroom is not asleep one minute before its hour, and clocks change in spring."""
    return tuple(
        hours[hour - 1] / 4 + hours[hour] / 2 + hours[(hour + 1) % len(hours)] / 4 for hour in range(len(hours))
    )


def _even_with(counts: Sequence[float], doubt: float) -> tuple[float, ...]:
    """Rates with a mean of 1; the fewer the counts, the more even."""
    total, size = sum(counts), len(counts)
    return tuple((count * size + doubt) / (total + doubt) for count in counts)


def _roots(rates: Sequence[float]) -> tuple[float, ...]:
    roots = [sqrt(rate) for rate in rates]
    mean = sum(roots) / len(roots)
    return tuple(root / mean for root in roots)
