"""What channels are told of an incident now: messages, what is held, and what each channel knows after it.

In the transaction that keeps what the messages tell of; the same for news and for what waited.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.alerts.attention import (
    MOST_REPEATS,
    about_item,
    digest_due,
    digest_since,
    held_of,
    level_of,
    repeat_due,
    with_sent,
)
from monitor.alerts.digest import digest_alert, in_period, summary_alert
from monitor.alerts.message import incident_alert, item_alert
from monitor.alerts.policy import as_repeat, if_addressed
from monitor.comparison import baselines_of
from monitor.configuration import Configuration
from monitor.evaluation import Evaluation, Ledger, Outcome
from monitor.incidents.doubts import RECYCLED
from monitor.incidents.joining import Book
from monitor.model.alert import Alert, Attachment, Decision, DecisionReason
from monitor.model.delivery import Address
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import ChangeReason, Grade, Held, Report, Telling, View
from monitor.model.policy import Policy
from monitor.model.report import Level
from monitor.store.store import Transaction
from monitor.telling import Attention, Group, first_for, grouped, inside_of, notification_of

#: how far back texts are compared with a new one
LONG_AGO = timedelta(days=400)
#: attacks of long ago whose texts are compared with a new one
MOST_LOOKED_AT = 50


@dataclass(kw_only=True)
class Spoken:
    """What became of the answers for the channels of one incident."""

    alerts: list[Alert] = field(default_factory=list)
    #: channels that are told, and whom some address takes
    channels: list[str] = field(default_factory=list)


def attention_of(tx: Transaction, configuration: Configuration, *, now: datetime) -> Attention:
    """What is known of all channels at this moment of a transaction."""
    return Attention(
        policy=configuration.policy,
        inside=inside_of(configuration.rules.gazetteer),
        mutes=tx.mutes(now),
        state=tx.channel_state,
    )


def book_of(tx: Transaction, incident_id: str) -> Book:
    """What is stored of an incident."""
    return Book(
        reports={one.id: one for one in tx.reports_of([incident_id]).get(incident_id, ())},
        told={channel: one for (_, channel), one in tx.notifications([incident_id]).items()},
        waiting={one.channel for one in tx.held(incident_id=incident_id)},
    )


def long_before(tx: Transaction, incident: Incident) -> list[Report]:
    """Reports of the attacks on the places of an incident so long before it that their texts are no news."""
    places = [place.id for place in incident.places if not place.is_vague]
    there = tx.incidents_at(places, (), incident.date - LONG_AGO) if places else []
    old = [one.id for one in there if incident.date - one.date >= RECYCLED][-MOST_LOOKED_AT:]
    return [report for reports in tx.reports_of(old).values() for report in reports]


def tell(tx: Transaction, configuration: Configuration, outcome: Outcome, book: Book, *, now: datetime) -> Spoken:
    """Queues one message for each group of channels that are told the same, and writes down who knows what."""
    view, spoken = outcome.view, Spoken()
    change = outcome.change or first_for(view, view.incident.version, now)
    used: dict[str, str] = {}
    for group in grouped(outcome.tellings, view, change, book.told, configuration.policy):
        _tell_group(tx, configuration, group, view, book, spoken, used, now=now)
    for one in outcome.tellings:
        if one.does == "hold":
            _hold(tx, one, view, book, now=now)
        elif one.channel in book.waiting:
            tx.unhold(view.incident.id, one.channel)
            book.waiting.discard(one.channel)
    return spoken


def tell_item(
    tx: Transaction, configuration: Configuration, item: Item, evaluation: Evaluation, *, now: datetime
) -> tuple[Decision, list[Alert]]:
    """Queues the messages about an item itself (a sighting, an answer), where a rule asks for it; what came of it."""
    decision, found = evaluation.decision, evaluation.classification
    if not decision.tell or found.level is None:
        return decision, []
    mutes, when, kept = tx.mutes(now), dict[tuple[datetime | None, str], list[str]](), list[Telling]()
    for channel in decision.send_to:
        rules = [one.rule for one in found.taken if one.tells and channel in one.send_to]
        policy = configuration.policy(channel)
        answer = about_item(policy, found.level, rules, mutes, now=now)
        if answer.does == "quiet":
            kept.append(answer)
        else:
            when.setdefault((answer.due_at, policy.zone), []).append(channel)
    if kept and not when:
        return Decision(tell=False, reason=DecisionReason(kept[0].reason), detail=kept[0].detail), []
    incident = evaluation.relation.incident
    alerts: list[Alert] = []
    for (due, zone), channels in when.items():
        part = replace(decision, send_to=tuple(channels))
        addressed = [channel for channel in channels if configuration.channels.addresses([channel])]
        part = if_addressed(part, addressed)
        if not part.tell:
            decision = part
            continue
        alert = item_alert(
            item, found, incident, part, configuration.rules, zone=zone, alert_id=tx.new_id(now), now=now
        )
        if incident is not None:
            alert = replace(alert, audience=f"item:{item.id}:{','.join(channels)}")
        if tx.add_alert(alert, configuration.channels.addresses(channels), not_before=due):
            alerts.append(alert)
        else:
            decision = as_repeat(part)
    told = tuple(channel for alert in alerts for channel in alert.channels)
    return replace(evaluation.decision, send_to=told) if alerts else decision, alerts


def _tell_group(
    tx: Transaction,
    configuration: Configuration,
    group: Group,
    view: View,
    book: Book,
    spoken: Spoken,
    used: dict[str, str],
    *,
    now: datetime,
) -> None:
    addresses: Sequence[Address] = configuration.channels.addresses(group.channels)
    addressed = [channel for channel in group.channels if configuration.channels.addresses([channel])]
    if not addressed and ChangeReason.FIRST not in group.change.reasons:
        return  # a first message is made all the same: nobody hears it, but it stands in the list of alerts
    alert = incident_alert(
        view,
        group.change,
        group.details,
        style=group.style,
        zone=group.zone,
        names=configuration.rules,
        baseline=baselines_of(tx, [view], now=now).get(view.incident.id, ()),
        alert_id=tx.new_id(now),
        now=now,
        channels=group.channels,
        audience=_audience(group, book),
        template=configuration.styles.of(group.style),
    )
    # an address of two channels is told once, in the words of the first
    fresh = [address for address in addresses if address.key not in used]
    if fresh or not addresses:
        if not tx.add_alert(alert, fresh):
            return
        used.update({address.key: alert.id for address in fresh})
        spoken.alerts.append(alert)
    spoken.channels += addressed
    for channel in addressed:
        reached = {used[address.key] for address in configuration.channels.addresses([channel])}
        told_by = alert.id if alert.id in reached else min(reached)
        note = notification_of(group, channel, view, alert_id=told_by, now=now, before=book.told.get(channel))
        tx.put_notification(note)
        book.told[channel] = note
        if configuration.policy(channel).most_per_hour is not None:
            tx.put_channel_state(with_sent(tx.channel_state(channel), now))


def _audience(group: Group, book: Book) -> str:
    """Who hears a message; what gave up is tried anew, though its version is the same."""
    notes = [book.told[channel] for channel in group.channels if channel in book.told]
    failed = max((note.failed_at for note in notes if note.failed_at is not None), default=None)
    return group.audience if failed is None else f"{group.audience}#{failed:%Y%m%d%H%M%S%f}"


def _hold(tx: Transaction, one: Telling, view: View, book: Book, *, now: datetime) -> None:
    held = replace(held_of(one, view, since=now), channel=one.channel)
    if one.channel in book.waiting:
        earlier = next(
            (other for other in tx.held() if (other.incident_id, other.channel) == (held.incident_id, held.channel)),
            None,
        )
        if earlier is not None:
            held = replace(held, since=earlier.since)
    tx.hold(held)
    book.waiting.add(one.channel)


# ---------------------------------------------------------------------------------------------------- what waited


def waited(
    tx: Transaction, configuration: Configuration, ledger: Ledger, incident: Incident, channels: Collection[str],
    *, now: datetime,
) -> Outcome:  # fmt: skip
    """What these channels are told now of an incident of which something waited: all that is new to them by now."""
    book = ledger.book(incident.id)
    outcome = ledger.outcome(incident, incident, book, None, configuration.rules, now=now)
    known = [book.told[channel].version for channel in channels if channel in book.told]
    since = [one for one in tx.versions(incident.id) if one.version > min(known, default=0) and not one.quiet]
    reasons = {reason for one in since for reason in one.reasons}
    change = replace(
        first_for(outcome.view, incident.version, now),
        reasons=tuple(reason for reason in ChangeReason if reason in reasons),
        details=tuple(detail for one in since for detail in one.details),
    )
    asked = ledger.ask(outcome.view, change, book, now=now)
    return replace(outcome, change=change, tellings=tuple(one for one in asked if one.channel in channels))


def tell_waiting(tx: Transaction, configuration: Configuration, *, now: datetime) -> list[Alert]:
    """Tells what is due by now: one incident in its own words, several as one message."""
    due: dict[str, list[Held]] = {}
    for one in tx.held(now):
        due.setdefault(one.channel, []).append(one)
    alerts: list[Alert] = []
    for channel, held in due.items():
        ledger = ledger_of(tx, configuration, [one.incident_id for one in held], now=now)
        ready: list[Outcome] = []
        for one in held:
            incident = ledger.known(one.incident_id)
            if incident is None:
                tx.unhold(one.incident_id, channel)
                continue
            outcome = waited(tx, configuration, ledger, incident, [channel], now=now)
            if any(answer.does == "tell" for answer in outcome.tellings):
                ready.append(outcome)
            else:  # it waits on, or nothing of it is new any more
                tell(tx, configuration, outcome, ledger.book(incident.id), now=now)
                if not outcome.tellings:
                    tx.unhold(incident.id, channel)
        if len(ready) == 1:
            incident = ready[0].view.incident
            spoken = tell(tx, configuration, ready[0], ledger.book(incident.id), now=now)
            _note_told(tx, incident, spoken)
            alerts += spoken.alerts
        elif ready:
            kind: Literal["wake", "cap"] = "cap" if all(one.why == "cap" for one in held) else "wake"
            alerts.append(_summary(tx, configuration, channel, kind, ready, now=now))
    return alerts


def ledger_of(tx: Transaction, configuration: Configuration, ids: Collection[str], *, now: datetime) -> Ledger:
    """A ledger of these incidents alone."""
    return Ledger(
        [incident for id in ids if (incident := tx.incident(id)) is not None],
        attention=attention_of(tx, configuration, now=now),
        book=lambda incident_id: book_of(tx, incident_id),
    )


def _note_told(tx: Transaction, incident: Incident, spoken: Spoken) -> None:
    if spoken.channels:
        told_to = tuple(dict.fromkeys((*incident.told_to, *spoken.channels)))
        tx.update_incident(replace(incident, told=True, told_to=told_to))


def _summary(
    tx: Transaction,
    configuration: Configuration,
    channel: str,
    kind: Literal["wake", "cap"],
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
) -> Alert:
    """One message about all that waited for a channel."""
    policy = configuration.policy(channel)
    alert = summary_alert(
        kind,
        [one.view for one in outcomes],
        changes=sum(len(answer.reasons) for one in outcomes for answer in one.tellings),
        zone=policy.zone,
        names=configuration.rules,
        alert_id=tx.new_id(now),
        now=now,
        channels=(channel,),
    )
    tx.add_alert(alert, configuration.channels.addresses([channel]))
    for one in outcomes:
        assert one.change is not None
        incident, reasons = one.view.incident, one.tellings[0].reasons
        group = Group(
            channels=(channel,), change=replace(one.change, reasons=reasons, level=level_of(reasons, one.view)),
            details=(), style=policy.style, zone=policy.zone,
        )  # fmt: skip
        before = tx.notifications([incident.id]).get((incident.id, channel))
        note = notification_of(group, channel, one.view, alert_id=alert.id, now=now, before=before)
        tx.put_notification(note)
        tx.unhold(incident.id, channel)
        _note_told(tx, incident, Spoken(channels=[channel]))
    if policy.most_per_hour is not None:
        tx.put_channel_state(with_sent(tx.channel_state(channel), now))
    return alert


def repeat_flashes(tx: Transaction, configuration: Configuration, *, now: datetime) -> list[Alert]:
    """Tells a flash once more that nobody has acknowledged, with the same version and reason."""
    alerts = []
    for policy in configuration.policies:
        if policy.repeat_flash is None:
            continue
        since = now - policy.repeat_flash * (MOST_REPEATS + 1)
        for told in tx.unacknowledged(policy.channel, Level.FLASH, since):
            number = repeat_due(told, policy, now)
            if number is None:
                continue
            ledger = ledger_of(tx, configuration, [told.incident_id], now=now)
            incident = ledger.known(told.incident_id)
            mutes = {(mute.kind, mute.target) for mute in tx.mutes(now)}
            if incident is None or incident.merged_into or ("incident", told.incident_id) in mutes:
                continue
            view = ledger.outcome(incident, incident, ledger.book(incident.id), None, configuration.rules, now=now).view
            if view.level is not Level.FLASH or view.grade in (Grade.RETRACTED, Grade.DENIED):
                continue  # nobody need run for it any more
            reasons = tuple(ChangeReason(reason) for reason in told.reasons)
            change = replace(first_for(view, told.version, now), reasons=reasons, level=told.level)
            alert = incident_alert(
                view, change, (), style=policy.style, zone=policy.zone, names=configuration.rules, baseline=(),
                alert_id=tx.new_id(now), now=now, channels=(policy.channel,),
                audience=f"{policy.style}:{policy.channel}#{number}",
                template=configuration.styles.of(policy.style),
            )  # fmt: skip
            if tx.add_alert(alert, configuration.channels.addresses([policy.channel])):
                tx.put_notification(replace(told, alert_id=alert.id, repeats=number))
                alerts.append(alert)
    return alerts


#: of digests, by channel and period
Pictures = Mapping[tuple[str, str], Sequence[Attachment]]


def digests_due(
    tx: Transaction, configuration: Configuration, *, now: datetime
) -> list[tuple[Policy, Literal["day", "week"], datetime]]:
    """The digests that `make_digests` would make now, and since when each tells: their pictures are drawn before,
    outside of its transaction."""
    found = []
    for policy in configuration.policies:
        state = tx.channel_state(policy.channel)
        begun = replace(
            state, last_digest_day=state.last_digest_day or now, last_digest_week=state.last_digest_week or now
        )
        found += [(policy, period, digest_since(state, period, now)) for period in digest_due(policy, begun, now)]
    return found


def make_digests(
    tx: Transaction, configuration: Configuration, *, now: datetime, pictures: Pictures | None = None
) -> list[Alert]:
    """The digests that are due. A channel's first one is due at the next of its times, not at once."""
    alerts = []
    for policy in configuration.policies:
        if policy.digest is None:
            continue
        state = tx.channel_state(policy.channel)
        begun = replace(
            state, last_digest_day=state.last_digest_day or now, last_digest_week=state.last_digest_week or now
        )
        for period in digest_due(policy, begun, now):
            drawn = (pictures or {}).get((policy.channel, period), ())
            since = digest_since(state, period, now)
            alerts.append(digest_of(tx, configuration, policy, period, since=since, now=now, pictures=drawn))
            begun = replace(begun, last_digest_day=now) if period == "day" else replace(begun, last_digest_week=now)
        if begun != state:
            tx.put_channel_state(begun)
    return alerts


def digest_of(
    tx: Transaction, configuration: Configuration, policy: Policy, period: Literal["day", "week"], *, since: datetime,
    now: datetime, pictures: Sequence[Attachment] = (),
) -> Alert:  # fmt: skip
    """Queues the digest of a channel: every incident of its places of which something was reported in the period, and
    what was kept for it."""
    kept = [one.incident_id for one in tx.held() if one.channel == policy.channel and one.why == "digest"]
    # a local day can have begun before that of UTC
    opened = tx.incidents((since - timedelta(days=1)).date())
    ids = in_period(tx.changes_since(since), opened, since=since, until=now)
    ids = tuple(dict.fromkeys((*ids, *kept)))
    ledger = ledger_of(tx, configuration, ids, now=now)
    inside = inside_of(configuration.rules.gazetteer)
    rows = []
    for id in ids:
        incident = ledger.known(id)
        if incident is None or incident.merged_into:
            continue
        view = ledger.outcome(incident, incident, ledger.book(id), None, configuration.rules, now=now).view
        if not policy.places or inside(policy.places, view):
            rows.append(view)
    waiting = [one for one in tx.held() if one.channel == policy.channel and one.why != "digest"]
    muted = {mute.target for mute in tx.mutes(now) if mute.kind == "incident"}
    alert = digest_alert(
        period, rows, pictures, held=len(waiting), muted=muted, zone=policy.zone, names=configuration.rules,
        alert_id=tx.new_id(now), now=now, channels=(policy.channel,),
    )  # fmt: skip
    tx.add_alert(alert, configuration.channels.addresses([policy.channel]))
    for one in tx.held():
        if one.channel == policy.channel and one.why == "digest":
            tx.unhold(one.incident_id, one.channel)
    return alert
