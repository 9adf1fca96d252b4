"""The words of an alert: a title for a phone, a body for a person, a last block for a machine.

The last lines of every body are exact, one `key: value` each, so that a receiver can drop a repeat:

    incident: 2026-11-21-ain-al-asad      (`none` where there is no incident)
    version: 1                            (0 where there is no incident)
    reason: FIRST
    alert: a-01J…

Where a change has further reasons, a line `also: ESCALATED` stands above these four.
The same (incident, version, reason) or the same alert twice is a repeat. What a publisher wrote stands above, always
in quotation marks and on one line, so that no headline can pass itself off as that block. Lengths are bounded:
a title has at most `MAX_TITLE` characters, a body at most `MAX_BODY` (Discord takes 2,000 of both together).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.html import as_html
from monitor.alerts.phrases import day_in_words, days_ago, fitted, place_names, quotes_of, time_in_words
from monitor.alerts.slots import TIGHTEST, Asked, lead_rule, slots
from monitor.alerts.styles import filled, shipped, slots_of, subject_line
from monitor.alerts.subject import MAX_SUBJECT
from monitor.incidents.brief import brief
from monitor.model.alert import Alert, AlertKind, Decision
from monitor.model.clock import require_aware
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import Change, Detail, View
from monitor.model.names import Names
from monitor.model.place import Place, unplaced
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Facts, Level
from monitor.text.clean import clean_message, shorten

MAX_TITLE = 200
MAX_BODY = 1700
#: characters for the places of a salvo; what does not fit is counted
_PLACES_IN_TITLE = 110
_PLACES_IN_BODY = 400
#: a publisher's date further than this from the first sight of the item is told as odd
ODD_DATE = timedelta(days=2)
#: the fewest characters that a long title leaves of the place, and of who claims it
_LEAST_ROOM = 30
#: weapons as words before "attack", where they are not simply called so
_BEFORE_ATTACK = {
    "ground_assault": "ground", "ied": "bomb", "small_arms": "small-arms", "suicide_bombing": "suicide-bomb",
    "tank_fire": "tank-fire", "vbied": "car-bomb",
}  # fmt: skip
#: weapons that are an attack by themselves ("suicide bombing attack" says it twice)
_AN_ATTACK = {
    "ground_assault": "ground assault", "suicide_bombing": "suicide bombing", "tank_fire": "tank fire",
    "vbied": "car bombing",
}  # fmt: skip
#: weapons that can be intercepted
_FLYING = frozenset({"artillery", "ballistic_missile", "cruise_missile", "drone", "missile", "mortar", "rocket"})


def incident_alert(
    view: View,
    change: Change,
    details: Sequence[Detail],
    *,
    style: str,
    zone: str,
    names: Names,
    baseline: Sequence[str],
    alert_id: str,
    now: datetime,
    channels: tuple[str, ...],
    audience: str,
    template: str = "",
) -> Alert:
    """The alert that tells `channels` what changed of an incident, in the words of a style and the reader's zone.

    `change.reasons` are those that these channels are told, the weightiest first. `template` is the text of a style
    that somebody wrote or edited; empty: the shipped one of the name.
    """
    text = template or shipped(style)
    asked = Asked(
        view=view, change=change, details=details, zone=zone, names=names, baseline=baseline, now=now,
        brief=_brief(view, names) if "brief" in slots_of(text) else (),
    )  # fmt: skip
    reason, *also = [str(one) for one in change.reasons] or ["FIRST"]
    block = _block(view.incident.id, change.version, reason, alert_id, also)
    room = MAX_BODY - len(block) - 2
    body = title = ""
    for tight in range(TIGHTEST + 1):
        values = slots(asked, tight=tight)
        body, title = filled(text, values), subject_line(text, values)
        if len(body) <= room:
            break
    body = f"{shorten(body, room)}\n\n{block}"
    rule = lead_rule(view)
    return Alert(
        id=alert_id,
        kind=AlertKind.INCIDENT,
        incident_id=view.incident.id,
        version=change.version,
        reason=reason,
        level=change.level,
        rule=rule.rule if rule is not None else None,
        channels=channels,
        title=shorten(title, MAX_SUBJECT),
        body=body,
        created_at=require_aware(now),
        audience=audience,
        also=tuple(also),
        style=style,
        html=as_html(body),
    )


def _brief(view: View, names: Names) -> list[str]:
    """What the reports say in their own sentences, and where they disagree."""
    found = brief(view, sentences=3, names=names)
    return [*(text for text, _ in found.sentences), *found.disagreements[:1]]


def item_alert(
    item: Item,
    classification: Classification,
    incident: Incident | None,
    decision: Decision,
    names: Names,
    *,
    alert_id: str,
    now: datetime,
) -> Alert:
    """The alert that `item` raises: of `incident`, or of the item alone where it belongs to none.

    Facts hold ids, people read `names`.
    """
    level = classification.level or Level.NOTICE
    facts = _with_names(classification.facts, names)
    places = _places(facts, incident)
    place = next(iter(places), unplaced())
    zone = names.zone_of(place.id)
    base = "" if place.is_vague else shorten(clean_message(place.name), 60)  # a country has no clock of its own
    # as the item states it; where it only was reported on that day, that of its incident
    day = incident.date if incident is not None and not facts.date_stated else facts.date
    ago = days_ago(day, item.reported, zone)
    in_title, in_body = (
        place_names(places, room=room, country_of=names.country_name) for room in (_PLACES_IN_TITLE, _PLACES_IN_BODY)
    )
    lines = [
        "",
        f"Says: {shorten(clean_message(item.publisher or item.feed), 60) or 'not named'}",
        f"Reported: {time_in_words(item.reported, zone, base)}",
        f"Place: {in_body or 'not named'}",
        f"Date of the attack: {day_in_words(day)}{f' ({ago})' if ago else ''}",
        _toll(facts),
        *_who(facts),
        *_odd_date(item),
        f"Link: {_link(item)}",
        f"Why: {_why(classification, names)}",
    ]
    body = _body(quotes_of(item, classification) or ["(no headline)"], lines, incident, decision.reason, alert_id)
    return Alert(
        id=alert_id,
        kind=AlertKind.INCIDENT,
        incident_id=incident.id if incident else None,
        version=incident.version if incident else 0,
        reason=str(decision.reason),
        level=level,
        rule=classification.rule,
        channels=decision.send_to,
        title=_title(level, item, classification.act, facts, _at(in_title, facts, place), ago),
        body=body,
        html=as_html(body),
        created_at=require_aware(now),
    )


def operator_alert(
    reason: str,
    title: str,
    body: str,
    *,
    alert_id: str,
    now: datetime,
    level: Level = Level.NOTICE,
    channels: tuple[str, ...] = ("operator",),
) -> Alert:
    """A notice about feeds, rules, channels or the daemon itself; `reason` is an `OperatorReason`."""
    return Alert(
        id=alert_id,
        kind=AlertKind.OPERATOR,
        reason=str(reason),
        level=level,
        channels=channels,
        title=shorten(f"basewatch: {clean_message(title)}", MAX_TITLE),
        body=_body([], [clean_message(body, lines=True)], None, reason, alert_id),
        created_at=require_aware(now),
    )


def _block(incident_id: str, version: int, reason: str, alert_id: str, also: Sequence[str] = ()) -> str:
    """The last lines, for programs: always these four; what else holds stands above them."""
    further = f"also: {', '.join(also)}\n" if also else ""
    return f"{further}incident: {incident_id}\nversion: {version}\nreason: {reason}\nalert: {alert_id}"


def _with_names(facts: Facts, names: Names) -> Facts:
    claimed, attributed = (tuple(map(names.name_of, ids)) for ids in (facts.claimed_by, facts.attributed_to))
    return replace(facts, claimed_by=claimed, attributed_to=attributed)


def _places(facts: Facts, incident: Incident | None) -> Sequence[Place]:
    """The incident's places, else the item's targets, else what it names first; empty where nobody says which."""
    if incident is not None:
        return [place for place in incident.places if not place.is_unplaced]
    return facts.targets or facts.places[:1]


def _body(quotes: list[str], facts: list[str], incident: Incident | None, reason: str, alert_id: str) -> str:
    """All of it within `MAX_BODY`: quotes go first where the room is short, the block never does."""
    of, version = (incident.id, incident.version) if incident else ("none", 0)
    block = _block(of, version, reason, alert_id)
    room = MAX_BODY - len(block) - 2
    kept = fitted(quotes, room - sum(len(line) + 1 for line in facts))
    return f"{shorten(chr(10).join([*(f'“{quote}”' for quote in kept), *facts]), room)}\n\n{block}"


# ------------------------------------------------------------------------------------------------ title


def _title(level: Level, item: Item, act: Act, facts: Facts, at: str, ago: str) -> str:
    """The subject: what, where, how sure, how bad, when. Where it is too long the place gives way, not the doubt."""
    if act not in INCIDENT_ACTS:
        what = {Act.TOLL: "toll revised", Act.RETRACTION: "report taken back"}.get(act, str(act))
        return shorten(f"{level.upper()}: {what}: {shorten(clean_message(item.title), 140)}", MAX_TITLE)
    when = f" ({ago})" if ago else ""
    room = MAX_TITLE - len(f"{level.upper()}: {when}")
    subject = _subject(act, facts, at)
    if (over := len(subject) - room) > 0:
        at = shorten(at, max(_LEAST_ROOM, len(at) - over))
        subject = _subject(act, facts, at)
    if len(subject) > room:
        subject = _subject(act, facts, at, room=_LEAST_ROOM)
    return shorten(f"{level.upper()}: {subject}{when}", MAX_TITLE)


def _subject(act: Act, facts: Facts, at: str, *, room: int = 80) -> str:
    """`room`: the characters that the names of those who claim it may take."""
    attack = _attack(facts.weapons)
    by = f" by {shorten(_names(facts.claimed_by), room)}" if facts.claimed_by else ""
    if act is Act.CLAIM:
        subject = f"{attack}{at} claimed{by}, not confirmed"
    elif act is Act.FOILED:
        foiled = "intercepted or missed" if set(facts.weapons) & _FLYING else "foiled"
        subject = f"{attack} {foiled}{at}"
    else:
        subject = f"{attack} reported{at}"
    if act is not Act.FOILED and (stopped := _stopped(facts)):
        subject += f", {stopped}"
    if act is not Act.CLAIM and by:
        subject += f", claimed{by}"
    if not at:
        subject += ", place not named"
    harm = _harm(facts, least=1)
    if harm and facts.toll_claimed:
        harm.append("as claimed")
    return f"{subject}: {', '.join(harm)}" if harm else subject


def _attack(weapons: tuple[str, ...]) -> str:
    """`drone and rocket attack`, `suicide bombing`, `attack`."""
    if len(weapons) == 1 and weapons[0] in _AN_ATTACK:
        return _AN_ATTACK[weapons[0]]
    *others, last = [_BEFORE_ATTACK.get(weapon, weapon.replace("_", " ")) for weapon in weapons[:3]] or [""]
    named = f"{', '.join(others)} and {last}" if others else last
    return f"{shorten(clean_message(named), 80)} attack".strip()


def _stopped(facts: Facts) -> str:
    """How much of it was shot down or missed; empty where nothing says so."""
    if facts.intercepted:
        return f"{facts.intercepted} intercepted"
    return "some intercepted or missed" if facts.interception and facts.intercepted is None else ""


def _harm(facts: Facts, *, least: int) -> list[str]:
    """`3 killed`, `5 wounded`: what is stated and not less than `least`."""
    counts = ((facts.killed, "killed"), (facts.wounded, "wounded"))
    return [f"{count} {word}" for count, word in counts if count is not None and count >= least]


def _at(names: str, facts: Facts, place: Place) -> str:
    """` at Ain al-Asad Air Base, Iraq`, ` in Lebanon`, ` near Erbil Air Base, Iraq`; empty for an unknown place."""
    if not names:
        return ""
    if place.is_vague:
        return f" in {names}"
    near = any(named.id == place.id and named.precision == "near" for named in facts.places)
    return f" near {names}" if near else f" at {names}"


# ------------------------------------------------------------------------------------------------- body


def _toll(facts: Facts) -> str:
    harm = _harm(facts, least=0)
    if harm and facts.toll_claimed:
        by = f" by {_names(facts.claimed_by)}" if facts.claimed_by else ""
        harm[-1] += f" (as claimed{by}, not confirmed)"
    if facts.intercepted == 0:
        harm.append("0 intercepted")
    told = [*(harm or ["no casualties stated"]), _stopped(facts)]
    return f"Toll: {', '.join(part for part in told if part)}"


def _who(facts: Facts) -> list[str]:
    lines = []
    if facts.claimed_by:
        lines.append(f"Claimed by: {_names(facts.claimed_by)} (a claim, not a confirmation)")
    if facts.attributed_to:
        lines.append(f"Attributed to: {_names(facts.attributed_to)}")
    return lines


def _odd_date(item: Item) -> list[str]:
    """A publisher's date that does not fit is said, never hidden: it may be an old article that came back."""
    if item.published is None:
        return ["Dated: its publisher gives no date that can be read"]
    if abs(item.published - item.first_seen) <= ODD_DATE:
        return []
    dated, seen = day_in_words(item.published.date()), day_in_words(item.first_seen.date())
    return [f"Dated {dated} by its publisher, first seen {seen}"]


def _link(item: Item) -> str:
    url = clean_message(item.url).replace(" ", "%20")
    if not url:
        return "none"
    return url if len(url) <= 400 else f"too long to send; see: basewatch explain {item.id}"


def _why(classification: Classification, names: Names) -> str:
    """The rule and the words that decided, each with its plain meaning; words that only connect are left out."""
    rule = classification.rule or "none"
    title = shorten(clean_message(names.title_of(rule)), 80)
    words = [f"“{title}” (rule {rule})" if title else f"rule {rule}"]
    for evidence in classification.evidence:
        word = f"“{shorten(clean_message(evidence.text), 40)}” ({evidence.means})"
        if evidence.means and word not in words:
            words.append(word)
    return shorten("; ".join(words[:7]), 300)


def _names(names: tuple[str, ...]) -> str:
    return shorten(", ".join(clean_message(name) for name in names[:3]), 80)
