"""The word lists, shapes, patterns and frames of a rules folder, resolved: every name known, every cycle refused.

Each list, mask, shape, country, place kind and actor side is a *tag*, one bit of an integer; a term carries the bits of
its list and of all lists that include it. That lets a template ask "any of these?" with one operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.config.yamlfile import Document
from monitor.errors import ConfigError
from monitor.model.report import Act
from monitor.rules.listfile import FrameSpec, ListFile, NumbersSpec, PatternSpec
from monitor.rules.unknown import list_hint
from monitor.rules.wordlists import Loc, WordLists
from monitor.text.days import Calendar, calendar_of
from monitor.text.expressions import Expression
from monitor.text.matcher import Term, make_term
from monitor.text.numbers import KINDS, Counting, NumberWords, counting_of
from monitor.text.sentences import abbreviations_of
from monitor.text.templates import Shape, Template, TemplateError, UnknownList, compile_template, sum_of

#: names of places, whose words do not count in the gap of a template
_NAMES = ("base-place", "town", "loose-place", "country", "far-country")
#: the list whose words open a cause or a background clause
CAUSE = "cause"


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
    language: int = 0


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Everything of `rules/lists/` in compiled form."""

    bits: dict[str, int]
    #: for each tag its own bit and those of all lists that include it
    closures: dict[str, int]
    terms: tuple[Term, ...]
    shapes: tuple[Shape, ...]
    patterns: tuple[Pattern, ...]
    frames: tuple[Frame, ...]
    expressions: tuple[Expression, ...] = ()
    #: all bits that the lists brought, without those of rules
    listed: int = 0
    #: how each language counts, by its bit; 0 is English
    counting: Mapping[int, Counting] = field(default_factory=dict)
    #: the bits of all languages but English
    languages: int = 0
    calendar: Calendar = field(default_factory=Calendar)
    #: words whose full stop ends no sentence
    abbreviations: frozenset[str] = frozenset()

    def bits_of(self, *names: str) -> int:
        """The bits of these tags together; a name that no file defines has none."""
        out = 0
        for name in names:
            out |= self.bits.get(name, 0)
        return out

    def own_bit(self, word: str) -> int:
        """A bit for words that a rule brings along; the same name has the same bit everywhere."""
        return self.bits.setdefault(word, 1 << len(self.bits))

    def words_of(self, tags: int) -> frozenset[str]:
        """Every single word of the terms with any of these tags."""
        return frozenset(word for term in self.terms if term.tags & tags for word in term.words.split())

    def list_names(self) -> list[str]:
        """Every list, mask, shape and built-in tag, without what rules brought along."""
        return [name for name in self.bits if name[0].islower() and ":" not in name]

    def names(self, tags: int) -> list[str]:
        """The tags in a mask, for people."""
        return [name for name, bit in self.bits.items() if bit & tags]


class _Builder(WordLists):
    """The lists, and the templates that are built from them."""

    def causes(self) -> int:
        """The words that open a cause, also those of a list that `cause` takes in: a template may ask for either."""
        return self.bits.get(CAUSE, 0) | sum_of(self.bits.get(name, 0) for name, _, _ in self.includes.get(CAUSE, ()))

    def template(self, written: str, document: Document, loc: Loc, gap: int, walls: int) -> Template | None:
        def tag_of(name: str) -> int:
            if name not in self.bits:
                hint = list_hint(name, self.bits, sign="")
                raise UnknownList(f"there is no list or shape {name}; {hint}".rstrip("; "), name=name)
            return self.bits[name]

        def phrase(words: str) -> int:
            if words not in self.phrases:
                self.bits[f'"{words}"'] = self.phrases[words] = 1 << len(self.bits)
            return self.phrases[words]

        try:
            return compile_template(
                written,
                gap=gap,
                barrier=walls,
                cause=self.causes(),
                names=sum_of(self.bits[name] for name in _NAMES),
                language=self.languages[id(document)],
                tag_of=tag_of,
                phrase=phrase,
            )
        except TemplateError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(document.problem(message, *loc, hint=hint, unknown=error.name))
            return None

    def templates(
        self, texts: Sequence[str], document: Document, loc: Loc, gap: int, barrier: Sequence[str]
    ) -> tuple[Template, ...]:
        walls = self.tags(barrier, document, (*loc, "not_between"))
        made = (self.template(t, document, (*loc, "templates", i), gap, walls) for i, t in enumerate(texts))
        return tuple(t for t in made if t is not None)

    def tags(self, names: Sequence[str], document: Document, loc: Loc) -> int:
        out = 0
        for i, name in enumerate(names):
            bare = name.removeprefix("@")
            if bare not in self.bits:
                said = f"there is no list @{bare}"
                self.problems.append(document.problem(said, *loc, i, hint=self._meant(bare), unknown=bare))
            out |= self.bits.get(bare, 0)
        return out


def build_vocabulary(files: Sequence[tuple[Document, ListFile]]) -> Vocabulary:
    """The vocabulary of these files; `ConfigError` holds every unknown name, circle, empty term and bad template."""
    builder = _Builder(files)
    builder.collect()
    builder.find_languages()
    if builder.problems:
        raise ConfigError(builder.problems)
    closures = builder.closures()
    terms = list(builder.terms(closures))
    shapes: list[Shape] = []
    patterns: list[Pattern] = []
    frames: list[Frame] = []
    for document, content in files:
        for name, shape in content.shapes.items():
            loc: Loc = ("shapes", name)
            made = builder.templates(shape.templates, document, loc, shape.gap, shape.not_between)
            beside, hides = (builder.tags(getattr(shape, key), document, (*loc, key)) for key in ("beside", "hides"))
            shapes.append(Shape(name, closures[name], made, beside, shape.abroad, hides))
        for name, pattern in content.patterns.items():
            patterns.append(_pattern(builder, document, name, pattern))
        for name, frame in content.frames.items():
            frames.append(_frame(builder, document, name, frame))
    for words, bit in builder.phrases.items():
        term = make_term(words, bit)
        if term is not None:
            terms.append(term)
    if builder.problems:
        raise ConfigError(builder.problems)
    for name, bit in builder.bits.items():
        closures.setdefault(name, bit)
    return Vocabulary(
        builder.bits, closures, tuple(terms), _in_order(shapes), tuple(patterns), tuple(frames),
        tuple(builder.expressions), (1 << len(builder.bits)) - 1, _counting(builder),
        sum(set(builder.languages.values())), calendar_of(content.months for _, content in files),
        abbreviations_of(word for _, content in files for word in content.abbreviations),
    )  # fmt: skip


def _counting(builder: _Builder) -> dict[int, Counting]:
    """How each language counts; several files of one language count together."""
    written: dict[int, list[NumberWords]] = {}
    for document, content in builder.files:
        if content.numbers is not None:
            written.setdefault(builder.languages[id(document)], []).append(_number_words(content.numbers))
    return {language: counting_of(some) for language, some in written.items()}


def _number_words(spec: NumbersSpec) -> NumberWords:
    return NumberWords(values=spec.values, times=spec.times, kinds={kind: getattr(spec, kind) for kind in KINDS})


def _pattern(builder: _Builder, document: Document, name: str, spec: PatternSpec) -> Pattern:
    templates = builder.templates(spec.templates, document, ("patterns", name), spec.gap, spec.not_between)
    return Pattern(name, spec.act, spec.points, spec.why, templates)


def _frame(builder: _Builder, document: Document, name: str, spec: FrameSpec) -> Frame:
    loc: Loc = ("frames", name)
    templates = builder.templates(spec.templates, document, loc, spec.gap, ())
    if not spec.any and not spec.templates:
        builder.problems.append(document.problem("a frame needs any: [@list] or templates", *loc))
    tags = builder.tags(spec.any, document, (*loc, "any"))
    unless = builder.tags(spec.unless, document, (*loc, "unless"))
    language = builder.languages[id(document)]
    return Frame(name, spec.scope, frozenset(spec.of), spec.instead, spec.why, tags, templates, unless, language)


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
