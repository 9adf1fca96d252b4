"""An alert on its way to one address, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.alert import Alert


@dataclass(frozen=True, kw_only=True)
class Address:
    """One Apprise address of a channel; a delivery is one alert to one address."""

    #: stable through restarts, password changes and reordering; holds no secret
    key: str
    #: tag
    channel: str
    #: address with its secrets masked, for people
    label: str


class DeliveryState(StrEnum):
    PENDING = "pending"
    #: an attempt was begun; found after a crash it means "maybe sent"
    SENDING = "sending"
    SENT = "sent"
    GAVE_UP = "gave up"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One alert to one address, with everything needed to send it."""

    id: str
    alert: Alert
    #: `Address.key`
    address: str
    channel: str
    label: str
    state: DeliveryState = DeliveryState.PENDING
    #: attempts begun so far
    attempts: int = 0
    #: attempts that ended "maybe sent"
    maybe_sent: int = 0
    next_try_at: datetime
    last_error: str = ""


class SendOutcome(StrEnum):
    """What one attempt to send came to."""

    SENT = "sent"
    #: refused or failed before the message was accepted
    FAILED = "failed"
    #: no answer within the time limit: the message may have arrived
    MAYBE_SENT = "maybe sent"
    #: will never work (the address left the channels file, the address is invalid)
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """Outcome of one attempt; `detail` holds no secrets."""

    outcome: SendOutcome
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Try again, not before `at`."""

    at: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class GaveUp:
    """The last try was made."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """It arrived (the receiver accepted it)."""
