"""What an alert quotes of an item: its headline, the sentence that decided, and the one of the lead beside it.

Each is quoted whole and once: a sentence that begins with the headline goes on from there, one that was quoted already
is left out. Only what is longer than its limit is cut, at a word and with `…`.
"""

from __future__ import annotations

from monitor.channels.escape import shorten
from monitor.model.item import Item
from monitor.model.report import Classification, Span
from monitor.text.clean import clean_message

#: characters of a quoted headline, of the sentence that decided and of the one of the lead
MAX_HEADLINE, MAX_DECIDING, MAX_LEAD = 220, 400, 280
#: a quote that would have less than this left is dropped
SHORTEST = 40
#: what may stand between a headline and the text behind it
_JOINTS = " .,:;|-–—…!?"


def quotes_of(item: Item, classification: Classification) -> list[str]:
    """The quotes without their marks: the headline first, where there is one, then the sentence that decided."""
    headline, deciding = clean_message(item.title), classification.deciding
    limit = MAX_HEADLINE
    if deciding is not None and deciding.field == "title":
        limit = MAX_DECIDING
        if len(headline) > limit:
            headline = _said(item, deciding)
    quotes = [shorten(headline, limit)] if headline else []
    for span, room in ((deciding, MAX_DECIDING), (classification.lead, MAX_LEAD)):
        if span is None or span.field == "title":
            continue
        words = _beyond(_said(item, span), headline)
        if words and not any(_holds(quote, words) for quote in quotes):
            quotes.append(shorten(words, room))
    return quotes


def fitted(quotes: list[str], room: int) -> list[str]:
    """The quotes in `room` characters, marks and line breaks counted: the last ones give way first."""
    quotes = list(quotes)
    while quotes and (over := sum(len(quote) + 3 for quote in quotes) - room) > 0:
        left = len(quotes[-1]) - over
        if left >= SHORTEST:
            quotes[-1] = shorten(quotes[-1], left)
        else:
            quotes.pop()
    return quotes


def _said(item: Item, span: Span) -> str:
    text: str = getattr(item, span.field)
    return clean_message(text[span.start : span.end])


def _beyond(words: str, headline: str) -> str:
    """`words` without the headline at their beginning; empty where nothing is left to read."""
    title = headline.rstrip(_JOINTS)
    if not title or not words.casefold().startswith(title.casefold()):
        return words
    rest = words[len(title) :]
    if rest[:1].isalnum():  # "Drones hit base" is no beginning of "Drones hit basements"
        return words
    return rest.strip(_JOINTS + "\"'“”") and rest.lstrip(_JOINTS)


def _holds(quote: str, words: str) -> bool:
    return words.casefold().rstrip(_JOINTS) in quote.casefold()
