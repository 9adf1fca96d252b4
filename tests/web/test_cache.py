"""Pages that are handed on: one rendering for many, never anything of one visitor to another, never an old state."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import Board
from ledgers import ASAD, incident_at, put, report_of
from monitor.web import cache, routes
from monitor.web.answers import Answer, page
from monitor.web.asking import Ask, Visitor
from monitor.web.cache import Cache
from monitor.web.pages import now as first_page

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
CSRF = re.compile('name="csrf" value="([^"]*)"')
ASK = Ask(path="/", now=NOW, visitor=Visitor(name="Karim", by="password", may_read=True, may_act=True, csrf="mine"))


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Ask]:
    """Each rendering of the first page; each takes a while."""
    found: list[Ask] = []

    def show(site: Any, ask: Ask) -> Answer:
        found.append(ask)
        time.sleep(0.3)
        return first_page.show(site, ask)

    table = tuple(replace(one, handler=show) if one.pattern == "/" else one for one in routes.ROUTES)
    monkeypatch.setattr("monitor.web.application.ROUTES", table)
    return found


@pytest.fixture
def board(tmp_path: Path, rendered: list[Ask]) -> Iterator[Board]:
    with Board(tmp_path) as made:
        yield made


def following(board: Board, held: list[threading.Event]) -> None:
    """Somebody who listens, in a thread of its own, until the board closes."""
    begun, end = threading.Event(), threading.Event()

    def follow() -> None:
        with httpx.Client(base_url=board.url(""), timeout=20) as client, client.stream("GET", "/live") as answer:
            for line in answer.iter_lines():
                if line.startswith("event: state"):
                    begun.set()
                if end.is_set():
                    return

    threading.Thread(target=follow, daemon=True).start()
    assert begun.wait(10)
    held.append(end)


def test_what_is_handed_on_was_made_of_nothing_that_one_visitor_sent_alone() -> None:
    kept, own = Cache(), replace(ASK, headers={"accept": "x"}, session="s", token="t", asked="/?b=%31")
    assert kept.common(own) == kept.common(ASK)


def test_many_at_once_cost_one_rendering() -> None:
    kept, made = Cache(), list[Ask]()

    async def make(shared: Ask) -> Answer:
        made.append(shared)
        await asyncio.sleep(0)
        return page(kept.mark)

    async def all_at_once() -> list[Answer]:
        asks = [replace(ASK, visitor=replace(ASK.visitor, csrf=f"token {n}")) for n in range(50)]
        return await asyncio.gather(*(kept.answer(ask, "", make) for ask in asks))

    assert [one.body.decode() for one in asyncio.run(all_at_once())] == [f"token {n}" for n in range(50)]
    assert len(made) == 1


def test_many_at_once_cost_few_renderings_of_the_real_board(board: Board, rendered: list[Ask]) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: board.get("/"), range(50)))
    assert {one.status_code for one in answers} == {200}
    # who comes after the first rendering has ended asks anew
    assert len({one.text for one in answers}) <= len(rendered) <= 10


def test_it_is_handed_on_while_the_state_is_the_same(board: Board, rendered: list[Ask]) -> None:
    following(board, [])
    first, second = board.get("/"), board.get("/")
    assert len(rendered) == 1
    assert first.headers["ETag"] == second.headers["ETag"]
    assert board.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    board.get("/", headers={"Cache-Control": "no-cache"})
    assert len(rendered) == 2  # somebody who reloads asks for a new one
    board.get("/?level=urgent")
    board.get("/", headers={"Cookie": "zone=Asia/Baghdad"})
    assert len(rendered) == 4


def test_who_acts_sees_it_at_once(board: Board, rendered: list[Ask]) -> None:
    incident = incident_at(ASAD)
    with board.store.transaction() as tx:
        put(tx, incident, report_of("r1", incident))
    following(board, [])
    path = f"/incidents/{incident.id}"
    before = board.get(path)
    board.get(path)
    token = CSRF.search(before.text)
    assert token is not None
    done = board.client.post(f"{path}/ack", data={"csrf": token[1], "by": "Karim", "note": "seen by the desk"})
    assert done.status_code == 303
    assert "seen by the desk" in board.get(path).text


def test_nobody_sees_name_or_token_of_another(tmp_path: Path, rendered: list[Ask]) -> None:
    def log_in(name: str) -> httpx.Client:
        client = httpx.Client(base_url=board.url(""), timeout=20)
        found = CSRF.search(client.get("/login").text)
        assert found is not None
        answer = client.post("/login", data={"csrf": found[1], "password": "four words of it", "name": name})
        assert answer.status_code == 303
        return client

    with Board(tmp_path, environment={"BASEWATCH_WEB_PASSWORD": "four words of it"}) as board:
        people = [log_in("Karim"), log_in("Leila"), log_in("Karim")]
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda n: (n % 3, people[n % 3].get("/")), range(30)))
        tokens: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
        etags: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
        for who, answer in answers:
            assert answer.status_code == 200
            tokens[who] |= set(CSRF.findall(answer.text))
            etags[who].add(answer.headers["ETag"])
            assert ("Leila" in answer.text) is (who == 1)
            assert ("Karim" in answer.text) is (who != 1)
        assert [len(found) for found in tokens.values()] == [1, 1, 1]
        assert len(set.union(*tokens.values())) == 3
        assert not etags[0] & etags[2]
        for who, client in enumerate(people):  # each token is that of its session
            assert client.post("/logout", data={"csrf": tokens[who].pop()}).status_code == 303
            client.close()


def asked(kept: Cache, ask: Ask, made: list[Ask], answer: Answer, stamp: str = "s") -> Answer:
    async def make(shared: Ask) -> Answer:
        made.append(shared)
        return answer

    return asyncio.run(kept.answer(ask, stamp, make))


def test_what_is_kept_ends_with_time_state_and_deeds() -> None:
    clock = [100.0]
    kept, made = Cache(clock=lambda: clock[0]), list[Ask]()
    for _ in range(2):
        asked(kept, ASK, made, page("x"))
    assert len(made) == 1
    clock[0] += cache.LONGEST + 0.01
    asked(kept, ASK, made, page("x"))
    asked(kept, ASK, made, page("x"), "t")
    assert len(made) == 3
    kept.drop()
    asked(kept, ASK, made, page("x"), "t")
    assert len(made) == 4
    for _ in range(2):  # the state is not known: nothing is kept
        asked(kept, ASK, made, page("x"), "")
    assert len(made) == 6


def test_what_is_made_while_somebody_acts_is_not_kept() -> None:
    kept, made = Cache(), list[Ask]()

    async def make(shared: Ask) -> Answer:
        made.append(shared)
        kept.drop()
        return page("old")

    assert asyncio.run(kept.answer(ASK, "s", make)).body == b"old"
    assert asked(kept, ASK, made, page("new")).body == b"new"


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 100)
    kept, made = Cache(), list[Ask]()
    paths = [f"/{n}" for n in range(20)]
    for path in paths:
        asked(kept, replace(ASK, path=path), made, page("x" * 30))
    asked(kept, replace(ASK, path="/large"), made, page("x" * 101))
    assert len(made) == 21
    asked(kept, replace(ASK, path="/0"), made, page("x" * 30))
    assert len(made) == 22


def test_what_is_one_visitors_own_is_made_for_them_alone() -> None:
    refused, pieces = replace(page("x"), status=404), Answer(pieces=iter([b"x"]))
    for answer in (refused, pieces, Answer(live=True), Answer(headers={"Set-Cookie": "a=b"}), Answer(etag="a")):
        kept, made = Cache(), list[Ask]()
        asked(kept, ASK, made, answer)
        assert made[-1] == ASK


def test_the_handler_sees_only_what_the_key_holds() -> None:
    kept, made = Cache(), list[Ask]()
    mine = replace(ASK, headers={"user-agent": "x"}, session="secret")
    answer = asked(kept, mine, made, page(f"<{kept.mark}>"))
    assert answer.body == b"<mine>"
    assert (made[0].headers, made[0].session, made[0].visitor.csrf) == ({}, "", kept.mark)
    other = replace(ASK, visitor=replace(ASK.visitor, csrf="another"))
    assert asked(kept, other, made, page("")).body == b"<another>"
    for visitor in (replace(ASK.visitor, name="Leila"), replace(ASK.visitor, may_act=False)):
        asked(kept, replace(ASK, visitor=visitor), made, page(""))
    assert len(made) == 3
