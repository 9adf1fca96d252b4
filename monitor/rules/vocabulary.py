"""The word lists, shapes, patterns and frames of a rules folder, resolved: every name known, every cycle refused.

Each list, mask, shape, country, place kind and actor side is a *tag*, one bit of an integer; a term carries the bits of
its list and of all lists that include it. That lets a template ask "any of these?" with one operation.

A language's own wordings count only where a sentence holds a word of that language: so a Russian order of words
never reads an English sentence. A word that stands in an English list too speaks for no other language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.config.yamlfile import Document, Loc
from monitor.errors import ConfigError
from monitor.model.report import Act, Certainty
from monitor.rules.extensions import Extensions, extensions_of
from monitor.rules.listfile import (
    FrameSpec,
    ListFile,
    NumbersSpec,
    PatternSpec,
    ShapeSpec,
    SignSpec,
)
from monitor.rules.wordlists import WordLists
from monitor.text.days import Calendar, calendar_of
from monitor.text.expressions import Expression
from monitor.text.matcher import Term
from monitor.text.numbers import Counting, Meaning, counting_of
from monitor.text.sentences import abbreviations_of
from monitor.text.templates import Shape, Template, sum_of

_Spec = ShapeSpec | PatternSpec | FrameSpec
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
    #: what opens a clause: the words of cause, and a colon
    openers: int
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
    lists = WordLists(files)
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
        openers=reader.openers,
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


@dataclass(frozen=True, slots=True, eq=False)
class _Wordings:
    """Compiles the shapes, patterns and frames of one file."""

    lists: WordLists
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
        out = [*self._templates(spec.templates, loc, spec.gap, spec.not_between)]
        for more in self.extensions.get((str(loc[0]), name), ()):
            other = _Wordings(self.lists, more.document, self.lists.language(more.language), {})
            gap = spec.gap if more.spec.gap is None else more.spec.gap
            between = spec.not_between if more.spec.not_between is None else more.spec.not_between
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


def _counting(files: Sequence[tuple[Document, ListFile]], lists: WordLists) -> dict[int, Counting]:
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
