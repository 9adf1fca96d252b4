"""What came in a crowd and is held back is no secret: which of it is told all the same.

A rebuilt feed or an archive must not wake people with hundreds of old stories, and must not hide the attack of this
hour among them either. So each held item is classified, and what a rule of level urgent or higher takes is told, where
it can be of now: its date is within the window, or it has none. What is dated longer ago, and what is beyond a number
that people can read, is named in the notice to the operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.dedupe.novelty import WINDOW
from monitor.model.item import Novelty, NoveltyReason, Recognised, StoredItem
from monitor.model.report import Level

#: of one poll, so many at most are told one by one
MOST_TOLD = 20
_HELD = frozenset({NoveltyReason.FLOOD, NoveltyReason.BACKFILL})

#: an entry and what is stored of it
Kept = tuple[Recognised, StoredItem]


@dataclass(frozen=True, kw_only=True)
class Released:
    """What is stored of a poll, and the urgent headlines among the held that are not told one by one."""

    kept: tuple[Kept, ...]
    named: tuple[str, ...] = ()


def is_held(found: Recognised) -> bool:
    """Unknown, and held back because of the crowd that it came in; an edit of an item that was held stays quiet."""
    return found.novelty is Novelty.OLD and found.reason in _HELD and found.item_id is None


def released(kept: Sequence[Kept], *, now: datetime) -> Released:
    """The same, where the urgent ones among the held are news; `kept` has the held ones classified.

    Those that stay held leave without their classification: nothing is decided about them.
    """
    held = [stored for found, stored in kept if is_held(found)]
    if not held:
        return Released(kept=tuple(kept))
    urgent = [stored for stored in held if _is_urgent(stored)]
    current = sorted((one for one in urgent if _is_current(one, now)), key=lambda one: _moment(one, now), reverse=True)
    told = {one.item.id: len(held) for one in current[:MOST_TOLD]}
    named = tuple(one.item.title or one.item.summary for one in urgent if one.item.id not in told)
    return Released(kept=tuple(_as_told(one, told) for one in kept), named=named)


def _is_urgent(stored: StoredItem) -> bool:
    """A live rule of level urgent or higher takes it."""
    found = stored.classification
    return found is not None and any(rule.tells and rule.level.rank >= Level.URGENT.rank for rule in found.taken)


def _is_current(stored: StoredItem, now: datetime) -> bool:
    return stored.item.published is None or stored.item.published >= now - WINDOW


def _moment(stored: StoredItem, now: datetime) -> datetime:
    return stored.item.published or now


def _as_told(one: Kept, told: dict[str, int]) -> Kept:
    found, stored = one
    if not is_held(found):
        return one
    crowd = told.get(stored.item.id)
    if crowd is None or stored.classification is None:
        return found, replace(stored, classification=None)
    classification = replace(stored.classification, facts=replace(stored.classification.facts, crowd=crowd))
    news = replace(found, novelty=Novelty.NEW, reason=NoveltyReason.CROWD)
    return news, replace(stored, novelty=news.novelty, novelty_reason=news.reason, classification=classification)
