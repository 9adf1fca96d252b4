"""A rules folder read and compiled with the topic of its rules: the way from files to a `RuleSet`."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import ConfigError, Problem
from monitor.rules import ruleset
from monitor.rules.folder import read_folder
from monitor.rules.lostfiles import with_causes
from monitor.rules.ruleset import RuleFiles
from monitor.topics import kept
from monitor.topics.attacks.lists import missing_lists
from monitor.topics.attacks.topic import RuleSet, with_topic

#: the last rules that were compiled, by all that tells their files from others
_COMPILED: dict[tuple[Path, str, tuple[Problem, ...]], RuleSet] = {}
#: the last rules that were loaded, by their folder and what its files are
_LAST: dict[tuple[Path, str], RuleSet] = {}


def load_rules(folder: Path) -> RuleSet:
    """The rules in `folder`; `ConfigError` holds every problem of every file, with file and line.

    What its files compile to is kept: in memory, because the same files are often read again (a feeds file was edited,
    a command runs twice), and on disk for the next start.
    """
    with _undisturbed():
        key = kept.key_of(folder)
        if key is None:
            return compile_rules(read_folder(folder))
        rules = _LAST.get((folder, key)) or kept.find(folder, key)
        if rules is None:
            rules = compile_rules(read_folder(folder))
            if kept.key_of(folder) != key:  # edited meanwhile: these are the rules of neither
                return rules
            kept.keep(rules, folder, key)
        _LAST.clear()
        _LAST[folder, key] = rules
        return rules


def compile_rules(files: RuleFiles) -> RuleSet:
    """The rules of these files; `ConfigError` holds every problem, with the lost file that caused several.

    The last answer is kept: a command that compares an edit with what is live asks for the same files again.
    """
    key = (files.folder, files.hash, files.problems)
    if (known := _COMPILED.get(key)) is None:
        known = _compiled(files)
        _COMPILED.clear()
        _COMPILED[key] = known
    return known


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
