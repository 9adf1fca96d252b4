"""How the feeds and the daemon are doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.config.database import without_secrets as without_password
from monitor.config.feedlanguages import languages_read, unread_languages
from monitor.config.settings import Settings
from monitor.errors import Problem, StoreError
from monitor.feeds.condition import Doing, condition
from monitor.feeds.locations import without_secrets
from monitor.health import LATE_LIMIT, Health, health
from monitor.model.daemon import DaemonState
from monitor.model.feed import Feed, FeedCounts, FeedState, Poll
from monitor.queries.drops import COUNTS, counts_of, drops_in_words
from monitor.store.store import Store, Transaction
from monitor.text.languages import LanguagesRead

#: of the stored items, those of this long are asked for their language
LATELY = timedelta(days=7)
#: of so many feeds each is asked for its items, of more all items are counted
_FEW = 200
#: so many sick feeds of a state are told by name
_NAMED = 5
#: so long back items in languages that no list reads are counted
A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class FeedStatus:
    """A feed of feeds.yaml with what the database knows of it; its fields are the keys of `basewatch feeds --json`."""

    name: str
    url: str
    publisher: str
    #: empty: not polled yet
    result: str = ""
    detail: str = ""
    failures: int = 0
    #: the operator was told that it cannot be read, or that it has been silent for unusually long
    blind: bool = False
    silent: bool = False
    last_news_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = None
    #: why it is asked again then, a word of `Pace` (empty: not polled yet), and what a sleeping feed waits for
    pace: str = ""
    wakes_at: datetime | None = None
    #: what reading one of its documents costs of late, in milliseconds of a processor; 0: not known
    cost_ms: int = 0
    #: None in the first day
    items_per_day: float | None = None
    #: the last ones, newest first
    polls: tuple[Poll, ...] = ()
    #: how many items of the last day are in languages that no list reads, by language
    unread: Mapping[str, int] = field(default_factory=dict)
    #: how it is doing, and why it is said to
    state: Doing = Doing.QUIET
    reason: str = ""
    #: what did not become news in the last polls, by the causes of `drops_in_words`
    drops: Mapping[str, int] = field(default_factory=dict)


def feed_statuses(
    tx: Transaction | None, configured: Sequence[Feed], read: LanguagesRead | None = None, *, now: datetime
) -> tuple[FeedStatus, ...]:
    """The configured feeds in their order; `tx` is None where there is no database yet.

    `read` are the languages of the lists; None: items are not asked for theirs.
    """
    states = tx.feed_states([feed.name for feed in configured]) if tx else []
    known = {state.name: state for state in states}
    rates = _rates(tx, states, now) if tx else {}
    unread = _unread_items(tx, read, now)
    last = tx.polls_of_feeds(state.feed_id for state in states) if tx else {}
    statuses = []
    for feed in configured:
        state = known.get(feed.name) or FeedState(feed_id=0, name=feed.name)
        polls = tuple(last.get(state.feed_id, ()))
        doing = condition(state, polls, now=now)
        statuses.append(
            FeedStatus(
                name=feed.name, url=without_secrets(feed.url), publisher=feed.publisher, result=state.last_result,
                detail=state.last_detail, failures=state.failures, blind=bool(state.blind_told_at),
                silent=bool(state.silent_told_at), last_news_at=state.news_at, last_poll_at=state.last_poll_at,
                last_success_at=state.last_success_at, next_poll_at=state.next_poll_at, pace=state.pace,
                wakes_at=state.wakes_at, cost_ms=state.cost_ms,
                items_per_day=rates.get(feed.name), polls=polls,
                unread=unread.get(feed.name, {}), state=doing.doing, reason=doing.reason,
                drops=drops_in_words(counts_of(polls)),
            )
        )  # fmt: skip
    return tuple(statuses)


def sickest_first(statuses: Iterable[FeedStatus]) -> list[FeedStatus]:
    """Sorted by how they are doing; those that are doing the same keep their order."""
    return sorted(statuses, key=lambda status: status.state.rank)


def named_by_state(feeds: Iterable[tuple[str, Doing]]) -> dict[str, list[str]]:
    """The names of feeds by how they are doing, the sickest first; only the states that there are."""
    found: dict[str, list[str]] = {}
    for name, doing in sorted(feeds, key=lambda feed: feed[1].rank):
        found.setdefault(str(doing), []).append(name)
    return found


def feeds_in_a_line(names: Mapping[str, Sequence[str]]) -> str:
    """`2 failing (a, b), 1,000 blocked (c, d, e, f, g and 995 more)`: of the sick the first few by name."""
    words = []
    for state, those in names.items():
        shown = ", ".join(those[:_NAMED])
        more = f" and {len(those) - _NAMED:,} more" if len(those) > _NAMED else ""
        words.append(f"{len(those):,} {state}" + (f" ({shown}{more})" if Doing(state).sick else ""))
    return ", ".join(words)


def drops_in_a_line(drops: Mapping[str, int]) -> str:
    """`40 known, 2 copy`."""
    return ", ".join(f"{count:,} {cause}" for cause, count in drops.items())


@dataclass(frozen=True, kw_only=True)
class FeedDetails:
    """What takes a look at every configured feed and its polls: half a second with ten thousand of them."""

    #: how many feeds are in each state
    doing: Mapping[str, int]
    #: the names of the sick ones, by state
    sick: Mapping[str, Sequence[str]]
    #: what did not become news in the last polls, by cause
    drops: Mapping[str, int]


def feed_details(tx: Transaction, *, now: datetime) -> FeedDetails:
    """How every feed is doing."""
    doing = _conditions(tx, now)
    return FeedDetails(
        doing=Counter(str(one) for _, one in doing),
        sick=named_by_state((name, one) for name, one in doing if one.sick),
        drops=drops_in_words(tx.poll_sums(COUNTS)),
    )


def _conditions(tx: Transaction, now: datetime) -> list[tuple[str, Doing]]:
    """How each feed is doing, by name. The polls are read only of those that answer now and did not always, so that it
    costs little with thousands of feeds."""
    states, uneven = tx.feed_signs(), tx.polled_badly()
    polls = tx.polls_of_feeds(state.feed_id for state in states if state.feed_id in uneven and not state.failures)
    return [(state.name, condition(state, polls.get(state.feed_id, ()), now=now).doing) for state in states]


def _rates(tx: Transaction, states: Iterable[FeedState], now: datetime) -> dict[str, float]:
    """Items per day over the last week, or over the whole days since the first poll (whose items are old ones)."""
    states = list(states)
    days = {s.name: min(7, (now - s.baseline_at).days) for s in states if s.baseline_at is not None}
    few = {state.feed_id for state in states} if len(states) <= _FEW else None
    counts = {number: tx.feed_counts(now - timedelta(days=number), few) for number in set(days.values()) if number}
    return {name: round(counts[number].get(name, 0) / number, 1) for name, number in days.items() if number}


def _unread_items(tx: Transaction | None, read: LanguagesRead | None, now: datetime) -> dict[str, Counter[str]]:
    """How many items of the last day are in each language that no list reads, by feed."""
    found: dict[str, Counter[str]] = {}
    for feed, declared, text in tx.item_languages(now - A_DAY) if tx and read else ():
        if read and (language := read.unread(declared, text)):
            found.setdefault(feed, Counter())[language] += 1
    return found


def unread_feed_languages(
    tx: Transaction | None, settings: Settings, feeds: Sequence[Feed], *, now: datetime
) -> list[Problem]:
    """A warning for each language that no list reads: of feeds.yaml, and of what the stored items say of themselves."""
    stored = tx.feed_languages(now - LATELY) if tx else {}
    return unread_languages(settings.config, feeds, languages_read(settings.rules), stored)


def daemon_health(
    store: Store | None,
    read: LanguagesRead | None = None,
    *,
    address: str = "",
    zone: str = "UTC",
    now: datetime,
    probe: bool = True,
    unread: Mapping[str, int] | None = None,
    details: FeedDetails | None = None,
) -> Health:
    """Whether the daemon is at work; None: there is no database at `address`. `read` as for `feed_statuses`; what is
    complained of is told in the times of `zone`.

    `probe` writes into the database, to see whether it takes a change; without it only what the daemon noted of that is
    told. `unread` (by language) and `details` are known already, and are not worked out again.
    """
    if store is None:
        return health(DaemonState(), FeedCounts(), None, missing=without_password(address), now=now)
    with store.read() as tx:
        state, oldest_due = tx.daemon_state(), tx.oldest_due()
        feeds = tx.feed_numbers(answered_since=now, due_before=now - LATE_LIMIT)
        known = Counter(unread) if unread is not None else _unread_by_language(tx, read, now)
        seen = details or feed_details(tx, now=now)
    return health(
        state, feeds, oldest_due, refused=_refused(store, now) if probe else "", unread=dict(known.most_common()),
        sick=seen.sick, drops=seen.drops, zone=zone, now=now,
    )  # fmt: skip


def unread_by_language(store: Store, read: LanguagesRead, *, now: datetime) -> dict[str, int]:
    """How many items of the last day are in languages that no list reads; it looks at each of them."""
    with store.read() as tx:
        return dict(_unread_by_language(tx, read, now).most_common())


def _unread_by_language(tx: Transaction, read: LanguagesRead | None, now: datetime) -> Counter[str]:
    return sum(_unread_items(tx, read, now).values(), Counter[str]())


def _refused(store: Store, now: datetime) -> str:
    """Why the database takes no change; empty: it does."""
    try:  # a full disk lets everything be read, and the daemon cannot write into the database that it is full
        with store.transaction() as tx:
            tx.state_set("health", {"asked": now.isoformat()})
    except StoreError as error:
        return str(error)
    return ""
