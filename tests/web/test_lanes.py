"""Threads that answer: what hangs, ends or floods one lane is felt in no other, and whoever waits is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, current_thread
from typing import Any

import httpx
import pytest

from boards import Board
from monitor.errors import StoreError
from monitor.web import application, lanes, questions
from monitor.web.answers import Answer
from monitor.web.asking import Refusal
from monitor.web.lanes import Lane
from monitor.web.pages import silences
from monitor.web.questions import Questions
from monitor.web.routes import ROUTES
from serving import wait_for

WATCHED = ("/health", "/metrics", "/api/v1/health")


@contextmanager
def board_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, handlers: dict[str, Callable[..., Answer]], **environment: str
) -> Iterator[Board]:
    """A board on which these addresses are answered by these functions."""
    routes = [replace(one, handler=handlers.get(f"{one.method} {one.pattern}", one.handler)) for one in ROUTES]
    monkeypatch.setattr(application, "ROUTES", routes)
    with Board(folder, environment=environment) as board:
        yield board


def test_what_programs_watch_answers_while_every_page_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def hangs(*_: Any) -> Answer:
        over.wait(30)
        return Answer()

    busy = dict.fromkeys(("GET /log", "POST /silences", "POST /api/v1/classify"), hangs)
    with board_with(tmp_path, monkeypatch, busy) as board, ThreadPoolExecutor(20) as pool:
        try:
            pages = [pool.submit(httpx.get, board.url(f"/log?{n}"), timeout=40) for n in range(10)]
            texts = [pool.submit(httpx.post, board.url("/api/v1/classify"), timeout=40) for _ in range(3)]
            for path in WATCHED * 3:
                begun = time.monotonic()
                assert board.get(path).status_code in (200, 503), path
                assert time.monotonic() - begun < 3, path
        finally:
            over.set()
        assert {one.result().status_code for one in (*pages, *texts)} == {200}


def test_what_a_person_does_and_long_texts_hold_up_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over, begun = Event(), 0

    def hangs(*_: Any) -> Answer:
        nonlocal begun
        begun += 1
        over.wait(30)
        return Answer()

    busy = dict.fromkeys(("POST /api/v1/incidents/{id}/ack", "POST /api/v1/classify"), hangs)
    token = "t" * 40
    known = {"Authorization": f"Bearer {token}"}
    with (
        board_with(tmp_path, monkeypatch, busy, BASEWATCH_WEB_TOKEN=token) as board,
        ThreadPoolExecutor(20) as pool,
    ):
        try:
            sent = [
                pool.submit(httpx.post, board.url(path), json={}, headers=known, timeout=40)
                for path in ("/api/v1/incidents/x/ack", "/api/v1/classify") * 5
            ]
            wait_for(lambda: begun == 2)
            assert board.get("/").status_code == board.get("/incidents").status_code == 200
            assert not any(one.done() for one in sent)
        finally:
            over.set()
        assert {one.result().status_code for one in sent} == {200}


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError, RecursionError, StopIteration])
def test_whatever_a_page_raises_ends_that_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    def raises(*_: Any) -> Answer:
        raise error

    def pieces(*_: Any) -> Answer:
        def broken() -> Iterator[bytes]:
            yield b"begun"
            raise error

        return Answer(pieces=broken())

    with board_with(tmp_path, monkeypatch, {"GET /log": raises, "GET /incidents.{form}": pieces}) as board:
        refused = board.get("/log")
        assert refused.status_code == 500
        assert "a bug of its own" in refused.text
        assert board.get("/api/v1/health").status_code == 503, "no daemon runs"
        if error is not StopIteration:  # Python makes a RuntimeError of it
            with pytest.raises(httpx.RemoteProtocolError):
                board.get("/incidents.csv")
        assert board.get("/").status_code == 200
        assert board.server.alive
    assert "a bug in the board reference=" in caplog.text


def test_too_many_and_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_WAITING", 1)
    monkeypatch.setattr(lanes, "PATIENCE", 0.2)
    over, lane = Event(), Lane("test", 1)

    async def asked() -> None:
        hanging, waiting = (asyncio.create_task(lane.run(over.wait, 30)) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(Refusal, match="too much is asked"):
            await lane.run(over.wait)
        for one in (hanging, waiting):
            with pytest.raises(Refusal, match="no answer within"):
                await one
        over.set()
        assert await lane.run(lambda: "free again") == "free again"
        with pytest.raises(TimeoutError, match="its own"):
            await lane.run(_late)

    asyncio.run(asked())
    lane.close()
    with pytest.raises(RuntimeError):
        lane.submit(over.wait)


def test_a_thread_that_cannot_be_begun_fills_no_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = Lane("test", 1)
    with monkeypatch.context() as full:
        full.setattr(lanes.Thread, "start", lambda _: _no_thread())
        for _ in range(lanes.MOST_WAITING + 2):
            with pytest.raises(RuntimeError, match="new thread"):
                lane.submit(lambda: 1)
    assert asyncio.run(lane.run(lambda: "free again")) == "free again"
    lane.close()


def _no_thread() -> None:
    raise RuntimeError("can't start new thread")


def _late() -> None:
    raise TimeoutError("its own")


def test_however_many_ask_a_database_that_hangs_each_is_told_in_time() -> None:
    asked, over, begun = Questions(), Event(), time.monotonic()
    for _ in range(20):
        with pytest.raises(TimeoutError):
            asked.answer("health", lambda: over.wait(30), seconds=0.2)
    assert time.monotonic() - begun < 2
    assert asked.answer("another", lambda: 1) == 1
    over.set()


def test_whoever_asks_while_others_do_waits_as_long_as_they_meant_to() -> None:
    asked, over = Questions(), Event()
    with ThreadPoolExecutor(2) as pool:
        patient = pool.submit(asked.answer, "feeds", lambda: over.wait(30), seconds=30)
        while "feeds" not in asked._asked:
            time.sleep(0.01)
        with pytest.raises(TimeoutError):
            pool.submit(asked.answer, "feeds", over.wait, seconds=0.1).result(5)
        over.set()
        assert patient.result(5)
        over.clear()
        with pytest.raises(TimeoutError):
            asked.answer("metrics", lambda: over.wait(30), seconds=0.01)
        patient = pool.submit(asked.answer, "metrics", over.wait, seconds=30)
        time.sleep(0.1)
        over.set()
        assert patient.result(5)


def test_its_threads_end_with_whoever_asks() -> None:
    asked = Questions()
    thread = asked.answer("name", current_thread)
    del asked
    thread.join(10)
    assert not thread.is_alive()


def test_how_feeds_are_doing_is_kept_of_many_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Board(tmp_path) as board:
        with board.store.transaction() as tx:
            tx.sync_feeds(board.configuration.feeds, now=board.clock())
        asked, now = Questions(), board.clock()
        assert asked.details(board.site, now) is not asked.details(board.site, now)
        monkeypatch.setattr(questions, "_MANY", 1)
        kept = asked.details(board.site, now)
        assert kept.doing == {"quiet": 2}
        assert asked.details(board.site, now + questions.DETAILS_FOR) is kept
        assert asked.details(board.site, now + questions.DETAILS_LONGEST) is kept, "told while it is looked anew"
        assert asked.details(board.site, now + 2 * questions.DETAILS_LONGEST) is not kept


@pytest.mark.parametrize("path", WATCHED)
def test_a_database_that_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise StoreError("the disk is on fire")

    with Board(tmp_path) as board:
        monkeypatch.setattr(type(board.store), "read", gone)
        answer = board.get(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "the disk is on fire" in answer.text


def test_a_page_says_that_the_database_is_gone_and_blames_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise StoreError("the disk is on fire")

    needless = {"/static/{name}", "/login", "/live", "/try/learn/{item}", "/api/v1/openapi.json", "/try"}
    paths = {one.pattern for one in ROUTES if one.method == "GET"} - needless - set(WATCHED)
    with Board(tmp_path) as board:
        monkeypatch.setattr(type(board.store), "read", gone)
        for path in sorted(paths | {"/try?text=Drones+hit+the+base", "/silences?preview=yes&for=1h&note=x"}):
            asked = path.replace("/rules/{id}", "/rules/attack-iraq").replace("{form}", "csv").replace("{id}", "x")
            answer = board.get(asked.replace("{name:path}", "Harbour%20Wire"))
            assert answer.status_code == 503, path
            assert answer.headers["retry-after"] == "10", path
            assert "the database cannot be used now" in answer.text, path
            assert "on fire" in answer.text, path
        # what was typed is there to be sent again
        monkeypatch.undo()
        monkeypatch.setattr(type(board.store), "transaction", gone)
        back = silences.make(board.site, board.with_form(board.ask("/silences"), note="the exercise"))
        assert back.status == 503
        assert "on fire" in back.body.decode()
        assert "the exercise" in back.body.decode()
