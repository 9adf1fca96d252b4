"""The page of one incident."""

from __future__ import annotations

from pathlib import Path

from boards import Board
from ledgers import ASAD, incident_at, put, report_of


def test_a_page_tells_of_the_incident(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        incident = incident_at(ASAD)
        with board.store.transaction() as tx:
            put(
                tx,
                incident,
                report_of("r1", incident, killed=3),
                report_of("r2", incident, hours=2, publisher="Gazette", killed=4),
            )
        answer = board.get(f"/incidents/{incident.id}")
    assert answer.status_code == 200, answer.text
    assert "Ain al-Asad" in answer.text
    Path("/tmp/g/incident.html").write_text(answer.text)
