"""`basewatch serve`: the board as a process of its own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitor.cli.begin import settings
from monitor.cli.render import out
from monitor.config import values
from monitor.errors import UsageError
from monitor.web.passwords import PasswordHash, sealed

#: where nothing else is said
USUAL = "127.0.0.1:8470"


def serve(
    where: Annotated[
        str | None, typer.Argument(metavar="HOST:PORT", help="Otherwise BASEWATCH_WEB, otherwise 127.0.0.1:8470.")
    ] = None,
    hash_password: Annotated[
        bool,
        typer.Option(
            "--hash-password",
            help="Serve nothing: read a password and write it as BASEWATCH_WEB_PASSWORD takes it hashed.",
        ),
    ] = False,
) -> None:
    """Shows what a daemon keeps in the same database; it polls nothing and sends nothing. `run --web` does the same
    inside the daemon. Edited files are taken over by itself. SIGTERM or Ctrl-C ends it.

    Example:
      basewatch serve
      basewatch serve 127.0.0.1:8470
      basewatch serve --hash-password
    """
    if hash_password:
        out(_hashed())
        return
    found = settings(daemon=True, options={"BASEWATCH_WEB": where} if where is not None else {})
    if found.web is None:
        found = settings(daemon=True, warn=False, options={"BASEWATCH_WEB": USUAL})
    from monitor.daemon.board import serve as serve_board  # with it come Starlette, uvicorn and Jinja2

    found = sealed(found)
    raise typer.Exit(serve_board(found))


def _hashed() -> str:
    from pathlib import Path

    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    try:
        return str(PasswordHash.of(values.password(typed, Path())))
    except ValueError as error:
        raise UsageError(str(error)) from None
