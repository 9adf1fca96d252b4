"""`basewatch rules check`, `test` and `schema`: what is wrong in the rule files, what they must do, and their keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.channels.apprise import Channels
from monitor.cli.begin import JsonOption, RulesOption, quiet, reading, rules_folder, rules_from, settings, utc_now
from monitor.cli.render import json_out, out, problems_out, say, table
from monitor.config.yamlfile import did_you_mean
from monitor.configuration import unknown_channels
from monitor.errors import ConfigError, Problem, StoreError, UsageError
from monitor.evaluation import earliest_day
from monitor.model.feedback import Feedback
from monitor.model.incident import Incident
from monitor.queries.feedback import pasts_of
from monitor.rules.folder import read_folder
from monitor.rules.overrides import Override
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules
from monitor.workbench.examples import ExampleResult, meant_by_overrides, try_examples
from monitor.workbench.lint.check import lint
from monitor.workbench.reference.schema import ALL_KINDS, schema_files, schema_text
from monitor.workbench.reference.tables import tables


def check(
    rules: RulesOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as mistakes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Mistakes are errors: the daemon does not take such files over. Warnings can be lived with: words that are never
    seen or that another makes needless, lists that nothing uses, rules that another always covers or that can take
    nothing, places without coordinates, rules without examples. They are looked for where there is no mistake. Exit
    code 1 where there is an error, with --strict also where there is a warning.

    Example:
      basewatch rules check --rules rules
      basewatch rules check --strict --json
    """
    count, problems, overrides = _problems_in(rules)
    errors = [problem for problem in problems if problem.severity == "error"]
    fine = not (problems if strict else errors)
    if as_json:
        rows = [{"rule": rule, "file": one.path, "keys": one.keys} for rule, one in overrides.items()]
        json_out({"ok": fine, "rules": count, "overrides": rows, "problems": problems})
        raise typer.Exit(0 if fine else 1)
    problems_out(problems)
    if not quiet():
        for rule, one in overrides.items():
            say(clean(f"the rule {rule} is changed by an override ({one})"))
    if problems:
        warnings = len(problems) - len(errors)
        say(f"basewatch: {len(errors)} mistakes, {warnings} warnings")
    elif not quiet():
        say(f"all is well: {count} rules")
    raise typer.Exit(0 if fine else 1)


def _problems_in(folder: Path | None) -> tuple[int, list[Problem], dict[str, Override]]:
    """How many rules there are, every problem by file and line, and what overrides which rule; no rules where there is
    a mistake."""
    try:
        files = read_folder(rules_folder(folder))
        rules = compile_rules(files)
    except ConfigError as error:
        return 0, error.problems, {}
    overrides = {rule.id: override for rule in rules.rules if (override := rules.override_of(rule.id)) is not None}
    return len(rules.rules), sorted([*_without_address(rules), *lint(files, rules)]), overrides


def _without_address(rules: RuleSet) -> list[Problem]:
    """Rules that send to a channel that no address has; nothing where no channels file is set up."""
    try:
        configured = settings(warn=False).channels
        if configured is None:
            return []
        return list(unknown_channels(rules, Channels.load(configured)))
    except ConfigError as error:
        first = error.problems[0]
        say(clean(f"basewatch: the channels were not looked at, see basewatch check: {first.file}: {first.message}"))
        return []


def run_examples(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """A rule must take what stands under its alert, at its level or higher, and leave alone what stands under its
    quiet. Where an override of yours changes what becomes of an example of the rule, that is shown and is no failure.
    Of the items that feedback was given on those called right must be decided as they were, missed ones must alert,
    false alarms stay quiet, and facts must be read as was said. Exit code 1 where something does not hold.

    Example:
      basewatch rules test --rules rules
    """
    rule_set = rules_from(rules)
    feedback, incidents, pasts = said_of_items(rule_set)
    now = utc_now()
    results = try_examples(rule_set, feedback or (), incidents, pasts, now=now)
    results = meant_by_overrides(results, rule_set, lambda: _without_overrides(rules), now=now)
    failed = [result for result in results if not result.holds and result.changed_by is None]
    changed = [result for result in results if result.changed_by is not None]
    said = None if feedback is None else len(feedback)
    if as_json:
        examples = len(results) - (said or 0)
        rows = [_row(result) for result in failed]
        meant = [_row(result) | {"override": str(result.changed_by)} for result in changed]
        json_out({"ok": not failed, "examples": examples, "feedback": said, "failed": rows, "changed": meant})
    else:
        _show(failed)
        if not quiet():
            _tell_changed(changed)
    if failed or not quiet():
        say(_in_sum(results, said))
    raise typer.Exit(1 if failed else 0)


def _without_overrides(folder: Path | None) -> RuleSet:
    return compile_rules(read_folder(rules_folder(folder)).without_overrides())


def _tell_changed(changed: list[ExampleResult]) -> None:
    """Examples of shipped rules that an override makes untrue, and which."""
    for result in changed:
        did = "alerted" if result.must_alert else "stayed quiet"
        said = f"an example of {result.rule} is changed by its override ({result.changed_by})"
        say(clean(f"{said}: it {did} without it: “{result.text}”: {result.why}"))


def said_of_items(
    rules: RuleSet,
) -> tuple[list[Feedback] | None, list[Incident], dict[str, list[Incident]]]:
    """All feedback with the incidents that rules may ask about; None where there is no database that can be read.

    Rules are tested without one too; what keeps a database from being read is said, and stops nothing.
    """
    try:
        with reading() as tx:
            feedback = tx.feedback() if tx else None
            days = [earliest_day(one.item, rules) for one in feedback or ()]
            if not tx or not feedback:
                return feedback, [], {}
            return feedback, tx.incidents(min(days)), pasts_of(tx, feedback, rules)
    except (ConfigError, StoreError) as error:
        say(f"basewatch: feedback is not run: {clean(error)}")
        return None, [], {}


def _row(result: ExampleResult) -> dict[str, Any]:
    feedback = result.feedback
    return {
        "from": result.origin,
        "rule": result.rule,
        "item": feedback.item.id if feedback else None,
        "text": result.text,
        "wanted": result.must_alert,
        "must": result.must,
        "why": result.why,
        "opinion": feedback.opinion if feedback else None,
        "note": feedback.note if feedback else "",
    }


def _show(failed: list[ExampleResult]) -> None:
    """What does not hold, examples first; notes only where there is one."""
    rows = []
    for result in failed:
        said = result.feedback
        origin = f"{said.opinion}: {said.item.id}" if said else result.rule
        rows.append((origin, result.must, result.text, result.why, said.note if said else ""))
    columns = ("from", "must", "text", "but", "note")
    shown = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
    if rows:
        table(columns[:shown], [row[:shown] for row in rows])


def _in_sum(results: list[ExampleResult], said: int | None) -> str:
    """How many were run and how many do not hold; `said` counts the feedback, None: no database."""
    examples = [result.holds for result in results if result.feedback is None and result.changed_by is None]
    items = [result.holds for result in results if result.feedback is not None]
    wrong = examples.count(False)
    sentence = f"{wrong} of {len(examples)} examples do not do" if wrong else f"all {len(examples)} examples do"
    sentence += " as they say"
    if said is None:
        return sentence
    if not items:
        return f"{sentence}; no feedback is kept"
    wrong = items.count(False)
    count = f"{len(items)} item{'s' * (len(items) != 1)}"
    held = f"{wrong} of {count} does not hold" if wrong else f"{count} holds"
    return f"{sentence}; feedback on {held}"


def schema(
    kind: Annotated[
        str, typer.Argument(metavar="rule|lists|places|actors|policies", help="The kind of file.")
    ] = "rule",
    write: Annotated[bool, typer.Option("--write", help="Write all of them into schema/ of the rules folder.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table of keys instead, for people.")] = False,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """An editor with a YAML language server (VS Code with the extension YAML) finds it by the first line of the shipped
    files. --write brings the schemas of an older rules folder up to date. The rules themselves do not depend on
    them.

    Example:
      basewatch rules schema lists
      basewatch rules schema rule --markdown
      basewatch rules schema --write --rules rules
    """
    if write:
        _write(rules_folder(rules), as_json)
        return
    if kind not in ALL_KINDS:
        raise UsageError(f"there is no kind of file {kind[:40]!r}; {did_you_mean(kind, ALL_KINDS)}".rstrip("; "))
    asked = ALL_KINDS[kind]
    out((tables(asked) if markdown and not as_json else schema_text(asked)).rstrip())


def _write(folder: Path, as_json: bool) -> None:
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
