"""Silences as people make and see them: their matchers in words, what one would hold back, what each has held back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.silences import Aim, Lies, meets, publishers_of, silencing
from monitor.config.yamlfile import did_you_mean
from monitor.configuration import Configuration
from monitor.errors import BasewatchError, UsageError
from monitor.evaluation import INCIDENT_HORIZON
from monitor.model.attention import MAX_NOTE, WARNED_BEFORE, Deed, Matchers, Silence
from monitor.model.incident import Incident
from monitor.model.ledger import Report, View
from monitor.model.report import Level
from monitor.queries.filters import country_code
from monitor.queries.jsonvalues import kept, plain
from monitor.queries.rulings import standing
from monitor.rules.gazetteer import Gazetteer
from monitor.store.listing import IncidentFilter
from monitor.store.store import Transaction
from monitor.telling import lies_of, senders
from monitor.topics.attacks.topic import RuleSet

#: of one incident or one rule alone; of everything else
LONGEST_MUTE, LONGEST_SILENCE = timedelta(days=366), timedelta(days=30)
#: how far back a preview looks, and at how many incidents and messages, the newest first
LOOK_BACK, MOST_LOOKED_AT = timedelta(days=7), 2000
#: of a publisher's name
_MOST_LETTERS = 100


# ------------------------------------------------------------------------------------------------ matchers


def read_matchers(tx: Transaction, asked: Mapping[str, str], configuration: Configuration) -> Matchers:
    """What somebody wrote into the fields of a silence; what is empty asks nothing. `UsageError` teaches.

    Fields: incident, rule, place (an id of the gazetteer, a region, a country, a group behind an @), country, level
    (that one or a lower one), channel, publisher.
    """
    known = {one.name for one in fields(Matchers)}
    if unknown := sorted(set(asked) - known):
        raise UsageError(f"a silence asks nothing of {unknown[0][:40]!r}; it asks of {', '.join(sorted(known))}")
    words = {name: value.strip() for name, value in asked.items() if value.strip()}
    if not words:
        raise UsageError("say what is to be silenced: an incident, a rule, a place, a country, a channel, a publisher")
    if set(words) == {"level"}:
        raise UsageError("a level alone would silence nearly everything; name a place or a channel beside it")
    gazetteer, rules = configuration.rules.gazetteer, [rule.id for rule in configuration.rules.rules]
    channels = sorted(configuration.channels.names() - {"operator"})
    read: dict[str, Callable[[str], Any]] = {
        "incident": lambda word: standing(tx, word).id,
        "rule": lambda word: _one_of(word, "rule", rules),
        "place": lambda word: _place(word, gazetteer),
        "country": lambda word: country_code(word, gazetteer),
        "level": lambda word: Level(_one_of(word.casefold(), "level", [str(level) for level in Level])),
        "channel": lambda word: _channel(word, channels),
        "publisher": _publisher,
    }
    return Matchers(**{name: read[name](word) for name, word in words.items()})


def _one_of(word: str, kind: str, known: Collection[str]) -> str:
    if word not in known:
        raise UsageError(f"there is no {kind} {word[:60]!r}; {did_you_mean(word, known)}".rstrip("; "))
    return word


def _channel(word: str, channels: Collection[str]) -> str:
    if word.casefold() == "operator":
        raise UsageError("notices to operator cannot be silenced: they say what is broken, and that silences end")
    return _one_of(word.casefold(), "channel", channels)


def _publisher(word: str) -> str:
    if len(word) > _MOST_LETTERS:
        raise UsageError(f"the publisher has {len(word):,} characters; write at most {_MOST_LETTERS}")
    return " ".join(word.split())


def _place(word: str, gazetteer: Gazetteer) -> str:
    known = {*gazetteer.places, *gazetteer.regions, *gazetteer.countries, *(f"@{one}" for one in gazetteer.groups)}
    for name in (word, word.casefold(), word.upper()):
        if name in known or (name and not name.startswith("@") and gazetteer.town_of(name) is not None):
            return name
    raise UsageError(f"there is no place {word[:60]!r}; {gazetteer.place_hint(word)}".rstrip("; "))


# ---------------------------------------------------------------------------------------- making and ending


def add_silence(
    tx: Transaction, matchers: Matchers, *, ends: datetime, by: str, note: str, now: datetime,
    starts: datetime | None = None, needs_note: bool = True,
) -> Silence:  # fmt: skip
    """Silences what meets the matchers, in place of a silence with the same ones; `UsageError` says what is wrong.

    One that begins later leaves alone what holds now, and the other way round: a window of tomorrow ends nothing.

    `needs_note` is false for `basewatch mute ID|RULE`, which never asked for one.
    """
    begins, note = starts or now, note.strip()
    if matchers == Matchers():
        raise UsageError("say what is to be silenced; a silence of everything is none of an alert's business")
    if needs_note and not note:
        raise UsageError("say why in a note: whoever finds the silence at night must know what it is for")
    if len(note) > MAX_NOTE:
        raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE}")
    if ends <= max(begins, now):
        raise UsageError("the silence would be over before it begins; write an end that is to come, for instance 2h")
    made = Silence(matchers=matchers, starts=begins, ends=ends, by=by, note=note, at=now)
    longest = LONGEST_SILENCE if made.kind == "silence" else LONGEST_MUTE
    if ends - begins > longest:
        raise UsageError(f"a silence of {made.target} lasts {longest.days} days at most; what is for good is a policy")
    same = [one for one in tx.silences(now) if one.matchers == matchers]
    earlier = [one for one in same if one.holds(now) == made.holds(now) and one.starts < ends and begins < one.ends]
    for one in earlier:
        tx.update_silence(replace(one, ended_at=now, ended_by=by))
    if earlier:
        release(tx, now=now)
    made = tx.add_silence(made)
    before = {"ended": [one.id for one in earlier]}
    tx.add_deed(Deed(at=now, by=by, what="silence", target=made.name, note=_of(made, note), before=before))
    return made


def end_silence(tx: Transaction, id: int, *, by: str, now: datetime) -> Silence:
    """Ends it now; who was not told of something hears what is new. `UsageError` where it is over."""
    found = found_silence(tx, id)
    if now >= found.over_at:
        raise UsageError(f"{found.name} is over already")
    ended = replace(found, ended_at=now, ended_by=by)
    tx.update_silence(ended)
    release(tx, now=now)
    tx.add_deed(Deed(at=now, by=by, what="end", target=ended.name, note=_of(ended, "")))
    return ended


def _of(silence: Silence, note: str) -> str:
    """`rule attack-gulf: drill`, for the log."""
    return ": ".join(filter(None, (str(silence.matchers), note)))


def release(tx: Transaction, *, now: datetime) -> None:
    """What waits for the end of some silence is asked about anew at once; another silence may hold it on.

    All of it, for a merge may have moved it, and of several silences that hold it back together only one is named.
    """
    for one in tx.held():
        if one.why == "silence":
            tx.hold(replace(one, due_at=now))


def silence_number(word: str) -> int:
    """12 of `S12`."""
    bare = word.strip().upper().removeprefix("S")
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 15):
        raise UsageError(f"{word[:40]!r} is no silence; write for instance S12, as `basewatch mute --list` names them")
    return int(bare)


def found_silence(tx: Transaction, id: int) -> Silence:
    """The silence with this number; `BasewatchError` where there is none."""
    if (found := tx.silence(id)) is None:
        raise BasewatchError(f"there is no silence S{id}; `basewatch mute --list` names those there are")
    return found


# ------------------------------------------------------------------------------------------------- preview


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An incident of which some channels would not be told."""

    incident: Incident
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message that was sent, and would have been kept from a channel."""

    alert_id: str
    at: datetime
    channel: str
    level: Level
    title: str
    incident_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a silence hits now, and would have hit in the last 7 days."""

    matchers: Matchers
    #: open ones, of which news may come
    now: tuple[Hit, ...] = ()
    #: of which something was reported in the last 7 days, the open ones among them
    week: tuple[Hit, ...] = ()
    messages: tuple[Kept, ...] = ()
    #: what to think of before it is made, in sentences
    warnings: tuple[str, ...] = ()
    #: there was more than was looked at
    partial: bool = False


def preview(tx: Transaction, matchers: Matchers, configuration: Configuration, *, now: datetime) -> Preview:
    """Decided by the very function that decides of each message, with the rules that are silenced already."""
    looked = _Looked(tx, lies_of(configuration.rules.gazetteer), now)
    since = now - LOOK_BACK
    wanted = IncidentFilter(reported_since=min(since, now - INCIDENT_HORIZON), country=matchers.country)
    incidents = tx.incidents_page(wanted, limit=MOST_LOOKED_AT + 1)
    if matchers.incident:
        own = tx.incident(matchers.incident)
        incidents = [] if own is None else [own]
    week = looked.incidents(matchers, incidents[:MOST_LOOKED_AT])
    alerts = tx.messages_since(since, MOST_LOOKED_AT + 1)
    messages = tuple(looked.messages(matchers, [one for one in alerts[:MOST_LOOKED_AT] if one.incident_id]))
    news = tuple(one for one in week if _last_word(one.incident) >= now - INCIDENT_HORIZON)
    return Preview(
        matchers=matchers, now=news, week=tuple(one for one in week if _last_word(one.incident) >= since),
        messages=messages, warnings=tuple(_warnings(matchers, news, week, messages)),
        partial=max(len(incidents), len(alerts)) > MOST_LOOKED_AT,
    )  # fmt: skip


def _last_word(incident: Incident) -> datetime:
    return max(incident.opened_at, incident.last_report_at or incident.opened_at)


def _warnings(matchers: Matchers, news: Sequence[Hit], week: Sequence[Hit], messages: Sequence[Kept]) -> Iterable[str]:
    flashes = sum(one.level is Level.FLASH for one in messages)
    if matchers.level is None or matchers.level is Level.FLASH:
        told = f": {flashes} of the last 7 days would have been held back" if flashes else ""
        yield f"a flash is held back too{told}; with level urgent it would pass"
    else:
        yield f"of a flash, too, what is told of it later at level {matchers.level} or lower is held back"
    if not news and not week and not messages:
        yield "it hits nothing now, and would have hit nothing in the last 7 days"


class _Looked:
    """Incidents and messages as a silence would meet them; reports are read only where a matcher asks of them."""

    def __init__(self, tx: Transaction, lies: Lies, now: datetime) -> None:
        self._tx, self._lies, self._now = tx, lies, now
        self._others = [one for one in tx.silences(now) if one.matchers.rule]
        self._reports: dict[str, list[Report]] = {}

    def hits(self, matchers: Matchers, aim: Aim) -> bool:
        if not meets(matchers, aim, self._lies):
            return False
        ends = self._now + timedelta(days=1)
        asked = Silence(matchers=matchers, starts=self._now, ends=ends, at=self._now)
        return silencing([*self._others, asked], aim, self._lies, now=self._now) is not None

    def incidents(self, matchers: Matchers, incidents: Sequence[Incident]) -> list[Hit]:
        """Those of which some channel would not be told; one that nobody is told of is hit by nothing."""
        likely = [one for one in incidents if self._could_hit(matchers, one, matchers.channel, one.level)]
        self._read(one.id for one in likely)
        found = []
        for one in likely:
            view = View(incident=one, reports=tuple(self._reports.get(one.id, ())), level=one.level or Level.NOTICE)
            sends = senders(view)
            aims = [
                self._aim(view, channel, sends.get(channel, ())) for channel in dict.fromkeys([*sends, *one.told_to])
            ]
            if channels := tuple(aim.channel for aim in aims if self.hits(matchers, aim)):
                found.append(Hit(incident=one, channels=channels))
        return found

    def messages(self, matchers: Matchers, alerts: Sequence[Any]) -> Iterable[Kept]:
        """Those that would have been kept from a channel, by what was known when they were made."""
        stand = self._standing({one.incident_id for one in alerts})
        likely = [
            (one, channel, stand[one.incident_id])
            for one in alerts
            for channel in one.channels
            if one.incident_id in stand and self._could_hit(matchers, stand[one.incident_id], channel, one.level)
        ]
        if matchers.rule or matchers.publisher:
            self._read(incident.id for _, _, incident in likely)
        for alert, channel, incident in likely:
            then = [one for one in self._reports.get(incident.id, ()) if one.seen_at <= alert.created_at]
            view = View(incident=incident, reports=tuple(then), level=alert.level)
            if self.hits(matchers, self._aim(view, channel, senders(view).get(channel, ()))):
                yield Kept(
                    alert_id=alert.id, at=alert.created_at, channel=channel, level=alert.level, title=alert.title,
                    incident_id=incident.id,
                )  # fmt: skip

    def _standing(self, ids: Collection[str]) -> dict[str, Incident]:
        """The incidents that stand for these ids now."""
        found = {one.id: one for one in self._tx.incidents_by_id(ids)}
        into = {one.merged_into for one in found.values() if one.merged_into}
        later = {one.id: one for one in self._tx.incidents_by_id(into - set(found))} if into else {}
        return {id: (found | later).get(one.merged_into, one) for id, one in found.items()}

    def _could_hit(self, matchers: Matchers, incident: Incident, channel: str, level: Level | None) -> bool:
        """Asked of what stands in the incident's own row; rule and publisher are asked of its reports."""
        bare = replace(matchers, rule="", publisher="", channel=matchers.channel if channel else "")
        aim = Aim(channel=channel, level=level or Level.NOTICE, incident=incident.id, places=incident.places)
        return bare == Matchers() or meets(bare, aim, self._lies)

    def _aim(self, view: View, channel: str, rules: tuple[str, ...]) -> Aim:
        return Aim(
            channel=channel, level=view.level, incident=view.incident.id, places=view.incident.places, rules=rules,
            publishers=publishers_of(view.reports),
        )  # fmt: skip

    def _read(self, ids: Iterable[str]) -> None:
        wanted = set(ids) - set(self._reports)
        self._reports |= {id: [] for id in wanted} | self._tx.reports_of(sorted(wanted))


# --------------------------------------------------------------------------------------------------- shown


def preview_shown(found: Preview, *, most: int = 50) -> dict[str, Any]:
    """A preview in the types of JSON: all counts, and the newest `most` of each kind."""
    return {
        "matchers": _matchers_shown(found.matchers),
        "now": {"incidents": len(found.now), "shown": [_hit_shown(one) for one in found.now[:most]]},
        "week": {"incidents": len(found.week), "shown": [_hit_shown(one) for one in found.week[:most]]},
        "messages": {
            "count": len(found.messages),
            "flash": sum(one.level is Level.FLASH for one in found.messages),
            "shown": [plain(one) for one in found.messages[:most]],
        },
        "warnings": list(found.warnings),
        "partial": found.partial,
    }


def _hit_shown(hit: Hit) -> dict[str, Any]:
    one = hit.incident
    return {
        "incident": one.id, "level": plain(one.level), "place": one.place_name, "channels": list(hit.channels),
        "last_report": plain(_last_word(one)),
    }  # fmt: skip


def _matchers_shown(matchers: Matchers) -> dict[str, Any]:
    return {name: value for name, value in kept(matchers).items() if value}


def silences_shown(
    tx: Transaction, *, now: datetime, rules: RuleSet | None = None, over: bool = False
) -> list[dict[str, Any]]:
    """The silences in force and those that begin later, in the types of JSON; with `over` those that ended too.

    With `rules` each says how many open incidents it hits, and whether it matches nothing: none of these, and nothing
    that it held back.
    """
    found = [one for one in (tx.silences() if over else tx.silences(now)) if over or one.over_at > now]
    hits: dict[int, int] = {}
    if rules is not None and found:
        looked = _Looked(tx, lies_of(rules.gazetteer), now)
        news = tx.incidents_page(IncidentFilter(reported_since=now - INCIDENT_HORIZON), limit=MOST_LOOKED_AT)
        hits = {one.id: len(looked.incidents(one.matchers, news)) for one in found if one.over_at > now}
    return [silence_shown(one, now=now, hits=hits.get(one.id)) for one in found]


def silence_shown(one: Silence, *, now: datetime, hits: int | None = None) -> dict[str, Any]:
    """One silence in the types of JSON; kind, target, until, note and at as a mute had them."""
    state = "over" if now >= one.over_at else "in force" if one.holds(now) else "begins"
    return {
        "id": one.name, "kind": one.kind, "target": one.target, "until": one.ends.isoformat(timespec="seconds"),
        "note": one.note, "at": one.at.isoformat(timespec="seconds"), "by": one.by,
        "starts": one.starts.isoformat(timespec="seconds"), "matchers": _matchers_shown(one.matchers), "state": state,
        "held_back": one.held_back, "hits": hits,
        "matches_nothing": None if hits is None else not (hits or one.held_back),
        "ends_soon": state == "in force" and now >= one.ends - WARNED_BEFORE,
        "ended_at": one.ended_at and one.ended_at.isoformat(timespec="seconds"), "ended_by": one.ended_by,
    }  # fmt: skip


def held_back_shown(
    tx: Transaction, *, silences: Collection[int] | None = None, incident_id: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """What silences kept from channels, the newest first, in the types of JSON; `silence` is its name."""
    found = tx.held_back(silences=silences, incident_id=incident_id, limit=limit)
    return [{**plain(one), "silence": f"S{one.silence}"} for one in found]
