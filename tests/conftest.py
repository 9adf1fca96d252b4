"""Fixtures that several areas share, and how the whole run goes: hypothesis, the order of the tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import settings

from databases import KINDS, begin_run, database, end_run
from monitor.store.store import Store

# No deadlines: how long an example takes says more about the machine's neighbours than about the code. `fixed` tries
# the same examples each time, so that a green suite stays green; `--hypothesis-profile=search` looks for new ones and
# prints what fails, so that it can be made a case (CONTRIBUTING.md has the command).
settings.register_profile("fixed", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True, max_examples=2000)
settings.load_profile("fixed")


#: shuffles the tests the same way each time, unless `--randomly-seed` says another
ORDER = 20261128


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "randomly_seed", None) == "default":
        config.option.randomly_seed = ORDER
    if not hasattr(config, "workerinput"):
        begin_run()
        share_a_cache()
        # the tests' processes are hundreds: what one of them compiled of Python the others need not compile again
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)


def share_a_cache() -> None:
    """One folder for the compiled rules of all processes of the run, and never the user's; pip goes on with its own."""
    own = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    os.environ.setdefault("PIP_CACHE_DIR", str(Path(own) / "pip"))
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="cache-")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their number: what stands in them (a gzip header holds the time) differs between processes."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


#: modules whose tests share something that takes long to make: they stay in one process
TOGETHER = frozenset({"test_deploy", "test_rules_replay", "test_rules_diff", "test_demo", "test_browser"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest tests start first, dealt out to the processes, so that the run does not end with waiting for them.

    `--dist worksteal` gives each process an equal stretch of the list; who is done early takes from the others.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    hands: list[list[pytest.Item]] = [[] for _ in range(processes)]
    units: dict[str, list[pytest.Item]] = {}
    for item in items:
        module = Path(str(item.path)).stem
        if module in TOGETHER or seconds(item):
            units.setdefault(module if module in TOGETHER else item.nodeid, []).append(item)
    for unit in sorted(units.values(), key=lambda unit: sum(map(seconds, unit)), reverse=True):
        min(hands, key=lambda hand: sum(map(seconds, hand))).extend(unit)
    dealt = {item for hand in hands for item in hand}
    quick = iter([item for item in items if item not in dealt])
    ordered: list[pytest.Item] = []
    for place, hand in enumerate(hands):
        stretch = (len(items) - len(ordered)) // (processes - place)
        ordered += [*hand, *islice(quick, max(0, stretch - len(hand)))]
    items[:] = [*ordered, *quick]


def seconds(item: pytest.Item) -> float:
    """About how long a test takes, where it is marked as slow; those that wait for their module's making a second."""
    mark = item.get_closest_marker("slow")
    return float(mark.args[0]) if mark is not None else float(Path(str(item.path)).stem in TOGETHER)


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
