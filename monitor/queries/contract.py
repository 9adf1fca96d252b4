"""`basewatch classify`: JSON lines in, JSON lines out. The contract that outside tools call.

One answer per line, in order, written before the next line is read, so that a program can talk to it line by line.
A line that cannot be read gets an answer too, with its number and what is wrong; the others go on.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from monitor.evaluation import Evaluation, Ledger
from monitor.feeds.parse.dates import read_date
from monitor.model.clock import Clock
from monitor.model.item import Item
from monitor.topics.attacks.topic import RuleSet

#: longer lines are answered with an error and skipped
MAX_LINE = 16 * 1024 * 1024
#: no news is older, and no clock is further ahead
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_TEXTS = ("title", "summary", "body", "url", "source", "lang")


class LineError(ValueError):
    """A line that is not an item; the text says why."""

    def __init__(self, why: str, *, id: Any = None) -> None:
        super().__init__(why)
        self.id = id


@dataclass(frozen=True)
class Asked:
    """An item, and the identity that the asker gave it (text or number), to be handed back as it came."""

    id: Any
    item: Item


def classify_lines(source: BinaryIO, sink: BinaryIO, rules: RuleSet, *, clock: Clock) -> bool:
    """Answers every line of `source` on `sink`; True where all of them could be read."""
    seen = Ledger()
    fine = True
    for number, asked in read_lines(source, clock=clock):
        if isinstance(asked, LineError):
            fine = False
            answer = {"id": asked.id, "line": number, "error": str(asked)}
        else:
            answer = answer_of(asked.id, seen.add(asked.item, rules))
        sink.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        sink.flush()
    return fine


def read_lines(source: BinaryIO, *, clock: Clock) -> Iterator[tuple[int, Asked | LineError]]:
    """Each line that is not empty, with its number: the item that it holds, or why it holds none."""
    number = 0
    while line := source.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while (rest := source.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, LineError(f"the line is longer than {MAX_LINE:,} bytes")
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.strip():
            try:
                yield number, read_item(line, clock=clock)
            except LineError as error:
                yield number, error


def read_item(line: bytes, *, clock: Clock) -> Asked:
    """The item that a line holds; unknown keys are ignored, null is the same as missing."""
    try:
        given = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise LineError("the line is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise LineError(f"the line is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError) as error:
        raise LineError(f"the line is not JSON that can be read: {error}") from None
    if not isinstance(given, dict):
        raise LineError('the line holds no object; write {"id": …, "title": …}')
    id = given.get("id")
    if not isinstance(id, str | int) or isinstance(id, bool):
        raise LineError("the key id is missing" if id is None else "id must be text or a whole number")
    texts = {key: _text(given, key, id) for key in _TEXTS}
    if not any(texts[key].strip() for key in ("title", "summary", "body")):
        raise LineError("the key title is missing or empty", id=id)
    published = _moment(given.get("published"), id)
    now = published or clock()
    item = Item(
        id=str(id), title=texts["title"], summary=texts["summary"], body=texts["body"], url=texts["url"],
        publisher=texts["source"], language=texts["lang"] or None, published=published, first_seen=now,
    )  # fmt: skip
    return Asked(id, item)


def _text(given: dict[str, Any], key: str, id: Any) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LineError(f"{key} must be text", id=id)
    # a lone surrogate is no character; the replacement keeps every offset
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _moment(value: object, id: Any) -> datetime | None:
    """An ISO date-time (UTC where it names no zone) or date; what publishers write instead is read as in a feed."""
    if value is None or value == "":
        return None
    moment = None
    if isinstance(value, str):
        moment = _iso(value.strip()) or read_date(value, now=_LATEST)[0]
    if moment is None or not _EARLIEST <= moment <= _LATEST:
        raise LineError("published must be an ISO date or date-time such as 2026-11-21T09:12:00Z", id=id)
    return moment


def _iso(text: str) -> datetime | None:
    """A date alone is noon UTC, the same day nearly everywhere."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= 10:
            moment = moment.replace(hour=12)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def answer_of(id: Any, evaluation: Evaluation) -> dict[str, Any]:
    """The answer line of the contract."""
    found = evaluation.classification
    facts = found.facts
    incident = evaluation.relation.incident
    return {
        "id": id,
        "act": str(found.act),
        "alert": found.alert,
        "level": str(found.level) if found.level else None,
        "rule": found.rule,
        "reason": found.reason,
        "facts": {
            "places": [{"id": place.id, "name": place.name, "role": str(place.role)} for place in facts.places],
            "weapons": list(facts.weapons),
            "claimed_by": list(facts.claimed_by),
            "attributed_to": list(facts.attributed_to),
            "killed": facts.killed,
            "wounded": facts.wounded,
            "intercepted": facts.intercepted,
            "date": facts.date.isoformat() if facts.date else None,
            "targets": [
                {"place": None if place.is_unplaced else place.id, "kind": place.kind or None, "whose": place.whose}
                for place in facts.targets or ((facts.unplaced,) if facts.unplaced else ())
            ],
        },
        "incident": incident.id if incident else None,
        "evidence": [
            {"field": word.field, "start": word.start, "end": word.end, "text": word.text, "why": word.why}
            for word in found.evidence
        ],
    }
