"""The compiled rules of a folder, kept on disk: the next start reads one file instead of compiling 97,000 terms again.

A file is named after all that its content follows from: the files of rules, the program, Python and the libraries. So
none is ever out of date, and it serves every folder that holds the same files: paths are kept relative to the folder.

It is a pickle, and a pickle runs what its writer wants. So a file is only read where nobody but the present user can
have written it: it and the folder that holds it belong to this user, and nobody else may write to them. Whatever is
wrong with it, or with the disk, is as if there were none.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import monitor
from monitor.config.yamlfile import MAX_BYTES
from monitor.malloc import give_back
from monitor.rules.folder import files_read
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.packing import pack, unpack

#: switches it off
SWITCH = "BASEWATCH_NO_CACHE"
#: so many files are kept: of an edit and what was before it, of a trial folder beside the live one
MOST = 4
#: rules of fewer terms are compiled as fast as they are read, and would push out those for which it is worth it
FEWEST_TERMS = 5_000
#: what a process that was killed left half written is swept up by a later one, this many seconds younger
_LEFT_BEHIND = 600
_LIBRARIES = ("geographiclib", "google-re2", "pyahocorasick", "pydantic", "pydantic-core")


def key_of(folder: Path) -> str | None:
    """The name of what these files compile to; None where one of them cannot be read, and the reader has to say why."""
    digest = hashlib.sha256(_program())
    try:
        for path in files_read(folder):
            if not path.is_file() or path.stat().st_size > MAX_BYTES:
                return None
            _add(digest, path, folder)
    except OSError:
        return None
    return digest.hexdigest()


@cache
def _program() -> bytes:
    """Stands for the program, Python and the libraries; what a pickle holds of them need not suit others."""
    used = [monitor.__version__, sys.version, platform.machine(), *map(metadata.version, _LIBRARIES)]
    return hashlib.sha256(repr(used).encode() + program_digest(Path(monitor.__file__).parent)).digest()


def program_digest(package: Path) -> bytes:
    """Stands for the content of a package's modules and tables: 4 ms, and an edit of a developer is never missed."""
    digest = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.gz")]):
        _add(digest, path, package)
    return digest.digest()


def _add(digest: hashlib._Hash, path: Path, folder: Path) -> None:
    content = path.read_bytes()
    digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
    digest.update(content)


def find(folder: Path, key: str) -> RuleSet | None:
    """The rules that were kept under this key, as those of `folder`."""
    try:
        home = _home()
        if home is None or not _is_ours(home.lstat()):
            return None
        path = _file(home, key)
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            packed = file.read() if _is_ours(os.fstat(file.fileno())) else b""
        rules = unpack(packed, folder) if packed else None
        with suppress(OSError):
            os.utime(path)  # those that are used are the last to go
    except Exception:  # a pickle that is broken raises whatever it likes
        return None
    return rules if isinstance(rules, RuleSet) else None


def keep(rules: RuleSet, folder: Path, key: str) -> None:
    """Writes the rules of `folder` down; where that cannot be, the next start compiles them as this one did."""
    with suppress(Exception):
        home = _home()
        if home is None or len(rules.matcher) < FEWEST_TERMS:
            return
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(home.lstat()):
            return
        packed = pack(rules, folder)
        number, name = tempfile.mkstemp(prefix="rules-", suffix=".part", dir=home)  # of mode 0600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(packed)
            Path(name).replace(_file(home, key))  # others see all of it or nothing
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _tidy(home)
        give_back()


def _home() -> Path | None:
    """The folder for the kept rules; None where they are not to be kept."""
    if os.environ.get(SWITCH, "").strip() not in ("", "0"):
        return None
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "basewatch"


def _file(home: Path, key: str) -> Path:
    return home / f"rules-{key[:32]}.pickle"


def _is_ours(found: os.stat_result) -> bool:
    """It belongs to the present user and nobody else may write to it; of a symbolic link that is never so."""
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _tidy(home: Path) -> None:
    """Takes away all but the newest files."""
    age = {path: path.stat().st_mtime for path in home.glob("rules-*.*")}
    newest = sorted((path for path in age if path.suffix == ".pickle"), key=lambda path: age[path], reverse=True)
    left = [path for path in age if path.suffix == ".part" and age[path] < age[newest[0]] - _LEFT_BEHIND]
    for path in (*newest[MOST:], *left):
        path.unlink(missing_ok=True)
