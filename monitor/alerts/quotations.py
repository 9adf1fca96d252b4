"""What a message quotes of the reports of an incident, and the list of its sources."""

from __future__ import annotations

from monitor.alerts.phrases import MAX_DECIDING
from monitor.model.ledger import Report, View
from monitor.model.report import Link
from monitor.text.clean import clean_message, shorten

#: by how tight a message is: characters of a quote, sources that are listed, characters of an address
QUOTE = (MAX_DECIDING, 280, 200, 120, 80)
_SOURCES = (8, 5, 3, 1, 0)
_ADDRESS = (300, 250, 200, 150, 100)
#: quotes of one message
_QUOTES = 2
#: reports that say what happened; the others only comment on it
_COMMENTS = frozenset({Link.ANALYSIS, Link.RETALIATION})


def quotes(view: View, brought: Report | None, *, first: bool, tight: int) -> list[str]:
    """At most two sentences: of the report that brought the message, then of the best other one."""
    if brought is None:
        return []
    others = [one for one in view.reports if one is not brought and one.link not in (Link.COPY, *_COMMENTS)]
    others = [one for one in others if not one.retracted_at and not one.doubts]
    others.sort(key=lambda one: (one.voice.rank, -one.reported_at.timestamp()))
    wanted = [(brought, brought.title), (brought, brought.quote), (brought, brought.lead)]
    if not first:
        wanted = [(brought, brought.quote or brought.title), *((one, one.quote or one.title) for one in others)]
    found: list[tuple[Report, str]] = []
    for report, text in wanted + [(one, one.quote or one.title) for one in others if first]:
        words = clean_message(text)
        if words and len(found) < _QUOTES and not any(_alike(words, quote) for _, quote in found):
            found.append((report, words))
    lines, shown = [], set[str]()
    for report, words in found:
        lines.append(f"“{shorten(words, QUOTE[tight])}”{_whose(report, shown, tight)}")
        shown.add(report.id)
    return lines


def _whose(report: Report, shown: set[str], tight: int) -> str:
    """` – Example Wire, https://…`; nothing where the quote above is of the same report."""
    if report.id in shown:
        return ""
    publisher, url = shorten(clean_message(report.publisher), 60), address(report, _ADDRESS[tight])
    return f" – {', '.join(part for part in (publisher, url) if part)}" if publisher or url else ""


def _alike(one: str, other: str) -> bool:
    one, other = (text.casefold().rstrip(" .…!?") for text in (one, other))
    return one in other or other in one


def address(report: Report, longest: int = _ADDRESS[0]) -> str:
    """The link, where it is one of the web and not too long to be sent."""
    url = clean_message(report.url).replace(" ", "%20")
    return url if url.lower().startswith(("http://", "https://")) and len(url) <= longest else ""


def says(report: Report | None) -> str:
    """Its publisher, and whom it quotes."""
    if report is None:
        return "not named"
    publisher = shorten(clean_message(report.publisher), 60) or "not named"
    speaker = shorten(clean_message(report.speaker), 60)
    return f"{publisher} (quotes: {speaker})" if speaker and speaker.casefold() != publisher.casefold() else publisher


def not_believed(view: View) -> str:
    """`not known; 50000 wounded by Wire is not believed (absurd number)`: what counts for nothing, and why."""
    for one in view.reports:
        numbers = [(getattr(one.facts, name), name) for name in ("killed", "wounded")]
        told = ", ".join(f"{number} {name}" for number, name in numbers if number)
        if one.doubts and told:
            by = shorten(clean_message(one.speaker or one.publisher), 60)
            return f"not known; {told} by {by} is not believed ({clean_message(one.doubts[0])})"
    return ""


def in_crowd(number: int) -> str:
    """The note on what was told although its feed came with many items at once."""
    return f"its feed brought it in a crowd of {number:,} items at once"


def sources(view: View, tight: int) -> list[str]:
    """A line a publisher, its newest report; copies are counted, what was withdrawn says so."""
    newest: dict[str, Report] = {}
    for one in view.reports:
        if one.link is not Link.COPY:
            newest[shorten(clean_message(one.publisher), 60) or "not named"] = one
    most = _SOURCES[tight]
    lines = []
    for publisher, one in list(newest.items())[::-1][:most]:
        parts = [publisher, address(one, _ADDRESS[tight]), "withdrawn" if one.retracted_at else ""]
        doubt = f"doubtful: {clean_message(one.doubts[0])}" if one.doubts else ""
        crowd = in_crowd(one.facts.crowd) if one.facts.crowd else ""
        lines.append("- " + " – ".join(part for part in (*parts, doubt, crowd) if part))
    if (rest := len(newest) - len(lines)) > 0:
        lines.append(f"- {rest} more" if lines else f"- {rest} in the ledger")
    return lines
