"""A proposed rule as the text of a rule file, with comments for the person who saves it. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model.report import INCIDENT_ACTS, Act
from monitor.workbench.proposing.places import ProposedPlace
from monitor.workbench.proposing.proposal import Proposal
from monitor.workbench.reference.schema import KINDS
from monitor.workbench.reference.tables import NO_TEXT

#: points of a proposed pattern: as many as decide alone
_POINTS = 5


def rule_text(proposal: Proposal) -> str:
    """The rule as YAML, ready to be saved."""
    made_from = _counted(len(proposal.headlines), "headline")
    lines = [
        KINDS["rule"].first_line,
        f"# Proposed by `basewatch rules new` from {made_from}. What says too much, delete.",
        f"rule: {_plain(proposal.id)}",
        f"title: {quoted(proposal.title)}",
        'why: "…"  # fill in: who must know of this, and why',
        f"level: {proposal.level}  # digest, notice, urgent or flash",
        "status: trial  # decides and records, tells nobody; delete this line when it may",
        f"act: [{', '.join(proposal.act)}]",
        *_whose(proposal),
        *_where(proposal),
        *_who(proposal),
        *_what(proposal),
        f"send_to: [{', '.join(map(_plain, proposal.send_to))}]"
        + (f"  # as {proposal.send_to_as}" if proposal.send_to_as else ""),
        "examples:",
        "  alert:",
        *(f"    - {quoted(text)}" for text in proposal.alert),
        *(f"    # not yet, no pattern reads it: {quoted(text)}" for text in proposal.not_yet),
        *_quiet(proposal),
    ]
    return "\n".join([*lines, *_wordings(proposal)]) + "\n"


def places_text(places: Sequence[ProposedPlace]) -> str:
    """The entries of places that no file knows, as a file of `rules/places/`; empty where there are none."""
    if not places:
        return ""
    lines = [KINDS["places"].first_line, "places:", *(line for place in places for line in _entry(place))]
    return "\n".join(lines) + "\n"


def _entry(place: ProposedPlace) -> list[str]:
    where = ["    # lat: …  # fill in both, in degrees: else it lies in no circle and on no map", "    # lon: …"]
    if place.lat is not None:
        note = "; ".join(["of the town", *([place.note] if place.note else []), "write those of the base if you can"])
        where = [f"    lat: {place.lat}  # {' '.join(note.split())}", f"    lon: {place.lon}"]
    return [
        f"  - id: {_plain(place.id)}",
        f"    name: {quoted(place.name)}",
        f"    country: {_plain(place.country)}",
        f"    kind: {place.kind}  # what it is; check it",
        *(["    whose: national  # delete this line where foreign troops are there"] if place.national else []),
        *where,
        *([f"    zone: {place.zone}"] if place.zone else []),
        f"    town: [{quoted(place.town)}]  # it is meant where a word such as base or camp stands near",
    ]


def pattern_text(proposal: Proposal) -> str:
    """The proposed pattern as a file of `rules/lists/`; empty where no wording was recognised."""
    templates = list(dict.fromkeys(one.template for one in proposal.wordings if one.template))
    if not templates:
        return ""
    lines = [
        "patterns:",
        f"  {proposal.id}-wording:",
        "    act: attack",
        '    why: "…"',
        f"    points: {_POINTS}",
        "    templates:",
        *(f"      - {quoted(template)}" for template in templates),
    ]
    return "\n".join(lines) + "\n"


def _whose(proposal: Proposal) -> list[str]:
    if not proposal.whose:
        return []
    return [f"whose: [{', '.join(proposal.whose)}]  # a rule that does not say so is about foreign troops and the UN's"]


def _where(proposal: Proposal) -> list[str]:
    if not proposal.where:
        return []
    lines = ["where:", f"  any: [{', '.join(map(_plain, proposal.where))}]  # {proposal.where_note}"]
    if proposal.if_unknown:
        lines.append(f"  if_unknown: {proposal.level}  # some of the headlines name no place that is known")
    return lines


def _who(proposal: Proposal) -> list[str]:
    if not proposal.who:
        return []
    role = ", role: claims" if proposal.who_claims else ""
    return [f"who: {{any: [{', '.join(proposal.who)}]{role}}}  # named in all of them"]


def _what(proposal: Proposal) -> list[str]:
    words = ", ".join(map(_plain, proposal.what))
    return [f"what: {{all: [{words}]}}  # stands in all of them"] if words else []


def _quiet(proposal: Proposal) -> list[str]:
    if not proposal.quiet:
        return []
    note = "made up, check these" if proposal.quiet_is_made else "seen lately, check these"
    return [f"  quiet:  # {note}", *(f"    - {quoted(text)}" for text in proposal.quiet)]


def _wordings(proposal: Proposal) -> list[str]:
    """For headlines that no pattern reads: the pattern that would, as a comment."""
    if not proposal.wordings:
        return []
    count = _counted(len(proposal.wordings), "headline")
    out = ["", f"# No pattern reads {count} as an attack."]
    if pattern := pattern_text(proposal):
        out.append("# If they are attacks, save these lines as a file of their own in rules/lists/:")
        out += [f"#   {line}" for line in pattern.splitlines()]
        if not set(proposal.act) & INCIDENT_ACTS:
            incident = ", ".join(act for act in Act if act in INCIDENT_ACTS)
            out.append(f"# and write above: act: [{incident}]")
    for one in proposal.wordings:
        unknown = f"no list knows: {', '.join(one.unknown)}" if one.unknown else "each word is known"
        if not one.template:
            unknown += "; no base and no troops were recognised"
        out.append(f"# {json.dumps(one.text, ensure_ascii=False)}: {unknown}")
    if verbs := list(dict.fromkeys(one.verb for one in proposal.wordings if one.verb)):
        out.append("# Where such a word means the same as `hit`, this is enough instead:")
        out.append(f"#   extend: {{hit: [{', '.join(map(_plain, verbs))}]}}")
    return out


def quoted(text: str) -> str:
    """`text` in double quotes, as YAML and this project's shorthand for lists read it back unchanged."""
    inner = json.dumps(text, ensure_ascii=False).replace("@", "\\x40")  # an @ might be taken for a list
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in inner)


def _plain(word: str) -> str:
    """An id or a simple word as it is; a reference in plain quotes, so that editors read it; anything else escaped."""
    bare = word.removeprefix("@")
    simple = bare.replace("-", "").replace("_", "").isalnum() and bare.isascii() and not bare[0].isdigit()
    if not simple or bare.lower() in NO_TEXT:
        return quoted(word)
    return word if word == bare else f'"{word}"'


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
