"""The rule language as its text says it (the descriptions in the model, docs/rules.md), asked from outside.

The cases stand in data/rules/language: a file is a folder of rules, each beside texts that it takes and leaves alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from languages import HERE, Keys, asked, case_file, rule, rules_of, taken
from monitor.topics.attacks.topic import RuleSet

CASES = {path.stem: case_file(path) for path in sorted((HERE / "data" / "rules" / "language").glob("*.yaml"))}
#: for rules that ask for words, whoever owns the base
ANYBODY = ["foreign", "national", "un", "unknown"]
#: of a case, not of its rule
BESIDE = ("rule", "takes", "leaves")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The rules of a file of cases, read once."""

    @cache
    def read(name: str) -> RuleSet:
        rules = [
            rule(one["rule"], **{"whose": ANYBODY} | {k: v for k, v in one.items() if k not in BESIDE})
            for one in CASES[name]["rules"]
        ]
        return rules_of(tmp_path_factory.mktemp(name), rules, lists=CASES[name].get("lists"))

    return read


def asked_of(kind: str) -> list[Any]:
    return [
        pytest.param(name, one["rule"], told, id=f"{name}-{one['rule']}-{i}")
        for name, file in CASES.items()
        for one in file["rules"]
        for i, told in enumerate(one.get(kind, []))
    ]


@pytest.mark.parametrize(("file", "name", "told"), asked_of("takes"))
def test_a_rule_takes_what_it_says(folders: Any, file: str, name: str, told: str | Keys) -> None:
    found = asked(folders(file), told)
    assert name in taken(found), found.reason


@pytest.mark.parametrize(("file", "name", "told"), asked_of("leaves"))
def test_a_rule_leaves_the_rest_alone(folders: Any, file: str, name: str, told: str | Keys) -> None:
    found = asked(folders(file), told)
    assert name not in taken(found), found.reason
