"""What would become of a headline, by the code that the daemon runs: for a page. Nothing of it is stored or logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.alerts.subject import short_of
from monitor.configuration import Configuration
from monitor.errors import UsageError
from monitor.model.item import Item
from monitor.model.ledger import Telling
from monitor.queries.explanation import Explanation, as_object, explain_item, explain_stored
from monitor.queries.feedback import said_before, understood
from monitor.queries.finding import find_item, is_id, is_link
from monitor.queries.formats import web_link
from monitor.queries.jsonvalues import plain
from monitor.queries.marking import marks_in, pieces_of
from monitor.queries.reasons import decision_in_words, relation_in_words, what_it_does
from monitor.store.store import Transaction
from monitor.telling import Attention, inside_of
from monitor.text.clean import clean
from monitor.text.languages import not_read

#: characters of a pasted headline, and of the text below it
MOST_HEADLINE, MOST_TEXT = 4_000, 16_000
#: of a stored text that are shown
_MOST_SHOWN = 4_000


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """What somebody wants to try: a headline, a link or an id of a stored item, and what stands below it."""

    text: str
    summary: str = ""
    language: str = ""


def tried(tx: Transaction, pasted: Pasted, configuration: Configuration, *, now: datetime) -> dict[str, Any]:
    """All that the page shows; `UsageError` where a link or an id is of nothing that is stored."""
    rules = configuration.rules
    attention = Attention(policy=configuration.policy, inside=inside_of(rules.gazetteer))
    text = pasted.text.strip()
    if (is_id(text) or is_link(text)) and (stored := find_item(tx, text)) is not None:
        return _shown(explain_stored(tx, stored, rules, attention), said=_said(tx, stored.item.id))
    if is_link(text):
        raise UsageError("no stored item has this link, and pages are not fetched from here; paste the headline")
    if len(text) > MOST_HEADLINE or len(pasted.summary) > MOST_TEXT:
        raise UsageError(f"a headline has at most {MOST_HEADLINE:,} characters, the text below it {MOST_TEXT:,}")
    head, _, rest = text.partition("\n")
    summary = "\n".join(part for part in (rest.strip(), pasted.summary.strip()) if part)
    item = Item(id="pasted", title=head.strip(), summary=summary, language=pasted.language or None, first_seen=now)
    return _shown(explain_item(tx, item, rules, attention), said="")


def _said(tx: Transaction, item_id: str) -> str:
    before = said_before(tx, item_id)
    return understood(before) if before is not None else ""


def _shown(explained: Explanation, *, said: str) -> dict[str, Any]:
    evaluation, rules = explained.evaluation, explained.rules
    item, found = evaluation.item, evaluation.classification
    told, facts = as_object(explained), found.facts
    incident = evaluation.relation.incident
    tellings = evaluation.outcome.tellings if evaluation.outcome is not None else ()
    names = [rules.name_of(one) for one in (*facts.claimed_by, *facts.attributed_to)]
    return {
        **told,
        "item": item.id,
        "url": web_link(item.url),
        "publisher": clean(item.publisher or item.feed),
        "language": item.language or "",
        "unread": not_read(language) if (language := explained.unread_language) else "",
        "texts": [
            {"field": name, "pieces": [plain(piece) for piece in pieces_of(text[:_MOST_SHOWN], marks)]}
            for name in ("title", "summary", "body")
            if (text := str(getattr(item, name))) and ((marks := marks_in(name, found.evidence)) or name == "title")
        ],
        "clauses": [_clean(clause) for clause in told["clauses"]],
        "words": [{"text": clean(one.text), "why": clean(one.why), "field": one.field} for one in found.evidence],
        "decided_by": decision_in_words(evaluation.decision),
        "places": [
            {"name": clean(one.name), "role": one.role, "country": one.country, "chosen": clean(one.chosen)}
            for one in facts.places
        ],
        "named": [clean(name) for name in dict.fromkeys(names)],
        "relation_words": clean(relation_in_words(evaluation.relation)),
        "incident": incident and {"id": incident.id, "short": short_of(incident.id), "new": not explained.stored
                                  and evaluation.relation.kind == "opens"},
        "takes": [{"rule": one.rule, "level": str(one.level), "does": what_it_does(one)} for one in found.taken],
        "further": max(0, len(explained.not_matched) - len(explained.nearest)),
        "who": list(_who(explained, tellings)),
        "said": said,
    }  # fmt: skip


def _clean(clause: dict[str, Any]) -> dict[str, Any]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in clause.items()}


def _who(explained: Explanation, tellings: tuple[Telling, ...]) -> Iterator[dict[str, str]]:
    """Each channel, and whether it would be told now, later or not, with the reason."""
    found = explained.evaluation.classification
    asked = {one.channel for one in tellings}
    for one in tellings:
        does = {"tell": "now", "hold": "later", "quiet": "not told"}[one.does]
        due = f", due {plain(one.due_at)}" if one.due_at else ""
        why = one.detail or one.reason.replace("_", " ").lower()
        yield {"channel": one.channel, "when": does, "why": clean(f"{why}{due}")}
    decision = explained.evaluation.decision
    for channel in found.send_to:
        if channel not in asked:
            when = "now" if found.tells and decision.tell else "not told"
            yield {"channel": channel, "when": when, "why": clean(decision_in_words(decision))}
