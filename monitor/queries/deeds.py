"""What people did: the log, page by page, and taking one of it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.errors import BasewatchError, UsageError
from monitor.model.attention import Ack, Deed
from monitor.model.feedback import Feedback
from monitor.queries.jsonvalues import as_kept
from monitor.queries.silences import release
from monitor.queries.undoing import undo_merge, undo_split
from monitor.store.store import Transaction

#: rows of a page
LIMIT = 50
_SAID = {
    "ack": "acknowledged {target}", "unack": "took the acknowledgement of {target} back", "silence": "made {target}",
    "end": "ended {target}", "merge": "merged into {target}", "split": "split {target}",
    "feedback": "gave a word on {target}", "unsay": "took the word on {target} back", "undo": "took {target} back",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """One page of the log, the newest first, in the types of JSON."""

    rows: tuple[dict[str, Any], ...]
    #: names the next page; empty: this is the last
    following: str = ""


def deeds_shown(tx: Transaction, *, limit: int = LIMIT, cursor: str = "", targets: Sequence[str] = ()) -> Deeds:
    """At most `limit` deeds behind the cursor; of these targets, where any. `UsageError`: no such cursor."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 15):
        raise UsageError("the cursor is none that was given out here; begin without one")
    found = tx.deeds(before=int(cursor) if cursor else None, limit=limit + 1, targets=targets)
    more = len(found) > limit
    return Deeds(rows=tuple(map(deed_shown, found[:limit])), following=str(found[limit - 1].id) if more else "")


def deed_shown(deed: Deed) -> dict[str, Any]:
    """One deed in the types of JSON; `undoable`: it was not taken back, and is none that takes back."""
    return {
        "id": deed.name, "at": deed.at.isoformat(timespec="seconds"), "by": deed.by, "what": deed.what,
        "target": deed.target, "note": deed.note, "text": in_words(deed),
        "undoable": deed.what != "undo" and deed.undone_at is None,
        "undone_at": deed.undone_at and deed.undone_at.isoformat(timespec="seconds"), "undone_by": deed.undone_by,
    }  # fmt: skip


def in_words(deed: Deed) -> str:
    """`acknowledged 2026-11-21-ain-al-asad: on it`."""
    said = _SAID[deed.what].format(target=deed.target)
    return f"{said}: {deed.note}" if deed.note else said


def deed_number(word: str) -> int:
    """7 of `D7`."""
    bare = word.strip().upper().removeprefix("D")
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 15):
        raise UsageError(f"{word[:40]!r} is no deed; write for instance D7, as `basewatch deeds` names them")
    return int(bare)


def undo(tx: Transaction, deed_id: int, *, by: str, now: datetime) -> str:
    """Takes a deed back, and says in a sentence what stands now.

    `UsageError` where it cannot be taken back any more, with why and what can be done instead; `BasewatchError` where
    there is no such deed.
    """
    deed = tx.deed(deed_id)
    if deed is None:
        raise BasewatchError(f"there is no deed D{deed_id}; `basewatch deeds` lists them")
    if deed.undone_at is not None:
        raise UsageError(f"{deed.name} was undone already, by {deed.undone_by or 'somebody'}")
    if deed.what == "undo":
        raise UsageError(f"{deed.name} took something back; what it took back can be done again")
    said = _UNDO[deed.what](tx, deed, by, now)
    tx.mark_undone(deed.id, by=by, at=now)
    tx.add_deed(Deed(at=now, by=by, what="undo", target=deed.name, note=in_words(deed)))
    return said


def _undo_ack(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    ack, incident = tx.acks([deed.target]).get(deed.target), tx.incident(deed.target)
    if incident is not None and incident.merged_into:
        raise UsageError(
            f"{deed.target} went into {incident.merged_into} since; take that of {incident.merged_into} back"
        )
    if ack is None or (ack.at, ack.by) != (deed.at, deed.by):
        raise UsageError(f"{deed.target} was acknowledged anew, or not any more, since; nothing is left to take back")
    if not ack.stands:
        raise UsageError(f"it was broken since ({', '.join(ack.broken_by)}); nothing is left to take back")
    for channel, note in _notes(tx, deed).items():
        if channel in deed.before["channels"] and note.acked_at == deed.at:
            tx.put_notification(replace(note, acked_at=None, acked_by=""))
    if deed.before["ack"] is None:
        tx.drop_ack(deed.target)
        return f"{deed.target} is not acknowledged any more"
    before = as_kept(Ack, deed.before["ack"])
    tx.put_ack(before)
    return f"{deed.target} is acknowledged as it was before, by {before.by or 'somebody'}"


def _undo_unack(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    if tx.acks([deed.target]):
        raise UsageError(f"{deed.target} was acknowledged anew since; nothing is left to take back")
    ack = as_kept(Ack, deed.before["ack"])
    incident = tx.incident(deed.target)
    if incident is None or incident.merged_into:
        raise UsageError(f"{deed.target} does not stand any more")
    if incident.version != ack.version and any(
        change.version > ack.version and change.at > deed.at and change.reasons for change in tx.versions(deed.target)
    ):
        raise UsageError(f"{deed.target} has changed since; look at it and acknowledge it as it is now")
    for channel, note in _notes(tx, deed).items():
        if note.acked_at is None and channel in deed.before["acked"]:
            at, name = deed.before["acked"][channel]
            tx.put_notification(replace(note, acked_at=datetime.fromisoformat(at), acked_by=name))
    tx.put_ack(ack)
    return f"{deed.target} is acknowledged by {ack.by or 'somebody'} again"


def _notes(tx: Transaction, deed: Deed) -> dict[str, Any]:
    return {channel: note for (_, channel), note in tx.notifications([deed.target]).items()}


def _undo_silence(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:
    made = tx.silence(int(deed.target[1:]))
    if made is None or made.at != deed.at or now >= made.over_at:
        raise UsageError(f"{deed.target} is over already")
    ended = replace(made, ended_at=now, ended_by=by)
    tx.update_silence(ended)
    again = []
    for id in deed.before["ended"]:
        earlier = tx.silence(id)
        if earlier is not None and now < earlier.ends:
            tx.update_silence(replace(earlier, ended_at=None, ended_by=""))
            again.append(earlier.name)
    release(tx, now=now)
    return f"{ended.name} holds nothing back any more" + (f"; {again[0]} holds again" if again else "")


def _undo_end(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    ended = tx.silence(int(deed.target[1:]))
    if ended is None or now >= ended.ends:
        raise UsageError(f"the time of {deed.target} is over since; make a new silence")
    if (ended.ended_at, ended.ended_by) != (deed.at, deed.by):
        raise UsageError(f"{deed.target} was made anew since")
    same = [one for one in tx.silences(now) if one.matchers == ended.matchers]
    if others := [one.name for one in same if one.holds(now) == (ended.starts <= now)]:
        raise UsageError(f"{others[0]} silences the same since")
    tx.update_silence(replace(ended, ended_at=None, ended_by=""))
    return f"{ended.name} holds back again"


def _undo_merge(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    return undo_merge(tx, deed, now=now)


def _undo_split(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    return undo_split(tx, deed, now=now)


def _undo_feedback(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    said = tx.feedback_on(deed.target)
    if said is None or said.given_at != deed.at:
        raise UsageError(f"another word was given on {deed.target} since, or this one was taken back")
    if deed.before["feedback"] is None:
        tx.take_back_feedback(deed.target)
        return f"nothing is said of {deed.target} any more"
    before = as_kept(Feedback, deed.before["feedback"])
    tx.keep_feedback(before)
    return f"the word on {deed.target} is {before.opinion} again"


def _undo_unsay(tx: Transaction, deed: Deed, by: str, now: datetime) -> str:  # noqa: ARG001
    if tx.feedback_on(deed.target) is not None:
        raise UsageError(f"another word was given on {deed.target} since; nothing is left to take back")
    before = as_kept(Feedback, deed.before["feedback"])
    tx.keep_feedback(before)
    return f"the word on {deed.target} is {before.opinion} again"


_UNDO: dict[str, Callable[[Transaction, Deed, str, datetime], str]] = {
    "ack": _undo_ack, "unack": _undo_unack, "silence": _undo_silence, "end": _undo_end, "merge": _undo_merge,
    "split": _undo_split, "feedback": _undo_feedback, "unsay": _undo_unsay,
}  # fmt: skip
