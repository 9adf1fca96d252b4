"""`basewatch rules`: read the rule files, and run what they must do: their examples, and feedback on stored items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, quiet, rules_from, utc_now
from monitor.cli.classifying import RulesOption
from monitor.cli.render import clean, json_out, out, say, table
from monitor.cli.setup import JsonOption
from monitor.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from monitor.model.feedback import Feedback
    from monitor.model.incident import Incident
    from monitor.topics.attacks.topic import RuleSet
    from monitor.workbench.examples import Rehearsed


def about() -> None:
    """The rules: find mistakes in them, run their examples and the feedback on stored items.

    The daemon takes an edited rule over by itself once it has no mistake.

    Example:
      basewatch rules check
      basewatch rules test
    """


def check(
    rules: RulesOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as mistakes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find every mistake in the rule files, and what in them does nothing, with file and line.

    Mistakes are errors: the daemon does not take such files over. Warnings can be lived with: words that are never
    seen or that another makes needless, lists that nothing uses, rules that another always covers or that can take
    nothing, places without coordinates, rules without examples. They are looked for where there is no mistake. Exit
    code 1 where there is an error, with --strict also where there is a warning.

    Example:
      basewatch rules check --rules rules
      basewatch rules check --strict --json
    """
    from monitor.cli.linting import problems_in

    count, problems = problems_in(rules)
    errors = [problem for problem in problems if problem.severity == "error"]
    fine = not (problems if strict else errors)
    if as_json:
        json_out({"ok": fine, "rules": count, "problems": problems})
        raise typer.Exit(0 if fine else 1)
    for problem in problems:
        out(clean(problem if problem.severity == "error" else f"warning: {problem}"))
    if problems:
        warnings = len(problems) - len(errors)
        say(f"basewatch: {len(errors)} mistakes, {warnings} warnings")
    elif not quiet():
        say(f"all is well: {count} rules")
    raise typer.Exit(0 if fine else 1)


def run_examples(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """Run the examples that stand in the rules, and the feedback that was given on stored items.

    A rule must take what stands under its alert, at its level or higher, and leave alone what stands under its quiet.
    What was called right must be decided as it was, what was called wrong the other way. Exit code 1 where something
    does not hold.

    Example:
      basewatch rules test --rules rules
    """
    from monitor.workbench.examples import rehearse

    rule_set = rules_from(rules)
    feedback, incidents = _said_of_items(rule_set)
    results = rehearse(rule_set, feedback or (), incidents, now=utc_now())
    failed = [result for result in results if not result.holds]
    said = None if feedback is None else len(feedback)
    if as_json:
        examples = len(results) - (said or 0)
        rows = [_row(result) for result in failed]
        json_out({"ok": not failed, "examples": examples, "feedback": said, "failed": rows})
    else:
        _show(failed)
    if failed or not quiet():
        say(_in_sum(results, said))
    raise typer.Exit(1 if failed else 0)


def _said_of_items(rules: RuleSet) -> tuple[list[Feedback] | None, list[Incident]]:
    """All feedback with the incidents that rules may ask about; None where there is no database that can be read.

    Rules are tested without one too; what keeps a database from being read is said, and stops nothing.
    """
    from monitor.evaluation import earliest_day

    try:
        with database() as store:
            if store is None:
                return None, []
            with store.read() as tx:
                feedback = tx.feedback()
                days = [earliest_day(one.item, rules) for one in feedback]
                return feedback, tx.incidents(min(days)) if days else []
    except (ConfigError, StoreError) as error:
        say(f"basewatch: feedback is not run: {clean(error)}")
        return None, []


def _row(result: Rehearsed) -> dict[str, Any]:
    feedback = result.feedback
    return {
        "from": result.origin,
        "rule": result.rule,
        "item": feedback.item.id if feedback else None,
        "text": result.text,
        "wanted": result.must_alert,
        "why": result.why,
        "opinion": feedback.opinion if feedback else None,
        "note": feedback.note if feedback else "",
    }


def _show(failed: list[Rehearsed]) -> None:
    """What does not hold, examples first; notes only where there is one."""
    columns = ["from", "must", "text", "but"]
    rows = []
    for result in failed:
        feedback = result.feedback
        origin = f"{feedback.opinion}: {feedback.item.id}" if feedback else result.rule
        rows.append([origin, "alert" if result.must_alert else "stay quiet", result.text, result.why])
    notes = [result.feedback.note if result.feedback else "" for result in failed]
    if any(notes):
        columns.append("note")
        rows = [[*row, note] for row, note in zip(rows, notes, strict=True)]
    if rows:
        table(columns, rows)


def _in_sum(results: list[Rehearsed], said: int | None) -> str:
    """How many were run and how many do not hold; `said` counts the feedback, None: no database."""
    examples = [result.holds for result in results if result.feedback is None]
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
