"""The lists of a rules folder on which the program itself relies, by name, with what it does with each.

`docs/rules.md` shows them in a table that is made from this one. What only puts a word into plain language
(`highlights`) asks the vocabulary itself.

**Which must be there.** A list that is missing finds nothing of its kind, and nobody would ever hear of it. So a list
without which a rule of the folder could never do what it says is a problem when the folder is loaded: an attack is on a
base only through `target` and `base-target`, `killed >= 1` holds through `killed`. A folder whose rules ask for none of
that needs none of them: small ones of somebody's own words stay small. Of the other lists each is a part of the score,
of a fact or of how a sentence is read, and a folder of few words rightly has few of them; where one of the shipped
files has lost one, `rules check` warns of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import cast

from monitor.errors import Problem
from monitor.model.place import TARGET_KINDS
from monitor.model.report import INCIDENT_ACTS, WEAPONS
from monitor.rules.model import Rule
from monitor.rules.ruleset import RuleFiles
from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import ReadingWords

#: the list of the words for each kind of target, `kind-air-base` for an air base
KINDS = {kind: f"kind-{kind.replace(' ', '-')}" for kind in TARGET_KINDS}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: the lists of ordinal numbers, from the second on
ORDINALS = ("second-one", "third-one", "fourth-one", "fifth-one", "sixth-one")
#: what a rule asks for that needs a list: when it does, and what would never be without the list
_WISHES = {
    "attacks": ("a rule is for attacks, foiled attacks or claims", "no report would ever be an attack on a base"),
    "killed": ("a level is raised by `killed`", "nobody would ever be counted as killed"),
    "wounded": ("a level is raised by `wounded`", "nobody would ever be counted as wounded"),
    "intercepted": ("a level is raised by `intercepted`", "what is told as shot down would not be counted"),
    "claims": ("a rule or a level asks who claims", "nobody would ever be said to claim an attack"),
    **{weapon: ("a level is raised by it", f"no attack would ever be one with {weapon}") for weapon in WEAPONS},
}


def _list(use: str, *, asked: str = "") -> int:
    """A list by the field's name with hyphens, what the program does with it, and which wish of a rule needs it."""
    return cast(int, field(metadata={"use": use, "asked": asked}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackLists:
    """The bits of each list; 0 where the folder does not have it."""

    # names and signs that the program itself finds
    actor: int = _list("names of actors: what stands in them is not read as words")
    foe: int = _list("names of attackers: adds to the score, and is who claims or is blamed")
    base_place: int = _list("names of bases of the gazetteer")
    home_base: int = _list("names of bases without foreign troops")
    diplomatic_place: int = _list("names of embassies and consulates")
    town: int = _list("names of towns near a place")
    loose_place: int = _list("names that are no target by themselves")
    region_place: int = _list("names of regions of the gazetteer")
    assailant: int = _list("words for attackers: who is counted with them is no victim")
    country: int = _list("names of countries")
    far_country: int = _list("names of countries far from the news")
    nationality: int = _list("names of peoples")
    mask: int = _list("what masks cover is not seen")
    number: int = _list("numbers in digits")
    year: int = _list("years")
    past_year: int = _list("years before that of the report")
    question: int = _list("question marks")
    denied: int = _list("denials: who denies it in its own clause is not blamed for it")
    comma: int = _list("commas: a wording may refuse to reach over one")
    colon: int = _list("the first colon of a sentence: who stands before it speaks")
    start: int = _list("the start of a sentence")

    # how a sentence is read
    cause: int = _list("opens a clause that only names a cause or the background")
    clause_break: int = _list("begins a new clause")
    clause_start: int = _list("things with which a main clause may begin")
    clause_joint: int = _list("joins a main clause to the one before")
    clause_that: int = _list("behind a comma, goes on with what the clause before says")
    cause_end: int = _list("joins a main clause to what only names a cause: the cause ends before it")
    condition: int = _list("makes what follows depend on what it says")
    intercept: int = _list("shoots down: what it stops is no attack, and a fact", asked="intercepted")
    stopped: int = _list("was shot down: the same in the passive voice")
    launch: int = _list("a deed that a stopped weapon did not do")
    hit: int = _list("a deed that a stopped weapon did not do")

    # where it happened, and what was hit
    target: int = _list("what can be attacked: bases, troops, embassies", asked="attacks")
    foreign_base: int = _list("words for a base of foreign troops")
    base_of_guests: int = _list("words for a base of guests")
    troops: int = _list("words for foreign troops")
    troops_of: int = _list("words for troops of a nation")
    base_thing: int = _list("bases of foreign troops, without the troops")
    maybe_target: int = _list("what may be a base of foreign troops, where another sentence says whose it is")
    guests_hurt: int = _list("foreigners were hurt: a base of which nobody says whose it is, is then theirs")
    guests_speak: int = _list("foreign troops speak of it: a base of which nobody says whose it is, is then theirs")
    peacekeepers_hurt: int = _list("peacekeepers were hurt: a base of which nobody says whose it is, is then theirs")
    hosting_base: int = _list("bases that are said to house foreign troops")
    border: int = _list("words for a border: a base beside it stands in its own country")
    nation_harmed: int = _list("soldiers of a nation who were harmed: guests, where the base is in another country")
    military_site: int = _list("sites that an army owns")
    national_word: int = _list("words for a base that say that it is an army's")
    any_base: int = _list("what is a base, whoever owns it")
    any_attacker: int = _list("who attacks bases that are not of foreign troops")
    base_target: int = _list("targets that are bases or their troops", asked="attacks")
    diplomatic_target: int = _list("targets that are embassies or consulates")
    base_name: int = _list("wordings that name a known base")
    base_word: int = _list("words for a base: where it stands, and no count of people")
    site_word: int = _list("words for a site: no count of people")
    stationed_nation: int = _list("nations that station troops, before a base word")
    nearby: int = _list("before a place: near it, not at it")
    origin: int = _list("where weapons came from")
    region: int = _list("names of regions: what is found as one is no town")
    within: int = _list("between a place and the larger one that holds it")
    joined: int = _list("between places that are named together")
    direction: int = _list("points of the compass in names of places")
    own: int = _list("a party's own name: countries that strike themselves")
    us: int = _list("the United States, as whose base it is")
    un: int = _list("the United Nations, as whose base it is")
    us_behind: int = _list("a nation behind the word for its troops")
    coalition_behind: int = _list("a coalition behind the word for its troops")
    guest_nation_behind: int = _list("a guest nation behind the word for its troops")

    # weapons, who did it, and when
    weapon: int = _list("all weapons: adds to the score, and is no count of people")
    implied_guns: int = _list("a deed with small arms, where no weapon is named")
    implied_assault: int = _list("a deed of fighters on the ground, where no weapon is named")
    flying: int = _list("weapons that fly: no count of people")
    own_aircraft: int = _list("aircraft of the attacked: no count of people")
    airstrike: int = _list("strikes: no count of people")
    explosion: int = _list("explosions: no count of people")
    strike_noun: int = _list("words for an attack: dates it, and is no count of people")
    claim: int = _list("somebody claims it", asked="claims")
    no_claim: int = _list("nobody claims it")
    claim_of_deed: int = _list("an attacker tells of its own deed")
    own_voice: int = _list("words that only the attacker uses of its deed: it claims it")
    attacker_said: int = _list("an attacker is who says it")
    blamed: int = _list("who is blamed")
    says: int = _list("somebody says: parts a statement from the deed")
    says_behind: int = _list("the same behind what is said")
    statement: int = _list("a statement: its day is not that of the deed")
    yesterday: int = _list("the day before the report")
    day_part: int = _list("parts of a day, which may stand beside it")

    # what became of it
    interception: int = _list("wordings of an interception")
    alarm: int = _list("an alarm: gives way to the attack that the lead tells of")
    came_through: int = _list("what was fired came through: no attack that was stopped as a whole")
    not_stopped: int = _list("wordings that deny one")
    harmed: int = _list("people were harmed: adds to the score")
    killed: int = _list("words of killing, for the toll", asked="killed")
    wounded: int = _list("words of wounding, for the toll", asked="wounded")
    harming: int = _list("words of harm in the active voice")
    unharmed: int = _list("nobody was harmed")
    none_killed: int = _list("nobody was killed")
    none_wounded: int = _list("nobody was wounded")
    death_toll: int = _list("words for a toll of dead")
    wounded_toll: int = _list("words for a toll of wounded")
    rises_to: int = _list("a toll becomes another")
    troop_word: int = _list("words for troops, whom a number counts")
    vague_number: int = _list("words that say no exact number: kept as words")
    brain_injury: int = _list("words for injuries of the brain, counted among the wounded")
    damage: int = _list("words for what was broken")

    # what a later report says of it, and what tells two attacks apart
    takes_back: int = _list("somebody takes a report back")
    corrected_to: int = _list("a toll becomes the one that stands behind")
    not_that_number: int = _list("a number that is put right: it counts nobody")
    toll_revised: int = _list("a toll that is put right")
    blast_explained: int = _list("a blast at a base that was no attack: withdraws one that was taken for one")
    ruled_out: int = _list("somebody looked, and nobody attacked")
    part_in_it: int = _list("what an attacker denies to have had")
    no_part_in_it: int = _list("an attacker denies that it had a part")
    not_its_deed: int = _list("an attacker says that the deed was not its own")
    once_more: int = _list("it is one more attack")
    counted_deed: int = _list("attacks that an ordinal number counts")
    counted: int = _list("attacks that a tally counts")
    many: int = _list("before the number of a tally")
    since: int = _list("a tally counts from a day on")
    another_attack: int = _list("a sentence of an article tells of another attack than the one that it is about")
    last_one: int = _list("before a week day: that of the week before this one")
    day_of_last_week: int = _list("a week day of the week before")
    days_ago: int = _list("so many days before the report, as the number before it says")
    before_noon: int = _list("behind an hour: before noon")
    past_noon: int = _list("behind an hour: past noon")
    universal_time: int = _list("behind an hour: it is no local one")

    # who says it
    official_voice: int = _list("who speaks for a state, an army or a mission")
    anonymous_voice: int = _list("who speaks without a name")
    according_to: int = _list("before the name of who says it")
    wire_service: int = _list("agencies whose reports papers print")
    wire_note: int = _list("behind the name of an agency whose report it is")

    #: of each kind of target
    kinds: tuple[int, ...]
    #: of each weapon in the words of facts, and of each day from Monday on
    weapons: tuple[int, ...]
    weekdays: tuple[int, ...]
    #: words for the second, the third and so on
    ordinals: tuple[int, ...]

    @property
    def sure_place(self) -> int:
        """Names that surely mean a place."""
        return self.base_place | self.home_base | self.diplomatic_place | self.base_name


_FIELDS = {listed.name.replace("_", "-"): listed for listed in fields(AttackLists) if listed.metadata}
#: what the program does with each list, by its name
LISTS: dict[str, str] = {
    **{name: listed.metadata["use"] for name, listed in _FIELDS.items()},
    **dict.fromkeys(WEAPONS, "a weapon of the facts"),
    **{name: f"words for a target of the kind {kind}" for kind, name in KINDS.items()},
    **dict.fromkeys(WEEKDAYS, "a day of the week"),
    **dict.fromkeys(ORDINALS, "an ordinal number in words"),
}
#: the wish of a rule that each list fulfils, for those that some wish needs
_ASKED: dict[str, str] = {
    **{name: listed.metadata["asked"] for name, listed in _FIELDS.items() if listed.metadata["asked"]},
    **{weapon: weapon for weapon in WEAPONS},
}
#: when a list must be there, for those that ever must
REQUIRED = {name: _WISHES[wish][0] for name, wish in _ASKED.items()}


def attack_lists(vocabulary: Vocabulary) -> AttackLists:
    """The lists as this vocabulary has them."""
    return AttackLists(
        kinds=tuple(map(vocabulary.bits_of, KINDS.values())),
        weapons=tuple(map(vocabulary.bits_of, WEAPONS)),
        weekdays=tuple(map(vocabulary.bits_of, WEEKDAYS)),
        ordinals=tuple(map(vocabulary.bits_of, ORDINALS)),
        **{listed.name: vocabulary.bits_of(name) for name, listed in _FIELDS.items()},
    )


def missing_lists(files: RuleFiles) -> list[Problem]:
    """A problem for each list that some rule of the folder cannot do without and that no file defines."""
    if not files.lists:
        return []  # the folder is gone: one problem says so
    defined = {name for _, content in files.lists for name in (*content.lists, *content.masks, *content.shapes)}
    missing = {name: wish for name, wish in _ASKED.items() if name not in defined}
    found: dict[str, Problem] = {}
    for document, rule in files.rules:
        wishes = _wishes_of(rule)
        for name in (name for name, wish in missing.items() if wish in wishes and name not in found):
            found[name] = Problem(
                file=str(files.folder / "lists"),
                message=f"there is no list {name} ({LISTS[name]}), without which {_WISHES[missing[name]][1]}, as the "
                f"rule {rule.id} asks ({document.path.name}:{document.line('rule')})",
                hint=f"write {name}: [its words] under lists: in one of the files",
                unknown=name,
            )
    return list(found.values())


def _wishes_of(rule: Rule) -> set[str]:
    """What a rule asks for that needs a list of the program."""
    if rule.status == "off":
        return set()
    wishes = {"attacks"} if INCIDENT_ACTS & set(rule.act) else set[str]()
    if rule.who is not None and rule.who.role == "claims":
        wishes.add("claims")
    for condition in (condition for _, some in rule.raises for condition in some):
        match condition.fact:
            case "claimed":
                wishes.add("claims")
            case "weapon":
                wishes.add(condition.name)
            case fact:
                wishes.add(fact)
    return wishes


def reading_words(lists: AttackLists, vocabulary: Vocabulary) -> ReadingWords:
    """What the reader makes of the words of this vocabulary."""
    return ReadingWords(
        mask=lists.mask,
        hides=lists.mask | lists.actor,
        listed=vocabulary.listed,
        undone=lists.intercept | lists.stopped,
        deed=lists.launch | lists.hit,
        cause=lists.cause,
        clause_break=lists.clause_break,
        clause_start=lists.clause_start,
        clause_joint=lists.clause_joint,
        place=lists.base_place | lists.loose_place,
        clause_that=lists.clause_that,
        cause_end=lists.cause_end,
        condition=lists.condition,
        number=lists.number,
        year=lists.year,
        past_year=lists.past_year,
        question=lists.question,
        comma=lists.comma,
        colon=lists.colon,
        start=lists.start,
        abbreviations=vocabulary.abbreviations,
        months=vocabulary.calendar.months,
        languages=vocabulary.languages,
        shapes=vocabulary.shapes,
    )
