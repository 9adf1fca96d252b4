"""Which places an item names, which of them is the target, and how exactly it is told where it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.model.place import PlaceRef, PlaceRole, Precision, Target, country_id
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.topics.attacks.acts import ActResult
from monitor.topics.attacks.lists import AttackLists
from monitor.topics.attacks.scenes import SceneFinder, codes_of

#: characters between "near" and the name: room for an article
_ARTICLE = 5


class PlaceFinder:
    """Finds places with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._gazetteer = gazetteer
        self._sure = lists.base_place | lists.home_base | lists.diplomatic_place | lists.base_name
        self._town = lists.town
        self._country = lists.country
        self._actor = lists.actor
        self._target = lists.target
        self._base = lists.base_target
        #: what stands for a base where the nation is named beside it ("French soldier killed … on Makhmour base")
        self._nation = lists.stationed_nation
        #: whose soldiers they are is said: where they were harmed, a place counts as a base of theirs
        self._guests = lists.foreign_base | lists.troops | lists.troops_of | lists.base_of_guests
        self._harmed = lists.harmed
        self._nearby = lists.nearby
        self._site_word = lists.base_word
        self._origin = lists.origin
        self._scenes = SceneFinder(gazetteer, lists, vocabulary)

    def targets(self, verdict: ActResult, reading: Reading) -> tuple[Target, ...]:
        """The targets of the deciding sentence, most exact first; empty where the act has none."""
        match = verdict.match
        if match is None:
            return ()
        sentence = match.sentence
        main = next(
            (found for tags in (self._target, self._site_word, self._country)
             if (found := [h for h in match.hits if h.tags & tags and not h.tags & self._actor])), None,
        )  # fmt: skip
        if main is None:
            return ()
        bases = not all(h.tags & self._target for h in main) or any(h.tags & self._base for h in main)
        site = "base" if bases else "diplomatic"
        sure = [
            h for h in sentence.with_tags(self._sure) if not sentence.is_cause(h) and not self._is_origin(h, sentence)
        ]
        named = [h for h in (*main, *sure) if any(kind == "place" for kind, _ in h.names)]
        together = self._scenes.together(sentence, named)
        ids = self._sure_ids([*main, *sure, *together])
        codes = codes_of(together)
        others = [s for s in reading.sentences if s is not sentence and s.section != "body"]
        if not ids:
            codes = self._scenes.codes(sentence, main)
            ids = [i for s in others for i in self._sure_ids(s.with_tags(self._sure)) if self._is_there(i, codes)]
            ids.sort(key=lambda i: [*codes, self._gazetteer.places[i].country].index(self._gazetteer.places[i].country))
        known = [i for i in ids if (self._gazetteer.places[i].site == "diplomatic") != bases]
        if known:
            exact: Precision = "near" if self._is_nearby([*main, *sure], sentence) else "base"
            known = self._in_named_country(known, sentence)
            told = {self._gazetteer.places[i].country for i in known}
            return (
                *(self._exact(i, exact, sentence, reading) for i in known),
                *(Target(site, None, code, "country") for code in codes if code not in told),
            )
        return self._vague(site, sentence, others, main)

    def _in_named_country(self, ids: list[str], sentence: Sentence) -> list[str]:
        """Where a name belongs to several places, those in a country that the sentence names."""
        if len(ids) == 1:
            return ids
        named = {name for h in sentence.with_tags(self._country) for kind, name in h.names if kind == "country"}
        return [i for i in ids if self._gazetteer.places[i].country in named] or ids

    def _is_nearby(self, hits: Sequence[Hit], sentence: Sentence) -> bool:
        """The first of the target's names stands right behind "near", "outside" or the like."""
        first = min((h.start for h in hits if h.tags & (self._sure | self._target)), default=-1)
        return any(0 <= first - h.end <= _ARTICLE for h in sentence.with_tags(self._nearby))

    def _exact(self, place_id: str, precision: Precision, sentence: Sentence, reading: Reading) -> Target:
        """The place; where its foreign troops have left, a base without any, unless the sentence names some.

        A place without any is one all the same where some were harmed ("two US soldiers killed at outpost in Palmyra").
        """
        place = self._gazetteer.places[place_id]
        left = place.foreign_until is not None and reading.item.reported.date() > place.foreign_until
        left = left and not sentence.tags & self._nation
        harmed = sentence.tags & self._harmed and any(
            not sentence.is_cause(h) for h in sentence.with_tags(self._guests)
        )
        site = "base" if place.site == "home" and harmed else place.site
        return Target("home" if left else site, place_id, place.country, precision)

    def _vague(
        self, site: str, sentence: Sentence, others: Sequence[Sentence], main: Sequence[Hit]
    ) -> tuple[Target, ...]:
        """Near a town, or somewhere in a country, or in several that are named together."""
        for place in (sentence, *others):
            for hit in place.with_tags(self._town):
                for kind, name in hit.names:
                    if kind == "place" and not place.is_cause(hit) and self._gazetteer.places[name].site == site:
                        return (Target(site, name, self._gazetteer.places[name].country, "near"),)
        for place in (sentence, *others):
            codes = self._scenes.codes(place, main if place is sentence else ())
            if codes:
                return tuple(Target(site, None, code, "country") for code in codes)
        return (Target(site),)

    def _sure_ids(self, hits: Iterator[Hit] | Sequence[Hit]) -> list[str]:
        out: dict[str, None] = {}
        for hit in hits:
            for kind, name in hit.names:
                if kind == "place":
                    out[name] = None
        return list(out)

    def _is_origin(self, hit: Hit, sentence: Sentence) -> bool:
        return any(o.start <= hit.start and hit.end <= o.end for o in sentence.with_tags(self._origin))

    def _is_there(self, place_id: str, codes: Sequence[str]) -> bool:
        """The place lies in one of these countries; no code stands for any."""
        return not any(codes) or self._gazetteer.places[place_id].country in codes

    def refs(self, reading: Reading, targets: Sequence[Target]) -> tuple[PlaceRef, ...]:
        """Every place for the facts: targets first, then origins and mentions of headline and lead."""
        out: dict[str, PlaceRef] = {}
        for target in targets:
            if target.place_id is not None:
                out[target.place_id] = self._ref(target.place_id, PlaceRole.TARGET, target.precision)
            elif target.country:
                key = country_id(target.country)
                name = self._gazetteer.place_name(key)
                out[key] = PlaceRef(
                    id=key, name=name, role=PlaceRole.TARGET, precision="country", country=target.country
                )
        for sentence in reading.sentences:
            if sentence.section == "body":
                break
            for hit in sentence.with_tags(self._sure | self._town):
                role = PlaceRole.ORIGIN if self._is_origin(hit, sentence) else PlaceRole.MENTIONED
                for kind, name in hit.names:
                    if kind == "place" and name not in out:
                        out[name] = self._ref(name, role, "base" if hit.tags & self._sure else "city")
        return tuple(out.values())

    def said(self, reading: Reading) -> tuple[str, ...]:
        """What headline and lead say of where it was and whose base it is; see `Facts.named`."""
        return self._scenes.said(reading)

    def named(self, reading: Reading) -> tuple[Target, ...]:
        """Every place and country that headline and lead name, as origin or mentioned: for rules on other acts."""
        out: dict[tuple[str, str], Target] = {}
        for sentence in reading.sentences:
            if sentence.section == "body":
                break
            for hit in sentence.with_tags(self._sure | self._town | self._country):
                role = "origin" if self._is_origin(hit, sentence) else "mentioned"
                for kind, name in hit.names:
                    if kind == "place":
                        place = self._gazetteer.places[name]
                        exact: Precision = "base" if hit.tags & self._sure else "city"
                        out.setdefault((kind, name), Target(place.site, name, place.country, exact, role))
                    elif kind == "country":
                        out.setdefault((kind, name), Target("base", None, name, "country", role))
        return tuple(out.values())

    def _ref(self, place_id: str, role: PlaceRole, precision: str) -> PlaceRef:
        place = self._gazetteer.places[place_id]
        return PlaceRef(id=place_id, name=place.name, role=role, precision=precision, country=place.country)
