"""What channels are told of an incident now: messages, what is held, and what each channel knows after it.

In the transaction that keeps what the messages tell of; the same for news and for what waited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.alerts.attention import held_of, with_sent
from monitor.alerts.message import incident_alert
from monitor.configuration import Configuration
from monitor.evaluation import Book, Outcome
from monitor.incidents.baselines import baseline
from monitor.model.alert import Alert
from monitor.model.delivery import Address
from monitor.model.ledger import ChangeReason, Telling, View
from monitor.store.store import Transaction
from monitor.telling import Attention, Group, first_for, grouped, inside_of, notification_of

#: how far back a message looks for attacks on the same place
BASELINE = timedelta(days=400)


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
        waiting={one.channel for one in tx.held() if one.incident_id == incident_id},
    )


def tell(tx: Transaction, configuration: Configuration, outcome: Outcome, book: Book, *, now: datetime) -> Spoken:
    """Queues one message for each group of channels that are told the same, and writes down who knows what."""
    view, spoken = outcome.view, Spoken()
    change = outcome.change or first_for(view, view.incident.version, now)
    used: set[str] = set()
    for group in grouped(outcome.tellings, view, change, book.told, configuration.policy):
        _tell_group(tx, configuration, group, view, book, spoken, used, now=now)
    for one in outcome.tellings:
        if one.does == "hold":
            _hold(tx, configuration, one, view, book, now=now)
        elif one.channel in book.waiting:
            tx.unhold(view.incident.id, one.channel)
            book.waiting.discard(one.channel)
    return spoken


def _tell_group(
    tx: Transaction,
    configuration: Configuration,
    group: Group,
    view: View,
    book: Book,
    spoken: Spoken,
    used: set[str],
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
        baseline=_baseline(tx, view, now=now),
        alert_id=tx.new_id(now),
        now=now,
        channels=group.channels,
        audience=group.audience,
    )
    # an address of two channels is told once, in the words of the first
    fresh = [address for address in addresses if address.key not in used]
    if (addresses and not fresh) or not tx.add_alert(alert, fresh):
        return
    used.update(address.key for address in fresh)
    spoken.alerts.append(alert)
    spoken.channels += addressed
    for channel in addressed:
        note = notification_of(group, channel, view, alert_id=alert.id, now=now)
        tx.put_notification(note)
        book.told[channel] = note
        if configuration.policy(channel).most_per_hour is not None:
            tx.put_channel_state(with_sent(tx.channel_state(channel), now))


def _hold(
    tx: Transaction, configuration: Configuration, one: Telling, view: View, book: Book, *, now: datetime
) -> None:
    held = replace(held_of(one, view, since=now), channel=one.channel)
    if held.why == "digest" and configuration.policy(one.channel).digest is None:
        return  # no digest will ever take it
    if one.channel in book.waiting:
        earlier = next(
            (other for other in tx.held() if (other.incident_id, other.channel) == (held.incident_id, held.channel)),
            None,
        )
        if earlier is not None:
            held = replace(held, since=earlier.since)
    tx.hold(held)
    book.waiting.add(one.channel)


def _baseline(tx: Transaction, view: View, *, now: datetime) -> tuple[str, ...]:
    """How unusual the incident is by what the ledger holds of its place."""
    places = [place.id for place in view.incident.places if not place.is_vague]
    if not places:
        return ()
    since = (now - BASELINE).date()
    rows = [one for one in tx.incidents_at(places, (), since) if one.id != view.incident.id]
    begins = min([one.opened_at for one in rows], default=now)
    return baseline(view, rows, since=begins, now=now)
