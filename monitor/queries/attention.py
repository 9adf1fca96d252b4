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
from monitor.config.values import read_duration, spoken
from monitor.config.yamlfile import did_you_mean
from monitor.errors import BasewatchError, UsageError
from monitor.model.clock import wall
from monitor.model.incident import Incident
from monitor.model.ledger import ChangeReason, Mute
from monitor.model.policy import WEEKDAYS, Policy
from monitor.queries.rulings import meant_by, no_incident
from monitor.store.store import Transaction

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
#: an incident's id begins with its date
_INCIDENT = re.compile(r"\d{4}-\d\d-\d\d-")
LONGEST_MUTE = timedelta(days=366)


def find_incident(tx: Transaction, incident_id: str) -> Incident:
    """The incident with this id, or the one into which it went; `BasewatchError` where there is none."""
    stands = tx.rulings().merged.get(incident_id, incident_id)
    found = tx.incident(stands)
    if found is None:
        raise no_incident(tx, incident_id)
    return found


def mute_target(tx: Transaction, target: str, rules: Collection[str]) -> tuple[Literal["incident", "rule"], str]:
    """What somebody wants to mute: the kind, and the id that it goes by."""
    if _INCIDENT.match(target):
        return "incident", find_incident(tx, target).id
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
    """The mutes in force, in the types of JSON."""
    return [
        {"kind": mute.kind, "target": mute.target, "until": _iso(mute.until), "note": mute.note, "at": _iso(mute.at)}
        for mute in tx.mutes(now)
    ]


def acknowledge(tx: Transaction, incident_id: str, *, by: str, now: datetime) -> tuple[str, ...]:
    """Ends repeats of what was told of an incident; answers of which channels."""
    found = tx.notifications([incident_id])
    ended = [one for one in found.values() if one.acked_at is None]
    for one in ended:
        tx.put_notification(replace(one, acked_at=now, acked_by=by))
    return tuple(sorted(one.channel for one in ended))


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
    tx: Transaction, incident: Incident, policies: Sequence[Policy], *, now: datetime, zone: str = "UTC"
) -> list[dict[str, Any]]:
    """Why each channel was told of an incident, or not: what it was told last, what waits for it, what mutes it.

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
    mutes = tx.mutes(now)
    own = next((mute for mute in mutes if (mute.kind, mute.target) == ("incident", incident.id)), None)
    channels = dict.fromkeys([*told, *held, *rules, *(policy.channel for policy in policies)])
    return [
        _explained(
            channel, told.get(channel), held.get(channel), tuple(dict.fromkeys(rules.get(channel, ()))), own, zone
        )
        for channel in channels
    ]


def _explained(
    channel: str, told: Any, held: Any, rules: tuple[str, ...], mute: Mute | None, zone: str
) -> dict[str, Any]:
    if mute is not None:
        why = f"muted until {wall(mute.until, zone)}"
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
