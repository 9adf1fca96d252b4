"""Figures on labelled news, where the material stands beside the repository; a floor, not the aim."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from classifying import asked, targets

SHARED = Path(__file__).parent.parent.parent.parent / "shared"
needs_shared = pytest.mark.skipif(
    not (SHARED / "eval").is_dir(), reason="the labelled news (../shared/eval) is not here"
)


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


@pytest.mark.parametrize(
    ("name", "floor"), [("sentences", 0.95), ("different", 0.90), ("alike", 0.93), ("unseen", 0.94)]
)
def test_headlines_of_our_own_writing_are_read_as_their_writers_meant(name: str, floor: float) -> None:
    """Written in the ways of papers and of title feeds by people who had not seen the word lists (four sets)."""
    cases = [
        row for row in rows(Path(__file__).parent.parent / "data" / "quality" / "headlines.jsonl") if row["set"] == name
    ]
    right = wrong = missed = 0
    for row in cases:
        when = moment(row["published"]) if row.get("published") else moment("2026-05-05T09:00:00Z")
        alert = asked(row["title"], summary=row.get("summary", ""), published=when).alert
        right += alert and row["alert"]
        wrong += alert and not row["alert"]
        missed += not alert and row["alert"]
    assert 2 * right / (2 * right + wrong + missed) >= floor


@needs_shared
def test_alerts_agree_with_careful_readers() -> None:
    labels = {row["id"]: row for row in rows(SHARED / "eval" / "labels.jsonl")}
    right = wrong = missed = 0
    for row in rows(SHARED / "eval" / "items.jsonl"):
        label = labels[row["id"]]
        found = asked(row["title"], summary=row["summary"] or "", published=moment(row["published"]))
        right += found.alert and label["is_attack_on_base"]
        wrong += found.alert and not label["is_attack_on_base"]
        missed += not found.alert and label["is_attack_on_base"]
        if label["label"] == "retaliation_strike":
            assert not found.alert, row["title"]
    assert 2 * right / (2 * right + wrong + missed) >= 0.95


@needs_shared
def test_a_quiet_home_page_stays_quiet() -> None:
    path = SHARED / "eval" / "pools" / "quiet_bbc_homepage_2021_2023.jsonl.gz"
    with gzip.open(path, "rt") as lines:
        news = [json.loads(line) for _, line in zip(range(12_000), lines, strict=False)]
    alerts = [n["title"] for n in news if asked(n["title"], summary=n.get("summary") or "").alert]
    assert len(alerts) <= 6, alerts


@needs_shared
@pytest.mark.parametrize(
    ("seed", "act", "alert"),
    [("000", "background", False), ("001", "retaliation", False), ("002", "retaliation", False),
     ("003", "attack", True), ("004", "background", False)],
)  # fmt: skip
def test_the_five_seed_articles(seed: str, act: str, alert: bool) -> None:
    text = next((SHARED / "seeds").glob(f"{seed}_*.txt")).read_text().strip()
    first, _, rest = text.partition("\n")
    published = datetime(2024, 7, 19, tzinfo=UTC)
    for found in (asked("", body=text, published=published), asked(first, body=rest, published=published)):
        assert (str(found.act), found.alert) == (act, alert), found.reason
        if alert:
            assert targets(found)[0] == "ain-al-asad"
            assert str(found.facts.date) == "2024-07-16"
