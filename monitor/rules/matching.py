"""Which rules take a report: the conditions of a rule in order, and the one that failed where none takes it. Pure.

All rules that take a report speak: each tells its own channels, the most urgent one names the level. Rules are filed
by act and by the words that they cannot do without, so that a thousand rules cost little more than ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from monitor.model.item import Item
from monitor.model.place import PRECISIONS, Place
from monitor.model.report import INCIDENT_ACTS, Act, Facts, IfFirst, Level
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.geography import Circle
from monitor.rules.model import Rule, Source, Where
from monitor.rules.wording import Wanted
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of

#: conditions that a rule holds which is not about the places of the report
_AT_PLACE = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledRule:
    """A rule with its words as bits and its circle as places."""

    rule: Rule
    what: Wanted | None = None
    #: bits of the actors and lists of `who`
    who: int = 0
    #: ids of the actors of `who`, for those who claim or are blamed
    actors: frozenset[str] = frozenset()
    never: tuple[Wanted, ...] = ()
    #: places in the circle of `where.within`
    circle: Circle | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A report with everything that rules ask about."""

    item: Item
    act: Act
    #: what was attacked, most exact first
    targets: Sequence[Place]
    #: every place that headline and lead name
    named: Sequence[Place]
    facts: Facts
    reading: Reading
    #: the sentence that decided the act
    deciding: Sentence | None


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """A rule takes the report at this level."""

    rule: Rule
    level: Level
    #: why the level was raised; empty where it was not
    raised: str = ""
    #: what would raise it further, to be asked of the known incidents
    if_first: tuple[IfFirst, ...] = ()
    #: the words of the rule's own `what`
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NotMatched:
    """A rule does not take it: how many conditions held, and which one failed."""

    rule: Rule
    held: int
    #: says which; of a thousand rules only one or a few are told, so the words are made when they are
    say: Callable[[], str]

    @property
    def why(self) -> str:
        """The condition that failed, in words for people."""
        return self.say()


class RuleMatcher:
    """Asks the rules of one folder."""

    def __init__(self, rules: Sequence[CompiledRule], gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        #: those that are asked: all but those with `status: off`
        self.rules = tuple(compiled for compiled in rules if compiled.rule.status != "off")
        #: numbers of rules by act and by each bit that can make them hold; 0: those without words of their own, which
        #: are filed by the places that they ask for; "": those without such either
        self._filed: dict[Act, dict[int, list[int]]] = {}
        self._places = [_needed_places(compiled.rule) for compiled in self.rules]
        self._filed_by_place: dict[Act, dict[str, list[int]]] = {}
        for number, compiled in enumerate(self.rules):
            anchors = compiled.what.anchors if compiled.what is not None else 0
            for act in compiled.rule.act:
                filed = self._filed.setdefault(act, {})
                for bit in _bits(anchors):
                    filed.setdefault(bit, []).append(number)
                places = self._filed_by_place.setdefault(act, {})
                for name in () if anchors else self._places[number] or ("",):
                    places.setdefault(name, []).append(number)
        self._anchors = {act: sum_of(filed) for act, filed in self._filed.items()}
        asked = dict.fromkeys(name for names in self._places for name in names)
        #: groups and regions that rules ask for
        self._wide = [name for name in asked if name.startswith("@") or name in gazetteer.regions]

    def taken(self, case: Case) -> list[Matched]:
        """The rules that take the report, most urgent first (in the order of the files among equals)."""
        filed = self._filed.get(case.act)
        if filed is None:
            return []
        numbers, by_place, names = set[int](), self._filed_by_place[case.act], self._names(case)
        for name in names & by_place.keys():
            numbers.update(by_place[name])
        for bit in _bits(case.reading.tags & self._anchors[case.act]):
            numbers.update(filed[bit])
        possible = (n for n in sorted(numbers) if not self._places[n] or not names.isdisjoint(self._places[n]))
        answers = (self._try(self.rules[number], case) for number in possible)
        return sorted((a for a in answers if isinstance(a, Matched)), key=lambda a: -a.level.rank)

    def _names(self, case: Case) -> set[str]:
        """Every name by which a rule may ask for a place of the report, and the empty one."""
        names = {""}
        for place in (*case.targets, *case.named):
            names.update(name for name in (place.id, place.country) if name)
            names.update(name for name in self._wide if self._is_in((name,), place))
        return names

    def is_for(self, act: Act) -> bool:
        """Whether some rule is for reports of this act."""
        return act in self._filed

    def not_matched(self, case: Case) -> list[NotMatched]:
        """The rules that do not take the report, the nearest first: the one with the most conditions held."""
        answers = (self._try(one, case) for one in self.rules)
        return sorted((a for a in answers if isinstance(a, NotMatched)), key=lambda a: -a.held)

    def first_not_matched(self, case: Case) -> NotMatched | None:
        """The first of `not_matched`. Rules that are about other targets hold few conditions, and mostly a few kinds of
        targets are all that a thousand rules ask for; so those are passed over as soon as one holds as many."""
        best: NotMatched | None = None
        others: dict[tuple[object, ...], bool] = {}
        for one in self.rules:
            asked = (one.rule.whose, one.rule.kind)
            if asked not in others:
                others[asked] = _is_about_others(one.rule, case)
            if best is not None and best.held >= _AT_PLACE and others[asked]:
                continue
            answer = self._try(one, case)
            if isinstance(answer, NotMatched) and (best is None or answer.held > best.held):
                best = answer
        return best

    def nearest(self, case: Case) -> list[NotMatched]:
        """As `not_matched`; of rules for other acts those come first that are about a place that the report names."""
        about = {
            one.rule.id for one in self.rules if one.rule.where is not None and self._level_at(one, case) is not None
        }
        return sorted(self.not_matched(case), key=lambda a: (-a.held, a.rule.id not in about))

    def _try(self, one: CompiledRule, case: Case) -> Matched | NotMatched:
        """The conditions in their order; the first that fails answers."""
        rule = one.rule
        if case.act not in rule.act:
            return NotMatched(rule, 0, lambda: f"it is for {_any(rule.act)}, and this is {case.act}")
        if _not_said_so(rule, case.item):
            return NotMatched(rule, 1, partial(_not_said_so, rule, case.item))
        if _not_by_then(rule, case.item):
            return NotMatched(rule, 2, partial(_not_by_then, rule, case.item))
        level = self._level_at(one, case)
        if level is None:
            return NotMatched(rule, _AT_PLACE, partial(_not_there, rule, case))
        if _not_who(one, case):
            return NotMatched(rule, 4, partial(_not_who, one, case))
        hits: tuple[Hit, ...] = ()
        if one.what is not None:
            found = one.what.every(case.reading, case.deciding)
            if found is None:
                scope = one.what.scope
                return NotMatched(rule, 5, lambda: f"what it asks for does not stand in the {scope}")
            hits = found
        for never in one.never:
            silenced = never.one(case.reading, case.deciding)
            if silenced is not None:
                return NotMatched(rule, 6, partial(_silenced_by, silenced, never.scope))
        level, raised, if_first = _raised(rule, level, case.facts)
        return Matched(rule, level, raised, if_first, hits)

    def _level_at(self, one: CompiledRule, case: Case) -> Level | None:
        """The rule's level at the places of the report; None where it is not about them."""
        rule, where = one.rule, one.rule.where
        if _is_about_others(rule, case):
            return None
        if where is None:
            return rule.level
        places = self._asked_places(where, case)
        if case.act in INCIDENT_ACTS:
            places = [place for place in places if place.role != "target" or is_asked_for(rule, place)]
        if any(self.holds(where, one.circle, place) for place in places):
            return rule.level
        if where.if_unknown != "drop":
            groups = [self._gazetteer.groups[name[1:]] for name in where.any if name[0] == "@"]
            sites = {site for group in groups for site in group.sites} or {"base"}
            if not places or any(not place.country and place.site in sites for place in places):
                return Level(where.if_unknown)
        return None

    @staticmethod
    def _asked_places(where: Where, case: Case) -> Sequence[Place]:
        role = where.role or ("target" if case.act in INCIDENT_ACTS else "any")
        if role == "target":
            return case.targets
        hit = {place.id for place in case.targets}
        named = [place for place in case.named if role in ("any", place.role) and place.id not in hit]
        return [*case.targets, *named] if role == "any" else named

    def holds(self, where: Where, circle: Circle | None, place: Place) -> bool:
        """Whether a place fulfils a rule's `where`, whatever role it has in the report."""
        if PRECISIONS.index(place.precision) > PRECISIONS.index(where.precision):
            return False
        if circle is not None and not circle.holds(place):
            return False
        if where.not_ and self._is_in(where.not_, place):
            return False
        return not where.any or self._is_in(where.any, place)

    def _is_in(self, names: Sequence[str], place: Place) -> bool:
        for name in names:
            if name.startswith("@"):
                if self._gazetteer.groups[name[1:]].holds(place.id, place.country, place.site):
                    return True
            elif (
                name == place.id
                or (name == place.country and name not in self._gazetteer.places)
                or self._gazetteer.is_in_region(name, place)
            ):
                return True
        return False


def _needed_places(rule: Rule) -> Sequence[str]:
    """The names of `where` of which one must hold for a place of the report; none where it may hold without."""
    return rule.where.any if rule.where is not None and rule.where.if_unknown == "drop" else ()


def is_asked_for(rule: Rule, place: Place) -> bool:
    """Whether a target is of those, and of the kind, that the rule is about."""
    return place.whose in rule.whose and (not rule.kind or place.kind in rule.kind)


def _is_about_others(rule: Rule, case: Case) -> bool:
    """The report has targets, and none of them is of those that the rule is about."""
    if case.act not in INCIDENT_ACTS or not case.targets:
        return False
    return not any(is_asked_for(rule, place) for place in case.targets)


def _not_there(rule: Rule, case: Case) -> str:
    """Why a rule has no level at the places of the report."""
    if _is_about_others(rule, case) or rule.where is None:
        return _not_asked_for(rule, case.targets)
    where, circle = rule.where, rule.where.within
    names = (*where.any, *([f"{circle.km:g} km around {circle.of or 'the point'}"] if circle else ()))
    return f"the place is not in {_any(names)}" if names else "the place is not told exactly enough"


def _silenced_by(hits: Sequence[Hit], scope: str) -> str:
    words = ", ".join(f"“{hit.written}”" for hit in hits[:3])
    return f"never where {words} stands in the {scope}"


def _not_asked_for(rule: Rule, targets: Sequence[Place]) -> str:
    whose = dict.fromkeys(place.whose for place in targets)
    if not set(whose) & set(rule.whose):
        return f"whose base it is: {_any(list(whose))}, and not {_any(rule.whose)}"
    kinds = [kind for kind in dict.fromkeys(place.kind for place in targets) if kind]
    return f"the target is {_any(kinds) if kinds else 'of no kind that is told'}, and not {_any(rule.kind)}"


def _raised(rule: Rule, level: Level, facts: Facts) -> tuple[Level, str, tuple[IfFirst, ...]]:
    """The level after what the report states, why, and what of the past would raise it further."""
    further: list[IfFirst] = []
    waits = next((condition for condition in rule.only_if if not condition.holds(facts)), None)
    if waits is not None:
        return min(level, Level.DIGEST, key=lambda one: one.rank), f"nobody is told before “{waits}” holds", ()
    for higher, conditions in rule.raises:
        if higher.rank <= level.rank:
            break
        stated = next((condition for condition in conditions if condition.holds(facts)), None)
        if stated is not None:
            return higher, f"raised to {higher}: {stated}", tuple(further)
        past = (condition for condition in conditions if condition.is_of_the_past)
        further += [IfFirst(level=higher, days=one.days, written=one.written) for one in past]
    return level, "", tuple(further)


def _not_said_so(rule: Rule, item: Item) -> str:
    """Why the language or the source does not fit; empty where they do."""
    if rule.language:
        language = (item.language or "unknown").casefold().replace("_", "-")
        if not {language, language.partition("-")[0]} & {wanted.casefold() for wanted in rule.language}:
            return f"its language is {language}, and not {_any(rule.language)}"
    return _not_from(rule.source, item) if rule.source is not None else ""


def _not_from(source: Source, item: Item) -> str:
    host = _host(item.url)
    names = {item.publisher.casefold(), item.feed.casefold()}

    def is_one_of(wanted: Sequence[str]) -> bool:
        return any(w.casefold() in names or host == w.casefold() or host.endswith(f".{w.casefold()}") for w in wanted)

    if source.any and not is_one_of(source.any):
        return f"its source {item.publisher or host or 'is unknown and'} is not {_any(source.any)}"
    return f"its source {item.publisher or host} is left out" if source.not_ and is_one_of(source.not_) else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "") if "://" in url else ""
    except ValueError:  # an address that is none
        return ""


def _not_by_then(rule: Rule, item: Item) -> str:
    if rule.when is None or rule.when.holds(item.reported):
        return ""
    return f"it was reported outside {rule.when.start:%H:%M} to {rule.when.end:%H:%M} ({rule.when.zone})"


def _not_who(one: CompiledRule, case: Case) -> str:
    who = one.rule.who
    if who is None:
        return ""
    if who.role == "named":
        return "" if case.reading.tags & one.who else f"none of {_any(who.any)} is named"
    held = case.facts.claimed_by if who.role == "claims" else case.facts.attributed_to
    said = "claims it" if who.role == "claims" else "is blamed for it"
    return "" if one.actors & set(held) else f"none of {_any(who.any)} {said}"


def _bits(tags: int) -> Iterator[int]:
    while tags:
        low = tags & -tags
        yield low
        tags ^= low


def _any(words: Sequence[str]) -> str:
    return " or ".join(str(word) for word in words)
