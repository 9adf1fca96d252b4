"""Who is told what of an incident now: the policy of each channel, asked of what is known of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.alerts.attention import Inside, Known, level_of, telling, with_reasons
from monitor.alerts.silences import Lies, by_name
from monitor.incidents.changes import differs, told_values
from monitor.incidents.sources import origin_of
from monitor.model.alert import Decision, DecisionReason
from monitor.model.attention import Silence
from monitor.model.incident import Relation
from monitor.model.item import Item, StoredItem
from monitor.model.ledger import (
    Change,
    ChangeReason,
    ChannelState,
    Detail,
    Notification,
    Report,
    Telling,
    Told,
    View,
)
from monitor.model.place import Place
from monitor.model.policy import Policy
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Facts, Level, Link, Span, Voice
from monitor.rules.gazetteer import Gazetteer
from monitor.text.clean import clean

_DECISIONS = {
    "MUTED": DecisionReason.MUTED, "HELD_QUIET": DecisionReason.HELD, "HELD_COOL_DOWN": DecisionReason.HELD,
    "HELD_CAP": DecisionReason.HELD, "HELD_UNCONFIRMED": DecisionReason.HELD, "NOT_WANTED": DecisionReason.HELD,
    "BELOW_LEVEL": DecisionReason.BELOW_LEVEL,
}  # fmt: skip


#: reports that matter by what they change of their incident
_OF_ITS_FACTS = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL, Link.DENIAL, Link.RETRACTION})


def report_of(
    item: Item, classification: Classification, relation: Relation, *, earlier: Sequence[Report], at: datetime
) -> Report:
    """What an item says of its incident, as it is kept."""
    facts, incident = classification.facts, relation.incident
    assert incident is not None
    report = Report(
        id=item.id,
        incident_id=incident.id,
        link=relation.link,
        act=classification.act,
        facts=facts,
        voice=facts.voice,
        speaker=facts.speaker,
        publisher=item.publisher or item.feed,
        title=clean(item.title),
        url=item.url,
        quote=_words_at(item, classification.deciding),
        lead=_words_at(item, classification.lead),
        reported_at=item.reported,
        seen_at=at,
        rules=classification.taken,
        send_to=classification.send_to,
    )
    others = [one for one in earlier if one.id != report.id]
    return replace(report, origin=origin_of(report, others))


def copy_report(item: Item, first: StoredItem, *, at: datetime) -> Report:
    """What is kept of an item that is a copy of a known one: whose it is, and nothing that could count twice."""
    assert first.incident_id is not None
    return Report(
        id=item.id,
        incident_id=first.incident_id,
        link=Link.COPY,
        act=first.classification.act if first.classification is not None else Act.OTHER,
        facts=Facts(),
        publisher=item.publisher or item.feed,
        origin=first.item.publisher or first.item.feed,
        title=clean(item.title),
        url=item.url,
        reported_at=item.reported,
        seen_at=at,
    )


def _words_at(item: Item, span: Span | None) -> str:
    return "" if span is None else clean(str(getattr(item, span.field))[span.start : span.end])


def usual_policy(channel: str) -> Policy:
    """The policy of a channel that no file names."""
    return Policy(channel=channel)


def _nothing_sent(channel: str) -> ChannelState:
    return ChannelState(channel=channel)


@dataclass(frozen=True, kw_only=True)
class Attention:
    """What is known of all channels while reports come in: policies, silences, what each was sent in the last hour."""

    policy: Callable[[str], Policy] = usual_policy
    inside: Inside = lambda places, view: True  # noqa: ARG005
    silences: Sequence[Silence] = ()
    lies: Lies = by_name
    state: Callable[[str], ChannelState] = _nothing_sent

    def known(self, channel: str, view: View, told: Notification | None, rules: tuple[str, ...] | None = None) -> Known:
        """What is known of one channel when it is asked about an incident; `rules` are found where none are given."""
        return Known(
            policy=self.policy(channel), told=told, state=self.state(channel), silences=self.silences, lies=self.lies,
            rules=senders(view).get(channel, ()) if rules is None else rules,
        )  # fmt: skip


def inside_of(gazetteer: Gazetteer) -> Inside:
    """Whether an incident lies in one of the places, groups, regions or countries that a policy names."""
    lies = lies_of(gazetteer)
    return lambda wanted, view: any(lies(name, place) for place in view.incident.places for name in wanted)


def lies_of(gazetteer: Gazetteer) -> Lies:
    """Whether a place is the named one, or lies in the country, region or group of that name."""

    def lies(name: str, place: Place) -> bool:
        if name.startswith("@"):
            group = gazetteer.groups.get(name[1:])
            here = None if place.is_vague else place.id
            return group is not None and group.holds(here, place.country, place.site)
        return name in (place.id, place.country) or gazetteer.is_in_region(name, place)

    return lies


def senders(view: View) -> dict[str, tuple[str, ...]]:
    """The channels to which live rules send reports of the incident, each with the ids of these rules."""
    found: dict[str, list[str]] = defaultdict(list)
    taken = [one for report in view.reports if report.link is not Link.COPY for one in report.rules if not one.trial]
    telling_ones = [one for one in taken if one.level.tells]
    for one in telling_ones or (taken if view.level.tells else ()):
        for channel in one.send_to:
            found[channel].append(one.rule)
    return {channel: tuple(dict.fromkeys(rules)) for channel, rules in found.items()}


def ask_all(
    view: View,
    change: Change | None,
    report: Report | None,
    notifications: Mapping[str, Notification],
    attention: Attention,
    *,
    now: datetime,
    waiting: Collection[str] = (),
) -> list[Telling]:
    """The answer for every channel that could be told.

    A channel that was never told is asked about when the incident opens, when a report comes that a rule sends to it,
    when the incident becomes more urgent, and where something waits for it (`waiting`); else silence was the answer.
    """
    sends = senders(view)
    reasons = change.reasons if change is not None else ()
    fresh = {channel for one in (report.rules if report else ()) if one.tells for channel in one.send_to}
    anew = bool({ChangeReason.FIRST, ChangeReason.ESCALATED} & set(reasons))
    channels = dict.fromkeys([*sends, *notifications])
    answers = []
    for channel in channels:
        told = notifications.get(channel)
        if told is None and not (anew or channel in fresh or channel in waiting):
            continue
        known = attention.known(channel, view, told, sends.get(channel, ()))
        new = differs(told.known, view) if told is not None else ()
        answer = telling(reasons, view, known, differs=new, inside=attention.inside, now=now)
        answers.append(replace(answer, channel=channel))
    return answers


@dataclass(frozen=True, kw_only=True)
class Group:
    """Channels that are told the same in the same words: one message."""

    channels: tuple[str, ...]
    change: Change
    details: tuple[Detail, ...]
    style: str
    zone: str

    @property
    def audience(self) -> str:
        return f"{self.style}:{','.join(sorted(self.channels))}"


def grouped(
    answers: Sequence[Telling], view: View, change: Change, notifications: Mapping[str, Notification],
    policy: Callable[[str], Policy],
) -> list[Group]:  # fmt: skip
    """The messages of those who are told now, in the order of the channels."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for one in answers:
        if one.does != "tell":
            continue
        told = notifications.get(one.channel)
        known = told.known if told is not None else None
        key = (one.reasons, one.style, policy(one.channel).zone, known and (known.killed, known.wounded))
        groups.setdefault(key, []).append(one.channel)
    found = []
    for (reasons, style, zone, _), channels in groups.items():
        told = notifications.get(channels[0])
        as_told = with_reasons(change, reasons)  # type: ignore[arg-type]
        as_told = replace(as_told, level=level_of(as_told.reasons, view), known=told_values(view))
        details = details_for(told.known if told is not None else None, view, as_told)
        found.append(Group(channels=tuple(channels), change=as_told, details=details, style=str(style), zone=str(zone)))
    return found


def details_for(known: Told | None, view: View, change: Change) -> tuple[Detail, ...]:
    """What is new, from what to what: against what the channel knows, which can be older than the last version."""
    if known is None:
        return change.details
    details = [detail for detail in change.details if detail.field not in ("killed", "wounded")]
    for name, before, folded in (
        ("killed", known.killed, view.killed), ("wounded", known.wounded, view.wounded),
    ):  # fmt: skip
        after = folded.best.value if folded.best is not None else None
        theirs = [one for one in change.details if one.field == name]
        if before == after:
            details += [one for one in theirs if one.reason is ChangeReason.TOLL_CORRECTED]
            continue
        by, best = theirs[-1] if theirs else None, folded.best
        rises = after is not None and after > (before or 0)
        details.append(
            Detail(
                reason=ChangeReason.TOLL_UP if rises else ChangeReason.TOLL_CORRECTED,
                field=name,
                before="" if before is None else str(before),
                after="" if after is None else str(after),
                by=by.by if by else (best.speaker or best.by) if best else "",
                voice=best.voice if best else Voice.MEDIA,
                report=best.report if best else "",
            )
        )
    return tuple(details)


def decision_of(
    answers: Sequence[Telling], otherwise: Decision, view: View, report: Report, *, opens: bool, told: bool
) -> Decision:
    """What is written down with the report: whom it told and why, else why nobody was told by it.

    `otherwise` is what rules alone decide; `opens` and `told` say whether the report opened its incident, and whether
    anybody had been told of it.
    """
    tell = [one for one in answers if one.does == "tell"]
    if tell:
        reason = tell[0].reasons[0]
        named = DecisionReason(str(reason))
        if reason is ChangeReason.FIRST and not opens:
            named = DecisionReason.FIRST_HERE if told else DecisionReason.FIRST_TOLD
        return Decision(
            tell=True,
            reason=named,
            detail=_why(named, tell, view),
            send_to=tuple(dict.fromkeys(one.channel for one in tell)),
        )
    of_itself = otherwise.tell and report.act not in INCIDENT_ACTS and report.link not in _OF_ITS_FACTS
    # a rule that asks to be told of the answer, or of the analysis, itself goes before what is usual for all incidents
    usual = ("NOT_WANTED", "BELOW_LEVEL") if of_itself else ()
    kept = next((one for one in answers if one.does == "hold" and one.reason not in usual), None)
    kept = kept or next((one for one in answers if one.reason in ("MUTED", "BELOW_LEVEL") and not usual), None)
    if kept is not None:
        return Decision(tell=False, reason=_DECISIONS[kept.reason], detail=kept.detail)
    if of_itself:
        return otherwise
    if otherwise.tell or otherwise.reason is DecisionReason.NO_CHANGE:
        detail = f"the incident {view.incident.id} was told already"
        return Decision(tell=False, reason=DecisionReason.NO_CHANGE, detail=detail)
    return otherwise


def _why(named: DecisionReason, tell: Sequence[Telling], view: View) -> str:
    incident = f"the incident {view.incident.id}"
    if named is DecisionReason.FIRST:
        return f"first report of {incident}"
    if named is DecisionReason.FIRST_TOLD:
        return f"{incident} was known, but nobody had been told of it"
    if named is DecisionReason.FIRST_HERE:
        return f"{incident} was told to others, not yet to {', '.join(one.channel for one in tell)}"
    return f"{incident} was told; this changes it: {', '.join(map(str, tell[0].reasons))}"


def notification_of(
    group: Group, channel: str, view: View, *, alert_id: str, now: datetime, before: Notification | None = None
) -> Notification:
    """What a channel knows once the message is queued; what it had acknowledged was another message.

    `before` is what it was told last: it falls back to that where the message reaches nobody.
    """
    sure = None if before is None else before.known if before.taken_at is not None else before.sure
    return Notification(
        incident_id=view.incident.id, channel=channel, version=group.change.version,
        reasons=tuple(map(str, group.change.reasons)), level=group.change.level, known=told_values(view),
        alert_id=alert_id, queued_at=now.astimezone(UTC), sure=sure,
    )  # fmt: skip


def first_for(view: View, version: int, at: datetime, report: str = "") -> Change:
    """The version of an incident that is told to a channel without anything new in it."""
    return Change(
        incident_id=view.incident.id, version=version, at=at, reasons=(ChangeReason.FIRST,), known=told_values(view),
        level=view.level or Level.NOTICE, report=report,
    )  # fmt: skip
