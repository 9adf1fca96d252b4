"""Words that a rule asks for in one part of an item: terms, lists, words close together, templates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.matcher import Hit
from monitor.text.normalise import count_words
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import Template, find, sum_of


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """Compiled `near`: one hit of each of `tags`, with at most `within` words between them."""

    tags: tuple[int, ...]
    within: int

    def find(self, sentence: Sentence) -> tuple[Hit, ...] | None:
        """The first hits that stand close enough, in any order."""
        asked = sum_of(self.tags)
        if any(not sentence.tags & tags for tags in self.tags):
            return None
        hits = [hit for hit in sentence.hits if hit.tags & asked]
        for index, first in enumerate(hits):
            found = self._from(first, hits[index:], sentence)
            if found is not None:
                return found
        return None

    def _from(self, first: Hit, hits: Sequence[Hit], sentence: Sentence) -> tuple[Hit, ...] | None:
        """Takes hits from `first` on, each for the first part that is still open, until the room is used up."""
        open_parts = list(self.tags)
        taken: list[Hit] = []
        end, room = first.start, self.within
        for hit in hits:
            if hit.start < end:
                continue
            between = count_words(sentence.text.words[end : hit.start]) if taken else 0
            part = next((tags for tags in open_parts if hit.tags & tags), None)
            if part is None:
                continue
            if between > room:
                return None
            room -= between
            open_parts.remove(part)
            taken.append(hit)
            end = hit.end
            if not open_parts:
                return tuple(taken)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Compiled words of a `what` or `never`, with the part of the item they must stand in."""

    scope: str
    #: bits of `any` together; 0 where it was not asked
    any: int = 0
    #: bits of each entry of `all`
    all: tuple[int, ...] = ()
    near: tuple[Close, ...] = ()
    templates: tuple[Template, ...] = ()

    def every(self, reading: Reading, deciding: Sentence | None) -> tuple[Hit, ...] | None:
        """Hits that fulfil every key that was asked; None where one is missing."""
        sentences = self._sentences(reading, deciding)
        found: list[Hit] = []
        for tags in (*([self.any] if self.any else []), *self.all):
            hit = _first(sentences, tags)
            if hit is None:
                return None
            found.append(hit)
        kinds: tuple[Sequence[Close | Template], ...] = (self.near, self.templates)
        for asked in filter(None, kinds):
            hits = _found(asked, sentences)
            if hits is None:
                return None
            found += hits
        return tuple(found)

    def one(self, reading: Reading, deciding: Sentence | None) -> tuple[Hit, ...] | None:
        """Hits of the first key that is fulfilled; None where none is."""
        sentences = self._sentences(reading, deciding)
        if self.any and (hit := _first(sentences, self.any)) is not None:
            return (hit,)
        return _found(self.near, sentences) or _found(self.templates, sentences)

    def _sentences(self, reading: Reading, deciding: Sentence | None) -> Sequence[Sentence]:
        if self.scope == "item":
            return reading.sentences
        if self.scope == "sentence":
            return [deciding] if deciding is not None else []
        return [sentence for sentence in reading.sentences if sentence.section == self.scope]

    @property
    def anchors(self) -> int:
        """Bits of which one must stand in an item that fulfils every key; 0 where nothing can be said beforehand."""
        if self.any:
            return self.any
        if self.all:
            return min(self.all, key=int.bit_count)
        if self.near:
            return sum_of(close.tags[0] for close in self.near)
        return sum_of(template.required[0] for template in self.templates)


def _first(sentences: Sequence[Sentence], tags: int) -> Hit | None:
    for sentence in sentences:
        if sentence.tags & tags:
            for hit in sentence.hits:
                if hit.tags & tags:
                    return hit
    return None


def _found(asked: Sequence[Close | Template], sentences: Sequence[Sentence]) -> tuple[Hit, ...] | None:
    """The hits of the first of them that stands in one of the sentences."""
    for words in asked:
        for s in sentences:
            hits = words.find(s) if isinstance(words, Close) else find(words, s.hits, s.text.words)
            if hits is not None:
                return hits
    return None
