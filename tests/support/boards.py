"""The board for tests: the real server on loopback, over a database of its own.

with Board(tmp_path) as board:
    with board.store.transaction() as tx:
        put(tx, incident_at(ASAD), report_of("r1", …))
    answer = board.get("/incidents")          # httpx.Response
    board.ask("/incidents", since="30d")      # an Ask, for a handler called without HTTP
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from sqlalchemy import inspect, text

from ledgers import ASAD, incident_at, put, report_of
from monitor.app import utc_now
from monitor.channels.apprise import Channels
from monitor.config.feedsfile import load_feeds
from monitor.config.settings import load_settings
from monitor.configuration import Configuration
from monitor.model.alert import Alert
from monitor.model.clock import Clock
from monitor.model.delivery import Address
from monitor.model.policy import Policy
from monitor.model.report import Level
from monitor.store.engine import begin, open_engine
from monitor.store.store import Store
from monitor.store.upgrade import upgrade
from monitor.web.asking import Ask, Visitor
from monitor.web.server import WebServer
from monitor.web.site import Site
from newsroom import shipped_rules

FEEDS = """
feeds:
  - {name: Harbour Wire, url: "https://wire.example/feed.xml", publisher: Harbour Wire, language: en}
  - {name: Levant Daily, url: "https://levant.example/feed.xml", publisher: Levant Daily, language: ar}
"""
CHANNELS = """
urls:
  - json://127.0.0.1:9/hook/SECRETPART: [{tag: "alerts, duty"}]
"""


class Board:
    """A database, a site over it and, while it is entered, a server on a port of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str = "",
        clock: Clock = utc_now,
        environment: Mapping[str, str] | None = None,
        policies: tuple[Policy, ...] = (),
        base: str = "",
    ) -> None:
        self.folder = folder
        for name, held_by in (("feeds.yaml", FEEDS), ("channels.yaml", CHANNELS)):
            if not (folder / name).exists():
                (folder / name).write_text(held_by, encoding="utf-8")
        url = database_url or f"sqlite:///{folder / 'board.db'}"
        rules = str(Path(__file__).parents[2] / "rules")
        given = {"BASEWATCH_DATABASE_URL": url, "BASEWATCH_RULES": rules, **(environment or {})}
        self.settings = load_settings(given, folder)
        upgrade(url)
        self.store = Store(url)
        self.clock = clock
        self.configuration = Configuration(
            feeds=tuple(load_feeds(self.settings.config)), rules=shipped_rules(),
            channels=Channels.load(self.settings.channels), policies=policies,
        )  # fmt: skip
        self.site = Site(
            store=self.store, configuration=lambda: self.configuration, settings=self.settings, clock=clock, base=base
        )
        self.server = WebServer(self.site)
        self.client = httpx.Client()

    def __enter__(self) -> Board:
        self.server.start("127.0.0.1", 0)
        self.client = httpx.Client(base_url=self.url(""), timeout=20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.server.close()
        self.store.close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def ask(self, path: str, *, now: datetime | None = None, **query: str) -> Ask:
        """What a visitor on loopback who may do everything asks of a handler."""
        visitor = Visitor(name="Karim", by="loopback", may_read=True, may_act=True, csrf="token")
        return Ask(
            path=path, query={name: [value] for name, value in query.items()}, visitor=visitor, now=now or self.clock()
        )

    def with_form(self, ask: Ask, **fields: str) -> Ask:
        return replace(ask, method="POST", form={name: [value] for name, value in fields.items()})


def told(
    board: Board,
    title: str = "Attack",
    *,
    number: int = 0,
    version: int = 1,
    body: str = "It was hit.",
    audience: str = "",
) -> None:
    """Puts one message about an incident at Ain al-Asad, `number` days ago, into the board's database."""
    now = utc_now()
    with board.store.transaction() as tx:
        incident = incident_at(ASAD, (now - timedelta(days=number + 1)).date())
        if tx.incident(incident.id) is None:
            put(tx, incident, report_of(f"r{number}", incident))
        alert = Alert(
            id=tx.new_id(now), incident_id=incident.id, version=version, reason="FIRST", level=Level.URGENT,
            channels=("alerts",), title=title, body=body, created_at=now, audience=audience,
        )  # fmt: skip
        assert tx.add_alert(alert, [Address(key="k", channel="alerts", label="l")])


def held(board: Board) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see whether anything changed."""
    engine = open_engine(board.settings.database_url)
    with begin(engine, read_only=True) as connection:
        tables = inspect(connection).get_table_names()
        found = {one: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{one}"'))] for one in tables}
    engine.dispose()
    return found
