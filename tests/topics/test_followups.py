"""What a later report says of a known attack, who says it, and what tells two attacks on one place apart."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from classifying import asked
from monitor.config import yamlfile
from monitor.model.report import Facts

HERE = Path(__file__).parent.parent
THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
FACTS = frozenset(one.name for one in fields(Facts))


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}-{number}")
        for path in sorted((HERE / "data" / "followups").glob("*.yaml"))
        for number, case in enumerate(yamlfile.read(path).data["cases"])
    ]


@pytest.mark.parametrize("case", cases())
def test_a_follow_up_is_read(case: dict[str, Any]) -> None:
    found = asked(case["text"], summary=case.get("summary", ""), published=THURSDAY)
    wanted = {key: value for key, value in case.items() if key not in ("text", "summary")}
    assert wanted.keys() <= FACTS | {"act"}
    got = {key: _plain(found.act if key == "act" else getattr(found.facts, key)) for key in wanted}
    assert got == {key: _plain(value) for key, value in wanted.items()}


def test_what_happened_long_before_is_old_news() -> None:
    assert asked("Rockets hit Ain al-Asad last Wednesday", published=THURSDAY).old_news
    assert not asked("Rockets hit Ain al-Asad on Wednesday", published=THURSDAY).old_news


def test_a_level_is_raised_by_the_least_that_a_word_means() -> None:
    found = asked("Dozens killed in rocket attack on Harir base", published=THURSDAY)
    assert (found.facts.killed, found.facts.killed_words, found.level) == (None, "dozens", "flash")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | list) or value is None else str(value)
