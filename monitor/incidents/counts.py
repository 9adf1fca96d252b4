"""One number of an incident (killed, wounded, launched …) out of what all sources say.

**Whose number stands.** Each source has its latest one. An official's goes before a paper's, a paper's before the
attackers', and theirs before that of nobody by name. Of several officials the latest stands, of several papers the
highest; a zero stands only where none of the same rank says more. A paper's later revision of the toll goes beyond a
lower number of an official (the news of weeks later rarely names who counted), never beyond an official's "nobody was
hurt". An explicit correction ("two, not three") takes the place of all before it.

**What cannot be.** Numbers that no attack on a base has ever had, or many times those of all others, are believed from
an official, or once a second source bears them out.

The work grows with the number of reports, not with its square: an incident that a thousand articles tell of is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.incidents.sources import family_of, is_live
from monitor.model.ledger import Folded, Report, Said
from monitor.model.report import Act, Link, Voice

#: a report of these tells of the attack and may count its victims
_COUNTING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL, Link.DENIAL, Link.ANALYSIS})
#: numbers above these are believed from an official or from two sources only
_ABSURD = {"killed": 500, "wounded": 2000, "brain_injuries": 2000, "launched": 2000, "intercepted": 2000}
#: an official is believed up to so many times as much; beyond that somebody has written it down wrongly
_OFFICIAL_TIMES = 10
#: the numbers of an incident
COUNTED = tuple(_ABSURD)
#: and so are numbers so many times the next one
_TIMES, _LEAST = 20, 5
ABSURD = "absurd number"
#: by id of a report, the numbers of it that are not believed
Absurd = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class _Value:
    """One number of one report."""

    said: Said
    family: str
    #: an official counts under the name under which it speaks
    speaker: str
    revises: bool
    corrects: bool
    copied: bool


@dataclass
class _Live:
    """The values that stand, in the order in which they were said, and who said them."""

    values: dict[str, _Value] = field(default_factory=dict)
    _by_source: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def lowers(self, value: _Value) -> bool:
        """A paper that prints an agency's text of hours ago does not take back what the agency said since."""
        of_family = (self.values[id] for id in self._by_source[value.family])
        return any(known.family == value.family and known.said.value > value.said.value for known in of_family)

    def add(self, value: _Value) -> bool:
        """Puts it in place of what it supersedes; True where something had to go."""
        sources = _names_of(value)
        if value.corrects:
            gone = set(self.values)
        else:
            known = {id for source in sources for id in self._by_source[source]}
            gone = {id for id in known if _supersedes(value, self.values[id])}
        for id in gone:
            old = self.values.pop(id)
            for source in _names_of(old):
                self._by_source[source].discard(id)
        self.values[value.said.report] = value
        for source in sources:
            self._by_source[source].add(value.said.report)
        return bool(gone)


def _names_of(value: _Value) -> set[str]:
    return {value.family, value.speaker} if value.speaker else {value.family}


def numbers_of(reports: Sequence[Report], name: str, absurd: Absurd) -> Folded:
    """One number as the sources give it, the best one first."""
    live = _Live()
    history: list[Said] = []
    best: _Value | None = None
    for report in reports:
        value = _value(report, name) if name not in absurd.get(report.id, ()) else None
        if value is None or (value.copied and live.lowers(value)):
            continue
        replaced = live.add(value)
        if best is None or replaced or _may_be_best(value, best):
            best = _best(list(live.values.values()))
        if best is not None and (not history or history[-1].value != best.said.value):
            history.append(best.said)
    if best is None:
        return Folded()
    others = (known for known in live.values.values() if known is not best)
    ordered = sorted(others, key=lambda v: (v.said.voice.rank, -v.said.value))
    said = (best.said, *(known.said for known in ordered))
    values = [one.value for one in said]
    return Folded(best=best.said, low=min(values), high=max(values), said=said, history=tuple(history))


def _may_be_best(value: _Value, best: _Value) -> bool:
    """Whether a further value can take the place of the best one."""
    return (
        value.said.value > best.said.value
        or value.said.voice.rank < best.said.voice.rank
        or (value.said.voice is best.said.voice is Voice.OFFICIAL)
    )


def _value(report: Report, name: str) -> _Value | None:
    facts = report.facts
    number: int | None = getattr(facts, name)
    taken_back = name in report.retracted or (name == "brain_injuries" and "wounded" in report.retracted)
    withdraws = (report.link is Link.RETRACTION or report.act is Act.RETRACTION) and not facts.corrects
    if number is None or taken_back or withdraws:
        return None
    if report.link not in _COUNTING and not facts.corrects:
        return None
    claimed = facts.toll_claimed and name in ("killed", "wounded")
    voice = Voice.CLAIMANT if claimed else report.voice
    said = Said(
        value=number,
        words=getattr(facts, f"{name}_words", ""),
        by=report.origin or report.publisher,
        speaker=report.speaker,
        voice=voice,
        at=report.reported_at,
        report=report.id,
        url=report.url,
    )
    return _Value(
        said=said,
        family=family_of(report),
        speaker=report.speaker.casefold(),
        revises=report.act is Act.TOLL or report.link is Link.TOLL,
        corrects=facts.corrects and voice is not Voice.CLAIMANT,
        copied=bool(report.origin),
    )


def _supersedes(value: _Value, known: _Value) -> bool:
    """The later value takes the place of the known one: it corrects, or the same source says it as surely."""
    if value.corrects:
        return True
    one, other = value.said.voice, known.said.voice
    if Voice.CLAIMANT in (one, other) and one is not other:
        return False
    if one is other is Voice.OFFICIAL and value.speaker and value.speaker == known.speaker:
        return True
    return value.family == known.family and one.rank <= other.rank


def _best(live: Sequence[_Value]) -> _Value | None:
    for voice in Voice:
        values = [value for value in live if value.said.voice is voice]
        if not values:
            continue
        positive = [value for value in values if value.said.value > 0]
        if voice is not Voice.OFFICIAL:
            return max(values, key=lambda value: value.said.value)
        best = (positive or values)[-1]
        since = live[live.index(best) + 1 :]
        later = [v for v in since if v.said.voice is Voice.MEDIA and (v.corrects or (v.revises and positive))]
        higher = [v for v in later if v.said.value > best.said.value]
        return max(higher, key=lambda value: value.said.value) if higher else best
    return None


def with_brain_injuries(wounded: Folded, brain: Folded) -> Folded:
    """Brain injuries, found weeks later, are counted among the wounded: there are at least so many."""
    if brain.best is None or (wounded.best is not None and wounded.best.value >= brain.best.value):
        return wounded
    said = (brain.best, *(one for one in wounded.said if one.report != brain.best.report))
    numbers = [one.value for one in said]
    return Folded(
        best=brain.best, low=min(numbers), high=max(numbers), said=said, history=(*wounded.history, brain.best)
    )


# --------------------------------------------------------------------------------- numbers that cannot be


def doubted(report: Report) -> Report:
    """The report with the doubt that its numbers raise."""
    return replace(report, doubts=(*report.doubts, ABSURD))


def undoubted(report: Report) -> Report:
    """Whether a number is believed is asked again with each report that comes."""
    if ABSURD not in report.doubts:
        return report
    return replace(report, doubts=tuple(doubt for doubt in report.doubts if doubt != ABSURD))


def absurd_numbers(reports: Sequence[Report]) -> dict[str, tuple[str, ...]]:
    """By id of a report the numbers of it that are not believed; `reports` are those that stand."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in COUNTED:
        stating = [report for report in reports if getattr(report.facts, name) is not None]
        highest = _highest_by_family(stating, name)
        for report in stating:
            if _is_absurd(report, name, highest):
                found[report.id].append(name)
    return {id: tuple(names) for id, names in found.items()}


def _highest_by_family(stating: Sequence[Report], name: str) -> list[tuple[int, str]]:
    """The highest number of each family, the highest first."""
    highest: dict[str, int] = {}
    for report in stating:
        if is_live(report):
            own = family_of(report)
            highest[own] = max(highest.get(own, 0), getattr(report.facts, name))
    return sorted(((number, own) for own, number in highest.items()), reverse=True)


def _is_absurd(report: Report, name: str, highest: Sequence[tuple[int, str]]) -> bool:
    number: int = getattr(report.facts, name)
    if report.voice is Voice.OFFICIAL and number <= _OFFICIAL_TIMES * _ABSURD[name]:
        return False
    own = family_of(report)
    others = next((value for value, family in highest if family != own), None)
    if others is not None and others * 2 >= number:  # a second source bears it out
        return False
    if number > _ABSURD[name]:
        return True
    # attackers boast, which is no mistake of a reader and stands below all others; injuries are found for weeks
    boasts = report.voice is Voice.CLAIMANT or report.facts.toll_claimed
    alone = not boasts and report.facts.brain_injuries is None and others is not None
    return alone and number > _TIMES * max(_LEAST, others or 0)
