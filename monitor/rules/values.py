"""Single values as people write them: an id, one text or several, a time of day, a time zone, a language; and the
conditions of `raise_to_…_if` and `only_if`: `killed >= 1`, `first here in 30 days`, `confirmed by officials`. Pure."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from monitor.config.validation import held
from monitor.config.values import zone_name
from monitor.config.yamlfile import Strict, did_you_mean
from monitor.model.report import WEAPONS, Facts

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*|unknown")
_BOUND = re.compile(r"(killed|wounded|intercepted|publishers)\s*(>=|>|=)\s*(\d{1,9})$")
_FIRST = re.compile(r"first here in (\d{1,4}) days?$")
_WEAPON = re.compile(r"weapon is (\S+)$")
_BY = re.compile(r"(claimed|attributed)(?: (?:by|to) @?(\S+))?$")
_BY_NAME = re.compile(r"(claimed by|attributed to) (.+)$")
#: ISO code of a country; any text is read, so that `Iraq` can be answered with `IQ`
CountryCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
Fact = Literal[
    "killed", "wounded", "intercepted", "weapon", "claimed", "attributed", "first here",
    "confirmed", "publishers", "toll rises",
]  # fmt: skip
#: conditions without a number or a name, as they are written
_WHOLE: dict[str, Fact] = {"confirmed by officials": "confirmed", "toll rises": "toll rises"}
#: no rule looks further back
LONGEST_DAYS = 366


class Asking(Strict):
    """A part of a rule that asks for something: at least one of `one_of` must be there."""

    one_of: ClassVar[tuple[str, ...]] = ()
    for_instance: ClassVar[str] = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        fields = type(self).model_fields
        if all(getattr(self, name) == fields[name].default for name in self.one_of):
            raise ValueError(f"{type(self).__name__.lower()} says nothing; write for instance {self.for_instance}")
        return self


def key(meaning: str, example: object, **limits: Any) -> Any:
    """A key of a file: what it means and an example, for the reference and the schemas; its default and limits."""
    return Field(description=meaning, examples=[example], **limits)


def several(meaning: str, example: object, **limits: Any) -> Any:
    """As `key`, for several values, of which there are none unless said."""
    return key(meaning, example, default=(), **limits)


def one_or_many(value: object) -> object:
    """One text as a list of one, for keys that take both."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str):
        bare = value.strip("()（）［］【】 ")
        if not value.startswith("/") and len(parts := re.split(r"\s*[,،，、；;]\s*", bare)) > 1:
            raise ValueError(f'{value!r} is one text; write [{", ".join(parts)}], or ["{bare}"] where it is one')
        return [value]
    quoted = f'; put it in quotes: "{held(value)}"' if isinstance(value, int | float) else ""
    raise ValueError(f"a text or a list of texts is meant, but here is {held(value)}{quoted}")


def _plain_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no id: small letters, digits and hyphens; write for instance attack-iraq")
    return value


#: the name of a rule, place, group or actor
Id = Annotated[str, AfterValidator(_plain_id), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})]
#: one text or a list of texts
Texts = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


def _read_time(value: object) -> object:
    try:
        if isinstance(value, str) and len(value.strip()) in (4, 5):
            return time.fromisoformat(value.strip().zfill(5))
    except ValueError:
        pass
    instead = "'00:00', where the next day begins" if value == "24:00" else "for instance '22:00'"
    raise ValueError(f"{value!r} is no time of day; write {instead}")


#: a time of day as people write it
TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_time),
    WithJsonSchema({"type": "string", "pattern": r"^\s*([01]?\d|2[0-3]):[0-5]\d\s*$"}),
]


#: an IANA time zone
Zone = Annotated[str, AfterValidator(zone_name)]


def _read_language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value!r} is no language; write for instance en, ar, fa or unknown")
    return value


#: a language as feeds name it, or `unknown`
Language = Annotated[
    str,
    AfterValidator(_read_language),
    WithJsonSchema({"type": "string", "pattern": f"^({_LANGUAGE.pattern})$"}),
]


class Condition(Strict):
    """One condition: a bound on a number, a weapon, who claims it, that nothing happened there before; or how sure an
    incident is by all its reports, and whether its toll rises."""

    fact: Fact
    #: of a number
    at_least: int = 0
    #: the number must be this very one
    exactly: bool = False
    #: weapon or actor; empty: any
    name: str = ""
    #: of `first here`
    days: int = 0
    written: str

    @property
    def is_of_the_past(self) -> bool:
        """It asks what happened before, which no report states: see `alerts.policy`."""
        return self.fact == "first here"

    @property
    def is_of_the_whole(self) -> bool:
        """It asks of all reports of an incident, which none of them states: see `alerts.levels`."""
        return self.fact in ("confirmed", "publishers", "toll rises")

    def holds(self, facts: Facts) -> bool:
        """Whether the report states it; what it does not state holds nothing."""
        match self.fact:
            case "killed" | "wounded" | "intercepted":
                return self.is_reached(getattr(facts, self.fact))
            case "weapon":
                return self.name in facts.weapons
            case "claimed":
                return bool(facts.claimed_by) if not self.name else self.name in facts.claimed_by
            case "attributed":
                return bool(facts.attributed_to) if not self.name else self.name in facts.attributed_to
            case _:
                return False

    def is_reached(self, number: int | None) -> bool:
        """Whether a number fulfils the bound; one that nobody knows fulfils none."""
        if number is None:
            return False
        return number == self.at_least if self.exactly else number >= self.at_least

    def __str__(self) -> str:
        return self.written


def read_condition(value: object) -> object:
    """The condition that a text says; an error that shows how one is written."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if match := _BOUND.match(text):
        bound = int(match[3]) + (match[2] == ">")
        return Condition(fact=cast(Fact, match[1]), at_least=bound, exactly=match[2] == "=", written=text)
    if text in _WHOLE:
        return Condition(fact=_WHOLE[text], written=text)
    if match := _FIRST.match(text):
        days = int(match[1])
        if not 1 <= days <= LONGEST_DAYS:
            raise ValueError(f"{days} days cannot be looked back; write 1 to {LONGEST_DAYS} days")
        return Condition(fact="first here", days=days, written=text)
    if match := _WEAPON.match(text):
        if match[1] not in WEAPONS:
            raise ValueError(f"there is no weapon {match[1]}; {did_you_mean(match[1], WEAPONS)}")
        return Condition(fact="weapon", name=match[1], written=text)
    if match := _BY.match(text):
        return Condition(fact=cast(Fact, match[1]), name=match[2] or "", written=text)
    if match := _BY_NAME.match(text):
        slug = "-".join(match[2].casefold().split())
        raise ValueError(f"an actor is named by its id, one word; write for instance {match[1]} {slug}")
    raise ValueError(
        f"I do not understand the condition {value!r}; write for instance killed >= 1, weapon is ballistic_missile, "
        "claimed by kataib-hezbollah, first here in 30 days, confirmed by officials, publishers >= 2 or toll rises"
    )


_FORMS = (_BOUND.pattern, _FIRST.pattern, f"weapon is ({'|'.join(WEAPONS)})$", _BY.pattern, f"({'|'.join(_WHOLE)})$")
#: a condition as people write it
ConditionText = Annotated[
    Condition,
    BeforeValidator(read_condition),
    WithJsonSchema({"type": "string", "pattern": "|".join(f"^{form}" for form in _FORMS)}),
]
