"""What may be added to a rules folder, as text for a file of a person's own; shipped files are never touched. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.config.yamlfile import parse
from monitor.errors import ConfigError

_PLAIN = re.compile(r"[A-Za-z][\w-]*( [\w-]+)*")
#: words that YAML reads as something else than text
_NOT_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_FIRST_LINE = "# yaml-language-server: $schema={}schema/{}.json\n"


@dataclass(frozen=True)
class Addition:
    """A word for a list or a mask, a place, or what changes a rule."""

    #: below the rules folder: `lists/my-words.yaml`
    file: str
    #: `extend`, `masks`, `places` or `override`
    key: str
    #: of `extend` and `masks`: the list; of `override`: the rule
    name: str
    #: the words of the list, the keys of the place or of the override
    value: Any
    #: of a list file
    language: str | None = None

    @property
    def line(self) -> str:
        """What is added, in one line: `extend: {assails: [razes]}`."""
        match self.key:
            case "places":
                return f"places: [{flow(self.value)}]"
            case "override":
                return f"override: {self.name}, {flow(self.value)[1:-1]}"
        return f"{self.key}: {{{self.name}: {flow(self.value)}}}"


def with_addition(text: str | None, addition: Addition) -> str | None:
    """The text of the file with the addition in it; None where it has to be written in by hand.

    What stands in the file stays as it is, with its comments; the outcome is read again, and must hold the addition
    and everything else as before.
    """
    if text is None or not text.strip():
        return _new_file(addition)
    before = _data(text)
    wanted = _expected(before, addition)
    if wanted is None:
        return None
    for candidate in _edits(text, addition):
        if _data(candidate) == wanted:
            return candidate
    return None


def _new_file(addition: Addition) -> str:
    if addition.key == "override":
        first = _FIRST_LINE.format("", "rule")
        keys = "".join(f"{key}: {flow(value)}\n" for key, value in addition.value.items())
        return f"{first}override: {addition.name}\n{keys}"
    kind = "places" if addition.key == "places" else "lists"
    language = f"language: {addition.language}\n" if addition.language else ""
    return f"{_FIRST_LINE.format('../', kind)}{language}{_section(addition)}"


def _section(addition: Addition) -> str:
    if addition.key == "places":
        return f"places:\n  - {flow(addition.value)}\n"
    return f"{addition.key}:\n  {addition.name}: {flow(addition.value)}\n"


def _expected(before: Any, addition: Addition) -> Any:
    """The values of the file with the addition; None where the file is of another kind."""
    if not isinstance(before, dict) or before.get("language") != addition.language:
        return None
    if addition.key == "override":
        nevers = before.get("never", [])
        same = before.get("override") == addition.name and isinstance(nevers, list)
        return {**before, "never": [*nevers, *addition.value["never"]]} if same else None
    if addition.key == "places":
        return {**before, "places": [*before.get("places", []), addition.value]}
    held = before.get(addition.key, {})
    words = held.get(addition.name, []) if isinstance(held, dict) else None
    if not isinstance(words, list):
        return None
    return {**before, addition.key: {**held, addition.name: [*words, *addition.value]}}


def _edits(text: str, addition: Addition) -> list[str]:
    """Ways to write it in: into the list, below the key, at the end; the first that reads right counts."""
    text = text if text.endswith("\n") else f"{text}\n"
    lines = text.splitlines(keepends=True)
    if addition.key == "override":
        return _nevers(lines, addition.value["never"])
    out = []
    at = next((i for i, line in enumerate(lines) if re.match(rf"{addition.key}:\s*(#.*)?$", line)), None)
    if at is not None:
        end = next((i for i in range(at + 1, len(lines)) if re.match(r"[^\s#-]", lines[i])), len(lines))
        while end > at + 1 and not lines[end - 1].strip():
            end -= 1
        below = lines[at + 1] if at + 1 < len(lines) else ""
        indent = re.match(r" *", below)[0] if below.strip() else "  "  # type: ignore[index]
        if addition.key == "places":
            out.append([*lines[:end], f"{indent}- {flow(addition.value)}\n", *lines[end:]])
        else:
            for i in range(at + 1, end):
                if re.match(rf" *{re.escape(addition.name)}:\s*\[.*\]\s*$", lines[i]):
                    more = ", ".join(scalar(word) for word in addition.value)
                    whole = lines[i].rstrip()[:-1].rstrip()
                    joined = f"{whole}{'' if whole.endswith('[') else ', '}{more}]\n"
                    out.append([*lines[:i], joined, *lines[i + 1 :]])
            out.append([*lines[:end], f"{indent}{addition.name}: {flow(addition.value)}\n", *lines[end:]])
    out.append([*lines, _section(addition)])
    return ["".join(edit) for edit in out]


def _nevers(lines: list[str], nevers: Sequence[object]) -> list[str]:
    """Ways to write `never` into an override: into its list in one line, below its last item, as a new key."""
    at = next((i for i, line in enumerate(lines) if re.match(r"never:", line)), None)
    if at is None:
        return ["".join([*lines, f"never: {flow(nevers)}\n"])]
    joined = f"{lines[at].rstrip()[:-1].rstrip()}, {flow(nevers)[1:-1]}]\n"
    end = next((i for i in range(at + 1, len(lines)) if re.match(r"[^\s#-]", lines[i])), len(lines))
    indent = re.match(r" *", lines[at + 1])[0] if at + 1 < end else "  "  # type: ignore[index]
    below = [f"{indent}- {flow(one)}\n" for one in nevers]
    return ["".join([*lines[:at], joined, *lines[at + 1 :]]), "".join([*lines[:end], *below, *lines[end:]])]


def _data(text: str) -> Any:
    try:
        return parse(text, Path("file.yaml")).data
    except ConfigError:
        return None


def flow(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """A single value; in quotes where YAML would read it otherwise."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.casefold() not in _NOT_TEXT
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
