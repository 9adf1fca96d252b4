"""Which places an item names, which of them is the target, and how exactly it is told where it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.classify.acts import Verdict
from monitor.classify.gazetteer import Gazetteer
from monitor.classify.matcher import Hit
from monitor.classify.reading import Reading, Sentence
from monitor.classify.rulemodel import Precision
from monitor.classify.vocabulary import Vocabulary
from monitor.meaning import PlaceRef, PlaceRole

#: characters between "near" and the name: room for an article
_ARTICLE = 5


@dataclass(frozen=True, slots=True)
class Target:
    """What was attacked: a place, or a base somewhere in a country, or troops nobody says where."""

    #: `base`, `home` or `diplomatic`
    site: str
    place_id: str | None = None
    country: str = ""
    #: `base`, `near`, `city`, `country` or `unknown`
    precision: Precision = "unknown"
    #: `target`, `origin` or `mentioned`
    role: str = "target"


class PlaceFinder:
    """Finds places with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, vocabulary: Vocabulary) -> None:
        self._gazetteer = gazetteer
        mask = vocabulary.mask
        self._sure = mask("base-place", "home-base", "diplomatic-place", "base-name")
        self._town = mask("town")
        self._country = mask("country")
        self._actor = mask("actor")
        self._target = mask("target")
        self._base = mask("base-target")
        #: what stands for a base where the nation is named beside it ("French soldier killed … on Makhmour base")
        self._nation = mask("stationed-nation")
        self._nearby = mask("nearby")
        self._site_word = mask("base-word")
        self._origin = mask("origin")

    def targets(self, verdict: Verdict, reading: Reading) -> tuple[Target, ...]:
        """The targets of the deciding sentence, most exact first; empty where the act has none."""
        match = verdict.match
        if match is None:
            return ()
        sentence = match.sentence
        main = [h for h in match.hits if h.tags & self._target] or [h for h in match.hits if h.tags & self._site_word]
        if not main:
            return ()
        bases = any(h.tags & (self._base | self._site_word) for h in main)
        site = "base" if bases else "diplomatic"
        sure = [
            h for h in sentence.with_tags(self._sure) if not sentence.is_cause(h) and not self._is_origin(h, sentence)
        ]
        ids = self._sure_ids([*main, *sure])
        others = [s for s in reading.sentences if s is not sentence and s.zone != "body"]
        if not ids:
            ids = [i for s in others for i in self._sure_ids(s.with_tags(self._sure)) if not self._is_far(i, sentence)]
        known = [i for i in ids if (self._gazetteer.places[i].site == "diplomatic") != bases]
        if known:
            exact: Precision = "near" if self._is_nearby([*main, *sure], sentence) else "base"
            return tuple(self._exact(i, exact, sentence, reading) for i in self._in_named_country(known, sentence))
        return (self._vague(site, sentence, others, main),)

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
        """The place; where its foreign troops have left, a base without any, unless the sentence names some."""
        place = self._gazetteer.places[place_id]
        left = place.foreign_until is not None and reading.item.reported.date() > place.foreign_until
        left = left and not sentence.tags & self._nation
        return Target("home" if left else place.site, place_id, place.country, precision)

    def _vague(self, site: str, sentence: Sentence, others: Sequence[Sentence], main: Sequence[Hit]) -> Target:
        """Near a town, or somewhere in a country."""
        for place in (sentence, *others):
            for hit in place.with_tags(self._town):
                for kind, name in hit.names:
                    if kind == "place" and not place.is_cause(hit) and self._gazetteer.places[name].site == site:
                        return Target(site, name, self._gazetteer.places[name].country, "near")
        abroad = [name for h in main for kind, name in h.names if kind == "country"]
        if abroad:
            return Target(site, None, abroad[-1], "country")
        for place in (sentence, *others):
            code = self._country_of(place, main if place is sentence else ())
            if code:
                return Target(site, None, code, "country")
        return Target(site)

    def _country_of(self, sentence: Sentence, main: Sequence[Hit]) -> str:
        """The country behind the target, else before it; not one that only names an actor ("Iraqi militia")."""
        actors = [h for h in sentence.hits if h.tags & self._actor]
        found = [
            (h, name)
            for h in sentence.with_tags(self._country)
            for kind, name in h.names
            if kind == "country" and not h.tags & self._actor and not sentence.is_cause(h)
            and not any(a is not h and a.start <= h.start and a.end >= h.end for a in actors)
        ]  # fmt: skip
        if not found:
            return ""
        last = max((h.start for h in main), default=-1)
        behind = [name for h, name in found if h.start >= last]
        return behind[0] if behind else found[-1][1]

    def _sure_ids(self, hits: Iterator[Hit] | Sequence[Hit]) -> list[str]:
        out: dict[str, None] = {}
        for hit in hits:
            for kind, name in hit.names:
                if kind == "place":
                    out[name] = None
        return list(out)

    def _is_origin(self, hit: Hit, sentence: Sentence) -> bool:
        return any(o.start <= hit.start and hit.end <= o.end for o in sentence.with_tags(self._origin))

    def _is_far(self, place_id: str, sentence: Sentence) -> bool:
        """The place lies in another country than the deciding sentence names."""
        code = self._country_of(sentence, ())
        return bool(code) and self._gazetteer.places[place_id].country != code

    def refs(self, reading: Reading, targets: Sequence[Target]) -> tuple[PlaceRef, ...]:
        """Every place for the facts: targets first, then origins and mentions of headline and lead."""
        out: dict[str, PlaceRef] = {}
        for target in targets:
            if target.place_id is not None:
                out[target.place_id] = self._ref(target.place_id, PlaceRole.TARGET, target.precision)
            elif target.country:
                key = f"country:{target.country}"
                name = self._gazetteer.place_name(key)
                out[key] = PlaceRef(
                    id=key, name=name, role=PlaceRole.TARGET, precision="country", country=target.country
                )
        for sentence in reading.sentences:
            if sentence.zone == "body":
                break
            for hit in sentence.with_tags(self._sure | self._town):
                role = PlaceRole.ORIGIN if self._is_origin(hit, sentence) else PlaceRole.MENTIONED
                for kind, name in hit.names:
                    if kind == "place" and name not in out:
                        out[name] = self._ref(name, role, "base" if hit.tags & self._sure else "city")
        return tuple(out.values())

    def named(self, reading: Reading) -> tuple[Target, ...]:
        """Every place and country that headline and lead name, as origin or mentioned: for rules on other acts."""
        out: dict[tuple[str, str], Target] = {}
        for sentence in reading.sentences:
            if sentence.zone == "body":
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
