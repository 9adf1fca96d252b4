"""`override:`: a rule of another file changed from a file of one's own, by the keys that change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from languages import DALE, SMALL, asked, live, taken, word_folder, write
from monitor.errors import ConfigError
from monitor.rules.folder import read_folder
from monitor.rules.model import Rule
from monitor.rules.rulefile import retired_keys
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules, load_rules

Folder = Callable[..., Path]
SHIPPED_RULE = live(
    "hills", "urgent", where={"any": ["hill-base", "dale-base"]}, never=[{"any": ["kites"], "in": "headline"}],
    raise_to_flash_if=["killed >= 1"],
    examples={"alert": ["Two drones hit Hill Base", "Two drones hit Dale Base"], "quiet": ["Kites over Hill Base"]},
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def made(own: str | dict[str, Any], **files: str) -> Path:
        rules = word_folder(tmp_path / "rules", SMALL)
        write(rules / "places" / "more.yaml", DALE)
        write(rules / "hills.yaml", SHIPPED_RULE)
        for name, text in {"my_hills": own, **files}.items():
            path = rules / f"{name.replace('_', '-')}.yaml"
            if isinstance(text, str):
                path.write_text(text, encoding="utf-8")
            else:
                write(path, text)
        return rules

    return made


def the_rule(folder: Path, name: str = "hills") -> Rule:
    return next(rule for rule in load_rules(folder).rules if rule.id == name)


def refused(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_rules(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_keys_that_are_given_replace_and_the_others_stay(folder: Folder) -> None:
    rule = the_rule(folder("override: hills\nlevel: notice\nsend_to: [family]\nraise_to_flash_if: [killed >= 9]\n"))
    assert (rule.level, rule.send_to, rule.title) == ("notice", ("family",), "hills")
    assert [str(one) for one in rule.raise_to_flash_if] == ["killed >= 9"]
    assert rule.where is not None
    assert rule.where.any == ("hill-base", "dale-base")


def test_what_silences_and_examples_add(folder: Folder) -> None:
    rule = the_rule(
        folder(
            "override: hills\nwhere: {not: [dale-base]}\nnever: [{any: [rumour], in: item}]\n"
            "source: {not: [Daily Hoax]}\nexamples: {quiet: [Rumour of drones that hit Hill Base]}\n"
        )
    )
    assert rule.where is not None
    assert rule.source is not None
    assert (rule.where.any, rule.where.not_) == (("hill-base", "dale-base"), ("dale-base",))
    assert [never.any for never in rule.never] == [("kites",), ("rumour",)]
    assert rule.source.not_ == ("Daily Hoax",)
    assert rule.examples.alert == ("Two drones hit Hill Base", "Two drones hit Dale Base")
    assert rule.examples.quiet == ("Kites over Hill Base", "Rumour of drones that hit Hill Base")


def test_parts_are_changed_key_by_key(folder: Folder) -> None:
    rule = the_rule(folder("override: hills\nwhere: {any: [hill-base], if_unknown: digest}\nwhat: {any: [drones]}\n"))
    assert rule.where is not None
    assert rule.what is not None
    assert (rule.where.any, rule.where.if_unknown, rule.what.any) == (("hill-base",), "digest", ("drones",))


@pytest.mark.parametrize(
    ("own", "headline", "told"),
    [
        ("level: notice", "Two drones hit Hill Base", ("notice", ("hills-room",))),
        ("send_to: [family]", "Two drones hit Hill Base", ("urgent", ("family",))),
        ("where: {not: [dale-base]}", "Two drones hit Dale Base", None),
        ("where: {not: [dale-base]}", "Two drones hit Hill Base", ("urgent", ("hills-room",))),
        ("never: [{any: [rumour], in: item}]", "Rumour: two drones hit Hill Base", None),
        ("never: [{any: [rumour], in: item}]", "Kites: two drones hit Hill Base", None),
        ("status: off", "Two drones hit Hill Base", None),
    ],
)
def test_narrowed_relevelled_rerouted_switched_off(folder: Folder, own: str, headline: str, told: Any) -> None:
    found = taken(asked(load_rules(folder(f"override: hills\n{own}\n")), headline)).get("hills")
    assert (found and (found.level, found.send_to)) == told


def test_a_rule_that_is_based_on_it_takes_it_as_it_is_in_force(folder: Folder) -> None:
    more = "rule: mine\nbased_on: hills\ntitle: mine\nsend_to: [mine]\n"
    rules = folder("override: hills\nlevel: notice\nstatus: off\nnever: [{any: [rumour], in: item}]\n", my_more=more)
    mine = the_rule(rules, "mine")
    assert (mine.level, mine.status, len(mine.never), mine.examples.alert) == ("notice", "live", 2, ())


def test_a_rule_with_a_base_can_be_overridden(folder: Folder) -> None:
    more = "rule: mine\nbased_on: hills\ntitle: mine\nsend_to: [mine]\n"
    mine = the_rule(folder("override: mine\nnever: [{any: [rumour], in: item}]\n", my_more=more), "mine")
    assert [never.any for never in mine.never] == [("kites",), ("rumour",)]


def test_several_in_one_file(folder: Folder) -> None:
    rules = load_rules(folder({"rules": [{"override": "hills", "level": "notice"}, live("own")]}))
    assert {rule.id: str(rule.level) for rule in rules.rules} == {"hills": "notice", "own": "notice"}


def test_who_overrides_is_known(folder: Folder) -> None:
    rules = load_rules(folder("# mine\noverride: hills\nlevel: notice\nsend_to: [family]\n"))
    override = rules.override_of("hills")
    assert override is not None
    assert (override.path.name, override.keys) == ("my-hills.yaml", ("level", "send_to"))
    assert str(override) == "my-hills.yaml: level, send_to"
    assert rules.override_of("nobody") is None
    file, line = rules.send_to_at("hills")
    assert (Path(file).name, line) == ("my-hills.yaml", 4)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("override: hils\nlevel: notice\n",
         "my-hills.yaml:1: override: there is no rule hils to override; did you mean hills?"),
        ("override: hills\n",
         "my-hills.yaml:1: override: the override changes nothing; write the keys that change, for instance level: "
         "notice or status: off"),
        ("override: hills\nrule: mine\nlevel: notice\n",
         "my-hills.yaml:2: rule: a rule is new (rule:) or changes another (override:), not both; take rule out, or "
         "write based_on: hills for a rule of your own"),
        ("override: hills\nbased_on: hills\nlevel: notice\n",
         "my-hills.yaml:2: based_on: an override takes no keys of another rule; take based_on out, or write rule: and "
         "an id for a rule of your own"),
        ("override: [hills]\nlevel: notice\n",
         "my-hills.yaml:1: override: the id of one rule is meant; write for instance override: attack-gulf"),
        ("override: hills\nlevl: notice\n",
         "my-hills.yaml:2: levl: I do not know the key levl; did you mean level?"),
        ("override: hills\nlevel: high\n", "my-hills.yaml:2: level: 'high' is not possible here; known: digest, flash, "
         "notice, urgent"),
        ("override: hills\nwhere:\n  not: [hill-basse]\n",
         "my-hills.yaml:3: where.not[0]: there is no place hill-basse; did you mean hill-base?"),
        ("override: hills\nnever:\n  - any: [rumour]\n",
         "my-hills.yaml:3: never[0].in: the key in is missing; write: in: … (sentence, headline, lead or item)"),
        ("override: hills\nwho:\n", "my-hills.yaml:2: who: nothing stands here; write something, or leave the "
         "key out"),
        ("override: hills\nnever:\n  - {any: ['@nothing'], in: item}\n",
         "my-hills.yaml:3: never[0].any[0]: there is no list or actor @nothing; "),
    ],
)  # fmt: skip
def test_mistakes_stand_where_they_were_made(folder: Folder, own: str, said: str) -> None:
    assert said in refused(folder(own)).splitlines()[0]


def test_two_overrides_of_one_rule(folder: Folder) -> None:
    rules = folder("override: hills\nlevel: notice\n", my_second="override: hills\nstatus: off\n")
    assert refused(rules) == (
        "my-second.yaml:1: override: the rule hills is overridden twice (first in my-hills.yaml:1); "
        "put the keys of both into one"
    )


def test_a_rule_that_two_files_define_and_one_overrides(folder: Folder) -> None:
    rules = folder("override: hills\nlevel: notice\n", my_second="rule: hills\ntitle: t\nwhy: w\nlevel: flash\n")
    assert "the rule hills is defined twice" in refused(rules)


def test_retired_keys_of_an_override_are_told(folder: Folder) -> None:
    files = read_folder(folder("override: hills\npoints: {any: [x]}\nlevel: notice\n"))
    assert [(Path(p.file).name, p.line) for d, _ in files.rules for p in retired_keys(d)] == [("my-hills.yaml", 2)]


def test_the_same_files_without_overrides(folder: Folder) -> None:
    files = read_folder(folder("override: hills\nlevel: notice\n"))
    with_it: RuleSet = compile_rules(files)
    without = compile_rules(files.without_overrides())
    assert [str(rules.rules[0].level) for rules in (with_it, without)] == ["notice", "urgent"]
