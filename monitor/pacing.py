"""What the waits of all feeds go by: how they share the polls, and which incidents are open; and the feeds that an
incident which has just opened concerns are asked sooner.

    incidents of late, who reported them, their countries → Stir → alarm_of(feed) → hastened
    rhythms of the feeds that adapt                       → fair_rate

What it asks of the database is little, and the same for ten feeds and for ten thousand where no incident is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.feeds.cadence import STIRRED, alarm_of, fair_rate, hastened
from monitor.feeds.rhythm import learned, per_day
from monitor.model.feed import Feed
from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.model.place import Place
from monitor.model.rhythm import Pacing, Rhythm, Stir
from monitor.rules.gazetteer import Gazetteer
from monitor.store.store import Transaction

#: incidents of an earlier local date stir nobody, whoever writes of them still
_OLDEST = timedelta(days=2)
#: publishers of one incident, and of all of them, whose feeds are asked sooner: those that had it first, of the newest
MOST_PUBLISHERS, MOST_PUBLISHERS_OF_ALL = 30, 100
#: feeds from which the shares of all are worked out
_SAMPLE = 1000
#: what a feed that is asked each `min_interval` waits at most, in times of that
_JUST_ASKED = 1.1


def pacing_of(tx: Transaction, feeds: Sequence[Feed], gazetteer: Gazetteer, *, now: datetime) -> Pacing:
    """Both, for one pass over the feeds."""
    return Pacing(fair=fair_of(feeds, tx.rhythms(), now=now), stirs=stirs_of(tx, gazetteer, now=now))


def fair_of(feeds: Iterable[Feed], rhythms: Mapping[str, str], *, now: datetime) -> float | None:
    """The publications a day of a feed that gets just its share; `rhythms` are the texts by feed.

    Worked out from a thousand feeds where there are more. It takes tens of milliseconds: not for the event loop.
    """
    adapting = [feed for feed in feeds if feed.min_interval is not None and rhythms.get(feed.name)]
    some = adapting[:: -(-len(adapting) // _SAMPLE) or 1]
    rates, intervals = [], []
    for feed in some:
        if (rhythm := Rhythm.from_text(rhythms[feed.name])) is not None:
            rates.append(per_day(learned(rhythm, (), now=now)))
            intervals.append(feed.interval)
    return fair_rate(rates, intervals)


def stirs_of(tx: Transaction, gazetteer: Gazetteer, *, now: datetime) -> tuple[Stir, ...]:
    """What the open incidents stir together: where they are, and who had them first. Empty where none is open.

    One value for all, for every poll asks it. To be asked again each minute: it does not know when each of them closes.
    """
    open_now = [one for one in tx.incidents((now - _OLDEST).date()) if _is_open(one, now)]
    if not open_now:
        return ()
    open_now.sort(key=_last_report, reverse=True)
    reporters = tx.reporters([one.id for one in open_now], now - STIRRED)
    first = dict.fromkeys(name for one in open_now for name in reporters.get(one.id, ())[:MOST_PUBLISHERS])
    places = {(place.id, place.country): place for one in open_now for place in one.places}
    return (
        Stir(
            at=_last_report(open_now[0]),
            regions=frozenset(word for place in places.values() for word in words_of(place, gazetteer)),
            publishers=frozenset(list(first)[:MOST_PUBLISHERS_OF_ALL]),
        ),
    )


def _is_open(incident: Incident, now: datetime) -> bool:
    """Somebody was told of it, or is to be; it stands, and was reported of late."""
    if incident.imported or incident.grade in (Grade.DENIED, Grade.RETRACTED):
        return False
    return (incident.told or incident.level.tells) and abs(now - _last_report(incident)) <= STIRRED


def _last_report(incident: Incident) -> datetime:
    return max(incident.opened_at, incident.last_report_at or incident.opened_at)


def words_of(place: Place, gazetteer: Gazetteer) -> set[str]:
    """The words, casefolded, that feeds of its parts have as tags: its country by code and names, its regions.

    `Saudi Arabia` is also `saudi-arabia`, as ids are written.
    """
    names = {place.country} if place.country else set()
    if (country := gazetteer.countries.get(place.country)) is not None:
        names |= {country.name, *country.names}
    for region in gazetteer.regions.values():
        if gazetteer.is_in_region(region.id, place):
            names |= {region.id, region.name, *region.names}
    folded = {name.casefold() for name in names}
    return folded | {name.replace(" ", "-") for name in folded}


def hasten_concerned(
    tx: Transaction, feeds: Iterable[Feed], stirs: Sequence[Stir], *, now: datetime, spread: Callable[[], float]
) -> list[str]:
    """Moves the next polls of waiting feeds forward of which an open incident may bring something; their names.

    Those that are asked within `min_interval` anyway are left alone, so it may be called again and again. `spread`
    gives a number in [0, 1) for each feed. Writes, but only where something changes.
    """
    concerned = {
        feed.name: feed
        for feed in feeds
        if feed.min_interval is not None and alarm_of(feed, stirs, now=now) is not None
    }
    if not concerned:
        return []
    soon = min(feed.min_interval or feed.interval for feed in concerned.values())
    moved = {}
    for state in tx.waiting(concerned, beyond=now + soon * _JUST_ASKED):
        feed = concerned[state.name]
        soon_enough = now + (feed.min_interval or feed.interval) * _JUST_ASKED
        if state.next_poll_at is None or state.next_poll_at <= soon_enough:
            continue
        if (at := hastened(feed, state, now=now, spread=spread())) is not None:
            moved[state.name] = at
    if moved:
        tx.poll_at(moved)
    return list(moved)
