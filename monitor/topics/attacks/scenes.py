"""Where a sentence says that something happened: its countries, and the places that it names in one list.

"Bases in Qatar, Kuwait and Bahrain" were all hit; "Camp Taji, Jordan says" names a speaker. Who owns a base is not
where it stands: of "Kenyan base in Somalia" the scene is Somalia.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.rules.gazetteer import Gazetteer
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.normalise import normalise_term
from monitor.text.reading import Reading, Sentence
from monitor.topics.attacks.lists import AttackLists

#: words before a country in which "in" is looked for
_AROUND = 4
#: characters between two places of one list
_APART = 80
#: characters between a town and its country: a comma and a space
_COMMA = 2
#: the first Arabic letter
_ARABIC = "\u0600"
_WORDS = re.compile(r"[^\W_]+")
#: share of words with a capital from which on a headline writes all its words so, and capitals name no places
_TITLE_CASE = 0.6


class SceneFinder:
    """Finds scenes with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._gazetteer, self._lists = gazetteer, lists
        self._scene = lists.country | lists.far_country
        self._places = lists.sure_place | lists.town | lists.loose_place
        #: what a town stands behind: "base in", "soldiers near", "attack in"
        self._struck = lists.target | lists.base_word | lists.troop_word | lists.strike_noun
        self._within = vocabulary.words_of(lists.within)
        self._joined = vocabulary.words_of(lists.joined)
        self._direction = vocabulary.words_of(lists.direction)
        self._bases = vocabulary.words_of(lists.base_word | lists.stationed_nation)
        #: all that may stand between two places of one list
        self._linking = self._within | self._joined | self._direction | self._bases
        self._land_names = {normalise_term(country.name)[0] for country in gazetteer.countries.values()}
        own = {term.words for term in vocabulary.terms if term.tags & lists.own}
        #: countries that strike themselves
        self._parties = {c.id for c in gazetteer.countries.values() if normalise_term(c.name)[0] in own}

    def codes(self, sentence: Sentence, main: Sequence[Hit]) -> list[str]:
        """The country in which it happened, as far as this sentence tells, and those named together with it.

        `main` are the hits of what was hit; empty for a sentence that only stands beside the deciding one.
        """
        abroad = [h for h in main if h.tags & self._lists.target and codes_of([h])]
        seed = abroad[-1] if abroad else self._scene_of(sentence, main)
        return codes_of(self.together(sentence, [seed], countries_only=True)) if seed is not None else []

    def together(self, sentence: Sentence, seeds: Sequence[Hit], *, countries_only: bool = False) -> list[Hit]:
        """The seeds and the places that stand in one list with them, by position."""
        tags = self._lists.far_country | (0 if countries_only else self._places)
        scenes = self._scenes(sentence)
        places = [
            hit
            for hit in sentence.hits
            if (hit.tags & tags or hit in scenes)
            and not sentence.is_cause(hit)
            and not sentence.has_around(hit, self._lists.origin)
            and not self._is_namesake(hit, sentence)
        ]
        found = list(seeds)
        for hits in (places, places[::-1]):
            for hit in hits:
                if hit not in found and any(self._is_linked(hit, f, sentence) for f in found):
                    found.append(hit)
        found.sort(key=lambda h: (h.start, -h.end))
        return found

    def said(self, reading: Reading) -> tuple[str, ...]:
        """What headline and lead say of where it was and whose base it is; see `Facts.named`."""
        out: dict[str, None] = {}
        ours = self._lists.us | self._lists.un
        for sentence in reading.opening:
            actors = self._actors(sentence)
            for hit in sentence.outside_causes(self._scene | self._lists.nationality | ours):
                if any(hit.is_in(actor) for actor in actors):
                    continue
                for kind, name in hit.names:
                    # "US-Israel war": a country that takes part itself is named as a scene only behind "in" or the like
                    party = kind == "country" and name in self._parties
                    if kind in ("country", "nation") and not (party and not self._is_within(hit, sentence)):
                        out[f"{kind}:{name}"] = None
                if hit.tags & ours:
                    out["nation:US" if hit.tags & self._lists.us else "nation:UN"] = None
            out.update(
                (f"town:{id}", None) for h in sentence.outside_causes(self._lists.town) for id in h.named("place")
            )
            out.update((f"town:{name}", None) for name in self._unknown_towns(sentence))
        return tuple(out)

    def _scene_of(self, sentence: Sentence, main: Sequence[Hit]) -> Hit | None:
        """The country behind what was hit, else before it."""
        found = self._scenes(sentence)
        # people may stand abroad, so a country that is no people comes first
        found = [h for h in found if not h.tags & self._lists.nationality] or found
        last = max((h.start for h in main), default=-1)
        behind = [h for h in found if h.start >= last]
        before = [h for h in found if not any(self._is_struck_beside(h, other, sentence) for other in main)]
        return behind[0] if behind else before[-1] if before else None

    def _is_struck_beside(self, country: Hit, target: Hit, sentence: Sentence) -> bool:
        """ "Attacks on Israel, US bases": a second thing that was hit, and not where the bases are."""
        if target.start <= country.end or not target.tags & self._lists.target or self._is_within(country, sentence):
            return False
        between = set(sentence.text.words[country.end : target.start].split())
        comma = "," in sentence.text.folded[country.end : target.start]
        return between <= self._joined and (bool(between) or comma)

    def _scenes(self, sentence: Sentence) -> list[Hit]:
        """The countries of a sentence in which something can have happened, by position.

        Not one that only names an actor ("Iraqi militia"); one that is named as a speaker more often than as a scene
        counts only behind "in" or the like, or within what was hit ("MONUSCO camp").
        """
        actors = self._actors(sentence)
        return [
            hit
            for hit in sentence.outside_causes(self._scene)
            if codes_of([hit])
            and (
                hit.tags & self._lists.country
                or self._is_within(hit, sentence)
                or sentence.has_around(hit, self._lists.target)
            )
            and not any(hit.is_in(actor) for actor in actors)
            and not self._is_namesake(hit, sentence)
        ]

    def _is_namesake(self, hit: Hit, sentence: Sentence) -> bool:
        """ "Tripoli, Lebanon": a town that stands for a country, and of which the next word names another."""
        land = next((h for h in sentence.with_tags(self._scene) if 0 < h.start - hit.end <= _COMMA), None)
        if land is None or "," not in sentence.text.folded[hit.end : land.start]:
            return False
        name, codes = sentence.text.words[hit.start : hit.end], codes_of([land])
        if name in self._land_names or sentence.text.words[land.start : land.end] not in self._land_names:
            return False
        return codes != codes_of([hit]) and self._gazetteer.town(name, countries=codes) is not None

    def _actors(self, sentence: Sentence) -> list[Hit]:
        """Names of actors, without those of a land: "a base in Iran"."""
        return [
            hit
            for hit in sentence.with_tags(self._lists.actor)
            if not (codes_of([hit]) and self._is_within(hit, sentence))
        ]

    def _is_within(self, hit: Hit, sentence: Sentence) -> bool:
        """ "in Mali", "in the northern Philippines"; or behind a town and a comma: "in Mandera, Kenya"."""
        before = sentence.text.words[sentence.start : hit.start].split()[-_AROUND:][::-1]
        if sentence.text.folded[sentence.start : hit.start].rstrip().endswith(","):
            return any(word in self._within for word in before)
        for word in before:
            if word in self._within:
                return True
            if word not in self._direction:
                return False
        return False

    def _is_linked(self, one: Hit, other: Hit, sentence: Sentence) -> bool:
        """The two stand in one list: nothing but a comma, "and", "in", base words and nations is between them."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        if second.end <= first.end:
            return bool(one.names)
        if second.start < first.end or second.start - first.end > _APART or self._speaks(second, sentence):
            return False
        between = set(sentence.text.words[first.end : second.start].split())
        if not between <= self._linking:
            return False
        if self._is_in(first, second):
            return True
        listed = bool(self._joined & between) or "," in sentence.text.folded[first.end : second.start]
        # an Arabic "and" is written onto the next word
        listed = listed or (not between and sentence.text.words[second.start] >= _ARABIC)
        before, behind = bool(codes_of([first])), bool(codes_of([second]))
        if behind and not before:
            # behind a base a country is a place of its own only where it says so: "Camp Taji and in Kuwait"
            return listed and bool(self._within & between)
        if before and one is first:
            # before what was hit: "Qatar and Kuwait bases", not "sites in Israel, a US base in Kuwait"
            return listed and behind and not between & self._bases
        return listed

    def _is_in(self, place: Hit, country: Hit) -> bool:
        """ "Camp Taji in Iraq": the second names the country of the first."""
        codes = codes_of([country])
        return any(self._gazetteer.places[name].country in codes for name in place.named("place"))

    def _speaks(self, hit: Hit, sentence: Sentence) -> bool:
        """ "…, Jordan says"."""
        return any(0 <= h.start - hit.end <= 1 for h in sentence.with_tags(self._lists.says))

    def _unknown_towns(self, sentence: Sentence) -> list[str]:
        """Names that no list and no gazetteer knows, behind what was hit: "soldiers in Malam Fatori"."""
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


def codes_of(hits: Iterable[Hit]) -> list[str]:
    """The countries of these hits, each once; of "Kenyan base in Somalia" the last, where it stands."""
    named = [hit.named("country") for hit in hits]
    return list(dict.fromkeys(names[-1] for names in named if names))
