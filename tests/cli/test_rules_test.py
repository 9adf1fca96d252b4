"""`basewatch rules test`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from commands import ASAD, RULES, Call


def test_rules_check_and_their_examples(call: Call, here: Path) -> None:
    assert call("rules", "check", "--rules", str(RULES))[0] == 0
    code, out, _ = call("rules", "test", "--rules", str(RULES))
    assert (code, out) == (0, "")


def test_an_example_that_does_not_hold_is_shown(call: Call, here: Path) -> None:
    shutil.copytree(RULES, here / "rules")
    rule = here / "rules" / "attack-iraq.yaml"
    text = re.sub(r"(?m)^examples:(\n[ -].*)*", "", rule.read_text()).rstrip()
    rule.write_text(f'{text}\nexamples:\n  alert: ["Lions win the derby"]\n  quiet: ["{ASAD.title}"]\n')
    code, out, err = call("rules", "test", "--rules", "rules")
    assert code == 1
    assert "Lions win the derby" in out
    assert ASAD.title in out
    assert "2 of" in err
    assert json.loads(call("rules", "test", "--rules", "rules", "--json")[1])["ok"] is False


OWN_RULE = """rule: own
title: Anything at Ain al-Asad
why: A relative is stationed there.
level: {level}
act: [attack, foiled, claim]
where: {{any: [ain-al-asad]}}
send_to: [{channel}]
examples:
  alert: ["Two drones hit Ain al-Asad air base"]
"""


@pytest.mark.parametrize(("level", "channel"), [("urgent", "alerts"), ("flash", "family"), ("digest", "family")])
def test_a_rule_of_ones_own_takes_nothing_from_the_shipped_ones(
    call: Call, here: Path, level: str, channel: str
) -> None:
    shutil.copytree(RULES, here / "rules")
    (here / "rules" / "own.yaml").write_text(OWN_RULE.format(level=level, channel=channel))
    code, out, err = call("rules", "test", "--rules", "rules")
    assert (code, out) == (0, "")
    assert re.fullmatch(r"all \d+ examples do as they say\n", err)
