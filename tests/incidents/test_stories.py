"""Stories of several reports: which of them are one incident, and which are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from classifying import item, shipped
from monitor.evaluation import Ledger, incident_after
from monitor.model.incident import Incident

STORIES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent.parent / "data/incidents/stories.yaml").read_text("utf-8"), yaml.CSafeLoader
)
#: countries in which no shipped rule that is switched on asks for attacks on bases of guests
WITHOUT_RULE = {"UA", "RU"}
TUESDAY = datetime(2026, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["story"])
def test_story(story: dict[str, Any]) -> None:
    ledger = Ledger()
    letters: dict[str, str] = {}
    latest: dict[str, Incident] = {}
    heard, expected = [], []
    for number, report in enumerate(story["reports"]):
        came = TUESDAY + timedelta(days=report.get("day", 0), hours=report.get("hour", 9), minutes=number)
        news = item(report["title"], summary=report.get("summary", ""), published=came)
        evaluation = ledger.add(replace(news, language="en"), shipped())
        incident = evaluation.relation.incident
        letter = "none"
        if incident is not None:
            letter = letters.setdefault(incident.id, "abcdefghij"[len(letters)])
            latest[letter] = incident
        heard.append((report["title"], letter, evaluation.decision.tell, evaluation.relation.reason))
        expected.append((report["title"], report["incident"], report["told"], evaluation.relation.reason))
    assert heard == expected
    for letter, places in story.get("places", {}).items():
        assert [place.id for place in latest[letter].places] == places
    for letter, claimed_by in story.get("claimed_by", {}).items():
        assert list(latest[letter].claimed_by) == claimed_by


def test_no_two_countries_ever_meet() -> None:
    """One sentence with each country of the gazetteer in turn, all on one day: the words could not be more alike."""
    ledger = Ledger()
    rules = shipped()
    for number, country in enumerate(rules.gazetteer.countries.values()):
        news = item(
            f"Drones strike NATO base in {country.name}", published=TUESDAY + timedelta(hours=9, minutes=number)
        )
        evaluation = ledger.add(news, rules)
        relation = evaluation.relation
        if country.id in WITHOUT_RULE:
            assert evaluation.classification.rule is None
            assert relation.kind == "none"
            continue
        assert relation.kind == "opens", country.name
        assert relation.incident is not None
        assert relation.incident.place_id == f"country:{country.id}"


def test_a_further_place_is_a_new_version_so_that_receivers_keep_both_messages() -> None:
    ledger = Ledger()
    first = item("Iran fires missiles at US bases in Qatar and Kuwait", published=TUESDAY + timedelta(hours=9))
    second = item("Iranian missiles hit US bases in Qatar and Bahrain", published=TUESDAY + timedelta(hours=10))
    versions = []
    for news in (first, second):
        evaluation = ledger.add(news, shipped())
        incident = incident_after(evaluation)
        assert incident is not None
        versions.append((incident.version, str(evaluation.decision.reason)))
    assert versions == [(1, "FIRST"), (2, "NEW_PLACE")]
    assert evaluation.relation.added == ("Bahrain",)
