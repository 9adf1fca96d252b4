"""Numbers in digits and in words, English and the languages of the lists."""

from __future__ import annotations

_ENGLISH = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_OTHER = {
    "a": 1, "an": 1, "both": 2, "dozen": 12,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "bir": 1, "iki": 2, "uc": 3, "dort": 4, "bes": 5, "alti": 6, "yedi": 7, "sekiz": 8, "dokuz": 9, "on": 0,
    "один": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "трое": 3,
    "двое": 2, "واحد": 1, "اثنين": 2, "اثنان": 2, "ثلاثه": 3, "ثلاث": 3, "اربعه": 4, "اربع": 4, "خمسه": 5, "خمس": 5,
    "سته": 6, "سبعه": 7, "ثمانيه": 8, "تسعه": 9, "عشره": 10, "جنديان": 2, "جنديين": 2,
    "يك": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "ده": 10,
    "שני": 2, "שתי": 2, "שלושה": 3, "שלוש": 3, "ארבעה": 4, "חמישה": 5, "שישה": 6, "שבעה": 7, "שמונה": 8,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
}  # fmt: skip
_VALUES = {word: i for i, word in enumerate(_ENGLISH)} | _TENS | {k: v for k, v in _OTHER.items() if v}
_ARTICLES = frozenset({"a", "an", "un", "une", "bir"})


def value(word: str) -> int | None:
    """The number that a folded word stands for, years excepted."""
    if word.isdigit():
        number = int(word)
        return None if len(word) > 5 or 1990 <= number <= 2100 else number
    return _VALUES.get(word)


def _tokens(words: str) -> list[str]:
    """The words, with the two halves of `1,200` put together again."""
    out: list[str] = []
    for word in words.split():
        if len(word) == 3 and word.isdigit() and out and out[-1].isdigit() and len(out[-1]) <= 3:
            out[-1] += word
        else:
            out.append(word)
    return out


def number_before(words: str, start: int, end: int, reach: int) -> int | None:
    """The number nearest before `end`, at most `reach` words away; the furthest article where there is none."""
    article: int | None = None
    for word in reversed(_tokens(words[start:end])[-reach:]):
        number = value(word)
        if number is not None and word not in _ARTICLES:
            return number
        article = number or article
    return article


def number_behind(words: str, start: int, end: int, reach: int) -> int | None:
    """The first number behind `start`, at most `reach` words away."""
    for word in _tokens(words[start:end])[:reach]:
        if word in ("a", "an"):
            return 1
        number = value(word)
        if number is not None:
            return number
    return None
