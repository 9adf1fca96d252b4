"""What `rules check` finds: mistakes; where there is none, channels that nobody has, and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.begin import rules_folder, settings
from monitor.cli.render import clean, say
from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from monitor.topics.attacks.topic import RuleSet


def problems_in(folder: Path | None) -> tuple[int, list[Problem]]:
    """How many rules there are, and every problem by file and line; no rules where there is a mistake."""
    from monitor.rules.folder import read_folder
    from monitor.topics.loading import compile_rules
    from monitor.workbench.lint.check import lint

    try:
        files = read_folder(rules_folder(folder))
        rules = compile_rules(files)
    except ConfigError as error:
        return 0, error.problems
    return len(rules.rules), sorted([*_without_address(rules), *lint(files, rules)])


def _without_address(rules: RuleSet) -> list[Problem]:
    """Rules that send to a channel that no address has; nothing where no channels file is set up."""
    try:
        configured = settings(warn=False).channels
        if configured is None:
            return []
        from monitor.channels.apprise import Channels
        from monitor.configuration import unknown_channels

        return list(unknown_channels(rules, Channels.load(configured)))
    except ConfigError as error:
        first = error.problems[0]
        say(clean(f"basewatch: the channels were not looked at, see basewatch check: {first.file}: {first.message}"))
        return []
