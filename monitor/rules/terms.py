"""Terms and templates as people write them in list files and in rules: one reader for both, so that both know the
same forms and tell the same mistakes. Each word, list, shape and language is a *tag*, one bit of an integer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.config.yamlfile import Document, Loc
from monitor.errors import Problem
from monitor.rules.hints import curly_list, list_hint
from monitor.text.expressions import Expression, TermError, is_expression, make_expression
from monitor.text.matcher import Term, make_term, read_term
from monitor.text.templates import Template, compile_templates


@dataclass(slots=True, eq=False)
class TermReader:
    """Gathers terms and expressions, and what is wrong with those that cannot be used."""

    #: the bit of each tag; grows with what is read
    bits: dict[str, int]
    #: of what opens a clause, a word of cause or a colon: a template reaches over one only where it names it
    openers: int = 0
    terms: list[Term] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def bit(self, name: str) -> int:
        """The bit of a tag, a new one where it has none; the same name has the same bit everywhere."""
        return self.bits.setdefault(name, 1 << len(self.bits))

    def refuse(self, document: Document, loc: Loc, message: str, hint: str = "", *, unknown: str = "") -> None:
        """Keeps what is wrong with the value at `loc`."""
        self.problems.append(document.problem(message, *loc, hint=hint, unknown=unknown))

    def read_term(self, written: str, tags: int, document: Document, loc: Loc) -> Term | None:
        """Takes up a term or an expression; the answer is the term."""
        try:
            if is_expression(written):
                self.expressions.append(make_expression(written, tags))
                return None
            if curly := curly_list(written):
                raise TermError(*curly)
            term = read_term(written, tags)
        except TermError as error:
            self.refuse(document, loc, error.message, error.hint)
            return None
        self.terms.append(term)
        return term

    def read_templates(
        self, written: str, document: Document, loc: Loc, *, gap: int, walls: int = 0, names: int = 0, language: int = 0
    ) -> tuple[Template, ...]:
        """The template in all its orders, with its slots looked up and its plain words taken up; none where it cannot
        be used."""
        try:
            return compile_templates(
                written, gap=gap, barrier=walls, openers=self.openers, names=names, language=language,
                tag_of=self._slot, phrase=self._phrase,
            )  # fmt: skip
        except TermError as error:
            self.refuse(document, loc, error.message, error.hint, unknown=error.unknown)
            return ()

    def _slot(self, name: str) -> int:
        if name not in self.bits:
            bare = name.strip('@"')
            hint = list_hint(bare, self.bits, sign="") if bare else "write for instance {weapon}"
            raise TermError(f"there is no list or shape {bare or 'without a name'}", hint, unknown=bare)
        return self.bits[name]

    def _phrase(self, words: str) -> int:
        name = f'"{words}"'
        if name not in self.bits and (term := make_term(words, self.bit(name))) is not None:
            self.terms.append(term)
        return self.bits[name]
