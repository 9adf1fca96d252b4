"""One line about an incident for the screen of a phone: level, what, where, toll, who says it.

It has at most `MAX_SUBJECT` characters. Where that is too short, what matters least goes first: the country, `Air
Base`, then who says it, what a number was before, the wounded, further weapons. Never given up are the level, the
word that says how sure it is (`claimed`, `foiled`, `withdrawn`, `denied`), the dead, and the beginning of the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts.phrases import days_ago, place_names
from monitor.incidents.doubts import doubt_of
from monitor.model.ledger import Change, ChangeReason, Folded, Grade, View
from monitor.model.names import Names
from monitor.model.place import Place
from monitor.model.report import Act, Voice
from monitor.text.clean import clean_message, shorten

#: characters of a subject
MAX_SUBJECT = 70
#: weapons as words before "attack", where they are not simply called so
_BEFORE_ATTACK = {
    "ballistic_missile": "missile", "cruise_missile": "missile", "ground_assault": "ground", "ied": "bomb",
    "small_arms": "small-arms", "suicide_bombing": "suicide-bomb", "tank_fire": "tank-fire", "vbied": "car-bomb",
}  # fmt: skip
#: weapons that are an attack by themselves ("suicide bombing attack" says it twice)
_AN_ATTACK = {
    "ground_assault": "ground assault", "suicide_bombing": "suicide bombing", "tank_fire": "tank fire",
    "vbied": "car bombing",
}  # fmt: skip
#: weapons that stand for the attack where room is short
_IN_NUMBERS = {
    "artillery": "artillery", "drone": "drones", "missile": "missiles", "mortar": "mortars", "rocket": "rockets",
}  # fmt: skip
#: weapons that can be intercepted
FLYING = frozenset({"artillery", "ballistic_missile", "cruise_missile", "drone", "missile", "mortar", "rocket"})
#: the kind of a place at the end of its name, which those on duty know
_KIND = re.compile(r"(?<=\w)[ ,]+(air ?base|air ?field|airport|base|military base|naval base|army base)$", re.I)
#: words of an id of a place that do not tell it from others
_EMPTY = frozenset({"air", "airbase", "airfield", "airport", "ain", "al", "ayn", "base", "camp", "el", "fort", "the"})


#: what may be missing, the least important first; `attack`: "drones" instead of "drone attack"; `name`: "officials"
#: instead of their name
_PARTS = (
    "country", "kind", "reported", "was", "attack", "stopped", "unsure", "name", "says", "weapons", "wounded",
    "ago", "toll",
)  # fmt: skip
#: where a claim or a denial is the news, the numbers give way before who claims or denies it
_PARTS_OF_CLAIM = (
    "country", "kind", "reported", "was", "name", "says", "wounded", "toll", "attack", "stopped", "unsure",
    "weapons", "ago",
)  # fmt: skip
#: where a number is put right, what it was is the news
_PARTS_OF_CORRECTION = (
    "country", "kind", "reported", "attack", "stopped", "unsure", "name", "says", "weapons", "wounded", "was",
    "ago", "toll",
)  # fmt: skip
#: characters for the names of places, and of those who claim it, the widest first
_ROOMS = ((48, 40), (36, 30), (26, 20), (20, 14), (14, 0), (10, 0))


@dataclass(frozen=True)
class _Words:
    """Which parts are missing in a subject, and the room for names in it."""

    gone: frozenset[str] = frozenset()
    places: int = 60
    claimants: int = 40


@dataclass(frozen=True)
class _Told:
    """What a subject is made of."""

    view: View
    change: Change
    names: Names
    now: datetime
    reasons: frozenset[ChangeReason] = field(default=frozenset())


def _fitted(line_of: Callable[[_Words], str], parts: tuple[str, ...] = _PARTS, *, places: int = 1) -> str:
    """The fullest line that is short enough: parts go one after another, and come back where there is room."""
    words = _Words()
    for room, claimants in _ROOMS:
        # the dead give way last of all, after names were cut as far as they can be
        least = len(parts) if parts[-1] != "toll" or (room, claimants) == _ROOMS[-1] else len(parts) - 1
        # of a salvo the names of its places are worth more than country and kind
        for count in range(2 if places > 1 else 0, least + 1):
            words = _Words(frozenset(parts[:count]), room, claimants)
            if len(line_of(words)) <= MAX_SUBJECT:
                return _refilled(line_of, words, parts[2:] if places > 1 else parts)
    return shorten(line_of(words), MAX_SUBJECT)


def _refilled(line_of: Callable[[_Words], str], words: _Words, parts: tuple[str, ...]) -> str:
    for part in reversed(parts):
        fuller = replace(words, gone=words.gone - {part})
        if part in words.gone and len(line_of(fuller)) <= MAX_SUBJECT:
            words = fuller
    return line_of(words)


def subject(view: View, change: Change, *, names: Names, now: datetime) -> str:
    """Level, what, where, toll, and who says it; what matters least is cut first."""
    told = _Told(view, change, names, now, frozenset(change.reasons))
    head = f"{change.level.upper()}: "
    is_claim = change.reasons[:1] in ((ChangeReason.CLAIMED,), (ChangeReason.DENIED,)) or view.grade is Grade.CLAIMED
    parts: tuple[str, ...] = _PARTS_OF_CLAIM if is_claim else _PARTS
    if ChangeReason.TOLL_CORRECTED in change.reasons:
        parts = _PARTS_OF_CORRECTION
    if ChangeReason.FIRST not in change.reasons:  # who gets an update knows of the attack
        parts = (*parts[:4], "ago", *(part for part in parts[4:] if part != "ago"))
    return _fitted(lambda words: head + _line(told, words), parts, places=len(view.incident.places))


def plain_subject(view: View, change: Change, *, names: Names) -> str:
    """For people who want plain words, with what officials confirm alone."""
    head = f"{change.level.upper()}: "
    said = "withdrawn: " if view.grade is Grade.RETRACTED else "denied: " if view.grade is Grade.DENIED else ""
    stopped = "stopped " if view.incident.act is Act.FOILED and not said else ""
    harm = "" if said else f": {confirmed_harm(view)}"
    return _fitted(
        lambda words: f"{head}{said}attack {stopped}{_at(view, names, words).lstrip()}{harm}",
        places=len(view.incident.places),
    )


def confirmed_harm(view: View) -> str:
    """`3 killed, 34 wounded`, `no casualties reported`; of what officials say alone."""
    killed, wounded = (official(number) for number in (view.killed, view.wounded))
    if killed is None and wounded is None:
        return "casualties not confirmed"
    told = [f"{count} {word}" for count, word in ((killed, "killed"), (wounded, "wounded")) if count]
    return ", ".join(told) or "no casualties reported"


def official(number: Folded) -> int | None:
    """The number as officials give it, the newest of theirs."""
    said = list(number.said or (() if number.best is None else (number.best,)))
    ours = [one for one in said if one.voice is Voice.OFFICIAL]
    return max(ours, key=lambda one: one.at).value if ours else None


def short_name(view: View) -> str:
    """What people call the incident in a chat: `asad-1117`."""
    return short_of(view.incident.id)


def short_of(incident_id: str) -> str:
    """The short name out of the id: its place in a word, month and day, and which of the day it is."""
    found = re.fullmatch(r"\d{4}-(\d\d)-(\d\d)-(.+?)(-\d)?", incident_id)
    if found is None:
        return shorten(incident_id, 20)
    month, day, place, number = found.groups()
    words = [word for word in re.split(r"[-:_\s]+", place) if word]
    telling = [word for word in words if word not in _EMPTY] or words
    name = "-".join(telling[-2:]) if telling[-1].isdigit() or len(telling[-1]) < 3 else telling[-1]
    return f"{name[:20]}-{month}{day}{number or ''}"


# ------------------------------------------------------------------------------------------------ parts


def _line(told: _Told, words: _Words) -> str:
    """The subject behind the level, of the parts that `words` leaves."""
    view, reasons = told.view, told.reasons
    most = 1 if "weapons" in words.gone else 3
    attack = attack_in_words(view.incident.weapons, most=most, short="attack" in words.gone)
    where = _at(view, told.names, words)
    ago = _ago(told) if "ago" not in words.gone else ""
    if ChangeReason.RETRACTED in reasons:
        said = "withdrawn: " if view.grade is Grade.RETRACTED else "report withdrawn: "
        return f"{said}{attack}{where}{ago}"
    if ChangeReason.DENIED in reasons and view.grade is Grade.DENIED:
        return f"denied: {attack}{where}{_says(told, words)}{ago}"
    if ChangeReason.RETALIATION in reasons and len(reasons) == 1:
        return f"retaliation for {attack}{where}{ago}"
    line = _claimed_or_not(told, words, attack, where)
    if ChangeReason.TOLL_CORRECTED in reasons:
        by = _withdrawn_by(told.change)
        line = f"toll corrected{f' by {by}' if by and 'was' not in words.gone else ''}: {line}"
    if ChangeReason.DENIED in reasons and view.denied_by:
        by = _actors(view.denied_by, told.names, max(words.claimants, 10))
        line = f"{by} denies {line}" if words.claimants else f"denied: {line}"
    harm = _harm(told, words)
    return f"{line}{f': {harm}' if harm else ''}{_says(told, words)}{ago}"


def _claimed_or_not(told: _Told, words: _Words, attack: str, where: str) -> str:
    """`drone attack at X`, with what is known of how sure it is and of who did it."""
    view, reasons = told.view, told.reasons
    if not where:
        where = ", place not named"
    by = _actors(view.incident.claimed_by, told.names, words.claimants) if words.claimants else ""
    by = f" by {by}" if by else ""
    if doubt_of(view):
        return f"{attack}{where}, doubtful"
    if view.grade is Grade.CLAIMED or (view.incident.act is Act.CLAIM and view.grade is not Grade.CONFIRMED):
        unsure = "" if "unsure" in words.gone else ", not confirmed"
        return f"{attack}{where} claimed{by}{unsure}"
    line = f"{attack} {foiled(view)}{where}" if view.incident.act is Act.FOILED else f"{attack}{where}"
    if ChangeReason.CLAIMED in reasons:
        return f"{line} claimed{by}"
    if told.change.reasons[:1] == (ChangeReason.CONFIRMED,):
        return f"{line} confirmed"
    if ChangeReason.PLACE_NAMED in reasons and ChangeReason.FIRST not in reasons and "reported" not in words.gone:
        return f"{line}, place now known"
    if ChangeReason.FIRST in reasons and view.incident.act is not Act.FOILED and "reported" not in words.gone:
        return f"{attack} reported{where}"
    return line


def attack_in_words(weapons: tuple[str, ...], *, most: int = 3, short: bool = False) -> str:
    """`drone and rocket attack`, `suicide bombing`, `attack`; `short`: `drones and rockets`."""
    if len(weapons) == 1 and weapons[0] in _AN_ATTACK:
        return _AN_ATTACK[weapons[0]]
    named = list(dict.fromkeys(_BEFORE_ATTACK.get(weapon, weapon.replace("_", " ")) for weapon in weapons))[:most]
    if not named:
        return "attack"
    # "small-arms attack" has no shorter form
    plural = short and all(name in _IN_NUMBERS for name in named)
    *others, last = [_IN_NUMBERS[name] if plural else shorten(clean_message(name), 20) for name in named]
    told = f"{', '.join(others)} and {last}" if others else last
    return told if plural else f"{told} attack"


def foiled(view: View) -> str:
    """How an attack that did no harm is told."""
    return "intercepted" if set(view.incident.weapons) & FLYING else "foiled"


def _at(view: View, names: Names, words: _Words) -> str:
    """` at Ain al-Asad, Iraq`, ` in Lebanon`; empty for an unknown place."""
    places = [_called(place, words) for place in view.incident.places if not place.is_unplaced]
    if not places:
        return ""
    named = place_names(
        places, room=words.places, country_of=lambda code: "" if "country" in words.gone else names.country_name(code)
    )
    first = view.incident.places[0]
    how = "in" if first.is_vague else "near" if is_near(view, first.id) else "at"
    return f" {how} {shorten(named, words.places)}"


def is_near(view: View, place_id: str) -> bool:
    """No report tells that it was at the place itself."""
    told = [place.precision for one in view.reports for place in one.facts.targets if place.id == place_id]
    return bool(told) and all(precision == "near" for precision in told)


def without_kind(place: Place) -> str:
    """`Ain al-Asad` of `Ain al-Asad Air Base`."""
    name = clean_message(place.name)
    return name if place.is_vague else _KIND.sub("", name)


def _called(place: Place, words: _Words) -> Place:
    name = without_kind(place) if "kind" in words.gone else clean_message(place.name)
    return Place(id=place.id, name=name, country=place.country, precision=place.precision)


def _actors(ids: tuple[str, ...], names: Names, room: int) -> str:
    return shorten(", ".join(clean_message(names.name_of(one)) for one in ids[:2]), room)


def _harm(told: _Told, words: _Words) -> str:
    """`3 killed (was 0), 34 wounded`, `no casualties`; what only the attackers count is `as claimed`."""
    view = told.view
    if "toll" in words.gone:
        return ""
    parts: list[str] = []
    claimed = False
    for name, number in (("killed", view.killed), ("wounded", view.wounded)):
        best, was = number.best, _before(told.change, name)
        if name == "wounded" and "wounded" in words.gone and parts:
            continue
        if best is None and (said := in_words(view, name)):
            parts.append(f"{said} {name}")
        if best is None or (not best.value and not was):
            continue
        claimed |= best.voice is Voice.CLAIMANT
        before = f" (was {was})" if was and "was" not in words.gone else ""
        hurt = _brain_injuries(told) if name == "wounded" else None
        harmed = f"{best.value}{'+' if best.at_least else ''} {name}" if hurt is None else f"{hurt} brain injuries"
        parts.append(f"{harmed}{before}")
    if not parts and view.incident.act is not Act.FOILED and _none_hurt(view):
        return "no casualties"
    stopped = view.intercepted.best
    if stopped is not None and stopped.value and "stopped" not in words.gone and view.incident.act is not Act.FOILED:
        parts.append(f"{stopped.value} intercepted")
    return ", ".join([*parts, *(["as claimed"] if claimed else [])])


def _brain_injuries(told: _Told) -> int | None:
    """How many injuries of the brain there are, where the news is about them: weeks later they are the toll."""
    brought = {told.change.report, *(one.report for one in told.change.details)}
    about = any(one.facts.brain_injuries for one in told.view.reports if one.id in brought)
    return told.view.brain_injuries.best.value if about and told.view.brain_injuries.best is not None else None


def in_words(view: View, name: str) -> str:
    """`dozens`, `several`: how the newest report gives a number of which no figure is known; empty for none."""
    said = [getattr(one.facts, f"{name}_words") for one in view.reports if not one.retracted_at and not one.doubts]
    words = clean_message(next((one for one in reversed(said) if one), ""))
    return "" if words.casefold().startswith(("no", "none", "without")) else shorten(words, 16)


def _none_hurt(view: View) -> bool:
    """Somebody says that nobody was hurt, and nobody says otherwise."""
    found = [number.best.value for number in (view.killed, view.wounded) if number.best is not None]
    return len(found) == 2 and not any(found)


def _before(change: Change, name: str) -> str:
    """What the number was, where this change says so."""
    found = (one.before for one in change.details if one.field == name and one.before.isdigit() and one.after.isdigit())
    return next((shorten(before, 6) for before in found), "")


def _withdrawn_by(change: Change) -> str:
    """Who takes a number back for which no other number comes: those that others give stand."""
    by = (one.by for one in change.details if one.reason is ChangeReason.TOLL_CORRECTED and not one.after.isdigit())
    return shorten(clean_message(next(by, "")), 20)


def _says(told: _Told, words: _Words) -> str:
    """` – Pentagon`: who gives the numbers, else who brought the news; nothing where the claim names its author."""
    if "says" in words.gone or told.view.grade is Grade.CLAIMED or _withdrawn_by(told.change):
        return ""
    by, voice = _speaker(told)
    if "name" in words.gone and voice is Voice.OFFICIAL:
        by = "officials"
    return f" – {shorten(clean_message(by), 24)}" if by else ""


def _speaker(told: _Told) -> tuple[str, Voice]:
    for detail in told.change.details:
        if detail.by and detail.reason in told.reasons:
            return detail.by, detail.voice
    best = told.view.killed.best or told.view.wounded.best
    if best is not None:
        return best.speaker or best.by, best.voice
    brought = [one for one in told.view.reports if one.id == told.change.report] or list(told.view.reports[:1])
    return (brought[0].speaker or brought[0].publisher, brought[0].voice) if brought else ("", Voice.MEDIA)


def _ago(told: _Told) -> str:
    """` (3 days ago)` where the first report comes so long after the attack; an update needs it as well."""
    incident = told.view.incident
    ago = days_ago(incident.date, told.now, told.names.zone_of(incident.place_id))
    return f" ({ago})" if ago else ""
