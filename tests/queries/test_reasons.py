"""Reasons and differences in words."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.report import Act, Classification, Facts, Level, RuleTaken
from monitor.queries.reasons import differences


def test_how_answers_differ() -> None:
    taken = (RuleTaken(rule="a", level=Level.URGENT, send_to=("duty",)), RuleTaken(rule="b", level=Level.NOTICE))
    then = Classification(act=Act.ATTACK, rule="a", level=Level.URGENT, taken=taken, facts=Facts(killed=1))
    assert differences(then, then) == []
    now = replace(
        then, act=Act.FOILED, taken=(replace(taken[0], trial=True), RuleTaken(rule="c", level=Level.DIGEST)),
        facts=Facts(claimed_by=("x",)),
    )  # fmt: skip
    assert differences(then, now) == [
        "the act was attack, now it is foiled",
        "b took it, now it does not",
        "c did not take it, now it does",
        "a was urgent and tells duty, now it is urgent and on trial: would have told duty",
        "facts read otherwise: claimed by, killed",
    ]
    old = replace(then, taken=())  # stored before all rules were kept
    assert differences(old, then) == []
    quiet = replace(then, rule=None, level=None, taken=())
    assert differences(old, quiet) == ["the rule was a (urgent), now it is none (no level)"]
