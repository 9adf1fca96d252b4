"""What is muted, held, acknowledged and in force, for people and as JSON."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from monitor.alerts.attention import at_wall
from monitor.alerts.silences import Aim, Lies, by_name, publishers_of, silencing
from monitor.config.values import read_duration, spoken
from monitor.config.yamlfile import did_you_mean
from monitor.errors import BasewatchError, UsageError
from monitor.model.attention import MAX_NOTE, Ack, Deed, Silence
from monitor.model.clock import wall
from monitor.model.incident import Incident
from monitor.model.ledger import ChangeReason
from monitor.model.policy import WEEKDAYS, Policy
from monitor.model.report import Level
from monitor.queries.jsonvalues import as_kept, kept, plain
from monitor.queries.rulings import meant_by, standing
from monitor.queries.silences import LONGEST_MUTE, silence_shown
from monitor.store.store import Transaction

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
#: an incident's id begins with its date
_INCIDENT = re.compile(r"\d{4}-\d\d-\d\d-")


def mute_target(tx: Transaction, target: str, rules: Collection[str]) -> tuple[Literal["incident", "rule"], str]:
    """What somebody wants to mute: the kind, and the id that it goes by."""
    if _INCIDENT.match(target):
        return "incident", standing(tx, target).id
    if target in rules:
        return "rule", target
    hint = meant_by(tx, target) or did_you_mean(target, rules)
    raise BasewatchError(f"there is no incident and no rule {target[:80]}; {hint}".rstrip("; "))


def until(text: str, *, now: datetime, zone: str = "UTC") -> datetime:
    """The moment that `--until` names: a duration from now (`2h`), the next 07:00 of a zone's clock, or an ISO date."""
    text = text.strip()
    moment: datetime | None = None
    with suppress(ValueError, OverflowError):
        moment = now + read_duration(text)
    if moment is None and (found := _TIME.fullmatch(text)):
        clock = ZoneInfo(zone)
        today = now.astimezone(clock).date()
        at = time(int(found[1]), int(found[2]))
        days = (at_wall(datetime.combine(today + timedelta(days=n), at), clock) for n in range(3))
        moment = next(day for day in days if day > now)
    if moment is None:
        with suppress(ValueError, OverflowError):
            read = datetime.fromisoformat(text)
            moment = read.astimezone(UTC) if read.tzinfo else at_wall(read.replace(second=0), ZoneInfo(zone))
    if moment is None:
        raise UsageError(f"--until {text[:40]!r} is no time; write for instance 2h, 07:00 or 2026-11-30")
    if moment <= now:
        raise UsageError(f"--until {text[:40]} is over; write a time that is to come, for instance 2h")
    if moment > now + LONGEST_MUTE:
        raise UsageError(f"--until {text[:40]} is more than a year away; a rule is switched off with status: off")
    return moment


def mutes_shown(tx: Transaction, *, now: datetime) -> list[dict[str, Any]]:
    """The silences in force, the first to end first, in the types of JSON."""
    return [silence_shown(one, now=now) for one in tx.silences(now) if one.holds(now)]


# ------------------------------------------------------------------------------------------- acknowledgements


def acknowledge(tx: Transaction, incident_id: str, *, by: str, note: str = "", now: datetime) -> tuple[str, ...]:
    """Somebody takes notice of an incident as it is: repeats of a flash end; answers of which channels.

    It holds nothing back, and a change that escalates breaks it. Where it was acknowledged as it is now, and no note is
    given, nothing is done.
    """
    incident = standing(tx, incident_id)
    if len(note := note.strip()) > MAX_NOTE:
        raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE}")
    found = tx.notifications([incident.id])
    ended = [one for one in found.values() if one.acked_at is None]
    before = tx.acks([incident.id]).get(incident.id)
    if before is not None and before.stands and before.version == incident.version and not ended and not note:
        return ()
    for one in ended:
        tx.put_notification(replace(one, acked_at=now, acked_by=by))
    tx.put_ack(Ack(incident_id=incident.id, at=now, by=by, note=note, version=incident.version))
    stood = {"ack": kept(before) if before is not None else None, "channels": sorted(one.channel for one in ended)}
    tx.add_deed(Deed(at=now, by=by, what="ack", target=incident.id, note=note, before=stood))
    return tuple(sorted(one.channel for one in ended))


def unacknowledge(tx: Transaction, incident_id: str, *, by: str, now: datetime) -> bool:
    """Nobody has taken notice any more: a flash is repeated again. False where no acknowledgement stands."""
    incident = standing(tx, incident_id)
    ack = tx.acks([incident.id]).get(incident.id)
    if ack is None or not ack.stands:
        return False
    told = [one for one in tx.notifications([incident.id]).values() if one.acked_at is not None]
    for one in told:
        tx.put_notification(replace(one, acked_at=None, acked_by=""))
    tx.drop_ack(incident.id)
    before = {"ack": kept(ack), "acked": {one.channel: [plain(one.acked_at), one.acked_by] for one in told}}
    tx.add_deed(Deed(at=now, by=by, what="unack", target=incident.id, before=before))
    return True


def acks_of(tx: Transaction, ids: Collection[str]) -> dict[str, Ack]:
    """Who took notice of these incidents last, by incident; `stands` is false where a change broke it since."""
    return tx.acks(ids)


def ack_shown(ack: Ack) -> dict[str, Any]:
    """An acknowledgement in the types of JSON."""
    return {**plain(ack), "stands": ack.stands}


def as_ack(shown: dict[str, Any]) -> Ack:
    """The acknowledgement that `ack_shown` tells of."""
    return as_kept(Ack, {name: value for name, value in shown.items() if name != "stands"})


def ack_in_words(ack: Ack, zone: str) -> str:
    """`acknowledged by Karim at …: on it`, or that it is broken, when and by what."""
    said = f"acknowledged by {ack.by or 'somebody'} at {wall(ack.at, zone)}, version {ack.version}"
    said += f": {ack.note}" if ack.note else ""
    if ack.broken_at is None:
        return said
    return f"{said}; broken at {wall(ack.broken_at, zone)} by {', '.join(ack.broken_by)}"


def policy_shown(policy: Policy) -> dict[str, Any]:
    """A policy in the words of policies.yaml."""
    quiet, digest = policy.quiet, policy.digest
    return {
        "channel": policy.channel,
        "line": policy.line or None,
        "zone": policy.zone,
        "style": policy.style,
        "level": str(policy.level),
        "places": list(policy.places),
        "reasons": [str(reason) for reason in ChangeReason if reason in policy.reasons],
        "grade": str(policy.grade),
        "publishers": policy.publishers,
        "cool_down": spoken(policy.cool_down),
        "most_per_hour": policy.most_per_hour,
        "quiet": quiet
        and {
            "from": f"{quiet.begins:%H:%M}",
            "to": f"{quiet.ends:%H:%M}",
            "days": [WEEKDAYS[day] for day in quiet.days],
            "zone": quiet.zone,
        },
        "digest": digest
        and {
            "daily": digest.daily and f"{digest.daily:%H:%M}",
            "weekly": digest.weekly and f"{WEEKDAYS[digest.weekly[0]]} {digest.weekly[1]:%H:%M}",
        },
        "repeat_flash": spoken(policy.repeat_flash) if policy.repeat_flash else "never",
    }


def held_shown(tx: Transaction, channels: Collection[str] | None = None) -> list[dict[str, Any]]:
    """What waits, in the types of JSON; of these channels, or of all."""
    return [
        {
            "incident": one.incident_id, "channel": one.channel, "why": one.why, "since": _iso(one.since),
            "due": _iso(one.due_at), "level": str(one.level),
        }
        for one in tx.held()
        if channels is None or one.channel in channels
    ]  # fmt: skip


def policy_explained(
    tx: Transaction, incident: Incident, policies: Sequence[Policy], *, now: datetime, zone: str = "UTC",
    lies: Lies = by_name,
) -> list[dict[str, Any]]:  # fmt: skip
    """Why each channel was told of an incident, or not: what it was told last, what waits for it, what silences it.

    Moments in `why` are those of `zone`, the others ISO 8601 in UTC.
    """
    told = {channel: one for (_, channel), one in tx.notifications([incident.id]).items()}
    held = {one.channel: one for one in tx.held() if one.incident_id == incident.id}
    reports = tx.reports_of([incident.id]).get(incident.id, [])
    rules: dict[str, list[str]] = {}
    for report in reports:
        for taken in report.rules:
            for channel in taken.send_to if taken.tells else ():
                rules.setdefault(channel, []).append(taken.rule)
    silences, kept_back = tx.silences(now), tx.held_back(incident_id=incident.id)
    channels = dict.fromkeys([*told, *held, *rules, *(policy.channel for policy in policies)])
    found = []
    for channel in channels:
        aim = Aim(
            channel=channel, level=incident.level or Level.NOTICE, incident=incident.id, places=incident.places,
            rules=tuple(dict.fromkeys(rules.get(channel, ()))), publishers=publishers_of(reports),
        )  # fmt: skip
        silence = silencing(silences, aim, lies, now=now)
        one = _explained(channel, told.get(channel), held.get(channel), aim.rules, silence, zone)
        by = dict.fromkeys(f"S{one.silence}" for one in kept_back if one.channel == channel)
        found.append({**one, "silenced_by": silence.name if silence else None, "suppressed_by": list(by)})
    return found


def _explained(
    channel: str, told: Any, held: Any, rules: tuple[str, ...], silence: Silence | None, zone: str
) -> dict[str, Any]:
    if silence is not None:
        why = f"muted until {wall(silence.ends, zone)} (suppressed by {silence.name}: {silence.note or silence.target})"
    elif held is not None:
        due = f", due {wall(held.due_at, zone)}" if held.due_at else ""
        why = f"waits ({held.why}) since {wall(held.since, zone)}{due}"
    elif told is not None and told.failed_at is not None and told.taken_at is None:
        why = f"every address gave up at {wall(told.failed_at, zone)}; the next change is told anew"
    elif told is not None:
        taken = "taken" if told.taken_at else "queued"
        why = f"told version {told.version} ({', '.join(told.reasons)}), {taken}; nothing is new since"
    elif rules:
        why = f"not told, although {', '.join(rules)} sends to it: its policy keeps it, or nothing was worth telling"
    else:
        why = "no rule that took a report sends to it"
    return {
        "channel": channel,
        "why": why,
        "version": told.version if told else None,
        "reasons": list(told.reasons) if told else [],
        "queued": _iso(told.queued_at) if told else None,
        "taken": _iso(told.taken_at) if told else None,
        "acknowledged": _iso(told.acked_at) if told else None,
        "acknowledged_by": told.acked_by if told else "",
        "repeats": told.repeats if told else 0,
        "held": held.why if held else None,
        "due": _iso(held.due_at) if held else None,
        "rules": list(rules),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
