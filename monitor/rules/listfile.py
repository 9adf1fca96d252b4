"""What stands in `rules/lists/*.yaml`: word lists, masks, shapes, patterns and frames, as people write them.

    lists:     words that mean the same                     drone: [drone, drones, uav]
    extend:    more words for a list of another file         drone: [loitering munition]
    masks:     phrases whose words mean something else      sport: [attacking midfielder]
    shapes:    words that together make one thing           us-base: ["{us} {base-word}"]
    patterns:  wordings that tell what a report does        "{weapon} {hit} {target}" → attack
    frames:    words around a pattern that change its act   "would" before it → threat
    numbers, months, abbreviations: how the file's language counts, dates and shortens

These are only the forms; `vocabulary` resolves the references between them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.config.yamlfile import Strict
from monitor.model.report import Act
from monitor.rules.values import Texts

#: the number of a month
Month = Annotated[int, Field(ge=1, le=12)]
#: a list of terms and `@list` references, or such lists by language
Terms = dict[str, tuple[str, ...]] | tuple[str, ...]


class ShapeSpec(Strict):
    """Words that together make one thing, for instance a nation and a base word."""

    templates: Texts = Field(
        min_length=1, description="wordings with slots; what they find counts as one thing of the shape's name",
        examples=[["{us} {base-word}", "{base-word} of {us}"]],
    )  # fmt: skip
    gap: int = Field(
        default=2, ge=0, le=20, description="how many words may stand between two parts of a template", examples=[2]
    )
    not_between: Texts = Field(
        default=(), description="lists whose words may not stand between two parts", examples=[["intercept"]]
    )
    beside: Texts = Field(
        default=(), description="it is one only where a word of these lists stands in the same sentence",
        examples=[["strike-noun", "weapon"]],
    )  # fmt: skip
    abroad: bool = Field(
        default=False, description="true: only where its first and last part name different countries "
        "(“Turkish base in Somalia”)", examples=[True],
    )  # fmt: skip
    hides: Texts = Field(
        default=(), description="lists whose words mean something else inside it: in “missiles from the base” the base "
        "is no target", examples=[["target"]],
    )  # fmt: skip


class PatternSpec(Strict):
    """Wordings that tell what a report does."""

    act: Act = Field(description="what a report with such a wording does", examples=["attack"])
    why: str = Field(description="said by `explain` where it decides", examples=["a weapon hit a base or its troops"])
    points: float = Field(
        default=5, gt=0, le=10, description="weight in the headline; 5 decide alone, 3 need support by another sign",
        examples=[6],
    )  # fmt: skip
    templates: Texts = Field(
        min_length=1, description="wordings with slots, read from left to right",
        examples=[["{weapon} {hit} {toward}? {target}"]],
    )  # fmt: skip
    gap: int = Field(
        default=4, ge=0, le=20, description="how many words may stand between two parts of a template", examples=[6]
    )
    not_between: Texts = Field(
        default=(), description="lists whose words may not stand between two parts", examples=[["intercept"]]
    )


class FrameSpec(Strict):
    """Words around a pattern that change what the report does. It needs `any` or `templates`."""

    any: Texts = Field(default=(), description="lists; a word of one of them makes it apply", examples=[["@denial"]])
    templates: Texts = Field(
        default=(), description="or wordings with slots that make it apply", examples=[["{target} {was-not} {struck}"]]
    )
    gap: int = Field(
        default=3, ge=0, le=20, description="how many words may stand between two parts of a template", examples=[3]
    )
    scope: Literal["before", "clause", "sentence", "headline", "lead", "item"] = Field(
        alias="in", examples=["clause"],
        description="how near they must stand: before the pattern in its clause, or anywhere in the same clause, "
        "sentence, headline, lead or item",
    )  # fmt: skip
    of: tuple[Act, ...] = Field(
        default=(Act.ATTACK, Act.FOILED, Act.CLAIM), description="acts that it changes", examples=[["attack", "foiled"]]
    )
    instead: Act = Field(description="the act that the report then has", examples=["threat"])
    unless: Texts = Field(
        default=(), description="lists; a word of them in the same sentence makes the frame powerless",
        examples=[["@confirmed"]],
    )  # fmt: skip
    why: str = Field(description="said by `explain` where it applies", examples=["it is denied"])


class NumbersSpec(Strict):
    """How a language counts. Digits of every script are known without it; words are matched in any case."""

    values: dict[int, Texts] = Field(
        default_factory=dict, examples=[{"2": ["two", "both"], "24": ["dozens"]}],
        description="words and phrases for a number, in every form; a word that says no exact number stands at the "
        "least that it means",
    )  # fmt: skip
    times: dict[int, Texts] = Field(
        default_factory=dict, examples=[{"12": ["dozen"], "100": ["hundred"]}],
        description="words that multiply the number in front of them; alone they are that number",
    )  # fmt: skip
    articles: Texts = Field(default=(), description="words that are one only before what is counted", examples=[["a"]])
    plus: Texts = Field(
        default=(), description="words between two parts of one number (“treinta y dos”)", examples=[["y"]]
    )
    and_: Texts = Field(
        default=(), alias="and", examples=[["and"]],
        description="words between two groups that are added (“4 soldiers and 2 contractors”)",
    )  # fmt: skip
    to: Texts = Field(
        default=(),
        description="words between two numbers of which the first counts (“5 to 7”)",
        examples=[["to", "or"]],
    )
    from_: Texts = Field(
        default=(), alias="from", examples=[["from"]],
        description="words before two such numbers that make the second count (“from 3 to 5”)",
    )  # fmt: skip
    between: Texts = Field(
        default=(), description="words before two numbers of which the first counts (“between 5 and 7”)",
        examples=[["between"]],
    )  # fmt: skip
    of: Texts = Field(
        default=(), description="words between a number and the whole that it is a part of (“two of four”)",
        examples=[["of", "of the"]],
    )  # fmt: skip
    about: Texts = Field(
        default=(), description="words that may stand between a word of harm and its number",
        examples=[["at least", "more than"]],
    )  # fmt: skip
    among: Texts = Field(
        default=(), description="words before some of those who were counted already (“four, including two officers”)",
        examples=[["including", "among them"]],
    )  # fmt: skip
    measures: Texts = Field(
        default=(), description="words behind a number that make it no count of people; `*` leaves the end open",
        examples=[["hours", "km", "percent"]],
    )  # fmt: skip
    labels: Texts = Field(
        default=(), description="words before a number that make it a name or an age; `*` leaves the end open",
        examples=[["article", "tower", "aged"]],
    )  # fmt: skip
    walls: Texts = Field(
        default=(), description="words on whose other side a number belongs to something else",
        examples=[["by", "when", "hosting"]],
    )  # fmt: skip
    person: Texts = Field(
        default=(), description="words for one who may be harmed; without a number it is one", examples=[["soldier"]]
    )  # fmt: skip
    people: Texts = Field(
        default=(), description="words for several who may be harmed", examples=[["soldiers", "civilians"]]
    )  # fmt: skip


class ListFile(Strict):
    """One file of `lists/`: words, and the wordings that are made of them."""

    language: str | None = Field(
        default=None, pattern=r"^[a-z]{2,3}$", examples=["ar"],
        description="the language of its words; its wordings count only in sentences that hold a word of that language "
        "which is no word of the files without a language (those are English)",
    )  # fmt: skip
    lists: dict[str, Terms] = Field(
        default_factory=dict, description="words that mean the same; `@name` takes in another list",
        examples=[{"drone": ["drone", "drones", "shahed*"], "flying": ["@drone", "@rocket"]}],
    )  # fmt: skip
    masks: dict[str, Terms] = Field(
        default_factory=dict, description="phrases whose words mean something else, so that none of them is seen",
        examples=[{"illness": ["heart attack"]}],
    )  # fmt: skip
    extend: dict[str, Terms] = Field(
        default_factory=dict,
        description="words for lists and masks of other files, so that your own need not stand in the shipped ones",
        examples=[{"drone": ["loitering munition"]}],
    )
    shapes: dict[str, ShapeSpec] = Field(
        default_factory=dict, description="several words that make one thing",
        examples=[{"us-base": {"templates": ["{us} {base-word}"]}}],
    )  # fmt: skip
    patterns: dict[str, PatternSpec] = Field(
        default_factory=dict, description="wordings that tell what a report does",
        examples=[{"rain-on-base": {"act": "attack", "why": "something rains on a base",
                                    "templates": ["{weapon} rain on {target}"]}}],
    )  # fmt: skip
    frames: dict[str, FrameSpec] = Field(
        default_factory=dict, description="words around a pattern that change its act",
        examples=[{"hoax": {"any": ["@denial"], "in": "clause", "instead": "background", "why": "it was a hoax"}}],
    )  # fmt: skip
    numbers: NumbersSpec | None = Field(
        default=None, description="how the file's language counts; a file without `language` counts in English",
        examples=[{"values": {"2": ["dois", "duas"]}, "times": {"12": ["dúzia"]}, "about": ["pelo menos"]}],
    )  # fmt: skip
    months: dict[Month, Texts] = Field(
        default_factory=dict, description="names of the months by their number, in every form in which dates have them",
        examples=[{"1": ["janeiro", "jan"]}],
    )  # fmt: skip
    abbreviations: Texts = Field(
        default=(), description="words that are written with a full stop that ends no sentence",
        examples=[["Lt.", "U.S."]],
    )  # fmt: skip
