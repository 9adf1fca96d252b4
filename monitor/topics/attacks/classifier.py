"""The classify stage in one story: read the item, judge its act, find its facts, choose the rule, say why."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.item import Item
from monitor.model.place import Target
from monitor.model.report import (
    INCIDENT_ACTS,
    Act,
    Classification,
    Evidence,
    Facts,
    RuleTaken,
    channels_of,
    reason_of,
)
from monitor.rules.matching import Case, Matched
from monitor.text.matcher import Hit
from monitor.text.reading import Reading
from monitor.text.templates import TemplatePart
from monitor.topics.attacks.acts import ActResult
from monitor.topics.attacks.quoting import deciding_sentence
from monitor.topics.attacks.topic import RuleSet

#: an attack that a report dates further back is no news
NEWS_DAYS = 4


def classify(item: Item, rules: RuleSet) -> Classification:
    """What `item` reports and which rules want it told. Pure: same item and rules, same answer."""
    return _consider(item, rules)[0]


def consider(item: Item, rules: RuleSet) -> tuple[Classification, Case]:
    """The classification, and the case that the rules were asked about (for `explain`: which rules passed, and why)."""
    return _consider(item, rules, all_names=True)


def _consider(item: Item, rules: RuleSet, *, all_names: bool = False) -> tuple[Classification, Case]:
    """`all_names`: the case holds every place that is named, also where no rule for its act is there to ask."""
    places = rules.attacks.places
    reading = rules.attacks.reader.read(item)
    verdict = rules.attacks.acts.judge(reading)
    act = verdict.act
    targets = places.targets(verdict, reading) if act in INCIDENT_ACTS else ()
    if targets and all(t.site == "home" for t in targets):
        act, targets = Act.OTHER, ()
    facts = _facts(verdict, reading, targets, rules)
    old = _old_news(item, facts)
    if old:
        act = Act.BACKGROUND
    case = Case(
        item=item, act=act, targets=targets, facts=facts, reading=reading,
        named=places.named(reading) if all_names or _asks_for_names(act, rules) else (),
        deciding=verdict.match.sentence if verdict.match else None,
    )  # fmt: skip
    taken = rules.rule_matcher.taken(case)
    lead = next((one for one in taken if one.rule.status == "live"), taken[0] if taken else None)
    recorded = tuple(_recorded(one) for one in taken)
    deciding = deciding_sentence(case.deciding, lead.hits if lead else (), reading)
    classification = Classification(
        act=case.act,
        rule=lead.rule.id if lead else None,
        level=lead.level if lead else None,
        send_to=channels_of(recorded, _recorded(lead)) if lead else (),
        trial=lead is not None and lead.rule.status == "trial",
        taken=recorded,
        what=f"{case.act}: {old or _what(case.act, verdict)}",
        reason=_reason(case, f"{case.act}: {old or _what(case.act, verdict)}", lead, rules),
        facts=facts,
        evidence=_evidence(verdict, lead, reading, rules),
        deciding=deciding.span if deciding else None,
        lead=rules.attacks.quotes.lead(reading, deciding) if lead else None,
        score=verdict.score,
        rules_hash=rules.hash,
    )
    return classification, case


def _asks_for_names(act: Act, rules: RuleSet) -> bool:
    """Some rule may ask for places that are not the target; most items are nothing that a rule is for."""
    return rules.asks_for_roles if act in INCIDENT_ACTS else rules.rule_matcher.is_for(act)


def _recorded(one: Matched) -> RuleTaken:
    rule = one.rule
    return RuleTaken(
        rule=rule.id, level=one.level, if_first=one.if_first, send_to=rule.send_to,
        trial=rule.status == "trial", raised=one.raised,
    )  # fmt: skip


def _facts(verdict: ActResult, reading: Reading, targets: tuple[Target, ...], rules: RuleSet) -> Facts:
    places, finder = rules.attacks.places, rules.attacks.facts
    refs = places.refs(reading, targets)
    if verdict.match is None:
        return Facts(places=refs)
    claimed = finder.claimed_by(verdict, reading)
    killed, wounded = finder.harmed(reading)
    day, stated = None, False
    if verdict.act in INCIDENT_ACTS:
        day, stated = finder.day(verdict, reading, rules.zone_of(refs[0].id) if refs else "UTC")
    return Facts(
        places=refs,
        weapons=finder.weapons(verdict, reading),
        claimed_by=claimed,
        attributed_to=finder.attributed_to(verdict, reading, claimed),
        killed=killed,
        wounded=wounded,
        intercepted=finder.intercepted(reading),
        toll_claimed=finder.toll_claimed(verdict, reading),
        interception=finder.interception(reading),
        date=day,
        date_stated=stated,
        named=places.said(reading) if verdict.act in INCIDENT_ACTS else (),
    )


def _old_news(item: Item, facts: Facts) -> str:
    """Why a report is no news: it states a day that lies too far back; empty where it does not."""
    if not facts.date_stated or facts.date is None:
        return ""
    days = (item.reported.date() - facts.date).days
    return f"it happened on {facts.date}, {days} days before the report" if days > NEWS_DAYS else ""


def _what(act: Act, verdict: ActResult) -> str:
    """Why the report has this act."""
    if verdict.match is None:
        return "nothing in it tells of an attack"
    if verdict.frame is not None and act is verdict.frame.instead:
        words = ", ".join(f"“{h.written}”" for h in verdict.frame_hits[:2])
        return verdict.frame.why + (f" ({words})" if words else "")
    if act is Act.OTHER and verdict.act is not Act.OTHER:
        return f"{verdict.match.pattern.why}, but no foreign troops are known there"
    if act is Act.OTHER:
        return f"{verdict.match.pattern.why}, but the signs are too weak ({verdict.points:g} points)"
    return verdict.match.pattern.why


def _reason(case: Case, what: str, lead: Matched | None, rules: RuleSet) -> str:
    """A sentence for people: why this act, and why this rule or none."""
    if lead is not None:
        return reason_of(what, _recorded(lead))
    nearest = next(iter(rules.rule_matcher.not_matched(case)), None) if rules.rule_matcher.is_for(case.act) else None
    if nearest is None or nearest.held == 0:
        return f"{what}; no rule is for {case.act}"
    return f"{what}; no rule takes it, the nearest is {nearest.rule.id}: {nearest.why}"


def _evidence(verdict: ActResult, lead: Matched | None, reading: Reading, rules: RuleSet) -> tuple[Evidence, ...]:
    """The words of the pattern that decided, those of the frame that changed it, and the rule's own."""
    out: list[Evidence] = []
    match = verdict.match
    if match is not None:
        meanings = rules.attacks.meanings
        out += [
            match.sentence.evidence(hit, meanings.speaks_for(hit.tags & part.tags), meanings.of(hit, part.tags))
            for part, hit in _filled(match.template.parts, match.hits)
        ]
        if verdict.frame is not None:
            out += [match.sentence.evidence(hit, f"never: {verdict.frame.id}") for hit in verdict.frame_hits]
    for hit in lead.hits if lead else ():
        home = next((s for s in reading.sentences if any(hit is other for other in s.hits)), None)
        if home is not None and lead is not None:
            out.append(home.evidence(hit, f"rule {lead.rule.id} asks for it", "asked for by the rule"))
    return tuple(out)


def _filled(parts: Sequence[TemplatePart], hits: Sequence[Hit]) -> list[tuple[TemplatePart, Hit]]:
    """Each hit with the part of the template that it fills (optional parts may be missing)."""
    out: list[tuple[TemplatePart, Hit]] = []
    at = 0
    for hit in hits:
        while not hit.tags & parts[at].tags:
            at += 1
        out.append((parts[at], hit))
        at += 1
    return out
