"""`basewatch rules check`: mistakes; where there is none, channels that nobody has, and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import quiet, rules_folder, settings
from monitor.cli.options import JsonOption, RulesOption
from monitor.cli.render import json_out, out, say
from monitor.errors import ConfigError, Problem
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.topics.attacks.topic import RuleSet


def about() -> None:
    """The rules: find mistakes in them, run their examples and the feedback on stored items.

    The daemon takes an edited rule over by itself once it has no mistake.

    Example:
      basewatch rules check
      basewatch rules test
    """


def check(
    rules: RulesOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as mistakes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find every mistake in the rule files, and what in them does nothing, with file and line.

    Mistakes are errors: the daemon does not take such files over. Warnings can be lived with: words that are never
    seen or that another makes needless, lists that nothing uses, rules that another always covers or that can take
    nothing, places without coordinates, rules without examples. They are looked for where there is no mistake. Exit
    code 1 where there is an error, with --strict also where there is a warning.

    Example:
      basewatch rules check --rules rules
      basewatch rules check --strict --json
    """
    count, problems = _problems_in(rules)
    errors = [problem for problem in problems if problem.severity == "error"]
    fine = not (problems if strict else errors)
    if as_json:
        json_out({"ok": fine, "rules": count, "problems": problems})
        raise typer.Exit(0 if fine else 1)
    for problem in problems:
        out(clean(problem if problem.severity == "error" else f"warning: {problem}"))
    if problems:
        warnings = len(problems) - len(errors)
        say(f"basewatch: {len(errors)} mistakes, {warnings} warnings")
    elif not quiet():
        say(f"all is well: {count} rules")
    raise typer.Exit(0 if fine else 1)


def _problems_in(folder: Path | None) -> tuple[int, list[Problem]]:
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
