"""What holds for any text and any set of rules."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from languages import asked, item, live, rule, rules_of, small, taken, write
from monitor.model.item import Item
from monitor.model.report import Classification
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

#: words that the rules below look for, in forms that the reading has to undo
PIECES = [
    "drones", "hit", "Ain al-Asad", "air base", "US", "İHA", "İSTANBUL", "I\u0307", "ı", "frappe\u0301", "FRAPPÉ",
    "قَاعِدَة", "القاعدة", "صواريخ", "عين الأسد", "می\u200cشود", "پهپاد\u200cها", "١٣٦", "Kh-101", "kh22", "“", "’",
    "—", "\u00ad", "\u200d", "\u200f", "\ufeff", "🚀", "👩\u200d🚀", "ﷺ", "ﬁre", "ǅ", "\u1e9e", "\u0345", "\u03a3ας",
    "ＵＳ", "½", "\x00", "\x1f", "\x85", "\u2028", "\n\n", "\n", ". ", "! ", "...", " ", " ", ", ", "after", "would",
    "Two", "rockets", "ה", "ארה״ב", "बेस", "𝐔𝐒", "ß",
]  # fmt: skip
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(max_size=4),
        st.characters(categories=["Mn", "Me", "Cf", "Cc", "So", "Lo", "Cs"]),
    ),
    max_size=24,
).map("".join)
ITEMS = st.builds(
    lambda title, summary, body: item({"title": title, "summary": summary, "body": body}), TEXTS, TEXTS, TEXTS
)
SOME = settings(max_examples=150, deadline=None)
FEW = settings(max_examples=25, deadline=None)


@cache
def wide() -> RuleSet:
    """The shipped words with rules whose own words, wordings and expressions may stand anywhere."""
    words = ["istanbul", "frappé", "قاعدة", "می‌شود", "İHA", "US", "fire", "σας", "پهپاد*", "ß", "136", "i", "ا"]
    expressions = [r"/\bkh-?\d+\b/", r"/\bقاعدة\b/", r"/\w+é/", "/./", r"/\s+\S/"]
    near = [{"words": [["us", "istanbul"], ["drones", "/h./"]], "within": 3}]
    some = [rule(f"w{i}", level="flash", what={"any": [word]}) for i, word in enumerate(words)]
    some += [rule(f"e{i}", level="flash", what={"any": [one]}) for i, one in enumerate(expressions)]
    some += [
        rule("near", level="flash", what={"near": near}),
        rule("wording", level="flash", what={"templates": ["{drone|hit} ... {base-word}", "two|us drones"]}),
        rule("never", level="flash", never=[{"any": words[:3], "in": "lead"}]),
        rule("attack", level="flash", act=["attack", "foiled"], where={"any": ["@bases-iraq"], "if_unknown": "notice"}),
    ]
    by_one = [{**one, "rule": f"{one['rule']}-{i}"} for i, one in enumerate(some)]
    with tempfile.TemporaryDirectory() as folder:
        return rules_of(Path(folder), by_one)


def misplaced(found: Classification, of: Item) -> list[tuple[Any, str]]:
    """Evidence that is not what stands at its place."""
    return [(e, getattr(of, e.field)[e.start : e.end]) for e in found.evidence
            if not 0 <= e.start < e.end or getattr(of, e.field)[e.start : e.end] != e.text]  # fmt: skip


@SOME
@given(of=ITEMS)
def test_evidence_points_at_its_words_in_the_text_as_it_was(of: Item) -> None:
    assert not misplaced(classify(of, wide()), of)


@cache
def lonely() -> list[RuleSet]:
    """Each word and expression as the only rule of a small folder, so that its evidence is shown."""
    whats = [one.what.any for one in wide().rules if one.what is not None and one.what.any]
    out = []
    for what in whats:
        with tempfile.TemporaryDirectory() as folder:
            out.append(small(Path(folder), rule("one", what={"any": list(what)})))
    return out


@SOME
@given(piece=st.sampled_from(PIECES), before=TEXTS, after=TEXTS, name=st.integers(0, 17))
def test_evidence_of_one_rule_points_at_its_words(piece: str, before: str, after: str, name: int) -> None:
    of = item(before + piece + after)
    found = classify(of, lonely()[name])
    assert not misplaced(found, of)
    assert not found.taken or found.evidence


@SOME
@given(of=ITEMS)
def test_any_text_is_answered(of: Item) -> None:
    found = classify(of, wide())
    assert found.reason
    assert classify(of, wide()) == found


#: rules that have nothing to do with each other, and one of each kind of key
POOL = [
    live("iraq", where={"any": ["@bases-iraq"], "if_unknown": "notice"}),
    live("jordan", "urgent", where={"not": ["IQ"]}),
    live("exact", where={"precision": "base"}, status="trial"),
    live("mentioned", where={"any": ["dale-base"], "role": "any"}),
    live("circle", where={"within": {"km": 50, "of": "hill-base"}}),
    live("drones", what={"any": ["@drone"]}, raise_to_flash_if=["weapon is drone"]),
    live("star", what={"any": ["dr*", "/h.t/"]}),
    live("quiet", never=[{"any": ["rumour", "dron*"], "in": "item"}]),
    live("sleeping", status="off"),
    live("near", what={"near": [{"words": ["drones", ["hill", "dale"]], "within": 2}]}),
    live("wording", what={"templates": ["{drone} ... {base-word}"]}),
    live("both", what={"all": ["base", "hit*"]}),
    live("first", raise_to_flash_if=["first here in 300 days"]),
    {"rule": "night", "based_on": "iraq", "when": {"from": "20:00", "to": "06:00"}, "status": "trial"},
    rule("anything", level="flash"),
    rule("words", what={"any": ["rumour", "Hill Base", "two drones hit"]}),
    rule("headline", what={"all": ["drones", "base"], "in": "headline"}, never=[{"any": ["dale"], "in": "headline"}]),
]
ASKED = [
    "Two drones hit Hill Base",
    "Drones hit Dale Base in Jordan",
    "Rockets hit US base",
    "US base in Iraq hit by drones, says a rumour",
    "A rumour of drones",
    "Drones hit Hill Base. Dale Base is quiet.",
    "",
    "Rockets attacked Hill Base after a drill",
    "hit",
]


@cache
def answers(names: tuple[str, ...]) -> dict[tuple[str, str], Any]:
    """What each rule of a folder with these rules answers to each text."""
    with tempfile.TemporaryDirectory() as folder:
        rules = small(Path(folder) / "rules", *(one for one in POOL if one["rule"] in names))
    return {(one, text): taken(asked(rules, text)).get(one) for one in names for text in ASKED}


NAMES = [one["rule"] for one in POOL]


@FEW
@given(st.sets(st.sampled_from(NAMES), min_size=2))
def test_a_rule_answers_the_same_whatever_other_rules_there_are(names: set[str]) -> None:
    based = {"iraq"} if "night" in names else set()
    together = answers(tuple(sorted(names | based)))
    for name in names:
        alone = answers(("iraq", "night") if name == "night" else (name,))
        assert {t: together[name, t] for t in ASKED} == {t: alone[name, t] for t in ASKED}, name


@FEW
@given(st.permutations(POOL), st.lists(st.integers(0, 3), min_size=len(POOL), max_size=len(POOL)))
def test_the_order_of_rules_and_files_does_not_matter(order: list[Any], files: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        small(at, *POOL)
        (at / "rules.yaml").unlink()
        for number in set(files):
            held = [one for one, file in zip(order, files, strict=True) if file == number]
            write(at / f"{number}.yaml", {"rules": held})
        rules = load_rules(at)
    straight = answers(tuple(NAMES))
    for text in ASKED:
        found = taken(asked(rules, text))
        assert {name: found.get(name) for name in NAMES} == {name: straight[name, text] for name in NAMES}
