"""`basewatch rules replay`: whom the rules would have told of what came, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, RulesOption, attention_in_force, quiet, rules_from, zone_shown
from monitor.cli.past import ItemsOption, each, past_items
from monitor.cli.render import json_out, out, say, table
from monitor.model.clock import wall
from monitor.queries.jsonvalues import values_of
from monitor.queries.past import PastItems
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.backtest import LEAD_IN, Outcome, Replay, Replayed


@dataclass
class ReplayResult:
    """What a replay came to."""

    items: int = 0
    #: items by what became of them; `copies` and `edited` beside
    counts: Counter[str] = field(default_factory=Counter)
    told: list[Replayed] = field(default_factory=list)
    #: incidents that items opened or joined
    incidents: set[str] = field(default_factory=set)
    #: messages by their reason
    messages: Counter[str] = field(default_factory=Counter)
    told_incidents: set[str] = field(default_factory=set)
    quiet_now: list[Replayed] = field(default_factory=list)
    on_trial: list[Replayed] = field(default_factory=list)


def replay(
    back: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="12h, 14d or an ISO date (14d unless told).")
    ] = None,
    items: ItemsOption = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each item goes the daemon's path in the order in which it came, the incidents of then are not used: those of the
    items themselves grow anew. It also shows what was told then and would stay quiet now, and what rules on trial would
    have told. Try an edit with --rules before it is live. Exit code 1 where a line of FILE cannot be read.

    Example:
      basewatch rules replay --since 14d
      basewatch rules replay --since 2026-11-01 --rules edited-rules
    """
    rule_set = rules_from(rules)
    with past_items(back, items, default="14d", memory_days=rule_set.memory_days, lead_in=LEAD_IN) as past:
        result = _run(past, rule_set)
    if as_json:
        json_out(_object(result, past, rule_set))
    else:
        _show(result, past)
    raise typer.Exit(1 if past.unread else 0)


def _run(past: PastItems, rules: RuleSet) -> ReplayResult:
    replay, result = Replay(rules, past.known, past.reports, attention_in_force(rules).policy), ReplayResult()
    for came in each(past, "replaying"):
        replayed = replay.run(came)
        if past.since is not None and came.item.first_seen < past.since:
            continue  # it only opened the incidents that later reports belong to
        result.items += 1
        result.counts.update([replayed.outcome])
        result.messages.update(reasons[0] for reasons in replayed.messages)
        if replayed.incident is not None:
            result.incidents.add(replayed.incident)
            result.told_incidents.update([replayed.incident] if replayed.messages else [])
        result.counts["copies"] += not came.news
        result.counts["edited"] += came.news and came.edited
        if replayed.outcome in (Outcome.TOLD, Outcome.NEW):
            result.told.append(replayed)
        elif replayed.outcome is Outcome.QUIET:
            result.quiet_now.append(replayed)
        if replayed.on_trial:
            result.on_trial.append(replayed)
    return result


# ------------------------------------------------------------------------------------------------ for people


def _show(result: ReplayResult, past: PastItems) -> None:
    compared = past.stored is True
    if past.stored is False:
        say("there is no database yet, so no item is stored; --items FILE runs the items of a file")
    zone = zone_shown()
    columns = (f"when ({zone})", *(["then"] if compared else []), "level", "rule", "channels", "incident", "headline")
    if result.told:
        table(columns, [_cells(replayed, compared, zone) for replayed in result.told])
        out()
    if result.quiet_now:
        out("told then, would stay quiet now:")
        for replayed in result.quiet_now:
            then = replayed.past.then
            whom = f"{then.level} by {then.rule} to {', '.join(then.channels)}" if then else ""
            out(f"  {_when(replayed, zone)}  {clean(whom)}: {clean(replayed.past.item.title)}")
            out(f"      now {clean(replayed.why_quiet)}")
        out()
    if result.on_trial:
        out("would have told, on trial:")
        rows = [
            (
                _when(replayed, zone),
                taken.level,
                taken.rule,
                ", ".join(taken.send_to),
                replayed.incident,
                replayed.past.item.title,
            )
            for replayed in result.on_trial
            for taken in replayed.on_trial
        ]
        table((f"when ({zone})", "level", "rule", "channels", "incident", "headline"), rows)
        out()
    out(_in_sum(result, compared=compared))
    if result.incidents:
        out(_of_incidents(result))
    if compared and not quiet():
        _say_how(result)


def _cells(replayed: Replayed, compared: bool, zone: str) -> tuple[object, ...]:
    assert replayed.evaluation is not None
    found, decision = replayed.evaluation.classification, replayed.evaluation.decision
    then = ["told" if replayed.past.then else "new"] if compared else []
    channels = ", ".join(decision.send_to)
    return _when(replayed, zone), *then, found.level, found.rule, channels, replayed.incident, replayed.past.item.title


def _when(replayed: Replayed, zone: str) -> str:
    return wall(replayed.past.item.first_seen, zone, named=False)


def _in_sum(result: ReplayResult, *, compared: bool) -> str:
    would, lost = len(result.told), len(result.quiet_now)
    sentence = f"{result.items:,} items: {would:,} would have been told"
    if not compared:
        return sentence
    sentence += f", {result.counts[Outcome.TOLD]:,} of these were told then, {result.counts[Outcome.NEW]:,} are new"
    if lost:
        another = sum(replayed.told_by_another for replayed in result.quiet_now)
        sentence += f"; {lost:,} that {'was' if lost == 1 else 'were'} told then would stay quiet now"
        sentence += f" ({another:,} because another report would have told the incident before)" if another else ""
    return sentence


def _of_incidents(result: ReplayResult) -> str:
    """How many messages an incident makes: `41 incidents, 30 of them told in 52 messages, 1.73 each (30 FIRST, …)`."""
    told, messages = len(result.told_incidents), result.messages.total()
    sentence = f"{_count(len(result.incidents), 'incident')}, {told:,} of them told in {_count(messages, 'message')}"
    if not told:
        return sentence
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in result.messages.most_common())
    return f"{sentence}, {messages / told:.2f} each ({reasons})"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _say_how(result: ReplayResult) -> None:
    """What a reader must know to trust the figures."""
    say(
        f"begun without the incidents of then: the items of the {LEAD_IN.days} days before were run first, so that late"
        " reports of an earlier attack count as such"
    )
    if copies := result.counts["copies"]:
        say(f"copies, and items that were old when they came, tell nobody, as then: {copies:,}")
    if edited := result.counts["edited"]:
        say(f"edited after they came, and judged by the text that they have now: {edited:,}")


# ------------------------------------------------------------------------------------------------ for machines


def _object(result: ReplayResult, past: PastItems, rules: RuleSet) -> dict[str, Any]:
    counts = {
        "items": result.items,
        "copies_and_old": result.counts["copies"],
        "edited": result.counts["edited"],
        "told": len(result.told),
        "told_then_too": result.counts[Outcome.TOLD],
        "new": result.counts[Outcome.NEW] if past.stored else None,
        "quiet_now": len(result.quiet_now),
        "on_trial": sum(len(replayed.on_trial) for replayed in result.on_trial),
        "unreadable": past.unread,
        "incidents": len(result.incidents),
        "incidents_told": len(result.told_incidents),
        "messages": result.messages.total(),
        "messages_by_reason": dict(sorted(result.messages.items())),
    }
    return {
        "since": past.since,
        "rules_hash": rules.hash,
        "counts": counts,
        "told": [_told_object(replayed) for replayed in result.told],
        "quiet_now": [
            {**_row(replayed), "then": replayed.past.then, "why": replayed.why_quiet} for replayed in result.quiet_now
        ],
        "on_trial": [
            {**_row(replayed), **values_of(taken, "level", "rule"), "channels": taken.send_to}
            for replayed in result.on_trial
            for taken in replayed.on_trial
        ],
    }


def _row(replayed: Replayed) -> dict[str, Any]:
    item = replayed.past.item
    named = {"when": item.first_seen, "item": item.id, **values_of(item, "title", "url")}
    return {**named, "publisher": item.publisher or item.feed, "incident": replayed.incident}


def _told_object(replayed: Replayed) -> dict[str, Any]:
    assert replayed.evaluation is not None
    found, decision = replayed.evaluation.classification, replayed.evaluation.decision
    told = {"channels": decision.send_to, "reason": decision.reason, "why": found.reason, "then": replayed.past.then}
    return {**_row(replayed), **values_of(found, "act", "level", "rule"), **told}
