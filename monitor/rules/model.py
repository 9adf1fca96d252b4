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
from monitor.model.place import Precision
from monitor.model.report import INCIDENT_ACTS, Act, Level
from monitor.rules.conditions import ConditionText
from monitor.rules.values import Id, Language, Texts, TimeOfDay, Zone, one_or_many

Scope = Literal["sentence", "headline", "lead", "item"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Near(Strict):
    """Words that stand close together in one sentence, in any order."""

    words: Annotated[tuple[Annotated[Texts, Field(min_length=1)], ...], Field(min_length=2, max_length=6)] = Field(
        description="two to six words, lists or groups of alternatives, each of which must be there",
        examples=[["@weapon", ["depot", "fuel tank"]]],
    )
    within: int = Field(
        default=5, ge=0, le=50, description="words that may stand between them, all counted", examples=[5]
    )


class Within(Strict):
    """A circle around a place or a point."""

    km: float = Field(gt=0, le=20000, description="radius in kilometres", examples=[50])
    of: str | None = Field(default=None, description="a place of the gazetteer, by its id", examples=["ain-al-asad"])
    lat: float | None = Field(default=None, ge=-90, le=90, description="or the point's latitude", examples=[33.79])
    lon: float | None = Field(default=None, ge=-180, le=180, description="and its longitude", examples=[42.44])

    @model_validator(mode="after")
    def _has_centre(self) -> Within:
        if (self.of is None) == (self.lat is None or self.lon is None):
            raise ValueError("a circle has one centre; write of: ain-al-asad, or lat: 33.79 and lon: 42.44")
        return self


class Where(Strict):
    """Places that a rule is about."""

    any: Texts = Field(
        default=(), description="groups of places (@bases-iraq), place ids, country codes",
        examples=[["@bases-iraq", "al-udeid", "KW"]],
    )  # fmt: skip
    not_: Texts = Field(
        default=(),
        alias="not",
        description="places, groups or countries that are left out",
        examples=[["victoria-base"]],
    )
    within: Within | None = Field(
        default=None, description="a circle that the place must lie in", examples=[{"km": 50, "of": "ain-al-asad"}]
    )
    precision: Precision = Field(
        default="unknown", description="how exactly the place must be told at least: `base`, `near`, `city`, `country`",
        examples=["near"],
    )  # fmt: skip
    role: Literal["target", "origin", "mentioned", "any"] | None = Field(
        default=None,
        description="what the place is in the report; unless said, the target (for other acts than attacks any place)",
        examples=["origin"],
    )
    if_unknown: Level | Literal["drop"] = Field(
        default="drop",
        description="the level where the report names no place that is known, or `drop`",
        examples=["digest"],
    )

    @model_validator(mode="after")
    def _says_something(self) -> Where:
        if not self.any and not self.not_ and self.within is None and self.precision == "unknown":
            raise ValueError("where says nothing; write for instance any: ['@bases-iraq']")
        return self


class Who(Strict):
    """Actors and forces that must be named."""

    any: Texts = Field(
        min_length=1,
        description="actors or lists; one of them must be named",
        examples=[["@kataib-hezbollah", "@us-forces"]],
    )
    role: Literal["named", "claims", "attributed"] = Field(
        default="named",
        description="named anywhere, or as who claims the attack, or as whom it is attributed to",
        examples=["claims"],
    )


class Wording(Strict):
    """Words looked for in one part of an item."""

    any: Texts = Field(
        default=(),
        description="terms and lists; one of them must stand there",
        examples=[["@drone", "shahed*", "/\\bkh-?\\d+\\b/"]],
    )
    near: tuple[Near, ...] = Field(
        default=(), description="words close together", examples=[[{"words": ["@weapon", "runway"], "within": 5}]]
    )
    templates: Texts = Field(
        default=(), description="wordings with slots, as in the patterns", examples=[["{weapon} {hit} ... runway"]]
    )


class What(Wording):
    """Words that must stand in the item beside what its act says."""

    all: Texts = Field(
        default=(), description="terms and lists; each of them must stand there", examples=[["@drone", "runway"]]
    )
    scope: Scope = Field(default="item", alias="in", description="where they must stand", examples=["headline"])

    @model_validator(mode="after")
    def _says_something(self) -> What:
        if not (self.any or self.all or self.near or self.templates):
            raise ValueError("what says nothing; write for instance any: ['@drone']")
        return self


class Never(Wording):
    """Words that silence the rule within a scope."""

    scope: Scope = Field(
        alias="in",
        description="where they silence it: the deciding sentence, headline, lead or item",
        examples=["sentence"],
    )

    @model_validator(mode="after")
    def _says_something(self) -> Never:
        if not (self.any or self.near or self.templates):
            raise ValueError("never says nothing; write for instance any: ['@exercise']")
        return self


class Source(Strict):
    """Who reported it."""

    any: Texts = Field(
        default=(), description="publishers, feeds or sites; only theirs", examples=[["Reuters", "centcom.mil"]]
    )
    not_: Texts = Field(
        default=(), alias="not", description="publishers, feeds or sites that are left out", examples=[["Satire Daily"]]
    )

    @model_validator(mode="after")
    def _says_something(self) -> Source:
        if not (self.any or self.not_):
            raise ValueError("source says nothing; write for instance any: [Reuters]")
        return self


class When(Strict):
    """A time window, on the clock of a zone."""

    start: TimeOfDay = Field(default=time(0), alias="from", description="begin of the window", examples=["22:00"])
    end: TimeOfDay = Field(
        default=time(0),
        alias="to",
        description="end of the window; earlier than `from` means the next day",
        examples=["06:00"],
    )
    days: tuple[Day, ...] = Field(
        default=(), description="days on which it begins; unless said, all", examples=[["Friday", "Saturday"]]
    )
    zone: Zone = Field(default="UTC", description="IANA time zone", examples=["Asia/Baghdad"])

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

    alert: tuple[str, ...] = Field(
        default=(), description="texts that the rule must take", examples=[["Two drones hit Ain al-Asad air base"]]
    )
    quiet: tuple[str, ...] = Field(
        default=(), description="texts that the rule must leave alone", examples=[["Jets from Al Udeid struck Yemen"]]
    )


Conditions = Annotated[tuple[ConditionText, ...], Field()]


class Rule(Strict):
    """One rule. It takes an item whose act, places, actors and words fit, unless a `never` stands in its scope."""

    id: Id = Field(alias="rule", description="its id: small letters, digits and hyphens", examples=["attack-on-base"])
    based_on: Id | None = Field(
        default=None,
        description="another rule, whose keys hold where this one says nothing (its examples do not)",
        examples=["attack-iraq"],
    )
    title: str = Field(
        description="what it is about, for the person who is told", examples=["Attack on a base in Iraq"]
    )
    why: str = Field(description="why the rule exists", examples=["The duty officer must know within minutes."])
    level: Level = Field(
        description="how urgent: `digest` (tells nobody at once), `notice`, `urgent` or `flash`", examples=["urgent"]
    )
    act: Annotated[tuple[Act, ...], BeforeValidator(one_or_many)] = Field(
        default=tuple(sorted(INCIDENT_ACTS)), min_length=1,
        description="what the report does; unless said, `attack`, `foiled` and `claim`",
        examples=[["attack", "foiled", "claim"]],
    )  # fmt: skip
    where: Where | None = Field(default=None, description="places", examples=[{"any": ["@bases-iraq"]}])
    who: Who | None = Field(default=None, description="actors", examples=[{"any": ["@kataib-hezbollah"]}])
    what: What | None = Field(
        default=None, description="words that must be there", examples=[{"any": ["@drone"], "in": "headline"}]
    )
    never: tuple[Never, ...] = Field(
        default=(), description="words that silence it", examples=[[{"any": ["@exercise"], "in": "sentence"}]]
    )
    language: Annotated[tuple[Language, ...], BeforeValidator(one_or_many)] = Field(
        default=(),
        description="languages of the feed or item (`en`, `ar`); `unknown` where it says none",
        examples=[["ar", "unknown"]],
    )
    source: Source | None = Field(
        default=None, description="publishers, feeds, sites", examples=[{"not": ["Satire Daily"]}]
    )
    when: When | None = Field(
        default=None,
        description="a time window in which it holds, by the time of the report",
        examples=[{"from": "22:00", "to": "06:00", "zone": "Asia/Baghdad"}],
    )
    raise_to_flash_if: Conditions = Field(
        default=(),
        description="conditions, one of which makes it `flash`",
        examples=[["killed >= 1", "first here in 30 days"]],
    )
    raise_to_urgent_if: Conditions = Field(
        default=(), description="conditions, one of which makes it `urgent`", examples=[["weapon is ballistic_missile"]]
    )
    raise_to_notice_if: Conditions = Field(
        default=(), description="conditions, one of which makes it `notice`", examples=[["claimed by kataib-hezbollah"]]
    )
    send_to: Texts = Field(default=(), description="channels: tags of the channels file", examples=[["duty"]])
    status: Literal["live", "trial", "off"] = Field(
        default="live", description="`trial`: decides and records, tells nobody; `off`: sleeps", examples=["trial"]
    )
    examples: Examples = Field(
        default=Examples(),
        description="texts that `basewatch rules test` runs",
        examples=[{"alert": ["Two drones hit Ain al-Asad"]}],
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
