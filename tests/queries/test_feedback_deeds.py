"""A word on an item is a deed: who gave it is written down, and it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledgers import NOW
from monitor.errors import UsageError
from monitor.model.feedback import Correction, Fact, Feedback, Opinion
from monitor.model.item import Item
from monitor.model.report import Act, Level
from monitor.queries.deeds import undo
from monitor.queries.feedback import give, take_back
from monitor.store.store import Store

WORD = Feedback(
    item=Item(id="a1", title="Drones hit a base", url="https://wire.example/1", feed="Wire", first_seen=NOW),
    opinion=Opinion.FALSE, corrections=(Correction(fact=Fact.KILLED, value="2"),), note="a drill", given_at=NOW,
    told=True, alerted=True, act=Act.ATTACK, level=Level.URGENT,
)  # fmt: skip
LATER = NOW + timedelta(hours=1)


def test_a_word_is_undone_and_the_one_before_stands_again(store: Store) -> None:
    second = replace(WORD, opinion=Opinion.RIGHT, corrections=(), note="", given_at=LATER)
    with store.transaction() as tx:
        first = give(tx, WORD, by="Karim")
        deed = give(tx, second, by="Lina")
        assert (first.by, first.note, deed.by, deed.target) == ("Karim", "false, killed 2: a drill", "Lina", "a1")
        assert "false again" in undo(tx, deed.id, by="Lina", now=LATER)
        assert tx.feedback_on("a1") == WORD
        assert "nothing is said" in undo(tx, first.id, by="Karim", now=LATER)
        assert tx.feedback_on("a1") is None


def test_what_was_taken_back_is_said_again(store: Store) -> None:
    with store.transaction() as tx:
        give(tx, WORD, by="Karim")
        deed = take_back(tx, WORD, by="Lina", now=LATER)
        assert tx.feedback_on("a1") is None
        undo(tx, deed.id, by="Lina", now=LATER)
        assert tx.feedback_on("a1") == WORD


def test_a_word_that_was_replaced_is_not_undone(store: Store) -> None:
    with store.transaction() as tx:
        first = give(tx, WORD)
        give(tx, replace(WORD, given_at=LATER))
        with pytest.raises(UsageError, match="another word"):
            undo(tx, first.id, by="", now=LATER)
