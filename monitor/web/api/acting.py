"""`POST /api/v1/incidents/ID/mute` and `/ack`: what the commands `mute` and `ack` do, with the write token."""

from __future__ import annotations

from monitor.errors import UsageError
from monitor.model.attention import Matchers
from monitor.queries.attention import acknowledge, until
from monitor.queries.rulings import standing
from monitor.queries.silences import add_silence, silence_shown
from monitor.text.clean import clean
from monitor.web.answers import JSON, Answer, as_json
from monitor.web.api.answering import posted_object
from monitor.web.api.described import Operation
from monitor.web.api.schemas import TEXT, reference, several, whole
from monitor.web.asking import Ask, Refusal
from monitor.web.site import Site

#: characters of a name
_MOST_NAME = 100
_BY, _NOTE = {**TEXT, "maxLength": _MOST_NAME}, {**TEXT, "maxLength": 500}
MUTE = Operation(
    summary="Channels are not told of this incident for a while. It holds nothing back from board, ledger and metrics.",
    takes={JSON: whole({"until": TEXT, "note": _NOTE, "by": _BY}, maybe_missing=("note", "by"))},
    answers={200: ("The silence, as `basewatch mute --json` shows it.", JSON, reference("Silence"))},
    refuses=(400, 404, 413),
    conditional=False,
)
ACK = Operation(
    summary="Somebody takes notice: a flash is not repeated. A change that escalates the incident breaks it.",
    takes={JSON: whole({"note": _NOTE, "by": _BY}, maybe_missing=("note", "by"))},
    answers={
        200: ("The channels whose repeats end.", JSON, whole({"incident": TEXT, "channels": several(TEXT)})),
    },
    refuses=(400, 404, 413),
    conditional=False,
)


def mute(site: Site, ask: Ask) -> Answer:
    """`POST /api/v1/incidents/ID/mute`"""
    MUTE.given(ask)
    given = posted_object(ask, ("until", "note", "by"), needed=("until",))
    configuration = site.configuration()
    zones = {policy.zone for policy in configuration.policies}
    zone = zones.pop() if len(zones) == 1 else site.settings.timezone
    try:
        ends = until(given["until"], now=ask.now, zone=zone)
    except UsageError as error:
        raise Refusal(400, str(error).replace("--until", "until"), kind="body") from None
    with site.write() as tx:
        incident = standing(tx, ask.parts["id"])
        made = add_silence(
            tx, Matchers(incident=incident.id), ends=ends, by=_doer(ask, given.get("by", "")),
            note=given.get("note", ""), now=ask.now, needs_note=False,
        )  # fmt: skip
    return as_json(silence_shown(made, now=ask.now))


def ack(site: Site, ask: Ask) -> Answer:
    """`POST /api/v1/incidents/ID/ack`"""
    ACK.given(ask)
    given = posted_object(ask, ("note", "by"))
    by = _doer(ask, given.get("by", ""))
    with site.write() as tx:
        incident = standing(tx, ask.parts["id"])
        channels = acknowledge(tx, incident.id, by=by, note=given.get("note", ""), now=ask.now)
    return as_json({"incident": incident.id, "channels": list(channels)})


def _doer(ask: Ask, by: str) -> str:
    """Who does it: the name that is given, else whoever is known to ask."""
    if len(named := clean(by)) > _MOST_NAME:
        raise Refusal(400, f"by has {len(named):,} characters; at most {_MOST_NAME}", kind="body")
    return named or ask.visitor.name or "API"
