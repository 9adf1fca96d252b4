"""`basewatch rules schema`: the JSON Schemas by which editors know the rule files, and the key tables of the manual."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import rules_folder
from monitor.cli.options import JsonOption, RulesOption
from monitor.cli.render import json_out, out
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.workbench.reference.schema import FileKind


def schema(
    kind: Annotated[str, typer.Argument(metavar="rule|lists|places|actors", help="The kind of file.")] = "rule",
    write: Annotated[bool, typer.Option("--write", help="Write all of them into schema/ of the rules folder.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table of keys instead, for people.")] = False,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """The JSON Schema of a kind of rule file: by it an editor completes keys, explains them and marks mistakes.

    An editor with a YAML language server (VS Code with the extension YAML) finds it by the first line of the shipped
    files. --write brings the schemas of an older rules folder up to date. The rules themselves do not depend on them.

    Example:
      basewatch rules schema lists
      basewatch rules schema rule --markdown
      basewatch rules schema --write --rules rules
    """
    if write:
        _write(rules_folder(rules), as_json)
        return
    asked = _asked(kind)
    if markdown and not as_json:
        from monitor.workbench.reference.tables import tables

        out(tables(asked).rstrip())
    else:
        from monitor.workbench.reference.schema import schema_text

        out(schema_text(asked).rstrip())


def _asked(kind: str) -> FileKind:
    from monitor.config.yamlfile import did_you_mean
    from monitor.workbench.reference.schema import KINDS

    if kind not in KINDS:
        raise UsageError(f"there is no kind of file {kind[:40]!r}; {did_you_mean(kind, KINDS)}".rstrip("; "))
    return KINDS[kind]


def _write(folder: Path, as_json: bool) -> None:
    from monitor.workbench.reference.schema import schema_files

    paths = []
    for name, text in schema_files().items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    if as_json:
        json_out({"written": paths})
    else:
        out("\n".join(map(str, paths)))
