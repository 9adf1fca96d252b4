"""Where it happened: a country alone is a place, and a list of places is a list of targets."""

from __future__ import annotations

import pytest

from classifying import asked, targets


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Drones strike NATO base in Estonia", ["country:EE"]),
        ("Drones hit UN peacekeepers' base in Malakal, South Sudan", ["unmiss-malakal"]),
        ("Drone hits US base in the northern Philippines", ["country:PH"]),
        ("US base in Qatar hit by missile", ["country:QA"]),
        ("Al Shabaab attacks Ugandan AU base in Somalia", ["country:SO"]),
        ("French base in Mali attacked by gunmen", ["country:ML"]),
        ("IRGC strikes US targets in Kuwait", ["country:KW"]),
        ("Gunmen attack MONUSCO camp", ["country:CD"]),
        ("Drones hit Ain al-Asad, Jordan says", ["ain-al-asad"]),
        ("Drones hit Ain al-Asad in Iraq", ["ain-al-asad"]),
        ("Iran fires missiles at US bases in Qatar, Kuwait and Bahrain", ["country:QA", "country:KW", "country:BH"]),
        ("Iranian missiles strike US bases in Qatar as well as Kuwait", ["country:QA", "country:KW"]),
        ("Drones hit Ain al-Asad and US bases in Kuwait and Syria", ["ain-al-asad", "country:KW", "country:SY"]),
        ("Rockets hit Victoria, Ain al-Asad and Tower 22", ["ain-al-asad", "tower-22", "victoria-base"]),
        ("IRGC strikes military sites in Israel, US air base in Kuwait", ["country:KW"]),
        ("صواريخ إيرانية تستهدف قواعد أمريكية في قطر والكويت", ["country:QA", "country:KW"]),
        ("L'Iran tire des missiles sur des bases américaines au Qatar et au Koweït", ["country:QA", "country:KW"]),
        ("Iran feuert Raketen auf US-Stützpunkte in Katar und Kuwait", ["country:QA", "country:KW"]),
        ("Irán lanza misiles contra bases de EE. UU. en Catar y Kuwait", ["country:QA", "country:KW"]),
        ("Иран нанёс ракетный удар по американским базам в Катаре и Кувейте", ["country:QA", "country:KW"]),
        ("İran, Katar ve Kuveyt'teki ABD üslerini füzelerle vurdu", ["country:QA", "country:KW"]),
    ],
)
def test_targets(title: str, places: list[str]) -> None:
    assert targets(asked(title)) == places


def test_the_countries_of_a_headline_stay_beside_a_base_of_the_lead() -> None:
    found = asked("Missiles hit US bases in Qatar and Kuwait", summary="Explosions at Al Udeid were heard in Doha.")
    assert targets(found) == ["al-udeid", "country:KW"]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Al Shabaab attacks Ugandan AU base in Somalia", {"nation:UG", "nation:UN", "country:SO"}),
        ("Gunmen storm base of UN peacekeepers in Malam Fatori, nine killed", {"nation:UN", "town:malam-fatori"}),
        ("Missiles hit US base in Jordan as US-Israel war on Iran goes on", {"nation:US", "country:JO"}),
        ("Iranian missiles fired at American forces in Middle East", {"nation:US"}),
    ],
)
def test_what_a_report_says_of_its_place(title: str, said: set[str]) -> None:
    assert set(asked(title).facts.named) == said
