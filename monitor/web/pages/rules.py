"""The rules: why each is there, whether its examples hold, what it took, and where it is edited."""

from __future__ import annotations

from monitor.configuration import snapshot_of
from monitor.errors import BasewatchError, StoreError
from monitor.queries.feedback import understood
from monitor.queries.rulesboard import rule_shown, rules_shown
from monitor.web.answers import Answer
from monitor.web.asides import Aside, Asides
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.rendering import render
from monitor.web.site import Site

_CHECKS = Asides()


def show(site: Site, ask: Ask) -> Answer:
    """`/rules`"""
    ask.only()
    rules = site.configuration().rules
    with site.read() as tx:
        found = rules_shown(tx, rules, now=ask.now)
    return render(site, ask, "rules.html", rules=found, check=_check(site),
                  folder=str(site.settings.rules), understood=understood)  # fmt: skip


def show_one(site: Site, ask: Ask) -> Answer:
    """`/rules/ID`"""
    ask.only()
    rules = site.configuration().rules
    try:
        with site.read() as tx:
            found = rule_shown(tx, rules, ask.parts["id"], now=ask.now)
    except StoreError:
        raise
    except BasewatchError as error:
        raise Refusal(404, str(error)) from None
    return render(site, ask, "rule.html", one=found, understood=understood)


def _check(site: Site) -> Aside | None:
    """What `rules check` says of the files as they stand, also of an edit that is not in force; asked once for each
    state of them, and not waited for."""
    state = str(sorted(snapshot_of(site.settings)))
    if _CHECKS.of(state) is None:
        _CHECKS.begin(state, "rules", "check", settings=site.settings)
    return _CHECKS.of(state)
