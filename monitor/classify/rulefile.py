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
from typing import TypeGuard, TypeVar

from monitor import yamlfile
from monitor.classify.acts import Judge
from monitor.classify.choosing import Chooser
from monitor.classify.expressions import Expressions
from monitor.classify.gazetteer import ActorFile, Gazetteer, PlaceFile, build_gazetteer
from monitor.classify.listfile import ListFile
from monitor.classify.lostfiles import with_causes
from monitor.classify.matcher import Matcher
from monitor.classify.reading import Reader
from monitor.classify.rulemodel import Rule
from monitor.classify.rulereading import read_rules
from monitor.classify.ruleterms import RuleWords
from monitor.classify.unread import misplaced, unread_files, unread_problem
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
        raise ConfigError.at(folder, "there is no such folder", hint=_where_is(folder))
    problems: list[Problem] = []
    digest = hashlib.sha256()
    lists = _read_all(folder, "list", ListFile, problems, digest)
    places = _read_all(folder, "place", PlaceFile, problems, digest)
    actors = _read_all(folder, "actor", ActorFile, problems, digest)
    documents = [_read_document(path, folder, problems, digest) for path in _files(folder, "*.yaml")]
    rules = read_rules([document for document in documents if _is_kind(document, "rule", folder, problems)], problems)
    unread = unread_in(folder)
    if not rules and not problems:
        hint = "a rule is a file *.yaml in it"
        if unread:
            first = unread_problem(unread[0], folder)
            hint = f"{first.message}: {first.hint}"
        problems.append(Problem(file=str(folder), message="the folder holds no rule", hint=hint))
    return RuleFiles(
        folder, tuple(lists), tuple(places), tuple(actors), tuple(rules), digest.hexdigest()[:16], tuple(problems),
        unread,
    )  # fmt: skip


def unread_in(folder: Path) -> tuple[Path, ...]:
    """The files of the folder that are not read, though their name or content says that somebody thinks so."""
    return unread_files(folder, frozenset(path for pattern in _PATTERNS for path in _files(folder, pattern)))


def _where_is(folder: Path) -> str:
    """What to do about a rules folder that is not there: it may stand beside its place under another name."""
    parent = folder.parent
    beside = sorted(parent.iterdir()) if parent.is_dir() else []
    moved = next((one for one in beside if (one / "lists").is_dir() and (one / "places").is_dir()), None)
    if moved is not None:
        return f"{moved.name}/ beside it looks like one: name it {folder.name}, or set BASEWATCH_RULES={moved}"
    return (
        f"put it back; or `basewatch init DIR` writes starter rules into a new folder DIR: copy DIR/rules to {folder}"
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
        raise ConfigError(with_causes(problems, files.folder, files.unread))
    words = RuleWords(vocabulary, gazetteer)
    compiled = [words.compile(document, rule) for document, rule in rules]
    problems += words.problems
    if not vocabulary.patterns and any(INCIDENT_ACTS & set(rule.act) for _, rule in rules):
        said = "no file in it holds a pattern, so no report would ever be an attack"
        if not (files.folder / "lists").is_dir():
            said = "the folder lists/ is gone, and without its patterns no report would ever be an attack"
        problems.append(
            Problem(file=str(files.folder / "lists"), message=said, hint="copy it from `basewatch init DIR`")
        )
    if problems:
        raise ConfigError(with_causes(problems, files.folder, files.unread))
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


def _is_kind(document: Document | None, kind: str, folder: Path, problems: list[Problem]) -> TypeGuard[Document]:
    """Whether a file could be read and is of the kind that stands where it does."""
    if document is None:
        return False
    problem = misplaced(document, kind, folder)
    if problem is not None:
        problems.append(problem)
    return problem is None


def _gone(path: Path) -> Problem:
    hint = "save it again, or check once more"
    return Problem(file=str(path), message="the file went away while the folder was read", hint=hint)


def _read_all(
    folder: Path, kind: str, model: type[F], problems: list[Problem], digest: hashlib._Hash
) -> list[tuple[Document, F]]:
    out: list[tuple[Document, F]] = []
    for path in _files(folder, f"{kind}s/*.yaml"):
        document = _read_document(path, folder, problems, digest)
        if not _is_kind(document, kind, folder, problems):
            continue
        try:
            out.append((document, yamlfile.validate(document, model)))
        except ConfigError as error:
            problems += error.problems
    return out
