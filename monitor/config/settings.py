"""Everything that is set through the environment: one table, from which the daemon reads, `check --settings` shows
and docs/configuration.md tells.

A variable that is set to nothing counts as not set (a compose file writes `${NAME:-}`). A variable that begins with
`BASEWATCH_` and is unknown is an error where it looks like a slip of the pen, because the wish behind it would be
silently lost, and a warning otherwise, because it then belongs to somebody else (an image tag, a script) and must not
stop the daemon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.config import database, values
from monitor.config.mailboxes import MailLogin, read_logins
from monitor.config.yamlfile import close_match
from monitor.errors import ConfigError, Problem

PREFIX = "BASEWATCH_"
_FILE = "_FILE"
#: settings that hold several values: none is an empty one
_LISTS = frozenset({"allow_networks", "mail_logins", "web_hosts", "web_proxy_networks"})
_MOST_SECRET_BYTES = 64 * 1024
#: what Kubernetes puts into every container when a service is called `basewatch`
_KUBERNETES = re.compile(r"BASEWATCH_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\w+)?)")


@dataclass(frozen=True)
class Setting:
    """One variable: its name, what it is for, and how it is read."""

    variable: str
    meaning: str
    #: what holds when it is not set, written as it would be set; empty: nothing
    default: str
    read: values.Reader
    #: words for people about the default
    note: str = ""
    #: the default is a path beside the feeds file, not in the working folder
    beside_feeds: bool = False
    #: also read from the file that `<variable>_FILE` names; never shown
    secret: bool = False

    @property
    def field(self) -> str:
        """Its attribute of `Settings`: `BASEWATCH_SEND_TRIES` is `settings.send_tries`."""
        return self.variable.removeprefix(PREFIX).lower()

    @property
    def default_text(self) -> str:
        """The default for people."""
        return f"{self.default} {self.note}".strip() or "none"


SETTINGS: tuple[Setting, ...] = (
    Setting("BASEWATCH_CONFIG", "the feeds file", "feeds.yaml", values.path, "in the working folder"),
    Setting("BASEWATCH_RULES", "the folder with the rules", "rules", values.path, "beside the feeds file",
            beside_feeds=True),
    Setting("BASEWATCH_CHANNELS", "the Apprise file whose tags are the channels", "channels.yaml", values.path,
            "beside the feeds file; where there is none, alerts go to the console", beside_feeds=True),
    Setting("BASEWATCH_POLICIES", "the file that says what each channel is told, and when", "policies.yaml",
            values.path, "beside the feeds file; where there is none, every channel is told at once",
            beside_feeds=True),
    Setting("BASEWATCH_DATABASE_URL", "the address of the database, SQLite or PostgreSQL",
            "sqlite:///basewatch.db", database.read_address, "in the working folder", secret=True),
    Setting("BASEWATCH_DATABASE_PASSWORD", "the password for that address, where it is kept apart", "", values.text,
            secret=True),
    Setting("BASEWATCH_ALLOW_NETWORKS",
            "networks that feeds may be fetched from although they are not public, with commas between them", "",
            values.networks),
    Setting("BASEWATCH_CONTACT",
            "where publishers find whoever runs this: a mail address or a page; it stands in the user agent of each"
            " request", "", values.text),
    Setting("BASEWATCH_MAIL_LOGINS",
            "who logs in at the mailboxes of the feeds file: a line `HOST USER PASSWORD` each", "", read_logins,
            secret=True),
    Setting("BASEWATCH_CONCURRENCY", "how many feeds are polled at the same time", "20", values.whole(1, 500)),
    Setting("BASEWATCH_PARSE_TIMEOUT", "how long one document may be parsed before its worker is killed", "5s",
            values.duration("1s", "2m")),
    Setting("BASEWATCH_SEND_TIMEOUT", "how long a channel may take to accept one message", "20s",
            values.duration("1s", "5m")),
    Setting("BASEWATCH_SEND_TRIES", "how often a message is tried before the operator is told that it was given up",
            "12", values.whole(1, 1000)),
    Setting("BASEWATCH_MAYBE_TRIES",
            "how often a message is sent again after a time-out, when it may have arrived already", "1",
            values.whole(0, 1000)),
    Setting("BASEWATCH_KEEP",
            "how long items are kept; what was seen is remembered longer, so that nothing is told twice", "90d",
            values.duration("1d", "36500d")),
    Setting("BASEWATCH_STOP_GRACE", "how long a stop waits for what is in hand", "25s", values.duration("1s", "10m")),
    Setting("BASEWATCH_PING_URL", "an address that is asked each minute while all is well, of a dead-man's switch", "",
            values.web_address, secret=True),
    Setting("BASEWATCH_WEBSUB_URL",
            "the public https address under which hubs (WebSub) reach the daemon; without it feeds are only polled", "",
            values.https_address),
    Setting("BASEWATCH_WEBSUB_LISTEN", "where the daemon listens for what comes to that address", "127.0.0.1:8480",
            values.listen),
    Setting("BASEWATCH_WEB", "where the board (pages, JSON, metrics) is served; without it there is none", "",
            values.board),
    Setting("BASEWATCH_WEB_PASSWORD",
            "what the board asks people for, as it is or as `basewatch serve --hash-password` writes it", "",
            values.password, secret=True),
    Setting("BASEWATCH_WEB_TOKEN", "what a program sends to change something through the board", "", values.token,
            secret=True),
    Setting("BASEWATCH_WEB_READ_TOKEN", "what a program sends to read JSON, metrics or the feed of alerts; without it"
            " they are read like the pages", "", values.token, secret=True),
    Setting("BASEWATCH_WEB_URL", "the address under which people reach the board, where that is another one (a proxy)",
            "", values.public_address),
    Setting("BASEWATCH_WEB_HOSTS", "further names under which the board may be asked, with commas between them", "",
            values.host_names),
    Setting("BASEWATCH_WEB_PROXY_HEADER", "the header in which a proxy says who has logged in at it", "",
            values.header_name),
    Setting("BASEWATCH_WEB_PROXY_NETWORKS", "the networks of the proxies that are believed, with commas between them",
            "", values.networks),
    Setting("BASEWATCH_ALIVE", "how often the operator is told that the daemon is alive, with what it has read", "",
            values.duration("10m", "31d")),
    Setting("BASEWATCH_TIMEZONE",
            "the zone in which times are shown to people, by its IANA name; of every channel whose policy names none,"
            " its clock too", "UTC", values.zone),
    Setting("BASEWATCH_LOG_LEVEL", "the least important log lines that are written", "info",
            values.word("debug", "info", "warning", "error"), "(debug, info, warning or error)"),
    Setting("BASEWATCH_LOG_FORMAT", "how log lines are written", "text", values.word("text", "json"),
            "(text or json)"),
    Setting("BASEWATCH_NO_CACHE", "1: compiled rules are not kept in the cache folder, and each start compiles them",
            "0", values.word("0", "1")),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One row of `basewatch check --settings`; holds no secret."""

    variable: str
    value: str
    default: str
    meaning: str
    #: `environment`, `file /run/secrets/x`, `option` or `default`
    source: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says, read once. Its `repr` holds no secret."""

    #: the feeds file
    config: Path
    #: the rules folder
    rules: Path
    #: the Apprise file; None: alerts go to the console
    channels: Path | None
    #: the policies file, which need not be there: then every channel has the usual policy
    policies: Path
    #: with its password
    database_url: str = field(repr=False)
    allow_networks: tuple[values.Network, ...] = ()
    #: None: the user agent says only what asks
    contact: str | None = None
    #: of mailboxes among the feeds
    mail_logins: tuple[MailLogin, ...] = field(default=(), repr=False)
    concurrency: int
    parse_timeout: timedelta
    send_timeout: timedelta
    send_tries: int
    maybe_tries: int
    keep: timedelta
    stop_grace: timedelta
    #: of a dead-man's switch; None: none is pinged
    ping_url: str | None = field(default=None, repr=False)
    #: None: feeds are only polled; else where hubs call, and where that is listened for
    websub_url: str | None = None
    websub_listen: tuple[str, int] = ("127.0.0.1", 8480)
    #: None: no board is served
    web: tuple[str, int] | None = None
    #: of people, plain or hashed; None: nobody is asked for one
    web_password: str | None = field(default=None, repr=False)
    #: of programs that act, and of those that only read; None: the first may not, the second need none
    web_token: str | None = field(default=None, repr=False)
    web_read_token: str | None = field(default=None, repr=False)
    #: without a slash at the end; None: the one that it is served at
    web_url: str | None = None
    web_hosts: tuple[str, ...] = ()
    web_proxy_header: str | None = None
    web_proxy_networks: tuple[values.Network, ...] = ()
    #: None: the operator hears of troubles alone
    alive: timedelta | None = None
    #: IANA name of the zone in which times are shown
    timezone: str = "UTC"
    #: debug, info, warning or error
    log_level: str
    #: text or json
    log_format: str
    #: 1 or 0; `topics.kept` asks the environment itself, because rules are also loaded where no settings are read
    no_cache: str
    #: every setting with its source, in the order of `SETTINGS`
    shown: tuple[Shown, ...] = field(repr=False)
    #: things to tell the operator that stop nothing
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Given:
    """The text of a setting and where it came from."""

    text: str
    source: str
    #: the variable to name in a problem
    variable: str


def load_settings(environ: Mapping[str, str], cwd: Path, *, options: Mapping[str, str] | None = None) -> Settings:
    """The settings that `environ` holds, `options` (same names, from the command line) winning over it.

    Relative paths start from `cwd`. Raises one `ConfigError` with every mistake.
    """
    problems, warnings = _unknown(environ)
    given = {s.field: _given(s, environ, options or {}, cwd, problems) for s in SETTINGS}
    read: dict[str, Any] = {}
    base = cwd
    for setting in SETTINGS:
        found = given[setting.field]
        read[setting.field] = _read(setting, found, base if setting.beside_feeds and not found else cwd, problems)
        if setting.field == "config" and read["config"] is not None:
            base = read["config"].parent
    _complete(read, given, problems)
    _guard_board(read, given, problems)
    if problems:
        raise ConfigError([*problems, *warnings])
    shown = [
        Shown(
            variable=one.variable, value=_spoken(one, read[one.field]), default=one.default_text, meaning=one.meaning,
            source=found.source if (found := given[one.field]) else "default",
        )
        for one in SETTINGS
    ]  # fmt: skip
    del read["database_password"]
    return Settings(**read, shown=tuple(shown), warnings=tuple(warnings))


def _problem(variable: str, said: object) -> Problem:
    """The mistake that `what is wrong; what to write` tells of."""
    message, _, hint = str(said).partition("; ")
    return Problem(file=variable, message=message, hint=hint)


def _unknown(environ: Mapping[str, str]) -> tuple[list[Problem], list[Problem]]:
    """Variables with our prefix that are none of ours: slips of the pen, and what belongs to somebody else."""
    known = {s.variable for s in SETTINGS} | {s.variable + _FILE for s in SETTINGS if s.secret}
    short = {name.removeprefix(PREFIX): name for name in known}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in known or _KUBERNETES.fullmatch(name):
            continue
        said = "there is no such setting"
        if meant := close_match(name.removeprefix(PREFIX), short):
            problems.append(_problem(name, f"{said}; did you mean {short[meant]}?"))
        else:
            hint = "it is ignored; `basewatch check --settings` lists all settings"
            warnings.append(replace(_problem(name, f"{said}; {hint}"), severity="warning"))
    return problems, warnings


def _given(
    setting: Setting, environ: Mapping[str, str], options: Mapping[str, str], cwd: Path, problems: list[Problem]
) -> _Given | None:
    """The text that was given for a setting; None where its default holds."""
    variable, by_file = setting.variable, setting.variable + _FILE
    if option := options.get(variable):
        return _Given(option, "option", variable)
    direct, pointer = environ.get(variable, "").strip(), environ.get(by_file, "").strip() if setting.secret else ""
    if direct and pointer:
        problems.append(_problem(variable, f"{by_file} is set as well; keep one of the two"))
        return None
    if direct:
        return _Given(direct, "environment", variable)
    return _from_file(by_file, cwd / pointer, problems) if pointer else None


def _from_file(variable: str, path: Path, problems: list[Problem]) -> _Given | None:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_SECRET_BYTES).decode("utf-8-sig").strip()
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
    except UnicodeDecodeError:
        why = "it is not UTF-8 text"
    else:
        if text:
            return _Given(text, f"file {path}", variable)
        why = "it is empty"
    hint = "name a readable file that holds the secret"
    problems.append(Problem(file=variable, message=f"the file {path} cannot be used: {why}", hint=hint))
    return None


def _read(setting: Setting, given: _Given | None, base: Path, problems: list[Problem]) -> Any:
    text = given.text if given else setting.default
    if not text and setting.field not in _LISTS:
        return None
    try:
        return setting.read(text, base)
    except ValueError as error:
        problems.append(_problem(given.variable if given else setting.variable, error))
        return None


def _complete(read: dict[str, Any], given: Mapping[str, _Given | None], problems: list[Problem]) -> None:
    """What depends on two settings or on the disk: the files that may be missing, and the password of the database."""
    for name, hint in (
        ("channels", "unset it to send alerts to the console"), ("policies", "unset it for the usual policies"),
    ):  # fmt: skip
        path = read[name]
        if path is not None and not path.is_file():
            if found := given[name]:
                problems.append(Problem(file=found.variable, message=f"there is no file {path}", hint=hint))
            if name == "channels":  # policies may be written while the daemon runs
                read[name] = None
    password = given["database_password"]
    if password and read["database_url"]:
        try:
            read["database_url"] = database.with_password(read["database_url"], password.text)
        except ValueError as error:
            problems.append(_problem(password.variable, error))


def _guard_board(read: Mapping[str, Any], given: Mapping[str, _Given | None], problems: list[Problem]) -> None:
    """A board that others can reach asks who they are: by a password, or by the word of a proxy that is known."""
    if given["web_proxy_header"] and not given["web_proxy_networks"]:
        said = "the header is believed of nobody; name the networks of the proxy in BASEWATCH_WEB_PROXY_NETWORKS"
        problems.append(_problem("BASEWATCH_WEB_PROXY_HEADER", said))
    if read["web_token"] and read["web_token"] == read["web_read_token"]:
        said = "it is the token that may act too: whoever may read could change something; write two different ones"
        problems.append(_problem("BASEWATCH_WEB_READ_TOKEN", said))
    where = given["web"]
    guarded = given["web_password"] or given["web_proxy_header"]
    if where is None or read["web"] is None or guarded or values.is_loopback(read["web"][0]):
        return
    said = (
        f"{where.text} can be reached by others, and the board would let everybody in; set BASEWATCH_WEB_PASSWORD (or"
        " BASEWATCH_WEB_PASSWORD_FILE), or BASEWATCH_WEB_PROXY_HEADER behind a proxy that logs people in, or serve it"
        " at 127.0.0.1"
    )
    problems.append(_problem(where.variable, said))


def _spoken(setting: Setting, value: Any) -> str:
    if setting.field == "database_url":
        return database.without_secrets(value)
    if setting.secret:
        return database.MASK if value else "none"
    if isinstance(value, timedelta):
        return values.spoken(value)
    if setting.field in ("websub_listen", "web") and value is not None:
        return values.spoken_listen(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    nothing = "none: alerts go to the console" if setting.field == "channels" else "none"
    return nothing if value is None else str(value)
