"""The digest that a policy asks for: mail with table and pictures, chat with the way to them, once."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import open_app
from monitor.config.settings import load_settings
from monitor.daemon import attention
from monitor.daemon.attention import attend
from newsroom import Newsroom, Story
from receivers import SmtpReceiver

#: a Sunday
NOW = datetime(2026, 11, 29, 5, 30, tzinfo=UTC)
NEWS = NOW - timedelta(hours=30)


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        room.path("policies.yaml").write_text(json.dumps({"policies": [
            {"channel": "alerts", "digest": {"weekly": "Sunday 08:00"}, "zone": "Asia/Baghdad"},
        ]}))  # fmt: skip
        yield room


def test_a_weekly_digest_has_table_plot_and_map(room: Newsroom) -> None:
    with SmtpReceiver() as post:
        room.channels({"alerts": [room.hook.url("alerts"), post.url()]})
        wire = room.feed("wire", [Story("Sport: the cup final", published=NEWS - timedelta(hours=9))], publisher="Wire")
        room.poll(now=NEWS - timedelta(hours=8))
        wire.add(Story("Drones hit Ain al-Asad air base in Iraq, three killed", published=NEWS))
        room.poll(now=NEWS)
        told = room.attend(NOW - timedelta(hours=25))
        assert told == []
        (alert,) = room.attend(NOW)
        assert room.attend(NOW + timedelta(minutes=5)) == []
        assert [one.name for one in alert.attachments] == ["plot.png", "map.png"]
        letter = email.message_from_bytes(post.taken[-1].raw, policy=email.policy.default)
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert parts["multipart/related"]
    page, text = (parts[kind].get_content() for kind in ("text/html", "text/plain"))
    assert page.count("<table") == 1
    row = next(line for line in text.splitlines() if "Ain al-Asad Air Base, Iraq" in line)
    head = next(line for line in text.splitlines() if line.startswith("Date "))
    assert [at for at, sign in enumerate(row) if sign == "|"] == [at for at, sign in enumerate(head) if sign == "|"]
    pictures = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 2
    for part in pictures:
        data = part.get_content()
        assert data.startswith(b"\x89PNG")
        assert len(data) < 200_000
        assert f"cid:{part['Content-ID'].strip('<>')}" in page
    assert "three killed" in text
    assert "reason: DIGEST" in room.hook.taken[-1].text
    assert [one["filename"] for one in room.hook.taken[-1].payload["attachments"]] == [
        "plot.png", "map.png",
    ]  # fmt: skip


def test_pictures_are_drawn_while_others_may_write(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture takes as long as it takes: no transaction is open meanwhile, and one that fails is left out."""
    room.channels({"alerts": [room.hook.url("alerts")]})
    wire = room.feed("wire", [Story("Sport: the cup final", published=NEWS - timedelta(hours=9))], publisher="Wire")
    room.poll(now=NEWS - timedelta(hours=8))
    wire.add(Story("Drones hit Ain al-Asad air base in Iraq", published=NEWS))
    room.poll(now=NEWS)
    room.attend(NOW - timedelta(hours=25))
    settings = load_settings(room.environment, room.folder)
    wrote = threading.Event()
    with open_app(settings, configuration=room.configuration(settings), clock=lambda: NOW) as app:

        def broken(_: object) -> None:
            with app.store.transaction() as tx:  # on SQLite it waits for whoever writes
                tx.put_channel_state(tx.channel_state("other"))
            wrote.set()
            raise RuntimeError("no font")

        monkeypatch.setattr(attention, "pictures_of", broken)
        asyncio.run(attend(app))
        asyncio.run(app.deliver())
    assert wrote.is_set()
    assert "reason: DIGEST" in room.hook.taken[-1].text
