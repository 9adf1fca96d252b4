"""A rules folder read and compiled with the topic of its rules: the way from files to a `RuleSet`."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import ConfigError
from monitor.rules import ruleset
from monitor.rules.folder import read_folder
from monitor.rules.lostfiles import with_causes
from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.lists import missing_lists
from monitor.topics.attacks.topic import RuleSet, with_topic


def load_rules(folder: Path) -> RuleSet:
    """The rules in `folder`; `ConfigError` holds every problem of every file, with file and line."""
    with _undisturbed():
        return compile_rules(read_folder(folder))


#: the last rules that were compiled, with the files that they are of
_LAST: dict[RuleFiles, RuleSet] = {}


def compile_rules(files: RuleFiles) -> RuleSet:
    """The rules of these files; `ConfigError` holds every problem, with the lost file that caused several.

    The last answer is kept: the same files are often read again (a feeds file was edited, a command runs twice).
    """
    if (known := _LAST.get(files)) is not None:
        return known
    compiled = _compiled(files)
    _LAST.clear()
    _LAST[files.name_only()] = compiled
    return compiled


def _compiled(files: RuleFiles) -> RuleSet:
    problems = missing_lists(files)
    try:
        compiled = ruleset.compile_rules(files)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(with_causes(problems, files.folder, files.unread))
    return with_topic(compiled)


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
