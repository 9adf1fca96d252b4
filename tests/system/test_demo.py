"""The demo: invented feeds, real pipeline, the right stories told and the others quiet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.publishers import FEEDS, document
from monitor.feeds.parse.parser import parse
from monitor.model.document import DateMark, ParsedFeed

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = demo(tmp_path_factory.mktemp("demo"), "--json")
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def demo(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "demo", *arguments], cwd=cwd, capture_output=True, text=True, timeout=90,
        # settings of the user must not matter, nor a proxy
        env={**kept, "BASEWATCH_CONFIG": "/nowhere.yaml", "https_proxy": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"},
    )  # fmt: skip
    assert list(cwd.iterdir()) == []
    return done


def story(answer: dict[str, Any], words: str) -> dict[str, Any]:
    (found,) = [s for s in answer["stories"] if words in s["title"] and s["novelty"] != "COPY"]
    return dict(found)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.slug)
@pytest.mark.parametrize("grown", [False, True])
def test_documents_are_feeds_with_good_dates(feed: Any, grown: bool) -> None:
    parsed = parse(document(feed, now=NOW, grown=grown), content_type="application/xml", base_url="http://x/", now=NOW)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.title == feed.name
    assert {entry.date_mark for entry in parsed.entries} == {DateMark.GOOD}
    assert all(entry.published and entry.published < NOW for entry in parsed.entries)


def test_there_is_enough_in_two_languages(answer: dict[str, Any]) -> None:
    assert len(answer["stories"]) >= 12
    assert sum(not s["title"].isascii() for s in answer["stories"]) >= 4
    assert len({s["feed"] for s in answer["stories"]}) == 3


@pytest.mark.parametrize(
    ("words", "act"),
    [("Two drones hit", "attack"), ("Three American soldiers", "attack"), ("shoot down drone", "foiled"),
     ("هجوم صاروخي", "attack"), ("خراب الجير", "claim"), ("إصابة ثلاثة", "attack")],
)  # fmt: skip
def test_attacks_are_seen_as_what_they_are(answer: dict[str, Any], words: str, act: str) -> None:
    found = [s for s in answer["stories"] if words in s["title"] and s["novelty"] == "NEW"]
    assert [s["act"] for s in found] == [act]
    assert found[0]["incident"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [("in retaliation for", "NO"), ("threatens to strike", "NO"), ("tenth anniversary", "NO"), ("exercise", "NO"),
     ("desert league", "NO"), ("يهدد", "NO"), ("الزوراء", "NO"), ("film festival", "OLD"), ("Camp Victory", "OLD")],
)  # fmt: skip
def test_the_others_stay_quiet_with_a_reason(answer: dict[str, Any], words: str, reason: str) -> None:
    found = story(answer, words)
    assert found["told"] is False
    assert found["reason"].startswith(reason)
    assert found["why"]


def test_one_alert_for_each_incident(answer: dict[str, Any]) -> None:
    incidents = [alert["incident_id"][11:] for alert in answer["alerts"]]
    assert sorted(incidents) == ["ain-al-asad", "erbil-air-base", "kharab-al-jir", "shaddadi"]


def test_the_copy_is_a_copy(answer: dict[str, Any]) -> None:
    copies = [s for s in answer["stories"] if s["novelty"] == "COPY"]
    assert [s["title"] for s in copies] == [
        "Two drones hit Ain al-Asad air base in western Iraq, three US troops wounded"
    ]


def test_it_takes_less_than_a_coffee(answer: dict[str, Any]) -> None:
    assert answer["seconds"] < 15


def test_for_people(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "reason: FIRST" in done.stdout  # delivered to the console
    assert done.stdout.index("ALERTED") < done.stdout.index("STAYED QUIET")
    assert "Traceback" not in done.stderr
