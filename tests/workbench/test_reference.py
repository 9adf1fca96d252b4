"""The reference for rule authors: the JSON Schemas, the key tables, and docs/rules.md with every example in it."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from classifying import NOW, asked, shipped
from languages import asked as asked_of
from monitor.cli.main import main
from monitor.config import yamlfile
from monitor.config.yamlfile import Strict
from monitor.model.report import Act, Level
from monitor.rules.model import Rule
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.workbench.examples import try_examples
from monitor.workbench.reference.schema import _ONE_OF_THESE, KINDS, FileKind, schema_files, schema_of
from monitor.workbench.reference.tables import _parts, flow, with_tables

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "rules"
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
BAD = Path(__file__).parent.parent / "data" / "rules" / "bad"
SHIPPED = sorted(path for path in RULES.rglob("*.yaml"))
#: every part of every kind of file, once
PARTS = {model: path for kind in KINDS.values() for path, model in _parts(kind.model)}
FIELDS = [(model, name, field) for model in PARTS for name, field in model.model_fields.items()]
#: the whole files among the YAML of the page, by the path that their first line names
BLOCKS = dict(re.findall(r"^```yaml\n# rules/(\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
RULE: dict[str, Any] = {"rule": "x", "title": "X", "why": "A test.", "level": "notice"}


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(KINDS[kind]))


def kind_of(path: Path) -> FileKind:
    """By the folder that a rule file stands in."""
    return next((kind for kind in KINDS.values() if kind.folder == path.parent.name), KINDS["rule"])


def refused(kind: str, data: object) -> list[str]:
    return [error.message for error in validator(kind).iter_errors(data)]


def ids(value: object) -> str | None:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, type):
        return value.__name__
    return value if isinstance(value, str) else ""


# --------------------------------------------------------------------------------------------- the schemas


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(KINDS[kind]))


@pytest.mark.parametrize("name", schema_files())
def test_the_committed_schema_is_the_present_one(name: str) -> None:
    written = (RULES / name).read_text(encoding="utf-8")
    assert written == schema_files()[name], "run: basewatch rules schema --write --rules rules"


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_every_shipped_file_fits_its_schema(path: Path) -> None:
    assert refused(kind_of(path).name, yamlfile.read(path).data) == []


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_every_shipped_file_says_first_where_its_schema_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == kind_of(path).first_line
    assert (path.parent / first.partition("$schema=")[2]).is_file()


@pytest.mark.parametrize("path", SHIPPED, ids=ids)
def test_editors_can_read_every_shipped_file(path: Path) -> None:
    """Plain YAML knows no bare @: our reader takes it, an editor underlines it."""
    assert isinstance(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), dict)


@pytest.mark.parametrize("name", BLOCKS)
def test_every_example_of_the_page_fits_its_schema(name: str) -> None:
    path = Path("rules") / name
    assert refused(kind_of(path).name, yamlfile.parse(BLOCKS[name], path).data) == []


@pytest.mark.parametrize(
    "name",
    [
        "actor_side", "condition", "empty_file", "list_file", "missing_why", "place_kind", "place_latitude",
        "rule_name", "scope", "unknown_act", "unknown_key", "unknown_level", "wrong_type",
    ],
)  # fmt: skip
def test_what_is_wrong_in_one_file_alone_an_editor_sees(name: str) -> None:
    path = BAD / f"{name}.yaml"
    at = path.read_text(encoding="utf-8").partition("\n")[0].partition(": ")[2]
    assert refused(kind_of(Path("rules") / at).name, yamlfile.read(path).data)


def test_names_of_other_files_are_none_of_its_business() -> None:
    assert refused("rule", {**RULE, "where": {"any": ["@bases-irak"]}}) == []


def test_a_rule_file_holds_one_rule_or_several() -> None:
    assert refused("rule", RULE) == []
    assert refused("rule", {"rules": [RULE, {**RULE, "rule": "y"}]}) == []
    assert refused("rule", {"rules": []})
    assert refused("rule", {"rules": [RULE], "title": "both"})
    assert refused("rule", {"rules": [{"rule": "y"}]})


def test_a_rule_that_is_based_on_another_may_say_less() -> None:
    assert refused("rule", {"rule": "y", "based_on": "x"}) == []
    assert refused("rule", {"rule": "y"})
    assert refused("rule", {"based_on": "x", "title": "no id"})


def test_an_override_holds_only_what_changes() -> None:
    assert refused("rule", {"override": "x", "level": "notice"}) == []
    parts = {"where": {"role": "any"}, "what": {"in": "headline"}, "source": {"not": ["x"]}, "who": {"role": "claims"}}
    assert refused("rule", {"rules": [{"override": "x", **parts, "examples": {"quiet": ["y"]}}]}) == []
    assert refused("rule", {"override": "x"}), "nothing changes"
    assert refused("rule", {"override": "x", "rule": "y", "level": "notice"})
    assert refused("rule", {"override": "x", "based_on": "y", "level": "notice"})
    assert refused("rule", {"override": "x", "levl": "notice"})


@pytest.mark.parametrize(
    ("keys", "fits"),
    [
        ({"act": "attack"}, True),
        ({"act": ["attack", "foiled"]}, True),
        ({"act": "atack"}, False),
        ({"act": []}, False),
        ({"where": {"any": "@bases-iraq"}}, True),
        ({"where": {"role": "target"}}, False),
        ({"where": {"any": 5}}, False),
        ({"where": {"within": {"km": 50, "of": "harir"}, "not": "KW"}}, True),
        ({"where": {"within": {"km": 0, "of": "harir"}}}, False),
        ({"what": {"any": "@drone", "in": "headline"}}, True),
        ({"what": {"any": "@drone", "scope": "headline"}}, False),
        ({"never": [{"any": ["drill"]}]}, False),
        ({"when": {"from": "22:00", "to": "6:00"}}, True),
        ({"when": {"from": "24:00"}}, False),
        ({"when": {"start": "22:00"}}, False),
        ({"language": "ar-IQ"}, True),
        ({"language": "arabic, probably"}, False),
        ({"raise_to_flash_if": ["killed >= 1", "weapon is drone", "first here in 30 days", "claimed"]}, True),
        ({"raise_to_flash_if": ["weapon is catapult"]}, False),
        ({"raise_to_flash_if": ["killed at least one"]}, False),
        ({"send_to": "alerts"}, True),
        ({"why": 5}, False),
        ({"id": "y"}, False),
    ],
)
def test_keys_are_as_they_are_written(keys: dict[str, object], fits: bool, tmp_path: Path) -> None:
    """The schema and the program say the same of each."""
    data = {**RULE, **keys}
    assert (refused("rule", data) == []) is fits
    try:
        Rule.model_validate(data)
        held = True
    except ValidationError:
        held = False
    assert held is fits


@pytest.mark.parametrize(("model", "keys"), _ONE_OF_THESE.items(), ids=ids)
def test_keys_of_which_one_must_be_there(model: type[Strict], keys: tuple[str, ...]) -> None:
    """The schema knows of them from a table, so the models must say the same."""
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    needed = {key: field.examples[0] for key, field in known.items() if field.is_required() and field.examples}
    definition = next(
        {**found["$defs"][model.__name__], "$defs": found["$defs"]}
        for found in map(schema_of, KINDS.values())
        if model.__name__ in found["$defs"]
    )
    assert not Draft202012Validator(definition).is_valid(needed)
    if model.__name__ != "FrameSpec":  # of a frame it is told when the lists are put together
        with pytest.raises(ValidationError):
            model.model_validate(needed)
    for key in keys:
        examples = known[key].examples
        assert examples
        assert Draft202012Validator(definition).is_valid({**needed, key: examples[0]}), key
        model.model_validate({**needed, key: examples[0]})


# ------------------------------------------------------------------------------------------------ the keys


@pytest.mark.parametrize(("model", "name", "field"), FIELDS, ids=ids)
def test_every_key_says_what_it_means_with_an_example_that_is_right(
    model: type[Strict], name: str, field: FieldInfo
) -> None:
    key = field.alias or name
    assert field.description
    assert field.examples
    alone = create_model("Alone", __base__=Strict, **{name: (field.annotation, field)})  # type: ignore[call-overload]
    for example in field.examples:
        alone.model_validate({key: example})
        written = yamlfile.parse(f"{key}: {flow(example)}", Path("x.yaml")).data
        assert json.loads(json.dumps(written)) == {key: example}, "as the table shows it, it reads back"


def test_every_part_of_a_file_is_found() -> None:
    names = {model.__name__ for model in PARTS}
    assert names >= {
        "Rule",
        "Where",
        "Within",
        "Near",
        "Never",
        "When",
        "FrameSpec",
        "PlaceSpec",
        "ActorSpec",
    }
    assert "Condition" not in names


def test_the_tables_of_the_page_are_made_from_the_models() -> None:
    fresh = with_tables(PAGE)
    assert fresh.count("| key | meaning |") == sum(1 for kind in KINDS.values() for _ in _parts(kind.model))
    assert fresh == PAGE, "put in what `basewatch rules schema KIND --markdown` prints"


# --------------------------------------------------------------------------------------------- the command


def test_the_command_prints_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of(KINDS["rule"])
    assert main(["rules", "schema", "places"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of(KINDS["places"])
    assert main(["rules", "schema", "actors", "--markdown"]) == 0
    assert "| `exact` | short names" in capsys.readouterr().out


def test_a_kind_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "schema", "place"]) == 2
    assert "did you mean places?" in capsys.readouterr().err


def test_the_command_writes_them_into_a_rules_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(Path(__file__).parent.parent / "data" / "rules" / "base", folder)
    before = load_rules(folder).hash
    assert main(["rules", "schema", "--write", "--rules", str(folder), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)["written"]
    assert sorted(Path(path).name for path in written) == [
        "actors.json", "lists.json", "places.json", "policies.json", "rule.json",
    ]  # fmt: skip
    assert {name: (folder / name).read_text(encoding="utf-8") for name in schema_files()} == schema_files()
    assert main(["rules", "schema", "--write", "--rules", str(folder)]) == 0, "a second time over the first"
    assert load_rules(folder).hash == before, "the rules are the same with and without them"


def test_a_starter_folder_has_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "news")]) == 0
    for name in schema_files():
        assert (tmp_path / "news" / "rules" / name).read_bytes() == (RULES / name).read_bytes()


# ------------------------------------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def with_the_page(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """The shipped rules beside every file of the page, as a reader may save them."""
    folder = tmp_path_factory.mktemp("page") / "rules"
    shutil.copytree(RULES, folder)
    for name, text in BLOCKS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_rules(folder)


def test_every_yaml_of_the_page_is_a_file(with_the_page: RuleSet) -> None:
    assert len(BLOCKS) >= 20
    assert len(re.findall(r"^```yaml", PAGE, re.MULTILINE)) == len(BLOCKS), "the first line names the file"
    assert len(with_the_page.rules) > len(shipped().rules) + 12


def test_every_example_of_the_page_holds(with_the_page: RuleSet) -> None:
    wrong = [(one.rule, one.text, one.why) for one in try_examples(with_the_page, now=NOW) if not one.holds]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "act", "rule", "words"),
    [
        ("Rockets pepper US base in Iraq", "attack", "attack-iraq", "pepper"),
        ("Saboteurs disable radar at Harir base", "attack", "attack-iraq", "Saboteurs"),
        ("Paraglider damages Harir base", "attack", "attack-iraq", "Paraglider"),
        ("Drone hits Tharthar air base in Iraq", "attack", "attack-iraq", "Tharthar air base"),
        ("Drone hits Harir base, april fool", "background", None, "april fool"),
        ("Rockets hit Legion base", "attack", "attack-elsewhere", "Legion base"),
        ("Luchtmachtbasis Harir getroffen door drones", "attack", "attack-iraq", "getroffen"),
        ("Raketten raken Amerikaanse basis in Irak", "attack", "attack-iraq", "raken"),
    ],
)
def test_the_words_and_wordings_of_the_page_are_seen(
    with_the_page: RuleSet, text: str, act: str, rule: str | None, words: str
) -> None:
    found = asked_of(with_the_page, text)
    assert (found.act, found.rule) == (act, rule)
    assert words in [word.text for word in found.evidence]


def test_the_headlines_of_the_page_are_read_as_it_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([A-Z][^|]+) \|$", PAGE, re.MULTILINE)
    assert {act for act, _ in rows} == set(Act)
    assert [(act, text, asked(text).act) for act, text in rows if asked(text).act != act] == []


def test_what_explain_says_on_the_page_is_what_it_says(with_the_page: RuleSet) -> None:
    shown = re.findall(r"^\$ basewatch explain (?:--rules edited )?\"(.+?)\"\n(.*?)(?=^\$|^```)", PAGE, re.M | re.S)
    assert len(shown) >= 3
    for text, output in shown:
        found = asked(text)
        said = dict(re.findall(r"^(act|rule|why) +(.+)$", output, re.MULTILINE))
        assert said["act"] == found.act, text
        assert said["rule"].partition(" ")[0] == (found.rule or "none"), text
        assert said["why"] == found.reason, text


def test_every_level_and_every_rule_command_is_told() -> None:
    for level in Level:
        assert f"`{level}`" in PAGE
    for command in ("check", "test", "replay", "diff", "new", "schema", "lists", "update"):
        assert f"basewatch rules {command}" in PAGE
