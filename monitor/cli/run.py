"""`basewatch run`."""

from __future__ import annotations

import typer

from monitor.cli.begin import settings
from monitor.cli.options import BacklogOption


def run(alert_backlog: BacklogOption = False) -> None:
    """Watch the feeds and deliver alerts until SIGTERM or Ctrl-C.

    Makes or opens the database, polls each feed when it is due, takes over edited files by itself. What is in hand at
    the end is finished first. Log lines go to standard error.

    Example:
      basewatch run
      BASEWATCH_LOG_FORMAT=json basewatch run 2>> basewatch.log
    """
    from monitor.daemon.loop import run as run_daemon

    raise typer.Exit(run_daemon(settings(daemon=True), alert_backlog=alert_backlog))
