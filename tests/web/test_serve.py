"""`run --web` and `serve` as real processes."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from newsroom import Newsroom, Story
from serving import free_port, until_served

OLD = Story("Sport: the harbour cup is drawn")
RAID = Story("Two drones hit Ain al-Asad air base in western Iraq, killing three soldiers")


@contextmanager
def serving(room: Newsroom, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    log = room.path("serve.log")
    with log.open("w") as file:
        process = subprocess.Popen(
            room.command("serve", *arguments),
            cwd=room.folder,
            env=room.environment,
            stdout=file,
            stderr=file,
            text=True,
        )
        try:
            yield process, log
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def test_a_port_that_is_taken_is_said_once_and_alerts_go_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Newsroom(tmp_path) as room:
        feed = room.feed("wire", [OLD])
        room.start("--web", f"127.0.0.1:{taken.getsockname()[1]}")
        feed.add(RAID)
        room.hook.wait_for(1, seconds=40)
        log = room.stop()
    assert log.count("the board cannot be served") == 1
    assert "polls and alerts go on without it" in log
    assert "Traceback" not in log


def test_the_daemon_serves_the_board_and_serve_does_so_beside_it(tmp_path: Path) -> None:
    inside, beside = free_port(), free_port()
    with Newsroom(tmp_path) as room:
        feed = room.feed("wire", [OLD])
        room.start("--web", f"127.0.0.1:{inside}")
        assert until_served(inside).status_code == 200
        with serving(room, f"127.0.0.1:{beside}") as (process, log):
            assert until_served(beside).status_code == 200
            feed.add(RAID)
            room.hook.wait_for(1, seconds=40)
            for port in (beside, inside):
                assert "/incidents/" in httpx.get(f"http://127.0.0.1:{port}/").text
            room.path("feeds.yaml").write_text("feeds: [{name: ")
            room.until(lambda: "an edit is not taken over" in log.read_text(), "the refused edit", seconds=20)
            room.write_feeds()
            room.feed("second", [OLD])
            room.until(lambda: "the board shows the edited files" in log.read_text(), "the taken edit", seconds=20)
            with httpx.stream("GET", f"http://127.0.0.1:{beside}/live", timeout=10) as stream:
                next(stream.iter_lines())
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0
                assert time.monotonic() - began < 5
            assert "Traceback" not in log.read_text()
            assert "no daemon is at work" not in log.read_text()
        assert "Traceback" not in room.stop()


def test_serve_says_what_is_missing(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        room.feed("wire", [OLD])
        nothing = room.call("serve", expect=1)
        assert "there is no database yet" in nothing.stderr
        room.call("poll")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = f"127.0.0.1:{taken.getsockname()[1]}"
            assert f"cannot be served at http://{where}/" in room.call("serve", where, expect=1).stderr
        assert "BASEWATCH_WEB_PASSWORD" in room.call("serve", "0.0.0.0:8470", expect=1).stderr
        port = free_port()
        with serving(room, f"127.0.0.1:{port}") as (process, log):
            assert until_served(port).status_code == 200
            assert "no daemon is at work" in log.read_text()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0


def test_a_password_is_hashed_for_the_settings(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        command = room.command("serve", "--hash-password")
        done = subprocess.run(
            command, input="correct horse\n", env=room.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0
        assert done.stdout.startswith("scrypt$16384$8$5$")
        assert "correct" not in done.stdout + done.stderr
        short = subprocess.run(command, input="x\n", env=room.environment, capture_output=True, text=True, timeout=60)
        assert short.returncode == 2
        assert "8 to 200 characters" in short.stderr
