"""What stands in `rules/*.yaml`: a rule in the words What, Where, Who and Never, with its examples.

The one place where the language is defined: the key tables of docs/rules.md and the JSON Schema for editors are
made from these models (`basewatch rules schema`), the checks of a file are pydantic's on them.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from monitor.config.yamlfile import Strict
from monitor.model.place import Precision, TargetKind, Whose
from monitor.model.report import INCIDENT_ACTS, Act, Level
from monitor.rules.values import Asking, ConditionText, Id, Language, Texts, TimeOfDay, Zone, key, one_or_many, several

Scope = Literal["sentence", "headline", "lead", "item"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Near(Strict):
    """Words that stand close together in one sentence, in any order."""

    words: Annotated[tuple[Annotated[Texts, Field(min_length=1)], ...], Field(min_length=2, max_length=6)] = key(
        "two to six words, lists or groups of alternatives, each of which must be there",
        ["@weapon", ["depot", "fuel tank"]],
    )
    within: int = key("words that may stand between them, all counted", 5, default=5, ge=0, le=50)


class Within(Strict):
    """A circle around a place or a point."""

    km: float = key("radius in kilometres", 50, gt=0, le=20000)
    of: str | None = key("a place of the gazetteer, by its id", "ain-al-asad", default=None)
    lat: float | None = key("or the point's latitude", 33.79, default=None, ge=-90, le=90)
    lon: float | None = key("and its longitude", 42.44, default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _has_centre(self) -> Within:
        if (self.of is None) == (self.lat is None or self.lon is None):
            raise ValueError("a circle has one centre; write of: ain-al-asad, or lat: 33.79 and lon: 42.44")
        return self


class Where(Asking):
    """Places that a rule is about."""

    one_of = ("any", "not_", "within", "precision")
    for_instance = "any: ['@bases-iraq']"
    any: Texts = several("groups of places (@bases-iraq), place ids, country codes", ["@bases-iraq", "al-udeid", "KW"])
    not_: Texts = several("places, groups or countries that are left out", ["victoria-base"], alias="not")
    within: Within | None = key("a circle that the place must lie in", {"km": 50, "of": "ain-al-asad"}, default=None)
    precision: Precision = key(
        "how exactly the place must be told at least: `base`, `near`, `city`, `country`", "near", default="unknown"
    )
    role: Literal["target", "origin", "mentioned", "any"] | None = key(
        "what the place is in the report; unless said, the target (for other acts than attacks any place)",
        "origin",
        default=None,
    )
    if_unknown: Level | Literal["drop"] = key(
        "the level where the report names no place that is known, or `drop`", "digest", default="drop"
    )


class Who(Strict):
    """Actors and forces that must be named."""

    any: Texts = key("actors or lists; one of them must be named", ["@kataib-hezbollah", "@us-forces"], min_length=1)
    role: Literal["named", "claims", "attributed"] = key(
        "named anywhere, or as who claims the attack, or as whom it is attributed to", "claims", default="named"
    )


class Wording(Asking):
    """Words looked for in one part of an item."""

    any: Texts = several("terms and lists; one of them must stand there", ["@drone", "shahed*", "/\\bkh-?\\d+\\b/"])
    near: tuple[Near, ...] = several("words close together", [{"words": ["@weapon", "runway"], "within": 5}])
    templates: Texts = several("wordings with slots, as in the patterns", ["{weapon} {hit} ... runway"])


class What(Wording):
    """Words that must stand in the item beside what its act says."""

    one_of = ("any", "all", "near", "templates")
    for_instance = "any: ['@drone']"
    all: Texts = several("terms and lists; each of them must stand there", ["@drone", "runway"])
    scope: Scope = key("where they must stand", "headline", default="item", alias="in")


class Never(Wording):
    """Words that silence the rule within a scope."""

    one_of = ("any", "near", "templates")
    for_instance = "any: ['@exercise']"
    scope: Scope = key("where they silence it: the deciding sentence, headline, lead or item", "sentence", alias="in")


class Source(Asking):
    """Who reported it."""

    one_of = ("any", "not_")
    for_instance = "any: [Reuters]"
    any: Texts = several("publishers, feeds or sites; only theirs", ["Reuters", "centcom.mil"])
    not_: Texts = several("publishers, feeds or sites that are left out", ["Satire Daily"], alias="not")


class When(Strict):
    """A time window, on the clock of a zone."""

    start: TimeOfDay = key("begin of the window", "22:00", default=time(0), alias="from")
    end: TimeOfDay = key(
        "end of the window; earlier than `from` means the next day", "06:00", default=time(0), alias="to"
    )
    days: tuple[Day, ...] = several("days on which it begins; unless said, all", ["Friday", "Saturday"])
    zone: Zone = key("IANA time zone", "Asia/Baghdad", default="UTC")

    @model_validator(mode="after")
    def _says_something(self) -> When:
        if self.start == self.end and not self.days:
            raise ValueError("when says nothing, it always holds; write for instance from: '22:00' and to: '06:00'")
        return self

    def holds(self, moment: datetime) -> bool:
        """Whether `moment` lies in the window."""
        local = moment.astimezone(ZoneInfo(self.zone))
        clock, day = local.time(), local.weekday()
        if self.start < self.end:
            inside = self.start <= clock < self.end
        else:
            inside = clock >= self.start or clock < self.end
            if clock < self.end and clock < self.start:
                day = (day - 1) % 7
        return inside and (not self.days or DAYS[day] in self.days)


class Examples(Strict):
    """Texts that must alert and texts that must stay quiet under this rule."""

    alert: tuple[str, ...] = several("texts that the rule must take", ["Two drones hit Ain al-Asad air base"])
    quiet: tuple[str, ...] = several("texts that the rule must leave alone", ["Jets from Al Udeid struck Yemen"])


Conditions = Annotated[tuple[ConditionText, ...], Field()]


class Rule(Strict):
    """One rule. It takes an item whose act, places, actors and words fit, unless a `never` stands in its scope."""

    id: Id = key("its id: small letters, digits and hyphens", "attack-on-base", alias="rule")
    based_on: Id | None = key(
        "another rule, whose keys hold where this one says nothing (its examples do not)", "attack-iraq", default=None
    )
    title: str = key("what it is about, for the person who is told", "Attack on a base in Iraq")
    why: str = key("why the rule exists", "The duty officer must know within minutes.")
    level: Level = key("how urgent: `digest` (tells nobody at once), `notice`, `urgent` or `flash`", "urgent")
    act: Annotated[tuple[Act, ...], BeforeValidator(one_or_many)] = key(
        "what the report does; unless said, `attack`, `foiled` and `claim`",
        ["attack", "foiled", "claim"],
        default=tuple(sorted(INCIDENT_ACTS)),
        min_length=1,
    )
    where: Where | None = key("places", {"any": ["@bases-iraq"]}, default=None)
    whose: Annotated[tuple[Whose, ...], BeforeValidator(one_or_many)] = key(
        "whose base or troops were attacked: of `foreign` troops, `national`, `un`, or `unknown` where nobody says; "
        "asked of attacks, foiled attacks and claims",
        ["foreign", "un", "national"],
        default=("foreign", "un"),
        min_length=1,
    )
    kind: Annotated[tuple[TargetKind, ...], BeforeValidator(one_or_many)] = several(
        "kinds of target that it is about; unless said, all", ["air base", "camp"]
    )
    who: Who | None = key("actors", {"any": ["@kataib-hezbollah"]}, default=None)
    what: What | None = key("words that must be there", {"any": ["@drone"], "in": "headline"}, default=None)
    never: tuple[Never, ...] = several("words that silence it", [{"any": ["@exercise"], "in": "sentence"}])
    language: Annotated[tuple[Language, ...], BeforeValidator(one_or_many)] = several(
        "languages of the feed or item (`en`, `ar`); `unknown` where it says none", ["ar", "unknown"]
    )
    source: Source | None = key("publishers, feeds, sites", {"not": ["Satire Daily"]}, default=None)
    when: When | None = key(
        "a time window in which it holds, by the time of the report",
        {"from": "22:00", "to": "06:00", "zone": "Asia/Baghdad"},
        default=None,
    )
    raise_to_flash_if: Conditions = several(
        "conditions, one of which makes it `flash`", ["killed >= 1", "first here in 30 days"]
    )
    raise_to_urgent_if: Conditions = several(
        "conditions, one of which makes it `urgent`", ["weapon is ballistic_missile"]
    )
    raise_to_notice_if: Conditions = several(
        "conditions, one of which makes it `notice`", ["claimed by kataib-hezbollah"]
    )
    only_if: Conditions = several(
        "conditions that must all hold before anybody is told", ["confirmed by officials", "publishers >= 2"]
    )
    send_to: Texts = several("channels: tags of the channels file", ["duty"])
    status: Literal["live", "trial", "off"] = key(
        "`trial`: decides and records, tells nobody; `off`: sleeps", "trial", default="live"
    )
    examples: Examples = key(
        "texts that `basewatch rules test` runs", {"alert": ["Two drones hit Ain al-Asad"]}, default=Examples()
    )

    @property
    def raises(self) -> tuple[tuple[Level, Conditions], ...]:
        """The conditions that raise the level, most urgent first."""
        return (
            (Level.FLASH, self.raise_to_flash_if),
            (Level.URGENT, self.raise_to_urgent_if),
            (Level.NOTICE, self.raise_to_notice_if),
        )


class RuleFile(Strict):
    """A rule file with several rules (`rules:`); one with a single rule holds the rule's keys themselves."""

    rules: tuple[Rule, ...] = Field(min_length=1)
