"""The word lists of a rules folder: which words each holds, which lists include which, which language a word speaks.

A language's own wordings count only where a sentence holds a word of that language: so a Russian order of words
never reads an English sentence. A word that stands in an English list too speaks for no other language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.config.yamlfile import Document, close_match
from monitor.errors import Problem
from monitor.rules.listfile import ListFile, Terms
from monitor.rules.unknown import curly_list, list_hint
from monitor.text.expressions import Expression, ExpressionError, is_expression, make_expression
from monitor.text.matcher import LONGEST, Term, make_term, too_long
from monitor.text.normalise import normalise_term

Loc = tuple[str | int, ...]
#: tags that the code gives: names of the gazetteer and actors, numbers, questions, the end of a clause
BUILT_IN = (
    "base-place", "home-base", "diplomatic-place", "town", "loose-place", "country", "far-country", "nationality",
    "actor", "foe", "partner", "number", "year", "past-year", "question", "start", "mask",
)  # fmt: skip


class WordLists:
    """Collects the lists of all files, then resolves them; problems are gathered, never raised one by one."""

    def __init__(self, files: Sequence[tuple[Document, ListFile]]) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.home: dict[str, tuple[Document, Loc]] = {}
        self.own: dict[str, list[tuple[str, Document, Loc]]] = {}
        self.includes: dict[str, list[tuple[str, Document, Loc]]] = {}
        self.bits: dict[str, int] = {name: 1 << i for i, name in enumerate(BUILT_IN)}
        self.phrases: dict[str, int] = {}
        self.expressions: list[Expression] = []
        self.languages: dict[int, int] = {}

    def collect(self) -> None:
        for document, content in self.files:
            for section, lists in (("lists", content.lists), ("masks", content.masks)):
                for name, terms in lists.items():
                    if self._define(name, document, (section, name)):
                        self._take(name, terms, document, (section, name))
                        if section == "masks":
                            self.includes.setdefault("mask", []).append((name, document, (section, name)))
            for name in content.shapes:
                self._define(name, document, ("shapes", name))
        for document, content in self.files:
            for name, terms in content.extend.items():
                if self.home.get(name, (None, ("",)))[1][0] in ("lists", "masks"):
                    self._take(name, terms, document, ("extend", name))
                else:
                    near = close_match(name, self.home)
                    hint = f"did you mean {near}?" if near else "a new list stands under lists:"
                    said = f"there is no list {name} to extend"
                    self.problems.append(document.problem(said, "extend", name, hint=hint, unknown=name))
        for name, (document, loc) in self.home.items():
            if loc[0] != "shapes" and not self.own.get(name) and not self.includes.get(name):
                self.problems.append(document.problem(f"the list {name} is empty", *loc))
        for name, references in self.includes.items():
            for target, document, loc in references:
                if target not in self.bits and name != "mask":
                    said, hint = f"there is no list @{target}", self._meant(target)
                    self.problems.append(document.problem(said, *loc, hint=hint, unknown=target))
        self._refuse_cycles()

    def _meant(self, name: str) -> str:
        return list_hint(name, self.bits)

    def _define(self, name: str, document: Document, loc: Loc) -> bool:
        if name in BUILT_IN:
            self.problems.append(document.problem(f"{name} is a built-in name", *loc, hint="choose another"))
            return False
        if name.startswith("@"):
            hint = f"write {name.lstrip('@')}: here, and @{name.lstrip('@')} where it is used"
            self.problems.append(document.problem(f"the name of a list has no @, and here is {name}", *loc, hint=hint))
            return False
        if name in self.home:
            other, where = self.home[name]
            said = f"{name} is defined twice (first in {other.path.name}:{other.line(*where)})"
            hint = "words that are added to a list of another file stand under extend:"
            self.problems.append(document.problem(said, *loc, hint=hint if loc[0] in ("lists", "masks") else ""))
            return False
        self.home[name] = (document, loc)
        self.bits[name] = 1 << len(self.bits)
        return True

    def _take(self, name: str, terms: Terms, document: Document, loc: Loc) -> None:
        groups = terms.items() if isinstance(terms, dict) else [(None, terms)]
        for language, words in groups:
            base = loc if language is None else (*loc, language)
            for i, word in enumerate(words):
                target = self.includes if word.startswith("@") else self.own
                target.setdefault(name, []).append((word.removeprefix("@"), document, (*base, i)))

    def _refuse_cycles(self) -> None:
        done: set[str] = set()
        for name in list(self.includes):
            self._visit(name, [], done)

    def _visit(self, name: str, path: list[str], done: set[str]) -> None:
        if name in path:
            ring = [*path[path.index(name) :], name]
            document, loc = self.home[name]
            self.problems.append(
                document.problem(f"lists include each other in a circle: {' → '.join('@' + n for n in ring)}", *loc)
            )
            done.update(ring)
            return
        if name in done:
            return
        for target, _, _ in self.includes.get(name, ()):
            self._visit(target, [*path, name], done)
        done.add(name)

    def closures(self) -> dict[str, int]:
        """For each name the bits of itself and of every list that includes it, directly or not."""
        parents: dict[str, set[str]] = {name: set() for name in self.bits}
        for name, references in self.includes.items():
            for target, _, _ in references:
                if target in parents:
                    parents[target].add(name)
        out: dict[str, int] = {}

        def bits_of(name: str) -> int:
            if name not in out:
                out[name] = self.bits[name]
                for parent in parents[name]:
                    out[name] |= bits_of(parent)
            return out[name]

        for name in parents:
            bits_of(name)
        return out

    def find_languages(self) -> None:
        """A bit for each language that a file names; the files without one are English, which needs none."""
        for document, content in self.files:
            name = f"language:{content.language}"
            self.languages[id(document)] = self.bits.setdefault(name, 1 << len(self.bits)) if content.language else 0

    def terms(self, closures: dict[str, int]) -> Iterator[Term]:
        """The terms of all lists; one that is English too speaks for no other language."""
        english: set[str] = set()
        others: list[tuple[str, int, int, Document, Loc]] = []
        for name, words in self.own.items():
            for word, document, loc in words:
                if language := self.languages[id(document)]:
                    others.append((word, closures[name], language, document, loc))
                elif (term := self._term(word, closures[name], document, loc)) is not None:
                    english.add(term.words)
                    yield term
        for word, tags, language, document, loc in others:
            speaks = 0 if normalise_term(word.removesuffix("*"))[0] in english else language
            if (term := self._term(word, tags | speaks, document, loc)) is not None:
                yield term

    def _term(self, word: str, tags: int, document: Document, loc: Loc) -> Term | None:
        if is_expression(word):
            self._take_expression(word, tags, document, loc)
            return None
        if curly := curly_list(word):
            self.problems.append(document.problem(curly[0], *loc, hint=curly[1]))
            return None
        term = make_term(word, tags)
        if "*" in word[:-1]:
            hint = "a * may only stand at the end"
            self.problems.append(document.problem(f"the term {word!r} holds a * inside", *loc, hint=hint))
            return None
        if term is not None and term.words.count(" ") >= LONGEST:
            self.problems.append(document.problem(too_long(term), *loc, hint="write only the words that tell"))
            return None
        if term is None:
            message = f"the term {word!r} holds no letter or digit, so it can never match"
            self.problems.append(document.problem(message, *loc))
        return term

    def _take_expression(self, word: str, tags: int, document: Document, loc: Loc) -> None:
        try:
            self.expressions.append(make_expression(word, tags))
        except ExpressionError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(document.problem(message, *loc, hint=hint))
