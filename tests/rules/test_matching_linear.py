"""No rule that a user can write, and no text that a publisher can send, takes more than linear work.

Nothing here is timed against a clock: the work on a text is compared with that on one four times as long. Linear work
grows by 4, quadratic by 16; the bound between them leaves room for a busy machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from languages import item, rule, small
from monitor.model.item import Item
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

#: growth of the work where the text grows by 4: linear 4, quadratic 16
BOUND = 9
#: seconds that say nothing: below them a collection of garbage is most of the work
NOISE = 0.004
#: characters; longer texts are cut
SHORT, LONG = 1400, 5600
LISTS = {"x": ["a", "drone", "drones", "hit"], "y": ["yy"]}

#: rules that a careless or hostile author writes, by what is hostile about them
HOSTILE: dict[str, list[dict[str, Any]]] = {
    "plain words": [{"what": {"any": ["zzz"]}}],
    "terms within terms": [{"what": {"any": ["a" * k for k in range(1, 60)] + ["a" * k + "*" for k in range(1, 60)]}}],
    "phrases within phrases": [{"what": {"any": [" ".join("a" * k) for k in range(1, 16)]}}],
    "wide gaps": [{"what": {"templates": ["{x} ... {x} ... {x} ... {x} ... {y}"]}}],
    "many slots": [{"what": {"templates": ["{x} " * 12 + "{y}"]}}],
    "parts that may be missing": [{"what": {"templates": ["{x} " + "{x}? " * 12 + "{y}", "{x}? " * 12 + "{y} {y}"]}}],
    "gaps and parts that may be missing": [{"what": {"templates": ["{x} " + "... {x}? " * 8 + "{y}"]}}],
    "deep alternatives": [{"what": {"templates": ["|".join("a" * k for k in range(1, 40)) + " ... {x|y} ... {y}"]}}],
    "near": [{"what": {"near": [{"words": ["@x", "@x", "@x", "@x", "@x", "@y"], "within": 50}]}}],
    "expressions": [
        {"what": {"any": ["/(a+)+b/", "/(a|a)*c/", "/.*.*.*x/", "/(a*)*d/", r"/\b(\w+\s+)+zz\b/", "/(?:a?){99}r/"]}},
        {"what": {"any": [f"/{'(' * 20}a{'|b)' * 20}q/", "/" + "|".join("a" * k + "q" for k in range(1, 25)) + "/"]}},
    ],
    "expressions that match everywhere": [
        {"what": {"any": ["/a/"]}}, {"what": {"any": [r"/\S/"]}}, {"what": {"any": ["/(?s).+/"]}},
        {"what": {"any": [r"/\w+/"]}}, {"never": [{"any": ["/a.*/"], "in": "item"}]},
    ],
}  # fmt: skip

#: what texts are made of, again and again
FILLINGS = {
    "letters": "a",
    "words": "a ",
    "words of a list": "drones hit ",
    "words far apart": "drone x x x x x x x x x x x x ",
    "reports": "drones hit Hill Base ",
    "sentences": "A hit. ",
    "dots": ".",
    "question marks": "?",
    "clauses": "drones; ",
    "commas": "a, ",
    "causes": "after drones ",
    "blanks": " ",
    "blanks and a word": "                    a",
    "new lines": "\n",
    "windows lines": "a\r\n",
    "combining marks": "\u0301",
    "letters with marks": "a\u0301",
    "joiners": "a\u200c",
    "invisible": "\u200b",
    "parentheses": "(",
    "pairs of parentheses": "()",
    "curly quotes": "“",
    "apostrophes": "'",
    "apostrophes and letters": "a'",
    "dashes": "a-",
    "long dashes": "—",
    "abbreviations": "U.S.",
    "Arabic prefixes": "وال",
    "Arabic words": "وال ",
    "Arabic stretches": "ـ",
    "Turkish": "İ",
    "sharp s": "ß",
    "emoji": "🚀",
    "digits": "1",
    "digits and words": "3 killed ",
    "bars": "|",
    "ends and quotes": '?!"',
    "exclamations and words": "a! ",
}


@cache
def hostile(kind: str) -> RuleSet:
    with tempfile.TemporaryDirectory() as folder:
        rules = [rule(f"r{i}", **keys) for i, keys in enumerate(HOSTILE[kind])]
        return small(Path(folder), *rules, lists=LISTS)


def filled(filling: str, length: int) -> Item:
    return item({"title": "News", "body": (filling * (length // len(filling) + 1))[:length]})


def work(do: Callable[[], object], *, runs: int = 3) -> float:
    """The least processor time of several runs: what the work needs when nothing else is in its way."""
    out = []
    for _ in range(runs):
        begin = time.process_time()
        do()
        out.append(time.process_time() - begin)
    return min(out)


def is_linear(short: Callable[[], object], long: Callable[[], object]) -> bool:
    """Whether four times the input needs no more than about four times the work; asks again before it says no."""
    return any(work(long) < BOUND * work(short) + NOISE for _ in range(3))


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_the_work_on_any_text_is_linear(filling: str) -> None:
    rules = hostile("plain words")
    short, long = filled(filling, SHORT), filled(filling, LONG)
    assert is_linear(lambda: classify(short, rules), lambda: classify(long, rules))


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind != "plain words"])
@pytest.mark.parametrize("name", ["letters", "words of a list", "words far apart", "joiners"])
def test_the_work_of_any_rule_is_linear(kind: str, name: str) -> None:
    rules = hostile(kind)
    short, long = filled(FILLINGS[name], SHORT), filled(FILLINGS[name], LONG)
    assert is_linear(lambda: classify(short, rules), lambda: classify(long, rules))


@pytest.mark.parametrize("name", ["letters", "words of a list", "blanks", "combining marks", "parentheses"])
def test_a_huge_text_is_cut(name: str) -> None:
    """A megabyte needs hardly more work than the part that is read."""
    rules = hostile("expressions")
    part, whole = filled(FILLINGS[name], LONG), filled(FILLINGS[name], 1_000_000)
    assert is_linear(lambda: classify(part, rules), lambda: classify(whole, rules))


@cache
def with_parts(written: str, parts: int) -> RuleSet:
    with tempfile.TemporaryDirectory() as folder:
        template = "{x} " + written * parts + "{y}"
        return small(Path(folder), rule("one", what={"templates": [template]}), lists=LISTS)


@pytest.mark.parametrize("part", ["{x} ", "{x}? ", "... {x} ", "... {x}? ", "{x|y} ", "a|drone "])
def test_each_further_part_of_a_wording_costs_the_same(part: str) -> None:
    text = filled("drone a hit ", LONG)
    few, many = with_parts(part, 4), with_parts(part, 16)
    assert is_linear(lambda: classify(text, few), lambda: classify(text, many))


@cache
def with_words(count: int) -> RuleSet:
    with tempfile.TemporaryDirectory() as folder:
        near = {"words": ["@x"] * (count - 1) + ["yy"], "within": 50}
        return small(Path(folder), rule("one", what={"near": [near]}), lists=LISTS)


def test_each_further_word_of_near_costs_about_the_same() -> None:
    """Not as many times more as there are words to choose from."""
    text = item("yy " + "z " * 60 + "drone hit " * 50)
    few, many = with_words(2), with_words(6)
    assert is_linear(lambda: classify(text, few), lambda: classify(text, many))


def folder_of_terms(at: Path, count: int) -> Path:
    some = [rule(f"r{i}", what={"any": [f"word{i} of {j}" for j in range(10)]}) for i in range(count)]
    small(at, *some, lists=LISTS)
    return at


def test_reading_a_folder_costs_the_same_for_each_rule(tmp_path: Path) -> None:
    few, many = folder_of_terms(tmp_path / "few", 75), folder_of_terms(tmp_path / "many", 300)
    assert any(work(lambda: load_rules(many), runs=1) < BOUND * work(lambda: load_rules(few), runs=2) for _ in range(3))
