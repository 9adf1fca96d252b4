"""A rules folder read into a `RuleSet`, with every problem of every file told at once.

rules/*.yaml          rules           rules/places/*.yaml   gazetteer
rules/lists/*.yaml    words           rules/actors/*.yaml   actors
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from monitor import yamlfile
from monitor.classify.acts import Judge
from monitor.classify.choosing import Chooser
from monitor.classify.expressions import Expressions
from monitor.classify.gazetteer import ActorFile, Gazetteer, PlaceFile, build_gazetteer
from monitor.classify.listfile import ListFile
from monitor.classify.matcher import Matcher
from monitor.classify.reading import Reader
from monitor.classify.rulemodel import Rule
from monitor.classify.rulereading import read_rules
from monitor.classify.ruleterms import RuleWords
from monitor.classify.vocabulary import Vocabulary, build_vocabulary
from monitor.errors import ConfigError, Problem
from monitor.meaning import INCIDENT_ACTS
from monitor.yamlfile import Document, Strict

#: where the files of a folder stand
_PATTERNS = ("*.yaml", "lists/*.yaml", "places/*.yaml", "actors/*.yaml")
F = TypeVar("F", bound=Strict)
B = TypeVar("B")


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The rules of one folder, compiled and ready; shared by all items, never changed."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    gazetteer: Gazetteer
    #: of the content of all files, so that an old alert can name the rules that raised it
    hash: str
    matcher: Matcher
    reader: Reader
    judge: Judge
    chooser: Chooser
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


def load_rules(folder: Path) -> RuleSet:
    """The rules in `folder`; `ConfigError` holds every problem of every file, with file and line."""
    with _undisturbed():
        return compile_rules(read_folder(folder))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without Python's search for garbage, which would look through the new rules and find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_folder(folder: Path) -> RuleFiles:
    """Every file of `folder`; what is wrong with one is among its problems. `ConfigError` where it is no folder."""
    if not folder.is_dir():
        raise ConfigError.at(folder, "there is no such folder", hint="`basewatch init DIR` writes starter rules")
    problems: list[Problem] = []
    digest = hashlib.sha256()
    lists = _read_all(folder, "lists/*.yaml", ListFile, problems, digest)
    places = _read_all(folder, "places/*.yaml", PlaceFile, problems, digest)
    actors = _read_all(folder, "actors/*.yaml", ActorFile, problems, digest)
    documents = [_read_document(path, folder, problems, digest) for path in _files(folder, "*.yaml")]
    rules = read_rules([document for document in documents if document is not None], problems)
    if not rules and not problems:
        problems.append(
            Problem(file=str(folder), message="the folder holds no rule", hint="a rule is a file *.yaml in it")
        )
    return RuleFiles(
        folder, tuple(lists), tuple(places), tuple(actors), tuple(rules), digest.hexdigest()[:16], tuple(problems),
        _unread(folder),
    )  # fmt: skip


def _unread(folder: Path) -> tuple[Path, ...]:
    read = {path for pattern in _PATTERNS for path in _files(folder, pattern)}
    named = {path for pattern in ("*.yaml", "*.yml") for path in folder.rglob(pattern)}
    return tuple(
        sorted(p for p in named - read if not any(part.startswith(".") for part in p.relative_to(folder).parts))
    )


@lru_cache(maxsize=1)
def compile_rules(files: RuleFiles) -> RuleSet:
    """The rules of these files with every name looked up; `ConfigError` holds every problem, those of reading too.

    The last answer is kept: the same files are often read again (a feeds file was edited, a command runs twice).
    """
    problems = list(files.problems)
    rules = files.rules
    vocabulary = _tried(lambda: build_vocabulary(files.lists), problems)
    gazetteer = _tried(lambda: build_gazetteer(files.places, files.actors), problems)
    if vocabulary is None or gazetteer is None:
        raise ConfigError(problems)
    words = RuleWords(vocabulary, gazetteer)
    compiled = [words.compile(document, rule) for document, rule in rules]
    problems += words.problems
    if not vocabulary.patterns and any(INCIDENT_ACTS & set(rule.act) for _, rule in rules):
        said = "no file in it holds a pattern, so no report would ever be an attack"
        problems.append(
            Problem(file=str(files.folder / "lists"), message=said, hint="copy it from `basewatch init DIR`")
        )
    if problems:
        raise ConfigError(problems)
    names = gazetteer.terms({**vocabulary.bits, **vocabulary.closures})
    expressions = Expressions([*vocabulary.expressions, *words.expressions])
    matcher = Matcher([*vocabulary.terms, *names, *words.terms], expressions)
    return RuleSet(
        rules=tuple(rule for _, rule in rules),
        vocabulary=vocabulary,
        gazetteer=gazetteer,
        hash=files.hash,
        matcher=matcher,
        reader=Reader(vocabulary, matcher),
        judge=Judge(vocabulary),
        chooser=Chooser(compiled, gazetteer),
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


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def _read_document(path: Path, folder: Path, problems: list[Problem], digest: hashlib._Hash) -> Document | None:
    try:
        document = yamlfile.read(path)
    except ConfigError as error:
        problems += error.problems if path.exists() or path.is_symlink() else [_gone(path)]
        return None
    digest.update(f"{path.relative_to(folder)}\0{document.text}\0".encode())
    return document


def _gone(path: Path) -> Problem:
    hint = "save it again, or check once more"
    return Problem(file=str(path), message="the file went away while the folder was read", hint=hint)


def _read_all(
    folder: Path, pattern: str, model: type[F], problems: list[Problem], digest: hashlib._Hash
) -> list[tuple[Document, F]]:
    out: list[tuple[Document, F]] = []
    for path in _files(folder, pattern):
        document = _read_document(path, folder, problems, digest)
        if document is None:
            continue
        try:
            out.append((document, yamlfile.validate(document, model)))
        except ConfigError as error:
            problems += error.problems
    return out
