"""An incident as its reports make it: one number of each kind out of what all sources say.

**Whose number stands.** Each source has its latest one. An official's goes before a paper's, a paper's before the
attackers', and theirs before that of nobody by name. Of several officials the latest stands, of several papers the
highest; a zero stands only where none of the same rank says more. A paper's later revision of the toll goes beyond a
lower number of an official (the news of weeks later rarely names who counted), never beyond an official's "nobody was
hurt". An explicit correction ("two, not three") takes the place of all before it.

**What does not count.** What was withdrawn, what is doubtful, copies, the numbers in a withdrawal, and numbers that no
attack on a base has ever had, until an official or a second source says so too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.incidents.sources import family_of, grade, independent, is_live, with_withdrawals
from monitor.model.incident import Incident
from monitor.model.ledger import Folded, PlaceView, Report, Said, View
from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act, Level, Link, Voice, exact_weapons

#: a report of these tells of the attack and may count its victims
_COUNTING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL, Link.DENIAL, Link.ANALYSIS})
#: whose denial is one of the attack; an answer or an analysis tells of denials of other things
_DENYING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL, Link.DENIAL, Link.RETRACTION})
_DESCRIBING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL})
#: numbers above these are believed from an official or from two sources only
_ABSURD = {"killed": 500, "wounded": 2000, "brain_injuries": 2000, "launched": 2000, "intercepted": 2000}
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


def fold(
    incident: Incident,
    reports: Sequence[Report],
    *,
    raises: Callable[[View], tuple[Level, str]] | None = None,
) -> View:
    """The incident with what its reports, in the order in which they were seen, come to.

    `raises` gives the level that the rules ask for, and why; without it the incident keeps its own. `View.reports` hold
    what later ones took back of them and why they are doubted.
    """
    known = with_withdrawals([_undoubted(report) for report in reports])
    live = [report for report in known if is_live(report)]
    absurd = {report.id: names for report in live if (names := _absurd_in(report, live))}
    killed, wounded, brain, launched, intercepted = (_numbers(live, name, absurd) for name in _ABSURD)
    wounded = _with_brain_injuries(wounded, brain)
    denied = _union(report.facts.denied_by for report in live if report.link in _DENYING)
    answered = [report for report in live if report.link is Link.RETALIATION]
    found = grade(known)
    view = View(
        incident=_columns(incident, known, live, denied, found),
        reports=tuple(_doubted(report) if report.id in absurd else report for report in known),
        killed=killed,
        wounded=wounded,
        brain_injuries=brain,
        launched=launched,
        intercepted=intercepted,
        denied_by=denied,
        damage=_best_text(live, "damage"),
        hour=_best_text(live, "hour"),
        grade=found,
        publishers=independent(known),
        answered_by=tuple(report.id for report in answered),
        level=incident.level,
        by_place=(),
    )
    view = replace(view, incident=_with_numbers(view, known), by_place=_by_place(view, live, absurd))
    level, why = raises(view) if raises is not None else (incident.level, "")
    return replace(view, level=level, why_level=why, incident=replace(view.incident, level=level))


# --------------------------------------------------------------------------------- one number


def _numbers(reports: Sequence[Report], name: str, absurd: Absurd) -> Folded:
    """One number as the sources give it, the best one first."""
    live: list[_Value] = []
    history: list[Said] = []
    for report in reports:
        value = _value(report, name) if name not in absurd.get(report.id, ()) else None
        if value is None or (value.copied and _lowers(value, live)):
            continue
        live = [known for known in live if not _supersedes(value, known)] + [value]
        best = _best(live)
        if best is not None and (not history or history[-1].value != best.said.value):
            history.append(best.said)
    best = _best(live)
    if best is None:
        return Folded()
    ordered = sorted((known for known in live if known is not best), key=lambda v: (v.said.voice.rank, -v.said.value))
    numbers = [known.said.value for known in live]
    said = (best.said, *(known.said for known in ordered))
    return Folded(best=best.said, low=min(numbers), high=max(numbers), said=said, history=tuple(history))


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


def _lowers(value: _Value, live: Sequence[_Value]) -> bool:
    """A paper that prints an agency's text of hours ago does not take back what the agency said since."""
    return any(known.family == value.family and known.said.value > value.said.value for known in live)


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
        since = live[list(live).index(best) + 1 :]
        later = [v for v in since if v.said.voice is Voice.MEDIA and (v.corrects or (v.revises and positive))]
        higher = [v for v in later if v.said.value > best.said.value]
        return max(higher, key=lambda value: value.said.value) if higher else best
    return None


def _with_brain_injuries(wounded: Folded, brain: Folded) -> Folded:
    """Brain injuries, found weeks later, are counted among the wounded: there are at least so many."""
    if brain.best is None or (wounded.best is not None and wounded.best.value >= brain.best.value):
        return wounded
    said = (brain.best, *(one for one in wounded.said if one.report != brain.best.report))
    numbers = [one.value for one in said]
    return Folded(
        best=brain.best, low=min(numbers), high=max(numbers), said=said, history=(*wounded.history, brain.best)
    )


# --------------------------------------------------------------------------------- numbers that cannot be


def _doubted(report: Report) -> Report:
    return replace(report, doubts=(*report.doubts, ABSURD))


def _undoubted(report: Report) -> Report:
    """Whether a number is believed is asked again with each report that comes."""
    return replace(report, doubts=tuple(doubt for doubt in report.doubts if doubt != ABSURD))


def _absurd_in(report: Report, reports: Sequence[Report]) -> tuple[str, ...]:
    return tuple(name for name in _ABSURD if _is_absurd(report, name, reports))


def _is_absurd(report: Report, name: str, reports: Sequence[Report]) -> bool:
    number: int | None = getattr(report.facts, name)
    if number is None or report.voice is Voice.OFFICIAL:
        return False
    own = family_of(report)
    others = [other for other in reports if family_of(other) != own and is_live(other)]
    values = [value for other in others if (value := getattr(other.facts, name)) is not None]
    if any(value * 2 >= number for value in values):  # a second source bears it out
        return False
    if number > _ABSURD[name]:
        return True
    # attackers boast, which is no mistake of a reader and stands below all others; injuries are found for weeks
    boasts = report.voice is Voice.CLAIMANT or report.facts.toll_claimed
    return (
        not boasts and report.facts.brain_injuries is None and bool(values) and number > _TIMES * max(_LEAST, *values)
    )


# --------------------------------------------------------------------------------- all but the numbers


def _columns(incident: Incident, known: Sequence[Report], live: Sequence[Report], denied: tuple[str, ...],
             found: str) -> Incident:  # fmt: skip
    """The incident with what its reports say beside numbers; what none of them ever said stays as it is."""
    telling = [report for report in live if report.link in _DESCRIBING]
    ever = [report for report in known if report.link in _DESCRIBING]
    weapons = exact_weapons(_union(report.facts.weapons for report in telling))
    named = {actor for report in ever for actor in report.facts.claimed_by}
    claimed = _union([[a for a in incident.claimed_by if a not in named], *(r.facts.claimed_by for r in telling)])
    claimed = tuple(actor for actor in claimed if actor not in denied)
    blamed = _union(report.facts.attributed_to for report in telling) or incident.attributed_to
    answers = [report.reported_at for report in live if report.link is Link.RETALIATION]
    moments = [report.reported_at for report in known]
    return replace(
        incident,
        act=_act(telling) or incident.act,
        weapons=tuple(sorted(weapons, key=_weapon_rank)) or incident.weapons,
        claimed_by=claimed,
        attributed_to=tuple(actor for actor in blamed if actor not in claimed),
        denied_by=denied,
        grade=str(found),
        answered_at=min(filter(None, (incident.answered_at, *answers)), default=None),
        last_report_at=max(filter(None, (incident.last_report_at, *moments)), default=None),
    )


def _weapon_rank(weapon: str) -> int:
    return WEAPONS.index(weapon) if weapon in WEAPONS else len(WEAPONS)


def _act(telling: Sequence[Report]) -> Act | None:
    """An attack as soon as one tells of a hit or of victims, a foiled one while all was stopped, else a claim."""
    hurt = any((r.facts.killed or r.facts.wounded) and r.act is Act.TOLL for r in telling)
    acts = {report.act for report in telling if report.act in INCIDENT_ACTS} | ({Act.ATTACK} if hurt else set())
    return next((act for act in (Act.ATTACK, Act.FOILED, Act.CLAIM) if act in acts), None)


def _with_numbers(view: View, known: Sequence[Report]) -> Incident:
    """A number that no report of it ever gave is kept: the incident may be older than its reports."""
    incident = view.incident
    columns = {}
    for name in ("killed", "wounded", "launched", "intercepted"):
        folded: Folded = getattr(view, name)
        ever = any(getattr(report.facts, name) is not None for report in known)
        if folded.best is not None or ever:
            columns[name] = folded.best.value if folded.best is not None else None
    return replace(incident, **columns)  # type: ignore[arg-type]


def _by_place(view: View, live: Sequence[Report], absurd: Absurd) -> tuple[PlaceView, ...]:
    """Each place of it with what is told of it alone, else with what is told of all together."""
    incident = view.incident
    if len(incident.places) == 1:
        one = incident.places[0]
        return (PlaceView(place=one, killed=view.killed, wounded=view.wounded, weapons=incident.weapons,
                          act=incident.act),)  # fmt: skip
    ids = {place.id for place in incident.places}
    rows = []
    for place in incident.places:
        alone = [report for report in live if {p.id for p in report.facts.targets} & ids == {place.id}]
        killed, wounded = _numbers(alone, "killed", absurd), _numbers(alone, "wounded", absurd)
        telling = [report for report in alone if report.link in _DESCRIBING]
        rows.append(
            PlaceView(
                place=place,
                killed=killed if killed.best else view.killed,
                wounded=wounded if wounded.best else view.wounded,
                weapons=exact_weapons(_union(report.facts.weapons for report in telling)) or incident.weapons,
                act=_act(telling) or incident.act,
            )
        )
    return tuple(rows)


def _best_text(live: Sequence[Report], name: str) -> str:
    """What the best voice says, of several the latest."""
    saying = [report for report in reversed(live) if getattr(report.facts, name)]
    best = min(saying, key=lambda report: report.voice.rank, default=None)
    return getattr(best.facts, name) if best is not None else ""


def _union(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for names in lists for one in names))
