"""`rules learn`: which reading was wrong, and what may be added; each is tried, and none silences by one word."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import RULES
from monitor.model.feedback import Correction, Fact, Feedback, Opinion
from monitor.model.item import Item
from monitor.rules.folder import read_folder
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.workbench.learning.additions import Addition, with_addition
from monitor.workbench.learning.lessons import Lesson, learn, questions
from newsroom import shipped_rules

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
CASES = yaml.load(
    (Path(__file__).parent.parent / "data" / "learning" / "cases.yaml").read_text("utf-8"), yaml.CSafeLoader
)

Learn = Callable[..., list[Lesson]]


def said(
    title: str, opinion: str, facts: dict[str, str] | None = None, *, id: str = "A", language: str | None = None
) -> Feedback:
    item = Item(id=id, title=title, language=language, first_seen=NOW)
    found = classify(item, shipped_rules())
    corrections = tuple(Correction(fact=Fact(fact), value=value) for fact, value in (facts or {}).items())
    return Feedback(
        item=item, opinion=Opinion(opinion), corrections=corrections, given_at=NOW, told=found.tells,
        alerted=found.tells, act=found.act,
    )  # fmt: skip


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learn:
    """`ask([feedback], past=[titles])`: the lessons, tried on copies of the shipped rules."""

    monkeypatch.setenv("BASEWATCH_NO_CACHE", "1")  # each copy is asked about once

    def copy(addition: Addition) -> RuleSet:
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(RULES, folder)
        text = with_addition(None, addition)
        assert text is not None
        (folder / addition.file).write_text(text)
        return load_rules(folder)

    def run(feedback: list[Feedback], past: list[str] | None = None) -> list[Lesson]:
        asked = questions(shipped_rules(), read_folder(RULES), feedback, [], {}, copy, now=NOW)
        items = [Item(id=f"P{i}", title=title, first_seen=NOW) for i, title in enumerate(past or [])]
        return learn(asked, items)[0]

    return run


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['said']}: {case['title'][:40]} {case.get('unique', '')}"
)
def test_what_is_proposed(ask: Learn, case: dict[str, Any]) -> None:
    given = said(case["title"], case["said"], case.get("facts"), language=case.get("language"))
    lessons = ask([given], case.get("past"))
    if case.get("skip_if_alerts") and not lessons:
        return  # the rules read it without the word
    (lesson,) = lessons
    assert any(case.get("missing", "") in one for one in lesson.misread.missing or [""])
    assert any(case.get("decided", "") in one for one in lesson.misread.decided or [""])
    if "unique" in case:
        assert case["unique"] in lesson.unique
        assert all(case["unique"] not in one.addition.line for one in lesson.proposals)
        return
    if case.get("nothing"):
        assert lesson.proposals == ()
        return
    first = lesson.proposals[0]
    assert first.addition.file == case["file"]
    assert first.addition.line == case.get("line", first.addition.line)
    assert case.get("adds", "") in first.addition.line
    assert first.addition.name in case.get("lists", [first.addition.name])
    assert [change.item.title for change in first.changes] == case.get("changes", [])


def test_what_the_rules_do_already_is_no_question(ask: Learn) -> None:
    assert (
        ask([said("Lions win the derby", "right"), said("Two drones hit Ain al-Asad air base", "right", id="B")]) == []
    )


def test_a_proposal_spoils_no_other_feedback(ask: Learn) -> None:
    """What makes one right would make the other wrong: it is not proposed."""
    alone = ask([said("Militants frobnicate Ain al-Asad air base in Iraq", "missed")])[0].proposals[0].addition
    one = said("Militants frobnicate Ain al-Asad air base in Iraq", "missed")
    other = said("Militants frobnicate Harir air base in Iraq", "right", id="B")
    (lesson,) = ask([one, other])
    assert lesson.said is one
    assert alone not in [proposal.addition for proposal in lesson.proposals]


def test_of_several_the_one_that_changes_least_stands_first(ask: Learn) -> None:
    past = [f"Theatre number {n} frobnicates drone attack on Al Udeid air base" for n in range(3)] + ["They bazzle"]
    (lesson,) = ask(
        [said("Play frobnicates bazzle drone attack on Al Udeid air base", "false", {"act": "background"})], past
    )
    changes = [len(proposal.changes) for proposal in lesson.proposals]
    assert changes == sorted(changes)
    assert "bazzle" in lesson.proposals[0].addition.line


# ------------------------------------------------------------------------------------------------ the files

WORD = Addition("lists/my-words.yaml", "extend", "assails", ["razes"])
PLACE = Addition("places/my-places.yaml", "places", "camp-x", {"id": "camp-x", "name": "Camp X", "country": "KW"})
NEVER = Addition("my-attack-gulf.yaml", "override", "attack-gulf", {"never": [{"any": ["@own"], "in": "sentence"}]})


@pytest.mark.parametrize(
    ("before", "addition", "after"),
    [
        (None, WORD, "# yaml-language-server: $schema=../schema/lists.json\nextend:\n  assails: [razes]\n"),
        ("extend:\n  assails: [torches]  # mine\n", WORD, None),
        ("extend:\n  assails: [torches]\n", WORD, "extend:\n  assails: [torches, razes]\n"),
        ("extend:\n  # mine\n  hit: [x]\n\nlists:\n  a: [b]\n", WORD,
         "extend:\n  # mine\n  hit: [x]\n  assails: [razes]\n\nlists:\n  a: [b]\n"),
        ("lists:\n  a: [b]", WORD, "lists:\n  a: [b]\nextend:\n  assails: [razes]\n"),
        ("language: ar\nlists:\n  a: [b]\n", WORD, None),
        ("extend:\n  assails: {en: [x]}\n", WORD, None),
        ("no: [yaml", WORD, None),
        (None, PLACE, "# yaml-language-server: $schema=../schema/places.json\nplaces:\n"
         "  - {id: camp-x, name: Camp X, country: KW}\n"),
        ("places:\n- {id: a}\n", PLACE, "places:\n- {id: a}\n- {id: camp-x, name: Camp X, country: KW}\n"),
        (None, NEVER, "# yaml-language-server: $schema=schema/rule.json\noverride: attack-gulf\n"
         'never: [{any: ["@own"], in: sentence}]\n'),
        ("override: attack-gulf\nlevel: notice\n", NEVER,
         'override: attack-gulf\nlevel: notice\nnever: [{any: ["@own"], in: sentence}]\n'),
        ("override: attack-gulf\nnever: [{any: [a], in: item}]\n", NEVER,
         'override: attack-gulf\nnever: [{any: [a], in: item}, {any: ["@own"], in: sentence}]\n'),
        ("override: attack-gulf\nnever:\n  - {any: [a], in: item}\nlevel: flash\n", NEVER,
         'override: attack-gulf\nnever:\n  - {any: [a], in: item}\n  - {any: ["@own"], in: sentence}\nlevel: flash\n'),
        ("override: attack-iraq\nlevel: notice\n", NEVER, None),
        ("rule: attack-gulf\nlevel: notice\n", NEVER, None),
    ],
)  # fmt: skip
def test_what_stands_in_a_file_stays_as_it_is(before: str | None, addition: Addition, after: str | None) -> None:
    assert with_addition(before, addition) == after


def test_a_country_code_that_yaml_reads_as_no_is_quoted() -> None:
    place = Addition("places/my-places.yaml", "places", "camp-x", {"id": "camp-x", "country": "NO"})
    assert 'country: "NO"' in str(with_addition(None, place))


def test_a_language_stands_in_its_file() -> None:
    word = Addition("lists/my-words-ru.yaml", "extend", "hit", ["разгромили"], "ru")
    assert '\nlanguage: ru\nextend:\n  hit: ["разгромили"]\n' in str(with_addition(None, word))
