"""The words of a rules folder with the file and line of each, as the lint asks for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.rules.gazetteer import ActorSpec, CountrySpec, PlaceSpec
from monitor.rules.listfile import ListFile, Terms
from monitor.rules.model import Rule, What, Wording
from monitor.rules.ruleset import RuleFiles
from monitor.text.expressions import is_expression
from monitor.text.matcher import make_term

Loc = tuple[str | int, ...]
#: `en` and `kmr` are languages, `more` is only the name of a group
_LANGUAGE = range(2, 4)
#: the language of files that say none
_ENGLISH = "en"


@dataclass(frozen=True, eq=False)
class WordEntry:
    """One word, phrase or `@list`, and where it stands."""

    written: str
    document: Document
    loc: Loc
    #: that of the file, or the key (`en`) under which it stands; empty where neither says one
    language: str = ""

    @property
    def at(self) -> str:
        """File and line, as one word names another."""
        return f"{self.document.path.name}:{self.document.line(*self.loc)}"

    def is_beside(self, other: WordEntry) -> bool:
        """The two are words of one language: those of one are not needless because of those of another."""
        return (self.language or _ENGLISH) == (other.language or _ENGLISH)

    def warning(self, message: str, hint: str) -> Problem:
        """A warning about this word."""
        return warning(self.document, self.loc, message, hint)


def warning(document: Document, loc: Loc, message: str, hint: str) -> Problem:
    """A warning at a key of a file."""
    return document.problem(message, *loc, hint=hint, severity="warning")


@dataclass(eq=False)
class Lists:
    """The lists and masks of a folder: their own words, and which lists they include."""

    words: dict[str, list[WordEntry]] = field(default_factory=dict)
    includes: dict[str, list[WordEntry]] = field(default_factory=dict)
    masks: set[str] = field(default_factory=set)
    #: where lists and shapes are defined
    home: dict[str, WordEntry] = field(default_factory=dict)
    shapes: set[str] = field(default_factory=set)
    _leaves: dict[str, frozenset[str]] = field(default_factory=dict)

    def inside(self, name: str) -> list[str]:
        """The lists that a list includes, directly or not, without itself."""
        out: dict[str, None] = {}
        waiting = [name]
        while waiting:
            for entry in self.includes.get(waiting.pop(), ()):
                target = entry.written.removeprefix("@")
                if target not in out:
                    out[target] = None
                    waiting.append(target)
        return list(out)

    def leaves(self, words: Iterable[str]) -> frozenset[str]:
        """Everything that these words and lists come down to: terms, expressions, shapes, built-in tags and actors."""
        out: set[str] = set()
        for word in words:
            if not word.startswith("@"):
                out.add(_form(word))
                continue
            name = word[1:]
            if name not in self._leaves:
                every = [name, *self.inside(name)]
                found = {_form(entry.written) for one in every for entry in self.words.get(one, ())}
                found |= {f"@{one}" for one in every if one not in self.words and one not in self.includes}
                self._leaves[name] = frozenset(found)
            out |= self._leaves[name]
        return frozenset(out)


def _form(word: str) -> str:
    """A word so that two spellings that match the same text are one."""
    term = None if is_expression(word) else make_term(word, 0)
    return word if term is None else f"{term.exact or term.words}{'*' if term.open_end else ''}"


def lists_of(files: Sequence[tuple[Document, ListFile]]) -> Lists:
    """The lists of these files."""
    out = Lists()
    for document, content in files:
        for section, lists in (("lists", content.lists), ("masks", content.masks), ("extend", content.extend)):
            for name, terms in lists.items():
                if section != "extend":
                    out.home[name] = WordEntry(name, document, (section, name))
                if section == "masks":
                    out.masks.add(name)
                for entry in _entries(document, (section, name), terms, content.language or ""):
                    kept = out.includes if entry.written.startswith("@") else out.words
                    kept.setdefault(name, []).append(entry)
        for name in content.shapes:
            out.home[name] = WordEntry(name, document, ("shapes", name))
            out.shapes.add(name)
    return out


def _entries(document: Document, loc: Loc, terms: Terms, language: str) -> Iterator[WordEntry]:
    groups = terms.items() if isinstance(terms, dict) else [("", terms)]
    for key, words in groups:
        base = (*loc, key) if key else loc
        spoken = key if len(key) in _LANGUAGE else language
        yield from (WordEntry(word, document, (*base, i), spoken) for i, word in enumerate(words))


def words_of(document: Document, rule: Rule) -> Iterator[WordEntry]:
    """Every term and `@list` of a rule's own words, wherever they stand in it."""
    if rule.who is not None:
        yield from (WordEntry(word, document, ("who", "any", i)) for i, word in enumerate(rule.who.any))
    for loc, wording in wordings_of(rule):
        yield from (WordEntry(word, document, (*loc, "any", i)) for i, word in enumerate(wording.any))
        if isinstance(wording, What):
            yield from (WordEntry(word, document, (*loc, "all", i)) for i, word in enumerate(wording.all))
        for i, near in enumerate(wording.near):
            for j, group in enumerate(near.words):
                at = (*loc, "near", i, "words", j)
                yield from (WordEntry(word, document, (*at, k)) for k, word in enumerate(group))


def names_of(files: RuleFiles) -> Iterator[WordEntry]:
    """The names of places, countries and actors."""
    for document, content in files.places:
        for i, place in enumerate(content.places):
            yield from _names_in(document, ("places", i), place, ("names", "town", "loose"))
        for i, country in enumerate(content.countries):
            yield from _names_in(document, ("countries", i), country, ("names", "people"))
    for document, actors in files.actors:
        for i, actor in enumerate(actors.actors):
            yield from _names_in(document, ("actors", i), actor, ("names", "exact"))


def _names_in(
    document: Document, loc: Loc, spec: PlaceSpec | CountrySpec | ActorSpec, keys: Sequence[str]
) -> Iterator[WordEntry]:
    yield WordEntry(spec.name, document, (*loc, "name"))
    for key in keys:
        yield from (WordEntry(word, document, (*loc, key, i)) for i, word in enumerate(getattr(spec, key)))


def wordings_of(rule: Rule) -> Iterator[tuple[Loc, Wording]]:
    """`what` and each `never`, with the keys that lead there."""
    if rule.what is not None:
        yield ("what",), rule.what
    yield from ((("never", i), one) for i, one in enumerate(rule.never))
