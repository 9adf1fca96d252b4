"""`basewatch init`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from commands import Call
from monitor.config.policiesfile import PolicyDefaults
from monitor.model.ledger import ChangeReason


def test_init_writes_files_that_check_likes(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = call("init", "news")
    assert code == 0
    assert out.split() == ["news/feeds.yaml", "news/rules", "news/channels.example.yaml", "news/policies.yaml"]
    assert "basewatch check" in err
    monkeypatch.chdir(here / "news")
    code, out, err = call("check")
    assert (code, out) == (0, "")
    assert "all is well" in err
    shutil.copy("channels.example.yaml", "channels.yaml")
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyz123456789")
    assert call("check")[:2] == (0, "")


def test_the_policies_it_writes_change_nothing(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("init", "news")[0] == 0
    monkeypatch.chdir(here / "news")
    written = json.loads(call("policy", "--json")[1])["policies"]
    Path("policies.yaml").unlink()
    usual = json.loads(call("policy", "--json")[1])["policies"]
    assert [{**one, "line": None} for one in written if one["channel"] == "alerts"] == [
        one for one in usual if one["channel"] == "alerts"
    ]


def test_every_key_of_a_policy_stands_in_the_file_it_writes_and_works(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched on by taking its # away, each alone and all together."""
    assert call("init", "news")[0] == 0
    monkeypatch.chdir(here / "news")
    written = Path("policies.yaml").read_text()
    off = re.findall(r"^ *#(\w+):", written, re.MULTILINE)
    assert set(off) == {"defaults", *PolicyDefaults.model_fields}
    for key in off:
        Path("policies.yaml").write_text(re.sub(rf"^( *)#({key}:)", r"\1\2", written, flags=re.MULTILINE))
        assert call("check")[:2] == (0, ""), key
    Path("policies.yaml").write_text(re.sub(r"^( *)#(\w+:)", r"\1\2", written, flags=re.MULTILINE))
    assert call("check")[:2] == (0, "")
    (shown,) = [one for one in json.loads(call("policy", "--json")[1])["policies"] if one["channel"] == "alerts"]
    assert set(shown) == {"channel", "line", *PolicyDefaults.model_fields}
    assert all(shown.values())
    assert [reason for reason in ChangeReason if reason not in written] == []


@pytest.mark.parametrize("held", ["feeds.yaml", "rules", "channels.example.yaml", "policies.yaml"])
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
