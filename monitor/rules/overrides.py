"""Overrides: a rule of another file, changed by a file that holds only the keys that change.

override: attack-gulf      what silences the rule (`never`, `not`) and its `examples` are added;
level: notice              every other key replaces that of the rule, in `where`, `who`, `what`,
where: {not: [al-udeid]}   `source` and `when` key by key
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.config.yamlfile import Document, Loc, did_you_mean
from monitor.errors import Problem

KEY = "override"
#: keys whose parts are changed one by one
PARTS = ("where", "who", "what", "source", "when", "examples")
#: lists that an override makes longer: what silences a rule, and examples
_GROWING: frozenset[Loc] = frozenset(
    {("never",), ("where", "not"), ("source", "not"), ("examples", "alert"), ("examples", "quiet")}
)


@dataclass(frozen=True)
class Override:
    """The file that changes a rule, and the keys that it has."""

    path: Path
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path.name}: {', '.join(self.keys)}"


def is_override(part: Document) -> bool:
    """Whether this part of a rule file changes another rule."""
    return isinstance(part.data, dict) and KEY in part.data


def override_of(part: Document) -> Override | None:
    """What changes the rule that stands in this part of a file, if anything."""
    if part.over is None:
        return None
    return Override(part.over.path, tuple(key for key in part.over.data if key != KEY))


def overrides_of(
    parts: Iterable[Document], rules: Mapping[str, Document], problems: list[Problem]
) -> dict[str, Document]:
    """The overrides by the id of the rule that each changes; what is wrong with one is added to `problems`."""
    out: dict[str, Document] = {}
    for part in parts:
        if found := list(_mistakes(part, rules, out)):
            problems += found
        else:
            out[part.data[KEY]] = part
    return out


def _mistakes(part: Document, rules: Mapping[str, Document], others: Mapping[str, Document]) -> Iterator[Problem]:
    name = part.data[KEY]
    if not isinstance(name, str):
        hint = "write for instance override: attack-gulf"
        yield part.problem("the id of one rule is meant", KEY, hint=hint)
        return
    if "rule" in part.data:
        said = "a rule is new (rule:) or changes another (override:), not both"
        hint = f"take rule out, or write based_on: {name} for a rule of your own"
        yield part.problem(said, "rule", hint=hint)
    elif "based_on" in part.data:
        hint = "take based_on out, or write rule: and an id for a rule of your own"
        yield part.problem("an override takes no keys of another rule", "based_on", hint=hint)
    elif name not in rules:
        yield part.problem(f"there is no rule {name} to override", KEY, hint=did_you_mean(name, rules))
    elif name in others:
        first = others[name]
        said = f"the rule {name} is overridden twice (first in {first.path.name}:{first.line(KEY)})"
        yield part.problem(said, KEY, hint="put the keys of both into one")
    elif len(part.data) == 1:
        hint = "write the keys that change, for instance level: notice or status: off"
        yield part.problem("the override changes nothing", KEY, hint=hint)


def laid_over(rule: Document, override: Document) -> Document:
    """The rule with the keys of its override; it knows which of them stand in which file."""
    laid: dict[Loc, Loc] = {}
    changes = {key: value for key, value in override.data.items() if key != KEY}
    return replace(rule, data=_changed(rule.data, changes, (), laid), over=override, laid=laid)


def _changed(under: dict[str, Any], over: dict[str, Any], at: Loc, laid: dict[Loc, Loc]) -> dict[str, Any]:
    out = dict(under)
    for key, value in over.items():
        loc, before = (*at, key), under.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and not at and key in PARTS:
            out[key] = _changed(before, value, loc, laid)
        elif isinstance(before, list) and isinstance(value, list) and loc in _GROWING:
            out[key] = [*before, *value]
            laid |= {(*loc, len(before) + i): (*loc, i) for i in range(len(value))}
        else:
            out[key] = value
            laid[loc] = loc
    return out
