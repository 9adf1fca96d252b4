"""`basewatch classify`."""

from __future__ import annotations

import sys

import typer

from monitor.cli.begin import RulesOption, rules_from, utc_now
from monitor.queries.contract import classify_lines


def classify(rules: RulesOption = None) -> None:
    """In: one object per line with id and title, and if known summary, body, url, source, published (ISO date or
    date-time) and lang. Out: one object per line with act, alert, level, rule, reason, facts, incident and evidence;
    each is written before the next line is read. A line that cannot be read is answered with id, line and error, the
    others go on, and the exit code is 1.

    Example:
      echo '{"id": "1", "title": "Two drones hit Ain al-Asad air base"}' | basewatch classify --rules rules
    """
    fine = classify_lines(sys.stdin.buffer, sys.stdout.buffer, rules_from(rules), clock=utc_now)
    raise typer.Exit(0 if fine else 1)
