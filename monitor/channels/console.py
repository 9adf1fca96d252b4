"""The channel of those who have set up none: alerts on standard output."""

from __future__ import annotations

import sys
import threading

from monitor.model.alert import Alert
from monitor.model.delivery import Address, SendOutcome, SendResult

CONSOLE = Address(key="console", channel="alerts", label="console")
#: the channels that the shipped rules and the daemon send to
CONSOLE_NAMES = frozenset({"alerts", "operator"})

_one_at_a_time = threading.Lock()


def print_alert(alert: Alert) -> SendResult:
    """Print `alert` as plain text, whole and at once; a reader that went away is a failed attempt."""
    text = f"{alert.title}\n{alert.body}\n\n"
    try:
        with _one_at_a_time:
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()
    except (OSError, ValueError) as error:  # ValueError: standard output was closed
        return SendResult(outcome=SendOutcome.FAILED, detail=f"standard output: {error}")
    return SendResult(outcome=SendOutcome.SENT)
