"""One form for the text of papers and the terms of rules, with a way back to the original.

Matching compares *words*: case folded, accents and vowel marks removed, Arabic letter forms and the article unified,
everything that is no letter or digit turned into a space. `Text.span` leads from a stretch of words back to the
original, so that evidence can quote what the paper wrote: `original[start:end]`.

What is unified (Unicode NFKD, then): letter case with Turkish İ/ı; combining marks of any script; tatweel and other
invisible letters; أإآٱ→ا, ى and Persian ی→ي, ک→ك, ة→ه, ؤ→و, ئ→ي;
Kurdish ە and ھ→ه, ڕ→ر, ڵ→ل, ۆ→و, ێ→ي; the article ال, also behind و ف ب ك and as لل;
digits of any script; curly quotes and dashes; the spaced punctuation of GDELT titles (`U . S .`, `Iran - backed`).

Chinese, Japanese and Korean set no spaces between words, or write little words onto others. There each character
(ideograph, kana, Hangul syllable) is a word of its own: a space is put between them, so that a term is found wherever
it stands. `count_words` tells how many words such a stretch amounts to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

#: typographic characters with a plain one-to-one counterpart: a text with only these stays on the fast path
_TYPOGRAPHY = {
    0x2018: "'", 0x2019: "'", 0x201A: "'", 0x02BC: "'", 0x2032: "'", 0x0060: "'", 0x00B4: "'", 0x02BF: "'", 0x02BE: "'",
    0x201C: '"', 0x201D: '"', 0x201E: '"', 0x00AB: '"', 0x00BB: '"', 0x00A0: " ", 0x2007: " ", 0x2009: " ", 0x202F: " ",
    0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2015: "-", 0x2212: "-",
    0x061F: "?", 0x060C: ",", 0x061B: ";", 0x06D4: ".",
    0x00B7: " ", 0x30FB: " ", 0x3001: ",",
    0x300A: '"', 0x300B: '"', 0x300C: '"', 0x300D: '"', 0x300E: '"', 0x300F: '"', 0x3010: '"', 0x3011: '"',
}  # fmt: skip
_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ە": "ه",
    "ھ": "ه", "ؤ": "و", "ئ": "ي", "ڕ": "ر", "ڵ": "ل", "ۆ": "و", "ێ": "ي", "ı": "i", "ø": "o", "ł": "l", "đ": "d",
}  # fmt: skip
#: tatweel and letters without width that hide inside words; the non-joiner separates and becomes a space
_INVISIBLE = frozenset(
    "\u0640\u200b\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_BLANKS = {9: " ", 11: "\n", 12: "\n", 13: " "}
_ASCII_WORDS = {i: " " for i in range(128) if not chr(i).isalnum()}
_GDELT = re.compile(r" [.,:;?!] ")
#: `U . S .`, and with doubled letters `EE . UU .`
_INITIALS = re.compile(r"(?<![^\W_])([A-Z])\1?(?: ?\. ?([A-Z])\2?(?![^\W_]))+(?: ?\.)?")
_SPACED_HYPHEN = re.compile(r"(?<=\w) - (?=\w)")
#: the same of short words in any title: `Ali al - Salem`, `F - 16`, `US - led`
_SHORT_HYPHEN = re.compile(
    r"(?<![^\W_])(?:US|UK|UN) - (?=[A-Z][a-z]+(?:an|ish|i|ese|ch)\b)"
    r"|(?<![^\W_])(?:(?:[Aa]l|[Ee]l|[Aa]sh|[Aa]r|[Aa]d|[Aa]z|[Ee]z) - (?=\w)|[A-Z]{1,2} - (?=\d))"
    r"|(?<=[A-Za-z]) - (?=(?:[Rr]un|[Ll]ed|[Bb]acked|[Ll]inked|[Hh]eld|[Cc]ontrolled|[Tt]rained|[Mm]ade|[Aa]ligned"
    r"|[Mm]anned|[Oo]perated|[Bb]ased|[Uu]sed|[Oo]wned|[Oo]ccupied)\b)"
)
_HASHTAG = re.compile(r"#\w+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: the dot of `U.S.-led`: with the hyphen it would part the words as a comma does
_DOT_BEFORE_HYPHEN = re.compile(r"[.](?=-\w)")
#: where a Persian word may be parted, in the form of the text
_PARTED = re.compile(r"(?<=[\u0620-\u06ff]{3})(?=ها(?:ي|يي|يش|يشان)?\b)|(?:(?<=\bمي)|(?<=\bنمي))(?=[\u0620-\u06ff]{3})")
_SLOW = re.compile(r"  | [.,:;?!] |[.]-|\t|\r|[a-zA-Z] - |#[A-Za-z]*[a-z][A-Z]")
#: characters that are a word each: ideographs, kana, Hangul syllables
EACH = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
)
_EACH_WORD = re.compile(f"[{EACH}]")
#: Chinese and Japanese put no space between words: where there is one, in a headline, it parts as a comma does
_PARTING_SPACE = re.compile(
    "(?<=[\u3041-\u30ff\u3400-\u9fff\u300d\u300f\u201d]) (?=[\u3041-\u30ff\u3400-\u9fff\u300c\u300e\u201c])"
)
#: where a space is put beside them, and behind the ends of their sentences
_APART = re.compile(f"(?<=[^\\s(])(?=[{EACH}])|(?<=[{EACH}])(?=[^\\W_])|(?<=[!?。])(?=[^\\W_])")
#: two and a half of them say as much as a word of another script
_EACH_OF_TEN = 4
#: scripts whose letters NFKD would take apart, where the parts are no marks: Hangul, and kana with their voice
_WHOLE = re.compile("[\u3041-\u30ff\uff66-\uff9f\uac00-\ud7a3]")
#: signs in a term for which more is done than for each of its characters: see `_spaces_to_drop`, `_in_hashtags`
_ASKS_FOR_MORE = re.compile(r"[.#\n]|  | - ")
#: signs that hold letters, capitals among them: `№` is No
_LETTERLIKE = re.compile("[\u2100-\u214f\u3300-\u33ff]")
#: terms whose form is kept: what asks for the same one again does so at once
_KEPT = 1024
_ARTICLE = re.compile(r"(?<![^\W\d_])(?:[وفبك]?ال|[وف]?لل)(?=[\u0620-\u064a]{3})")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in its matching form; `folded`, `cased` and `words` have the same length and share offsets."""

    original: str
    #: lower case, punctuation kept
    folded: str
    #: as `words`, in the case of the original
    cased: str
    #: as `folded`, with a space for everything that is no letter or digit
    words: str
    #: index into `original` of each character; None: the same index
    origins: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that the stretch `start:end` of words came from."""
        if self.origins is None or start >= end:
            return (start, end) if self.origins is None else (0, 0)
        first, last = self.origins[start], self.origins[end - 1] + 1
        while last < len(self.original) and _belongs_to_word(self.original[last]):
            last += 1
        return first, last


def normalise(text: str) -> Text:
    """`text` in its matching form. ASCII text (curly quotes and dashes count as such) is done without a loop."""
    plain = text.translate(_TYPOGRAPHY) if not text.isascii() else text
    if plain.isascii() and not _SLOW.search(plain):
        folded = plain.lower()
        return Text(text, folded, plain.translate(_ASCII_WORDS), folded.translate(_ASCII_WORDS), None)
    return _normalise_slowly(text, plain)


def count_words(words: str) -> int:
    """How many words a stretch of `Text.words` amounts to; of scripts without spaces, two and a half characters one."""
    count = len(words.split())
    if words.isascii():
        return count
    each = len(_EACH_WORD.findall(words))
    return count - each + each * _EACH_OF_TEN // 10


def has_each(words: str) -> bool:
    """The stretch holds characters that are a word each."""
    return not words.isascii() and _EACH_WORD.search(words) is not None


@lru_cache(maxsize=_KEPT)
def normalise_term(term: str) -> tuple[str, str]:
    """The words of a term, folded and in their own case; both empty where nothing is left to match."""
    if term.isascii() and term.replace(" ", "").isalnum() and "  " not in term:
        return term.lower().strip(), term.strip()
    words, cased = spell_term(term)
    return (words, cased) if "  " not in words else (" ".join(words.split()), " ".join(cased.split()))


@lru_cache(maxsize=_KEPT)
def spell_term(term: str) -> tuple[str, str]:
    """As `normalise_term`, with a space for each mark that it is written with (`U.S. embassy` holds two in a row)."""
    folded = term.translate(_TERM)
    if term.isascii() or _ASKS_FOR_MORE.search(folded):
        done = normalise(term)
        return done.words.strip(), done.cased.strip()
    # a term needs no way back to the original, so all of it is done letter by letter inside `translate`
    words = _words_of_term(folded)
    if term == term.lower() and not _LETTERLIKE.search(term):  # or of a script that knows no case
        return words, words
    return words, _words_of_term(term.translate(_TERM_IN_CASE))


def _words_of_term(form: str) -> str:
    if "\u0644" in form:  # a lam, which every form of the article has
        form = _ARTICLE.sub("", form)
    if not form.isascii() and has_each(form):
        form = _APART.sub(" ", form)
    return form.translate(_WORDS).strip()


def joined_or_parted(term: str, words: str) -> Iterator[str]:
    """Other spellings of a Persian or Kurdish term, which is written with the non-joiner, with a space or in one word.

    A non-joiner in the term may be missing in the text; before the plural `ها` and behind the verb's `می` the text may
    hold one that the term lacks. Older Kurdish texts write the vowel `ە` as `ه` with a non-joiner.
    """
    if "\u200c" in term:
        yield normalise_term(term.replace("\u200c", ""))[0]
    if "ە" in term:
        yield normalise_term(term.replace("ە", "ه\u200c"))[0]
    parted = _PARTED.sub(" ", words)
    if parted != words:
        yield parted


def _belongs_to_word(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) in ("Mn", "Mc", "Me")


class _Forms(dict[str, tuple[str, str]]):
    """The forms of every character met so far (there are few thousand in practice, a million at most)."""

    def __missing__(self, character: str) -> tuple[str, str]:
        self[character] = found = _forms(character)
        return found


_FORMS = _Forms()


def _forms(character: str) -> tuple[str, str]:
    """What one character becomes: (folded, in its own case), of equal length; empty where it vanishes."""
    if character in _INVISIBLE:
        return "", ""
    if character == "\u200c":
        return " ", " "
    out_folded, out_cased = "", ""
    for part in unicodedata.normalize("NFKC" if _WHOLE.match(character) else "NFKD", character):
        if unicodedata.category(part) in ("Mn", "Me"):
            continue
        part = _LETTERS.get(part, part)
        if unicodedata.category(part) == "Nd":
            part = str(unicodedata.decimal(part))
        if part.isspace():
            part = "\n" if part in "\n\u2028\u2029\x0b\x0c\x85" else " "
        for letter in part.casefold():
            if unicodedata.category(letter) != "Mn":
                out_folded += _LETTERS.get(letter, letter)
                out_cased += part
    return out_folded, out_cased


class _Translation(dict[int, str]):
    """A table for `str.translate` that is filled as characters are met."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, code: int) -> str:
        self[code] = found = self._become(chr(code))
        return found


#: a character of a term, folded and in its own case
_TERM = _Translation(lambda c: "".join(_FORMS[plain][0] for plain in c.translate(_TYPOGRAPHY)))
_TERM_IN_CASE = _Translation(lambda c: "".join(_FORMS[plain][1] for plain in c.translate(_TYPOGRAPHY)))
_WORDS = _Translation(lambda c: c if c.isalnum() or unicodedata.category(c) == "Mc" else " ")


def _normalise_slowly(text: str, plain: str) -> Text:
    if not plain.isascii():
        # the middle dot is a space by now, and only parts the words of a name
        plain = _PARTING_SPACE.sub(lambda space: " " if text[space.start()] == "\u30fb" else ",", plain)
    dropped = _spaces_to_drop(plain)
    if plain.isascii():
        return _without_spaces(text, plain, dropped)
    folded: list[str] = []
    cased: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(plain):
        if index in dropped:
            continue
        low, own = _FORMS[character]
        if low == " " and folded and folded[-1] in " \n":
            continue
        for one, other in zip(low, own, strict=True):
            folded.append(one)
            cased.append(other)
            origins.append(index)
    done, own_case = "".join(folded), "".join(cased)
    if any("\u0620" <= c <= "\u06ff" for c in done):
        done, own_case, origins = _without_article(done, own_case, origins)
    if has_each(done):
        done, own_case, origins = _with_spaces(done, own_case, origins, [m.start() for m in _APART.finditer(done)])
    if cuts := _in_hashtags(own_case):
        done, own_case, origins = _with_spaces(done, own_case, origins, cuts)
    inside = [c.isalnum() or unicodedata.category(c) == "Mc" for c in done]
    words = "".join([c if yes else " " for c, yes in zip(done, inside, strict=True)])
    own_words = "".join([c if yes else " " for c, yes in zip(own_case, inside, strict=True)])
    return Text(text, done, own_words, words, origins)


def _without_spaces(text: str, plain: str, dropped: frozenset[int]) -> Text:
    """ASCII text with spaces to drop or to collapse: the common case of title feeds, so without a loop per letter."""
    plain = plain.translate(_BLANKS)
    doubled = {i + 1 for i in _find_all(plain, "  ")}
    gone = dropped | doubled
    origins = [i for i in range(len(plain)) if i not in gone]
    kept = "".join([plain[i] for i in origins])
    folded = kept.lower()
    if cuts := _in_hashtags(kept):
        folded, kept, origins = _with_spaces(folded, kept, origins, cuts)
    return Text(text, folded, kept.translate(_ASCII_WORDS), folded.translate(_ASCII_WORDS), origins)


def _in_hashtags(text: str) -> list[int]:
    """Where the words of a hashtag meet: `#CampArifjan` is two."""
    if "#" not in text:
        return []
    return [tag.start() + cap.start() for tag in _HASHTAG.finditer(text) for cap in _CAPITAL.finditer(tag[0])]


def _find_all(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _spaces_to_drop(plain: str) -> frozenset[int]:
    """Spaces that GDELT put inside initials and around hyphens, and dots that stand before a hyphen."""
    found = {match.start() for match in _DOT_BEFORE_HYPHEN.finditer(plain)}
    for match in _INITIALS.finditer(plain):
        found.update(i for i in range(match.start(), match.end()) if plain[i] == " ")
    if _GDELT.search(plain):
        for match in _SPACED_HYPHEN.finditer(plain):
            found.update((match.start(), match.end() - 1))
    for match in _SHORT_HYPHEN.finditer(plain):
        found.update((match.end() - 3, match.end() - 1))
    return frozenset(found)


def _without_article(folded: str, cased: str, origins: list[int]) -> tuple[str, str, list[int]]:
    keep = [True] * len(folded)
    starts: dict[int, int] = {}
    for match in _ARTICLE.finditer(folded):
        keep[match.start() : match.end()] = [False] * (match.end() - match.start())
        starts[match.end()] = origins[match.start()]
    kept = [i for i, yes in enumerate(keep) if yes]
    return (
        "".join([folded[i] for i in kept]),
        "".join([cased[i] for i in kept]),
        [starts.get(i, origins[i]) for i in kept],
    )


def _with_spaces(folded: str, cased: str, origins: list[int], cuts: Sequence[int]) -> tuple[str, str, list[int]]:
    """A space at each cut; it comes from where the character before it does."""
    pieces = list(pairwise([0, *cuts, len(folded)]))
    spread: list[int] = []
    for start, end in pieces:
        spread += origins[max(start - 1, 0) : end] if start else origins[:end]
    low, own = (" ".join([text[start:end] for start, end in pieces]) for text in (folded, cased))
    return low, own, spread
