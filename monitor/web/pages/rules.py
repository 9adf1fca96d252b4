"""The rules: why each is there, whether its examples hold, what it took, and where it is edited."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from monitor.errors import BasewatchError, ConfigError, Problem
from monitor.queries.feedback import understood
from monitor.queries.rulesboard import rule_shown, rules_shown
from monitor.rules.folder import read_folder
from monitor.topics.loading import compile_rules
from monitor.web.answers import Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.rendering import render
from monitor.web.site import Site
from monitor.workbench.lint.check import lint


def show(site: Site, ask: Ask) -> Answer:
    """`/rules`"""
    ask.only()
    rules = site.configuration().rules
    with site.read() as tx:
        found = rules_shown(tx, rules, now=ask.now)
    return render(site, ask, "rules.html", rules=found, problems=_linted(site.settings.rules, rules.hash),
                  folder=str(site.settings.rules), understood=understood)  # fmt: skip


def show_one(site: Site, ask: Ask) -> Answer:
    """`/rules/ID`"""
    ask.only()
    rules = site.configuration().rules
    try:
        with site.read() as tx:
            found = rule_shown(tx, rules, ask.parts["id"], now=ask.now)
    except BasewatchError as error:
        raise Refusal(404, str(error)) from None
    return render(site, ask, "rule.html", one=found, understood=understood)


@lru_cache(maxsize=2)
def _linted(folder: Path, hash: str) -> tuple[Problem, ...]:  # noqa: ARG001
    """What the lint says of the folder; asked once for each state of the files (`hash`), for it takes a second."""
    try:
        files = read_folder(folder)
        return tuple(lint(files, compile_rules(files)))
    except ConfigError as error:
        return tuple(error.problems)
