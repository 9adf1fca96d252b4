"""What each clause says, and what follows for the item: one headline may hold a threat and an attack.

The sentences stand in data/clauses, in kinds: each is told (`alert`) or not (`quiet`) by the shipped rules.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from classifying import asked, item, shipped
from languages import asked as asked_of
from languages import rule, rules_of, taken
from monitor.config import yamlfile
from monitor.model.place import Place
from monitor.model.report import INCIDENT_ACTS, ClauseReading
from monitor.topics.attacks.classifier import classify, clauses_of, consider
from monitor.topics.attacks.topic import RuleSet

DATA: dict[str, Any] = yamlfile.read(Path(__file__).parent.parent / "data" / "clauses" / "english.yaml").data
CASES = [
    pytest.param(case, kind == "alert", id=f"{name}: {case['text']}")
    for name, kinds in DATA["kinds"].items()
    for kind, cases in kinds.items()
    for case in cases
]


def read(text: str, summary: str = "") -> tuple[ClauseReading, ...]:
    _, case = consider(item(text, summary=summary), shipped())
    return clauses_of(case, shipped())


def at(words: str, text: str, clauses: tuple[ClauseReading, ...]) -> ClauseReading:
    """The clause of the headline that holds these words."""
    start = text.index(words)
    return next(one for one in clauses if one.field == "title" and one.start <= start < one.end)


@pytest.mark.parametrize(("case", "alert"), CASES)
def test_an_item_is_told_by_what_its_clauses_say(case: dict[str, Any], alert: bool) -> None:
    found = asked(case["text"])
    assert found.alert is alert, found.reason
    if "act" in case:
        assert found.act == case["act"], found.reason
    elif alert:
        assert found.act in INCIDENT_ACTS


READ = [case for case in (one.values[0] for one in CASES) if "clauses" in case or "first" in case]


@pytest.mark.parametrize("case", READ, ids=lambda case: case["text"])
def test_each_clause_has_its_own_reading(case: dict[str, Any]) -> None:
    clauses = read(case["text"])
    for words, certainty in case.get("clauses", {}).items():
        assert at(words, case["text"], clauses).certainty == certainty, words
    if "first" in case:
        assert [one.text for one in clauses if one.decides] == [at(case["first"], case["text"], clauses).text]


@pytest.mark.parametrize("name", DATA["kinds"])
def test_every_kind_has_sentences_of_both_sides(name: str) -> None:
    assert min(len(DATA["kinds"][name][side]) for side in ("alert", "quiet")) >= 4


@pytest.mark.parametrize("case", [one.values[0] for one in CASES], ids=lambda case: case["text"])
def test_the_clauses_are_the_headline_in_order(case: dict[str, Any]) -> None:
    """Nothing stands in two clauses, all letters stand in one, and an incident has one clause that decides."""
    text = case["text"]
    clauses = read(text)
    assert all(one.text == text[one.start : one.end] for one in clauses)
    assert all(one.end <= other.start for one, other in pairwise(clauses))
    outside = "".join(text[one.end : other.start] for one, other in pairwise(clauses))
    assert not any(letter.isalnum() for letter in outside)
    if asked(text).act in INCIDENT_ACTS:
        assert sum(one.decides for one in clauses) == 1


def test_a_threat_in_the_lead_is_none_but_a_threat() -> None:
    found = asked("Iran threatens US bases", summary="It warned that drones may hit Ain al-Asad air base.")
    assert not found.alert, found.reason


# ---------------------------------------------------------------------------------------------- act and scope


def told_targets(text: str) -> list[Place]:
    facts = asked(text).facts
    return list(facts.targets or ((facts.unplaced,) if facts.unplaced else ()))


@pytest.mark.parametrize("case", DATA["anybody"], ids=lambda case: case["text"])
def test_an_attack_on_anybodys_base_is_one_and_no_shipped_rule_tells_it(case: dict[str, Any]) -> None:
    found = asked(case["text"])
    assert found.act in INCIDENT_ACTS, found.reason
    assert (found.alert, found.rule) == (False, None)
    assert (first := told_targets(case["text"])), found.reason
    assert first[0].whose in case["whose"]
    assert first[0].kind in case["kind"]


@pytest.mark.parametrize("case", DATA["guests"], ids=lambda case: case["text"])
def test_an_attack_on_guests_is_told_as_before(case: dict[str, Any]) -> None:
    found = asked(case["text"])
    assert found.alert, found.reason
    assert told_targets(case["text"])[0].whose == case["whose"]


@pytest.fixture(scope="module")
def kashmir(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    camps = rule(
        "army-camps", act=["attack", "foiled", "claim"], whose=["national", "unknown"], kind=["camp"],
        where={"any": ["kashmir"]},
    )  # fmt: skip
    return rules_of(tmp_path_factory.mktemp("kashmir"), [camps])


@pytest.mark.parametrize(
    ("text", "takes"),
    [(text, takes) for takes, key in ((True, "takes"), (False, "leaves")) for text in DATA["own_rule"][key]],
)
def test_a_rule_of_ones_own_asks_whose_and_what_kind(kashmir: RuleSet, text: str, takes: bool) -> None:
    found = asked_of(kashmir, text)
    assert ("army-camps" in taken(found)) is takes, found.reason


@pytest.mark.parametrize("case", DATA["tolls"], ids=lambda case: case["text"])
def test_a_toll_is_what_is_said(case: dict[str, Any]) -> None:
    facts = asked(case["text"]).facts
    assert (facts.killed, facts.wounded) == (case["killed"], case["wounded"])
    assert facts.toll_claimed is case.get("claimed", False)


# ------------------------------------------------------------------------------------------------- bad input


MIXED = "Drones hit القاعدة الأمريكية in Израиле и базу 米軍基地 על בסיס "
HOSTILE = {
    "10,000 words": "soldiers said on Tuesday that rockets near the old base had hit nobody in town ",
    "2,000 clauses": "Iran warns, as drones hit Al Udeid, while Trump vows answer; ",
    "mixed scripts": MIXED,
    "no verbs": "base camp rocket drone troops Iraq Kuwait ",
    "all capitals": "MISSILES HIT US BASE IN KUWAIT AS IRAN WARNS ",
    "all lower case": "missiles hit us base in kuwait as iran warns ",
    "HTML left in": "<p><b>Drones</b>&nbsp;hit <a href='https://x.example/?a=1&amp;b'>Ain al-Asad</a> air base</p> ",
    "spaced punctuation": "U . S . base in Syria : rockets hit , troops hurt ; ",
    "homoglyphs": "Drоnes hіt Аin аl-Аsаd аir bаse ",
    "nothing but signs": ";:,.-–—!?…()[]\"'“”«»，。；： ",
    "causes in causes": "after following amid since in response to attack on base after ",
    "speakers": "Pentagon: Iran: militia says: we struck: base: ",
    "numbers": "3 of 4 of 12 soldiers and 2 of 5 killed and 1,000 wounded ",
    "marks of messengers": "🚀🚀 #Breaking @wire attaaaack on baaaase ‼️ ",
}
#: words or clauses of a headline at their longest
LONG = 10_000


def of_length(piece: str, words: int) -> str:
    return piece * max(1, words // max(1, len(piece.split())))


def seconds(text: str) -> float:
    """Time for the reading of an item with all its clauses, at its best of two."""
    out = []
    for _ in range(2):
        began = time.process_time()
        _, case = consider(item(text), shipped())
        clauses_of(case, shipped())
        out.append(time.process_time() - began)
    return min(out)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_headline_takes_time_that_grows_with_its_length(name: str) -> None:
    half, whole = (seconds(of_length(HOSTILE[name], words)) for words in (LONG // 2, LONG))
    assert whole < 3.5 * half + 0.5, (half, whole)
    assert whole < 10


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("words", [1, 7, 40, 400])
def test_odd_text_has_a_reading_and_never_an_error(name: str, words: int) -> None:
    text = of_length(HOSTILE[name], words)
    for one in (text, text.strip(), text[: len(text) // 2], text[::-1], text.upper(), text.lower()):
        news = item(one, summary=one, body=one)
        found, case = consider(news, shipped())
        assert found == classify(news, shipped())
        for clause in clauses_of(case, shipped()):
            part = {"title": one, "summary": one, "body": one}[clause.field]
            assert clause.text == part[clause.start : clause.end]


@pytest.mark.parametrize(
    "text",
    [
        "MISSILES HIT US BASE IN KUWAIT AS IRAN WARNS", "missiles hit american base in kuwait as iran warns",
        "Missiles hit U . S . base in Kuwait , as Iran warns", "MISSILES HIT US BASE IN KUWAIT; IRAN WARNS",
    ],
)  # fmt: skip
def test_case_and_spaced_signs_change_nothing(text: str) -> None:
    found = asked(text)
    assert (found.act, found.alert) == ("attack", True), found.reason


@pytest.mark.parametrize(
    "text", ["", " ", ";", ";;;;", " : ", "as", "as as as", "while", "…", "\u200f;\u200f", "after"]
)
def test_what_holds_no_words_has_no_reading_of_an_attack(text: str) -> None:
    assert asked(text).act == "other"
    assert [clause for clause in read(text) if clause.act is not None] == []
