"""Which incident an item belongs to: one attack on one place (a salvo: on several) in one window of local dates.

**Identity** is the place and the window, never the likeness of two headlines alone: likeness merges two bases that were
attacked on one day, and splits two wordings of one attack. Attack, foiled attack and claim are one kind of event, so
all reports of it meet in one incident; an embassy and a base are different places and stay apart.

**The window.** A report belongs to an incident at its place when it tells of the same local day, or when it says no day
and comes within 18 hours of the incident's opening: papers still write of an evening attack the next noon, and
18 hours keep nightly attacks apart. A report that *states* another day ("on Tuesday", "January 20") tells of another
attack, with one exception: the day before the incident's, because early reports around midnight carry the later day.

**Several attacks of one day** at one place are told apart by what the reports say: a further attack, another numbered
wave, another hour, another weapon and toll, or a reply to the own side's answer to the first one (`candidates.py`). Of
several incidents that a report could be of, it joins the one that fits best by day, attacker, weapon and words.

**Places told with less precision.** A country alone is a place: a report that names only the country joins the open
incident of that country (the likeliest, where there are several) and no other country's. One that names the base joins
an open incident of the country that has no base yet, and gives it its place; in both cases only where nothing
contradicts (`agreement.py`). Where no place is told at all, or only a region, the two must agree in words or in
attacker and weapon: a wrong join swallows an alert, a wrong split costs one message more.

**A salvo** keeps all its places. A report that names one of them joins it, and adds those that it names beside it; one
that names another place joins an incident of several places where attacker and weapon are the same. Two incidents that
opened nearly together and that a later report names together become one.

**What comes later.** A claim joins the latest unclaimed incident at its place up to four days after it. Tolls,
withdrawals, denials, answers and accounts attach to the attack that they mean and open nothing (`later.py`).

**People** have the last word: an incident that was merged by hand answers with the one it went into, and two that were
put apart never become one again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from monitor.incidents.agreement import (
    SAME_WORDS,
    Sides,
    agreement,
    attackers,
    contradiction,
    likeness,
    most_exact,
    other_weapons,
)
from monitor.incidents.candidates import (
    News,
    best,
    in_window,
    is_reply,
    of_other_wave,
    refused,
    repeats_other_day,
    said_beside,
)
from monitor.incidents.joining import joined, larger, union
from monitor.incidents.later import attach, link_of
from monitor.incidents.salvo import MOST_PLACES, Nearness, added, exact, meets, one_salvo
from monitor.model.incident import MOST_TITLES, Incident, Relation, RelationKind
from monitor.model.item import Item
from monitor.model.ledger import NO_RULINGS, Rulings
from monitor.model.place import Place, region_of, unplaced
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Level, Link

#: a claim belongs to an attack at most so many days before it
LATER_DAYS = 4
#: the share of its words that an edited headline keeps at least
_SAME_STORY = 0.2
_SALVO = "attacker and weapon of a salvo on several places, same local date"
#: the incident that a report joins, and why
Found = tuple[Incident, str] | None


def relate(
    item: Item,
    classification: Classification,
    incidents: Sequence[Incident],
    *,
    zone_of: Callable[[str], str],
    sides: Sides = lambda actor: frozenset({actor}),
    near: Nearness = lambda town, place: False,  # noqa: ARG005
    own: str | None = None,
    rulings: Rulings = NO_RULINGS,
    alike: Sequence[str] = (),
) -> Relation:
    """The incident that `item` opens or joins; `own` is the one that an edited item already belongs to.

    `incidents` may hold any incidents in any order; those outside the window are passed over. `sides` gives an actor
    with those that it belongs to; `near` tells whether the first is a town that was looked up and the second stands
    beside it; `rulings` are what people put right; `alike` are ids of incidents of which a report has nearly the same
    text, the likeliest first. The answer carries the incident as the item leaves it: a place made
    exact, places of the same salvo, weapons and claims added, the highest toll.
    """
    act, facts = classification.act, classification.facts
    if classification.old_news:
        act = Act.ATTACK
    if is_of_none(classification):  # most news: nothing is sorted and compared for it
        return Relation(kind=RelationKind.NONE, reason=f"an item of act {act} opens no incident")
    own = rulings.merged.get(own, own) if own is not None else None
    latest = sorted(incidents, key=lambda i: (i.opened_at, i.id), reverse=True)
    latest = [one for one in latest if not one.merged_into and one.id not in rulings.merged]
    places = facts.targets
    day = facts.date or _local_day(item, zone_of(places[0].id) if places else "UTC")
    news = News(item=item, act=act, facts=facts, places=places, day=day, sides=sides, rulings=rulings)
    if act not in INCIDENT_ACTS:
        return _attached(news, latest, own, zone_of)
    if classification.rule is None and own is None and not classification.old_news:
        return Relation(kind=RelationKind.NONE, reason="no rule asks for it, so it opens and joins no incident")
    open_ones = [one for one in latest if in_window(one, news) and not refused(one, news)]
    found = _found(news, latest, open_ones, near, own, alike)
    if found is None and (counted := _recounted(news, latest)) is not None:
        return Relation(
            kind=RelationKind.JOINS,
            incident=_with(counted, news, counted.places),
            reason=f"a later count of the attack there on {counted.date}",
            link=Link.TOLL,
        )
    if found is None:
        level = Level.DIGEST if classification.old_news else classification.level or Level.DIGEST
        opened = _open(news, level, {*(one.id for one in incidents), *rulings.merged, *rulings.merged.values()})
        return Relation(
            kind=RelationKind.OPENS,
            incident=replace(opened, answers=_replied_to(news, latest)),
            reason="no incident there on that day",
            link=_LINKS.get(act, Link.REPORT),
            quiet=classification.old_news,
        )
    return _joined(news, found, open_ones, near, quiet=classification.old_news)


def is_of_none(classification: Classification) -> bool:
    """Whatever is known, the item belongs to no incident: it tells of no attack, and of nothing that follows one."""
    act = classification.act
    return not classification.old_news and act not in INCIDENT_ACTS and link_of(act, classification.facts) is None


#: what a report is to its incident, where it is more than a report
_LINKS = {Act.CLAIM: Link.CLAIM}


def _attached(news: News, latest: Sequence[Incident], own: str | None, zone_of: Callable[[str], str]) -> Relation:
    """What tells of a known attack without being a report of one: it attaches, and opens nothing."""
    answer = attach(news, latest, own=own, today=lambda place: _local_day(news.item, zone_of(place)))
    if answer.incident is None:
        return Relation(kind=RelationKind.NONE, reason=answer.reason, link=answer.link)
    known, facts, link = answer.incident, news.facts, answer.link
    if link is Link.TOLL:
        known = _with(known, news, known.places)
        if facts.corrects:
            killed, wounded = (
                old if new is None else new
                for old, new in ((known.killed, facts.killed), (known.wounded, facts.wounded))
            )
            known = replace(known, killed=killed, wounded=wounded)
    elif link is Link.RETALIATION:
        known = replace(known, answered_at=min(known.answered_at or news.item.reported, news.item.reported))
    elif link is Link.DENIAL:
        known = replace(known, denied_by=union(known.denied_by, facts.denied_by))
    return Relation(kind=RelationKind.JOINS, incident=known, reason=answer.reason, link=link)


def _joined(
    news: News, found: tuple[Incident, str], open_ones: Sequence[Incident], near: Nearness, *, quiet: bool
) -> Relation:
    joined, reason = found
    others = [one for one in open_ones if one.id != joined.id]
    same = one_salvo(joined, others, news.places, news.sides, news.rulings)
    if same:  # the older one stays, with what the younger ones know
        joined, *rest = sorted((joined, *same), key=lambda one: (one.opened_at, one.id))
        joined, same = _merged(joined, rest), rest
    elsewhere = {place.id for other in others if other not in same for place in other.places}
    further = added(joined, news.places, elsewhere, near, linked=reason == _SALVO)
    return Relation(
        kind=RelationKind.JOINS,
        incident=_with(joined, news, exact(joined, news.places, further, near)),
        reason=reason,
        added=tuple(place.name for place in further),
        link=_LINKS.get(news.act, Link.REPORT),
        quiet=quiet,
        merges=tuple(one.id for one in same),
    )


def _local_day(item: Item, zone: str) -> date:
    return item.reported.astimezone(ZoneInfo(zone)).date()


def _found(
    news: News,
    latest: Sequence[Incident],
    open_ones: Sequence[Incident],
    near: Nearness,
    own: str | None,
    alike: Sequence[str],
) -> Found:
    known = next((incident for incident in latest if incident.id == own), None)
    if known is not None and not _replaced(known, news):
        return known, "the same article, edited"
    return (
        _same_place(open_ones, news)
        or _vaguer_place(open_ones, news, near)
        or _same_salvo(open_ones, news)
        or _same_text(open_ones, news, alike)
        or _no_place(open_ones, news)
        or _claimed_later(latest, news)
    )


def _replaced(known: Incident, news: News) -> bool:
    """The article tells another story under its old address: it contradicts its incident and shares no words."""
    return bool(contradiction(news.facts, known, news.sides)) and likeness(news.item.title, known)[1] < _SAME_STORY


def _same_place(incidents: Sequence[Incident], news: News) -> Found:
    """An incident at a base of the report, the base that it names first before the others."""
    for place in news.places:
        there = [one for one in incidents if any(place.id == known.id for known in one.places)]
        if there and not place.is_vague and (known := best(there, news)) is not None:
            return known, "same place, same local date"
    return None


def _vaguer_place(incidents: Sequence[Incident], news: News, near: Nearness) -> Found:
    """A report of a country or a town joins what is open there; a report of a base makes such an incident exact."""
    for number, place in enumerate(news.places):
        # a country that a report names behind others says little by itself
        there = [
            one
            for one in incidents
            if meets(place, one, near)
            and not news.differs(one)
            and (number == 0 or news.has_weapon(one) or news.has_attacker(one))
        ]
        incident = best(there, news)
        if incident is not None:
            vague = place.is_vague or any(known.is_vague for known in incident.places)
            what = f"same country ({place.country})" if vague else f"beside {place.name}"
            return incident, f"{what}, same local date"
    return None


def _same_salvo(incidents: Sequence[Incident], news: News) -> Found:
    """Another place of a salvo: an incident of several places by the same attacker, with the same weapon."""
    there = [one for one in incidents if one.more_places and news.has_weapon(one) and news.has_attacker(one)]
    incident = best(there, news) if news.places else None
    return (incident, _SALVO) if incident is not None else None


def _same_text(incidents: Sequence[Incident], news: News, alike: Sequence[str]) -> Found:
    """A copy whose headline, or whose editor, left the place out: nearly the words of a report of the incident."""
    bases = {place.id for place in news.places if not place.is_vague}
    for id in alike:
        known = next((one for one in incidents if one.id == id), None)
        if known is not None and not bases and not contradiction(news.facts, known, news.sides):
            return known, "nearly the same text as a report of it"
    return None


def _no_place(incidents: Sequence[Incident], news: News) -> Found:
    """Where the report or the incident has no place: the one that agrees most with it, if nothing contradicts."""
    most: tuple[float, ...] = ()
    found = None
    placeless = all(place.is_unplaced or region_of(place.id) for place in news.places)
    for incident in incidents:
        if not placeless and not incident.places[0].is_unplaced:
            continue
        much, why = agreement(news.facts, news.item.title, incident, news.sides)
        if not much or of_other_wave(incident, news) or contradiction(news.facts, incident, news.sides):
            continue
        if repeats_other_day(incident, news) and likeness(news.item.title, incident)[1] < SAME_WORDS:
            continue
        rank = (much, *news.fit(incident))
        if rank > most:
            most, found = rank, (incident, f"no place is told; {why}, same local date")
    return found


def _claimed_later(incidents: Sequence[Incident], news: News) -> Found:
    """A claim without a day of its own, some days behind the attack at its place that nobody claimed."""
    if news.act is not Act.CLAIM or news.facts.date_stated:
        return None
    ids = {place.id for place in news.places if not place.is_vague}
    known = next(
        (
            incident
            for incident in incidents
            if 0 <= (news.day - incident.date).days <= LATER_DAYS
            and not ids.isdisjoint(place.id for place in incident.places)
            and not refused(incident, news)
        ),
        None,
    )
    if known is None or known.claimed_by or news.differs(known):
        return None
    return known, f"a claim of the attack there on {known.date}, which nobody had claimed"


def _recounted(news: News, latest: Sequence[Incident]) -> Incident | None:
    """The attack of these days at the base whose victims a report counts, though it tells of it as of an attack."""
    if news.act is not Act.ATTACK or not news.facts.recounts or news.facts.again or news.facts.date_stated:
        return None
    ids = {place.id for place in news.places if not place.is_vague}
    return next(
        (
            one
            for one in latest
            if 0 <= (news.day - one.date).days <= LATER_DAYS
            and not ids.isdisjoint(place.id for place in one.places)
            and not other_weapons(news.facts, one)
            and not refused(one, news)
        ),
        None,
    )


def _replied_to(news: News, latest: Sequence[Incident]) -> tuple[str, ...]:
    """The answered incident that a report which opens its own replies to, if there is one."""
    return tuple(one.id for one in latest if in_window(one, news) and is_reply(one, news))[:1]


def _open(report: News, level: Level, taken: Set[str]) -> Incident:
    facts = report.facts
    place, *more = report.places[:MOST_PLACES] or (unplaced(),)
    return Incident(
        id=_new_id(report.day, place, taken),
        place_id=place.id,
        place_name=place.name,
        country=place.country,
        more_places=tuple(more),
        date=report.day,
        opened_at=report.item.reported,
        act=report.act,
        level=level,
        weapons=facts.weapons,
        claimed_by=_exactly(facts.claimed_by, report),
        attributed_to=_exactly(facts.attributed_to, report),
        named=(*facts.named, *said_beside(report)),
        killed=facts.killed,
        wounded=facts.wounded,
        first_title=report.item.title,
        titles=(report.item.title,),
        last_report_at=report.item.reported,
        launched=facts.launched,
        intercepted=facts.intercepted,
        denied_by=facts.denied_by,
    )


def _new_id(day: date, place: Place, taken: Set[str]) -> str:
    """`2026-11-21-ain-al-asad`; a country by its name, `unplaced` where nobody says which; `-2` for a second one."""
    by_name = place.is_vague and not place.is_unplaced
    name = re.sub(r"[^a-z0-9]+", "-", place.name.casefold()) if by_name else place.id
    found = base = f"{day.isoformat()}-{name}"
    numbers = count(2)
    while found in taken:
        found = f"{base}-{next(numbers)}"
    return found


def _with(incident: Incident, news: News, places: Sequence[Place]) -> Incident:
    """The incident at `places` with what this report adds; its id, date and opening stay."""
    first, *more = places
    facts, title, reported = news.facts, news.item.title, news.item.reported
    claimed = union(incident.claimed_by, _exactly(facts.claimed_by, news))
    blamed = union(incident.attributed_to, _exactly(facts.attributed_to, news))
    titles = incident.titles if title in incident.titles else (*incident.titles, title)[-MOST_TITLES:]
    return replace(
        incident,
        place_id=first.id,
        place_name=first.name,
        country=first.country,
        more_places=tuple(more),
        act=Act.ATTACK if news.act is Act.ATTACK else incident.act,
        weapons=union(incident.weapons, facts.weapons),
        claimed_by=claimed,
        attributed_to=tuple(actor for actor in blamed if actor not in claimed),
        named=union(incident.named, (*facts.named, *said_beside(news))),
        killed=larger(incident.killed, facts.killed),
        wounded=larger(incident.wounded, facts.wounded),
        launched=larger(incident.launched, facts.launched),
        intercepted=larger(incident.intercepted, facts.intercepted),
        denied_by=union(incident.denied_by, facts.denied_by),
        titles=titles,
        last_report_at=max(incident.last_report_at or incident.opened_at, reported),
    )


def _merged(one: Incident, others: Sequence[Incident]) -> Incident:
    """The older incident with what is known of those that a report shows to be the same salvo."""
    for other in others:
        one = joined(one, other, most_places=MOST_PLACES)
    return one


def _exactly(actors: Sequence[str], news: News) -> tuple[str, ...]:
    """Those of its attackers that are not only the state of another: "Iran's Guards" are not all of Iran."""
    states = attackers(news.facts) - most_exact(attackers(news.facts), news.sides)
    return tuple(actor for actor in actors if actor not in states)
