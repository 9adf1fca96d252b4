"""Named reasons as sentences for people. Pure."""

from __future__ import annotations

from dataclasses import fields

from monitor.evaluation import Evaluation
from monitor.model.alert import Decision, DecisionReason
from monitor.model.incident import Relation, RelationKind
from monitor.model.item import Novelty, NoveltyReason, StoredItem
from monitor.model.report import Classification, Facts, RuleTaken

_NOVELTY = {
    Novelty.NEW: "not seen before",
    Novelty.UPDATED: "seen before, its publisher has edited it since",
    Novelty.SEEN: "seen before, unchanged",
    Novelty.COPY: "the same article came from another feed before",
    Novelty.OLD: "stored without an alert",
}
_NOVELTY_REASON = {
    NoveltyReason.FIRST_POLL: "it was in the feed at its first poll",
    NoveltyReason.BACKFILL: "the feed brought many old items at once",
    NoveltyReason.FLOOD: "the feed brought more items at once than any newsroom writes",
    NoveltyReason.FULL_TEXT: "the text of its page was read as well; the body is that text",
    NoveltyReason.CROWD: "the feed brought it in a crowd of items, and an urgent rule takes it",
    NoveltyReason.UNKNOWN: "",
}
_DECISION = {
    DecisionReason.FIRST: "the first report of this incident",
    DecisionReason.FIRST_TOLD: "the incident was known, but nobody had been told of it",
    DecisionReason.NEW_PLACE: "the incident was told; this report adds a further place of the same salvo",
    DecisionReason.RETRACTED: "the incident was told, and is taken back",
    DecisionReason.TOLL_CORRECTED: "the incident was told, and its toll is corrected",
    DecisionReason.TOLL_UP: "the incident was told, and its toll rises",
    DecisionReason.DENIED: "the incident was told, and is denied",
    DecisionReason.CLAIMED: "the incident was told, and now somebody claims it",
    DecisionReason.PLACE_NAMED: "the incident was told; this report names its place, or a further one",
    DecisionReason.CONFIRMED: "the incident was told, and is confirmed",
    DecisionReason.ESCALATED: "the incident was told, and is more urgent now",
    DecisionReason.RETALIATION: "the incident was told, and was answered",
    DecisionReason.HELD: "the policy of the channel keeps it for later",
    DecisionReason.MUTED: "the incident or its rule is muted",
    DecisionReason.UPDATE_OLD: "it changes an incident that nobody is told of any more",
    DecisionReason.FIRST_HERE: "the incident was told to others; this report brings in further channels",
    DecisionReason.NO_CHANGE: "the incident has been told already and this changes nothing",
    DecisionReason.NO_RULE: "no rule wants it told",
    DecisionReason.NOT_AN_ATTACK: "it reports no new attack, foiled attack or claim",
    DecisionReason.BELOW_LEVEL: "its rule is below the level that wakes anybody",
    DecisionReason.TRIAL: "its rule is on trial: it decides and records, and tells nobody",
    DecisionReason.OLD: "an item that was there before basewatch watched",
    DecisionReason.COPY: "a copy of an article that was judged already",
}


def novelty_in_words(novelty: Novelty, reason: NoveltyReason) -> str:
    """`not seen before`, `stored without an alert: it was in the feed at its first poll` …"""
    why = _NOVELTY_REASON.get(reason, str(reason))
    return f"{_NOVELTY[novelty]}: {why}" if why and novelty is not Novelty.NEW else _NOVELTY[novelty]


def decision_in_words(decision: Decision) -> str:
    """Why somebody is told or nobody is."""
    meaning = _DECISION.get(decision.reason, "")
    return decision.detail or meaning or str(decision.reason)


def relation_in_words(relation: Relation) -> str:
    """`opens 2026-11-21-ain-al-asad`, `joins …`, `none`, with the reason."""
    if relation.kind is RelationKind.NONE or relation.incident is None:
        return f"none: {relation.reason}" if relation.reason else "none"
    return f"{relation.kind} {relation.incident.id}" + (f": {relation.reason}" if relation.reason else "")


def verdict(evaluation: Evaluation) -> str:
    """One sentence over everything: does it alert, and why."""
    return ("alerts: " if evaluation.decision.tell else "stays quiet: ") + decision_in_words(evaluation.decision)


def why_stored(stored: StoredItem) -> str:
    """Why a stored item raised an alert or stayed quiet, in one sentence."""
    if stored.novelty in (Novelty.COPY, Novelty.OLD):
        return novelty_in_words(stored.novelty, stored.novelty_reason)
    if stored.decision is None:
        return "nothing was decided about it"
    words = decision_in_words(stored.decision)
    found = stored.classification
    if found is not None and not stored.decision.tell and stored.decision.reason in (
        DecisionReason.NO_RULE, DecisionReason.NOT_AN_ATTACK, DecisionReason.BELOW_LEVEL,
    ):  # fmt: skip
        return found.reason or words
    return words


def what_it_does(taken: RuleTaken) -> str:
    """`tells alerts`, `on trial: would have told duty`, `keeps it for the digest`; with why the level was raised."""
    channels = ", ".join(taken.send_to) or "nobody (it names no channel)"
    if not taken.level.tells:
        does = "on trial: would have kept it for the digest" if taken.trial else "keeps it for the digest, tells nobody"
    else:
        does = f"on trial: would have told {channels}" if taken.trial else f"tells {channels}"
    return f"{does} ({taken.raised})" if taken.raised else does


def differences(then: Classification, now: Classification) -> list[str]:
    """How an answer of today differs from a stored one: act, rules with their level and channels, facts."""
    out = [f"the act was {then.act}, now it is {now.act}"] if then.act is not now.act else []
    if then.taken or then.rule is None:
        before, after = ({one.rule: one for one in found.taken} for found in (then, now))
        out += [f"{rule} took it, now it does not" for rule in before if rule not in after]
        out += [f"{rule} did not take it, now it does" for rule in after if rule not in before]
        out += [
            f"{rule} was {before[rule].level} and {what_it_does(before[rule])}, "
            f"now it is {after[rule].level} and {what_it_does(after[rule])}"
            for rule in before
            if rule in after and before[rule] != after[rule]
        ]
    elif (then.rule, then.level) != (now.rule, now.level):  # stored before all rules were
        out.append(
            f"the rule was {then.rule} ({then.level}), now it is {now.rule or 'none'} ({now.level or 'no level'})"
        )
    changed = [f.name for f in fields(Facts) if getattr(then.facts, f.name) != getattr(now.facts, f.name)]
    if changed:
        out.append(f"facts read otherwise: {', '.join(name.replace('_', ' ') for name in changed)}")
    return out
