"""`basewatch rules diff`: what an edit of the rules adds and removes, in headlines, before it is live."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor.model.item import Item
from monitor.topics.loading import load_rules
from monitor.workbench.diff import Comparison, Kind, grouped
from newsroom import shipped_rules
from pastnews import (
    ASAD,
    ASAD_AGAIN,
    BACKLOG,
    ERBIL,
    EVE,
    LATE,
    LONG_AGO,
    NOW,
    REVENGE,
    RULES,
    UDEID,
    Asked,
    ago,
    ask,
    edited_rules,
    month,
)

__all__ = ["month"]

TRIAL = "rule: try-claims\ntitle: t\nwhy: w\nlevel: urgent\nact: [attack]\nwhere: {any: [al-tanf]}\nstatus: trial\n"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own strikes are told, Asad in western Iraq and the Gulf are not, Iraq tells others, Syria flashes."""
    rules = edited_rules(
        tmp_path_factory.mktemp("edited") / "rules",
        retaliation="level: digest → level: notice",
        attack_gulf="-",
        attack_iraq="send_to: [alerts] → never: [{any: [western Iraq], in: headline}]\nsend_to: [alerts, iraq]",
        attack_syria="level: urgent → level: flash",
        try_claims=TRIAL,
    )
    weapons = rules / "lists" / "weapons.yaml"
    weapons.write_text(weapons.read_text(encoding="utf-8") + "# looked at\n", encoding="utf-8")
    return rules


@pytest.fixture(scope="module")
def answer(month: Path, edited: Path) -> Asked:
    """The rules in force against the edited ones, over a month."""
    return ask(month, "rules", "diff", str(edited), "--json")


@pytest.fixture(scope="module")
def text(month: Path, edited: Path) -> Asked:
    return ask(month, "rules", "diff", str(RULES), str(edited))


def of_items(answer: Asked, kind: str) -> dict[str, dict[str, Any]]:
    rows = [row for row in answer.json["changes"] if row["change"] == kind and row["example_of"] is None]
    assert len({row["title"] for row in rows}) == len(rows)
    return {row["title"]: row for row in rows}


# --------------------------------------------------------------------------------------------- what changes


def test_a_difference_is_no_problem(answer: Asked) -> None:
    assert (answer.code, answer.err) == (0, "")


def test_what_alerts_now(answer: Asked) -> None:
    found = of_items(answer, "alerts now")
    assert list(found) == [REVENGE.title]
    row = found[REVENGE.title]
    assert (row["before"]["rule"], row["before"]["level"], row["before"]["tells"]) == ("retaliation", "digest", False)
    assert (row["now"]["rule"], row["now"]["level"], row["now"]["tells"]) == ("retaliation", "notice", True)
    assert row["also"] == ["level"]
    assert row["url"] == REVENGE.link
    assert "rule retaliation (notice)" in row["why"]


def test_what_alerts_no_longer_with_the_condition_of_the_rule_that_took_it(answer: Asked) -> None:
    found = of_items(answer, "alerts no longer")
    assert list(found) == [ASAD.title, UDEID.title]
    assert found[ASAD.title]["why"] == (
        "attack: attack-iraq does not take it: never where “western Iraq” stands in the headline"
    )
    assert found[UDEID.title]["why"] == "the rule attack-gulf is no longer there, or off"
    assert found[UDEID.title]["now"]["tells"] is False
    assert found[ASAD.title]["incident"].endswith("-ain-al-asad")


def test_each_report_counts_by_itself(answer: Asked) -> None:
    """The second report of an attack does not "alert now" because the first is gone; messages are counted apart."""
    assert ASAD_AGAIN.title in of_items(answer, "channels")
    counts = answer.json["counts"]
    assert (counts["messages_before"], counts["messages_now"]) == (6, 6)


def test_other_levels_and_channels(answer: Asked) -> None:
    levels = of_items(answer, "level")
    assert list(levels) == [BACKLOG.title, EVE.title, LATE.title]
    assert {row["now"]["level"] for row in levels.values()} == {"flash"}
    channels = of_items(answer, "channels")
    assert list(channels) == [LONG_AGO.title, ASAD_AGAIN.title, ERBIL.title]
    assert {row["why"] for row in channels.values()} == {"to iraq by attack-iraq"}
    assert channels[ERBIL.title]["now"]["channels"] == ["alerts", "iraq"]


def test_rules_on_trial_tell_nobody_and_are_shown(month: Path, tmp_path: Path) -> None:
    with_trial = edited_rules(tmp_path / "rules", try_claims=TRIAL)
    there = ask(month, "rules", "diff", str(with_trial), "--json")
    assert list(of_items(there, "on trial")) == [BACKLOG.title, EVE.title, LATE.title]
    assert {row["change"] for row in there.json["changes"]} == {"on trial"}
    row = of_items(there, "on trial")[EVE.title]
    assert row["why"] == "try-claims would take it (level urgent), on trial"
    assert row["now"]["on_trial"] == [["try-claims", "urgent"]]
    back = ask(month, "rules", "diff", str(with_trial), str(RULES), "--json")
    assert of_items(back, "on trial")[EVE.title]["why"] == "try-claims took it on trial"


def test_copies_are_left_out_and_the_backlog_is_taken_as_news(answer: Asked) -> None:
    """Backlog, long ago, eve, late, Asad twice, revenge, Erbil, Al Udeid, the derby; not the copy of Asad."""
    assert answer.json["counts"]["items"] == 10


def test_counts_are_those_of_the_changes(answer: Asked) -> None:
    counts, changes = answer.json["counts"], answer.json["changes"]
    for kind in Kind:
        assert counts[kind.name.lower()] == sum(row["change"] == kind for row in changes)


def test_examples_of_both_folders_are_compared_and_named(answer: Asked) -> None:
    examples = [row for row in answer.json["changes"] if row["example_of"]]
    removed = {row["title"] for row in examples if row["change"] == "alerts no longer"}
    assert {"Ballistic missiles hit Al Udeid air base in Qatar"} <= removed
    assert {row["example_of"] for row in examples} >= {"attack-gulf", "attack-iraq", "attack-syria", "retaliation"}
    assert {row["item"] for row in examples} == {None}
    texts = {text for rule in shipped_rules().rules for text in (*rule.examples.alert, *rule.examples.quiet)}
    assert answer.json["counts"]["examples"] == len(texts)


def test_rules_and_files_that_were_edited(answer: Asked) -> None:
    assert answer.json["rules"] == [
        {"name": "attack-gulf", "edit": "removed", "keys": [], "override": None},
        {"name": "attack-iraq", "edit": "changed", "keys": ["never", "send_to"], "override": None},
        {"name": "attack-syria", "edit": "changed", "keys": ["level"], "override": None},
        {"name": "retaliation", "edit": "changed", "keys": ["level"], "override": None},
        {"name": "try-claims", "edit": "added", "keys": [], "override": None},
    ]
    assert answer.json["files"] == [{"name": "lists/weapons.yaml", "edit": "changed"}]


def test_a_shorter_window(month: Path, edited: Path) -> None:
    shorter = ask(month, "rules", "diff", str(edited), "--since", "4d", "--json")
    assert shorter.json["counts"]["items"] == 2
    assert list(of_items(shorter, "alerts no longer")) == [UDEID.title]


# -------------------------------------------------------------------------------------------- for a person


def test_a_person_reads_headlines_with_before_now_and_why(text: Asked) -> None:
    assert text.code == 0
    assert (
        f"alerts now:\n  {REVENGE.title}  ({ago(9):%Y-%m-%d %H:%M} UTC)\n"
        "      retaliation: digest by retaliation to alerts  →  retaliation: notice by retaliation to alerts\n"
    ) in text.out
    when = f"{ago(3):%Y-%m-%d %H:%M} UTC"
    assert f"\n  {UDEID.title}  ({when})\n      attack: urgent by attack-gulf to alerts  →  " in text.out
    assert "\nexamples, alerts no longer:\n" in text.out
    assert "  (example of attack-gulf)\n" in text.out


def test_a_person_reads_which_rules_were_edited_first_and_the_counts_last(text: Asked) -> None:
    lines = text.out.splitlines()
    assert lines[0].split() == ["EDIT", "OF", "KEYS"]
    assert lines[2].split() == ["changed", "rule", "attack-iraq", "never,", "send_to"]
    assert "lists/weapons.yaml" in lines[6]
    assert lines[-1].startswith("10 items and ")
    assert lines[-1].endswith("; messages about these items: 6 before, 6 now")


def test_reports_of_one_attack_stand_together(text: Asked) -> None:
    (line,) = [line for line in text.out.splitlines() if EVE.title in line]
    assert ", 2 reports of " in line
    assert line.endswith("-al-tanf)")
    assert LATE.title not in text.out


def test_the_same_rules_make_no_difference(month: Path) -> None:
    same = ask(month, "rules", "diff", str(RULES))
    assert same.code == 0
    assert ": no difference; messages about these items: 6 before, 6 now" in same.out
    assert same.err == "the two folders hold the same\n"


# ------------------------------------------------------------------------------------------ what it reads


def test_without_a_database_the_examples_are_compared(tmp_path: Path, edited: Path) -> None:
    answer = ask(tmp_path, "rules", "diff", str(edited), "--json")
    assert (answer.code, answer.json["counts"]["items"]) == (0, 0)
    assert answer.err == "there is no database yet, so no item is stored; only the examples of the rules are compared\n"
    assert answer.json["counts"]["quiet"] > 0
    assert not (tmp_path / "basewatch.db").exists()


def test_items_of_a_file(tmp_path: Path, edited: Path) -> None:
    titles = (UDEID.title, REVENGE.title)
    source = b"".join(json.dumps({"id": i, "title": title}).encode() + b"\n" for i, title in enumerate(titles))
    answer = ask(tmp_path, "rules", "diff", str(edited), "--items", "-", "--json", stdin=source)
    assert (answer.code, answer.err) == (0, "")
    assert list(of_items(answer, "alerts no longer")) == [UDEID.title]
    assert list(of_items(answer, "alerts now")) == [REVENGE.title]
    broken = ask(tmp_path, "rules", "diff", str(edited), "--items", "-", "--json", stdin=source + b"?\n")
    assert (broken.code, broken.json["counts"]["unreadable"]) == (1, 1)
    assert broken.err.startswith("basewatch: -:3: the line is not JSON")


def test_folders_that_cannot_be_read_are_told_with_every_problem(tmp_path: Path, edited: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(edited, broken)
    (broken / "try-claims.yaml").write_text(TRIAL + "levle: urgent\n", encoding="utf-8")
    (broken / "odd.yaml").write_text("rule: odd\ntitle: t\n", encoding="utf-8")
    for asked in ([str(broken)], [str(broken), str(edited)]):
        answer = ask(tmp_path, "rules", "diff", *asked)
        assert (answer.code, answer.out) == (1, "")
        assert f"basewatch: {broken}/try-claims.yaml:8: levle: I do not know the key levle" in answer.err
        assert f"{broken}/odd.yaml:1: level: the key level is missing" in answer.err
    gone = ask(tmp_path, "rules", "diff", str(tmp_path / "none"), str(edited))
    assert (gone.code, "none: there is no such folder" in gone.err) == (1, True)


# ------------------------------------------------------------------------------------------- the parts of it


def test_a_rule_that_goes_live_after_a_trial_alerts_now(tmp_path: Path) -> None:
    """Where no other rule took it, nothing told before, whatever the trial would have done."""
    trial = edited_rules(tmp_path / "trial", attack_syria="-", try_claims=TRIAL)
    live = edited_rules(tmp_path / "live", attack_syria="-", try_claims=TRIAL.replace("status: trial\n", ""))
    change = Comparison(load_rules(trial), load_rules(live)).compare(Item(id="1", title=EVE.title, first_seen=NOW))
    assert change is not None
    assert change.kinds == (Kind.ALERTS, Kind.RULE, Kind.TRIAL)
    assert (change.before.rule, change.before.level, change.before.on_trial[0][0]) == (None, None, "try-claims")
    assert grouped([change]) == [(change,)]
