r"""Regular expressions that rule authors write between slashes, `/kh-?\d{2}/`, in linear time. The one door to RE2.

RE2 (https://github.com/google/re2) never backtracks, so no expression and no text can make it slow; it knows no
look-around and no references back. An expression sees the same text as every other term: no accents or vowel marks,
unified Arabic letters without the article, straight quotes. Its own letters are brought into that form, and a capital
asks for a capital where a small letter takes either, as in every other term.

RE2's `\b`, `\w` and `\d` know only ASCII, which is wrong at the edge of an Arabic or Cyrillic word. So the text is
given a mark at every edge of a word (Unicode letters and digits), `\b` asks for that mark, every other part passes over
it, and `\w`, `\d`, `\s` are written out with Unicode classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2

from monitor.text.normalise import Text, has_each, normalise

#: a mark that no text holds (Unicode noncharacter); two of them, so that `\b\b` finds one each
_EDGE = "\ufdd0"
_EDGES = 2
_PASS = f"{_EDGE}*"
_CLASSES = {
    "w": r"\p{L}\p{N}_", "d": r"\p{Nd}", "s": r"\s\p{Z}",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])"
    r"|(?P<escape>\\(?:[pP]\{\^?\w+\}|[pP]\w|x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|.))"
    r"|(?P<group>\((?:\?(?:P?<\w+>|[a-zA-Z]*-?[a-zA-Z]*:|[a-zA-Z]*-?[a-zA-Z]*\)|[^:)]))?)"
    r"|(?P<quantifier>[*+?]\??|\{\d*,?\d*\}\??)"
    r"|(?P<plain>[)|^$.])"
    r"|(?P<letters>[^\W\d_]+|.)",
    re.DOTALL,
)
_IN_CLASS = re.compile(r"\\(?:[pP]\{\^?\w+\}|[pP]\w|x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|.)|\[:\^?\w+:\]|.", re.DOTALL)
_WORD_EDGE = re.compile(r"(?<=\w)(?!\w)|(?<!\w)(?=\w)")
#: memory of one compiled expression, in bytes; what needs more is refused
_MEMORY = 1 << 20
#: longer expressions are a mistake
LONGEST = 500
#: what one expression may find in one text
MOST = 50
#: control characters come before it: a `\\b` in double quotes is one
_FIRST_PRINTED = ord(" ")
#: what RE2 says, what is meant, and what to write
_MEANT = {
    "invalid perl operator": ("(?…) asks for what cannot be done in linear time", "leave it out"),
    "missing )": ("a group ( is not closed", "write ) behind it, or \\( for the character itself"),
    "unexpected )": ("a group is closed that was not opened", "write \\) for the character itself"),
    "no argument for repetition operator": ("nothing stands before * + ? or {}", "write \\* for the character itself"),
    "bad repetition operator": ("one * + or ? too many", "write only one of them"),
    "invalid repetition size": (
        "more than 1000 repetitions, or a range that runs backwards",
        "write for instance {1,30}",
    ),
    "invalid character class range": ("no such range or class of characters", "write for instance [a-z] or \\p{L}"),
    "invalid escape sequence": ("a letter behind \\ that means nothing", "leave the \\ out"),
}


class TermError(ValueError):
    """A term, an expression or a template that cannot be used: what is wrong, and what to write."""

    def __init__(self, message: str, hint: str = "", *, unknown: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message, self.hint = message, hint
        #: the list that no file defines, where that is what is wrong
        self.unknown = unknown


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression and the bits of the lists it belongs to."""

    written: str
    translated: str
    tags: int


def is_expression(term: str) -> bool:
    """Whether a term of a rule file is an expression: it stands between slashes."""
    return len(term) > 2 and term.startswith("/") and term.endswith("/")


def make_expression(written: str, tags: int) -> Expression:
    """The expression that `/…/` holds; `TermError` where RE2 cannot run it or it matches anything."""
    body = written[1:-1]
    if len(body) > LONGEST:
        raise TermError(f"an expression of {len(body)} characters", f"at most {LONGEST} are read")
    if any(ord(character) < _FIRST_PRINTED for character in body):
        raise TermError("a control character stands in the expression", "put it in single quotes, '/\\bbase/'")
    translated = _translate(body)
    try:
        compiled = re2.compile(translated, _options())
    except re2.error as error:
        said = error.args[0] if error.args else error
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        said = said.partition(": ")[0]  # behind it stands the translated expression, which nobody wrote
        meant, hint = _MEANT.get(said, (said, ""))
        raise TermError(f"the expression {written} cannot be read: {meant}", hint) from None
    if compiled.search("") is not None or compiled.search(_EDGE * _EDGES) is not None:
        raise TermError(f"the expression {written} matches an empty text, so it would match everything")
    return Expression(written, translated, tags)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.dot_nl = True
    return options


class Expressions:
    """All expressions of a rules folder: one pass tells which of them occur, only those are located."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._all = [(one, re2.compile(one.translated, _options())) for one in expressions]
        self._set: re2.Set | None = None
        if expressions:
            options = _options()
            options.max_mem = _MEMORY * (8 + len(expressions))
            self._set = re2.Set.SearchSet(options)
            for one in expressions:
                self._set.Add(one.translated)
            self._set.Compile()

    def __bool__(self) -> bool:
        return bool(self._all)

    def __reduce__(self) -> tuple[type[Expressions], tuple[list[Expression]]]:
        """What RE2 made of them cannot be written down, so it is made again."""
        return Expressions, ([one for one, _ in self._all],)

    def find(self, text: Text) -> Iterator[tuple[int, int, Expression]]:
        """Where expressions occur, as offsets of `text.words`."""
        if self._set is None:
            return
        marked, origins = _mark(*_as_written(text))
        for index in sorted(self._set.Match(marked) or ()):
            expression, compiled = self._all[index]
            for number, match in enumerate(compiled.finditer(marked)):
                if number >= MOST:
                    break
                start, end = origins[match.start()], origins[match.end()]
                if start < end:
                    yield start, end, expression


def _as_written(text: Text) -> tuple[str, Sequence[int]]:
    """The text in its own case with its marks, without the spaces put between Chinese, Japanese or Korean characters;
    and the offset of each character in `text.words`."""
    plain = [c if c != " " else f for c, f in zip(text.cased, text.folded, strict=True)]
    at, origins = range(len(plain) + 1), text.origins
    if origins is None or not has_each(text.words):
        return "".join(plain), at
    kept = [i for i in at[:-1] if plain[i] != " " or i == 0 or origins[i] != origins[i - 1]]
    return "".join([plain[i] for i in kept]), [*kept, len(plain)]


def _mark(plain: str, offsets: Sequence[int]) -> tuple[str, list[int]]:
    """The text with marks at the edges of words, and for each of its offsets that of the text."""
    # half a surrogate pair is no character; RE2 reads UTF-8, which has none
    folded = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts: list[str] = []
    origins: list[int] = []
    last = 0
    for match in _WORD_EDGE.finditer(folded):
        at = match.start()
        parts += (folded[last:at], _EDGE * _EDGES)
        origins += range(last, at)
        origins += [at] * _EDGES
        last = at
    parts.append(folded[last:])
    origins += range(last, len(folded) + 1)
    return "".join(parts), [offsets[at] for at in origins]


def _translate(body: str) -> str:
    """The expression for a marked text: one character of the pattern passes over the marks before it."""
    out: list[str] = ["(?i)"]
    consumes = False
    for token in _TOKEN.finditer(body):
        kind, part = token.lastgroup, token[0]
        consumes = consumes or kind in ("class", "letters") or part == "." or (kind == "escape" and part[1] != "b")
        if kind == "class":
            out.append(f"(?:{_PASS}{_class(part)})")
        elif kind == "escape":
            out.append(_escape(part))
        elif kind == "group":
            if part in ("(?=", "(?!", "(?<"):
                raise TermError(f"{part}…) looks around, which cannot be done in linear time", "leave it out")
            out.append(part)
        elif kind == "plain":
            out.append({".": f"(?:{_PASS}[^{_EDGE}])", "$": f"{_PASS}$"}.get(part, part))
        elif part == "[":
            raise TermError("a class [ is not closed", "write ] behind it, or \\[ for the character itself")
        elif kind == "letters":
            out += [f"(?:{_PASS}{_letter(letter)})" for letter in _normal(part)]
        else:
            out.append(part)
    if not consumes:
        raise TermError(f"the expression /{body}/ asks for no letter, so it matches nothing", "write a word in it")
    return "".join(out)


def _normal(letters: str) -> str:
    """Letters in the form of the text, in their own case."""
    if not letters[0].isalpha():
        return letters
    return _as_written(normalise(letters))[0].strip() or letters


def _letter(letter: str) -> str:
    return f"(?-i:{letter})" if letter.isupper() else str(re2.escape(letter))


def _escape(part: str) -> str:
    kind = part[1]
    if kind == "b":
        return _EDGE
    if kind in "BAzZQECG" or kind.isdigit():
        meant = {"A": "^", "z": "$", "Z": "$"}.get(kind)
        hint = f"write {meant}" if meant else "leave it out"
        raise TermError(f"{part} is not possible in a linear-time expression", hint)
    if kind in _CLASSES:
        return f"(?:{_PASS}[{_CLASSES[kind]}])"
    if kind.lower() in _CLASSES:
        return f"(?:{_PASS}[^{_CLASSES[kind.lower()]}{_EDGE}])"
    return f"(?:{_PASS}{part})" if kind != "P" else f"(?:{_PASS}[^\\p{part[2:]}{_EDGE}])"


def _class(part: str) -> str:
    negated = part.startswith("[^")
    inside = part[2 if negated else 1 : -1]
    out: list[str] = []
    for token in _IN_CLASS.finditer(inside):
        piece = token[0]
        if len(piece) == 2 and piece[1] in _CLASSES:
            out.append(_CLASSES[piece[1]])
        elif len(piece) == 1 and piece.isalpha():
            out.append(_normal(piece))
        else:
            out.append(piece)
    return f"[{'^' + _EDGE if negated else ''}{''.join(out)}]"
