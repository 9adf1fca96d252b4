"""One line about an incident for the screen of a phone."""

from __future__ import annotations

from datetime import datetime

from monitor.model.ledger import Change, View
from monitor.model.names import Names

#: characters of a subject
MAX_SUBJECT = 70


def subject(view: View, change: Change, *, names: Names, now: datetime) -> str:
    """Level, what, where, toll, and who says it; what matters least is cut first."""
    raise NotImplementedError


def short_name(view: View) -> str:
    """What people call the incident in a chat: `asad-1117`."""
    raise NotImplementedError
