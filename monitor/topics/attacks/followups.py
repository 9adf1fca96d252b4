"""What a later report says of an attack that is known: its day, what is withdrawn, denied, answered, corrected;
and what tells two attacks on one place apart: "second attack", "67th wave", an hour, a strike that it replies to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from monitor.model.report import INCIDENT_ACTS, Act, Denial, Facts, Voice
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.topics.attacks.acts import Match
from monitor.topics.attacks.lists import AttackLists
from monitor.topics.attacks.voices import VoiceFinder, printed

#: acts of reports that attach to an attack that is known
FOLLOW_UPS = frozenset({Act.TOLL, Act.RETRACTION, Act.RETALIATION, Act.BACKGROUND})
#: acts of reports that may explain a blast which was taken for an attack
_HARMLESS = frozenset({Act.ACCIDENT, Act.EXERCISE})
#: "67th" and "wave 67"
_ORDINAL = re.compile(r"(?<![^\W_])(\d{1,3})[a-z]{2}(?![^\W_])")
_NUMBERED = re.compile(r" ?(\d{1,3})(?![^\W_]|[:.,]\d)")
#: an hour of the clock, with what may follow it
_HOUR = re.compile(r"(?<![\w:.,/-])(\d{1,2})(?:[:.](\d{2}))?(?![\w/]|[:.,-]\d)")
#: characters between an hour and what says which half of the day it is of
_CLOSE = 2
#: words between an ordinal number and what it counts
_REACH = 24
#: the same between what is denied and a verb of denying that ends the sentence
_BEFORE = 60


class FollowUpFinder:
    """Finds what ties a report to an earlier attack, with one vocabulary."""

    def __init__(self, lists: AttackLists) -> None:
        self._lists, self._voices = lists, VoiceFinder(lists)
        self._denies = lists.denied | lists.no_part_in_it | lists.not_its_deed
        self._strike = lists.strike_noun | lists.airstrike | lists.weapon
        self._ours = lists.own | lists.us
        self._half = lists.before_noon | lists.past_noon
        self._ordinals = 0
        for bits in lists.ordinals:
            self._ordinals |= bits

    def is_one(self, act: Act, reading: Reading) -> bool:
        """The report may attach to an attack that is known, or tells of one."""
        if act in FOLLOW_UPS or act in INCIDENT_ACTS or self.denial(reading) is not None:
            return True
        return act in _HARMLESS and self._explains(reading)

    def add(self, act: Act, facts: Facts, reading: Reading, match: Match | None) -> Facts:
        """The facts with those of a follow-up filled in."""
        found = self._found(act, facts, reading, match)
        return replace(facts, **found) if found else facts

    def _found(self, act: Act, facts: Facts, reading: Reading, match: Match | None) -> dict[str, Any]:
        voice, speaker = self._voices.voice(reading, match, act)
        found: dict[str, Any] = {}
        if voice is not Voice.MEDIA:
            found = {"voice": voice, "speaker": speaker}
        if wire := self._voices.wire(reading):
            found["wire"] = wire
        if act is not Act.ATTACK and act is not Act.FOILED and (denied := self.denial(reading)) is not None:
            what, deniers = denied
            blamed, claimed = (
                tuple(actor for actor in actors if actor not in deniers)
                for actors in (facts.attributed_to, facts.claimed_by)
            )
            found |= {"denies": what, "denied_by": deniers, "attributed_to": blamed, "claimed_by": claimed}
            if deniers:
                found["voice"] = Voice.CLAIMANT
        if act in INCIDENT_ACTS and match is not None:
            # all of these are empty or false where nothing is said: a copy of the facts is made where something is
            found |= {name: said for name, said in self._of_attack(reading, match).items() if said}
        elif act is Act.RETRACTION:
            found |= self._withdrawn(facts, reading)
        elif act is Act.RETALIATION and match is not None:
            found |= {"struck": self._struck(match), "answers": self._answers(match)}
        elif act is Act.TOLL and self._corrects(reading):
            found["corrects"] = True
        elif act in _HARMLESS and self._explains(reading):
            found |= {"withdrawn": ("*",)}
            if (reading.headline_tags | reading.lead_tags) & self._lists.ruled_out:
                found["denies"] = "event"
        return found

    def _explains(self, reading: Reading) -> bool:
        """Headline or lead says that a blast which was heard was no attack."""
        return bool((reading.headline_tags | reading.lead_tags) & self._lists.blast_explained)

    def denial(self, reading: Reading) -> tuple[Denial, tuple[str, ...]] | None:
        """What is denied and which actors deny it: an attacker its part in it, an official that it happened."""
        if not (reading.headline_tags | reading.lead_tags) & self._denies:
            return None
        for sentence in reading.opening:
            for hit in sentence.with_tags(self._denies):
                if (found := self._denial(sentence, hit)) is not None:
                    return found
        return None

    def _denial(self, sentence: Sentence, hit: Hit) -> tuple[Denial, tuple[str, ...]] | None:
        """What this word of a denial denies, and who does."""
        lists = self._lists
        foes, officials = (list(sentence.with_tags(of)) for of in (lists.foe, lists.official_voice | lists.us))
        before = [foe for foe in foes if foe.end <= hit.start]
        own = bool(hit.tags & (lists.no_part_in_it | lists.not_its_deed))
        behind = [word for word in sentence.hits if 0 <= word.start - hit.end <= _REACH]
        # the verb comes last in Turkish and Persian: what is denied, and where, stands before it
        part = own or any(
            word.start - hit.end <= _REACH and hit.start - word.end <= _BEFORE
            for word in sentence.with_tags(lists.part_in_it)
        )
        deed = part or any(word.tags & (lists.strike_noun | lists.launch | lists.hit) for word in behind)
        speakers = before[-1:] or (foes[:1] if hit.tags & lists.not_its_deed else [])
        # "Kataib Hezbollah attack: Pentagon denies …": the one who is nearest denies it
        others = any(before[-1].end <= one.start and one.end <= hit.start for one in officials) if before else False
        actors = _actors(speakers)
        if actors and deed and not others:
            return "involvement", actors
        if any(one.end <= hit.start for one in officials) and (others or not before) and not part:
            return "event", ()
        return None

    def _of_attack(self, reading: Reading, match: Match) -> dict[str, Any]:
        """What tells this attack from others on the same place."""
        sentences = [match.sentence, *(s for s in reading.opening if s is not match.sentence)]
        damages = (printed(s, hit, 0) for s in sentences for hit in s.outside_causes(self._lists.damage))
        ordinal = next((n for n in map(self._ordinal, sentences) if n), 0)
        return {
            "because": any(map(self._replies, sentences)),
            "again": ordinal > 0 or any(s.tags & self._lists.once_more for s in sentences if s.section != "body"),
            "ordinal": ordinal,
            "hour": next((hour for hour in map(self._hour, sentences) if hour), ""),
            "damage": next(damages, ""),
            "corrects": self._corrects(reading),
            "recounts": bool(reading.headline_tags & (self._lists.death_toll | self._lists.wounded_toll)),
        }

    def _replies(self, sentence: Sentence) -> bool:
        """A cause names a strike of the own side: "in response to US strikes"."""
        if not any(sentence.causes):
            return False
        caused = [hit for hit in sentence.hits if sentence.is_cause(hit)]
        strikes = [hit for hit in caused if hit.tags & self._strike]
        return any(
            0 <= strike.start - ours.end <= _REACH and not hit_between(caused, ours, strike, self._lists.foe)
            for ours in caused
            if ours.tags & self._ours
            for strike in strikes
        )

    def _ordinal(self, sentence: Sentence) -> int:
        """The number of an attack among others: "second attack", "67th wave", "wave 67"."""
        counted = list(sentence.outside_causes(self._lists.counted_deed))
        if not counted:
            return 0
        people = self._lists.troop_word | self._lists.killed | self._lists.wounded
        for hit in sentence.with_tags(self._ordinals) if sentence.tags & self._ordinals else ():
            meant = (deed for deed in counted if 0 <= deed.start - hit.end <= _REACH)
            if any(
                not hit_between(sentence.hits, hit, deed, people) for deed in meant
            ):  # no "second soldier killed in"
                return next(n for n, bits in enumerate(self._lists.ordinals, 2) if hit.tags & bits)
        folded = sentence.text.folded
        for found in _ORDINAL.finditer(folded, sentence.start, sentence.end):
            if any(0 <= deed.start - found.end() <= _REACH for deed in counted):
                return int(found[1])
        waves = (_NUMBERED.match(folded, deed.end, sentence.end) for deed in counted)
        return next((int(found[1]) for found in waves if found is not None), 0)

    def _hour(self, sentence: Sentence) -> str:
        """The local hour of the attack as "23:40"; one in universal time or without a sign of an hour is none."""
        lists, folded = self._lists, sentence.text.folded
        marks = list(sentence.with_tags(self._half | lists.universal_time))
        for found in _HOUR.finditer(folded, sentence.start, sentence.end):
            hour, minute = int(found[1]), int(found[2] or 0)
            mark = next((m for m in marks if 0 <= m.start - found.end() <= _CLOSE), None)
            if mark is None and (not found[2] or folded[found.end(1)] != ":"):
                continue
            if hour > 23 or minute > 59 or (mark is not None and mark.tags & lists.universal_time):
                continue
            if mark is not None and mark.tags & self._half and hour <= 12:
                hour = hour % 12 + (12 if mark.tags & lists.past_noon else 0)
            return f"{hour:02}:{minute:02}"
        return ""

    def _withdrawn(self, facts: Facts, reading: Reading) -> dict[str, Any]:
        """What is taken back: the number that is named, else the whole report; a number that is put in its place
        stands. A number that is taken back is none."""
        lists = self._lists
        if self._corrects(reading):
            return {"corrects": True}
        fields: list[str] = []
        for sentence in reading.opening:
            if sentence.tags & (lists.killed | lists.death_toll):
                fields.append("killed")
            if sentence.tags & (lists.wounded | lists.wounded_toll):
                fields.append("wounded")
        withdrawn = tuple(dict.fromkeys(fields)) or ("*",)
        return {
            "withdrawn": withdrawn,
            "killed": None if "killed" in withdrawn else facts.killed,
            "wounded": None if "wounded" in withdrawn else facts.wounded,
        }

    def _corrects(self, reading: Reading) -> bool:
        lists = self._lists
        words = lists.corrected_to | lists.not_that_number | lists.toll_revised
        return bool((reading.headline_tags | reading.lead_tags) & words)

    def _struck(self, match: Match) -> tuple[str, ...]:
        """The actors that the own side hit; where none is named the countries."""
        hits = list(match.sentence.outside_causes(self._lists.foe))
        actors = _actors(hits)
        lands = (code for hit in match.sentence.outside_causes(self._lists.country) for code in hit.named("country"))
        return actors or tuple(dict.fromkeys(f"country:{code}" for code in lands if code != "US"))

    def _answers(self, match: Match) -> tuple[str, ...]:
        """The bases of an earlier attack that is named as the cause."""
        sentence, lists = match.sentence, self._lists
        bases = [
            hit for hit in sentence.with_tags(lists.base_place) if not any(sentence.causes) or sentence.is_cause(hit)
        ]
        return tuple(dict.fromkeys(place for hit in bases for place in hit.named("place")))


def hit_between(hits: Iterable[Hit], first: Hit, second: Hit, tags: int) -> bool:
    """A hit with these tags stands between two others."""
    return any(hit.tags & tags and first.end <= hit.start and hit.end <= second.start for hit in hits)


def _actors(hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for hit in hits for name in hit.named("actor")))
