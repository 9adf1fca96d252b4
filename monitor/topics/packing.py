"""Compiled rules as bytes and back. Whoever unpacks bytes runs what is in them: `kept` says which may be trusted."""

from __future__ import annotations

import io
import pickle
import zlib
from pathlib import Path
from typing import Any

from monitor.topics.attacks.topic import RuleSet

#: the tags of a term are an integer of up to a thousand digits, and most terms share theirs with others
LARGE = 1 << 62
_PATH = type(Path())


class _Packer(pickle.Pickler):
    """Writes each large number once, and paths as they stand in the folder."""

    def __init__(self, file: io.BytesIO, folder: Path) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.numbers: dict[int, int] = {}
        self._folder = folder

    def persistent_id(self, obj: Any) -> int | str | None:
        kind = type(obj)
        if kind is int and obj > LARGE:
            return self.numbers.setdefault(obj, len(self.numbers))
        return str(obj.relative_to(self._folder)) if kind is _PATH else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, numbers: list[int], folder: Path) -> None:
        super().__init__(file)
        self._numbers = numbers
        self._folder = folder

    def persistent_load(self, pid: Any) -> int | Path:
        return self._numbers[pid] if type(pid) is int else self._folder / pid


def pack(rules: RuleSet, folder: Path) -> bytes:
    """The rules of `folder` as bytes."""
    file = io.BytesIO()
    packer = _Packer(file, folder)
    packer.dump(rules)
    return zlib.compress(pickle.dumps(list(packer.numbers)) + file.getbuffer(), 1)


def unpack(packed: bytes, folder: Path) -> object:
    """What `pack` was given, as if its files stood in this folder."""
    file = io.BytesIO(zlib.decompress(packed))  # its checksum tells of a broken file before anything in it is run
    return _Unpacker(file, pickle.load(file), folder).load()
