"""The channels that people set up, and the one door to Apprise.

A channel is a tag of the Apprise configuration; an address is one of its URLs (and, where a URL names several people,
one of them), because a delivery that failed for one must not be repeated to another. Each attempt builds its plugin
afresh, so that no throttle of an earlier send sleeps in it, with Apprise's own retry off, and runs in a thread that
is left to itself when its time is up.

No secret leaves this module: problems, labels, keys and results are made of masked addresses, and Apprise's own log
is kept from all handlers.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from monitor.alerts.html import tables_as_text
from monitor.channels.envelope import MAIL, SENDER, mail_headers, texts
from monitor.channels.escape import label_of, scrub
from monitor.channels.file import ChannelEntry, read_channel_file
from monitor.channels.outcome import read_outcome
from monitor.config import yamlfile
from monitor.errors import ConfigError, Problem
from monitor.model.alert import Alert
from monitor.model.delivery import Address, SendOutcome, SendResult
from monitor.model.report import Level

#: part of the time limit after which the socket gives up, so that the cause can still be named
_SOCKET_PART = 0.8
#: longest wait for a connection, seconds
_CONNECT_SECONDS = 10.0
#: the channel of those who have set up none: alerts on standard output
CONSOLE = Address(key="console", channel="alerts", label="console")
#: the channels that the shipped rules and the daemon send to
CONSOLE_NAMES = frozenset({"alerts", "operator"})

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class _Route:
    """Where one address leads: which entry of the file, which of its plugins, which of the plugin's recipients."""

    #: Apprise's own address with its secrets masked, without options
    masked: str = field(repr=False)
    #: digest of the whole address with its secrets
    identity: str
    channels: frozenset[str]
    entry: ChannelEntry = field(repr=False)
    plugin: int
    recipient: int | None

    @property
    def schema(self) -> str:
        """As Apprise writes it: a plugin's own `schema` may be another (Mattermost's is `http`)."""
        return self.masked.partition("://")[0]


class Channels:
    """Every address of the channels file, by key and by channel; sends to one of them at a time."""

    def __init__(self, routes: Iterable[_Route] = (), *, console: bool = False) -> None:
        self._routes = _by_key(routes)
        self._console = console

    @classmethod
    def load(cls, path: Path | None, *, environ: Mapping[str, str] | None = None) -> Channels:
        """The channels of an Apprise configuration; None: one console channel.

        A `ConfigError` holds every problem: unreadable, unknown schema, refused address, missing tag or secret.
        """
        if path is None:
            return cls(console=True)
        entries, problems = read_channel_file(path, os.environ if environ is None else environ)
        routes: list[_Route] = []
        for entry in entries:
            plugins = plugins_of(entry)
            for message, hint in (refusals := _refusals(entry, plugins)):
                problems.append(Problem(file=str(path), line=entry.line, key=entry.key, message=message, hint=hint))
            if not refusals:
                routes += _routes(entry, plugins)
        if problems:
            raise ConfigError(problems)
        return cls(routes)

    def names(self) -> frozenset[str]:
        """The channels there are."""
        if self._console:
            return CONSOLE_NAMES
        return frozenset(name for route in self._routes.values() for name in route.channels)

    def addresses(self, channels: Iterable[str]) -> tuple[Address, ...]:
        """The addresses of these channels, each once, in the order of the file; an unknown channel has none.

        The console takes every channel: without a channels file nobody shall be told nothing.
        """
        wanted = [channel.casefold() for channel in channels]
        if self._console:
            return (CONSOLE,) if wanted else ()
        return tuple(
            Address(key=key, channel=named[0], label=label_of(route.masked))
            for key, route in self._routes.items()
            if (named := [channel for channel in wanted if channel in route.channels])
        )

    def send(self, key: str, alert: Alert, *, seconds: float) -> SendResult:
        """One attempt to send `alert` to one address; blocks for about `seconds` at most and never raises.

        SENT means that the receiver accepted it. An attempt that is still under way when the time is up goes on by
        itself and is MAYBE_SENT. What cannot be told apart from outside (a connection lost before or after the
        message was read) is MAYBE_SENT too, see `outcome`.
        """
        if self._console and key == CONSOLE.key:
            return _print(alert)
        if (route := self._routes.get(key)) is None:
            return SendResult(outcome=SendOutcome.IMPOSSIBLE, detail="the channels file no longer holds this address")
        return within(seconds, lambda: _attempt(route, alert, seconds=seconds))


def _print(alert: Alert) -> SendResult:
    """Print `alert` as plain text, whole and at once; a reader that went away is a failed attempt."""
    text = f"{alert.title}\n{alert.body}\n\n"
    try:
        with _one_at_a_time:
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()
    except (OSError, ValueError) as error:  # ValueError: standard output was closed
        return SendResult(outcome=SendOutcome.FAILED, detail=f"standard output: {error}")
    return SendResult(outcome=SendOutcome.SENT)


def within(seconds: float, attempt: Callable[[], SendResult]) -> SendResult:
    """The attempt's result, or "maybe sent" when its time is up; the thread is then left to itself."""
    results: queue.SimpleQueue[SendResult] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(attempt())
        except Exception as error:  # a plugin's mistake must not stop the deliveries; its text may hold secrets
            results.put(SendResult(outcome=SendOutcome.MAYBE_SENT, detail=f"the plugin broke: {type(error).__name__}"))

    threading.Thread(target=run, daemon=True, name="send-attempt").start()
    try:
        return results.get(timeout=max(0.0, seconds))
    except queue.Empty:
        return SendResult(outcome=SendOutcome.MAYBE_SENT, detail=f"no answer within {seconds:g} s")


def _attempt(route: _Route, alert: Alert, *, seconds: float) -> SendResult:
    apprise = _apprise()
    plugin = _fresh(route, seconds=seconds)
    if plugin is None:
        return SendResult(outcome=SendOutcome.IMPOSSIBLE, detail="Apprise no longer takes this address")
    text = apprise.NotifyFormat.TEXT
    raw = plugin.resolve_format(text) == text
    mail = route.schema in MAIL
    as_html = (
        mail and bool(alert.html) and plugin.resolve_format(apprise.NotifyFormat.HTML) == apprise.NotifyFormat.HTML
    )
    if mail:
        _as_mail(plugin, alert)
    files = _files(alert) if getattr(plugin, "attachment_support", False) else None
    title, body = texts(
        alert, route.schema, raw=raw, room=plugin.body_maxlen, with_files=files is not None or not alert.attachments
    )
    if mail or (files and len(files) > 1):
        # Apprise would keep the first picture alone, and cut a page; the text is short enough for the service already
        plugin.overflow_mode = apprise.OverflowMode.UPSTREAM
    if as_html and files and hasattr(plugin, "inline"):
        plugin.inline = True  # pictures stand where the page names them, else they come below
    sender = apprise.Apprise(asset=plugin.asset)
    sender.add(plugin)
    result = sender.notify(
        title=title,
        body=alert.html if as_html else body,
        body_format=apprise.NotifyFormat.HTML if as_html else text,
        notify_type={Level.URGENT: "warning", Level.FLASH: "failure"}.get(alert.level, "info"),
        attach=files,
        interpret_escapes=False,
        log_level=logging.DEBUG,
    )
    attempts = [attempt for service in result.results for attempt in service.attempts]
    status = attempts[-1].status if attempts else result.status  # `optional=yes` would call any end a success
    read = read_outcome(
        succeeded=status == apprise.AppriseResultStatus.SUCCESS,
        timed_out=status == apprise.AppriseResultStatus.TIMEOUT,
        log=[entry.message for attempt in attempts for entry in attempt.logs],
    )
    return replace(read, detail=scrub(read.detail, secret=plugin.url(), shown=label_of(route.masked)))


def _as_mail(plugin: Any, alert: Alert) -> None:
    """The sender's name and the headers of a mail; what the address sets by itself stays."""
    if not plugin.from_addr[0]:
        plugin.from_addr = (SENDER, plugin.from_addr[1])
    set_already = {name.casefold() for name in plugin.headers}
    plugin.headers.update(
        {name: value for name, value in mail_headers(alert).items() if name.casefold() not in set_already}
    )


def _files(alert: Alert) -> Any:
    """The attachments of an alert, from memory; None where there are none."""
    if not alert.attachments:
        return None
    from apprise.attachment import memory

    in_memory: Any = memory.AttachMemory
    return [
        in_memory(content=base64.b64decode(one.base64), name=one.name, mimetype=one.mimetype)
        for one in alert.attachments
    ]


def _fresh(route: _Route, *, seconds: float) -> Any:
    """The plugin of `address`, built anew for one attempt: no throttle, no retry, no redirect, one recipient."""
    plugins = plugins_of(route.entry)
    if route.plugin >= len(plugins):
        return None
    plugin = plugins[route.plugin]
    if route.recipient is not None:
        plugin.targets = [plugin.targets[route.recipient]]
    plugin.request_rate_per_sec = 0
    plugin.retry = 0
    plugin.redirects = False  # a redirected POST becomes a GET without the message, and looks delivered
    plugin.socket_read_timeout = seconds * _SOCKET_PART
    # the mail plugin knows one time-out only, for connecting and for every answer
    mail = route.schema in MAIL
    plugin.socket_connect_timeout = seconds * _SOCKET_PART if mail else min(_CONNECT_SECONDS, seconds * _SOCKET_PART)
    overflow = _apprise().OverflowMode
    if plugin.overflow_mode == overflow.UPSTREAM:
        plugin.overflow_mode = overflow.TRUNCATE  # too long for a service: cut rather than refused
    return plugin


# ---------------------------------------------------------------------------------- the channels file


@cache
def _apprise() -> Any:
    """Apprise, imported when the first address needs it (36 MB with all its plugins), its log kept to itself."""
    for name in ("apprise", "urllib3"):  # their lines hold webhook paths and, below DEBUG, whole addresses
        logging.getLogger(name).propagate = False
        logging.getLogger(name).addHandler(logging.NullHandler())
    logging.getLogger("apprise").setLevel(logging.DEBUG)  # so that the result of an attempt holds its lines
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports modules that Python is about to drop
        import apprise as library

        apprise: Any = library
        apprise.NotificationManager().load_modules()
        _keep_tables(apprise)
    return apprise


def _keep_tables(apprise: Any) -> None:
    """In the text that Apprise makes out of a mail's page every cell is a line of its own; a row shall be one."""
    from apprise.plugins.email import base as mail

    module: Any = mail
    convert: Callable[..., Any] | None = getattr(module, "convert_between", None)
    if convert is None:  # another version does it elsewhere: readable, if less so
        return
    html = apprise.NotifyFormat.HTML

    def with_rows(from_format: Any, to_format: Any, content: str, **others: Any) -> Any:
        page = tables_as_text(content) if from_format == html and to_format != html else content
        return convert(from_format, to_format, page, **others)

    module.convert_between = with_rows


def plugins_of(entry: ChannelEntry) -> list[Any]:
    """The plugins that Apprise makes of one entry, in its order; none where it refuses."""
    asset = _apprise().AppriseAsset(
        app_id="basewatch", app_desc="basewatch", app_url="", image_url_mask="", image_url_logo="",
        async_mode=False, service_timeout=0, storage_mode="memory", allow_templates=False, secure_logging=True,
        result_log_disk_size=0, interpret_emojis=False, interpret_escapes=False,
    )  # fmt: skip
    config = _apprise().ConfigBase
    parse = config.config_parse_yaml if entry.is_yaml else config.config_parse_text
    plugins, _ = parse(entry.config, asset=asset)
    return list(plugins)


def _refusals(entry: ChannelEntry, plugins: list[Any]) -> list[tuple[str, str]]:
    """What is wrong with an entry, each with what to write instead."""
    if not plugins:
        return [_why_refused(entry.schema)]
    found: list[tuple[str, str]] = []
    for plugin in plugins:
        if not plugin.enabled:
            found.append((f"{entry.schema}:// needs software that is not installed here", str(plugin.setup_url or "")))
        if not plugin.tags:
            found.append(("the address has no tag, so nothing is sent to it", "write: tag: alerts"))
        for tag in sorted(plugin.tags, key=str):
            if str(tag) == "always":
                found.append(("always is not used as a tag here", "name each channel, as in tag: alerts, operator"))
            if getattr(tag, "has_priority", False):
                message = f"the tag {tag} has a priority, but every address of a channel is told"
                found.append((message, f"write: tag: {tag}"))
    return list(dict.fromkeys(found))


def _why_refused(schema: str) -> tuple[str, str]:
    """The likely meaning of an address that Apprise does not take; its own words could hold secrets."""
    manager = _apprise().NotificationManager()
    known = [str(name) for name in manager.schemas()]
    if schema in ("http", "https"):
        return (f"{schema}:// is no channel", f"for a webhook write: json{'s' if schema == 'https' else ''}://…")
    if schema not in known:
        near = yamlfile.close_match(schema, known)
        return (f"I do not know the schema {schema}://", f"did you mean {near}://?" if near else "see docs/channels.md")
    forms = [str(form).replace("{schema}", schema) for form in manager[schema].templates][:2]
    return (f"Apprise refuses this {schema}:// address or its options", f"its form: {' or '.join(forms)}")


def _routes(entry: ChannelEntry, plugins: list[Any]) -> Iterator[_Route]:
    """One address per plugin, or per recipient where a plugin sends to each of its recipients by itself."""
    for index, plugin in enumerate(plugins):
        plugin.retry = 0  # it counts in the plugin's length
        recipients = getattr(plugin, "targets", None)
        several = isinstance(recipients, list) and len(recipients) > 1 and len(plugin) == len(recipients)
        for recipient in range(len(recipients)) if several and recipients else (None,):
            if recipient is not None and recipients:
                plugin.targets = [recipients[recipient]]
            yield _Route(
                masked=plugin.url(privacy=True).partition("?")[0],
                identity=_digest(plugin.url()),
                channels=frozenset(str(tag).casefold() for tag in plugin.tags),
                entry=entry,
                plugin=index,
                recipient=recipient,
            )


def _by_key(found: Iterable[_Route]) -> dict[str, _Route]:
    """Each address once, with all its channels, under a key that outlives restart, reordering and a new password.

    The key is a digest of the masked address. Addresses that look the same when masked (two webhooks that differ
    in a token) are numbered by their secret identity, so that the order in the file does not matter.
    """
    routes: dict[str, _Route] = {}
    for route in found:
        known = routes.get(route.identity, route)
        routes[route.identity] = replace(known, channels=known.channels | route.channels)
    keys = {}
    for route in routes.values():
        equals = sorted(other.identity for other in routes.values() if other.masked == route.masked)
        keys[_digest(f"{route.masked} {equals.index(route.identity)}")] = route
    return keys


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
