"""The board "now"."""

from __future__ import annotations

from pathlib import Path

from boards import Board
from ledgers import ASAD, incident_at, put, report_of


def test_an_open_incident_is_on_the_board(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        with board.store.transaction() as tx:
            incident = incident_at(ASAD)
            put(tx, incident, report_of("r1", incident))
        answer = board.get("/")
    assert answer.status_code == 200
    assert "Ain al-Asad" in answer.text
