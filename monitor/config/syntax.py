"""What a person did where a file is not readable as YAML: the line of the slip, its cause, and what to write. Pure.

The parser says where it gave up, which can be lines behind the slip: a quote that is not closed runs on to the next
one, a key without its colon is told where the next key stands. So the text is read once more, line by line, as people
read it; what cannot be meant as it stands is the slip. It is asked only of texts that the parser refuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_PREFIX = "not readable as YAML: "
_DASHES = re.compile(r"[ ]*(?:-[ ]+)*")
#: `level:` or `level: urgent`; no bracket, brace or quote stands in a key
_KEY = re.compile(r"[^\s\"'\[\]{}#,:&*!|>%@`][^\"'\[\]{}#:]*:(?=\s|$)")
_QUOTED_KEY = re.compile(r"(\"[^\"]*\"|'[^']*')\s*:(?=\s|$)")
#: `level:urgent`, and not an address or a time of day
_NO_BLANK = re.compile(r"([A-Za-z_][\w-]*):((?!//)\S.*)$")
#: `level urgent`, `level = urgent`, and with a colon that is none to YAML
_NO_COLON = re.compile(r"(?P<key>[A-Za-z_][\w-]*)(?P<sign>\s*(?:=>|->|[=;\uff1a\ufe55\u2236])\s*|\s+|$)(?P<rest>.*)$")
_NO_DASH_BLANK = re.compile(r"-([^\s-].*)$")
_BLOCK = re.compile(r"(?:^|[:-]\s+)[|>][-+0-9]*\s*(?:#.*)?$")
#: what word processors make of the hyphen of a list, and what people take for one
BULLETS = "–—−‐‑‒•·‣◦▪●*"
_BULLET = re.compile(rf"([{BULLETS}])[ \t]+(\S.*)")
_RUN_TOGETHER = re.compile(r"-([^\W\d_].*)")
#: what a merge leaves in a file, and a page from which it was copied
_FOREIGN = re.compile(r"```|~~~|<{7}|={7}|>{7}|<(?:!DOCTYPE|html|div|p|pre)\b", re.IGNORECASE)
#: what stands between two quotes
_QUOTED = {'"': re.compile(r'(?:\\.|[^"\\])*'), "'": re.compile(r"(?:''|[^'])*")}
#: what word processors make of a quote
CURLY = "“”„‘’‚«»"
_CLOSING = {'"': "”“„", "'": "’‘‚"}
#: a list with a quote behind it and none in front
_HALF_QUOTED = re.compile(r"(@[\w.-]+)([\"'])")
_BAD_START = "found character that cannot start any token"
_BRACKETS = {"while parsing a flow sequence": "bracket [", "while parsing a flow mapping": "brace {"}
#: (what the YAML library says of a problem or of where it arose, what is meant, what to write)
_CAUSES = (
    ("mapping values are not allowed", _PREFIX + "a colon stands where none is possible",
     "put a text that holds a colon in quotes, or begin a key in the column of the keys above it"),
    ("found unexpected ':'", _PREFIX + "a space is missing behind a colon", "write for instance any: [x]"),
    ("did not find expected key", _PREFIX + "a key is meant here",
     "write for instance title: …, in the column of the keys above it"),
    ("did not find expected '-' indicator", _PREFIX + "a line begins in no column that it can belong to",
     "begin it under the hyphens, or under the first key behind its hyphen"),
    ("did not find expected node content", _PREFIX + "a comma or bracket stands where a text is meant",
     "write for instance [drone, rocket]"),
    ("could not find expected ':'", _PREFIX + "the colon behind a key is missing",
     "write for instance title: …"),
    ("unknown escape character", _PREFIX + "what stands behind the \\ has no meaning in double quotes",
     "put an expression in single quotes"),
    ("expected comment or line break", _PREFIX + "nothing may stand behind a | or > in its line",
     "put a text that begins with | or > in quotes"),
    ("scanning a tag", "YAML tags (!) are not used here", "put the text in quotes"),
    ("scanning an a", "anchors and aliases (& and *) are not used here",
     "put a text that begins with * or & in quotes; a term has its * at the end"),
)  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """Where it is (1-based), what is wrong, what to write."""

    line: int
    message: str
    hint: str


def explain(error: Any, text: str) -> Slip:
    """What the person did, where the text shows it; else what the YAML library (its `error`) makes of it."""
    problem, context, mark = error.problem or "it cannot be read", error.context or "", error.problem_mark
    unclosed = "quoted scalar" in context and "escape" not in problem
    if unclosed or mark is None:
        mark = error.context_mark
    lines, number = text.splitlines(), mark.line + 1
    line = lines[mark.line] if mark.line < len(lines) else ""
    if slip := _astray(line, number):
        return slip
    if "tab" in problem.split() or "\\t" in problem or (problem == _BAD_START and line.strip(" ").startswith("\t")):
        return Slip(number, "a tab stands where spaces are needed", "indent with spaces")
    if problem == _BAD_START and (half := _HALF_QUOTED.match(line, mark.column)):
        said = f"{_PREFIX}the quote in front of {half[1]} is missing"
        return Slip(number, said, f"write {half[2]}{half[1]}{half[2]}")
    if problem == _BAD_START:
        return Slip(
            number, f"{_PREFIX}a text cannot begin with {line[mark.column : mark.column + 1]}", "put it in quotes"
        )
    gave_up = max(one.line + 1 for one in (mark, error.problem_mark, error.context_mark) if one is not None)
    if "escape" not in problem and (slip := find_slip(text, gave_up)):
        return slip
    if unclosed:
        return _not_closed("", number, "'")
    if context in _BRACKETS:
        opened = f" (opened in line {error.context_mark.line + 1})" if error.context_mark else ""
        said = f"{_PREFIX}a {_BRACKETS[context]} is not closed{opened}, or a comma is missing"
        return Slip(number, said, "put a text that holds brackets, braces or commas in quotes")
    for known, said, hint in _CAUSES:
        if known in problem or known in context:
            curly = next((sign for sign in line if sign in CURLY), "")
            return Slip(
                number, said, f'{curly} is no quote to YAML: put the text in plain quotes (")' if curly else hint
            )
    return Slip(number, f"{_PREFIX}{problem}", "")


def find_slip(text: str, last: int) -> Slip | None:
    """The first line up to line `last` that cannot be meant as it stands; None where none is suspicious."""
    return _Lines(text).slip(last)


def swallowed(lines: Sequence[str], first: int, last: int) -> Slip | None:
    """The slip of a quoted text from line `first` to `last` (0-based) that runs over a key that it cannot be meant to
    hold: one that stands no deeper than the line where the text begins."""
    column = _key_column(lines[first])
    if not any(_is_key_line(line, column) for line in lines[first + 1 : last + 1]):
        return None
    opened = re.search(r"(?:^|[\s\[{,])([\"'])", lines[first])
    return _not_closed(lines[first], first + 1, opened[1] if opened else '"')


def no_hyphen(line: str, number: int, *, run_together: bool = False) -> Slip | None:
    """The slip of a list entry that begins with another sign than a hyphen and a blank; `run_together`: `-word` too."""
    if match := _BULLET.match(line.strip()):
        said = f"a list entry begins with a hyphen, and here stands {match[1]}"
        return Slip(number, said, f"write - {match[2][:60]}")
    if run_together and (match := _RUN_TOGETHER.match(line.strip())):
        return _no_dash_blank(number, match)
    return None


def blank_missing(text: str) -> Slip | None:
    """A whole file that is one plain text because no colon has a blank behind it."""
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare and not bare.startswith(("#", "---", "%")):
            match = _NO_BLANK.match(bare)
            return _no_blank(number, match) if match else None
    return None


def _astray(line: str, number: int) -> Slip | None:
    """The slip of a line that no file of ours can hold: a merge or a page left it, a tab stands behind its hyphen."""
    bare = line.strip()
    if _FOREIGN.match(bare):
        said = f"{_PREFIX}{bare[:20]} belongs to a web page or to another program"
        return Slip(number, said, "take the line out")
    if bare.startswith("-\t"):
        return Slip(number, f"{_PREFIX}a tab stands behind the hyphen", "write one blank there")
    return None


def _no_dash_blank(number: int, match: re.Match[str]) -> Slip:
    return Slip(number, f"{_PREFIX}a blank is missing behind the hyphen", f"write - {match[1][:60]}")


def _no_blank(number: int, match: re.Match[str]) -> Slip:
    said = f"{_PREFIX}a blank is missing behind the colon of {match[1]}"
    return Slip(number, said, f"write {match[1]}: {match[2][:60]}")


def _broken_key(content: str, number: int) -> Slip | None:
    """What a line lacks that stands where a key does."""
    if match := _NO_BLANK.match(content):
        return _no_blank(number, match)
    match = _NO_COLON.match(content)
    if match is None:
        return None
    key, sign, rest = match["key"], match["sign"].strip(), re.sub(r"\s#.*", "", match["rest"]).strip()
    hint = f"write {key}: {rest[:60] or '…'}"
    if sign:
        return Slip(number, f"{_PREFIX}the sign behind {key} is {sign}; a colon and a blank are meant", hint)
    if len(rest.split()) > 1 and rest[0] not in "[{\"'":
        hint += "; where the line goes on with the one above, indent it"
    return Slip(number, f"{_PREFIX}the colon behind {key} is missing", hint)


def _not_closed(rest: str, number: int, quote: str) -> Slip:
    hint = "write the same quote behind the text; an apostrophe inside '…' is written twice"
    curly = next((sign for sign in _CLOSING[quote] if sign in rest), "")
    if curly and quote == '"':
        hint = f"write the same quote behind the text; {curly} is another sign and closes nothing"
    return Slip(number, f"{_PREFIX}a quote is not closed", hint)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _key_column(line: str) -> int:
    """Where a line begins, behind the hyphens of a list."""
    dashes = _DASHES.match(line)
    return dashes.end() if dashes else 0


def _is_key_line(line: str, column: int) -> bool:
    """Whether a line that begins at `column` or before it holds a key or an entry of a list."""
    at, start = _indent(line), _key_column(line)
    return at <= column and bool(line.strip()) and (_KEY.match(line, start) is not None or start > at)


class _Lines:
    """Reads the lines of a text one after another, and knows what is open above the present one."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        #: of the present line, from 1
        self.number = 0
        #: columns of the keys whose mappings are open, outermost first
        self.columns: list[int] = []
        #: columns of the hyphens of open lists
        self.dashes: list[int] = []
        #: the last key has nothing behind it yet
        self.awaits = True
        #: brackets and braces that are open
        self.depth = 0
        #: lines that are deeper belong to a block of text (`|`, `>`)
        self.block: int | None = None

    def slip(self, last: int) -> Slip | None:
        """The first slip up to line `last`."""
        while self.number < min(last, len(self.lines)):
            line = self.lines[self.number]
            self.number += 1
            bare = line.strip()
            if self.block is not None and (not bare or _indent(line) > self.block):
                continue
            self.block = None
            if not bare or bare.startswith(("#", "---", "...", "%")):
                continue
            if slip := _astray(line, self.number) or self._slip_of(line):
                return slip
        return None

    def _slip_of(self, line: str) -> Slip | None:
        found = _indent(line) if self.depth else no_hyphen(line, self.number) or self._begin(line)
        if isinstance(found, Slip):
            return found
        behind = self._values(line, found)
        if isinstance(behind, str):
            return None if self._closes(line, behind) else _not_closed(line, self.number, behind)
        return behind

    def _begin(self, line: str) -> int | Slip:
        """The column at which the value of a line begins, or what is wrong with its beginning."""
        column, start = _indent(line), _key_column(line)
        content = line[start:].rstrip()
        while self.columns and self.columns[-1] > start:
            self.columns.pop()
        if start > column:
            self.dashes = [one for one in self.dashes if one < column] + [column]
        key = _KEY.match(line, start) or _QUOTED_KEY.match(line, start)
        if (key or column in self.dashes) and (bare := _NO_DASH_BLANK.match(content)):
            return _no_dash_blank(self.number, bare)
        if key:
            if not self.columns or self.columns[-1] != start:
                self.columns.append(start)
            self.awaits = not re.sub(r"(^|\s)#.*", "", line[key.end() :]).strip()
        if (key or start > column) and _BLOCK.search(line[column:]):
            self.block = column
            return len(line)
        if key:
            return key.end()
        return (_broken_key(content, self.number) if self._is_meant_as_key(content, column, start) else None) or start

    def _is_meant_as_key(self, content: str, column: int, start: int) -> bool:
        """Whether a line without a key stands where one is meant: where others stand, above another, or above a part
        that is deeper, as its name."""
        rest = (line for line in self.lines[self.number :] if line.strip() and not line.lstrip().startswith("#"))
        following = next(rest, "")
        above_key = _indent(following) == start and _KEY.match(following, start) is not None
        if above_key if start > column else start in self.columns or (self.awaits and above_key):
            return True
        deeper = _indent(following) > start and _is_key_line(following, len(following))
        return deeper and content.isidentifier()

    def _values(self, line: str, at: int) -> Slip | str | None:
        """Reads values, brackets and quotes of a line from column `at`: what is wrong, or the quote that stays open."""
        fresh = True
        while at < len(line):
            sign = line[at]
            if sign == " ":
                at += 1
            elif sign == "#" and (at == 0 or line[at - 1] == " "):
                return None
            elif fresh and sign in _QUOTED:
                end = _end_of_quote(line, at + 1, sign)
                if end is None:
                    return sign
                if wrong := self._behind_quote(line, at, end):
                    return wrong
                at, fresh = end + 1, False
            elif sign in "[{" and (fresh or self.depth):
                self.depth, at, fresh = self.depth + 1, at + 1, True
            elif self.depth and sign in "]}":
                self.depth, at, fresh = self.depth - 1, at + 1, False
                if not self.depth and (rest := line[at:].strip()) and rest[0] not in "#:":
                    said = f"{_PREFIX}the text goes on behind its closing {sign}"
                    return Slip(self.number, said, "put the whole text in quotes")
            else:
                separates = sign in ":-" and line[at + 1 : at + 2] in ("", " ") and (fresh or sign == ":")
                fresh = separates or bool(self.depth and sign == ",")
                at += 1
        return None

    def _behind_quote(self, line: str, begin: int, end: int) -> Slip | None:
        """What is wrong where a text goes on behind the quote that closes it."""
        behind = line[end + 1 :].lstrip()
        if not behind or behind[0] in ("#:,]}\"'[{" if self.depth else "#:"):
            return None
        quote, word = line[begin], line[begin : end + 1]
        if quote == "'" and line[end - 1].isalnum():
            before, after = re.split(r"\s", line[begin + 1 : end])[-1], re.match(r"\w*", line[end + 1 :])
            rest = after[0] if after else ""
            said = f"{_PREFIX}the apostrophe in {before}'{rest} closes the quote"
            return Slip(self.number, said, f"write it twice ({before}''{rest}), or put the text in double quotes")
        if line.count(quote) % 2:
            return _not_closed(line[begin:], self.number, quote)
        other = "'" if quote == '"' else '"'
        said = f"{_PREFIX}the text goes on behind its closing quote {word[:40]}"
        hint = f"put the whole text in quotes of the other kind: {other}{line[begin:].strip()[:60]}{other}"
        return Slip(self.number, said, hint)

    def _closes(self, line: str, quote: str) -> bool:
        """Goes on behind the line that closes a quote of several lines; False where none can be meant."""
        column = _key_column(line)
        for number, after in enumerate(self.lines[self.number :], start=self.number + 1):
            if not self.depth and _is_key_line(after, column):
                return False
            end = _end_of_quote(after, 0, quote)
            if end is not None:
                if self._behind_quote(after, end, end) is not None:
                    return False
                self.depth = max(0, self.depth + sum((c in "[{") - (c in "]}") for c in after[end + 1 :]))
                self.number = number
                return True
        return False


def _end_of_quote(line: str, at: int, quote: str) -> int | None:
    """Where the quote that opened before `at` closes in this line."""
    inside = _QUOTED[quote].match(line, at)
    end = inside.end() if inside else at
    return end if line[end : end + 1] == quote else None
