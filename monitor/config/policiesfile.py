"""policies.yaml: what each channel wants to be told, and when; read strictly, every mistake told at once.

    defaults: { zone: Asia/Baghdad }
    policies:
      - { channel: duty, level: notice, quiet: { from: "22:00", to: "07:00" }, repeat_flash: 15m }

A channel's own key wins over the default of the same name; a channel that no policy names has the usual one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.config import values
from monitor.config.yamlfile import Document, Strict, did_you_mean, read, validate
from monitor.errors import ConfigError, Problem
from monitor.model.ledger import ChangeReason, Grade
from monitor.model.policy import USUAL_REASONS, WEEKDAYS, DigestTimes, Policy, QuietHours
from monitor.model.report import Level

#: the words of `grade:`
GRADES = {
    "claimed": Grade.CLAIMED, "reported": Grade.REPORTED, "several": Grade.SEVERAL, "confirmed": Grade.CONFIRMED,
}  # fmt: skip
#: what a style asks for where its policy does not say
_STYLE_GRADES = {"family": Grade.CONFIRMED}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_SHORTEST_REPEAT = timedelta(minutes=1)


def _time_of_day(value: object) -> time:
    """`22:00` as a time."""
    if isinstance(value, str) and (found := _TIME.fullmatch(value.strip())):
        return time(int(found[1]), int(found[2]))
    raise ValueError(f"{str(value)[:40]!r} is no time of day; write for instance '07:00'")


def _weekday(value: object) -> int:
    """`Friday` or `fri` as `datetime.weekday` has it."""
    word = str(value).strip().casefold()
    for number, day in enumerate(WEEKDAYS):
        if word in (day.casefold(), day[:3].casefold()):
            return number
    raise ValueError(f"there is no day {str(value)[:40]}; {did_you_mean(str(value), WEEKDAYS)}")


def _weekly(value: object) -> tuple[int, time]:
    """`Sunday 18:00`."""
    day, _, at = str(value).strip().partition(" ")
    if not at.strip():
        raise ValueError(f"{str(value)[:40]!r} needs a day and a time; write for instance 'Sunday 18:00'")
    return _weekday(day), _time_of_day(at)


def _word_of(kind: str, known: Collection[str]) -> Callable[[object], str]:
    """A reader of one word out of `known`, in any case."""

    def read_word(value: object) -> str:
        by_folded = {word.casefold(): word for word in known}
        found = by_folded.get(str(value).strip().casefold())
        if found is None:
            raise ValueError(f"there is no {kind} {str(value)[:40]}; {did_you_mean(str(value), known)}")
        return found

    return read_word


def _one_channel(value: object) -> object:
    if isinstance(value, list | tuple):
        raise ValueError(f"one channel is meant; write channels: [{', '.join(map(str, value))[:60]}]")
    return value


def _repeat(value: object) -> timedelta | None:
    if value is None or (isinstance(value, str) and value.strip().casefold() == "never"):
        return None
    found = values.read_duration(value)
    if found < _SHORTEST_REPEAT:
        raise ValueError(f"{values.spoken(found)} is too often; write at least 1m, or never")
    return found


def _text(pattern: str) -> WithJsonSchema:
    """How an editor checks a text that the program reads more closely."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _one_of(words: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


_DURATION = r"\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d|w)"
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), _text(_TIME.pattern)]
Weekday = Annotated[int, BeforeValidator(_weekday), _one_of([*WEEKDAYS, *(day[:3] for day in WEEKDAYS)])]
Weekly = Annotated[
    tuple[int, time] | None, BeforeValidator(_weekly), _text(rf"({'|'.join(WEEKDAYS)}) ({_TIME.pattern})")
]
Zone = Annotated[str, AfterValidator(values.zone_name)]
Reason = Annotated[
    ChangeReason, BeforeValidator(_word_of("reason", [str(reason) for reason in ChangeReason])),
    _one_of(map(str, ChangeReason)),
]  # fmt: skip
LevelWord = Annotated[
    Level, BeforeValidator(_word_of("level", [str(level) for level in Level])), _one_of(map(str, Level))
]
GradeWord = Annotated[str, BeforeValidator(_word_of("grade", list(GRADES))), _one_of(GRADES)]
Duration = Annotated[timedelta, BeforeValidator(values.read_duration), _text(_DURATION)]
Repeat = Annotated[timedelta | None, BeforeValidator(_repeat), _text(f"({_DURATION}|never)")]


def _key(meaning: str, example: object, default: Any = None, **more: Any) -> Any:
    """A key of the file: what it means and an example, for editors."""
    return Field(default, description=meaning, examples=[example], **more)


class QuietSpec(Strict):
    """Quiet hours: messages wait until they end; a flash does not."""

    begins: TimeOfDay = _key("when they begin", "22:00", ..., alias="from")
    ends: TimeOfDay = _key("when they end; over midnight where it is earlier", "07:00", ..., alias="to")
    days: tuple[Weekday, ...] = _key("the days on which they begin; left out: every day", ["Friday", "Saturday"], ())
    zone: Zone | None = _key("their clock, if another than that of the policy", "Europe/Berlin")


class DigestSpec(Strict):
    """Times of digests, in the zone of the policy."""

    daily: TimeOfDay | None = _key("when the digest of the last day comes", "07:00")
    weekly: Weekly = _key("when the digest of the last week comes", "Sunday 18:00")


class PolicyDefaults(Strict):
    """What holds for every channel whose policy does not say otherwise."""

    zone: Zone | None = _key("the clock of the readers: times in messages, quiet hours, digests", "Asia/Baghdad")
    style: str | None = _key(
        "the words of the messages: duty, journalist, family, or the name of a file templates/NAME.txt", "journalist"
    )
    level: LevelWord | None = _key("the least that is told at once; what is less is left to the digest", "urgent")
    places: tuple[str, ...] | None = _key(
        "ids, @groups, regions and codes of countries; incidents elsewhere are not told", ["@bases-iraq", "ain-al-asad"]
    )
    reasons: tuple[Reason, ...] | None = _key("other changes are not told", ["FIRST", "TOLL_UP", "RETRACTED"])
    grade: GradeWord | None = _key("an incident waits until it is as sure as that", "confirmed")
    publishers: int | None = _key("so many must report it by themselves, 1 to 20", 2)
    cool_down: Duration | None = _key("the time between two messages about one incident; a flash does not wait", "10m")
    most_per_hour: int | None = _key("what is beyond waits, 1 to 1000; a flash does not", 20)
    quiet: QuietSpec | None = _key(
        "messages wait until these hours end; a flash does not", {"from": "22:00", "to": "07:00"}
    )
    digest: DigestSpec | None = _key("times of the digests", {"daily": "07:00", "weekly": "Sunday 18:00"})
    repeat_flash: Repeat = _key("a flash is told again until somebody acknowledges it; or never", "15m")


class PolicyEntry(PolicyDefaults):
    """The policy of one channel, or of several."""

    channel: Annotated[str | None, BeforeValidator(_one_channel)] = _key("a tag of the channels file", "alerts")
    channels: tuple[str, ...] = _key("several of them", ["alerts", "desk"], ())

    @property
    def named(self) -> tuple[str, ...]:
        """Every channel it is for."""
        return tuple(dict.fromkeys((*((self.channel,) if self.channel else ()), *self.channels)))


class PoliciesFile(Strict):
    """What each channel wants to be told, and when."""

    defaults: PolicyDefaults = _key(
        "what holds for every channel whose policy does not say otherwise", {"zone": "Asia/Baghdad"}, PolicyDefaults()
    )
    policies: tuple[PolicyEntry, ...] = _key(
        "a policy for each channel", [{"channel": "alerts", "level": "urgent"}], ()
    )


def load_policies(
    path: Path | None,
    *,
    channels: Collection[str],
    places: Collection[str],
    styles: Collection[str],
    place_hint: Callable[[str], str] | None = None,
    any_channel: bool = False,
    zone: str = Policy.zone,
) -> tuple[Policy, ...]:
    """The policies of a file, none where it is not there; `ConfigError` with every mistake in it.

    `channels` are the tags of the channels file (`any_channel`: the console takes all), `places` what the gazetteer
    knows, `styles` what can be written in; `place_hint` says what to write for a place that there is not; `zone` is
    the clock of readers of whom the file says none.
    """
    if path is None:
        return ()
    document = read(path)
    file = validate(document, PoliciesFile, root="`policies:` with a list of policies")
    hint = place_hint or (lambda word: did_you_mean(word, places))
    problems = [
        *_in_channels(document, file, channels, any_channel=any_channel),
        *_in_values(document, ("defaults",), file.defaults, places, styles, hint),
    ]
    for index, entry in enumerate(file.policies):
        problems += _in_values(document, ("policies", index), entry, places, styles, hint)
    if problems:
        raise ConfigError(problems)
    return tuple(
        _policy(entry, file.defaults, channel, document.line("policies", index), zone)
        for index, entry in enumerate(file.policies)
        for channel in entry.named
    )


def _in_channels(
    document: Document, file: PoliciesFile, channels: Collection[str], *, any_channel: bool
) -> Iterator[Problem]:
    """Policies of no channel, of one that nobody has, and a second policy of one channel."""
    known = {channel.casefold(): channel for channel in channels}
    first: dict[str, int] = {}
    for index, entry in enumerate(file.policies):
        line = document.line("policies", index)
        if not entry.named:
            yield document.problem("the policy names no channel", "policies", index, hint="write: channel: alerts")
        for channel in entry.named:
            key = "channel" if channel == entry.channel else "channels"
            if channel.casefold() not in known and not any_channel:
                said = f"no address in the channels file has the tag {channel}"
                yield document.problem(said, "policies", index, key, hint=did_you_mean(channel, channels))
            if (before := first.setdefault(channel.casefold(), line)) != line:
                said = f"the channel {channel} has two policies (first in line {before})"
                yield document.problem(said, "policies", index, key, hint="keep one of them")


def _in_values(
    document: Document,
    loc: tuple[str | int, ...],
    one: PolicyDefaults,
    places: Collection[str],
    styles: Collection[str],
    place_hint: Callable[[str], str],
) -> Iterator[Problem]:
    """Values that are of the right form and still cannot be meant."""
    for index, place in enumerate(one.places or ()):
        if place not in places:
            said = f"there is no place {place}"
            yield document.problem(said, *loc, "places", index, hint=place_hint(place))
    if one.style is not None and one.style not in styles:
        said = f"style {one.style}: there is no templates/{one.style}.txt"
        yield document.problem(said, *loc, "style", hint=did_you_mean(one.style, styles))
    if one.quiet is not None and one.quiet.begins == one.quiet.ends:
        said = "quiet begins and ends at the same time"
        yield document.problem(said, *loc, "quiet", hint="write from: '22:00' and to: '07:00'")
    if one.most_per_hour is not None and not 1 <= one.most_per_hour <= 1000:
        yield document.problem("most_per_hour must be 1 to 1000", *loc, "most_per_hour", hint="write for instance 60")
    if one.publishers is not None and not 1 <= one.publishers <= 20:
        yield document.problem("publishers must be 1 to 20", *loc, "publishers", hint="write for instance 2")
    if one.cool_down is not None and one.cool_down > timedelta(days=7):
        said = f"{values.spoken(one.cool_down)} is longer than a week"
        yield document.problem(said, *loc, "cool_down", hint="write for instance 30m")
    if one.reasons is not None and not one.reasons:
        said = "the list of reasons is empty, so nothing is ever told"
        yield document.problem(said, *loc, "reasons", hint="write [FIRST, TOLL_UP], or leave the key out")


def _policy(entry: PolicyEntry, defaults: PolicyDefaults, channel: str, line: int, usual_zone: str) -> Policy:
    def said(name: str, otherwise: Any) -> Any:
        for one in (entry, defaults):
            if name in one.model_fields_set and getattr(one, name) is not None:
                return getattr(one, name)
        return otherwise

    zone: str = said("zone", usual_zone)
    style: str = said("style", Policy.style)
    quiet: QuietSpec | None = said("quiet", None)
    digest: DigestSpec | None = said("digest", None)
    grade: str | None = said("grade", None)
    reasons: tuple[ChangeReason, ...] | None = said("reasons", None)
    # `never` is a value of its own: it wins over a default that repeats
    repeat = entry.repeat_flash if "repeat_flash" in entry.model_fields_set else defaults.repeat_flash
    return Policy(
        channel=channel.casefold(),
        line=line,
        zone=zone,
        style=style,
        level=said("level", Policy.level),
        places=said("places", ()),
        reasons=USUAL_REASONS if reasons is None else frozenset(reasons),
        grade=GRADES[grade] if grade else _STYLE_GRADES.get(style, Policy.grade),
        publishers=said("publishers", Policy.publishers),
        cool_down=said("cool_down", Policy.cool_down),
        most_per_hour=said("most_per_hour", None),
        quiet=_quiet(quiet, zone),
        digest=None if digest is None else DigestTimes(daily=digest.daily, weekly=digest.weekly),
        repeat_flash=repeat,
    )


def _quiet(quiet: QuietSpec | None, zone: str) -> QuietHours | None:
    if quiet is None:
        return None
    return QuietHours(begins=quiet.begins, ends=quiet.ends, days=quiet.days, zone=quiet.zone or zone)
