"""Rules as they stand in files: one rule a file or several under `rules:`, some of them based on another or changed by
an override, some with keys that the language had once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple

from monitor.config import yamlfile
from monitor.config.yamlfile import Document, Loc, did_you_mean
from monitor.errors import ConfigError, Problem
from monitor.rules.model import Rule
from monitor.rules.overrides import is_override, laid_over, overrides_of

#: what a rule has for itself, also where it is based on another
_OWN = frozenset({"rule", "based_on", "examples", "status"})


class _Retired(NamedTuple):
    """A key that went out of the language and still stands in a rule."""

    loc: Loc
    message: str
    hint: str
    #: how many parts of `loc` lead to what is left out: the key itself, or what makes no sense without it
    depth: int


def retired_keys(document: Document) -> Iterator[Problem]:
    """A warning for each key of a rule that does nothing any more, with what to write in its place.

    Such a rule is read without the key, so that no daemon stops at an upgrade.
    """
    for part in (document, document.over):
        for key in _retired(part.data if part is not None else None):
            yield document.problem(key.message, *key.loc, hint=key.hint, severity="warning")


def _retired(data: Any) -> Iterator[_Retired]:
    """The one place where keys are named that the language had once."""
    if not isinstance(data, dict):
        return
    if isinstance(who := data.get("who"), dict) and isinstance(who.get("optional"), bool):
        if who["optional"]:
            message = "who with optional: true asks for nobody, and a later version will not read it"
            yield _Retired(("who", "optional"), message, "take the whole key who out", 1)
        else:
            message = "optional is no longer a key, and a later version will not read it"
            yield _Retired(("who", "optional"), message, "take optional: false out; who asks for the actor anyway", 2)
    if data.get("points") is not None:
        message = "points is no longer a key and does nothing: the rule takes reports without these words too"
        hint = "ask for the words with what, in a rule for each set of them, or weigh them in patterns of a list file"
        yield _Retired(("points",), message, hint, 1)
    for i, never in enumerate(data["never"] if isinstance(data.get("never"), list) else ()):
        if isinstance(never, dict) and never.get("instead") is not None:
            message = "instead is no longer a key and does nothing: the words silence this rule, and no other"
            hint = f"take it out; what makes a report {never['instead']} for all rules is a frame of a list file"
            yield _Retired(("never", i, "instead"), message, hint, 3)


def _without(held: Any, loc: Loc) -> Any:
    """A copy of `held` without what stands at `loc`."""
    out = copy(held)
    if len(loc) > 1:
        out[loc[0]] = _without(held[loc[0]], loc[1:])
    else:
        del out[loc[0]]
    return out


def read_rules(
    documents: Sequence[Document], problems: list[Problem], *, overridden: bool = True
) -> list[tuple[Document, Rule]]:
    """Every rule with its part of the file; what is wrong with one is added to `problems`, the others are read.

    `overridden`: as the overrides among the files change them.
    """
    every = [part for document in documents for part in _parts(document, problems)]
    parts = [part for part in every if not is_override(part)]
    by_id: dict[str, Document] = {}
    for part in parts:
        if isinstance(part.data, dict) and isinstance(part.data.get("rule"), str):
            by_id.setdefault(part.data["rule"], part)
    overrides = overrides_of(filter(is_override, every), by_id, problems)
    out: list[tuple[Document, Rule]] = []
    seen: dict[str, Document] = {}
    rings: set[frozenset[str]] = set()
    for part in parts:
        own, bases = (part.data.get("rule"), _bases(part, by_id)) if isinstance(part.data, dict) else (None, [])
        if own in bases:
            ring = [own, *bases[: bases.index(own) + 1]]
            if frozenset(ring) not in rings:
                rings.add(frozenset(ring))
                said = f"rules are based on each other in a circle: {' → '.join(ring)}"
                problems.append(part.problem(said, "based_on", hint="one of them must stand by itself"))
            continue
        try:
            whole = _completed(part, bases, by_id, overrides if overridden else {})
            rule = yamlfile.validate(whole, Rule, root="a rule (rule, title, why, …)")
        except ConfigError as error:
            problems += error.problems
            continue
        part = replace(part, over=whole.over, laid=whole.laid)
        problems += (empty for one in (part, part.over) if one is not None for empty in _empty_keys(one, one.data))
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


def _bases(part: Document, by_id: dict[str, Document]) -> list[str]:
    """The rules that one is based on, the nearest first, up to one that is unknown or stands there already."""
    out: list[str] = []
    name = part.data.get("based_on")
    while isinstance(name, str) and name not in out:
        out.append(name)
        name = by_id[name].data.get("based_on") if name in by_id else None
    return out


def _completed(
    part: Document, bases: Sequence[str], by_id: Mapping[str, Document], overrides: Mapping[str, Document]
) -> Document:
    """The rule with the keys of its bases where it says nothing itself, changed by its override, and without keys that
    do nothing. A base counts as it is in force, with its override."""
    if not isinstance(part.data, dict):
        return part
    for base in bases:
        if base not in by_id:
            hint = did_you_mean(base, by_id)
            raise ConfigError([part.problem(f"there is no rule {base} to be based on", "based_on", hint=hint)])
    out = part.part(data={})
    for one in (*(by_id[base] for base in reversed(bases)), part):
        inherited = {key: value for key, value in out.data.items() if key not in _OWN}
        out = part.part(data=inherited | one.data)
        override = overrides.get(one.data["rule"]) if isinstance(one.data.get("rule"), str) else None
        if override is not None:
            out = laid_over(out, override)
    data = out.data
    for retired in _retired(data):
        data = _without(data, retired.loc[: retired.depth])
    return replace(out, data=data)


def _empty_keys(part: Document, data: Any, *loc: str | int) -> Iterator[Problem]:
    """Keys with nothing behind them: `where:` without places would widen the rule to the whole world."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        if value is None:
            yield part.problem("nothing stands here", *loc, key, hint="write something, or leave the key out")
        else:
            yield from _empty_keys(part, value, *loc, key)
