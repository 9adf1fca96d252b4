"""The feeds, rules, channels and policies that people edited, as they are in force.

Loaded and replaced as a whole, so that a bad edit leaves the last good configuration where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from monitor.alerts.stylefiles import Styles, read_styles
from monitor.channels.apprise import CONSOLE_NAMES, Channels
from monitor.config.feedsfile import load_feeds
from monitor.config.filenames import misnamed, odd_names
from monitor.config.mailboxes import is_mailbox, login_of, mailbox_at
from monitor.config.policiesfile import load_policies
from monitor.config.settings import Settings
from monitor.config.yamlfile import did_you_mean
from monitor.errors import ConfigError, Problem
from monitor.model.feed import Feed
from monitor.model.policy import Policy
from monitor.rules.folder import unread_in, unread_problem
from monitor.rules.rulefile import retired_keys
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

T = TypeVar("T")

#: (path, modification time in ns, size) of every file that was read
Snapshot = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Everything that people edit, read at one moment."""

    feeds: tuple[Feed, ...]
    rules: RuleSet
    channels: Channels
    policies: tuple[Policy, ...] = ()
    #: how messages are worded
    styles: Styles = field(default_factory=Styles)
    snapshot: Snapshot = frozenset()
    #: IANA name of the zone in which the operator, and channels without one of their own, are told times
    zone: str = "UTC"
    #: what may be lived with, and yet is not as somebody thinks: a file that is not read, a key that does nothing
    warnings: tuple[Problem, ...] = ()

    def feed(self, name: str) -> Feed | None:
        return next((feed for feed in self.feeds if feed.name == name), None)

    def policy(self, channel: str) -> Policy:
        """The policy of a channel: its own, else the usual one."""
        name = channel.casefold()
        return next((one for one in self.policies if one.channel == name), Policy(channel=channel, zone=self.zone))


def load_configuration(settings: Settings) -> Configuration:
    """What `settings` point to; a `ConfigError` holds every problem of all files at once."""
    problems: list[Problem] = []
    snapshot = snapshot_of(settings)

    def loaded(load: Callable[[], T]) -> T | None:
        try:
            return load()
        except ConfigError as error:
            problems.extend(error.problems)
            return None

    feeds = loaded(lambda: load_feeds(settings.config))
    rules = loaded(lambda: load_rules(settings.rules))
    channels = loaded(lambda: Channels.load(settings.channels))
    if rules is not None and channels is not None:
        problems += unknown_channels(rules, channels)
    policies: tuple[Policy, ...] | None = None
    styles, mistakes = read_styles(settings.policies.parent / "templates")
    problems += mistakes
    if rules is not None and channels is not None:
        policies = loaded(partial(policies_of, settings, rules, channels, styles))
    if feeds is None or rules is None or channels is None or any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    retired = (problem for document in rules.documents.values() for problem in retired_keys(document))
    warnings = (
        *_unread(settings),
        *_without_login(settings, feeds),
        *retired,
        *(one for one in mistakes if one.severity == "warning"),
    )
    return Configuration(
        feeds=feeds, rules=rules, channels=channels, policies=policies or (), styles=styles, snapshot=snapshot,
        zone=settings.timezone, warnings=warnings,
    )  # fmt: skip


def policies_of(
    settings: Settings, rules: RuleSet, channels: Channels, styles: Styles | None = None
) -> tuple[Policy, ...]:
    """The policies file, checked against channels, places and the templates beside it."""
    path, gazetteer = settings.policies, rules.gazetteer
    styles = styles or read_styles(path.parent / "templates")[0]
    return load_policies(
        path if path.is_file() else None,
        channels=channels.names(),
        places={
            *gazetteer.places, *gazetteer.regions, *gazetteer.countries, *(f"@{name}" for name in gazetteer.groups),
        },
        styles=tuple(styles.texts),
        place_hint=gazetteer.place_hint,
        any_channel=channels.names() == CONSOLE_NAMES,
        zone=settings.timezone,
    )  # fmt: skip


def _unread(settings: Settings) -> Iterator[Problem]:
    """Files that somebody meant to be read: under a wrong name, in a wrong folder; a channels file among them."""
    yield from (unread_problem(path, settings.rules) for path in unread_in(settings.rules))
    for other in _misnamed_channels(settings):
        said = f"{other.name} is not read, so alerts go to the console"
        yield Problem(file=str(other), message=said, hint="name it channels.yaml", severity="warning")
    for other in _misnamed_policies(settings):
        said = f"{other.name} is not read, so every channel has the usual policy"
        yield Problem(file=str(other), message=said, hint="name it policies.yaml", severity="warning")


def _without_login(settings: Settings, feeds: tuple[Feed, ...]) -> Iterator[Problem]:
    """Mailboxes at which nobody logs in."""
    for feed in feeds:
        if is_mailbox(feed.url) and login_of(mailbox := mailbox_at(feed.url), settings.mail_logins) is None:
            said = f"the feed {feed.name} is a mailbox, and no login is set for {mailbox.login}"
            hint = f"write a line {mailbox.login} USER PASSWORD into the file that BASEWATCH_MAIL_LOGINS_FILE names"
            yield Problem(file=str(settings.config), message=said, hint=hint, severity="warning")


def _misnamed_channels(settings: Settings) -> list[Path]:
    """What was meant to be the channels file, and is not."""
    other = misnamed(settings.config.parent / "channels.yaml") if settings.channels is None else None
    return [other] if other else []


def _misnamed_policies(settings: Settings) -> list[Path]:
    """What was meant to be the policies file, and is not."""
    other = None if settings.policies.is_file() else misnamed(settings.config.parent / "policies.yaml")
    return [other] if other else []


def unknown_channels(rules: RuleSet, channels: Channels) -> Iterator[Problem]:
    """A rule that sends to a tag that no address has would tell nobody: an error, not a surprise at night."""
    for rule in rules.rules:
        file, line = rules.send_to_at(rule.id)
        for name in rule.send_to:
            if channels.addresses([name]):
                continue
            yield Problem(
                file=file, line=line, key="send_to",
                message=f"rule {rule.id} sends to the channel {name}, but no address in the channels file has this tag",
                hint=did_you_mean(name, channels.names()),
            )  # fmt: skip


def snapshot_of(settings: Settings) -> Snapshot:
    """The state on disk of all edited files, to notice an edit without reading them."""
    rules = settings.rules
    meant = *_misnamed_channels(settings), *_misnamed_policies(settings)
    paths = {settings.config, *meant, *rules.rglob("*.yaml"), *odd_names(rules)}
    if settings.channels:
        paths.add(settings.channels)
    paths |= {settings.policies, *(settings.policies.parent / "templates").glob("*.*")}
    return frozenset(stamp for path in paths if (stamp := _stamp(path)) is not None)


def _stamp(path: Path) -> tuple[str, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        # a link that leads nowhere is an edit too; reading it tells what is wrong
        return (str(path), -1, -1) if path.is_symlink() else None
    return str(path), found.st_mtime_ns, found.st_size


def gone_since(before: Snapshot, now: Snapshot, problems: Sequence[Problem]) -> list[Problem]:
    """Files that were read for what is in force and are not there any more: often the cause of the other mistakes.

    Those of which one of `problems` tells already, or tells of their folder, are left out.
    """
    left, told = {path for path, _, _ in now}, {problem.file for problem in problems}
    gone = (Path(path) for path, _, _ in before if path not in left and path.endswith(".yaml"))
    hint = "put it back, or take out what others use of it"
    return [
        Problem(file=str(path), message="the file is gone; it was there when all was well", hint=hint)
        for path in sorted(gone)
        if not told & {str(path), *map(str, path.parents)}
    ]
