"""Dates in the words of the languages: the day that a text states, and stretches that are dates and no counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from monitor.text.normalise import Text, normalise_term

_NEVER = re.compile(r"(?!)")
_DIGIT = re.compile(r"\d")
#: dates in digits: 28.11.2026, 28/11/26, 2026-11-28
_NUMERIC = re.compile(r"(?<![\w./-])(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![\w/-])")
#: the place, day and agency before a report: "BAGHDAD, Nov 28 (Reuters) - "
_DATELINE = re.compile(r"\s*[^()\n]{2,60}\([^()\n]{2,40}\)\s*[-:.]")


@dataclass(frozen=True, eq=False)
class Calendar:
    """The names of the months in all languages."""

    pattern: re.Pattern[str] = _NEVER
    #: the month of each name as a text has it
    months: Mapping[str, int] = field(default_factory=dict)
    #: names that are written with a capital in the files, and count only with it ("May", "March")
    capital: frozenset[str] = frozenset()

    def spans(self, text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches of a text that are dates."""
        yield from (m.span() for m in self._dates(text, start, end))
        yield from (m.span() for m in _NUMERIC.finditer(text.folded, start, end))

    def _dates(self, text: Text, start: int, end: int) -> Iterator[re.Match[str]]:
        if _DIGIT.search(text.folded, start, end) is None:
            return
        for match in self.pattern.finditer(text.folded, start, end):
            group = "m1" if match["m1"] else "m2"
            if match[group] not in self.capital or text.cased[match.start(group)].isupper():
                yield match

    def stated(self, text: Text, start: int, end: int, today: date) -> date | None:
        """A day of the month as papers write it; without a year the last such day."""
        for match in self._dates(text, start, end):
            name, day, year = match["m1"] or match["m2"], match["d1"] or match["d2"], match["y1"] or match["y2"]
            try:
                found = date(int(year or today.year), self.months[" ".join(name.split())], int(day))
                if not year and found > today + timedelta(days=1):
                    found = found.replace(year=found.year - 1)
            except ValueError:
                continue
            return found
        return None


def calendar_of(languages: Iterable[Mapping[int, Sequence[str]]]) -> Calendar:
    """The calendar of these languages: the names of the months by their numbers."""
    months: dict[str, int] = {}
    capitals: set[str] = set()
    small: set[str] = set()
    for language in languages:
        for month, names in language.items():
            for folded, cased in map(normalise_term, names):
                if folded:
                    months.setdefault(folded, month)
                    (small if cased == cased.lower() else capitals).add(folded)
    if not months:
        return Calendar()
    name = "|".join(re.escape(one).replace(r"\ ", " +") for one in sorted(months, key=len, reverse=True))
    year = r"(?P<y{}>(?:19|20)\d\d)"
    pattern = re.compile(
        rf"(?<![^\W_])(?:(?P<m1>{name})\.? (?P<d1>\d{{1,2}})(?:[a-z]{{2}})?(?:,? {year.format(1)})?"
        rf"|(?P<d2>\d{{1,2}})(?!\d)(?:[a-z]{{2}}|\.|-\w{{1,3}})?"
        rf" ?-?(?P<m2>{name})(?:\.|,)?(?: {year.format(2)})?)(?![^\W_])"
    )
    return Calendar(pattern, months, frozenset(capitals - small))


def dateline(text: Text, start: int, end: int) -> int:
    """Where the report begins behind its dateline; `start` where it has none."""
    match = _DATELINE.match(text.folded, start, end)
    return match.end() if match else start
