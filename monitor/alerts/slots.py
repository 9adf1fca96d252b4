"""What the slots of a template hold for one incident and one change: every value in words, cleaned, on its lines.

Whatever a publisher, a speaker or a file of places wrote is one line here and stands in quotation marks or behind a
label. `tight` says how much is left out, so that a message keeps within its length: 0 for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.phrases import day_in_words, days_ago, in_zones, place_names
from monitor.alerts.quotations import QUOTE, address, in_crowd, not_believed, quotes, says, sources
from monitor.alerts.subject import (
    FLYING,
    attack_in_words,
    confirmed_harm,
    foiled,
    in_words,
    is_near,
    official,
    plain_subject,
    short_name,
    subject,
)
from monitor.incidents.doubts import doubt_of
from monitor.model.ledger import Change, ChangeReason, Detail, Folded, Grade, Report, Said, View
from monitor.model.names import Names
from monitor.model.report import Act, Link, RuleTaken, Voice
from monitor.text.clean import clean_message, shorten

#: a report's date further than this from its first sight is told as odd
ODD_DATE = timedelta(days=2)
#: how tight the slots can be made
TIGHTEST = 4
_NUMBERS = ("killed", "wounded", "brain_injuries", "launched", "intercepted")
#: what a rule did to the level, in the reason that the rules give
_RAISED = re.compile(r"raised to .+")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a message is about, and for whom."""

    view: View
    change: Change
    details: Sequence[Detail]
    #: of the reader
    zone: str
    names: Names
    baseline: Sequence[str]
    now: datetime
    #: sentences of the reports, each with its publisher; made where a template asks for them
    brief: Sequence[str] = ()

    @property
    def there(self) -> str:
        """The zone of the place."""
        return self.names.zone_of(self.view.incident.place_id)

    def report(self, report_id: str) -> Report | None:
        return next((one for one in self.view.reports if one.id == report_id), None)

    @property
    def brought(self) -> Report | None:
        """The report that brought the message: of the change, else of one of its lines, else the newest that tells."""
        ids = (self.change.report, *(one.report for one in self.details))
        named = [found for one in ids if (found := self.report(one)) is not None]
        told = [one for one in self.view.reports if one.link is not Link.COPY and not one.doubts]
        return next(iter(named or told[-1:] or self.view.reports[-1:]), None)


def slots(asked: Asked, *, tight: int = 0) -> dict[str, str]:
    """Every slot by name; empty where there is nothing to say."""
    view, names, incident = asked.view, asked.names, asked.view.incident
    brought = asked.brought
    places = [place for place in incident.places if not place.is_unplaced]
    place = place_names(places, room=400 if tight < 3 else 150, country_of=names.country_name)
    return {
        "subject": subject(view, asked.change, names=names, now=asked.now),
        "plain_subject": plain_subject(view, asked.change, names=names),
        "level": asked.change.level.upper(),
        "changed": "\n".join(changed(asked)),
        "quotes": "\n".join(quotes(view, brought, first=ChangeReason.FIRST in asked.change.reasons, tight=tight)),
        "brief": "\n".join(shorten(clean_message(one), QUOTE[tight]) for one in asked.brief[: 4 if tight < 3 else 1]),
        "says": says(brought),
        "reported": _reported(asked, brought) if brought else "",
        "place": f"near {place}" if place and is_near(view, incident.place_id) else place or "not named",
        "date": _date(asked),
        "what": _what(view),
        "plain_what": _plain_what(view),
        "toll": _toll(asked),
        "confirmed_toll": _confirmed(asked),
        "stopped": _stopped(view),
        "damage": shorten(clean_message(view.damage), 200),
        "claimed": _actors(asked, incident.claimed_by, " (a claim, not a confirmation)"),
        "attributed": _actors(asked, incident.attributed_to),
        "denied": _actors(asked, view.denied_by or incident.denied_by),
        "grade": _grade(view),
        "differ": _differ(view),
        "baseline": "; ".join(shorten(clean_message(one), 160) for one in asked.baseline[: 3 if tight < 3 else 1]),
        "link": address(brought) if brought else "none",
        "sources": "\n".join(sources(view, tight)),
        "why": _why(asked, tight),
        "short": short_name(view),
        "as_of": in_zones(asked.now, asked.zone if asked.zone != "UTC" else asked.there),
    }


# ------------------------------------------------------------------------------------------ what changed


def changed(asked: Asked) -> list[str]:
    """What changed, from what to what, by whom: a line for each source and kind; none in the first message."""
    lines: list[str] = []
    done = set[ChangeReason]()
    reasons = [one for one in asked.change.reasons if one is not ChangeReason.FIRST]
    if ChangeReason.FIRST in asked.change.reasons:
        return lines
    for reason in reasons:
        details = [one for one in asked.details if one.reason is reason]
        for group in _by_source(details):
            lines.append(_changed(asked, reason, group))
            done.add(reason)
        if reason not in done:
            lines.append(f"{_LABELS[reason]}: {_now(asked, reason)}")
    return [shorten(line, 300) for line in dict.fromkeys(lines)]


_LABELS = {
    ChangeReason.RETRACTED: "Withdrawn", ChangeReason.TOLL_CORRECTED: "Toll corrected", ChangeReason.TOLL_UP: "Toll",
    ChangeReason.DENIED: "Denied", ChangeReason.CLAIMED: "Claimed", ChangeReason.PLACE_NAMED: "Place",
    ChangeReason.CONFIRMED: "Confirmed", ChangeReason.ESCALATED: "Level", ChangeReason.RETALIATION: "Answered",
    ChangeReason.FIRST: "First report",
}  # fmt: skip


def _by_source(details: Iterable[Detail]) -> list[list[Detail]]:
    groups: dict[tuple[str, str], list[Detail]] = {}
    for one in details:
        groups.setdefault((one.by, one.report), []).append(one)
    return list(groups.values())


def _changed(asked: Asked, reason: ChangeReason, group: list[Detail]) -> str:
    """`Toll: 0 → 3 killed, 34 wounded (ministry, 06:00 UTC / 09:00 Baghdad)`."""
    told = ", ".join(_step(asked, one) for one in group)
    if reason is ChangeReason.ESCALATED:  # no source raises it: the rules do
        why = _plain_level(asked.view)
        return f"{_LABELS[reason]}: {told}{f'; {why}' if why else ''}"
    by = _by(asked, group[0], told) if group[0].field != "replaced" else ""
    return f"{_LABELS[reason]}: {told}{f' ({by})' if by else ''}"


def _step(asked: Asked, detail: Detail) -> str:
    field = detail.field
    before, after = (_value(asked, field, value) for value in (detail.before, detail.after))
    word = field.replace("_", " ")
    if field == "report":
        return (
            f"{before} takes its report back; {f'{after} others stand' if after not in ('', '0') else 'no other does'}"
        )
    if field == "replaced":
        return f"the article of {before} tells another story now, and nobody else reports it"
    if field == "answered":  # a headline
        return f"“{after}”" if after else "its own forces struck back"
    if field in _NUMBERS and not (after and before != after and after.isdigit()):
        told = f"{before or after} {word}"
        return told if before == after or not before else f"{told} {'withdrawn' if after else 'no longer holds'}"
    if field in ("claimed_by", "denied_by"):  # who is new; the others were told
        return after or f"no longer {before}"
    unit = f" {word}" if field in _NUMBERS else ""
    return (f"{before} → {after}" if before and before != after else after or f"no longer {before}") + unit


def _value(asked: Asked, field: str, value: str) -> str:
    """Ids become names; what a stranger wrote becomes one short line."""
    if field in ("claimed_by", "denied_by", "attributed_to"):
        return ", ".join(
            shorten(clean_message(asked.names.name_of(one.strip())), 60) for one in value.split(",") if one
        )
    if field in ("place", "places", "place_id"):
        called = {place.id: place.name for place in asked.view.incident.places}
        return ", ".join(shorten(clean_message(called.get(one.strip(), one.strip())), 70) for one in value.split(","))
    return shorten(clean_message(value), 120)


def _by(asked: Asked, detail: Detail, told: str) -> str:
    """`Pentagon, via Example Wire, 06:00 UTC / 09:00 Baghdad`; who is `told` already is not named again."""
    report = asked.report(detail.report) or asked.report(asked.change.report)
    by, parts = shorten(clean_message(detail.by), 60), []
    speaker = shorten(clean_message(report.speaker), 60) if report else ""
    publisher = shorten(clean_message(report.publisher), 60) if report else ""
    said = speaker or by
    if said and said.casefold() != told.casefold():
        parts.append(said)
    if publisher and publisher.casefold() not in (said.casefold(), by.casefold() if not speaker else ""):
        parts.append(f"via {publisher}" if said else publisher)
    if detail.voice is Voice.CLAIMANT and detail.reason is not ChangeReason.DENIED:
        parts.append("a claim")
    if report is not None:
        same_day = report.reported_at.date() == asked.now.date()
        moment = in_zones(report.reported_at, _local(asked), day=False)
        parts.append(moment if same_day else f"{day_in_words(report.reported_at.date())} {moment}")
    return ", ".join(parts)


def _local(asked: Asked) -> str:
    return asked.zone if asked.zone != "UTC" else asked.there


def _now(asked: Asked, reason: ChangeReason) -> str:
    """What holds now, where no line tells what it was before."""
    view, incident = asked.view, asked.view.incident
    brought = asked.brought
    if reason in (ChangeReason.TOLL_UP, ChangeReason.TOLL_CORRECTED):
        return f"now {_toll(asked)}"
    if reason is ChangeReason.CLAIMED:
        return f"by {_actors(asked, incident.claimed_by) or 'a group that is not named'}"
    if reason is ChangeReason.DENIED:
        return f"by {_actors(asked, view.denied_by) or says(brought) or 'a source that is not named'}"
    if reason is ChangeReason.PLACE_NAMED:
        return place_names(incident.places, room=300, country_of=asked.names.country_name)
    if reason is ChangeReason.ESCALATED:
        why = _plain_level(view)
        return f"now {asked.change.level}{f'; {why}' if why else ''}"
    if reason is ChangeReason.RETRACTED:
        stand = len(view.publishers)
        return f"by {says(brought) or 'its source'}; {f'{stand} others stand' if stand else 'nobody else reports it'}"
    if reason is ChangeReason.RETALIATION:
        return f"“{shorten(clean_message(brought.title), 160)}”" if brought else "its own forces struck back"
    return _grade(view)


# ------------------------------------------------------------------------------------------------ values


def _reported(asked: Asked, report: Report) -> str:
    """The publisher's time; one that does not fit is said: it may be an old article that came back."""
    said = in_zones(report.reported_at, asked.there, asked.zone)
    if abs(report.seen_at - report.reported_at) <= ODD_DATE:
        return said
    return f"{said}; first seen {day_in_words(report.seen_at.date())}"


def _date(asked: Asked) -> str:
    incident = asked.view.incident
    ago = days_ago(incident.date, asked.now, asked.there)
    hour = shorten(clean_message(asked.view.hour), 30)
    return f"{day_in_words(incident.date)}{f', {hour} local time' if hour else ''}{f' ({ago})' if ago else ''}"


def _what(view: View) -> str:
    said = [attack_in_words(view.incident.weapons)]
    if view.incident.act is Act.FOILED:
        said.append(foiled(view))
    if view.grade in (Grade.CLAIMED, Grade.DENIED, Grade.RETRACTED):
        unsure = f"doubtful: {doubt}" if (doubt := doubt_of(view)) else f"{view.grade}, not confirmed"
        said.append(unsure if view.grade is Grade.CLAIMED else str(view.grade))
    return ", ".join(said)


def _plain_what(view: View) -> str:
    if view.grade is Grade.RETRACTED:
        return "an attack, but the report was withdrawn"
    if view.grade is Grade.DENIED:
        return "an attack, but officials say that it did not happen"
    if view.grade is Grade.CLAIMED:
        return "an attack that a group claims and nobody confirms"
    return "an attack that was stopped" if view.incident.act is Act.FOILED else "an attack"


def _toll(asked: Asked) -> str:
    """`3 killed, 34 wounded (25–34) – ministry`, `0 killed, 0 wounded (“no injuries”) – Pentagon`."""
    view = asked.view
    told = [part for name in ("killed", "wounded") if (part := _number(view, name))]
    if told and (hurt := view.brain_injuries.best) is not None:
        told.append(f"of them {hurt.value} with brain injuries")
    if not told:
        return not_believed(view) or "no casualties stated"
    best = [one.best for one in (view.killed, view.wounded) if one.best is not None]
    if any(one.voice is Voice.CLAIMANT for one in best):
        by = _actors(asked, view.incident.claimed_by)
        return f"{', '.join(told)} (as claimed{f' by {by}' if by else ''}, not confirmed)"
    said = list(dict.fromkeys(_source(one) for one in best))
    words = next((shorten(clean_message(one.words), 40) for one in best if not one.value and one.words), "")
    numbers = ", ".join(told) + (f" (“{words}”)" if words and not any(one.value for one in best) else "")
    return " – ".join(part for part in (numbers, ", ".join(said[:2])) if part)


def _number(view: View, name: str) -> str:
    number: Folded = getattr(view, name)
    if number.best is None:
        words = in_words(view, name)
        return f"{words} {name}" if words else ""
    value = f"{number.best.value}{'+' if number.best.at_least else ''} {name}"
    if number.low is not None and number.high is not None and number.low != number.high:
        return f"{value} ({number.low}–{number.high})"
    return value


def _source(said: Said) -> str:
    return shorten(clean_message(said.speaker or said.by), 60)


def _confirmed(asked: Asked) -> str:
    """What officials say of casualties, as of when; never a number that nobody official gave."""
    view = asked.view
    as_of = in_zones(asked.now, _local(asked), day=False)
    if official(view.killed) is None and official(view.wounded) is None:
        return f"Nothing is confirmed about casualties as of {as_of}."
    harm = confirmed_harm(view)
    return f"{harm[:1].upper()}{harm[1:]} as of {as_of} (officials)."


def _stopped(view: View) -> str:
    parts = [
        f"{number.best.value} {word}"
        for number, word in ((view.launched, "fired"), (view.intercepted, "intercepted"))
        if number.best is not None
    ]
    if not parts and view.incident.act is Act.FOILED:
        return "intercepted or missed" if set(view.incident.weapons) & FLYING else ""
    if not parts and any(one.facts.interception for one in view.reports if not one.retracted_at):
        return "some intercepted or missed"
    return ", ".join(parts)


def _actors(asked: Asked, ids: Sequence[str], behind: str = "") -> str:
    named = ", ".join(clean_message(asked.names.name_of(one)) for one in ids[:3])
    return f"{shorten(named, 100)}{behind}" if named else ""


def _grade(view: View) -> str:
    count = len(view.publishers)
    if doubt := doubt_of(view):
        return f"doubtful: {doubt}"
    if count > 1:
        return f"{view.grade}, {count} independent publishers"
    return str(view.grade)


def _differ(view: View) -> str:
    """`killed: Pentagon 0, Shafaq 3`, where what sources say now is not the same."""
    lines = []
    for name in ("killed", "wounded"):
        said = getattr(view, name).said
        if len({one.value for one in said}) > 1:
            each = (
                f"{_source(one)} {one.value}{' (claimed)' if one.voice is Voice.CLAIMANT else ''}" for one in said[:4]
            )
            lines.append(f"{name}: {', '.join(each)}")
    return "; ".join(lines)


def lead_rule(view: View) -> RuleTaken | None:
    """The most urgent rule that took a report of it."""
    taken = [rule for one in view.reports for rule in one.rules if not rule.trial]
    return max(taken, key=lambda rule: rule.level.rank) if taken else None


def _why(asked: Asked, tight: int) -> str:
    """The rule by its title, and why the level is what it is; no word of the program's own."""
    rule = lead_rule(asked.view)
    if rule is None:
        return ""
    title = shorten(clean_message(asked.names.title_of(rule.rule)), 80)
    said = f"“{title}” (rule {rule.rule})" if title else f"rule {rule.rule}"
    level = _plain_level(asked.view)
    crowds = [one.facts.crowd for one in asked.view.reports if one.link is not Link.COPY]
    if crowds and all(crowds):
        said += f"; {in_crowd(max(crowds))}"
    return f"{said}; {level}" if level and tight < 3 else said


def _plain_level(view: View) -> str:
    """What raised the level, in plain words; empty where nothing did."""
    found = _RAISED.search(clean_message(view.why_level))
    if found is None:
        return ""
    plain = found[0]
    for sign, words in (("<=", "at most"), (">=", "at least"), ("<", "less than"), (">", "more than")):
        plain = plain.replace(f" {sign} ", f" {words} ")
    return shorten(plain.replace("_", " ").removesuffix(")"), 120)
