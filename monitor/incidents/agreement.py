"""Do a report and an incident that no place joins tell of the same attack? What speaks for it, and what against.

Nobody's ignorance of a place is a sign: two reports without one agree on nothing. They meet where they agree in words
(nearly the same headline) or in attacker and weapon, and never where they contradict each other: another country
anywhere in the two, another nation whose base it is, another town, another attacker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

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
_SAME_WORDS = 0.5
_LIKE = 0.25
_FEWEST_WORDS = 4
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
    one, other = attackers(facts), attackers(incident)
    if one and other and not _all_sides(one, sides) & _all_sides(other, sides):
        return "another attacker is named"
    return ""


def agreement(facts: Facts, title: str, incident: Incident, sides: Sides) -> tuple[float, str]:
    """What the two have in common that makes one attack likely: how much, and in words; empty for too little."""
    shared, likeness = _likeness(title, incident.first_title)
    if likeness >= _SAME_WORDS and shared >= _FEWEST_WORDS:
        return 1 + likeness, "nearly the same headline"
    if same_attacker(facts, incident, sides):
        if set(facts.weapons) & set(incident.weapons):
            return 1 + likeness, "attacker and weapon agree"
        if shared >= _FEWEST_WORDS or likeness >= _LIKE:
            return likeness, "attacker and words agree"
    return 0, ""


def other_weapons(facts: Facts, incident: Incident) -> bool:
    """Both name weapons, and none of the one could be meant by one of the other."""
    mine, theirs = set(facts.weapons), set(incident.weapons)
    alike = mine & theirs or any(mine & kind and theirs & kind for kind in _KINDS)
    return bool(mine and theirs and not alike)


def same_attacker(facts: Facts, incident: Incident, sides: Sides) -> bool:
    """One of them is named by both, or by one of them as the side that the other's belongs to."""
    return any(a in sides(b) or b in sides(a) for a in attackers(facts) for b in attackers(incident))


def attackers(of: Facts | Incident) -> frozenset[str]:
    """Who claims it or is blamed for it, by name."""
    return frozenset((*of.claimed_by, *of.attributed_to)) - _ANYBODY


def _all_sides(actors: Iterable[str], sides: Sides) -> frozenset[str]:
    return frozenset().union(*map(sides, actors))


def _likeness(one: str, other: str) -> tuple[int, float]:
    """How many of the longer words two titles share, and their share of all (Jaccard)."""
    a, b = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return len(a & b), len(a & b) / len(a | b) if a and b else 0.0
