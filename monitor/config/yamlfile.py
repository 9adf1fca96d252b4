"""Files that people edit: YAML read strictly, checked against a model, every mistake told with its line.

The one door to PyYAML, and the place where pydantic's findings become `Problem`s. It refuses what YAML allows and
people do not mean: duplicate keys, anchors and aliases (they can explode), tags, `no` read as false, files that
are far too large. It answers with values or with one `ConfigError` that holds every problem.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from monitor.config.filenames import misnamed
from monitor.config.syntax import BULLETS, Slip, blank_missing, explain, no_hyphen, swallowed
from monitor.config.validation import Loc as Loc
from monitor.config.validation import close_match as close_match
from monitor.config.validation import did_you_mean as did_you_mean
from monitor.config.validation import mistakes
from monitor.errors import ConfigError, Problem

#: a rule or feed file of this size is a mistake, not a rule file
MAX_BYTES = 5 * 1024 * 1024

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?$")
#: `@name` at the end of a value, and before it the place where YAML expects one
_REFERENCE = re.compile(r"(?m)@([\w.-]+)(?=\s*(?:([,\]}])|#|$))")
#: spaces that no YAML knows: in front of a line nobody can say how wide they are, elsewhere they are spaces
_ODD = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD_SPACE, _ODD_ELSEWHERE = re.compile(rf"(?m)^[ ]*[{_ODD}]"), re.compile(f"[{_ODD}]")
#: signs that nobody sees; the joiners of Persian and Hindi words are none of them
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
#: signs that look like the comma between two entries of a list, or do its work elsewhere
_NO_COMMA = re.compile("[،，、；;]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: Word, LibreOffice, RTF, PDF
_DOCUMENTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%PDF")
#: characters that may stand between a reference and the sign before it
_INDENT = 200
_HYPHENS = f"-{BULLETS}"
_DEEPEST = 50
#: longer numbers are none that anybody means
_LONGEST_NUMBER = 30

M = TypeVar("M", bound=BaseModel)


class Strict(BaseModel):
    """Base of every model of an edited file: unknown keys are errors, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class Document:
    """A YAML file as plain values, and the line on which each of them stands."""

    path: Path
    data: Any
    text: str = field(repr=False, default="")
    lines: Mapping[Loc, int] = field(repr=False, default_factory=dict)
    #: where in the file `data` stands, see `part`
    base: Loc = ()
    #: a document laid over this one, and which of the values of both together it holds: where they stand in the whole,
    #: and where in it
    over: Document | None = field(repr=False, default=None)
    laid: dict[Loc, Loc] = field(repr=False, default_factory=dict)

    def part(self, *loc: str | int, data: Any) -> Document:
        """The value at `loc` as a document of its own (or `data` in its place), with the lines and keys of the file."""
        return Document(self.path, data, self.text, self.lines, (*self.base, *loc))

    def home(self, *loc: str | int) -> tuple[Document, Loc]:
        """The document in which the value at `loc` was written, and where in it: this one, or the one laid over it,
        which also answers for a whole that it changes in part."""
        if self.over is None or not loc:
            return self, loc
        for depth in range(len(loc), 0, -1):
            if (at := self.laid.get(loc[:depth])) is not None:
                return self.over, (*at, *loc[depth:])
        in_part = any(one[: len(loc)] == loc for one in self.laid)
        return self.over if in_part else self, loc

    def file(self, *loc: str | int) -> Path:
        """The file in which a value was written."""
        return self.home(*loc)[0].path

    def line(self, *loc: str | int) -> int:
        """The 1-based line of a value, or of its nearest parent that has one."""
        home, at = self.home(*loc)
        if home is not self:
            return home.line(*at)
        where: Loc = (*self.base, *loc)
        while where:
            if where in self.lines:
                return self.lines[where]
            where = where[:-1]
        return self.lines.get((), 1)

    def problem(
        self, message: str, *loc: str | int, hint: str = "", severity: str = "error", unknown: str = ""
    ) -> Problem:
        """A `Problem` at the line of the value that `loc` leads to."""
        home, at = self.home(*loc)
        if home is not self:
            return home.problem(message, *at, hint=hint, severity=severity, unknown=unknown)
        key = dotted((*self.base, *loc))
        return Problem(
            file=str(self.path), line=self.line(*loc), key=key, message=message, hint=hint, severity=severity,
            unknown=unknown,
        )  # fmt: skip


def dotted(loc: Iterable[str | int]) -> str:
    """`("feeds", 3, "url")` as people read it: `feeds[3].url`."""
    out = ""
    for part in loc:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def read(path: Path) -> Document:
    """The document in `path`; every way in which a file can be unreadable is a `ConfigError`."""
    refused = partial(ConfigError.at, path)
    try:
        if path.is_dir():
            raise refused("this is a folder; a YAML file is meant")
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe or a device may never end
            raise refused("this is no ordinary file; a YAML file is meant")
        if found.st_size > MAX_BYTES:
            said = f"the file has {found.st_size:,} bytes; the limit is {MAX_BYTES:,}"
            raise refused(said, hint="is it the file you mean?")
        raw = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise refused("the link leads to no file", hint="was the file moved?") from None
        other = misnamed(path)
        hint = f"name {other.name} beside it {path.name}" if other else "`basewatch init DIR` writes a starter"
        raise refused("there is no such file", hint=hint) from None
    except OSError as error:
        raise refused(f"the file cannot be read: {error.strerror}") from error
    if raw.startswith(_DOCUMENTS):
        said = "this is a document of a word processor, no plain text"
        raise refused(said, line=1, hint="save it as plain text in UTF-8, with an editor for plain text")
    if raw.startswith(_UTF_16) or raw[:200].count(0) > len(raw[:200]) // 4:
        said = "the file is no UTF-8 text (it looks like UTF-16, or like no text at all)"
        raise refused(said, line=1, hint="save it as UTF-8")
    try:
        return parse(raw.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refused("the file is not UTF-8 text", line=line, hint="save it as UTF-8") from None


@lru_cache(maxsize=2048)
def parse(text: str, path: Path) -> Document:
    """The document that `text` holds; `path` is only named in problems.

    Kept, so that after an edit only that file is parsed again. YAML reserves a leading `@`, so it is quoted first.
    """
    text = _REFERENCE.sub(_quoted, _INVISIBLE.sub("", text))
    if odd := _ODD_SPACE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise ConfigError.at(path, "a space of another kind stands before the text", line=line, hint="use plain spaces")
    text = _ODD_ELSEWHERE.sub(" ", text)
    try:
        data = _Values(path, text).document()
    except yaml.MarkedYAMLError as error:
        raise _slipped(path, explain(error, text)) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow; PyYAML tells no line
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        said = f"not readable as YAML: {str(error).splitlines()[0]}"
        raise ConfigError.at(path, said, line=line, hint="is it a text file?") from None
    return Document(path=path, data=data, text=text, lines=_Lines(path, text))


def _quoted(reference: re.Match[str]) -> str:
    """The reference in quotes, where a value begins with it: on its own line, or behind `- `, `: `, `[`, `{`, `,`."""
    begun = reference.string[max(0, reference.start() - _INDENT) : reference.start()]
    before = begun.rstrip()
    blanks, last = begun[len(before) :], before[-1:]
    begins = not last or "\n" in blanks or last in "[{" or (blanks and last in "-:") or (last == "," and reference[2])
    return f'"{reference[0]}"' if begins else reference[0]


class _Lines(Mapping[Loc, int]):
    """On which line each value of a file stands; found when somebody asks, which of most files nobody does."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    @cached_property
    def _found(self) -> dict[Loc, int]:
        values = _Values(self._path, self._text, located=True)
        values.document()
        return values.lines

    def __getitem__(self, loc: Loc) -> int:
        return self._found[loc]

    def __iter__(self) -> Iterator[Loc]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class _Values:
    """Plain values from YAML's events; anchors, aliases, tags, deep nesting, second documents are refused on sight."""

    def __init__(self, path: Path, text: str, *, located: bool = False) -> None:
        self.path = path
        self.text = text
        self.asks = "? " in text
        #: whether the line of each value is noted
        self.located = located
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []

    @cached_property
    def _text_lines(self) -> list[str]:
        return self.text.splitlines()

    def document(self) -> Any:
        """The value of the one document in the text; None where it is empty."""
        data, documents = None, 0
        events: Iterator[Any] = yaml.parse(self.text, Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(event, "a second document starts here (---)", "use one file each")
            elif isinstance(event, yaml.NodeEvent):
                data = self._value(event, events, ())
        if self.problems:
            raise ConfigError(self.problems)
        return data

    def _refused(self, event: Any, message: str, hint: str = "") -> ConfigError:
        return ConfigError.at(self.path, message, line=event.start_mark.line + 1, hint=hint)

    def _complain(self, event: Any, key: str, message: str, hint: str = "") -> None:
        line = event.start_mark.line + 1
        self.problems.append(Problem(file=str(self.path), line=line, key=key, message=message, hint=hint))

    def _value(self, event: Any, events: Iterator[Any], loc: Loc) -> Any:
        if event.anchor:
            hint = "write the values out; put a word that begins with * or & in quotes"
            if isinstance(event, yaml.AliasEvent):
                hint += f"; a term has its * at the end: {event.anchor}*"
            raise self._refused(event, "anchors and aliases (& and *) are not used here", hint)
        if event.tag and event.implicit in (False, (False, False)):
            raise self._refused(event, "YAML tags (!) are not used here", "put the text in quotes")
        first, last = event.start_mark.line, event.end_mark.line
        if self.located:
            self.lines[loc] = first + 1
        if isinstance(event, yaml.ScalarEvent):
            text, style = event.value, event.style
            if style or text[:1] in _HYPHENS or last > first:
                self._refuse_slips(event, loc)
            return _scalar(text, style)
        if len(loc) > _DEEPEST:
            raise self._refused(event, f"the file is nested more than {_DEEPEST} levels deep")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, events, loc)
        return self._mapping(events, loc)

    def _list(self, start: Any, events: Iterator[Any], loc: Loc) -> list[Any]:
        out: list[Any] = []
        flow = start.flow_style
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            at = (*loc, len(out))
            plain = flow and isinstance(event, yaml.ScalarEvent) and not event.style
            # two entries with another sign between them than a comma would be one, which is never found
            if plain and (found := _NO_COMMA.search(event.value)):
                hint = "write , between two entries; where the sign belongs to a text, put the text in quotes"
                said = f"{found[0]} is no comma, so all of {event.value[:60]!r} is one entry"
                self._complain(event, dotted(at), said, hint)
            out.append(self._value(event, events, at))
        return out

    def _mapping(self, events: Iterator[Any], loc: Loc) -> dict[str, Any]:
        out: dict[str, Any] = {}
        begun: dict[str, int] = {}
        again: list[str] = []
        in_list = bool(loc) and isinstance(loc[-1], int)
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key: str = event.value if isinstance(event, yaml.ScalarEvent) else "?"
            at = (*loc, key)
            if key == "?":
                self._value(event, events, at)
                self._complain(event, "", "a key must be a plain word")
            elif self._asks(event):
                self._complain(event, "", "a text cannot begin with a ? that stands alone", "put it in quotes")
            if key[:1] in BULLETS and key[1:2] == " ":
                self._refuse_slips(event, loc)
            value = self._value(next(events), events, at)
            if key in out:
                if in_list and again and again[0] == next(iter(out)):
                    # several keys of an entry stand twice, its first among them: below it the next entry begins
                    if len(again) == 1:
                        hint = f"begin the next entry with a hyphen: - {again[0]}: …"
                        self.problems[-1] = replace(self.problems[-1], hint=hint)
                elif key not in again:
                    said = f"the key stands twice (first in line {begun[key]})"
                    self._complain(event, dotted(at), said, "keep one of them")
                again.append(key)
            elif key != "?":
                out[key] = value
                begun[key] = event.start_mark.line + 1
                if self.located:
                    self.lines[at] = begun[key]
        return out

    def _asks(self, event: Any) -> bool:
        """Whether a `?` stands before a key: YAML's way to begin a long one, and nobody's who writes rules."""
        if not self.asks:
            return False
        begun: str = self._text_lines[event.start_mark.line][: event.start_mark.column]
        return begun.rstrip().endswith("?")

    def _refuse_slips(self, event: Any, loc: Loc) -> None:
        """A quoted text is none that runs over the keys below it: its quote was forgotten. Nor is a plain one whose
        lines begin with what somebody took for the hyphen of a list."""
        first, last, slip = event.start_mark.line, event.end_mark.line, None
        if event.style in ("'", '"'):
            slip = swallowed(self._text_lines, first, last) if last > first else None
        elif not event.style and event.value and (last > first or event.value[0] in _HYPHENS):
            alone = not self._text_lines[first][: event.start_mark.column].strip()
            if alone or (loc and isinstance(loc[-1], int)):
                lines = enumerate(self._text_lines[first : last + 1], start=first + 1)
                slips = (no_hyphen(line, at, run_together=alone) for at, line in lines if alone or at > first + 1)
                slip = next(filter(None, slips), None)
        if slip:
            raise _slipped(self.path, slip)


def _scalar(text: str, style: str | None) -> Any:
    """YAML 1.2's few plain types: `no`, `on` and `2024-01-01` stay text, as the writer meant."""
    if style:  # quoted or block; plain is "" in the C loader and None in the other
        return text.strip()  # here, because a model that strips makes every text anew
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if text[0] not in "+-0123456789" or len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.match(text):
        return int(text.replace("_", ""))
    return float(text) if _FLOAT.match(text) else text


def _slipped(path: Path, slip: Slip) -> ConfigError:
    return ConfigError.at(path, slip.message, line=slip.line, hint=slip.hint)


def validate(document: Document, model: type[M], *, root: str = "a mapping of keys") -> M:
    """`document` as a `model`; a `ConfigError` holds every mistake with line, key, meaning and what to write."""
    if not isinstance(document.data, dict):
        if isinstance(document.data, str) and (slip := blank_missing(document.text)):
            raise _slipped(document.path, slip)
        held = "nothing" if document.data is None else "a list" if isinstance(document.data, list) else "plain text"
        raise ConfigError.at(
            document.path, f"the file holds {held}; {root} is meant", line=document.line(),
            hint=f"keys: {', '.join(field.alias or name for name, field in model.model_fields.items())}",
        )  # fmt: skip
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = mistakes(error.errors(), document.data, model)
        raise ConfigError([document.problem(said, *loc, hint=hint) for loc, said, hint in found]) from None
