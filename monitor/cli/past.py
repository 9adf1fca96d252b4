"""`--since` and `--items` of `rules replay` and `rules diff`: which items they run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.begin import quiet, reading, since, utc_now
from monitor.cli.render import progress, say
from monitor.errors import UsageError
from monitor.queries.past import PastItems, items_of_file, stored_items
from monitor.text.clean import clean
from monitor.workbench.backtest import PastItem

ItemsOption = Annotated[
    Path | None,
    typer.Option(
        "--items", metavar="FILE", help="Items as JSON lines, as for classify (-: standard input), not stored ones."
    ),
]


@contextmanager
def past_items(
    back: str | None, file: Path | None, *, default: str, memory_days: int, lead_in: timedelta = timedelta()
) -> Iterator[PastItems]:
    """The stored items since `back` (unless told `default`), as `stored_items` has them, or those of `file`.

    `UsageError` where both are named, or the file is not there.
    """
    if file is None:
        moment = since(back or default)
        with reading() as tx:
            yield stored_items(tx, moment, memory_days=memory_days, lead_in=lead_in)
        return
    if back is not None:
        raise UsageError("--since is about stored items; with --items all items of the file are run")
    piped = str(file) == "-"
    if not piped and not file.is_file():
        raise UsageError(f"there is no file {file}; --items names a file with one item as JSON on each line")
    with nullcontext(sys.stdin.buffer) if piped else file.open("rb") as source:
        total = 0
        if source.seekable() and sys.stderr.isatty():  # only a bar asks for it
            total = sum(1 for _ in source)
            source.seek(0)
        yield items_of_file(
            source,
            clock=utc_now,
            total=total,
            on_unread=lambda number, why: say(f"basewatch: {clean(file)}:{number}: {clean(why)}"),
        )


def each(past: PastItems, label: str) -> Iterator[PastItem]:
    """The items, with a bar where a person waits."""
    with progress(label, past.total, quiet=quiet()) as step:
        for one in past.items:
            yield one
            step("")
