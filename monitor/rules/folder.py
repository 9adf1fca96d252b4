"""The files of a rules folder, read with every problem of every file.

rules/*.yaml          rules           rules/places/*.yaml   gazetteer
rules/lists/*.yaml    words           rules/actors/*.yaml   actors

Files that are not read, under a wrong name or in a wrong folder, are warnings: a folder may hold other things. But
somebody who saved `my-rule.yaml.txt` thinks that the rule is in force, so the operator hears of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from monitor.config import yamlfile
from monitor.config.filenames import is_hidden, meant_name, odd_names
from monitor.config.yamlfile import Document, Strict
from monitor.errors import ConfigError, Problem
from monitor.rules.listfile import ListFile
from monitor.rules.lostfiles import shipped_ids
from monitor.rules.placefile import ActorFile, PlaceFile
from monitor.rules.rulefile import read_rules
from monitor.rules.ruleset import RuleFiles

#: where the files of a kind stand, what one is called, and the keys that it begins with
_KINDS = {
    "rule": ("*.yaml", "a rule", {"rule", "rules", "based_on", "override"}),
    "list": ("lists/*.yaml", "a list file", {"lists", "masks", "extend", "shapes", "patterns", "frames"}),
    "place": ("places/*.yaml", "a file of places", {"places", "groups", "countries"}),
    "actor": ("actors/*.yaml", "a file of actors", {"actors"}),
}
#: files that belong elsewhere
_OTHERS = {"feeds": ("a feeds file", {"feeds", "defaults"}), "channels": ("a channels file", {"urls"})}
_KEYS = {kind: keys for kind, (_, _, keys) in _KINDS.items()} | {kind: keys for kind, (_, keys) in _OTHERS.items()}
_OURS = re.compile(rf"(?m)^({'|'.join(sorted(set().union(*_KEYS.values())))})\s*:")
#: characters that are looked at in a file that may be none of ours
_LOOKED_AT = 20_000
F = TypeVar("F", bound=Strict)


def read_folder(folder: Path) -> RuleFiles:
    """Every file of `folder`; what is wrong with one is among its problems. `ConfigError` where it is no folder."""
    if not folder.is_dir():
        raise ConfigError.at(folder, "there is no such folder", hint=_where_is(folder))
    reader = _FolderReader(folder)
    lists, places, actors = (
        reader.read("list", ListFile),
        reader.read("place", PlaceFile),
        reader.read("actor", ActorFile),
    )
    problems = reader.problems
    documents = list(reader.documents("rule"))
    rules = read_rules(documents, problems)
    overridden = any(document.over is not None for document, _ in rules)
    plain = read_rules(documents, [], overridden=False) if overridden else []
    unread = unread_in(folder)
    if not rules and not problems:
        hint = "a rule is a file *.yaml in it"
        if unread:
            first = unread_problem(unread[0], folder)
            hint = f"{first.message}: {first.hint}"
        problems.append(Problem(file=str(folder), message="the folder holds no rule", hint=hint))
    return RuleFiles(
        folder=folder, lists=lists, places=places, actors=actors, rules=tuple(rules), unread=unread,
        hash=reader.digest.hexdigest()[:16], problems=tuple(problems), plain_rules=tuple(plain), shipped=shipped_ids,
    )  # fmt: skip


class _FolderReader:
    """Gathers what is wrong with the files of one folder, and the hash of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256()

    def documents(self, kind: str) -> Iterator[Document]:
        """The files of a kind that could be read."""
        for path in _files(self.folder, kind):
            try:
                document = yamlfile.read(path)
            except ConfigError as error:
                hint = "save it again, or check once more"
                gone = Problem(file=str(path), message="the file went away while the folder was read", hint=hint)
                self.problems += error.problems if path.exists() or path.is_symlink() else [gone]
                continue
            self.digest.update(f"{path.relative_to(self.folder)}\0{document.text}\0".encode())
            if problem := _misplaced(document, kind, self.folder):
                self.problems.append(problem)
            else:
                yield document

    def read(self, kind: str, model: type[F]) -> tuple[tuple[Document, F], ...]:
        """The files of a kind that are as they should be."""
        out: list[tuple[Document, F]] = []
        for document in self.documents(kind):
            try:
                out.append((document, yamlfile.validate(document, model)))
            except ConfigError as error:
                self.problems += error.problems
        return tuple(out)


def _files(folder: Path, kind: str) -> list[Path]:
    return sorted(path for path in folder.glob(_KINDS[kind][0]) if not path.name.startswith("."))


def files_read(folder: Path) -> list[Path]:
    """Every file that `read_folder` reads, in the same order at all times."""
    return [path for kind in _KINDS for path in _files(folder, kind)]


def _where_is(folder: Path) -> str:
    """What to do about a rules folder that is not there: it may stand beside its place under another name."""
    parent = folder.parent
    beside = sorted(parent.iterdir()) if parent.is_dir() else []
    moved = next((other for other in beside if (other / "lists").is_dir() and (other / "places").is_dir()), None)
    if moved is not None:
        return f"{moved.name}/ beside it looks like one: name it {folder.name}, or set BASEWATCH_RULES={moved}"
    return (
        f"put it back; or `basewatch init DIR` writes starter rules into a new folder DIR: copy DIR/rules to {folder}"
    )


def _misplaced(document: Document, kind: str, folder: Path) -> Problem | None:
    """The mistake of a file that is right in itself, and of another kind than the files where it stands."""
    if not isinstance(document.data, dict) or _KEYS[kind] & document.data.keys():
        return None
    found = next((other for other, keys in _KEYS.items() if keys & document.data.keys()), None)
    if found is None:
        return None
    key = next(key for key in document.data if key in _KEYS[found])
    if found in _OTHERS:
        name, where = _OTHERS[found][0], "out of the rules folder"
    else:
        pattern, name, _ = _KINDS[found]
        part = pattern.removesuffix("*.yaml")
        where = f"into {folder.name}/{part}" if part else f"into {folder.name}/ itself"
    said = f"this is {name} (it holds {key}:), and here {_KINDS[kind][1]} is meant"
    return document.problem(said, key, hint=f"move it {where}")


# ------------------------------------------------------------------------------------------ files that are not read


def unread_in(folder: Path) -> tuple[Path, ...]:
    """The files of the folder that are not read, though their name or content says that somebody thinks so."""
    read = set(files_read(folder))
    astray = {path for path in folder.rglob("*.yaml") if path not in read and not is_hidden(path, folder)}
    odd = {path for path in odd_names(folder) if path.suffix.casefold() != ".txt" or _is_ours(path)}
    return tuple(sorted(astray | odd))


def _is_ours(path: Path) -> bool:
    """Whether a text file holds what a rule file, list, place or actor file does: a read-me does not."""
    try:
        with path.open("rb") as file:
            return _OURS.search(file.read(_LOOKED_AT).decode("utf-8", "replace")) is not None
    except OSError:
        return False


def unread_problem(path: Path, folder: Path) -> Problem:
    """The warning about one such file."""
    hint = "rules stand in the folder itself, other files in lists/, places/ and actors/"
    if path.suffix != ".yaml":
        name = meant_name(path.name)
        beside = (path.parent / name).exists()
        hint = f"{name} stands beside it and is read; take one of them away" if beside else f"name it {name}"
    said = f"{path.relative_to(folder)} is not read"
    return Problem(file=str(path), message=said, hint=hint, severity="warning")
