"""What is read of a page behind its lead, and where the reading ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model.item import Item
from monitor.model.report import Classification, Level
from monitor.topics.attacks.beyond import PAGE_TEXT, beginning, classify_page
from monitor.topics.attacks.classifier import classify
from newsroom import shipped_rules

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TITLE = "Rockets hit Ain al-Asad base in Iraq"
LEAD = ("Rockets hit the base early on Saturday, officials said.", "It was the second attack this week.")
TOLL = "Three soldiers were killed and eight were wounded, the ministry said."


def item(*sentences: str, title: str = TITLE, summary: str = "", language: str = "en") -> Item:
    body = "\n".join(sentences)
    return Item(id="1", title=title, summary=summary, body=body, language=language, first_seen=NOW)


def read(*behind: str, title: str = TITLE) -> Classification:
    return classify_page(item(*LEAD, *behind, title=title), shipped_rules())


def test_toll_and_claim_stand_behind_the_lead() -> None:
    one = item(*LEAD, "The base houses US troops.", TOLL, "Kataib Hezbollah claimed responsibility for the attack.")
    assert classify(one, shipped_rules()).facts.killed is None
    found = classify_page(one, shipped_rules())
    assert (found.facts.killed, found.facts.wounded) == (3, 8)
    assert found.facts.claimed_by == ("kataib-hezbollah",)
    assert found.level is Level.FLASH
    assert found.facts.speaker == "ministry"


def test_the_evidence_says_where_it_stands() -> None:
    one = item(*LEAD, TOLL)
    found = classify_page(one, shipped_rules())
    for evidence in found.evidence:
        assert getattr(one, evidence.field)[evidence.start : evidence.end] == evidence.text
    assert [one.text for one in found.evidence if one.why == "full text: killed 3, wounded 8"] == [TOLL]
    assert found.lead is not None
    assert one.body[found.lead.start : found.lead.end] == TOLL


@pytest.mark.parametrize(
    "sentence",
    [
        "In January 2024 three US soldiers were killed in Jordan by a drone.",
        "Tower 22, where three American troops were killed, lies near by.",
        "More than 200 soldiers have been killed since October.",
        "Last month, two soldiers were killed in a similar attack on the base.",
        "Two soldiers were killed there on 3 November.",
        "Three soldiers were killed in Syria.",
        "Three soldiers were killed in 2020.",
        "More than 200 soldiers have been killed since the war began.",
        "Nine soldiers were killed in attacks on the base so far this year.",
    ],
)
def test_what_looks_back_or_away_ends_the_reading(sentence: str) -> None:
    found = read(sentence, "Ninety soldiers were killed there, the ministry said.")
    assert found.facts.killed is None
    assert found.level is Level.URGENT


def test_what_headline_and_lead_say_stands() -> None:
    found = read(TOLL, title="Rockets hit Ain al-Asad base in Iraq, one soldier killed")
    assert (found.facts.killed, found.facts.wounded) == (1, 8)


def test_no_sentence_makes_an_attack_of_what_is_none() -> None:
    one = item("The city council met.", "It was long.", TOLL, title="Council elects its chair")
    assert classify_page(one, shipped_rules()) == classify(one, shipped_rules())


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        (
            "de", "Angriff auf Stützpunkt im Irak",
            ("Raketen trafen den Stützpunkt Ain al-Asad im Irak.", "Das teilte die Armee mit.",
             "Die Armee sprach von einem schweren Angriff.", "Drei Soldaten wurden getötet und acht verletzt.",
             "Im Januar wurden dort 20 Soldaten getötet."),
        ),
        (
            "ar", "صواريخ تستهدف قاعدة عين الأسد في العراق",
            ("سقطت صواريخ على القاعدة فجر السبت.", "وقال مسؤولون إن الهجوم كبير.", "قال الجيش إن التحقيق جار.",
             "قتل ثلاثة جنود وأصيب ثمانية."),
        ),
    ],
)  # fmt: skip
def test_other_languages(language: str, title: str, body: tuple[str, ...]) -> None:
    found = classify_page(item(*body, title=title, language=language), shipped_rules())
    assert (found.facts.killed, found.facts.wounded) == (3, 8)


def test_only_the_beginning_of_a_page_is_read() -> None:
    text = "\n".join(f"Paragraph {n} of it, with some words to make it long." for n in range(200))
    found = beginning(text)
    assert PAGE_TEXT - 100 < len(found) <= PAGE_TEXT
    assert text.startswith(found + "\n")
    assert len(beginning("x" * 10_000)) == PAGE_TEXT


@pytest.mark.parametrize(
    "sentence",
    [
        "Last week three soldiers were killed at the base.",
        "Earlier this week, a drone attack killed three soldiers at the base.",
        "An earlier strike killed five soldiers.",
        "Tuesday's attack killed three soldiers.",
        "In the first attack, on Tuesday, three soldiers were killed.",
        "The attack was similar to the one in which three soldiers were killed.",
        "Separately, a roadside bomb killed two policemen.",
        "The ministry denied reports that three soldiers were killed.",
        "The group has claimed dozens of attacks, killing 8 soldiers.",
        "That attack wounded four Americans.",
    ],
)
def test_another_attacks_toll_is_not_that_of_this_one(sentence: str) -> None:
    found = read(sentence)
    assert (found.facts.killed, found.facts.wounded) == (None, None)
    assert found.level is Level.URGENT


FARSI = (
    "حمله موشکی به پایگاه عین‌الاسد در عراق",
    "راکت‌ها بامداد شنبه به پایگاه اصابت کردند، مقامات گفتند.",
    "این دومین حمله در این هفته بود.",
)
ARABIC = (
    "هجوم صاروخي على قاعدة عين الأسد في العراق",
    "سقطت صواريخ على القاعدة فجر السبت، بحسب مسؤولين.",
    "وهو ثاني هجوم هذا الأسبوع.",
)


@pytest.mark.parametrize(
    ("language", "sentence", "killed"),
    [
        ("fa", "سه سرباز کشته و هشت نفر زخمی شدند.", 3),
        ("fa", "هفته گذشته سه سرباز در این پایگاه کشته شدند.", None),
        ("fa", "سال گذشته سه سرباز آمریکایی کشته شدند.", None),
        ("fa", "در حمله قبلی سه سرباز کشته شدند.", None),
        ("ar", "قتل ثلاثة جنود وأصيب ثمانية.", 3),
        ("ar", "وقتل العام الماضي ثلاثة جنود في القاعدة.", None),
        ("ar", "وكان ثلاثة جنود قد قتلوا في القاعدة الأسبوع الماضي.", None),
        ("ar", "وفي هجوم سابق قتل ثلاثة جنود.", None),
        ("ar", "وكان هجوم الثلاثاء قد أسفر عن مقتل ثلاثة جنود.", None),
    ],
)
def test_another_attacks_toll_in_other_languages(language: str, sentence: str, killed: int | None) -> None:
    title, *lead = FARSI if language == "fa" else ARABIC
    found = classify_page(item(*lead, sentence, title=title, language=language), shipped_rules())
    assert found.facts.killed == killed
