"""The try-out: by GET and POST, of pasted texts and of stored items, and what is said of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from boards import Board
from hostiletexts import stored
from ledgers import ASAD, NOW, incident_at, put, report_of

HEADLINE = "Two drones hit Ain al-Asad air base in western Iraq"


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(board: Board, path: str, **fields: Any) -> httpx.Response:
    csrf = token(board.get("/try").text)
    return board.client.post(path, data={"csrf": csrf, **fields}, headers={"Origin": board.url("").rstrip("/")})


def test_a_headline_is_judged_and_explained(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        answer = board.get(f"/try?text={quote(HEADLINE)}")
    assert answer.status_code == 200, answer.text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))
    assert "alerts: first report of the incident" in text
    assert re.search(r"<mark[^>]*>drones</mark>", answer.text)
    assert "Rules that take it" in text
    assert "alerts: now" in text or "duty: now" in text, text[text.index("Who would be told") :][:300]


def test_a_quiet_one_says_which_condition_failed(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        text = board.get(f"/try?text={quote('US jets from Al Udeid strike militia in Yemen')}").text
    assert "stays quiet" in text
    assert "which condition failed" in text
    assert "as an example that is tested from then on" in text


def test_nothing_of_it_is_stored(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        assert post(board, "/try", text=HEADLINE, summary="More of it. " * 500).status_code == 200
        with board.store.read() as tx:
            assert tx.items(NOW.replace(year=2020)) == []
            assert tx.incidents(NOW.replace(year=2020).date()) == []


@pytest.mark.parametrize("size", [5_000, 900_000, 1_100_000])
def test_what_is_too_long_is_refused_in_a_sentence(tmp_path: Path, size: int) -> None:
    with Board(tmp_path) as board:
        answer = post(board, "/try", text="a " * (size // 2))
    assert answer.status_code == 413
    assert "at most" in answer.text


@pytest.mark.parametrize(
    "query", ["text=a&text=b", "what=x", "language=xx", f"text={'x' * 501}", "text=%00", "text=%ff"]
)
def test_wrong_parameters_are_said(tmp_path: Path, query: str) -> None:
    with Board(tmp_path) as board:
        answer = board.get(f"/try?{query}")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_link_that_no_feed_brought_is_not_fetched(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        answer = board.get("/try?text=http://127.0.0.1:9/x")
    assert answer.status_code == 400
    assert "paste the headline" in answer.text


def test_what_is_said_of_a_stored_item_is_kept_and_a_forged_form_is_not(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        incident = incident_at(ASAD)
        with board.store.transaction() as tx:
            tx.sync_feeds(board.configuration.feeds, now=NOW)
            put(tx, incident, report_of("0000000000001", incident))
            tx.add_items([stored("0000000000001", HEADLINE, "en", 4, 10, incident.id)])
        page = board.get("/try?text=0000000000001")
        assert page.status_code == 200, page.text
        assert "Keep it as an example" in page.text
        fields = {"item": "0000000000001", "opinion": "wrong", "killed": "2", "note": "two <b>died</b>"}
        assert board.client.post("/try/said", data=fields).status_code == 403
        assert board.client.post("/try/said", data={**fields, "csrf": "x"}).status_code == 403
        with board.store.read() as tx:
            assert tx.feedback() == []
        wrong = post(board, "/try/said", item="0000000000001", opinion="wrong", killed="many", note="my note")
        assert wrong.status_code == 400
        assert "my note" in wrong.text
        answer = post(board, "/try/said", **fields)
        assert answer.status_code == 303, answer.text
        after = board.get(answer.headers["location"])
        with board.store.read() as tx:
            (kept,) = tx.feedback()
    assert (str(kept.opinion), kept.note, [str(one) for one in kept.corrections]) == (
        "wrong",
        "two <b>died</b>",
        ["killed 2"],
    )
    assert "its killed is 2" in after.text
    assert "Propose a line" in after.text


def test_a_line_is_proposed_by_a_process_of_its_own(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        with board.store.transaction() as tx:
            tx.sync_feeds(board.configuration.feeds, now=NOW)
            tx.add_items([stored("0000000000002", HEADLINE, "en", 4, 10, None)])  # type: ignore[arg-type]
        assert post(board, "/try/said", item="0000000000002", opinion="missed").status_code == 303
        begun = post(board, "/try/learn", item="0000000000002")
        assert begun.status_code == 303
        for _ in range(200):
            page = board.get(begun.headers["location"])
            assert page.status_code == 200
            if "refresh" not in page.headers:
                break
            __import__("time").sleep(0.2)
    assert "The rules do what was said already" in page.text, page.text
