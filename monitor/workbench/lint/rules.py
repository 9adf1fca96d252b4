"""Rules and keys of rules that can do nothing: they take no report, raise no level, tell nobody, show nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.model.report import Level
from monitor.rules.matching import CompiledRule
from monitor.rules.model import Rule, Wording
from monitor.rules.values import Condition
from monitor.workbench.lint.entries import Lists, warning
from monitor.workbench.lint.reach import PlaceCoverage


@dataclass(frozen=True, eq=False)
class RuleCheck:
    """Looks at each rule of a folder by itself."""

    lists: Lists
    reach: PlaceCoverage

    def problems(self, document: Document, one: CompiledRule) -> Iterator[Problem]:
        """Every warning about one rule."""
        yield from self._never_takes(document, one)
        yield from self._never_silences_itself(document, one.rule)
        yield from self._idle_conditions(document, one.rule)
        yield from _tells_nobody(document, one.rule)
        yield from _shows_nothing(document, one.rule)

    # ------------------------------------------------------------------------------------------ takes nothing

    def _never_takes(self, document: Document, one: CompiledRule) -> Iterator[Problem]:
        rule, where = one.rule, one.rule.where
        if where is not None and where.if_unknown == "drop" and not any(self.reach.can_take(one, a) for a in rule.act):
            acts = " or ".join(rule.act)
            if where.role == "target" and not any(self.reach.has_targets(act) for act in rule.act):
                message = f"the rule can take nothing: a report of {acts} has no target"
                yield warning(document, ("where", "role"), message, "leave role out, or write role: any")
            else:
                message = f"the rule can take nothing: no place that a report of {acts} can have fulfils its where"
                hint = "ask for fewer things at once (any, not, within, precision, role)"
                if homes := self.reach.home_places(one):
                    hint = "an attack on a base without foreign troops is not told; see foreign in its places file"
                    if list(where.any) != homes:
                        named = ", ".join(homes[:4]) + (", …" if len(homes) > 4 else "")
                        hint += f" (foreign: false at {named})"
                yield warning(document, ("where",), message, hint)
        if rule.source is not None and rule.source.any:
            left_out = {name.casefold() for name in rule.source.not_}
            if all(name.casefold() in left_out for name in rule.source.any):
                message = "the rule can take nothing: every source that it asks for is left out again"
                yield warning(document, ("source", "not"), message, "name each of them once")

    def _never_silences_itself(self, document: Document, rule: Rule) -> Iterator[Problem]:
        """A `never` that stands wherever the rule's own words do."""
        asked: list[tuple[str, Wording | None, frozenset[str]]] = []
        if rule.what is not None:
            asked.append((rule.what.scope, rule.what, frozenset()))
            asked += [(rule.what.scope, None, self.lists.leaves([word])) for word in rule.what.all]
        if rule.who is not None and rule.who.role == "named":
            asked.append(("item", None, self.lists.leaves(rule.who.any)))
        for i, never in enumerate(rule.never):
            silent = self.lists.leaves(never.any)
            for scope, words, leaves in asked:
                within = never.scope in ("item", scope)
                if within and (self._stands_with(words, silent, never) if words is not None else leaves <= silent):
                    message = "the rule can take nothing: wherever the words stand that it asks for, this silences it"
                    yield warning(document, ("never", i), message, "take out what both name")
                    break

    def _stands_with(self, words: Wording, silent: frozenset[str], never: Wording) -> bool:
        """Whether one of the keys of `words` is never there without a word of `never`."""
        if words.any and self.lists.leaves(words.any) <= silent:
            return True
        if words.near and all(any(self.lists.leaves(g) <= silent for g in near.words) for near in words.near):
            return True
        return bool(words.templates) and set(words.templates) <= set(never.templates)

    # ------------------------------------------------------------------------------------------ raises nothing

    def _idle_conditions(self, document: Document, rule: Rule) -> Iterator[Problem]:
        unknown = rule.where.if_unknown if rule.where is not None else "drop"
        lowest = min(rule.level, Level(unknown) if unknown != "drop" else rule.level, key=lambda level: level.rank)
        higher: list[tuple[Level, Condition]] = []
        for level, conditions in rule.raises:
            key = f"raise_to_{level}_if"
            if conditions and lowest.rank >= level.rank:
                message = f"the rule is {rule.level} already, so this raises nothing"
                yield warning(document, (key,), message, "take it out, or lower the level")
                continue
            for i, condition in enumerate(conditions):
                over = next((c for other, c in higher if holds_with(c, condition)), None)
                if over is not None:
                    raised = next(other for other, c in higher if c is over)
                    message = f"where {condition} holds, {over} has already made it {raised}"
                    yield warning(document, (key, i), message, "take it out")
                elif condition.fact == "first here" and not any(self.reach.has_targets(act) for act in rule.act):
                    message = f"“{condition}” never holds: a report of {' or '.join(rule.act)} has no target"
                    yield warning(document, (key, i), message, "take it out")
            higher += [(level, condition) for condition in conditions]


def holds_with(wide: Condition, narrow: Condition) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    if wide.fact != narrow.fact:
        return False
    if wide.fact in ("killed", "wounded", "intercepted"):
        if wide.exactly:
            return narrow.exactly and wide.at_least == narrow.at_least
        return wide.at_least <= narrow.at_least
    if wide.fact == "first here":
        return wide.days <= narrow.days
    return wide.name in ("", narrow.name)


def _tells_nobody(document: Document, rule: Rule) -> Iterator[Problem]:
    unknown = rule.where.if_unknown if rule.where is not None else "drop"
    levels = [rule.level, *([Level(unknown)] if unknown != "drop" else []), *(lv for lv, some in rule.raises if some)]
    highest = max(levels, key=lambda level: level.rank)
    if highest is not Level.DIGEST and not rule.send_to and rule.status != "off":
        reaches = "is" if highest is rule.level else "can become"
        message = f"the rule {rule.id} {reaches} {highest} and tells nobody"
        yield warning(document, ("level",), message, "write send_to: [alerts], or level: digest")


def _shows_nothing(document: Document, rule: Rule) -> Iterator[Problem]:
    missing = [name for name in ("alert", "quiet") if not getattr(rule.examples, name)]
    if missing and rule.status != "off":
        message = f"the rule {rule.id} has no example under {' and none under '.join(missing)}"
        lines = ", ".join(f'{name}: ["a headline that must {_MUST[name]}"]' for name in missing)
        yield warning(document, ("examples",), message, f"write examples: {{{lines}}}")


_MUST = {"alert": "alert", "quiet": "stay quiet"}
