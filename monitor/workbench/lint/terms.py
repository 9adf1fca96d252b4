"""Words that are never seen, words that another makes needless, masks that cover nothing. Pure.

How words match is not told a second time here: where it is in doubt, a word is read as a text by the matcher that
reads the items.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from monitor.errors import Problem
from monitor.rules.ruleset import RuleFiles
from monitor.text.expressions import is_expression
from monitor.text.matcher import Term, make_term
from monitor.text.normalise import normalise, normalise_term
from monitor.text.sentences import sentences
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.lint.entries import Lists, WordEntry, names_of, warning, words_of

#: `dRone`: a small letter at the beginning, a capital behind it
_INNER_CAPITAL = re.compile(r"[a-z]+[A-Z]")
#: in a phrase of capitals, words that are longer are no abbreviations
_ABBREVIATION = 3
#: signs at which a text may be cut, so that what stands on both sides of them is not one word
_PUNCTUATION = re.compile(r"[^\w\s'\"-]|_")
_MASK = "mask"


#: words that mean the same: those of a list or of a rule's key, and those of the lists that it includes
_Group = tuple[Sequence[WordEntry], Sequence[WordEntry]]


class TermCheck:
    """Looks at the words of one folder."""

    def __init__(self, files: RuleFiles, rules: RuleSet, lists: Lists) -> None:
        self._files = files
        self._lists = lists
        self._matcher = rules.matcher
        self._vocabulary = rules.vocabulary
        self._mask = rules.vocabulary.bits_of(_MASK)
        self._masks = self._of(*sorted(lists.masks))
        self._terms: dict[str, Term | None] = {term.written: term for term in rules.vocabulary.terms}
        masking = [term for term in map(self._term, self._masks) if term is not None]
        self._mask_words = {word for term in masking for word in term.words.split()}
        self._mask_stems = tuple(term.words.split()[-1] for term in masking if term.open_end)

    def problems(self) -> Iterator[Problem]:
        """Every warning about a word."""
        for own, included in chain(self._groups(), self._rule_groups()):
            yield from self._needless(own, included)
        listed = [entry for name in self._lists.words if name not in self._lists.masks for entry in self._of(name)]
        in_rules = [e for document, rule in self._files.rules for e in words_of(document, rule) if e.written[0] != "@"]
        for entries, masked in ((listed, True), (in_rules, False)):  # a mask does not cover a rule's own words
            for entry in entries:
                term = self._term(entry)
                if term is not None:
                    yield from self._never_seen(entry, term.words, masked=masked)
                    yield from _odd_capitals(entry, term)
        for entry in names_of(self._files):
            words = entry.written.lower() if entry.written.isascii() else normalise_term(entry.written)[0]
            yield from self._never_seen(entry, words, masked=True)
        yield from self._idle_masks()

    def _of(self, *names: str) -> list[WordEntry]:
        return [entry for name in names for entry in self._lists.words.get(name, ())]

    def _term(self, entry: WordEntry) -> Term | None:
        """The word as it is searched for; None for expressions."""
        if entry.written not in self._terms:
            self._terms[entry.written] = None if is_expression(entry.written) else make_term(entry.written, 0)
        return self._terms[entry.written]

    # ------------------------------------------------------------------------------------------ needless words

    def _groups(self) -> Iterator[_Group]:
        yield self._masks, ()
        for name in self._lists.words.keys() - self._lists.masks:
            yield self._of(name), self._of(*self._lists.inside(name))

    def _rule_groups(self) -> Iterator[_Group]:
        for document, rule in self._files.rules:
            entries = [entry for entry in words_of(document, rule) if "all" not in entry.loc]
            for _, members in groupby(entries, key=lambda entry: entry.loc[:-1]):
                some = list(members)
                names = [entry.name for entry in some if entry.written.startswith("@")]
                every = dict.fromkeys(chain(names, *map(self._lists.inside, names)))
                yield [entry for entry in some if not entry.written.startswith("@")], self._of(*every)

    def _needless(self, own: Sequence[WordEntry], included: Sequence[WordEntry]) -> Iterator[Problem]:
        """Words in whose place another of the group is found anyway."""
        by_words: dict[str, list[tuple[int, WordEntry, Term]]] = defaultdict(list)
        for order, entry in chain(enumerate(own), ((-1, entry) for entry in included)):
            if (term := self._term(entry)) is not None:
                by_words[term.words].append((order, entry, term))
        for order, entry in enumerate(own):
            if (term := self._term(entry)) is None:
                continue
            candidates = (one for words in _spelled_by(term.words) for one in by_words.get(words, ()))
            for at, other, its in candidates:
                if _finds_all(its, at, term, order) and entry.is_beside(other):
                    yield entry.warning(
                        f"the term {entry.written!r} adds nothing: {other.written!r} ({other.at}) finds it as well",
                        "leave one of them out",
                    )
                    break

    # ------------------------------------------------------------------------------------------ never seen

    def _never_seen(self, entry: WordEntry, words: str, *, masked: bool) -> Iterator[Problem]:
        written = entry.written.removesuffix("*")
        if not (masked and self._may_be_covered(words)) and _PUNCTUATION.search(written) is None:
            return
        text = normalise(written)
        hits = self._matcher.hits(text)
        start, end = len(text.words) - len(text.words.lstrip()), len(text.words.rstrip())
        whole = [hit for hit in hits if hit.start <= start and hit.end >= end]
        cover = next((hit for hit in whole if hit.tags & self._mask), None) if masked else None
        said = f"the term {entry.written!r}"
        if cover is not None:
            named = next(name for name in self._vocabulary.names(cover.tags) if name in self._lists.masks)
            at = next((f", {e.at}" for e in self._of(named) if e.written == cover.written), "")
            message = f"{said} is never seen: the mask {named} covers it ({cover.written!r}{at})"
            yield entry.warning(message, "take it out here or there")
        elif len(sentences(text, hits, self._vocabulary.abbreviations, self._vocabulary.calendar.months)) > 1:
            message = f"{said} is never seen as it is written: a sentence ends inside it"
            yield entry.warning(message, "write only the part before or behind that end")
        elif not whole:
            yield entry.warning(f"{said} is not found in a text of just these words", "write it as papers do")

    def _may_be_covered(self, words: str) -> bool:
        return all(word in self._mask_words or word.startswith(self._mask_stems) for word in words.split())

    def _idle_masks(self) -> Iterator[Problem]:
        """A mask whose words nothing looks for covers nothing; told in one line for each line of a file."""
        masked = self._vocabulary.bits_of(_MASK, *self._lists.masks)
        beginnings = sorted({term.words for term in self._vocabulary.terms if not term.tags & self._mask})
        idle: dict[str, list[WordEntry]] = defaultdict(list)
        for entry in self._masks:
            term = self._term(entry)
            written = entry.written.removesuffix("*")
            read = (self._matcher.hits(normalise(spelled)) for spelled in {written, written.title(), written.upper()})
            covers = any(hit.tags & ~masked for hits in read for hit in hits)
            if term is not None and not covers and not (term.open_end and _goes_on(term.words, beginnings)):
                idle[entry.at].append(entry)
        for first, *others in idle.values():
            named = ", ".join(repr(entry.written) for entry in (first, *others))
            cover, so = ("cover", "they do") if others else ("covers", "it does")
            message = f"{named} {cover} no word that anything looks for, so {so} nothing as a mask"
            yield warning(first.document, first.loc[:-1], message, "take out what is not meant to guard a word")


def _spelled_by(words: str) -> Iterator[str]:
    """The words of a term, then those that find them where they have an open end."""
    yield words
    for end in range(len(words) - 1, words.rfind(" ") + 1, -1):
        yield words[:end]


def _finds_all(other: Term, at: int, term: Term, order: int) -> bool:
    """`other` finds every text that `term` finds; of two that find the same the later is needless."""
    if at == order or (other.words != term.words and not other.open_end):
        return False
    return _is_wider(other, term) and (at < order or not _is_wider(term, other) or other.words != term.words)


def _is_wider(one: Term, two: Term) -> bool:
    case = not one.exact or (two.exact.startswith(one.exact) if one.open_end else one.exact == two.exact)
    return case and one.open_end >= two.open_end and one.accented == two.accented


def _odd_capitals(entry: WordEntry, term: Term) -> Iterator[Problem]:
    """Capitals that texts do not have: `dRone`, or a phrase that is shouted."""
    words = term.exact.split()
    shouted = [word for word in words if word.isupper() and len(word) > _ABBREVIATION]
    if len(shouted) > 1 or any(_INNER_CAPITAL.match(word) for word in words):
        yield entry.warning(
            f"the term {entry.written!r} is found only in this very case, which texts hardly have",
            f"write {entry.written.lower()}: small letters match any case",
        )


def _goes_on(words: str, beginnings: Sequence[str]) -> bool:
    """Some term begins with the last words of an open-ended mask."""
    parts = words.split(" ")
    tails = (" ".join(parts[first:]) for first in range(len(parts)))
    found = ((tail, bisect_left(beginnings, tail)) for tail in tails)
    return any(at < len(beginnings) and beginnings[at].startswith(tail) for tail, at in found)
