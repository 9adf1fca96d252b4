"""What is kept in memory between two answers goes once it would be wrong, and never grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from boards import Board
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.model.feed import Feed
from monitor.model.ledger import Change, ChangeReason
from monitor.web import kept
from monitor.web.kept import Drawn, feeds_overview
from monitor.web.pages import ledger

SECOND = timedelta(seconds=1)


def test_pictures_are_drawn_anew_once_something_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    draw = ledger.svg_map
    monkeypatch.setattr(ledger, "svg_map", lambda *given, **more: made.append("") or draw(*given, **more))  # type: ignore[func-returns-value]
    with Board(tmp_path, clock=lambda: NOW) as board:
        with board.store.transaction() as tx:
            incident = incident_at(ASAD)
            put(tx, incident, report_of("r1", incident))
        assert board.get("/incidents").text == board.get("/incidents").text
        assert len(made) == 1, "kept"
        assert "country=IQ" in board.get("/incidents?country=IQ").text
        assert len(made) == 2, "another filter has other links"
        with board.store.transaction() as tx:
            reasons = (ChangeReason.TOLL_UP,)
            tx.add_versions([Change(incident_id=incident.id, version=2, at=NOW, reasons=reasons)])
        board.get("/incidents")
        assert len(made) == 3, "a new version"
        with board.store.transaction() as tx:
            put(tx, replace(incident_at(ERBIL), id="other"))
        assert "Erbil" in board.get("/incidents").text
        assert len(made) == 4, "one more"


def test_what_is_kept_is_bounded_in_number_and_time() -> None:
    drawn, made = Drawn(), []

    def asked(key: int, seconds: float = 0) -> None:
        drawn.of(key, lambda: made.append(key), now=NOW + seconds * SECOND)

    for key in range(kept.MOST_PICTURES + 1):
        asked(key)
    asked(1)
    assert made == list(range(kept.MOST_PICTURES + 1))
    asked(0)
    assert made[-1] == 0, "it was the oldest"
    asked(1, seconds=61)
    assert made[-1] == 1, "it was a minute old"


def test_how_many_feeds_are_doing_is_kept_for_seconds(tmp_path: Path) -> None:
    board = Board(tmp_path, clock=lambda: NOW)
    feeds = [Feed(name=f"F{n}", url=f"https://h{n}.example/feed") for n in range(501)]
    board.configuration = replace(board.configuration, feeds=tuple(feeds))
    with board.store.read() as tx:
        first = feeds_overview(board.site, board.ask("/feeds"), tx)
        assert feeds_overview(board.site, board.ask("/feeds", now=NOW + 9 * SECOND), tx) is first
        assert feeds_overview(board.site, board.ask("/feeds", now=NOW + 10 * SECOND), tx) is not first
    board.store.close()
