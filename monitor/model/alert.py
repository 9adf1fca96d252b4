"""Whether an item raises an alert, and the alert: a message about an incident, or a notice to the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.report import Level


class DecisionReason(StrEnum):
    """Why somebody is told, or why nobody is."""

    FIRST = "FIRST"
    #: the incident was known, but nobody had been told of it (first poll, digest level)
    FIRST_TOLD = "FIRST_TOLD"
    #: others were told of the incident; this report brings in a rule with further channels
    FIRST_HERE = "FIRST_HERE"
    #: the incident was told; this report adds a further place of the same salvo (stored before `PLACE_NAMED` was)
    NEW_PLACE = "NEW_PLACE"
    # what changed, in the words of `ChangeReason`
    RETRACTED = "RETRACTED"
    TOLL_CORRECTED = "TOLL_CORRECTED"
    TOLL_UP = "TOLL_UP"
    DENIED = "DENIED"
    CLAIMED = "CLAIMED"
    PLACE_NAMED = "PLACE_NAMED"
    CONFIRMED = "CONFIRMED"
    ESCALATED = "ESCALATED"
    RETALIATION = "RETALIATION"
    #: the policy of the channel keeps it for later
    HELD = "HELD"
    MUTED = "MUTED"
    #: it changes an incident that nobody is told of any more
    UPDATE_OLD = "UPDATE_OLD"
    NO_CHANGE = "NO_CHANGE"
    NO_RULE = "NO_RULE"
    NOT_AN_ATTACK = "NOT_AN_ATTACK"
    BELOW_LEVEL = "BELOW_LEVEL"
    TRIAL = "TRIAL"
    OLD = "OLD"
    COPY = "COPY"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether an item raises an alert."""

    tell: bool
    reason: DecisionReason
    detail: str = ""
    #: channel tags that are told now
    send_to: tuple[str, ...] = ()


class OperatorReason(StrEnum):
    """Why the operator is told something (`Alert.reason` of a notice)."""

    FEED_BLIND = "FEED_BLIND"
    #: read without failure, and yet nothing new for far longer than usual
    FEED_SILENT = "FEED_SILENT"
    #: a blind feed is read again, or a silent one brings news
    FEED_BACK = "FEED_BACK"
    CHANNEL_GAVE_UP = "CHANNEL_GAVE_UP"
    CONFIG_PROBLEM = "CONFIG_PROBLEM"
    #: the files are in force, and one of them is not what somebody thinks
    CONFIG_WARNING = "CONFIG_WARNING"
    CONFIG_MENDED = "CONFIG_MENDED"
    #: a regular word that the daemon is at work
    ALIVE = "ALIVE"
    #: no feed at all brings anything new for longer than they ever rest together; one of them does again
    PIPELINE_SILENT = "PIPELINE_SILENT"
    PIPELINE_BACK = "PIPELINE_BACK"
    OFFLINE = "OFFLINE"
    BACK_ONLINE = "BACK_ONLINE"
    DATABASE_LOST = "DATABASE_LOST"
    DATABASE_BACK = "DATABASE_BACK"
    FLOOD = "FLOOD"
    #: a silence that held something back, or is a long one, ends within half an hour
    SILENCE_ENDS = "SILENCE_ENDS"
    TEST = "TEST"


class AlertKind(StrEnum):
    INCIDENT = "incident"
    #: about feeds, rules, channels and the daemon itself
    OPERATOR = "operator"
    #: about several incidents: what was held in the night, a digest
    SUMMARY = "summary"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    mimetype: str
    base64: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A message about one version of one incident, or one notice to the operator."""

    id: str
    kind: AlertKind = AlertKind.INCIDENT
    incident_id: str | None = None
    version: int = 0
    reason: str
    level: Level
    rule: str | None = None
    #: channel tags it goes to
    channels: tuple[str, ...]
    title: str
    #: plain text; escaped per channel when it is sent
    body: str
    created_at: datetime
    #: whom this message of a version is for, where several are told in different words; empty: everybody
    audience: str = ""
    #: further reasons, beside `reason`
    also: tuple[str, ...] = ()
    #: in which words: of a policy
    style: str = "duty"
    #: the same as mark-up, for mail; empty where there is none
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
