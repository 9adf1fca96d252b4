"""Feedback on items: what goes in comes back, one per item, and it outlives the item."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.alert import DecisionReason
from monitor.model.feedback import NONE, Correction, Fact, Feedback, Opinion
from monitor.model.report import Act, Level
from monitor.store.store import Store
from values import FEED, NOW, full_item, stored_item

DAY = timedelta(days=1)
FULL = Feedback(
    item=full_item("A").item, opinion=Opinion.FALSE, note="a drill\nof last year",
    corrections=(
        Correction(fact=Fact.ACT, value="exercise", was="attack"), Correction(fact=Fact.INCIDENT, value=NONE, was="x"),
    ), given_at=NOW, told=True,
    decision=DecisionReason.FIRST, alerted=True, act=Act.ATTACK, rule="attack-iraq", level=Level.URGENT,
)  # fmt: skip
BARE = Feedback(
    item=stored_item("B").item, opinion=Opinion.RIGHT, given_at=NOW + DAY, told=False, alerted=False, act=Act.OTHER
)


def test_feedback_comes_back_as_it_went_in_the_last_given_first(store: Store) -> None:
    with store.transaction() as tx:
        tx.keep_feedback(FULL)
        tx.keep_feedback(BARE)
    with store.read() as tx:
        assert tx.feedback() == [BARE, FULL]
        assert tx.feedback_on("A") == FULL
        assert tx.feedback_on("C") is None


def test_a_second_word_on_the_same_item_replaces_the_first(store: Store) -> None:
    second = replace(FULL, opinion=Opinion.RIGHT, note="", given_at=NOW + 2 * DAY, level=Level.NOTICE)
    with store.transaction() as tx:
        tx.keep_feedback(FULL)
        tx.keep_feedback(BARE)
        tx.keep_feedback(second)
        assert tx.feedback() == [second, BARE]


def test_it_is_taken_back_once(store: Store) -> None:
    with store.transaction() as tx:
        tx.keep_feedback(FULL)
        tx.keep_feedback(BARE)
        assert tx.take_back_feedback("A") is True
        assert tx.take_back_feedback("A") is False
        assert tx.feedback() == [BARE]


def test_it_outlives_its_item(store: Store) -> None:
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_items([replace(full_item("A"), incident_id=None)])
        tx.keep_feedback(FULL)
        assert tx.prune(before=NOW + DAY, now=NOW + DAY)["items"] == 1
        assert tx.item("A") is None
        assert tx.feedback() == [FULL]


def test_text_that_no_database_takes_is_kept_as_far_as_it_goes(store: Store) -> None:
    with store.transaction() as tx:
        tx.keep_feedback(replace(FULL, note="a\0b\ud83d"))
        kept = tx.feedback_on("A")
    assert kept is not None
    assert kept.note == "a\ufffdb\ufffd"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("alerted", [True, False])
def test_a_missed_alert_never_asks_for_silence(alerted: bool, told: bool) -> None:
    """Also where the rules wanted it told, and an incident, a first poll or a flood kept it back."""
    given = replace(FULL, alerted=alerted, told=told)
    must = {opinion: replace(given, opinion=opinion).must_alert for opinion in Opinion}
    assert must == {Opinion.RIGHT: alerted, Opinion.MISSED: True, Opinion.FALSE: False, Opinion.WRONG: None}


def test_what_it_asks_for_in_words() -> None:
    assert FULL.asks == "stay quiet; act exercise; incident none"
    assert BARE.asks == "stay quiet"
    toll = Correction(fact=Fact.KILLED, value="2")
    assert replace(FULL, opinion=Opinion.WRONG, corrections=(toll,)).asks == "killed 2"
