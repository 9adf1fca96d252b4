"""What stands in `rules/lists/*.yaml`: word lists, masks, shapes, patterns and frames, as people write them.

    lists:     words that mean the same                     drone: [drone, drones, uav]
    extend:    more words for a list of another file         drone: [loitering munition]
    masks:     phrases whose words mean something else      sport: [attacking midfielder]
    shapes:    words that together make one thing           us-base: ["{us} {base-word}"]
    patterns:  wordings that tell what a report does        "{weapon} {hit} {target}" → attack
    frames:    words around a pattern that change its act   "would" before it → threat

These are only the forms; `vocabulary` resolves the references between them.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.meaning import Act
from monitor.mistakes import held
from monitor.yamlfile import Strict

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def one_or_many(value: object) -> object:
    """One text as a list of one, for keys that take both."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str):
        return [value]
    quoted = f'; put it in quotes: "{held(value)}"' if isinstance(value, int | float) else ""
    raise ValueError(f"a text or a list of texts is meant, but here is {held(value)}{quoted}")


def _plain_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no id: small letters, digits and hyphens; write for instance attack-iraq")
    return value


#: the name of a rule, place, group or actor
Id = Annotated[str, AfterValidator(_plain_id)]
#: one text or a list of texts
Texts = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
#: a list of terms and `@list` references, or such lists by language
Terms = dict[str, tuple[str, ...]] | tuple[str, ...]


class ShapeSpec(Strict):
    """Words that together make one thing, for instance a nation and a base word."""

    templates: Texts = Field(min_length=1)
    #: words that may stand between two parts of a template
    gap: int = Field(default=2, ge=0, le=20)
    #: tags that may not stand between two parts
    not_between: Texts = ()
    #: it is one only where one of these tags stands in the same sentence
    beside: Texts = ()
    #: it is one only where its first and its last part name different countries ("Turkish base in Somalia")
    abroad: bool = False


class PatternSpec(Strict):
    """Wordings that tell what a report does."""

    act: Act
    why: str
    #: weight in the headline; 5 decides alone, 3 needs support by another sign
    points: float = Field(default=5, gt=0, le=10)
    templates: Texts = Field(min_length=1)
    gap: int = Field(default=4, ge=0, le=20)
    not_between: Texts = ()


class FrameSpec(Strict):
    """Words around a pattern that change what the report does."""

    any: Texts = ()
    templates: Texts = ()
    gap: int = Field(default=3, ge=0, le=20)
    #: how near they must stand: before it in its clause, or in the same clause, sentence, headline, lead or item
    scope: Literal["before", "clause", "sentence", "headline", "lead", "item"] = Field(alias="in")
    #: acts that it changes
    of: tuple[Act, ...] = (Act.ATTACK, Act.FOILED, Act.CLAIM)
    instead: Act
    #: signs that make the frame powerless where they stand in the same sentence
    unless: Texts = ()
    why: str


class ListFile(Strict):
    """One file of `rules/lists/`."""

    #: the language of its words; its wordings count only in sentences that hold a word of that language which is no
    #: word of the files without a language (those are English)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    lists: dict[str, Terms] = Field(default_factory=dict)
    masks: dict[str, Terms] = Field(default_factory=dict)
    #: terms for lists and masks of other files, so that one's own words need not stand in the shipped files
    extend: dict[str, Terms] = Field(default_factory=dict)
    shapes: dict[str, ShapeSpec] = Field(default_factory=dict)
    patterns: dict[str, PatternSpec] = Field(default_factory=dict)
    frames: dict[str, FrameSpec] = Field(default_factory=dict)
