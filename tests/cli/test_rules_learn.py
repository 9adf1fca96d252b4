"""`basewatch rules learn` and `feedback ITEM … --suggest`, on items that a real poll stored."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from commands import ASAD, RULES, SPORT, Call
from monitor.rules.folder import read_folder
from newsroom import Story, rss
from serving import FeedServer

MISSED = Story("Militants frobnicate Ain al-Asad air base in Iraq", link="https://wire.example/missed")
OTHER = Story("Gangs frobnicate village in Peru", link="https://wire.example/other")


@pytest.fixture
def rules(told: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rules folder of one's own; two stories have come that it is quiet about."""
    folder = Path(shutil.copytree(RULES, here / "own-rules"))
    told.put("/wire.xml", rss([SPORT, ASAD, MISSED, OTHER]))
    assert call("poll")[0] == 0
    monkeypatch.setenv("BASEWATCH_RULES", str(folder))
    monkeypatch.setenv("BASEWATCH_NO_CACHE", "1")  # each edit is asked about once
    return folder


def test_what_was_missed_is_learned(rules: Path, call: Call) -> None:
    assert call("rules", "learn")[0] == 2  # nothing was said yet
    assert call("feedback", MISSED.link, "missed")[0] == 0
    shipped = {path: path.read_bytes() for path in rules.rglob("*.yaml")}
    code, out, err = call("rules", "learn")
    assert code == 0
    assert "missing   no word of attack is known in headline and lead\n" in out
    assert "propose 1 lists/my-words.yaml: extend: {" in out
    assert "changes  nothing else of " in out
    assert "nothing is written yet" in err
    assert {path: path.read_bytes() for path in rules.rglob("*.yaml")} == shipped

    (lesson,) = json.loads(call("rules", "learn", MISSED.link, "--json")[1])["lessons"]
    assert (lesson["title"], lesson["asks"]) == (MISSED.title, "alert")
    assert lesson["proposals"][0]["number"] == 1

    code, out, err = call("rules", "learn", "--accept", "1")
    assert code == 0
    assert "holds now" in out
    assert "frobnicate" in (rules / "lists" / "my-words.yaml").read_text()
    assert {path: path.read_bytes() for path in shipped} == shipped
    assert read_folder(rules).problems == ()
    assert call("rules", "test")[0] == 0
    assert call("rules", "learn")[1:] == ("", "the rules do all that feedback says\n")


def test_feedback_suggests_at_once(rules: Path, call: Call) -> None:
    code, out, err = call("feedback", MISSED.link, "missed", "--suggest")
    assert code == 0
    assert "propose 1 lists/my-words.yaml" in out
    assert "--accept N writes proposal N" in err
    assert call("feedback", MISSED.link, "missed", "--suggest", "--json")[0] == 2


def test_a_file_of_ones_own_is_extended_and_keeps_its_comments(rules: Path, call: Call) -> None:
    own = rules / "lists" / "my-words.yaml"
    own.write_text("# mine\nextend:\n  drone: [whirligig]  # as papers here write\n")
    call("feedback", MISSED.link, "missed")
    assert call("rules", "learn", "--accept", "1")[0] == 0
    assert own.read_text().startswith("# mine\nextend:\n  drone: [whirligig]  # as papers here write\n  ")
    assert "frobnicate" in own.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--accept", "99"), "there is no proposal 99"),
        (("https://wire.example/nothing",), "nothing was said of"),
        (("--since", "x"), "--since"),
    ],
)
def test_a_mistake_writes_nothing(rules: Path, call: Call, arguments: tuple[str, ...], words: str) -> None:
    call("feedback", MISSED.link, "missed")
    code, _, err = call("rules", "learn", *arguments)
    assert code == 2
    assert words in err
    assert not (rules / "lists" / "my-words.yaml").exists()
