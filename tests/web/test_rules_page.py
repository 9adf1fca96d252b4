"""The rules page: each rule with its examples, what it took and where it stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from boards import Board
from ledgers import NOW


def test_each_rule_is_told_with_its_file_and_its_examples(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        answer = board.get("/rules")
        rules = board.configuration.rules.rules
        one = board.get(f"/rules/{rules[0].id}")
    assert answer.status_code == 200, answer.text
    for rule in rules:
        assert f'id="{rule.id}"' in answer.text
    assert str(board.settings.rules) in answer.text
    assert "hold" in answer.text
    assert one.status_code == 200
    assert len(answer.content) < 200_000


@pytest.mark.parametrize("id", ["nothing", "x" * 3000, "%00", "a%2fb"])
def test_an_unknown_rule_is_a_page(tmp_path: Path, id: str) -> None:
    with Board(tmp_path) as board:
        answer = board.get(f"/rules/{id}")
    assert answer.status_code in (400, 404)
    assert "Traceback" not in answer.text


def test_what_the_check_says_is_told(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "broken.yaml").write_text("rules: [{id: attack-iraq, acts: [flying]}]\n", encoding="utf-8")
    with Board(tmp_path, clock=lambda: NOW, environment={"BASEWATCH_RULES": str(rules)}) as board:
        answer = board.get("/rules")
        assert "the check is at work" in answer.text  # and the page does not wait for it
        end = time.monotonic() + 60
        while "the check is at work" in answer.text and time.monotonic() < end:
            time.sleep(0.2)
            answer = board.get("/rules")
    assert answer.status_code == 200
    assert "remark" in answer.text
    assert "broken.yaml" in answer.text
    assert "could not be run" not in answer.text
