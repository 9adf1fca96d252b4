"""What can stop a command, and nothing else.

    BasewatchError
    ├── ConfigError        one or more Problems in files that a person edits
    ├── StoreError         the database cannot be reached, is too old, or is too new
    │   └── AlreadyRunning another daemon works on it
    ├── ValueRefused       the database is there, and does not take what was to be written
    └── UsageError         a command was asked for something that does not exist

A feed that fails, an item that is odd and a channel that refuses are not errors: they are values
(`FetchFailed`, `ParseFailed`, `SendResult`), so that one of them never stops the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class BasewatchError(Exception):
    """A condition that stops what was asked; its text is written for the person who asked."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing wrong in something a person edits: where, what, and what to write instead."""

    #: the file (or the environment variable) that holds the mistake
    file: str
    #: 1-based line, 0 where the whole file is meant
    line: int = 0
    #: dotted key, for instance `feeds[3].interval`; empty where no key is meant
    key: str = ""
    #: what is wrong, one sentence without a full stop
    message: str
    #: the likely meaning and the line to write, for instance `write: interval: 5m`
    hint: str = ""
    #: `error` refuses the files, `warning` is told and lived with
    severity: str = "error"
    #: the name that no file defines, where that is what is wrong: many such problems can have one cause
    unknown: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}:{key} {self.message}{hint}"


class ConfigError(BasewatchError):
    """Files or variables that people edit hold mistakes; `problems` lists all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def at(cls, file: Path | str, message: str, *, line: int = 0, key: str = "", hint: str = "") -> ConfigError:
        """The error with one problem."""
        return cls([Problem(file=str(file), line=line, key=key, message=message, hint=hint)])


class StoreError(BasewatchError):
    """The database cannot be used as it is; the text says what to type."""


class AlreadyRunning(StoreError):
    """Another daemon works on this database; two would send every alert twice."""


class ValueRefused(BasewatchError):
    """The database refuses one change (a bug, or a race that was lost) and takes others."""


class UsageError(BasewatchError):
    """The command names something that does not exist (a feed, an item, a channel)."""
