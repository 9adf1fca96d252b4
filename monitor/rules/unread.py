"""Files of a rules folder that are not read, or not where they stand: a wrong name, a wrong folder, another kind.

They are warnings: a folder may hold other things. But somebody who saved `my-rule.yaml.txt` thinks that the rule is in
force, so the operator hears of it.
"""

from __future__ import annotations

import re
from pathlib import Path

from monitor.config.filenames import is_hidden, meant_name, odd_names
from monitor.config.yamlfile import Document
from monitor.errors import Problem

#: the keys that a file of each part begins with
_KEYS = {
    "rule": frozenset({"rule", "rules", "based_on"}),
    "list": frozenset({"lists", "masks", "extend", "shapes", "patterns", "frames"}),
    "place": frozenset({"places", "groups", "countries"}),
    "actor": frozenset({"actors"}),
    "feeds": frozenset({"feeds", "defaults"}),
    "channels": frozenset({"urls"}),
}
_PART = {"list": "lists", "place": "places", "actor": "actors"}
_OURS = re.compile(rf"(?m)^({'|'.join(sorted(key for keys in _KEYS.values() for key in keys))})\s*:")
#: of a file that may be none of ours
_LOOKED_AT = 20_000


def unread_files(folder: Path, read: frozenset[Path]) -> tuple[Path, ...]:
    """YAML files that stand where no file is read, and those under a name that is not."""
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
    within = path.relative_to(folder)
    hint = "rules stand in the folder itself, other files in lists/, places/ and actors/"
    if path.suffix != ".yaml":
        hint = f"name it {meant_name(path.name)}"
        if (path.parent / meant_name(path.name)).exists():
            hint = f"{meant_name(path.name)} stands beside it and is read; take one of them away"
    return Problem(file=str(path), message=f"{within} is not read", hint=hint, severity="warning")


def misplaced(document: Document, kind: str, folder: Path) -> Problem | None:
    """The mistake of a file that is right in itself, and of another kind than the files where it stands."""
    if not isinstance(document.data, dict) or _KEYS[kind] & document.data.keys():
        return None
    found = next((other for other, keys in _KEYS.items() if keys & document.data.keys()), None)
    if found is None or found == kind:
        return None
    key = next(key for key in document.data if key in _KEYS[found])
    where = f"into {folder.name}/{_PART[found]}/" if found in _PART else f"into {folder.name}/ itself"
    if found in ("feeds", "channels"):
        where = "out of the rules folder"
    names = {"rule": "a rule", "list": "a list file", "place": "a file of places", "actor": "a file of actors"}
    said = f"this is {names.get(found, f'a {found} file')} (it holds {key}:), and here {names[kind]} is meant"
    return document.problem(said, key, hint=f"move it {where}")
