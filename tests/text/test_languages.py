"""An item in a language that no list reads is found out: by what it declares, else by letters that no list holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from languages import SMALL
from monitor.model.item import Item
from monitor.rules.languages import read_by, read_by_files
from monitor.text.languages import LanguagesRead, main_script
from monitor.topics.loading import load_rules

NOW = datetime(2026, 11, 28, tzinfo=UTC)
READ = LanguagesRead.of(["ar", "ru", "ku"], ["drone", "قاعدة", "атака"])


@pytest.mark.parametrize(
    ("declared", "title", "unread"),
    [
        (None, "Drones hit the base", ""),
        ("en", "Drones hit the base", ""),
        ("en-GB", "", ""),
        ("ar-IQ", "هجوم على القاعدة", ""),
        ("AR", "", ""),
        ("ckb", "", ""),
        ("sw", "Ndege zisizo na rubani zashambulia kambi", "Swahili"),
        ("sw-KE", "قاعدة", "Swahili"),
        ("xx", "Text", "xx"),
        (None, "Ndege zisizo na rubani zashambulia kambi", ""),
        (None, "주한미군 기지에 드론 공격", "Korean"),
        ("en", "주한미군 기지에 드론 공격", "Korean"),
        (None, "米軍基地にドローン攻撃", "Japanese"),
        (None, "无人机袭击美军基地", "Chinese"),
        (None, "Επίθεση σε βάση", "Greek"),
        (None, "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "the script Cherokee"),
        (None, "Атака на базу", ""),
        ("uk", "Атака на базу", "Ukrainian"),
        (None, "US base in 서울 attacked by drones", ""),
        (None, "서울", ""),
        (None, "", ""),
        (None, "12 34 🎉", ""),
    ],
)
def test_the_language_is_the_declared_one_else_only_letters_speak(
    declared: str | None, title: str, unread: str
) -> None:
    assert READ.unread_in(Item(id="A", title=title, language=declared, first_seen=NOW)) == unread


def test_japanese_is_read_where_its_letters_are() -> None:
    read = LanguagesRead.of(["ja"], ["基地", "ドローン"])
    assert read.unread(None, "米軍基地にドローン攻撃") == read.unread(None, "無人機攻撃事件") == ""


def test_the_script_of_most_letters() -> None:
    assert main_script("قاعدة Harir قاعدة") == "ARABIC"
    assert main_script("abcdeабвгд") == ""


def test_files_and_loaded_words_say_the_same(tmp_path: Path) -> None:
    rules = copytree(SMALL, tmp_path / "rules")
    (rules / "lists" / "arabic.yaml").write_text("# 한국어\nlanguage: ar\nlists: {arms: [سلاح]}\n")
    (rules / "lists" / "grammar.yaml").write_text("language: any\nabbreviations: [x.]\n")
    assert read_by(load_rules(rules).vocabulary) == read_by_files(rules)
    assert read_by_files(rules) == LanguagesRead(frozenset({"en", "ar"}), frozenset({"LATIN", "ARABIC"}))
    assert read_by_files(tmp_path / "nowhere") == LanguagesRead(frozenset({"en"}), frozenset())
