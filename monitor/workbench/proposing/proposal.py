"""The rule that a few headlines ask for: their acts, the smallest common place, actors and words. Pure.

The headlines are read with the present rules (`headlines`). What those that some pattern reads have in common becomes
the rule; for the others a pattern is proposed. Headlines about the same place with another act become its quiet
examples: real ones where some are known, else made ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import get_args

from monitor.model.item import Item
from monitor.model.place import Whose
from monitor.model.report import INCIDENT_ACTS, WEAPONS, Act, Level
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.model import Rule
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.proposing.headlines import (
    Headline,
    ProposedTemplate,
    common_actors,
    common_countries,
    common_lists,
    common_places,
    common_terms,
    groups_of_sites,
    read_headline,
    smallest_groups,
    wording_of,
)
from monitor.workbench.proposing.places import ProposedPlace

#: channel where no rule takes any of the headlines
_ALERTS = "alerts"
#: what a rule is about, around the name of a weapon
_ABOUT = {
    Act.ATTACK: "{} attack", Act.FOILED: "foiled {} attack", Act.CLAIM: "claimed {} attack", Act.TOLL: "{} toll",
    Act.RETRACTION: "withdrawn {} reports", Act.SIGHTING: "{} sighting",
    Act.RETALIATION: "{} retaliation", Act.THREAT: "{} threat", Act.BACKGROUND: "{} background",
    Act.EXERCISE: "{} exercise", Act.ACCIDENT: "{} accident", Act.OTHER: "{} reports",
}  # fmt: skip
#: how many real headlines become quiet examples, and how many made ones where there is no real one
_MOST_REAL, _MADE = 3, 2
#: neutral wordings about a place: a denial, an answer, a memory, a drill, a visit, and last a plain attack, for rules
#: that are about something else
_QUIET = (
    "Pentagon denies reports of {attack} on {place}",
    "US strikes militias in response to {attack} on {place}",
    "Ceremony marks anniversary of {attack} on {place}",
    "Troops at {place} rehearse response to simulated {attack}",
    "Commander visits {place} ahead of talks",
    "Two drones hit {place}",
)


class NothingInCommon(ValueError):
    """The headlines share no place and no actor, so that a rule would be about anything; the text says so."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """A rule as proposed, with what a person must know before saving it."""

    id: str
    title: str
    level: Level
    act: tuple[Act, ...]
    #: `where.any`; empty: anywhere
    where: tuple[str, ...] = ()
    #: names of the places in `where`, and what would be wider
    where_note: str = ""
    #: whose base or troops they are; empty: those that a rule is about unless it says
    whose: tuple[Whose, ...] = ()
    #: places among them that the files do not know yet
    places: tuple[ProposedPlace, ...] = ()
    #: some headlines name no place that is known
    if_unknown: bool = False
    #: actors, with `@`
    who: tuple[str, ...] = ()
    #: all of them claim it
    who_claims: bool = False
    #: `what.all`
    what: tuple[str, ...] = ()
    send_to: tuple[str, ...] = (_ALERTS,)
    #: the rule whose channels these are
    send_to_as: str = ""
    alert: tuple[str, ...] = ()
    #: headlines that the rule cannot take before a pattern reads them
    not_yet: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    #: `quiet` was made up, no item of the database fits
    quiet_is_made: bool = False
    headlines: tuple[Headline, ...] = ()
    #: for the headlines that no pattern reads
    wordings: tuple[ProposedTemplate, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def taken_by(self) -> dict[str, int]:
        """Present rules, and how many of the headlines each takes."""
        return dict(Counter(one.rule for headline in self.headlines for one in headline.found.taken).most_common())


def propose(
    items: Sequence[Item],
    rules: RuleSet,
    *,
    known: Iterable[Item] = (),
    name: str | None = None,
    now: datetime,
    places: Sequence[ProposedPlace] = (),
) -> Proposal:
    """The rule that the titles of `items` ask for; `known` are items that quiet examples may be taken from.

    `places`: what it is about, where no file knew it; `rules` know it already. `NothingInCommon` where the rule would
    take everything.
    """  # fmt: skip
    headlines = [read_headline(item, rules) for item in items]
    unread = [one for one in headlines if not one.is_read]
    read = [one for one in headlines if one.is_read] or headlines
    act = _acts(read)
    where, note, if_unknown = _where(headlines, read, rules.gazetteer)
    if places:
        where, note, if_unknown = [one.id for one in places], ", ".join(one.name for one in places), False
    who = common_actors(headlines)
    lists = common_lists(headlines, rules)
    terms = [] if lists else common_terms(headlines)
    if not where and not who:
        raise NothingInCommon(
            "the headlines name no place that is known and no common actor, so the rule would be about any place on"
            " earth"
        )
    send_to, send_to_as = _channels(read)
    quiet = _real_quiet(known, headlines, act, rules.vocabulary.bits_of(*lists), rules)
    made = [] if quiet else _made_quiet(where, lists, act, rules, now)
    return Proposal(
        id=name or _free_id(_slug(lists, act, where), rules),
        title=_title(lists, act, where, who, rules),
        level=Level.URGENT if set(act) <= INCIDENT_ACTS else Level.NOTICE,
        act=act, where=tuple(where), where_note=note, if_unknown=if_unknown, whose=_whose(read), places=tuple(places),
        who=tuple(f"@{actor}" for actor in who),
        who_claims=bool(who) and all(set(who) & set(one.found.facts.claimed_by) for one in read),
        what=(*(f"@{name}" for name in lists), *terms),
        send_to=send_to, send_to_as=send_to_as,
        alert=tuple(one.text for one in read), not_yet=tuple(one.text for one in headlines if one not in read),
        quiet=tuple(quiet or made), quiet_is_made=not quiet,
        headlines=tuple(headlines), wordings=tuple(wording_of(one, rules.vocabulary) for one in unread),
        remarks=tuple(_remarks(headlines, read, where, if_unknown, bool(lists or terms or who))),
    )  # fmt: skip


def _acts(headlines: Sequence[Headline]) -> tuple[Act, ...]:
    """What they do; a rule for attacks is one for foiled and claimed ones too."""
    acts = {one.case.act for one in headlines}
    if Act.ATTACK in acts:
        acts |= INCIDENT_ACTS
    return tuple(act for act in Act if act in acts)


def _where(
    headlines: Sequence[Headline], read: Sequence[Headline], gazetteer: Gazetteer
) -> tuple[list[str], str, bool]:
    """`where.any`, words about it, and whether some headline that is read names no place that is known."""
    placed = [one for one in headlines if one.names_place]
    if not placed:
        sites = groups_of_sites(read, gazetteer)
        return sites, ", ".join(_name(word, gazetteer) for word in sites), bool(sites)
    attacks = all(one.case.act in INCIDENT_ACTS for one in read)
    groups = [f"@{group}" for group in smallest_groups(placed, gazetteer)] if attacks else []
    places = common_places(placed, gazetteer)
    exact = dict.fromkeys(place.id for one in placed for place in one.places if not place.is_vague)
    beside = ""
    if places and groups:
        beside = f"; wider: {', '.join(groups)}"
    elif groups and exact:
        beside = f"; narrower: {', '.join(exact)}"
    unplaced = [one for one in read if not one.names_place]
    where = [*(places or groups or common_countries(placed)), *groups_of_sites(unplaced, gazetteer)]
    return where, ", ".join(_name(word, gazetteer) for word in where) + beside, bool(unplaced)


def _whose(headlines: Sequence[Headline]) -> tuple[Whose, ...]:
    """Whose bases were attacked, where some headline is only about such as a rule leaves out unless it says so."""
    usual = set(Rule.model_fields["whose"].default)
    owners = [{place.whose for place in one.case.targets} for one in headlines if one.case.act in INCIDENT_ACTS]
    if not any(some and not some & usual for some in owners):
        return ()
    return tuple(one for one in get_args(Whose) if one in set().union(*owners))


def _channels(headlines: Sequence[Headline]) -> tuple[tuple[str, ...], str]:
    """The channels of the rule that takes most of the headlines, and that rule."""
    taken = [one for headline in headlines for one in headline.found.taken if one.send_to]
    if not taken:
        return (_ALERTS,), ""
    best = Counter(one.rule for one in taken).most_common(1)[0][0]
    return next(one.send_to for one in taken if one.rule == best), best


def _name(word: str, gazetteer: Gazetteer) -> str:
    """A word of `where` for people: `Ain al-Asad Air Base`, `bases in Iraq`, `Iraq`."""
    if word.startswith("@"):
        return gazetteer.groups[word[1:]].title
    known = gazetteer.places.get(word) or gazetteer.regions.get(word)
    return known.name if known is not None else gazetteer.country_name(word)


def _base(where: Sequence[str], gazetteer: Gazetteer) -> str:
    """A base there, in words for an example."""
    if not where:
        return "a US base"
    if where[0] in gazetteer.places:
        return gazetteer.places[where[0]].name
    if where[0] in gazetteer.regions:
        return f"a base in {gazetteer.regions[where[0]].name}"
    group = gazetteer.groups.get(where[0].removeprefix("@"))
    codes = group.countries if group is not None else where
    return f"a US base in {gazetteer.country_name(codes[0])}" if codes else "a US base"


def _real_quiet(
    items: Iterable[Item], headlines: Sequence[Headline], acts: Sequence[Act], words: int, rules: RuleSet
) -> list[str]:
    """Headlines of known items with another act, about the same place or with the same `words`; one an act, if it can.

    Those about the same place come first, then those in the order given.
    """
    given = {one.text for one in headlines}
    ids = {place.id for one in headlines for place in one.places if not place.is_vague}
    same_place, same_words = dict[str, Act](), dict[str, Act]()
    for item in items:
        if item.title in given or item.title in same_place or item.title in same_words or not item.title.strip():
            continue
        found, case = consider(Item(id="example", title=item.title, first_seen=item.first_seen), rules)
        if case.act in acts:
            continue
        if ids & {place.id for place in found.facts.places}:
            same_place[item.title] = case.act
        elif case.reading.tags & words:
            same_words[item.title] = case.act
    told: set[Act] = set()
    firsts, others = list[str](), list[str]()
    for text, act in (same_place | same_words).items():
        (others if act in told else firsts).append(text)
        told.add(act)
    return [*firsts, *others][:_MOST_REAL]


def _made_quiet(
    where: Sequence[str], lists: Sequence[str], acts: Sequence[Act], rules: RuleSet, now: datetime
) -> list[str]:
    """Neutral wordings about the place that are read as another act, each as one of its own."""
    place, attack = _base(where, rules.gazetteer), f"{_weapon(lists)} attack".strip()
    out: dict[Act, str] = {}
    for wording in _QUIET:
        item = Item(id="example", title=wording.format(place=place, attack=attack), first_seen=now)
        act = consider(item, rules)[1].act
        if act not in acts:
            out.setdefault(act, item.title)
    return list(out.values())[:_MADE]


def _weapon(lists: Sequence[str]) -> str:
    return next((name.replace("_", " ") for name in lists if name in WEAPONS), "")


def _title(lists: Sequence[str], act: Sequence[Act], where: Sequence[str], who: Sequence[str], rules: RuleSet) -> str:
    attacks = set(act) <= INCIDENT_ACTS
    by = f" by {rules.name_of(who[0])}" if who and attacks else f" ({rules.name_of(who[0])})" if who else ""
    places = " and ".join(_name(word, rules.gazetteer) for word in where[:2])
    at = f" {'at' if attacks else 'about'} {places}" if places else ""
    title = " ".join(f"{_ABOUT[act[0]].format(_weapon(lists))}{at}{by}".split())
    return title[0].upper() + title[1:]


def _slug(lists: Sequence[str], act: Sequence[Act], where: Sequence[str]) -> str:
    words = " ".join([_weapon(lists), str(act[0]), where[0].removeprefix("@") if where else ""])
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _free_id(slug: str, rules: RuleSet) -> str:
    taken = {rule.id for rule in rules.rules}
    numbered = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
    return next(one for one in numbered if one not in taken)


def _remarks(
    headlines: Sequence[Headline], read: Sequence[Headline], where: Sequence[str], if_unknown: bool, narrowed: bool
) -> list[str]:
    """What could not be found, one sentence each."""
    out = [f"no pattern reads this as an attack: “{one.text}”" for one in headlines if not one.is_read]
    for one in read:
        if one.is_read and one.case.act not in INCIDENT_ACTS:
            out.append(f"this is no report of an attack: “{one.text}” ({one.found.reason})")
        if if_unknown and not one.names_place:
            out.append(f"no place that is known is named in “{one.text}”")
    if not where:
        out.append("they name no place that is known; the rule is about any")
    if not narrowed:
        out.append("no actor, no list and no telling word stands in all of them; the rule asks for act and place only")
    if len(headlines) == 1:
        out.append("one headline has nothing to be compared with; give two or three")
    return out
