"""What a person did where a file is not readable as YAML: the line of the slip, its cause, and what to write.

The parser says where it gave up, which can be lines behind the slip: a quote that is not closed runs on to the next
one, a key without its colon is told where the next key stands. So the text is read once more, line by line, as people
read it; what cannot be meant as it stands is the slip. It is asked only of texts that the parser refuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_PREFIX = "not readable as YAML: "
_DASHES = re.compile(r"(?:-[ ]+)*")
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
_CLOSING = {'"': "”“„", "'": "’‘‚"}


@dataclass(frozen=True)
class Slip:
    """Where it is (1-based), what is wrong, what to write."""

    line: int
    message: str
    hint: str


@dataclass
class _State:
    """What is open above the line that is read."""

    #: columns of the keys whose mappings are open, outermost first
    columns: list[int] = field(default_factory=list)
    #: columns of the hyphens of open lists
    dashes: list[int] = field(default_factory=list)
    #: the last key has nothing behind it yet
    awaits: bool = True
    depth: int = 0
    #: lines that are deeper belong to a block of text (`|`, `>`)
    block: int | None = None


def find_slip(text: str, last: int) -> Slip | None:
    """The first line up to line `last` that cannot be meant as it stands; None where none is suspicious."""
    lines = text.splitlines()
    state = _State()
    number = 0
    while number < min(last, len(lines)):
        line = lines[number]
        column = len(line) - len(line.lstrip(" "))
        number += 1
        bare = line.strip()
        if state.block is not None and (not bare or column > state.block):
            continue
        state.block = None
        if not bare or bare.startswith(("#", "---", "...", "%")):
            continue
        if stray := astray(line, number):
            return stray
        start = column
        if not state.depth:
            if bullet := no_hyphen(line, number):
                return bullet
            found = _block_line(lines, number, column, state)
            if isinstance(found, Slip):
                return found
            start = found
        behind = _scan(line, start, state)
        if isinstance(behind, _Open):
            end = _closed_in(lines, number, _key_column(line), behind, state)
            if end is None:
                return _unclosed(line, number, behind.quote)
            number = end
        elif behind is not None:
            return Slip(number, behind[0], behind[1])
    return None


def astray(line: str, number: int) -> Slip | None:
    """The slip of a line that no file of ours can hold: a merge or a page left it, a tab stands behind its hyphen."""
    bare = line.strip()
    if _FOREIGN.match(bare):
        said = f"{_PREFIX}{bare[:20]} belongs to a web page or to another program"
        return Slip(number, said, "take the line out")
    if bare.startswith("-\t"):
        return Slip(number, f"{_PREFIX}a tab stands behind the hyphen", "write one blank there")
    return None


def no_hyphen(line: str, number: int, *, run_together: bool = False) -> Slip | None:
    """The slip of a list entry that begins with another sign than a hyphen and a blank; `run_together`: `-word` too."""
    if match := _BULLET.match(line.strip()):
        said = f"a list entry begins with a hyphen, and here stands {match[1]}"
        return Slip(number, said, f"write - {match[2][:60]}")
    if run_together and (match := _RUN_TOGETHER.match(line.strip())):
        return Slip(number, f"{_PREFIX}a blank is missing behind the hyphen", f"write - {match[1][:60]}")
    return None


def swallows_a_key(lines: Sequence[str], first: int, last: int) -> bool:
    """Whether a quoted text from line `first` to `last` (both 0-based) runs over a key that it cannot be meant to hold:
    one that stands no deeper than the line where the text begins."""
    column = _key_column(lines[first])
    return any(_is_key_line(line, column) for line in lines[first + 1 : last + 1])


def unclosed(line: str, number: int) -> Slip:
    """The slip of a quote that opens in `line` and swallows what follows."""
    opened = re.search(r"(?:^|[\s\[{,])([\"'])", line)
    return _unclosed(line, number, opened[1] if opened else '"')


def blank_missing(text: str) -> Slip | None:
    """A whole file that is one plain text because no colon has a blank behind it."""
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare and not bare.startswith(("#", "---", "%")):
            match = _NO_BLANK.match(bare)
            return _no_blank(number, match) if match else None
    return None


# ------------------------------------------------------------------------------------------------ lines


def _block_line(lines: Sequence[str], number: int, column: int, state: _State) -> int | Slip:
    """The column at which the value of a line begins, or what is wrong with its beginning."""
    line = lines[number - 1]
    dashes = _DASHES.match(line, column)
    start = dashes.end() if dashes else column
    content = line[start:].rstrip()
    while state.columns and state.columns[-1] > start:
        state.columns.pop()
    if start > column:
        state.dashes = [one for one in state.dashes if one < column] + [column]
    match = _KEY.match(line, start) or _QUOTED_KEY.match(line, start)
    if (match or column in state.dashes) and (bare := _NO_DASH_BLANK.match(content)):
        return Slip(number, f"{_PREFIX}a blank is missing behind the hyphen", f"write - {bare[1][:60]}")
    if match:
        if not state.columns or state.columns[-1] != start:
            state.columns.append(start)
        behind = re.sub(r"(^|\s)#.*", "", line[match.end() :]).strip()
        state.awaits = not behind
        if _BLOCK.search(line[match.start() :]):
            state.block = column
            return len(line)
        return match.end()
    if start > column and _BLOCK.search(line[column:]):
        state.block = column
        return len(line)
    is_key = start in state.columns or (state.awaits and _followed_by_key(lines, number, start))
    if start > column:
        is_key = _followed_by_key(lines, number, start)
    is_key = is_key or _opens_a_part(lines, number, start, content)
    slip = _broken_key(content, number) if is_key else None
    return slip or start


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


def _no_blank(number: int, match: re.Match[str]) -> Slip:
    said = f"{_PREFIX}a blank is missing behind the colon of {match[1]}"
    return Slip(number, said, f"write {match[1]}: {match[2][:60]}")


def _followed_by_key(lines: Sequence[str], number: int, column: int) -> bool:
    """Whether the next line that says something is a key in this very column."""
    for line in lines[number:]:
        if line.strip() and not line.lstrip().startswith("#"):
            return len(line) - len(line.lstrip(" ")) == column and _KEY.match(line, column) is not None
    return False


def _key_column(line: str) -> int:
    """Where a line begins, behind the hyphens of a list."""
    at = len(line) - len(line.lstrip(" "))
    dashes = _DASHES.match(line, at)
    return dashes.end() if dashes else at


def _opens_a_part(lines: Sequence[str], number: int, column: int, content: str) -> bool:
    """Whether a single word stands above a list or keys that are deeper: the name of what follows, without a colon."""
    following = next((one for one in lines[number:] if one.strip() and not one.lstrip().startswith("#")), "")
    deeper = len(following) - len(following.lstrip(" ")) > column
    return content.isidentifier() and deeper and _is_key_line(following, len(following))


def _is_key_line(line: str, column: int) -> bool:
    at = len(line) - len(line.lstrip(" "))
    dashes = _DASHES.match(line, at)
    start = dashes.end() if dashes else at
    return at <= column and bool(line.strip()) and (_KEY.match(line, start) is not None or start > at)


# ----------------------------------------------------------------------------------------------- quotes


@dataclass(frozen=True)
class _Open:
    """A quote that its line does not close."""

    quote: str


def _scan(line: str, at: int, state: _State) -> _Open | tuple[str, str] | None:
    """Reads values, brackets and quotes of a line from column `at`; what is wrong with a quote, if anything."""
    fresh = True
    while at < len(line):
        sign = line[at]
        if sign == " ":
            at += 1
        elif sign == "#" and (at == 0 or line[at - 1] == " "):
            return None
        elif fresh and sign in "\"'":
            end = _end_of_quote(line, at + 1, sign)
            if end is None:
                return _Open(sign)
            if wrong := _behind_quote(line, at, end, state.depth):
                return wrong
            at, fresh = end + 1, False
        elif sign in "[{" and (fresh or state.depth):
            state.depth, at, fresh = state.depth + 1, at + 1, True
        elif state.depth and sign in "]}":
            state.depth, at, fresh = state.depth - 1, at + 1, False
            if not state.depth and (rest := line[at:].strip()) and rest[0] not in "#:":
                said = f"{_PREFIX}the text goes on behind its closing {sign}"
                return said, "put the whole text in quotes"
        else:
            fresh = bool(state.depth and sign == ",") or (sign in ":-" and line[at + 1 : at + 2] in ("", " ") and
                                                          (fresh or sign == ":"))  # fmt: skip
            at += 1
    return None


def _end_of_quote(line: str, at: int, quote: str) -> int | None:
    """Where the quote that opened before `at` closes in this line."""
    while at < len(line):
        if quote == '"' and line[at] == "\\":
            at += 2
        elif line[at] == quote:
            if quote == "'" and line[at + 1 : at + 2] == "'":
                at += 2
                continue
            return at
        else:
            at += 1
    return None


def _behind_quote(line: str, begin: int, end: int, depth: int) -> tuple[str, str] | None:
    """What is wrong where a text goes on behind the quote that closes it."""
    behind = line[end + 1 :].lstrip()
    if not behind or behind[0] in ("#:" if not depth else "#:,]}\"'[{"):
        return None
    quote, word = line[begin], line[begin : end + 1]
    if quote == "'" and line[end - 1].isalnum():
        before, after = re.split(r"\s", line[begin + 1 : end])[-1], re.match(r"\w*", line[end + 1 :])
        said = f"{_PREFIX}the apostrophe in {before}'{after[0] if after else ''} closes the quote"
        return said, f"write it twice ({before}''{after[0] if after else ''}), or put the text in double quotes"
    if line.count(quote) % 2:
        return _not_closed(line[begin:], quote)
    other = "'" if quote == '"' else '"'
    said = f"{_PREFIX}the text goes on behind its closing quote {word[:40]}"
    return said, f"put the whole text in quotes of the other kind: {other}{line[begin:].strip()[:60]}{other}"


def _not_closed(rest: str, quote: str) -> tuple[str, str]:
    hint = "write the same quote behind the text; an apostrophe inside '…' is written twice"
    curly = next((sign for sign in _CLOSING[quote] if sign in rest), "")
    if curly and quote == '"':
        hint = f"write the same quote behind the text; {curly} is another sign and closes nothing"
    return f"{_PREFIX}a quote is not closed", hint


def _unclosed(line: str, number: int, quote: str) -> Slip:
    return Slip(number, *_not_closed(line, quote))


def _closed_in(lines: Sequence[str], number: int, column: int, opened: _Open, state: _State) -> int | None:
    """The number of the line behind the one that closes a quote of several lines; None where none can be meant."""
    for after, line in enumerate(lines[number:], start=number + 1):
        if not state.depth and _is_key_line(line, column):
            return None
        end = _end_of_quote(line, 0, opened.quote)
        if end is not None:
            if _behind_quote(line, end, end, state.depth) is not None:
                return None
            state.depth = max(0, state.depth + sum((c in "[{") - (c in "]}") for c in line[end + 1 :]))
            return after
    return None
