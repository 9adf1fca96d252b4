"""The words of an alert: a title for a phone, a body for a person, a last block for a machine. Pure.

The last lines of every body are exact, one `key: value` each, so that a receiver can drop a repeat:

    incident: 2026-11-21-ain-al-asad      (`none` where there is no incident)
    version: 1                            (0 where there is no incident)
    reason: FIRST
    alert: a-01J…

The same (incident, version, reason) or the same alert twice is a repeat. What a publisher wrote stands above, always
in quotation marks and on one line, so that no headline can pass itself off as that block. Lengths are bounded:
a title has at most `MAX_TITLE` characters, a body at most `MAX_BODY` (Discord takes 2,000 of both together).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.alerts.escape import clean, shorten
from monitor.alerts.placenames import place_names
from monitor.alerts.sentences import deciding_sentences
from monitor.meaning import Act, Classification, Decision, Incident, Level, PlaceRole
from monitor.messages import Alert, AlertKind
from monitor.news import Item, require_aware

MAX_TITLE = 200
MAX_BODY = 1700
#: characters for the places of a salvo; what does not fit is counted
_PLACES_IN_TITLE = 110
_PLACES_IN_BODY = 400
#: a publisher's date further than this from the first sight of the item is told as odd
ODD_DATE = timedelta(days=2)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def incident_alert(
    item: Item,
    classification: Classification,
    incident: Incident | None,
    decision: Decision,
    *,
    alert_id: str,
    now: datetime,
    name_of: Callable[[str], str] = str,
) -> Alert:
    """The alert that `item` raises: of `incident`, or of the item alone where it belongs to none.

    `name_of` gives the name of an actor by its id; facts hold ids, people read names.
    """
    classification = _with_names(classification, name_of)
    level = classification.level or Level.NOTICE
    facts = [
        "",
        f"Says: {_publisher(item)}",
        f"Place: {_place(classification, incident, room=_PLACES_IN_BODY) or 'not named'}",
        f"Date of the attack: {_day(classification.facts.date or (incident.date if incident else None))}",
        _toll(classification),
        *_who(classification),
        *_odd_date(item),
        f"Link: {_link(item)}",
        f"Why: {_why(classification)}",
    ]
    return Alert(
        id=alert_id,
        kind=AlertKind.INCIDENT,
        incident_id=incident.id if incident else None,
        version=incident.version if incident else 0,
        reason=str(decision.reason),
        level=level,
        rule=classification.rule,
        channels=decision.send_to,
        title=shorten(f"{level.upper()}: {_title(item, classification, incident)}", MAX_TITLE),
        body=_body(
            [_headline(item)],
            deciding_sentences(item, classification.evidence, at_most=2),
            facts,
            block=_block(incident, str(decision.reason), alert_id),
        ),
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
    """A notice about feeds, rules, channels or the daemon itself; `reason` is one of `messages.OperatorReason`."""
    return Alert(
        id=alert_id,
        kind=AlertKind.OPERATOR,
        reason=str(reason),
        level=level,
        channels=channels,
        title=shorten(f"basewatch: {clean(title)}", MAX_TITLE),
        body=_body([clean(body, lines=True)], [], [], block=_block(None, str(reason), alert_id)),
        created_at=require_aware(now),
    )


def _with_names(classification: Classification, name_of: Callable[[str], str]) -> Classification:
    """The classification with the actors of its facts by name."""
    facts = classification.facts
    claimed, attributed = (tuple(map(name_of, ids)) for ids in (facts.claimed_by, facts.attributed_to))
    return replace(classification, facts=replace(facts, claimed_by=claimed, attributed_to=attributed))


def _block(incident: Incident | None, reason: str, alert_id: str) -> str:
    return (
        f"incident: {incident.id if incident else 'none'}\n"
        f"version: {incident.version if incident else 0}\n"
        f"reason: {reason}\n"
        f"alert: {alert_id}"
    )


def _body(head: list[str], quotes: list[str], facts: list[str], *, block: str) -> str:
    """All of it within `MAX_BODY`: quotes go first where the room is short, the block never does."""
    room = MAX_BODY - len(block) - 2
    while quotes and sum(len(line) + 1 for line in (*head, *quotes, *facts)) > room:
        quotes = quotes[:-1]
    return f"{shorten(chr(10).join([*head, *quotes, *facts]), room)}\n\n{block}"


# ------------------------------------------------------------------------------------------------ title


def _title(item: Item, classification: Classification, incident: Incident | None) -> str:
    act, facts = classification.act, classification.facts
    place = _place(classification, incident, room=_PLACES_IN_TITLE)
    if act is Act.ATTACK:
        subject = f"{_attack(facts.weapons)} reported{_at(place)}"
    elif act is Act.FOILED:
        subject = f"{_attack(facts.weapons)} intercepted or missed{_at(place)}"
    elif act is Act.CLAIM:
        by = f" by {_names(facts.claimed_by)}" if facts.claimed_by else ""
        subject = f"{_attack(facts.weapons)}{_at(place)} claimed{by}, not confirmed"
    else:
        what = {Act.RETALIATION: "retaliation", Act.TOLL: "toll revised"}.get(act, str(act))
        return f"{what}: {shorten(clean(item.title), 140)}"
    harm = [f"{count} {word}" for count, word in ((facts.killed, "killed"), (facts.wounded, "wounded")) if count]
    return f"{subject}: {', '.join(harm)}" if harm else subject


def _attack(weapons: tuple[str, ...]) -> str:
    named = tuple(weapon.replace("_", " ") for weapon in weapons)
    return f"{_names(named, glue=' and ')} attack" if named else "attack"


def _at(place: str) -> str:
    return f" at {place}" if place else ", place not named"


# ------------------------------------------------------------------------------------------------- body


def _headline(item: Item) -> str:
    return f"“{shorten(clean(item.title), 220) or '(no headline)'}”"


def _publisher(item: Item) -> str:
    return shorten(clean(item.publisher or item.feed), 60) or "not named"


def _place(classification: Classification, incident: Incident | None, *, room: int) -> str:
    """`Ain al-Asad Air Base, Iraq`: the incident's places, else the item's targets, else empty."""
    if incident is not None:
        return place_names(incident.places, room=room)
    places = classification.facts.places
    return place_names([place for place in places if place.role is PlaceRole.TARGET] or places[:1], room=room)


def _toll(classification: Classification) -> str:
    facts = classification.facts
    counts = ((facts.killed, "killed"), (facts.wounded, "wounded"), (facts.intercepted, "intercepted"))
    told = [f"{count} {word}" for count, word in counts if count is not None]
    if facts.killed is None and facts.wounded is None:
        told.insert(0, "no casualties stated")
    return f"Toll: {', '.join(told)}"


def _who(classification: Classification) -> list[str]:
    facts = classification.facts
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
    return [f"Dated {_day(item.published.date())} by its publisher, first seen {_day(item.first_seen.date())}"]


def _link(item: Item) -> str:
    url = clean(item.url).replace(" ", "%20")
    if not url:
        return "none"
    return url if len(url) <= 400 else f"too long to send; see: basewatch explain {item.id}"


def _why(classification: Classification) -> str:
    words = []
    for evidence in classification.evidence:
        word = f"“{shorten(clean(evidence.text), 40)}” ({shorten(clean(evidence.why), 50)})"
        if word not in words:
            words.append(word)
    return shorten("; ".join([f"rule {classification.rule or 'none'}", *words[:6]]), 300)


def _names(names: tuple[str, ...], *, glue: str = ", ") -> str:
    return shorten(glue.join(clean(name) for name in names[:3]), 80)


def _day(day: date | None) -> str:
    """`21 Nov 2026`, the same in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else "not stated"
