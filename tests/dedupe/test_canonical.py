"""Addresses and titles in the form in which they are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.dedupe.canonical import TRACKING_NAMES, canonical_url, normalised_title

DATA = Path(__file__).parent.parent / "data" / "recognise"
ADDRESSES: dict[str, Any] = yaml.load((DATA / "addresses.yaml").read_text(), yaml.CSafeLoader)
TITLES: dict[str, Any] = yaml.load((DATA / "titles.yaml").read_text(), yaml.CSafeLoader)


@pytest.mark.parametrize("spellings", ADDRESSES["same"], ids=lambda spellings: spellings[0])
def test_one_article_has_one_canonical_address(spellings: list[str]) -> None:
    assert len({canonical_url(url) for url in spellings}) == 1
    assert canonical_url(spellings[0]).startswith("https://")


def test_different_articles_have_different_canonical_addresses() -> None:
    canonical = [canonical_url(spellings[0]) for spellings in ADDRESSES["same"]]
    assert len(set(canonical)) == len(canonical)


@pytest.mark.parametrize("url", ADDRESSES["none"])
def test_what_names_no_article_has_no_canonical_address(url: str) -> None:
    assert canonical_url(url) == ""


@pytest.mark.parametrize("group", TITLES["same"], ids=lambda group: group["publisher"])
def test_spellings_of_one_title_are_one(group: dict[str, Any]) -> None:
    assert len({normalised_title(title, group["publisher"]) for title in group["titles"]}) == 1


@pytest.mark.parametrize("group", TITLES["different"], ids=lambda group: group["publisher"])
def test_different_titles_stay_different(group: dict[str, Any]) -> None:
    normalised = {normalised_title(title, group["publisher"]) for title in group["titles"]}
    assert len(normalised) == len(group["titles"])


def test_a_title_that_is_only_the_publisher_keeps_its_words() -> None:
    assert normalised_title("Reuters", "Reuters") == "reuters"
    assert normalised_title("...") == ""


paths = st.text(max_size=20)


@settings(max_examples=300, deadline=None)
@given(host=st.from_regex(r"(www\.|m\.|amp\.)?[a-z]{1,8}\.[a-z]{2,4}", fullmatch=True), path=paths, query=paths)
def test_canonical_is_idempotent(host: str, path: str, query: str) -> None:
    once = canonical_url(f"http://{host}/{path}?{query}")
    assert canonical_url(once) == once


@settings(max_examples=300, deadline=None)
@given(url=st.text(max_size=60))
def test_canonical_takes_any_text(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


names = st.one_of(st.sampled_from(sorted(TRACKING_NAMES)), st.from_regex(r"utm_[a-z]{1,8}", fullmatch=True))


@settings(max_examples=200, deadline=None)
@given(name=names, value=st.text(alphabet="abcXYZ019-._", max_size=12), first=st.booleans())
def test_tracking_parameters_make_no_difference(name: str, value: str, first: bool) -> None:
    tracking, telling = f"{name}={value}", "id=42"
    query = f"{tracking}&{telling}" if first else f"{telling}&{tracking}"
    assert canonical_url(f"https://x.example/a?{query}") == canonical_url("https://x.example/a?id=42")


@settings(max_examples=300, deadline=None)
@given(title=st.text(max_size=40))
def test_normalising_a_title_twice_changes_nothing(title: str) -> None:
    once = normalised_title(title)
    assert normalised_title(once) == once
