"""`basewatch rules check`: errors and warnings, what counts for the exit code, channels that nobody has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from commands import RULES, Call
from monitor.cli.main import main

DATA = Path(__file__).parent.parent / "data" / "rules"
FLAW = "lists:\n  signs: [flag]\n"
CHANNELS = 'urls:\n  - "json://localhost:9/x":\n      tag: {}\n'


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a flaw, and no settings around it."""
    monkeypatch.chdir(tmp_path)
    for name in ("BASEWATCH_RULES", "BASEWATCH_CHANNELS", "BASEWATCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(DATA / "clean", tmp_path / "rules")
    return tmp_path / "rules"


def check(*arguments: str) -> int:
    return main(["rules", "check", "--rules", "rules", *arguments])


def test_a_folder_without_a_flaw(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--strict") == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "all is well: 1 rules\n")


def test_a_warning_is_shown_and_counts_only_when_strict(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "lists" / "more.yaml").write_text(FLAW)
    assert check() == 0
    out, err = capsys.readouterr()
    assert out.startswith("warning: rules/lists/more.yaml:2: lists.signs: nothing uses the list signs")
    assert err == "basewatch: 0 mistakes, 1 warnings\n"
    assert check("--strict") == 1


def test_an_error_counts_always_and_warnings_wait(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "lists" / "more.yaml").write_text(FLAW)
    (rules / "second.yaml").write_text("rule: second\n")
    assert check() == 1
    out = capsys.readouterr().out
    assert out.count("rules/second.yaml:1: ") == 3
    assert "warning" not in out


def test_problems_in_json_say_how_grave_they_are(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "lists" / "more.yaml").write_text(FLAW)
    assert check("--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["rules"]) == (True, 1)
    assert [(p["severity"], p["line"], p["key"]) for p in answer["problems"]] == [("warning", 2, "lists.signs")]
    assert check("--json", "--strict") == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_a_channel_that_no_address_has_is_an_error(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("channels.yaml").write_text(CHANNELS.format("alert"))
    assert check() == 1
    out = capsys.readouterr().out
    assert out == (
        "rules/first.yaml:8: send_to: rule first sends to the channel alerts, but no address in the channels file has "
        "this tag; did you mean alert?\n"
    )
    Path("channels.yaml").write_text(CHANNELS.format("alerts"))
    assert check("--strict") == 0


def test_a_channels_file_with_mistakes_is_only_mentioned(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("channels.yaml").write_text("urls: [nonsense]\n")
    assert check() == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "the channels were not looked at, see basewatch check: " in err
    assert "channels.yaml: no address" in err


def test_warnings_leave_the_check_of_everything_alone(
    rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (rules / "lists" / "more.yaml").write_text(FLAW)
    Path("feeds.yaml").write_text("feeds: [{name: wire, url: 'https://example.org/rss.xml'}]\n")
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", "sqlite:///check.db")
    assert main(["check"]) == 0
    assert "signs" not in capsys.readouterr().out


def test_rules_check_in_json(call: Call) -> None:
    answer = json.loads(call("rules", "check", "--rules", str(RULES), "--json")[1])
    assert answer["ok"] is True
    assert answer["rules"] > 0
