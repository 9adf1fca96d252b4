"""The shipped files of a rules folder: which are as they were shipped, and what an update of them comes to.

`init` and `rules update` leave a manifest in the folder: the version, and a hash of each shipped file. A file with this
hash is unedited and may be replaced; one with another hash is somebody's work and is left alone. A folder of a version
before there were manifests has none: there every file that differs counts as edited.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor import __version__
from monitor.resources import packaged_or_beside

MANIFEST = ".shipped.json"
#: behind the name of a shipped version that was laid beside an edited file, and of an edited file that was replaced
NEW, OLD = ".new", ".old"


class Fate(StrEnum):
    """What an update does with one file."""

    ADDED = "added"
    REPLACED = "replaced"
    REMOVED = "removed"
    #: somebody edited it: it stays, and the shipped version is laid beside it
    BESIDE = "edited, stays"
    #: somebody edited it and asked for the shipped version: the edited one is kept beside it
    OVERWRITTEN = "edited, replaced"
    #: somebody edited it and it is no longer shipped: it is a file of their own now
    LEFT = "edited, no longer shipped, stays"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One file of an update, by its path inside the folder."""

    path: str
    fate: Fate


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was shipped: the version and the hash of each file."""

    version: str
    files: Mapping[str, str]


def shipped_folder() -> Path:
    """The rules folder of the installed version."""
    return packaged_or_beside("starter/rules", "rules")


def shipped_files(folder: Path) -> Iterator[str]:
    """The files that are shipped from a folder; hidden ones and what Python leaves behind are not."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield path.relative_to(folder).as_posix()


def manifest_of(folder: Path) -> Manifest:
    """That of the rules that the installed version ships in `folder`."""
    return Manifest(version=__version__, files=hashes_of(folder, shipped_files(folder)))


def hashes_of(folder: Path, names: Iterator[str] | Sequence[str]) -> dict[str, str]:
    """The hashes of these files of a folder, without those that are not there."""
    paths = {name: folder / name for name in names}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.is_file()}


def read_manifest(folder: Path) -> Manifest | None:
    """What was shipped into a folder; None where nothing says so, or nothing that can be read."""
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in held["files"].items()}
        return Manifest(version=str(held["version"]), files=files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Leaves in a folder what was shipped into it."""
    held = {"version": manifest.version, "files": dict(sorted(manifest.files.items()))}
    _put(folder / MANIFEST, (json.dumps(held, indent=1) + "\n").encode())


def plan(
    shipped: Mapping[str, str], before: Mapping[str, str], present: Mapping[str, str], *, overwrite: bool = False
) -> tuple[Step, ...]:
    """What brings a folder to the shipped files. All by path and hash: those that are shipped now, those that were
    shipped into the folder before, and those that it holds. `overwrite`: edited files are replaced too. Pure."""
    fates = {
        name: _fate(shipped.get(name), before.get(name), present.get(name), overwrite)
        for name in sorted({*shipped, *before})
    }
    return tuple(Step(path=name, fate=fate) for name, fate in fates.items() if fate is not None)


def _fate(new: str | None, before: str | None, own: str | None, overwrite: bool) -> Fate | None:
    if own == new:
        return None
    if own is None:  # new, or somebody took it away
        return Fate.ADDED if before is None or overwrite else None
    if new is None:
        return Fate.REMOVED if own == before else Fate.LEFT
    if own == before:
        return Fate.REPLACED
    if overwrite:
        return Fate.OVERWRITTEN
    return Fate.BESIDE if new != before else None


def apply(steps: Sequence[Step], source: Path, folder: Path) -> None:
    """Takes the steps. Each file is replaced at once; the manifest comes last, so that what was cut short can be done
    again."""
    for step in steps:
        own, new = folder / step.path, source / step.path
        if step.fate is Fate.OVERWRITTEN:
            shutil.copy2(own, own.with_name(own.name + OLD))
        if step.fate in (Fate.ADDED, Fate.REPLACED, Fate.OVERWRITTEN):
            _put(own, new.read_bytes())
        elif step.fate is Fate.BESIDE:
            _put(own.with_name(own.name + NEW), new.read_bytes())
        elif step.fate is Fate.REMOVED:
            own.unlink(missing_ok=True)
    write_manifest(folder, manifest_of(source))


def _put(path: Path, content: bytes) -> None:
    """The whole file or the one that was there, never half of it; what a link leads to is replaced, not the link."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
