"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="The rules folder (otherwise BASEWATCH_RULES).")
]
ItemsOption = Annotated[
    Path | None,
    typer.Option(
        "--items", metavar="FILE", help="Items as JSON lines, as for classify (-: standard input), not stored ones."
    ),
]
BacklogOption = Annotated[
    bool, typer.Option("--alert-backlog", help="Tell also of what is found at the first poll of a feed.")
]
