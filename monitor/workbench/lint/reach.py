"""Which places a rule can take reports about, so that two rules can be compared and impossible ones found. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.model.place import Place, Precision, Site, unplaced
from monitor.model.report import INCIDENT_ACTS, Act
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.matching import CompiledRule
from monitor.rules.model import Rule
from monitor.topics.attacks.topic import RuleSet

_NAMED = frozenset({"origin", "mentioned"})
_ALL = _NAMED | {"target"}


class PlaceCoverage:
    """Every place that a report of one folder's gazetteer can have; sets of them are bits of an integer."""

    def __init__(self, rules: RuleSet) -> None:
        self._rule_matcher = rules.rule_matcher
        places = {
            place: bool(as_target) for as_target in (False, True) for place in _places(rules.gazetteer, as_target)
        }
        self._places = list(places)
        self._targets = sum(1 << i for i, as_target in enumerate(places.values()) if as_target)
        self._homes = sum(1 << i for i, place in enumerate(places) if place.site == "home")
        self._named = sum(1 << i for i, place in enumerate(places) if place.precision not in ("near", "unknown"))
        #: by rule id
        self._held: dict[str, int] = {}
        self._asked_roles: dict[tuple[str, Act], frozenset[str]] = {}
        #: reports of other acts keep the targets of an attack: what is old is background, and a rule may say what
        #: a report is `instead`
        others = {never.instead for rule in rules.rules for never in rule.never if never.instead is not None}
        self._with_targets = INCIDENT_ACTS | {Act.BACKGROUND} | others

    def has_targets(self, act: Act) -> bool:
        """Whether a report of this act can have a target at all."""
        return act in self._with_targets

    def home_places(self, one: CompiledRule) -> list[str]:
        """The bases without foreign troops that a rule asks for, where it asks for no other targets; else none."""
        asked = self._targets & self._holding(one)
        if not asked or asked & ~self._homes:
            return []
        return list(dict.fromkeys(p.id for i, p in enumerate(self._places) if asked >> i & 1 and not p.is_vague))

    def can_take(self, one: CompiledRule, act: Act) -> bool:
        """Whether there is a place at which the rule can take a report of this act."""
        asked = self._asked(one.rule, act)
        if act in INCIDENT_ACTS and "target" in self._roles(one.rule, act):
            # an attack on a base without foreign troops is not told
            asked &= ~self._homes
        return bool(asked & self._holding(one))

    def is_within(self, inner: CompiledRule, outer: CompiledRule, act: Act) -> bool:
        """Whether `outer` takes a report of this act at every place at which `inner` does."""
        if outer.rule.where is None:
            return True
        if inner.rule.where is None or not self._roles(inner.rule, act) <= self._roles(outer.rule, act):
            return False
        return not self._asked(inner.rule, act) & self._holding(inner) & ~self._holding(outer)

    def _holding(self, one: CompiledRule) -> int:
        """The places that the rule's `where` holds, in whatever role."""
        where = one.rule.where
        if where is None:
            return -1
        if one.rule.id not in self._held:
            holds = (self._rule_matcher.holds(where, one.circle, place) for place in self._places)
            self._held[one.rule.id] = sum(1 << i for i, held in enumerate(holds) if held)
        return self._held[one.rule.id]

    def _roles(self, rule: Rule, act: Act) -> frozenset[str]:
        """The roles that the rule asks about, as far as reports of this act have them."""
        if (rule.id, act) not in self._asked_roles:
            self._asked_roles[rule.id, act] = self._find_roles(rule, act)
        return self._asked_roles[rule.id, act]

    def _find_roles(self, rule: Rule, act: Act) -> frozenset[str]:
        role = rule.where.role if rule.where is not None else "any"
        role = role or ("target" if act in INCIDENT_ACTS else "any")
        roles = _ALL if role == "any" else frozenset({role})
        return roles if self.has_targets(act) else roles - {"target"}

    def _asked(self, rule: Rule, act: Act) -> int:
        roles = self._roles(rule, act)
        return (self._targets if "target" in roles else 0) | (self._named if roles & _NAMED else 0)


def _places(gazetteer: Gazetteer, as_target: bool) -> Iterator[Place]:
    """What reports name: places exactly or nearly, countries, and targets that nobody says where."""
    exact: tuple[Precision, ...] = ("base", "near") if as_target else ("base", "city")
    for place in gazetteer.places.values():
        for precision in exact:
            yield gazetteer.place(place.id, "target", precision)
        if place.foreign_until is not None:
            yield replace(gazetteer.place(place.id, "target", "base"), site="home")
    sites: tuple[Site, ...] = ("base", "diplomatic") if as_target else ("base",)
    for site in sites:
        for code in gazetteer.countries:
            yield gazetteer.somewhere_in(code, "target", site)
        if as_target:
            yield unplaced(site)
