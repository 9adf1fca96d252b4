"""Every mistake in a rules folder has its own message, with file, line and what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.classify.rulefile import load_rules
from monitor.errors import ConfigError

DATA = Path(__file__).parent / "data" / "rules"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_rules(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize("case", sorted((DATA / "bad").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_mistake_is_told_with_its_line_and_meaning(case: Path, tmp_path: Path) -> None:
    at, says = (line.partition(": ")[2] for line in case.read_text().splitlines()[:2])
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    shutil.copy(case, folder / at)
    told = problems_of(folder)
    assert says in told


def test_the_base_of_these_tests_is_right(tmp_path: Path) -> None:
    rules = load_rules(DATA / "base")
    assert [rule.id for rule in rules.rules] == ["first"]
    assert rules.channels() == {"alerts"}
    assert rules.zone_of("hill-base") == "Asia/Baghdad"


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    for name in ("unknown_key", "list_empty_term", "place_latitude"):
        case = DATA / "bad" / f"{name}.yaml"
        shutil.copy(case, folder / case.read_text().splitlines()[0].partition(": ")[2])
    told = " ".join(problems_of(folder))
    assert "levle" in told
    assert "'---'" in told
    assert "133.5 is too large" in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"rule: x\n\ttitle: y\n", "tab"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"rule: x\ntitle: y\x00\n", "second.yaml:2: not readable as YAML: unacceptable character"),
        (b"rule: [unclosed\n", "not readable as YAML"),
        (b"a: &x 1\nb: *x\n", "anchors"),
        (b"rule: x\nrule: y\n", "twice"),
        (b"just words\n", "plain text"),
    ],
)
def test_files_that_are_no_rule_file(content: bytes, says: str, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    (folder / "second.yaml").write_bytes(content)
    assert says in " ".join(problems_of(folder))


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    text = (folder / "first.yaml").read_text().replace("\n", "\r\n")
    (folder / "first.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [rule.id for rule in load_rules(folder).rules] == ["first"]


def test_a_folder_that_is_missing_or_holds_no_rule(tmp_path: Path) -> None:
    assert "there is no such folder" in problems_of(tmp_path / "nowhere")[0]
    assert "the folder holds no rule" in problems_of(tmp_path)[0]


def test_the_hash_follows_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    before = load_rules(folder).hash
    assert load_rules(folder).hash == before
    place = folder / "places" / "places.yaml"
    place.write_text(place.read_text() + "# a word\n")
    assert load_rules(folder).hash != before
