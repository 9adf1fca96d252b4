"""Who was harmed, who claims, when it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classifying import asked, targets


@pytest.mark.parametrize(
    ("text", "killed", "wounded"),
    [
        ("Drone attack on Harir air base kills two and wounds five", 2, 5),
        ("Three US soldiers killed, 12 wounded in attack on Tower 22", 3, 12),
        ("Rockets hit Camp Taji, killing an American and injuring 14 others", 1, 14),
        ("Seven American troops injured when rockets hit Ain al-Asad", None, 7),
        ("Rockets hit Harir air base, no casualties reported. There were no casualties.", 0, 0),
        ("Attack on US base in Kenya kills three Americans and four militants dead", 3, None),
        ("Rockets hit Harir air base in Iraq", None, None),
        ("At least 34 US troops wounded in missile attack on Ain al-Asad", None, 34),
        ("Rocket attack on US base in Iraq in 2026 wounds 1,200", None, 1200),
        ("US soldiers killed in Tower 22 drone attack", None, None),
        ("Drone attack on Tower 22 kills soldiers, wounds 34", None, 34),
        ("Drone strike on Tower 22 wounds US troops", None, None),
    ],
)
def test_harmed(text: str, killed: int | None, wounded: int | None) -> None:
    facts = asked(text).facts
    assert (facts.killed, facts.wounded) == (killed, wounded)


@pytest.mark.parametrize(
    ("text", "day", "stated"),
    [
        ("Rockets hit Harir air base", "2026-05-05", False),
        ("Rockets hit Harir air base on Sunday", "2026-05-03", True),
        ("Rockets hit Harir air base yesterday", "2026-05-04", True),
        ("Rockets hit Harir air base on May 2", "2026-05-02", True),
        ("Rockets hit Harir air base on 2 May 2026", "2026-05-02", True),
        ("سقوط صواريخ على قاعدة حرير أمس", "2026-05-04", True),
        # the day of the attack, not the day on which somebody spoke of it
        ("Militia said on Tuesday it carried out Monday's rocket attack on Harir air base", "2026-05-04", True),
        ("Officials announced Tuesday that drones struck Harir air base on Sunday", "2026-05-03", True),
        ("The Monday attack on Harir air base was carried out with drones, it said Tuesday", "2026-05-04", True),
        ("On Sunday, officials said, drones struck Harir air base", "2026-05-03", True),
        ("Two rockets hit Harir air base late Sunday, a statement on Tuesday said", "2026-05-03", True),
        ("Two rockets hit Harir air base, officials said on Monday", "2026-05-04", False),
        ("Two rockets hit Harir air base, officials said last Saturday", "2026-05-02", True),
        ("Des roquettes ont frappé la base de Harir dimanche, a annoncé lundi le Pentagone", "2026-05-03", True),
        ("Raketen trafen am Sonntag die Basis Harir, sagte das Pentagon am Montag", "2026-05-03", True),
        ("Ракеты поразили базу Харир в воскресенье, сообщили в понедельник", "2026-05-03", True),
    ],
)
def test_day(text: str, day: str, stated: bool) -> None:
    facts = asked(text).facts
    assert facts.date is not None
    assert (facts.date.isoformat(), facts.date_stated) == (day, stated)


def test_the_day_is_that_of_the_place() -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    assert str(asked("Rockets hit Harir air base in Iraq", published=late).facts.date) == "2026-05-05"
    assert str(asked("Drone hits RAF Akrotiri", published=late).facts.date) == "2026-05-05"
    assert str(asked("Rockets hit US base", published=late).facts.date) == "2026-05-04"


@pytest.mark.parametrize(
    ("text", "claimed", "blamed"),
    [
        ("Islamic Resistance in Iraq claims attack on Ain al-Asad", ["islamic-resistance-iraq"], []),
        ("Attack on Ain al-Asad claimed by Kataib Hezbollah", ["kataib-hezbollah"], []),
        ("Iran fires missiles at Al Udeid air base", [], ["iran"]),
        ("Rockets hit Ain al-Asad. No group has claimed the attack.", [], []),
        ("Iranian missiles hit Al Udeid air base, Revolutionary Guards say", ["irgc"], ["iran"]),
        ("Rockets hit Kandahar airfield; Taliban own up", ["taliban"], []),
        ("Ten peacekeepers killed in attack on UN base in Mali. AQIM claims responsibility.", ["aqim"], []),
    ],
)
def test_claims_and_blame(text: str, claimed: list[str], blamed: list[str]) -> None:
    facts = asked(text).facts
    assert list(facts.claimed_by) == claimed
    assert list(facts.attributed_to) == blamed


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Rockets hit Ain al-Asad and Harir air base", ["ain-al-asad", "harir"]),
        ("Rockets hit base near Erbil airport", ["erbil-air-base"]),
        ("Rockets hit US base in Syria", ["country:SY"]),
        ("Drones hit base in Rukban, Jordan, near US troops; US base hit by drone in Rukban, Jordan", ["tower-22"]),
        ("Rockets hit US base", []),
        # words with other meanings tell the place where a base in its country was hit
        ("Rockets hit US base in Syria; they landed near Green Village", ["green-village"]),
        ("Rockets hit US base in Jordan; Green Village is quiet", ["country:JO"]),
        ("Taliban fire rockets at Kabul airport where US troops are based", ["hkia"]),
        ("Rebels shell UN base in Butembo, eastern Congo", ["monusco-butembo"]),
        ("Rebels shell UN base in Kadugli, Sudan", ["un-kadugli"]),
        ("Al-Shabaab storms AMISOM base at Kulbiyow", ["kulbiyow"]),
    ],
)
def test_targets(text: str, places: list[str]) -> None:
    assert targets(asked(text)) == places


def test_in_a_town_of_an_army_and_its_guests_the_report_says_whose_base_it_was() -> None:
    hurt = asked("Mortar shells hit camp in Aguelhok; three Chadian soldiers wounded")
    assert [(p.id, str(p.whose)) for p in hurt.facts.places if p.role == "target"] == [("minusma-aguelhok", "foreign")]
    assert hurt.alert
    assert not asked("Jihadists attack Malian army camp in Aguelhok").alert
    assert not asked("Rebels shell army camp in Butembo, eastern Congo").alert


def test_an_origin_is_no_target() -> None:
    found = asked("Jets from Al Udeid air base bombed militia depots in Iraq")
    assert [(p.id, str(p.role)) for p in found.facts.places] == [("al-udeid", "origin")]
    assert not found.alert


def test_the_general_weapon_gives_way_to_the_special_one() -> None:
    assert asked("Ballistic missiles hit Al Udeid").facts.weapons == ("ballistic_missile",)
    assert asked("Mortar shells hit Camp Taji").facts.weapons == ("mortar",)
    assert asked("Drones and rockets hit Camp Taji").facts.weapons == ("rocket", "drone")
    assert asked("Gunmen storm US base in Somalia").facts.weapons == ("ground_assault",)


def test_a_later_sentence_tells_the_weapon_exactly() -> None:
    found = asked("Missiles hit Al Udeid; the ballistic missiles landed at night")
    assert found.facts.weapons == ("ballistic_missile",)


@pytest.mark.parametrize(
    ("text", "weapon"),
    [
        ("Al-Shabaab attacks African Union base in Somalia", "ground_assault"),
        ("Nine Turkish soldiers killed in raid on base in Metina, northern Iraq", "ground_assault"),
        ("Three US soldiers killed in shooting at base in Syria", "small_arms"),
        ("Vehicle bomb explodes at gate of US base in Syria", "vbied"),
    ],
)
def test_words_for_the_deed_imply_a_weapon_where_none_is_named(text: str, weapon: str) -> None:
    assert asked(text).facts.weapons == (weapon,)
