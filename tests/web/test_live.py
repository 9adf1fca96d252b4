"""The live stream: what it says, that it ends at once, and that it has a limit."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import Board
from ledgers import ASAD, incident_at, put, report_of
from monitor.model.ledger import Change, ChangeReason
from monitor.model.report import Level
from monitor.queries.attention import acknowledge
from monitor.queries.live import standing
from monitor.store.store import Store
from monitor.web import live

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path) as made:
        yield made


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any, str]]:
    name = number = ""
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "id":
            number = value
        elif key == "data":
            yield name, json.loads(value), number
            number = ""


def test_a_change_is_told_with_how_urgent_it_is(board: Board) -> None:
    with board.client.stream("GET", "/live") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["X-Accel-Buffering"] == "no"
        told = events(answer.iter_lines())
        name, state, _ = next(told)
        assert name == "state"
        assert set(state) == {"as_of", "heartbeat", "ok", "problems"}
        with board.store.transaction() as tx:
            incident = incident_at(ASAD)
            put(tx, incident, report_of("r1", incident))
            tx.add_versions([Change(incident_id=incident.id, version=1, at=NOW, reasons=(ChangeReason.FIRST,),
                                    level=Level.FLASH)])  # fmt: skip
        name, data, number = next(told)
    assert name == "changed"
    assert data["incidents"] == 1
    assert data["level"] == "flash"
    assert "incidents" in data["kinds"]
    assert data["stamp"] == number


def test_who_comes_back_is_told_what_was_missed(board: Board) -> None:
    with board.client.stream("GET", "/live", headers={"Last-Event-ID": "none~00000000"}) as answer:
        told = events(answer.iter_lines())
        assert [next(told)[0], next(told)[0]] == ["state", "changed"]
    with board.client.stream("GET", "/live", headers={"Last-Event-ID": "nonsense"}) as answer:
        assert next(events(answer.iter_lines()))[0] == "state"


def test_the_stream_has_a_limit_and_places_come_back(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 2)
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(board.client.stream("GET", "/live"))
            answer = board.get("/live")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        deadline = time.monotonic() + 10
        while board.server._live.listeners and time.monotonic() < deadline:
            time.sleep(0.02)
        assert board.server._live.listeners == 0


def test_fifty_who_follow_along_end_within_three_seconds(tmp_path: Path) -> None:
    limits = httpx.Limits(max_connections=100)
    with Board(tmp_path) as board, ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=board.url(""), timeout=20, limits=limits))
        streams = [stack.enter_context(client.stream("GET", "/live")).iter_lines() for _ in range(50)]
        assert {next(stream) for stream in streams} == {"retry: 3000"}
        assert board.server._live.listeners == 50
        began = time.monotonic()
        board.server.close()
        assert time.monotonic() - began < 3


def test_a_further_publisher_and_a_deed_are_changes(store: Store) -> None:
    seen: list[Mapping[str, str]] = []

    def look() -> None:
        with store.read() as tx:
            seen.append(standing(tx).signs)

    look()
    incident = incident_at(ASAD)
    with store.transaction() as tx:
        put(tx, incident, report_of("r1", incident))
    look()
    assert seen[-1]["incidents"] != seen[-2]["incidents"]  # no version was written
    with store.transaction() as tx:
        acknowledge(tx, incident.id, by="Karim", note="", now=NOW)
    look()
    assert seen[-1]["people"] != seen[-2]["people"]
    assert seen[-1]["incidents"] == seen[-2]["incidents"]
