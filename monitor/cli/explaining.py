"""`basewatch explain`: why something alerts or stays quiet, by the code that the daemon runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, rules_from, settings, utc_now
from monitor.cli.classifying import RulesOption
from monitor.cli.finding import find_item, is_link
from monitor.cli.render import clean, json_out, marked, out, plain, table
from monitor.cli.setup import JsonOption
from monitor.errors import BasewatchError, UsageError

if TYPE_CHECKING:
    from monitor.classify.rulefile import RuleSet
    from monitor.judging import Judgement
    from monitor.meaning import Incident, StoredItem
    from monitor.messages import Alert, Delivery
    from monitor.news import Item
    from monitor.store.store import Transaction

#: longer texts are no news item
MAX_TEXT = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An item judged now and, where it is stored, what happened to it."""

    judgement: Judgement
    stored: StoredItem | None = None
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = ()


def explain(
    what: Annotated[str, typer.Argument(metavar="TEXT|URL|ITEM", help="A headline, or a stored item's link or id.")],
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why it alerts or stays quiet: act, the words that decided, rule, incident, decision.

    Judges with the code and the rules that the daemon uses, and keeps nothing. Of pasted text the first line is the
    headline; - reads it from standard input. Of a stored item it also tells what happened. A link that no feed has
    brought is fetched for its headline; exit code 1 where that cannot be read.

    Example:
      basewatch explain "Two drones hit Ain al-Asad air base in western Iraq"
      basewatch explain https://www.example.org/news/1234
    """

    if what == "-":
        what = sys.stdin.buffer.read(MAX_TEXT).decode("utf-8", "replace")
    what = what.encode("utf-8", "replace").decode().strip()
    if not what:
        raise UsageError("there is nothing to explain; give a headline, a link or the id of an item")
    if len(what) > MAX_TEXT:
        raise UsageError(f"the text has more than {MAX_TEXT:,} characters")
    rule_set = rules_from(rules)
    explained = _explained(what, rule_set, now=utc_now())
    if as_json:
        json_out(_object(explained))
    else:
        _show(explained)


def _explained(what: str, rules: RuleSet, *, now: datetime) -> Explained:
    from monitor.judging import earliest_day

    with database() as store:
        if store is None:
            return Explained(judgement=_judge(_new_item(what, now), [], rules))
        with store.read() as tx:
            if stored := find_item(tx, what):
                return _explained_stored(tx, stored, rules)
        item = _new_item(what, now)  # may ask the web, so no transaction is open
        with store.read() as tx:
            return Explained(judgement=_judge(item, tx.incidents(earliest_day(item, rules)), rules))


def _explained_stored(tx: Transaction, stored: StoredItem, rules: RuleSet) -> Explained:
    from monitor.judging import earliest_day

    own = stored.incident_id
    around = tx.incidents(earliest_day(stored.item, rules), also=[own] if own else ())
    if own and tx.incident_items(own)[0].item.id == stored.item.id:
        # it opened the incident: judged as on that day, when the incident was not there yet
        around, own = [incident for incident in around if incident.id != own], None
    judgement = _judge(stored.item, around, rules, own=own)
    return Explained(judgement=judgement, stored=stored, alerts=_alerts(tx, stored))


def _judge(item: Item, around: list[Incident], rules: RuleSet, *, own: str | None = None) -> Judgement:
    from monitor.judging import judge
    from monitor.news import Novelty

    return judge(item, Novelty.NEW, around, rules, own=own)


def _new_item(what: str, now: datetime) -> Item:
    """What is not stored, as an item: a page's headline, or pasted text (first line the headline, the rest below)."""
    from monitor.news import Item

    if is_link(what):
        title, summary = _headline(what)
        return Item(id="page", title=title, summary=summary, url=what, first_seen=now)
    head, _, rest = what.partition("\n")
    return Item(id="pasted", title=head.strip(), summary=rest.strip(), first_seen=now)


def _headline(link: str) -> tuple[str, str]:
    """Title and description of a page that no feed has brought; fetched under the limits that feeds are."""
    import asyncio

    from monitor.cli.page import headline_of
    from monitor.feeds.fetch import Fetcher
    from monitor.news import Fetched

    async def fetch() -> Any:
        fetcher = Fetcher(allow_networks=settings().allow_networks)
        try:
            return await fetcher.fetch(link)
        finally:
            await fetcher.aclose()

    answer = asyncio.run(fetch())
    title, summary = headline_of(answer.body, answer.content_type) if isinstance(answer, Fetched) else ("", "")
    if not title:
        why = "it holds no headline" if isinstance(answer, Fetched) else f"{answer.result} {answer.detail}".strip()
        raise BasewatchError(
            f"no stored item has the link {link}, and the page cannot be read ({why}); paste its headline"
        )
    return title, summary


def _alerts(tx: Transaction, stored: StoredItem) -> tuple[tuple[Alert, tuple[Delivery, ...]], ...]:
    """The alerts of the item's incident."""
    if stored.incident_id is None:
        return ()
    found = tx.alerts(stored.item.first_seen)
    return tuple((alert, sent) for alert, sent in found if alert.incident_id == stored.incident_id)


def _object(explained: Explained) -> dict[str, Any]:
    from monitor.cli.classifylines import answer_of
    from monitor.cli.ledger import alert_object
    from monitor.cli.words import verdict, why_stored

    judgement, stored = explained.judgement, explained.stored
    now = {
        **answer_of(judgement.item.id, judgement),
        "title": judgement.item.title,
        "score": judgement.classification.score,
        "relation": {"kind": judgement.relation.kind, "reason": judgement.relation.reason},
        "decision": {"tell": judgement.decision.tell, "reason": judgement.decision.reason},
        "verdict": verdict(judgement),
    }
    if stored is None:
        return {**now, "stored": False}
    happened = {
        "stored": True,
        "feed": stored.item.feed,
        "url": stored.item.url,
        "first_seen": stored.item.first_seen,
        "published": stored.item.published,
        "date_mark": stored.date_mark,
        "novelty": stored.novelty,
        "novelty_reason": stored.novelty_reason,
        "copy_of": stored.copy_of,
        "decided": stored.decision,
        "stored_incident": stored.incident_id,
        "why": why_stored(stored),
        "alerts": [alert_object(alert, deliveries) for alert, deliveries in explained.alerts],
    }
    return {**now, **plain(happened)}


def _show(explained: Explained) -> None:
    from monitor.cli.words import relation_in_words, verdict

    judgement = explained.judgement
    item, found = judgement.item, judgement.classification
    for name in ("title", "summary", "body"):
        text: str = getattr(item, name)
        spans = [(word.start, word.end) for word in found.evidence if word.field == name]
        if text and (name == "title" or spans):
            marked(text if name == "title" else text[:2000], spans)
    out()
    facts = [
        ("verdict", verdict(judgement)),
        ("why", found.reason),
        ("act", str(found.act)),
        ("rule", f"{found.rule} (level {found.level})" if found.rule else "none wants it"),
        ("channels", ", ".join(found.send_to)),
        ("incident", relation_in_words(judgement.relation)),
        *_facts(judgement),
    ]
    _pairs([(key, value) for key, value in facts if value])
    if found.evidence:
        out()
        table(("words", "in", "speak for"), [(word.text, word.field, word.why) for word in found.evidence])
    if found.score:
        out()
        table(("points", "for"), [(f"{part.points:+g}", part.why) for part in found.score])
    if explained.stored is not None:
        out()
        _show_stored(explained.stored, explained)


def _facts(judgement: Judgement) -> list[tuple[str, str]]:
    facts = judgement.classification.facts
    return [
        ("places", ", ".join(f"{place.name} ({place.role})" for place in facts.places)),
        ("weapons", ", ".join(facts.weapons)),
        ("claimed by", ", ".join(facts.claimed_by)),
        ("attributed to", ", ".join(facts.attributed_to)),
        ("killed", "" if facts.killed is None else str(facts.killed)),
        ("wounded", "" if facts.wounded is None else str(facts.wounded)),
        ("intercepted", "" if facts.intercepted is None else str(facts.intercepted)),
        ("date", facts.date.isoformat() if facts.date else ""),
    ]


def _show_stored(stored: StoredItem, explained: Explained) -> None:
    from monitor.cli.ledger import summary
    from monitor.cli.words import novelty_in_words, why_stored

    item = stored.item
    _pairs(
        [
            ("item", f"{item.id} from {item.feed}"),
            ("first seen", f"{item.first_seen:%Y-%m-%d %H:%M} UTC"),
            ("dated", f"{item.published:%Y-%m-%d %H:%M} UTC" if item.published else f"no date ({stored.date_mark})"),
            ("novelty", f"{stored.novelty}: {novelty_in_words(stored.novelty, stored.novelty_reason)}"),
            ("decided then", f"{stored.decision.reason}: {why_stored(stored)}" if stored.decision else "nothing"),
            *[(f"alert {alert.id}", f"{alert.title} ({summary(sent)})") for alert, sent in explained.alerts],
        ]
    )


def _pairs(pairs: list[tuple[str, str]]) -> None:
    width = max(len(key) for key, _ in pairs)
    for key, value in pairs:
        out(f"{key:<{width}}  {clean(value)}")
