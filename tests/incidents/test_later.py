"""What comes later attaches to the attack that it means; what is one more attack opens its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifying import item, shipped
from monitor.incidents.identity import relate
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.ledger import NO_RULINGS, Rulings
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Facts, Link

MONDAY = date(2026, 5, 4)
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ASAD = Place(id="ain-al-asad", name="Ain al-Asad", role="target", country="IQ")
HARIR = Place(id="harir", name="Harir", role="target", country="IQ")
KUWAIT = Place(id="country:KW", name="Kuwait", role="target", precision="country", country="KW")


@dataclass
class Newsroom:
    """Relates reports whose facts are given."""

    incidents: list[Incident] = field(default_factory=list)
    rulings: Rulings = NO_RULINGS

    def hears(
        self, title: str, act: Act = Act.ATTACK, *, hours: float = 0, own: str | None = None, old: bool = False,
        **facts: Any,
    ) -> Relation:  # fmt: skip
        news = item(title, published=START + timedelta(hours=hours))
        if act in {Act.ATTACK, Act.CLAIM, Act.FOILED}:
            facts.setdefault("date", (START + timedelta(hours=hours)).date())
        found = Classification(act=act, rule=None if old else "any", facts=Facts(**facts), old_news=old)
        relation = relate(
            news, found, self.incidents, zone_of=lambda _: "UTC", sides=shipped().sides_of, own=own,
            rulings=self.rulings,
        )  # fmt: skip
        if relation.incident is not None:
            gone = {relation.incident.id, *relation.merges}
            self.incidents = [one for one in self.incidents if one.id not in gone] + [relation.incident]
        return relation


def three_nights() -> Newsroom:
    room = Newsroom()
    for night in range(3):
        room.hears(f"Rockets hit Ain al-Asad, night {night}", hours=24 * night, places=(ASAD,))
    return room


def of(relation: Relation) -> str:
    return relation.incident.id if relation.incident else ""


@pytest.mark.parametrize(
    ("act", "facts", "link"),
    [
        (Act.TOLL, {"brain_injuries": 109}, Link.TOLL),
        (Act.RETRACTION, {"withdrawn": ("killed",)}, Link.RETRACTION),
        (Act.OTHER, {"denies": "involvement", "denied_by": ("kataib-hezbollah",)}, Link.DENIAL),
        (Act.RETALIATION, {"answers": ("ain-al-asad",)}, Link.RETALIATION),
        (Act.BACKGROUND, {}, Link.ANALYSIS),
    ],
)
def test_what_comes_later_attaches_to_the_stated_day_or_to_the_latest_and_opens_nothing(
    act: Act, facts: dict[str, Any], link: Link
) -> None:
    monday = three_nights().hears("Later", act, hours=80, places=(ASAD,), date=MONDAY, date_stated=True, **facts)
    assert (of(monday), monday.link, monday.kind) == ("2026-05-04-ain-al-asad", link, RelationKind.JOINS)
    latest = three_nights().hears("Later", act, hours=80, places=(ASAD,), **facts)
    assert (of(latest), latest.link) == ("2026-05-06-ain-al-asad", link)
    unknown = Newsroom().hears("Later", act, hours=80, places=(ASAD,), **facts)
    assert (unknown.kind, unknown.incident) == (RelationKind.NONE, None)
    elsewhere = three_nights().hears("Later", act, hours=80, places=(HARIR,), **{**facts, "answers": ()})
    assert elsewhere.kind is RelationKind.NONE


def test_a_day_that_no_incident_has_is_taken_for_the_night_before_it() -> None:
    """An attack at 23:40 UTC on Monday is Tuesday's at its place, and papers call it Monday's."""
    room = Newsroom()
    room.hears("Drones hit", places=(ASAD,), date=date(2026, 5, 5), hours=14.7)
    toll = room.hears("Toll", Act.TOLL, hours=40, places=(ASAD,), date=MONDAY, date_stated=True, killed=3)
    assert of(toll) == "2026-05-05-ain-al-asad"


def test_injuries_are_found_weeks_later_and_a_correction_lowers_a_number() -> None:
    room = three_nights()
    facts: dict[str, Any] = {"places": (ASAD,), "date": MONDAY, "date_stated": True}
    assert of(room.hears("Toll", Act.TOLL, hours=24 * 50, killed=4, **facts)) == "2026-05-04-ain-al-asad"
    corrected = room.hears("Toll corrected", Act.TOLL, hours=24 * 51, killed=2, corrects=True, **facts)
    assert corrected.incident is not None
    assert corrected.incident.killed == 2


def test_an_answer_is_noted_and_the_reply_to_it_is_another_attack() -> None:
    room = Newsroom()
    first = room.hears("Missiles at base", places=(KUWAIT,), attributed_to=("irgc",))
    answer = room.hears("US strikes back", Act.RETALIATION, hours=3, struck=("irgc",))
    assert of(answer) == of(first)
    assert answer.incident is not None
    assert answer.incident.answered_at == START + timedelta(hours=3)
    late = room.hears("Missiles at base, officials say", hours=4, places=(KUWAIT,), attributed_to=("irgc",))
    reply = room.hears("Base hit after US strike", hours=8, places=(KUWAIT,), attributed_to=("irgc",), because=True)
    assert of(late) == of(first)
    assert of(reply) == "2026-05-04-kuwait-2"
    assert reply.incident is not None
    assert reply.incident.answers == (of(first),)


@pytest.mark.parametrize(
    "facts",
    [
        {"ordinal": 2},
        {"again": True},
        {"hour": "21:00"},
        {"weapons": ("drone",), "killed": 2},
    ],
    ids=str,
)
def test_a_second_attack_of_the_day_opens_its_own_and_its_copies_join_it(facts: dict[str, Any]) -> None:
    room = Newsroom()
    first = room.hears("Rockets hit base", places=(ASAD,), weapons=("rocket",), hour="03:00")
    copy = room.hears("Base hit by rockets", hours=1, places=(ASAD,), weapons=("rocket",))
    second = room.hears("Base comes under fire", hours=9, places=(ASAD,), **facts)
    second_copy = room.hears("Base comes under fire, army says", hours=9.5, places=(ASAD,), **facts)
    assert [of(one) for one in (first, copy)] == ["2026-05-04-ain-al-asad"] * 2
    assert [of(one) for one in (second, second_copy)] == ["2026-05-04-ain-al-asad-2"] * 2


def test_numbered_waves_are_told_apart() -> None:
    room = Newsroom()
    one = room.hears("67th wave at US bases", Act.CLAIM, claimed_by=("irgc",), ordinal=67, weapons=("missile",))
    two = room.hears(
        "69th wave at US bases", Act.CLAIM, hours=2, claimed_by=("irgc",), ordinal=69, weapons=("missile",)
    )
    copy = room.hears("67th wave", Act.CLAIM, hours=3, claimed_by=("irgc",), ordinal=67, weapons=("missile",))
    assert of(one) == of(copy) != of(two)


def test_what_is_told_of_days_ago_is_recorded_quietly_and_joins_what_is_known() -> None:
    day = date(2026, 4, 26)
    room = Newsroom()
    facts: dict[str, Any] = {"places": (ASAD,), "date": day, "date_stated": True}
    opened = room.hears("Rockets hit last Sunday", Act.BACKGROUND, old=True, **facts)
    again = room.hears("Rockets hit a week ago", Act.BACKGROUND, old=True, hours=1, **facts)
    assert (opened.kind, opened.quiet, of(opened)) == (RelationKind.OPENS, True, "2026-04-26-ain-al-asad")
    assert (again.kind, of(again)) == (RelationKind.JOINS, of(opened))


def test_an_article_that_is_replaced_by_another_story_leaves_its_incident() -> None:
    room = Newsroom()
    first = room.hears("Rockets hit Ain al-Asad", places=(ASAD,))
    kept = room.hears("Rockets hit Ain al-Asad, two wounded", hours=1, places=(ASAD,), own=of(first))
    other = room.hears("Gunmen storm embassy", hours=2, places=(KUWAIT,), own=of(first))
    assert (of(kept), of(other)) == (of(first), "2026-05-04-kuwait")


def test_a_report_that_names_two_open_incidents_together_makes_them_one_salvo_unless_a_person_put_them_apart() -> None:
    def told(rulings: Rulings) -> Relation:
        room = Newsroom(rulings=rulings)
        room.hears("Missiles at Ain al-Asad", places=(ASAD,), attributed_to=("iran",))
        room.hears("Missiles at Harir", hours=1, places=(HARIR,), attributed_to=("iran",))
        return room.hears("Missiles at both", hours=2, places=(ASAD, HARIR), attributed_to=("iran",))

    one, other = "2026-05-04-ain-al-asad", "2026-05-04-harir"
    merged = told(Rulings())
    assert (of(merged), merged.merges) == (one, (other,))
    assert merged.incident is not None
    assert [place.id for place in merged.incident.places] == ["ain-al-asad", "harir"]
    assert told(Rulings(apart=frozenset({frozenset((one, other))}))).merges == ()


def test_what_went_into_another_incident_answers_with_it_for_ever() -> None:
    room = Newsroom()
    for hours, place in enumerate((ASAD, HARIR)):
        room.hears("Rockets", hours=hours, places=(place,))
    room.rulings = Rulings(merged={"2026-05-04-harir": "2026-05-04-ain-al-asad"})
    edited = room.hears("Rockets, edited", hours=3, places=(HARIR,), own="2026-05-04-harir")
    assert of(edited) == "2026-05-04-ain-al-asad"
    again = room.hears("Rockets", hours=4, places=(HARIR,))
    assert of(again) not in {"2026-05-04-harir", ""}


@given(order=st.permutations(range(5)))
def test_reports_of_one_minute_join_whatever_their_order(order: list[int]) -> None:
    reports: list[dict[str, Any]] = [
        {"title": "Rockets hit Ain al-Asad", "places": (ASAD,), "weapons": ("rocket",)},
        {"title": "Ain al-Asad under rocket fire", "places": (ASAD,), "weapons": ("rocket",)},
        {"title": "Three wounded at Ain al-Asad", "places": (ASAD,), "wounded": 3},
        {"title": "Attack at Ain al-Asad claimed", "act": Act.CLAIM, "places": (ASAD,), "claimed_by": ("iran",)},
        {"title": "Rockets shot down at Ain al-Asad", "act": Act.FOILED, "places": (ASAD,)},
    ]
    room = Newsroom()
    found = {of(room.hears(hours=number / 300, **reports[which])) for number, which in enumerate(order)}
    assert found == {"2026-05-04-ain-al-asad"}


def test_incidents_remember_their_newest_headlines() -> None:
    room = Newsroom()
    for number in range(20):
        last = room.hears(f"Headline {number}", hours=number / 10, places=(ASAD,)).incident
    assert last is not None
    assert last.titles == tuple(f"Headline {number}" for number in range(8, 20))
    assert replace(last).last_report_at == START + timedelta(hours=1.9)
