"""Which files of a rules folder are as they were shipped, and what an update of them comes to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.shipped import (
    MANIFEST,
    Fate,
    apply,
    hashes_of,
    manifest_of,
    plan,
    read_manifest,
    shipped_files,
    write_manifest,
)


@pytest.mark.parametrize(
    ("new", "before", "own", "fate", "overwritten"),
    [
        ("2", "1", "1", Fate.REPLACED, Fate.REPLACED),
        ("2", "1", "2", None, None),
        ("2", "1", "mine", Fate.BESIDE, Fate.OVERWRITTEN),
        ("1", "1", "mine", None, Fate.OVERWRITTEN),
        ("2", "1", None, None, Fate.ADDED),
        ("2", None, None, Fate.ADDED, Fate.ADDED),
        ("2", None, "1", Fate.BESIDE, Fate.OVERWRITTEN),
        ("2", None, "2", None, None),
        (None, "1", "1", Fate.REMOVED, Fate.REMOVED),
        (None, "1", "mine", Fate.LEFT, Fate.LEFT),
        (None, "1", None, None, None),
    ],
)
def test_what_becomes_of_a_file(
    new: str | None, before: str | None, own: str | None, fate: Fate | None, overwritten: Fate | None
) -> None:
    shipped, was, present = ({"a": digest} if digest else {} for digest in (new, before, own))
    assert [step.fate for step in plan(shipped, was, present)] == ([fate] if fate else [])
    assert [step.fate for step in plan(shipped, was, present, overwrite=True)] == ([overwritten] if overwritten else [])


FILES = st.dictionaries(st.sampled_from(["a.yaml", "lists/b.yaml", "c"]), st.sampled_from(["1", "2", "3"]))


@given(shipped=FILES, before=FILES, present=FILES, more=FILES)
def test_an_update_is_done_at_once_and_touches_no_file_of_ones_own(
    tmp_path_factory: pytest.TempPathFactory, shipped: dict[str, str], before: dict[str, str],
    present: dict[str, str], more: dict[str, str],
) -> None:  # fmt: skip
    source, old, folder = (tmp_path_factory.mktemp(name) for name in ("source", "old", "folder"))
    own = {f"my-{Path(name).name}": text for name, text in more.items()}
    for at, files in ((source, shipped), (old, before), (folder, present | own)):
        for name, text in files.items():
            (at / name).parent.mkdir(exist_ok=True)
            (at / name).write_text(text)
    was = manifest_of(old).files
    names = sorted({*shipped, *before})
    steps = plan(manifest_of(source).files, was, hashes_of(folder, names))
    apply(steps, source, folder)
    assert {name: (folder / name).read_text() for name in own} == own
    for name, text in present.items():
        edited = text != before.get(name)
        if edited:
            assert (folder / name).read_text() == text
    manifest = read_manifest(folder)
    assert manifest is not None
    assert plan(manifest_of(source).files, manifest.files, hashes_of(folder, names)) == ()


def test_a_manifest_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    for text in ("", "{}", "[]", '{"version": 1, "files": []}', "\xff"):
        (tmp_path / MANIFEST).write_text(text)
        assert read_manifest(tmp_path) is None
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    write_manifest(tmp_path, manifest_of(tmp_path))
    assert list(json.loads((tmp_path / MANIFEST).read_text())["files"]) == ["a.yaml"]
    assert list(shipped_files(tmp_path)) == ["a.yaml"]


def test_the_mode_and_the_link_of_a_file_stay(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    folder.mkdir()
    (source / "a.yaml").write_text("new")
    (tmp_path / "kept.yaml").write_text("old")
    (tmp_path / "kept.yaml").chmod(0o640)
    (folder / "a.yaml").symlink_to(tmp_path / "kept.yaml")
    apply(plan({"a.yaml": "2"}, {"a.yaml": "1"}, {"a.yaml": "1"}), source, folder)
    assert (folder / "a.yaml").is_symlink()
    assert (tmp_path / "kept.yaml").read_text() == "new"
    assert (tmp_path / "kept.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, "a.yaml"]
