"""`basewatch rules`: read the rule files, and run the examples that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from monitor.cli.begin import quiet, rules_from, utc_now
from monitor.cli.classifying import RulesOption
from monitor.cli.render import clean, json_out, out, say, table
from monitor.cli.setup import JsonOption
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.classify.rulefile import RuleSet
    from monitor.classify.rulemodel import Rule


def about() -> None:
    """The rules: find mistakes in them, run their examples.

    The daemon takes an edited rule over by itself once it has no mistake.

    Example:
      basewatch rules check
      basewatch rules test
    """


def check(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """Find every mistake in the rule files, with file and line.

    Exit code 1 where there is one.

    Example:
      basewatch rules check --rules rules
    """
    problems = []
    count = 0
    try:
        count = len(rules_from(rules).rules)
    except ConfigError as error:
        problems = error.problems
    if as_json:
        json_out({"ok": not problems, "rules": count, "problems": problems})
    for problem in problems if not as_json else ():
        out(clean(problem))
    if not problems and not as_json and not quiet():
        say(f"all is well: {count} rules")
    raise typer.Exit(1 if problems else 0)


def run_examples(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """Run the examples that stand in the rules: those under alert must alert, those under quiet must not.

    Exit code 1 where one of them does not do as it says.

    Example:
      basewatch rules test --rules rules
    """

    rule_set = rules_from(rules)
    now = utc_now()
    results = [
        _Result(rule.id, text, wanted, _tells(rule, text, rule_set, now))
        for rule in rule_set.rules
        for wanted, texts in ((True, rule.examples.alert), (False, rule.examples.quiet))
        for text in texts
    ]
    failed = [result for result in results if result.alerts is not result.wanted]
    if as_json:
        json_out({"ok": not failed, "examples": len(results), "failed": failed})
    else:
        rows = [(r.rule, _word(r.wanted), _word(r.alerts), r.text) for r in failed]
        table(("rule", "must", "does", "example"), rows, empty=f"all {len(results)} examples do as they say")
        if failed:
            say(f"{len(failed)} of {len(results)} examples do not do as they say")
    raise typer.Exit(1 if failed else 0)


@dataclass(frozen=True)
class _Result:
    """One example, what it must do and what it does."""

    rule: str
    text: str
    wanted: bool
    alerts: bool


def _word(alerts: bool) -> str:
    return "alert" if alerts else "stay quiet"


def _tells(rule: Rule, text: str, rules: RuleSet, now: datetime) -> bool:
    """Does this rule take the text at its own level or above? (`if_unknown` may file it lower.)"""
    from monitor.classify.classifier import classify
    from monitor.news import Item

    found = classify(Item(id="example", title=text, first_seen=now), rules)
    return found.rule == rule.id and found.level is not None and found.level.rank >= rule.level.rank
