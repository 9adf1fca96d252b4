"""The word lists, shapes, patterns and frames of a rules folder, resolved: every name known, every cycle refused.

Each list, mask, shape, country, place kind and actor side is a *tag*, one bit of an integer; a term carries the bits of
its list and of all lists that include it. That lets a template ask "any of these?" with one operation.

A language's own wordings count only where a sentence holds a word of that language: so a Russian order of words
never reads an English sentence. A word that stands in an English list too speaks for no other language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import NamedTuple

from monitor.config.yamlfile import Document, Loc, close_match
from monitor.errors import ConfigError
from monitor.model.report import Act, Certainty
from monitor.rules.extensions import Extensions, extensions_of
from monitor.rules.hints import list_hint
from monitor.rules.listfile import (
    ANY_LANGUAGE,
    FrameSpec,
    ListFile,
    NumbersSpec,
    PatternSpec,
    ShapeSpec,
    SignSpec,
    Terms,
)
from monitor.rules.terms import TermReader
from monitor.text.days import Calendar, calendar_of
from monitor.text.expressions import Expression
from monitor.text.matcher import Term
from monitor.text.normalise import normalise_term
from monitor.text.numbers import Counting, Meaning, counting_of
from monitor.text.sentences import abbreviations_of
from monitor.text.templates import Shape, Template, sum_of

_Spec = ShapeSpec | PatternSpec | FrameSpec
#: tags that the code gives: names of the gazetteer and actors, numbers, questions, the end of a clause
BUILT_IN = (
    "base-place", "home-base", "diplomatic-place", "town", "loose-place", "region-place", "country", "far-country",
    "nationality", "actor", "foe", "partner", "number", "year", "past-year", "question", "comma", "colon", "start",
    "mask",
)  # fmt: skip
#: the list whose words open a cause or a background clause
CAUSE = "cause"
#: names of places, whose words do not count in the gap of a template
_NAMES = ("base-place", "town", "loose-place", "country", "far-country")


#: how sure a clause is whose act a frame changed, where the frame does not say
_CERTAINTY: dict[Act, Certainty] = {
    Act.CLAIM: "claimed", Act.THREAT: "threatened", Act.EXERCISE: "rehearsed", Act.BACKGROUND: "remembered",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Compiled pattern."""

    id: str
    act: Act
    points: float
    why: str
    templates: tuple[Template, ...]
    #: words that make it powerless in their sentence
    unless: int


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Compiled frame."""

    id: str
    scope: str
    of: frozenset[Act]
    instead: Act
    certainty: Certainty
    why: str
    tags: int
    templates: tuple[Template, ...]
    unless: int
    #: the language it is of, which the sentence must hold a word of; 0 for English
    language: int


@dataclass(frozen=True, slots=True, eq=False)
class Sign:
    """Compiled sign."""

    tags: int
    points: float
    why: str
    scope: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Vocabulary:
    """Everything of `rules/lists/` in compiled form."""

    bits: dict[str, int]
    #: for each tag its own bit and those of all lists that include it
    closures: dict[str, int]
    #: the words that open a cause
    causes: int
    terms: tuple[Term, ...]
    expressions: tuple[Expression, ...]
    shapes: tuple[Shape, ...]
    patterns: tuple[Pattern, ...]
    frames: tuple[Frame, ...]
    signs: tuple[Sign, ...]
    #: which act a sentence has where its clauses differ: the lower number
    order: Mapping[Act, int]
    #: all bits that the lists brought, without those of rules
    listed: int
    #: how each language counts, by its bit; 0 is English
    counting: Mapping[int, Counting]
    #: the bits of all languages but English
    languages: int
    calendar: Calendar
    #: words whose full stop ends no sentence
    abbreviations: frozenset[str]

    def bits_of(self, *names: str) -> int:
        """The bits of these tags together; a name that no file defines has none."""
        return sum_of(self.bits.get(name, 0) for name in names)

    def words_of(self, tags: int) -> frozenset[str]:
        """Every single word of the terms with any of these tags."""
        return frozenset(word for term in self.terms if term.tags & tags for word in term.words.split())

    def list_names(self) -> list[str]:
        """Every list, mask, shape and built-in tag, without what rules brought along."""
        return [name for name in self.bits if name[0].islower() and ":" not in name]

    def names(self, tags: int) -> list[str]:
        """The tags whose bits these are, for people."""
        return [name for name, bit in self.bits.items() if bit & tags]


def build_vocabulary(files: Sequence[tuple[Document, ListFile]]) -> Vocabulary:
    """The vocabulary of these files; `ConfigError` holds every unknown name, circle, empty term and bad template."""
    lists = _WordLists(files)
    reader = lists.reader
    extensions = extensions_of(files, reader.refuse)
    if reader.problems:
        raise ConfigError(reader.problems)
    lists.read_terms()
    shapes: list[Shape] = []
    patterns: list[Pattern] = []
    frames: list[Frame] = []
    signs: list[Sign] = []
    for document, content in files:
        wordings = _Wordings(lists, document, lists.language(content.language), extensions)
        shapes += (wordings.shape(name, shape) for name, shape in content.shapes.items())
        patterns += (wordings.pattern(name, pattern) for name, pattern in content.patterns.items())
        frames += (wordings.frame(name, frame) for name, frame in content.frames.items())
        signs += (wordings.sign(name, sign) for name, sign in content.signs.items())
    if reader.problems:
        raise ConfigError(reader.problems)
    return Vocabulary(
        bits=reader.bits,
        closures=reader.bits | lists.closures,
        causes=reader.causes,
        terms=tuple(reader.terms),
        expressions=tuple(reader.expressions),
        shapes=_in_order(shapes),
        patterns=tuple(patterns),
        frames=tuple(frames),
        signs=tuple(signs),
        order=_order(files),
        listed=(1 << len(reader.bits)) - 1,
        counting=_counting(files, lists),
        languages=sum_of(lists.language(content.language) for _, content in files),
        calendar=calendar_of(content.months for _, content in files),
        abbreviations=abbreviations_of(word for _, content in files for word in content.abbreviations),
    )


def _order(files: Sequence[tuple[Document, ListFile]]) -> dict[Act, int]:
    """The place of each act in the order of the first file that has one."""
    lines = next((content.order for _, content in files if content.order), ())
    place = {act: number for number, line in enumerate(lines) for act in line}
    return {act: place.get(act, len(lines)) for act in Act}


class _Entry(NamedTuple):
    """A term of a list, or the name of a list that it includes, and where it stands."""

    written: str
    document: Document
    loc: Loc
    language: str | None


class _WordLists:
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
        self.reader.causes = sum_of(self.reader.bits.get(name, 0) for name in (CAUSE, *included))
        languages = dict.fromkeys(content.language for _, content in files if content.language)
        #: the bit of each language; `any` has those of all others, and one that no word has
        self._languages = {name: self.reader.bit(_language_tag(name)) for name in languages}
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
        others: list[tuple[_Entry, int]] = []
        for name, entries in self._words.items():
            tags = self.closures[name]
            for entry in entries:
                if entry.language:
                    others.append((entry, tags))
                elif (term := self.reader.read_term(entry.written, tags, entry.document, entry.loc)) is not None:
                    english.add(term.words)
        for entry, tags in others:
            known = normalise_term(entry.written.removesuffix("*"))[0] in english
            speaks = 0 if known else self.language(entry.language)
            self.reader.read_term(entry.written, tags | speaks, entry.document, entry.loc)

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


def _language_tag(name: str) -> str:
    return f"language:{name}"


@dataclass(frozen=True, slots=True, eq=False)
class _Wordings:
    """Compiles the shapes, patterns and frames of one file."""

    lists: _WordLists
    document: Document
    language: int
    #: what other files give to them
    extensions: Extensions

    def shape(self, name: str, spec: ShapeSpec) -> Shape:
        loc: Loc = ("shapes", name)
        templates = self._all_templates(name, spec, loc)
        beside, hides = (self.lists.tags(getattr(spec, k), self.document, (*loc, k)) for k in ("beside", "hides"))
        return Shape(name, self.lists.closures[name], templates, beside, spec.abroad, hides)

    def pattern(self, name: str, spec: PatternSpec) -> Pattern:
        templates = self._all_templates(name, spec, ("patterns", name))
        unless = self.lists.tags(spec.unless, self.document, ("patterns", name, "unless"))
        return Pattern(name, spec.act, spec.points, spec.why, templates, unless)

    def frame(self, name: str, spec: FrameSpec) -> Frame:
        loc: Loc = ("frames", name)
        if not spec.any and not spec.templates:
            self.lists.reader.refuse(self.document, loc, "a frame needs any: [@list] or templates")
        return Frame(
            id=name,
            scope=spec.scope,
            of=frozenset(spec.of),
            instead=spec.instead,
            certainty=spec.certainty or _CERTAINTY.get(spec.instead, "reported"),
            why=spec.why,
            tags=self._any(name, spec),
            templates=self._all_templates(name, spec, loc),
            unless=self.lists.tags(spec.unless, self.document, (*loc, "unless")),
            language=self.language,
        )

    def sign(self, name: str, spec: SignSpec) -> Sign:
        tags = self.lists.tags(spec.any, self.document, ("signs", name, "any"))
        return Sign(tags, spec.points, spec.why, spec.scope)

    def _any(self, name: str, spec: FrameSpec) -> int:
        """The lists of a frame, and those that other files add."""
        added = self.extensions.get(("frames", name), ())
        more = (self.lists.tags(one.spec.any, one.document, (*one.loc, "any")) for one in added)
        return sum_of((self.lists.tags(spec.any, self.document, ("frames", name, "any")), *more))

    def _all_templates(self, name: str, spec: _Spec, loc: Loc) -> tuple[Template, ...]:
        """The templates of the file, and those that other files add, each as its own file reads it."""
        walls = () if isinstance(spec, FrameSpec) else spec.not_between
        out = [*self._templates(spec.templates, loc, spec.gap, walls)]
        for more in self.extensions.get((str(loc[0]), name), ()):
            other = _Wordings(self.lists, more.document, self.lists.language(more.language), {})
            gap = spec.gap if more.spec.gap is None else more.spec.gap
            between = walls if more.spec.not_between is None else more.spec.not_between
            out += other._templates(more.spec.templates, more.loc, gap, between)
        return tuple(out)

    def _templates(
        self, templates: Sequence[str], loc: Loc, gap: int, not_between: Sequence[str]
    ) -> Iterator[Template]:
        reader, names = self.lists.reader, sum_of(self.lists.reader.bits[name] for name in _NAMES)
        walls = self.lists.tags(not_between, self.document, (*loc, "not_between"))
        read = (
            reader.read_templates(
                written, self.document, (*loc, "templates", i),
                gap=gap, walls=walls, names=names, language=self.language,
            )
            for i, written in enumerate(templates)
        )  # fmt: skip
        return chain.from_iterable(read)


def _counting(files: Sequence[tuple[Document, ListFile]], lists: _WordLists) -> dict[int, Counting]:
    """How each language counts; several files of one language count together."""
    written: dict[int, list[tuple[str, Meaning]]] = {}
    for _, content in files:
        if content.numbers is not None:
            written.setdefault(lists.language(content.language), []).extend(_number_words(content.numbers))
    return {language: counting_of(words) for language, words in written.items()}


def _number_words(spec: NumbersSpec) -> Iterator[tuple[str, Meaning]]:
    for kind, held in spec:
        if kind in ("values", "times"):
            yield from ((word, Meaning(value, kind == "times")) for value, words in held.items() for word in words)
        else:
            meaning = Meaning(1 if kind == "articles" else None, kinds=frozenset({kind}))
            yield from ((word, meaning) for word in held)


def _in_order(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Shapes so that each stands behind those it is made of (a shape may use other shapes, not itself)."""
    waiting, out = list(shapes), []
    while waiting:
        pending = sum_of(shape.tags for shape in waiting)
        ready = [s for s in waiting if not any(bits & (pending & ~s.tags) for t in s.templates for bits in t.required)]
        for shape in ready or waiting[:1]:
            out.append(shape)
            waiting.remove(shape)
    return tuple(out)
