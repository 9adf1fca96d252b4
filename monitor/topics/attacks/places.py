"""Which places an item names, which of them is the target, and how exactly it is told where it happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.model.place import TARGET_KINDS, Place, PlaceRole, Precision, Site, unplaced
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.acts import ActResult, Match
from monitor.topics.attacks.lists import AttackLists
from monitor.topics.attacks.owners import OwnerFinder
from monitor.topics.attacks.scenes import SceneFinder, codes_of
from monitor.topics.attacks.towns import TownFinder

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
        #: behind a base word: "camp in", "base near"
        self._at = vocabulary.words_of(lists.within | lists.nearby)
        self._owners = OwnerFinder(gazetteer, lists)
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
        kind, owners = self._kind(main, match.sentence), self._owners.read(result, main, match.sentence, reading)
        places = self._where(main, match, reading, result.anybody) if main else ()
        if any(place.is_unplaced for place in places):
            # "troops killed after drone attack in Jordan": the country stands in a cause, and the wording asks for it
            caused = [hit for hit in match.hits if hit.tags & lists.country and match.sentence.is_cause(hit)]
            told = [code for hit in caused for code in hit.named("country")]
            places = tuple(self._gazetteer.somewhere_in(code, "target") for code in dict.fromkeys(told)) or places
        if result.anybody and any(place.is_unplaced for place in places):
            places = tuple(self._gazetteer.somewhere_in(code, "target") for code in sorted(owners.nations)) or places
        return tuple(
            replace(one, whose=owners.of(one, kind), kind=one.kind or (kind if one.site == "base" else ""))
            for one in places
        )

    def _kind(self, main: Sequence[Hit], sentence: Sentence) -> str:
        """The kind of the target: of its longest word that tells one, or else of its clause's."""
        kinds = list(sentence.outside_causes(self._any_kind))
        inside = [hit for hit in kinds if any(hit.is_in(one) for one in main)]
        clauses = {sentence.clause(one) for one in main}
        inside = inside or [hit for hit in kinds if sentence.clause(hit) in clauses]
        told = max(inside, key=lambda hit: hit.end - hit.start, default=None)
        if told is None:
            return ""
        return next(kind for kind, bits in zip(TARGET_KINDS, self._lists.kinds, strict=True) if told.tags & bits)

    def _where(self, main: Sequence[Hit], match: Match, reading: Reading, anybody: bool) -> tuple[Place, ...]:
        """The places of what was hit, most exact first."""
        lists, sentence = self._lists, match.sentence
        bases = any(hit.tags & lists.base_target or not hit.tags & lists.target for hit in main)
        site: Site = "base" if bases else "diplomatic"
        sure = [hit for hit in sentence.outside_causes(self._sure) if not self._is_origin(hit, sentence)]
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
            ids = ids or self._loosely(sentence, codes)
        known = [id for id in ids if (places[id].site == "diplomatic") != bases]
        if not known:
            return self._vague(site, sentence, others, main, anybody)
        exact: Precision = "near" if self._is_nearby([*main, *sure], sentence) else "base"
        chosen = self._in_named_country(known, [*main, *sure, *together], sentence)
        why = "" if chosen == known else "the report names its country"
        told = {places[id].country for id in chosen}
        elsewhere = (self._gazetteer.somewhere_in(code, "target", site) for code in codes if code not in told)
        exactly = (replace(self._exact(id, exact, sentence, reading), chosen=why) for id in chosen)
        return (*exactly, *elsewhere)

    def _loosely(self, sentence: Sentence, codes: Sequence[str]) -> list[str]:
        """Bases of foreign troops under a name with other meanings: "coalition gunners at Union III stop drone near the
        base"."""
        loose = [h for h in sentence.outside_causes(self._lists.loose_place) if not self._is_origin(h, sentence)]
        return [id for id in _ids_of(loose) if self._is_there(id, codes)]

    def _is_origin(self, hit: Hit, sentence: Sentence) -> bool:
        return sentence.has_around(hit, self._lists.origin)

    def _in_named_country(self, ids: list[str], hits: Sequence[Hit], sentence: Sentence) -> list[str]:
        """Where a name belongs to several places, those in a country that the sentence names; each other name stands
        for itself ("Ain al-Asad in Iraq and Tower 22")."""
        if len(ids) == 1:
            return ids
        named = {code for hit in sentence.with_tags(self._lists.country) for code in hit.named("country")}
        there = {id for id in ids if self._gazetteer.places[id].country in named}
        meant = [[id for id in hit.named("place") if id in ids] for hit in hits]
        others = {id for names in meant if there.intersection(names) for id in names if id not in there}
        return [id for id in ids if id not in others] or ids

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
            if loose := [id for id in self._named_loosely(place, land) if self._gazetteer.places[id].site == site]:
                return (self._gazetteer.place(loose[0], "target", "base"),)
        for place in (sentence, *others):
            codes = self._scenes.codes(place, main if place is sentence else ())
            if town := self._towns.find(place, codes, (sentence, *others)):
                base = "" if anybody or site != "base" else self._gazetteer.guests_beside(town)
                camp = "the camp of foreign troops in that town"
                return (replace(self._near(base), chosen=camp) if base else replace(town, site=site),)
            if region := self._region(place, codes):
                return (self._gazetteer.region(region, "target", site),)
            if codes:
                return tuple(self._gazetteer.somewhere_in(code, "target", site) for code in codes)
        return (unplaced(site),)

    def _named_loosely(self, sentence: Sentence, land: Sequence[str]) -> Iterator[str]:
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
        told = self._is_town(place_id, hit, sentence) or self._is_behind_base(hit, sentence)
        return told and (not codes or known.country in codes)

    def _is_behind_base(self, hit: Hit, sentence: Sentence) -> bool:
        """ "army camp in Uri": a base word says of a word with other meanings that the town is meant."""
        before = (h for h in sentence.with_tags(self._lists.base_word) if h.end <= hit.start)
        between = (sentence.text.words[h.end : hit.start].split() for h in before)
        return any(len(words) == 1 and words[0] in self._at for words in between)

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
                role: PlaceRole = "origin" if self._is_origin(hit, sentence) else "mentioned"
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


def _ids_of(hits: Iterable[Hit]) -> list[str]:
    """The places of the gazetteer that these words name, each once."""
    return list(dict.fromkeys(name for hit in hits for name in hit.named("place")))
