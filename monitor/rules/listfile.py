"""What stands in `rules/lists/*.yaml`: word lists, masks, shapes, patterns and frames, as people write them.

    lists:     words that mean the same                     drone: [drone, drones, uav]
    extend:    more words for a list of another file         drone: [loitering munition]
               more wordings for its shape, pattern, frame   foreign-base: {templates: ["{base-word} {us}"]}
    masks:     phrases whose words mean something else      sport: [attacking midfielder]
    shapes:    words that together make one thing           us-base: ["{us} {base-word}"]
    patterns:  wordings that tell what a report does        "{weapon} {hit} {target}" → attack
    frames:    words around a pattern that change its act   "would" before it → threat
    signs:     what adds points to a pattern of attacks      a weapon is named → 0.5
    numbers, months, abbreviations: how the file's language counts, dates and shortens

These are only the forms; `vocabulary` resolves the references between them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from monitor.config.yamlfile import Strict
from monitor.model.report import Act, Certainty
from monitor.rules.values import Texts, key, several

#: the language of a file whose wordings are read in sentences of every language but English
ANY_LANGUAGE = "any"
#: the number of a month
Month = Annotated[int, Field(ge=1, le=12)]
#: a list of terms and `@list` references, or such lists by language
Terms = dict[str, tuple[str, ...]] | tuple[str, ...]


class ShapeSpec(Strict):
    """Words that together make one thing, for instance a nation and a base word."""

    templates: Texts = key(
        "wordings with slots; what they find counts as one thing of the shape's name",
        ["{us} {base-word}", "{base-word} of {us}"],
        min_length=1,
    )
    gap: int = key("how many words may stand between two parts of a template", 2, default=2, ge=0, le=20)
    not_between: Texts = several("lists whose words may not stand between two parts", ["intercept"])
    beside: Texts = several(
        "it is one only where a word of these lists stands in the same sentence", ["strike-noun", "weapon"]
    )
    abroad: bool = key(
        "true: only where its first and last part name different countries (“Turkish base in Somalia”)",
        True,
        default=False,
    )
    hides: Texts = several(
        "lists whose words mean something else inside it: in “missiles from the base” the base is no target", ["target"]
    )


class PatternSpec(Strict):
    """Wordings that tell what a report does."""

    act: Act = key("what a report with such a wording does", "attack")
    why: str = key("said by `explain` where it decides", "a weapon hit a base or its troops")
    points: float = key(
        "weight in the headline; 5 decide alone, 3 need support by another sign", 6, default=5, gt=0, le=10
    )
    templates: Texts = key(
        "wordings with slots, read from left to right", ["{weapon} {hit} {toward}? {target}"], min_length=1
    )
    gap: int = key("how many words may stand between two parts of a template", 6, default=4, ge=0, le=20)
    not_between: Texts = several("lists whose words may not stand between two parts", ["intercept"])
    unless: Texts = several("lists; a word of them in the same sentence makes the pattern powerless", ["broken-off"])


class FrameSpec(Strict):
    """Words around a pattern that change what the report does. It needs `any` or `templates`."""

    any: Texts = several("lists; a word of one of them makes it apply", ["@denial"])
    templates: Texts = several("or wordings with slots that make it apply", ["{target} {was-not} {struck}"])
    gap: int = key("how many words may stand between two parts of a template", 3, default=3, ge=0, le=20)
    not_between: Texts = several("lists whose words may not stand between two parts", ["says"])
    scope: Literal["before", "clause", "sentence", "headline", "lead", "item"] = key(
        "how near they must stand: before the pattern in its clause, or anywhere in the same clause, sentence, "
        "headline, lead or item",
        "clause",
        alias="in",
    )
    of: tuple[Act, ...] = key("acts that it changes", ["attack", "foiled"], default=(Act.ATTACK, Act.FOILED, Act.CLAIM))
    instead: Act = key("the act that the report then has", "threat")
    certainty: Certainty | None = key(
        "how sure its clause then is, for `explain`; unless said, it follows from `instead`", "denied", default=None
    )
    unless: Texts = several("lists; a word of them in the same sentence makes the frame powerless", ["@confirmed"])
    why: str = key("said by `explain` where it applies", "it is denied")


class SignSpec(Strict):
    """What speaks for a new attack beside the wording that tells of it."""

    any: Texts = key("lists; a word of one of them is the sign", ["weapon"], min_length=1)
    points: float = key("what it adds to the points of the wording", 0.5, gt=0, le=5)
    why: str = key("said by `explain`", "a weapon is named")
    scope: Literal["sentence", "beside", "opening"] = key(
        "where it must stand: in the sentence that tells of the attack, beside the wording in it and not in it, or in "
        "another one of headline and lead, where that sentence has none",
        "sentence",
        default="sentence",
        alias="in",
    )


class MoreSpec(Strict):
    """More wordings for a shape, a pattern or a frame of another file. They count as those of this file do."""

    templates: Texts = several("wordings with slots, beside those that it has", ["{target} {weapon} {hit}"])
    gap: int | None = key(
        "how many words may stand between two parts of these templates; unless said, as many as in its own",
        8,
        default=None,
        ge=0,
        le=20,
    )
    not_between: Texts | None = key(
        "lists whose words may not stand between two parts of these templates; unless said, those of its own",
        ["intercept"],
        default=None,
    )
    any: Texts = several("of a frame: further lists; a word of one of them makes it apply", ["@denial"])


def _kind_of_more(value: object) -> str:
    """Which form was meant, so that a mistake in it is told of that form alone."""
    is_wording = isinstance(value, MoreSpec) or (
        isinstance(value, dict) and not MoreSpec.model_fields.keys().isdisjoint(value)
    )
    return "(wordings)" if is_wording else "(words)"


#: what `extend` gives: words for a list, or wordings
More = Annotated[
    Annotated[MoreSpec, Tag("(wordings)")] | Annotated[Terms, Tag("(words)")], Discriminator(_kind_of_more)
]


class NumbersSpec(Strict):
    """How a language counts. Digits of every script are known without it; words are matched in any case."""

    values: dict[int, Texts] = key(
        "words and phrases for a number, in every form; a word that says no exact number stands at the least that it "
        "means",
        {"2": ["two", "both"], "24": ["dozens"]},
        default_factory=dict,
    )
    times: dict[int, Texts] = key(
        "words that multiply the number in front of them; alone they are that number",
        {"12": ["dozen"], "100": ["hundred"]},
        default_factory=dict,
    )
    articles: Texts = several("words that are one only before what is counted", ["a"])
    plus: Texts = several("words between two parts of one number (“treinta y dos”)", ["y"])
    and_: Texts = several(
        "words between two groups that are added (“4 soldiers and 2 contractors”)", ["and"], alias="and"
    )
    to: Texts = several("words between two numbers of which the first counts (“5 to 7”)", ["to", "or"])
    from_: Texts = several(
        "words before two such numbers that make the second count (“from 3 to 5”)", ["from"], alias="from"
    )
    between: Texts = several("words before two numbers of which the first counts (“between 5 and 7”)", ["between"])
    of: Texts = several("words between a number and the whole that it is a part of (“two of four”)", ["of", "of the"])
    about: Texts = several("words that may stand between a word of harm and its number", ["at least", "more than"])
    among: Texts = several(
        "words before some of those who were counted already (“four, including two officers”)",
        ["including", "among them"],
    )
    measures: Texts = several(
        "words behind a number that make it no count of people; `*` leaves the end open", ["hours", "km", "percent"]
    )
    labels: Texts = several(
        "words before a number that make it a name or an age; `*` leaves the end open", ["article", "tower", "aged"]
    )
    walls: Texts = several("words on whose other side a number belongs to something else", ["by", "when", "hosting"])
    person: Texts = several("words for one who may be harmed; without a number it is one", ["soldier"])
    people: Texts = several("words for several who may be harmed", ["soldiers", "civilians"])


class ListFile(Strict):
    """One file of `lists/`: words, and the wordings that are made of them."""

    language: str | None = key(
        "the language of its words; its wordings count only in sentences that hold a word of that language "
        "which is no word of the files without a language (those are English). `any`: in sentences of every language "
        "but English",
        "ar",
        default=None,
        pattern="^[a-z]{2,3}$",
    )
    lists: dict[str, Terms] = key(
        "words that mean the same; `@name` takes in another list",
        {"drone": ["drone", "drones", "shahed*"], "flying": ["@drone", "@rocket"]},
        default_factory=dict,
    )
    masks: dict[str, Terms] = key(
        "phrases whose words mean something else, so that none of them is seen",
        {"illness": ["heart attack"]},
        default_factory=dict,
    )
    extend: dict[str, More] = key(
        "words for lists and masks of other files, and wordings for their shapes, patterns and frames, so that your "
        "own need not stand in the shipped ones",
        {"drone": ["loitering munition"], "foreign-base": {"templates": ["{base-word} for {us}"]}},
        default_factory=dict,
    )
    shapes: dict[str, ShapeSpec] = key(
        "several words that make one thing", {"us-base": {"templates": ["{us} {base-word}"]}}, default_factory=dict
    )
    patterns: dict[str, PatternSpec] = key(
        "wordings that tell what a report does",
        {
            "rain-on-base": {
                "act": "attack",
                "why": "something rains on a base",
                "templates": ["{weapon} rain on {target}"],
            }
        },
        default_factory=dict,
    )
    frames: dict[str, FrameSpec] = key(
        "words around a pattern that change its act",
        {"hoax": {"any": ["@denial"], "in": "clause", "instead": "background", "why": "it was a hoax"}},
        default_factory=dict,
    )
    order: tuple[tuple[Act, ...], ...] = several(
        "which act a sentence has where its clauses differ: the first line that one of them has; an act that no line "
        "names comes last",
        [["retraction"], ["attack", "foiled", "claim"]],
    )
    signs: dict[str, SignSpec] = key(
        "what speaks for an attack beside its wording",
        {"a-weapon": {"any": ["weapon"], "points": 0.5, "why": "a weapon is named"}},
        default_factory=dict,
    )
    numbers: NumbersSpec | None = key(
        "how the file's language counts; a file without `language` counts in English",
        {"values": {"2": ["dois", "duas"]}, "times": {"12": ["dúzia"]}, "about": ["pelo menos"]},
        default=None,
    )
    months: dict[Month, Texts] = key(
        "names of the months by their number, in every form in which dates have them",
        {"1": ["janeiro", "jan"]},
        default_factory=dict,
    )
    abbreviations: Texts = several("words that are written with a full stop that ends no sentence", ["Lt.", "U.S."])

    shared: Texts = several(
        "words of other languages that English has too, names above all: they do not tell that a sentence is in one of "
        "those languages",
        ["president", "Hezbollah", "ten"],
    )

    @property
    def more_words(self) -> dict[str, Terms]:
        """What `extend` gives to lists and masks."""
        return {name: more for name, more in self.extend.items() if not isinstance(more, MoreSpec)}

    @property
    def more_wordings(self) -> dict[str, MoreSpec]:
        """What `extend` gives to shapes, patterns and frames."""
        return {name: more for name, more in self.extend.items() if isinstance(more, MoreSpec)}

    @model_validator(mode="after")
    def _any_language_has_no_words(self) -> Self:
        if self.language == ANY_LANGUAGE and (self.numbers or self.months):
            raise ValueError("a file for any language counts and dates in none; say which language it is")
        return self
