"""Why a report is not believed as it comes: it is kept and shown with the reason, and weighs nothing.

Numbers that cannot be are another matter: they are doubted in `fold.py`, only until a second source bears them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.incidents.sources import family_of, origin_of
from monitor.model.document import DateMark
from monitor.model.item import BELIEVABLE, Item
from monitor.model.ledger import Grade, Report, View
from monitor.model.report import Act, Voice

#: a report cannot come from later than this; clocks and zones of papers are a day off at most
_AHEAD = timedelta(days=1)
#: the text of an attack of so long ago is no new attack
RECYCLED = timedelta(days=20)
#: what one publisher claims in this time beyond this number is a flood
_MOST_CLAIMS = 5
#: shorter texts are written again of another attack: "Drones hit … air base, no casualties"
_FEWEST_WORDS = 15
FUTURE, LONG_AGO, FLOOD = "dated in the future", "dated long ago", "flood"
CLAIMS_OF = timedelta(hours=24)
#: a story that was put in the place of another one so soon corrects it
_SOON = timedelta(hours=6)
#: the name of a series before a headline: "Middle East live: …"
_HEAD = re.compile(r"([^:|]{4,40})[:|] ")
#: words of pages that run along with the news
_RUNNING = re.compile(r"\b(live|liveblog|live-blog|liveticker|ticker|en direct|directo|updates|مباشر)\b")


def doubts_of(report: Report, others: Sequence[Report], *, now: datetime) -> tuple[str, ...]:
    """Why a report weighs nothing; empty where nobody need doubt it.

    `others` are the earlier reports that are still known, of this incident and of others.
    """
    found = []
    stated = report.facts.date if report.facts.date_stated else None
    if report.reported_at > now + _AHEAD or (stated is not None and stated > (now + _AHEAD).date()):
        found.append(FUTURE)
    old = [other for other in others if report.reported_at - other.reported_at >= RECYCLED]
    if old and _is_long(report) and not report.facts.wire and origin_of(report, old):
        found.append("recycled")
    if is_claim(report) and sum(_same_claimer(report, other) for other in others) >= _MOST_CLAIMS:
        found.append(FLOOD)
    return tuple(found)


def doubts_of_date(mark: DateMark, published: datetime | None, first_seen: datetime) -> tuple[str, ...]:
    """Why the publisher's own date makes a report doubtful; an hour or a zone that is wrong does not."""
    if mark is DateMark.FAR_AHEAD:
        return (FUTURE,)
    old = mark is DateMark.ABSURD or (published is not None and first_seen - published > BELIEVABLE)
    return (LONG_AGO,) if old else ()


def moved_on(former: Item, later: Item) -> bool:
    """A page that tells another story now has only moved on: it is one that runs along with the news, or hours passed.

    Only a story that was soon put in the place of another one says that the first should not have been there.
    """
    heads = [_HEAD.match(item.title.casefold()) for item in (former, later)]
    series = all(heads) and heads[0][1] == heads[1][1]  # type: ignore[index]
    running = all(_RUNNING.search(item.title.casefold()) for item in (former, later))
    return series or running or later.first_seen - former.first_seen > _SOON


def _is_long(report: Report) -> bool:
    return len(f"{report.title} {report.lead}".split()) >= _FEWEST_WORDS


def is_claim(report: Report) -> bool:
    """The attackers' own word."""
    return report.act is Act.CLAIM or report.voice is Voice.CLAIMANT


def _same_claimer(report: Report, other: Report) -> bool:
    """Another claim of the last day, by the same publisher or by the same actor of the same place."""
    if not is_claim(other) or not timedelta(0) <= report.seen_at - other.seen_at <= CLAIMS_OF or other.id == report.id:
        return False
    if family_of(report) == family_of(other):
        return True
    places = {place.id for place in report.facts.targets} & {place.id for place in other.facts.targets}
    return bool(places and set(report.facts.claimed_by) & set(other.facts.claimed_by))


def doubt_of(view: View) -> str:
    """Why nobody's report of an incident is believed; empty where some is, or where it is the attackers' word."""
    if view.grade is not Grade.CLAIMED or any(is_claim(report) for report in view.reports):
        return ""
    return next((report.doubts[0] for report in view.reports if report.doubts), "")
