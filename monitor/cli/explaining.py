"""`basewatch explain`: why something alerts or stays quiet, by the code that the daemon runs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import database, rules_from, utc_now
from monitor.cli.classifying import RulesOption
from monitor.cli.finding import find_item
from monitor.cli.render import json_out
from monitor.cli.setup import JsonOption
from monitor.cli.unstored import new_item
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.cli.explained import Explained
    from monitor.model.alert import Alert
    from monitor.model.delivery import Delivery
    from monitor.model.incident import Incident
    from monitor.model.item import Item
    from monitor.model.stored import StoredItem
    from monitor.store.store import Transaction
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
    from monitor.cli.explained import as_object, show

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


def _explained(what: str, rules: RuleSet, *, now: datetime) -> Explained:
    from monitor.evaluation import earliest_day

    with database() as store:
        if store is None:
            return _judged(new_item(what, now), [], rules)
        with store.read() as tx:
            if stored := find_item(tx, what):
                return _explained_stored(tx, stored, rules)
        item = new_item(what, now)  # may ask the web, so no transaction is open
        with store.read() as tx:
            return _judged(item, tx.incidents(earliest_day(item, rules)), rules)


def _explained_stored(tx: Transaction, stored: StoredItem, rules: RuleSet) -> Explained:
    """Judged as on its day: against the incidents as they were before it, never against what it brought itself."""
    from monitor.evaluation import earliest_day
    from monitor.incidents.past import incident_before

    own = stored.incident_id
    known = tx.incidents(earliest_day(stored.item, rules), also=[own] if own else ())
    reports = {incident.id: tx.incident_items(incident.id) for incident in known}
    before = [incident_before(one, reports[one.id], stored, zone_of=rules.zone_of) for one in known]
    around = [incident for incident in before if incident is not None]
    first = next(iter(reports.get(own, ())), None) if own else None
    return _judged(stored.item, around, rules, stored=stored, first=first, alerts=_alerts(tx, stored))


def _judged(
    item: Item,
    around: list[Incident],
    rules: RuleSet,
    *,
    stored: StoredItem | None = None,
    first: StoredItem | None = None,
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = (),
) -> Explained:
    """The daemon's judgement, and the rules that the item passed by: asked about the same case."""
    from monitor.cli.explained import Explained
    from monitor.evaluation import judge
    from monitor.model.novelty import Novelty
    from monitor.topics.attacks.classifier import consider

    evaluation = judge(item, Novelty.NEW, around, rules)
    _, case = consider(item, rules)
    passed = tuple(rules.rule_matcher.nearest(case))
    return Explained(evaluation=evaluation, rules=rules, passed=passed, stored=stored, first=first, alerts=alerts)


def _alerts(tx: Transaction, stored: StoredItem) -> tuple[tuple[Alert, tuple[Delivery, ...]], ...]:
    """The alerts of the item's incident."""
    if stored.incident_id is None:
        return ()
    found = tx.alerts(stored.item.first_seen)
    return tuple((alert, sent) for alert, sent in found if alert.incident_id == stored.incident_id)
