"""A toll that rises is news of an attack that is known; where nobody told of the attack, it is its first report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from classifying import shipped
from monitor.evaluation import Evaluation, Ledger
from monitor.model.alert import DecisionReason
from monitor.model.incident import RelationKind
from monitor.model.item import Item
from monitor.model.ledger import Link
from monitor.model.report import Act

THURSDAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
ATTACK = "Rockets hit Ain al-Asad, three soldiers killed"


class Told:
    """Items one after another, with the incidents so far."""

    def __init__(self) -> None:
        self.ledger, self.count = Ledger(), 0

    def hears(self, title: str, *, hours: float = 0) -> Evaluation:
        self.count += 1
        when = THURSDAY + timedelta(hours=hours)
        item = Item(id=str(self.count), title=title, first_seen=when, published=when, language="en")
        return self.ledger.add(item, shipped())


@pytest.mark.parametrize(
    "toll",
    [
        "Toll in attack on Ain al-Asad rises from 3 to 34 killed",
        "At least 34 dead as toll rises after attack on Ain al-Asad",
        "Number of wounded in attack on Ain al-Asad rises to 40",
        "Death toll in Tuesday's attack on Ain al-Asad climbs to 34",
        "Zahl der Toten nach Angriff auf Ain al-Asad steigt auf 34",
        "ارتفاع حصيلة قتلى الهجوم على قاعدة عين الأسد إلى 34",
        "Число погибших при атаке на базу Айн-аль-Асад выросло с 3 до 34",
    ],
)
def test_it_alerts_where_no_attack_is_known_and_attaches_where_one_is(toll: str) -> None:
    first = Told().hears(toll)
    assert (first.classification.act, first.relation.kind) == (Act.ATTACK, RelationKind.OPENS)
    assert (first.decision.tell, first.decision.reason) == (True, DecisionReason.FIRST)
    assert first.classification.alert

    room = Told()
    known = room.hears(ATTACK, hours=-48).relation.incident
    later = room.hears(toll)
    assert known is not None
    assert later.relation.incident is not None
    assert later.relation.incident.id == known.id
    assert (later.classification.act, later.relation.kind, later.relation.link) == (
        Act.TOLL, RelationKind.JOINS, Link.TOLL,
    )  # fmt: skip
    assert not later.classification.alert


def test_the_next_toll_of_an_attack_that_a_toll_made_known_opens_nothing() -> None:
    room = Told()
    first = room.hears("Toll in attack on Ain al-Asad rises from 3 to 34 killed")
    again = room.hears("Toll in attack on Ain al-Asad rises from 34 to 36 killed", hours=9)
    assert first.relation.incident is not None
    assert again.relation.incident is not None
    assert again.relation.incident.id == first.relation.incident.id
    assert (again.classification.act, again.relation.incident.killed) == (Act.TOLL, 36)


def test_a_toll_that_names_only_the_country_finds_the_attack_there() -> None:
    room = Told()
    known = room.hears("Drone attack on US base in Jordan kills three soldiers").relation.incident
    later = room.hears("Number of injured US troops in Jordan base attack now at 47", hours=60).relation
    assert known is not None
    assert later.incident is not None
    assert later.incident.id == known.id


@pytest.mark.parametrize(
    "toll",
    [
        "Death toll in attack of 8 November on Ain al-Asad climbs to 34",  # long ago
        "Number of attacks on US bases rises to 70",
        "Death toll in attack on market in Baghdad climbs to 34",
    ],
)
def test_what_is_no_news_of_an_attack_on_a_base_opens_nothing(toll: str) -> None:
    told = Told().hears(toll)
    assert told.relation.kind is RelationKind.NONE
    assert not told.classification.alert
