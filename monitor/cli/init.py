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

POLICIES_STARTER = """\
# yaml-language-server: $schema=rules/schema/policies.json
# Who is told what, and when. As it stands here nothing differs from having no such file.
#
# A key behind a # is switched off: take the # away and write what you want. `basewatch check` names every mistake, a
# running daemon takes the file over by itself, and `basewatch policy` shows what is in force. Every key is told in
# docs/alerts.md.

# what holds for every channel whose policy does not say otherwise; each key below may stand here
#defaults: { zone: Asia/Baghdad }

policies:
  # a channel is a tag of channels.yaml; the same for several: channels: [alerts, family]
  - channel: alerts
    # the clock of the readers: times in messages, quiet hours and digests (unless said UTC)
    #zone: Asia/Baghdad
    # the words of the messages: duty, journalist, family, or the name of a file templates/NAME.txt
    #style: journalist
    # the least that is told at once: digest, notice, urgent or flash (unless said notice)
    #level: urgent
    # only these places, @groups, regions or countries
    #places: ["@bases-iraq", ain-al-asad, SY]
    # only these changes, out of FIRST, TOLL_UP, TOLL_CORRECTED, CLAIMED, CONFIRMED, PLACE_NAMED, ESCALATED, DENIED,
    # RETRACTED, RETALIATION (unless said all but the last)
    #reasons: [FIRST, TOLL_UP, TOLL_CORRECTED, DENIED, RETRACTED]
    # how sure it must be: claimed, reported, several or confirmed (unless said claimed; style family: confirmed)
    #grade: confirmed
    # so many publishers must report it by themselves
    #publishers: 2
    # the time between two messages about one incident; a flash does not wait
    #cool_down: 10m
    # what is beyond waits; a flash does not
    #most_per_hour: 20
    # messages wait until these hours end; a flash does not. days are those on which the hours begin
    #quiet: { from: "22:00", to: "07:00", days: [Friday, Saturday] }
    # what was too little to be told at once, and all the rest, as one message
    #digest: { daily: "07:00", weekly: "Sunday 18:00" }
    # a flash is told again until somebody types `basewatch ack ID`
    #repeat_flash: 15m
"""

#: what is copied, and what is written, in the order in which it is told
COPIED = ("feeds.yaml", "rules")
TEXTS = {"channels.example.yaml": CHANNELS_EXAMPLE, "policies.yaml": POLICIES_STARTER}


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to set up; made where needed.")],
) -> None:
    """Never overwrites: where one of them exists nothing is written, and the exit code is 1.

    Example:
      basewatch init news
      cd news && basewatch check && basewatch run
    """
    feeds, rules = packaged_or_beside("starter/feeds.yaml", "feeds.yaml"), shipped_folder()
    targets = {name: folder / name for name in (*COPIED, *TEXTS)}
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
    for name, text in TEXTS.items():
        targets[name].write_text(text, encoding="utf-8")
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
            "Alerts go to the console until you copy channels.example.yaml to channels.yaml and edit it.\n"
            "policies.yaml says what each channel is told, and when: quiet hours, digests, repeats of a flash."
        )
