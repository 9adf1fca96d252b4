"""Words that are never seen, and words that another makes needless. Pure.

Whether a word is ever seen is not guessed: the word itself is read as a text, by what reads the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from monitor.classify.gazetteer import PlaceFile
from monitor.classify.lint.entries import Entry, Lists, words_of
from monitor.classify.matcher import Hit, Term, written_onto
from monitor.classify.normalise import normalise
from monitor.classify.rulefile import RuleFiles, RuleSet
from monitor.classify.sentences import sentences
from monitor.errors import Problem

#: `dRone`: a small letter, then a capital in the same word
_INNER_CAPITAL = re.compile(r"(?<![^\W\d_])[^\W\d_A-Z]*[a-z][A-Z]")
#: words of an all-capitals phrase that are longer are no abbreviations
_LONGEST_ABBREVIATION = 3


# ------------------------------------------------------------------------------------------------- never seen


def never_seen(files: RuleFiles, rules: RuleSet, lists: Lists) -> Iterator[Problem]:
    """Terms and names that no text can show: a mask covers them, a sentence ends in them, their case does not exist."""
    listed = (entry for name, entries in lists.words.items() if name not in lists.masks for entry in entries)
    in_rules = (entry for document, rule in files.rules for entry in words_of(document, rule))
    mask = rules.vocabulary.mask("mask")
    for entry in chain(listed, in_rules, _names(files)):
        if entry.term is not None:
            problem = _unseen(entry, rules, mask)
            if problem is not None:
                yield problem
    for entry in chain.from_iterable(lists.words.values()):
        if entry.term is not None and _has_odd_capitals(entry.term):
            yield entry.warning(
                f"the term {entry.written!r} is found only in this very case, which texts hardly have",
                f"write {entry.written.lower()}: small letters match any case",
            )


def _unseen(entry: Entry, rules: RuleSet, mask: int) -> Problem | None:
    text = normalise(entry.written.removesuffix("*"))
    hits = rules.matcher.hits(text)
    start = len(text.words) - len(text.words.lstrip())
    end = len(text.words.rstrip())
    whole = [hit for hit in hits if hit.start <= start and hit.end >= end]
    cover = next((hit for hit in whole if hit.tags & mask), None)
    if cover is not None:
        masks = [name for name in rules.vocabulary.names(cover.tags) if name != "mask"]
        return entry.warning(
            f"the term {entry.written!r} is never seen: the mask {masks[0]} covers it (“{cover.written}”)",
            "take it out here or there",
        )
    if len(sentences(text)) > 1:
        return entry.warning(
            f"a sentence ends inside the term {entry.written!r}, so it is never seen as one",
            "write it without the full stop, or only a part of it",
        )
    if not whole:
        return entry.warning(
            f"the term {entry.written!r} is not found in a text that holds just these words", "write it otherwise"
        )
    return None


def _names(files: RuleFiles) -> Iterator[Entry]:
    """The names of places, countries and actors."""
    for document, content in files.places:
        yield from _named(document_entries(document, content))
    for document, actors in files.actors:
        for i, actor in enumerate(actors.actors):
            yield from (Entry(word, document, ("actors", i, "names", j)) for j, word in enumerate(actor.names))
