"""`basewatch rules test`: what the rule files must do: their examples, and feedback on stored items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.begin import database, quiet, rules_from, utc_now
from monitor.cli.options import JsonOption, RulesOption
from monitor.cli.render import json_out, say, table
from monitor.errors import ConfigError, StoreError
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.model.feedback import Feedback
    from monitor.model.incident import Incident
    from monitor.topics.attacks.topic import RuleSet
    from monitor.workbench.examples import Rehearsed


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
