"""`basewatch explain`: why something alerts or stays quiet, by the code that the daemon runs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import database, rules_from, utc_now
from monitor.cli.headline import new_item
from monitor.cli.options import JsonOption, RulesOption
from monitor.cli.render import json_out
from monitor.errors import UsageError
from monitor.queries.finding import find_item

if TYPE_CHECKING:
    from monitor.queries.explanation import Explanation
    from monitor.topics.attacks.topic import RuleSet

#: longer texts are no news item
MAX_TEXT = 1_000_000


def explain(
    what: Annotated[str, typer.Argument(metavar="TEXT|URL|ITEM", help="A headline, or a stored item's link or id.")],
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why it alerts or stays quiet: act, the words that decided, incident, decision, and rule by rule why or why not.

    Judges with the code and the rules that the daemon uses, and keeps nothing. Of pasted text the first line is the
    headline; - reads it from standard input. Of a stored item it also tells what happened, by which rules, and whether
    today's answer differs. A link that no feed has brought is fetched for its headline; exit code 1 where that cannot
    be read.

    Example:
      basewatch explain "Two drones hit Ain al-Asad air base in western Iraq"
      basewatch explain https://www.example.org/news/1234
    """
    from monitor.cli.explanation import show
    from monitor.queries.explanation import as_object

    if what == "-":
        what = sys.stdin.buffer.read(MAX_TEXT).decode("utf-8", "replace")
    what = what.encode("utf-8", "replace").decode().strip()
    if not what:
        raise UsageError("there is nothing to explain; give a headline, a link or the id of an item")
    if len(what) > MAX_TEXT:
        raise UsageError(f"the text has more than {MAX_TEXT:,} characters")
    explained = _explained(what, rules_from(rules), now=utc_now())
    if as_json:
        json_out(as_object(explained))
    else:
        show(explained)


def _explained(what: str, rules: RuleSet, *, now: datetime) -> Explanation:
    from monitor.queries.explanation import explain_item, explain_stored

    with database() as store:
        if store is None:
            return explain_item(None, new_item(what, now), rules)
        with store.read() as tx:
            if stored := find_item(tx, what):
                return explain_stored(tx, stored, rules)
        item = new_item(what, now)  # may ask the web, so no transaction is open
        with store.read() as tx:
            return explain_item(tx, item, rules)
