"""The lists of a rules folder on which the program itself relies, by name, with what it does with each.

None must be there: a folder without a list finds nothing of its kind, and `rules check` names lists of the shipped
rules that are gone. What only puts a word into plain language (`meanings`, `quoting`) asks the vocabulary itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import cast

from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import ReadingWords

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _list(use: str, name: str = "") -> int:
    """A list, and what the program does with it; its name where that is not the field's with hyphens."""
    return cast(int, field(metadata={"use": use, "name": name}))


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
    assailant: int = _list("words for attackers: who is counted with them is no victim")
    country: int = _list("names of countries")
    far_country: int = _list("names of countries far from the news")
    nationality: int = _list("names of peoples")
    mask: int = _list("what masks cover is not seen")
    number: int = _list("numbers in digits")
    year: int = _list("years")
    past_year: int = _list("years before that of the report")
    question: int = _list("question marks")
    start: int = _list("the start of a sentence")

    # how a sentence is read
    cause: int = _list("opens a clause that only names a cause or the background")
    clause_break: int = _list("begins a new clause")
    clause_start: int = _list("things with which a main clause may begin")
    clause_joint: int = _list("joins a main clause to the one before")
    condition: int = _list("makes what follows depend on what it says")
    intercept: int = _list("shoots down: what it stops is no attack, and a fact")
    stopped: int = _list("was shot down: the same in the passive voice")
    launch: int = _list("a deed that a stopped weapon did not do")
    hit: int = _list("a deed that a stopped weapon did not do")

    # where it happened, and what was hit
    target: int = _list("what can be attacked: bases, troops, embassies")
    foreign_base: int = _list("words for a base of foreign troops")
    base_of_guests: int = _list("words for a base of guests")
    troops: int = _list("words for foreign troops")
    troops_of: int = _list("words for troops of a nation")
    base_target: int = _list("targets that are bases or their troops")
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
    ballistic_missile: int = _list("a weapon of the facts", name="ballistic_missile")
    cruise_missile: int = _list("a weapon of the facts", name="cruise_missile")
    missile: int = _list("a weapon of the facts")
    rocket: int = _list("a weapon of the facts")
    drone: int = _list("a weapon of the facts")
    mortar: int = _list("a weapon of the facts")
    artillery: int = _list("a weapon of the facts")
    tank_fire: int = _list("a weapon of the facts", name="tank_fire")
    vbied: int = _list("a weapon of the facts")
    ied: int = _list("a weapon of the facts")
    suicide_bombing: int = _list("a weapon of the facts", name="suicide_bombing")
    ground_assault: int = _list("a weapon of the facts", name="ground_assault")
    small_arms: int = _list("a weapon of the facts", name="small_arms")
    flying: int = _list("weapons that fly: no count of people")
    own_aircraft: int = _list("aircraft of the attacked: no count of people")
    airstrike: int = _list("strikes: no count of people")
    explosion: int = _list("explosions: no count of people")
    strike_noun: int = _list("words for an attack: dates it, and is no count of people")
    claim: int = _list("somebody claims it")
    no_claim: int = _list("nobody claims it")
    claim_of_deed: int = _list("an attacker tells of its own deed")
    attacker_said: int = _list("an attacker is who says it")
    blamed: int = _list("who is blamed")
    says: int = _list("somebody says: parts a statement from the deed")
    says_behind: int = _list("the same behind what is said")
    statement: int = _list("a statement: its day is not that of the deed")
    monday: int = _list("a day of the week")
    tuesday: int = _list("a day of the week")
    wednesday: int = _list("a day of the week")
    thursday: int = _list("a day of the week")
    friday: int = _list("a day of the week")
    saturday: int = _list("a day of the week")
    sunday: int = _list("a day of the week")
    yesterday: int = _list("the day before the report")
    day_part: int = _list("parts of a day, which may stand beside it")

    # what became of it
    interception: int = _list("wordings of an interception")
    not_stopped: int = _list("wordings that deny one")
    harmed: int = _list("people were harmed: adds to the score")
    killed: int = _list("words of killing, for the toll")
    wounded: int = _list("words of wounding, for the toll")
    harming: int = _list("words of harm in the active voice")
    unharmed: int = _list("nobody was harmed")
    none_killed: int = _list("nobody was killed")
    none_wounded: int = _list("nobody was wounded")
    death_toll: int = _list("words for a toll of dead")
    wounded_toll: int = _list("words for a toll of wounded")
    rises_to: int = _list("a toll becomes another")
    troop_word: int = _list("words for troops, whom a number counts")

    def bits(self, name: str) -> int:
        """The bits of a list by its name."""
        return cast(int, getattr(self, name.replace("-", "_")))


#: what the program does with each list, by its name
LISTS: dict[str, str] = {
    one.metadata["name"] or one.name.replace("_", "-"): one.metadata["use"] for one in fields(AttackLists)
}


def attack_lists(vocabulary: Vocabulary) -> AttackLists:
    """The lists as this vocabulary has them."""
    return AttackLists(**{name.replace("-", "_"): vocabulary.bits_of(name) for name in LISTS})


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
        condition=lists.condition,
        number=lists.number,
        year=lists.year,
        past_year=lists.past_year,
        question=lists.question,
        start=lists.start,
        abbreviations=vocabulary.abbreviations,
        months=vocabulary.calendar.months,
        languages=vocabulary.languages,
        shapes=vocabulary.shapes,
    )
