"""A month of news as the daemon kept it: real polls by the shipped rules, each at its moment of the past."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from databases import database
from monitor.app import App, open_app
from monitor.channels.apprise import Channels
from monitor.cli.main import main
from monitor.config.feedsfile import load_feeds
from monitor.config.settings import load_settings
from monitor.configuration import Configuration
from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules
from newsroom import CHECKOUT, Newsroom, Story, shipped_rules

RULES = CHECKOUT / "rules"
NOW = datetime.now(UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def story(title: str, days: float, name: str) -> Story:
    return Story(title, link=f"https://wire.example/{name}", published=ago(days))


#: it stood in the feed at its first poll: old, and told nobody
BACKLOG = story("Drones attacked the US base at al-Tanf in Syria", 26, "backlog")
#: before every window of the tests
LONG_AGO = story("Rockets hit Ain al-Asad air base in Iraq", 20, "long-ago")
#: in the days before a window of 14 days, and a late report of it in the window
EVE = story("Two drones hit al-Tanf base in Syria", 14.2, "eve")
LATE = story("Drone attack on al-Tanf base in Syria", 13.8, "late")
ASAD = story("Two drones hit Ain al-Asad air base in western Iraq", 10.5, "asad")
ASAD_AGAIN = story("Rockets and drones hit Ain al-Asad air base", 10.3, "asad-again")
REVENGE = story("US strikes Iran-backed militias after attack on Ain al-Asad", 9, "revenge")
ERBIL = story("Rockets land near Erbil airport, where US forces are stationed", 6, "erbil")
UDEID = story("Ballistic missiles hit Al Udeid air base in Qatar", 3, "udeid")
DERBY = story("Lions win the derby", 2, "derby")
#: what a window of 14 days tells, in order
TOLD = (ASAD, ERBIL, UDEID)


def watch(folder: Path, address: str) -> None:
    """Polls day by day. A second feed brings a copy, the Erbil report is edited after it was told."""
    with Newsroom(folder, environment={"BASEWATCH_DATABASE_URL": address}) as room:
        wire, mirror = room.feed("wire", [BACKLOG]), room.feed("mirror")
        settings = load_settings(room.environment, folder)
        channels = Channels.load(settings.channels)
        configuration = Configuration(feeds=load_feeds(settings.config), rules=shipped_rules(), channels=channels)
        moment = [ago(25)]

        async def days(app: App) -> None:
            await app.poll()
            for each in (LONG_AGO, EVE, LATE, ASAD, ASAD_AGAIN, REVENGE, ERBIL, UDEID, DERBY):
                assert isinstance(each.published, datetime)
                moment[0] = each.published
                wire.add(each)
                await app.poll()
                if each is ASAD:
                    mirror.add(ASAD)
                if each is ERBIL:
                    moment[0] += timedelta(hours=2)
                    wire.replace(ERBIL, summary="The airport was closed for two hours.")
                    await app.poll()

        with open_app(settings, configuration=configuration, clock=lambda: moment[0]) as app:
            asyncio.run(days(app))


_MONTH: list[Path] = []
_COMPILED: dict[tuple[Path, str], RuleSet] = {}


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the database after `watch`, made once; to be read only."""
    if not _MONTH:
        folder = tmp_path_factory.mktemp("month")
        with database("sqlite", folder) as address:
            watch(folder, address)
        _MONTH.append(folder)
    return _MONTH[0]


@dataclass(frozen=True)
class Asked:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def ask(folder: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> Asked:
    """One command in this process, in `folder`, with nothing but these settings; no rules are compiled twice."""

    def compiled(files: RuleFiles) -> RuleSet:
        key = files.folder, files.hash
        if key not in _COMPILED:
            _COMPILED[key] = compile_rules(files)
        return _COMPILED[key]

    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        mock.patch.dict(
            os.environ, {**kept, "COLUMNS": "120", "BASEWATCH_RULES": str(RULES), **environment}, clear=True
        ),
        mock.patch("monitor.topics.loading.compile_rules", compiled),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(list(arguments))
    return Asked(code, out.getvalue(), err.getvalue())


def edited_rules(folder: Path, **rules: str) -> Path:
    """The shipped rules in `folder`, with `attack_iraq="level: urgent → level: flash"` replaced in the rule's file.

    `"-"` removes the file, a text without an arrow is the whole file.
    """
    shutil.copytree(RULES, folder)
    for name, edit in rules.items():
        file = folder / f"{name.replace('_', '-')}.yaml"
        before, arrow, after = edit.partition(" → ")
        if edit == "-":
            file.unlink()
        elif arrow:
            text = file.read_text(encoding="utf-8")
            assert before in text, f"{file.name} holds no {before!r}"
            file.write_text(text.replace(before, after), encoding="utf-8")
        else:
            file.write_text(edit, encoding="utf-8")
    return folder
