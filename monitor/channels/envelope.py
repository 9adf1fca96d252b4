"""What goes around a message: headers of a mail, the short name in a chat, a line for pictures left behind. Pure.

Mails of one incident are one thread: each of them answers a message that never was, named after the incident, so that
it does not matter which of them arrives first. They tell machines that no person wrote them (no out-of-office answer
comes back), how urgent they are, and of which incident, version, level, reason and rule they are.
"""

from __future__ import annotations

import html
from urllib.parse import quote

from monitor.alerts.subject import short_of
from monitor.channels.escape import PLAIN, for_channel
from monitor.model.alert import Alert, AlertKind
from monitor.model.report import Level
from monitor.text.clean import clean_message, shorten

#: schemas of Apprise that are mail by SMTP
MAIL = frozenset({"mailto", "mailtos"})
#: the sender's name, where the address in the channels file gives none
SENDER = "basewatch"
#: of the messages that stand for incidents; `.invalid` is nobody's
_HOST = "incidents.basewatch.invalid"
#: a service with less room gets what it cuts itself: a text message has none for the block
_LEAST_ROOM = 600
#: characters that a service puts between title and body
_EDGE = 10
_PRIORITY = {Level.FLASH: ("1", "high"), Level.URGENT: ("1", "high"), Level.NOTICE: ("3", "normal")}


def mail_headers(alert: Alert) -> dict[str, str]:
    """The headers of the mail, each one line of ASCII."""
    priority, importance = _PRIORITY.get(alert.level, ("5", "low"))
    headers = {
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "List-Id": "<alerts.basewatch>",
        "X-Priority": priority,
        "Importance": importance,
        "X-Basewatch-Incident": alert.incident_id or "none",
        "X-Basewatch-Version": str(alert.version),
        "X-Basewatch-Level": str(alert.level),
        "X-Basewatch-Reason": ", ".join([alert.reason, *alert.also]),
        "X-Basewatch-Rule": alert.rule or "none",
    }
    if alert.incident_id:
        thread = f"<{quote(alert.incident_id, safe='')}@{_HOST}>"
        headers |= {"References": thread, "In-Reply-To": thread}
    return {name: _ascii(value) for name, value in headers.items()}


def _ascii(value: str) -> str:
    """On one line, and readable by every mail server: other letters are written as in an address of the web."""
    return quote(shorten(clean_message(value), 200), safe=" <>@.,:;/_-%")


def texts(alert: Alert, schema: str, *, raw: bool, room: int = 0, with_files: bool = True) -> tuple[str, str]:
    """Title and body for a service; in a chat the short name of the incident stands in front.

    `room`: the characters that the service takes, 0 where that is no matter. What is escaped grows, so the text is
    shortened here where it must be: a service that cuts at the end would cut the last block. `with_files` is false
    where pictures were made and the service takes none.
    """
    title, body = clean_message(alert.title), clean_message(alert.body, lines=True)
    if alert.kind is AlertKind.INCIDENT and alert.incident_id and schema not in PLAIN:
        title = f"[{short_of(alert.incident_id)}] {title}"
    text, gap, block = body.rpartition("\n\n")
    if not with_files:
        text = f"{text}\n\nPictures: this service takes none; basewatch stats --plot draws them"
    shown = for_channel(title, schema, raw=raw)
    while True:
        out = for_channel(f"{text}{gap}{block}", schema, raw=raw)
        over = len(shown) + _EDGE + len(out if raw else html.escape(out)) - room
        if room < _LEAST_ROOM or over <= 0 or not text:
            return shown, out
        # what is cut may hold no sign that grew, so it can take some rounds
        text = shorten(text, max(0, len(text) - max(1, over // 4))) if len(text) > 1 else ""
