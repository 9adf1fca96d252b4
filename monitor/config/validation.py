"""What a model refuses in an edited file, in words for the person who edits it: one mistake, one message.

Pydantic tells of a single slip in several findings (each branch of a union, the key that is missing because another is
misspelt, the list that has too few entries because one of them is wrong). Here they become what the person did.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from monitor.config.syntax import CURLY

Loc = tuple[str | int, ...]
_MAPPING = "a mapping of keys"
_WANTED = {
    "string_type": "text", "list_type": "a list", "tuple_type": "a list", "set_type": "a list",
    "frozen_set_type": "a list", "int_type": "a whole number", "int_parsing": "a whole number",
    "int_from_float": "a whole number", "float_type": "a number", "float_parsing": "a number",
    "bool_type": "true or false", "bool_parsing": "true or false", "dict_type": _MAPPING, "model_type": _MAPPING,
    "model_attributes_type": _MAPPING, "date_type": "a day", "date_parsing": "a day",
    "date_from_datetime_parsing": "a day", "date_from_datetime_inexact": "a day",
}  # fmt: skip
#: what is wrong with a number, and the word for the limit
_LIMITS = {
    "greater_than_equal": ("too small", "at least", "ge"), "greater_than": ("too small", "more than", "gt"),
    "less_than_equal": ("too large", "at most", "le"), "less_than": ("too large", "less than", "lt"),
}  # fmt: skip
#: what marks a key that holds one of several forms
_EITHER = (Discriminator, Tag)
#: forms of texts in the words of people
_FORMS = {"^[A-Z]{2}$": "two capital letters, such as IQ,", "^[a-z]{2,3}$": "two or three small letters, such as ar,"}


@dataclass
class _Finding:
    """One of pydantic's findings; `loc` holds only what stands in the file."""

    loc: Loc
    kind: str
    text: str
    context: dict[str, Any]
    value: Any
    #: it is about one branch of a union
    branch: bool
    #: it is about the key itself, not about what stands behind it
    of_key: bool = False
    #: what other branches of the union want
    wanted: list[str] = field(default_factory=list)


def close_match(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near enough to suggest."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint sentence: the near word, or the list of what is known when it is short."""
    known = sorted(known)
    if near := close_match(word, known):
        return f"did you mean {near}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= 20 else ""


def mistakes(errors: Sequence[Any], data: Any, model: type[BaseModel]) -> Iterator[tuple[Loc, str, str]]:
    """The mistakes in `data` that `errors` (pydantic's findings for `model`) tell of: where, what, what to write."""
    findings = _merged([_finding(error, data) for error in errors])
    misspelt = {(*one.loc[:-1], _unknown(one, model)[0]) for one in findings if one.kind == "extra_forbidden"}
    for finding in findings:
        if not (finding.kind == "missing" and finding.loc in misspelt) and not _follows(finding, findings):
            yield (finding.loc, *_told(finding, model))


def _finding(error: Any, data: Any) -> _Finding:
    full: Loc = error["loc"]
    loc: list[str | int] = []
    value = data
    for part in full:
        stands = part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))
        if stands:
            loc.append(part)
            value = value[part]
    of_key = full[-1:] == ("[key]",)
    branch = len(loc) < len(full) and not of_key
    if error["type"] == "missing":
        loc.append(full[-1])
    return _Finding(tuple(loc), error["type"], error["msg"], error.get("ctx", {}), value, branch, of_key)


def _merged(findings: Sequence[_Finding]) -> list[_Finding]:
    """Findings of several branches of one union as one."""
    out: dict[tuple[Loc, str], _Finding] = {}
    for finding in findings:
        alike = "choice" if finding.kind in ("literal_error", "enum") else "type" if finding.kind in _WANTED else ""
        first = out.setdefault((finding.loc, alike if finding.branch and alike else str(len(out))), finding)
        if first is not finding:
            first.context["expected"] = f"{first.context.get('expected', '')}, {finding.context.get('expected', '')}"
            first.wanted += [_WANTED.get(finding.kind, ""), *finding.wanted]
    return list(out.values())


def _follows(finding: _Finding, findings: Sequence[_Finding]) -> bool:
    """It only follows from a mistake deeper inside: a list is too short without its bad entry, another branch fits;
    or from its key, which changed places with it."""
    if not finding.of_key and any(other.of_key and other.loc == finding.loc for other in findings):
        return True
    if not (finding.branch and finding.kind in _WANTED) and finding.kind != "too_short":
        return False
    length = len(finding.loc)
    inside = (other for other in findings if other.loc[:length] == finding.loc)
    return any(len(other.loc) > length or finding.kind == "too_short" != other.kind for other in inside)


def _told(finding: _Finding, model: type[BaseModel]) -> tuple[str, str]:
    """What is wrong, and what to write."""
    loc, kind, value, context = finding.loc, finding.kind, finding.value, finding.context
    if finding.of_key:
        if kind in _WANTED:
            number = value if isinstance(value, int) else 2
            return f"a number is meant in front of the colon, not {loc[-1]}", f"write {number}: [{loc[-1]}]"
        value = loc[-1]
    if kind == "extra_forbidden":
        return _unknown(finding, model)[1:]
    if kind == "missing":
        annotations = (one.annotation for key, one in _fields(model, loc) if key == loc[-1])
        *others, last = list(values_in(next(annotations, None))) or [""]
        either = f"{', '.join(others)} or {last}" if others else last
        return f"the key {loc[-1]} is missing", f"write: {loc[-1]}: …" + (f" ({either})" if either else "")
    if isinstance(value, str) and value[:1] and value[0] in CURLY:
        hint = f'write {value.strip(CURLY)} without quotes, or in plain ones (")'
        return f"{held(value)} is in quotes that are none here ({value[0]})", hint
    if kind in ("literal_error", "enum"):
        known = list(dict.fromkeys(re.findall(r"'([^']*)'", str(context.get("expected", "")))))
        return f"{held(value)} is not possible here", _several(value, known) or did_you_mean(str(value), known)
    if kind == "value_error":
        message, _, hint = str(context.get("error", finding.text)).partition("; ")
        return message, hint
    if kind in _LIMITS:
        wrong, word, limit = _LIMITS[kind]
        return f"{value} is {wrong}", f"write {word} {context[limit]:g}"
    if kind in ("too_short", "too_long"):
        return _wrong_length(context)
    if kind == "string_pattern_mismatch":
        form = _FORMS.get(context["pattern"], f"a text of the form {context['pattern']}")
        return f"{form} is meant, but here is {held(value)}".replace(", is", ", are"), ""
    if kind in _WANTED:
        return _of_another_type(finding, _keys(model, (*loc, "")) if kind.startswith("model") else [])
    return finding.text[0].lower() + finding.text[1:], ""


def _unknown(finding: _Finding, model: type[BaseModel]) -> tuple[str | None, str, str]:
    """The key that was probably meant by an unknown one, what is wrong, what to write."""
    key, known = str(finding.loc[-1]), _keys(model, finding.loc)
    if (finding.value is None or key.startswith("-")) and (together := _run_together(key, known)):
        return together
    return close_match(key, known), f"I do not know the key {key}", did_you_mean(key, known)


def _run_together(text: str, known: Sequence[str]) -> tuple[str, str, str] | None:
    """The key that was meant where it runs together with its value (`name:Wire`, `name Wire`, `-name`), what is wrong,
    what to write; None where nothing of the kind was done."""
    if text.startswith("-") and text[1:] in known:
        return text[1:], f"a blank is missing behind the hyphen of {text}", f"write - {text[1:]}: …"
    match = re.match(r"([\w-]+)(:|\s+)(.+)", text)
    if match is None or match[1] not in known:
        return None
    missing = "a blank is missing behind the colon of" if match[2] == ":" else "the colon is missing behind"
    return match[1], f"{missing} {match[1]}", f"write {match[1]}: {match[3].lstrip()}"


def _several(value: object, known: Sequence[str]) -> str:
    """What to write for several known words that stand in one text (`attack/foiled`)."""
    words = re.split(r"\W+(?:(?:and|or)\W+)?", value.strip("()（）［］【】 ")) if isinstance(value, str) else ()
    return f"write [{', '.join(words)}]" if len(words) > 1 and set(words) <= set(known) else ""


def held(value: object) -> str:
    """What stands in a file, in the words of a message."""
    if isinstance(value, bool):
        return str(value).lower()
    return {type(None): "nothing", dict: "a mapping", list: "a list"}.get(type(value), repr(value))


def _wrong_length(context: dict[str, Any]) -> tuple[str, str]:
    actual = context["actual_length"]
    least, most = context.get("min_length"), context.get("max_length")
    if actual == 0:
        return "nothing stands here", f"write at least {least} entr{'y' if least == 1 else 'ies'}"
    bound = f"at least {least}" if least is not None else f"at most {most}"
    return f"{bound} entries are meant, but here {'is' if actual == 1 else 'are'} {actual}", ""


def _of_another_type(finding: _Finding, keys: Sequence[str]) -> tuple[str, str]:
    """What is wrong where another type is meant, and what to write; `keys` are those of the mapping that is meant."""
    value, wanted = finding.value, sorted({_WANTED[finding.kind], *finding.wanted})
    said = f"{' or '.join(wanted)} is meant, but here is {held(value)}"
    first, plain = wanted[0], isinstance(value, str | int | float)
    hint = ""
    if first == _MAPPING:
        if isinstance(value, str) and (together := _run_together(value, keys)):
            return together[1:]
        hint = f"its keys: {', '.join(keys)}" if keys else ""
    elif wanted == ["text"] and isinstance(value, list) and isinstance(finding.loc[-1], int):
        hint = "a list stands in a list here: take out a hyphen, or a pair of brackets"
    elif first == "text" and plain:
        hint = f'put it in quotes: "{held(value)}"'
    elif first == "text" and isinstance(value, dict):
        hint = "put a text that holds a colon in quotes"
    elif "number" in first and isinstance(value, str):
        hint = _number(value)
    elif first == "a list" and plain:
        hint = f"write [{value if isinstance(value, str) else held(value)}]"
    elif first == "a list" and isinstance(value, dict):
        hint = "begin each entry with a hyphen"
    elif first == "a day":
        hint = "write for instance 2026-11-21"
    return said, hint


def _number(text: str) -> str:
    """What to write for a number with a decimal comma, a unit, a sign of another kind."""
    found = re.fullmatch(r"\s*([-+−]?)\s*(\d+)(?:[.,](\d+))?[^\d.,-]*", text)
    if found is None:
        return "write it as one plain number, such as 5 or 33.79"
    return f"write {found[1].replace('−', '-')}{found[2]}{f'.{found[3]}' if found[3] else ''}"


def _fields(model: type[BaseModel], loc: Loc) -> list[tuple[str, FieldInfo]]:
    """The keys beside the one at `loc`, itself among them, as the models that can stand there know them."""
    owners = [model]
    for part in (*loc[:-1], None):
        fields = [(one.alias or name, one) for owner in owners for name, one in owner.model_fields.items()]
        inside = [m for key, one in fields if key == part for m in models_in(one.annotation)]
        owners = inside or owners
    return fields


def _keys(model: type[BaseModel], loc: Loc) -> list[str]:
    return sorted({key for key, _ in _fields(model, loc)})


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models of the parts that a key holds; what is written as a text (a condition) is no part."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not Annotated or any(isinstance(one, _EITHER) for one in annotation.__metadata__):
        yield from (model for inner in get_args(annotation) for model in models_in(inner))


def values_in(annotation: Any) -> Iterator[str]:
    """The words that a key may hold; none where any text will do."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from map(str, annotation)
    elif get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif get_origin(annotation) is not Annotated:
        yield from (value for inner in get_args(annotation) for value in values_in(inner))
