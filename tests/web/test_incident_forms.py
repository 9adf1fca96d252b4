"""What a person does about an incident, by the forms of its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import Board
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.model.ledger import Notification, Told
from monitor.model.report import Level

ONE, OTHER = "2026-11-23-ain-al-asad", "2026-11-23-erbil"


def fill(board: Board) -> None:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    with board.store.transaction() as tx:
        put(tx, one, report_of("r1", one), report_of("r2", one, hours=1, publisher="Gazette"))
        put(tx, other, report_of("e1", other))
        tx.put_notification(
            Notification(
                incident_id=ONE,
                channel="duty",
                version=1,
                reasons=("FIRST",),
                level=Level.FLASH,
                known=Told(),
                alert_id="a1",
                queued_at=NOW,
            )
        )


def post(board: Board, path: str, **fields: Any) -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', board.get(f"/incidents/{ONE}/mend").text)
    assert found is not None
    return board.client.post(path, data={"csrf": found[1], **fields}, headers={"Origin": board.url("").rstrip("/")})


def test_an_incident_is_acknowledged_once_by_name(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        answer = post(board, f"/incidents/{ONE}/ack", by="Karim <b>")
        assert answer.status_code == 303, answer.text
        page = board.get(answer.headers["location"]).text
        again = post(board, f"/incidents/{ONE}/ack", by="Omar <i>")
        with board.store.read() as tx:
            told = tx.notifications([ONE])[(ONE, "duty")]
    assert told.acked_by == "Karim <b>"
    assert "Karim &lt;b&gt;" in page
    assert again.status_code == 400
    assert "nothing to acknowledge" in again.text
    assert 'value="Omar &lt;i&gt;"' in again.text


def test_two_are_shown_and_then_merged(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        shown = board.get(f"/incidents/{ONE}/mend?with=erbil-1123").text
        assert "Merge the two" in shown
        assert OTHER in shown
        answer = post(board, f"/incidents/{ONE}/merge", other=OTHER)
        assert answer.status_code == 303, answer.text
        page = board.get(answer.headers["location"]).text
        gone = board.get(f"/incidents/{OTHER}")
    assert "went into this incident" in page
    assert gone.status_code == 301


def test_reports_are_taken_out(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        answer = post(board, f"/incidents/{ONE}/split", report="r2")
        assert answer.status_code == 303, answer.text
        assert "Title of r2" in board.get(answer.headers["location"]).text
        assert "a person took them apart" in board.get(f"/incidents/{ONE}").text


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("merge", {"other": "nothing"}, "there is no incident"),
        ("merge", {"other": ONE}, "itself"),
        ("merge", {}, "name the other"),
        ("merge", {"other": "x" * 600}, "at most"),
        ("merge", {"other": OTHER, "keep": "both"}, "known"),
        ("split", {}, "tick the reports"),
        ("split", {"report": ["r1", "r2"]}, "at least one must stay"),
        ("split", {"report": "nothing <b>"}, "has no report"),
        ("ack", {"by": "x" * 200}, "at most 100"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_comes_back(
    tmp_path: Path, path: str, fields: dict[str, Any], said: str
) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answer = post(board, f"/incidents/{ONE}/{path}", **fields)
        assert answer.status_code == 400, answer.text
        assert said in answer.text
        assert "Nothing was done" in answer.text
        with board.store.read() as tx:
            assert len(tx.reports_of([ONE])[ONE]) == 2
            assert tx.rulings().merged == {}


@pytest.mark.parametrize("path", ["ack", "merge", "split"])
@pytest.mark.parametrize("csrf", [None, "", "stale", "x" * 2000])
def test_a_forged_form_changes_nothing(tmp_path: Path, path: str, csrf: str | None) -> None:
    with Board(tmp_path) as board:
        fill(board)
        fields = {"other": OTHER, "report": "r2"} | ({} if csrf is None else {"csrf": csrf})
        answer = board.client.post(f"/incidents/{ONE}/{path}", data=fields)
        with board.store.read() as tx:
            assert len(tx.reports_of([ONE])[ONE]) == 2
            assert tx.notifications([ONE])[(ONE, "duty")].acked_at is None
            assert tx.rulings().merged == {}
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["ack", "merge", "split"])
def test_a_form_of_an_incident_that_is_gone_is_a_page(tmp_path: Path, path: str) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answer = post(board, f"/incidents/2020-01-01-gone/{path}", other=OTHER, report="r2")
    assert answer.status_code in (400, 404)
    assert "there is no incident" in answer.text
