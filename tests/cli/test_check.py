"""`basewatch check`."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from commands import Call
from serving import FeedServer


def test_check_tells_everything_at_once(
    call: Call, configuration: FeedServer, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "feeds.yaml").write_text("feeds:\n  - name: a\n    url: htp://x\n    intervall: 5m\n")
    (here / "rules").mkdir()
    (here / "rules" / "a.yaml").write_text("rule: a\n")
    (here / "channels.yaml").write_text("urls:\n  - nonsense://x:\n      tag: alerts\n")
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "rules"))
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", f"sqlite:///{here}/missing/x.db")
    code, out, err = call("check")
    assert code == 1
    for where in ("feeds.yaml:3", "feeds.yaml:4", "a.yaml:1", "channels.yaml:2", "BASEWATCH_DATABASE_URL"):
        assert where in out
    assert re.search(r"\d+ problems found", err)
    answer = json.loads(call("check", "--json")[1])
    assert answer["ok"] is False
    assert {"file", "line", "key", "message", "hint", "severity"} == set(answer["problems"][0])


def test_check_shows_settings_with_source_and_without_secrets(
    call: Call, configuration: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/x")
    code, out, err = call("check", "--settings")
    assert code == 1  # nobody listens there
    assert "s3cret" not in out + err
    assert re.search(r"BASEWATCH_ALLOW_NETWORKS +127\.0\.0\.0/8 +environment", out)
    rows = json.loads(call("check", "--settings", "--json")[1])["settings"]
    assert {row["variable"] for row in rows} >= {"BASEWATCH_CONFIG", "BASEWATCH_RULES", "BASEWATCH_CHANNELS"}


def test_a_folder_that_cannot_be_written(
    call: Call, configuration: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("init", "/dev/null/x")[0] == 1
    assert "/dev/null/x" in call("init", "/dev/null/x")[2]
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, out, _ = call("check")
    assert code == 1
    assert "BASEWATCH_DATABASE_URL" in out


def test_a_key_that_does_nothing_any_more_stops_nothing_and_is_told(
    call: Call, configuration: FeedServer, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(__file__).parent.parent / "data" / "rules" / "base", here / "rules")
    older = "rule: older\ntitle: Older\nwhy: Of another version.\nlevel: urgent\npoints: {needed: 1, of: []}\n"
    (here / "rules" / "older.yaml").write_text(older)
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "rules"))
    told = json.loads(call("check", "--json")[1])["problems"]
    assert [(one["line"], one["key"], one["severity"]) for one in told if "older" in one["file"]] == [
        (5, "points", "warning")
    ]
