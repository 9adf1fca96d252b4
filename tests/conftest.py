"""Fixtures that several areas share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import KINDS, begin_run, database, end_run
from monitor.store.store import Store


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with today's schema, once on SQLite and once on PostgreSQL."""
    with database(request.param, tmp_path) as address:
        yield address


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without any table, once on SQLite and once on PostgreSQL."""
    with database(request.param, tmp_path, migrated=False) as address:
        yield address


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on `database_url`, closed afterwards."""
    opened = Store(database_url)
    yield opened
    opened.close()
