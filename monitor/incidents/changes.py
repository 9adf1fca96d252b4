"""What a report changes of an incident, and what of it is new to who was told already.

Both are one comparison: of the incident as it is with what somebody knows. So a number that goes up and comes back
between two messages is no news, and nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from monitor.incidents.sources import is_live
from monitor.model.ledger import REPLACED, Change, ChangeReason, Detail, Folded, Grade, Report, Told, View
from monitor.model.report import Level, Link, Voice

#: nothing of it stands
_ENDED = (Grade.RETRACTED, Grade.DENIED)
#: reports whose withdrawal is worth a word
_TELLING = (Link.REPORT, Link.CLAIM, Link.TOLL)
#: at the level of the incident
_AT_ITS_LEVEL = frozenset({ChangeReason.FIRST, ChangeReason.ESCALATED, ChangeReason.TOLL_UP})
#: never more than urgent: nobody must run for it
_TAKEN_BACK = frozenset({ChangeReason.RETRACTED, ChangeReason.TOLL_CORRECTED})


def changes(before: View | None, after: View, report: Report | None, *, told: Collection[Told]) -> Change | None:
    """The next version of the incident; None where nothing changed that anybody wants to know.

    `told` is what channels know: a withdrawal of what they were told is a correction.
    """
    if before is None:
        found: tuple[ChangeReason, ...] = (ChangeReason.FIRST,)
    else:
        # of withdrawals only those count of which somebody had been told what was withdrawn
        found = _news(told_values(before), after, {one for values in told for one in values.reports})
    if not found:
        return None
    details = [detail for reason in found for detail in _details(reason, before, after, report)]
    return Change(
        incident_id=after.incident.id,
        version=before.incident.version + 1 if before is not None else after.incident.version,
        at=report.seen_at if report is not None else _latest(after),
        reasons=found,
        details=tuple(details),
        known=told_values(after),
        level=level_of_change(found, after.level),
        report=report.id if report is not None else "",
    )


def told_values(view: View) -> Told:
    """What somebody knows who is told of the incident as it is."""
    incident = view.incident
    return Told(
        killed=incident.killed,
        wounded=incident.wounded,
        grade=view.grade,
        claimed_by=incident.claimed_by,
        denied_by=view.denied_by,
        places=tuple(place.id for place in incident.places),
        level=view.level,
        answered=bool(view.answered_by) or incident.answered_at is not None,
        reports=tuple(one.id for one in view.reports if one.link in _TELLING and is_live(one) and not _loses(one)),
    )


def differs(told: Told, view: View) -> tuple[ChangeReason, ...]:
    """What is new to somebody who knows `told`, the weightiest first; empty where nothing is."""
    return _news(told, view, told.reports)


def _news(told: Told, view: View, heard: Collection[str]) -> tuple[ChangeReason, ...]:
    """As `differs`; `heard` are the reports whose withdrawal would be news."""
    found: set[ChangeReason] = set()
    known = set(told.reports).intersection(heard)
    standing = [one for one in view.reports if one.id in known]
    gone = [one for one in standing if _loses(one) or not is_live(one)]
    if view.grade is Grade.RETRACTED:
        return (ChangeReason.RETRACTED,) if told.grade is not Grade.RETRACTED else ()
    # a page that tells another story now takes nothing back, as long as others stand
    if any("*" in one.retracted and REPLACED not in one.doubts for one in gone):
        found.add(ChangeReason.RETRACTED)
    if _rises(told, view):
        found.add(ChangeReason.TOLL_UP)
    elif _falls(told, view) or any("*" not in one.retracted and REPLACED not in one.doubts for one in gone):
        found.add(ChangeReason.TOLL_CORRECTED)
    if set(view.denied_by) - set(told.denied_by) or (view.grade is Grade.DENIED and told.grade is not Grade.DENIED):
        found.add(ChangeReason.DENIED)
    if set(view.incident.claimed_by) - set(told.claimed_by):
        found.add(ChangeReason.CLAIMED)
    if told.places and {place.id for place in view.incident.places} - set(told.places):
        found.add(ChangeReason.PLACE_NAMED)
    if _is_surer(told, view):
        found.add(ChangeReason.CONFIRMED)
    if view.level.rank > told.level.rank:
        found.add(ChangeReason.ESCALATED)
    if view.answered_by and not told.answered:
        found.add(ChangeReason.RETALIATION)
    return _ordered(found)


def level_of_change(reasons: Sequence[ChangeReason], level: Level) -> Level:
    """How urgent the message is: a rise as much as the incident, a correction urgent at most, the rest a notice."""
    if _AT_ITS_LEVEL & set(reasons):
        return level
    if _TAKEN_BACK & set(reasons):
        return min(level, Level.URGENT, key=lambda one: one.rank)
    if set(reasons) == {ChangeReason.RETALIATION}:
        return Level.DIGEST
    return min(level, Level.NOTICE, key=lambda one: one.rank)


def _is_surer(told: Told, view: View) -> bool:
    """Officials confirm it now, or what was withdrawn or denied is told anew.

    What was told before grades were kept (no reports in it) is not told again only because it has one now.
    """
    if not told.reports and told.grade not in _ENDED:
        return False
    if view.grade is Grade.CONFIRMED:
        return told.grade is not Grade.CONFIRMED
    return told.grade in _ENDED and view.grade not in _ENDED


def _rises(told: Told, view: View) -> bool:
    pairs = ((told.killed, view.incident.killed), (told.wounded, view.incident.wounded))
    return any(now is not None and now > (known or 0) for known, now in pairs)


def _falls(told: Told, view: View) -> bool:
    """A number that was told is lower now, or was taken back so that none is known."""
    pairs = ((told.killed, view.incident.killed), (told.wounded, view.incident.wounded))
    return any(known is not None and known > 0 and (now is None or now < known) for known, now in pairs)


def _loses(report: Report) -> bool:
    """A number of it was taken back that it gave."""
    return any(name in report.retracted and getattr(report.facts, name) is not None for name in ("killed", "wounded"))


def _withdrawn(before: View, after: View) -> set[str]:
    standing = set(told_values(before).reports)
    return {one.id for one in after.reports if one.id in standing and (_loses(one) or not is_live(one))}


def _ordered(reasons: Collection[ChangeReason]) -> tuple[ChangeReason, ...]:
    return tuple(reason for reason in ChangeReason if reason in reasons)


def _latest(view: View) -> datetime:
    moments = [one.seen_at for one in view.reports]
    return max(moments, default=view.incident.opened_at)


# --------------------------------------------------------------------------------- from what to what, by whom


def _details(reason: ChangeReason, before: View | None, after: View, report: Report | None) -> list[Detail]:
    if before is None:
        return []
    match reason:
        case ChangeReason.TOLL_UP | ChangeReason.TOLL_CORRECTED:
            return _tolls(reason, before, after, report)
        case ChangeReason.CLAIMED:
            return _names(reason, "claimed_by", before.incident.claimed_by, after.incident.claimed_by, report)
        case ChangeReason.DENIED:
            named = _names(reason, "denied_by", before.denied_by, after.denied_by, report)
            return named or [_detail(reason, "grade", before.grade, after.grade, report)]
        case ChangeReason.PLACE_NAMED:
            old, new = (", ".join(place.name for place in view.incident.places) for view in (before, after))
            return [_detail(reason, "place", old, new, report)]
        case ChangeReason.ESCALATED:
            return [_detail(reason, "level", before.level, after.level, report)]
        case ChangeReason.RETALIATION:
            return [_detail(reason, "answered", "", report.title if report else "", report)]
        case ChangeReason.RETRACTED if after.grade is not Grade.RETRACTED:
            gone = [one for one in after.reports if one.id in _withdrawn(before, after) and "*" in one.retracted]
            stand = str(len(after.publishers))
            return [_detail(reason, "report", one.publisher, stand, report) for one in gone]
        case ChangeReason.RETRACTED if report is not None and REPLACED in report.doubts:
            return [Detail(reason=reason, field="replaced", before=report.publisher)]
        case _:
            return [_detail(reason, "grade", before.grade, after.grade, report)]


def _tolls(reason: ChangeReason, before: View, after: View, report: Report | None) -> list[Detail]:
    found = []
    for name in ("killed", "wounded"):
        old, new = getattr(before.incident, name), getattr(after.incident, name)
        if old == new or (reason is ChangeReason.TOLL_UP and (new or 0) <= (old or 0)):
            continue
        folded: Folded = getattr(after, name)
        said = folded.best
        if (
            reason is ChangeReason.TOLL_CORRECTED
            and report is not None
            and said is not None
            and said.report != report.id
        ):
            # what is left is an older word; the one who took the number back makes the news
            found.append(_detail(reason, name, _number(old), _number(new), report))
            continue
        found.append(
            Detail(
                reason=reason,
                field=name,
                before=_number(old),
                after=_number(new),
                by=(said.speaker or said.by) if said is not None else report.publisher if report is not None else "",
                voice=said.voice if said is not None else Voice.MEDIA,
                report=said.report if said is not None else report.id if report is not None else "",
            )
        )
    if found or reason is ChangeReason.TOLL_UP:
        return found
    # the number stands by others; whose was withdrawn is told
    gone = [one for one in after.reports if one.id in _withdrawn(before, after)]
    taken = dict.fromkeys(
        (name, _number(getattr(one.facts, name)))
        for one in gone
        for name in ("killed", "wounded")
        if name in one.retracted and getattr(one.facts, name) is not None
    )
    return [_detail(reason, name, number, "withdrawn", report) for name, number in taken]


def _names(
    reason: ChangeReason, field: str, old: Sequence[str], new: Sequence[str], report: Report | None
) -> list[Detail]:
    added = [name for name in new if name not in old]
    return [_detail(reason, field, ", ".join(old), name, report) for name in added]


def _detail(reason: ChangeReason, field: str, before: str, after: str, report: Report | None) -> Detail:
    if report is None:
        return Detail(reason=reason, field=field, before=str(before), after=str(after))
    return Detail(
        reason=reason, field=field, before=str(before), after=str(after), by=report.speaker or report.publisher,
        voice=report.voice, report=report.id,
    )  # fmt: skip


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
