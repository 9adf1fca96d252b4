"""`basewatch mute`, `ack` and `policy`: what a reader asks of the alerts."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.errors import BasewatchError


def mute(target: Annotated[str, typer.Argument(metavar="ID|RULE", help="An incident or a rule.")]) -> None:
    """What happens is recorded all the same.

    Example:
      basewatch mute 2026-11-21-ain-al-asad
    """
    del target
    raise BasewatchError("not there yet")


def ack(id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")]) -> None:
    """Nothing to acknowledge is no mistake.

    Example:
      basewatch ack 2026-11-21-ain-al-asad
    """
    del id
    raise BasewatchError("not there yet")


def policy(context: typer.Context) -> None:
    """Without a policies.yaml every channel has the default.

    Example:
      basewatch policy
    """
    if context.invoked_subcommand is None:
        raise BasewatchError("not there yet")


def explain_policy(id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")]) -> None:
    """Each channel with the question that decided.

    Example:
      basewatch policy explain 2026-11-21-ain-al-asad
    """
    del id
    raise BasewatchError("not there yet")
