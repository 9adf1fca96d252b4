"""What a person does about an incident, by the forms of its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from boards import Board
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.model.attention import Deed
from monitor.model.ledger import Notification, Told
from monitor.model.report import Level
from monitor.queries.rulings import merge

ONE, OTHER = "2026-11-23-ain-al-asad", "2026-11-23-erbil"

FORMS = [*(f"/incidents/{ONE}/{word}" for word in ("ack", "unack", "merge", "split")), "/silences"]


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


def done(board: Board, answer: httpx.Response) -> str:
    """The page after a form, and the number of the deed that it tells."""
    assert answer.status_code == 303, answer.text
    return board.get(answer.headers["location"]).text


def undo(board: Board, page: str) -> httpx.Response:
    found = re.search(r'action="(/log/D\d+/undo)"', page)
    assert found is not None
    return post(board, found[1], back="log")


def test_an_incident_is_acknowledged_in_the_list_which_is_then_shown_again(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        fill(board)
        before = board.get("/").text
        answer = post(board, f"/incidents/{ONE}/ack", by="Karim", note="on it", back="now")
        after = board.get("/").text
        elsewhere = post(board, f"/incidents/{OTHER}/ack", back="//evil.example")
    assert before.count(f'action="/incidents/{ONE}/ack"') == 1
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#row-{ONE}")
    assert "Karim" in after
    assert f'action="/incidents/{ONE}/ack"' not in after
    assert elsewhere.status_code == 400


def test_nobody_acknowledges_what_they_have_not_seen(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        fill(board)
        with board.store.read() as tx:
            before = tx.acks([ONE])
        answer = post(board, f"/incidents/{ONE}/ack", by="Karim", seen="7")
        with board.store.read() as tx:
            assert tx.acks([ONE]) == before
        shown = re.search(r'name="seen" value="(\d+)"', answer.text)
        assert shown is not None
        again = post(board, f"/incidents/{ONE}/ack", by="Karim", seen=shown[1])
    assert answer.status_code == 400
    assert "changed while your page was open" in answer.text
    assert again.status_code == 303


def test_what_it_went_into_meanwhile_was_not_seen_either(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        fill(board)
        with board.store.transaction() as tx:
            merge(tx, ONE, OTHER, now=NOW)
            version = tx.incident(ONE).version  # type: ignore[union-attr]
        answer = post(board, f"/incidents/{OTHER}/ack", by="Karim", seen=str(version))
        with board.store.read() as tx:
            assert tx.acks([ONE, OTHER]) == {}
    assert answer.status_code in (301, 400), answer.text
    assert f"went into {ONE}" in answer.text


def test_an_incident_is_acknowledged_by_name_and_it_is_undone(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        page = done(board, post(board, f"/incidents/{ONE}/ack", by="Karim <b>", note="on it <script>alert(1)</script>"))
        with board.store.read() as tx:
            assert tx.notifications([ONE])[(ONE, "duty")].acked_by == "Karim <b>"
            assert tx.acks([ONE])[ONE].note == "on it <script>alert(1)</script>"
        log = board.get("/log").text
        undone = done(board, undo(board, page))
        with board.store.read() as tx:
            assert tx.notifications([ONE])[(ONE, "duty")].acked_at is None
            assert tx.acks([ONE]) == {}
    assert "Karim &lt;b&gt;" in page
    assert "on it &lt;script&gt;" in page
    assert "<script>alert" not in page + log + undone
    assert "Karim &lt;b&gt;" in log
    assert "was taken back" in undone


def test_an_acknowledgement_is_taken_back(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        fill(board)
        done(board, post(board, f"/incidents/{ONE}/ack", note="on it"))
        page = done(board, post(board, f"/incidents/{ONE}/unack"))
        again = post(board, f"/incidents/{ONE}/unack", note="typed <i>")
    assert "by nobody yet" in page
    assert again.status_code == 400
    assert "nothing to take back" in again.text


def test_a_silence_is_looked_at_made_ended_and_undone(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        fields = {"incident": ONE, "for": "1h", "note": "a drill <b>"}
        looked = board.get("/silences", params={**fields, "preview": "yes"})
        assert looked.status_code == 200, looked.text
        assert "Save this silence" in looked.text
        assert "Hits now" in looked.text
        with board.store.read() as tx:
            assert tx.silences() == []
        page = done(board, post(board, "/silences", **fields))
        assert "a drill &lt;b&gt;" in page
        assert "Silenced" in page
        listed = board.get("/silences").text
        assert "a drill &lt;b&gt;" in listed
        ended = done(board, post(board, "/silences/S1/end"))
        with board.store.read() as tx:
            assert tx.silence(1).ended_at is not None
        assert undo(board, ended).status_code == 303
        with board.store.read() as tx:
            assert tx.silence(1).ended_at is None


def test_a_silence_that_is_saved_ends_when_its_preview_said(tmp_path: Path) -> None:
    """A page that stood open over 08:00 makes no silence until the next morning."""
    moments = [NOW.replace(hour=7, minute=50)]
    with Board(tmp_path, clock=lambda: moments[-1]) as board:
        fill(board)
        asked = {"incident": ONE, "for": "08:00", "note": "asleep", "preview": "yes"}
        looked = LexborHTMLParser(board.get("/silences", params=asked).text)
        kept = {str(one.attributes["name"]): one.attributes.get("value") for one in looked.css(".notice input")}
        moments.append(NOW.replace(hour=8, minute=10))
        late = post(board, "/silences", **kept)
        moments.append(NOW.replace(hour=7, minute=55))
        done(board, post(board, "/silences", **kept))
        with board.store.read() as tx:
            (made,) = tx.silences()
    assert (late.status_code, "is over" in late.text) == (400, True)
    assert made.ends == NOW.replace(hour=8)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"for": "1h", "note": "x"}, "say what is to be silenced"),
        ({"incident": ONE, "for": "1h"}, "say why in a note"),
        ({"incident": ONE, "note": "x"}, "say for how long"),
        ({"incident": ONE, "for": "other", "until": "yesterday", "note": "typed &"}, "is no time"),
        ({"incident": ONE, "for": "-1h", "note": "x"}, "is no time"),
        ({"incident": ONE, "for": "99999999d", "note": "x"}, ""),
        ({"incident": "nothing", "for": "1h", "note": "x"}, "there is no incident"),
        ({"rule": "atack-iraq", "for": "1h", "note": "x"}, "attack-iraq"),
        ({"place": "x\u202e<b>", "for": "1h", "note": "x"}, "there is no place"),
        ({"channel": "operator", "for": "1h", "note": "x"}, "cannot be silenced"),
        ({"level": "flash", "for": "1h", "note": "x"}, "nearly everything"),
        ({"publisher": "x" * 499, "for": "1h", "note": "x"}, "at most 100"),
        ({"publisher": "x" * 5000, "for": "1h", "note": "x"}, "at most"),
        ({"incident": ONE, "for": "1h", "note": "x" * 5000}, "at most"),
    ],
)
def test_a_wrong_silence_comes_back_and_makes_nothing(tmp_path: Path, fields: dict[str, str], said: str) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answers = [post(board, "/silences", **fields), board.get("/silences", params={**fields, "preview": "yes"})]
        with board.store.read() as tx:
            assert tx.silences() == []
            assert tx.deeds(limit=5) == []
    for answer in answers:
        assert answer.status_code == 400, answer.text
        assert said in answer.text
        assert "Traceback" not in answer.text
    assert fields.get("note", "")[:5].replace("&", "&amp;") in answers[0].text


@pytest.mark.parametrize(
    "path",
    [
        "/log/D99/undo",
        "/log/x/undo",
        "/silences/S99/end",
        "/silences/%3Cb%3E/end",
        "/log/D99999999999999999999/undo",
    ],
)
def test_what_is_not_there_cannot_be_undone_or_ended(tmp_path: Path, path: str) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answer = post(board, path)
    assert answer.status_code in (400, 404), answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "/log?cursor=x",
        "/log?nope=1",
        "/silences?nope=1",
        "/silences?done=D99x",
        "/log?cursor=99999999999999999999",
        f"/incidents/{ONE}?done=x",
    ],
)
def test_wrong_parameters_are_said(tmp_path: Path, query: str) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answer = board.get(query)
    assert answer.status_code == 400, answer.text


def test_the_log_is_told_page_by_page(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        fill(board)
        with board.store.transaction() as tx:
            for number in range(120):
                tx.add_deed(Deed(at=NOW, by=f"Karim {number}", what="ack", target=ONE, note="<b>seen</b>"))
        pages, path = [], "/log"
        while path:
            pages.append(board.get(path).text)
            found = re.search(r'href="([^"]*)" rel="next"', pages[-1])
            path = found[1] if found else ""
        assert board.get(f"/incidents/{ONE}").status_code == 200
    assert [len(re.findall(r"Karim \d+", page)) for page in pages] == [50, 50, 20]
    assert "<b>seen" not in pages[0]


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
        assert undo(board, page).status_code == 303
        assert board.get(f"/incidents/{OTHER}").status_code == 200
    assert "went into this incident" in page
    assert gone.status_code == 301


def test_reports_are_taken_out(tmp_path: Path, database_url: str) -> None:
    with Board(tmp_path, database_url=database_url) as board:
        fill(board)
        answer = post(board, f"/incidents/{ONE}/split", report="r2")
        assert answer.status_code == 303, answer.text
        page = board.get(answer.headers["location"]).text
        assert "a person took them apart" in page
        with board.store.read() as tx:
            assert [one.id for one in tx.reports_of([ONE])[ONE]] == ["r1"]
        assert undo(board, page).status_code == 303
        with board.store.read() as tx:
            assert len(tx.reports_of([ONE])[ONE]) == 2


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


@pytest.mark.parametrize(
    "path", [f"/incidents/{ONE}/{word}" for word in ("ack", "unack", "merge", "split")] + ["/silences"]
)
@pytest.mark.parametrize("csrf", [None, "", "stale", "x" * 2000])
def test_a_forged_form_changes_nothing(tmp_path: Path, path: str, csrf: str | None) -> None:
    with Board(tmp_path) as board:
        fill(board)
        fields = {"other": OTHER, "report": "r2", "incident": ONE, "for": "1h", "note": "x"} | (
            {} if csrf is None else {"csrf": csrf}
        )
        answer = board.client.post(path, data=fields)
        with board.store.read() as tx:
            assert len(tx.reports_of([ONE])[ONE]) == 2
            assert tx.notifications([ONE])[(ONE, "duty")].acked_at is None
            assert tx.rulings().merged == {}
            assert tx.deeds(limit=5) == []
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["ack", "merge", "split"])
def test_a_form_of_an_incident_that_is_gone_is_a_page(tmp_path: Path, path: str) -> None:
    with Board(tmp_path) as board:
        fill(board)
        answer = post(board, f"/incidents/2020-01-01-gone/{path}", other=OTHER, report="r2")
    assert answer.status_code in (400, 404)
    assert "there is no incident" in answer.text


def test_a_form_that_is_out_of_date_comes_back_with_what_was_typed(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        fill(board)
        stale = {"csrf": "of yesterday", "note": "typed <b>", "other": OTHER, "incident": ONE, "for": "4h"}
        pages = {path: board.client.post(path, data=stale) for path in (f"/incidents/{ONE}/ack", "/silences")}
        mended = board.client.post(f"/incidents/{ONE}/merge", data=stale)
        tried = board.client.post("/try", data={"csrf": "x", "text": "typed <b> headline"})
    for answer in pages.values():
        assert answer.status_code == 403
        assert 'value="typed &lt;b&gt;"' in answer.text
        assert "out of date" in answer.text
    assert f'value="{OTHER}"' in mended.text
    assert "typed &lt;b&gt; headline" in tried.text


def test_what_was_done_with_a_silence_of_it_stands_in_its_line_of_time(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        fill(board)
        done(board, post(board, "/silences", incident=ONE, note="a drill", by="Karim", **{"for": "1h"}))
        done(board, post(board, "/silences/S1/end", by="Lina"))
        page, other = (board.get(f"/incidents/{id}").text for id in (ONE, OTHER))
    line = page[page.index('id="timeline"') : page.index('id="sources"')]
    assert re.search("Lina.*ended S1.*Karim.*made S1", line, re.S)
    assert "S1" not in other
