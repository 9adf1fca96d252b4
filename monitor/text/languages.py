"""Which languages the word lists read, and whether an item is in another one: it is said, so that its silence is none.

The language is the one that the item or its feed declares. Where that is read, or none is declared, only the letters
speak: a script of which no list holds a letter is a language that nobody reads. Nothing else is guessed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.config.languagetags import ENGLISH, NO_LANGUAGE, primary_of, same_language
from monitor.model.item import Item

#: letters that are looked at, and how many of them a script needs to be that of the text
_LETTERS, _FEWEST, _MOST_OF = 2000, 5, 0.5
#: what is mostly written in a script, where that is one language
_OF_SCRIPT = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "THAI": "th", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "GREEK": "el", "ETHIOPIC": "am", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "KHMER": "km", "LAO": "lo",
    "MYANMAR": "my", "SINHALA": "si", "GUJARATI": "gu", "GURMUKHI": "pa", "HEBREW": "he", "DEVANAGARI": "hi",
    "ARABIC": "ar", "CYRILLIC": "ru", "THAANA": "dv", "TIBETAN": "bo", "MALAYALAM": "ml", "KANNADA": "kn",
}  # fmt: skip
#: scripts that are written mixed with another one
_BESIDE = {"HIRAGANA": "CJK", "KATAKANA": "CJK"}
NAMES = {
    "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan",
    "ckb": "Sorani Kurdish", "cs": "Czech", "da": "Danish", "de": "German", "dv": "Dhivehi", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian",
    "ml": "Malayalam", "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian",
    "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "si": "Sinhala", "sk": "Slovak", "so": "Somali", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "tg": "Tajik", "th": "Thai", "ti": "Tigrinya", "tl": "Filipino", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True)
class LanguagesRead:
    """What the list files of a rules folder read: the languages they name, and the scripts of their words."""

    languages: frozenset[str]
    scripts: frozenset[str]

    @classmethod
    def of(cls, languages: Iterable[str], words: Iterable[str]) -> LanguagesRead:
        """Those of these languages (English is always read) and of the letters of these words."""
        letters = set().union(*words)
        return cls(frozenset(languages) - {NO_LANGUAGE} | {ENGLISH}, frozenset(map(script_of, letters)) - {""})

    def unread_in(self, item: Item) -> str:
        """The language of an item that no list reads, as people call it; empty where one does."""
        return self.unread(item.language, f"{item.title}\n{item.summary}\n{item.body[:_LETTERS]}")

    def unread(self, declared: str | None, text: str) -> str:
        """The same of a text and the language that is declared for it."""
        language = primary_of(declared)
        if language and not any(same_language(language, known) for known in self.languages):
            return name_of(language)
        script = "" if text.isascii() else main_script(text)
        if not script or not self.scripts or script in self.scripts or _BESIDE.get(script) in self.scripts:
            return ""
        return name_of(_OF_SCRIPT.get(script, "")) or f"the script {script.capitalize()}"


def not_read(language: str) -> str:
    """What that means for an item, as a sentence for people."""
    return f"no list reads {language}: only English and names were looked for"


def name_of(language: str) -> str:
    """`Swahili` of `sw`; the code itself where its name is not known here."""
    return NAMES.get(language, language)


def main_script(text: str) -> str:
    """The script of most letters of a text; empty where it has too few letters, or no script has most of them."""
    found = Counter(map(script_of, text[:_LETTERS]))
    found.pop("", None)
    kana = sum(found.get(name, 0) for name in _BESIDE)
    if kana:  # Japanese: its Chinese letters are no Chinese
        found["HIRAGANA"] = kana + found.pop("CJK", 0) + found.pop("KATAKANA", 0)
    (script, count), *_ = found.most_common(1) or [("", 0)]
    return script if count >= _FEWEST and count > _MOST_OF * found.total() else ""


@lru_cache(maxsize=65536)
def script_of(letter: str) -> str:
    """`LATIN`, `ARABIC`, `CJK` …; empty for what is no letter."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
