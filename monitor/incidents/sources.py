"""Which reports are independent of each other, whose work each is, and how sure an incident is by them.

Papers that print one agency's text are one source, and so are the editions of one house. A group's claim never confirms
anything. What a source withdrew counts no more; neither does what is doubtful (`doubts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.model.ledger import Grade, Report
from monitor.model.report import Act, Link, Voice

#: what stands behind the name of a house in the name of an edition or of a feed of it
_EDITIONS = frozenset({
    "africa", "agency", "arabic", "asia", "breaking", "com", "east", "edition", "english", "farsi", "french", "hebrew",
    "international", "iraq", "kurdish", "live", "middle", "net", "news", "online", "persian", "russian", "top",
    "turkish", "urdu", "us", "wire", "world",
})  # fmt: skip
#: agencies that are named by their letters and in full
_AGENCIES = {
    "agence france presse": "afp", "associated press": "ap", "deutsche presse agentur": "dpa",
    "thomson reuters": "reuters", "united press": "upi", "united press international": "upi",
}  # fmt: skip
_BEHIND = re.compile(r"\s+[-–—|:/]\s+|\s*[(\[]")
_WORD = re.compile(r"\w+")
#: second-level names under which houses register: `co.uk`
_SHARED = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
#: shingles that two texts share, of all; and words that two headlines share
_SAME_TEXT, _SAME_TITLE = 0.55, 0.8
#: so long after it a text can be its copy by headline alone
_COPIED_WITHIN = timedelta(hours=48)
#: a text with fewer words says too little to be known again
_FEWEST_WORDS = 5
#: what a report must be to speak of the attack itself
_TELLING = frozenset({Link.REPORT, Link.TOLL, Link.CLAIM})
#: whose denial is one of the attack
DENYING = frozenset({Link.REPORT, Link.CLAIM, Link.TOLL, Link.DENIAL, Link.RETRACTION})
#: a report that all is withdrawn, by a paper that never told it, ends what fewer sources than these tell
_FEW = 3


@lru_cache(maxsize=4096)
def family(publisher: str, url: str = "") -> str:
    """Whose voice a publisher is: editions of one house are one; without a name the site speaks for it."""
    head = _BEHIND.split(publisher.casefold().strip(), maxsplit=1)[0]
    words = _WORD.findall(head)
    while len(words) > 1 and words[-1] in _EDITIONS:
        words.pop()
    if words:
        name = " ".join(words).removeprefix("the ")
        return _AGENCIES.get(name, name)
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an address that is none
        return ""
    parts = host.split(".")
    return ".".join(parts[-3:] if len(parts) > 2 and parts[-2] in _SHARED else parts[-2:])


def family_of(report: Report) -> str:
    """Whose work a report is."""
    return family(report.origin or report.publisher, "" if report.origin else report.url)


def origin_of(report: Report, earlier: Sequence[Report]) -> str:
    """What a report copies: an agency, or the publisher of an earlier near copy; empty for own work."""
    if report.facts.wire:
        return report.facts.wire
    own = family(report.publisher, report.url)
    mine = _shingles(report)
    for known in earlier:
        if family(known.publisher, known.url) == own or known.id == report.id:
            continue
        gap = abs(report.reported_at - known.reported_at)
        if _alike(mine, _shingles(known)) >= _SAME_TEXT or (gap <= _COPIED_WITHIN and _same_title(report, known)):
            return known.origin or known.publisher
    return ""


def independent(reports: Sequence[Report]) -> tuple[str, ...]:
    """The publishers that report by themselves, as they are printed."""
    found: dict[str, str] = {}
    for report in reports:
        if is_independent(report):
            found.setdefault(family_of(report), report.origin or report.publisher)
    return tuple(found.values())


def is_live(report: Report) -> bool:
    """It was not withdrawn as a whole, and nobody doubts it."""
    return "*" not in report.retracted and not report.doubts


def is_independent(report: Report) -> bool:
    """It speaks of the attack, in its own name or that of an agency: neither a copy nor the attackers' word."""
    said = report.link in _TELLING and report.act is not Act.CLAIM and report.voice is not Voice.CLAIMANT
    return said and is_live(report)


def grade(reports: Sequence[Report]) -> Grade:
    """How sure the incident is by its reports, withdrawals of which are applied (`with_withdrawals`)."""
    live = [report for report in reports if is_independent(report)]
    families = {family_of(report) for report in live}
    told = {family_of(report) for report in reports if report.link in _TELLING}
    official = [report for report in live if report.voice is Voice.OFFICIAL]
    ended = _last(reports, lambda report: _ends(report, told, families, confirmed=bool(official)))
    if ended is not None and not _told_anew(live, ended):
        return Grade.RETRACTED
    claims = [report for report in reports if report.link in _TELLING and is_live(report)]
    if not claims and any("*" in report.retracted for report in reports):
        return Grade.RETRACTED
    denied = _last(reports, _denies_it)
    if denied is not None and not official and not _told_anew(live, denied):
        return Grade.DENIED
    if official:
        return Grade.CONFIRMED
    if len(families) > 1:
        return Grade.SEVERAL
    return Grade.REPORTED if families else Grade.CLAIMED


def _denies_it(report: Report) -> bool:
    """Officials say that it did not happen; what an answer or an analysis tells of a denial is one of other things."""
    return report.facts.denies == "event" and report.voice is Voice.OFFICIAL and report.link in DENYING


def _ends(report: Report, told: set[str], families: set[str], *, confirmed: bool) -> bool:
    """The report says that there was no attack, and can: an official, or a paper against few others."""
    if "*" not in withdrawn(report) or report.doubts:
        return False
    if report.voice is Voice.OFFICIAL:
        return True
    return family_of(report) not in told and not confirmed and len(families) < _FEW and not report.retracted


def _last(reports: Sequence[Report], holds: Callable[[Report], bool]) -> Report | None:
    return next((report for report in reversed(reports) if holds(report)), None)


def _told_anew(live: Sequence[Report], ended: Report) -> bool:
    """After it was withdrawn or denied somebody tells of it who had not before, or anybody tells of victims, or of one
    more attack: a wrong word that it is over must not keep the next one from anybody."""
    before = {family_of(report) for report in live if report.seen_at <= ended.seen_at}
    later = [report for report in live if report.seen_at > ended.seen_at]
    return any(family_of(report) not in before or (_tells_more(report) and not report.origin) for report in later)


def _tells_more(report: Report) -> bool:
    facts = report.facts
    return bool(facts.killed or facts.wounded or facts.again or facts.ordinal > 1)


# --------------------------------------------------------------------------------- withdrawals


def withdrawn(report: Report) -> tuple[str, ...]:
    """What a report takes back: `killed`, `wounded`, or all (`*`)."""
    if report.link is not Link.RETRACTION and report.act is not Act.RETRACTION:
        return report.facts.withdrawn
    return report.facts.withdrawn or (() if report.facts.corrects else ("*",))


def with_withdrawals(reports: Sequence[Report]) -> tuple[Report, ...]:
    """The reports in the order in which they were seen, each with what a later one takes back of it."""
    ordered = sorted(reports, key=lambda report: (report.seen_at, report.id))
    for number, report in enumerate(ordered):
        fields = withdrawn(report)
        if not fields or report.doubts:
            continue
        for position in _meant(report, fields, ordered[:number]):
            ordered[position] = _without(ordered[position], fields, report.seen_at)
    return tuple(ordered)


def _without(report: Report, fields: Sequence[str], at: datetime) -> Report:
    known = tuple(dict.fromkeys((*report.retracted, *fields)))
    return report if known == report.retracted else replace(report, retracted=known, retracted_at=at)


def _meant(report: Report, fields: Sequence[str], earlier: Sequence[Report]) -> list[int]:
    """Positions of those that it takes back: its own, else by its number, else (an official's) all that are told."""
    numbers = {name: getattr(report.facts, name) for name in fields if name != "*"}
    told = [number for number, known in enumerate(earlier) if known.link in (*_TELLING, Link.COPY)]
    names = {family_of(report), family(report.publisher, report.url), family(report.speaker)} - {""}
    own = [n for n in told if names & {family_of(earlier[n]), family(earlier[n].publisher, earlier[n].url)}]

    def says(position: int) -> bool:
        facts = earlier[position].facts
        return any(value is not None and getattr(facts, name) == value for name, value in numbers.items())

    if own:
        return [n for n in own if says(n)] or own
    if report.voice is Voice.OFFICIAL:
        return told
    below = [n for n in told if earlier[n].voice is not Voice.OFFICIAL]
    if "*" in fields:
        return []
    by_number = [n for n in below if says(n)]
    stating = [n for n in below if any(getattr(earlier[n].facts, name) is not None for name in numbers)]
    return by_number or stating[-1:]


# --------------------------------------------------------------------------------- likeness of texts


def _shingles(report: Report) -> frozenset[tuple[str, ...]]:
    return _runs_of(f"{report.title} {report.quote} {report.lead}")


@lru_cache(maxsize=1024)
def _runs_of(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) if len(words) >= _FEWEST_WORDS else frozenset()


def _alike(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _same_title(one: Report, other: Report) -> bool:
    a, b = (set(_WORD.findall(report.title.casefold())) for report in (one, other))
    return min(len(a), len(b)) >= _FEWEST_WORDS and len(a & b) / len(a | b) >= _SAME_TITLE
