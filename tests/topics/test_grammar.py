"""A language needs words only: the common grammar (rules/lists/grammar.yaml) reads them in any order.

`tests/data/grammar/<language>.yaml` holds the words of a language, as its file in rules/lists/ would, and sentences. A
shipped file of the same language is left out, so that nothing but the words and the common grammar reads them.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime

import pytest
import yaml

from classifying import HERE, item
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

FILES = {
    path.stem: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    for path in (HERE / "data" / "grammar").glob("*.yaml")
}


@pytest.fixture(scope="module", params=sorted(FILES))
def language(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, RuleSet]:
    name = request.param
    folder = tmp_path_factory.mktemp(name) / "rules"
    shutil.copytree(HERE.parent / "rules", folder)
    words = FILES[name]["words"]
    for path in (folder / "lists").glob("*.yaml"):
        if f"\nlanguage: {words['language']}\n" in path.read_text("utf-8"):
            path.unlink()
    (folder / "lists" / "own.yaml").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    return name, load_rules(folder)


def wrong(rules: RuleSet, texts: list[str], alert: bool) -> list[str]:
    found = [(text, classify(item(text), rules)) for text in texts]
    return [f"{text}\n    {one.reason}" for text, one in found if one.alert is not alert]


def test_what_words_alone_tell_is_an_alert(language: tuple[str, RuleSet]) -> None:
    name, rules = language
    missed = wrong(rules, FILES[name]["alert"], True)
    assert not missed, "\n".join(missed)


def test_what_they_do_not_tell_stays_quiet(language: tuple[str, RuleSet]) -> None:
    name, rules = language
    false = wrong(rules, FILES[name]["quiet"], False)
    assert not false, "\n".join(false)


def test_each_has_twenty_sentences_of_both_kinds() -> None:
    assert {len(content[kind]) for content in FILES.values() for kind in ("alert", "quiet")} == {20}


@pytest.mark.parametrize("language", ["korean"], indirect=True)
def test_numbers_and_months_are_found_where_no_space_parts_words(language: tuple[str, RuleSet]) -> None:
    found = classify(item("이라크 미군 기지에 드론 공격, 미군 병사 3명 사망 5명 부상"), language[1])
    assert (found.facts.killed, found.facts.wounded) == (3, 5)
    dated = classify(
        item("11월 28일 미군기지에 로켓 공격", published=datetime(2026, 11, 29, 9, tzinfo=UTC)), language[1]
    )
    assert dated.facts.date == date(2026, 11, 28)
