"""`basewatch rules diff`: what an edit of the rules adds and removes, in headlines, before it is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, rules_folder, start_logs, utc_now, zone_shown
from monitor.cli.past import ItemsOption, each, past_items
from monitor.cli.render import json_out, out, say, table
from monitor.errors import ConfigError, Problem
from monitor.model.clock import wall
from monitor.model.item import Item
from monitor.queries.jsonvalues import values_of
from monitor.queries.past import PastItems
from monitor.rules.folder import read_folder
from monitor.rules.ruleset import RuleFiles
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules
from monitor.workbench.diff import Change, Comparison, Edit, Kind, Side, examples_of, file_edits, grouped, rule_edits

#: how each kind is counted, for the last line
_COUNTED = {
    "alerts now": "alert now",
    "alerts no longer": "alert no longer",
    "level": "at another level",
    "channels": "to other channels",
    "rule": "by another rule",
    "act": "of another act",
    "on trial": "taken otherwise on trial",
}


@dataclass(frozen=True, kw_only=True)
class DiffResult:
    """What a comparison came to."""

    items: int
    examples: int
    #: messages that the old and the new rules would have sent of the items
    messages_before: int
    messages_now: int
    groups: list[tuple[Change, ...]]

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many items and examples each kind of change has."""
        count = Counter(change.kind for group in self.groups for change in group)
        return {kind: count[kind] for kind in Kind}


def diff(
    folder: Annotated[Path, typer.Argument(metavar="OTHER|OLD", help="A rules folder.")],
    new: Annotated[
        Path | None,
        typer.Argument(metavar="NEW", help="The edited one; without it OTHER is, against the rules in force."),
    ] = None,
    back: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date (30d unless told).")
    ] = None,
    items: ItemsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs the stored items of a time and the examples of both folders through both. Every item is taken as news,
    copies are left out; reports of one attack stand on one line. A difference is no problem: exit code 1 is for rules
    that cannot be read, and for lines of FILE.

    Example:
      basewatch rules diff edited-rules
      basewatch rules diff old-rules new-rules --since 7d --json
    """
    before, after = _both(*((rules_folder(None), folder) if new is None else (folder, new)))
    compared = compare(before, after, back, items)
    if as_json:
        json_out(compared.as_object())
    else:
        compared.show()
    raise typer.Exit(1 if compared.past.unread else 0)


#: the rules of a folder, as read and compiled
LoadedRules = tuple[RuleFiles, RuleSet]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two rules folders beside each other, over the items of a time."""

    result: DiffResult
    past: PastItems
    rules: tuple[Edit, ...]
    files: tuple[Edit, ...]

    def show(self) -> None:
        """For people."""
        _show(self.result, self.rules, self.files)

    def as_object(self) -> dict[str, Any]:
        """For machines."""
        return _object(self.result, self.past, self.rules, self.files)


def compare(before: LoadedRules, after: LoadedRules, back: str | None, items: Path | None = None) -> Compared:
    """What the second rules make otherwise of the stored items since `back` (30 days unless told), or of those of a
    file."""
    (old_files, old), (new_files, new) = before, after
    memory_days = max(old.memory_days, new.memory_days)
    with past_items(back, items, default="30d", memory_days=memory_days) as past:
        if past.stored is False:
            say("there is no database yet, so no item is stored; only the examples of the rules are compared")
        result = _compared(past, old, new)
    rules, files = rule_edits(old_files, new_files), file_edits(old_files, new_files)
    return Compared(result=result, past=past, rules=rules, files=files)


def _both(*folders: Path) -> list[LoadedRules]:
    """The rules of both folders, as read and compiled; one error with every problem of both."""
    start_logs()
    found: list[LoadedRules] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            files = read_folder(folder)
            found.append((files, compile_rules(files)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return found


def _compared(past: PastItems, old: RuleSet, new: RuleSet) -> DiffResult:
    comparison, now = Comparison(old, new, past.known), utc_now()
    changes = [comparison.compare(one.item) for one in each(past, "comparing") if not one.copy]
    items = len(changes)
    for rule, text in examples_of(old, new):
        changes.append(comparison.compare_example(rule, Item(id="example", title=text, first_seen=now)))
    return DiffResult(
        items=items,
        examples=len(changes) - items,
        messages_before=comparison.messages_before,
        messages_now=comparison.messages_after,
        groups=grouped(change for change in changes if change is not None),
    )


# ------------------------------------------------------------------------------------------------ for people


def _show(result: DiffResult, rules: Iterable[Edit], files: Iterable[Edit]) -> None:
    edits = [(edit.edit, _rule(edit), ", ".join(edit.keys)) for edit in rules]
    edits += [(edit.edit, edit.name, "") for edit in files]
    table(("edit", "of", "keys"), edits, empty="the two folders hold the same")
    if edits:
        out()
    above, zone = "", zone_shown()
    for group in result.groups:
        heading = f"examples, {group[0].kind}" if group[0].example_of else str(group[0].kind)
        if heading != above:
            out(f"{heading}:")
            above = heading
        _show_group(group, zone)
    if result.groups:
        out()
    out(_in_sum(result))


def _rule(edit: Edit) -> str:
    by = f" (override in {edit.override})" if edit.override else ""
    return f"rule {edit.name}{by}"


def _show_group(group: tuple[Change, ...], zone: str) -> None:
    """The headline of the first report, and below it what the old and the new rules make of it, and why."""
    first = group[0]
    origin = f"example of {first.example_of}" if first.example_of else wall(first.item.first_seen, zone)
    more = f", {len(group)} reports of {first.incident}" if len(group) > 1 else ""
    out(f"  {clean(first.item.title)}  ({origin}{more})")
    out(f"      {in_words(first.before)}  →  {in_words(first.after)}")
    out(f"      {clean(first.why)}")


def in_words(side: Side) -> str:
    """`attack: urgent by attack-iraq to alerts`, `threat: no rule`."""
    trial = "".join(f"; {rule} ({level}) on trial" for rule, level in side.on_trial)
    if side.rule is None:
        return f"{side.act}: no rule{trial}"
    whom = f" to {', '.join(side.channels)}" if side.channels else ""
    return f"{side.act}: {side.level} by {side.rule}{whom}{trial}"


def _in_sum(result: DiffResult) -> str:
    counted = ", ".join(f"{count:,} {_COUNTED[kind]}" for kind, count in result.kinds.items() if count)
    said = f"{result.items:,} items and {result.examples:,} examples: {counted or 'no difference'}"
    if not result.items:
        return said
    return f"{said}; messages about these items: {result.messages_before:,} before, {result.messages_now:,} now"


# ------------------------------------------------------------------------------------------------ for machines


def _object(result: DiffResult, past: PastItems, rules: Iterable[Edit], files: Iterable[Edit]) -> dict[str, Any]:
    return {
        "since": past.since,
        "rules": tuple(rules),
        "files": [{"name": edit.name, "edit": edit.edit} for edit in files],
        "counts": {
            **values_of(result, "items", "examples"),
            "unreadable": past.unread,
            **values_of(result, "messages_before", "messages_now"),
            **{kind.name.lower(): count for kind, count in result.kinds.items()},
        },
        "changes": [_row(change) for group in result.groups for change in group],
    }


def _row(change: Change) -> dict[str, Any]:
    item, example = change.item, change.example_of is not None
    return {
        "change": change.kind,
        "also": change.kinds[1:],
        "example_of": change.example_of,
        "item": None if example else item.id,
        "when": None if example else item.first_seen,
        **values_of(item, "title", "url"),
        "incident": change.incident,
        "before": change.before,
        "now": change.after,
        "why": change.why,
    }
