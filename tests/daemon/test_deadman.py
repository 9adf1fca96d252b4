"""The ping to a dead-man's switch, on a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.app import open_app
from monitor.config.settings import load_settings
from monitor.daemon.deadman import DeadMansSwitch
from monitor.errors import ConfigError
from newsroom import Newsroom, Story
from serving import FeedServer


def pinged(room: Newsroom, url: str, answers: list[int], server: FeedServer) -> None:
    settings = load_settings(room.environment | {"BASEWATCH_PING_URL": url}, room.folder)
    with open_app(settings, configuration=room.configuration()) as app:
        switch = DeadMansSwitch(app)
        for status in answers:
            server.put("/secret-id", b"OK", status=status)
            asyncio.run(switch.ping())


def test_a_failing_ping_is_said_once_and_disturbs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "monitor.daemon.deadman")
    with Newsroom(tmp_path) as room, FeedServer() as server:
        room.feed("one", [Story("Sport")])
        room.poll()
        pinged(room, server.url("/secret-id"), [200, 500, 500, 200], server)
        assert server.count("/secret-id") == 4
        lines = [record.getMessage() for record in caplog.records]
        assert len(lines) == 2
        assert "why='http 500'" in lines[0]
        assert "again" in lines[1]
        assert "secret-id" not in caplog.text
        caplog.clear()
        pinged(room, "http://127.0.0.1:1/secret-id", [200, 200], server)
        assert len(caplog.records) == 1, "nobody listens there"


def test_its_address_is_checked_and_never_shown(tmp_path: Path) -> None:
    environment = {"BASEWATCH_PING_URL": "https://hc.example/secret-id"}
    settings = load_settings(environment, tmp_path)
    assert settings.ping_url == environment["BASEWATCH_PING_URL"]
    assert "secret-id" not in repr(settings)
    with pytest.raises(ConfigError, match="this is no web address") as refused:
        load_settings({"BASEWATCH_PING_URL": "secret-id"}, tmp_path)
    assert "secret-id" not in str(refused.value)
