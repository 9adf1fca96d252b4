"""What users tried, row by row: what is told of each article, and what the ledger shows in the end.

In process with the clock of each step, over real feeds, a webhook and a mail server; the rows stand in
`tests/data/trial/rows.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.alerts.subject import MAX_SUBJECT
from monitor.queries.formats import as_objects
from monitor.queries.ledger import Wanted, ledger
from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROWS: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent.parent / "data/trial/rows.yaml").read_text("utf-8"), yaml.CSafeLoader
)


def moment(text: str) -> datetime:
    """`Tue 07:30` of the week."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute)


class Desk:
    """Publishers that bring one article after another, and the incidents that were told, under short names."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.names: dict[str, str] = {}
        self.feeds: dict[str, PublishedFeed] = {}
        for name in ("wire", "paper", "agency"):
            sport = Story(f"Sport: the cup final goes to extra time ({name})", published=MONDAY - timedelta(days=8))
            self.feeds[name] = room.feed(name, [sport], publisher=name.title())
        room.poll(now=MONDAY - timedelta(days=7))

    def brings(self, step: Mapping[str, Any]) -> None:
        """One article, and what is told of it."""
        before, at = len(self.room.hook.taken), moment(step["at"])
        self.feeds[step["by"]].add(Story(step["title"], step.get("summary", ""), published=at))
        self.room.poll(now=at + timedelta(minutes=1))
        told = self.room.hook.taken[before:]
        found = [dict(incident_lines(message.text)) for message in told]
        assert [lines["reason"] for lines in found] == step["told"], step["title"]
        for message, lines in zip(told, found, strict=True):
            self.is_of(step["of"], lines["incident"])
            assert len(message.title) <= MAX_SUBJECT
            assert all(words in message.title for words in step.get("subject", ())), message.title
            assert all(words in message.text for words in step.get("body", ())), message.text
            assert not any(words in f"{message.title}\n{message.text}" for words in step.get("not", ()))

    def is_of(self, name: str, incident: str) -> None:
        """The incident is the one of this name, and of no other name."""
        known = self.names.setdefault(name, incident)
        assert known == incident
        assert len(set(self.names.values())) == len(self.names), self.names

    def shows(self, expected: Sequence[Mapping[str, Any]]) -> None:
        """The ledger has these rows and no others."""
        store = Store(self.room.environment["BASEWATCH_DATABASE_URL"])
        with store.read() as tx:
            rows = as_objects(ledger(tx, Wanted(since=date(2026, 11, 1))))
        store.close()
        assert len(rows) == len(expected), [row["row"] for row in rows]
        for wanted in expected:
            self.is_of(wanted["of"], self.names.get(wanted["of"]) or rows[0]["id"])
            keys = [key for key in wanted if key != "of"]
            shown = [{key: row[key] for key in keys} for row in rows if row["id"] == self.names[wanted["of"]]]
            assert {key: wanted[key] for key in keys} in shown, shown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['row']}: {row['name']}")
def test_a_row_of_the_trial(tmp_path: Path, row: dict[str, Any]) -> None:
    with Newsroom(tmp_path) as room:
        desk = Desk(room)
        for step in row["steps"]:
            desk.brings(step)
        desk.shows(row["ledger"])
        assert [mail.title for mail in room.mail.taken] == [message.title for message in room.hook.taken]
