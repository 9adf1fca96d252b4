"""A user name and a password in a feed's address, or a key in its query, are sent to its server and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import RULES, process
from serving import FeedServer

SECRETS = (b"S3CRET-USER", b"S3CRET-WORD", b"S3CRET-KEY", b"UzNDUkVUL")  # the last one: in base64
RSS = """<rss version='2.0'><channel><title>t</title>
<item><title>Two drones hit Ain al-Asad air base in western Iraq</title><link>/asad?id=1</link><guid>1</guid></item>
<item><title>A page of the feed's own</title><link>?id=2</link><guid>2</guid></item></channel></rss>"""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


SETTINGS = {
    "BASEWATCH_RULES": str(RULES), "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8", "BASEWATCH_LOG_LEVEL": "debug",
}  # fmt: skip


def said(folder: Path, url: str, *commands: str) -> bytes:
    """All that the program says while it polls and shows a feed."""
    (folder / "feeds.yaml").write_text(json.dumps({"feeds": [{"name": "f", "url": url}]}), encoding="utf-8")
    ran = [process(*command.split(), cwd=folder, **SETTINGS) for command in commands]
    return b"".join(each.stdout + each.stderr for each in ran)


def check(written: bytes) -> None:
    assert written
    for secret in SECRETS:
        assert secret not in written


@pytest.mark.parametrize("path", ["/feed?key=S3CRET-KEY", "/moved?key=S3CRET-KEY", "/loop"])
def test_a_key_stays_out_of_output_and_logs(server: FeedServer, tmp_path: Path, path: str) -> None:
    server.put("/feed", RSS)
    server.redirect("/moved", "/feed?token=S3CRET-KEY", status=301)
    server.redirect("/loop", "/loop?api_key=S3CRET-KEY")
    said_in_two_polls = said(tmp_path, server.url(path), "poll", "feeds --json", "poll")
    check(said_in_two_polls)
    assert b"asked at its former address" not in said_in_two_polls
    check(b"".join(file.read_bytes() for file in tmp_path.glob("basewatch.db*")))
    assert server.requests


def test_a_log_in_is_sent_to_the_server_and_shown_to_nobody(server: FeedServer, tmp_path: Path) -> None:
    server.put("/feed", RSS)
    url = f"http://S3CRET-USER:S3CRET-WORD@127.0.0.1:{server.port}/feed?key=S3CRET-KEY"
    check(said(tmp_path, "http://127.0.0.1/", f"feeds test {url}", f"feeds test --json {url}"))
    assert server.requests[0].headers["authorization"].startswith("Basic ")


def test_a_log_in_in_the_feeds_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    check(said(tmp_path, "http://S3CRET-USER:S3CRET-WORD@127.0.0.1:1/feed", "poll", "check"))
    assert not list(tmp_path.glob("basewatch.db*"))
