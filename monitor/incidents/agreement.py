"""Do a report and an incident that no place joins tell of the same attack? What speaks for it, and what against.

Nobody's ignorance of a place is a sign: two reports without one agree on nothing. They meet where they agree in words
(nearly the same headline) or in attacker and weapon, and never where they contradict each other: another country
anywhere in the two, another nation whose base it is, another town, another numbered wave, another attacker.

Two branches of one state are two attackers: a claim of its guard is no claim of its army, while either may be what a
paper means by the state's own name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from monitor.model.incident import Incident
from monitor.model.place import country_id
from monitor.model.report import Facts

#: the actor itself and those that it belongs to, by id
Sides = Callable[[str], frozenset[str]]
#: actors that stand for anybody: they neither agree nor contradict
_ANYBODY = frozenset({"unknown-fighters", "iran-backed"})
#: the first letters of longer words, so that "Iran" and "Iranian", "attack" and "attacks" count as one
_WORD = re.compile(r"\b\w{4}")
#: shared words of two headlines that say the same; and of two that may, where the attacker is the same
SAME_WORDS = 0.5
_LIKE = 0.25
_FEWEST_WORDS = 4
#: titles whose words are kept
_TITLES = 4096
#: weapons that early reports take for each other, or that one attack is made with
_KINDS = (
    frozenset({"ballistic_missile", "cruise_missile", "missile", "rocket"}),
    frozenset({"ballistic_missile", "cruise_missile", "drone", "missile"}),
    frozenset({"artillery", "mortar", "rocket", "tank_fire"}),
    frozenset({"ground_assault", "ied", "small_arms", "suicide_bombing", "vbied"}),
)


def contradiction(facts: Facts, incident: Incident, sides: Sides) -> str:
    """What the two say differently, for people; empty where nothing contradicts."""
    mine, theirs = (
        {*named, *(country_id(place.country) for place in places if place.country)}
        for named, places in ((facts.named, facts.targets), (incident.named, incident.places))
    )
    for kind in ("country", "nation", "town"):
        here, there = ({name for name in names if name.startswith(f"{kind}:")} for names in (mine, theirs))
        if here and there and not here & there:
            return f"another {kind} is named"
    if attackers(facts) and attackers(incident) and not same_attacker(facts, incident, sides):
        return "another attacker is named"
    return ""


def agreement(facts: Facts, title: str, incident: Incident, sides: Sides) -> tuple[float, str]:
    """What the two have in common that makes one attack likely: how much, and in words; empty for too little."""
    shared, alike = likeness(title, incident)
    if alike >= SAME_WORDS and shared >= _FEWEST_WORDS:
        return 1 + alike, "nearly the same headline"
    if same_attacker(facts, incident, sides):
        if weapons_alike(facts, incident):
            return 1 + alike, "attacker and weapon agree"
        if incident.more_places and not other_weapons(facts, incident):
            return 0.5 + alike, "attacker of a salvo on several places"
        if shared >= _FEWEST_WORDS or alike >= _LIKE:
            return alike, "attacker and words agree"
    return 0, ""


def other_weapons(facts: Facts, incident: Incident) -> bool:
    """Both name weapons, and none of the one could be meant by one of the other."""
    return other_weapons_of(facts.weapons, incident.weapons)


def other_weapons_of(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same of two lists of weapons."""
    return bool(one and other) and not _alike(set(one), set(other))


def weapons_alike(facts: Facts, incident: Incident) -> bool:
    """A weapon of the one is one of the other, or could be meant by it."""
    return _alike(set(facts.weapons), set(incident.weapons))


def _alike(one: set[str], other: set[str]) -> bool:
    return bool(one & other) or any(one & kind and other & kind for kind in _KINDS)


def same_attacker(facts: Facts, incident: Incident, sides: Sides) -> bool:
    """One of them is named by both, or by one of them as the side that the other's belongs to."""
    theirs = attackers(incident)
    return any(a in sides(b) or b in sides(a) for a in most_exact(attackers(facts), sides) for b in theirs)


def same_branch(facts: Facts, incident: Incident, sides: Sides) -> bool:
    """The two name the same attacker that is more exact than a state."""
    mine, theirs = (most_exact(attackers(of), sides) for of in (facts, incident))
    return any(len(sides(actor)) > 1 for actor in mine & theirs)


def attackers(of: Facts | Incident) -> frozenset[str]:
    """Who claims it or is blamed for it, by name."""
    return frozenset((*of.claimed_by, *of.attributed_to)) - _ANYBODY


def most_exact(actors: Sequence[str] | frozenset[str], sides: Sides) -> frozenset[str]:
    """Those that are not only the side of another one: of "Iran's army" and "Iran" the army."""
    return frozenset(one for one in actors if not any(one != other and one in sides(other) for other in actors))


def likeness(title: str, incident: Incident) -> tuple[int, float]:
    """How many of the longer words a title shares with the likest headline of the incident, and their share of all."""
    words = _words_of(title)
    known = {incident.first_title, *incident.titles}
    return max((_shared(words, _words_of(one)) for one in known), key=lambda two: two[::-1])


@lru_cache(maxsize=_TITLES)
def _words_of(title: str) -> frozenset[str]:
    """The longer words of a title: each report is held beside every incident that is open, so they are kept."""
    return frozenset(_WORD.findall(title.casefold()))


def _shared(one: frozenset[str], other: frozenset[str]) -> tuple[int, float]:
    """How many words two titles share, and their share of all (Jaccard)."""
    both = len(one & other)
    return both, both / (len(one) + len(other) - both) if one and other else 0.0
