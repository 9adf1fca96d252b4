"""The styles of messages: templates with slots and nothing else.

A template is a text file. `{slot}` stands for a value; nothing in it is run, so that a file that somebody edits can
do no harm. A line whose slots are all empty is left out with its label, a line that begins with `#` is a comment, and
a first line `Subject: …` makes the subject. The last block for machines is no part of a template: it always follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from monitor.errors import Problem
from monitor.resources import packaged_or_beside

#: those that are shipped, in `templates/`
SHIPPED = ("duty", "journalist", "family")

#: every slot, with what it holds
SLOTS = {
    "subject": "the subject of the other styles: level, what, where, toll, who says it; 70 characters at most",
    "plain_subject": "the same in plain words, with what officials confirm alone",
    "level": "NOTICE, URGENT or FLASH",
    "changed": "what changed, from what to what, by whom: a line each; empty in the first message",
    "quotes": "at most two sentences of the reports in quotation marks, each with its publisher and its link",
    "brief": "what the reports say, in at most three of their own sentences, each with its publisher",
    "says": "the publisher of the newest report that counts, and who is quoted in it",
    "reported": "when that was, in UTC, at the place and in the zone of the policy",
    "place": "every place of the attack, with its country",
    "date": "the day of the attack at the place, its hour where reports tell it, and how long ago it was",
    "what": "what it was in words: `drone attack, intercepted`",
    "plain_what": "the same without weapons: `attack`, `foiled attack`, `claimed attack`",
    "toll": "dead and wounded, each with its range, and who says so",
    "confirmed_toll": "dead and wounded as officials give them, or that nothing is confirmed as of now",
    "stopped": "how much was fired and how much of it was shot down",
    "damage": "what was damaged, in the words of the reports",
    "claimed": "who claims it",
    "attributed": "who is blamed",
    "denied": "who denies it",
    "grade": "how sure it is, in words, and how many independent publishers there are",
    "differ": "where sources give other numbers, each with its own",
    "baseline": "how it compares with what the ledger holds",
    "link": "the report that brought the message",
    "sources": "every source, a line each: publisher and link",
    "why": "the rule that asked for the message, in plain words",
    "short": "the short name of the incident: `asad-1117`",
    "as_of": "the time of the message in UTC and in the zone of the policy",
}

_SLOT = re.compile(r"\{([^{}\n]*)\}")
_SUBJECT = re.compile(r"subject:\s*", re.IGNORECASE)
#: what a value must not begin a line with: the last block alone says it
_BLOCK_KEY = re.compile(r"^\s*(incident|version|reason|also|alert)\s*:", re.IGNORECASE)


@cache
def shipped(name: str) -> str:
    """A template that comes with basewatch; that of the duty officer where there is none of the name."""
    file = packaged_or_beside("alerts/templates") / f"{name if name in SHIPPED else SHIPPED[0]}.txt"
    return file.read_text(encoding="utf-8")


def filled(template: str, slots: Mapping[str, str]) -> str:
    """A template with its slots filled; lines that hold nothing but empty slots are left out.

    No line of the answer can be taken for one of the last block, whatever a value holds.
    """
    out: list[str] = []
    for line in _parts(template)[1]:
        names = _SLOT.findall(line)
        if names and not any(slots.get(name) for name in names):
            continue
        # once only: what a value holds is no template
        text = _SLOT.sub(lambda found: slots.get(found[1], found[0]), line)
        for one in text.split("\n"):
            plain = f"· {one.lstrip()}" if _BLOCK_KEY.match(one) else one.rstrip()
            if plain or (out and out[-1]):
                out.append(plain)
    return "\n".join(out).strip("\n")


def subject_line(template: str, slots: Mapping[str, str]) -> str:
    """The subject as the template wants it; that of the other styles where it says nothing of it."""
    wanted = _parts(template)[0] or "{subject}"
    return " ".join(_SLOT.sub(lambda found: slots.get(found[1], found[0]), wanted).split())


def slots_of(template: str) -> frozenset[str]:
    """The slots that a template asks for."""
    subject, lines = _parts(template)
    return frozenset(name for line in (subject, *lines) for name in _SLOT.findall(line))


def problems(template: str, file: str) -> list[Problem]:
    """What is wrong in a template: slots that there are not, braces that stand alone."""
    found = []
    for number, line in enumerate(template.splitlines(), start=1):
        if line.startswith("#"):
            continue
        for name in _SLOT.findall(line):
            if name not in SLOTS:
                found.append(_unknown(name, file, number))
        if {"{", "}"} & set(_SLOT.sub("", line)):
            message = "a brace stands alone; a slot is a name in braces"
            found.append(Problem(file=file, line=number, message=message, hint="write for instance: {place}"))
    if not slots_of(template) and not found:
        found.append(Problem(file=file, message="the template has no slot, so every message would be the same",
                             hint="write for instance: Place: {place}"))  # fmt: skip
    return found


def _unknown(name: str, file: str, line: int) -> Problem:
    near = get_close_matches(name, SLOTS, n=1, cutoff=0.6)
    hint = f"did you mean {{{near[0]}}}?" if near else f"there are: {', '.join(SLOTS)}"
    return Problem(file=file, line=line, message=f"there is no slot {{{name}}}", hint=hint)


def _parts(template: str) -> tuple[str, list[str]]:
    """The line of the subject, empty where there is none, and the lines of the body."""
    lines = [line for line in template.splitlines() if not line.startswith("#")]
    while lines and not lines[0].strip():
        lines = lines[1:]
    if lines and (found := _SUBJECT.match(lines[0])) is not None:
        return lines[0][found.end() :], lines[1:]
    return "", lines
