"""What comes later and tells of an attack that is known: a toll, a withdrawal, a denial, an answer, an analysis.

Such a report attaches to its incident and opens none. It finds it by the day that it states ("Monday's attack"), and
that day at the place before the day before it, since a night has two days; without one it means the latest attack at
the place. Where it names no place, attackers or words must say which attack is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.incidents.agreement import attackers, contradiction, likeness
from monitor.incidents.candidates import News, best
from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.model.place import Place, country_of
from monitor.model.report import Act, Facts, Link

#: how many days before it the attack can lie that a report names by its day; injuries are found weeks later
_STATED_DAYS = {Link.TOLL: 60, Link.DENIAL: 30}
_OTHER_STATED_DAYS = 14
#: the same where it states no day
_LATEST_DAYS = 4
#: an answer comes within a week to those that it strikes, within three days in their country
_ANSWER_DAYS, _ANSWER_COUNTRY_DAYS = 7, 3
#: words of a headline that an answer shares with the one that it answers
_ANSWER_WORDS, _ANSWER_LIKE = 3, 0.2
_ANSWER_WINDOW = timedelta(hours=24)
#: a blast is explained at most so long after it was told; one that was told with a weapon, an attacker or victims only
#: where an attack is ruled out soon, and no official has confirmed it
_EXPLAINED_WITHIN, _RULED_OUT_WITHIN = timedelta(hours=24), timedelta(hours=6)
_EXPLANATIONS = frozenset({Act.ACCIDENT, Act.EXERCISE})
_NAMES = {
    Link.TOLL: "a later toll",
    Link.RETRACTION: "a withdrawal",
    Link.DENIAL: "a denial",
    Link.RETALIATION: "the answer",
    Link.ANALYSIS: "an account",
}
_UNKNOWN = {
    Link.TOLL: "a new toll of no attack that is known",
    Link.RETRACTION: "it withdraws a report of no attack that is known",
    Link.DENIAL: "it denies no attack that is known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The incident that a later report tells of; None where none is known."""

    incident: Incident | None = None
    reason: str
    link: Link = Link.REPORT


def attach(news: News, latest: Sequence[Incident], *, own: str | None, today: Callable[[str], date]) -> Attached:
    """The incident of a report that is none of an attack; `latest` begins with the newest.

    `today` gives the day of the report at a place.
    """
    link = link_of(news.act, news.facts)
    if link is None:
        return Attached(reason=f"an item of act {news.act} opens no incident")
    known = next((one for one in latest if one.id == own), None)
    if known is not None:
        return Attached(incident=known, reason="the same article, edited", link=link)
    past = [one for one in latest if one.opened_at <= news.item.reported or one.date <= news.day]
    if news.act in _EXPLANATIONS and link is Link.RETRACTION:
        past = [one for one in past if _is_explained(one, news)]
    known = _answered(news, past) if link is Link.RETALIATION else _told_of(news, past, link, today)
    if known is None:
        reason = _UNKNOWN.get(link, f"an item of act {news.act} opens no incident")
        return Attached(reason=reason, link=link)
    return Attached(incident=known, reason=f"{_NAMES[link]} of the attack there on {known.date}", link=link)


def link_of(act: Act, facts: Facts) -> Link | None:
    """What a report that is none of an attack is to one; None for most news, which has to do with none."""
    if act is Act.TOLL:
        return Link.TOLL
    if act is Act.RETRACTION or facts.withdrawn:
        return Link.RETRACTION
    if act is Act.RETALIATION:
        return Link.RETALIATION
    if facts.denies or facts.denied_by:
        return Link.DENIAL
    return Link.ANALYSIS if act is Act.BACKGROUND else None


def _is_explained(incident: Incident, news: News) -> bool:
    """What was taken for an attack may be the blast that is told to be none: not one of which more is known."""
    known = incident.weapons or attackers(incident) or incident.killed or incident.wounded
    since = news.item.reported - incident.opened_at
    if not known:
        return since <= _EXPLAINED_WITHIN
    ruled_out = news.facts.denies == "event" and incident.grade != Grade.CONFIRMED
    return bool(ruled_out) and since <= _RULED_OUT_WITHIN


def _told_of(news: News, past: Sequence[Incident], link: Link, today: Callable[[str], date]) -> Incident | None:
    """The attack at the place that the report names, of the day that it states, else the latest there."""
    places = [place for place in news.facts.places if place.role != "origin" and not place.is_unplaced]
    bases = [place for place in places if not place.is_vague]
    for exact, group in ((True, bases), (False, places)):
        # a country says little: without a stated day only what agrees with it otherwise
        if not exact and link is Link.ANALYSIS:
            break
        found = [one for one in past if _is_at(one, group) and (exact or not news.differs(one))]
        if news.facts.date_stated and news.facts.date is not None:
            known = _of_day(found, news, news.facts.date, link)
        else:
            known = _recent(found, today(group[0].id)) if group else None
        if known is not None:
            return known
    if not places and link is not Link.ANALYSIS:
        return _without_place(news, past, link)
    return None


def _of_day(found: Sequence[Incident], news: News, day: date, link: Link) -> Incident | None:
    """Of the stated day; else of the day after, which a report around midnight gave it; else of the day before."""
    oldest = _STATED_DAYS.get(link, _OTHER_STATED_DAYS)
    for shift in (0, 1, -1):
        for one in found:
            if one.date == day + timedelta(days=shift) and _days(news, one) <= oldest:
                return one
    return None


def _recent(found: Sequence[Incident], day: date) -> Incident | None:
    return next((one for one in found if 0 <= (day - one.date).days <= _LATEST_DAYS), None)


def _without_place(news: News, past: Sequence[Incident], link: Link) -> Incident | None:
    """Of the day that is stated, or of these days, by the same attacker or in nearly the same words."""
    facts = news.facts
    named = attackers(facts) | set(facts.denied_by)
    lands = {code for code in map(country_of, facts.named) if code}
    recent = []
    for one in past:
        if facts.date_stated and abs((news.day - one.date).days) > 1:
            continue
        if not facts.date_stated and not 0 <= (news.day - one.date).days <= _LATEST_DAYS:
            continue
        meant = bool(lands & {place.country for place in one.places}) or any(
            a in news.sides(b) or b in news.sides(a) for a in named for b in attackers(one)
        )
        shared, alike = likeness(news.item.title, one)
        words = shared >= _ANSWER_WORDS + 1 and alike >= _ANSWER_LIKE * 2
        if (meant or words) and not contradiction(facts, one, news.sides):
            recent.append(one)
    return best(recent, news) if link is not Link.TOLL or len(recent) == 1 else None


def _answered(news: News, past: Sequence[Incident]) -> Incident | None:
    """The attack that an answer of the own side answers."""
    facts = news.facts
    places = set(facts.answers) | {place.id for place in facts.targets if not place.is_vague}
    since = [one for one in past if one.opened_at <= news.item.reported]
    at_place = [one for one in since if _days(news, one) <= _ANSWER_DAYS and _has(one, places)]
    if at_place:
        return _meant_of(at_place, news)
    struck = {actor for actor in facts.struck if not country_of(actor)}
    by_struck = [
        one
        for one in since
        if _days(news, one) <= _ANSWER_DAYS
        and any(a in news.sides(b) or b in news.sides(a) for a in struck for b in attackers(one))
    ]
    if by_struck:
        return _meant_of(by_struck, news)
    by_words = []
    for one in since:
        shared, alike = likeness(news.item.title, one)
        if news.item.reported - one.opened_at <= _ANSWER_WINDOW and shared >= _ANSWER_WORDS and alike >= _ANSWER_LIKE:
            by_words.append((alike, one.opened_at, one))
    if by_words:
        return max(by_words, key=lambda found: found[:2])[2]
    lands = {country_of(actor) for actor in facts.struck if country_of(actor)}
    in_country = [
        one
        for one in since
        if _days(news, one) <= _ANSWER_COUNTRY_DAYS and lands & {place.country for place in one.places}
    ]
    return _meant_of(in_country, news) if in_country else None


def _meant_of(found: Sequence[Incident], news: News) -> Incident:
    """Of the stated day, if one is stated; else the latest, unless the words are much more those of another."""
    return max(found, key=news.fit)


def _days(news: News, incident: Incident) -> int:
    return (news.item.reported.date() - incident.date).days


def _has(incident: Incident, ids: set[str]) -> bool:
    return not ids.isdisjoint({place.id for place in incident.places})


def _is_at(incident: Incident, places: Sequence[Place]) -> bool:
    """The incident has one of these bases, or lies in one of these countries."""
    ids = {place.id for place in incident.places}
    lands = {place.country for place in incident.places if place.country}
    return any(place.id in ids or (place.is_vague and place.country in lands) for place in places)
