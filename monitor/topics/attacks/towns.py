"""Towns that no list and no file knows, looked up where an attack is told at no known place: "base near Rajouri"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.model.place import Place
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.normalise import normalise_term
from monitor.text.reading import Sentence
from monitor.topics.attacks.lists import AttackLists

_WORDS = re.compile(r"[^\W_]+")
#: words of the longest name that is looked up: "Malam Fatori", "Ras al Ain"
_LONGEST = 4
#: share of words with a capital from which on a headline writes all its words so, and capitals name no places
_TITLE_CASE = 0.6
#: thousands of people of a city that is known by its name alone: in such a headline "In Most Cases" names no town
_CITY = 500


class TownFinder:
    """Finds towns with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._gazetteer, self._lists = gazetteer, lists
        terms = [term for term in vocabulary.terms if " " not in term.words]
        self._nearby = {term.words for term in terms if term.tags & lists.nearby}
        self._before = self._nearby | {term.words for term in terms if term.tags & lists.within}
        #: what wordings are called that are found as one hit: only words of lists are no names
        self._wordings = {shape.id for shape in vocabulary.shapes}
        self._named = lists.country | lists.far_country | lists.nationality

    def find(self, sentence: Sentence, codes: Sequence[str], opening: Sequence[Sentence]) -> Place | None:
        """The town that the sentence names, in the country where it happened; None where it names none for sure.

        Where several countries were hit, a town tells of one of them only.
        """
        if len(codes) > 1:
            return None
        beside = [] if codes else [code for one in opening for code in self._countries(one)]
        sure = not _writes_capitals(sentence)
        for name, near in self._candidates(sentence):
            town = self._gazetteer.town(
                name, countries=codes, beside=beside, least=0 if sure else _CITY, precision="near" if near else "city"
            )
            # a province says no more than its country, which is told already
            if town is not None and not (town.is_vague and codes):
                return town
        return None

    def _countries(self, sentence: Sentence) -> Iterator[str]:
        """Countries and peoples that the sentence names, wherever."""
        for hit in sentence.outside_causes(self._named):
            yield from (*hit.named("country"), *hit.named("nation"))

    def _candidates(self, sentence: Sentence) -> Iterator[tuple[str, bool]]:
        """Names behind "in" or "near", and right before a base word, the longest first; and whether a base is meant
        that stands near it, or at it."""
        words = list(_WORDS.finditer(sentence.text.cased, sentence.start, sentence.end))
        cities = [hit for hit in sentence.hits if self._is_city(hit, sentence)]
        listed = [hit for hit in sentence.hits if hit.end > hit.start and hit.written not in self._wordings]
        taken = [hit for hit in listed if not any(hit.is_in(city) for city in cities)]
        bases = list(sentence.with_tags(self._lists.base_word))

        def can_name(word: re.Match[str], anchor: re.Match[str]) -> bool:
            """It has a capital, or letters without any, and is no word of a list; a wording that holds both is none."""
            first = word[0][0]
            return (first.isupper() or (first.isalpha() and not first.islower())) and not any(
                hit.start < word.end() and word.start() < hit.end and not hit.start <= anchor.start() < hit.end
                for hit in taken
            )

        for i, word in enumerate(words):
            if word[0].lower() in self._before:
                last = i + 1
                while last < min(len(words), i + 1 + _LONGEST) and can_name(words[last], word):
                    last += 1
                for end in range(last, i + 1, -1):
                    yield _name(words[i + 1 : end]), bool(bases) or word[0].lower() in self._nearby
            elif any(hit.start == word.start() for hit in bases):
                first = i
                while first > max(0, i - _LONGEST) and can_name(words[first - 1], word):
                    first -= 1
                for start in range(first, i):
                    yield _name(words[start:i]), True

    def _is_city(self, hit: Hit, sentence: Sentence) -> bool:
        """A word that names a country, and is not its name: "Gao" tells of Mali, and of a town in it."""
        lands = [self._gazetteer.countries[code] for code in hit.named("country")]
        words = f" {sentence.text.words[hit.start : hit.end]} "
        return (
            bool(lands)
            and not hit.named("place")
            and all(f" {normalise_term(one.name)[0].strip()} " not in words for one in lands)
        )


def _name(words: Sequence[re.Match[str]]) -> str:
    return " ".join(word[0] for word in words)


def _writes_capitals(sentence: Sentence) -> bool:
    words = _WORDS.findall(sentence.text.cased[sentence.start : sentence.end])
    return len([word for word in words if word[0].isupper()]) > _TITLE_CASE * len(words)
