"""Templates: slots, gaps, clauses, causes."""

from __future__ import annotations

import pytest

from classifying import asked, shipped
from monitor.text.expressions import TermError
from monitor.text.templates import split


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("{weapon} {hit} {target}", ["slot weapon", "slot hit", "slot target"]),
        ("explosions {heard}? near {base}", ["word explosions", "slot heard?", "word near", "slot base"]),
        ("took off from {base}", ["word took off from", "slot base"]),
        ("{a} ... {b|c}", ["slot a", "gap ", "slot b|c"]),
        ("hit in|by {a}", ["word hit", "word in|by", "slot a"]),
    ],
)
def test_a_template_is_split_into_parts(written: str, parts: list[str]) -> None:
    assert [f"{kind} {content}{'?' if optional else ''}" for kind, content, optional in split(written)] == parts


@pytest.mark.parametrize("written", ["{weapon", "weapon}", "", "{weapon}?", "..."])
def test_a_template_that_cannot_be_read(written: str) -> None:
    with pytest.raises(TermError):
        split(written)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        # a few words may stand between two parts, a whole story may not
        ("Drones late on Monday hit Harir air base", "attack"),
        (
            "Drones were discussed by ministers who met the press for a long while near the river in Harir air base",
            "other",
        ),
        # the end of a clause ends a pattern
        ("Drones everywhere; Harir air base reopens school", "other"),
        # what stands behind "after" is a cause, up to the comma where it opens the sentence
        ("Oil price rises after drones hit Harir air base", "other"),
        ("After days of calm, drones hit Harir air base", "attack"),
        ("Iran-backed fighters hit Harir air base after US strikes", "attack"),
        ("US troops hit by rockets in Syria", "attack"),
        # where the pattern itself names the cause, it may reach into it
        ("Three US soldiers wounded after drone hits Harir air base", "attack"),
        # an attack in a clause of its own goes before an own strike in another one
        ("US jets strike militia camp in Iraq, rockets hit Harir air base", "attack"),
        ("Rockets hit Harir air base, US jets strike militia camp in Iraq", "attack"),
    ],
)
def test_where_a_pattern_reaches(text: str, act: str) -> None:
    assert asked(text).act == act


def test_shapes_stand_behind_what_they_are_made_of() -> None:
    seen = 0
    names = {shape.id: shape.tags for shape in shipped().vocabulary.shapes}
    own = {name: shipped().vocabulary.bits[name] for name in names}
    for shape in shipped().vocabulary.shapes:
        for template in shape.templates:
            for mask in template.required:
                later = [n for n, bit in own.items() if mask & bit and not seen & bit and n != shape.id]
                assert not later, (shape.id, later)
        seen |= own[shape.id]
