"""One poll as a value: what a feed answered and everything that follows from it, decided before anything is written.

    FeedAnswer ─ judge_poll ─→ PollChanges ─→ `writer`

Nothing here writes. `judge_poll` is asked once outside of any write transaction, and again inside one in the rare case
that what it went by has changed meanwhile (another feed brought the same article, the feeds file was edited).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor.alerts.notices import feed_notices
from monitor.dedupe.canonical import canonical_url
from monitor.dedupe.crowds import is_held, released
from monitor.dedupe.fingerprint import KnownItem
from monitor.dedupe.novelty import document_keys, recognise
from monitor.evaluation import EVALUATED
from monitor.feeds.state import state_after
from monitor.model.alert import Alert
from monitor.model.document import DateMark, Entry, FeedAnswer, Reach
from monitor.model.feed import Feed, FeedState, Poll
from monitor.model.item import Item, Novelty, NoveltyReason, Recognised, StoredItem
from monitor.model.report import Classification
from monitor.model.rhythm import EACH_FOR_ITSELF, Pacing
from monitor.topics.attacks.beyond import classify_page
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet

#: an item without its id, and whether its body is the text of its page
Text = tuple[Item, bool]
#: the item that holds an identity key, and the hash of its text
Holder = tuple[str | None, int]


class Past(Protocol):
    """What is asked of the database: a transaction, reading or writing."""

    def known(self, keys: Iterable[int]) -> dict[int, KnownItem]:
        """What is remembered of these identity keys."""

    def items_by_id(self, ids: Collection[str]) -> dict[str, StoredItem]:
        """The stored items with these ids."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a poll is judged by beside the answer."""

    at: datetime
    #: the machine seems to have no network: failures say nothing of the feed
    offline: bool = False
    #: tell of the first poll, of floods and of old items as well
    alert_backlog: bool = False
    #: 0 … 1, spreads the next polls of many feeds
    spread: float = 0.5
    #: what the waits of all feeds go by
    pacing: Pacing = EACH_FOR_ITSELF
    #: in which the operator is told times
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class PollChanges:
    """Everything that one poll changes, and what it was judged by."""

    feed: Feed
    answer: FeedAnswer
    circumstances: Circumstances
    #: the feed's state that it was judged by
    before: FeedState
    #: the identity keys of what is stored, and who held each when the poll was judged; what this feed showed before
    #: stays seen, whoever else brings it meanwhile
    held: Mapping[int, Holder | None]
    #: keys of which no day notes yet that a document still holds them
    to_touch: tuple[int, ...]
    recognised: tuple[Recognised, ...]
    #: what is stored, in the order of the document; NEW and UPDATED ones are classified, nothing is decided yet
    kept: tuple[tuple[Recognised, StoredItem], ...]
    after: FeedState
    #: for the operator
    notices: tuple[Alert, ...] = ()
    #: what its texts report, by item without id
    readings: Mapping[Text, Classification] = field(default_factory=dict)
    #: texts, without id, that are to be read before this can be kept: `with_readings`
    unread: tuple[Text, ...] = ()

    @property
    def to_evaluate(self) -> list[StoredItem]:
        """The items that may belong to an incident."""
        return [stored for _, stored in self.kept if stored.novelty in EVALUATED]

    def is_outdated(self, held: Mapping[int, Holder]) -> bool:
        """Another poll took or changed one of the keys since; `held` is who holds them now."""
        return any(held.get(key) != holder for key, holder in self.held.items())


def judge_poll(
    feed: Feed,
    state: FeedState,
    answer: FeedAnswer,
    past: Past | None,
    rules: RuleSet,
    circumstances: Circumstances,
    *,
    readings: Mapping[Text, Classification] | None = None,
    most: int | None = None,
    new_id: Callable[[datetime], str],
) -> PollChanges:
    """What follows from `answer`: novelty of every entry, classification of what is news, the feed's next state.

    `past` may be None where the answer brought no document: nothing of it is asked then. `readings` are classifications
    that are known already, by item without id. Where more than `most` texts (None: any number) are still to be read,
    none is: they are named as `unread`, and `with_readings` makes a whole of it.
    """
    now = circumstances.at
    entries = answer.parsed.entries if answer.parsed is not None else ()
    keys = document_keys(entries, feed=feed, now=now)
    known = past.known({key for one in keys for key in one}) if past and entries else {}
    recognised = recognise(
        entries, keys, known, feed=feed, state=state, now=now, alert_backlog=circumstances.alert_backlog
    )
    edited = {found.item_id for found in recognised if found.item_id is not None and _is_edit(found)}
    before = past.items_by_id(edited) if past and edited else {}
    kept = tuple(
        (found, _stored(found, feed, before, new_id=new_id, now=now))
        for found in recognised
        if found.novelty is not Novelty.SEEN
    )
    readings = readings or {}
    unread = tuple(text for one in kept if _is_read(*one) and (text := _text_of(one[1])) not in readings)
    stored = (own for own, found in zip(keys, recognised, strict=True) if found.novelty is not Novelty.SEEN)
    today = now.date()
    changes = PollChanges(
        feed=feed, answer=answer, circumstances=circumstances, before=state, recognised=recognised, kept=kept,
        held={key: _holder(known.get(key)) for own in stored for key in own},
        to_touch=tuple(key for key, item in known.items() if item.last_seen and item.last_seen < today),
        after=state, readings=readings, unread=unread,
    )  # fmt: skip
    if most is not None and len(unread) > most:
        return changes
    return with_readings(changes, {text: read_text(text, rules) for text in unread}, new_id=new_id)


def with_readings(
    changes: PollChanges, readings: Mapping[Text, Classification], *, new_id: Callable[[datetime], str]
) -> PollChanges:
    """The poll with the readings of what was `unread` in it: what of a crowd is told, the feed's next state, notices.

    Asks nothing of the database.
    """
    feed, state, answer, at = changes.feed, changes.before, changes.answer, changes.circumstances
    readings = {**changes.readings, **readings}
    kept = tuple(_classified(*one, readings) for one in changes.kept)
    crowd = released(kept, now=at.at)
    recognised = _with_released(changes.recognised, kept, crowd.kept)
    after = state_after(
        feed, state, answer, recognised, now=at.at, offline=at.offline, spread=at.spread, pacing=at.pacing
    )
    notices, after = feed_notices(
        feed, state, after, recognised,
        offline=at.offline, named=crowd.named, zone=at.zone, new_id=new_id, now=at.at,
    )  # fmt: skip
    return replace(
        changes, recognised=recognised, kept=crowd.kept, after=after, notices=notices, readings=readings, unread=()
    )


def _with_released(
    recognised: Sequence[Recognised],
    before: Sequence[tuple[Recognised, StoredItem]],
    after: Sequence[tuple[Recognised, StoredItem]],
) -> tuple[Recognised, ...]:
    """All entries, those that are told out of a crowd as news."""
    changed = {id(was): found for (was, _), (found, _) in zip(before, after, strict=True)}
    return tuple(changed.get(id(found), found) for found in recognised)


def _holder(known: KnownItem | None) -> Holder | None:
    return None if known is None else (known.item_id, known.text_hash)


def _is_edit(found: Recognised) -> bool:
    return found.novelty in (Novelty.UPDATED, Novelty.OLD) and found.item_id is not None


def _stored(
    found: Recognised,
    feed: Feed,
    before: Mapping[str, StoredItem],
    *,
    new_id: Callable[[datetime], str],
    now: datetime,
) -> StoredItem:
    """What is stored of an entry before it is decided; an edit begins with the incident that its item belongs to."""
    former = before.get(found.item_id) if _is_edit(found) and found.item_id else None
    item = _item(found.entry, feed, former=former, new_id=new_id, now=now)
    reason = found.reason
    if former is not None and feed.full_text and former.novelty_reason is NoveltyReason.FULL_TEXT:
        # the text of its page stays until it is read again, or what it added would be taken back meanwhile
        item, reason = replace(item, body=former.item.body), NoveltyReason.FULL_TEXT
    return StoredItem(
        item=item, canonical_url=canonical_url(item.url), guid=found.entry.guid, novelty=found.novelty,
        novelty_reason=reason, date_mark=found.entry.date_mark, updated_at=now if former else None,
        copy_of=found.item_id if found.novelty is Novelty.COPY else None,
        incident_id=former.incident_id if former else None,
    )  # fmt: skip


def _item(
    entry: Entry, feed: Feed, *, former: StoredItem | None, new_id: Callable[[datetime], str], now: datetime
) -> Item:
    """The item that an entry is; an edited one keeps its id, its first-seen time and, once told, its date."""
    published = entry.published
    if former is not None and former.incident_id is not None:
        published = former.item.published
    return Item(
        id=former.item.id if former else new_id(now), title=entry.title, summary=entry.summary, body=entry.body,
        url=entry.url, feed=feed.name, publisher=entry.publisher or feed.publisher or feed.name,
        language=entry.language or feed.language, published=published,
        first_seen=former.item.first_seen if former else now,
    )  # fmt: skip


def _is_read(found: Recognised, stored: StoredItem) -> bool:
    """Its text is classified: it is news, or it is held, and it may be news all the same."""
    return stored.novelty in EVALUATED or is_held(found)


def _text_of(stored: StoredItem) -> Text:
    """The text as the classifier sees it; the id is another one each time that a poll is judged."""
    return replace(stored.item, id=""), stored.novelty_reason is NoveltyReason.FULL_TEXT


def read_text(text: Text, rules: RuleSet) -> Classification:
    """What a text reports."""
    item, is_page = text
    return (classify_page if is_page else classify)(item, rules)


def _classified(
    found: Recognised, stored: StoredItem, readings: Mapping[Text, Classification]
) -> tuple[Recognised, StoredItem]:
    if not _is_read(found, stored):
        return found, stored
    return found, replace(stored, classification=readings.get(_text_of(stored)))


@dataclass(frozen=True, kw_only=True)
class PollReport(Poll):
    """One poll of one feed as it was kept, for logs, `poll` and tests: every entry is in exactly one count."""

    feed: str
    seen: int = 0
    #: items of it that tell of an incident
    reports: int = 0
    alerts: tuple[Alert, ...] = ()
    reach: Reach = Reach.ANSWERED
    #: act and reason of the decision, of each item that was classified
    judged: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: seconds from the publisher's date of each new item to this poll, where that date can be believed
    delays: tuple[float, ...] = field(default=(), repr=False)

    @property
    def failed(self) -> bool:
        return self.reach is not Reach.ANSWERED


def report_of(
    changes: PollChanges, alerts: Sequence[Alert], *, reports: int = 0, judged: Sequence[tuple[str, str]] = ()
) -> PollReport:
    """The poll in numbers."""
    answer = changes.answer
    count = Counter(found.novelty for found in changes.recognised)
    old = Counter(found.reason for found in changes.recognised if found.novelty is Novelty.OLD)
    flood, backfill = old[NoveltyReason.FLOOD], old[NoveltyReason.BACKFILL]
    return PollReport(
        feed=changes.feed.name, at=changes.circumstances.at, result=answer.outcome.result, detail=answer.detail,
        ms=answer.ms, entries=len(changes.recognised), new=count[Novelty.NEW], updated=count[Novelty.UPDATED],
        seen=count[Novelty.SEEN], copies=count[Novelty.COPY], old=count[Novelty.OLD],
        too_old=old.total() - flood - backfill, flood=flood, backfill=backfill,
        told_from_crowd=sum(found.reason is NoveltyReason.CROWD for found in changes.recognised),
        dropped=answer.parsed.dropped if answer.parsed else 0,
        over_cap=answer.parsed.over_cap if answer.parsed else 0,
        reports=reports, alerts=tuple(alerts), reach=answer.reach, judged=tuple(judged),
        delays=tuple(_delays(changes)),
    )  # fmt: skip


def _delays(changes: PollChanges) -> Iterable[float]:
    for found, stored in changes.kept:
        item = stored.item
        if found.novelty is Novelty.NEW and item.published is not None and stored.date_mark is DateMark.GOOD:
            yield (item.first_seen - item.published).total_seconds()
