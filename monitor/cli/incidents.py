"""`basewatch incidents show|merge|split|import`: one incident, identity put right by hand, silent back-fill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.attention import ByOption, doer
from monitor.cli.begin import JsonOption, database, rules_from, utc_now, zone_shown
from monitor.cli.render import json_out, out, say
from monitor.errors import BasewatchError, ConfigError

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.topics.attacks.topic import RuleSet

#: no file that people wrote is larger
_MOST_BYTES = 20 * 1024 * 1024


def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="An incident, as `basewatch incidents` and alerts name it.")],
    as_json: JsonOption = False,
) -> None:
    """Versions with what changed, each value with who says it, sources with their quotes, a brief in the sources' own
    words, what it answered and what answered it, whom it was told, and how edited articles changed.

    Example:
      basewatch incidents show 2026-11-21-ain-al-asad
    """
    from monitor.queries.show import incident_shown, shown_as_text

    rules = _rules_if_any()
    with _written_to() as store, store.read() as tx:
        shown = incident_shown(tx, id, rules, now=utc_now())
    if as_json:
        json_out(shown)
    else:
        out(shown_as_text(shown, zone_shown()))


def merge(
    into: Annotated[str, typer.Argument(metavar="A", help="The incident that stays.")],
    gone: Annotated[str, typer.Argument(metavar="B", help="The one that goes into it.")],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Prints the id that stands. Both ids answer with it, also for reports that come later. Nobody is told.

    Example:
      basewatch incidents merge 2026-11-21-ain-al-asad 2026-11-21-iraq
    """
    from monitor.queries.rulings import merge as merged

    with _written_to() as store, store.transaction() as tx:
        stands = merged(tx, into, gone, now=utc_now(), by=doer(by))
    json_out({"incident": stands, "merged": gone}) if as_json else out(stands)


def split(
    id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")],
    items: Annotated[
        list[str], typer.Argument(metavar="ITEM...", help="Reports of it, as `incidents show` names them.")
    ],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Prints the id of the new incident. The two never meet again. Nobody is told.

    Example:
      basewatch incidents split 2026-11-21-ain-al-asad 6H23G7F1GRNQN
    """
    from monitor.queries.rulings import split as parted

    with _written_to() as store, store.transaction() as tx:
        made = parted(tx, id, items, now=utc_now(), by=doer(by))
    json_out({"incident": made, "from": id, "items": items}) if as_json else out(made)


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML, CSV, or an article (text, HTML) with a table.")],
    year: Annotated[int | None, typer.Option("--year", help="Of days that are written without one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added; write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Old attacks become rows of the ledger, for its counts and for "first here since". Nobody is told. The same file
    a second time changes nothing; a row that the ledger has already is kept as one more report of it. YAML holds a list
    incidents: with date, base, weapon, claimed_by, killed, injured, source; CSV is as `incidents --format csv`
    writes it; a table needs the columns Date and Location. A row that cannot be read is named, with exit code 1.

    Example:
      basewatch incidents import attacks.csv
      basewatch incidents import round-up.txt --year 2023 --dry-run
    """
    from monitor.queries.importing import put, read_file

    now = utc_now()
    read = read_file(_text_of(file), file, rules_from(None), year=year, now=now)
    with _written_to(make=not dry_run) as store, store.transaction(keep=not dry_run) as tx:
        done = put(tx, read, now=now, name=file.name)
    if as_json:
        json_out(done)
    else:
        updated = f", updated {len(done.updated)}" if done.updated else ""
        left_out = f", left out {len(done.left_out)}" if done.left_out else ""
        out(f"added {len(done.added)}, known {len(done.known)}{updated}{left_out}, unread {len(done.unread)}")
        if dry_run:
            say("nothing was written")
    for line in (*done.assumed, *done.left_out, *done.unread):
        say(f"basewatch: {file.name}: {line}")
    if done.unread:
        raise SystemExit(1)


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise BasewatchError(f"{file} has more than {_MOST_BYTES // 1024 // 1024} MiB")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError.at(file, "the file is not UTF-8 text", line=line) from None
    except OSError as error:
        raise BasewatchError(f"{file} cannot be read: {error.strerror}") from None


def _rules_if_any() -> RuleSet | None:
    try:
        return rules_from(None)
    except BasewatchError:
        return None


@contextmanager
def _written_to(*, make: bool = False) -> Iterator[Store]:
    """The database; `make`: with its tables, where there are none yet."""
    if make:
        from monitor.cli.begin import settings
        from monitor.store.upgrade import check_schema

        check_schema(settings(warn=False).database_url)
    with database() as store:
        if store is None:
            raise BasewatchError("there is no database yet; `basewatch poll`, `run` or `incidents import` makes it")
        yield store
