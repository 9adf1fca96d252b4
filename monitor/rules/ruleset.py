"""The rules of one folder as a value: the files as they were read, and what they are compiled to. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from monitor.config.yamlfile import Document
from monitor.errors import ConfigError, Problem
from monitor.model.report import INCIDENT_ACTS
from monitor.rules.compiling import RuleCompiler
from monitor.rules.gazetteer import ActorFile, Gazetteer, PlaceFile, build_gazetteer
from monitor.rules.listfile import ListFile
from monitor.rules.matching import RuleMatcher
from monitor.rules.model import Rule
from monitor.rules.vocabulary import Vocabulary, build_vocabulary
from monitor.text.expressions import Expressions
from monitor.text.matcher import Matcher

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

    def channels(self) -> frozenset[str]:
        """Every channel tag that some rule sends to."""
        return frozenset(channel for rule in self.rules for channel in rule.send_to)

    def send_to_at(self, rule_id: str) -> tuple[str, int]:
        """File and line of a rule's `send_to`."""
        document = self.documents[rule_id]
        return str(document.path), document.line("send_to")

    def name_of(self, actor_id: str) -> str:
        """The name of an actor for people; an id that no file knows any more is its own name."""
        actor = self.gazetteer.actors.get(actor_id)
        return actor.name if actor is not None else actor_id

    def sides_of(self, actor_id: str) -> frozenset[str]:
        """An actor and those that it belongs to, by id."""
        return self.gazetteer.sides_of(actor_id)

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
    gazetteer = _tried(lambda: build_gazetteer(files.places, files.actors), problems)
    if vocabulary is None or gazetteer is None:
        raise ConfigError(problems)
    compiler = RuleCompiler(vocabulary, gazetteer)
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
