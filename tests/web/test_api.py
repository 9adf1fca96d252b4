"""The API: the same objects as the commands give, page by page, with marks, problems and writes behind a token."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

import forked
from boards import Board
from ledgers import ASAD, ERBIL, incident_at, put, report_of
from monitor.app import utc_now
from monitor.model.alert import Alert
from monitor.model.daemon import Heartbeat
from monitor.model.delivery import Address
from monitor.model.feed import Poll
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.report import Level
from monitor.queries.rulings import merge
from monitor.topics.attacks.classifier import classify
from monitor.web.routes import API

TOKEN = {"Authorization": "Bearer write-me-0123456789abcdef"}
WEB = {"BASEWATCH_WEB_TOKEN": "write-me-0123456789abcdef"}


def filled(board: Board, incidents: int = 3) -> None:
    """Feeds, items, incidents and alerts as the daemon leaves them."""
    now = utc_now().replace(microsecond=0)
    with board.store.transaction() as tx:
        tx.sync_feeds(board.configuration.feeds, now=now)
        tx.note_daemon(heartbeat=Heartbeat(at=now))
        for number in range(incidents):
            day = (now - timedelta(days=number + 1)).date()
            incident = incident_at(ERBIL if number % 2 else ASAD, day, version=1)
            put(tx, incident, report_of(f"r{number}", incident, killed=number))
            alert = Alert(
                id=tx.new_id(now), incident_id=incident.id, version=1, reason="FIRST", level=Level.URGENT,
                channels=("alerts",), title=f"Attack {number}", body="It was hit.",
                created_at=now - timedelta(minutes=number),
            )  # fmt: skip
            tx.add_alert(alert, [Address(key="k", channel="alerts", label="json://127.0.0.1:9/")])
        state = tx.feed_state("Harbour Wire")
        tx.save_polls([(state, Poll(at=now, result="fetched", new=5))])
        tx.add_items([stored(board, tx.new_id(now), number, now) for number in range(5)])


def stored(board: Board, id: str, number: int, now: datetime) -> StoredItem:
    item = Item(
        id=id, title=f"Two drones hit Ain al-Asad air base {number}", feed="Harbour Wire", publisher="Harbour Wire",
        url=f"https://wire.example/{number}", first_seen=now - timedelta(minutes=number), published=now, language="en",
    )  # fmt: skip
    return StoredItem(
        item=item, novelty=Novelty.NEW, novelty_reason=NoveltyReason.UNKNOWN,
        classification=classify(item, board.configuration.rules),
    )  # fmt: skip


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path, environment=WEB) as board:
        filled(board)
        yield board


def command(board: Board, *arguments: str, given: bytes = b"") -> Any:
    """What a command answers as JSON, about the same database and files."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("BASEWATCH_", "COV_"))}
    environment |= {
        "BASEWATCH_DATABASE_URL": board.settings.database_url, "BASEWATCH_RULES": str(board.settings.rules),
        "BASEWATCH_CONFIG": str(board.settings.config),
    }  # fmt: skip
    done = forked.run(*arguments, cwd=board.folder, env=environment, given=given)
    return [json.loads(line) for line in done.stdout.splitlines()] if given else json.loads(done.stdout)


def without_moment(value: Any) -> Any:
    """The same without the moment of asking."""
    if isinstance(value, dict):
        return {key: without_moment(part) for key, part in value.items() if key != "as_of"}
    return [without_moment(part) for part in value] if isinstance(value, list) else value


class TestTheSameAsTheCommands:
    def test_the_ledger(self, board: Board) -> None:
        page = board.get("/api/v1/incidents").json()
        assert len(page["incidents"]) == page["total"] == 3
        assert page["next"] is None
        assert datetime.fromisoformat(page["as_of"]).tzinfo is not None
        assert without_moment(page["incidents"]) == without_moment(command(board, "incidents", "--json"))

    def test_with_filters(self, board: Board) -> None:
        for name, value in (("place", "ain-al-asad"), ("country", "IQ"), ("weapon", "rocket"), ("since", "2d"),
                            ("grade", "reported"), ("until", "2d")):  # fmt: skip
            answer = board.get("/api/v1/incidents", params={name: value})
            assert answer.status_code == 200, answer.text
            told = command(board, "incidents", "--json", f"--{name}", value)
            assert without_moment(answer.json()["incidents"]) == without_moment(told), name

    def test_one_incident(self, board: Board) -> None:
        id = board.get("/api/v1/incidents").json()["incidents"][0]["id"]
        shown = board.get(f"/api/v1/incidents/{id}").json()
        assert without_moment(shown) == without_moment(command(board, "incidents", "show", id, "--json"))

    def test_alerts_feeds_and_health(self, board: Board) -> None:
        assert board.get("/api/v1/alerts").json()["alerts"] == command(board, "alerts", "--json")
        told = {row["name"]: row for row in command(board, "feeds", "--json")}
        feeds = board.get("/api/v1/feeds").json()["feeds"]
        assert [row["name"] for row in feeds] == list(told)
        for row in feeds:
            assert row.keys() == told[row["name"]].keys()
            assert {k: v for k, v in row.items() if k != "unread"} == {
                k: v for k, v in told[row["name"]].items() if k != "unread"
            }
        health = board.get("/api/v1/health")
        assert health.json() == command(board, "health", "--json")
        assert health.status_code == 200

    def test_classify_one_and_lines(self, board: Board) -> None:
        items = [{"id": n, "title": f"Two drones hit Ain al-Asad air base, {n} killed"} for n in range(3)]
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in [*items, {"title": "no id"}])
        told = command(board, "classify", given=lines)
        one = board.client.post("/api/v1/classify", content=json.dumps(items[0], indent=1))
        assert one.json() == told[0]
        many = board.client.post("/api/v1/classify", content=lines, headers={"Content-Type": "application/x-ndjson"})
        assert [json.loads(line) for line in many.text.splitlines()] == told
        assert many.headers["content-type"] == "application/x-ndjson"
        assert told[3]["error"] == "the key id is missing"

    def test_classify_writes_nothing(self, board: Board) -> None:
        before = board.get("/api/v1/items").json()["total"]
        board.client.post("/api/v1/classify", json={"id": 1, "title": "Drones hit Ain al-Asad"})
        assert board.get("/api/v1/items").json()["total"] == before


class TestPages:
    @pytest.mark.parametrize("noun", ["incidents", "items", "alerts", "feeds"])
    def test_walked_by_cursor_every_row_comes_once(self, board: Board, noun: str) -> None:
        whole = board.get(f"/api/v1/{noun}").json()[noun]
        address, rows = f"/api/v1/{noun}?limit=1", []
        for _ in range(20):
            answer = board.get(address)
            rows += answer.json()[noun]
            if not answer.json()["next"]:
                assert "link" not in answer.headers
                break
            address = answer.links["next"]["url"]
        assert without_moment(rows) == without_moment(whole)

    def test_items_by_filters(self, board: Board) -> None:
        assert len(board.get("/api/v1/items?act=attack&novelty=NEW&feed=Harbour Wire").json()["items"]) == 5
        assert board.get("/api/v1/items?act=accident").json()["items"] == []


class TestMarks:
    @pytest.mark.parametrize("noun", ["incidents", "items", "alerts", "feeds", "openapi.json"])
    def test_who_has_it_gets_304(self, board: Board, noun: str) -> None:
        first = board.get(f"/api/v1/{noun}")
        again = board.get(f"/api/v1/{noun}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_change_changes_the_mark(self, board: Board) -> None:
        first = board.get("/api/v1/incidents").headers["etag"]
        assert board.get("/api/v1/incidents?limit=2").headers["etag"] != first
        rows = board.get("/api/v1/incidents").json()["incidents"]
        with board.store.transaction() as tx:
            merge(tx, rows[0]["id"], rows[2]["id"], now=utc_now())
        assert board.get("/api/v1/incidents").headers["etag"] != first


class TestProblems:
    @pytest.mark.parametrize(
        ("path", "status", "says"),
        [
            ("/api/v1/incidents?plaec=erbil", 400, "place"),
            ("/api/v1/incidents?limit=0", 400, "between 1 and"),
            ("/api/v1/incidents?limit=100000", 400, "between 1 and"),
            ("/api/v1/incidents?cursor=xyz", 400, "cursor"),
            ("/api/v1/incidents?since=yesterdayish", 400, "12h"),
            ("/api/v1/incidents?since=9999-12-31", 200, ""),
            ("/api/v1/incidents?since=0001-01-01", 200, ""),
            ("/api/v1/incidents?place=nowhere", 400, "place"),
            ("/api/v1/incidents?place=%ff", 400, "UTF-8"),
            ("/api/v1/incidents?weapon=" + "x" * 600, 400, "at most"),
            ("/api/v1/incidents/2026-01-01-nowhere", 404, "no incident"),
            ("/api/v1/items?act=atack", 400, "attack"),
            ("/api/v1/items?feed=%00", 400, "feed"),
            ("/api/v1/nothing", 404, "nothing"),
        ],
    )
    def test_are_said(self, board: Board, path: str, status: int, says: str) -> None:
        answer = board.get(path)
        assert answer.status_code == status, answer.text
        if status != 200:
            problem = answer.json()
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert problem["status"] == status
            assert says in problem["detail"] + problem.get("hint", "")
            assert "Traceback" not in answer.text

    def test_a_merged_incident_leads_to_the_one_that_stands(self, board: Board) -> None:
        rows = board.get("/api/v1/incidents").json()["incidents"]
        kept, gone = rows[0]["id"], rows[2]["id"]
        with board.store.transaction() as tx:
            merge(tx, kept, gone, now=utc_now())
        answer = board.get(f"/api/v1/incidents/{gone}", follow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/api/v1/incidents/{kept}"
        assert board.get(f"/api/v1/incidents/{gone}", follow_redirects=True).json()["id"] == kept

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"", "empty"), (b"[1]", "object"), (b"{", "JSON"), (b"\xff\xfe", "UTF-8"), (b'{"id": 1}', "title"),
            (b'{"id": true, "title": "x"}', "id"), (b'{"id": 1, "title": 5}', "title"), (b"[" * 100_000, "JSON"),
            (b'{"id": 1, "title": "x", "published": "soon"}', "published"),
        ],
    )  # fmt: skip
    def test_of_what_is_posted(self, board: Board, body: bytes, says: str) -> None:
        answer = board.client.post("/api/v1/classify", content=body)
        assert answer.status_code == 400
        assert says in answer.json()["detail"]

    def test_of_too_much(self, board: Board) -> None:
        assert board.client.post("/api/v1/classify", content=b" " * (2 * 1024 * 1024)).status_code == 413
        lines = b'{"id": 1, "title": "x"}\n' * 501
        assert board.client.post("/api/v1/classify", content=lines).status_code == 413


class TestDeeds:
    def post(self, board: Board, what: str, token: bool = True, **body: Any) -> httpx.Response:
        id = board.get("/api/v1/incidents").json()["incidents"][0]["id"]
        return board.client.post(f"/api/v1/incidents/{id}/{what}", json=body, headers=TOKEN if token else {})

    def test_mute_and_ack(self, board: Board) -> None:
        muted = self.post(board, "mute", until="2h", note="drill", by="Karim")
        assert muted.status_code == 200, muted.text
        assert muted.json()["by"] == "Karim"
        assert (
            command(board, "mute", "--list", "--json")[0].items()
            >= {key: muted.json()[key] for key in ("id", "kind", "target", "until", "note", "by", "matchers")}.items()
        )
        acked = self.post(board, "ack", note="seen", by="Karim")
        assert acked.status_code == 200, acked.text
        assert acked.json().keys() == {"incident", "channels"}

    def test_need_the_token(self, board: Board) -> None:
        for what in ("mute", "ack"):
            assert self.post(board, what, token=False, until="2h").status_code in (401, 403)
        assert command(board, "mute", "--list", "--json") == []

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({}, "until"), ({"until": "soon"}, "until"), ({"until": "2h", "ntoe": "x"}, "ntoe"),
            ({"until": 2}, "text"), ({"until": "2h", "note": "x" * 600}, "note"), ({"until": "2h", "by": "\x00"}, ""),
            ({"until": "900d"}, "year"),
        ],
    )  # fmt: skip
    def test_refuse_what_is_wrong(self, board: Board, body: dict[str, Any], says: str) -> None:
        answer = self.post(board, "mute", **body)
        assert answer.status_code == 400, answer.text
        assert says in answer.json()["detail"]
        assert command(board, "mute", "--list", "--json") == []

    def test_of_an_unknown_incident(self, board: Board) -> None:
        answer = board.client.post("/api/v1/incidents/2020-01-01-x/ack", json={}, headers=TOKEN)
        assert answer.status_code == 404


class TestDocument:
    def test_names_every_address_and_no_other(self, board: Board) -> None:
        document = board.get("/api/v1/openapi.json").json()
        told = {(method.upper(), path) for path, one in document["paths"].items() for method in one}
        assert told == {(one.method, one.pattern) for one in API if one.pattern.startswith("/api/")}
        assert document["openapi"].startswith("3.1")
        ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
        assert len(ids) == len(set(ids))

    def test_its_schemas_are_schemas_and_true_of_the_answers(self, board: Board) -> None:
        document = board.get("/api/v1/openapi.json").json()
        for schema in document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        id = board.get("/api/v1/incidents").json()["incidents"][0]["id"]
        for path in document["paths"]:
            if "get" not in document["paths"][path]:
                continue
            answer = board.get(path.replace("{id}", id))
            told = document["paths"][path]["get"]["responses"][str(answer.status_code)]
            schema = told["content"]["application/json"]["schema"]
            whole = {**schema, "components": document["components"]}
            jsonschema.Draft202012Validator(whole).validate(answer.json())

    def test_rows_have_the_keys_that_are_described(self, board: Board) -> None:
        schemas = board.get("/api/v1/openapi.json").json()["components"]["schemas"]
        row = board.get("/api/v1/incidents").json()["incidents"][0]
        assert row.keys() == schemas["LedgerRow"]["properties"].keys()
        shown = board.get(f"/api/v1/incidents/{row['id']}").json()
        assert shown.keys() == schemas["Incident"]["properties"].keys()
        alert = board.get("/api/v1/alerts").json()["alerts"][0]
        assert alert.keys() == schemas["AlertWithDeliveries"]["properties"].keys()


def test_whatever_is_asked_the_answer_is_a_described_one(tmp_path: Path) -> None:
    """Schemathesis asks everything that the document allows, and much that it does not."""
    with Board(tmp_path, environment=WEB) as board:
        filled(board)
        schema = schemathesis.openapi.from_url(board.url("/api/v1/openapi.json"))
        for result in schema.get_all_operations():
            _ask_all(result.ok(), board)


def _ask_all(operation: Any, board: Board) -> None:
    @settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(base_url=board.url(""), headers=TOKEN)
        assert answer.status_code < 500 or "/health" in case.path, answer.text
        told = operation.responses
        assert told.find_by_status_code(answer.status_code) is not None, (case.path, answer.status_code)

    ask()


def test_every_line_of_the_page_works(board: Board) -> None:
    """The curl lines of docs/api.md, against this board."""
    page = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
    id = board.get("/api/v1/incidents").json()["incidents"][0]["id"]
    lines = [line for line in page.splitlines() if line.startswith("curl ")]
    assert len(lines) >= 12
    for line in lines:
        ours = line.replace("http://127.0.0.1:8470", board.url("")).replace("/ID", f"/{id}")
        ours = ours.replace("curl -s", "curl -s --fail-with-body").replace("$TOKEN", WEB["BASEWATCH_WEB_TOKEN"])
        done = subprocess.run(["sh", "-c", ours], capture_output=True, timeout=30, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
