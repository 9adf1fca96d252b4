"""Rules and keys of rules that can do nothing: they take no report, raise no level, tell nobody, add nothing. Pure.

Where it cannot be told for sure, the answer is no: a warning that is wrong costs more trust than one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.model.place import Place, Precision, Site, unplaced
from monitor.model.report import INCIDENT_ACTS, Act, Level
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.matching import CompiledRule, is_asked_for
from monitor.rules.model import Never, Rule, Source, What, Where, Who, Wording
from monitor.rules.values import Condition
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.lint.entries import Lists, warning

_NAMED = frozenset({"origin", "mentioned"})
_MUST = {"alert": "alert", "quiet": "stay quiet"}


class RuleCheck:
    """Looks at each rule of a folder by itself, then at all of them beside each other."""

    def __init__(self, rules: RuleSet, lists: Lists) -> None:
        self._documents = rules.documents
        self._rules = rules.rule_matcher.rules
        self._lists = lists
        self._reach = PlaceCoverage(rules)
        #: by rule id: acts and channels, all of which a wider rule must have; asked of each pair, so made once
        self._keys = {
            rule.id: frozenset(rule.act) | {f"to {name.casefold()}" for name in rule.send_to} for rule in rules.rules
        }

    def problems(self) -> Iterator[Problem]:
        """Every warning about a rule."""
        for one in self._rules:
            document = self._documents[one.rule.id]
            yield from self._takes_nothing(document, one)
            yield from self._silences_itself(document, one.rule)
            yield from self._raises_nothing(document, one.rule)
            yield from _tells_nobody(document, one.rule)
            yield from _shows_nothing(document, one.rule)
        yield from self._adds_nothing()

    # ------------------------------------------------------------------------------------------ a rule by itself

    def _takes_nothing(self, document: Document, one: CompiledRule) -> Iterator[Problem]:
        rule, where, reach = one.rule, one.rule.where, self._reach
        if where is not None and where.if_unknown == "drop" and not any(reach.can_take(one, act) for act in rule.act):
            acts = " or ".join(rule.act)
            if where.role == "target" and not any(reach.has_targets(act) for act in rule.act):
                message = f"the rule can take nothing: a report of {acts} has no target"
                yield warning(document, ("where", "role"), message, "leave role out, or write role: any")
            else:
                message = f"the rule can take nothing: no place that a report of {acts} can have fulfils its where"
                hint = "ask for fewer things at once (any, not, within, precision, role)"
                if homes := reach.home_places(one):
                    message = f"the rule can take nothing: {_no_targets(where, homes)}"
                    hint = "write whose: [national]"
                yield warning(document, ("where",), message, hint)
        if rule.source is not None and rule.source.any and _folded(rule.source.any) <= _folded(rule.source.not_):
            message = "the rule can take nothing: every source that it asks for is left out again"
            yield warning(document, ("source", "not"), message, "name each of them once")

    def _silences_itself(self, document: Document, rule: Rule) -> Iterator[Problem]:
        """A `never` that stands wherever the rule's own words do."""
        what, leaves = rule.what, self._lists.leaves
        asked = [(what.scope, leaves([word])) for word in what.all] if what is not None else []
        if rule.who is not None and rule.who.role == "named":
            asked.append(("item", leaves(rule.who.any)))
        for i, never in enumerate(rule.never):
            silent = leaves(never.any)
            by_what = what is not None and never.scope in ("item", what.scope) and self._stands_with(what, never)
            if by_what or any(never.scope in ("item", scope) and words <= silent for scope, words in asked):
                message = "the rule can take nothing: wherever the words stand that it asks for, this silences it"
                yield warning(document, ("never", i), message, "take out what both name")

    def _stands_with(self, words: Wording, never: Wording) -> bool:
        """Whether one of the keys of `words` is never there without a word of `never`."""
        leaves, silent = self._lists.leaves, self._lists.leaves(never.any)
        if words.any and leaves(words.any) <= silent:
            return True
        if words.near and all(any(leaves(group) <= silent for group in near.words) for near in words.near):
            return True
        return bool(words.templates) and set(words.templates) <= set(never.templates)

    def _raises_nothing(self, document: Document, rule: Rule) -> Iterator[Problem]:
        lowest = min(rule.level, _at_unknown_places(rule) or rule.level, key=lambda level: level.rank)
        higher: list[tuple[Level, Condition]] = []
        for level, conditions in rule.raises:
            key = f"raise_to_{level}_if"
            if conditions and lowest.rank >= level.rank:
                message = f"the rule is {rule.level} already, so this raises nothing"
                yield warning(document, (key,), message, "take it out, or lower the level")
                continue
            for i, condition in enumerate(conditions):
                over = next(((raised, c) for raised, c in higher if _holds_with(c, condition)), None)
                if over is not None:
                    message = f"where {condition} holds, {over[1]} has already made it {over[0]}"
                    yield warning(document, (key, i), message, "take it out")
                elif condition.fact == "first here" and not any(self._reach.has_targets(act) for act in rule.act):
                    message = f"“{condition}” never holds: a report of {' or '.join(rule.act)} has no target"
                    yield warning(document, (key, i), message, "take it out")
            higher += [(level, condition) for condition in conditions]

    # ------------------------------------------------------------------------------------------ rules beside others

    def _adds_nothing(self) -> Iterator[Problem]:
        """Every rule that another always covers; of two that do the same the later."""
        candidates = self._candidates()
        for order, one in enumerate(self._rules):
            for at in candidates(one):
                other = self._rules[at]
                if at == order or not self._covers(other, one) or (at > order and self._covers(one, other)):
                    continue
                home = self._documents[other.rule.id]
                place = f"{home.path.name}:{home.line('rule')}"
                message = (
                    f"the rule {one.rule.id} adds nothing: {other.rule.id} ({place}) takes every report that it takes, "
                    "as urgently, and tells the same channels"
                )
                hint = "take it out, or give it a channel, a level or a place of its own"
                yield warning(self._documents[one.rule.id], ("rule",), message, hint)
                break

    def _candidates(self) -> Callable[[CompiledRule], list[int]]:
        """Which rules can cover one at all, so that a thousand need not be compared with a thousand: those that ask
        for no words, and those that ask for a word that it asks for too."""
        free: list[int] = []
        asking: dict[str, list[int]] = {}
        for number, one in enumerate(self._rules):
            what = one.rule.what
            words = self._lists.leaves(what.any or what.all[:1]) if what is not None else frozenset()
            for word in words:
                asking.setdefault(word, []).append(number)
            if not words:
                free.append(number)

        def candidates(one: CompiledRule) -> list[int]:
            what = one.rule.what
            words = self._lists.leaves((*what.any, *what.all)) if what is not None else frozenset()
            return sorted({*free, *(number for word in words for number in asking.get(word, ()))})

        return candidates

    def _covers(self, wide: CompiledRule, narrow: CompiledRule) -> bool:
        """Whether `wide` takes every report that `narrow` takes, as urgently, and tells as many channels."""
        a, b = wide.rule, narrow.rule
        return (
            a.status == "live"
            and self._keys[b.id] <= self._keys[a.id]
            and a.level.rank >= b.level.rank
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
        return all(self._reach.is_within(narrow, wide, act) for act in narrow.rule.act)

    def _who(self, wide: Who | None, narrow: Who | None) -> bool:
        if wide is None or narrow is None:
            return wide is None
        return wide.role == narrow.role and self._lists.leaves(narrow.any) <= self._lists.leaves(wide.any)

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
        leaves = self._lists.leaves
        every = [leaves([word]) for word in narrow.all]
        some = [*every, leaves(narrow.any)] if narrow.any else every
        every_too = all(any(asked <= leaves([word]) for asked in every) for word in wide.all)
        return every_too and (not wide.any or any(asked <= leaves(wide.any) for asked in some))

    def _silences(self, never: Never, other: Never) -> bool:
        """Whether `never` silences wherever `other`, a `never` of the wider rule, does."""
        return (
            never.scope in ("item", other.scope)
            and self._lists.leaves(other.any) <= self._lists.leaves(never.any)
            and all(one in never.near for one in other.near)
            and set(other.templates) <= set(never.templates)
        )


def _no_targets(where: Where, homes: Sequence[str]) -> str:
    """That the places of a rule are no targets, and why."""
    why = "no foreign troops are known there, and the rule does not ask for national bases"
    if list(where.any) == list(homes):
        return f"{' and '.join(homes)} cannot be {'a target' if len(homes) == 1 else 'targets'}: {why}"
    what = " and ".join(f"the group {w}" if w.startswith("@") else w for w in where.any) or "the circle"
    named = ", ".join(homes[:4]) + (", …" if len(homes) > 4 else "")
    return f"{what} {'hold' if len(where.any) > 1 else 'holds'} only places that cannot be targets ({named}): {why}"


def _tells_nobody(document: Document, rule: Rule) -> Iterator[Problem]:
    levels = [rule.level, _at_unknown_places(rule) or rule.level, *(level for level, some in rule.raises if some)]
    highest = max(levels, key=lambda level: level.rank)
    if highest is not Level.DIGEST and not rule.send_to and rule.status != "off":
        reaches = "is" if highest is rule.level else "can become"
        message = f"the rule {rule.id} {reaches} {highest} and tells nobody"
        yield warning(document, ("level",), message, "write send_to: [alerts], or level: digest")


def _shows_nothing(document: Document, rule: Rule) -> Iterator[Problem]:
    missing = [name for name in _MUST if not getattr(rule.examples, name)]
    if missing and rule.status != "off":
        message = f"the rule {rule.id} has no example under {' and none under '.join(missing)}"
        lines = ", ".join(f'{name}: ["a headline that must {_MUST[name]}"]' for name in missing)
        yield warning(document, ("examples",), message, f"write examples: {{{lines}}}")


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
        or any(_holds_with(c, condition) for higher, some in wide.raises if higher.rank >= level.rank for c in some)
        for level, conditions in narrow.raises
        for condition in conditions
    )


def _holds_with(wide: Condition, narrow: Condition) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    if wide.fact != narrow.fact:
        return False
    if wide.fact in ("killed", "wounded", "intercepted", "publishers"):
        if wide.exactly:
            return narrow.exactly and wide.at_least == narrow.at_least
        return wide.at_least <= narrow.at_least
    if wide.fact == "first here":
        return wide.days <= narrow.days
    return wide.name in ("", narrow.name)


def _at_unknown_places(rule: Rule) -> Level | None:
    """The level of reports that name no known place, where the rule takes them otherwise than others."""
    unknown = rule.where.if_unknown if rule.where is not None else "drop"
    return Level(unknown) if unknown != "drop" else None


def _languages(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    asked = ({language, language.partition("-")[0]} for language in _folded(narrow))
    return not wide or (bool(narrow) and all(one & _folded(wide) for one in asked))


def _sources(wide: Source | None, narrow: Source | None) -> bool:
    if wide is None or narrow is None:
        return wide is None
    only = not wide.any or (bool(narrow.any) and _folded(narrow.any) <= _folded(wide.any))
    return only and _folded(wide.not_) <= _folded(narrow.not_)


def _folded(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


# ------------------------------------------------------------------------------------------ places


class PlaceCoverage:
    """Every place that a report of one folder's gazetteer can have; sets of them are bits of an integer."""

    def __init__(self, rules: RuleSet) -> None:
        places = {
            place: bool(as_target) for as_target in (False, True) for place in _places(rules.gazetteer, as_target)
        }
        places |= {place: True for one in rules.rule_matcher.rules for place in _towns(rules.gazetteer, one)}
        self._places = list(places)
        self._targets = sum(1 << i for i, as_target in enumerate(places.values()) if as_target)
        self._homes = sum(1 << i for i, place in enumerate(places) if place.whose == "national")
        #: by rule id: the targets that are of those, and of the kind, that the rule is about
        self._asked_for = {
            one.rule.id: sum(
                1 << i for i, place in enumerate(places) if place.is_vague or is_asked_for(one.rule, place)
            )
            for one in rules.rule_matcher.rules
        }
        self._named = sum(1 << i for i, place in enumerate(places) if place.precision not in ("near", "unknown"))
        holds = rules.rule_matcher.holds
        #: by rule id: the places that its `where` holds, in whatever role
        self._holding = {
            one.rule.id: -1 if (where := one.rule.where) is None
            else sum(1 << i for i, place in enumerate(places) if holds(where, one.circle, place))
            for one in rules.rule_matcher.rules
        }  # fmt: skip
        #: what is old is background, and keeps the targets of an attack
        self._with_targets = INCIDENT_ACTS | {Act.BACKGROUND}

    def has_targets(self, act: Act) -> bool:
        """Whether a report of this act can have a target at all."""
        return act in self._with_targets

    def home_places(self, one: CompiledRule) -> list[str]:
        """The bases without foreign troops that a rule asks for, where it asks for no other targets; else none."""
        asked = self._targets & self._holding[one.rule.id]
        if not asked or asked & ~self._homes:
            return []
        return list(dict.fromkeys(p.id for i, p in enumerate(self._places) if asked >> i & 1 and not p.is_vague))

    def can_take(self, one: CompiledRule, act: Act) -> bool:
        """Whether there is a place at which the rule can take a report of this act."""
        roles = self._roles(one, act)
        asked = self._asked(roles)
        if act in INCIDENT_ACTS and "target" in roles:
            asked &= ~self._targets | self._asked_for[one.rule.id]
        return bool(asked & self._holding[one.rule.id]) or (_asks_for_towns(one) and "target" in roles)

    def is_within(self, inner: CompiledRule, outer: CompiledRule, act: Act) -> bool:
        """Whether `outer` takes a report of this act at every place at which `inner` does."""
        if outer.rule.where is None:
            return True
        roles = self._roles(inner, act)
        if inner.rule.where is None or _asks_for_towns(inner) or not roles <= self._roles(outer, act):
            return False
        asked = self._asked(roles)
        taken = self._holding[outer.rule.id]
        if act in INCIDENT_ACTS:
            asked &= ~self._targets | self._asked_for[inner.rule.id]
            taken &= ~self._targets | self._asked_for[outer.rule.id]
        return not asked & self._holding[inner.rule.id] & ~taken

    def _roles(self, one: CompiledRule, act: Act) -> frozenset[str]:
        """The roles that the rule asks about, as far as reports of this act have them."""
        where = one.rule.where
        role = "any" if where is None else where.role or ("target" if act in INCIDENT_ACTS else "any")
        roles = _NAMED | {"target"} if role == "any" else frozenset({role})
        return roles if self.has_targets(act) else roles - {"target"}

    def _asked(self, roles: frozenset[str]) -> int:
        return (self._targets if "target" in roles else 0) | (self._named if roles & _NAMED else 0)


def _places(gazetteer: Gazetteer, as_target: bool) -> Iterator[Place]:
    """What reports name: places exactly or nearly, countries, and targets that nobody says where."""
    exact: tuple[Precision, ...] = ("base", "near") if as_target else ("base", "city")
    for place in gazetteer.places.values():
        for precision in exact:
            yield gazetteer.place(place.id, "target", precision)
        if place.foreign_until is not None:
            yield replace(gazetteer.place(place.id, "target", "base"), whose="national")
    sites: tuple[Site, ...] = ("base", "diplomatic") if as_target else ("base",)
    for site in sites:
        for code in gazetteer.countries:
            yield gazetteer.somewhere_in(code, "target", site)
        for name in gazetteer.regions:
            yield gazetteer.region(name, "target", site)
        if as_target:
            yield unplaced(site)


def _towns(gazetteer: Gazetteer, one: CompiledRule) -> Iterator[Place]:
    """Towns that are looked up and that a rule names."""
    where = one.rule.where
    if where is None:
        return
    kind, whose = next(iter(one.rule.kind), ""), one.rule.whose[0]
    for name in where.any:
        if name not in gazetteer.places and (town := gazetteer.town_of(name)) is not None:
            yield replace(town, kind=kind, whose=whose)


def _asks_for_towns(one: CompiledRule) -> bool:
    """No place of the gazetteer lies in its circle, and a town that is looked up may."""
    where = one.rule.where
    empty = one.circle is not None and not one.circle.ids
    return empty and where is not None and not where.any and where.precision != "base"
