"""The word lists, shapes, patterns and frames of a rules folder, resolved: every name known, every cycle refused.

Each list, mask, shape, country, place kind and actor side is a *tag*, one bit of an integer; a term carries the bits of
its list and of all lists that include it. That lets a template ask "any of these?" with one operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.config.yamlfile import Document, Loc
from monitor.errors import ConfigError
from monitor.model.report import Act
from monitor.rules.listfile import FrameSpec, ListFile, NumbersSpec, PatternSpec, ShapeSpec
from monitor.rules.wordlists import WordLists
from monitor.text.days import Calendar, calendar_of
from monitor.text.expressions import Expression
from monitor.text.matcher import Term
from monitor.text.numbers import Counting, Meaning, counting_of
from monitor.text.sentences import abbreviations_of
from monitor.text.templates import Shape, Template, sum_of

#: names of places, whose words do not count in the gap of a template
_NAMES = ("base-place", "town", "loose-place", "country", "far-country")


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Compiled pattern."""

    id: str
    act: Act
    points: float
    why: str
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Compiled frame."""

    id: str
    scope: str
    of: frozenset[Act]
    instead: Act
    why: str
    tags: int
    templates: tuple[Template, ...]
    unless: int
    #: the language it is of, which the sentence must hold a word of; 0 for English
    language: int


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
        out = 0
        for name in names:
            out |= self.bits.get(name, 0)
        return out

    def list_names(self) -> list[str]:
        """Every list, mask, shape and built-in tag, without what rules brought along."""
        return [name for name in self.bits if name[0].islower() and ":" not in name]

    def names(self, tags: int) -> list[str]:
        """The tags in a mask, for people."""
        return [name for name, bit in self.bits.items() if bit & tags]


def build_vocabulary(files: Sequence[tuple[Document, ListFile]]) -> Vocabulary:
    """The vocabulary of these files; `ConfigError` holds every unknown name, circle, empty term and bad template."""
    lists = WordLists(files)
    reader = lists.reader
    if reader.problems:
        raise ConfigError(reader.problems)
    lists.read_terms()
    shapes: list[Shape] = []
    patterns: list[Pattern] = []
    frames: list[Frame] = []
    for document, content in files:
        wordings = _Wordings(lists, document, lists.language(content.language))
        shapes += (wordings.shape(name, shape) for name, shape in content.shapes.items())
        patterns += (wordings.pattern(name, pattern) for name, pattern in content.patterns.items())
        frames += (wordings.frame(name, frame) for name, frame in content.frames.items())
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
        listed=(1 << len(reader.bits)) - 1,
        counting=_counting(files, lists),
        languages=sum_of(lists.language(content.language) for _, content in files),
        calendar=calendar_of(content.months for _, content in files),
        abbreviations=abbreviations_of(word for _, content in files for word in content.abbreviations),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Wordings:
    """Compiles the shapes, patterns and frames of one file."""

    lists: WordLists
    document: Document
    language: int

    def shape(self, name: str, spec: ShapeSpec) -> Shape:
        loc: Loc = ("shapes", name)
        templates = self._templates(spec, loc, spec.not_between)
        beside, hides = (self.lists.tags(getattr(spec, k), self.document, (*loc, k)) for k in ("beside", "hides"))
        return Shape(name, self.lists.closures[name], templates, beside, spec.abroad, hides)

    def pattern(self, name: str, spec: PatternSpec) -> Pattern:
        templates = self._templates(spec, ("patterns", name), spec.not_between)
        return Pattern(name, spec.act, spec.points, spec.why, templates)

    def frame(self, name: str, spec: FrameSpec) -> Frame:
        loc: Loc = ("frames", name)
        if not spec.any and not spec.templates:
            self.lists.reader.refuse(self.document, loc, "a frame needs any: [@list] or templates")
        return Frame(
            id=name,
            scope=spec.scope,
            of=frozenset(spec.of),
            instead=spec.instead,
            why=spec.why,
            tags=self.lists.tags(spec.any, self.document, (*loc, "any")),
            templates=self._templates(spec, loc),
            unless=self.lists.tags(spec.unless, self.document, (*loc, "unless")),
            language=self.language,
        )

    def _templates(
        self, spec: ShapeSpec | PatternSpec | FrameSpec, loc: Loc, not_between: Sequence[str] = ()
    ) -> tuple[Template, ...]:
        reader, names = self.lists.reader, sum_of(self.lists.reader.bits[name] for name in _NAMES)
        walls = self.lists.tags(not_between, self.document, (*loc, "not_between"))
        read = (
            reader.read_template(
                written, self.document, (*loc, "templates", i),
                gap=spec.gap, walls=walls, names=names, language=self.language,
            )
            for i, written in enumerate(spec.templates)
        )  # fmt: skip
        return tuple(template for template in read if template is not None)


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
        pending = 0
        for shape in waiting:
            pending |= shape.tags
        ready = [s for s in waiting if not any(mask & (pending & ~s.tags) for t in s.templates for mask in t.required)]
        for shape in ready or waiting[:1]:
            out.append(shape)
            waiting.remove(shape)
    return tuple(out)
