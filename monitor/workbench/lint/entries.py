"""The words of a rules folder with the file and line of each, as the lint asks for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from monitor.config.yamlfile import Document, Loc
from monitor.errors import Problem
from monitor.rules.listfile import ListFile
from monitor.rules.model import Rule
from monitor.rules.ruleset import RuleFiles
from monitor.text.expressions import is_expression
from monitor.text.matcher import make_term
from monitor.text.templates import split

#: `en` and `kmr` are languages, `more` is only the name of a group
_LANGUAGE = range(2, 4)
#: the language of files that say none
_ENGLISH = "en"
#: keys of a rule that hold words of its own, and the keys below them under which the words stand
_WORDINGS = ("what", "never")
_WORD_KEYS = frozenset({"any", "all", "words"})
#: keys of places, countries and actors under which their names stand
_NAME_KEYS = frozenset({"name", "names", "town", "loose", "people", "exact"})
#: keys of shapes, patterns and frames that name lists
_LIST_KEYS = frozenset({"not_between", "beside", "hides", "any", "unless"})


@dataclass(frozen=True, eq=False)
class WordEntry:
    """One word, phrase or `@list`, and where it stands."""

    written: str
    document: Document
    loc: Loc
    #: that of the file, or the key (`en`) under which it stands; empty where neither says one
    language: str = ""

    @property
    def name(self) -> str:
        """The list that it names."""
        return self.written.removeprefix("@")

    @property
    def at(self) -> str:
        """File and line, as one word names another."""
        return f"{self.document.file(*self.loc).name}:{self.document.line(*self.loc)}"

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
    _leaves: dict[str, frozenset[str]] = field(default_factory=dict)

    def inside(self, name: str) -> list[str]:
        """The lists that a list includes, directly or not, without itself."""
        out: dict[str, None] = {}
        waiting = [name]
        while waiting:
            for entry in self.includes.get(waiting.pop(), ()):
                if entry.name not in out:
                    out[entry.name] = None
                    waiting.append(entry.name)
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
        wordings = content.more_wordings
        for section in ("lists", "masks", "shapes"):
            out.home |= {name: WordEntry(name, document, (section, name)) for name in getattr(content, section)}
        out.masks |= content.masks.keys()
        for loc, word in texts(content, "lists", "masks", "extend"):
            if loc[0] == "extend" and loc[1] in wordings:
                continue
            name, group = str(loc[1]), loc[2]
            language = group if isinstance(group, str) and len(group) in _LANGUAGE else content.language or ""
            kept = out.includes if word.startswith("@") else out.words
            kept.setdefault(name, []).append(WordEntry(word, document, loc, language))
    return out


def words_of(document: Document, rule: Rule) -> Iterator[WordEntry]:
    """Every term and `@list` of a rule's own words, wherever they stand in it."""
    for loc, word in texts(rule, "who", *_WORDINGS):
        if not _WORD_KEYS.isdisjoint(loc):
            yield WordEntry(word, document, loc)


def names_of(files: RuleFiles) -> Iterator[WordEntry]:
    """The names of places, countries and actors."""
    specs = [
        (document, loc, name) for document, file in files.places for loc, name in texts(file, "places", "countries")
    ]
    specs += [(document, loc, name) for document, file in files.actors for loc, name in texts(file, "actors")]
    return (WordEntry(name, document, loc) for document, loc, name in specs if loc[2] in _NAME_KEYS)


def references(files: RuleFiles, lists: Lists) -> Iterator[WordEntry]:
    """Every place where a list, mask or shape is named."""
    for entries in lists.includes.values():
        yield from entries
    for document, content in files.lists:
        wordings = content.more_wordings
        for loc, text in texts(content, "shapes", "patterns", "frames", "signs", "extend"):
            if loc[0] == "extend" and loc[1] not in wordings:
                continue
            if loc[2] in _LIST_KEYS:
                yield WordEntry(text, document, loc)
            elif loc[2] == "templates":
                yield from (WordEntry(name, document, loc) for name in slots(text))
    for document, rule in files.rules:
        yield from (entry for entry in words_of(document, rule) if entry.written.startswith("@"))
        for loc, text in texts(rule, *_WORDINGS):
            if "templates" in loc:
                yield from (WordEntry(name, document, loc) for name in slots(text))


def slots(template: str) -> list[str]:
    """The names in the slots of a template."""
    found = (content for kind, content, _ in split(template) if kind == "slot")
    return [name.strip() for content in found for name in content.split("|")]


def texts(model: BaseModel, *keys: str) -> Iterator[tuple[Loc, str]]:
    """Every text below these keys of what stands in a file, with the keys that lead to it."""
    for key in keys:
        yield from _below((key,), getattr(model, key))


def _below(loc: Loc, value: object) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, BaseModel):
        for name, inner in value:
            yield from _below((*loc, name), inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _below((*loc, key), inner)
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from _below((*loc, i), inner)
