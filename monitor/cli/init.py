"""`basewatch init`: the files to begin with."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.begin import quiet
from monitor.cli.render import out, say
from monitor.errors import BasewatchError, UsageError
from monitor.resources import packaged_or_beside
from monitor.rules.shipped import manifest_of, shipped_files, shipped_folder, write_manifest
from monitor.topics.loading import load_rules

CHANNELS_EXAMPLE = """\
# Where alerts go. Copy this file to channels.yaml and edit it; without channels.yaml alerts go to the console.
#
# It is an Apprise file: one address per channel, and tags that say what it gets. The shipped rules send to the tag
# `alerts`; notices about feeds, rules and basewatch itself go to the tag `operator`. All kinds of addresses:
# https://github.com/caronc/apprise/wiki
#
# ${NAME} is the environment variable NAME, or the content of the file that NAME_FILE names: keep secrets there.
# Try a channel with:  basewatch send-test alerts

urls:
  - "mailto://user:${SMTP_PASSWORD}@mail.example.org?to=duty@example.org":
      tag: alerts
  - "tgram://${TELEGRAM_TOKEN}/123456789/":
      tag: alerts, operator
"""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to set up; made where needed.")],
) -> None:
    """Never overwrites: where one of them exists nothing is written, and the exit code is 1.

    Example:
      basewatch init news
      cd news && basewatch check && basewatch run
    """
    feeds, rules = packaged_or_beside("starter/feeds.yaml", "feeds.yaml"), shipped_folder()
    targets = {name: folder / name for name in ("feeds.yaml", "rules", "channels.example.yaml")}
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    if held := [path for path in targets.values() if path.exists() or path.is_symlink()]:
        raise BasewatchError("\n".join(f"{path} exists; nothing was written" for path in held))
    folder.mkdir(parents=True, exist_ok=True)
    for name in shipped_files(rules):
        (targets["rules"] / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(rules / name, targets["rules"] / name)
    write_manifest(targets["rules"], manifest_of(rules))
    shutil.copyfile(feeds, targets["feeds.yaml"])
    targets["channels.example.yaml"].write_text(CHANNELS_EXAMPLE, encoding="utf-8")
    for path in targets.values():
        out(str(path))
    load_rules(targets["rules"])  # what they compile to is kept, so that the first start is a quick one
    if not quiet():
        say(
            "\nNext:\n"
            + (f"  cd {shlex.quote(str(folder))}\n" if folder.resolve() != Path.cwd() else "")
            + "  basewatch check       every mistake in these files\n"
            "  basewatch poll        one pass now; the first only learns what is old\n"
            "  basewatch run         stay and watch\n"
            "Alerts go to the console until you copy channels.example.yaml to channels.yaml and edit it."
        )
