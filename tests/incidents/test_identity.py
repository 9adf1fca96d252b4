"""One incident for all reports of one attack; another for another base, or another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from classifying import item, shipped
from monitor.incidents.identity import relate
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.topics.attacks.classifier import classify

START = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)


class Configuration:
    """Relates headlines one after the other, as the daemon does."""

    def __init__(self) -> None:
        self.incidents: list[Incident] = []

    def hears(self, title: str, *, hours: float = 0, own: str | None = None) -> Relation:
        now = START + timedelta(hours=hours)
        news = item(title, published=now)
        found = classify(news, shipped())
        relation = relate(news, found, self.incidents, zone_of=shipped().zone_of, own=own)
        if relation.incident is not None:
            self.incidents = [i for i in self.incidents if i.id != relation.incident.id] + [relation.incident]
        return relation


def ids(*relations: Relation) -> list[str | None]:
    return [relation.incident.id if relation.incident else None for relation in relations]


def test_attack_claim_and_interception_at_one_place_are_one_incident() -> None:
    configuration = Configuration()
    assert (
        ids(
            configuration.hears("Two drones hit Ain al-Asad air base in Iraq"),
            configuration.hears("Islamic Resistance claims drone attack on Ain al-Asad", hours=3),
            configuration.hears("One drone shot down over Ain al-Asad, another hit the base", hours=5),
        )
        == ["2026-05-05-ain-al-asad"] * 3
    )
    assert configuration.incidents[0].claimed_by == ("islamic-resistance-iraq",)


def test_two_bases_on_one_day_stay_apart_however_alike_the_headlines() -> None:
    configuration = Configuration()
    first = configuration.hears("Drone attack on US base at al-Tanf, Syria")
    second = configuration.hears("Drone attack on US base at al-Shaddadi, Syria", hours=1)
    assert ids(first, second) == ["2026-05-05-al-tanf", "2026-05-05-shaddadi"]


def test_a_report_of_the_country_joins_and_a_base_makes_it_exact() -> None:
    configuration = Configuration()
    vague = configuration.hears("Rockets hit US base in Iraq")
    exact = configuration.hears("Rockets hit Ain al-Asad air base", hours=1)
    again = configuration.hears("Five troops wounded in rocket attack on US base in Iraq", hours=2)
    assert ids(vague, exact, again) == ["2026-05-05-iraq"] * 3
    assert configuration.incidents[0].place_id == "ain-al-asad"
    assert configuration.incidents[0].wounded == 5


def test_a_follow_up_of_the_next_noon_joins_and_the_next_night_does_not() -> None:
    configuration = Configuration()
    evening = configuration.hears("Rockets hit Harir air base", hours=9)
    noon = configuration.hears("Rockets struck Harir air base, governor says", hours=24)
    night = configuration.hears("Rockets hit Harir air base", hours=35)
    assert ids(evening, noon, night) == ["2026-05-05-harir", "2026-05-05-harir", "2026-05-06-harir"]


def test_two_stated_days_are_two_incidents() -> None:
    configuration = Configuration()
    first = configuration.hears("Rockets hit Harir air base on Sunday")
    second = configuration.hears("Rockets hit Harir air base on Tuesday")
    again = configuration.hears("Rockets hit Harir air base on Sunday", hours=1)
    assert ids(first, second, again) == ["2026-05-03-harir", "2026-05-05-harir", "2026-05-03-harir"]


def test_a_second_incident_of_one_place_and_day_gets_a_number() -> None:
    configuration = Configuration()
    configuration.hears("Rockets hit Harir air base")
    configuration.incidents = [replace(configuration.incidents[0], place_id="elsewhere", country="XX")]
    assert ids(configuration.hears("Rockets hit Harir air base")) == ["2026-05-05-harir-2"]


def test_where_nobody_says_where_attacker_weapon_or_words_must_agree() -> None:
    configuration = Configuration()
    placed = configuration.hears("Iran fires ballistic missiles at US forces in Jordan")
    same = configuration.hears("Iranian ballistic missiles launched at US forces in surprise attack", hours=2)
    other = configuration.hears("Gunmen storm UN peacekeepers base", hours=3)
    assert ids(placed, same) == ["2026-05-05-jordan"] * 2
    assert ids(other) == ["2026-05-05-unplaced"]


def test_what_is_no_attack_opens_nothing() -> None:
    relation = Configuration().hears("US strikes militias in Iraq after attack on Ain al-Asad")
    assert relation.kind is RelationKind.NONE
    assert "retaliation" in relation.reason


def test_an_edited_item_stays_where_it_was() -> None:
    configuration = Configuration()
    configuration.hears("Rockets hit US base in Iraq")
    edited = configuration.hears("Rockets hit Harir air base on Sunday", hours=1, own="2026-05-05-iraq")
    assert ids(edited) == ["2026-05-05-iraq"]
    assert edited.reason == "the same article, edited"


def test_an_embassy_and_a_base_stay_apart() -> None:
    configuration = Configuration()
    assert ids(
        configuration.hears("Rockets hit US embassy in Baghdad"),
        configuration.hears("Rockets hit Ain al-Asad", hours=1),
    ) == [
        "2026-05-05-us-embassy-baghdad",
        "2026-05-05-ain-al-asad",
    ]


def test_years_apart_nothing_joins() -> None:
    configuration = Configuration()
    first = configuration.hears("Rockets hit Harir air base")
    second = configuration.hears("Rockets hit Harir air base", hours=24 * 365 * 3)
    assert ids(first)[0] != ids(second)[0]
