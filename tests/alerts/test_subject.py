"""The subject of a message about an incident: 70 characters, and the words that must not be missing in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.subject import MAX_SUBJECT, plain_subject, short_of, subject
from monitor.model.ledger import ChangeReason, Detail, Folded, Grade, View
from monitor.model.place import Place
from monitor.model.report import WEAPONS, Act, Facts, Level, Voice
from toldviews import (
    ASAD,
    BASES,
    FIRST_VIEW,
    MORNING,
    NAMES,
    NOW,
    TOLL_DETAILS,
    TOLL_VIEW,
    change,
    folded,
    incident,
    report,
    said,
)

R = ChangeReason


def of(view: View, *reasons: ChangeReason, level: Level = Level.URGENT, details: tuple[Detail, ...] = ()) -> str:
    return subject(view, change(*reasons, level=level, details=details, report="r2"), names=NAMES, now=MORNING)


def claimed(view: View, *actors: str) -> View:
    return replace(view, incident=replace(view.incident, claimed_by=actors))


@pytest.mark.parametrize(
    ("view", "reasons", "level", "expected"),
    [
        (FIRST_VIEW, (R.FIRST,), Level.URGENT, "URGENT: drone attack at Ain al-Asad: no casualties – Example Wire"),
        (TOLL_VIEW, (R.TOLL_UP, R.ESCALATED), Level.FLASH,
         "FLASH: drones at Ain al-Asad: 3 killed, 34 wounded – Defence Ministry"),
        (claimed(TOLL_VIEW, "iri"), (R.CLAIMED,), Level.NOTICE,
         "NOTICE: drones at Ain al-Asad claimed by Islamic Resistance in Iraq"),
        (replace(TOLL_VIEW, grade=Grade.RETRACTED), (R.RETRACTED,), Level.URGENT,
         "URGENT: withdrawn: drone attack at Ain al-Asad Air Base, Iraq"),
        (TOLL_VIEW, (R.RETRACTED,), Level.URGENT,
         "URGENT: report withdrawn: drone attack at Ain al-Asad Air Base, Iraq"),
        (replace(TOLL_VIEW, grade=Grade.DENIED), (R.DENIED,), Level.NOTICE,
         "NOTICE: denied: drone attack at Ain al-Asad, Iraq – Defence Ministry"),
        (replace(TOLL_VIEW, denied_by=("kataib-hezbollah",)), (R.DENIED,), Level.NOTICE,
         "NOTICE: Kataib Hezbollah denies drone attack at Ain al-Asad: 3 killed"),
        (TOLL_VIEW, (R.RETALIATION,), Level.DIGEST,
         "DIGEST: retaliation for drone attack at Ain al-Asad Air Base, Iraq"),
        (TOLL_VIEW, (R.CONFIRMED,), Level.NOTICE,
         "NOTICE: drone attack at Ain al-Asad confirmed: 3 killed, 34 wounded"),
        (replace(FIRST_VIEW, incident=incident(act=Act.FOILED)), (R.FIRST,), Level.URGENT,
         "URGENT: drone attack intercepted at Ain al-Asad, Iraq – Example Wire"),
        (replace(FIRST_VIEW, incident=incident(BASES[5])), (R.FIRST,), Level.NOTICE,
         "NOTICE: drone attack, place not named: no casualties – Example Wire"),
        (replace(FIRST_VIEW, incident=incident(BASES[4])), (R.FIRST,), Level.NOTICE,
         "NOTICE: drone attack reported in Iraq: no casualties – Example Wire"),
    ],
)  # fmt: skip
def test_subjects(view: View, reasons: tuple[ChangeReason, ...], level: Level, expected: str) -> None:
    assert of(view, *reasons, level=level) == expected


def test_a_correction_says_what_the_number_was() -> None:
    fewer = replace(TOLL_VIEW, killed=folded(said(33, "AP")), wounded=Folded())
    detail = Detail(reason=R.TOLL_CORRECTED, field="killed", before="34", after="33", by="AP", report="r2")
    line = of(fewer, R.TOLL_CORRECTED, details=(detail,))
    assert line == "URGENT: toll corrected: drones at Ain al-Asad: 33 killed (was 34) – AP"


def test_a_claim_by_its_authors_alone_is_never_told_as_a_fact() -> None:
    view = replace(
        claimed(FIRST_VIEW, "iri"), grade=Grade.CLAIMED, killed=folded(said(137, "x", voice=Voice.CLAIMANT)),
        wounded=Folded(),
    )  # fmt: skip
    assert of(view, R.FIRST) == "URGENT: drones at Ain al-Asad claimed by Islamic Resistance in Iraq"
    nameless = replace(view, incident=incident())
    assert of(nameless, R.FIRST) == "URGENT: drone attack at Ain al-Asad Air Base claimed, not confirmed"


def test_a_salvo_names_its_bases_as_far_as_they_fit_and_counts_the_rest() -> None:
    three = (BASES[0], BASES[1], BASES[3])
    assert "at Ain al-Asad, Al Udeid and Tower 22" in of(replace(FIRST_VIEW, incident=incident(*three)), R.FIRST)
    assert "Ain al-Asad, Al Udeid and 2 more" in of(replace(FIRST_VIEW, incident=incident(*BASES[:4])), R.FIRST)


def test_an_attack_of_days_ago_says_so() -> None:
    late = subject(FIRST_VIEW, change(R.FIRST), names=NAMES, now=NOW + timedelta(days=3))
    assert late.endswith(" (3 days ago)")


def test_words_stand_for_numbers_and_what_was_shot_down_is_said() -> None:
    dozens = report(1, "Wire", "Dozens killed", facts=Facts(places=(ASAD,), killed_words="dozens", wounded_words="no"))
    view = replace(
        FIRST_VIEW, reports=(dozens,), killed=Folded(), wounded=Folded(), intercepted=folded(said(2, "Wire"))
    )
    assert of(view, R.FIRST) == "URGENT: drones at Ain al-Asad: dozens killed, 2 intercepted – Wire"


def test_families_read_what_officials_confirm_and_no_weapon() -> None:
    update = change(R.TOLL_UP, level=Level.FLASH)
    line = plain_subject(TOLL_VIEW, update, names=NAMES)
    assert line == "FLASH: attack at Ain al-Asad Air Base, Iraq: 3 killed, 34 wounded"
    rumour = replace(TOLL_VIEW, killed=folded(said(3, "Shafaq")), wounded=folded(said(34, "Shafaq")))
    assert plain_subject(rumour, update, names=NAMES).endswith("Iraq: casualties not confirmed")


@pytest.mark.parametrize(
    ("incident_id", "short"),
    [
        ("2026-11-17-ain-al-asad", "asad-1117"), ("2026-11-17-ain-al-asad-2", "asad-1117-2"),
        ("2026-01-28-tower-22", "tower-22-0128"), ("2026-11-17-country:IQ", "country-IQ-1117"),
        ("2026-11-17-erbil-air-base", "erbil-1117"), ("2026-07-28-camp-arifjan", "arifjan-0728"), ("odd", "odd"),
    ],
)  # fmt: skip
def test_short_names(incident_id: str, short: str) -> None:
    assert short_of(incident_id) == short


WORDS = st.text(st.characters(codec="utf-8"), max_size=90)
NUMBERS = st.none() | st.integers(0, 10**6)


@given(
    reasons=st.lists(st.sampled_from(list(R)), min_size=1, max_size=4, unique=True),
    level=st.sampled_from(list(Level)),
    grade=st.sampled_from(list(Grade)),
    act=st.sampled_from([Act.ATTACK, Act.FOILED, Act.CLAIM]),
    weapons=st.lists(st.sampled_from(WEAPONS), max_size=4, unique=True),
    names=st.lists(WORDS, min_size=1, max_size=4),
    vague=st.booleans(),
    actors=st.lists(WORDS, max_size=3),
    killed=NUMBERS,
    wounded=NUMBERS,
    voice=st.sampled_from(list(Voice)),
    speaker=WORDS,
    days=st.integers(0, 40),
)
def test_no_subject_is_longer_and_none_loses_what_matters(
    reasons: list[ChangeReason], level: Level, grade: Grade, act: Act, weapons: list[str], names: list[str],
    vague: bool, actors: list[str], killed: int | None, wounded: int | None, voice: Voice, speaker: str, days: int,
) -> None:  # fmt: skip
    places = [Place(id="country:QA" if vague else f"p{n}", name=name, country="QA") for n, name in enumerate(names)]
    view = replace(
        FIRST_VIEW, grade=grade, denied_by=tuple(actors[1:]),
        incident=incident(*places, act=act, weapons=tuple(weapons), claimed_by=tuple(actors)),
        killed=Folded() if killed is None else folded(said(killed, "AP", voice=voice, speaker=speaker)),
        wounded=Folded() if wounded is None else folded(said(wounded, "AP", voice=voice)),
    )  # fmt: skip
    told = change(*reasons, level=level, details=TOLL_DETAILS)
    now = NOW + timedelta(days=days)
    for line in (subject(view, told, names=NAMES, now=now), plain_subject(view, told, names=NAMES)):
        assert len(line) <= MAX_SUBJECT
        assert line.startswith(f"{level.upper()}: ")
        assert "\n" not in line
        assert "\r" not in line
    line = subject(view, told, names=NAMES, now=now)
    if R.RETRACTED in reasons:
        assert "withdrawn" in line
    elif R.DENIED in reasons and grade is Grade.DENIED:
        assert ": denied: " in line
    elif reasons == [R.RETALIATION]:
        assert "retaliation for" in line
    elif grade is Grade.CLAIMED:
        assert "claimed" in line
    elif act is Act.FOILED:
        assert "intercepted" in line or "foiled" in line
    if reasons == [R.FIRST] and act is Act.ATTACK and grade is Grade.SEVERAL and killed:
        assert f"{killed} killed" in line
