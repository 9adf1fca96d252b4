from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.feedsfile import check_feed_url, load_feeds, same_feed
from monitor.errors import ConfigError
from monitor.model.feed import Feed

ROOT = Path(__file__).parent.parent.parent
BAD = Path(__file__).parent.parent / "data" / "config" / "bad"
CASES = sorted(path.stem for path in BAD.glob("*.yaml"))


def write(folder: Path, text: str) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_with_exactly_this_message(case: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_feeds(BAD / f"{case}.yaml")
    assert str(raised.value).replace(f"{BAD}/", "") + "\n" == (BAD / f"{case}.txt").read_text(encoding="utf-8")


def test_the_catalogue_of_bad_files_is_whole() -> None:
    assert len(CASES) >= 25
    assert {path.stem for path in BAD.glob("*.txt")} == set(CASES)


def test_a_password_in_an_address_is_never_repeated() -> None:
    for case in CASES:
        assert "hunter2" not in (BAD / f"{case}.txt").read_text(encoding="utf-8")
    assert "hunter2" in (BAD / "url-with-password.yaml").read_text(encoding="utf-8")


def test_the_smallest_file(tmp_path: Path) -> None:
    path = write(tmp_path, "feeds: [{name: Wire, url: https://example.org/rss.xml}]")
    assert load_feeds(path) == (Feed(name="Wire", url="https://example.org/rss.xml", publisher="Wire"),)


def test_every_key_and_defaults_that_a_feed_overrides(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
defaults: { language: en, kind: wire, tags: [world], interval: 15m, max_interval: 6h }
feeds:
  - { name: Plain, url: "https://example.org/a" }
  - name: Own
    url: http://example.org:8080/b?x=1#top
    language: ar
    publisher: Example
    kind: regional
    tags: [iraq, iraq, erbil]
    interval: 30s
    min_interval: 10s
    max_interval: 2h
""",
    )
    plain, own = load_feeds(path)
    assert plain == Feed(
        name="Plain", url="https://example.org/a", language="en", publisher="Plain", kind="wire", tags=("world",),
        interval=timedelta(minutes=15), max_interval=timedelta(hours=6),
    )  # fmt: skip
    assert own == Feed(
        name="Own", url="http://example.org:8080/b?x=1#top", language="ar", publisher="Example", kind="regional",
        tags=("iraq", "erbil"), interval=timedelta(seconds=30), min_interval=timedelta(seconds=10),
        max_interval=timedelta(hours=2),
    )  # fmt: skip


def test_a_long_interval_lifts_the_longest_wait_that_nobody_wrote(tmp_path: Path) -> None:
    (feed,) = load_feeds(write(tmp_path, "feeds: [{name: Slow, url: https://example.org/a, interval: 1d}]"))
    assert feed.max_interval == timedelta(days=1)
    assert feed.min_interval is None


def test_a_long_shortest_wait_lifts_the_interval_that_nobody_wrote(tmp_path: Path) -> None:
    (feed,) = load_feeds(write(tmp_path, "feeds: [{name: Slow, url: https://example.org/a, min_interval: 2h}]"))
    assert feed.min_interval == feed.interval == feed.max_interval == timedelta(hours=2)


def test_ten_seconds_is_allowed_and_norwegian_is_a_language(tmp_path: Path) -> None:
    (feed,) = load_feeds(
        write(tmp_path, "feeds: [{name: Fjord, url: 'http://127.0.0.1:80/a', interval: 10s, language: no}]")
    )
    assert (feed.interval, feed.language) == (timedelta(seconds=10), "no")


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file; `basewatch init DIR` writes a starter"):
        load_feeds(tmp_path / "feeds.yaml")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://example.org/rss", "http://example.org/rss/"),
        ("https://example.org:443/rss", "https://EXAMPLE.org/rss#news"),
        ("https://example.org", "https://example.org/"),
    ],
)
def test_two_spellings_of_one_feed(first: str, second: str) -> None:
    assert same_feed(first) == same_feed(second) != ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://example.org/rss?c=1", "https://example.org/rss?c=2"),
        ("https://example.org:8443/rss", "https://example.org/rss"),
        ("https://example.org/RSS", "https://example.org/rss"),
    ],
)
def test_two_feeds_of_one_host(first: str, second: str) -> None:
    assert same_feed(first) != same_feed(second)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_address_is_accepted_or_refused_with_a_hint(text: str) -> None:
    same_feed(text)
    refusal = ""
    try:
        check_feed_url(text)
    except ValueError as error:
        refusal = str(error)
    assert text[:4].casefold() == "http" if not refusal else refusal.partition("; ")[2]


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from(["5m", "https://a.b/c", "99w"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["feeds", "defaults", "name", "url", "interval", "max_interval", "tags", "language", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_data_is_read_or_refused_never_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    path = write(tmp_path_factory.getbasetemp(), json.dumps(data))
    feeds, problems = (), []
    try:
        feeds = load_feeds(path)
    except ConfigError as error:
        problems = error.problems
    assert bool(feeds) != bool(problems)


def test_the_shipped_feeds_load_and_cover_what_they_promise() -> None:
    feeds = load_feeds(ROOT / "feeds.yaml")
    assert len(feeds) >= 60
    assert len({feed.language for feed in feeds}) >= 5
    assert None not in {feed.language for feed in feeds}
    for field in ("name", "url"):
        assert max(Counter(getattr(feed, field).casefold() for feed in feeds).values()) == 1
    for feed in feeds:
        assert feed.publisher, feed.name
        assert feed.kind in {"wire", "regional", "defence", "official", "aggregator"}, feed.name
        assert feed.tags, feed.name
        assert timedelta(minutes=5) <= feed.interval <= timedelta(hours=1), feed.name
        shortest = timedelta(minutes=5 if feed.kind == "aggregator" else 1)
        assert feed.min_interval is not None, feed.name
        assert shortest <= feed.min_interval <= feed.interval, feed.name
        assert feed.url.startswith("https://"), feed.name
    assert max(Counter(feed.publisher for feed in feeds).values()) >= 3, "feeds of one organisation share its name"
