"""Whose base was struck: what the wording says of it, who was hurt there, who speaks of it, and what the place is."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.place import Place, Whose
from monitor.rules.gazetteer import Gazetteer
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.acts import ActResult
from monitor.topics.attacks.lists import AttackLists

#: characters between a nation and its base: room for "army" or "air force"
_OWNER = 12
#: characters between peacekeepers and their camp: an apostrophe and a space
_BESIDE = 2
#: hosts whose soldiers may be of any nation
_MISSIONS = frozenset({"UN", "AU", "SADC"})


class OwnerFinder:
    """Finds owners with one set of lists."""

    def __init__(self, gazetteer: Gazetteer, lists: AttackLists) -> None:
        self._lists, self._gazetteer = lists, gazetteer
        self._hosts = {place.country for place in gazetteer.places.values() if place.whose == "foreign"}

    def read(self, result: ActResult, main: Sequence[Hit], sentence: Sentence, reading: Reading) -> Ownership:
        """What the report says of the owner; `main` are the hits of what was hit in the deciding sentence."""
        return Ownership(self._lists, self._gazetteer, self._hosts, result.anybody, main, sentence, reading)


class Ownership:
    """What one report says of whose the base is that was struck."""

    def __init__(
        self,
        lists: AttackLists,
        gazetteer: Gazetteer,
        hosts: set[str],
        anybody: bool,
        main: Sequence[Hit],
        sentence: Sentence,
        reading: Reading,
    ) -> None:
        self._lists, self._gazetteer, self._hosts, self._anybody = lists, gazetteer, hosts, anybody
        self._main, self._sentence, self._reading = main, sentence, reading
        #: the nation right before the base
        self.nations = self._nations()
        guests = {code for hit in sentence.with_tags(lists.nation_harmed) for code in hit.named("nation")}
        # on a border the country that is named may be the neighbour's
        self._abroad = set[str]() if sentence.tags & lists.border else guests | self.nations
        self._hurt = self._tells(lists.guests_hurt)
        self._wording = self._by_wording()

    def of(self, place: Place, kind: str) -> Whose:
        """Whose the place is that was struck, which the wording calls a thing of this kind."""
        said = place.whose
        if said in ("national", "unknown") and self._is_of_its_guests(place):
            return "foreign"
        if not self._anybody:
            if said == "foreign" and self._is_of_peacekeepers():
                return "un"
            if said == "national" and (self._is_worded() or (self._hurt and kind != "warship")):
                return "foreign"
            return self._wording if said == "unknown" else said
        if said == "foreign" and self._is_meant():
            return said
        if kind != "warship":
            if self._hurt or (place.country and self._abroad - {place.country}):
                return "foreign"
            if self._tells(self._lists.peacekeepers_hurt):
                return "un"
        if said == "national":
            return said
        # a base of foreign troops that the wording itself does not name is not what was struck
        told = self._wording == "unknown" and place.country in self._hosts and self._is_told_by_guests()
        return "foreign" if told else self._wording

    def _tells(self, tags: int) -> bool:
        """Headline or lead tells it."""
        return any(sentence.tags & tags for sentence in self._reading.opening)

    def _nations(self) -> set[str]:
        """The nation right before a base: where nothing else says so, it is at home ("South Korean marine base")."""
        start = min((hit.start for hit in self._main), default=0)
        before = [h for h in self._sentence.with_tags(self._lists.nationality) if 0 <= start - h.end <= _OWNER]
        return {code for hit in before[-1:] for code in (*hit.named("nation"), *hit.named("country"))}

    def _by_wording(self) -> Whose:
        """Whose the target is, as far as the sentence says."""
        lists, sentence = self._lists, self._sentence
        if not self._anybody:
            tags = sum_of(hit.tags for hit in self._main)
            return "un" if tags & (lists.un | lists.troops_of) else "foreign"
        around = [hit for hit in sentence.hits if any(hit.is_in(one) or one.is_in(hit) for one in self._main)]
        armed = sum_of(hit.tags for hit in around) & (lists.military_site | lists.national_word)
        return "national" if armed or sentence.tags & lists.nationality else "unknown"

    def _is_worded(self) -> bool:
        """The words themselves say that it is a base of foreign troops: "Africa Corps compound in Tessalit"."""
        names = self._lists.sure_place | self._lists.town | self._lists.loose_place
        return any(hit.tags & self._lists.base_target and not hit.tags & names for hit in self._main)

    def _is_of_peacekeepers(self) -> bool:
        """ "UN peacekeepers' camp in Kidal": the mission's, whoever else is at the place."""
        inside = [hit for hit in self._sentence.hits if any(hit.is_in(one) for one in self._main)]
        camps = [hit.start for hit in inside if hit.tags & self._lists.base_word]
        return any(0 <= at - hit.end <= _BESIDE for hit in inside if hit.tags & self._lists.un for at in camps)

    def _is_of_its_guests(self, place: Place) -> bool:
        """An army and its guests both have bases there, and the report names people from abroad: "Chadian soldiers
        wounded at camp in Aguelhok"."""
        known = self._gazetteer.places.get(place.id)
        if known is None or known.whose != "national" or not known.hosts or known.kind == "warship":
            return False
        lists, mission = self._lists, not _MISSIONS.isdisjoint(known.hosts)
        if not self._tells(lists.base_word):
            return False
        guests = lists.foreign_base | lists.troops | lists.troops_of | lists.base_of_guests | lists.un
        for sentence in self._reading.opening:
            if any(sentence.outside_causes(guests)):
                return True
            attackers = list(sentence.with_tags(lists.foe))
            for hit in sentence.outside_causes(lists.stationed_nation | lists.nationality):
                nations = {*hit.named("nation"), *hit.named("country")} - {known.country}
                if any(mission or nation in known.hosts for nation in nations) and not any(map(hit.is_in, attackers)):
                    return True
        return False

    def _is_meant(self) -> bool:
        """The base is named before a colon, or under a short name beside those who are stationed there:
        "Al Minhad: projectile lands near base", "coalition guns at Union III fire at drone near the base"."""
        lists, sentence = self._lists, self._sentence
        at = next((hit.start for hit in sentence.with_tags(lists.colon)), None)
        first = min((hit.start for hit in self._main), default=-1)
        named = lists.sure_place | lists.loose_place
        if at is not None and at < first and any(hit.end <= at for hit in sentence.with_tags(named)):
            return True
        named_for_sure = list(sentence.with_tags(lists.sure_place))
        clauses = {sentence.clause(hit) for hit in self._main}
        return any(sentence.outside_causes(lists.stationed_nation)) and any(
            sentence.clause(hit) in clauses and not any(hit.is_in(one) for one in named_for_sure)
            for hit in sentence.outside_causes(lists.loose_place)
        )

    def _is_told_by_guests(self) -> bool:
        """Those who are stationed abroad speak of it, and none of their partners strikes there itself."""
        lists = self._lists
        partners = any(
            hit.tags & lists.own and not hit.tags & lists.stationed_nation
            for sentence in self._reading.opening
            for hit in sentence.with_tags(lists.own)
        )
        return not partners and self._tells(lists.guests_speak)
