"""The page of one incident."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from boards import Board
from hostiletexts import stored
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.model.ledger import Change, ChangeReason, Detail
from monitor.model.report import Link


def test_a_page_tells_of_the_incident(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        incident = incident_at(ASAD)
        copies = [
            replace(report_of(f"c{n}", incident, hours=n, publisher=f"Paper{n}"), origin="AP") for n in range(1, 6)
        ]
        gone = replace(report_of("w1", incident, hours=7, publisher="Herald"), retracted=("*",), retracted_at=NOW)
        with board.store.transaction() as tx:
            put(
                tx,
                incident,
                report_of("r1", incident, killed=3),
                report_of("r2", incident, hours=2, publisher="Gazette", killed=4, speaker="Pentagon"),
                *copies,
                gone,
            )
            detail = Detail(reason=ChangeReason.TOLL_UP, field="killed", before="0", after="3", by="Pentagon")
            tx.add_versions(
                [
                    Change(
                        incident_id=incident.id,
                        version=2,
                        at=NOW,
                        reasons=(ChangeReason.TOLL_UP,),
                        details=(detail,),
                        report="r2",
                    )
                ]
            )
            put(tx, incident_at(ERBIL))
        answer = board.get(f"/incidents/{incident.id}")
    assert answer.status_code == 200, answer.text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))
    assert "2026-11-23, the local date there" in text
    assert "0 → 3, says Pentagon" in text
    assert "and 4 copies" in text
    assert "withdrawn" in text
    assert "another place" in text
    assert 'href="https://wire.example/r1"' in answer.text


def test_an_id_that_went_into_another_leads_there(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        one, gone = incident_at(ASAD), incident_at(ERBIL)
        with board.store.transaction() as tx:
            put(tx, one, report_of("r1", one))
            put(tx, replace(gone, merged_into=one.id))
        answer = board.get(f"/incidents/{gone.id}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"/incidents/{one.id}?from={gone.id}")
        followed = board.get(answer.headers["location"])
    assert "went into this incident" in followed.text


@pytest.mark.parametrize(
    "id", ["nothing", "asad-1123", "x" * 3000, "%00", "a%2fb", "..%2f..", "%ff%fe", "<script>", "2026-11-23-ain-al-asa"]
)
def test_an_unknown_id_is_a_page_that_says_so(tmp_path: Path, id: str) -> None:
    with Board(tmp_path) as board:
        with board.store.transaction() as tx:
            put(tx, incident_at(ASAD))
        answer = board.get(f"/incidents/{id}")
    assert answer.status_code in (400, 404), answer.text
    assert "Traceback" not in answer.text
    assert "<script>alert" not in answer.text
    if id == "asad-1123":
        assert "2026-11-23-ain-al-asad" in answer.text


@pytest.mark.parametrize(
    "query", ["timeline=0", "sources=-1", "timeline=x", "sources=9999999999999", "nope=1", "timeline=1&timeline=2"]
)
def test_a_wrong_parameter_is_refused_in_words(tmp_path: Path, query: str) -> None:
    with Board(tmp_path) as board:
        with board.store.transaction() as tx:
            put(tx, incident_at(ASAD))
        answer = board.get(f"/incidents/2026-11-23-ain-al-asad?{query}")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("language", "title", "word"),
    [
        ("ar", "🚨 هجوم بطائرات مسيّرةٍ على قاعدة عين الأسد", "مسيّرةٍ"),
        ("he", "רחפנים פגעו בבסיס", "רחפנים"),
        ("en", "Cafe\u0301 👩🏽‍🚒 drones hit Ain al-Asad; no drones elsewhere", "drones"),
    ],
)
def test_evidence_is_marked_by_its_place_in_the_text(tmp_path: Path, language: str, title: str, word: str) -> None:
    with Board(tmp_path) as board:
        incident = incident_at(ASAD)
        with board.store.transaction() as tx:
            tx.sync_feeds(board.configuration.feeds, now=NOW)
            put(tx, incident, report_of("0000000000001", incident))
            start = title.index(word)
            tx.add_items([stored("0000000000001", title, language, start, start + len(word), incident.id)])
        page = board.get(f"/incidents/{incident.id}").text
    quote = re.search(r"<blockquote ([^>]*)>(.*?)</blockquote>", page, re.S)
    assert quote is not None
    assert 'dir="auto"' in quote[1]
    assert f'lang="{language}"' in quote[1]
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", quote[2]) == [word]
    assert re.sub(r"<[^>]+>", "", quote[2]) == title


def test_a_page_of_many_reports_and_versions_is_small_and_quick(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        incident = incident_at(ASAD)
        reports = [
            replace(
                report_of(f"r{n:03}", incident, hours=n % 48, publisher=f"Paper {n}", killed=n % 7),
                quote="Drones hit it. " * 30,
            )
            for n in range(200)
        ]
        with board.store.transaction() as tx:
            put(tx, incident, *reports)
            tx.add_versions(
                [
                    Change(
                        incident_id=incident.id,
                        version=n + 1,
                        at=NOW + timedelta(minutes=n),
                        reasons=(ChangeReason.TOLL_UP,),
                        report=f"r{n:03}",
                        details=(
                            Detail(
                                reason=ChangeReason.TOLL_UP,
                                field="killed",
                                before=str(n),
                                after=str(n + 1),
                                by="Pentagon",
                            ),
                        ),
                    )
                    for n in range(60)
                ]
            )
        board.get(f"/incidents/{incident.id}")
        begun = time.perf_counter()
        answer = board.get(f"/incidents/{incident.id}")
        took = time.perf_counter() - begun
        older = board.get(f"/incidents/{incident.id}?timeline=6&sources=10")
    assert answer.status_code == older.status_code == 200
    print(f"{len(answer.content):,} bytes in {took * 1000:.0f} ms")
    assert len(answer.content) < 200_000
    assert took < 2
    assert "Version 60<" in answer.text
    assert "Version 1<" in older.text
    assert Link.REPORT
