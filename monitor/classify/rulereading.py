"""Rules as they stand in files: one rule a file or several under `rules:`, some of them based on another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor import yamlfile
from monitor.classify.rulemodel import Rule
from monitor.errors import ConfigError, Problem
from monitor.yamlfile import Document, did_you_mean

#: what a rule has for itself, also where it is based on another
_OWN = frozenset({"rule", "based_on", "examples", "status"})


def read_rules(documents: Sequence[Document], problems: list[Problem]) -> list[tuple[Document, Rule]]:
    """Every rule with its part of the file; what is wrong with one is added to `problems`, the others are read."""
    parts = [part for document in documents for part in _parts(document, problems)]
    by_id: dict[str, Document] = {}
    for part in parts:
        if isinstance(part.data, dict) and isinstance(part.data.get("rule"), str):
            by_id.setdefault(part.data["rule"], part)
    out: list[tuple[Document, Rule]] = []
    seen: dict[str, Document] = {}
    for part in parts:
        try:
            whole = part.part(data=_completed(part, by_id)) if isinstance(part.data, dict) else part
            rule = yamlfile.validate(whole, Rule, root="a rule (rule, title, why, …)")
        except ConfigError as error:
            problems += error.problems
            continue
        if rule.id in seen:
            first = seen[rule.id].path.name
            problems.append(part.problem(f"the rule {rule.id} is defined twice (first in {first})", "rule"))
        seen.setdefault(rule.id, part)
        out.append((part, rule))
    return out


def _parts(document: Document, problems: list[Problem]) -> Iterator[Document]:
    """The rules of one file, each with its place in it."""
    data = document.data
    if not isinstance(data, dict) or "rules" not in data:
        yield document
        return
    for key in data:
        if key != "rules":
            hint = "a file with rules: holds no other key" if key != "rule" else "put all rules under rules:"
            problems.append(document.problem(f"I do not know the key {key}", key, hint=hint))
    held = data["rules"]
    if not isinstance(held, list) or not held:
        problems.append(document.problem("a list of rules is meant", "rules", hint="write - rule: my-rule …"))
        return
    for i, one in enumerate(held):
        if isinstance(one, dict):
            yield document.part("rules", i, data=one)
        else:
            problems.append(document.problem("a rule is a mapping of keys", "rules", i, hint="write - rule: my-rule …"))


def _completed(part: Document, by_id: dict[str, Document]) -> dict[str, Any]:
    """The keys of a rule, with those of the rule that it is based on where it says nothing itself."""
    out: dict[str, Any] = dict(part.data)
    visited = [out.get("rule")]
    base = out.get("based_on")
    while isinstance(base, str):
        if base in visited:
            ring = " → ".join(str(name) for name in [*visited, base])
            raise ConfigError([part.problem(f"rules are based on each other in a circle: {ring}", "based_on")])
        if base not in by_id:
            hint = did_you_mean(base, by_id)
            raise ConfigError([part.problem(f"there is no rule {base} to be based on", "based_on", hint=hint)])
        visited.append(base)
        other = by_id[base].data
        out |= {key: value for key, value in other.items() if key not in out and key not in _OWN}
        base = other.get("based_on")
    return out
