"""The classify stage in one story: read the item, classify its act, find its facts, ask the rules, say why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import (
    INCIDENT_ACTS,
    Act,
    Classification,
    ClauseReading,
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
from monitor.topics.attacks.topic import RuleSet

#: an attack that a report dates further back is no news
NEWS_DAYS = 4
#: of an item that names no place and tells of no act, as most do
_NOTHING = Facts()


def classify(item: Item, rules: RuleSet) -> Classification:
    """What `item` reports and which rules want it told. Pure: same item and rules, same answer."""
    return _consider(item, rules)[0]


def consider(item: Item, rules: RuleSet) -> tuple[Classification, Case]:
    """The classification, and the case that the rules were asked about (for `explain`: which rules passed, and why)."""
    return _consider(item, rules, all_names=True)


def clauses_of(case: Case, rules: RuleSet) -> tuple[ClauseReading, ...]:
    """The readings of every clause, for `explain`."""
    topic = rules.attacks
    return topic.clauses.read(case.reading, topic.acts.classify(case.reading))


def _consider(item: Item, rules: RuleSet, *, all_names: bool = False) -> tuple[Classification, Case]:
    """`all_names`: the case holds every place that is named, also where no rule for its act is there to ask."""
    topic = rules.attacks
    reading = topic.reader.read(item)
    result = _with_those_that_came_through(topic.acts.classify(reading), reading, rules)
    found, case = _judged(item, reading, result, rules, all_names=all_names)
    first = topic.acts.if_first(result, reading)
    if first is not None:
        attack, _ = _judged(item, reading, first, rules)
        if not found.facts.places:  # the country of the attack is what its toll is known by
            places = tuple(replace(place, role="mentioned") for place in attack.facts.targets)
            found = replace(found, facts=replace(found.facts, places=places))
        counted = case.facts.killed or case.facts.wounded  # "number of attacks rises to 70" counts no people
        if counted and attack.rule is not None and not attack.old_news:
            found = replace(found, if_unknown=attack)
    return found, case


def _judged(
    item: Item, reading: Reading, result: ActResult, rules: RuleSet, *, all_names: bool = False
) -> tuple[Classification, Case]:
    topic = rules.attacks
    act, targets = result.act, tuple[Place, ...]()
    if result.match is not None and act in INCIDENT_ACTS:
        targets = topic.places.targets(result, reading)
    counted = _facts(result, reading, targets, rules)
    facts = topic.facts.in_words(counted, reading)
    old = _old_news(item, facts) if act in INCIDENT_ACTS else ""
    if old:
        act = Act.BACKGROUND
    case = Case(
        item=item,
        act=act,
        targets=targets,
        # rules ask for the least that "several" and "dozens" mean
        facts=counted,
        reading=reading,
        named=topic.places.named(reading) if all_names or _asks_for_names(act, rules) else (),
        deciding=result.sentence,
    )
    taken = rules.rule_matcher.taken(case)
    lead = next((one for one in taken if one.rule.status == "live"), taken[0] if taken else None)
    return _answer(case, facts, result, taken, lead, old, rules), case


def _with_those_that_came_through(result: ActResult, reading: Reading, rules: RuleSet) -> ActResult:
    """Of twenty missiles twelve were stopped: an attack."""
    if not result.stopped_later or result.match is None:
        return result
    fired, stopped = rules.attacks.facts.launched(result.match), rules.attacks.facts.intercepted(reading)
    if fired is None or stopped is None or fired <= stopped:
        return result
    return replace(result, act=Act.ATTACK, stopped_later=False)


def _asks_for_names(act: Act, rules: RuleSet) -> bool:
    """Some rule may ask for places that are not the target; most items are nothing that a rule is for."""
    return rules.asks_for_roles if act in INCIDENT_ACTS else rules.rule_matcher.is_for(act)


def _answer(
    case: Case,
    facts: Facts,
    result: ActResult,
    taken: Sequence[Matched],
    lead: Matched | None,
    old: str,
    rules: RuleSet,
) -> Classification:
    recorded = tuple(map(_recorded, taken))
    first = recorded[taken.index(lead)] if lead is not None else None
    what = f"{case.act}: {old or _what(case.act, result)}"
    deciding = result.sentence
    if deciding is None and lead is not None and lead.hits:
        deciding = case.reading.sentence_of(lead.hits[0])
    return Classification(
        act=case.act,
        rule=first.rule if first else None,
        level=first.level if first else None,
        send_to=channels_of(recorded, first) if first else (),
        trial=first is not None and first.trial,
        taken=recorded,
        what=what,
        reason=reason_of(what, first) if first else f"{what}; {_why_not(case, rules)}",
        facts=facts,
        evidence=tuple(_evidence(result, lead, case.reading, rules)),
        deciding=deciding.span if deciding else None,
        lead=rules.attacks.highlights.lead(case.reading, deciding) if lead else None,
        score=result.score,
        rules_hash=rules.hash,
        old_news=bool(old),
    )


def _recorded(matched: Matched) -> RuleTaken:
    rule = matched.rule
    return RuleTaken(
        rule=rule.id,
        level=matched.level,
        if_first=matched.if_first,
        send_to=rule.send_to,
        trial=rule.status == "trial",
        raised=matched.raised,
    )


def _facts(result: ActResult, reading: Reading, targets: tuple[Place, ...], rules: RuleSet) -> Facts:
    finder, later, act, match = rules.attacks.facts, rules.attacks.follow_ups, result.act, result.match
    places = rules.attacks.places.of_facts(reading, targets)
    unplaced = next((target for target in targets if target.is_unplaced), None)
    if match is None:
        if not places:
            return _NOTHING
        if not later.is_one(act, reading):
            return Facts(places=places)
        day, stated = finder.earlier_day(reading, rules.zone_of(places[0].id))
        facts = Facts(places=places, date=day, date_stated=stated, named=rules.attacks.places.said(reading))
        return later.add(act, finder.tally(facts, reading, "UTC"), reading, None)
    killed, wounded = finder.harmed(reading)
    claimed = finder.claimed_by(match, act, reading)
    is_told = act in INCIDENT_ACTS
    is_later = not is_told and later.is_one(act, reading)
    blamed, named, launched = tuple[str, ...](), tuple[str, ...](), None
    day, stated = None, False
    zone = rules.zone_of(places[0].id) if places else "UTC"
    if is_told:
        blamed, launched = finder.attributed_to(match, reading, claimed), finder.launched(match)
        day, stated = finder.day(match, reading, zone)
    elif is_later:
        blamed = finder.named_beside(reading, claimed) if act is not Act.RETALIATION else ()
        day, stated = finder.earlier_day(reading, zone)
    if is_told or (is_later and act is not Act.BACKGROUND):
        named = rules.attacks.places.said(reading)
    facts = Facts(
        places=places,
        weapons=finder.weapons(match, reading),
        claimed_by=claimed,
        attributed_to=blamed,
        killed=killed,
        wounded=wounded,
        intercepted=finder.intercepted(reading),
        toll_claimed=finder.toll_claimed(act, reading),
        interception=finder.interception(reading),
        date=day,
        date_stated=stated,
        named=named,
        unplaced=unplaced,
        launched=launched,
        brain_injuries=finder.brain_injuries(wounded, reading),
    )
    if not is_told and not is_later:
        return facts
    return later.add(act, finder.tally(facts, reading, zone), reading, match)


def _old_news(item: Item, facts: Facts) -> str:
    """Why a report is no news: it states a day that lies too far back; empty where it does not."""
    if not facts.date_stated or facts.date is None:
        return ""
    days = (item.reported.date() - facts.date).days
    return f"it happened on {facts.date}, {days} days before the report" if days > NEWS_DAYS else ""


def _what(act: Act, result: ActResult) -> str:
    """Why the report has this act."""
    if result.match is None:
        return "nothing in it tells of an attack"
    if result.frame is not None and act is result.frame.instead:
        words = ", ".join(f"“{h.written}”" for h in result.frame_hits[:2])
        return result.frame.why + (f" ({words})" if words else "")
    why = result.match.pattern.why
    if result.stopped_later:
        return "it tells of an attack or an alarm at a base, and the lead that it was stopped"
    if act is not Act.OTHER or result.match.pattern.act is Act.OTHER:
        return why
    if result.act is not Act.OTHER:
        return f"{why}, but no foreign troops are known there"
    return f"{why}, but the signs are too weak ({result.points:g} points)"


def _why_not(case: Case, rules: RuleSet) -> str:
    """Why no rule takes it, in words for people."""
    nearest = rules.rule_matcher.first_not_matched(case) if rules.rule_matcher.is_for(case.act) else None
    if nearest is None or nearest.held == 0:
        return f"no rule is for {case.act}"
    return f"no rule takes it, the nearest is {nearest.rule.id}: {nearest.why}"


def _evidence(result: ActResult, lead: Matched | None, reading: Reading, rules: RuleSet) -> Iterator[Evidence]:
    """The words of the pattern that decided, those of the frame that changed it, and the rule's own."""
    match, highlights = result.match, rules.attacks.highlights
    if match is not None:
        for part, hit in _filled(match.template.parts, match.hits):
            yield match.sentence.evidence(
                hit, highlights.list_of(hit.tags & part.tags), highlights.meaning_of(hit, part.tags)
            )
        if result.frame is not None:
            yield from (match.sentence.evidence(hit, f"never: {result.frame.id}") for hit in result.frame_hits)
    if lead is not None:
        for hit in lead.hits:
            sentence = reading.sentence_of(hit)
            if sentence is not None:
                yield sentence.evidence(hit, f"rule {lead.rule.id} asks for it", "asked for by the rule")


def _filled(parts: Sequence[TemplatePart], hits: Sequence[Hit]) -> Iterator[tuple[TemplatePart, Hit]]:
    """Each hit with the part of the template that it fills (optional parts may be missing)."""
    waiting = iter(parts)
    for hit in hits:
        yield next(part for part in waiting if hit.tags & part.tags), hit
