"""Which known article does an entry of a document propose to be, and do its words agree?

How much agreement of the words is asked for depends on how much the keys say. A guid and an address that stayed the
same are strong; an address alone, under another guid or spelling, is weaker; what comes from another feed becomes a
copy that nobody is told of, and must say that it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.dedupe.fingerprint import EntryKeys, KnownItem
from monitor.dedupe.words import WordComparison, Words, compare
from monitor.model.document import Entry
from monitor.model.novelty import NoveltyReason

#: how long a title names one article of its publisher; later the same headline may tell of the next attack
TITLE_MEMORY = timedelta(hours=48)
#: entries of one document that are known by their titles alone: the feed makes its links and ids anew at every poll
_CHURNED = 3


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One entry, the keys that may identify it, and its words."""

    entry: Entry
    keys: EntryKeys
    words: Words


@dataclass(frozen=True, kw_only=True)
class Found:
    """The article that an entry is, if it is known, and what it was recognised by."""

    known: KnownItem | None = None
    reason: NoveltyReason = NoveltyReason.UNKNOWN
    #: known from another feed
    elsewhere: bool = False
    #: the keys whose holders the entry's words contradict
    refuted: frozenset[int] = frozenset()


class EntryMatcher:
    """Asks what is known of the keys of one document, and lets the words answer. Pure; holds the arguments."""

    def __init__(self, known: Mapping[int, KnownItem], *, feed: str, now: datetime) -> None:
        self._known, self._feed, self._now = known, feed, now

    def matches(self, cases: list[Candidate]) -> list[Found]:
        """What each of the document's entries is recognised by."""
        here = [self._here(case) for case in cases]
        by_title = [self._holder(case.keys.title_publisher) for case in cases]
        # a title is weak evidence: an article that stands in this document under its own guid or link is another one
        present = frozenset(found.known.item_id for found in here if found.known) - {None}
        only_titles = sum(
            title is not None and title.feed == self._feed and found.known is None and title.item_id not in present
            for found, title in zip(here, by_title, strict=True)
        )
        churned = only_titles >= _CHURNED and only_titles * 2 > len(cases)
        return [
            found if found.known else self._elsewhere(case, found.refuted, present, churned=churned)
            for found, case in zip(here, cases, strict=True)
        ]

    def _holder(self, key: int | None) -> KnownItem | None:
        return self._known.get(key) if key is not None else None

    def _likeness(self, case: Candidate, known: KnownItem) -> WordComparison:
        return compare(case.words, known.words, new_at=self._now, old_at=known.first_seen or self._now)

    def _here(self, case: Candidate) -> Found:
        """By what identifies an article within its feed."""
        keys = case.keys
        refuted: set[int] = set()
        proposals = (
            (keys.guid, NoveltyReason.GUID, self._same_guid),
            (keys.link_here, NoveltyReason.LINK, self._same_link),
            (keys.link, NoveltyReason.LINK, self._same_link),
            (keys.content, NoveltyReason.CONTENT, lambda _case, _known: True),
        )
        for key, reason, agrees in proposals:
            found = self._holder(key)
            if key is None or found is None or found.feed != self._feed:
                continue
            if agrees(case, found):
                return Found(known=found, reason=reason)
            refuted.add(key)
        return Found(refuted=frozenset(refuted))

    def _same_guid(self, case: Candidate, found: KnownItem) -> bool:
        """False where a guid names another article now (miniflux issue 3186), or its page became another story."""
        keys = case.keys
        if keys.text_hash == found.text_hash:
            return True
        if found.item_id is None:  # pruned: its words are gone, its keys are not
            shared = (keys.link_here, keys.link, keys.title_publisher)
            return keys.link is None or any(key in self._known for key in shared)
        return not self._likeness(case, found).contradicts

    def _same_link(self, case: Candidate, found: KnownItem) -> bool:
        """The address in its canonical form; where id or address were others, it is no more than a hint."""
        other_id = case.keys.guid is not None and not holds(found.item_id, self._holder(case.keys.guid))
        other_spelling = case.entry.url != found.url
        same_text = case.keys.text_hash == found.text_hash
        if found.item_id is None:
            return same_text or not other_id
        if same_text and (case.words.text or not (other_id and other_spelling)):
            return True
        likeness = self._likeness(case, found)
        if likeness.contradicts:
            return False
        if not likeness.later or not (other_id or other_spelling):
            return True
        # a bare headline that comes back half a day later under another id and spelling is no proof of one story
        return likeness.confirmed if other_id and other_spelling else likeness.agrees

    def _elsewhere(
        self, case: Candidate, refuted: frozenset[int], present: frozenset[str | None], *, churned: bool
    ) -> Found:
        """By what identifies an article in all feeds: its address, then its headline under one publisher."""
        keys = case.keys
        found = self._holder(keys.link)
        if keys.link is not None and found is not None and found.feed != self._feed:
            if self._is_copy(case, found):
                return Found(known=found, reason=NoveltyReason.LINK, elsewhere=True)
            refuted |= {keys.link}
        found = self._holder(keys.title_publisher)
        if keys.title_publisher is not None and found is not None and found.item_id not in present:
            if self._same_title(case, found, churned=churned):
                reason, elsewhere = NoveltyReason.TITLE_AND_PUBLISHER, found.feed != self._feed
                return Found(known=found, reason=reason, elsewhere=elsewhere, refuted=refuted)
            refuted |= {keys.title_publisher}
        return Found(refuted=refuted)

    def _is_copy(self, case: Candidate, found: KnownItem) -> bool:
        """A copy is told to nobody, so its words must say that it is one."""
        if case.keys.text_hash == found.text_hash:
            return True
        likeness = self._likeness(case, found)
        return found.item_id is not None and likeness.agrees and not likeness.contradicts

    def _same_title(self, case: Candidate, found: KnownItem, *, churned: bool) -> bool:
        """The same headline under another id and address: one article where texts, or without them dates, agree."""
        if not self._title_holds(found):
            return False
        if case.keys.text_hash == found.text_hash and case.words.text:
            return True
        likeness = self._likeness(case, found)
        if likeness.text is not None:
            return likeness.confirmed
        return not likeness.later or (churned and found.feed == self._feed)

    def _title_holds(self, found: KnownItem) -> bool:
        """Within its feed a title holds while the feed still shows it; elsewhere only copies of the same days count."""
        if found.feed == self._feed:
            return found.last_seen is None or found.last_seen >= (self._now - TITLE_MEMORY).date()
        return found.first_seen is None or found.first_seen >= self._now - TITLE_MEMORY


def holds(item_id: str | None, holder: KnownItem | None) -> bool:
    """True where a key is known as this item's."""
    return holder is not None and holder.item_id == item_id
