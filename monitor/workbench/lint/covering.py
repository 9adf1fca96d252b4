"""Rules that add nothing, because another takes all their reports, as urgently, and tells the same channels. Pure.

Where it cannot be told for sure, the answer is no: a warning that is wrong costs more trust than one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.model.report import Act, Level
from monitor.rules.matching import CompiledRule
from monitor.rules.model import Never, Rule, Source, What, Who
from monitor.workbench.lint.entries import Lists, warning
from monitor.workbench.lint.reach import PlaceCoverage
from monitor.workbench.lint.rules import holds_with

_RANK = {level: level.rank for level in Level}


@dataclass(frozen=True, eq=False)
class CoverCheck:
    """Compares the rules of a folder with each other."""

    lists: Lists
    reach: PlaceCoverage

    def problems(self, rules: Sequence[tuple[Document, CompiledRule]]) -> Iterator[Problem]:
        """Every rule that another always covers; of two that do the same the later."""
        candidates = self._candidates([one for _, one in rules])
        for order, (document, one) in enumerate(rules):
            for at in candidates(one):
                other_document, other = rules[at]
                if at == order or not self.covers(other, one) or (at > order and self.covers(one, other)):
                    continue
                place = f"{other_document.path.name}:{other_document.line('rule')}"
                message = (
                    f"the rule {one.rule.id} adds nothing: {other.rule.id} ({place}) takes every report that it takes, "
                    "as urgently, and tells the same channels"
                )
                hint = "take it out, or give it a channel, a level or a place of its own"
                yield warning(document, ("rule",), message, hint)
                break

    def _candidates(self, rules: Sequence[CompiledRule]) -> Callable[[CompiledRule], list[int]]:
        """Which rules can cover one at all, so that a thousand need not be compared with a thousand: those that ask
        for no words, and those that ask for a word that it asks for too."""
        free: list[int] = []
        asking: dict[str, list[int]] = {}
        for number, one in enumerate(rules):
            what = one.rule.what
            words = self.lists.leaves(what.any or what.all[:1]) if what is not None else frozenset()
            for word in words:
                asking.setdefault(word, []).append(number)
            if not words:
                free.append(number)

        def candidates(one: CompiledRule) -> list[int]:
            what = one.rule.what
            words = self.lists.leaves((*what.any, *what.all)) if what is not None else frozenset()
            return sorted({*free, *(number for word in words for number in asking.get(word, ()))})

        return candidates

    def covers(self, wide: CompiledRule, narrow: CompiledRule) -> bool:
        """Whether `wide` takes every report that `narrow` takes, as urgently, and tells as many channels."""
        a, b = wide.rule, narrow.rule
        return (
            a.status == "live"
            and _keys_of(b) <= _keys_of(a)
            and _RANK[a.level] >= _RANK[b.level]
            and self._what(a.what, b.what)
            and _as_urgent(a, b)
            and _languages(a.language, b.language)
            and _sources(a.source, b.source)
            and a.when in (None, b.when)
            and self._who(a.who, b.who)
            and all(any(self._silences(other, never) for other in b.never) for never in a.never)
            and self._where(wide, narrow)
        )

    def _where(self, wide: CompiledRule, narrow: CompiledRule) -> bool:
        a, b = wide.rule.where, narrow.rule.where
        unknown, other = _at_unknown_places(narrow.rule), _at_unknown_places(wide.rule)
        if a is not None and b is not None and unknown is not None:
            same = (a.any, a.role, a.precision) == (b.any, b.role, b.precision)
            if other is None or other.rank < unknown.rank or not same:
                return False
        return all(self.reach.is_within(narrow, wide, act) for act in narrow.rule.act)

    def _who(self, wide: Who | None, narrow: Who | None) -> bool:
        if wide is None:
            return True
        if narrow is None or wide.role != narrow.role:
            return False
        return self.lists.leaves(narrow.any) <= self.lists.leaves(wide.any)

    def _what(self, wide: What | None, narrow: What | None) -> bool:
        """Every key that `wide` asks is asked as narrowly by `narrow`."""
        if wide is None:
            return True
        if narrow is None or wide.scope not in ("item", narrow.scope):
            return False
        near = not wide.near or (bool(narrow.near) and all(one in wide.near for one in narrow.near))
        templates = not wide.templates or (bool(narrow.templates) and set(narrow.templates) <= set(wide.templates))
        return near and templates and self._words(wide, narrow)

    def _words(self, wide: What, narrow: What) -> bool:
        """The same for the keys `any` and `all`."""
        every = [self.lists.leaves([word]) for word in narrow.all]
        for word in wide.all:
            if not any(asked <= self.lists.leaves([word]) for asked in every):
                return False
        some = self.lists.leaves(wide.any)
        asked = [*every, self.lists.leaves(narrow.any)] if narrow.any else every
        return not wide.any or any(one <= some for one in asked)

    def _silences(self, never: Never, other: Never) -> bool:
        """Whether `never` silences wherever `other`, a `never` of the wider rule, does."""
        return (
            never.scope in ("item", other.scope)
            and self.lists.leaves(other.any) <= self.lists.leaves(never.any)
            and all(one in never.near for one in other.near)
            and set(other.templates) <= set(never.templates)
        )


@lru_cache(maxsize=4096)
def _acts_and_channels(acts: tuple[Act, ...], channels: tuple[str, ...]) -> frozenset[str]:
    return frozenset((*(f"act {act}" for act in acts), *(f"to {name.casefold()}" for name in channels)))


def _keys_of(rule: Rule) -> frozenset[str]:
    """Acts and channels: what the wider rule must have all of."""
    return _acts_and_channels(rule.act, rule.send_to)


def _as_urgent(wide: Rule, narrow: Rule) -> bool:
    """Whatever level `narrow` reaches, `wide` reaches it too."""
    unknown = _at_unknown_places(narrow)
    if unknown is None and not any(some for _, some in narrow.raises):
        return True  # its level was compared before
    if unknown is not None and wide.level.rank < unknown.rank:
        return False
    lowest = min(wide.level, (unknown and _at_unknown_places(wide)) or wide.level, key=lambda level: level.rank)
    return all(
        lowest.rank >= level.rank
        or any(holds_with(c, condition) for higher, some in wide.raises if higher.rank >= level.rank for c in some)
        for level, conditions in narrow.raises
        for condition in conditions
    )


def _at_unknown_places(rule: Rule) -> Level | None:
    """The level of reports that name no known place, where the rule takes them otherwise than others."""
    unknown = rule.where.if_unknown if rule.where is not None else "drop"
    return Level(unknown) if unknown != "drop" else None


def _languages(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    known = {language.casefold() for language in wide}
    asked = (language.casefold() for language in narrow)
    return not wide or (bool(narrow) and all({one, one.partition("-")[0]} & known for one in asked))


def _sources(wide: Source | None, narrow: Source | None) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return False
    some = {name.casefold() for name in wide.any}
    only = not some or (bool(narrow.any) and {name.casefold() for name in narrow.any} <= some)
    return only and {name.casefold() for name in wide.not_} <= {name.casefold() for name in narrow.not_}
