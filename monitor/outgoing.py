"""What channels are told of an incident now: messages, what is held, and what each channel knows after it.

In the transaction that keeps what the messages tell of; the same for news and for what waited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.alerts.attention import (
    about_item,
    held_of,
    level_of,
    with_sent,
)
from monitor.alerts.digest import summary_alert
from monitor.alerts.message import incident_alert, item_alert
from monitor.alerts.policy import as_repeat, if_addressed
from monitor.alerts.silences import Aim
from monitor.comparison import baselines_of
from monitor.configuration import Configuration
from monitor.evaluation import Evaluation, Ledger, Outcome
from monitor.incidents.doubts import RECYCLED
from monitor.incidents.joining import Book
from monitor.model.alert import Alert, Decision, DecisionReason
from monitor.model.attention import BREAKING, MERGED, HeldBack
from monitor.model.clock import wall
from monitor.model.delivery import Address
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import ChangeReason, Held, Notification, Report, Telling, View
from monitor.model.report import Level
from monitor.store.store import Transaction
from monitor.telling import Attention, Group, first_for, grouped, inside_of, lies_of, notification_of
from monitor.text.clean import clean_message, shorten

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
        silences=tx.silences(now),
        lies=lies_of(configuration.rules.gazetteer),
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


def tell_change(
    tx: Transaction, configuration: Configuration, outcome: Outcome, book: Book, *, now: datetime
) -> Spoken:
    """What just changed of an incident: it can break that somebody took notice, and channels are told."""
    if outcome.change is not None and not outcome.change.quiet:
        broken = BREAKING & set(outcome.change.reasons)
        ack = tx.acks([outcome.change.incident_id]).get(outcome.change.incident_id) if broken else None
        if ack is not None and ack.stands:
            reasons = tuple(str(one) for one in ChangeReason if one in broken)
            tx.put_ack(replace(ack, broken_at=now, broken_by=reasons))
    return tell(tx, configuration, outcome, book, now=now)


def tell(tx: Transaction, configuration: Configuration, outcome: Outcome, book: Book, *, now: datetime) -> Spoken:
    """Queues one message for each group of channels that are told the same, and writes down who knows what."""
    view, spoken = outcome.view, Spoken()
    change = outcome.change or first_for(view, view.incident.version, now)
    used: dict[str, str] = {}
    for group in grouped(outcome.tellings, view, change, book.told, configuration.policy):
        _tell_group(tx, configuration, group, view, book, spoken, used, now=now)
    for one in outcome.tellings:
        if one.silence is not None:
            tx.hold_back(held_back(one, one.silence, view, now=now))
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
    attention = attention_of(tx, configuration, now=now)
    when, kept = dict[tuple[datetime | None, str], list[str]](), list[Telling]()
    for channel in decision.send_to:
        aim = aim_of_item(item, evaluation, channel)
        policy = configuration.policy(channel)
        answer = about_item(policy, aim, attention.silences, attention.lies, now=now)
        if answer.does == "quiet":
            kept.append(answer)
            if answer.silence is not None:
                tx.hold_back(
                    HeldBack(
                        silence=answer.silence,
                        at=now,
                        channel=channel,
                        item_id=item.id,
                        level=aim.level,
                        incident_id=aim.incident,
                        reasons=(str(decision.reason),),
                    )
                )
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


def aim_of_item(item: Item, evaluation: Evaluation, channel: str) -> Aim:
    """A message about an item by itself, as silences see it."""
    found, incident = evaluation.classification, evaluation.relation.incident
    return Aim(
        channel=channel,
        level=found.level or Level.NOTICE,
        incident=incident.id if incident is not None else "",
        places=incident.places if incident is not None else tuple(found.facts.targets or found.facts.places[:1]),
        rules=tuple(one.rule for one in found.taken if one.tells and channel in one.send_to),
        publishers=frozenset({item.publisher or item.feed}),
    )


def held_back(one: Telling, silence: int, view: View, *, now: datetime) -> HeldBack:
    """What is written down of a message that a silence keeps from a channel."""
    return HeldBack(
        silence=silence, at=now, channel=one.channel, incident_id=view.incident.id, version=view.incident.version,
        level=level_of(one.reasons, view), reasons=tuple(map(str, one.reasons)),
    )  # fmt: skip


def ack_broken(
    tx: Transaction, incident_id: str, told: Iterable[Notification | None], zone: str, *, now: datetime
) -> str:
    """The line for those who hear for the first time since then that an acknowledgement is broken; empty where none is.

    `told` is what each of the channels was told last: one that was told of the change already has read it.
    """
    ack = tx.acks([incident_id]).get(incident_id)
    # a merge is no news of the attack
    if ack is None or ack.broken_at is None or ack.broken_by == (MERGED,):
        return ""
    for one in told:
        unread = now == ack.broken_at if one is None else one.queued_at < ack.broken_at
        if unread or (one is not None and one.failed_at is not None and one.taken_at is None):
            break
    else:
        return ""
    by = shorten(clean_message(ack.by), 60) or "somebody"
    return f"Acknowledged by {by} at {wall(ack.at, zone)}; this breaks it."


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
        notice=ack_broken(tx, view.incident.id, map(book.told.get, group.channels), group.zone, now=now),
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
            (other for other in tx.held(incident_id=held.incident_id) if other.channel == held.channel), None
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
            why = {one.why for one in held}
            kind: Literal["wake", "cap", "silence"] = "cap" if why == {"cap"} else "wake"
            kind = "silence" if why == {"silence"} else kind
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
    kind: Literal["wake", "cap", "silence"],
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
) -> Alert:
    """One message about all that waited for a channel."""
    policy = configuration.policy(channel)
    told = tx.notifications([one.view.incident.id for one in outcomes])
    alert = summary_alert(
        kind,
        [one.view for one in outcomes],
        changes=sum(len(answer.reasons) for one in outcomes for answer in one.tellings),
        zone=policy.zone,
        names=configuration.rules,
        alert_id=tx.new_id(now),
        now=now,
        channels=(channel,),
        notes={
            one.view.incident.id: ack_broken(
                tx, one.view.incident.id, [told.get((one.view.incident.id, channel))], policy.zone, now=now
            )
            for one in outcomes
        },
    )
    tx.add_alert(alert, configuration.channels.addresses([channel]))
    for one in outcomes:
        assert one.change is not None
        incident, reasons = one.view.incident, one.tellings[0].reasons
        group = Group(
            channels=(channel,), change=replace(one.change, reasons=reasons, level=level_of(reasons, one.view)),
            details=(), style=policy.style, zone=policy.zone,
        )  # fmt: skip
        before = told.get((incident.id, channel))
        note = notification_of(group, channel, one.view, alert_id=alert.id, now=now, before=before)
        tx.put_notification(note)
        tx.unhold(incident.id, channel)
        _note_told(tx, incident, Spoken(channels=[channel]))
    if policy.most_per_hour is not None:
        tx.put_channel_state(with_sent(tx.channel_state(channel), now))
    return alert
