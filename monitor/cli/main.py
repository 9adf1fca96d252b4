"""The command `basewatch`: which commands there are, and what becomes of every error.

Only the module of the command that is asked for is imported, so that `--help` is quick.
Exit codes: 0 fine, 1 a problem was found, 2 usage.
"""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from monitor import __version__
from monitor.cli.begin import loudness
from monitor.cli.render import hand_over, out, prepare_streams, reader_gone, say
from monitor.errors import BasewatchError, UsageError
from monitor.text.clean import clean

#: may stand before or after the command's name
_ANYWHERE = {"-v": 1, "--verbose": 1, "-vv": 2, "-q": -1, "--quiet": -1}

ABOUT_DB = """The database: bring it up to this version.

BASEWATCH_DATABASE_URL says which one: SQLite or PostgreSQL.

Example:
  basewatch db upgrade
"""
ABOUT_RULES = """The rules: find mistakes in them, run their examples and the feedback on stored items.

The daemon takes an edited rule over by itself once it has no mistake.

Example:
  basewatch rules check
  basewatch rules test
"""
#: by panel of `--help`: name, module and function, first sentence of its help; the function's docstring is the rest.
#: `feeds`, `db`, `incidents` and `policy` are groups, because further commands begin with their names
COMMANDS = {
    "Set up": (
        ("demo", "demo.demo", "Show basewatch at work: no network, no set-up, nothing left behind."),
        ("init", "init.init", "Write a starter feeds.yaml, rules, policies.yaml and an example of a channels file."),
        ("check", "check.check",
         "Find every problem in settings, feeds, rules, channels, policies and database, with file and line."),
        ("send-test", "send_test.send_test",
         "Send a real test message to every address of one channel and say what came of it."),
        ("db", "", ABOUT_DB),
        ("db upgrade", "check.upgrade", "Bring the database to the form that this version needs; back it up first."),
    ),
    "At work": (
        ("run", "poll.run", "Watch the feeds and deliver alerts until SIGTERM or Ctrl-C."),
        ("serve", "serve.serve", "Serve the board (pages, JSON, metrics) of a database as a process of its own."),
        ("poll", "poll.poll", "Poll feeds once, now, due or not; then deliver what is due."),
        ("health", "status.health",
         "Say whether the daemon is at work, from what it wrote into the database; needs no port."),
        ("feeds", "status.feeds",
         "Show the state of every feed: last success, last result, failures in a row, next poll, items per day."),
        ("feeds test", "feeds_test.try_feed", "Fetch and parse one address now and show what came; keeps nothing."),
        ("feeds import", "feeds_opml.import_opml",
         "Turn the feeds of an OPML file into lines for feeds.yaml, on standard output."),
        ("feeds export", "feeds_opml.export_opml", "Write the feeds of feeds.yaml as OPML, for other readers."),
    ),
    "Understand": (
        ("classify", "classify.classify",
         "Judge items: JSON lines in, JSON lines out, in the same order. Writes nothing."),
        ("explain", "explain.explain",
         "Why it alerts or stays quiet: act, the words that decided, incident, decision, and rule by rule why or"
         " why not."),
        ("feedback", "feedback.feedback",
         "Say of an item that it was told rightly, missed, a false alarm, or read wrongly; without ITEM: list what"
         " was said."),
        ("rules", "", ABOUT_RULES),
        ("rules check", "rules.check",
         "Find every mistake in the rule files, and what in them does nothing, with file and line."),
        ("rules test", "rules.run_examples",
         "Run the examples that stand in the rules, and the feedback that was given on stored items."),
        ("rules replay", "rules_replay.replay",
         "Run the stored items of a time through the rules: what would have told whom, and when. Sends and writes"
         " nothing."),
        ("rules diff", "rules_diff.diff",
         "What edited rules add and remove, in headlines: what alerts now or no longer, at another level, to others."),
        ("rules new", "rules_new.new",
         "Propose a rule from two or three headlines: what they do, where, who, with which words, and its examples."),
        ("rules learn", "rules_learn.learn_rules",
         "What feedback says of the rules: which reading was wrong, and the line to add; --accept N writes it."),
        ("rules lists", "rules_lists.lists",
         "The lists of words that there are, and what stands in one of them, by language."),
        ("rules update", "rules_update.update",
         "Bring the rules that this version ships into the rules folder; your own files stay as they are."),
        ("rules schema", "rules.schema",
         "The JSON Schema of a kind of file: by it an editor completes keys, explains them and marks mistakes."),
    ),
    "Report": (
        ("incidents", "reports.incidents",
         "The ledger: date, location, type of attack, group claiming, killed, wounded, sources."),
        ("incidents show", "incidents.show",
         "Show one incident: what changed and when, who says what, sources, whom it was told."),
        ("incidents merge", "incidents.merge", "Say that two incidents are one."),
        ("incidents split", "incidents.split", "Take reports out of an incident: they become one of their own."),
        ("incidents import", "incidents.import_file",
         "Put incidents of a file into the ledger, without telling anybody."),
        ("alerts", "reports.alerts",
         "Every alert and notice since a time, newest first, with what became of each delivery."),
        ("digest", "digest.digest", "The incidents of a day or a week as one message."),
        ("stats", "stats.stats", "How many incidents there were, by week, base, group or weapon; plots and maps."),
        ("mute", "attention.mute", "Tell nobody of an incident, or by a rule, until a time."),
        ("deeds", "attention.deeds", "What people did: acknowledged, muted, merged, split, and took back."),
        ("undo", "attention.undo", "Take back one thing that somebody did."),
        ("ack", "attention.ack", "Say that somebody has taken notice of an incident: it is not told again and again."),
        ("policy", "attention.policy", "What each channel wants to be told, and when."),
        ("policy explain", "attention.explain_policy", "Why each channel was told of an incident, or not."),
    ),
}  # fmt: skip


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


def build(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The command with all its commands; those that `arguments` do not name are there for their help only.

    Built for each call, so that no call leaves anything to the next. None: all of them.
    """
    keys: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, **keys)
    app.callback(help=_prose(basewatch.__doc__))(basewatch)
    asked = None if arguments is None else [argument for argument in arguments if not argument.startswith("-")]
    rows = [(panel, *row) for panel, rows in COMMANDS.items() for row in rows]
    groups: dict[str, typer.Typer] = {path.partition(" ")[0]: app for _, path, *_ in rows if " " in path}
    for panel, path, target, summary in rows:
        words = path.split()
        named = bool(target) and (asked is None or asked[: len(words)] == words)
        module, _, name = target.rpartition(".")
        function = getattr(import_module(f"monitor.cli.{module}"), name) if named else _not_asked
        shown = _prose(f"{summary}\n\n{inspect.cleandoc(function.__doc__ or '')}" if named else summary)
        if path in groups:
            group = groups[path] = typer.Typer(
                help=shown, invoke_without_command=bool(target), no_args_is_help=not target, **keys
            )
            if named:
                group.callback(help=shown)(function)
            app.add_typer(group, name=path, rich_help_panel=panel)
        else:
            above = groups[words[0]] if len(words) > 1 else app
            above.command(words[-1], help=shown, rich_help_panel=panel if above is app else None)(function)
    return app


def _not_asked() -> None:
    """Stands for a command that this call does not name."""
    raise AssertionError("a command was called that was not named")


def _prose(text: str | None) -> str:
    """A text as help: its paragraphs flow to the width of the terminal, its example keeps its lines."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
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
        build(arguments)(args=arguments, prog_name="basewatch")
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
        about = f"{clean(error.filename)}: " if error.filename else ""
        say(f"basewatch: {about}{clean(error.strerror or error)}")
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
