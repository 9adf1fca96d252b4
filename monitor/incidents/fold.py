"""An incident as its reports make it: its columns are what they come to, and what none of them ever said stays.

Numbers are folded in `counts.py`. What was withdrawn, what is doubtful and copies do not count, nor do the numbers in a
withdrawal; `View.reports` hold why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from monitor.incidents.counts import (
    COUNTED,
    Absurd,
    absurd_numbers,
    doubted,
    numbers_of,
    undoubted,
    with_brain_injuries,
)
from monitor.incidents.sources import DENYING, grade, independent, is_live, with_withdrawals
from monitor.model.incident import Incident
from monitor.model.ledger import Folded, PlaceView, Report, View
from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act, Level, Link, exact_weapons

_DESCRIBING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL})


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
    known = with_withdrawals([undoubted(report) for report in reports])
    live = [report for report in known if is_live(report)]
    absurd = absurd_numbers(live)
    killed, wounded, brain, launched, intercepted = (numbers_of(live, name, absurd) for name in COUNTED)
    wounded = with_brain_injuries(wounded, brain)
    denied = _union(report.facts.denied_by for report in live if report.link in DENYING)
    answered = [report for report in live if report.link is Link.RETALIATION]
    found = grade(known)
    view = View(
        incident=_columns(incident, known, live, denied, found),
        reports=tuple(doubted(report) if report.id in absurd else report for report in known),
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


def without_replaced(incident: Incident, before: Iterable[Report], after: Iterable[Report]) -> Incident:
    """The incident without a number that an article gave before it was edited, and that no report gives any more."""
    was, now = tuple(before), tuple(after)

    def gone(name: str) -> bool:
        first, then = ([getattr(report.facts, name) for report in some] for some in (was, now))
        return any(value is not None for value in first) and all(value is None for value in then)

    columns = {name: None for name in ("killed", "wounded", "launched", "intercepted") if gone(name)}
    return replace(incident, **columns) if columns else incident  # type: ignore[arg-type]


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
        killed, wounded = numbers_of(alone, "killed", absurd), numbers_of(alone, "wounded", absurd)
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
