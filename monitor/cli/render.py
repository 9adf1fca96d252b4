"""How answers look: tables on a terminal, plain aligned columns in a pipe, JSON for machines, progress on stderr.

Everything that a publisher or a user wrote passes `clean`, so that no text can move the cursor, change colours or turn
the reading direction of what stands after it. Standard output carries data only; words about it go to standard error.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from monitor.errors import Problem
from monitor.queries.jsonvalues import plain
from monitor.text.clean import clean

if TYPE_CHECKING:
    from rich.console import Console

#: 128 + SIGPIPE: what a shell reports of a program whose reader went away
READER_GONE = 141

#: controls that JSON lets through and some terminals obey
_C1 = re.compile("[\x7f-\x9f]")


def prepare_streams() -> None:
    """A locale that cannot write Arabic gets escapes instead of a traceback; a closed stream swallows quietly."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # in the order of their numbers
        stream = getattr(sys, name)
        if stream is None:  # started with `>&-` or `<&-`
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif mode == "r":
            continue
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def reader_gone() -> SystemExit:
    """The quiet end of a program whose reader went away (`| head`): nothing more can be said to anybody."""
    _drop_output()
    return SystemExit(READER_GONE)


def _drop_output() -> None:
    """What is still buffered, and what comes, goes nowhere: the interpreter would stumble over it at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def out(text: str = "", *, end: str = "\n") -> None:
    """Data, to standard output."""
    try:
        sys.stdout.write(text + end)
    except BrokenPipeError:
        raise reader_gone() from None


def say(text: str = "") -> None:
    """Words about the data, to standard error."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def hand_over() -> int:
    """Writes what is buffered. Answers 0, or the exit code where it cannot be: the reader went, the disk is full."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _drop_output()
        if isinstance(error, BrokenPipeError):
            return READER_GONE
        say(f"basewatch: the answer cannot be written: {error.strerror}")
        return 1
    return 0


# ------------------------------------------------------------------------------------------------ JSON


#: a longer list is written with one element on a line: no person reads it, and indenting takes ten times as long
_MANY = 500


def json_out(value: Any) -> None:
    """`value` as one JSON document, indented; a very long list with one element on each line."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"

    def written(one: Any, indent: int | None) -> str:
        text = json.dumps(plain(one), ensure_ascii=not unicode, indent=indent)
        return _C1.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)

    if not isinstance(value, list | tuple) or len(value) <= _MANY:
        out(written(value, 2))
        return
    out("[")
    for number, one in enumerate(value, start=1):
        out(f"  {written(one, None)}{',' if number < len(value) else ''}")
    out("]")


def stdout_kept_for_json(keep: bool) -> AbstractContextManager[object]:
    """While the console channel "delivers" under `--json`, its messages go to standard error."""
    return redirect_stdout(sys.stderr) if keep else nullcontext()


# ------------------------------------------------------------------------------------ tables and words


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(file=sys.stderr if stderr else sys.stdout, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", empty: str = "") -> None:
    """Rows under `columns`; in a pipe: a header and aligned columns, never cut, the title left out."""
    cells = [[clean(cell) if cell is not None else "" for cell in row] for row in rows]
    if not cells and empty:
        say(empty)
        return
    if sys.stdout.isatty():
        _rich_table(columns, cells, title)
        return
    from rich.cells import cell_len

    lines = [[name.upper() for name in columns], *([cell or "-" for cell in row] for row in cells)]
    widths = [max(cell_len(row[i]) for row in lines) for i in range(len(columns))]
    for line in lines:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        out("  ".join(padded).rstrip())


def _rich_table(columns: Sequence[str], cells: list[list[str]], title: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        grid.add_column(name, overflow="fold")
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    _console().print(grid)


def marked(text: str, spans: Iterable[tuple[int, int]]) -> None:
    """`text` with the words in `spans` shown: bold on a terminal, in [brackets] otherwise."""
    pieces = _pieces(text, spans)
    if not sys.stdout.isatty():
        out("  " + "".join(f"[{clean(words)}]" if hit else _blanks(words) for words, hit in pieces))
        return
    from rich.text import Text

    line = Text("  ")
    for words, hit in pieces:
        line.append(_blanks(words), style="bold yellow" if hit else "")
    _console().print(line)


def _blanks(words: str) -> str:
    """Cleaned like `clean`, but with a blank at either end kept: the piece stands inside a sentence."""
    before, after = words[:1].isspace(), words[-1:].isspace()
    return (" " if before else "") + clean(words) + (" " if after and words.strip() else "")


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """`text` cut at the edges of `spans` (they may overlap), each piece with whether a span covers it."""
    covered = {at for start, end in spans for at in range(start, end)}
    runs = groupby(enumerate(text), key=lambda numbered: numbered[0] in covered)
    return [("".join(sign for _, sign in run), hit) for hit, run in runs]


def problems_out(problems: Iterable[Problem]) -> None:
    """Each problem on a line, warnings marked as such."""
    for problem in problems:
        out(clean(f"{'' if problem.severity == 'error' else 'warning: '}{problem}"))


def ago(moment: datetime | None, *, now: datetime) -> str:
    """`3m ago`, `in 2h`, `never`: in the largest unit."""
    if moment is None:
        return "never"
    seconds = round((now - moment).total_seconds())
    count, letter = abs(seconds), "s"
    for size, unit in ((60, "m"), (3600, "h"), (86400, "d")):
        if abs(seconds) >= 2 * size or abs(seconds) == size:
            count, letter = abs(seconds) // size, unit
    return f"in {count}{letter}" if seconds < 0 else f"{count}{letter} ago"


# -------------------------------------------------------------------------------------------- progress


@contextmanager
def progress(label: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A bar on standard error while a person waits there; in a pipe nothing. Yields `step(what)`."""
    if quiet or total < 2 or not sys.stderr.isatty():
        yield lambda _what: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def step(what: str) -> None:
            from rich.markup import escape

            bar.update(task, advance=1, description=f"{label} {escape(clean(what))[:40]}")

        yield step
