"""The feed of alerts, metrics and health."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from pathlib import Path

import feedparser
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families

from boards import Board, told
from monitor.app import utc_now
from monitor.metering import OTHER, Meter, read
from monitor.model.daemon import Heartbeat
from newsroom import Newsroom, Story

ATOM = "{http://www.w3.org/2005/Atom}"
ROOT = Path(__file__).parents[2]


class TestFeed:
    def test_is_valid_and_has_one_entry_a_version(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            told(board, "First")
            told(board, "Toll up", version=2, body="Killed: 3\nSources: Wire")
            answer = board.get("/feed.atom")
            assert answer.headers["content-type"].startswith("application/atom+xml")
            assert "max-age=60" in answer.headers["cache-control"]
            found = feedparser.parse(answer.content)
            assert not found.bozo
            assert [one.title for one in found.entries] == ["Toll up", "First"]
            root = etree.fromstring(answer.content)
            for part in (root, *root.iter(f"{ATOM}entry")):
                for name in ("id", "title", "updated"):
                    assert len(part.findall(f"{ATOM}{name}")) == 1
            ids = [one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")]
            assert len(set(ids)) == 2
            entry = found.entries[0]
            assert entry.content[0].value == "Killed: 3\nSources: Wire"
            assert {one.term for one in entry.tags} == {"urgent", "FIRST"}
            assert {one.rel for one in entry.links} == {"alternate", "related"}
            assert board.get("/feed.atom", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304

    def test_channels_and_repeats_of_one_version_are_one_entry_whose_id_stays(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            told(board, "First", audience="duty:alerts")
            (before,) = feedparser.parse(board.get("/feed.atom").content).entries
            told(board, "For the family", audience="family:family")
            told(board, "First", audience="duty:alerts#1")
            (after,) = feedparser.parse(board.get("/feed.atom").content).entries
            assert (after.id, after.title, after.updated) == (before.id, "First", before.updated)
            told(board, "A sighting", audience="item:x:alerts")  # it tells of an item, not of the version
            assert len(feedparser.parse(board.get("/feed.atom").content).entries) == 2

    def test_pages_and_filters(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            for number in range(60):
                told(board, f"Attack {number}", number=number)
            first = feedparser.parse(board.get("/feed.atom").content)
            following = next(one.href for one in first.feed.links if one.rel == "next")
            rest = feedparser.parse(board.client.get(following).content)
            assert len(first.entries) == 50
            assert len({one.id for one in (*first.entries, *rest.entries)}) == 60
            assert feedparser.parse(board.get("/feed.atom?level=flash").content).entries == []
            assert len(feedparser.parse(board.get("/feed.atom?country=IQ").content).entries) == 50
            assert feedparser.parse(board.get("/feed.atom?place=erbil").content).entries == []
            assert board.get("/feed.atom?levle=flash").status_code == 400


class TestHealth:
    def test_says_ok_while_the_daemon_works_and_why_not_otherwise(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            answer = board.get("/health")
            assert answer.status_code == 503
            assert "the daemon does not run" in answer.text
            assert board.get("/api/v1/health").status_code == 503
            with board.store.transaction() as tx:
                tx.note_daemon(heartbeat=Heartbeat(at=utc_now()))
            answer = board.get("/health")
            assert answer.status_code == 200
            assert answer.text.startswith("ok\n")

    def test_writes_nothing_and_waits_for_nobody(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            board.get("/health")
            other = sqlite3.connect(tmp_path / "board.db", isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            assert board.get("/health").status_code == 503
            assert time.monotonic() - begun < 1
            other.execute("ROLLBACK")
            other.close()
            (tmp_path / "board.db").rename(tmp_path / "away.db")
            answer = board.get("/health")
            assert answer.status_code == 503
            assert "is gone" in answer.text


def metrics_of(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class TestMetrics:
    def test_can_be_read_and_hold_no_secret(self, tmp_path: Path) -> None:
        with Board(tmp_path) as board:
            told(board, "SECRETTITLE")
            text = board.get("/metrics").text
        found = metrics_of(text)
        assert found["basewatch_deliveries_under_way", "state=pending"] == 1
        assert len(found) < 200
        assert "SECRET" not in text

    def test_unknown_words_are_other(self) -> None:
        meter = Meter()
        meter.count("polls", "http 799")
        for number in range(100):
            meter.count("deliveries", "sent", f"channel{number}")
        assert meter.totals["polls"] == {(OTHER,): 1}
        assert len(meter.totals["deliveries"]) == 21

    def test_what_is_kept_is_read_again(self) -> None:
        meter = Meter()
        meter.count("polls", "fetched", by=3)
        meter.measure("poll_duration_seconds", 0.2, 99)
        assert read(json.loads(json.dumps(meter.kept()))) == meter
        later = Meter()
        later.go_on(meter.kept())
        later.count("polls", "fetched")
        assert later.totals["polls"] == {("fetched",): 4}
        for broken in (
            None,
            [],
            {"totals": [1]},
            {"totals": {"polls": [["x"]]}, "spreads": {"poll_duration_seconds": 1}},
        ):
            assert read(broken) == Meter()

    def test_the_numbers_of_a_daemon_are_right_and_go_on(self, tmp_path: Path) -> None:
        def served() -> dict[tuple[str, ...], float]:
            with Board(tmp_path, database_url=f"sqlite:///{tmp_path / 'basewatch.db'}") as board:
                return metrics_of(board.get("/metrics").text)

        with Newsroom(tmp_path) as room:
            room.channels({"alerts": [room.hook.url("alerts")]})
            wire = room.feed("wire", [Story("Sport: lions win")])
            room.start()
            wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
            room.hook.wait_for(1, seconds=40)
            room.stop()
        found = served()
        assert found["basewatch_items_total", "novelty=NEW"] == 1
        assert found["basewatch_items_judged_total", "act=attack", "reason=FIRST"] == 1
        assert found["basewatch_alerts_total", "level=urgent", "reason=FIRST"] == 1
        assert found["basewatch_deliveries_total", "channel=alerts", "outcome=sent"] == 1
        assert found["basewatch_delivery_delay_seconds_count",] == 1
        assert found["basewatch_polls_total", "result=fetched"] >= 2


def served_names() -> set[str]:
    from monitor.metering import SPREADS, TOTALS

    source = (ROOT / "monitor/web/metrics.py").read_text()
    own = {f"basewatch_{name}" for name in re.findall(r'_gauge\(\s*"(\w+)"', source)}
    return own | {f"basewatch_{one}_total" for one in TOTALS} | {f"basewatch_{one}" for one in SPREADS}


def test_dashboard_rules_and_page_name_what_is_served() -> None:
    served = served_names()
    for name in ("deploy/grafana-dashboard.json", "deploy/prometheus-alerts.yaml"):
        text = (ROOT / name).read_text()
        named = {re.sub("_(bucket|count|sum)$", "", one) for one in re.findall(r"\bbasewatch_\w+", text)}
        assert named
        assert named <= served, name
    json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())
    told_of = set(re.findall(r"`(basewatch_\w+)`", (ROOT / "docs/metrics.md").read_text()))
    assert told_of == served
