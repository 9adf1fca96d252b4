"""Language tags (BCP 47) as people write them, and as they write them wrongly."""

from __future__ import annotations

import re

from monitor.config.yamlfile import close_match

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: names that people write instead of a tag, for the languages of the shipped lists and feeds
_BY_NAME = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "hebrew": "he", "italian": "it",
    "kurdish": "ku", "pashto": "ps", "persian": "fa", "farsi": "fa", "portuguese": "pt", "russian": "ru",
    "sorani": "ckb", "spanish": "es", "turkish": "tr", "ukrainian": "uk", "urdu": "ur",
}  # fmt: skip


def check_language(text: str) -> str:
    """`text` itself; raises `ValueError("what is wrong; what to write")` where it is no language tag."""
    if _TAG.fullmatch(text):
        return text
    near = close_match(text, _BY_NAME)
    raise ValueError(
        f"{text[:40]!r} is no language tag; write for instance: language: {_BY_NAME[near] if near else 'en'}"
    )
