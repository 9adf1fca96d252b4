"""The word lists, shapes, patterns and frames of a rules folder, resolved: every name known, every cycle refused.

Each list, mask, shape, country, place kind and actor side is a *tag*, one bit of an integer; a term carries the bits of
its list and of all lists that include it. That lets a template ask "any of these?" with one operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.classify.expressions import Expression, ExpressionError, is_expression, make_expression
from monitor.classify.listfile import FrameSpec, ListFile, PatternSpec, Terms
from monitor.classify.matcher import Term, make_term
from monitor.classify.templates import Template, TemplateError, compile_template
from monitor.errors import ConfigError, Problem
from monitor.meaning import Act
from monitor.yamlfile import Document, did_you_mean

#: tags that the code gives: names of the gazetteer and actors, numbers, questions, the end of a clause
BUILT_IN = (
    "base-place", "home-base", "diplomatic-place", "town", "loose-place", "country", "far-country", "nationality", "actor", "foe", "partner",
    "number", "year", "past-year", "question", "start", "mask",
)  # fmt: skip
#: the list whose words open a cause or a background clause
CAUSE = "cause"
#: the list whose words begin a new clause ("while", "as well as")
CLAUSE_BREAK = "clause-break"

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Compiled shape: what it finds becomes a hit with `tags`."""

    id: str
    tags: int
    templates: tuple[Template, ...]
    beside: int = 0
    #: the first and the last part must name different countries
    abroad: bool = False


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

    def mask(self, *names: str) -> int:
        """The bits of these tags together; a name that no file defines has none."""
        out = 0
        for name in names:
            out |= self.bits.get(name, 0)
        return out

    def own_bit(self, word: str) -> int:
        """A bit for words that a rule brings along; the same name has the same bit everywhere."""
        return self.bits.setdefault(word, 1 << len(self.bits))

    def list_names(self) -> list[str]:
        """Every list, mask, shape and built-in tag, without what rules brought along."""
        return [name for name in self.bits if name[0].islower() and ":" not in name]

    def names(self, tags: int) -> list[str]:
        """The tags in a mask, for people."""
        return [name for name, bit in self.bits.items() if bit & tags]


class _Builder:
    """Collects the files, then resolves them; problems are gathered, never raised one by one."""

    def __init__(self, files: Sequence[tuple[Document, ListFile]]) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.home: dict[str, tuple[Document, Loc]] = {}
        self.own: dict[str, list[tuple[str, Document, Loc]]] = {}
        self.includes: dict[str, list[tuple[str, Document, Loc]]] = {}
        self.bits: dict[str, int] = {name: 1 << i for i, name in enumerate(BUILT_IN)}
        self.phrases: dict[str, int] = {}
        self.expressions: list[Expression] = []

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
                    hint = self._meant(name).replace("@", "") or "a new list stands under lists:"
                    self.problems.append(
                        document.problem(f"there is no list {name} to extend", "extend", name, hint=hint)
                    )
        for name, (document, loc) in self.home.items():
            if loc[0] != "shapes" and not self.own.get(name) and not self.includes.get(name):
                self.problems.append(document.problem(f"the list {name} is empty", *loc))
        for name, references in self.includes.items():
            for target, document, loc in references:
                if target not in self.bits and name != "mask":
                    self.problems.append(
                        document.problem(f"there is no list @{target}", *loc, hint=self._meant(target))
                    )
        self._refuse_cycles()

    def _meant(self, name: str) -> str:
        return did_you_mean(name, self.bits).replace("did you mean ", "did you mean @")

    def _define(self, name: str, document: Document, loc: Loc) -> bool:
        if name in BUILT_IN:
            self.problems.append(document.problem(f"{name} is a built-in name", *loc, hint="choose another"))
            return False
        if name in self.home:
            other, where = self.home[name]
            self.problems.append(
                document.problem(f"{name} is defined twice (first in {other.path.name}:{other.line(*where)})", *loc)
            )
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

    def list_terms(self, closures: dict[str, int]) -> Iterable[Term]:
        for name, words in self.own.items():
            for word, document, loc in words:
                if is_expression(word):
                    self._take_expression(word, closures[name], document, loc)
                    continue
                term = make_term(word, closures[name])
                if "*" in word[:-1]:
                    self.problems.append(
                        document.problem(
                            f"the term {word!r} holds a * inside", *loc, hint="a * may only stand at the end"
                        )
                    )
                elif term is None:
                    self.problems.append(
                        document.problem(f"the term {word!r} holds no letter or digit, so it can never match", *loc)
                    )
                else:
                    yield term

    def _take_expression(self, word: str, tags: int, document: Document, loc: Loc) -> None:
        try:
            self.expressions.append(make_expression(word, tags))
        except ExpressionError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(document.problem(message, *loc, hint=hint))

    def template(self, written: str, document: Document, loc: Loc, gap: int, barrier: Iterable[str]) -> Template | None:
        def tag_of(name: str) -> int:
            if name not in self.bits:
                raise TemplateError(f"there is no list or shape {name}; {did_you_mean(name, self.bits)}".rstrip("; "))
            return self.bits[name]

        def phrase(words: str) -> int:
            if words not in self.phrases:
                self.bits[f'"{words}"'] = self.phrases[words] = 1 << len(self.bits)
            return self.phrases[words]

        try:
            walls = 0
            for name in barrier:
                walls |= tag_of(name)
            return compile_template(
                written,
                gap=gap,
                barrier=walls,
                cause=self.bits.get(CAUSE, 0),
                names=self.bits["country"]
                | self.bits["town"]
                | self.bits["base-place"]
                | self.bits["loose-place"]
                | self.bits["far-country"],
                tag_of=tag_of,
                phrase=phrase,
            )
        except TemplateError as error:
            message, _, hint = str(error).partition("; ")
            self.problems.append(document.problem(message, *loc, hint=hint))
            return None

    def templates(
        self, texts: Sequence[str], document: Document, loc: Loc, gap: int, barrier: Iterable[str]
    ) -> tuple[Template, ...]:
        made = (self.template(t, document, (*loc, "templates", i), gap, barrier) for i, t in enumerate(texts))
        return tuple(t for t in made if t is not None)

    def tags(self, names: Sequence[str], document: Document, loc: Loc) -> int:
        out = 0
        for i, name in enumerate(names):
            bare = name.removeprefix("@")
            if bare not in self.bits:
                self.problems.append(document.problem(f"there is no list @{bare}", *loc, i, hint=self._meant(bare)))
            out |= self.bits.get(bare, 0)
        return out


def build_vocabulary(files: Sequence[tuple[Document, ListFile]]) -> Vocabulary:
    """The vocabulary of these files; `ConfigError` holds every unknown name, circle, empty term and bad template."""
    builder = _Builder(files)
    builder.collect()
    if builder.problems:
        raise ConfigError(builder.problems)
    closures = builder.closures()
    terms = list(builder.list_terms(closures))
    shapes: list[Shape] = []
    patterns: list[Pattern] = []
    frames: list[Frame] = []
    for document, content in files:
        for name, shape in content.shapes.items():
            loc: Loc = ("shapes", name)
            made = builder.templates(shape.templates, document, loc, shape.gap, shape.not_between)
            shapes.append(
                Shape(name, closures[name], made, builder.tags(shape.beside, document, (*loc, "beside")), shape.abroad)
            )
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
        tuple(builder.expressions),
    )  # fmt: skip


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
    return Frame(name, spec.scope, frozenset(spec.of), spec.instead, spec.why, tags, templates, unless)


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
