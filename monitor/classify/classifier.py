"""The classify stage in one story: read the item, judge its act, find its facts, choose the rule, say why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from monitor.classify.acts import Verdict
from monitor.classify.choosing import Passed, Taken, choose
from monitor.classify.facts import FactFinder
from monitor.classify.matcher import Hit
from monitor.classify.places import PlaceFinder, Target
from monitor.classify.reading import Reading
from monitor.classify.rulefile import RuleSet
from monitor.classify.templates import Part
from monitor.meaning import INCIDENT_ACTS, Act, Classification, Evidence, Facts
from monitor.news import Item

#: an attack that a report dates further back is no news
NEWS_DAYS = 4


def classify(item: Item, rules: RuleSet) -> Classification:
    """What `item` reports and which rule wants it told. Pure: same item and rules, same answer."""
    places, finder = _finders(rules)
    reading = rules.reader.read(item)
    verdict = rules.judge.judge(reading)
    act = verdict.act
    targets = places.targets(verdict, reading) if act in INCIDENT_ACTS else ()
    if targets and all(t.site == "home" for t in targets):
        act, targets = Act.OTHER, ()
    facts = _facts(verdict, reading, targets, places, finder, rules)
    old = _old_news(item, facts)
    if old:
        act = Act.BACKGROUND
    deciding = verdict.match.sentence if verdict.match else None
    answer = choose(rules, act, targets, facts, reading, deciding)
    if isinstance(answer, Passed) and answer.instead is not None and answer.instead is not act:
        act = answer.instead
        answer = choose(rules, act, targets, facts, reading, deciding)
    taken = answer if isinstance(answer, Taken) else None
    return Classification(
        act=act,
        rule=taken.rule.id if taken else None,
        level=taken.level if taken else None,
        send_to=taken.rule.send_to if taken else (),
        trial=taken.rule.status == "trial" if taken else False,
        reason=_reason(act, old or _what(act, verdict), answer),
        facts=facts,
        evidence=_evidence(verdict, rules),
        score=verdict.score,
        rules_hash=rules.hash,
    )


@lru_cache(maxsize=8)
def _finders(rules: RuleSet) -> tuple[PlaceFinder, FactFinder]:
    return PlaceFinder(rules.gazetteer, rules.vocabulary), FactFinder(rules.vocabulary)


def _facts(
    verdict: Verdict, reading: Reading, targets: tuple[Target, ...], places: PlaceFinder, finder: FactFinder,
    rules: RuleSet,
) -> Facts:  # fmt: skip
    refs = places.refs(reading, targets)
    if verdict.match is None:
        return Facts(places=refs)
    claimed = finder.claimed_by(reading)
    killed, wounded = finder.harmed(reading)
    day, stated = None, False
    if verdict.act in INCIDENT_ACTS:
        day, stated = finder.date(verdict, reading, rules.zone_of(refs[0].id) if refs else "UTC")
    return Facts(
        places=refs,
        weapons=finder.weapons(verdict, reading),
        claimed_by=claimed,
        attributed_to=finder.attributed_to(verdict, claimed),
        killed=killed,
        wounded=wounded,
        intercepted=finder.intercepted(reading),
        date=day,
        date_stated=stated,
    )


def _old_news(item: Item, facts: Facts) -> str:
    """Why a report is no news: it states a day that lies too far back; empty where it does not."""
    if not facts.date_stated or facts.date is None:
        return ""
    days = (item.reported.date() - facts.date).days
    return f"it happened on {facts.date}, {days} days before the report" if days > NEWS_DAYS else ""


def _what(act: Act, verdict: Verdict) -> str:
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


def _reason(act: Act, what: str, answer: Taken | Passed | None) -> str:
    """A sentence for people: why this act, and why this rule or none."""
    if isinstance(answer, Taken):
        raised = f", {answer.why}" if answer.why else ""
        return f"{act}: {what}; rule {answer.rule.id} ({answer.level}{raised})"
    if answer is None or answer.held == 0:
        return f"{act}: {what}; no rule is for {act}"
    return f"{act}: {what}; no rule takes it, the nearest is {answer.rule.id}: {answer.why}"


def _evidence(verdict: Verdict, rules: RuleSet) -> tuple[Evidence, ...]:
    """The words of the pattern that decided, then those of the frame that changed it."""
    match = verdict.match
    if match is None:
        return ()
    out = [
        match.sentence.evidence(hit, _speaks_for(hit.tags & part.tags, rules))
        for part, hit in _filled(match.template.parts, match.hits)
    ]
    if verdict.frame is not None:
        out += [match.sentence.evidence(hit, f"never: {verdict.frame.id}") for hit in verdict.frame_hits]
    return tuple(out)


def _filled(parts: Sequence[Part], hits: Sequence[Hit]) -> list[tuple[Part, Hit]]:
    """Each hit with the part of the template that it fills (optional parts may be missing)."""
    out: list[tuple[Part, Hit]] = []
    at = 0
    for hit in hits:
        while not hit.tags & parts[at].tags:
            at += 1
        out.append((parts[at], hit))
        at += 1
    return out


def _speaks_for(tags: int, rules: RuleSet) -> str:
    names = rules.vocabulary.names(tags)
    return names[0] if names else "phrase"
