"""What was wrong with a document that could be read: told by the poll, the log, `feeds` and `feeds test`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store.store import Store
from newsroom import Newsroom, Story, rss

TITLE = "خبر من بغداد اليوم"


@pytest.mark.slow(15)
def test_a_lost_character_is_told_wherever_the_feed_is_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = "1 character could not be read as utf-8"
    body = rss([Story(TITLE), Story(f"{TITLE} #")]).replace(b"#", b"\xd9")
    with Newsroom(tmp_path) as room:
        feed = room.feed("wire")
        room.server.put("/wire.xml", body, etag='"1"')
        with caplog.at_level(logging.WARNING, "monitor.pipeline"):
            (first,) = room.poll()
        assert (first.result, first.detail, first.entries) == ("fetched", said, 2)
        assert f"feed=wire was read, but: {said}" in caplog.text
        (second,) = room.poll()
        assert second.result == "not modified"
        (row,) = room.json("feeds")
        assert row["detail"] == said, "the document that has not changed still has its fault"
        assert [poll["detail"] for poll in row["polls"]] == ["", said]
        assert said in room.call("feeds").stdout
        tried = room.json("feeds", "test", feed.url)
        assert (tried["result"], tried["detail"]) == ("fetched", said)


@pytest.mark.slow(10)
def test_a_document_that_was_cut_is_asked_for_again(tmp_path: Path) -> None:
    stories = [Story(f"{TITLE} {number}") for number in range(3)]
    whole = rss(stories)
    with Newsroom(tmp_path) as room:
        room.feed("wire")
        room.server.put("/wire.xml", whole[: whole.index(b"</item>") + 20], etag='"1"')
        (first,) = room.poll()
        assert (first.result, first.entries) == ("fetched", 1)
        assert first.detail.startswith("it ends in the middle")
        room.server.put("/wire.xml", whole, etag='"1"')
        (second,) = room.poll()
        assert (second.result, second.entries, second.detail) == ("fetched", 3, "")


@pytest.mark.slow(15)
def test_what_is_odd_in_the_same_way_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Newsroom(tmp_path) as room, caplog.at_level(logging.WARNING, "monitor.pipeline"):
        room.feed("wire")
        for broken in (1, 2, 3):
            stories = [Story(f"{TITLE} {number} #") for number in range(broken)]
            room.server.put("/wire.xml", rss(stories).replace(b"#", b"\xd9"), etag=f'"{broken}"')
            room.poll()
    assert caplog.text.count("was read, but") == 1


@pytest.mark.slow(10)
def test_the_language_of_the_feeds_file_reaches_the_reader(tmp_path: Path) -> None:
    title = "Удар по авиабазе"
    with Newsroom(tmp_path) as room:
        room.feed("wire", language="ru")
        document = f"<rss><channel><item><title>{title}</title></item></channel></rss>"
        room.server.put("/wire.xml", document.encode("cp1251"))
        room.poll(alert_backlog=True)
        store = Store(room.environment["BASEWATCH_DATABASE_URL"])
        with store.read() as tx:
            titles = [stored.item.title for stored in tx.items(datetime(2020, 1, 1, tzinfo=UTC))]
        store.close()
    assert titles == [title]


@pytest.mark.slow(10)
def test_a_feed_that_is_well_again_is_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After an outage every feed of the list would be one."""
    with Newsroom(tmp_path) as room, caplog.at_level(logging.WARNING, "monitor.pipeline"):
        room.feed("wire")
        room.server.put("/wire.xml", b"gone", status=404)
        (failed,) = room.poll()
        assert failed.detail
        room.server.put("/wire.xml", rss([Story(TITLE)]))
        (read,) = room.poll()
    assert (read.result, read.detail) == ("fetched", "")
    assert "was read, but" not in caplog.text
