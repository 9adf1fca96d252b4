"""`basewatch incidents show|merge|split|import`: one incident, identity put right by hand, silent back-fill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import BasewatchError


def show(id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")]) -> None:
    """Versions with what changed, values with who said them, sources, quotes and brief.

    Example:
      basewatch incidents show 2026-11-21-ain-al-asad
    """
    del id
    raise BasewatchError("not there yet")


def merge(
    into: Annotated[str, typer.Argument(metavar="A", help="The incident that stays.")],
    gone: Annotated[str, typer.Argument(metavar="B", help="The one that goes into it.")],
) -> None:
    """Both ids answer with the first one afterwards. Nobody is told.

    Example:
      basewatch incidents merge 2026-11-21-ain-al-asad 2026-11-21-iraq
    """
    del into, gone
    raise BasewatchError("not there yet")


def split(
    id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")],
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Reports of it.")],
) -> None:
    """The two never meet again. Nobody is told.

    Example:
      basewatch incidents split 2026-11-21-ain-al-asad 6H23G7F1GRNQN
    """
    del id, items
    raise BasewatchError("not there yet")


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML, CSV, or an article with a table.")],
) -> None:
    """The same file a second time changes nothing. Nobody is told.

    Example:
      basewatch incidents import attacks.csv
    """
    del file
    raise BasewatchError("not there yet")
