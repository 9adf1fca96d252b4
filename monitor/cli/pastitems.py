"""The items of the past that `rules replay` and `rules diff` run: stored ones, or those of a file in the form of
`classify`. One after another, so that a long past takes little memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from monitor.cli.begin import database, quiet, utc_now
from monitor.cli.begin import since as moment_of
from monitor.cli.render import clean, progress, say
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.model.incident import Incident
    from monitor.store.store import Transaction
    from monitor.workbench.backtest import Past

ItemsOption = Annotated[
    Path | None,
    typer.Option(
        "--items", metavar="FILE", help="Items as JSON lines, as for classify (-: standard input), not stored ones."
    ),
]  # fmt: skip


@dataclass(kw_only=True)
class PastItems:
    """Items in the order in which they came, and what was known before the first of them."""

    items: Iterator[Past]
    #: how many there are; 0 where that is not known
    total: int = 0
    #: the moment from which on they are asked about; None: all of them
    since: datetime | None = None
    #: None where they are of a file; False: there is no database yet
    stored: bool | None = None
    known: list[Incident] = field(default_factory=list)
    #: lines of the file that could not be read; grows while it is read
    unread: int = 0

    def each(self, label: str) -> Iterator[Past]:
        """The items, with a bar where a person waits."""
        with progress(label, self.total, quiet=quiet()) as step:
            for past in self.items:
                yield past
                step("")


@contextmanager
def past_items(
    back: str | None, file: Path | None, *, default: str, memory_days: int, lead_in: timedelta = timedelta()
) -> Iterator[PastItems]:
    """The stored items since `back` (unless told `default`) and `lead_in` before it, or those of `file`.

    `memory_days` says how far back some rule asks what happened. `UsageError` where both are named, or the file is not
    there.
    """
    if file is not None:
        if back is not None:
            raise UsageError("--since is about stored items; with --items all items of the file are run")
        with _opened(file) as source:
            yield _of_file(file, source)
        return
    since = moment_of(back or default, now=utc_now())
    with database() as store:
        if store is None:
            yield PastItems(items=iter(()), since=since, stored=False)
            return
        with store.read() as tx:
            yield _of_store(tx, since, since - lead_in, memory_days)


def _of_store(tx: Transaction, since: datetime, begin: datetime, memory_days: int) -> PastItems:
    from monitor.workbench.backtest import ToldBook

    book = ToldBook(alert for alert, _ in tx.alerts(begin))
    return PastItems(
        items=map(book.past_of, tx.items_in_order(begin)), total=tx.count_items(begin), since=since, stored=True,
        known=_known_before(tx, begin, memory_days),
    )  # fmt: skip


def _known_before(tx: Transaction, begin: datetime, memory_days: int) -> list[Incident]:
    """The incidents of the time before the items.

    An incident opens at the date of its first report. That can lie before the moment at which we first saw it, so of
    the younger ones the first report is asked when it came.
    """
    from monitor.evaluation import INCIDENT_HORIZON
    from monitor.model.item import BELIEVABLE

    first_day = (begin - BELIEVABLE - INCIDENT_HORIZON - timedelta(days=memory_days)).date()
    earlier = [incident for incident in tx.incidents(first_day) if incident.opened_at < begin]
    return [
        incident
        for incident in earlier
        if incident.opened_at < begin - BELIEVABLE or _came_before(tx, incident.id, begin)
    ]


def _came_before(tx: Transaction, incident_id: str, begin: datetime) -> bool:
    reports = tx.incident_items(incident_id)
    return not reports or reports[0].item.first_seen < begin


# ------------------------------------------------------------------------------------------------ a file


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
    total = 0
    if source.seekable() and sys.stderr.isatty():  # only a bar asks for it
        total = sum(1 for _ in source)
        source.seek(0)
    past = PastItems(items=iter(()), total=total)

    def tell(number: int, why: str) -> None:
        past.unread += 1
        say(f"basewatch: {clean(file)}:{number}: {clean(why)}")

    past.items = _items_of(source, tell)
    return past


def _items_of(source: BinaryIO, tell: Callable[[int, str], None]) -> Iterator[Past]:
    from monitor.cli.classifylines import MAX_LINE, LineError, numbered_lines, read_item
    from monitor.workbench.backtest import Past

    for number, line in numbered_lines(source):
        try:
            if line is None:
                raise LineError(f"the line is longer than {MAX_LINE:,} bytes")
            yield Past(item=read_item(line, clock=utc_now).item)
        except LineError as error:
            tell(number, str(error))
