"""Every mistake in a rules folder has its own message, with file, line and what to write instead."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.topics.loading import load_rules

DATA = Path(__file__).parent.parent / "data" / "rules"


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
    assert problems_of(folder) == [says]


def test_the_base_of_these_tests_is_right(tmp_path: Path) -> None:
    rules = load_rules(DATA / "base")
    assert [rule.id for rule in rules.rules] == ["first"]
    assert {name for rule in rules.rules for name in rule.send_to} == {"alerts"}
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


RULE = b"rule: second\ntitle: Second\nwhy: A mistake.\nlevel: urgent\n"
LAUGHS = b"a: &a [x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n"
UTF_16 = "the file is no UTF-8 text (it looks like UTF-16, or like no text at all); save it as UTF-8"
ANCHORS = (
    "anchors and aliases (& and *) are not used here; write the values out; "
    "put a word that begins with * or & in quotes"
)
CONTROL = "not readable as YAML: unacceptable character #x0000: control characters are not allowed; is it a text file?"


def with_second(content: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    (folder / "second.yaml").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "1: the file holds nothing"),
        (b"\n\n", "1: the file holds nothing"),
        (b"# only a remark\n", "1: the file holds nothing"),
        (b"- rule: x\n", "1: the file holds a list"),
        (b"just words\n", "1: the file holds plain text"),
        (RULE + b"\twhat: {any: [x]}\n", "5: a tab stands where spaces are needed; indent with spaces"),
        (RULE.decode().encode("utf-16-le"), f"1: {UTF_16}"),
        (("\ufeff" + RULE.decode()).encode("utf-16-le"), f"1: {UTF_16}"),
        (("\ufeff" + RULE.decode()).encode("utf-16-be"), f"1: {UTF_16}"),
        (RULE.decode().encode("utf-32"), f"1: {UTF_16}"),
        (b"\0" * 100, f"1: {UTF_16}"),
        (RULE + b"what: {any: [caf\xe9]}\n", "5: the file is not UTF-8 text; save it as UTF-8"),
        (RULE + b"what: {any: [a\0b]}\n", f"5: {CONTROL}"),
        (LAUGHS, f"1: {ANCHORS}"),
        (RULE + b"rule: [unclosed\n", "6: not readable as YAML: a bracket [ is not closed (opened in line 5)"),
        (RULE + b"rule: third\n", "5: rule: the key stands twice (first in line 1); keep one of them"),
        (RULE + b"what: " + b"[" * 100_000, "5: the file is nested more than 50 levels deep"),
        (RULE + b"what: " + b"{a: " * 100_000, "5: the file is nested more than 50 levels deep"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_rule_file_has_one_clear_message(content: bytes, says: str, tmp_path: Path) -> None:
    told = problems_of(with_second(content, tmp_path))
    assert len(told) == 1
    assert told[0].startswith(f"second.yaml:{says}")


@pytest.mark.parametrize(
    "content",
    [
        RULE.replace(b"\n", b"\r\n"), RULE.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + RULE, RULE.rstrip(),
        b"%YAML 1.2\n---\n" + RULE, RULE + "what: {any: [“drill”]}\n".encode(),
        RULE + b"what: {any: [" + b"drill, " * 10_000 + b"]}\n",
    ],
    ids=["windows", "old-mac", "bom", "no-last-line-end", "directive", "curly-quotes", "long-line"],
)  # fmt: skip
def test_what_editors_make_of_a_file_is_fine(content: bytes, tmp_path: Path) -> None:
    assert [rule.id for rule in load_rules(with_second(content, tmp_path)).rules] == ["first", "second"]


def test_a_number_of_five_thousand_digits_is_no_traceback(tmp_path: Path) -> None:
    folder = with_second(RULE + b"where: {within: {of: hill-base, km: " + b"9" * 5000 + b"}}\n", tmp_path)
    assert "second.yaml:5: where.within.km: " in problems_of(folder)[0]


def test_a_file_of_fifty_megabytes_is_not_read(tmp_path: Path) -> None:
    folder = with_second(b"", tmp_path)
    with (folder / "second.yaml").open("wb") as file:
        file.truncate(50_000_000)
    began = time.perf_counter()
    says = "second.yaml: the file has 50,000,000 bytes; the limit is 5,242,880; is it the file you mean?"
    assert problems_of(folder) == [says]
    assert time.perf_counter() - began < 2


def test_what_is_no_file_to_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "base", folder)
    (folder / "a.yaml").mkdir()
    (folder / "b.yaml").symlink_to("c.yaml")
    (folder / "c.yaml").symlink_to("b.yaml")
    (folder / "d.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(folder / "e.yaml")
    assert problems_of(folder) == [
        "a.yaml: this is a folder; a YAML file is meant",
        "b.yaml: the file cannot be read: Too many levels of symbolic links",
        "c.yaml: the file cannot be read: Too many levels of symbolic links",
        "d.yaml: the link leads to no file; was the file moved?",
        "e.yaml: this is no ordinary file; a YAML file is meant",
    ]


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = with_second(RULE, tmp_path)
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "second.yaml":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert problems_of(folder) == ["second.yaml: the file cannot be read: Permission denied"]


def test_a_file_that_vanishes_while_the_folder_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = with_second(RULE, tmp_path)
    read = Path.read_bytes

    def vanish(path: Path) -> bytes:
        if path.name == "second.yaml":
            path.unlink()
        return read(path)

    monkeypatch.setattr("monitor.topics.kept.key_of", lambda _: None)  # it reads the files too, and before
    monkeypatch.setattr(Path, "read_bytes", vanish)
    assert problems_of(folder) == [
        "second.yaml: the file went away while the folder was read; save it again, or check once more"
    ]
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


@pytest.mark.parametrize("sign", ["\u00a0", "\u2007", "\u3000"])
def test_a_space_of_another_kind_is_a_space_behind_the_text(tmp_path: Path, sign: str) -> None:
    folder = shutil.copytree(DATA / "base", tmp_path / "rules")
    text = (
        RULE.decode().replace(": ", f":{sign}").replace("urgent\n", f"urgent{sign}\n")
        + f"never:\n  -{sign}any: [drill]\n"
    )
    (folder / "second.yaml").write_text(f"{text}    in: sentence\n", encoding="utf-8")
    assert [rule.level for rule in load_rules(folder).rules if rule.id == "second"] == ["urgent"]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u00ad", "\u200f", "\u2066"])
def test_a_sign_that_nobody_sees_changes_nothing(tmp_path: Path, sign: str) -> None:
    folder = shutil.copytree(DATA / "base", tmp_path / "rules")
    text = RULE.decode().replace("level", f"{sign}level").replace("urgent", f"{sign}urgent")
    (folder / "second.yaml").write_text(text, encoding="utf-8")
    assert [rule.level for rule in load_rules(folder).rules if rule.id == "second"] == ["urgent"]


@pytest.mark.parametrize("head", [b"PK\x03\x04\x14\x00", b"{\\rtf1\\ansi ", b"\xd0\xcf\x11\xe0", b"%PDF-1.7\n"])
def test_a_document_of_a_word_processor_is_called_one(tmp_path: Path, head: bytes) -> None:
    folder = shutil.copytree(DATA / "base", tmp_path / "rules")
    (folder / "second.yaml").write_bytes(head + RULE)
    (said,) = problems_of(folder)
    assert "a document of a word processor" in said
    assert "save it as plain text" in said
