"""What an edit of the rules adds and removes: two rule sets asked about the same items, one after another. Pure.

The question is about the rules, so every item is taken as news, and each report of an attack counts by itself: when a
rule no longer takes the first report, the second does not "alert now".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.evaluation import Evaluation, Ledger, refusal
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.report import Act, Classification, Level
from monitor.rules.model import Rule
from monitor.rules.overrides import override_of
from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.topic import RuleSet


class Kind(StrEnum):
    """What is different about an item, the weightiest first; several may hold, the first names the change."""

    ALERTS = "alerts now"
    QUIET = "alerts no longer"
    LEVEL = "level"
    CHANNELS = "channels"
    RULE = "rule"
    ACT = "act"
    TRIAL = "on trial"


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one rule set makes of an item. Rules on trial stand apart: they tell nobody."""

    act: Act
    tells: bool
    rule: str | None
    level: Level | None
    channels: tuple[str, ...]
    #: rules on trial that take it, with the level each would have
    on_trial: tuple[tuple[str, Level], ...]
    #: a sentence for people; two answers are the same whatever the reason
    reason: str = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One item of which the two rule sets make something different."""

    #: every kind that holds, the weightiest first
    kinds: tuple[Kind, ...]
    item: Item
    #: the rule whose example it is; None for an item that came
    example_of: str | None = None
    before: Side
    after: Side
    incident: str | None
    #: why, in one sentence
    why: str

    @property
    def kind(self) -> Kind:
        return self.kinds[0]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A rule, or a file with words or places, that is `added`, `removed` or `changed`."""

    name: str
    edit: str
    #: of a changed rule: its keys that are different
    keys: tuple[str, ...] = ()
    #: the file whose override changes the rule, in the new folder or else in the old one
    override: str | None = None


class Comparison:
    """Asks an old and a new rule set about items, in the order in which they came."""

    def __init__(self, old: RuleSet, new: RuleSet, known: Iterable[Incident] = ()) -> None:
        """`known` are the incidents that were known before the first item came."""
        known = tuple(known)
        self._old, self._new = old, new
        self._before, self._after = Ledger(known), Ledger(known)
        #: how many messages each would have sent: one for each attack, not for each report
        self.messages_before = self.messages_after = 0

    def compare(self, item: Item) -> Change | None:
        """The next item that came; None where both rule sets make the same of it."""
        before = self._before.add(item, self._old)
        after = self._after.add(item, self._new)
        self.messages_before += before.decision.tell
        self.messages_after += after.decision.tell
        return self._change(before, after)

    def compare_example(self, rule: str, item: Item) -> Change | None:
        """A text that stands in a rule: it belongs to no incident, and no message is counted."""
        before, after = Ledger().add(item, self._old), Ledger().add(item, self._new)
        return self._change(before, after, example_of=rule)

    def _change(self, before: Evaluation, after: Evaluation, *, example_of: str | None = None) -> Change | None:
        old, new = _side(before.classification), _side(after.classification)
        kinds = tuple(_kinds(old, new))
        if not kinds:
            return None
        incident = after.relation.incident or before.relation.incident
        why = refusal(after.item, self._new, old.rule) if kinds[0] is Kind.QUIET and old.rule else ""
        return Change(
            kinds=kinds, item=after.item, example_of=example_of, before=old, after=new,
            incident=incident.id if incident and example_of is None else None,
            why=why or _why(kinds[0], before.classification, after.classification),
        )  # fmt: skip


def _side(found: Classification) -> Side:
    live = found.rule is not None and not found.trial
    return Side(
        act=found.act, tells=found.tells, reason=found.reason,
        rule=found.rule if live else None, level=found.level if live else None,
        channels=found.send_to if live else (),
        on_trial=tuple((one.rule, one.level) for one in found.taken if one.trial),
    )  # fmt: skip


def _kinds(old: Side, new: Side) -> Iterator[Kind]:
    if old.tells is not new.tells:
        yield Kind.ALERTS if new.tells else Kind.QUIET
    if old.level is not new.level and old.level and new.level:
        yield Kind.LEVEL
    if set(old.channels) != set(new.channels) and old.rule and new.rule:
        yield Kind.CHANNELS
    if old.rule != new.rule:
        yield Kind.RULE
    if old.act is not new.act:
        yield Kind.ACT
    if old.on_trial != new.on_trial:
        yield Kind.TRIAL


def _why(kind: Kind, before: Classification, after: Classification) -> str:
    said: list[str] = []
    if kind is Kind.CHANNELS:
        gained = [channel for channel in after.send_to if channel not in before.send_to]
        lost = [channel for channel in before.send_to if channel not in after.send_to]
        said = [f"to {channel} by {_senders(channel, after)}" for channel in gained]
        said += [f"no longer to {channel} (it was by {_senders(channel, before)})" for channel in lost]
    elif kind is Kind.TRIAL:
        then, now = ({one.rule: one.level for one in found.taken if one.trial} for found in (before, after))
        said = [f"{rule} would take it (level {now[rule]}), on trial" for rule in now if rule not in then]
        other = [rule for rule in now if rule in then and now[rule] is not then[rule]]
        said += [f"{rule} would take it at {now[rule]}, before at {then[rule]}, on trial" for rule in other]
        said += [f"{rule} took it on trial" for rule in then if rule not in now]
    return ", ".join(said) or after.reason


def _senders(channel: str, found: Classification) -> str:
    return " and ".join(one.rule for one in found.taken if channel in one.send_to and not one.trial)


def grouped(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Changes with those of one incident that are alike together, the weightiest kind first, examples last."""
    order = list(Kind)
    groups: dict[object, list[Change]] = {}
    for change in changes:
        about = change.incident or (change.item.id, change.item.title)
        groups.setdefault((change.kind, about, change.before, change.after), []).append(change)
    found = [tuple(group) for group in groups.values()]
    return sorted(found, key=lambda group: (group[0].example_of is not None, order.index(group[0].kind)))


def examples_of(*rule_sets: RuleSet) -> list[tuple[str, str]]:
    """Every text that stands under `examples`, once, with the rule that it stands in."""
    found: dict[str, str] = {}
    for rule in (rule for rules in rule_sets for rule in rules.rules):
        for text in (*rule.examples.alert, *rule.examples.quiet):
            found.setdefault(text, rule.id)
    return [(rule_id, text) for text, rule_id in found.items()]


def rule_edits(old: RuleFiles, new: RuleFiles) -> tuple[Edit, ...]:
    """Which rules are added, removed and changed; of a changed one the keys, also those that it has from another."""
    before, after = ({rule.id: rule for _, rule in files.rules} for files in (old, new))
    found = [(rule.id, override_of(document)) for files in (old, new) for document, rule in files.rules]
    overrides = {name: override.path.name for name, override in found if override is not None}
    return tuple(replace(edit, override=overrides.get(edit.name)) for edit in _edits(before, after))


def file_edits(old: RuleFiles, new: RuleFiles) -> tuple[Edit, ...]:
    """Which files with words, places and actors are added, removed and changed."""
    before, after = (
        {str(document.path.relative_to(files.folder)): document.text
         for kind in (files.lists, files.places, files.actors) for document, _ in kind}
        for files in (old, new)
    )  # fmt: skip
    return tuple(_edits(before, after))


def _edits(before: Mapping[str, Rule | str], after: Mapping[str, Rule | str]) -> Iterator[Edit]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Rule) and isinstance(new, Rule) and old != new:
            known = Rule.model_fields
            keys = tuple(known[key].alias or key for key in known if getattr(old, key) != getattr(new, key))
            yield Edit(name=name, edit="changed", keys=keys)
        elif old != new:
            yield Edit(name=name, edit="added" if old is None else "removed" if new is None else "changed")
