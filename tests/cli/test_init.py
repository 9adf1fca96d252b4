"""`basewatch init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commands import Call


def test_init_writes_files_that_check_likes(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = call("init", "news")
    assert code == 0
    assert out.split() == ["news/feeds.yaml", "news/rules", "news/channels.example.yaml"]
    assert "basewatch check" in err
    monkeypatch.chdir(here / "news")
    code, out, err = call("check")
    assert (code, out) == (0, "")
    assert "all is well" in err
    shutil.copy("channels.example.yaml", "channels.yaml")
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyz123456789")
    assert call("check")[:2] == (0, "")


@pytest.mark.parametrize("held", ["feeds.yaml", "rules", "channels.example.yaml"])
def test_init_never_overwrites(call: Call, here: Path, held: str) -> None:
    (here / "news").mkdir()
    (here / "news" / held).write_text("mine")
    code, out, err = call("init", "news")
    assert (code, out) == (1, "")
    assert held in err
    assert [path.name for path in (here / "news").iterdir()] == [held]
    assert (here / "news" / held).read_text() == "mine"


def test_init_into_a_file(call: Call, here: Path) -> None:
    (here / "news").write_text("mine")
    assert call("init", "news")[0] == 2
    assert (here / "news").read_text() == "mine"
