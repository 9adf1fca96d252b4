"""Rules compiled: their words as bits and terms, their circle as places; every name in them is looked up."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.config.yamlfile import Document, Loc, dotted
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.hints import list_hint
from monitor.rules.matching import CompiledRule
from monitor.rules.model import Near, Rule, Within, Wording
from monitor.rules.terms import TermReader
from monitor.rules.vocabulary import Vocabulary
from monitor.rules.wording import Close, Wanted

#: words between two parts of a rule's own template
_GAP = 4


class RuleCompiler:
    """Compiles rules one by one; their terms and their problems gather in the reader."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
        self.reader = TermReader(vocabulary.bits, vocabulary.causes)
        self._gazetteer = gazetteer

    def compile(self, document: Document, rule: Rule) -> CompiledRule:
        """The rule with its words resolved; what cannot be resolved is a problem and counts as never there."""
        self._check_where(document, rule)
        self._check_conditions(document, rule)
        who, actors = 0, frozenset[str]()
        if rule.who is not None:
            named = [f"@{word}" if word in self._gazetteer.actors else word for word in rule.who.any]
            who = self._bits(document, ("who", "any"), named)
            actors = self._actors(document, ("who", "any"), rule)
        what, within = rule.what, rule.where.within if rule.where is not None else None
        return CompiledRule(
            rule=rule,
            what=self._wanted(document, ("what",), what, what.scope, what.all) if what is not None else None,
            who=who,
            actors=actors,
            never=tuple((n, self._wanted(document, ("never", i), n, n.scope)) for i, n in enumerate(rule.never)),
            circle=self._circle(document, ("where", "within", "of"), within) if within is not None else None,
        )

    def _wanted(self, document: Document, loc: Loc, words: Wording, scope: str, every: Sequence[str] = ()) -> Wanted:
        templates = (
            self.reader.read_template(written, document, (*loc, "templates", i), gap=_GAP)
            for i, written in enumerate(words.templates)
        )
        return Wanted(
            scope=scope,
            any=self._bits(document, (*loc, "any"), words.any),
            all=tuple(self._bits(document, (*loc, "all", i), (word,)) for i, word in enumerate(every)),
            near=tuple(self._close(document, (*loc, "near", i, "words"), near) for i, near in enumerate(words.near)),
            templates=tuple(template for template in templates if template is not None),
        )

    def _close(self, document: Document, loc: Loc, near: Near) -> Close:
        return Close(tuple(self._bits(document, (*loc, i), group) for i, group in enumerate(near.words)), near.within)

    def _bits(self, document: Document, loc: Loc, words: Sequence[str]) -> int:
        """The bits of these terms, lists and actors together; the terms of one key share one bit."""
        bits, actors = self.reader.bits, self._gazetteer.actors
        out = own = 0
        for i, word in enumerate(words):
            name = word.removeprefix("@")
            if not word.startswith("@"):
                own = own or self.reader.bit(f"{document.path.name}:{dotted((*document.base, *loc))}")
                out |= own
                self.reader.read_term(word, own, document, (*loc, i))
            elif name in bits:
                out |= bits[name]
            elif name in actors:
                out |= self.reader.bit(f"actor:{name}")
            else:
                hint = list_hint(name, [*bits, *actors])
                self.reader.refuse(document, (*loc, i), f"there is no list or actor {word}", hint, unknown=name)
        return out

    def _actors(self, document: Document, loc: Loc, rule: Rule) -> frozenset[str]:
        """The actors of `who`; who claims is an actor, so a list cannot be asked there."""
        assert rule.who is not None
        names = [word.removeprefix("@") for word in rule.who.any]
        for i, name in enumerate(names):
            if rule.who.role != "named" and name not in self._gazetteer.actors:
                does = "claims an attack" if rule.who.role == "claims" else "is blamed for one"
                said = f"{name} is no actor, and only an actor {does}"
                self.reader.refuse(document, (*loc, i), said, self._gazetteer.actor_hint(name, "@"), unknown=name)
        return frozenset(names)

    def _circle(self, document: Document, loc: Loc, within: Within) -> frozenset[str]:
        """The places in a circle; those without coordinates lie in none."""
        lat, lon = within.lat, within.lon
        if within.of is not None:
            place = self._gazetteer.places.get(within.of)
            if place is None:
                hint = self._gazetteer.place_hint(within.of, among=self._gazetteer.places)
                self.reader.refuse(document, loc, f"there is no place {within.of}", hint, unknown=within.of)
                return frozenset()
            lat, lon = place.lat, place.lon
        if lat is None or lon is None:
            said = f"the place {within.of} has no coordinates, so no circle can be drawn around it"
            self.reader.refuse(document, loc, said, "give it lat and lon")
            return frozenset()
        return self._gazetteer.places_within(within.km, lat, lon)

    def _check_where(self, document: Document, rule: Rule) -> None:
        known = self._gazetteer
        for key, words in (("any", rule.where.any), ("not", rule.where.not_)) if rule.where else ():
            for i, word in enumerate(words):
                name = word.removeprefix("@")
                if word.startswith("@"):
                    kind, found = "group of places", name in known.groups
                else:
                    kind, found = "place", name in known.places or name in known.countries
                if not found:
                    said, hint = f"there is no {kind} {word}", self._gazetteer.place_hint(word)
                    self.reader.refuse(document, ("where", key, i), said, hint, unknown=name)

    def _check_conditions(self, document: Document, rule: Rule) -> None:
        for level, conditions in rule.raises:
            for i, condition in enumerate(conditions):
                name = condition.name
                if condition.fact in ("claimed", "attributed") and name and name not in self._gazetteer.actors:
                    said, hint = f"there is no actor {name}", self._gazetteer.actor_hint(name)
                    self.reader.refuse(document, (f"raise_to_{level}_if", i), said, hint, unknown=name)
