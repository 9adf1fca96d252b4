"""Compiled rules that are kept on disk: the same rules, never old ones, and never a reason not to start."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from classifying import item
from languages import item as told
from languages import rule, small
from monitor.config import yamlfile
from monitor.config.yamlfile import MAX_BYTES
from monitor.errors import ConfigError
from monitor.rules.folder import unread_in
from monitor.topics import kept, loading
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.topics.packing import LARGE, pack, unpack
from newsroom import shipped_rules

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "rules"
ATTACK = "Drone hits Hill Base in Iraq"
BASE = ROOT / "tests" / "data" / "rules" / "base"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, in which rules of any size are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(kept.SWITCH, raising=False)
    monkeypatch.setattr(kept, "FEWEST_TERMS", 0)
    monkeypatch.setattr(loading, "_LAST", {})
    return tmp_path / "cache" / "basewatch"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A small folder of rules."""
    return Path(shutil.copytree(BASE, tmp_path / "rules"))


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were compiled, as it goes on."""
    done: list[Path] = []
    compile_rules = loading.compile_rules

    def noted(files: Any) -> RuleSet:
        done.append(files.folder)
        return compile_rules(files)

    monkeypatch.setattr(loading, "compile_rules", noted)
    return done


def load_anew(folder: Path) -> RuleSet:
    """The rules as the next process loads them."""
    loading._LAST.clear()
    return load_rules(folder)


def files_in(cache: Path) -> list[Path]:
    return sorted(cache.iterdir())


# ------------------------------------------------------------------------------------------------- the same rules


def some_items() -> Iterator[str]:
    """Each ninth sentence of every language."""
    for path in sorted((ROOT / "tests" / "data" / "classify").glob("*.yaml")):
        yield from (case["text"] for case in yamlfile.read(path).data["cases"][::9])


def test_kept_rules_answer_as_those_that_were_compiled() -> None:
    fresh = shipped_rules()
    again = unpack(pack(fresh, SHIPPED), SHIPPED)
    assert isinstance(again, RuleSet)
    texts = list(some_items())
    assert len(texts) > 200
    for text in texts:
        assert classify(item(text), again) == classify(item(text), fresh)
    assert (again.hash, again.rules, len(again.matcher)) == (fresh.hash, fresh.rules, len(fresh.matcher))
    assert again.documents == fresh.documents
    for one in fresh.rules:
        assert again.send_to_at(one.id) == fresh.send_to_at(one.id)


def test_equal_tags_are_one_number_in_memory() -> None:
    again = unpack(pack(shipped_rules(), SHIPPED), SHIPPED)
    assert isinstance(again, RuleSet)
    tags = [term.tags for term in again.vocabulary.terms if term.tags > LARGE]
    assert len(tags) > 10_000
    assert len(set(map(id, tags))) == len(set(tags))


def test_expressions_are_found_by_kept_rules_too(tmp_path: Path, cache: Path, compiled: list[Path]) -> None:
    asks = rule("one", what={"any": [r"/kh-?\d{2}/"]})
    small(tmp_path / "rules", asks)
    again = load_anew(tmp_path / "rules")
    assert compiled == [tmp_path / "rules"]
    for title in (f"{ATTACK} with a Kh-22", ATTACK):
        fresh = small(tmp_path / "other", asks)
        assert classify(told(title), again) == classify(told(title), fresh)


def test_equal_folders_share_a_file_and_name_their_own_files(
    rules: Path, tmp_path: Path, cache: Path, compiled: list[Path]
) -> None:
    load_rules(rules)
    other = tmp_path / "elsewhere"
    shutil.copytree(rules, other)
    again = load_anew(other)
    assert compiled == [rules]
    assert len(files_in(cache)) == 1
    file, line = again.send_to_at("first")
    assert Path(file).parent == other
    assert line > 1
    assert str(rules).encode() not in pack(again, other)


# ------------------------------------------------------------------------------------------------- never old ones


def test_the_same_files_are_compiled_once(rules: Path, cache: Path, compiled: list[Path]) -> None:
    first = load_rules(rules)
    assert load_rules(rules) is first, "in one process they are the same"
    assert load_anew(rules).hash == first.hash
    assert compiled == [rules]


def test_an_edit_of_any_file_and_of_its_name_is_seen(rules: Path) -> None:
    keys = {kept.key_of(rules)}
    files = sorted(path for path in rules.rglob("*.yaml"))
    assert {path.parent.name for path in files} >= {"rules", "lists", "places"}
    for count, path in enumerate(files, 2):
        path.write_text(f"{path.read_text()}\n# edited\n")
        keys.add(kept.key_of(rules))
        assert len(keys) == count
        path.rename(path.with_name(f"other-{path.name}"))
        assert kept.key_of(rules) not in keys
        path.with_name(f"other-{path.name}").rename(path)
    (rules / "lists" / "more.yaml").write_text("lists: {}\n")
    assert kept.key_of(rules) not in keys


def test_an_edit_is_in_force_and_going_back_is_too(rules: Path, cache: Path, compiled: list[Path]) -> None:
    (file,) = (path for path in rules.glob("*.yaml"))
    before, title = file.read_text(), load_rules(rules).title_of("first")
    file.write_text(before.replace(title, "Another title"))
    assert load_anew(rules).title_of("first") == "Another title"
    file.write_text(before)
    assert load_anew(rules).title_of("first") == title
    assert len(compiled) == 2


def test_an_edit_between_two_readings_is_not_kept_under_the_old_name(
    rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(["before", "after"])
    monkeypatch.setattr(kept, "key_of", lambda _: next(keys))
    load_rules(rules)
    assert not cache.exists()
    assert loading._LAST == {}


def test_mistakes_are_told_by_the_reader_each_time(rules: Path, cache: Path) -> None:
    load_rules(rules)
    (rules / "bad.yaml").write_text("rule: [\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"bad\.yaml"):
            load_anew(rules)
    assert len(files_in(cache)) == 1


def test_what_cannot_be_read_or_is_no_file_is_left_to_the_reader(rules: Path, tmp_path: Path) -> None:
    assert kept.key_of(rules) is not None
    odd = rules / "odd.yaml"
    odd.symlink_to(tmp_path / "nowhere")
    assert kept.key_of(rules) is None
    odd.unlink()
    os.mkfifo(odd)
    assert kept.key_of(rules) is None, "and nobody waits for somebody to write into it"
    odd.unlink()
    with odd.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert kept.key_of(rules) is None


def test_files_that_are_not_read_are_told_of_all_the_same(rules: Path, cache: Path) -> None:
    load_rules(rules)
    (rules / "mine.yaml.txt").write_text("rule: mine\n")
    load_anew(rules)
    assert unread_in(rules) == (rules / "mine.yaml.txt",)


def test_another_program_has_files_of_its_own(rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    (package / "rules").mkdir(parents=True)
    files = [package / "one.py", package / "rules" / "two.py", package / "rules" / "table.tsv.gz"]
    for file in files:
        file.write_bytes(b"1")
    seen = {kept.program_digest(package)}
    for file in files:
        file.write_bytes(b"2")
        seen.add(kept.program_digest(package))
    files[0].rename(package / "three.py")
    seen.add(kept.program_digest(package))
    assert len(seen) == 5
    before = kept.key_of(rules)
    monkeypatch.setattr("monitor.__version__", "0.0.1")
    kept._program.cache_clear()
    assert kept.key_of(rules) != before
    monkeypatch.undo()
    kept._program.cache_clear()
    assert kept.key_of(rules) == before


# ------------------------------------------------------------------------------------------------- whom it trusts


def touch(path: str) -> None:
    Path(path).touch()


class Dangerous:
    """What somebody might put there."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def __reduce__(self) -> Any:
        return touch, (str(self.at),)


def test_only_the_user_alone_can_have_written_it_and_modes_say_so(rules: Path, cache: Path) -> None:
    load_rules(rules)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in files_in(cache)] == [0o600]


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
@pytest.mark.parametrize("of", ["file", "folder"])
def test_what_others_may_write_is_neither_read_nor_written(
    rules: Path, cache: Path, compiled: list[Path], tmp_path: Path, of: str, mode: int
) -> None:
    load_rules(rules)
    (file,) = files_in(cache)
    file.write_bytes(evil(tmp_path / "ran"))
    (file if of == "file" else cache).chmod(mode if of == "file" else mode | 0o111)
    load_anew(rules)
    assert not (tmp_path / "ran").exists()
    assert len(compiled) == 2
    if of == "folder":
        assert file.read_bytes() == evil(tmp_path / "ran"), "left as it was"


def evil(at: Path) -> bytes:
    return zlib.compress(pickle.dumps([]) + pickle.dumps(Dangerous(at)))


def test_the_test_before_would_notice(rules: Path, cache: Path, tmp_path: Path) -> None:
    load_rules(rules)
    files_in(cache)[0].write_bytes(evil(tmp_path / "ran"))
    load_anew(rules)
    assert (tmp_path / "ran").exists()


def test_files_of_another_user_are_left_alone(
    rules: Path, cache: Path, compiled: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_rules(rules)
    before = files_in(cache)[0].stat()
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    load_anew(rules)
    assert len(compiled) == 2
    assert files_in(cache)[0].stat() == before


@pytest.mark.parametrize("of", ["file", "folder"])
def test_symbolic_links_are_not_followed(rules: Path, cache: Path, compiled: list[Path], of: str) -> None:
    load_rules(rules)
    link = files_in(cache)[0] if of == "file" else cache
    link.rename(link.with_name("moved"))
    link.symlink_to(link.with_name("moved"))
    load_anew(rules)
    assert len(compiled) == 2


# ------------------------------------------------------------------------------------- never a reason not to start


@pytest.mark.parametrize("broken", ["empty", "half", "a bit", "text", "another value", "a folder"])
def test_a_broken_file_is_as_if_there_were_none(rules: Path, cache: Path, compiled: list[Path], broken: str) -> None:
    load_rules(rules)
    (file,) = files_in(cache)
    whole = file.read_bytes()
    if broken == "a folder":
        file.unlink()
        file.mkdir()
    else:
        middle = len(whole) // 2
        file.write_bytes(
            {
                "empty": b"",
                "half": whole[:middle],
                "a bit": whole[:middle] + bytes([whole[middle] ^ 16]) + whole[middle + 1 :],
                "text": b"nothing of the kind",
                "another value": zlib.compress(pickle.dumps([]) + pickle.dumps("a word")),
            }[broken]
        )
    assert [rule.id for rule in load_anew(rules).rules] == ["first"]
    assert len(compiled) == 2
    if broken != "a folder":
        assert file.read_bytes() != whole or broken == "empty" or isinstance(unpack(file.read_bytes(), rules), RuleSet)
        load_anew(rules)
        assert len(compiled) == 2, "it was written anew"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("?")])
def test_a_crash_while_writing_leaves_nothing_behind(
    rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    class Full(io.FileIO):
        def write(self, _: Any) -> int:
            super().write(b"half")
            raise error

    monkeypatch.setattr(os, "fdopen", lambda number, mode: Full(number, mode))
    if isinstance(error, Exception):
        assert load_rules(rules).title_of("first")
    else:
        with pytest.raises(KeyboardInterrupt):
            load_rules(rules)
    assert files_in(cache) == []


def test_what_a_killed_process_left_is_swept_up_later(rules: Path, cache: Path) -> None:
    cache.mkdir(parents=True, mode=0o700)
    old, young = cache / "rules-old.part", cache / "rules-young.part"
    for path in (old, young):
        path.touch()
    os.utime(old, (1, 1))
    load_rules(rules)
    assert old not in files_in(cache)
    assert young in files_in(cache), "somebody may be writing it"


def test_the_newest_and_those_in_use_stay(rules: Path, cache: Path) -> None:
    load_rules(rules)
    (used,) = files_in(cache)
    files = sorted(rules.glob("*.yaml"))
    before = files[0].read_text()
    for count in range(1, 8):
        files[0].write_text(f"{before}# {count}\n")
        load_anew(rules)
        for path in files_in(cache):
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 1_000_000_000))
        files[0].write_text(before)
        load_anew(rules)
    assert used in files_in(cache)
    assert len(files_in(cache)) == kept.MOST


def test_a_cache_that_cannot_be_written(
    rules: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert load_anew(rules).title_of("first")
    if os.geteuid() != 0:
        (tmp_path / "shut").mkdir(mode=0o500)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shut"))
        assert load_anew(rules).title_of("first")


def test_a_kept_file_is_of_use_where_nothing_can_be_written(
    rules: Path, cache: Path, compiled: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_rules(rules)

    def refuses(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuses)
    load_anew(rules)
    assert compiled == [rules]


def test_without_a_home(rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setattr(Path, "home", none)
    assert load_rules(rules).title_of("first")


def test_home_is_where_it_is_kept_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kept._home() == tmp_path / ".cache" / "basewatch"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert kept._home() == tmp_path / "x" / "basewatch"


@pytest.mark.parametrize(("value", "is_kept"), [("1", False), ("yes", False), ("0", True), ("", True)])
def test_the_switch(
    rules: Path, cache: Path, compiled: list[Path], monkeypatch: pytest.MonkeyPatch, value: str, is_kept: bool
) -> None:
    monkeypatch.setenv(kept.SWITCH, value)
    load_rules(rules)
    assert cache.exists() is is_kept
    load_anew(rules)
    assert len(compiled) == (1 if is_kept else 2)


def test_few_rules_are_not_worth_a_file(rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FEWEST_TERMS", 5_000)
    load_rules(rules)
    assert not cache.exists()
    assert len(shipped_rules().matcher) > 5_000


def test_two_processes_at_once(cache: Path) -> None:
    script = f"""
from pathlib import Path
from monitor.topics.loading import load_rules
print(load_rules(Path({str(SHIPPED)!r})).hash)
"""
    for _ in range(2):
        some = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
        assert {one.communicate(timeout=60)[0].strip() for one in some} == {shipped_rules().hash}
        assert [one.returncode for one in some] == [0, 0, 0]
        assert [path.suffix for path in files_in(cache)] == [".pickle"]


def test_init_leaves_what_the_first_start_reads(cache: Path, tmp_path: Path, compiled: list[Path]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "monitor", "init", "news"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert load_rules(tmp_path / "news" / "rules").hash
    assert compiled == []
