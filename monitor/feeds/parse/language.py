"""Is a text in the language that its document declares?

Programs that make feeds declare `en-US` of everything until somebody tells them better, so a declaration whose
alphabet contradicts the text does not count; then what stands in feeds.yaml does.
"""

from __future__ import annotations

import unicodedata

#: how much of a text is looked at
_SAMPLE = 200
#: letters that say something
_FEWEST = 5
#: the first word of a letter's Unicode name, for languages that are not written in Latin letters
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "ps", "ur", "ckb", "sd", "ug"), "ARABIC"),
    **dict.fromkeys(("he", "iw", "yi"), "HEBREW"),
    **dict.fromkeys(("be", "bg", "kk", "ky", "mk", "ru", "tg", "tt", "uk"), "CYRILLIC"),
    **dict.fromkeys(("hi", "mr", "ne"), "DEVANAGARI"),
    **dict.fromkeys(("am", "ti"), "ETHIOPIC"),
    "bn": "BENGALI",
    "el": "GREEK",
    "hy": "ARMENIAN",
    "ka": "GEORGIAN",
    "ko": "HANGUL",
    "th": "THAI",
}
#: written in Latin letters, as far as the languages of feeds go; of others nothing is said
_LATIN = frozenset(
    {
        *("cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "ms", "nb", "nl", "nn"),
        *("no", "pl", "pt", "ro", "sk", "sl", "so", "sq", "sv", "sw", "tr", "vi"),
    }
)


def spoken(declared: str | None, text: str) -> str | None:
    """`declared` unless hardly any letter of `text` is of that language's alphabet."""
    language = (declared or "").partition("-")[0]
    script = "LATIN" if language in _LATIN else _SCRIPTS.get(language)
    letters = [sign for sign in text[:_SAMPLE] if sign.isalpha()]
    if script is None or len(letters) < _FEWEST or "-latn" in (declared or ""):
        return declared
    if script == "LATIN" and all(sign < "\u0250" for sign in letters):  # the usual case, without asking for names
        return declared
    of_it = sum(unicodedata.name(sign, "").startswith(script) for sign in letters)
    return declared if of_it * 4 >= len(letters) else None
