"""What the reports of an incident say, in a few of their own sentences, each with whose it is.

Sentences are chosen, never written: those that together say most of what stands of the incident, an official's before a
paper's, the newer before the older. What a report has withdrawn since is not quoted. The one thing that is put into
words is where sources disagree about a number, and that is each source's own number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.incidents.sources import is_live
from monitor.model.ledger import Folded, Grade, Report, View
from monitor.model.report import Link
from monitor.text.clean import clean_message, shorten

#: characters of one sentence
_LONGEST = 280
#: words that two sentences share, of all in both: they are one
_SAME = 0.75
_WORD = re.compile(r"\w+")
#: sources that are named of those that disagree
_MOST_SOURCES = 4
#: how much it is worth to say this of an incident
_WORTH = {"ended": 4, "killed": 3, "wounded": 3, "denied": 3, "claimed": 2, "answered": 2, "where": 1, "what": 1}


class Calls(Protocol):
    """What knows the names of actors."""

    def name_of(self, actor_id: str, /) -> str:
        """The name for people."""
        ...


@dataclass(frozen=True, kw_only=True)
class Brief:
    """Sentences, each with the ids of the reports that say it, and where sources disagree."""

    sentences: tuple[tuple[str, tuple[str, ...]], ...] = ()
    disagreements: tuple[str, ...] = ()
    #: of each disagreement the reports that it is between
    between: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    text: str
    report: Report
    says: frozenset[str]
    #: 0 for the sentence that decided, which says most of what was read of the report
    place: int


def brief(view: View, *, sentences: int = 3, names: Calls) -> Brief:
    """At most so many sentences out of the reports: nothing in them is made up."""
    candidates = [one for report in view.reports for one in _candidates(report, view)]
    chosen: list[_Candidate] = []
    said: set[str] = set()
    while candidates and len(chosen) < sentences:
        best = max(candidates, key=lambda one: (_gain(one, said), *_rank(one)))
        if _gain(best, said) <= 0:
            break
        chosen.append(best)
        said |= best.says
        candidates = [one for one in candidates if not _alike(one.text, best.text)]
    differing = [
        *_differing(view.killed, "killed"),
        *_differing(view.wounded, "wounded"),
        *_denials(view, names),
    ]
    chosen.sort(key=lambda one: (one.report.reported_at, one.report.id))
    return Brief(
        sentences=tuple((_quoted(one), _sayers(one, view)) for one in chosen),
        disagreements=tuple(text for text, _ in differing),
        between=tuple(ids for _, ids in differing),
    )


def account(views: Sequence[View], *, names: Calls, sentences: int = 12) -> tuple[tuple[View, Brief], ...]:
    """What the reports of several incidents say, in the order in which the incidents happened, each in a brief of its
    own: nothing stands in it that stands in no report. At most so many sentences in all; every incident gets one before
    the weightiest get more, and where there are more incidents than sentences the least of them get none."""
    weighty = sorted(views, key=lambda view: (-view.level.rank, -view.incident.opened_at.timestamp(), view.incident.id))
    full = {view.incident.id: brief(view, names=names) for view in weighty[:sentences]}
    room = {id: min(1, len(one.sentences)) for id, one in full.items()}
    for least in (2, 3):
        for id, one in full.items():
            if len(one.sentences) >= least and sum(room.values()) < sentences:
                room[id] = least
    told = sorted(
        (view for view in weighty if view.incident.id in full and full[view.incident.id] != Brief()),
        key=lambda view: (view.incident.date, view.incident.opened_at, view.incident.id),
    )
    # a brief of fewer sentences is chosen anew: its first one says more than the first of three does
    return tuple(
        (view, brief(view, sentences=room[view.incident.id], names=names)) for view in told if room[view.incident.id]
    )


def _candidates(report: Report, view: View) -> Iterator[_Candidate]:
    """The sentences of a report that still stands; of an incident that is over, only those that say so."""
    takes_back = report.link is Link.RETRACTION
    over = view.grade in (Grade.RETRACTED, Grade.DENIED)
    if not is_live(report) or report.retracted or report.link is Link.COPY:
        return
    says = frozenset(_says(report, view, over=over))
    if over and "ended" not in says:
        return
    if takes_back and not says:
        says = frozenset({"denied"})
    seen: list[str] = []
    for place, text in enumerate((report.quote, report.title, report.lead)):
        clean = shorten(clean_message(text), _LONGEST)
        if clean and not any(_alike(clean, other) for other in seen):
            seen.append(clean)
            yield _Candidate(text=clean, report=report, says=says if place < 2 else frozenset(), place=place)


def _says(report: Report, view: View, *, over: bool) -> Iterator[str]:
    """What of the incident as it stands the report tells."""
    facts, incident = report.facts, view.incident
    if over and (report.link is Link.RETRACTION or facts.denies == "event"):
        yield "ended"
    for name in ("killed", "wounded"):
        best = getattr(view, name).best
        if best is not None and best.report == report.id:
            yield name
    if facts.denied_by or facts.denies:
        yield "denied"
    if report.link is Link.RETALIATION:
        yield "answered"
        return
    if set(facts.claimed_by) & set(incident.claimed_by):
        yield "claimed"
    if {place.id for place in facts.targets} & {place.id for place in incident.places}:
        yield "where"
    if set(facts.weapons) & set(incident.weapons):
        yield "what"


def _gain(one: _Candidate, said: set[str]) -> int:
    return sum(_WORTH[word] for word in one.says - said)


def _rank(one: _Candidate) -> tuple[float, ...]:
    return (-one.report.voice.rank, -one.place, one.report.reported_at.timestamp())


def _quoted(one: _Candidate) -> str:
    publisher = clean_message(one.report.publisher) or clean_message(one.report.origin)
    return f"{publisher}: “{one.text}”" if publisher else f"“{one.text}”"


def _sayers(one: _Candidate, view: View) -> tuple[str, ...]:
    """The report whose sentence it is, and those that say nearly the same."""
    others = [
        report.id
        for report in view.reports
        if report.id != one.report.id and any(_alike(one.text, text) for text in (report.title, report.quote) if text)
    ]
    return (one.report.id, *others)


def _alike(one: str, other: str) -> bool:
    a, b = (set(_WORD.findall(text.casefold())) for text in (one, other))
    # a number that only one of them gives is what it says
    if {word for word in a if word.isdigit()} != {word for word in b if word.isdigit()}:
        return False
    return bool(a and b) and len(a & b) / len(a | b) >= _SAME


#: a sentence with the ids of the reports that it is about
_Told = tuple[str, tuple[str, ...]]


def _differing(folded: Folded, name: str) -> tuple[_Told, ...]:
    """`Pentagon: 0 wounded; Shafaq: 3`: each number once, by the best source of it; empty where all agree."""
    by_number: dict[int, tuple[str, str]] = {}
    for one in folded.said:
        by_number.setdefault(one.value, (clean_message(one.speaker or one.by), one.report))
    if len(by_number) < 2:
        return ()
    shown = list(by_number.items())[:_MOST_SOURCES]
    first, *more = [f"{who}: {number}" for number, (who, _) in shown]
    return (("; ".join([f"{first} {name}", *more]), tuple(report for _, (_, report) in shown)),)


def _denials(view: View, names: Calls) -> tuple[_Told, ...]:
    denying = {actor: tuple(one.id for one in view.reports if actor in one.facts.denied_by) for actor in view.denied_by}
    return tuple((f"{clean_message(names.name_of(one))} denies a part in it", ids) for one, ids in denying.items())
