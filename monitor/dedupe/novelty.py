"""Have we seen it? Each entry of a document gets a novelty and the named reason for it.

    guid → canonical link → content            within the feed
    canonical link → title and publisher       across feeds
    first poll, flood, backfill                what is unknown, yet no news (`crowds`)

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
from datetime import datetime

from monitor.dedupe.crowds import quieten
from monitor.dedupe.fingerprint import EntryKeys, KnownItem, entry_keys
from monitor.dedupe.matching import TITLE_MEMORY, Candidate, EntryMatcher, Found, KnownAs, holds, words_of
from monitor.dedupe.words import compare
from monitor.model.document import Entry
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised


def document_keys(entries: Iterable[Entry], *, feed: Feed) -> list[EntryKeys]:
    """The keys of every entry of one document; ask the store for all of them before `recognise`."""
    return [entry_keys(entry, feed=feed.name, publisher=feed.publisher) for entry in entries]


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
    cases = [Candidate(entry=entry, keys=own, words=words_of(entry)) for entry, own in zip(entries, keys, strict=True)]
    cases = _without_ambiguous(cases, now)
    matches = EntryMatcher(known, feed=feed.name, now=now).matches(cases)
    answers = _judge(cases, matches, known, now)
    if alert_backlog:
        return tuple(answers)
    return tuple(quieten(answers, state=state, now=now))


# ------------------------------------------------------------------------------------- what identifies


def _without_ambiguous(cases: Sequence[Candidate], now: datetime) -> list[Candidate]:
    """Without keys that several different articles of the document share: a home page, a live page, a constant guid."""
    by_link = _ambiguous(cases, now, lambda keys: keys.link_here, lambda those: _titles(those) > 1)
    by_guid = _ambiguous(cases, now, lambda keys: keys.guid, lambda those: _titles(those) > 1 and _links(those) > 1)
    return [
        replace(
            case,
            keys=_content_only_where_needed(
                replace(
                    case.keys,
                    guid=None if case.keys.guid in by_guid else case.keys.guid,
                    link=None if case.keys.link_here in by_link else case.keys.link,
                    link_here=None if case.keys.link_here in by_link else case.keys.link_here,
                )
            ),
        )
        for case in cases
    ]


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


def _content_only_where_needed(keys: EntryKeys) -> EntryKeys:
    """Content is the last resort: not beside a link, and not a bare "Live" that a guid tells apart."""
    needed = keys.link is None and (keys.guid is None or keys.telling)
    return keys if needed else replace(keys, content=None)


# ------------------------------------------------------------------------------------- what it is then


def _judge(
    cases: list[Candidate], matches: list[Found], known: Mapping[int, KnownItem], now: datetime
) -> list[Recognised]:
    answers = []
    #: what this document already gave: items that were judged, keys of entries that become items
    judged: set[str] = set()
    given: dict[int, NoveltyReason] = {}
    for case, found in zip(cases, matches, strict=True):
        entry, keys, match = case.entry, case.keys, found.match
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
        answer = replace(answer, text_hash=keys.text_hash)
        answers.append(replace(answer, keys=_keys_to_write(keys, answer, found.refuted, known, now)))
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


def _unknown_here(entry: Entry, match: KnownAs | None) -> Recognised:
    if match is None:
        return Recognised(entry=entry, novelty=Novelty.NEW, reason=NoveltyReason.UNKNOWN)
    original = match.known.copy_of or match.known.item_id
    return Recognised(entry=entry, novelty=Novelty.COPY, reason=match.reason, item_id=original)


def _known_here(entry: Entry, keys: EntryKeys, match: KnownAs) -> Recognised:
    item_id = match.known.item_id
    if item_id is None or keys.text_hash == match.known.text_hash:
        return _repeat(entry, match.reason, item_id)
    if match.known.old:
        return Recognised(entry=entry, novelty=Novelty.OLD, reason=match.known.old, item_id=item_id)
    return Recognised(entry=entry, novelty=Novelty.UPDATED, reason=NoveltyReason.TEXT_CHANGED, item_id=item_id)


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
