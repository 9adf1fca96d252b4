"""WebSub with a real hub (Starlette on uvicorn) and a real daemon: what is published is polled at once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import re
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.app import open_app
from monitor.channels.apprise import Channels
from monitor.config.feedsfile import load_feeds
from monitor.config.settings import load_settings
from monitor.configuration import Configuration, snapshot_of
from monitor.daemon import push
from monitor.daemon.callback import CallbackServer, _ShortLived
from monitor.daemon.loop import Daemon
from monitor.feeds.hubs import Signature
from newsroom import Newsroom, Story, rss, shipped_rules

PUBLIC = "https://watch.example/hub"


@dataclass
class Hub:
    """A hub that takes subscriptions, asks whether they are wished, and calls; `local` is where PUBLIC leads."""

    local: str = ""
    port: int = 0
    lease: str = "1000"
    status: int = 202
    asked: list[dict[str, str]] = field(default_factory=list)
    confirmed: dict[str, dict[str, str]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._subscribe, methods=["POST"])])

    async def _subscribe(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.asked.append(form)
        if self.status == 202:
            task = asyncio.create_task(self._verify(form))
            self._tasks.add(task)
        return Response(status_code=self.status)

    def behind(self, callback: str) -> str:
        assert callback.startswith(f"{PUBLIC}/"), callback
        return callback.replace(PUBLIC, self.local)

    async def _verify(self, form: dict[str, str]) -> None:
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "c" * 40,
                 "hub.lease_seconds": self.lease}  # fmt: skip
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{self.behind(form['hub.callback'])}?{urlencode(query)}")
        if answer.status_code == 200 and answer.text == "c" * 40:
            self.confirmed[form["hub.topic"]] = form

    async def publish(self, topic: str, body: bytes = b"<rss>never read</rss>", *, secret: str | None = None) -> int:
        form = self.confirmed[topic]
        made = hmac.new((secret or form["hub.secret"]).encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={made}", "Content-Type": "application/rss+xml"}
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.post(self.behind(form["hub.callback"]), content=body, headers=headers)).status_code


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


@contextlib.asynccontextmanager
async def hub() -> AsyncIterator[Hub]:
    running = Hub()
    listening = socket.create_server(("127.0.0.1", 0))
    running.port = listening.getsockname()[1]
    server = _Quiet(uvicorn.Config(running.app(), log_config=None, lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield running
    server.should_exit = True
    await task


@contextlib.asynccontextmanager
async def daemon(room: Newsroom, of: Hub) -> AsyncIterator[Daemon]:
    """A daemon whose public address leads to its port, as a reverse proxy would lead there."""
    environment = room.environment | {"BASEWATCH_WEBSUB_URL": PUBLIC}
    found = replace(load_settings(environment, room.folder), websub_listen=("127.0.0.1", 0))
    configuration = Configuration(
        feeds=load_feeds(found.config), rules=shipped_rules(), channels=Channels.load(found.channels),
        snapshot=snapshot_of(found),
    )  # fmt: skip
    with open_app(found, configuration=configuration) as app:
        running = Daemon(app)
        task = asyncio.create_task(running.run())
        try:
            await until(lambda: running._push is not None or task.done())
            assert running._push is not None
            of.local = f"http://127.0.0.1:{running._push.server.port}/any/path"
            yield running
        finally:
            running.stop()
            assert await asyncio.wait_for(task, 40) == 0


async def until(condition, *, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def serve(room: Newsroom, of: Hub, *stories: Story, by_header: bool = False) -> str:
    """A feed that names the hub, in its head or in a header."""
    topic = room.server.url("/wire.xml")
    body = rss(stories)
    headers = {"ETag": f'"{len(stories)}"'}
    address = f"http://127.0.0.1:{of.port}/"
    if by_header:
        headers["Link"] = f'<{address}>; rel="hub", <{topic}>; rel="self"'
    else:
        named = f'<atom:link rel="hub" href="{address}"/><atom:link rel="self" href="{topic}"/>'.encode()
        body = body.replace(b"<channel>", b"<channel>" + named).replace(
            b"<rss ", b'<rss xmlns:atom="http://www.w3.org/2005/Atom" '
        )
    room.server.put("/wire.xml", body, headers=headers)
    return topic


@pytest.fixture
def room(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Newsroom(tmp_path, interval="30m") as made:
        made.feed("wire", [Story("Lions win the derby")])
        made.channels({"alerts": [made.hook.url("alerts")]})
        yield made


@pytest.mark.parametrize("by_header", [False, True])
def test_what_is_published_is_polled_within_two_seconds(
    room: Newsroom, caplog: pytest.LogCaptureFixture, by_header: bool
) -> None:
    caplog.set_level("DEBUG", "monitor")
    secrets: list[str] = []
    story = Story("Five soldiers killed in drone attack on US base in Iraq")

    async def work() -> None:
        async with hub() as running:
            topic = serve(room, running, Story("Lions win the derby"), by_header=by_header)
            async with daemon(room, running) as running_daemon:
                await until(lambda: topic in running.confirmed)
                (asked,) = running.asked
                secrets.extend((asked["hub.secret"], asked["hub.callback"].rpartition("/")[2]))
                assert re.fullmatch(PUBLIC + r"/[\w-]{32}", asked["hub.callback"])
                assert len(asked["hub.secret"]) > 40
                polls = room.server.count("/wire.xml")
                serve(room, running, Story("Lions win the derby"), story, by_header=by_header)
                # neither a forged call nor an unknown path makes a poll
                assert await running.publish(topic, secret="another") == 202
                running.confirmed["unknown"] = asked | {"hub.callback": f"{PUBLIC}/{'x' * 32}"}
                assert await running.publish("unknown") == 410
                assert running_daemon._push is not None
                assert running_daemon._push._called == {}
                started = time.monotonic()
                assert await running.publish(topic) == 202
                await until(lambda: room.server.count("/wire.xml") > polls)
                assert time.monotonic() - started < 2
                await until(lambda: "new=1" in caplog.text)
                assert room.server.requests[-1].headers.get("if-none-match") == '"1"'

    asyncio.run(work())
    for secret in secrets:
        assert secret not in caplog.text


def test_a_hub_that_calls_again_and_again_makes_a_poll_each_ten_seconds(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "AGAIN", push.GAP * 10)
    monkeypatch.setattr(push, "GAP", push.GAP / 5)

    async def work() -> None:
        async with hub() as running:
            topic = serve(room, running, Story("Lions win the derby"))
            async with daemon(room, running):
                await until(lambda: topic in running.confirmed)
                polls = room.server.count("/wire.xml")
                end = time.monotonic() + 5
                while time.monotonic() < end:
                    await running.publish(topic)
                assert 2 <= room.server.count("/wire.xml") - polls <= 4

    asyncio.run(work())


def test_a_lease_is_renewed_and_a_refusal_is_no_end(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.feeds.hubs._SHORTEST_LEASE", push.GAP / 10)
    monkeypatch.setattr("monitor.feeds.hubs._FIRST_RETRY", push.GAP / 10)

    async def work() -> None:
        async with hub() as running:
            running.lease, running.status = "1", 500
            topic = serve(room, running, Story("Lions win the derby"))
            async with daemon(room, running):
                await until(lambda: len(running.asked) == 2)  # asked again after the refusal
                running.status = 202
                await until(lambda: topic in running.confirmed)
                before = len(running.asked)
                await until(lambda: len(running.asked) >= before + 2)
                assert len({asked["hub.callback"] for asked in running.asked}) == 1

    asyncio.run(work())
    assert "a hub takes no subscription feed=wire" in caplog.text
    assert "why='http 500'" in caplog.text


def test_a_call_before_the_publisher_has_it_is_not_lost(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "AGAIN", push.GAP / 10)

    async def work() -> None:
        async with hub() as running:
            topic = serve(room, running, Story("Lions win the derby"))
            async with daemon(room, running) as at_work:
                await until(lambda: topic in running.confirmed)
                polls = room.server.count("/wire.xml")
                await running.publish(topic)
                await until(lambda: room.server.count("/wire.xml") == polls + 2)
                # and then it is let be
                assert at_work._push is not None
                await until(lambda: not at_work._polling)
                assert (at_work._push._called, at_work._push._again, at_work._push._by_call) == ({}, set(), set())

    asyncio.run(work())


def test_after_a_start_an_unchanged_document_names_its_hub_again(room: Newsroom) -> None:
    async def work() -> None:
        async with hub() as running:
            topic = serve(room, running, Story("Lions win the derby"))
            async with daemon(room, running):
                await until(lambda: topic in running.confirmed)
            running.confirmed.clear()
            with open_app(load_settings(room.environment, room.folder), configuration=room.configuration()) as app:
                await app.thread.run(lambda tx: tx.hasten(["fetched"], at=app.clock()))
                (state,) = await app.thread.run(lambda tx: tx.feed_states(["wire"]))
                assert state.etag == '"1"'
            async with daemon(room, running):
                await until(lambda: topic in running.confirmed)
                assert room.server.requests[-1].headers.get("if-none-match") is None
            first, second = running.asked
            assert first["hub.callback"] != second["hub.callback"]

    asyncio.run(work())


def test_a_feed_that_names_no_hub_any_more_is_forgotten(room: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with hub() as running:
            topic = serve(room, running, Story("Lions win the derby"))
            async with daemon(room, running) as at_work:
                await until(lambda: topic in running.confirmed)
                room.server.put("/wire.xml", rss([Story("Lions win the derby"), Story("Tigers lose it")]))
                assert await running.publish(topic) == 202
                assert at_work._push is not None
                await until(lambda: at_work._push._by_feed == {})
                assert await running.publish(topic) == 410

    asyncio.run(work())


def test_a_port_that_is_taken_is_said_once_and_polling_goes_on(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            found = load_settings(
                room.environment
                | {"BASEWATCH_WEBSUB_URL": PUBLIC, "BASEWATCH_WEBSUB_LISTEN": f"127.0.0.1:{taken.getsockname()[1]}"},
                room.folder,
            )
            configuration = Configuration(
                feeds=load_feeds(found.config), rules=shipped_rules(), channels=Channels.load(found.channels),
                snapshot=snapshot_of(found),
            )  # fmt: skip
            with open_app(found, configuration=configuration) as app:
                running = Daemon(app)
                task = asyncio.create_task(running.run())
                await until(lambda: room.server.count("/wire.xml") >= 1)
                assert running._push is None
                running.stop()
                assert await asyncio.wait_for(task, 40) == 0

    asyncio.run(work())
    assert caplog.text.count("hubs cannot call, feeds are only polled") == 1


# ------------------------------------------------------------------------------- whoever finds the address


@contextlib.asynccontextmanager
async def listening(called: list[str]) -> AsyncIterator[CallbackServer]:
    server = CallbackServer(
        confirm=lambda token, query: query.get("hub.challenge") if token == "good" else None,
        expected=lambda token, header: Signature("SECRET", header) if token == "good" else None,
        delivered=called.append,
    )
    await server.start("127.0.0.1", 0)
    try:
        yield server
    finally:
        await server.aclose()


def signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature": "sha1=" + hmac.new(b"SECRET", body, hashlib.sha1).hexdigest()}


def test_strangers_get_nothing_and_stop_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ShortLived, "lifetime", 1.0)
    called: list[str] = []

    async def work() -> None:
        async with listening(called) as server, httpx.AsyncClient(trust_env=False) as client:
            base = f"http://127.0.0.1:{server.port}"
            assert (await client.get(f"{base}/x/good?hub.challenge=<b>a%26b")).text == "<b>a&b"
            reply = await client.get(f"{base}/good?hub.challenge=a")
            assert reply.headers["content-type"].startswith("text/plain")
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert (await client.get(f"{base}/bad?hub.challenge=a")).status_code == 404
            assert (await client.get(base)).status_code == 404
            assert (await client.delete(f"{base}/good")).status_code == 405
            assert (await client.post(f"{base}/bad", content=b"x")).status_code == 410
            assert (await client.post(f"{base}/good", content=b"x")).status_code == 202
            assert (await client.post(f"{base}/good", content=b"x", headers={"X-Hub-Signature": "sha1=00"})).is_success
            assert called == []
            large = b"x" * (15 * 1024 * 1024 + 1)
            with contextlib.suppress(httpx.WriteError):
                assert (await client.post(f"{base}/good", content=large, headers=signed(large))).status_code == 413
            assert called == []
            assert (await client.post(f"{base}/good", content=b"ab", headers=signed(b"ab"))).status_code == 202
            assert called == ["good"]

    asyncio.run(work())


@pytest.mark.parametrize(
    "drip",
    [b"", b"POST /good HTTP/1.1\r\nHost: x\r\n", b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\nab",
     b"POST /good HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 100_000, b"\0\xff\0garbage\r\n\r\n"],
    ids=["nothing", "half a head", "half a body", "a long head", "garbage"],
)  # fmt: skip
def test_a_client_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    monkeypatch.setattr(_ShortLived, "lifetime", 0.5)
    called: list[str] = []

    async def work() -> None:
        async with listening(called) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(drip)
            started = time.monotonic()
            with contextlib.suppress(ConnectionError):
                async with asyncio.timeout(5):
                    await reader.read()
            assert time.monotonic() - started < 4
            writer.close()
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(f"http://127.0.0.1:{server.port}/good?hub.challenge=a")).text == "a"

    asyncio.run(work())
    assert called == []


def test_many_open_connections_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ShortLived, "lifetime", 0.7)

    async def work() -> None:
        async with listening([]) as server:
            opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(200)]
            await asyncio.gather(*(reader.read() for reader, _ in opened), return_exceptions=True)
            for _, writer in opened:
                writer.close()
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(f"http://127.0.0.1:{server.port}/good?hub.challenge=a")).text == "a"

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    asyncio.run(work())
