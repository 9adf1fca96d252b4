"""Have we seen it? Each entry of a document gets a novelty and the named reason for it.

    guid → canonical link → content            within the feed
    canonical link → title and publisher       across feeds
    first poll, flood, backfill                what is unknown, yet no news

"New" is decided by identity and by when *we* first saw it, never by the publisher's date alone. A wrong
"seen" costs a missed attack and a wrong "new" costs one more report of a known incident, so every doubt
below falls on the side of "new"; what keeps the nights quiet is that edits of old items stay old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.news import Entry, Feed, FeedState, Novelty, NoveltyReason, Recognised
from monitor.recognise.canonical import normalised_title
from monitor.recognise.fingerprint import EntryKeys, Known, entry_keys

#: publishers put up what happened on a Friday night on Monday: younger than this is current
WINDOW = timedelta(hours=72)
#: a newsroom adds a late or undated piece now and then; more of them at once is an archive being put up
BACKFILL_ENTRIES = 25
#: more than any newsroom writes between two polls, whatever their dates say: a feed that was rebuilt
FLOOD_ENTRIES = 500
#: how long a title names one article of its publisher; later the same headline may tell of the next attack
TITLE_MEMORY = timedelta(hours=48)
#: share of common words below which two titles under one guid are two articles (an edit keeps about half of them)
OTHER_TITLE = 0.25


@dataclass(frozen=True, kw_only=True)
class _Match:
    """What an entry was recognised by; `elsewhere` means in another feed."""

    known: Known
    reason: NoveltyReason
    elsewhere: bool = False


def document_keys(entries: Iterable[Entry], *, feed: Feed) -> list[EntryKeys]:
    """The keys of every entry of one document; ask the store for all of them before `recognise`."""
    return [entry_keys(entry, feed=feed.name, publisher=feed.publisher) for entry in entries]


def recognise(
    entries: Sequence[Entry],
    keys: Sequence[EntryKeys],
    known: Mapping[int, Known],
    *,
    feed: Feed,
    state: FeedState,
    now: datetime,
    alert_backlog: bool = False,
) -> tuple[Recognised, ...]:
    """The novelty of every entry of one document, in document order.

    `keys` are the `document_keys` of the same entries, `known` is what the store knows of them. `alert_backlog`
    asks to be told of the first poll, of floods and of old items as well. Recognised.keys are the keys to remember
    under the item that the entry becomes or updates; SEEN writes nothing, so that a feed that changes its guids at
    every poll does not fill the database.
    """
    own = _without_ambiguous(keys)
    matches = _matches(own, known, feed=feed.name, now=now)
    answers = _judge(entries, own, matches, known, now)
    if alert_backlog:
        return tuple(answers)
    return tuple(_quieten(answers, state=state, now=now))


# ------------------------------------------------------------------------------------- what identifies


def _without_ambiguous(all_keys: Sequence[EntryKeys]) -> list[EntryKeys]:
    """Without keys that several different articles of the document share: a home page, a live page, a constant guid."""
    by_link = _ambiguous(all_keys, lambda keys: keys.link_here, lambda sharers: _titles(sharers) > 1)
    by_guid = _ambiguous(all_keys, lambda keys: keys.guid, lambda sharers: _titles(sharers) > 1 and _links(sharers) > 1)
    return [
        _content_only_where_needed(
            replace(
                keys,
                guid=None if keys.guid in by_guid else keys.guid,
                link=None if keys.link_here in by_link else keys.link,
                link_here=None if keys.link_here in by_link else keys.link_here,
            )
        )
        for keys in all_keys
    ]


def _ambiguous(
    all_keys: Sequence[EntryKeys], key: Callable[[EntryKeys], int | None], differ: Callable[[list[EntryKeys]], bool]
) -> set[int | None]:
    sharers: dict[int | None, list[EntryKeys]] = defaultdict(list)
    for keys in all_keys:
        sharers[key(keys)].append(keys)
    return {shared for shared, those in sharers.items() if shared is not None and differ(those)}


def _titles(sharers: list[EntryKeys]) -> int:
    return len({keys.title for keys in sharers})


def _links(sharers: list[EntryKeys]) -> int:
    """How many addresses; entries without one count each, for nothing says that they are the same article."""
    links = [keys.link for keys in sharers]
    return len(set(links) - {None}) + links.count(None)


def _content_only_where_needed(keys: EntryKeys) -> EntryKeys:
    """Content is the last resort: not beside a link, and not a bare "Live" that a guid tells apart."""
    needed = keys.link is None and (keys.guid is None or keys.telling)
    return keys if needed else replace(keys, content=None)


# ------------------------------------------------------------------------------------ what it matches


def _matches(all_keys: list[EntryKeys], known: Mapping[int, Known], *, feed: str, now: datetime) -> list[_Match | None]:
    matches = [_same_here(keys, known, feed) for keys in all_keys]
    # a title is weak evidence: an article that stands in this very document under its own guid or link is another one
    present = frozenset(match.known.item_id for match in matches if match and match.known.item_id)
    return [
        match or _same_link_elsewhere(keys, known) or _same_title(keys, known, present=present, feed=feed, now=now)
        for keys, match in zip(all_keys, matches, strict=True)
    ]


def _same_here(keys: EntryKeys, known: Mapping[int, Known], feed: str) -> _Match | None:
    by_guid = known.get(keys.guid) if keys.guid is not None else None
    if by_guid and not _is_reused(keys, by_guid, known):
        return _Match(known=by_guid, reason=NoveltyReason.GUID)
    for key, reason in (
        (keys.link_here, NoveltyReason.LINK),
        (keys.link, NoveltyReason.LINK),
        (keys.content, NoveltyReason.CONTENT),
    ):
        found = known.get(key) if key is not None else None
        if found and found.feed == feed:
            return _Match(known=found, reason=reason)
    return None


def _is_reused(keys: EntryKeys, by_guid: Known, known: Mapping[int, Known]) -> bool:
    """True where a known guid now names another article: other link and clearly other title (miniflux issue 3186)."""
    if keys.link is None:
        return False
    if by_guid.item_id is None:  # pruned: its words are gone, its keys are not
        return (
            keys.text_hash != by_guid.text_hash
            and keys.link_here not in known
            and keys.link not in known
            and keys.title_publisher not in known
        )
    other_link = bool(by_guid.canonical_url) and by_guid.canonical_url != keys.canonical_url
    return other_link and _likeness(keys.title, normalised_title(by_guid.title)) < OTHER_TITLE


def _likeness(one: str, other: str) -> float:
    """Share of common words (Jaccard), 0 … 1."""
    mine, theirs = set(one.split()), set(other.split())
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 1.0


def _same_link_elsewhere(keys: EntryKeys, known: Mapping[int, Known]) -> _Match | None:
    found = known.get(keys.link) if keys.link is not None else None
    return _Match(known=found, reason=NoveltyReason.LINK, elsewhere=True) if found else None


def _same_title(
    keys: EntryKeys, known: Mapping[int, Known], *, present: frozenset[str], feed: str, now: datetime
) -> _Match | None:
    found = known.get(keys.title_publisher) if keys.title_publisher is not None else None
    if found is None or found.item_id in present or not _title_holds(found, feed=feed, now=now):
        return None
    return _Match(known=found, reason=NoveltyReason.TITLE_AND_PUBLISHER, elsewhere=found.feed != feed)


def _title_holds(found: Known, *, feed: str, now: datetime) -> bool:
    """Within its feed a title holds while the feed still shows it; elsewhere only copies of the same days count."""
    if found.feed == feed:
        return found.last_seen is None or found.last_seen >= (now - TITLE_MEMORY).date()
    return found.first_seen is None or found.first_seen >= now - TITLE_MEMORY


# ------------------------------------------------------------------------------------- what it is then


def _judge(
    entries: Sequence[Entry],
    all_keys: list[EntryKeys],
    matches: list[_Match | None],
    known: Mapping[int, Known],
    now: datetime,
) -> list[Recognised]:
    answers = []
    #: what this document already gave: items that were judged, keys of entries that become items
    judged: set[str] = set()
    given: dict[int, NoveltyReason] = {}
    for entry, keys, match in zip(entries, all_keys, matches, strict=True):
        twin = next((reason for key, reason in _identities(keys) if given.get(key) is reason), None)
        if match is None or match.elsewhere:
            answer = _repeat(entry, twin) if twin else _unknown_here(entry, match)
            given.update(_identities(keys))
        elif match.known.item_id in judged:
            # two versions of one item in one document would overwrite each other at every poll
            answer = _repeat(entry, match.reason, match.known.item_id)
        else:
            answer = _known_here(entry, keys, match)
        judged |= {match.known.item_id} if match and match.known.item_id and not match.elsewhere else set()
        answers.append(replace(answer, keys=_keys_to_write(keys, answer, known, now), text_hash=keys.text_hash))
    return answers


def _identities(keys: EntryKeys) -> list[tuple[int, NoveltyReason]]:
    """The keys by which two entries of one document are one; equal titles are not enough, see `_matches`."""
    named = (
        (keys.guid, NoveltyReason.GUID),
        (keys.link_here, NoveltyReason.LINK),
        (keys.content, NoveltyReason.CONTENT),
    )
    return [(key, reason) for key, reason in named if key is not None]


def _repeat(entry: Entry, reason: NoveltyReason, item_id: str | None = None) -> Recognised:
    return Recognised(entry=entry, novelty=Novelty.SEEN, reason=reason, item_id=item_id)


def _unknown_here(entry: Entry, match: _Match | None) -> Recognised:
    if match is None:
        return Recognised(entry=entry, novelty=Novelty.NEW, reason=NoveltyReason.UNKNOWN)
    original = match.known.copy_of or match.known.item_id
    return Recognised(entry=entry, novelty=Novelty.COPY, reason=match.reason, item_id=original)


def _known_here(entry: Entry, keys: EntryKeys, match: _Match) -> Recognised:
    item_id = match.known.item_id
    if item_id is None or keys.text_hash == match.known.text_hash:
        return _repeat(entry, match.reason, item_id)
    if match.known.old:
        return Recognised(entry=entry, novelty=Novelty.OLD, reason=match.known.old, item_id=item_id)
    return Recognised(entry=entry, novelty=Novelty.UPDATED, reason=NoveltyReason.TEXT_CHANGED, item_id=item_id)


def _keys_to_write(keys: EntryKeys, answer: Recognised, known: Mapping[int, Known], now: datetime) -> tuple[int, ...]:
    """A new item takes its own keys and whatever nobody holds; an edit renews its keys and adds new ones."""
    if answer.novelty is Novelty.SEEN:
        return ()
    edited = None if answer.novelty is Novelty.COPY else answer.item_id
    wanted = _present(keys.link_here, keys.content)
    for guid in _present(keys.guid):
        # an edit that was recognised by its link leaves the guid alone: it may be another one at every poll
        if edited is None or _holds(edited, known.get(guid)):
            wanted.append(guid)
    for shared in _present(keys.link, keys.title_publisher):
        holder = known.get(shared)
        expired = shared == keys.title_publisher and holder and (holder.first_seen or now) < now - TITLE_MEMORY
        if holder is None or expired or (edited is not None and _holds(edited, holder)):
            wanted.append(shared)
    return tuple(wanted)


def _holds(item_id: str, holder: Known | None) -> bool:
    return holder is not None and holder.item_id == item_id


def _present(*keys: int | None) -> list[int]:
    return [key for key in keys if key is not None]


# ---------------------------------------------------------------------------------- unknown, yet no news


def _quieten(answers: list[Recognised], *, state: FeedState, now: datetime) -> list[Recognised]:
    """What is unknown and yet no news becomes OLD, with the circumstance as its reason."""
    fresh = [answer for answer in answers if answer.novelty is Novelty.NEW]
    if state.baseline_at is None:
        old, reason = fresh, NoveltyReason.FIRST_POLL
    elif len(fresh) > FLOOD_ENTRIES:
        old, reason = fresh, NoveltyReason.FLOOD
    else:
        since = min(now - WINDOW, state.last_success_at or now)  # further back where the daemon was off
        stale = [answer for answer in fresh if answer.entry.published is None or answer.entry.published < since]
        old, reason = (stale if len(stale) > BACKFILL_ENTRIES else []), NoveltyReason.BACKFILL
    quiet = {id(answer) for answer in old}
    return [replace(it, novelty=Novelty.OLD, reason=reason) if id(it) in quiet else it for it in answers]
