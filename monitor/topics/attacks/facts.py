"""What an item states beside its act: weapons, who claims, who is blamed, how many were harmed, on which day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.model.report import GENERAL_WEAPONS, WEAPONS, Act, Facts, exact_weapons
from monitor.rules.vocabulary import Vocabulary
from monitor.text.days import dateline
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.acts import Match
from monitor.topics.attacks.lists import AttackLists
from monitor.topics.attacks.tolls import TollFinder

#: of which a later sentence may tell the exact one: "missiles hit … the ballistic missiles were fired at night"
_REFINED = frozenset({"missile", "artillery", "suicide_bombing"})
#: sentences in which the day is looked for: the deciding one, then the first ones
_DATED = 4
#: "three days ago" up to so many days: more are no day that anybody counted
_MOST_DAYS_AGO = 60
#: characters between a weapon and what became of it: "drones have been shot down"
_PASSIVE = 12
#: words between a day and what it belongs to: "said late on Tuesday", "Monday's deadly attack"
_BESIDE = 2


#: characters between two names of one actor
_RUN = 3
#: a tally is no count of rockets, and no year; characters between what stands before its number and what it counts
_LEAST_TALLY, _MOST_TALLY, _NEAR_TALLY = 10, 1900, 24
_TALLY = re.compile(r"[^\W\d][\w ]*? \d[\d,.]*(?=\D)")
#: an actor that stands for anybody
_ANYBODY = "unknown-fighters"


class FactFinder:
    """Finds facts with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._lists, self._calendar = lists, vocabulary.calendar
        self._tolls = TollFinder(lists, vocabulary)
        self._weapon = sum_of(lists.weapons)
        self._day = sum_of((lists.yesterday, *lists.weekdays))
        self._strike = lists.strike_noun | lists.weapon
        self._day_part = vocabulary.words_of(lists.day_part)

    def weapons(self, match: Match, reading: Reading) -> tuple[str, ...]:
        """Weapons of the deciding sentence; where it names none, of headline and lead, then of what somebody was hurt
        by ("killed after a suicide bombing"), and last what the words for the deed imply."""
        opening = self._weapons_of(hit for s in reading.opening for hit in s.outside_causes(self._weapon))
        own = self._weapons_of(match.sentence.outside_causes(self._weapon))
        if own:
            exact = {
                name: [one for one in GENERAL_WEAPONS[name] if one in opening] for name in _REFINED.intersection(own)
            }
            return tuple(dict.fromkeys(one for name in own for one in (exact.get(name) or [name])))
        named = (hit for s in (match.sentence, *reading.opening) for hit in s.with_tags(self._weapon))
        return opening or self._weapons_of(named) or self._implied(match, reading)

    def _implied(self, match: Match, reading: Reading) -> tuple[str, ...]:
        """Where no weapon is named: a shooting is one with small arms, and fighters on the ground who attack come with
        them; of the deciding sentence first."""
        lists = self._lists
        for sentence in (match.sentence, *(one for one in reading.opening if one is not match.sentence)):
            for name, bits in (("ground_assault", lists.implied_assault), ("small_arms", lists.implied_guns)):
                if any(sentence.outside_causes(bits)):
                    return (name,)
        return ()

    def _weapons_of(self, hits: Iterable[Hit]) -> tuple[str, ...]:
        tags = sum_of(hit.tags for hit in hits)
        names = [name for name, bits in zip(WEAPONS, self._lists.weapons, strict=True) if tags & bits]
        return exact_weapons(names)

    def claimed_by(self, match: Match, act: Act, reading: Reading) -> tuple[str, ...]:
        """Actors that stand before (or, in the passive, behind) a word of claiming in the same sentence.

        Where a claim is told without such a word ("the group said on Tuesday it fired …"), the first that it names.
        """
        out: dict[str, None] = {}
        for sentence in reading.opening:
            claim = next(sentence.outside_causes(self._lists.claim), None)
            if claim is None or sentence.tags & self._lists.no_claim:
                continue
            actors = _by_name(sentence.with_tags(self._lists.foe))
            before = [hit for hit in actors if hit.end <= claim.start]
            for hit in before[-1:] or [hit for hit in actors if hit.start >= claim.end][:1]:
                out[_actor(hit)] = None
        for sentence in () if out else reading.opening:
            if sentence.tags & self._lists.no_claim:
                continue
            for hit in sentence.outside_causes(self._lists.attacker_said):
                spoken = [one for one in _by_name(sentence.with_tags(self._lists.foe)) if one.is_in(hit)]
                out.update((_actor(one), None) for one in _first_of_run(spoken) if _actor(one) != _ANYBODY)
        if not out and (act is Act.CLAIM or self._is_own_voice(reading)):
            deciding = _by_name(match.sentence.outside_causes(self._lists.foe))
            named = deciding or _by_name(hit for one in reading.opening for hit in one.outside_causes(self._lists.foe))
            out.update((_actor(hit), None) for hit in _first_of_run(named) if _actor(hit) != _ANYBODY)
        return tuple(out)

    def _is_own_voice(self, reading: Reading) -> bool:
        """Told in the attacker's own words, such as the name that it gave its operation."""
        return bool((reading.headline_tags | reading.lead_tags) & self._lists.own_voice)

    def attributed_to(self, match: Match, reading: Reading, claimed: tuple[str, ...]) -> tuple[str, ...]:
        """Attackers named in the deciding sentence, or where headline or lead blame somebody, who do not claim it."""
        blaming = [s for s in reading.opening if s.tags & self._lists.blamed and s is not match.sentence]
        named = [(s, hit) for s in (match.sentence, *blaming) for hit in s.outside_causes(self._lists.foe)]
        denied = [(s, s.clause(hit)) for s in (match.sentence, *blaming) for hit in s.with_tags(self._lists.denied)]
        names = [_actor(hit) for s, hit in named if (s, s.clause(hit)) not in denied]
        return tuple(dict.fromkeys(name for name in names if name and name not in (*claimed, _ANYBODY)))

    def harmed(self, reading: Reading) -> tuple[int | None, int | None]:
        """How many were killed and wounded, see `tolls`."""
        return self._tolls.harmed(reading)

    def toll_claimed(self, act: Act, reading: Reading) -> bool:
        """Killed and wounded are the attackers' own numbers: without what they say there are others, or none."""
        others = [s for s in reading.sentences if not self._is_claimed(s, act)]
        if len(others) == len(reading.sentences):
            return False
        told, confirmed = self.harmed(reading), self.harmed(replace(reading, sentences=others))
        return any(number is not None and number != other for number, other in zip(told, confirmed, strict=True))

    def _is_claimed(self, sentence: Sentence, act: Act) -> bool:
        """Attackers speak in it, and say more than that it was they."""
        speaks = sentence.tags & (self._lists.attacker_said | (self._lists.claim if act is Act.CLAIM else 0))
        if not speaks or sentence.tags & self._lists.no_claim:
            return False
        said = sentence.with_tags(self._lists.says)
        return any(not sentence.has_around(hit, self._lists.claim_of_deed) for hit in said)

    def in_words(self, facts: Facts, reading: Reading) -> Facts:
        """The facts as people are told them: "several" stays a word and is no number, "no casualties" is 0 and a word.

        Rules are asked of the number instead, the least that the word means.
        """
        if facts.killed is None and facts.wounded is None:
            return facts
        killed, wounded = (self._tolls.words_for(n, reading) for n in (facts.killed, facts.wounded))
        if not killed and not wounded:
            return facts
        return replace(
            facts,
            killed=None if facts.killed and killed else facts.killed,
            wounded=None if facts.wounded and wounded else facts.wounded,
            killed_words=killed,
            wounded_words=wounded,
        )

    def brain_injuries(self, wounded: int | None, reading: Reading) -> int | None:
        """The wounded, where headline or lead counts injuries of the brain."""
        tells = bool((reading.headline_tags | reading.lead_tags) & self._lists.brain_injury)
        return wounded if tells and wounded else None

    def launched(self, match: Match) -> int | None:
        """How many weapons the deciding sentence counts; of those that were shot down `intercepted` tells."""
        hits = match.sentence.outside_causes(self._weapon)
        return next((n for n in (self._tolls.number_before(match.sentence, hit) for hit in hits) if n), None)

    def tally(self, facts: Facts, reading: Reading, zone: str) -> Facts:
        """The facts with how many attacks the report counts: "one of over 140 attacks since 17 October"."""
        counted, since = self._lists.counted, self._lists.since
        if not (reading.tags & counted and reading.tags & since):
            return facts
        today = reading.item.reported.astimezone(ZoneInfo(zone)).date()
        for sentence in reading.sentences:
            begins = [hit.start for hit in sentence.with_tags(since)]
            for hit in sentence.with_tags(counted) if begins else ():
                number = self._tolls.number_before(sentence, hit)
                if number is not None and _LEAST_TALLY <= number <= _MOST_TALLY:
                    day = self._calendar.stated(sentence.text, min(begins), sentence.end, today)
                    words = self._words_of_tally(sentence, hit)
                    return replace(facts, attacks=number, attacks_words=words, attacks_since=day)
        return facts

    def _words_of_tally(self, sentence: Sentence, counted: Hit) -> str:
        """`over 140`, as printed; empty where nothing stands before the number."""
        before = [one for one in sentence.with_tags(self._lists.many) if 0 <= counted.start - one.end <= _NEAR_TALLY]
        printed = (_TALLY.match(sentence.text.words[one.start : counted.start]) for one in reversed(before))
        return next((found[0] for found in printed if found is not None), "")

    def named_beside(self, reading: Reading, claimed: tuple[str, ...]) -> tuple[str, ...]:
        """The attackers that a later report names, in whatever clause."""
        named = (_actor(hit) for sentence in reading.opening for hit in sentence.with_tags(self._lists.foe))
        return tuple(dict.fromkeys(name for name in named if name and name not in (*claimed, _ANYBODY)))

    def interception(self, reading: Reading) -> bool:
        """Headline or lead tells that something was shot down, stopped or missed, with or without a number."""
        return any(
            not sentence.tags & self._lists.not_stopped and any(sentence.outside_causes(self._lists.interception))
            for sentence in reading.opening
        )

    def intercepted(self, reading: Reading) -> int | None:
        """How many were shot down, where headline or lead says so."""
        counts = (
            self._stopped_by(sentence, hit)
            for sentence in reading.opening
            for hit in sentence.outside_causes(self._lists.intercept | self._lists.stopped)
        )
        return next((count for count in counts if count is not None), None)

    def _stopped_by(self, sentence: Sentence, hit: Hit) -> int | None:
        """How many were stopped: "shot down two drones", "two drones were shot down"."""
        active = self._tolls.number_behind(sentence, hit, 2)
        if active is not None or not hit.tags & self._lists.stopped:
            return active
        before = [one for one in sentence.with_tags(self._lists.weapon) if 0 < hit.start - one.end <= _PASSIVE]
        return self._tolls.number_before(sentence, before[-1], of_them=True) if before else None

    def day(self, match: Match, reading: Reading, zone: str) -> tuple[date, bool]:
        """The local day of the attack, and whether the item says it (a date, a weekday, "yesterday")."""
        today = reading.item.reported.astimezone(ZoneInfo(zone)).date()
        sentences = [match.sentence, *(s for s in reading.sentences if s is not match.sentence)]
        said: date | None = None
        ago = self._days_before(match.sentence, today)
        if ago is not None:
            return ago, True
        for sentence in sentences[:_DATED]:
            begins = dateline(sentence.text, sentence.start, sentence.end)
            written = self._written(sentence, begins, today)
            stated = self._calendar.stated(sentence.text, begins, sentence.end, today)
            if written is not None and (today - written).days > 1:
                return written, True
            if stated is not None:
                return stated, True
            said = said or written
            days = sentence.outside_causes(self._day)
            for hit in sorted(days, key=lambda one: not self._is_of_attack(one, sentence)):
                day = self._day_of(hit, sentence, today)
                if not self._is_of_saying(hit, sentence):
                    return day, True
                said = said or day
        if said is None:
            return today, False
        # the day of speaking alone: the attack was then or shortly before, and a day long past dates it all the same
        return said, (today - said).days > 1

    def _written(self, sentence: Sentence, begins: int, today: date) -> date | None:
        """The day of a dateline ("BAGHDAD, Nov 24 (Reuters) -"), on which somebody wrote; the attack is no later."""
        return self._calendar.stated(sentence.text, sentence.start, begins, today) if begins > sentence.start else None

    def _days_before(self, sentence: Sentence, today: date) -> date | None:
        """The day of "rockets struck three days ago"."""
        counts = (self._tolls.number_before(sentence, hit) for hit in sentence.outside_causes(self._lists.days_ago))
        days = next((count for count in counts if count is not None and 0 < count <= _MOST_DAYS_AGO), None)
        return today - timedelta(days=days) if days is not None else None

    def earlier_day(self, reading: Reading, zone: str) -> tuple[date | None, bool]:
        """The local day of the attack that a later report names, also as a mere cause; none where it names none."""
        today = reading.item.reported.astimezone(ZoneInfo(zone)).date()
        for sentence in reading.opening[:_DATED]:
            # "BAGHDAD, Nov 24 (Reuters) -": the day of the report, and not that of an attack that is known
            start = dateline(sentence.text, sentence.start, sentence.end)
            stated = self._calendar.stated(sentence.text, start, sentence.end, today)
            if stated is not None:
                return stated, True
            days = [hit for hit in sentence.with_tags(self._day) if not self._is_of_saying(hit, sentence)]
            # "on Thursday confirmed Tuesday's attack": the day that has the attack right behind it
            for hit in sorted(days, key=lambda day: not self._is_of_attack(day, sentence)):
                return self._day_of(hit, sentence, today), True
        return None, False

    def _day_of(self, hit: Hit, sentence: Sentence, today: date) -> date:
        """The day that a word means: "last Wednesday" on a Thursday is that of the week before, as papers have it."""
        days = self._days_ago(hit, today.weekday())
        last = any(0 <= hit.start - word.end <= 1 for word in sentence.with_tags(self._lists.last_one))
        last = last or any(hit.is_in(one) for one in sentence.with_tags(self._lists.day_of_last_week))
        if last and not hit.tags & self._lists.yesterday and days <= today.weekday():
            days += 7
        return today - timedelta(days=days)

    def _days_ago(self, hit: Hit, weekday: int) -> int:
        """How long ago the last day of this name was, or yesterday."""
        if hit.tags & self._lists.yesterday:
            return 1
        return next((weekday - number) % 7 for number, bits in enumerate(self._lists.weekdays) if hit.tags & bits)

    def _is_of_saying(self, day: Hit, sentence: Sentence) -> bool:
        """ "said on Tuesday", "in a statement late Tuesday": the day on which somebody spoke, not that of the attack.

        A day that has the attack right behind it is the attack's: "said Monday's strike".
        """
        lists, attacks = self._lists, list(sentence.with_tags(self._strike))

        def words(start: int, end: int) -> list[str]:
            return sentence.text.words[start:end].split()

        def is_near(first: Hit, second: Hit) -> bool:
            start, end = first.end, second.start
            if start > end or len(words(start, end)) > _BESIDE:
                return False
            return not any(start <= attack.start and attack.end <= end for attack in attacks)

        if self._is_of_attack(day, sentence):
            return False
        before, behind = lists.says | lists.statement | lists.claim, lists.says_behind | lists.claim
        return any(is_near(word, day) for word in sentence.with_tags(before)) or any(
            is_near(day, word) for word in sentence.with_tags(behind)
        )

    def _is_of_attack(self, day: Hit, sentence: Sentence) -> bool:
        """An attack stands right behind the day: "Monday's deadly attack"."""
        for attack in sentence.with_tags(self._strike):
            if day.end <= attack.start:
                between = sentence.text.words[day.end : attack.start].split()
                if self._day_part.issuperset(between) or ("s" in between[:2] and len(between) <= 1 + _BESIDE):
                    return True
        return False


def _by_name(hits: Iterable[Hit]) -> list[Hit]:
    """Those that name an actor, without those that stand for anybody where others name one ("Houthi rebels")."""
    named = [hit for hit in hits if _actor(hit)]
    return [hit for hit in named if _actor(hit) != _ANYBODY] or named


def _first_of_run(named: list[Hit]) -> list[Hit]:
    """The first actor; of several side by side the last, which is the most exact ("Iran's IRGC")."""
    chosen = named[:1]
    for hit in named[1:]:
        if hit.start - chosen[-1].end > _RUN:
            break
        chosen = [hit]
    return chosen


def _actor(hit: Hit) -> str:
    """The actor that a word names; empty where it names none."""
    return next(iter(hit.named("actor")), "")
