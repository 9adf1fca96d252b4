"""What an item states beside its act: weapons, who claims, who is blamed, how many were harmed, on which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.acts import ActResult
from monitor.topics.attacks.lists import WEEKDAYS, AttackLists
from monitor.topics.attacks.tolls import TollFinder

_GENERAL = {
    "missile": ("ballistic_missile", "cruise_missile", "rocket"),
    "ied": ("vbied",),
    "artillery": ("mortar", "tank_fire"),
}
#: sentences in which the day is looked for: the deciding one, then the first ones
_DATED = 4
#: words between a day and what it belongs to: "said late on Tuesday", "Monday's deadly attack"
_BESIDE = 2


class FactFinder:
    """Finds facts with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._weapons = [(name, lists.bits(name)) for name in WEAPONS]
        self._claim, self._no_claim = lists.claim, lists.no_claim
        self._attacker_said, self._says = lists.attacker_said, lists.says
        self._claim_of_deed = lists.claim_of_deed
        self._foe = lists.foe
        self._blamed = lists.blamed
        self._tolls = TollFinder(lists, vocabulary)
        self._calendar = vocabulary.calendar
        self._stopped = lists.intercept | lists.stopped
        self._interception, self._not_stopped = lists.interception, lists.not_stopped
        self._yesterday = lists.yesterday
        self._strike = lists.strike_noun | lists.weapon
        part = lists.day_part
        self._day_part = {word for term in vocabulary.terms if term.tags & part for word in term.words.split()}
        self._spoken, self._spoken_behind = lists.says | lists.statement | lists.claim, lists.says_behind | lists.claim
        self._days = [(i, lists.bits(name)) for i, name in enumerate(WEEKDAYS)]
        self._day = self._yesterday | sum_of(day for _, day in self._days)

    def weapons(self, verdict: ActResult, reading: Reading) -> tuple[str, ...]:
        """Weapons of the deciding sentence; where it names none, of headline and lead."""
        match = verdict.match
        found = self._weapon_set([match.sentence]) if match else []
        if not found:
            found = self._weapon_set(s for s in reading.sentences if s.section != "body")
        return tuple(found)

    def _weapon_set(self, sentences: Iterable[Sentence]) -> list[str]:
        tags = 0
        for sentence in sentences:
            for hit in sentence.hits:
                if not sentence.is_cause(hit):
                    tags |= hit.tags
        names = [name for name, mask in self._weapons if tags & mask]
        return [n for n in names if not any(special in names for special in _GENERAL.get(n, ()))]

    def claimed_by(self, verdict: ActResult, reading: Reading) -> tuple[str, ...]:
        """Actors that stand before (or, in the passive, behind) a word of claiming in the same sentence.

        Where a claim is told without such a word ("the group said on Tuesday it fired …"), the first that it names.
        """
        out: dict[str, None] = {}
        for sentence in reading.sentences:
            if sentence.section == "body" or not sentence.tags & self._claim or sentence.tags & self._no_claim:
                continue
            claims = [h for h in sentence.with_tags(self._claim) if not sentence.is_cause(h)]
            if not claims:
                continue
            actors = [h for h in sentence.with_tags(self._foe) if self._named(h)]
            before = [h for h in actors if h.end <= claims[0].start]
            for hit in before[-1:] or [h for h in actors if h.start >= claims[0].end][:1]:
                out[self._named(hit)] = None
        if not out and verdict.act is Act.CLAIM and verdict.match is not None:
            sentence = verdict.match.sentence
            names = [self._named(h) for h in sentence.with_tags(self._foe) if not sentence.is_cause(h)]
            out.update((name, None) for name in names[:1] if name and name != "unknown-fighters")
        return tuple(out)

    def attributed_to(self, verdict: ActResult, reading: Reading, claimed: tuple[str, ...]) -> tuple[str, ...]:
        """Attackers named in the deciding sentence, or where headline or lead blame somebody, who do not claim it."""
        match = verdict.match
        if match is None or verdict.act not in INCIDENT_ACTS:
            return ()
        blaming = [
            s for s in reading.sentences if s.section != "body" and s.tags & self._blamed and s is not match.sentence
        ]
        names = [
            self._named(h) for s in (match.sentence, *blaming) for h in s.with_tags(self._foe) if not s.is_cause(h)
        ]
        return tuple(dict.fromkeys(n for n in names if n and n not in claimed and n != "unknown-fighters"))

    def _named(self, hit: Hit) -> str:
        return next((name for kind, name in hit.names if kind == "actor"), "")

    def harmed(self, reading: Reading) -> tuple[int | None, int | None]:
        """How many were killed and wounded, see `tolls`."""
        return self._tolls.harmed(reading)

    def toll_claimed(self, verdict: ActResult, reading: Reading) -> bool:
        """Killed and wounded are the attackers' own numbers: without what they say there are others, or none."""
        others = [s for s in reading.sentences if not self._is_claimed(s, verdict.act)]
        if len(others) == len(reading.sentences):
            return False
        told, confirmed = self.harmed(reading), self.harmed(replace(reading, sentences=others))
        return any(number is not None and number != other for number, other in zip(told, confirmed, strict=True))

    def _is_claimed(self, sentence: Sentence, act: Act) -> bool:
        """Attackers speak in it, and say more than that it was they."""
        speaks = sentence.tags & self._attacker_said or (act is Act.CLAIM and sentence.tags & self._claim)
        if not speaks or sentence.tags & self._no_claim:
            return False
        deeds = list(sentence.with_tags(self._claim_of_deed))
        said = sentence.with_tags(self._says)
        return any(not any(deed.start <= hit.start and hit.end <= deed.end for deed in deeds) for hit in said)

    def interception(self, reading: Reading) -> bool:
        """Headline or lead tells that something was shot down, stopped or missed, with or without a number."""
        return any(
            not sentence.is_cause(hit)
            for sentence in reading.sentences
            if sentence.section != "body" and not sentence.tags & self._not_stopped
            for hit in sentence.with_tags(self._interception)
        )

    def intercepted(self, reading: Reading) -> int | None:
        """How many were shot down, where headline or lead says so."""
        for sentence in reading.sentences:
            if sentence.section == "body":
                continue
            for hit in sentence.with_tags(self._stopped):
                if not sentence.is_cause(hit):
                    count = self._tolls.number_behind(sentence, hit, 2)
                    if count is not None:
                        return count
        return None

    def day(self, verdict: ActResult, reading: Reading, zone: str) -> tuple[date, bool]:
        """The local day of the attack, and whether the item says it (a date, a weekday, "yesterday")."""
        item = reading.item
        moment = item.reported
        today = moment.astimezone(ZoneInfo(zone)).date()
        sentences = [verdict.match.sentence] if verdict.match else []
        sentences += [s for s in reading.sentences if s not in sentences]
        said: date | None = None
        for sentence in sentences[:_DATED]:
            stated = self._calendar.stated(sentence.text, sentence.start, sentence.end, today)
            if stated is not None:
                return stated, True
            for hit in sentence.with_tags(self._day):
                ago = None if sentence.is_cause(hit) else self._days_ago(hit, today.weekday())
                if ago is None:
                    continue
                day = today - timedelta(days=ago)
                if not self._is_of_saying(hit, sentence):
                    return day, True
                said = said or day
        if said is None:
            return today, False
        # the day of speaking alone: the attack was then or shortly before, and a day long past dates it all the same
        return said, (today - said).days > 1

    def _days_ago(self, hit: Hit, weekday: int) -> int | None:
        """How long ago the last day of this name was, or yesterday."""
        if hit.tags & self._yesterday:
            return 1
        return next(((weekday - number) % 7 for number, mask in self._days if hit.tags & mask), None)

    def _is_of_saying(self, hit: Hit, sentence: Sentence) -> bool:
        """ "said on Tuesday", "in a statement late Tuesday": the day on which somebody spoke, not that of the attack.

        A day that has the attack right behind it is the attack's: "said Monday's strike".
        """
        words = sentence.text.words

        attacks = list(sentence.with_tags(self._strike))

        def near(start: int, end: int) -> bool:
            return (
                start <= end
                and len(words[start:end].split()) <= _BESIDE
                and not any(start <= attack.start and attack.end <= end for attack in attacks)
            )

        for attack in attacks:
            between = words[hit.end : attack.start].split() if hit.end <= attack.start else None
            if between is not None and (
                self._day_part.issuperset(between) or ("s" in between[:2] and len(between) <= 1 + _BESIDE)
            ):
                return False
        return any(near(h.end, hit.start) for h in sentence.with_tags(self._spoken)) or any(
            near(hit.end, h.start) for h in sentence.with_tags(self._spoken_behind)
        )
