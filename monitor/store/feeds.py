"""Feeds, their state between polls and their last polls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Row,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from monitor.errors import StoreError
from monitor.feeds.locations import known_as
from monitor.model.feed import Feed, FeedState, Poll
from monitor.store.columns import names_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import FeedRow, ItemRow, PollRow, table_of

#: polls remembered of each feed
POLLS_PER_FEED = 30

#: of the edited file: only `sync_feeds` writes them
_CONFIGURED = ("url", "layout")
_STATE = names_of(FeedState, "feed_id", "name", *_CONFIGURED)
#: what is forgotten when a feed's address is edited
_OF_THE_ADDRESS = (
    "etag", "last_modified", "body_hash", "redirect_url", "redirect_since", "next_poll_at", "mistrusted_at",
    "made_anew_every",
)  # fmt: skip
#: what is forgotten when only the way in which its document is read is edited
_OF_THE_READING = ("etag", "last_modified", "body_hash", "next_poll_at")
#: what `feeds.condition` asks of a state
_SIGNS = (
    "name", "failures", "last_poll_at", "last_success_at", "next_poll_at", "last_result", "news_at", "longest_wait",
    "silent_told_at", "blind_told_at", "cost_ms",
)  # fmt: skip
_FEEDS, _POLLS = table_of(FeedRow), table_of(PollRow)
#: an index holds these alone; it is used where the statement says the same
_BAD: ColumnElement[bool] = literal_column("polls.result NOT IN ('fetched', 'not modified', 'same body')")
_POLL = names_of(Poll)


class FeedPart(TransactionPart):
    """Questions and changes about feeds."""

    def sync_feeds(self, feeds: Sequence[Feed], *, now: datetime) -> None:
        """Makes the database know exactly these feeds as configured.

        New names are added and due at once; the others keep their state, also where their address changed: what
        was seen stays seen. Where the way in which a document is read changed (its layout), it is read anew. Feeds
        that left the file stay with their items and are polled no more.
        """
        columns = (FeedRow.name, FeedRow.configured, FeedRow.publisher, FeedRow.language, FeedRow.url, FeedRow.layout)
        stored = {row.name: row for row in self._connection.execute(select(*columns))}
        for feed in feeds:
            wanted: dict[str, Any] = {
                "url": known_as(feed.url), "publisher": feed.publisher, "language": feed.language, "configured": True,
                "layout": feed.layout.mark,
            }  # fmt: skip
            if (row := stored.pop(feed.name, None)) is None:
                blank = {"failures": 0, "last_result": "", "last_detail": "", "first_configured_at": now}
                self._connection.execute(insert(FeedRow).values(name=feed.name, **wanted, **blank))
            elif any(getattr(row, key) != value for key, value in wanted.items()):
                if row.url != wanted["url"]:  # validators and redirects belong to the old address; next poll at once
                    wanted |= dict.fromkeys(_OF_THE_ADDRESS) | {"unchanged": 0}
                elif row.layout != wanted["layout"]:
                    wanted |= dict.fromkeys(_OF_THE_READING) | {"unchanged": 0}
                self._connection.execute(update(FeedRow).where(FeedRow.name == feed.name).values(**wanted))
        gone = [name for name, row in stored.items() if row.configured]
        for name in gone:
            self._connection.execute(update(FeedRow).where(FeedRow.name == name).values(configured=False))

    def feed_states(self, names: Iterable[str] | None = None) -> list[FeedState]:
        """The configured feeds by name, or those of `names` that the database knows."""
        if names is None:
            return self._states(_states().where(FeedRow.configured).order_by(FeedRow.name))
        states = [state for some in chunks(names) for state in self._states(_states().where(FeedRow.name.in_(some)))]
        self._feed_ids |= {state.name: state.feed_id for state in states}
        return sorted(states, key=lambda state: state.name)

    def feed_state(self, name: str) -> FeedState:
        """The state of one feed; `StoreError` where the database does not know it."""
        row = self._connection.execute(_STATE_OF, {"of": name}).first()
        if row is None:
            raise StoreError(f"the database knows no feed {name!r}; it learns of feeds from the feeds file")
        return _state(row)

    def due_feeds(self, now: datetime) -> list[FeedState]:
        """Configured feeds whose time has come: never polled first, then the longest overdue.

        A last poll that lies ahead of now shows that the clock was set back: then the wait counts no more.
        """
        due = or_(FeedRow.next_poll_at.is_(None), FeedRow.next_poll_at <= now, FeedRow.last_poll_at > now)
        order = (FeedRow.next_poll_at.asc().nulls_first(), FeedRow.id)
        return self._states(_states().where(FeedRow.configured, due).order_by(*order))

    def suspects(self, read: Collection[str], *, most: int) -> list[FeedState]:
        """Configured feeds that are not plainly well, at most so many: the last try had none of the results of `read`,
        or the operator was told of them."""
        unread = FeedRow.last_poll_at.is_not(None) & FeedRow.last_result.not_in(list(read))
        told = or_(_FEEDS.c.blind_told_at.is_not(None), _FEEDS.c.silent_told_at.is_not(None))
        suspect = or_(_FEEDS.c.failures > 0, unread, told)
        return self._states(_states().where(FeedRow.configured, suspect).order_by(FeedRow.name).limit(most))

    def save_polls(self, polls: Sequence[tuple[FeedState, Poll]]) -> None:
        """The states after polls and the polls themselves; of each feed the last 30 polls stay."""
        if polls:
            states = [{name: getattr(state, name) for name in _STATE} | {"of": state.feed_id} for state, _ in polls]
            self._many(_SAVE_STATE, states)
            rows = [{name: getattr(poll, name) for name in _POLL} | {"feed_id": state.feed_id} for state, poll in polls]
            self._many(_ADD_POLLS, rows)
            self._many(_DROP_POLLS, [{"of": state.feed_id} for state, _ in polls])

    def hasten(self, results: Collection[str], *, at: datetime) -> None:
        """Asks the feeds whose last result is one of these again at `at`, where they were to wait longer."""
        those = FeedRow.last_result.in_(list(results)), FeedRow.next_poll_at > at
        self._connection.execute(update(FeedRow).where(*those).values(next_poll_at=at))

    def waiting(self, names: Iterable[str], *, beyond: datetime) -> list[FeedState]:
        """Those of these feeds that are to be asked later than that moment."""
        later = FeedRow.configured, FeedRow.next_poll_at > beyond
        return [
            state for some in chunks(names) for state in self._states(_states().where(FeedRow.name.in_(some), *later))
        ]

    def poll_at(self, moments: Mapping[str, datetime]) -> None:
        """Asks each of these feeds again at its moment, where it was to wait longer."""
        self._connection.execute(_POLL_AT, [{"of": name, "at": at} for name, at in moments.items()])

    def rhythms(self) -> dict[str, str]:
        """What is known of when the configured feeds publish, by feed; those of which nothing is known are left out."""
        known = select(FeedRow.name, FeedRow.rhythm).where(FeedRow.configured, FeedRow.rhythm != "")
        return {row[0]: row[1] for row in self._connection.execute(known)}

    def polls_of(self, name: str, limit: int = POLLS_PER_FEED) -> list[Poll]:
        """The last polls of a feed, newest first."""
        mine = select(*(_POLLS.c[field] for field in _POLL)).where(PollRow.feed_id == self._feed_id(name))
        rows = self._connection.execute(mine.order_by(PollRow.id.desc()).limit(limit))
        return [Poll(**row) for row in rows.mappings()]

    def polls_of_feeds(self, ids: Iterable[int]) -> dict[int, list[Poll]]:
        """The last polls of these feeds, newest first, by row number; a feed without any is not in the answer."""
        columns = (PollRow.feed_id, *(_POLLS.c[field] for field in _POLL))
        found: dict[int, list[Poll]] = {}
        newest_first = select(*columns).order_by(PollRow.feed_id.desc(), PollRow.id.desc())
        for some in chunks(ids):
            for feed_id, *values in self._connection.execute(newest_first.where(PollRow.feed_id.in_(some))):
                found.setdefault(feed_id, []).append(Poll(**dict(zip(_POLL, values, strict=True))))
        return found

    def polled_badly(self) -> set[int]:
        """The feeds, by row number, of whose last polls one at least was no success."""
        return set(self._connection.scalars(select(PollRow.feed_id).where(_BAD).distinct()))

    def feed_signs(self) -> list[FeedState]:
        """What the condition and the health of the configured feeds are judged by, and nothing else of their states:
        quick also with many thousands of them."""
        asked = select(_FEEDS.c.id, *(_FEEDS.c[name] for name in _SIGNS)).where(_FEEDS.c.configured)
        asked = asked.order_by(_FEEDS.c.name)
        rows = self._connection.execute(asked)
        return [FeedState(feed_id=id, **dict(zip(_SIGNS, signs, strict=True))) for id, *signs in rows]

    def poll_sums(self, counts: Sequence[str]) -> dict[str, int]:
        """These counts, added up over the last polls of the configured feeds."""
        mine = select(FeedRow.id).where(FeedRow.configured)
        sums = select(*(func.coalesce(func.sum(_POLLS.c[name]), 0) for name in counts))
        row = self._connection.execute(sums.where(PollRow.feed_id.in_(mine))).one()
        return dict(zip(counts, map(int, row), strict=True))

    def feed_counts(self, since: datetime, ids: Collection[int] | None = None) -> dict[str, int]:
        """Items first seen since then, by feed; a feed without any is not in the answer. `ids`: of these few alone."""
        counted = select(ItemRow.feed_id, func.count().label("items")).where(ItemRow.first_seen >= since)
        counted = counted if ids is None else counted.where(ItemRow.feed_id.in_(sorted(ids)))
        counts = counted.group_by(ItemRow.feed_id).subquery()
        named = select(FeedRow.name, counts.c["items"]).join(counts, counts.c.feed_id == FeedRow.id)
        return {row[0]: row[1] for row in self._connection.execute(named)}

    def feed_languages(self, since: datetime) -> dict[str, str]:
        """The language that most items first seen since then are in, by feed; of a feed whose items say none, none."""
        said = select(ItemRow.feed_id, ItemRow.language, func.count().label("items"))
        counted = said.where(ItemRow.first_seen >= since, ItemRow.language.is_not(None))
        counts = counted.group_by(ItemRow.feed_id, ItemRow.language).subquery()
        named = select(FeedRow.name, counts.c["language"]).join(counts, counts.c.feed_id == FeedRow.id)
        fewest_first = named.order_by(counts.c["items"], counts.c["language"])
        return {row[0]: row[1] for row in self._connection.execute(fewest_first)}

    def item_languages(self, since: datetime) -> Iterator[tuple[str, str | None, str]]:
        """Feed, declared language and title (or summary) of each item first seen since then."""
        words = case((ItemRow.title != "", ItemRow.title), else_=ItemRow.summary)
        said = select(FeedRow.name, ItemRow.language, words).join(FeedRow, FeedRow.id == ItemRow.feed_id)
        yield from map(tuple, self._connection.execute(said.where(ItemRow.first_seen >= since)))

    def _states(self, query: Select[Any]) -> list[FeedState]:
        return [_state(row) for row in self._connection.execute(query)]


def _beyond_kept() -> Delete:
    mine = PollRow.feed_id == bindparam("of")
    newest_first = select(PollRow.id).where(mine).order_by(PollRow.id.desc())
    return delete(PollRow).where(mine, PollRow.id <= newest_first.limit(1).offset(POLLS_PER_FEED).scalar_subquery())


def _states() -> Select[Any]:
    names = "name", *_CONFIGURED, *_STATE
    return select(FeedRow.id.label("feed_id"), *(getattr(FeedRow, name) for name in names))


def _state(row: Row[Any]) -> FeedState:
    return FeedState(**row._mapping)


# what every poll says is put together once: building these costs SQLAlchemy more than running them costs SQLite
_STATE_OF = _states().where(FeedRow.name == bindparam("of"))
_SAVE_STATE = update(_FEEDS).where(_FEEDS.c.id == bindparam("of"))
_ADD_POLLS = insert(_POLLS)
_DROP_POLLS = _beyond_kept()
_POLL_AT = (
    update(_FEEDS)
    .where(_FEEDS.c.name == bindparam("of"), _FEEDS.c.next_poll_at > bindparam("at"))
    .values(next_poll_at=bindparam("at"))
)
