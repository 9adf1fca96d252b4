"""Hostile text: cleaned everywhere, escaped per service, readable afterwards; and what an attempt came to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.escape import RAW_MARKDOWN, for_channel, label_of, scrub
from monitor.channels.outcome import read_outcome
from monitor.text.clean import clean_message, shorten

DATA = Path(__file__).parent.parent / "data/alerts"
CASES: list[dict[str, Any]] = yaml.load((DATA / "escaping.yaml").read_text("utf-8"), yaml.CSafeLoader)
OUTCOMES: list[dict[str, Any]] = yaml.load((DATA / "outcomes.yaml").read_text("utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_each_service_gets_harmless_text(case: dict[str, Any]) -> None:
    shown = for_channel(case["in"], case["schema"], raw=case["raw"]).replace("\u200b", "¦")
    assert shown == case["out"]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("Attack\r\nBcc: victim@example.org", "Attack Bcc: victim@example.org"),
        ("a\x00b\x1b[31mred\x07", "ab[31mred"),
        ("safe\u202egpj.exe\u202c", "safegpj.exe"),
        ("\u2066isolated\u2069 \ufeffmark", "isolated mark"),
        ("line\u2028one\u2029two\u0085three", "line one two three"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("tag \U000e0041\U000e007f end", "tag end"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("طائرات\u200f مسيّرة", "طائرات\u200f مسيّرة"),
        ("  many \t blanks  ", "many blanks"),
        ("emoji 🚀 stays", "emoji 🚀 stays"),
    ],
)
def test_clean_takes_away_what_is_not_for_reading(hostile: str, harmless: str) -> None:
    assert clean_message(hostile) == harmless


def test_clean_keeps_line_breaks_of_a_body() -> None:
    assert clean_message("one  \r\n\r\ntwo\x00\n", lines=True) == "one\n\ntwo"


@given(st.text(st.characters()), st.sampled_from([*sorted(RAW_MARKDOWN), "slack", "tgram", "mailto", "json"]))
def test_any_text_comes_out_encodable_on_one_line_and_calls_nobody(text: str, schema: str) -> None:
    out = for_channel(clean_message(text), schema)
    out.encode("utf-8")
    assert "\n" not in out
    assert "\r" not in out
    if schema not in ("mailto", "json"):
        assert "@everyone" not in for_channel(f"{out} @everyone", schema)


def test_shorten_cuts_at_a_word_and_says_so() -> None:
    assert shorten("one two three four", 100) == "one two three four"
    assert shorten("one two three four", 15) == "one two three…"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("case", OUTCOMES, ids=lambda case: (case["log"] or ["nothing logged"])[0][:60])
def test_outcome_of_what_apprise_logs(case: dict[str, Any]) -> None:
    result = read_outcome(succeeded=False, log=case["log"])
    assert (str(result.outcome), result.detail) == (case["outcome"], case["detail"])
    assert "t0ken" not in result.detail


def test_outcome_of_success_and_time_out() -> None:
    assert read_outcome(succeeded=True).outcome == "sent"
    assert read_outcome(succeeded=False, timed_out=True, log=["error=500"]).outcome == "maybe sent"


def test_labels_hide_webhook_paths_queries_and_long_tokens() -> None:
    assert label_of("json://u:****@host:8080/hook/s3cret?x=s3cret") == "json://u:****@host:8080/…"
    assert label_of("thing://host/a1b2c3d4e5f6a7b8c9d0e1f2/room") == "thing://host/****/room"
    assert label_of("mailto://u:****@host/a%40b.org") == "mailto://u:****@host/a@b.org"


def test_scrub_leaves_no_word_of_the_address_that_its_label_hides() -> None:
    scrubbed = scrub("login of bob with Pa55word at mail.example.org failed", secret="mailto://bob:Pa55word@mail.example.org",
                     shown="mailto://bob:****@mail.example.org")  # fmt: skip
    assert scrubbed == "login of bob with **** at mail.example.org failed"
