"""Which places an item names, which of them is the target, and how exactly it is told where it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.model.place import TARGET_KINDS, Place, PlaceRole, Precision, Site, Whose, unplaced
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.acts import ActResult, Match
from monitor.topics.attacks.lists import AttackLists
from monitor.topics.attacks.scenes import SceneFinder, codes_of
from monitor.topics.attacks.towns import TownFinder

#: characters between a nation and its base: room for "army" or "air force"
_OWNER = 12
#: hosts whose soldiers may be of any nation
_MISSIONS = frozenset({"UN", "AU", "SADC"})
#: characters between "near" and the name: room for an article
_ARTICLE = 5


class PlaceFinder:
    """Finds places with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._gazetteer, self._lists = gazetteer, lists
        self._sure = lists.sure_place
        #: whose soldiers they are is said: where they were harmed, a place counts as a base of theirs
        self._guest_bases = lists.foreign_base | lists.base_of_guests
        self._guests = lists.foreign_base | lists.troops | lists.troops_of | lists.base_of_guests
        self._any_kind = sum_of(lists.kinds)
        self._scenes = SceneFinder(gazetteer, lists, vocabulary)
        self._towns = TownFinder(gazetteer, lists, vocabulary)

    def targets(self, result: ActResult, reading: Reading) -> tuple[Place, ...]:
        """The targets of the deciding sentence, most exact first, with whose they are and of what kind; empty where
        the act has none."""
        match, lists = result.match, self._lists
        if match is None:
            return ()
        main: list[Hit] = []
        wanted = (lists.target, lists.any_base, lists.maybe_target, lists.town, lists.country, lists.loose_place)
        for tags in (*wanted, self._guests):
            main = main or [hit for hit in match.hits if hit.tags & tags and not hit.tags & lists.actor]
        whose, kind = self._whose(main, match.sentence, result.anybody), self._kind(main, match.sentence)
        guests = {code for hit in match.sentence.with_tags(lists.nation_harmed) for code in hit.named("nation")}

        def owned(place: Place) -> Place:
            said = place.whose
            if result.anybody and said == "foreign" and _is_topic(main, match.sentence, self._sure, lists.colon):
                return replace(place, kind=place.kind or kind)
            theirs = hurt or bool(result.anybody and place.country and abroad - {place.country})
            if (theirs and kind != "warship" and (result.anybody or said == "national")) or (
                said in ("national", "unknown") and self._is_of_its_guests(place, reading)
            ):
                said = "foreign"
            elif said == "unknown" or (result.anybody and said == "foreign"):
                # a base of foreign troops that the wording itself does not name is not what was struck
                said = whose
            return replace(place, whose=said, kind=place.kind or (kind if place.site == "base" else ""))

        places = self._where(main, match, reading, result.anybody) if main else ()
        owners = self._owners(main, match.sentence)
        # on a border the country that is named may be the neighbour's
        hurt = any(sentence.tags & lists.guests_hurt for sentence in reading.opening)
        abroad = set[str]() if match.sentence.tags & lists.border else guests | owners
        if result.anybody and any(place.is_unplaced for place in places):
            places = tuple(self._gazetteer.somewhere_in(code, "target") for code in sorted(owners)) or places
        return tuple(map(owned, places))

    def _is_of_its_guests(self, place: Place, reading: Reading) -> bool:
        """A town where an army and its guests both have bases, and the report names people from abroad: "Chadian
        soldiers wounded at camp in Aguelhok"."""
        known = self._gazetteer.places.get(place.id)
        if known is None or known.whose != "national" or not known.hosts or known.kind == "warship":
            return False
        lists, mission = self._lists, not _MISSIONS.isdisjoint(known.hosts)
        if not any(sentence.tags & lists.base_word for sentence in reading.opening):
            return False
        for sentence in reading.opening:
            attackers = list(sentence.with_tags(lists.foe))
            if any(sentence.outside_causes(self._guests | lists.un)):
                return True
            for hit in sentence.outside_causes(lists.stationed_nation | lists.nationality):
                nations = {*hit.named("nation"), *hit.named("country")} - {known.country}
                if any(mission or nation in known.hosts for nation in nations) and not any(map(hit.is_in, attackers)):
                    return True
        return False

    def _owners(self, main: Sequence[Hit], sentence: Sentence) -> set[str]:
        """The nation right before a base: where nothing else says so, it is at home ("South Korean marine base")."""
        start = min((hit.start for hit in main), default=0)
        before = [h for h in sentence.with_tags(self._lists.nationality) if 0 <= start - h.end <= _OWNER]
        return {code for hit in before[-1:] for code in (*hit.named("nation"), *hit.named("country"))}

    def _whose(self, main: Sequence[Hit], sentence: Sentence, anybody: bool) -> Whose:
        """Whose the target is, as far as the sentence says."""
        tags = sum_of(hit.tags for hit in main)
        if not anybody:
            return "un" if tags & (self._lists.un | self._lists.troops_of) else "foreign"
        around = [hit for hit in sentence.hits if any(hit.is_in(one) or one.is_in(hit) for one in main)]
        armed = sum_of(hit.tags for hit in around) & (self._lists.military_site | self._lists.national_word)
        return "national" if armed or sentence.tags & self._lists.nationality else "unknown"

    def _kind(self, main: Sequence[Hit], sentence: Sentence) -> str:
        """The kind of the target: of its longest word that tells one."""
        inside = [hit for hit in sentence.hits if any(hit.is_in(one) for one in main)]
        told = max((hit for hit in inside if hit.tags & self._any_kind), key=lambda h: h.end - h.start, default=None)
        if told is None:
            return ""
        return next(kind for kind, bits in zip(TARGET_KINDS, self._lists.kinds, strict=True) if told.tags & bits)

    def _where(self, main: Sequence[Hit], match: Match, reading: Reading, anybody: bool) -> tuple[Place, ...]:
        """The places of what was hit, most exact first."""
        lists, sentence = self._lists, match.sentence
        bases = any(hit.tags & lists.base_target or not hit.tags & lists.target for hit in main)
        site: Site = "base" if bases else "diplomatic"
        sure = [hit for hit in sentence.outside_causes(self._sure) if not sentence.has_around(hit, lists.origin)]
        named = [hit for hit in (*main, *sure) if hit.named("place")]
        together = self._scenes.together(sentence, named)
        ids = _ids_of([*main, *sure, *together])
        codes = codes_of(together)
        others = [other for other in reading.opening if other is not sentence]
        places = self._gazetteer.places
        if not ids:
            codes = self._scenes.codes(sentence, main)
            ids = [id for other in others for id in _ids_of(other.with_tags(self._sure)) if self._is_there(id, codes)]
            ids.sort(key=lambda id: [*codes, places[id].country].index(places[id].country))
        known = [id for id in ids if (places[id].site == "diplomatic") != bases]
        if not known:
            return self._vague(site, sentence, others, main, anybody)
        exact: Precision = "near" if self._is_nearby([*main, *sure], sentence) else "base"
        chosen = self._in_named_country(known, sentence)
        why = "" if chosen == known else "the report names its country"
        told = {places[id].country for id in chosen}
        elsewhere = (self._gazetteer.somewhere_in(code, "target", site) for code in codes if code not in told)
        exactly = (replace(self._exact(id, exact, sentence, reading), chosen=why) for id in chosen)
        return (*exactly, *elsewhere)

    def _in_named_country(self, ids: list[str], sentence: Sentence) -> list[str]:
        """Where a name belongs to several places, those in a country that the sentence names."""
        if len(ids) == 1:
            return ids
        named = {code for hit in sentence.with_tags(self._lists.country) for code in hit.named("country")}
        return [id for id in ids if self._gazetteer.places[id].country in named] or ids

    def _is_nearby(self, hits: Sequence[Hit], sentence: Sentence) -> bool:
        """The first of the target's names stands right behind "near", "outside" or the like."""
        first = min((h.start for h in hits if h.tags & (self._sure | self._lists.target)), default=-1)
        return any(0 <= first - h.end <= _ARTICLE for h in sentence.with_tags(self._lists.nearby))

    def _exact(self, place_id: str, precision: Precision, sentence: Sentence, reading: Reading) -> Place:
        """The place; where its foreign troops have left, a base without any, unless the sentence names some.

        A place without any is one all the same where some were harmed ("two US soldiers killed at outpost in Palmyra").
        """
        place = self._gazetteer.place(place_id, "target", precision)
        if place.whose == "national" and any(sentence.outside_causes(self._guest_bases)):
            place = replace(place, whose="foreign")
        until = self._gazetteer.places[place_id].foreign_until
        left = until is not None and reading.item.reported.date() > until
        if left and not sentence.tags & self._lists.stationed_nation:
            return replace(place, whose="national")
        harmed = sentence.tags & self._lists.harmed and any(sentence.outside_causes(self._guests))
        hosted = any(sentence.outside_causes(self._lists.hosting_base))
        return replace(place, whose="foreign") if place.whose == "national" and (harmed or hosted) else place

    def _vague(
        self, site: Site, sentence: Sentence, others: Sequence[Sentence], main: Sequence[Hit], anybody: bool
    ) -> tuple[Place, ...]:
        """Near a town, or somewhere in a country, or in several that are named together."""
        land = [
            code for one in (sentence, *others) for code in self._scenes.codes(one, main if one is sentence else ())
        ]
        for place in (sentence, *others):
            for hit in place.outside_causes(self._lists.town):
                for name in hit.named("place"):
                    if self._gazetteer.places[name].site == site and self._is_beside(name, hit, place, main):
                        return (self._near(name),)
            if loose := [id for id in self._loosely(place, land) if self._gazetteer.places[id].site == site]:
                return (self._gazetteer.place(loose[0], "target", "base"),)
        for place in (sentence, *others):
            codes = self._scenes.codes(place, main if place is sentence else ())
            if town := self._towns.find(place, codes, (sentence, *others)):
                base = "" if anybody or site != "base" else self._gazetteer.guests_beside(town)
                return (self._near(base) if base else replace(town, site=site),)
            if region := self._region(place, codes):
                return (self._gazetteer.region(region, "target", site),)
            if codes:
                return tuple(self._gazetteer.somewhere_in(code, "target", site) for code in codes)
        return (unplaced(site),)

    def _loosely(self, sentence: Sentence, land: Sequence[str]) -> Iterator[str]:
        """Places that it names by words with other meanings, in the country where a base was hit: "a base in Syria …
        rockets landed near Green Village"."""
        for hit in sentence.with_tags(self._lists.loose_place):
            # "UNIFIL" is a force in many places, and the name of its headquarters only beside a base word
            if not sentence.has_around(hit, self._lists.origin | self._lists.un):
                yield from (id for id in hit.named("place") if self._gazetteer.places[id].country in land[:1])

    def _is_beside(self, place_id: str, hit: Hit, sentence: Sentence, main: Sequence[Hit]) -> bool:
        """The town tells where it was; that of a national base only in the country of the scene, so many there are."""
        known = self._gazetteer.places[place_id]
        if known.whose != "national":
            return True
        codes = self._scenes.codes(sentence, main)
        return self._is_town(place_id, hit, sentence) and (not codes or known.country in codes)

    def _is_town(self, place_id: str, hit: Hit, sentence: Sentence) -> bool:
        """The word names the base or its town, and is none that counts only beside a base word."""
        known, word = self._gazetteer.places[place_id], sentence.text.words[hit.start : hit.end]
        sure = hit.tags & self._sure or known.whose != "national"
        return bool(sure) or self._gazetteer.is_town_of(place_id, word)

    def _near(self, place_id: str) -> Place:
        """Near the town of a base. Where that is a national one, nothing says that what was hit is the same."""
        place = self._gazetteer.place(place_id, "target", "near")
        return replace(place, whose="unknown", kind="") if place.whose == "national" else place

    def _region(self, sentence: Sentence, codes: Sequence[str]) -> str:
        """The region that the sentence names, in the country where it happened; empty where it names none."""
        for hit in sentence.outside_causes(self._lists.region_place):
            for name in hit.named("region"):
                country = self._gazetteer.regions[name].country
                if (list(codes) == [country]) if codes else not country:
                    return name
        return ""

    def _is_there(self, place_id: str, codes: Sequence[str]) -> bool:
        """The place lies in one of these countries; no code stands for any."""
        return not any(codes) or self._gazetteer.places[place_id].country in codes

    def of_facts(self, reading: Reading, targets: Sequence[Place]) -> tuple[Place, ...]:
        """Every place for the facts: targets first, then origins and mentions of headline and lead."""
        out = {target.id: target for target in targets if not target.is_unplaced}
        for place in self._named(reading, self._sure | self._lists.town):
            if not place.is_vague:
                out.setdefault(place.id, place)
        return tuple(out.values())

    def named(self, reading: Reading) -> tuple[Place, ...]:
        """Every place and country that headline and lead name, as origin or mentioned: for rules on other acts."""
        out: dict[str, Place] = {}
        tags = self._sure | self._lists.town | self._lists.country | self._lists.region_place
        for place in self._named(reading, tags):
            out.setdefault(place.id, place)
        return tuple(out.values())

    def _named(self, reading: Reading, tags: int) -> Iterator[Place]:
        for sentence in reading.opening:
            for hit in sentence.with_tags(tags):
                role: PlaceRole = "origin" if sentence.has_around(hit, self._lists.origin) else "mentioned"
                exact: Precision = "base" if hit.tags & self._sure else "city"
                for kind, name in hit.names:
                    if kind == "place" and self._is_town(name, hit, sentence):
                        yield self._gazetteer.place(name, role, exact)
                    elif kind == "country":
                        yield self._gazetteer.somewhere_in(name, role)
                    elif kind == "region":
                        yield self._gazetteer.region(name, role)

    def said(self, reading: Reading) -> tuple[str, ...]:
        """What headline and lead say of where it was and whose base it is; see `Facts.named`."""
        return self._scenes.said(reading)


def _is_topic(main: Sequence[Hit], sentence: Sentence, sure: int, colon: int) -> bool:
    """ "Al Minhad: small fire after projectile lands near base": the base is named before a colon."""
    at = next((hit.start for hit in sentence.with_tags(colon)), None)
    first = min((hit.start for hit in main), default=-1)
    return at is not None and at < first and any(hit.end <= at for hit in sentence.with_tags(sure))


def _ids_of(hits: Iterable[Hit]) -> list[str]:
    """The places of the gazetteer that these words name, each once."""
    return list(dict.fromkeys(name for hit in hits for name in hit.named("place")))
