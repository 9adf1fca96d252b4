"""`basewatch rules lists`: the lists of words that rules and wordings may name, and what stands in one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, RulesOption, quiet, rules_folder
from monitor.cli.render import json_out, out, say, table
from monitor.errors import UsageError
from monitor.queries.jsonvalues import values_of
from monitor.rules.folder import read_folder
from monitor.rules.hints import list_hint
from monitor.rules.ruleset import RuleFiles
from monitor.text.clean import clean
from monitor.workbench.wordlists import WordList, word_lists

#: users that are shown of one list
_MOST_USERS = 12


def lists(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show what stands in this list.")] = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """A rule names a list with an @ (`what: {any: ["@drone"]}`), a template in braces (`{drone}`). Lists, masks and
    shapes of all files are shown, also while a rule holds a mistake. With NAME: its words by language, the lists that
    it takes in, the files that bring them, and what uses it.

    Example:
      basewatch rules lists
      basewatch rules lists drone
    """
    files = read_folder(rules_folder(rules))
    found = word_lists(files)
    unread = {problem.file for problem in files.problems if "/lists/" in problem.file}
    if unread and not quiet():
        say(clean(f"not read, because of a mistake (see basewatch rules check): {', '.join(sorted(unread))}"))
    if name is not None:
        _show_one(_named(name, found, files), found, as_json)
    elif as_json:
        json_out([_row(one) for one in found])
    else:
        columns = ("name", "kind", "words", "languages", "use", "files")
        rows = [(one.name, one.kind, one.count, ", ".join(one.words), one.use, _short(one.files)) for one in found]
        table(columns, rows, empty="there is no list")


def _named(name: str, found: list[WordList], files: RuleFiles) -> WordList:
    """The list that a person names, as a rule does or as a template does."""
    bare = name.strip().removeprefix("@").strip("{}")
    for one in found:
        if one.name == bare:
            return one
    if any(actor.id == bare for _, content in files.actors for actor in content.actors):
        raise UsageError(f"{bare} is an actor, no list: its names stand in actors/*.yaml")
    raise UsageError(f"there is no list {bare[:60]!r}; {list_hint(bare, [one.name for one in found], sign='')}")


def _show_one(one: WordList, found: list[WordList], as_json: bool) -> None:
    if as_json:
        json_out(_row(one) | {"words": one.words})
        return
    counts = {other.name: other.count for other in found}
    facts = [
        (one.kind, one.name),
        ("use", one.program),
        ("used by", one.users(_MOST_USERS) or "nothing"),
        ("takes in", ", ".join(f"@{name} ({counts.get(name, 0)})" for name in one.includes)),
        ("files", ", ".join(one.files)),
    ]
    width = max(len(key) for key, _ in facts)
    for key, value in facts:
        if value:
            out(f"{key:<{width}}  {clean(value)}")
    if one.words:
        out()
        table(("language", "words"), [(language, ", ".join(words)) for language, words in one.words.items()])


def _short(files: tuple[str, ...]) -> str:
    return files[0] + (f" and {len(files) - 1} more" if len(files) > 1 else "")


def _row(one: WordList) -> dict[str, Any]:
    counts = {language: len(words) for language, words in one.words.items()}
    fields = values_of(one, "name", "kind", "program", "used_by", "includes", "count", "files")
    return fields | {"languages": counts}
