"""`basewatch explain`: why something alerts or stays quiet, by the code that the daemon runs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from monitor.cli.begin import (
    JsonOption,
    RulesOption,
    attention_in_force,
    database,
    rules_from,
    settings,
    utc_now,
    zone_shown,
)
from monitor.cli.render import json_out, marked, out, table
from monitor.errors import UsageError
from monitor.model.clock import wall
from monitor.model.item import StoredItem
from monitor.model.place import Place
from monitor.queries.alerts import delivery_summary
from monitor.queries.explanation import Explanation, as_object, explain_item, explain_stored
from monitor.queries.finding import find_item, new_item
from monitor.queries.reasons import (
    differences,
    novelty_in_words,
    relation_in_words,
    verdict,
    what_it_does,
    why_stored,
)
from monitor.rules.matching import NotMatched
from monitor.text.clean import clean
from monitor.text.languages import not_read
from monitor.topics.attacks.topic import RuleSet

#: longer texts are no news item
MAX_TEXT = 1_000_000


def explain(
    what: Annotated[str, typer.Argument(metavar="TEXT|URL|ITEM", help="A headline, or a stored item's link or id.")],
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judges with the code and the rules that the daemon uses, and keeps nothing. Of pasted text the first line is the
    headline; - reads it from standard input. Of a stored item it also tells what happened, by which rules, and whether
    today's answer differs. A link that no feed has brought is fetched for its headline; exit code 1 where that cannot
    be read.

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
    explained = _explained(what, rules_from(rules), now=utc_now())
    if as_json:
        json_out(as_object(explained))
    else:
        _show(explained)


def _explained(what: str, rules: RuleSet, *, now: datetime) -> Explanation:
    networks = settings(warn=False).allow_networks
    with database() as store:
        if store is None:
            item = new_item(what, now, allow_networks=networks)
            return explain_item(None, item, rules, attention_in_force(rules))
        with store.read() as tx:
            if stored := find_item(tx, what):
                return explain_stored(tx, stored, rules, attention_in_force(rules))
        item = new_item(what, now, allow_networks=networks)  # may ask the web, so no transaction is open
        with store.read() as tx:
            return explain_item(tx, item, rules, attention_in_force(rules))


def _show(explained: Explanation) -> None:
    """The answer as text and tables: the words that decided marked, actors by name."""
    evaluation = explained.evaluation
    item, found = evaluation.item, evaluation.classification
    for name in ("title", "summary", "body"):
        text: str = getattr(item, name)
        spans = [(word.start, word.end) for word in found.evidence if word.field == name]
        if text and (name == "title" or spans):
            marked(text if name == "title" else text[:2000], spans)
    out()
    facts = [
        ("verdict", verdict(evaluation)),
        ("language", not_read(language) if (language := explained.unread_language) else ""),
        ("why", found.reason),
        ("act", str(found.act)),
        ("rule", f"{found.rule} (level {found.level})" if found.rule else "none wants it"),
        *(("override", f"{rule} is changed by {override}") for rule, override in explained.overrides.items()),
        ("channels", ", ".join(found.send_to)),
        ("incident", relation_in_words(evaluation.relation)),
        *_facts(explained),
    ]
    _pairs([(key, value) for key, value in facts if value])
    if len(explained.clauses) > 1:
        out()
        table(
            ("clause", "does", "certainty", "because"),
            [
                (f"{'→ ' if one.decides else ''}{one.text}", str(one.act or "-"), one.certainty or "-", one.why)
                for one in explained.clauses
            ],
        )
    if found.evidence:
        out()
        table(("words", "in", "speak for"), [(word.text, word.field, word.why) for word in found.evidence])
    if found.score:
        out()
        table(("points", "for"), [(f"{part.points:+g}", part.why) for part in found.score])
    _show_rules(explained)
    if explained.stored is not None:
        out()
        _show_stored(explained.stored, explained)


def _facts(explained: Explanation) -> list[tuple[str, str]]:
    facts, name_of = explained.evaluation.classification.facts, explained.rules.name_of
    claimed = " (as claimed)" if facts.toll_claimed else ""
    return [
        ("places", ", ".join(map(_place, facts.places))),
        ("weapons", ", ".join(facts.weapons)),
        ("claimed by", ", ".join(map(name_of, facts.claimed_by))),
        ("attributed to", ", ".join(map(name_of, facts.attributed_to))),
        ("killed", "" if facts.killed is None else f"{facts.killed}{claimed}"),
        ("wounded", "" if facts.wounded is None else f"{facts.wounded}{claimed}"),
        (
            "intercepted",
            ("some" if facts.interception else "") if facts.intercepted is None else str(facts.intercepted),
        ),
        ("date", facts.date.isoformat() if facts.date else ""),
    ]


def _place(place: Place) -> str:
    """What the report names, and how it was chosen where other places have the name too."""
    return f"{place.name} ({place.role}{f': {place.chosen}' if place.chosen else ''})"


def _show_rules(explained: Explanation) -> None:
    """Which rules took it, and of the others those that were nearest, with the condition that failed."""
    taken, not_matched = explained.evaluation.classification.taken, explained.not_matched
    if taken:
        out()
        table(("rule", "level", "does"), [(one.rule, one.level, what_it_does(one)) for one in taken])
    if not_matched:
        out()
        table(("does not take it", "because"), [(_named(one), one.why) for one in explained.nearest])
    further = len(not_matched) - len(explained.nearest)
    remarks = [f"{further} more rules do not take it"] if further else []
    if explained.switched_off:
        remarks.append(f"switched off (status: off): {', '.join(explained.switched_off)}")
    if remarks:
        out(clean("; ".join(remarks)))


def _named(one: NotMatched) -> str:
    return f"{one.rule.id} (trial)" if one.rule.status == "trial" else one.rule.id


def _show_stored(stored: StoredItem, explained: Explanation) -> None:
    item, zone = stored.item, zone_shown()
    _pairs(
        [
            ("item", f"{item.id} from {item.feed}"),
            ("first seen", wall(item.first_seen, zone)),
            ("dated", wall(item.published, zone) if item.published else f"no date ({stored.date_mark})"),
            ("novelty", f"{stored.novelty}: {novelty_in_words(stored.novelty, stored.novelty_reason)}"),
            *([("page", f"{note.problem}{note.detail and f' ({note.detail})'}")] if (note := explained.page) else []),
            ("decided then", f"{stored.decision.reason}: {why_stored(stored)}" if stored.decision else "nothing"),
            ("incident then", explained.incident_then),
            *_then(stored, explained),
            *[(f"alert {alert.id}", f"{alert.title} ({delivery_summary(sent)})") for alert, sent in explained.alerts],
        ]
    )


def _then(stored: StoredItem, explained: Explanation) -> list[tuple[str, str]]:
    """The rules that decided then, whether they are still the same files, and whether the answer is."""
    then, now = stored.classification, explained.evaluation.classification
    if then is None:
        return []
    took = ", ".join(f"{one.rule} ({one.level}; {what_it_does(one)})" for one in then.taken)
    same = then.rules_hash == now.rules_hash
    files = f"the same as now ({now.rules_hash})" if same else f"{then.rules_hash or 'not known'}, now {now.rules_hash}"
    changed = differences(then, now)
    if not changed:
        today = "the answer is the same"
    else:
        cause = "although the rule files are the same" if same else "the rule files are others than then"
        today = f"the answer DIFFERS ({cause}): {'; '.join(changed)}"
    return [("rules then", took or then.rule or "none took it"), ("rule files", files), ("today", today)]


def _pairs(pairs: list[tuple[str, str]]) -> None:
    width = max(len(key) for key, _ in pairs)
    for key, value in pairs:
        out(f"{key:<{width}}  {clean(value)}")
