"""The lists of a rules folder with the tags of each: what includes what, in which language a word speaks.

Names that no file defines, names that two files define and lists that include each other in a circle are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from monitor.config.yamlfile import Document, Loc, close_match
from monitor.rules.hints import list_hint
from monitor.rules.listfile import ANY_LANGUAGE, ListFile, Terms
from monitor.rules.terms import TermReader
from monitor.text.normalise import normalise_term
from monitor.text.templates import sum_of

#: tags that the code gives: names of the gazetteer and actors, numbers, questions, the end of a clause
BUILT_IN = (
    "base-place", "home-base", "diplomatic-place", "town", "loose-place", "region-place", "country", "far-country",
    "nationality", "actor", "foe", "partner", "number", "year", "past-year", "question", "comma", "colon", "start",
    "mask",
)  # fmt: skip
#: the list whose words open a cause or a background clause
CAUSE = "cause"


class _Entry(NamedTuple):
    """A term of a list, or the name of a list that it includes, and where it stands."""

    written: str
    document: Document
    loc: Loc
    language: str | None


class WordLists:
    """The lists of all files with the tags of each; what is wrong with them is among the reader's problems."""

    def __init__(self, files: Sequence[tuple[Document, ListFile]]) -> None:
        self.reader = TermReader({name: 1 << i for i, name in enumerate(BUILT_IN)})
        #: where each list, mask and shape is defined
        self._home: dict[str, tuple[Document, Loc]] = {}
        self._words: dict[str, list[_Entry]] = {}
        self._shared = {normalise_term(word)[0] for _, content in files for word in content.shared}
        #: what is made of wordings, not of words
        self._wordings = {n for _, content in files for n in (*content.shapes, *content.patterns, *content.frames)}
        self._includes: dict[str, list[_Entry]] = {}
        for document, content in files:
            self._define_all(document, content)
        for document, content in files:
            self._extend(document, content)
        self._check()
        #: for each tag its own bit and those of all lists that include it, directly or not
        self.closures = self._closures()
        included = (entry.written for entry in self._includes.get(CAUSE, ()))
        # also those of a list that `cause` takes in: a template may ask for either
        self.reader.openers = sum_of(self.reader.bits.get(name, 0) for name in (CAUSE, "colon", *included))
        languages = dict.fromkeys(content.language for _, content in files if content.language)
        #: the bit of each language; `any` has those of all others, and one that no word has
        self._languages = {name: self.reader.bit(language_tag(name)) for name in languages}
        if ANY_LANGUAGE in languages:
            self._languages[ANY_LANGUAGE] = sum_of(self._languages.values())

    def language(self, name: str | None) -> int:
        """The bit of a language; the files without one are English, which needs none."""
        return self._languages[name] if name else 0

    def tags(self, names: Sequence[str], document: Document, loc: Loc) -> int:
        """The bits of these lists together."""
        out = 0
        for i, name in enumerate(names):
            bare = name.removeprefix("@")
            if bare not in self.reader.bits:
                self._unknown(bare, document, (*loc, i))
            out |= self.reader.bits.get(bare, 0)
        return out

    def read_terms(self) -> None:
        """Takes up the terms of all lists; one that is English too speaks for no other language."""
        english = set(self._shared)
        others: list[tuple[_Entry, int, int]] = []
        for name, entries in self._words.items():
            tags = self.closures[name]
            # made once for each language: the bits of a term are a number of a thousand digits, so terms share it
            speaking = {language: tags | bit for language, bit in self._languages.items()}
            for entry in entries:
                if entry.language:
                    others.append((entry, tags, speaking[entry.language]))
                elif (term := self.reader.read_term(entry.written, tags, entry.document, entry.loc)) is not None:
                    english.add(term.words)
        for entry, tags, speaks in others:
            known = normalise_term(entry.written.removesuffix("*"))[0] in english
            self.reader.read_term(entry.written, tags if known else speaks, entry.document, entry.loc)

    # -------------------------------------------------------------------------------------- what the files define

    def _define_all(self, document: Document, content: ListFile) -> None:
        for section, lists in (("lists", content.lists), ("masks", content.masks)):
            for name, terms in lists.items():
                loc: Loc = (section, name)
                if self._define(name, document, loc):
                    self._take(name, terms, document, loc, content.language)
                    if section == "masks":
                        self._includes.setdefault("mask", []).append(_Entry(name, document, loc, None))
        for name in content.shapes:
            self._define(name, document, ("shapes", name))

    def _define(self, name: str, document: Document, loc: Loc) -> bool:
        if name in BUILT_IN:
            self.reader.refuse(document, loc, f"{name} is a built-in name", "choose another")
        elif name.startswith("@"):
            hint = f"write {name.lstrip('@')}: here, and @{name.lstrip('@')} where it is used"
            self.reader.refuse(document, loc, f"the name of a list has no @, and here is {name}", hint)
        elif name in self._home:
            other, where = self._home[name]
            said = f"{name} is defined twice (first in {other.path.name}:{other.line(*where)})"
            hint = "words that are added to a list of another file stand under extend:"
            self.reader.refuse(document, loc, said, hint if loc[0] in ("lists", "masks") else "")
        else:
            self._home[name] = (document, loc)
            self.reader.bit(name)
            return True
        return False

    def _extend(self, document: Document, content: ListFile) -> None:
        for name, terms in content.more_words.items():
            loc: Loc = ("extend", name)
            if name in self._home and self._home[name][1][0] != "shapes":
                self._take(name, terms, document, loc, content.language)
            elif name not in self._wordings:  # of those `extensions` tells
                near = close_match(name, self._home)
                hint = f"did you mean {near}?" if near else "a new list stands under lists:"
                self.reader.refuse(document, loc, f"there is no list {name} to extend", hint, unknown=name)

    def _take(self, name: str, terms: Terms, document: Document, loc: Loc, language: str | None) -> None:
        language = None if language == ANY_LANGUAGE else language
        groups = terms.items() if isinstance(terms, dict) else [(None, terms)]
        for key, words in groups:
            base = loc if key is None else (*loc, key)
            for i, word in enumerate(words):
                held = self._includes if word.startswith("@") else self._words
                held.setdefault(name, []).append(_Entry(word.removeprefix("@"), document, (*base, i), language))

    def _check(self) -> None:
        for name, (document, loc) in self._home.items():
            if loc[0] != "shapes" and not self._words.get(name) and not self._includes.get(name):
                self.reader.refuse(document, loc, f"the list {name} is empty")
        for entries in self._includes.values():
            for entry in entries:
                if entry.written not in self.reader.bits:
                    self._unknown(entry.written, entry.document, entry.loc)

    def _unknown(self, name: str, document: Document, loc: Loc) -> None:
        hint = list_hint(name, self.reader.bits)
        self.reader.refuse(document, loc, f"there is no list @{name}", hint, unknown=name)

    def _closures(self) -> dict[str, int]:
        bits = self.reader.bits
        parents: dict[str, set[str]] = {name: set() for name in bits}
        for name, entries in self._includes.items():
            for entry in entries:
                if entry.written in parents:
                    parents[entry.written].add(name)
        out: dict[str, int] = {}
        for name in self._in_order(parents):
            out[name] = bits[name] | sum_of(out[parent] for parent in parents[name])
        return out

    def _in_order(self, parents: dict[str, set[str]]) -> tuple[str, ...]:
        """Each list behind those that include it; of lists that include each other in a circle a problem is made."""
        while True:
            try:
                return tuple(TopologicalSorter(parents).static_order())
            except CycleError as error:
                ring: list[str] = error.args[1][:-1]
                first = next(name for name in self._home if name in ring)
                at = ring.index(first)
                ring = [*ring[at:], *ring[:at], first]
                shown = " → ".join(f"@{name}" for name in ring)
                self.reader.refuse(*self._home[first], f"lists include each other in a circle: {shown}")
                parents[ring[1]].discard(first)


def language_tag(name: str) -> str:
    """The tag that words of this language have."""
    return f"language:{name}"
