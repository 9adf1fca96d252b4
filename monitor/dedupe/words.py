"""Do two versions of what may be one article tell the same story? Headlines, texts and dates, compared; pure.

Only words that carry meaning are counted (four letters and more; pairs of characters where a script sets no spaces), so
that "the … in the north of" joins nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.dedupe.canonical import normalised_title

#: of a text, the beginning shows which one it is
TEXT_COMPARED = 600
#: share of common words below which two headlines, or two texts, tell different stories (an edit keeps a third)
OTHER = 0.2
#: the same for headlines that are half a day apart
OTHER_LATER = 0.3
#: from here on two texts, or two headlines, tell the same story
ALIKE = 0.5
#: what one event is reported in; the same few words later than this may tell of the next attack
HALF_DAY = timedelta(hours=12)
#: words of a headline from which on it says which story it is ("Live", "Security status" do not)
_TELLING_HEADLINE = 3
_LONGEST_LABEL = 4
#: words that two texts must have beyond their headlines, to confirm, and to contradict an equal id
_TEXT_CONFIRMS, _TEXT_CONTRADICTS = 2, 5
_SHORTEST_WORD = 4
#: scripts that set no spaces between words: Thai to Khmer, Chinese, Japanese; Korean endings grow on its words
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\ud7a3]+")
#: what parts a label ("Live: …", "… | World") from the headline proper
_LABEL = re.compile(r":\s|\s[-–—|•·]\s")


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a publisher said of one article at one time."""

    title: str = ""
    #: summary, or the full text where there is none
    text: str = ""
    published: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WordComparison:
    """How alike two versions are; None where one of them has too few words to say."""

    headline: float | None
    #: the texts beyond the headlines, both with at least a few words
    text: float | None
    #: the same, where both are long enough to stand against an equal id
    long_text: float | None
    same_date: bool
    apart: timedelta

    @property
    def contradicts(self) -> bool:
        """Another story, whatever id or address it came under.

        A headline rewritten from scratch over the same text, under the same date, is an edit.
        """
        if self.headline is not None and self.headline < (OTHER_LATER if self.later else OTHER):
            return not (self.same_date and self.confirmed)
        return self.long_text is not None and self.long_text < OTHER and not self.same_date

    @property
    def confirmed(self) -> bool:
        """The texts agree."""
        return self.text is not None and self.text >= ALIKE

    @property
    def agrees(self) -> bool:
        """Headline or text say that it is the same story."""
        return self.confirmed or (self.headline is not None and self.headline >= ALIKE)

    @property
    def later(self) -> bool:
        """Too far apart in time to be taken for one story without words that say so."""
        return self.apart >= HALF_DAY


def compare(new: Words, old: Words, *, new_at: datetime, old_at: datetime) -> WordComparison:
    """`new_at` and `old_at` are when each was first met, for those without a publisher's date."""
    text, words = _texts(new, old)
    return WordComparison(
        headline=_headlines(new.title, old.title),
        text=text if words >= _TEXT_CONFIRMS else None,
        long_text=text if words >= _TEXT_CONTRADICTS else None,
        same_date=new.published is not None and new.published == old.published,
        apart=abs((new.published or new_at) - (old.published or old_at)),
    )


def _headlines(one: str, other: str) -> float | None:
    """Share of common words (Jaccard), a label that both bear left out; None where equal ones name no story."""
    mine, theirs = telling_words(one), telling_words(other)
    if mine == theirs:
        return 1.0 if len(mine) >= _TELLING_HEADLINE else None
    if _names_only_the_page(mine, theirs) or _names_only_the_page(theirs, mine):
        return 0.0
    mine, theirs = (telling_words(rest) for rest in _without_shared_label(one, other))
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else None


def _names_only_the_page(few: frozenset[str], more: frozenset[str]) -> bool:
    """ "Live updates" beside "Live updates: rockets hit …": the story is in what was added."""
    return 0 < len(few) < _TELLING_HEADLINE and few < more and len(more - few) >= _TELLING_HEADLINE


def _texts(new: Words, old: Words) -> tuple[float, int]:
    """Share of the shorter text's words that the longer one has (a teaser agrees with the text that it begins).

    And how many words the shorter one has beyond the headlines.
    """
    if not new.text or not old.text:
        return 0.0, 0
    headlines = telling_words(new.title) | telling_words(old.title)
    mine, theirs = (telling_words(text[:TEXT_COMPARED]) - headlines for text in (new.text, old.text))
    shorter = min(len(mine), len(theirs))
    return len(mine & theirs) / max(shorter, 1), shorter


def _without_shared_label(one: str, other: str) -> tuple[str, str]:
    """Both headlines without a few words before or behind a separator that are the same in both.

    What is left must be a headline: "Drones hit base: army" and "Drones hit base: ministry" bear no label.
    """
    for split in (_label_before, _label_behind):
        mine, theirs = split(one), split(other)
        if mine is None or theirs is None or normalised_title(mine[0]) != normalised_title(theirs[0]):
            continue
        label = len(normalised_title(mine[0]).split())
        rests = sorted(len(normalised_title(rest).split()) for _, rest in (mine, theirs))
        if label <= _LONGEST_LABEL and rests[0] > 1 and rests[1] > label:
            one, other = mine[1], theirs[1]
    return one, other


def _label_before(headline: str) -> tuple[str, str] | None:
    """(label, rest), parted by the first separator."""
    first = _LABEL.search(headline)
    return (headline[: first.start()], headline[first.end() :]) if first else None


def _label_behind(headline: str) -> tuple[str, str] | None:
    """(label, rest), parted by the last separator."""
    *_, last = (None, *_LABEL.finditer(headline))
    return (headline[last.end() :], headline[: last.start()]) if last else None


def telling_words(text: str) -> frozenset[str]:
    """The words that carry meaning; all of them where none is long enough."""
    plain = normalised_title(text)
    pairs = [run[at : at + 2] for run in _UNSPACED.findall(plain) for at in range(max(1, len(run) - 1))]
    spaced = (_UNSPACED.sub(" ", plain) if pairs else plain).split()
    return frozenset(pairs + [word for word in spaced if len(word) >= _SHORTEST_WORD]) or frozenset(spaced)
