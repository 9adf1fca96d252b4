"""Which silence keeps a message from a channel. One function decides, for what is told and for a preview. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.attention import Matchers, Silence
from monitor.model.ledger import Report
from monitor.model.place import Place
from monitor.model.report import Level, Link

#: whether a place is this one, or lies in this country, region or group
Lies = Callable[[str, Place], bool]


def by_name(name: str, place: Place) -> bool:
    """Where no gazetteer is at hand: the place or the country itself."""
    return name in (place.id, place.country)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A message to one channel, as silences see it."""

    channel: str
    level: Level
    #: empty where it is about an item by itself
    incident: str = ""
    #: of the incident, or the targets of the item
    places: tuple[Place, ...] = ()
    #: those that send it to the channel
    rules: tuple[str, ...] = ()
    #: whose reports it rests on
    publishers: frozenset[str] = frozenset()


def silencing(silences: Iterable[Silence], aim: Aim, lies: Lies, *, now: datetime) -> Silence | None:
    """The silence that keeps the message from its channel, of several the last to end; None: it is told.

    A rule is silenced where no other rule sends to the channel, but for such as are silenced too.
    """
    met = sorted(
        (one for one in silences if one.holds(now) and meets(one.matchers, aim, lies)),
        key=lambda one: (one.over_at, one.id),
        reverse=True,
    )
    by_rule = {one.matchers.rule: one for one in reversed(met) if one.matchers.rule}
    of_all = [by_rule[rule] for rule in aim.rules if rule in by_rule]
    without = next((one for one in met if not one.matchers.rule), None)
    if without is not None:
        return without
    # as soon as the first of them ends, a rule sends again
    return min(of_all, key=lambda one: one.over_at) if of_all and len(of_all) == len(aim.rules) else None


def meets(matchers: Matchers, aim: Aim, lies: Lies) -> bool:
    """Whether a message meets all matchers; of a rule only that it is one of those that send it."""
    return (
        matchers != Matchers()
        and matchers.incident in ("", aim.incident)
        and (not matchers.rule or matchers.rule in aim.rules)
        and matchers.channel.casefold() in ("", aim.channel.casefold())
        and (matchers.level is None or aim.level.rank <= matchers.level.rank)
        and (not matchers.country or _all(aim.places, lambda place: place.country == matchers.country))
        and (not matchers.place or _all(aim.places, lambda place: lies(matchers.place, place)))
        and (not matchers.publisher or {one.casefold() for one in aim.publishers} == {matchers.publisher.casefold()})
    )


def _all(places: Sequence[Place], lies: Callable[[Place], bool]) -> bool:
    """Also a salvo is silenced only where every base of it is."""
    return bool(places) and all(lies(place) for place in places)


def publishers_of(reports: Iterable[Report]) -> frozenset[str]:
    """Whose reports an incident rests on: copies, and what was taken back as a whole, are nobody's."""
    return frozenset(one.publisher for one in reports if one.link is not Link.COPY and "*" not in one.retracted)
