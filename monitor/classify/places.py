"""Which places an item names, which of them is the target, and how exactly it is told where it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.classify.acts import Verdict
from monitor.classify.gazetteer import Gazetteer
from monitor.classify.matcher import Hit
from monitor.classify.normalise import normalise_term
from monitor.classify.reading import Reading, Sentence
from monitor.classify.rulemodel import Precision
from monitor.classify.vocabulary import Vocabulary
from monitor.meaning import PlaceRef, PlaceRole

#: characters between "near" and the name: room for an article
_ARTICLE = 5
#: the first Arabic letter
_ARABIC = "\u0600"
_WORDS = re.compile(r"[^\W_]+")
#: share of words with a capital from which on a headline writes all its words so, and capitals name no places
_TITLE_CASE = 0.6
#: words before a country in which "in" is looked for
_AROUND = 4


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
        self._far = mask("far-country")
        self._people = mask("nationality")
        self._loose = mask("loose-place")
        self._actor = mask("actor")
        self._target = mask("target")
        self._base = mask("base-target")
        #: what stands for a base where the nation is named beside it ("French soldier killed … on Makhmour base")
        self._nation = mask("stationed-nation")
        self._nearby = mask("nearby")
        self._site_word = mask("base-word")
        self._origin = mask("origin")
        self._says = mask("says")
        self._us, self._un = mask("us"), mask("un")
        own = {term.words for term in vocabulary.terms if term.tags & mask("own")}
        #: countries that strike themselves
        self._parties = {c.id for c in gazetteer.countries.values() if normalise_term(c.name)[0] in own}
        #: what a town stands behind: "base in", "soldiers near", "attack in"; a region is no town
        self._struck = self._target | self._site_word | mask("troop-word", "strike-noun")
        mask("region")
        within, joined = mask("within"), mask("joined")
        #: "in", "across"; "and", "as well as"; the words that may stand between the places of one list
        self._within = _words(vocabulary, within)
        self._joined = _words(vocabulary, joined)
        self._direction = _words(vocabulary, mask("direction"))
        self._bases = _words(vocabulary, self._site_word | self._nation | self._people)
        self._linking = self._within | self._joined | self._direction | self._bases

    def targets(self, verdict: Verdict, reading: Reading) -> tuple[Target, ...]:
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
        together = self._together(sentence, named)
        ids = self._sure_ids([*main, *sure, *together])
        codes = self._codes(together)
        others = [s for s in reading.sentences if s is not sentence and s.zone != "body"]
        if not ids:
            codes = self._scene_codes(sentence, main)
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
        """The place; where its foreign troops have left, a base without any, unless the sentence names some."""
        place = self._gazetteer.places[place_id]
        left = place.foreign_until is not None and reading.item.reported.date() > place.foreign_until
        left = left and not sentence.tags & self._nation
        return Target("home" if left else place.site, place_id, place.country, precision)

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
            codes = self._scene_codes(place, main if place is sentence else ())
            if codes:
                return tuple(Target(site, None, code, "country") for code in codes)
        return (Target(site),)

    def _scene_codes(self, sentence: Sentence, main: Sequence[Hit]) -> list[str]:
        """The country in which it happened, as far as this sentence tells, and those named together with it."""
        abroad = [h for h in main if h.tags & self._target and self._codes([h])]
        seed = abroad[-1] if abroad else self._scene(sentence, main)
        return self._codes(self._together(sentence, [seed], countries_only=True)) if seed is not None else []

    def _scene(self, sentence: Sentence, main: Sequence[Hit]) -> Hit | None:
        """The country behind the target, else before it; not one that only names an actor ("Iraqi militia")."""
        found = self._scenes(sentence)
        # "Kenyan base in Somalia": people may stand abroad, so a country that is no people comes first
        found = [h for h in found if not h.tags & self._people] or found
        last = max((h.start for h in main), default=-1)
        behind = [h for h in found if h.start >= last]
        return behind[0] if behind else found[-1] if found else None

    def _scenes(self, sentence: Sentence) -> list[Hit]:
        """The countries of a sentence in which something can have happened, by position.

        One that is named as a speaker more often than as a scene counts only behind "in" or the like.
        """
        actors = [h for h in sentence.hits if h.tags & self._actor]
        return [
            h for h in sentence.with_tags(self._country | self._far)
            if any(kind == "country" for kind, _ in h.names) and not h.tags & self._actor and not sentence.is_cause(h)
            and (h.tags & self._country or self._is_within(h, sentence))
            and not any(a is not h and a.start <= h.start and a.end >= h.end for a in actors)
        ]  # fmt: skip

    def _is_within(self, hit: Hit, sentence: Sentence) -> bool:
        """ "in Mali", "in the northern Philippines"; or behind a town and a comma: "in Mandera, Kenya"."""
        words = sentence.text.words[sentence.start : hit.start].split()
        before = words[-_AROUND:][::-1]
        if sentence.text.folded[: hit.start].rstrip().endswith(","):
            return any(word in self._within for word in before)
        for word in before:
            if word in self._within:
                return True
            if word not in self._direction:
                return False
        return False

    def _together(self, sentence: Sentence, seeds: Sequence[Hit], *, countries_only: bool = False) -> list[Hit]:
        """The seeds and the places that stand in one list with them: "bases in Qatar, Kuwait and Bahrain"."""
        scenes = self._scenes(sentence)
        tags = 0 if countries_only else self._sure | self._town | self._loose
        places = [
            h for h in sentence.hits
            if (any(h is s for s in scenes) or h.tags & tags or (h.tags & self._far and self._codes([h])))
            and not sentence.is_cause(h) and not self._is_origin(h, sentence)
        ]  # fmt: skip
        found = list(seeds)
        for hits in (places, places[::-1]):
            for hit in hits:
                if not any(hit is f for f in found) and any(self._is_linked(hit, f, sentence) for f in found):
                    found.append(hit)
        found.sort(key=lambda h: (h.start, -h.end))
        return found

    def _is_linked(self, one: Hit, other: Hit, sentence: Sentence) -> bool:
        """Nothing but a comma, "and", "in", base words and nations stands between them."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        if second.end <= first.end:
            return bool(one.names)
        if self._is_speaker(second, sentence):
            return False
        between = sentence.text.words[first.end : second.start].split()
        if set(between) <= self._linking and self._is_in(first, second):
            return True
        listed = bool(self._joined & set(between)) or "," in sentence.text.folded[first.end : second.start]
        # an Arabic "and" is written onto the next word
        listed = listed or (not between and sentence.text.words[second.start] >= _ARABIC)
        if second.start < first.end or not listed or not set(between) <= self._linking:
            return False
        countries = bool(self._codes([first])), bool(self._codes([second]))
        if countries == (False, True):
            # behind a base it is a place of its own only where it says so: "Camp Taji and in Kuwait", not "Camp Taji, Iraq"
            return bool(self._within & set(between))
        if one is first and countries[0]:
            # before what was hit: "Qatar and Kuwait bases", not "sites in Israel, a US base in Kuwait"
            return countries[1] and not set(between) & self._bases
        return True

    def _is_in(self, place: Hit, country: Hit) -> bool:
        """ "Camp Taji in Iraq": the second names the country of the first."""
        codes = self._codes([country])
        return bool(codes) and any(
            self._gazetteer.places[name].country in codes for kind, name in place.names if kind == "place"
        )

    def _is_speaker(self, hit: Hit, sentence: Sentence) -> bool:
        """ "…, Jordan says"."""
        return any(0 <= h.start - hit.end <= 1 for h in sentence.with_tags(self._says))

    def _codes(self, hits: Iterable[Hit]) -> list[str]:
        """The countries of these hits, each once; of "Kenyan base in Somalia" the last, where it stands."""
        named = [[name for kind, name in h.names if kind == "country"] for h in hits]
        return list(dict.fromkeys(names[-1] for names in named if names))

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

    def said(self, reading: Reading) -> tuple[str, ...]:
        """What headline and lead say of where it was and whose base it is; see `Facts.named`."""
        out: dict[str, None] = {}
        for sentence in reading.sentences:
            if sentence.zone == "body":
                break
            actors = [h for h in sentence.hits if h.tags & self._actor]
            for hit in sentence.hits:
                if sentence.is_cause(hit) or any(a.start <= hit.start and hit.end <= a.end for a in actors):
                    continue
                # "US-Israel war": a country that takes part itself is named as a scene only behind "in" or the like
                within = self._is_within(hit, sentence)
                out.update(
                    (f"{kind}:{name}", None)
                    for kind, name in hit.names
                    if kind == "nation" or (kind == "country" and (within or name not in self._parties))
                )
                if hit.tags & (self._us | self._un):
                    out["nation:US" if hit.tags & self._us else "nation:UN"] = None
            out.update((f"town:{name}", None) for name in self._unknown_towns(sentence))
        return tuple(out)

    def _unknown_towns(self, sentence: Sentence) -> list[str]:
        """Names that no list and no gazetteer knows, behind what was hit: "soldiers in Malam Fatori", not "in Strait"."""
        text = sentence.text
        words = list(_WORDS.finditer(text.cased, sentence.start, sentence.end))
        if sum(word[0][0].isupper() for word in words) > _TITLE_CASE * len(words):
            return []
        known = [h for h in sentence.hits if h.end > h.start]
        out: list[str] = []
        for what, within, name in zip(words, words[1:], words[2:], strict=False):
            if (
                within[0].lower() in self._within
                and name[0][0].isupper()
                and name[0].isalpha()
                and text.folded[within.end() : name.start()] == " "
                and not any(h.start < name.end() and name.start() < h.end for h in known)
                and any(h.start < what.end() and what.start() < h.end and h.tags & self._struck for h in known)
            ):
                out.append(name[0].lower())
        return out

    def _ref(self, place_id: str, role: PlaceRole, precision: str) -> PlaceRef:
        place = self._gazetteer.places[place_id]
        return PlaceRef(id=place_id, name=place.name, role=role, precision=precision, country=place.country)


def _words(vocabulary: Vocabulary, tags: int) -> frozenset[str]:
    """Every single word of the terms of these lists."""
    return frozenset(word for term in vocabulary.terms if term.tags & tags for word in term.words.split())
