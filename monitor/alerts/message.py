"""The words of an alert: a title for a phone, a body for a person, a last block for a machine.

The last lines of every body are exact, one `key: value` each, so that a receiver can drop a repeat:

    incident: 2026-11-21-ain-al-asad      (`none` where there is no incident)
    version: 1                            (0 where there is no incident)
    reason: FIRST
    alert: a-01J…

Where a change has further reasons, a line `also: ESCALATED` stands above these four.
The same (incident, version, reason) or the same alert twice is a repeat. What a publisher wrote stands above, always
in quotation marks and on one line, so that no headline can pass itself off as that block. Lengths are bounded:
a title of an incident or an item has at most `MAX_SUBJECT`
characters, that of a notice `MAX_TITLE`, a body at most `MAX_BODY` (Discord takes 2,000 of both together).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.html import as_html
from monitor.alerts.phrases import day_in_words, days_ago, fitted, place_names, quotes_of, time_in_words
from monitor.alerts.quotations import in_crowd
from monitor.alerts.slots import TIGHTEST, Asked, lead_rule, slots
from monitor.alerts.styles import filled, shipped, slots_of, subject_line
from monitor.alerts.subject import MAX_SUBJECT, attack_in_words, without_kind
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
_PLACES_IN_BODY = 400


@dataclass(frozen=True)
class _Fit:
    """How much of a title is told: characters for the names of places and of claimants, and which words."""

    places: int
    claimants: int
    country: bool = False
    kind: bool = False
    ago: bool = True
    #: without "reported" and what is said twice
    brief: bool = False
    #: "drones" instead of "drone and rocket attack"
    terse: bool = False
    #: of the toll the first number
    dead: bool = False


#: the fullest first
_TITLES = (
    _Fit(60, 40, country=True, kind=True), _Fit(60, 40, kind=True), _Fit(60, 40), _Fit(60, 40, brief=True),
    _Fit(40, 30, brief=True), _Fit(40, 30, brief=True, terse=True), _Fit(26, 20, brief=True, terse=True),
    _Fit(26, 20, brief=True, terse=True, ago=False), _Fit(18, 12, brief=True, terse=True, ago=False),
    _Fit(18, 0, brief=True, terse=True, ago=False), _Fit(12, 0, brief=True, terse=True, ago=False, dead=True),
)  # fmt: skip
#: a publisher's date further than this from the first sight of the item is told as odd
ODD_DATE = timedelta(days=2)
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
    notice: str = "",
) -> Alert:
    """The alert that tells `channels` what changed of an incident, in the words of a style and the reader's zone.

    `change.reasons` are those that these channels are told, the weightiest first. `template` is the text of a style
    that somebody wrote or edited; empty: the shipped one of the name. `notice` stands above all: that this breaks an
    acknowledgement.
    """
    text = template or shipped(style)
    wanted = slots_of(text)
    asked = Asked(
        view=view, change=change, details=details, zone=zone, names=names, baseline=baseline, now=now,
        brief=_brief(view, names, wanted) if "brief" in wanted else (),
    )  # fmt: skip
    reason, *also = [str(one) for one in change.reasons] or ["FIRST"]
    block = _block(view.incident.id, change.version, reason, alert_id, also)
    room = MAX_BODY - len(block) - 2
    body = title = ""
    for tight in range(TIGHTEST + 1):
        values = _once(slots(asked, tight=tight), wanted)
        body, title = filled(text, values), subject_line(text, values)
        body = f"{notice}\n{body}" if notice else body
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


def _brief(view: View, names: Names, wanted: frozenset[str]) -> list[str]:
    """What the reports say in their own sentences, and where they disagree, unless another slot tells it."""
    found = brief(view, sentences=3, names=names)
    return [*(text for text, _ in found.sentences), *(() if "differ" in wanted else found.disagreements[:2])]


def _once(values: dict[str, str], wanted: frozenset[str]) -> dict[str, str]:
    """A sentence that is quoted with its link does not stand in the brief as well."""
    if "quotes" not in wanted or "brief" not in wanted:
        return values
    lines = values["brief"].split("\n")
    kept = [line for line in lines if line.partition("“")[2].rstrip("”…") not in values["quotes"] or "“" not in line]
    return {**values, "brief": "\n".join(kept)}


def item_alert(
    item: Item,
    classification: Classification,
    incident: Incident | None,
    decision: Decision,
    names: Names,
    *,
    zone: str = "UTC",
    alert_id: str,
    now: datetime,
) -> Alert:
    """The alert that `item` raises: of `incident`, or of the item alone where it belongs to none; `zone`: the reader's.

    Facts hold ids, people read `names`.
    """
    level = classification.level or Level.NOTICE
    facts = _with_names(classification.facts, names)
    places = _places(facts, incident)
    place = next(iter(places), unplaced())
    there = names.zone_of(place.id)
    base = "" if place.is_vague else shorten(clean_message(place.name), 60)  # a country has no clock of its own
    # as the item states it; where it only was reported on that day, that of its incident
    day = incident.date if incident is not None and not facts.date_stated else facts.date
    ago = days_ago(day, item.reported, there)
    in_body = place_names(places, room=_PLACES_IN_BODY, country_of=names.country_name)
    lines = [
        "",
        f"Says: {shorten(clean_message(item.publisher or item.feed), 60) or 'not named'}",
        f"Reported: {time_in_words(item.reported, there, base, reader=zone)}",
        f"Place: {in_body or 'not named'}",
        f"Date of the attack: {day_in_words(day)}{f' ({ago})' if ago else ''}",
        _toll(facts),
        *_who(facts),
        *_odd_date(item),
        f"Link: {_link(item)}",
        f"Why: {_why(classification, names)}",
        *([f"Note: {in_crowd(facts.crowd)}"] if facts.crowd else []),
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
        title=_title(level, item, classification.act, facts, places, names, ago),
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


def _title(level: Level, item: Item, act: Act, facts: Facts, places: Sequence[Place], names: Names, ago: str) -> str:
    """The subject: what, where, how sure, how bad, when. Where it is too long words give way, never the dead or the
    doubt: the country, the kind of place, then as `_TITLES` has it."""
    if act not in INCIDENT_ACTS:
        what = {Act.TOLL: "toll revised", Act.RETRACTION: "report taken back"}.get(act, str(act))
        if act is Act.TOLL and facts.brain_injuries:
            what = f"{facts.brain_injuries} brain injuries"
        return shorten(f"{level.upper()}: {what}: {clean_message(item.title)}", MAX_SUBJECT)
    title = ""
    for fit in _TITLES:
        when = f" ({ago})" if ago and fit.ago else ""
        title = f"{level.upper()}: {_subject(act, facts, _where(places, facts, names, fit), fit)}{when}"
        if len(title) <= MAX_SUBJECT:
            break
    return shorten(title, MAX_SUBJECT)


def _where(places: Sequence[Place], facts: Facts, names: Names, fit: _Fit) -> str:
    """` at Ain al-Asad Air Base, Iraq`, as far as it fits."""
    shown = places if fit.kind else [replace(one, name=without_kind(one)) for one in places]
    named = place_names(shown, room=fit.places, country_of=names.country_name if fit.country else lambda _: "")
    return _at(shorten(named, fit.places), facts, next(iter(places), unplaced()))


def _subject(act: Act, facts: Facts, at: str, fit: _Fit) -> str:
    attack = attack_in_words(facts.weapons, most=1, short=True) if fit.terse else _attack(facts.weapons)
    by = f" by {shorten(_names(facts.claimed_by), fit.claimants)}" if facts.claimed_by and fit.claimants else ""
    harm = _harm(facts, least=1)[: 1 if fit.dead else 2]
    if harm and facts.toll_claimed:
        harm.append("as claimed")
    if act is Act.CLAIM:
        # "as claimed" says it as well
        subject = f"{attack}{at} claimed{by}{'' if fit.brief and harm and facts.toll_claimed else ', not confirmed'}"
    elif act is Act.FOILED:
        foiled = "intercepted or missed" if set(facts.weapons) & _FLYING else "foiled"
        subject = f"{attack} {foiled}{at}"
    else:
        subject = f"{attack}{'' if fit.brief else ' reported'}{at}"
    if act is not Act.FOILED and (stopped := _stopped(facts)):
        subject += f", {stopped}"
    if act is not Act.CLAIM and facts.claimed_by:
        subject += f", claimed{by}"
    if not at and not (fit.brief and act is Act.CLAIM):
        subject += ", place not named"
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
