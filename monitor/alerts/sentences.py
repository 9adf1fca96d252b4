"""The sentences of an item that decided, to be quoted in its alert. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.alerts.escape import clean, shorten
from monitor.meaning import Evidence
from monitor.news import Item

MAX_QUOTE = 200
#: a full stop, question or exclamation mark (Latin, Arabic, CJK) before a blank, or a line break; an initial
#: (`U.S. forces`, `J. Smith`) ends no sentence
_END = re.compile(r"(?<!\b\w)[.!?…](?=\s)|[؟۔。]|\n")


def deciding_sentences(item: Item, evidence: Sequence[Evidence], *, at_most: int) -> list[str]:
    """Up to `at_most` quotes from summary and body, in the order of the text; the headline is told anyway."""
    quotes: list[str] = []
    for field in ("summary", "body"):
        text: str = getattr(item, field)
        for words in sorted((found for found in evidence if found.field == field), key=lambda found: found.start):
            quote = f"“{shorten(clean(sentence_at(text, words.start, words.end)), MAX_QUOTE)}”"
            if quote not in quotes and len(quote) > 2:
                quotes.append(quote)
    return quotes[:at_most]


def sentence_at(text: str, start: int, end: int) -> str:
    """The sentence of `text` that holds the words from `start` to `end`."""
    first, last = 0, len(text)
    for mark in _END.finditer(text):
        if mark.end() <= start:
            first = mark.end()
        elif mark.start() >= end - 1:
            last = mark.end()
            break
    return text[first:last].strip()
