"""The command `basewatch`: which commands there are, and what becomes of every error.

Each command lives in a module of its name and imports what it needs when it is called, so that `--help` is quick.
Exit codes: 0 fine, 1 a problem was found, 2 usage.
"""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from monitor import __version__
from monitor.cli import (
    alerts,
    check,
    classify,
    db,
    demo,
    explain,
    feedback,
    feeds,
    feeds_opml,
    feeds_test,
    health,
    incidents,
    init,
    poll,
    rules_check,
    rules_diff,
    rules_new,
    rules_replay,
    rules_schema,
    rules_test,
    run,
    send_test,
)  # fmt: skip
from monitor.cli.begin import loudness
from monitor.cli.render import hand_over, out, prepare_streams, reader_gone, say
from monitor.errors import BasewatchError, UsageError
from monitor.text.clean import clean

SET_UP, AT_WORK, UNDERSTAND, REPORT = "Set up", "At work", "Understand", "Report"
#: may stand before or after the command's name
_ANYWHERE = {"-v": 1, "--verbose": 1, "-vv": 2, "-q": -1, "--quiet": -1}


def basewatch(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more: log lines, and tracebacks of bugs.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False,
) -> None:
    """Polls news feeds and tells you of attacks on military bases: once, with sources, and with the reason why.

    Exit codes: 0 fine, 1 a problem was found, 2 wrong usage. Answers go to standard output, words about them to
    standard error. -v and -q may stand before or after the command.

    Example:
      basewatch demo
      basewatch init news && cd news && basewatch run
    """
    del version, verbose, quiet  # `main` has acted on them


#: panel of `--help`, name, function
COMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    (SET_UP, "demo", demo.demo),
    (SET_UP, "init", init.init),
    (SET_UP, "check", check.check),
    (SET_UP, "send-test", send_test.send_test),
    (AT_WORK, "run", run.run),
    (AT_WORK, "poll", poll.poll),
    (AT_WORK, "health", health.health),
    (UNDERSTAND, "classify", classify.classify),
    (UNDERSTAND, "explain", explain.explain),
    (UNDERSTAND, "feedback", feedback.feedback),
    (REPORT, "incidents", incidents.incidents),
    (REPORT, "alerts", alerts.alerts),
)
#: panel, name, what it does without a further word, whether that is something, its commands
GROUPS: tuple[tuple[str, str, Callable[..., None], bool, dict[str, Callable[..., None]]], ...] = (
    (SET_UP, "db", db.about, False, {"upgrade": db.upgrade}),
    (AT_WORK, "feeds", feeds.states, True,
     {"test": feeds_test.try_feed, "import": feeds_opml.import_opml, "export": feeds_opml.export_opml}),
    (UNDERSTAND, "rules", rules_check.about, False,
     {"check": rules_check.check, "test": rules_test.run_examples, "replay": rules_replay.replay,
      "diff": rules_diff.diff, "new": rules_new.new, "schema": rules_schema.schema}),
)  # fmt: skip


def build() -> typer.Typer:
    """The command with all its commands; built for each call, so that no call leaves anything to the next."""
    keys: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, **keys)
    app.callback(help=_prose(basewatch))(basewatch)
    for panel, name, function in COMMANDS:
        app.command(name, help=_prose(function), rich_help_panel=panel)(function)
    for panel, name, about, alone, members in GROUPS:
        group = typer.Typer(invoke_without_command=alone, no_args_is_help=not alone, **keys)
        group.callback(help=_prose(about))(about)
        for member, function in members.items():
            group.command(member, help=_prose(function))(function)
        app.add_typer(group, name=name, rich_help_panel=panel)
    return app


def _prose(function: Callable[..., None]) -> str:
    """A docstring as help: its paragraphs flow to the width of the terminal, its example keeps its lines."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(p if p.startswith("Example:") else p.replace("\n", " ") for p in paragraphs)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; no mistake of a user ends in a traceback."""
    prepare_streams()
    arguments = _take_anywhere(list(sys.argv[1:] if argv is None else argv))
    try:
        code = _call(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    return hand_over() or code


def _call(arguments: list[str]) -> int:
    try:
        if any("\0" in argument for argument in arguments):
            raise UsageError("an argument holds a null character")
        if arguments[:1] == ["--version"]:
            out(f"basewatch {__version__}")
            return 0
        build()(args=arguments, prog_name="basewatch")
    except UsageError as error:
        say(f"basewatch: {clean(error)}")
        return 2
    except BasewatchError as error:
        say("\n".join(f"basewatch: {line}" for line in clean(error, lines=True).splitlines()))
        return 1
    except BrokenPipeError:
        raise reader_gone() from None
    except OSError as error:
        if lost := hand_over():
            return lost  # it was the output itself
        _tell_bug_to_the_curious()
        about = f"{error.filename}: " if error.filename else ""
        say(f"basewatch: {clean(about)}{clean(error.strerror or error)}")
        return 1
    except Exception as error:
        _tell_bug_to_the_curious()
        say(f"basewatch: a bug: {type(error).__name__}: {clean(error)[:300]}; the same command with -v shows where")
        return 1
    return 0


def _tell_bug_to_the_curious() -> None:
    if loudness.get() > 0:
        say(traceback.format_exc())


def _take_anywhere(arguments: list[str]) -> list[str]:
    """Takes -v and -q out of the arguments, wherever they stand before `--`, and sets the loudness by them."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    loudness.set(sum(_ANYWHERE.get(argument, 0) for argument in arguments[:end]))
    return [argument for argument in arguments[:end] if argument not in _ANYWHERE] + arguments[end:]
