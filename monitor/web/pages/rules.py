"""The rules: why each is there, whether its examples hold, what it took, and where it is edited."""

from __future__ import annotations

from monitor.errors import BasewatchError
from monitor.queries.feedback import understood
from monitor.queries.rulesboard import rule_shown, rules_shown
from monitor.web.answers import Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.checking import Checker
from monitor.web.pages.rendering import render
from monitor.web.site import Site

#: one for the process
_checker = Checker()


def show(site: Site, ask: Ask) -> Answer:
    """`/rules`"""
    ask.only()
    rules = site.configuration().rules
    with site.read() as tx:
        found = rules_shown(tx, rules, now=ask.now)
    return render(site, ask, "rules.html", rules=found, problems=_checker.problems(site.settings, rules.hash),
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
