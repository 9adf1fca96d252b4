"""`--since` and `--items` of `rules replay` and `rules diff`: which items they run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from monitor.cli.begin import database, quiet, utc_now
from monitor.cli.begin import since as moment_of
from monitor.cli.render import progress, say
from monitor.errors import UsageError
from monitor.text.clean import clean

if TYPE_CHECKING:
    from monitor.queries.past import PastItems
    from monitor.workbench.backtest import PastItem


@contextmanager
def past_items(
    back: str | None, file: Path | None, *, default: str, memory_days: int, lead_in: timedelta = timedelta()
) -> Iterator[PastItems]:
    """The stored items since `back` (unless told `default`) and `lead_in` before it, or those of `file`.

    `memory_days` says how far back some rule asks what happened. `UsageError` where both are named, or the file is not
    there.
    """
    from monitor.queries.past import stored_items

    if file is not None:
        if back is not None:
            raise UsageError("--since is about stored items; with --items all items of the file are run")
        with _opened(file) as source:
            yield _of_file(file, source)
        return
    since = moment_of(back or default, now=utc_now())
    with database() as store:
        if store is None:
            yield stored_items(None, since, memory_days=memory_days)
            return
        with store.read() as tx:
            yield stored_items(tx, since, memory_days=memory_days, lead_in=lead_in)


def each(past: PastItems, label: str) -> Iterator[PastItem]:
    """The items, with a bar where a person waits."""
    with progress(label, past.total, quiet=quiet()) as step:
        for one in past.items:
            yield one
            step("")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    if not file.is_file():
        raise UsageError(f"there is no file {file}; --items names a file with one item as JSON on each line")
    with file.open("rb") as source:
        yield source


def _of_file(file: Path, source: BinaryIO) -> PastItems:
    from monitor.queries.past import items_of_file

    total = 0
    if source.seekable() and sys.stderr.isatty():  # only a bar asks for it
        total = sum(1 for _ in source)
        source.seek(0)
    return items_of_file(
        source, clock=utc_now, total=total,
        on_unread=lambda number, why: say(f"basewatch: {clean(file)}:{number}: {clean(why)}"),
    )  # fmt: skip
