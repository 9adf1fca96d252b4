"""A feed whose language no list reads is named, with what it means and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from languages import SMALL
from monitor.cli.main import main
from monitor.config.feedlanguages import languages_read, unread_languages
from monitor.config.feedsfile import load_feeds
from monitor.store.store import Store
from newsroom import Newsroom, Story
from values import NOW

FEEDS = """\
defaults: {{language: {default}}}
feeds:
  - {{name: A, url: 'https://a.example/'}}
  - {{name: B, url: 'https://b.example/', language: {own}}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = copytree(SMALL, tmp_path / "rules")
    (folder / "lists" / "arabic.yaml").write_text("language: ar\nlists: {arms: [سلاح]}\n")
    return folder


@pytest.fixture
def warned(tmp_path: Path, rules: Path) -> Callable[..., list[str]]:
    def ask(default: str = "en", own: str = "en", **stored: str) -> list[str]:
        config = tmp_path / "feeds.yaml"
        config.write_text(FEEDS.format(default=default, own=own))
        found = unread_languages(config, load_feeds(config), languages_read(rules), stored)
        assert {problem.severity for problem in found} <= {"warning"}
        return [f"{one.line} {one.key}: {one.message}; {one.hint}" for one in found]

    return ask


def test_the_languages_of_the_lists_and_english_are_read(rules: Path) -> None:
    assert languages_read(rules) == {"en", "ar"}
    assert languages_read(rules / "nowhere") == {"en"}


@pytest.mark.parametrize("own", ["ckb", "ku"])
def test_kurdish_feeds_are_read_under_the_name_of_the_group_too(
    rules: Path, warned: Callable[..., list[str]], own: str
) -> None:
    assert len(warned(own=own)) == 1
    (rules / "lists" / "kurdish.yaml").write_text("language: ckb\nlists: {arms: [چەک]}\n")
    assert warned(own=own) == []


@pytest.mark.parametrize("own", ["en", "en-GB", "EN", "ar", "ar-IQ"])
def test_a_language_that_is_read_is_no_word_worth(warned: Callable[..., list[str]], own: str) -> None:
    assert warned(own=own) == []


def test_one_that_is_not_read_is_named_at_its_line(warned: Callable[..., list[str]]) -> None:
    (said,) = warned(own="ur-PK")
    assert said.startswith("4 feeds[1].language: the feed B is in the language ur, and no list reads it")
    assert "language: ur" in said
    (said,) = warned(default="ku", own="ckb-IQ")[:1]
    assert said.startswith("1 defaults.language: the feed A is in the language ku")
    assert len(warned(default="ku", own="ckb")) == 2
    assert "2 feeds (A, B) are in the language ku" in warned(default="ku", own="ku")[0]


def test_what_documents_say_of_themselves_counts(warned: Callable[..., list[str]]) -> None:
    (said,) = warned(A="uk")
    assert said.startswith("3 feeds[0].name: the feed A is in the language uk")


def test_the_language_of_most_items_is_that_of_the_feed(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        room.feed("wire", [Story("Lions win the derby")])
        room.poll()
    store = Store(f"sqlite:///{tmp_path / 'basewatch.db'}")
    with store.read() as tx:
        assert tx.feed_languages(NOW - timedelta(days=3650)) == {}
    store.close()


def test_check_and_feeds_name_it(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("RULES", "CONFIG", "CHANNELS"):
        monkeypatch.delenv(f"BASEWATCH_{name}", raising=False)
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", "sqlite:///none.db")
    (tmp_path / "feeds.yaml").write_text(FEEDS.format(default="en", own="ku"))
    (tmp_path / "channels.yaml.txt").write_text("urls: []\n")
    (rules / "first.yaml").write_text((rules / "first.yaml").read_text().replace("send_to: [alerts]", ""))
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "warning: " in out
    assert "the feed B is in the language ku" in out
    assert "channels.yaml.txt is not read, so alerts go to the console; name it channels.yaml" in out
    assert main(["feeds"]) == 0
    assert "the feed B is in the language ku" in capsys.readouterr().err
