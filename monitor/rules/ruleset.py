"""The rules of one folder as a value: the files as they were read, and what they are compiled to, with every name in
them looked up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from monitor.config.yamlfile import Document, Loc, dotted
from monitor.errors import ConfigError, Problem
from monitor.model.report import INCIDENT_ACTS
from monitor.rules.gazetteer import Gazetteer, build_gazetteer
from monitor.rules.geography import Circle
from monitor.rules.hints import list_hint
from monitor.rules.listfile import ListFile
from monitor.rules.matching import CompiledRule, RuleMatcher
from monitor.rules.model import Near, Rule, Within, Wording
from monitor.rules.overrides import Override, override_of
from monitor.rules.placefile import ActorFile, PlaceFile
from monitor.rules.terms import TermReader
from monitor.rules.vocabulary import Vocabulary, build_vocabulary
from monitor.rules.wording import Close, Wanted
from monitor.text.expressions import Expressions
from monitor.text.matcher import Matcher

#: words between two parts of a rule's own template
_GAP = 4
B = TypeVar("B")


@dataclass(frozen=True)
class RuleFiles:
    """A rules folder as it was read, before any name in it is looked up; equal where folder, content, mistakes are."""

    folder: Path
    lists: tuple[tuple[Document, ListFile], ...] = field(compare=False)
    places: tuple[tuple[Document, PlaceFile], ...] = field(compare=False)
    actors: tuple[tuple[Document, ActorFile], ...] = field(compare=False)
    rules: tuple[tuple[Document, Rule], ...] = field(compare=False)
    hash: str
    problems: tuple[Problem, ...] = ()
    #: YAML files that stand where no file is read, or under a name that is not
    unread: tuple[Path, ...] = field(default=(), compare=False)
    #: the rules as they are without overrides; empty where no file overrides one
    plain_rules: tuple[tuple[Document, Rule], ...] = field(default=(), compare=False)
    #: tells the ids that shipped files define: whether a missed one is of a file that was taken out
    shipped: Callable[[], Collection[str]] = field(default=tuple, compare=False)

    def without_overrides(self) -> RuleFiles:
        """The same files, as if none of them overrode a rule."""
        return replace(self, rules=self.plain_rules or self.rules, hash=f"{self.hash}, without overrides")


@dataclass(frozen=True, eq=False, kw_only=True)
class CompiledRules:
    """The rules of one folder with every name looked up; they know no topic. Shared by all items, never changed."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    gazetteer: Gazetteer
    #: of the content of all files, so that an old alert can name the rules that raised it
    hash: str
    matcher: Matcher
    rule_matcher: RuleMatcher
    #: the file of each rule, by rule id
    documents: dict[str, Document]
    #: how many days back some rule asks what happened at a place
    memory_days: int = 0
    #: some rule for attacks asks for places that are not the target
    asks_for_roles: bool = False
    #: answers of `sides_of` so far, by actor
    sides: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def send_to_at(self, rule_id: str) -> tuple[str, int]:
        """File and line of a rule's `send_to`."""
        document = self.documents[rule_id]
        return str(document.file("send_to")), document.line("send_to")

    def override_of(self, rule_id: str) -> Override | None:
        """The file of one's own that changes a rule, if there is one."""
        return override_of(self.documents[rule_id]) if rule_id in self.documents else None

    def name_of(self, actor_id: str) -> str:
        """The name of an actor for people; an id that no file knows any more is its own name."""
        actor = self.gazetteer.actors.get(actor_id)
        return actor.name if actor is not None else actor_id

    def sides_of(self, actor_id: str) -> frozenset[str]:
        """An actor and those that it belongs to, by id; kept, for each report asks it of every open incident."""
        known = self.sides.get(actor_id)
        if known is None:
            known = self.sides[actor_id] = self.gazetteer.sides_of(actor_id)
        return known

    def title_of(self, rule_id: str) -> str:
        """The title of a rule; empty where no file knows it any more."""
        return next((rule.title for rule in self.rules if rule.id == rule_id), "")

    def country_name(self, code: str) -> str:
        """The name of a country by its ISO code."""
        return self.gazetteer.country_name(code)

    def zone_of(self, place_id: str) -> str:
        """The IANA time zone at a place or `country:XX`."""
        return self.gazetteer.zone_of(place_id)


def compile_rules(files: RuleFiles) -> CompiledRules:
    """The rules of these files with every name looked up; `ConfigError` holds every problem, those of reading too."""
    problems = list(files.problems)
    rules = files.rules
    vocabulary = _tried(lambda: build_vocabulary(files.lists), problems)
    gazetteer = _tried(lambda: build_gazetteer(files.places, files.actors, files.shipped), problems)
    if vocabulary is None or gazetteer is None:
        raise ConfigError(problems)
    compiler = _RuleCompiler(vocabulary, gazetteer)
    compiled = [compiler.compile(document, rule) for document, rule in rules]
    words = compiler.reader
    problems += words.problems
    if not vocabulary.patterns and any(INCIDENT_ACTS & set(rule.act) for _, rule in rules):
        lists = files.folder / "lists"
        said = "no file in it holds a pattern" if lists.is_dir() else "the folder lists/ is gone"
        hint = "copy it from a folder that `basewatch init DIR` writes"
        problems.append(Problem(file=str(lists), message=f"{said}, so no report would ever be an attack", hint=hint))
    if problems:
        raise ConfigError(problems)
    names = gazetteer.terms({**vocabulary.bits, **vocabulary.closures})
    expressions = Expressions([*vocabulary.expressions, *words.expressions])
    matcher = Matcher([*vocabulary.terms, *names, *words.terms], expressions)
    return CompiledRules(
        rules=tuple(rule for _, rule in rules),
        vocabulary=vocabulary,
        gazetteer=gazetteer,
        hash=files.hash,
        matcher=matcher,
        rule_matcher=RuleMatcher(compiled, gazetteer),
        documents={rule.id: document for document, rule in rules},
        memory_days=max((c.days for _, rule in rules for _, some in rule.raises for c in some), default=0),
        asks_for_roles=any(rule.where is not None and rule.where.role not in (None, "target") for _, rule in rules),
    )


def _tried(build: Callable[[], B], problems: list[Problem]) -> B | None:
    try:
        return build()
    except ConfigError as error:
        problems += error.problems
        return None


class _RuleCompiler:
    """Compiles rules one by one; their terms and their problems gather in the reader."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
        self.reader = TermReader(vocabulary.bits, vocabulary.openers)
        self._gazetteer = gazetteer

    def compile(self, document: Document, rule: Rule) -> CompiledRule:
        """The rule with its words resolved; what cannot be resolved is a problem and counts as never there."""
        self._check_where(document, rule)
        self._check_conditions(document, rule)
        who, actors = 0, frozenset[str]()
        if rule.who is not None:
            named = [f"@{word}" if word in self._gazetteer.actors else word for word in rule.who.any]
            who = self._bits(document, ("who", "any"), named)
            actors = self._actors(document, ("who", "any"), rule)
        what, within = rule.what, rule.where.within if rule.where is not None else None
        return CompiledRule(
            rule=rule,
            what=self._wanted(document, ("what",), what, what.scope, what.all) if what is not None else None,
            who=who,
            actors=actors,
            never=tuple(self._wanted(document, ("never", i), n, n.scope) for i, n in enumerate(rule.never)),
            circle=self._circle(document, ("where", "within", "of"), within) if within is not None else None,
        )

    def _wanted(self, document: Document, loc: Loc, words: Wording, scope: str, every: Sequence[str] = ()) -> Wanted:
        templates = (
            self.reader.read_templates(written, document, (*loc, "templates", i), gap=_GAP)
            for i, written in enumerate(words.templates)
        )
        return Wanted(
            scope=scope,
            any=self._bits(document, (*loc, "any"), words.any),
            all=tuple(self._bits(document, (*loc, "all", i), (word,)) for i, word in enumerate(every)),
            near=tuple(self._close(document, (*loc, "near", i, "words"), near) for i, near in enumerate(words.near)),
            templates=tuple(chain.from_iterable(templates)),
        )

    def _close(self, document: Document, loc: Loc, near: Near) -> Close:
        return Close(tuple(self._bits(document, (*loc, i), group) for i, group in enumerate(near.words)), near.within)

    def _bits(self, document: Document, loc: Loc, words: Sequence[str]) -> int:
        """The bits of these terms, lists and actors together; the terms of one key share one bit."""
        bits, actors = self.reader.bits, self._gazetteer.actors
        out = own = 0
        for i, word in enumerate(words):
            name = word.removeprefix("@")
            if not word.startswith("@"):
                own = own or self.reader.bit(f"{document.path.name}:{dotted((*document.base, *loc))}")
                out |= own
                self.reader.read_term(word, own, document, (*loc, i))
            elif name in bits:
                out |= bits[name]
            elif name in actors:
                out |= self.reader.bit(f"actor:{name}")
            else:
                hint = list_hint(name, [*bits, *actors])
                self.reader.refuse(document, (*loc, i), f"there is no list or actor {word}", hint, unknown=name)
        return out

    def _actors(self, document: Document, loc: Loc, rule: Rule) -> frozenset[str]:
        """The actors of `who`; who claims is an actor, so a list cannot be asked there."""
        assert rule.who is not None
        names = [word.removeprefix("@") for word in rule.who.any]
        for i, name in enumerate(names):
            if rule.who.role != "named" and name not in self._gazetteer.actors:
                does = "claims an attack" if rule.who.role == "claims" else "is blamed for one"
                said = f"{name} is no actor, and only an actor {does}"
                self.reader.refuse(document, (*loc, i), said, self._gazetteer.actor_hint(name, "@"), unknown=name)
        return frozenset(names)

    def _circle(self, document: Document, loc: Loc, within: Within) -> Circle | None:
        """The circle that a rule asks for."""
        lat, lon = within.lat, within.lon
        if within.of is not None:
            place = self._gazetteer.places.get(within.of) or self._gazetteer.town_of(within.of)
            if place is None:
                hint = self._gazetteer.place_hint(within.of, among=self._gazetteer.places)
                self.reader.refuse(document, loc, f"there is no place {within.of}", hint, unknown=within.of)
                return None
            lat, lon = place.lat, place.lon
        if lat is None or lon is None:
            said = f"the place {within.of} has no coordinates, so no circle can be drawn around it"
            self.reader.refuse(document, loc, said, "give it lat and lon")
            return None
        return self._gazetteer.circle(within.km, lat, lon)

    def _check_where(self, document: Document, rule: Rule) -> None:
        known = self._gazetteer
        for key, words in (("any", rule.where.any), ("not", rule.where.not_)) if rule.where else ():
            for i, word in enumerate(words):
                name = word.removeprefix("@")
                if word.startswith("@"):
                    kind, found = "group of places", name in known.groups
                else:
                    found = any(name in ids for ids in (known.places, known.regions, known.countries))
                    kind, found = "place", found or known.town_of(name) is not None
                if not found:
                    said, hint = f"there is no {kind} {word}", self._gazetteer.place_hint(word)
                    self.reader.refuse(document, ("where", key, i), said, hint, unknown=name)

    def _check_conditions(self, document: Document, rule: Rule) -> None:
        asked = [*((f"raise_to_{level}_if", some) for level, some in rule.raises), ("only_if", rule.only_if)]
        for key, conditions in asked:
            for i, condition in enumerate(conditions):
                name = condition.name
                if condition.fact in ("claimed", "attributed") and name and name not in self._gazetteer.actors:
                    said, hint = f"there is no actor {name}", self._gazetteer.actor_hint(name)
                    self.reader.refuse(document, (key, i), said, hint, unknown=name)
