"""`basewatch rules update`: the rules of the installed version in a folder that people edit."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from commands import Call
from languages import DALE, SMALL, live, word_folder, write
from monitor.rules.shipped import MANIFEST

OWN = {"override": "hills", "level": "notice"}
HILLS = live("hills", "urgent", where={"any": ["hill-base"]}, examples={"alert": ["Two drones hit Hill Base"]})


@pytest.fixture
def shipped(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small folder as if the installed version shipped it."""
    folder = word_folder(here / "shipped", SMALL)
    write(folder / "hills.yaml", HILLS)
    write(folder / "places" / "more.yaml", DALE)
    for module in ("monitor.cli.init", "monitor.cli.rules_update"):
        monkeypatch.setattr(f"{module}.shipped_folder", lambda: folder)
    return folder


@pytest.fixture
def rules(call: Call, shipped: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that `init` wrote, with a file of one's own."""
    assert call("init", "news")[0] == 0
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "news" / "rules"))
    write(here / "news" / "rules" / "my-hills.yaml", OWN)
    return here / "news" / "rules"


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def of(rules: Path, name: str = "hills.yaml") -> Any:
    return json.loads((rules / name).read_text())


def test_a_fresh_folder_has_nothing_to_update(call: Call, rules: Path) -> None:
    before = files(rules)
    code, out, err = call("rules", "update")
    assert (code, out) == (0, "")
    assert "nothing to update" in err
    assert files(rules) == before


def test_first_it_is_shown_and_nothing_changes(call: Call, rules: Path, shipped: Path) -> None:
    write(shipped / "hills.yaml", HILLS | {"never": [{"any": ["drones"], "in": "item"}]})
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}))
    before = files(rules)
    code, out, err = call("rules", "update")
    assert code == 1
    assert files(rules) == before
    assert "dales.yaml  added\nhills.yaml  replaced\n" in out
    assert "added    rule dales" in out
    assert "examples, alerts no longer:\n  Two drones hit Hill Base  (example of hills)" in out
    assert "nothing was changed; --yes accepts" in err


def test_unedited_files_are_replaced_and_own_ones_stay(call: Call, rules: Path, shipped: Path) -> None:
    write(shipped / "hills.yaml", HILLS | {"title": "new"})
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}))
    (shipped / "lists" / "program.yaml").write_text((shipped / "lists" / "program.yaml").read_text() + "# new\n")
    code, _, err = call("rules", "update", "--yes")
    assert code == 0
    assert "a running daemon takes them over" in err
    assert of(rules)["title"] == "new"
    assert of(rules, "my-hills.yaml") == OWN
    assert (rules / "dales.yaml").exists()
    assert (rules / "lists" / "program.yaml").read_text().endswith("# new\n")
    assert call("rules", "update")[0] == 0
    assert call("rules", "check")[0] == 0


def test_an_edited_file_stays_and_the_new_one_lies_beside_it(call: Call, rules: Path, shipped: Path) -> None:
    write(rules / "hills.yaml", HILLS | {"level": "flash"})
    write(shipped / "hills.yaml", HILLS | {"title": "new"})
    code, out, err = call("rules", "update", "--yes")
    assert code == 0
    assert "hills.yaml  edited, stays" in out
    assert (
        "hills.yaml was edited and stays; the new version is hills.yaml.new (they differ in title, level): move your "
        "edits into a rule file of your own that begins with override: and the id of the rule, then rename it" in err
    )
    assert of(rules)["level"] == "flash"
    assert of(rules, "hills.yaml.new")["title"] == "new"
    assert call("rules", "update")[0] == 0, "it was told once"
    assert "hills.yaml.new" not in call("rules", "check")[1], "it is put away, no mistake"
    (rules / "hills.yaml.new").rename(rules / "hills.yaml")
    write(shipped / "hills.yaml", HILLS | {"title": "newer"})
    assert call("rules", "update", "--yes")[0] == 0
    assert of(rules)["title"] == "newer", "it counts as unedited again"


def test_edited_files_can_be_replaced(call: Call, rules: Path) -> None:
    write(rules / "hills.yaml", HILLS | {"level": "flash"})
    assert call("rules", "update")[0] == 0, "nothing new is shipped"
    assert call("rules", "update", "--overwrite", "--yes")[0] == 0
    assert (of(rules)["level"], of(rules, "hills.yaml.old")["level"]) == ("urgent", "flash")


def test_a_file_that_is_shipped_no_more(call: Call, rules: Path, shipped: Path) -> None:
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}))
    assert call("rules", "update", "--yes")[0] == 0
    (shipped / "dales.yaml").unlink()
    assert call("rules", "update", "--yes")[0] == 0
    assert not (rules / "dales.yaml").exists()


def test_a_file_that_was_taken_away_does_not_come_back(call: Call, rules: Path, shipped: Path) -> None:
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}))
    assert call("rules", "update", "--yes")[0] == 0
    (rules / "dales.yaml").unlink()
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}, title="new"))
    assert call("rules", "update")[0] == 0


def test_a_folder_of_an_older_version(call: Call, rules: Path, shipped: Path) -> None:
    (rules / MANIFEST).unlink()
    write(shipped / "hills.yaml", HILLS | {"title": "new"})
    code, out, err = call("rules", "update", "--yes")
    assert code == 0
    assert "nothing says which files were shipped into this folder" in err
    assert "edited, stays" in out
    assert of(rules) == HILLS
    assert (rules / MANIFEST).exists()


def test_what_would_be_a_mistake_is_not_taken(call: Call, rules: Path, shipped: Path) -> None:
    write(rules / "my-dales.yaml", live("dales", where={"any": ["dale-base"]}))
    write(shipped / "dales.yaml", live("dales", where={"any": ["dale-base"]}))
    before = files(rules)
    code, out, err = call("rules", "update", "--yes")
    assert code == 1
    assert f"{rules}/my-dales.yaml:1: rule: the rule dales is defined twice (first in dales.yaml)" in out
    assert "nothing was changed: with these files the rules would hold mistakes" in err
    assert files(rules) == before


def test_rules_that_the_new_version_cannot_read_are_updated(call: Call, rules: Path, shipped: Path) -> None:
    old = json.dumps(HILLS | {"was": "a key"})
    (rules / "hills.yaml").write_text(old)
    manifest = json.loads((rules / MANIFEST).read_text())
    manifest["files"]["hills.yaml"] = hashlib.sha256(old.encode()).hexdigest()
    (rules / MANIFEST).write_text(json.dumps(manifest))
    code, _, err = call("rules", "update", "--yes")
    assert code == 0
    assert "the present rules hold mistakes" in err
    assert of(rules) == HILLS


def test_for_machines(call: Call, rules: Path, shipped: Path) -> None:
    write(shipped / "hills.yaml", HILLS | {"title": "new"})
    code, out, _ = call("rules", "update", "--json")
    answer = json.loads(out)
    assert (code, answer["written"], answer["steps"]) == (1, False, [{"file": "hills.yaml", "does": "replaced"}])
    assert answer["diff"]["rules"] == [
        {"name": "hills", "edit": "changed", "keys": ["title"], "override": "my-hills.yaml"}
    ]
    code, out, _ = call("rules", "update", "--json", "--yes")
    assert (code, json.loads(out)["written"]) == (0, True)
    code, out, _ = call("rules", "update", "--json")
    assert (code, json.loads(out)["steps"]) == (0, [])


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked(
    call: Call, rules: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    write(shipped / "hills.yaml", HILLS | {"title": "new"})
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda text, err: answer == "y")
    assert call("rules", "update")[0] == (0 if answer == "y" else 1)
    assert (of(rules)["title"] == "new") is (answer == "y")


def test_the_shipped_folder_itself(call: Call, shipped: Path) -> None:
    code, _, err = call("rules", "update", "--rules", str(shipped), "--yes")
    assert code == 0
    assert "is the folder that this version ships" in err
    assert not (shipped / MANIFEST).exists()


def test_the_real_rules(call: Call, here: Path) -> None:
    assert call("init", "news")[0] == 0
    assert call("rules", "update", "--rules", "news/rules")[0] == 0
    shutil.rmtree("news/rules/actors")
    assert call("rules", "update", "--rules", "news/rules")[0] == 0
