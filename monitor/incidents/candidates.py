"""Which known incidents a report could belong to, how well each fits, and which it cannot.

Three steps: the **window** of time in which reports of one attack come; what **refuses** a meeting whatever else
agrees (another numbered wave, a second attack that the report says is one, a person's ruling); and a **rank** among
those that are left, so that of two open incidents the likelier is joined and not only the later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.incidents.agreement import (
    Sides,
    contradiction,
    likeness,
    other_weapons,
    same_attacker,
    same_branch,
    weapons_alike,
)
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import NO_RULINGS, Rulings
from monitor.model.place import Place
from monitor.model.report import Act, Facts

#: an undated report joins an incident that was opened at most so long before it
FOLLOW_UP = timedelta(hours=18)
#: what the attacker alone tells is repeated a little longer: the claim of an evening is news of the next morning
CLAIM_FOLLOW_UP = timedelta(hours=20)
#: a claim without a place, of a later day, repeats an earlier one only so soon after it: groups claim day by day
_SAME_NEWS = timedelta(hours=6)
#: so long after the own side's answer a further attack can be the reply to it
_REPLY = timedelta(hours=3)
#: two attacks of one day whose hours are told lie further apart than this
_HOURS = 3
#: "second", "third", … count the attacks of a day; higher numbers are those of a campaign ("67th wave")
_MOST_OF_A_DAY = 5
#: what an incident remembers of its reports beside places, among `named`
_WAVE, _NTH, _HOUR, STOPPED = "wave:", "nth:", "hour:", "told:stopped"
_CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d\d)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A report as it is held beside the incidents."""

    item: Item
    act: Act
    facts: Facts
    #: where the attack was
    places: tuple[Place, ...]
    #: the day of the attack at its place: as the item states it, else the day of the report there
    day: date
    sides: Sides
    rulings: Rulings = NO_RULINGS

    def differs(self, incident: Incident) -> bool:
        """The two cannot be of one attack, as far as they are not tied by one base."""
        return bool(contradiction(self.facts, incident, self.sides)) or other_weapons(self.facts, incident)

    def has_weapon(self, incident: Incident) -> bool:
        return not set(self.facts.weapons).isdisjoint(incident.weapons)

    def has_attacker(self, incident: Incident) -> bool:
        return same_attacker(self.facts, incident, self.sides)

    def fit(self, incident: Incident) -> tuple[float, ...]:
        """How likely it is this one among several that it could be; the latest where they fit alike."""
        return (self._points(incident), incident.opened_at.timestamp())

    def _points(self, incident: Incident) -> float:
        points = (6.0 if self.facts.date_stated else 1.0) if self.day == incident.date else 0.0
        points += 2.0 * same_branch(self.facts, incident, self.sides)
        points += 1.0 * self.has_attacker(incident)
        points += 0.5 * (bool(self.facts.weapons) and weapons_alike(self.facts, incident))
        stopped = self.act is Act.FOILED or self.facts.interception
        points += 1.0 * (stopped and STOPPED in incident.named)
        points += 4.0 * likeness(self.item.title, incident)[1]
        # papers speak of the newest attack, unless something says otherwise
        last = incident.last_report_at or incident.opened_at
        return points - abs(self.item.reported - last).total_seconds() / 3600 / 12


def in_window(incident: Incident, news: News) -> bool:
    """The two may be of one attack by their days and hours."""
    apart = (news.day - incident.date).days
    if news.facts.date_stated:
        return apart in (0, -1)
    after = abs(news.item.reported - incident.opened_at)
    if apart == 0:
        return after <= FOLLOW_UP or not incident.places[0].is_vague or incident.imported
    return abs(apart) == 1 and after <= (CLAIM_FOLLOW_UP if _is_claim_again(incident, news) else FOLLOW_UP)


def refused(incident: Incident, news: News) -> str:
    """Why the two cannot be one attack, whatever else agrees; empty where they can."""
    facts = news.facts
    if incident.merged_into:
        return "it went into another incident"
    if facts.ordinal > _MOST_OF_A_DAY:
        if _waves(incident) and of_other_wave(incident, news):
            return "another wave"
    elif news.act is not Act.TOLL and (why := _further_one(incident, news)):
        return why
    if is_reply(incident, news):
        return "it replies to the answer to that one"
    return ""


def of_other_wave(incident: Incident, news: News) -> bool:
    """The report numbers its wave, and nothing that is known of the incident has that number."""
    return news.facts.ordinal > _MOST_OF_A_DAY and f"{_WAVE}{news.facts.ordinal}" not in _waves(incident)


def _waves(incident: Incident) -> set[str]:
    return {name for name in incident.named if name.startswith(_WAVE)}


def said_beside(news: News) -> tuple[str, ...]:
    """What an incident remembers of a report to know its own from those of another attack."""
    facts, kept = news.facts, []
    if facts.ordinal > _MOST_OF_A_DAY:
        kept.append(f"{_WAVE}{facts.ordinal}")
    elif facts.ordinal > 1:
        kept.append(f"{_NTH}{facts.ordinal}")
    if (hour := _hour(facts.hour)) is not None:
        kept.append(f"{_HOUR}{hour:g}")
    if news.act is Act.FOILED or (facts.interception and not (facts.killed or facts.wounded)):
        kept.append(STOPPED)
    return tuple(kept)


def best(incidents: Sequence[Incident], news: News) -> Incident | None:
    """The likeliest of several that a report could be of."""
    return max(incidents, key=news.fit, default=None)


def _is_claim_again(incident: Incident, news: News) -> bool:
    """The attacker's own claim, known from it alone, told once more."""
    told_more = news.facts.again or news.facts.ordinal or other_weapons(news.facts, incident)
    return incident.act is Act.CLAIM and same_branch(news.facts, incident, news.sides) and not told_more


def repeats_other_day(incident: Incident, news: News) -> bool:
    """A report without a place that comes on a later day, and not at once: it must say the same in words."""
    last = incident.last_report_at or incident.opened_at
    return news.day > incident.date and news.item.reported - last > _SAME_NEWS


def _further_one(incident: Incident, news: News) -> str:
    """The report says that its attack is one more at the place, and the incident is the one before."""
    facts = news.facts
    numbers = {name for name in incident.named if name.startswith(_NTH)}
    if facts.ordinal > 1 and f"{_NTH}{facts.ordinal}" not in numbers:
        return "it is told as a further attack"
    later = news.item.reported - incident.opened_at
    # "fresh strikes" of a campaign, or of a claimant, are every day's word; of one base it says that it is another
    told_there = news.act is Act.ATTACK and bool(news.places) and not news.places[0].is_vague
    # "one drone was shot down, another hit the base": that counts drones
    told_there = told_there and not facts.interception
    if facts.again and told_there and not facts.ordinal and not numbers and later >= timedelta(hours=_HOURS):
        return "it is told as one more attack"
    hour = _hour(facts.hour)
    known = [float(name.removeprefix(_HOUR)) for name in incident.named if name.startswith(_HOUR)]
    if hour is not None and known and min(_round_clock(hour - other) for other in known) > _HOURS:
        return "another hour is told"
    toll = facts.killed or facts.wounded
    if toll and later >= timedelta(hours=_HOURS) and other_weapons(facts, incident) and news.act is Act.ATTACK:
        return "another weapon and toll"
    return ""


def is_reply(incident: Incident, news: News) -> bool:
    """It tells of the reply to an answer of the own side that came after this incident.

    Reports say so themselves ("after US strike on militia"); or the first attack is told as stopped, was answered some
    hours ago, and now the attacker tells that it hit a base.
    """
    answered, facts = incident.answered_at, news.facts
    if answered is None or news.item.reported <= answered or news.item.reported <= incident.opened_at:
        return False
    if facts.because:
        return True
    late = news.item.reported - answered >= _REPLY
    stopped = STOPPED in incident.named and not facts.interception and news.act is not Act.FOILED
    branch = any(len(news.sides(actor)) > 1 for actor in (*facts.claimed_by, *facts.attributed_to))
    placed = bool(news.places) and not news.places[0].is_unplaced
    return late and stopped and placed and not incident.claimed_by and branch and news.has_attacker(incident)


def _hour(text: str) -> float | None:
    found = _CLOCK.search(text)
    if found is None or int(found[1]) > 24:
        return None
    return int(found[1]) + int(found[2] or 0) / 60


def _round_clock(hours: float) -> float:
    """How far apart two times of day are: 23:00 and 01:00 are two hours."""
    apart = abs(hours) % 24
    return min(apart, 24 - apart)
