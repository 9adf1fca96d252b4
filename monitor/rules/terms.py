"""The words of rules turned into bits and terms; every list, actor, expression and place they name is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.config.yamlfile import Document, dotted
from monitor.errors import Problem
from monitor.rules.distance import kilometres
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.matching import CompiledRule
from monitor.rules.model import Rule, Within, Wording
from monitor.rules.unknown import PlaceNames, actor_hint, curly_list, list_hint
from monitor.rules.vocabulary import CAUSE, Vocabulary
from monitor.rules.wording import Close, Wanted
from monitor.text.expressions import Expression, ExpressionError, is_expression, make_expression
from monitor.text.matcher import LONGEST, Term, make_term, too_long
from monitor.text.templates import Template, TemplateError, UnknownList, compile_template

Loc = tuple[str | int, ...]
#: words between two parts of a rule's own template
_GAP = 4


@dataclass(slots=True)
class RuleWords:
    """Compiles rules one by one; gathers their terms and their problems."""

    vocabulary: Vocabulary
    gazetteer: Gazetteer
    terms: list[Term] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def _place_names(self) -> PlaceNames:
        return PlaceNames(self.gazetteer)

    def compile(self, document: Document, rule: Rule) -> CompiledRule:
        """The rule with its words resolved; what cannot be resolved is a problem and counts as never there."""
        self._check_where(document, rule)
        self._check_conditions(document, rule)
        who, actors = 0, frozenset[str]()
        if rule.who is not None:
            named = [f"@{word}" if word in self.gazetteer.actors else word for word in rule.who.any]
            who = self._bits(document, ("who", "any"), named)
            actors = self._actors(document, ("who", "any"), rule)
        return CompiledRule(
            rule=rule,
            what=self._wanted(document, ("what",), rule.what, rule.what.scope, rule.what.all) if rule.what else None,
            who=who,
            actors=actors,
            never=tuple((n, self._wanted(document, ("never", i), n, n.scope)) for i, n in enumerate(rule.never)),
            circle=self._circle(document, ("where", "within"), rule.where.within) if rule.where else None,
        )

    def _wanted(self, document: Document, loc: Loc, words: Wording, scope: str, every: Sequence[str] = ()) -> Wanted:
        return Wanted(
            scope=scope,
            any=self._bits(document, (*loc, "any"), words.any),
            all=tuple(self._bits(document, (*loc, "all", i), (one,)) for i, one in enumerate(every)),
            near=tuple(
                Close(
                    tuple(
                        self._bits(document, (*loc, "near", i, "words", j), group) for j, group in enumerate(near.words)
                    ),
                    near.within,
                )
                for i, near in enumerate(words.near)
            ),
            templates=self._templates(document, (*loc, "templates"), words.templates),
        )

    def _bits(self, document: Document, loc: Loc, words: Sequence[str]) -> int:
        """The bits of these terms, lists and actors together; the terms of one key share one bit."""
        out = 0
        own = 0
        for i, word in enumerate(words):
            name = word.removeprefix("@")
            if word.startswith("@") and name in self.vocabulary.bits:
                out |= self.vocabulary.bits[name]
            elif word.startswith("@") and name in self.gazetteer.actors:
                out |= self.vocabulary.own_bit(f"actor:{name}")
            elif word.startswith("@"):
                hint = list_hint(name, [*self.vocabulary.list_names(), *self.gazetteer.actors])
                said = f"there is no list or actor {word}"
                self.problems.append(document.problem(said, *loc, i, hint=hint, unknown=name))
            else:
                own = own or self.vocabulary.own_bit(f"{document.path.name}:{dotted((*document.base, *loc))}")
                out |= own
                self._add_term(document, (*loc, i), word, own)
        return out

    def _add_term(self, document: Document, loc: Loc, word: str, bit: int) -> None:
        term = problem = None
        if curly := curly_list(word):
            problem = "; ".join(curly)
        elif is_expression(word):
            try:
                self.expressions.append(make_expression(word, bit))
            except ExpressionError as error:
                problem = str(error)
        elif "*" in word[:-1]:
            problem = f"the term {word!r} holds a * inside; a * may only stand at the end"
        elif (term := make_term(word, bit)) is None:
            problem = f"the term {word!r} holds no letter or digit, so it can never match"
        elif term.words.count(" ") >= LONGEST:
            problem = f"{too_long(term)}; write only the words that tell"
        else:
            self.terms.append(term)
        if problem is not None:
            message, _, hint = problem.partition("; ")
            self.problems.append(document.problem(message, *loc, hint=hint))

    def _templates(self, document: Document, loc: Loc, written: Sequence[str]) -> tuple[Template, ...]:
        out: list[Template] = []

        def tag_of(name: str) -> int:
            if name not in self.vocabulary.bits:
                bare = name.strip('@"')
                hint = list_hint(bare, self.vocabulary.list_names(), sign="") if bare else "write for instance {weapon}"
                raise UnknownList(f"there is no list or shape {bare or 'without a name'}; {hint}", name=bare)
            return self.vocabulary.bits[name]

        def phrase(words: str) -> int:
            bit = self.vocabulary.own_bit(f'"{words}"')
            if (term := make_term(words, bit)) is not None:
                self.terms.append(term)
            return bit

        for i, text in enumerate(written):
            try:
                cause = self.vocabulary.bits_of(CAUSE)
                out.append(compile_template(text, gap=_GAP, barrier=0, cause=cause, tag_of=tag_of, phrase=phrase))
            except TemplateError as error:
                message, _, hint = str(error).partition("; ")
                self.problems.append(document.problem(message, *loc, i, hint=hint, unknown=error.name))
        return tuple(out)

    def _actors(self, document: Document, loc: Loc, rule: Rule) -> frozenset[str]:
        """The actors of `who`; who claims is an actor, so a list cannot be asked there."""
        assert rule.who is not None
        names = {word.removeprefix("@"): i for i, word in enumerate(rule.who.any)}
        if rule.who.role != "named":
            for name, i in names.items():
                if name not in self.gazetteer.actors:
                    hint = actor_hint(name, self.gazetteer, sign="@")
                    does = "claims an attack" if rule.who.role == "claims" else "is blamed for one"
                    message = f"{name} is no actor, and only an actor {does}"
                    self.problems.append(document.problem(message, *loc, i, hint=hint, unknown=name))
        return frozenset(names)

    def _circle(self, document: Document, loc: Loc, within: Within | None) -> frozenset[str] | None:
        """The places in a circle; those without coordinates lie in none."""
        if within is None:
            return None
        lat, lon = within.lat, within.lon
        if within.of is not None:
            place = self.gazetteer.places.get(within.of)
            if place is None:
                hint = self._place_names.hint(within.of, kinds=self.gazetteer.places)
                said = f"there is no place {within.of}"
                self.problems.append(document.problem(said, *loc, "of", hint=hint, unknown=within.of))
                return frozenset()
            if place.lat is None or place.lon is None:
                message = f"the place {within.of} has no coordinates, so no circle can be drawn around it"
                self.problems.append(document.problem(message, *loc, "of", hint="give it lat and lon"))
                return frozenset({within.of})
            lat, lon = place.lat, place.lon
        assert lat is not None
        assert lon is not None
        return frozenset(
            place.id
            for place in self.gazetteer.places.values()
            if place.lat is not None
            and place.lon is not None
            and kilometres(lat, lon, place.lat, place.lon) <= within.km
        )

    def _check_where(self, document: Document, rule: Rule) -> None:
        gazetteer = self.gazetteer
        for key, words in (("any", rule.where.any), ("not", rule.where.not_)) if rule.where else ():
            for i, word in enumerate(words):
                name = word.removeprefix("@")
                known = gazetteer.groups if word.startswith("@") else {**gazetteer.places, **gazetteer.countries}
                if name in known:
                    continue
                what = "group of places" if word.startswith("@") else "place"
                said, hint = f"there is no {what} {word}", self._place_names.hint(word)
                self.problems.append(document.problem(said, "where", key, i, hint=hint, unknown=name))

    def _check_conditions(self, document: Document, rule: Rule) -> None:
        for level, conditions in rule.raises:
            for i, condition in enumerate(conditions):
                names_actor = condition.fact in ("claimed", "attributed") and condition.name
                if names_actor and condition.name not in self.gazetteer.actors:
                    said, hint = f"there is no actor {condition.name}", actor_hint(condition.name, self.gazetteer)
                    where = (f"raise_to_{level}_if", i)
                    self.problems.append(document.problem(said, *where, hint=hint, unknown=condition.name))
