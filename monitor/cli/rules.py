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

    An alert may come from another rule that is as urgent and tells the same channels. Exit code 1 where an example does
    not do as it says.

    Example:
      basewatch rules test --rules rules
    """

    rule_set = rules_from(rules)
    now = utc_now()
    results = [
        _try(rule, wanted, text, rule_set, now)
        for rule in rule_set.rules
        for wanted, texts in ((True, rule.examples.alert), (False, rule.examples.quiet))
        for text in texts
    ]
    failed = [result for result in results if not result.holds]
    if as_json:
        rows = [{"rule": r.rule, "text": r.text, "wanted": r.wanted, "why": r.why} for r in failed]
        json_out({"ok": not failed, "examples": len(results), "failed": rows})
    else:
        cells = [(r.rule, "alert" if r.wanted else "stay quiet", r.text, r.why) for r in failed]
        table(("rule", "must", "example", "but"), cells, empty=f"all {len(results)} examples do as they say")
        if failed:
            say(f"{len(failed)} of {len(results)} examples do not do as they say")
    raise typer.Exit(1 if failed else 0)


@dataclass(frozen=True)
class _Result:
    """One example, what it must do, whether it does, and what becomes of it."""

    rule: str
    wanted: bool
    text: str
    holds: bool
    why: str


def _try(rule: Rule, wanted: bool, text: str, rules: RuleSet, now: datetime) -> _Result:
    """`if_unknown` may file a report lower than its rule; that is not what an example under `alert` asks for."""
    from monitor.classify.classifier import classify
    from monitor.meaning import Level
    from monitor.news import Item

    found = classify(Item(id="example", title=text, first_seen=now), rules)
    own = found.rule == rule.id
    urgent = found.level is not None and found.level.rank >= rule.level.rank
    as_good = found.alert and rule.level is not Level.DIGEST and set(rule.send_to) <= set(found.send_to)
    tells = urgent and (own or as_good if wanted else own)
    why = found.reason if own or not found.alert else f"{found.reason}, to {', '.join(found.send_to)}"
    return _Result(rule.id, wanted, text, tells is wanted, why)
