"""What the operator is told of edited files: the first mistake at once, what follows gathered, the mending once.

Somebody who writes a rule saves it half finished, again and again. The log and `health` have each state of the files;
the operator's channel has the first mistake, then less and less while the editing goes on, and the end of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model.alert import OperatorReason
from monitor.model.daemon import EditsTold

#: how long after the last message about a mistake the next one may come, by how many there were
GAPS = (timedelta(0), timedelta(seconds=10), timedelta(minutes=3), timedelta(minutes=10))
#: between two messages that all is mended
_MENDED_GAP = timedelta(minutes=1)
#: an edit after so long without one begins anew
_QUIET = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is wrong with the files as they are: mistakes keep them out of force, warnings do not."""

    problems: str = ""
    warnings: str = ""

    @property
    def text(self) -> str:
        return self.problems or self.warnings


@dataclass(frozen=True)
class Notice:
    """A message to the operator."""

    reason: OperatorReason
    title: str
    body: str


def edit_notice(told: EditsTold, standing: Standing, *, now: datetime) -> tuple[EditsTold, Notice | None]:
    """What is to be told now of the files as they stand, if anything, and what the operator then knows."""
    told = _seen(told, standing.text, now)
    grave = bool(standing.problems)
    if (standing.text, grave) == (told.text, told.grave):
        return told, None
    if standing.text and (grave or not told.grave):
        gap = GAPS[min(told.messages, len(GAPS) - 1)]
        if not _is_past(told.message_at, gap, now):
            return told, None
        after = replace(told, text=standing.text, grave=grave, messages=told.messages + 1, message_at=now, unsaid=0)
        return after, _problem(standing, after, told.unsaid)
    if not _is_past(told.mended_at, _MENDED_GAP, now):
        return told, None
    said = "What was wrong is mended; the files as they are now decide."
    if standing.warnings:
        said += f"\n{standing.warnings}"
    after = replace(told, text=standing.text, grave=False, mended_at=now, unsaid=0)
    return after, Notice(OperatorReason.CONFIG_MENDED, "The edited files are in force", said)


def _seen(told: EditsTold, text: str, now: datetime) -> EditsTold:
    """With the state of the files that is seen now; editing that rested for long begins anew."""
    if text == told.seen:
        return told
    anew = _is_past(told.seen_at, _QUIET, now)
    messages, unsaid = (0, 1) if anew else (told.messages, told.unsaid + 1)
    return replace(told, seen=text, seen_at=now, messages=messages, unsaid=unsaid)


def _is_past(moment: datetime | None, gap: timedelta, now: datetime) -> bool:
    """Whether so long has passed since then; a clock that was set back holds nothing up."""
    return moment is None or not moment <= now < moment + gap


def _problem(standing: Standing, told: EditsTold, states: int) -> Notice:
    body = standing.text
    if states > 1:
        body += f"\n\nThe files were saved {states} times since the last message; this is how they stand now."
    if told.messages > 1:
        wait = GAPS[min(told.messages, len(GAPS) - 1)]
        body += f"\nFurther edits are gathered for {round(wait.total_seconds() / 60)} minutes; `basewatch check` tells"
        body += " at once, and you hear when all is mended."
    if standing.problems:
        return Notice(OperatorReason.CONFIG_PROBLEM, "An edited file is not taken over", body)
    return Notice(OperatorReason.CONFIG_WARNING, "A file that was edited is not as it was meant", body)
