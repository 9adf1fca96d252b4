"""The key tables of docs/rules.md: every key with its meaning, what holds where it is missing, and an example. Pure.

The page holds them between two marker lines, and `with_tables` puts fresh ones there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import time

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor.config.validation import models_in, values_in
from monitor.model.report import Act
from monitor.rules.model import Rule
from monitor.workbench.reference.schema import INHERITED, KINDS, FileKind, first_paragraph

#: texts that YAML reads as such without quotes, and no editor complains of
_PLAIN = re.compile(r"[^\W\d_]((?:[\w .+>=/-]|(?<=\w)'(?=\w))*[\w.])?")
#: words that YAML, or a reader of it, takes for something else than text
NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_TABLE = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- end of keys -->)", re.DOTALL)
Path = tuple[str, ...]


def tables(kind: FileKind) -> str:
    """The Markdown tables of one kind of file: its own keys, then those of each part of it."""
    return "\n".join(_table(path, model) for path, model in _parts(kind.model))


def with_tables(page: str) -> str:
    """The page with fresh tables between `<!-- keys: rule -->` and `<!-- end of keys -->`."""
    return _TABLE.sub(lambda found: f"{found[1]}\n{tables(KINDS[found[2]])}\n{found[3]}", page)


def flow(value: object) -> str:
    """A value in one line of YAML, texts in quotes where they need them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.casefold() not in NO_TEXT:
        return value
    return f"'{value}'" if "\\" in value and "'" not in value else json.dumps(value, ensure_ascii=False)


def _parts(model: type[BaseModel]) -> Iterator[tuple[Path, type[BaseModel]]]:
    """The model, then every model inside it, each once and with the keys that lead to it."""
    waiting: list[tuple[Path, type[BaseModel]]] = [((), model)]
    seen: set[type[BaseModel]] = set()
    while waiting:
        path, current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        yield path, current
        fields = current.model_fields.items()
        inside = [((*path, f.alias or name), m) for name, f in fields for m in models_in(f.annotation)]
        waiting = inside + waiting


def _table(path: Path, model: type[BaseModel]) -> str:
    said = first_paragraph(model)
    lines = [f"**`{'.'.join(path)}`** — {said}" if path else said, ""]
    lines += ["| key | meaning | unless said | example |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        example = f"`{key}: {flow(field.examples[0])}`" if field.examples else ""
        default = _default(field)
        if model is Rule and key in INHERITED:
            default += ", unless `based_on`"
        cells = (f"`{key}`", _meaning(field), default, example)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([*lines, ""])


def _meaning(field: FieldInfo) -> str:
    """What the key means, with the values that it takes where the description does not name each of them."""
    said = field.description or ""
    values = list(dict.fromkeys(values_in(field.annotation)))
    if values == list(Act):
        return f"{said} (see [acts](#acts))"
    if all(f"`{value}`" in said for value in values):
        return said
    return f"{said}: {', '.join(f'`{value}`' for value in values)}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*must be there*"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel) or value in (None, "", (), {}):
        return "–"
    return f"`{flow(value)}`"
