"""What channels and the operator are told by the clock alone: repeats of a flash, digests, that a silence ends soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.alerts.attention import MOST_REPEATS, aim_of, digest_due, digest_since, repeat_due
from monitor.alerts.digest import digest_alert, in_period
from monitor.alerts.message import incident_alert
from monitor.alerts.notices import silence_ends
from monitor.alerts.silences import silencing
from monitor.configuration import Configuration
from monitor.model.alert import Alert, Attachment
from monitor.model.attention import LONG, WARNED_BEFORE
from monitor.model.ledger import ChangeReason, Grade
from monitor.model.policy import Policy
from monitor.model.report import Level
from monitor.outgoing import attention_of, ledger_of
from monitor.store.store import Transaction
from monitor.telling import first_for, inside_of


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
            ack = tx.acks([told.incident_id]).get(told.incident_id)
            if incident is None or incident.merged_into or (ack is not None and ack.stands):
                continue
            view = ledger.outcome(incident, incident, ledger.book(incident.id), None, configuration.rules, now=now).view
            if view.level is not Level.FLASH or view.grade in (Grade.RETRACTED, Grade.DENIED):
                continue  # nobody need run for it any more
            attention = attention_of(tx, configuration, now=now)
            known = attention.known(policy.channel, view, told)
            if silencing(attention.silences, aim_of(view, known, told.level), attention.lies, now=now) is not None:
                continue
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


def silenced_incidents(tx: Transaction, channel: str, *, now: datetime) -> set[str]:
    """The incidents of which a channel is not told by a silence: something of them waits for its end, or would."""
    waits = {one.incident_id for one in tx.held() if one.channel == channel and one.why == "silence"}
    return waits | {one.matchers.incident for one in tx.silences(now) if one.kind == "incident" and one.holds(now)}


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
    waiting = [one for one in tx.held() if one.channel == policy.channel and one.why not in ("digest", "silence")]
    muted = silenced_incidents(tx, policy.channel, now=now)
    alert = digest_alert(
        period, rows, pictures, held=len(waiting), muted=muted, zone=policy.zone, names=configuration.rules,
        alert_id=tx.new_id(now), now=now, channels=(policy.channel,),
    )  # fmt: skip
    tx.add_alert(alert, configuration.channels.addresses([policy.channel]))
    for one in tx.held():
        if one.channel == policy.channel and one.why == "digest":
            tx.unhold(one.incident_id, one.channel)
    return alert


def warn_of_ends(tx: Transaction, configuration: Configuration, *, now: datetime) -> list[Alert]:
    """Tells the operator, once, of a silence that ends within half an hour and held something back or is a long one."""
    alerts = []
    for silence in tx.silences(now):
        near = silence.holds(now) and now >= silence.ends - WARNED_BEFORE
        if not near or silence.warned_at is not None:
            continue
        if not silence.held_back and silence.ends - silence.starts <= LONG:
            continue  # it may hold something back yet
        alert = silence_ends(silence, zone=configuration.zone, alert_id=tx.new_id(now), now=now)
        tx.add_alert(alert, configuration.channels.addresses(alert.channels))
        tx.update_silence(replace(silence, warned_at=now))
        alerts.append(alert)
    return alerts
