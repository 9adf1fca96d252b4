"""Which file of a rules folder is gone, when names that it defined are missed in a hundred places.

A list file that is deleted, renamed or moved makes a mistake of each use of its lists, and none of them names the
cause. So names that no file defines are looked for in the files that are not read (`weapons.yml`, `weapons.yaml.bak`),
and in the shipped files of the same place and name: one problem then says what is gone and what to do, in place of all
that only follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

from monitor.config import yamlfile
from monitor.config.filenames import meant_name
from monitor.errors import ConfigError, Problem
from monitor.resources import packaged_or_beside

#: parts of a folder and the keys under which their files define names
_DEFINES = {
    "lists": ("lists", "masks", "shapes", "patterns", "frames"),
    "places": ("places", "groups", "countries", "regions"),
    "actors": ("actors",),
}
#: names that a message shows of many
_SHOWN = 4
_LARGEST = 1_000_000
#: in a file that is no YAML: `  drone: [` and `id: al-udeid`
_NAME = re.compile(r"(?m)^[ ]+([a-z0-9][\w-]*)\s*:|\bid:\s*([\w-]+)")


def with_causes(problems: Sequence[Problem], folder: Path, unread: Sequence[Path]) -> list[Problem]:
    """`problems` with those that follow from one lost file or list as one problem, that stands first."""
    missing = {problem.unknown for problem in problems if problem.unknown}
    if not missing:
        return list(problems)
    lost: dict[Path, list[str]] = {}
    explained = set[str]()
    for file in {problem.file for problem in problems if not problem.unknown}:
        # a file with a mistake of its own: that one is the cause
        explained |= missing & names_in(Path(file), roughly=True)
    missing -= explained
    # `@al-udeid` is no group, and yet al-udeid is not lost
    missing -= {name for part in _DEFINES for path in (folder / part).glob("*.yaml") for name in names_in(path)}
    for path in unread:
        if held := missing & names_in(path):
            lost[path] = sorted(held)
            missing -= held
    for within, names in shipped_names().items():
        if (held := missing & names) and _is_of_the_shipped(folder, within):
            lost[folder / within] = sorted(held)
    explained = explained.union(*lost.values())
    causes = _whole_folders(folder, lost) or [
        _cause(path, names, problems, folder, unread) for path, names in lost.items()
    ]
    folders = {cause.file for cause in causes if Path(cause.file).parent == folder}
    return causes + [other for other in problems if other.unknown not in explained and other.file not in folders]


def _cause(path: Path, names: list[str], problems: Sequence[Problem], folder: Path, unread: Sequence[Path]) -> Problem:
    within = path.relative_to(folder)
    kind = {"lists": "list", "places": "place", "actors": "actor"}.get(within.parts[0], "rule")
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    users = [problem for problem in problems if problem.unknown in names]
    used = [f"{Path(user.file).name}:{user.line}" for user in users if user.line]
    many = len(names) > 1
    what = f"{len(names)} {kind}{'s' * many} ({shown}) that {'are' if many else 'is'} "
    if len(used) > 1:
        what += f"used {len(used)} times (first in {used[0]})"
    else:
        what += f"used in {used[0]}" if used else "needed"
    # what only the program asks for stands in no line, so it is said why
    why = next((f"; {user.message}" for user in users if not user.line), "")
    if path in unread:
        hint = f"name it {meant_name(path.name)}, in {within.parts[0]}/"
        return Problem(file=str(path), message=f"{within} is not read, and holds {what}{why}", hint=hint)
    copy = f"`basewatch init DIR` writes a fresh one, DIR/rules/{within.as_posix()}"
    if not path.exists():
        said = f"{within} is gone: {what} stood there{why}"
        return Problem(file=str(path), message=said, hint=f"put it back; {copy}")
    said = f"{what} {'are' if many else 'is'} gone from {within}{why}"
    it = "them" if many else "it"
    return Problem(file=str(path), message=said, hint=f"put {it} back ({copy}), or write another name there")


def _whole_folders(folder: Path, lost: dict[Path, list[str]]) -> list[Problem]:
    """One problem where a part of the folder is gone altogether, and every lost file was in such a part."""
    parts = {path.relative_to(folder).parts[0] for path in lost}
    gone = sorted(part for part in parts if part in _DEFINES and not (folder / part).is_dir())
    if len(gone) != len(parts):
        return []
    out: list[Problem] = []
    for part in gone:
        said = f"the folder {part}/ is gone, with all that others use of it"
        if part == "lists":
            said += ", and without its patterns no report would ever be an attack"
        hint = f"put it back, or copy it from a fresh folder (`basewatch init DIR` makes one, with DIR/rules/{part})"
        out.append(Problem(file=str(folder / part), message=said, hint=hint))
    return out


def _is_of_the_shipped(folder: Path, within: Path) -> bool:
    """Whether the folder was made of the shipped one: only then a shipped file can be missed in it."""
    if (folder / within).exists():
        return True
    present = [other for other in shipped_names() if (folder / other).exists()]
    # a whole part may be gone, or only this file of it
    return any(other.parent == within.parent or not (folder / within.parent).is_dir() for other in present)


def names_in(path: Path, *, roughly: bool = False) -> frozenset[str]:
    """The lists, places, groups, countries and actors that a file defines, as far as it can be read; none where it is
    no such file. `roughly`: whatever looks like a name in it, for a file that has a mistake."""
    try:
        if path.stat().st_size > _LARGEST:
            return frozenset()
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        if not roughly:
            return frozenset(_names(yamlfile.parse(text, path).data))
    except OSError:
        return frozenset()
    except ConfigError:
        pass
    return frozenset(name for found in _NAME.finditer(text) for name in found.groups() if name)


def _names(data: object) -> Iterator[str]:
    for key in (key for keys in _DEFINES.values() for key in keys):
        held = data.get(key) if isinstance(data, dict) else None
        if isinstance(held, dict):
            yield from map(str, held)
        for entry in held if isinstance(held, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                yield entry["id"]


@lru_cache(maxsize=1)
def shipped_names() -> dict[Path, frozenset[str]]:
    """What each shipped file of lists, places and actors defines, by its place in the rules folder."""
    folder = packaged_or_beside("starter/rules", "rules")
    return {
        path.relative_to(folder): names_in(path) for part in _DEFINES for path in sorted((folder / part).glob("*.yaml"))
    }


@lru_cache(maxsize=1)
def shipped_ids() -> frozenset[str]:
    """The ids of all places, actors, countries and regions, and the names of all lists, that shipped files define."""
    return frozenset(chain.from_iterable(shipped_names().values()))


def shipped_but_gone(folder: Path, defined: Iterable[str], relied: Mapping[str, str]) -> Iterator[Problem]:
    """Warnings for what a folder made of the shipped one has no more, and no file misses: whole files, what they define
    is simply not known; and lists on which the program relies, `relied` says for what, gone from a file that is there.
    """
    known = frozenset(defined)
    for within, names in shipped_names().items():
        gone, most = names - known, 2 * len(names - known) > len(names)
        if most and not (folder / within).exists() and _is_of_the_shipped(folder, within):
            said = f"is gone: {len(gone)} of the {len(names)} names in it are unknown"
        elif not most and gone & relied.keys() and (folder / within).exists():
            said = "has lost what the program asks for: " + ", ".join(
                f"{name} ({relied[name]})" for name in sorted(gone & relied.keys())
            )
        else:
            continue
        yield Problem(
            file=str(folder / within),
            severity="warning",
            message=f"{within} of the shipped rules {said}",
            hint=f"where that is not meant: `basewatch init DIR` writes a fresh one, DIR/rules/{within.as_posix()}",
        )
