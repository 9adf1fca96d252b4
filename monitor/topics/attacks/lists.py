"""The lists that reading itself depends on, by their names in the rules folder."""

from __future__ import annotations

from monitor.rules.vocabulary import CAUSE, Vocabulary
from monitor.text.reading import ReadingWords


def reading_words(vocabulary: Vocabulary) -> ReadingWords:
    """What the reader makes of the words of this vocabulary."""
    mask = vocabulary.mask
    return ReadingWords(
        mask=mask("mask"),
        hides=mask("mask", "actor"),
        listed=vocabulary.listed,
        undone=mask("intercept", "stopped"),
        deed=mask("launch", "hit"),
        cause=mask(CAUSE),
        clause_break=mask("clause-break"),
        clause_start=mask("clause-start"),
        clause_joint=mask("clause-joint"),
        condition=mask("condition"),
        number=mask("number"),
        year=mask("year"),
        past_year=mask("past-year"),
        question=mask("question"),
        start=mask("start"),
        abbreviations=vocabulary.abbreviations,
        months=vocabulary.calendar.months,
        shapes=vocabulary.shapes,
    )
