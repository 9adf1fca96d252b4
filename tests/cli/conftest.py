"""A folder to call commands in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import ASAD, RULES, SPORT, Call
from monitor.cli.main import main
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from newsroom import english_rules, rss, shipped_rules
from serving import FeedServer


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and an environment without settings."""
    for name in [name for name in os.environ if name.startswith("BASEWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules as a process reads them soonest."""
    return english_rules(tmp_path_factory.mktemp("rules") / "english")


@pytest.fixture
def rules_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real `load_rules`, which reads the shipped rules once for all tests instead of once for each call."""

    def load(folder: Path) -> RuleSet:
        return shipped_rules() if folder == RULES else load_rules(folder)

    monkeypatch.setattr("monitor.topics.loading.load_rules", load)
    monkeypatch.setattr("monitor.configuration.load_rules", load)


@pytest.fixture
def call(here: Path, rules_read_once: None, capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("poll", "--json")` → exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def configuration(here: Path, server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> FeedServer:
    """A folder with one feed on loopback, the shipped rules and the console as channel."""
    monkeypatch.setenv("BASEWATCH_ALLOW_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    server.put("/wire.xml", rss([SPORT]))
    (here / "feeds.yaml").write_text(json.dumps({"feeds": [{"name": "wire", "url": server.url("/wire.xml")}]}))
    return server


@pytest.fixture
def told(configuration: FeedServer, call: Call) -> FeedServer:
    """After the first poll and one that alerted."""
    assert call("poll")[0] == 0
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    assert call("poll")[0] == 0
    return configuration
