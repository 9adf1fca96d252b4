"""Which pages are asked for, and what of a page may change a report: every case has its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monitor.model.document import Entry
from monitor.model.feed import Feed
from monitor.model.item import Novelty, NoveltyReason, StoredItem
from monitor.model.place import Place
from monitor.model.report import Act
from monitor.pages import PageProblem, PageRefused, is_due, is_page, loss, page_problem, text_of
from values import CLASSIFICATION, FEED, stored_item

WANTED = {FEED.name: Feed(name=FEED.name, url="https://x.example/", full_text=True)}
TITLE = "Drones hit the Erbil air base"
STORED = replace(stored_item("A"), incident_id="x", classification=CLASSIFICATION)
STORED = replace(STORED, item=replace(STORED.item, title=TITLE, summary="A teaser.", url="https://x.example/1"))


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"novelty": Novelty.UPDATED}, True),
        ({"novelty": Novelty.COPY}, False),
        ({"novelty": Novelty.OLD}, False),
        ({"novelty": Novelty.SEEN}, False),
        ({"incident_id": None}, False),
        ({"classification": None}, False),
        ({"classification": replace(CLASSIFICATION, act=Act.TOLL)}, False),
    ],
)
def test_only_reports_of_incidents_are_due(changes: dict[str, Any], due: bool) -> None:
    stored = replace(STORED, **changes)
    assert is_due(stored, WANTED) is due
    assert not is_due(stored, {})
    assert not is_due(stored, {FEED.name: FEED})


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://x.example/1", None),
        ("", PageProblem.NO_LINK),
        ("ftp://x.example/1", PageProblem.NO_LINK),
        ("https://[broken/1", PageProblem.NO_LINK),
        ("https://news.google.com/rss/articles/CBMi", PageProblem.NO_PUBLISHER),
        ("https://t.me/wire/12", PageProblem.NO_PUBLISHER),
        ("https://www.bing.com/news/apiclick.aspx?x=1", PageProblem.NO_PUBLISHER),
        ("https://notgoogle.com/1", None),
    ],
)
def test_nobody_is_asked_for_what_is_no_page_of_a_publisher(url: str, problem: PageProblem | None) -> None:
    assert page_problem(replace(STORED, item=replace(STORED.item, url=url))) is problem


def test_a_feed_that_brings_the_text_needs_no_page() -> None:
    full = replace(STORED, item=replace(STORED.item, body="word " * 500))
    assert page_problem(full) is PageProblem.FEED_HAS_TEXT
    assert page_problem(replace(full, novelty_reason=NoveltyReason.FULL_TEXT)) is None


@pytest.mark.parametrize(
    ("content_type", "answer"),
    [
        (None, True),
        ("text/html", True),
        ("Text/HTML; charset=utf-8", True),
        ("application/xhtml+xml", True),
        ("application/pdf", False),
        ("video/mp4", False),
        ("application/json", False),
    ],
)
def test_kinds(content_type: str | None, answer: bool) -> None:
    assert is_page(content_type) is answer


def problem(stored: StoredItem, page: Entry) -> PageProblem | None:
    found = text_of(stored, page)
    return found.problem if isinstance(found, PageRefused) else None


def test_a_page_must_be_about_the_headline_and_say_more_than_the_teaser() -> None:
    body = "Drones struck an air base near the city of Erbil on Saturday, and three soldiers were killed there."
    assert problem(STORED, Entry(title="Three killed in Erbil", body=body)) is None
    assert problem(STORED, Entry(title="Welcome", body="The weather stays fine today. " * 9)) is PageProblem.OTHER_STORY
    assert problem(STORED, Entry(title=TITLE, body="More?")) is PageProblem.NO_MORE
    long = replace(STORED, item=replace(STORED.item, summary="word " * 100))
    assert problem(long, Entry(title=TITLE, body=body)) is PageProblem.NO_MORE


def test_headlines_in_scripts_without_spaces() -> None:
    stored = replace(STORED, item=replace(STORED.item, title="無人機がエルビルの空軍基地を攻撃"))
    body = "無人機が土曜日にエルビルの空軍基地を攻撃し、兵士三人が死亡した。" * 3
    assert problem(stored, Entry(title="エルビル基地", body=body)) is None
    assert problem(stored, Entry(title="天気", body="明日は晴れるでしょう。" * 9)) is PageProblem.OTHER_STORY


@pytest.mark.parametrize(
    ("facts", "act", "why"),
    [
        ({}, Act.FOILED, ""),
        ({"wounded": 2, "killed": 0, "intercepted": 9, "claimed_by": ("group-c",)}, Act.FOILED, ""),
        ({}, Act.ATTACK, "its act would be attack, not foiled"),
        ({"killed": 3}, Act.FOILED, "killed would be 3, not 0"),
        ({"wounded": None}, Act.FOILED, "wounded would be None, not 2"),
        ({"places": ()}, Act.FOILED, "its target Erbil Air Base would be lost"),
    ],
)
def test_what_would_be_lost(facts: dict[str, Any], act: Act, why: str) -> None:
    after = replace(CLASSIFICATION, act=act, facts=replace(CLASSIFICATION.facts, **facts))
    assert loss(CLASSIFICATION, after) == why


def test_a_day_and_a_rule_stay_and_a_vague_target_may_become_exact() -> None:
    dated = replace(CLASSIFICATION, facts=replace(CLASSIFICATION.facts, date_stated=True))
    other = replace(dated, facts=replace(dated.facts, date=date(2026, 11, 1)))
    assert loss(dated, other) == "its day would be 2026-11-01, not 2026-11-20"
    assert loss(CLASSIFICATION, replace(CLASSIFICATION, rule=None)) == "the rule attack-on-base would not take it"
    iraq = Place(id="country:IQ", name="Iraq", role="target", precision="country", country="IQ")
    vague = replace(CLASSIFICATION, facts=replace(CLASSIFICATION.facts, places=(iraq,)))
    assert loss(vague, CLASSIFICATION) == ""
    assert loss(CLASSIFICATION, vague) != ""
