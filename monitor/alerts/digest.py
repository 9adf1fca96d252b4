"""Messages about several incidents: what was held, the day, the week.

They belong to no incident, so their last block says `incident: none` and `version: 0`; `reason:` is `HELD` or `DIGEST`.
A digest is longer than other messages. For a service that takes less, its end is cut when it is sent, never the block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.alerts.html import aligned, as_html, page, paragraphs, picture, table
from monitor.alerts.phrases import day_in_words, in_zones, place_names
from monitor.alerts.subject import MAX_SUBJECT, attack_in_words, foiled, official, short_name, short_of
from monitor.incidents.brief import account
from monitor.model.alert import Alert, AlertKind, Attachment
from monitor.model.clock import require_aware
from monitor.model.incident import Incident
from monitor.model.ledger import Change, Folded, Grade, PlaceView, Report, View
from monitor.model.names import Names
from monitor.model.report import Act, Level, Voice
from monitor.text.clean import clean_message, shorten

#: characters of what was held, and of a digest
MAX_SUMMARY, MAX_DIGEST = 1700, 6000
#: rows of a digest's table in a mail; a text has as many as it has room for
_MOST_ROWS = 300
#: sentences of reports in a digest, and characters for its table in text
_SENTENCES, _TABLE = 12, MAX_DIGEST - 3400
#: by what held the messages, in the text and in the title
_HELD = {
    "wake": ("while messages were held for the night", "while you slept"),
    "cap": ("held: more than the most of an hour", "held in the last hour"),
    "silence": ("while they were silenced", "while they were silenced"),
}
NO_NOTES: Mapping[str, str] = MappingProxyType({})
_HEAD = ("Date", "Location", "Type of attack", "Group claiming", "Killed", "Wounded", "How sure")


def in_period(
    changes: Iterable[Change], incidents: Iterable[Incident], *, since: datetime, until: datetime
) -> tuple[str, ...]:
    """The ids of the incidents that a digest tells of: news of them came in the period, or they were opened in it.

    What a person imported of older times is no news.
    """
    news = [one.incident_id for one in changes if since <= one.at <= until and not one.quiet]
    opened = [one.id for one in incidents if since <= one.opened_at <= until and not one.merged_into]
    return tuple(dict.fromkeys([*news, *opened]))


def summary_alert(
    kind: Literal["wake", "cap", "silence"],
    rows: Sequence[View],
    *,
    changes: int,
    zone: str,
    names: Names,
    alert_id: str,
    now: datetime,
    channels: tuple[str, ...],
    notes: Mapping[str, str] = NO_NOTES,
) -> Alert:
    """What changed while messages were held: each incident as it stands now, the weightiest first.

    `notes` by the id of the incident stand behind its line.
    """
    ordered = sorted(rows, key=lambda view: (-view.level.rank, -view.incident.opened_at.timestamp()))
    counted = f"{_count(changes, 'change')} in {_count(len(ordered), 'incident')}"
    level = max((view.level for view in ordered), key=lambda one: one.rank, default=Level.NOTICE)
    why, when = _HELD[kind]
    lines = [f"{counted} {why}. As they stand now, {in_zones(now, zone)}:", ""]
    told = [" ".join(filter(None, (_in_a_line(view, names), notes.get(view.incident.id)))) for view in ordered]
    lines += _fitting(told, MAX_SUMMARY - 300)
    title = f"{level.upper()}: {counted} {when}"
    return _alert("HELD", title, lines, level=level, alert_id=alert_id, now=now, channels=channels)


def digest_alert(
    period: Literal["day", "week"],
    rows: Sequence[View],
    pictures: Sequence[Attachment],
    *,
    zone: str,
    names: Names,
    alert_id: str,
    now: datetime,
    channels: tuple[str, ...],
    held: int = 0,
    muted: Collection[str] = (),
) -> Alert:
    """The incidents of a day or a week: table, plot, map, and what the reports say.

    `held` messages wait for these channels beside it, and nobody is told of the `muted` incidents.
    """
    ordered = sorted(rows, key=lambda view: (view.incident.date, view.incident.opened_at, view.incident.id))
    today = now.astimezone(ZoneInfo(zone)).date()
    when = day_in_words(today) if period == "day" else f"week to {day_in_words(today)}"
    stand = [view for view in ordered if view.grade not in (Grade.RETRACTED, Grade.DENIED)]
    harm = [f"{total} {word}" for word in ("killed", "wounded") if (total := _total(stand, word))]
    title = f"DIGEST: {when}: {', '.join([_count(len(stand), 'incident'), *harm])}"
    begin = today - timedelta(days=1 if period == "day" else 7)
    intro = [f"Incidents from {day_in_words(begin)} to {day_in_words(today)}, as of {in_zones(now, zone)}."]
    cells = [row for view in ordered for row in _rows(view, names)]
    lines: list[str] = []
    if waits := _waiting(held, [view for view in ordered if view.incident.id in muted]):
        lines += ["", waits]
    if claimed := [view for view in stand if _only_claimed(view.killed) or _only_claimed(view.wounded)]:
        lines += ["", f"Numbers that only the attackers give: {', '.join(short_name(view) for view in claimed)}"]
    for label, found in (("What the reports say", _sentences(ordered, names)), ("Answers", _answers(ordered))):
        if found:
            lines += ["", f"{label}:", *found]
    if pictures:
        lines += ["", f"Pictures: {', '.join(clean_message(one.name) for one in pictures)}"]
    if not ordered:
        intro.append("No incident is known of this time.")
    as_text = ["", *_fitting(aligned([_HEAD, *cells]), _TABLE)] if cells else []
    alert = _alert(
        "DIGEST", title, [*intro, *as_text, *lines], level=Level.DIGEST, alert_id=alert_id, now=now, channels=channels,
        pictures=pictures,
    )  # fmt: skip
    return replace(alert, html=_page(intro, cells, lines, alert))


def _page(intro: Sequence[str], cells: Sequence[Sequence[str]], lines: Sequence[str], alert: Alert) -> str:
    """The digest as mark-up: a table that is one, and the pictures where they belong."""
    parts = paragraphs("\n".join(intro))
    if cells:
        parts.append(table(_HEAD, cells[:_MOST_ROWS]))
    if len(cells) > _MOST_ROWS:
        parts += paragraphs(f"{len(cells) - _MOST_ROWS} more: basewatch incidents")
    parts += paragraphs("\n".join(lines))
    parts += [picture(one.name, one.name.rpartition(".")[0].replace("-", " ")) for one in alert.attachments]
    return page([*parts, *paragraphs(alert.body.rpartition("\n\n")[2])])


def _waiting(held: int, muted: Sequence[View]) -> str:
    """`Not told now: 2 messages held; 1 incident muted (asad-1117).`"""
    told = [f"{_count(held, 'message')} held"] if held else []
    if muted:
        names = ", ".join(short_name(view) for view in muted[:5])
        told.append(f"{_count(len(muted), 'incident')} muted ({names}{', …' if len(muted) > 5 else ''})")
    return f"Not told now: {'; '.join(told)}." if told else ""


def _alert(
    reason: str, title: str, lines: Sequence[str], *, level: Level, alert_id: str, now: datetime,
    channels: tuple[str, ...], pictures: Sequence[Attachment] = (),
) -> Alert:  # fmt: skip
    block = f"incident: none\nversion: 0\nreason: {reason}\nalert: {alert_id}"
    most = MAX_DIGEST if level is Level.DIGEST else MAX_SUMMARY
    body = f"{shorten(chr(10).join(lines).strip(), most - len(block) - 2)}\n\n{block}"
    return Alert(
        id=alert_id, kind=AlertKind.SUMMARY, reason=reason, level=level, channels=channels,
        title=shorten(title, MAX_SUBJECT), body=body, created_at=require_aware(now), html=as_html(body),
        attachments=tuple(pictures),
    )  # fmt: skip


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    """The first lines that fit, and how many more there are."""
    shown, used = [], 0
    for line in lines:
        used += len(line) + 1
        if used > room:
            break
        shown.append(line)
    rest = len(lines) - len(shown)
    return [*shown, *([f"- {rest} more: basewatch incidents"] if rest else [])]


# ------------------------------------------------------------------------------------------------ lines


def _in_a_line(view: View, names: Names) -> str:
    """`- FLASH drone attack at Ain al-Asad, Iraq: 3 killed, 34 wounded; claimed by …; reported by one (asad-1117)`."""
    place = place_names(view.incident.places, room=120, country_of=names.country_name)
    where = f"{'in' if view.incident.places[0].is_vague else 'at'} {place}" if _placed(view) else "place not named"
    harm = [f"{number.best.value} {word}" for word, number in _numbers(view) if number.best is not None]
    told = [f"{view.level.upper()} {_kind(view.incident.weapons, view.incident.act, view)} {where}"]
    if harm:
        told[0] += f": {', '.join(harm)}{' as claimed' if _only_claimed(view.killed) else ''}"
    if claimed := _claimed(view, names):
        told.append(f"claimed by {claimed}")
    return f"- {'; '.join([*told, str(view.grade)])} ({short_name(view)})"


def _rows(view: View, names: Names) -> Iterable[tuple[str, ...]]:
    """A row of the table for each place."""
    incident = view.incident
    day = " ".join(day_in_words(incident.date).split()[:2])
    places = view.by_place or tuple(
        PlaceView(place=place, killed=view.killed, wounded=view.wounded, weapons=incident.weapons, act=incident.act)
        for place in incident.places
    )
    for one in places:
        where = place_names([one.place], room=80, country_of=names.country_name)
        kind = _kind(one.weapons or incident.weapons, one.act, view)
        cells = [day, where, kind, _claimed(view, names) or "–", _number(one.killed), _number(one.wounded)]
        yield tuple(cell.replace("|", "/") for cell in (*cells, str(view.grade)))


def _placed(view: View) -> bool:
    return not view.incident.places[0].is_unplaced


def _kind(weapons: tuple[str, ...], act: Act, view: View) -> str:
    return f"{attack_in_words(weapons)} {foiled(view)}" if act is Act.FOILED else attack_in_words(weapons)


def _claimed(view: View, names: Names) -> str:
    return shorten(", ".join(clean_message(names.name_of(one)) for one in view.incident.claimed_by[:2]), 60)


def _numbers(view: View) -> tuple[tuple[str, Folded], ...]:
    return (("killed", view.killed), ("wounded", view.wounded))


def _number(number: Folded) -> str:
    """`34 (25–34)`, `137 (claimed)`, `–`."""
    if number.best is None:
        return "–"
    if number.best.voice is Voice.CLAIMANT:
        return f"{number.best.value} (claimed)"
    if number.low is not None and number.high is not None and number.low != number.high:
        return f"{number.best.value} ({number.low}–{number.high})"
    return str(number.best.value)


def _only_claimed(number: Folded) -> bool:
    return number.best is not None and number.best.voice is Voice.CLAIMANT and official(number) is None


def _total(views: Sequence[View], word: str) -> int:
    """The sum of what is not merely claimed."""
    numbers: list[Folded] = [getattr(view, word) for view in views]
    return sum(one.best.value for one in numbers if one.best is not None and not _only_claimed(one))


def _sentences(views: Sequence[View], names: Names) -> list[str]:
    """The account of the period, each sentence with its link, and each incident by its short name."""
    lines = []
    for view, told in account(views, names=names, sentences=_SENTENCES):
        reports = {report.id: report for report in view.reports}
        lines += [
            f"- {short_name(view)}: " + " ".join(part for part in (text, _url(reports[ids[0]])) if part)
            for text, ids in told.sentences
            if ids[0] not in view.answered_by  # which stands in its chain
        ]
        lines += [f"- {short_name(view)}: sources differ: {one}" for one in told.disagreements[:2]]
    return lines


def _answers(views: Sequence[View]) -> list[str]:
    """Chains: what was struck in answer to an incident, and behind it the incidents that reply to that answer."""
    lines: list[str] = []
    told: set[str] = set()
    for view in views:
        for one in view.reports:
            if one.id in view.answered_by[:1]:
                lines.append(f"- {short_name(view)} was answered: {_quoted(one)}")
        replies = [other for other in views if view.incident.id in other.incident.answers]
        lines += [f"- {short_name(reply)} replies to the answer to {short_name(view)}" for reply in replies]
        told |= {reply.incident.id for reply in replies}
    for view in views:  # to the answer to an older one
        if view.incident.answers and view.incident.id not in told:
            older = ", ".join(short_of(id) for id in view.incident.answers[:3])
            lines.append(f"- {short_name(view)} replies to the answer to {older}")
    return lines[:12]


def _quoted(report: Report) -> str:
    words = shorten(clean_message(report.quote or report.title), 200)
    by = shorten(clean_message(report.publisher), 60)
    return ", ".join(part for part in (f"“{words}” – {by}", _url(report)) if part)


def _url(report: Report) -> str:
    url = clean_message(report.url).replace(" ", "%20")
    return url if url.lower().startswith(("http://", "https://")) and len(url) <= 200 else ""
