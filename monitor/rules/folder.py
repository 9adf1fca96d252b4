"""The files of a rules folder, read with every problem of every file.

rules/*.yaml          rules           rules/places/*.yaml   gazetteer
rules/lists/*.yaml    words           rules/actors/*.yaml   actors
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeGuard, TypeVar

from monitor.config import yamlfile
from monitor.config.yamlfile import Document, Strict
from monitor.errors import ConfigError, Problem
from monitor.rules.gazetteer import ActorFile, PlaceFile
from monitor.rules.listfile import ListFile
from monitor.rules.rulefile import read_rules
from monitor.rules.ruleset import RuleFiles
from monitor.rules.unread import misplaced, unread_files, unread_problem

#: where the files of a folder stand
_PATTERNS = ("*.yaml", "lists/*.yaml", "places/*.yaml", "actors/*.yaml")
F = TypeVar("F", bound=Strict)


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
