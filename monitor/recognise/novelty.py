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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.news import Entry, Feed, FeedState, Novelty, NoveltyReason, Recognised
from monitor.recognise.crowds import quieten
from monitor.recognise.fingerprint import EntryKeys, Known, entry_keys
from monitor.recognise.words import Comparison, Words, compare

#: how long a title names one article of its publisher; later the same headline may tell of the next attack
TITLE_MEMORY = timedelta(hours=48)
#: entries of one document that are known by their titles alone: the feed makes its links and ids anew at every poll
_CHURNED = 3


@dataclass(frozen=True, kw_only=True)
class _Match:
    """What an entry was recognised by; `elsewhere` means in another feed."""

    known: Known
    reason: NoveltyReason
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One entry, the keys that may identify it, and its words."""

    entry: Entry
    keys: EntryKeys
    words: Words


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
    cases = [_Case(entry=entry, keys=own, words=_words_of(entry)) for entry, own in zip(entries, keys, strict=True)]
    cases = _without_ambiguous(cases, now)
    matches = _Matcher(known, feed=feed.name, now=now).matches(cases)
    answers = _judge(cases, matches, known, now)
    if alert_backlog:
        return tuple(answers)
    return tuple(quieten(answers, state=state, now=now))


def _words_of(entry: Entry) -> Words:
    return Words(title=entry.title, text=entry.summary or entry.body, published=entry.published)


# ------------------------------------------------------------------------------------- what identifies


def _without_ambiguous(cases: Sequence[_Case], now: datetime) -> list[_Case]:
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
    cases: Sequence[_Case],
    now: datetime,
    key: Callable[[EntryKeys], int | None],
    differ: Callable[[list[_Case]], bool],
) -> set[int | None]:
    sharers: dict[int | None, list[_Case]] = defaultdict(list)
    for case in cases:
        sharers[key(case.keys)].append(case)
    return {
        shared
        for shared, those in sharers.items()
        if shared is not None and len(those) > 1 and (differ(those) or _apart(those, now))
    }


def _titles(those: list[_Case]) -> int:
    return len({case.keys.title for case in those})


def _links(those: list[_Case]) -> int:
    """How many addresses; entries without one count each, for nothing says that they are the same article."""
    links = [case.keys.link for case in those]
    return len(set(links) - {None}) + links.count(None)


def _apart(those: list[_Case], now: datetime) -> bool:
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


# ------------------------------------------------------------------------------------ what it matches


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The article that an entry is, if it is known, and the keys whose holders its words contradict."""

    match: _Match | None
    refuted: frozenset[int] = frozenset()


class _Matcher:
    """Asks what is known of the keys of one document, and lets the words answer. Pure; holds the arguments."""

    def __init__(self, known: Mapping[int, Known], *, feed: str, now: datetime) -> None:
        self._known, self._feed, self._now = known, feed, now

    def matches(self, cases: list[_Case]) -> list[_Found]:
        here = [self._here(case) for case in cases]
        by_title = [self._holder(case.keys.title_publisher) for case in cases]
        # a title is weak evidence: an article that stands in this document under its own guid or link is another one
        present = frozenset(found.match.known.item_id for found in here if found.match) - {None}
        only_titles = sum(
            title is not None and title.feed == self._feed and found.match is None and title.item_id not in present
            for found, title in zip(here, by_title, strict=True)
        )
        churned = only_titles >= _CHURNED and only_titles * 2 > len(cases)
        return [
            found if found.match else self._elsewhere(case, found.refuted, present, churned=churned)
            for found, case in zip(here, cases, strict=True)
        ]

    def _holder(self, key: int | None) -> Known | None:
        return self._known.get(key) if key is not None else None

    def _likeness(self, case: _Case, known: Known) -> Comparison:
        return compare(case.words, known.words, new_at=self._now, old_at=known.first_seen or self._now)

    def _here(self, case: _Case) -> _Found:
        """By what identifies an article within its feed."""
        keys = case.keys
        refuted: set[int] = set()
        proposals = (
            (keys.guid, NoveltyReason.GUID, self._same_guid),
            (keys.link_here, NoveltyReason.LINK, self._same_link),
            (keys.link, NoveltyReason.LINK, self._same_link),
            (keys.content, NoveltyReason.CONTENT, lambda _case, _known: True),
        )
        for key, reason, holds in proposals:
            found = self._holder(key)
            if key is None or found is None or found.feed != self._feed:
                continue
            if holds(case, found):
                return _Found(match=_Match(known=found, reason=reason))
            refuted.add(key)
        return _Found(match=None, refuted=frozenset(refuted))

    def _same_guid(self, case: _Case, found: Known) -> bool:
        """False where a known guid now names another article (miniflux issue 3186), or its page became another story."""
        keys = case.keys
        if keys.text_hash == found.text_hash:
            return True
        if found.item_id is None:  # pruned: its words are gone, its keys are not
            shared = (keys.link_here, keys.link, keys.title_publisher)
            return keys.link is None or any(key in self._known for key in shared)
        return not self._likeness(case, found).contradicts

    def _same_link(self, case: _Case, found: Known) -> bool:
        """The address in its canonical form; where id or address were others, it is no more than a hint."""
        other_id = case.keys.guid is not None and not _holds(found.item_id, self._holder(case.keys.guid))
        same_text = case.keys.text_hash == found.text_hash
        if found.item_id is None:
            return same_text or not other_id
        likeness = self._likeness(case, found)
        if likeness.contradicts:
            return False
        if not likeness.later or not (other_id or case.entry.url != found.url):
            return True
        if other_id and case.entry.url != found.url:  # a bare headline that comes back is no proof of one story
            return likeness.confirmed or (same_text and bool(case.words.text))
        return same_text or likeness.agrees

    def _elsewhere(
        self, case: _Case, refuted: frozenset[int], present: frozenset[str | None], *, churned: bool
    ) -> _Found:
        """By what identifies an article in all feeds: its address, then its headline under one publisher."""
        keys = case.keys
        found = self._holder(keys.link)
        if keys.link is not None and found is not None and found.feed != self._feed:
            if self._is_copy(case, found):
                return _Found(match=_Match(known=found, reason=NoveltyReason.LINK, elsewhere=True))
            refuted |= {keys.link}
        found = self._holder(keys.title_publisher)
        if keys.title_publisher is not None and found is not None and found.item_id not in present:
            if self._same_title(case, found, churned=churned):
                reason, elsewhere = NoveltyReason.TITLE_AND_PUBLISHER, found.feed != self._feed
                return _Found(match=_Match(known=found, reason=reason, elsewhere=elsewhere), refuted=refuted)
            refuted |= {keys.title_publisher}
        return _Found(match=None, refuted=refuted)

    def _is_copy(self, case: _Case, found: Known) -> bool:
        """A copy is told to nobody, so its words must say that it is one."""
        if case.keys.text_hash == found.text_hash:
            return True
        likeness = self._likeness(case, found)
        return found.item_id is not None and likeness.agrees and not likeness.contradicts

    def _same_title(self, case: _Case, found: Known, *, churned: bool) -> bool:
        """The same headline under another id and address: one article where texts, or dates where there are none, agree."""
        if not self._title_holds(found):
            return False
        if case.keys.text_hash == found.text_hash and case.words.text:
            return True
        likeness = self._likeness(case, found)
        if likeness.text is not None:
            return likeness.confirmed
        return not likeness.later or (churned and found.feed == self._feed)

    def _title_holds(self, found: Known) -> bool:
        """Within its feed a title holds while the feed still shows it; elsewhere only copies of the same days count."""
        if found.feed == self._feed:
            return found.last_seen is None or found.last_seen >= (self._now - TITLE_MEMORY).date()
        return found.first_seen is None or found.first_seen >= self._now - TITLE_MEMORY


# ------------------------------------------------------------------------------------- what it is then


def _judge(cases: list[_Case], matches: list[_Found], known: Mapping[int, Known], now: datetime) -> list[Recognised]:
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


def _keys_to_write(
    keys: EntryKeys, answer: Recognised, refuted: frozenset[int], known: Mapping[int, Known], now: datetime
) -> tuple[int, ...]:
    """A new item takes its own keys and whatever nobody holds any more; an edit renews its keys and adds new ones."""
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
        renamed = shared in refuted and edited is None  # it names this story now
        if holder is None or expired or renamed or (edited is not None and _holds(edited, holder)):
            wanted.append(shared)
    return tuple(wanted)


def _holds(item_id: str | None, holder: Known | None) -> bool:
    return holder is not None and holder.item_id == item_id


def _present(*keys: int | None) -> list[int]:
    return [key for key in keys if key is not None]
