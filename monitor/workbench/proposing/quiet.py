"""Headlines that a proposed rule must leave alone: real ones about the same place with another act, else made ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.model.item import Item
from monitor.model.report import Act, Classification
from monitor.rules.matching import Case
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.proposing.sharing import Headline

#: real headlines in a proposal
MOST_REAL = 3
#: made ones, where there is no real one
MADE = 2
#: neutral wordings about a place: a denial, an answer, a memory, a drill, a visit, and last a plain attack, for rules
#: that are about something else
_WORDINGS = (
    "Pentagon denies reports of {attack} on {place}",
    "US strikes militias in response to {attack} on {place}",
    "Ceremony marks anniversary of {attack} on {place}",
    "Troops at {place} rehearse response to simulated {attack}",
    "Commander visits {place} ahead of talks",
    "Two drones hit {place}",
)


def real_quiet(
    items: Iterable[Item], headlines: Sequence[Headline], acts: Sequence[Act], words: int, rules: RuleSet
) -> list[str]:
    """Headlines of known items with another act, about the same place or with the same `words`; one an act, if it can.

    Those about the same place come first, then those in the order given.
    """
    given = {one.text for one in headlines}
    ids = {place.id for one in headlines for place in one.places if not place.is_vague}
    near: dict[str, tuple[int, Act]] = {}
    for item in items:
        if item.title in given or item.title in near or not item.title.strip():
            continue
        found, case = _considered(item.title, item.first_seen, rules)
        if case.act in acts:
            continue
        if ids & {place.id for place in found.facts.places}:
            near[item.title] = (0, case.act)
        elif case.reading.tags & words:
            near[item.title] = (1, case.act)
    told: set[Act] = set()
    firsts, others = list[str](), list[str]()
    for text, (_, act) in sorted(near.items(), key=lambda entry: entry[1][0]):
        (others if act in told else firsts).append(text)
        told.add(act)
    return [*firsts, *others][:MOST_REAL]


def made_quiet(place: str, attack: str, acts: Sequence[Act], rules: RuleSet, *, now: datetime) -> list[str]:
    """Neutral wordings about `place` that are read as another act, each as one of its own."""
    out: dict[Act, str] = {}
    for wording in _WORDINGS:
        text = wording.format(place=place, attack=attack)
        act = _considered(text, now, rules)[1].act
        if act not in acts:
            out.setdefault(act, text)
    return list(out.values())[:MADE]


def _considered(text: str, moment: datetime, rules: RuleSet) -> tuple[Classification, Case]:
    return consider(Item(id="example", title=text, first_seen=moment), rules)
