"""A user name and a password in a feed's address, or a key in its query, are sent to its server and to nobody else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import forked
from commands import RULES
from monitor.feeds.locations import holds_secret, known_as, without_secrets
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
    "PATH": os.environ["PATH"],
}  # fmt: skip


def said(folder: Path, url: str, *commands: str) -> bytes:
    """All that the program says while it polls and shows a feed."""
    (folder / "feeds.yaml").write_text(json.dumps({"feeds": [{"name": "f", "url": url}]}), encoding="utf-8")
    ran = [forked.run(*command.split(), cwd=folder, env=SETTINGS) for command in commands]
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


EVERY_COMMAND = (
    "check", "poll --alert-backlog", "poll", "feeds", "feeds --json", "health", "incidents --json",
    "incidents --format csv", "alerts --json", "digest", "stats", "policy", "feeds export",
    "rules replay", "feeds test PAGE",
    "feeds test --json PAGE",
    "feeds test PRIVATE", "explain PRIVATE", "feeds import subscriptions.opml",
)  # fmt: skip


def test_no_command_shows_a_key_or_a_log_in(server: FeedServer, tmp_path: Path) -> None:
    """Feeds that work, that moved, that are gone, that are pages naming a feed with a key of their own."""
    server.put("/feed", RSS)
    server.put(
        "/page",
        "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/feed?api_key=S3CRET-KEY'>",
    )
    server.put("/gone", status=410)
    server.redirect("/moved", "/feed?token=S3CRET-KEY", status=301)
    keys = ["key=", "access_token=", "authToken=", "api%5Fkey=", "X-Amz-Signature=", "sv=1&sig=", "hash="]
    paths = [f"/feed?{key}S3CRET-KEY" for key in keys]
    paths += [f"/{path}?key=S3CRET-KEY" for path in ("page", "gone", "moved", "nothing")]
    paths += ["/feed#key=S3CRET-KEY", "/feed;key=S3CRET-KEY"]
    feeds = [{"name": f"f{number}", "url": server.url(path)} for number, path in enumerate(paths)]
    (tmp_path / "feeds.yaml").write_text(json.dumps({"feeds": feeds}), encoding="utf-8")
    private = f"http://S3CRET-USER:S3CRET-WORD@127.0.0.1:{server.port}/gone?key=S3CRET-KEY"
    outline = f'<outline text="x" xmlUrl="{private}"/>'
    (tmp_path / "subscriptions.opml").write_text(f"<opml version='2.0'><body>{outline}</body></opml>")
    for command in EVERY_COMMAND:
        words = command.replace("PRIVATE", private).replace("PAGE", server.url("/page?key=S3CRET-KEY")).split()
        ran = forked.run(*words, cwd=tmp_path, env=SETTINGS)
        assert ran.returncode in (0, 1), (command, ran.stderr)
        for secret in SECRETS:
            assert secret not in ran.stdout + ran.stderr, (command, ran.stdout + ran.stderr)
    check(b"".join(file.read_bytes() for file in tmp_path.glob("basewatch.db*")))
    written = forked.run("feeds", "export", "--with-keys", cwd=tmp_path, env=SETTINGS)
    assert written.stdout.count(b"S3CRET-KEY") == len(paths), "whoever asks for them gets them"
    assert written.stderr == b""


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/?key=S3CRET", "https://a.example/?x=1&apikey=S3CRET", "https://a.example/?api_key=S3CRET",
        "https://a.example/?apiKey=S3CRET", "https://a.example/?x.token=S3CRET", "https://a.example/?authToken=S3CRET",
        "https://a.example/?api%5fkey=S3CRET", "https://a.example/?x=1;pwd=S3CRET", "https://a.example/?jwt=S3CRET",
        "https://a.example/?X-Amz-Signature=S3CRET", "https://a.example/?sig=S3CRET", "https://a.example/f#token=S3CRET",
        "https://a.example/f;session=S3CRET", "https://me:S3CRET@a.example/", "https://S3CRET@a.example/",
    ],
)  # fmt: skip
def test_an_address_with_a_secret_is_known_by_another(url: str) -> None:
    assert holds_secret(url)
    assert "S3CRET" not in without_secrets(url)
    assert "S3CRET" not in known_as(url)
    assert known_as(url) != known_as(url.replace("S3CRET", "OTHER"))


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/?monkey=1", "https://a.example/?keyword=iran", "https://a.example/?q=password", "https://a.example/",
        "https://a.example/?author=x", "https://a.example/?designation=x", "https://a.example/?passage=2", "https://a.example/a;b",
    ],
)  # fmt: skip
def test_an_address_without_a_secret_stays(url: str) -> None:
    assert not holds_secret(url)
    assert without_secrets(url) == known_as(url) == url
