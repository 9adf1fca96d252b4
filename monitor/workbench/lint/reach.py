"""Which places a rule can take reports about, so that two rules can be compared and impossible ones found. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.place import Precision, Target
from monitor.model.report import INCIDENT_ACTS, Act
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.matching import CompiledRule
from monitor.topics.attacks.topic import RuleSet

_NAMED = frozenset({"origin", "mentioned"})


class PlaceCoverage:
    """Every place that a report of one folder's gazetteer can have; sets of them are bits of an integer."""

    def __init__(self, rules: RuleSet) -> None:
        places = {
            place: bool(as_target) for as_target in (False, True) for place in _places(rules.gazetteer, as_target)
        }
        self._places = list(places)
        self._targets = sum(1 << i for i, as_target in enumerate(places.values()) if as_target)
        self._homes = sum(1 << i for i, place in enumerate(places) if place.site == "home")
        self._named = sum(1 << i for i, place in enumerate(places) if place.precision not in ("near", "unknown"))
        holds = rules.rule_matcher.holds
        #: by rule id: the places that its `where` holds, in whatever role
        self._holding = {
            one.rule.id: -1 if (where := one.rule.where) is None
            else sum(1 << i for i, place in enumerate(places) if holds(where, one.circle, place))
            for one in rules.rule_matcher.rules
        }  # fmt: skip
        #: reports of other acts keep the targets of an attack: what is old is background, and a rule may say what
        #: a report is `instead`
        others = {never.instead for rule in rules.rules for never in rule.never if never.instead is not None}
        self._with_targets = INCIDENT_ACTS | {Act.BACKGROUND} | others

    def has_targets(self, act: Act) -> bool:
        """Whether a report of this act can have a target at all."""
        return act in self._with_targets

    def home_places(self, one: CompiledRule) -> list[str]:
        """The bases without foreign troops that a rule asks for, where it asks for no other targets; else none."""
        asked = self._targets & self._holding[one.rule.id]
        if not asked or asked & ~self._homes:
            return []
        return list(dict.fromkeys(p.place_id for i, p in enumerate(self._places) if asked >> i & 1 and p.place_id))

    def can_take(self, one: CompiledRule, act: Act) -> bool:
        """Whether there is a place at which the rule can take a report of this act."""
        roles = self._roles(one, act)
        asked = self._asked(roles)
        if act in INCIDENT_ACTS and "target" in roles:
            # an attack on a base without foreign troops is not told
            asked &= ~self._homes
        return bool(asked & self._holding[one.rule.id])

    def is_within(self, inner: CompiledRule, outer: CompiledRule, act: Act) -> bool:
        """Whether `outer` takes a report of this act at every place at which `inner` does."""
        if outer.rule.where is None:
            return True
        roles = self._roles(inner, act)
        if inner.rule.where is None or not roles <= self._roles(outer, act):
            return False
        return not self._asked(roles) & self._holding[inner.rule.id] & ~self._holding[outer.rule.id]

    def _roles(self, one: CompiledRule, act: Act) -> frozenset[str]:
        """The roles that the rule asks about, as far as reports of this act have them."""
        where = one.rule.where
        role = "any" if where is None else where.role or ("target" if act in INCIDENT_ACTS else "any")
        roles = _NAMED | {"target"} if role == "any" else frozenset({role})
        return roles if self.has_targets(act) else roles - {"target"}

    def _asked(self, roles: frozenset[str]) -> int:
        return (self._targets if "target" in roles else 0) | (self._named if roles & _NAMED else 0)


def _places(gazetteer: Gazetteer, as_target: bool) -> Iterator[Target]:
    """What reports name: places exactly or nearly, countries, and targets that nobody says where."""
    exact: tuple[Precision, ...] = ("base", "near") if as_target else ("base", "city")
    for place in gazetteer.places.values():
        for precision in exact:
            yield Target(place.site, place.id, place.country, precision)
        if place.foreign_until is not None:
            yield Target("home", place.id, place.country, "base")
    for site in ("base", "diplomatic") if as_target else ("base",):
        for code in gazetteer.countries:
            yield Target(site, None, code, "country")
        if as_target:
            yield Target(site)
