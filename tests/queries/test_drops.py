"""What the polls of a feed did not take as news, by cause."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

from monitor.model.feed import Poll
from monitor.queries.drops import COUNTS, counts_of, drops_in_words
from monitor.queries.status import feeds_in_a_line

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)


def test_every_entry_is_news_or_in_one_cause() -> None:
    polls = [
        Poll(at=NOW, result="fetched", ms=900, entries=20, new=3, updated=2, copies=4, old=5, dropped=7),
        Poll(at=NOW, result="not modified", ms=9),
        Poll(at=NOW, result="fetched", entries=6),
    ]
    drops = drops_in_words(counts_of(polls))
    assert drops == {"known": 12, "copy": 4, "held": 5, "not taken": 7}
    assert sum(drops.values()) == 20 + 6 + 7 - 3 - 2


def test_without_drops_there_is_no_cause() -> None:
    assert drops_in_words(counts_of([Poll(at=NOW, result="fetched", entries=2, new=2)])) == {}
    assert drops_in_words(counts_of([])) == {}


def test_a_part_of_a_cause_stands_by_itself_and_is_counted_once() -> None:
    counts = {"entries": 30, "old": 30, "too_old": 4, "flood": 20, "backfill": 5, "dropped": 9, "over_cap": 8}
    found = drops_in_words(counts)
    assert found == {"held": 1, "too old": 4, "flood": 20, "back-fill": 5, "not taken": 1, "over the cap": 8}


def test_a_cause_that_polls_learn_to_tell_appears_by_itself() -> None:
    assert drops_in_words({"entries": 3, "new": 3, "told_from_crowd": 3, "no_such_word": 5}) == {"no such word": 5}
    assert {"entries", "new", "updated", "copies", "old", "dropped"} <= set(COUNTS) < {one.name for one in fields(Poll)}
    assert "ms" not in COUNTS


def test_only_the_first_few_sick_feeds_are_named() -> None:
    names = {"gone": ["a"], "failing": list("abcdefgh"), "healthy": [str(n) for n in range(1200)]}
    assert feeds_in_a_line(names) == "1 gone (a), 8 failing (a, b, c, d, e and 3 more), 1,200 healthy"
