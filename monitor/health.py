"""Is basewatch at work? Answered from what the daemon wrote into the database, without a port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.model.clock import wall
from monitor.model.daemon import Connectivity, DaemonState
from monitor.model.feed import FeedCounts

#: six missed heartbeats: the daemon is gone or stuck
HEARTBEAT_LIMIT = timedelta(seconds=60)
#: a delivery that is due for so long is not being tried
OVERDUE_LIMIT = timedelta(minutes=5)
#: a feed that is due for so long is not being polled
LATE_LIMIT = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Health:
    """The verdict, each complaint as a sentence, and the facts it rests on."""

    ok: bool
    problems: tuple[str, ...] = ()
    #: what may be lived with
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def health(
    state: DaemonState,
    feeds: FeedCounts,
    oldest_due: datetime | None,
    *,
    refused: str = "",
    missing: str = "",
    unread: Mapping[str, int] | None = None,
    sick: Mapping[str, Sequence[str]] | None = None,
    drops: Mapping[str, int] | None = None,
    zone: str = "UTC",
    now: datetime,
) -> Health:
    """The health of the daemon.

    `feeds` counts the configured ones, as late those that are due for longer than `LATE_LIMIT`; `oldest_due` is the due
    time of the delivery that waits longest (None: nothing waits); `refused` says why the database did not take a change
    just now (empty: it did), `missing` where a database should be and none is; `unread` counts the items of the last
    day in languages that no list reads, by language. `sick` are the names of the sick feeds by state, `drops`
    what did not become news in the last polls, by cause. Complaints tell times in `zone`, facts in ISO 8601 and UTC.
    """
    problems: list[str] = []
    beat, loss, connectivity = state.heartbeat, state.loss, state.connectivity
    if missing:
        said = "basewatch never ran with these settings, or its database was taken away"
        problems.append(f"there is no database at {missing}: {said}; put it back, or start it with: basewatch run")
    elif beat is None:
        problems.append("the daemon does not run; start it with: basewatch run")
    elif (silent := abs(now - beat.at)) > HEARTBEAT_LIMIT:  # ahead: the clock was set back
        problems.append(f"no sign of life for {round(silent.total_seconds())} s; the daemon is gone or stuck")
    if loss:
        problems.append(f"the database does not take what comes in, since {wall(loss.since, zone)}: {loss.why}")
    if refused:
        problems.append(f"the database takes no change: {refused}")
    if connectivity and connectivity.state is not Connectivity.ONLINE:
        problems.append(f"{connectivity.state} since {wall(connectivity.since, zone)}")
    if state.config_problem:
        problems.append(f"an edited file is not in force: {state.config_problem}")
    if feeds.blind:
        problems.append(f"{feeds.blind} of {feeds.known} feeds cannot be read: {', '.join(feeds.blind_names)}")
    if beat and feeds.late:
        problems.append(f"{feeds.late} feeds are not polled when they are due: {', '.join(feeds.late_names)}")
    if oldest_due is not None and now - oldest_due > OVERDUE_LIMIT:
        problems.append(f"a delivery is due since {wall(oldest_due, zone)} and not tried")
    warnings = tuple(state.config_warning.splitlines())
    if unread:
        said = ", ".join(f"{language} {count:,}" for language, count in unread.items())
        warnings += (f"items of the last day that no list reads, so most attacks in them are missed: {said}",)
    facts = _facts(state, feeds, unread or {}, sick or {}, drops or {})
    return Health(ok=not problems, problems=tuple(problems), warnings=warnings, facts=facts)


def _facts(
    state: DaemonState,
    feeds: FeedCounts,
    unread: Mapping[str, int],
    sick: Mapping[str, Sequence[str]],
    drops: Mapping[str, int],
) -> dict[str, Any]:
    """What the verdict rests on, in the types of JSON."""
    beat, connectivity = state.heartbeat, state.connectivity
    return {
        "heartbeat": beat.at.isoformat() if beat else None,
        "feeds": feeds.known,
        "blind": feeds.blind,
        "silent": feeds.silent,
        "late": feeds.late,
        "last_success": feeds.newest_success.isoformat() if feeds.newest_success else None,
        "connectivity": str(connectivity.state if connectivity else Connectivity.ONLINE),
        "unread": sum(unread.values()),
        "unread_languages": dict(unread),
        "sick": sum(map(len, sick.values())),
        "sick_feeds": {state: list(names) for state, names in sick.items()},
        "dropped": sum(drops.values()),
        "drops": dict(drops),
    }
