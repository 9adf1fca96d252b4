"""Have we seen it? Each entry of a document gets a novelty and the named reason for it.

    guid → canonical link → content            within the feed
    canonical link → title and publisher       across feeds
    first poll, flood, backfill                what is unknown, yet no news (`_quieten`)

A key only *proposes* that an entry is a known article; the words confirm or contradict it (`words`): ids count within
their feed, addresses are reused, pages are rewritten, and the same headline tells of the next attack. What becomes
another story is new, whatever the story before it was.

"New" is decided by identity and by when *we* first saw it, never by the publisher's date alone. A wrong
"seen" costs a missed attack and a wrong "new" costs one more report of a known incident, so every doubt
below falls on the side of "new"; what keeps the nights quiet is that edits of old items stay old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.dedupe.fingerprint import EntryKeys, KnownItem, content_key, entry_keys
from monitor.dedupe.matching import TITLE_MEMORY, Candidate, EntryMatcher, Found, holds
from monitor.dedupe.words import Words, compare
from monitor.model.document import Entry
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised

#: publishers put up what happened on a Friday night on Monday: younger than this is current
WINDOW = timedelta(hours=72)
#: a newsroom adds a late or undated piece now and then; more of them at once is an archive being put up
BACKFILL_ENTRIES = 25
#: more than any newsroom writes between two polls, whatever their dates say: a feed that was rebuilt
FLOOD_ENTRIES = 500
#: so many times what the feed came with of late is still what it usually does
_USUAL = 2


def document_keys(entries: Iterable[Entry], *, feed: Feed, now: datetime) -> list[EntryKeys]:
    """The telling keys of every entry of one document; ask the store for all of them before `recognise`.

    Without those that several different articles of the document share: a home page, a live page, a constant guid.
    """
    cases = [
        Candidate(entry=entry, keys=entry_keys(entry, feed=feed.name, publisher=feed.publisher), words=_words(entry))
        for entry in entries
    ]
    by_link = _ambiguous(cases, now, lambda keys: keys.link_here, lambda those: _titles(those) > 1)
    by_guid = _ambiguous(cases, now, lambda keys: keys.guid, lambda those: _titles(those) > 1 and _links(those) > 1)
    return [_telling_keys(case, by_link | by_guid, feed=feed.name) for case in cases]


def recognise(
    entries: Sequence[Entry],
    keys: Sequence[EntryKeys],
    known: Mapping[int, KnownItem],
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
    cases = [Candidate(entry=entry, keys=own, words=_words(entry)) for entry, own in zip(entries, keys, strict=True)]
    matches = EntryMatcher(known, feed=feed.name, now=now).matches(cases)
    answers = _judge(cases, matches, known, now)
    if alert_backlog:
        return tuple(answers)
    return tuple(_quieten(answers, state=state, now=now))


# ------------------------------------------------------------------------------------- what identifies


def _words(entry: Entry) -> Words:
    return Words(title=entry.title, text=entry.summary or entry.body, published=entry.published)


def _telling_keys(case: Candidate, ambiguous: set[int | None], *, feed: str) -> EntryKeys:
    keys = case.keys
    if keys.guid in ambiguous:
        keys = replace(keys, guid=None)
    if keys.link_here in ambiguous:
        content = content_key(case.entry, feed=feed, title=keys.title)
        keys = replace(keys, link=None, link_here=None, content=content)
    # content is the last resort: not beside a link, and not a bare "Live" that a guid tells apart
    if keys.content is not None and keys.guid is not None and not keys.telling:
        keys = replace(keys, content=None)
    return keys


def _ambiguous(
    cases: Sequence[Candidate],
    now: datetime,
    key: Callable[[EntryKeys], int | None],
    differ: Callable[[list[Candidate]], bool],
) -> set[int | None]:
    sharers: dict[int | None, list[Candidate]] = defaultdict(list)
    for case in cases:
        sharers[key(case.keys)].append(case)
    return {
        shared
        for shared, those in sharers.items()
        if shared is not None and len(those) > 1 and (differ(those) or _apart(those, now))
    }


def _titles(those: list[Candidate]) -> int:
    return len({case.keys.title for case in those})


def _links(those: list[Candidate]) -> int:
    """How many addresses; entries without one count each, for nothing says that they are the same article."""
    links = [case.keys.link for case in those]
    return len(set(links) - {None}) + links.count(None)


def _apart(those: list[Candidate], now: datetime) -> bool:
    """True where some of these tell another story than the first, or come under another guid half a day later."""
    first = those[0]
    for case in those[1:]:
        likeness = compare(case.words, first.words, new_at=now, old_at=now)
        if likeness.contradicts or (likeness.later and case.keys.guid != first.keys.guid):
            return True
    return False


# ------------------------------------------------------------------------------------- what it is then


def _judge(
    cases: list[Candidate], matches: list[Found], known: Mapping[int, KnownItem], now: datetime
) -> list[Recognised]:
    answers = []
    #: what this document already gave: items that were judged, keys of entries that become items
    judged: set[str | None] = set()
    given: dict[int, NoveltyReason] = {}
    for case, found in zip(cases, matches, strict=True):
        article, own = found.known, _identities(case.keys)
        novelty, reason, item_id = Novelty.SEEN, found.reason, article.item_id if article else None
        if article is None or found.elsewhere:
            twin = next((reason for key, reason in own if given.get(key) is reason), None)
            if twin:
                reason, item_id = twin, None
            elif article is None:
                novelty = Novelty.NEW
            else:
                novelty, item_id = Novelty.COPY, article.copy_of or article.item_id
            given.update(own)
        # two versions of one item in one document would overwrite each other at every poll
        elif article.item_id not in judged:
            novelty, reason = _edited(case.keys, article, reason)
            judged.add(article.item_id)
        answer = Recognised(
            entry=case.entry, novelty=novelty, reason=reason, item_id=item_id, text_hash=case.keys.text_hash,
            replaces=_replaced(case.keys, found, known) if novelty is Novelty.NEW else None,
        )  # fmt: skip
        answers.append(replace(answer, keys=_keys_to_write(case.keys, answer, found.refuted, known, now)))
    return answers


def _replaced(keys: EntryKeys, found: Found, known: Mapping[int, KnownItem]) -> str | None:
    """The item whose address, and guid if it has one beside that, tell another story now.

    One of the two alone may be used for every article of a feed.
    """
    told = {key for key in (keys.guid, keys.link_here) if key is not None}
    if keys.link_here is None or not told <= found.refuted:
        return None
    items = {known[key].item_id for key in told}
    return items.pop() if len(items) == 1 else None


def _identities(keys: EntryKeys) -> list[tuple[int, NoveltyReason]]:
    """The keys by which two entries of one document are one; equal titles are not enough, see `EntryMatcher`."""
    named = (
        (keys.guid, NoveltyReason.GUID),
        (keys.link_here, NoveltyReason.LINK),
        (keys.content, NoveltyReason.CONTENT),
    )
    return [(key, reason) for key, reason in named if key is not None]


def _edited(keys: EntryKeys, article: KnownItem, reason: NoveltyReason) -> tuple[Novelty, NoveltyReason]:
    """Was the known article rewritten? An edit stays as quiet as the article was."""
    if article.item_id is None or keys.text_hash == article.text_hash:
        return Novelty.SEEN, reason
    return (Novelty.OLD, article.old) if article.old else (Novelty.UPDATED, NoveltyReason.TEXT_CHANGED)


def _keys_to_write(
    keys: EntryKeys, answer: Recognised, refuted: frozenset[int], known: Mapping[int, KnownItem], now: datetime
) -> tuple[int, ...]:
    """A new item takes its own keys and whatever nobody holds any more; an edit renews its keys and adds new ones."""
    if answer.novelty is Novelty.SEEN:
        return ()
    edited = None if answer.novelty is Novelty.COPY else answer.item_id
    wanted = _present(keys.link_here, keys.content)
    for guid in _present(keys.guid):
        # an edit that was recognised by its link leaves the guid alone: it may be another one at every poll
        if edited is None or holds(edited, known.get(guid)):
            wanted.append(guid)
    for shared in _present(keys.link, keys.title_publisher):
        holder = known.get(shared)
        expired = shared == keys.title_publisher and holder and (holder.first_seen or now) < now - TITLE_MEMORY
        renamed = shared in refuted and edited is None  # it names this story now
        if holder is None or expired or renamed or (edited is not None and holds(edited, holder)):
            wanted.append(shared)
    return tuple(wanted)


def _present(*keys: int | None) -> list[int]:
    return [key for key in keys if key is not None]


# -------------------------------------------------------------------------- unknown, and yet no news


def _quieten(answers: Sequence[Recognised], *, state: FeedState, now: datetime) -> list[Recognised]:
    """What is unknown and yet no news becomes OLD, with the circumstance as its reason.

    A crowd is judged beside what its feed usually does: a feed that never dates cannot be judged by missing dates, one
    whose clock is wrong only by its own clock, and one that comes with hundreds of new entries poll after poll is busy.
    """
    fresh = [answer for answer in answers if answer.novelty is Novelty.NEW]
    if state.baseline_at is None:
        old, reason = fresh, NoveltyReason.FIRST_POLL
    elif len(fresh) > max(FLOOD_ENTRIES, _USUAL * state.crowd):
        old, reason = fresh, NoveltyReason.FLOOD
    else:
        dates = state.newest_at is not None or any(answer.entry.published for answer in answers)
        stale = _stale(fresh, dates=dates, state=state, now=now)
        old, reason = (stale if len(stale) > BACKFILL_ENTRIES else []), NoveltyReason.BACKFILL
    quiet = {id(answer) for answer in old}
    return [replace(it, novelty=Novelty.OLD, reason=reason) if id(it) in quiet else it for it in answers]


def _stale(fresh: Sequence[Recognised], *, dates: bool, state: FeedState, now: datetime) -> list[Recognised]:
    """Those older than the window and than what the feed gave before; those without a date where it usually dates."""
    since = min(now - WINDOW, state.last_success_at or now)  # further back where the daemon was off
    since = min(since, state.newest_at or since)  # a clock that is wrong goes on all the same
    undated = sum(answer.entry.published is None for answer in fresh)
    unusual = dates and undated > _USUAL * state.undated_crowd
    return [
        answer for answer in fresh if (unusual if answer.entry.published is None else answer.entry.published < since)
    ]
