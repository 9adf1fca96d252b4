"""The board "now"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser as HTMLParser

from boards import Board
from ledgers import ASAD, ERBIL, incident_at, put, report_of
from monitor.model.attention import Matchers, Silence
from monitor.model.daemon import Heartbeat
from monitor.model.feed import Poll
from monitor.model.incident import Incident
from monitor.model.ledger import Change, ChangeReason, Held, Notification, Told
from monitor.model.report import Level
from monitor.queries.attention import acknowledge
from monitor.store.store import Transaction

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def opened(board: Board, incident: Incident, *, changed: timedelta = timedelta(hours=1), **facts: object) -> None:
    with board.store.transaction() as tx:
        put(tx, incident, report_of(f"r-{incident.id}"[:13], incident, **facts))
        change(tx, incident, at=NOW - changed)


def change(tx: Transaction, incident: Incident, *, at: datetime, version: int = 1, quiet: bool = False) -> None:
    change = Change(
        incident_id=incident.id, version=version, at=at, reasons=(ChangeReason.FIRST,), report="r", quiet=quiet
    )
    tx.add_versions([change])


def notification(incident: Incident, **given: object) -> Notification:
    values = {
        "incident_id": incident.id, "channel": "duty", "version": 1, "reasons": ("FIRST",), "level": Level.URGENT,
        "known": Told(), "alert_id": "a1", "queued_at": NOW, "taken_at": NOW,
    }  # fmt: skip
    return Notification(**{**values, **given})  # type: ignore[arg-type]


def board_at(folder: Path, now: datetime = NOW) -> Board:
    return Board(folder, clock=lambda: now)


def rows(html: str) -> list[str]:
    return [str(row.attributes["data-key"]) for row in HTMLParser(html).css("[data-rows] > li")]


def text(html: str) -> str:
    return " ".join(HTMLParser(html).body.text().split())  # type: ignore[union-attr]


def test_an_open_incident_is_on_the_board(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        opened(board, incident_at(ASAD), killed=3, speaker="Pentagon")
        answer = board.get("/")
    assert answer.status_code == 200
    assert "Ain al-Asad" in answer.text
    told = text(answer.text)
    assert "urgent" in told
    assert "3 killed" in told
    assert "1 publisher, reported by one" in told
    assert "first reported 35 h ago, changed 60 min ago" in told


def test_the_newest_change_comes_first_and_the_more_urgent_of_two_at_once(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        opened(board, incident_at(ASAD), changed=timedelta(hours=2))
        opened(board, incident_at(ERBIL, id="later"), changed=timedelta(hours=1))
        opened(board, incident_at(ERBIL, id="worse", level=Level.FLASH), changed=timedelta(hours=2))
        assert rows(board.get("/").text) == ["later", "worse", "2026-11-23-ain-al-asad"]


def test_what_only_people_changed_does_not_bring_an_old_incident_back(tmp_path: Path) -> None:
    old = incident_at(ASAD, (NOW - timedelta(days=20)).date())
    with board_at(tmp_path) as board:
        with board.store.transaction() as tx:
            put(tx, old, report_of("r1", old))
            change(tx, old, at=NOW - timedelta(hours=1), quiet=True)
        assert rows(board.get("/").text) == []
        with board.store.transaction() as tx:
            change(tx, old, at=NOW - timedelta(hours=1), version=2)
        assert rows(board.get("/").text) == [old.id]


def test_it_says_who_was_told_and_who_is_told_later(tmp_path: Path) -> None:
    incident = incident_at(ASAD)
    held = Held(incident_id=incident.id, channel="desk", why="quiet", since=NOW, level=Level.URGENT)
    with board_at(tmp_path) as board:
        opened(board, incident)
        with board.store.transaction() as tx:
            tx.put_notification(notification(incident))
            tx.put_notification(notification(incident, channel="chat", taken_at=None, failed_at=NOW))
            tx.hold(held)
        told = text(board.get("/").text)
    assert "told duty now" in told
    assert "not reached chat" in told
    assert "held until its quiet hours end desk" in told


def test_who_told_nobody_says_why(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        opened(board, incident_at(ASAD))
        assert "nobody told" in text(board.get("/").text)


def test_filters_stand_in_the_address(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        opened(board, incident_at(ASAD))
        opened(board, replace(incident_at(ERBIL), level=Level.NOTICE, told=True))
        asad, erbil = "2026-11-23-ain-al-asad", "2026-11-23-erbil"
        for query, expected in (
            ("level=urgent", [asad]), ("place=ain-al-asad", [asad]), ("country=Iraq", [erbil, asad]),
            ("country=SY", []),
            ("told=yes", [erbil]), ("told=no", [asad]),
        ):  # fmt: skip
            answer = board.get(f"/?{query}")
            assert answer.status_code == 200, query
            assert sorted(rows(answer.text)) == sorted(expected), query
        assert 'value="ain-al-asad"' in board.get("/?place=ain-al-asad").text


def test_a_wrong_filter_is_said_on_the_page_with_a_hint(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        for query, said in (
            ("level=urgnt", "urgent"), ("place=ain-al-asd", "ain-al-asad"), ("country=Atlantis", ""),
            ("cursor=x", "cursor"),
            ("told=maybe", "yes"), ("lvl=1", "level"), (f"place={'x' * 3000}", "at most"), ("place=%00", "UTF-8"),
            ("level=flash&level=flash", "2 times"),
        ):  # fmt: skip
            answer = board.get(f"/?{query}")
            assert answer.status_code == 400, query
            refusal = HTMLParser(answer.text).css_first(".refusal")
            assert refusal is not None, query
            assert said in refusal.text(), query


def test_pages_hold_fifty_and_lead_on(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        with board.store.transaction() as tx:
            for number in range(120):
                one = incident_at(ASAD, id=f"2026-11-23-{number:03d}")
                put(tx, one, report_of(f"r{number}", one))
                change(tx, one, at=NOW - timedelta(minutes=number // 3))
        seen: list[str] = []
        path = "/"
        while path:
            answer = board.get(path)
            seen += rows(answer.text)
            following = HTMLParser(answer.text).css_first("a[rel=next]")
            path = str(following.attributes["href"]) if following else ""
        assert len(seen) == len(set(seen)) == 120
        assert "50 of 120 shown" in board.get("/").text


def test_a_quiet_board_proves_that_it_works(tmp_path: Path) -> None:
    with board_at(tmp_path) as board:
        with board.store.transaction() as tx:
            tx.sync_feeds(board.configuration.feeds, now=NOW)
            state = replace(tx.feed_state("Harbour Wire"), baseline_at=NOW, last_success_at=NOW - timedelta(minutes=2),
                            last_poll_at=NOW, last_result="fetched")  # fmt: skip
            tx.save_polls([(state, Poll(at=NOW, result="fetched"))])
            tx.state_set("heartbeat", {"at": NOW.isoformat(), "pid": 1, "version": "1"})
        told = text(board.get("/").text)
    assert "No attack reported in the last 24 hours. 1 of 2 feeds answered in the last 10 minutes" in told
    assert "the daemon’s last sign of life now" in told
    assert "oldest data 2 min ago (Harbour Wire)" in told
    assert "Feeds are being learned: 1 of 2." in told


def test_a_daemon_that_is_silent_is_said_to_be(tmp_path: Path) -> None:
    beat = Heartbeat(at=NOW - timedelta(minutes=5), pid=1, version="1")
    with board_at(tmp_path) as board:
        with board.store.transaction() as tx:
            tx.state_set("heartbeat", {"at": beat.at.isoformat(), "pid": 1, "version": "1"})
        told = text(board.get("/").text)
    assert "no sign of life for 300 s; the daemon is gone or stuck" in told


def test_who_took_notice_and_what_is_silenced_is_said(tmp_path: Path) -> None:
    asad, erbil = incident_at(ASAD), incident_at(ERBIL)
    with board_at(tmp_path) as board:
        opened(board, asad)
        opened(board, erbil)
        with board.store.transaction() as tx:
            tx.put_notification(notification(asad))
            acknowledge(tx, asad.id, by="Karim", note="calling the base", now=NOW)
            silence = Silence(matchers=Matchers(incident=erbil.id), starts=NOW, ends=NOW + timedelta(minutes=40),
                              by="Leila", note="known", at=NOW)  # fmt: skip
            tx.add_silence(silence)
        shown = board.get("/").text
        assert rows(board.get("/?acked=yes").text) == [asad.id]
        assert rows(board.get("/?acked=no").text) == [erbil.id]
    assert "acknowledged by Karim now: calling the base" in text(shown)
    assert "silenced S1 by Leila ends in 40 min" in text(shown)
    assert "a silence ends in 40 min: incident 2026-11-23-erbil" in text(shown)
