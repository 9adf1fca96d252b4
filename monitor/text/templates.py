"""Templates with slots, and how they are found among the hits of a sentence.

    {weapon} {hit} {target}      slots: any term of these lists, in this order
    {attack} {on|against} {target}   a slot may name several lists
    explosions {heard}? near {target}   plain words stand for themselves; `?` marks a part that may be absent
    {target} hit in|by {weapon}        `|` between words: either of them
    {weapon} ... {target}        `...` lets twelve words stand between
    {weapon} & {hit} & {target}  `&` between two or three parts: in either order, so that six templates are one

Between two parts a few words may stand (the group's `gap`), but no end of a clause, no word that opens a cause
("after", "in response to"), unless the template names it, and nothing of the group's `not_between`.
Matching walks forward over hits that are sorted by position, so its time grows with the hits, not with the texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, permutations, product
from typing import Generic, TypeVar

from monitor.text.expressions import TermError
from monitor.text.matcher import Hit
from monitor.text.normalise import count_words

_PART = re.compile(r"\{\s*([^{}]*?)\s*\}(\?)?|(\.\.\.|…)|([^\s{}]+)(\?)?")
_WIDE_GAP = 12
#: parts that may stand in either order; of four there would be twenty-four templates
_MOST_IN_EITHER_ORDER = 3
#: characters of place names that may stand in a gap beside its words
_NAMES_ROOM = 60
Owner = TypeVar("Owner")
#: what a part is (`slot`, `word`, `gap`, or `either` for an `&`), what it holds, whether it may be absent
Part = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """One part of a template: a hit with any of `tags`, at most `gap` words behind the part before."""

    tags: int
    gap: int
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A compiled template; `required` holds the bits of each part that a sentence must hold, its language's first."""

    written: str
    parts: tuple[TemplatePart, ...]
    required: tuple[int, ...]
    barrier: int = 0
    crosses: int = 0
    #: names of places: their words do not count in a gap ("the base in Syria's Deir ez-Zor was shelled")
    names: int = 0
    #: the language of the wording, which a sentence must hold a word of; 0 for English
    language: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Compiled shape: what it finds becomes a hit with `tags`."""

    id: str
    tags: int
    templates: tuple[Template, ...]
    beside: int = 0
    #: the first and the last part must name different countries
    abroad: bool = False
    #: what the words inside it do not stand for
    hides: int = 0


class TemplateIndex(Generic[Owner]):
    """Templates with their owners, so arranged that those whose parts are all present are found fast.

    A sentence mostly lacks some part of a template. Templates are filed under the two parts that the fewest tags can
    fill, so that one test passes over all templates that need them.
    """

    def __init__(self, owned: Iterable[tuple[Owner, Template]]) -> None:
        buckets: dict[int, dict[int, list[tuple[int, tuple[int, ...], Owner, Template]]]] = {}
        for order, (owner, template) in enumerate(owned):
            first, *rest = sorted(template.required, key=int.bit_count)
            second = rest[0] if rest else first
            buckets.setdefault(first, {}).setdefault(second, []).append((order, tuple(rest[1:]), owner, template))
        self._buckets = tuple((first, tuple(bucket.items())) for first, bucket in buckets.items())

    def possible(self, tags: int) -> list[tuple[int, Owner, Template]]:
        """Templates whose parts all stand among `tags`, as (order given, owner, template)."""
        out = []
        for first, bucket in self._buckets:
            if tags & first:
                for second, entries in bucket:
                    if tags & second:
                        for order, rest, owner, template in entries:
                            for bits in rest:
                                if not tags & bits:
                                    break
                            else:
                                out.append((order, owner, template))
        return out


def split(written: str) -> list[Part]:
    """The parts of a template from left to right; consecutive words make one phrase."""
    if written.count("{") != written.count("}"):
        raise TermError("a brace { is not closed", "write for instance {weapon} {hit} {target}")
    if at := re.search(r"(?<!\S)@([\w-]+)", written):
        raise TermError("a list stands in braces in a template, not behind an @", f"write {{{at[1]}}}")
    out: list[Part] = []
    for slot, slot_optional, gap, word, word_optional in _PART.findall(written):
        if gap:
            out.append(("gap", "", False))
        elif word == "&":
            out.append(("either", "", False))
        elif word:
            joins = out and out[-1][0] == "word" and not out[-1][2] and not word_optional
            if joins and "|" not in word + out[-1][1]:
                out[-1] = ("word", f"{out[-1][1]} {word}", False)
            else:
                out.append(("word", word, bool(word_optional)))
        else:
            out.append(("slot", slot, bool(slot_optional)))
    if all(optional or kind in ("gap", "either") for kind, _, optional in out):
        raise TermError("a template needs at least one part that must be there, such as {target}")
    return out


def orders(parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    """The parts in every order that the `&` between them allow; `TermError` where one stands beside nothing."""
    groups: list[list[Part]] = []
    open_end = False
    for part in parts:
        kind = part[0]
        if kind == "either":
            alone = open_end or not groups or groups[-1][-1][0] == "gap"
            open_end = True
            if alone:
                break
        elif open_end and kind != "gap":
            groups[-1].append(part)
            open_end = False
        elif open_end:
            break
        else:
            groups.append([part])
    if open_end or sum(map(len, groups)) != sum(kind != "either" for kind, *_ in parts):
        raise TermError("an & stands between two parts", "write for instance {weapon} & {hit} & {target}")
    if any(len(group) > _MOST_IN_EITHER_ORDER for group in groups):
        raise TermError(f"an & joins at most {_MOST_IN_EITHER_ORDER} parts", "write several templates")
    return [tuple(chain.from_iterable(choice)) for choice in product(*map(permutations, groups))]


def compile_templates(
    written: str,
    *,
    gap: int,
    barrier: int,
    openers: int,
    names: int = 0,
    language: int = 0,
    tag_of: Callable[[str], int],
    phrase: Callable[[str], int],
) -> tuple[Template, ...]:
    """The template in each of its orders; slots are resolved by `tag_of`, plain words registered through `phrase`."""
    out: list[Template] = []
    for order in orders(split(written)):
        parts: list[TemplatePart] = []
        reach = gap
        for kind, content, optional in order:
            if kind == "gap":
                reach = _WIDE_GAP
                continue
            look_up = tag_of if kind == "slot" else phrase
            tags = sum_of(look_up(one.strip()) for one in content.split("|"))
            parts.append(TemplatePart(tags, reach, optional))
            reach = gap
        every = sum_of(part.tags for part in parts)
        needed = tuple(part.tags for part in parts if not part.optional)
        required = (language, *needed) if language else needed
        out.append(Template(written, tuple(parts), required, barrier & ~every, every & openers, names, language))
    return tuple(out)


def sum_of(some: Iterable[int]) -> int:
    """The bits of all of them together."""
    out = 0
    for bits in some:
        out |= bits
    return out


def find(template: Template, hits: Sequence[Hit], words: str, *, after: int = -1) -> tuple[Hit, ...] | None:
    """The first hits (leftmost start) that fill the template, beginning behind offset `after`."""
    parts = template.parts
    dead: set[tuple[int, int]] = set()
    for opening, first in enumerate(parts):
        for index, hit in enumerate(hits):
            if hit.tags & first.tags and hit.start > after:
                rest = _continue(template, opening + 1, hits, index, words, dead)
                if rest is not None:
                    return (hit, *rest)
        if not first.optional:
            return None
    return None


def _continue(
    template: Template, at: int, hits: Sequence[Hit], index: int, words: str, dead: set[tuple[int, int]]
) -> tuple[Hit, ...] | None:
    """Hits that fill the parts from `at` on, behind `hits[index]`.

    What was tried from here in vain is kept in `dead` and not tried again: the time grows with parts times hits.
    """
    if at == len(template.parts):
        return ()
    if (at, index) in dead:
        return None
    part, previous = template.parts[at], hits[index]
    wanted, barrier, crossing = part.tags, template.barrier, template.crosses & part.tags
    end, segment, furthest = previous.end, previous.segment, previous.end + 14 * (part.gap + 1) + _NAMES_ROOM
    for following in range(index + 1, len(hits)):
        hit = hits[following]
        if hit.start < end:
            continue
        tags = hit.tags
        if (hit.segment != segment and not tags & crossing) or hit.start > furthest:
            break
        if tags & wanted:
            if words.count(" ", end, hit.start) > part.gap:
                between = count_words(words[end : hit.start])
                names = _named_words(template, hits, index, following, words) if part.gap else 0
                if between - names > part.gap:
                    break
            rest = _continue(template, at + 1, hits, following, words, dead)
            if rest is not None:
                return (hit, *rest)
        if tags & barrier:
            break
    if part.optional:
        rest = _continue(template, at + 1, hits, index, words, dead)
        if rest is not None:
            return rest
    dead.add((at, index))
    return None


def _named_words(template: Template, hits: Sequence[Hit], index: int, following: int, words: str) -> int:
    """Words of place names between two hits."""
    count, end = 0, hits[index].end
    for hit in hits[index + 1 : following]:
        if hit.tags & template.names and hit.start >= end and hit.end <= hits[following].start:
            count += count_words(words[hit.start : hit.end])
            end = hit.end
    return count
