"""What one channel is told of an incident, and when: by what changed, what it was told last, its policy and the time.

The order of the questions is the order of the sentences in `telling`; every answer has a name. Nothing here asks a
clock: `now` is given. Quiet hours are hours of a clock on a wall: where it is put forward over their end, they end at
the moment it jumps to; where it is put back, they end the first time that it shows their end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.alerts.silences import Aim, Lies, by_name, publishers_of, silencing
from monitor.model.attention import Silence
from monitor.model.clock import wall
from monitor.model.ledger import Change, ChangeReason, ChannelState, Grade, Held, Notification, Telling, View
from monitor.model.policy import WEEKDAYS, Policy, QuietHours
from monitor.model.report import Level

#: a flash is told again at most so often
MOST_REPEATS = 5
HOUR = timedelta(hours=1)
_GRADES = (Grade.CLAIMED, Grade.REPORTED, Grade.SEVERAL, Grade.CONFIRMED)
#: reasons that say what an incident is no more: they are told to all who were told of it, whatever its grade is now
_TAKEN_BACK = frozenset({ChangeReason.RETRACTED, ChangeReason.TOLL_CORRECTED, ChangeReason.DENIED})
#: the level of a change that is no news of how grave the attack was
_LEVELS = {
    ChangeReason.CLAIMED: Level.NOTICE, ChangeReason.CONFIRMED: Level.NOTICE, ChangeReason.DENIED: Level.NOTICE,
    ChangeReason.PLACE_NAMED: Level.NOTICE, ChangeReason.RETALIATION: Level.DIGEST,
}  # fmt: skip
Why = Literal["quiet", "cool-down", "cap", "digest", "unconfirmed", "silence"]
_WHY: dict[str, Why] = {
    "HELD_QUIET": "quiet", "HELD_COOL_DOWN": "cool-down", "HELD_CAP": "cap", "BELOW_LEVEL": "digest",
    "NOT_WANTED": "digest", "HELD_UNCONFIRMED": "unconfirmed", "MUTED": "silence",
}  # fmt: skip
#: answers whether an incident lies in one of the places of a policy
Inside = Callable[[Sequence[str], View], bool]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a channel when it is asked about."""

    policy: Policy
    told: Notification | None = None
    state: ChannelState
    silences: Collection[Silence] = ()
    #: what the place of a silence means
    lies: Lies = by_name
    #: ids of the live rules that send reports of the incident to the channel; empty: only what was told before does
    rules: tuple[str, ...] = ()


def telling(
    reasons: Sequence[ChangeReason], view: View, known: Known, *, differs: Sequence[ChangeReason],
    inside: Inside, now: datetime,
) -> Telling:  # fmt: skip
    """Whether a channel is told of an incident now, later, or not at all.

    `reasons` are those of the change that just happened (empty where something held is due), `differs` what is new
    to a channel that was told before. What would be told now, and is silenced, is told when the silence ends.
    """
    found = _by_policy(reasons, view, known, differs=differs, inside=inside, now=now)
    if found.does != "tell":
        return found
    silence = silencing(known.silences, aim_of(view, known, level_of(found.reasons, view)), known.lies, now=now)
    return found if silence is None else silenced(found, silence, known.policy)


def aim_of(view: View, known: Known, level: Level) -> Aim:
    """A message of this level about an incident, as silences see it."""
    return Aim(
        channel=known.policy.channel, level=level, incident=view.incident.id, places=view.incident.places,
        rules=known.rules, publishers=publishers_of(view.reports),
    )  # fmt: skip


def silenced(found: Telling, silence: Silence, policy: Policy) -> Telling:
    """What would be told now waits for the end of the silence."""
    told = f"{silence.target} is muted until {wall(silence.ends, policy.zone)} (suppressed by {silence.name})"
    return replace(found, does="hold", reason="MUTED", detail=told, due_at=silence.ends, silence=silence.id)


def _by_policy(
    reasons: Sequence[ChangeReason], view: View, known: Known, *, differs: Sequence[ChangeReason],
    inside: Inside, now: datetime,
) -> Telling:  # fmt: skip
    """What the channel would be told if nothing were silenced."""
    policy, told = known.policy, known.told
    # what is not told by itself stands in the digest, where there is one
    later: Literal["hold", "quiet"] = "hold" if policy.digest is not None else "quiet"

    def answer(
        does: Literal["tell", "hold", "quiet"], reason: str, detail: str, due: datetime | None = None
    ) -> Telling:
        return Telling(
            channel=policy.channel, does=does, reasons=news if does != "quiet" else (), reason=reason, detail=detail,
            style=policy.style, due_at=due,
        )  # fmt: skip

    first = told is None or (told.failed_at is not None and told.taken_at is None)
    # one who does not want to be told of new incidents may want to be told what becomes of them
    opening = (ChangeReason.FIRST,) if ChangeReason.FIRST in policy.reasons or not reasons else tuple(reasons)
    news = opening if first else _news(reasons, differs)
    if not news:
        return answer("quiet", "NO_CHANGE", f"{policy.channel} was told all of this")
    if policy.places and not inside(policy.places, view):
        return answer("quiet", "ELSEWHERE", f"{policy.channel} asks only for {', '.join(policy.places)}")
    wanted = tuple(reason for reason in news if reason in policy.reasons)
    if not wanted:
        return answer(later, "NOT_WANTED", f"{policy.channel} is not told of {', '.join(news)}")
    news = wanted
    # one who was told must hear that it is taken back: however sure it is now, and though that is never a flash
    taken_back = bool(set(news) & _TAKEN_BACK) and not first
    if not taken_back and (lacking := _lacking(policy, view)):
        if view.grade in (Grade.DENIED, Grade.RETRACTED):
            return answer("quiet", "NEVER_CONFIRMED", f"{policy.channel} was not told of it, and it is {view.grade}")
        return answer("hold", "HELD_UNCONFIRMED", f"{policy.channel} waits until it is {lacking}")
    if first and view.grade is Grade.RETRACTED:
        return answer("quiet", "NEVER_TOLD", f"{policy.channel} was not told of it, and it is taken back")
    level = level_of(news, view)
    if not taken_back and level.rank < max(policy.level.rank, Level.NOTICE.rank if first else 0):
        return answer(later, "BELOW_LEVEL", f"this is {level}, and {policy.channel} is told from {policy.level} on")
    if level is Level.FLASH:
        return answer("tell", "FLASH", "a flash is told at once")
    if taken_back and told is not None and told.level is Level.FLASH:
        return answer("tell", "FLASH", "a flash is taken back at once")
    return _when(answer, news, first, known, now)


def about_item(
    policy: Policy, aim: Aim, silences: Collection[Silence], lies: Lies = by_name, *, now: datetime
) -> Telling:
    """Whether a channel is told of an item by itself (a sighting, a threat) which a rule asks for, and when.

    There is no incident to hold it for: in quiet hours its message is made, and sent at their end (`due_at`); what is
    silenced is not told, for a sighting of hours ago is no news when the silence ends.
    """
    level = aim.level

    def answer(does: Literal["tell", "quiet"], reason: str, detail: str, due: datetime | None = None) -> Telling:
        return Telling(channel=policy.channel, does=does, reason=reason, detail=detail, style=policy.style, due_at=due)

    if level.rank < policy.level.rank:
        return answer("quiet", "BELOW_LEVEL", f"this is {level}, and {policy.channel} is told from {policy.level} on")
    if (silence := silencing(silences, aim, lies, now=now)) is not None:
        return replace(silenced(answer("quiet", "", ""), silence, policy), does="quiet", due_at=None)
    if level is not Level.FLASH and policy.quiet is not None and (end := quiet_until(policy.quiet, now)) is not None:
        return answer("tell", "HELD_QUIET", f"quiet hours of {policy.channel} until {spoken(end, policy.zone)}", end)
    return answer("tell", "ITEM", "")


def _when(
    answer: Callable[..., Telling], news: Sequence[ChangeReason], first: bool, known: Known, now: datetime
) -> Telling:
    """What is worth telling is told now, or when quiet hours, cool-down or cap are over."""
    policy, told = known.policy, known.told
    if policy.quiet is not None and (end := quiet_until(policy.quiet, now)) is not None:
        return answer("hold", "HELD_QUIET", f"quiet hours of {policy.channel} until {spoken(end, policy.zone)}", end)
    if told is not None and not first and now < (until := told.queued_at + policy.cool_down):
        said = f"{policy.channel} was told of it at {spoken(told.queued_at, policy.zone)}"
        return answer("hold", "HELD_COOL_DOWN", said, until)
    if policy.most_per_hour is not None and (free := free_at(known.state, policy.most_per_hour, now)) is not None:
        said = f"{policy.channel} has had {policy.most_per_hour} messages in an hour"
        return answer("hold", "HELD_CAP", said, free)
    return answer("tell", str(news[0]), "")


def _news(reasons: Sequence[ChangeReason], differs: Sequence[ChangeReason]) -> tuple[ChangeReason, ...]:
    """What is new to one who was told before: of what just changed and of what was held, without what it knows.

    A reason that compares no values (a strike in return, a report taken back as a whole) is new when it happens.
    """
    events = [one for one in reasons if one in (ChangeReason.RETRACTED, ChangeReason.TOLL_CORRECTED)]
    found = {*events, *differs}
    return tuple(reason for reason in ChangeReason if reason in found and reason is not ChangeReason.FIRST)


def _lacking(policy: Policy, view: View) -> str:
    """What an incident lacks to be told by a policy; empty where nothing."""
    if policy.grade is not Grade.CLAIMED and (
        view.grade not in _GRADES or _GRADES.index(view.grade) < _GRADES.index(policy.grade)
    ):
        return str(policy.grade)
    if len(view.publishers) < policy.publishers:
        return f"reported by {policy.publishers} independent publishers"
    return ""


def level_of(reasons: Sequence[ChangeReason], view: View) -> Level:
    """How urgent a message with these reasons is: the most urgent of them."""
    levels = [
        _LEVELS[reason]
        if reason in _LEVELS
        else min(view.level, Level.URGENT, key=lambda level: level.rank)
        if reason in (ChangeReason.RETRACTED, ChangeReason.TOLL_CORRECTED)
        else view.level
        for reason in reasons
    ]
    taken_back = set(reasons) & _TAKEN_BACK
    best = max(levels, key=lambda level: level.rank, default=Level.DIGEST)
    # one who was told must hear that it is taken back, however little is left of the incident
    return max(best, Level.NOTICE, key=lambda level: level.rank) if taken_back else best


def held_of(told: Telling, view: View, *, since: datetime) -> Held:
    """What is written down of a message that waits."""
    return Held(
        incident_id=view.incident.id,
        channel=told.channel,
        why=_WHY.get(told.reason, "digest"),
        since=since,
        due_at=told.due_at,
        level=level_of(told.reasons, view),
    )


# ------------------------------------------------------------------------------------------------------------ times


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None where it lies in none."""
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if quiet.days and day.weekday() not in quiet.days:
            continue
        begin = at_wall(datetime.combine(day, quiet.begins), zone)
        over_midnight = quiet.ends <= quiet.begins
        end = at_wall(datetime.combine(day + timedelta(days=over_midnight), quiet.ends), zone)
        if begin <= now < end:
            return end
    return None


def at_wall(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which a clock on the wall shows this time: the first, where it does so twice; where it is put
    forward over it, the moment to which it jumps."""
    moment = local.replace(tzinfo=zone, fold=0)
    shown = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if shown == local:
        return moment.astimezone(UTC)
    # a gap: before it the clock has the offset of fold=0, and the jump happens where that of fold=1 begins
    low, high = sorted((moment.astimezone(UTC), local.replace(tzinfo=zone, fold=1).astimezone(UTC)))
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


def free_at(state: ChannelState, most: int, now: datetime) -> datetime | None:
    """When a channel may have its next message; None: now. What it was sent in an hour is counted."""
    recent = sorted(at for at in state.sent if now - HOUR < at <= now)
    return recent[-most] + HOUR if len(recent) >= most else None


def with_sent(state: ChannelState, now: datetime) -> ChannelState:
    """The state after one more message."""
    recent = tuple(at for at in state.sent if now - HOUR < at <= now)
    return ChannelState(
        channel=state.channel,
        last_digest_day=state.last_digest_day,
        last_digest_week=state.last_digest_week,
        sent=(*recent, now),
    )


def digest_due(policy: Policy, state: ChannelState, now: datetime) -> tuple[Literal["day", "week"], ...]:
    """Which digests a channel has to get by now: those whose last time has passed since the last one was made."""
    if policy.digest is None:
        return ()
    due: list[Literal["day", "week"]] = []
    if policy.digest.daily is not None:
        last = last_time(policy.digest.daily, None, policy.zone, now)
        if state.last_digest_day is None or state.last_digest_day < last:
            due.append("day")
    if policy.digest.weekly is not None:
        weekday, at = policy.digest.weekly
        last = last_time(at, weekday, policy.zone, now)
        if state.last_digest_week is None or state.last_digest_week < last:
            due.append("week")
    return tuple(due)


def digest_since(state: ChannelState, period: Literal["day", "week"], now: datetime) -> datetime:
    """Since when a digest tells: since the one before, however late it was made, and a day or a week at least."""
    length = timedelta(days=1) if period == "day" else timedelta(weeks=1)
    last = state.last_digest_day if period == "day" else state.last_digest_week
    return min(last or now, now - length)


def last_time(at: time, weekday: int | None, zone_name: str, now: datetime) -> datetime:
    """The last moment, by now, at which the clock showed this time (of this day of the week)."""
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    for back in range(9):
        day = today - timedelta(days=back)
        if weekday is None or day.weekday() == weekday:
            moment = at_wall(datetime.combine(day, at), zone)
            if moment <= now:
                return moment
    raise AssertionError("a week has every day")


def repeat_due(told: Notification, policy: Policy, now: datetime) -> int | None:
    """Which repeat of a flash is due, that nobody has acknowledged: the first is 1; None where none is.

    Repeats whose time passed while nobody ran are left out, and a flash of long ago is not told again.
    """
    if policy.repeat_flash is None or told.level is not Level.FLASH or told.acked_at is not None:
        return None
    if told.failed_at is not None and told.taken_at is None:
        return None
    number = int((now - told.queued_at) / policy.repeat_flash)
    return number if told.repeats < number <= MOST_REPEATS else None


def spoken(moment: datetime, zone: str) -> str:
    """A moment for a reader: `Mon 07:00 (Asia/Baghdad)`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[local.weekday()][:3]} {local:%H:%M} ({zone})"


def with_reasons(change: Change, reasons: Sequence[ChangeReason]) -> Change:
    """The change as one channel is told it: with the reasons that are new to it."""
    details = tuple(detail for detail in change.details if detail.reason in reasons or ChangeReason.FIRST in reasons)
    return Change(
        incident_id=change.incident_id, version=change.version, at=change.at, reasons=tuple(reasons), details=details,
        known=change.known, level=change.level, report=change.report, quiet=change.quiet, note=change.note,
    )  # fmt: skip
