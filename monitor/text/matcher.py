"""All terms of all rule files in one automaton: one pass over a text finds every list, place, actor and phrase.

The one door to pyahocorasick. A term stands for a set of tags, kept as bits of one integer so that "is one of these
tags here?" is a single operation. Terms match whole words (the text was brought into words by `normalise`); a
trailing `*` lets the word go on. Smart case: a capital letter of a term matches only a capital, a small one matches
both; names of places and actors match in any case. In Arabic and Hebrew the little words that
are written onto the next word (و ف ب ل ك س, ו ה ב ל מ ש כ) are tolerated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import ahocorasick

from monitor.text.expressions import Expressions, TermError
from monitor.text.normalise import Text, count_words, joined_or_parted, normalise_term, spell_term

_ARABIC = frozenset("وفبلكس")
_HEBREW = frozenset("והבלמשכ")
_LONGEST_PREFIX = 2
#: words of a term; longer ones are no term, and terms inside terms inside terms would make a text slow
LONGEST = 20
#: hits of one text; no article has so many, however many rules there are
_MOST = 5000
_SHORT = 3
#: a term with at most one sign between two letters, so that its form is the same with its punctuation and without
_ONE_BETWEEN = re.compile(r"[^\W_]+(?:[ '’\u200c\u2010-\u2014-][^\W_]+)*+\*?")


@dataclass(slots=True, eq=False)
class Term:
    """A word or phrase that is searched for, and what it stands for. Never changed; but at each start there are many
    ten thousands of them, and a frozen one takes three times as long to make."""

    #: as written in the rule file
    written: str
    words: str
    #: the words in their own case where only that case counts, else empty
    exact: str
    #: the word may go on behind the term
    open_end: bool
    #: bits of the tags (lists) it belongs to
    tags: int
    #: a short word written with an accent (`üs`, `à`), which counts only where the text has one too
    accented: bool
    #: ids of gazetteer or actor entries that it names, as (`place`|`country`|`actor`, id)
    names: tuple[tuple[str, str], ...] = ()

    def __reduce__(self) -> tuple[type[Term], tuple[object, ...]]:
        """Written down by position: read again in half the time."""
        return Term, (self.written, self.words, self.exact, self.open_end, self.tags, self.accented, self.names)


@dataclass(slots=True, eq=False)
class Hit:
    """A stretch of a text that a term or a shape covers."""

    start: int
    end: int
    tags: int
    written: str
    names: tuple[tuple[str, str], ...] = ()
    #: number of the clause in its sentence, see `clauses`
    segment: int = 0

    def named(self, kind: str) -> list[str]:
        """The places, countries, nations or actors of this kind that the words name, by id."""
        return [name for of, name in self.names if of == kind] if self.names else []

    def is_in(self, outer: Hit) -> bool:
        """The words stand within those of the other."""
        return outer.start <= self.start and self.end <= outer.end


def make_term(
    written: str, tags: int, *, any_case: bool = False, exact: bool = False, names: tuple[tuple[str, str], ...] = ()
) -> Term | None:
    """The term for what a rule author wrote; None where nothing is left after normalisation."""
    open_end = written.endswith("*")
    words, cased = normalise_term(written[:-1] if open_end else written)
    if not words:
        return None
    if words == written:  # one text is enough
        words = written
    keeps_case = exact or (not any_case and cased != cased.lower())
    accented = len(words) <= _SHORT and words.isascii() and not written.isascii()
    return Term(written, words, cased if keeps_case else "", open_end, tags, accented, names)


def read_term(written: str, tags: int) -> Term:
    """The term for what a rule author wrote; `TermError` where it can never match, or would match what nobody meant."""
    term = make_term(written, tags)
    if "*" in written[:-1]:
        raise TermError(f"the term {written!r} holds a * inside", "a * may only stand at the end")
    if term is None:
        raise TermError(f"the term {written!r} holds no letter or digit, so it can never match")
    if (length := count_words(term.words)) > LONGEST:
        message = f"a term of {length} words, at most {LONGEST} are read"
        raise TermError(message, "write only the words that tell")
    return term


class Matcher:
    """Finds all terms in one pass; built once per set of rules, then only read."""

    def __init__(self, terms: Iterable[Term], expressions: Expressions | None = None) -> None:
        merged: dict[str, tuple[Term, ...]] = {}
        for written in terms:
            for term in (written, *_other_spellings(written)):
                key = _key(term)
                known = merged.get(key)
                merged[key] = (term,) if known is None else _with(known, term)
        self._fill((key, variants[0] if _is_simple(variants) else variants) for key, variants in sorted(merged.items()))
        self._expressions = expressions

    def _fill(self, entries: Iterable[tuple[str, Term | tuple[Term, ...]]]) -> None:
        """Makes the automaton of what each key stands for; sorted by key it takes a third of the time less."""
        self._automaton = ahocorasick.Automaton()
        for key, variants in entries:
            lead = key[0] == " "
            self._automaton.add_word(key, (len(key) - lead, lead, variants))
        self._empty = not len(self._automaton)
        if not self._empty:
            self._automaton.make_automaton()

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[object, ...]]:
        """Written down as its keys: pyahocorasick can write an automaton too, but loses its memory each time (2.3)."""
        entries = sorted(self._automaton.items())
        return _filled, ([key for key, _ in entries], [variants for _, (*_, variants) in entries], self._expressions)

    def __len__(self) -> int:
        return len(self._automaton)

    @property
    def size(self) -> int:
        """Bytes of the automaton, as pyahocorasick counts them (without the terms themselves)."""
        return int(self._automaton.get_stats()["total_size"])

    def hits(self, text: Text) -> list[Hit]:
        """Every term in `text`, by position; offsets are those of `text.words`."""
        found: list[Hit] = []
        if self._expressions:
            found += [Hit(start, end, one.tags, one.written) for start, end, one in self._expressions.find(text)]
        if self._empty:
            return found
        words = f" {text.words} "
        without_case = text.cased == text.words  # all in small letters, so that a capital cannot be asked for
        for last, (length, lead, variants) in self._automaton.iter(words):
            # `words` is one longer in front than `text.words`; a key ends with its space unless the word may go on
            start = last - length
            if not lead and not _starts_word(words, start + 1):
                continue
            if len(found) >= _MOST:
                break
            if type(variants) is Term:
                found.append(Hit(start, last - 1, variants.tags, variants.written, variants.names))
                continue
            # where a short word is known with and without an accent, the accent of the text tells which it is
            accents = any(term.accented for term in variants)
            for term in variants:
                end = last if term.open_end else last - 1
                if term.open_end:
                    while end < len(text.words) and text.words[end] != " ":
                        end += 1
                may_be_small = without_case and len(term.exact) > _SHORT
                if term.exact and not may_be_small and not _same_case(text.cased[start:end], term):
                    continue
                if accents and term.accented == _is_plain(text, start, end):
                    continue
                found.append(Hit(start, end, term.tags, term.written, term.names))
        found.sort(key=by_position)
        return found


def _filled(
    keys: Iterable[str], variants: Iterable[Term | tuple[Term, ...]], expressions: Expressions | None
) -> Matcher:
    """The matcher that was written down so."""
    matcher = Matcher((), expressions)
    matcher._fill(zip(keys, variants, strict=True))
    return matcher


def _is_simple(terms: Sequence[Term]) -> bool:
    """One term that ends with its word and asks for no case and no accent: nothing is left to check."""
    one = terms[0]
    return len(terms) == 1 and not (one.exact or one.open_end or one.accented)


def _other_spellings(term: Term) -> Iterable[Term]:
    if "\u0600" <= term.words[0] <= "\u06ff" or "\u200c" in term.written:
        return chain(_joined_or_parted(term), _punctuated(term))
    return () if _ONE_BETWEEN.fullmatch(term.written) else _punctuated(term)


def _joined_or_parted(term: Term) -> Iterator[Term]:
    return (replace(term, words=words) for words in joined_or_parted(term.written, term.words))


def _punctuated(term: Term) -> Iterator[Term]:
    """The term with its own punctuation: `U.S. embassy` leaves two spaces where the paper has it."""
    if _ONE_BETWEEN.fullmatch(term.written):
        return
    words, cased = spell_term(term.written.removesuffix("*"))
    if words != term.words:
        yield replace(term, words=words, exact=cased if term.exact else "")


def by_position(hit: Hit) -> tuple[int, float]:
    """By start, the longer first ("drone strike" before its "drone"); the start of the sentence before all."""
    return hit.start, -hit.end if hit.end > hit.start else -math.inf


def _key(term: Term) -> str:
    lead = "" if _takes_prefix(term.words) else " "
    return f"{lead}{term.words}{'' if term.open_end else ' '}"


def _takes_prefix(words: str) -> bool:
    return "\u05d0" <= words[0] <= "\u05ea" or "\u0620" <= words[0] <= "\u06ff"


def _starts_word(words: str, at: int) -> bool:
    """`at` begins a word, or stands behind one or two letters that are written onto it."""
    prefix = _ARABIC if words[at] >= "\u0600" else _HEBREW
    for _ in range(_LONGEST_PREFIX + 1):
        at -= 1
        if words[at] == " ":
            return True
        if words[at] not in prefix:
            return False
    return False


def _same_case(found: str, term: Term) -> bool:
    """Each capital of the term is one in the text; its small letters may be either, as in Headlines Like This."""
    if found.startswith(term.exact):
        return True
    for wanted, letter in zip(term.exact, found, strict=False):
        if wanted.isupper() and not letter.isupper():
            return False
    return True


def _is_plain(text: Text, start: int, end: int) -> bool:
    first, last = text.span(start, end)
    return text.original[first:last].isascii()


def _with(known: tuple[Term, ...], term: Term) -> tuple[Term, ...]:
    """The terms of one key, each way in which they ask for it once."""
    for at, one in enumerate(known):
        if (one.exact, one.open_end, one.accented) == (term.exact, term.open_end, term.accented):
            return (*known[:at], _united(one, term), *known[at + 1 :])
    return (*known, term)


def _united(one: Term, other: Term) -> Term:
    names = one.names + tuple(name for name in other.names if name not in one.names)
    tags = one.tags | other.tags
    if tags == one.tags and len(names) == len(one.names):
        return one
    return replace(one, tags=tags, names=names)
