"""What the page of an article adds beyond its teaser: toll, claim, weapon. Pure.

    classify_page(item)          `item.body` is the main text of its page

Headline and lead decide as they always do (`classifier`). Behind them a page tells first what else is new, and then
what was known before: the last attack on the base, the dead of the war. So the sentences are taken one by one, each
beside the headline and the sentence that decided, and read as an item of its own; from it comes only what the article
has not said yet. The first sentence that looks back, or away to another place or day, ends the reading. Nothing that
headline and lead say is replaced, and no sentence makes another attack of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Evidence, Facts, Span, exact_weapons
from monitor.rules.matching import Case
from monitor.text.reading import Sentence
from monitor.topics.attacks.classifier import classify, consider
from monitor.topics.attacks.topic import RuleSet

#: characters of a page that are read, cut at a paragraph: the first eight paragraphs or so of a report. What is new
#: stands there; behind begin the chronicle and the stories of other days
PAGE_TEXT = 2000
#: sentences behind the lead that are read
_SENTENCES = 12
#: what a sentence does that tells of something else
_LOOKS_AWAY = frozenset({Act.BACKGROUND, Act.EXERCISE, Act.ACCIDENT, Act.RETALIATION})
#: lists of words by which it counts over a longer time, tells of last week or of years before, or of another attack
_AWAY = ("since", "past", "ago", "past-year", "another-attack")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORD = re.compile(r"[^\W\d_]+")


def beginning(text: str, *, limit: int = PAGE_TEXT) -> str:
    """The first whole paragraphs of a page within `limit` characters; of a longer first one its beginning."""
    if len(text) <= limit:
        return text
    cut = text.rfind("\n", 0, limit)
    return text[: cut if cut > 0 else limit].rstrip()


def classify_page(item: Item, rules: RuleSet) -> Classification:
    """What `item` reports when all of its body is read. Same item and rules, same answer."""
    found, case = consider(item, rules)
    if found.rule is None or found.act not in INCIDENT_ACTS or not item.body:
        return found
    away = rules.vocabulary.bits_of(*_AWAY)
    denied = rules.vocabulary.bits_of("denied")
    for sentence in _behind_lead(case):
        if sentence.tags & denied:
            continue
        beside = _beside(item, found, sentence)
        if sentence.tags & away or _names_other_day(sentence, found, rules) or _looks_away(beside, found, case, rules):
            break
        read = classify(beside.item, rules)
        if read.act is found.act and _is_known(read.facts.targets, found.facts.targets):
            found = _with(found, read, beside, sentence)
    return found


class _Beside:
    """A sentence as the text of an item: the headline, the sentence that decided where that is another, and itself."""

    def __init__(self, item: Item, deciding: Span | None, own: Span) -> None:
        before = ""
        if deciding is not None and deciding.field != "title":
            before = getattr(item, deciding.field)[deciding.start : deciding.end].strip().rstrip(".") + ". "
        self.alone = item.body[own.start : own.end].strip()
        self.item = replace(item, summary=before + self.alone, body="")
        self._shift, self._before = own.start - len(before), len(before)

    def in_body(self, evidence: Evidence) -> Evidence | None:
        """Evidence of the sentence where it stands in the page; None for that of what stands before it."""
        if evidence.field != "summary" or evidence.start < self._before:
            return None
        return replace(evidence, field="body", start=evidence.start + self._shift, end=evidence.end + self._shift)


def _beside(item: Item, found: Classification, sentence: Sentence) -> _Beside:
    return _Beside(item, found.deciding, _own(item, sentence))


def _own(item: Item, sentence: Sentence) -> Span:
    """Where the sentence stands, without the white space around it."""
    span = sentence.span
    text = item.body[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    return Span(field="body", start=start, end=span.start + len(text.rstrip()))


def _behind_lead(case: Case) -> Iterator[Sentence]:
    """The sentences of the page behind the lead, as many as are read."""
    body = [one for one in case.reading.sentences if one.field == "body" and one.section == "body"]
    deciding = case.deciding
    for sentence in body[:_SENTENCES]:
        if sentence is not deciding:
            yield sentence


def _looks_away(beside: _Beside, found: Classification, case: Case, rules: RuleSet) -> bool:
    """The sentence tells of another time, of another place or of another kind of thing."""
    alone, own = consider(replace(beside.item, title="", summary=beside.alone), rules)
    if alone.act in _LOOKS_AWAY:
        return True
    facts = alone.facts
    if facts.date_stated and facts.date is not None and found.facts.date is not None:
        if abs(facts.date - found.facts.date) > timedelta(days=1):
            return True
    elif _names_month(beside.alone, rules):
        return True
    return not _is_known(own.named, (*case.named, *found.facts.places))


def _names_other_day(sentence: Sentence, found: Classification, rules: RuleSet) -> bool:
    """A day of the week on which the attack was not, nor the day before or behind: "Tuesday's attack"."""
    if found.facts.date is None:
        return False
    number = found.facts.date.weekday()
    near = {(number + step) % 7 for step in (-1, 0, 1)}
    others = (day for at, day in enumerate(_WEEKDAYS) if at not in near)
    return bool(sentence.tags & rules.vocabulary.bits_of(*others))


def _names_month(text: str, rules: RuleSet) -> bool:
    """A month, where no day of it is told: "since October"."""
    calendar = rules.vocabulary.calendar
    words = [(word, word.casefold()) for word in _WORD.findall(text)]
    return any(
        folded in calendar.months and (folded not in calendar.capital or word[0].isupper()) for word, folded in words
    )


def _is_known(named: Sequence[Place], known: Sequence[Place]) -> bool:
    """Every place and every country of the sentence is one of the article's beginning."""
    ids, countries = {place.id for place in known}, {place.country for place in known}
    return all(place.id in ids or (place.is_vague and place.country in countries) for place in named)


def _with(found: Classification, read: Classification, beside: _Beside, sentence: Sentence) -> Classification:
    """What was found, with what the sentence adds; its level where that is the higher one."""
    facts, new = _more(found.facts, read.facts)
    if not new:
        return found
    own = _own_span(beside, sentence)
    said = Evidence(**vars(own), text=beside.alone, why=f"full text: {', '.join(new)}")
    moved = filter(None, map(beside.in_body, read.evidence))
    found = replace(
        found, facts=facts, evidence=(*found.evidence, said, *(one for one in moved if one not in found.evidence)),
        lead=own if found.lead is None or facts.killed != found.facts.killed else found.lead,
    )  # fmt: skip
    if read.level is None or (found.level is not None and read.level.rank <= found.level.rank):
        return found
    return replace(
        found, rule=read.rule, level=read.level, send_to=read.send_to, trial=read.trial, taken=read.taken,
        reason=read.reason,
    )  # fmt: skip


def _own_span(beside: _Beside, sentence: Sentence) -> Span:
    start = beside.item.summary.rfind(beside.alone)
    moved = beside.in_body(Evidence(field="summary", start=start, end=start + len(beside.alone), text="", why=""))
    return sentence.span if moved is None else Span(field="body", start=moved.start, end=moved.end)


def _more(facts: Facts, read: Facts) -> tuple[Facts, list[str]]:
    """The facts with those that were not told yet, and these in words."""
    new: list[str] = []
    for name in ("killed", "wounded"):
        count = getattr(read, name)
        if getattr(facts, name) is None and count is not None:
            words = f"{name}_words"
            facts = replace(facts, **{name: count, words: getattr(read, words)})
            new.append(f"{name} {count}")
    if new:  # who says it is who says the toll
        facts = replace(
            facts, toll_claimed=read.toll_claimed, voice=read.voice, speaker=read.speaker,
            wire=facts.wire or read.wire, brain_injuries=facts.brain_injuries or read.brain_injuries,
        )  # fmt: skip
    if not facts.claimed_by and read.claimed_by:
        facts = replace(facts, claimed_by=read.claimed_by)
        new.append(f"claimed by {', '.join(read.claimed_by)}")
    weapons = exact_weapons((*facts.weapons, *read.weapons))
    if weapons and weapons != facts.weapons and (not facts.weapons or len(weapons) <= len(facts.weapons)):
        facts = replace(facts, weapons=weapons)
        new.append(f"weapon {', '.join(weapons)}")
    return facts, new
