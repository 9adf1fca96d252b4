"""`basewatch poll`."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from commands import ASAD, SPORT, Call
from monitor.cli.main import main
from newsroom import rss
from receivers import Mode, WebhookReceiver
from serving import FeedServer


def test_first_poll_learns_and_the_second_tells(configuration: FeedServer, call: Call) -> None:
    code, out, _ = call("poll")
    assert code == 0
    assert re.search(r"^wire +fetched +0 +0 +0 +1 +0 +0 +0", out, re.MULTILINE)
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    code, out, _ = call("poll")
    assert code == 0
    assert "Ain al-Asad" in out
    assert "reason: FIRST" in out  # the console took the message
    assert "sent" in out


def test_poll_json_keeps_stdout_pure_while_the_console_delivers(configuration: FeedServer, call: Call) -> None:
    call("poll")
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    code, out, err = call("poll", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["feeds"][0]["new"] == 1
    assert answer["feeds"][0]["alerts"][0]["reason"] == "FIRST"
    assert answer["deliveries"][0]["outcome"] == "sent"
    assert "reason: FIRST" in err


def test_a_dry_run_keeps_and_sends_nothing(configuration: FeedServer, call: Call, here: Path) -> None:
    assert call("poll", "--dry-run")[0] == 0
    assert not (here / "basewatch.db").exists()
    call("poll")
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    for _ in range(2):
        code, out, _ = call("poll", "--dry-run")
        assert code == 0
        assert "WOULD ALERT" in out
        assert "reason: FIRST" not in out
    assert json.loads(call("alerts", "--json")[1]) == []


def test_backlog_is_told_when_asked_for(configuration: FeedServer, call: Call) -> None:
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    assert "reason: FIRST" in call("poll", "--alert-backlog")[1]


def test_poll_is_1_only_where_every_feed_failed(configuration: FeedServer, call: Call, here: Path) -> None:
    feeds = [{"name": name, "url": configuration.url(f"/{name}.xml")} for name in ("wire", "gone")]
    (here / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    code, out, _ = call("poll")
    assert code == 0
    assert "http 404" in out
    assert call("poll", "gone")[0] == 1


def test_poll_is_1_where_a_delivery_was_given_up(
    configuration: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_SEND_TRIES", "1")
    with WebhookReceiver() as hook:
        hook.behave(Mode.REFUSE)
        (here / "channels.yaml").write_text(json.dumps({"urls": [{hook.url(): [{"tag": "alerts"}]}]}))
        call("poll")
        configuration.put("/wire.xml", rss([SPORT, ASAD]))
        code, out, _ = call("poll")
    assert code == 1
    assert "http 500" in out.lower() or "500" in out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_where_a_person_waits_and_none_with_q(
    configuration: FeedServer, here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = [{"name": name, "url": configuration.url(f"/wire.xml?{name[0]}")} for name in ("one", "two [b]")]
    (here / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    for arguments, shown in ((["poll"], True), (["poll", "-q"], False)):
        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        assert main(arguments) == 0, terminal.getvalue()
        assert ("polling" in terminal.getvalue()) is shown
