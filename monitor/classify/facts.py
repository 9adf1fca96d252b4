"""What an item states beside its act: weapons, who claims, who is blamed, how many were harmed, on which day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.classify.acts import Verdict
from monitor.classify.matcher import Hit
from monitor.classify.numbers import number_before, number_behind, value
from monitor.classify.reading import Reading, Sentence
from monitor.classify.vocabulary import Vocabulary
from monitor.meaning import INCIDENT_ACTS, Act

#: weapons in the words of facts, most telling first; a general one is left out where a special one is named
WEAPONS = (
    "ballistic_missile", "cruise_missile", "missile", "rocket", "drone", "mortar", "artillery", "tank_fire", "vbied",
    "ied", "suicide_bombing", "ground_assault", "small_arms",
)  # fmt: skip
_GENERAL = {
    "missile": ("ballistic_missile", "cruise_missile", "rocket"),
    "ied": ("vbied",),
    "artillery": ("mortar", "tank_fire"),
}
#: forms whose object stands behind them
_ACTIVE = frozenset({"kill", "kills", "killing", "wound", "wounds", "wounding", "injure", "injures", "injuring"})
#: sentences in which the day is looked for: the deciding one, then the first ones
_DATED = 4
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = "|".join(
    f"{m[:3]}(?:{m[3:]}|\\.)?|sept\\.?" if m == "september" else f"{m[:3]}(?:{m[3:]}|\\.)?" for m in _MONTHS
)
_DATE = re.compile(
    rf"\b(?:({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH}))(?:,? ((?:19|20)\d\d))?\b"
)


class FactFinder:
    """Finds facts with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        mask = vocabulary.mask
        self._weapons = [(name, mask(name)) for name in WEAPONS]
        self._claim, self._no_claim = mask("claim"), mask("no-claim")
        self._attacker_said, self._says = mask("attacker-said"), mask("says")
        self._claim_of_deed = mask("claim-of-deed")
        self._foe = mask("foe")
        self._blamed = mask("blamed")
        self._harmed, self._unharmed = mask("harmed"), mask("unharmed")
        self._killed, self._wounded = mask("killed"), mask("wounded")
        self._stopped = mask("intercept", "stopped")
        self._interception, self._not_stopped = mask("interception"), mask("not-stopped")
        self._yesterday = mask("yesterday")
        self._days = [(i, mask(name)) for i, name in enumerate(_WEEKDAYS)]

    def weapons(self, verdict: Verdict, reading: Reading) -> tuple[str, ...]:
        """Weapons of the deciding sentence; where it names none, of headline and lead."""
        match = verdict.match
        found = self._weapon_set([match.sentence]) if match else []
        if not found:
            found = self._weapon_set(s for s in reading.sentences if s.zone != "body")
        return tuple(found)

    def _weapon_set(self, sentences: Iterable[Sentence]) -> list[str]:
        tags = 0
        for sentence in sentences:
            for hit in sentence.hits:
                if not sentence.is_cause(hit):
                    tags |= hit.tags
        names = [name for name, mask in self._weapons if tags & mask]
        return [n for n in names if not any(special in names for special in _GENERAL.get(n, ()))]

    def claimed_by(self, reading: Reading) -> tuple[str, ...]:
        """Actors that stand before (or, in the passive, behind) a word of claiming in the same sentence."""
        out: dict[str, None] = {}
        for sentence in reading.sentences:
            if sentence.zone == "body" or not sentence.tags & self._claim or sentence.tags & self._no_claim:
                continue
            claims = [h for h in sentence.with_tags(self._claim) if not sentence.is_cause(h)]
            if not claims:
                continue
            actors = [h for h in sentence.with_tags(self._foe) if self._named(h)]
            before = [h for h in actors if h.end <= claims[0].start]
            for hit in before[-1:] or [h for h in actors if h.start >= claims[0].end][:1]:
                out[self._named(hit)] = None
        return tuple(out)

    def attributed_to(self, verdict: Verdict, reading: Reading, claimed: tuple[str, ...]) -> tuple[str, ...]:
        """Attackers named in the deciding sentence, or where headline or lead blame somebody, who do not claim it."""
        match = verdict.match
        if match is None or verdict.act not in INCIDENT_ACTS:
            return ()
        blaming = [
            s for s in reading.sentences if s.zone != "body" and s.tags & self._blamed and s is not match.sentence
        ]
        names = [
            self._named(h) for s in (match.sentence, *blaming) for h in s.with_tags(self._foe) if not s.is_cause(h)
        ]
        return tuple(dict.fromkeys(n for n in names if n and n not in claimed and n != "unknown-fighters"))

    def _named(self, hit: Hit) -> str:
        return next((name for kind, name in hit.names if kind == "actor"), "")

    def harmed(self, reading: Reading) -> tuple[int | None, int | None]:
        """How many were killed and wounded, as the first sentence that says so puts it; attackers are not counted."""
        killed: int | None = None
        wounded: int | None = None
        for sentence in reading.sentences:
            if sentence.zone == "body" or (not sentence.tags & self._harmed and not sentence.tags & self._unharmed):
                continue
            if sentence.tags & self._unharmed and killed is None and wounded is None:
                killed = wounded = 0
                continue
            hits = [h for h in sentence.with_tags(self._killed | self._wounded) if not sentence.is_cause(h)]
            for hit in hits:
                count = _count(sentence, hit, hits)
                if count is None or self._of_attackers(sentence, hit):
                    continue
                if hit.tags & self._killed:
                    killed = count if killed in (None, 0) else killed
                else:
                    wounded = count if wounded in (None, 0) else wounded
        return killed, wounded

    def _of_attackers(self, sentence: Sentence, hit: Hit) -> bool:
        """An attacker stands right before it, or behind it with only a number between ("kills 19 fighters")."""
        words = sentence.text.words
        return any(
            0 <= hit.start - a.end <= 2 or (hit.end <= a.start and all(map(value, words[hit.end : a.start].split())))
            for a in sentence.with_tags(self._foe)
        )

    def toll_claimed(self, verdict: Verdict, reading: Reading) -> bool:
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
            if sentence.zone != "body" and not sentence.tags & self._not_stopped
            for hit in sentence.with_tags(self._interception)
        )

    def intercepted(self, reading: Reading) -> int | None:
        """How many were shot down, where headline or lead says so."""
        for sentence in reading.sentences:
            if sentence.zone == "body":
                continue
            for hit in sentence.with_tags(self._stopped):
                if not sentence.is_cause(hit):
                    count = number_behind(sentence.text.words, hit.end, sentence.end, 2)
                    if count is not None:
                        return count
        return None

    def date(self, verdict: Verdict, reading: Reading, zone: str) -> tuple[date, bool]:
        """The local day of the attack, and whether the item says it (a date, a weekday, "yesterday")."""
        item = reading.item
        moment = item.reported
        today = moment.astimezone(ZoneInfo(zone)).date()
        sentences = [verdict.match.sentence] if verdict.match else []
        sentences += [s for s in reading.sentences if s not in sentences]
        for sentence in sentences[:_DATED]:
            stated = _stated_date(sentence.text.folded[sentence.start : sentence.end], today)
            if stated is not None:
                return stated, True
            for hit in sentence.hits:
                if sentence.is_cause(hit):
                    continue
                if hit.tags & self._yesterday:
                    return today - timedelta(days=1), True
                for number, mask in self._days:
                    if hit.tags & mask:
                        return today - timedelta(days=(today.weekday() - number) % 7), True
        return today, False


def _stated_date(text: str, today: date) -> date | None:
    """A day of the month as papers write it; without a year the last such day."""
    for match in _DATE.finditer(text):
        name, day = (match[1], match[2]) if match[1] else (match[4], match[3])
        month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name[:3]))
        try:
            found = date(int(match[5] or today.year), month, int(day))
            if not match[5] and found > today + timedelta(days=1):
                found = found.replace(year=found.year - 1)
        except ValueError:
            continue
        return found
    return None


def _count(sentence: Sentence, hit: Hit, all_hits: list[Hit]) -> int | None:
    """The number that belongs to a word of harm: right behind it, before it up to the previous such word, or near."""
    words = _without_places(sentence)
    previous = max((h.end for h in all_hits if h.end <= hit.start), default=sentence.start)
    following = min((h.start for h in all_hits if h.start >= hit.end), default=sentence.end)
    right_behind = number_behind(words, hit.end, following, 1)
    if right_behind is not None and "," not in sentence.text.folded[hit.end : hit.end + 2]:
        return right_behind
    behind = number_behind(words, hit.end, following, 4)
    if behind is not None and words[hit.start : hit.end] in _ACTIVE:
        return behind
    before = number_before(words, max(previous, sentence.start), hit.start, 9)
    return behind if before is None else before


def _without_places(sentence: Sentence) -> str:
    """The words of the text, as long as they were, with the digits in this sentence's places hidden: "Tower 22" is no
    toll."""
    words = sentence.text.words
    for hit in sentence.hits:
        if any(kind == "place" for kind, _ in hit.names):
            hidden = "".join("#" if letter.isdigit() else letter for letter in words[hit.start : hit.end])
            words = words[: hit.start] + hidden + words[hit.end :]
    return words
