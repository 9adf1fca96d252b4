"""`basewatch rules update`: the rules that the installed version ships, brought into a folder that people edit."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import __version__
from monitor.cli.begin import JsonOption, RulesOption, quiet, rules_folder
from monitor.cli.render import json_out, out, problems_out, say, table
from monitor.cli.rules_diff import Compared, LoadedRules, compare
from monitor.config import yamlfile
from monitor.errors import ConfigError, Problem
from monitor.rules.folder import read_folder
from monitor.rules.shipped import (
    NEW,
    OLD,
    Fate,
    Manifest,
    Step,
    apply,
    hashes_of,
    manifest_of,
    plan,
    read_manifest,
    shipped_folder,
    write_manifest,
)
from monitor.text.clean import clean
from monitor.topics.loading import compile_rules

_NO_MANIFEST = (
    "nothing says which files were shipped into this folder (an older version made it), so each file that differs from"
    " the one shipped now counts as edited by you"
)
#: where edits of a shipped file belong, by the folder it stands in
_OWN = {
    "": "into a rule file of your own that begins with override: and the id of the rule",
    "lists": "into lists/my-words.yaml, words under extend:",
    "places": "into places/my-places.yaml, under ids of your own",
    "actors": "into actors/my-actors.yaml, under ids of your own",
}


def update(
    yes: Annotated[bool, typer.Option("--yes", help="Accept what would change; otherwise you are asked.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=f"Replace edited shipped files too; yours are kept as NAME{OLD}.")
    ] = False,
    back: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Stored items to compare: 12h, 30d or an ISO date.")
    ] = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Your own files are never touched. A shipped file that you did not edit is replaced; one that you edited stays,
    and the new version is laid beside it as NAME.new. First it is shown which files change and, as `rules diff` does,
    what that changes about the stored items. Where nobody can be asked and --yes is not given nothing is changed, and
    the exit code is 1 where there is something to update. A running daemon takes the files over by itself.

    Example:
      basewatch rules update
      basewatch rules update --yes --rules /etc/basewatch/rules
    """
    folder, source = rules_folder(rules), shipped_folder()
    if folder.resolve() == source.resolve():
        _answer_nothing(f"{folder} is the folder that this version ships", as_json)
        return
    shipped, manifest = manifest_of(source), read_manifest(folder)
    before = manifest.files if manifest else {}
    present = hashes_of(folder, sorted({*shipped.files, *before}))
    steps = plan(shipped.files, before, present, overwrite=overwrite)
    if not steps:
        if yes:
            write_manifest(folder, shipped)
        _answer_nothing(f"the shipped files in {folder} are those of basewatch {__version__}", as_json)
        return
    if manifest is None and not quiet():
        say(_NO_MANIFEST)
    if not as_json:
        _show(steps, manifest)
    compared, problems = _tried(steps, source, folder, back)
    if compared is not None and not as_json:
        compared.show()
    taken = not problems and (yes or (not as_json and _accepted()))
    if taken:
        apply(steps, source, folder)
    if as_json:
        json_out(_object(steps, manifest, compared, problems, taken))
    _tell(steps, folder, problems, taken)
    raise typer.Exit(0 if taken else 1)


def _tried(
    steps: Sequence[Step], source: Path, folder: Path, back: str | None
) -> tuple[Compared | None, list[Problem]]:
    """What the update changes about the stored items, and the mistakes that the folder would then hold.

    Rules that the installed version cannot read are no reason to stay with them: then nothing is compared.
    """
    with tempfile.TemporaryDirectory(prefix="basewatch-") as scratch:
        copy = Path(scratch) / folder.resolve().name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        apply(steps, source, copy)
        after = _loaded(copy)
    if isinstance(after, ConfigError):
        return None, [replace(one, file=one.file.replace(str(copy), str(folder), 1)) for one in after.problems]
    before = _loaded(folder)
    if isinstance(before, ConfigError):
        say("the present rules hold mistakes (see basewatch rules check), so it is not shown what changes")
        return None, []
    return compare(before, after, back), []


def _loaded(folder: Path) -> LoadedRules | ConfigError:
    try:
        files = read_folder(folder)
        return files, compile_rules(files)
    except ConfigError as error:
        return error


def _accepted() -> bool:
    """Whether a person says yes; where none can be asked, no."""
    return sys.stdin.isatty() and typer.confirm("Take these files?", err=True)


def _show(steps: Sequence[Step], manifest: Manifest | None) -> None:
    table(("file", f"{manifest.version if manifest else '?'} → {__version__}"), [(s.path, s.fate) for s in steps])
    out()


def _tell(steps: Sequence[Step], folder: Path, problems: list[Problem], taken: bool) -> None:
    """What a person must know of it, beside the files themselves."""
    if problems:
        problems_out(problems)
        hint = f"mend these, or take every shipped file as it is with --overwrite (yours are kept as NAME{OLD})"
        say(f"basewatch: nothing was changed: with these files the rules would hold mistakes; {hint}")
    elif not taken:
        say("basewatch: nothing was changed; --yes accepts")
    elif not quiet():
        for step in steps:
            if step.fate is Fate.BESIDE:
                say(clean(_how_to_take(step.path, folder)))
        say(f"the shipped files are those of basewatch {__version__}; a running daemon takes them over by itself")


def _how_to_take(name: str, folder: Path) -> str:
    """What to do about an edited file that has the new version beside it."""
    said = f"{name} was edited and stays; the new version is {name}{NEW}"
    part = name.rpartition("/")[0].partition("/")[0]
    if part not in _OWN:
        return f"{said}: rename it"
    keys = _keys_that_differ(folder / name) if not part else []
    differ = f" (they differ in {', '.join(keys)})" if keys else ""
    return f"{said}{differ}: move your edits {_OWN[part]}, then rename it"


def _keys_that_differ(path: Path) -> list[str]:
    """The keys of a rule that are not the same in an edited file and in the new version beside it."""
    try:
        own, new = yamlfile.read(path).data, yamlfile.read(path.with_name(path.name + NEW)).data
    except ConfigError:
        return []
    if not isinstance(own, dict) or not isinstance(new, dict) or "rules" in {*own, *new}:
        return []
    return [key for key in dict.fromkeys((*own, *new)) if own.get(key) != new.get(key)]


def _answer_nothing(said: str, as_json: bool) -> None:
    if as_json:
        json_out({"version": __version__, "from": __version__, "steps": [], "written": False, "problems": []})
    elif not quiet():
        say(clean(f"{said}: nothing to update"))


def _object(
    steps: Sequence[Step], manifest: Manifest | None, compared: Compared | None, problems: list[Problem], taken: bool
) -> dict[str, Any]:
    return {
        "version": __version__,
        "from": manifest.version if manifest else None,
        "steps": [{"file": step.path, "does": step.fate} for step in steps],
        "diff": compared.as_object() if compared is not None else None,
        "problems": problems,
        "written": taken,
    }
