"""A world for end-to-end tests: publishers' feeds, mailboxes and webhooks on loopback, `basewatch run` between them.

with Newsroom(tmp_path) as room:
    wire = room.feed("wire", [Story("Sport: …")])
    room.start()                          # basewatch run, a subprocess; returns when every feed had its first poll
    wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
    room.hook.wait_for(1, seconds=30)
    room.stop()                           # SIGTERM; asserts exit 0
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import forked
from monitor.app import open_app, utc_now
from monitor.channels.apprise import Channels
from monitor.config import yamlfile
from monitor.config.feedsfile import load_feeds
from monitor.config.settings import Settings, load_settings
from monitor.configuration import Configuration, policies_of
from monitor.daemon.attention import drafts_of, drawn, due
from monitor.fulltext import PageRead
from monitor.model.alert import Alert
from monitor.polls import PollReport
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from receivers import SmtpReceiver, WebhookReceiver
from serving import FeedServer

CHECKOUT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Story:
    """One article as a publisher writes it into a feed."""

    title: str
    summary: str = ""
    #: path of its page; made from the title where it is not given
    link: str = ""
    guid: str | None = None
    published: datetime | str | None = field(default_factory=lambda: datetime.now(UTC))

    def xml(self) -> str:
        link = self.link or f"https://news.example/{zlib.crc32(self.title.encode())}"
        guid = link if self.guid is None else self.guid
        date = format_datetime(self.published) if isinstance(self.published, datetime) else self.published
        parts = [f"<title>{escape(self.title)}</title>", f"<link>{escape(link)}</link>"]
        parts += [f"<description>{escape(self.summary)}</description>"] if self.summary else []
        parts += [f'<guid isPermaLink="false">{escape(guid)}</guid>'] if guid else []
        parts += [f"<pubDate>{date}</pubDate>"] if date else []
        return f"<item>{''.join(parts)}</item>"


def rss(stories: Sequence[Story], *, title: str = "A feed") -> bytes:
    """An RSS document with these stories, newest last added first, as publishers do."""
    items = "\n".join(story.xml() for story in reversed(stories))
    head = f"<title>{escape(title)}</title><link>https://news.example/</link><description>test</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}\n{items}</channel></rss>'.encode()


class PublishedFeed:
    """One feed on the test's server; every change is served at once."""

    def __init__(self, server: FeedServer, name: str, stories: Sequence[Story], options: Mapping[str, Any]) -> None:
        self.name = name
        self.options = dict(options)
        self._server = server
        self.stories = list(stories)
        self.url = self.publish()

    def publish(self) -> str:
        self.url = self._server.put(f"/{self.name}.xml", rss(self.stories, title=self.name))
        return self.url

    def add(self, *stories: Story) -> None:
        self.stories += stories
        self.publish()

    def replace(self, old: Story, **changes: Any) -> None:
        self.stories[self.stories.index(old)] = replace(old, **changes)
        self.publish()


class Newsroom:
    """See the module's docstring."""

    def __init__(self, folder: Path, *, interval: str = "10s", environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.server = FeedServer()
        self.mail = SmtpReceiver()
        self.hook = WebhookReceiver()
        self.feeds: list[PublishedFeed] = []
        self.process: subprocess.Popen[str] | None = None
        self._interval = interval
        self._extra = dict(environment or {})
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Newsroom:
        for part in (self.server, self.mail, self.hook):
            self._stack.enter_context(part)
        self.channels({"alerts": [self.mail.url("duty@example.org"), self.hook.url("alerts")]})
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._stack.close()

    # ------------------------------------------------------------------------------------- what people edit

    def feed(self, name: str, stories: Sequence[Story] = (), **options: Any) -> PublishedFeed:
        """A feed that the server serves and feeds.yaml names."""
        feed = PublishedFeed(self.server, name, stories, options)
        self.feeds.append(feed)
        self.write_feeds()
        return feed

    def write_feeds(self) -> None:
        feeds = [{"name": feed.name, "url": feed.url, **feed.options} for feed in self.feeds]
        self.path("feeds.yaml").write_text(json.dumps({"defaults": {"interval": self._interval}, "feeds": feeds}))

    def channels(self, channels: Mapping[str, Sequence[str]]) -> None:
        """The channels file: tag → addresses."""
        urls = [{url: [{"tag": tag}]} for tag, addresses in channels.items() for url in addresses]
        self.path("channels.yaml").write_text(json.dumps({"urls": urls}))

    def path(self, name: str) -> Path:
        return self.folder / name

    # ------------------------------------------------------------------------------------------ basewatch

    @property
    def environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
        return clean | {
            "BASEWATCH_CONFIG": str(self.path("feeds.yaml")),
            "BASEWATCH_RULES": str(english_rules(self.path("english-rules"))),
            "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "BASEWATCH_LOG_LEVEL": "debug",  # a line for each poll, also for those that bring nothing
            "BASEWATCH_DATABASE_URL": f"sqlite:///{self.path('basewatch.db')}",
            **self._extra,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "monitor", *arguments]

    def call(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        ran = forked.run(*arguments, cwd=self.folder, env=self.environment)
        done = subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())
        if expect is not None:
            assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def poll(self, *, alert_backlog: bool = False, now: datetime | None = None) -> list[PollReport]:
        """One pass and its deliveries, as `basewatch poll` does it, but without a process of its own."""
        settings = load_settings(self.environment, self.folder)
        configuration = self.configuration(settings)
        with open_app(settings, configuration=configuration, clock=utc_now if now is None else lambda: now) as app:
            reports = asyncio.run(app.poll(alert_backlog=alert_backlog))
            asyncio.run(app.deliver())
        return reports

    def read_pages(self, *, now: datetime | None = None) -> list[PageRead]:
        """The pages of matched items that are due, and the deliveries that follow."""
        settings = load_settings(self.environment, self.folder)
        configuration = self.configuration(settings)
        with open_app(settings, configuration=configuration, clock=utc_now if now is None else lambda: now) as app:
            pages = asyncio.run(app.read_pages())
            asyncio.run(app.deliver())
        return pages

    def configuration(self, settings: Settings | None = None) -> Configuration:
        """What is edited, with the shipped rules."""
        settings = settings or load_settings(self.environment, self.folder)
        channels, rules = Channels.load(settings.channels), shipped_rules()
        feeds = load_feeds(settings.config)
        policies = policies_of(settings, rules, channels)
        return Configuration(feeds=feeds, rules=rules, channels=channels, policies=policies)

    def attend(self, now: datetime) -> list[Alert]:
        """What the daemon tells of what waited, and its deliveries."""
        settings = load_settings(self.environment, self.folder)
        configuration = self.configuration(settings)
        with open_app(settings, configuration=configuration, clock=lambda: now) as app:
            with app.store.read() as tx:
                drafts = drafts_of(tx, configuration, now)
            pictures = drawn(drafts)
            with app.store.transaction() as tx:
                alerts = due(tx, configuration, now, pictures)
            asyncio.run(app.deliver())
        return alerts

    def json(self, *arguments: str, expect: int | None = 0) -> Any:
        return json.loads(self.call(*arguments, "--json", expect=expect).stdout)

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        """`basewatch run` as it is, without waiting; logs go to run.log."""
        log = self._stack.enter_context(self.path("run.log").open("a"))
        self.process = subprocess.Popen(
            self.command("run", *arguments), cwd=self.folder, env=self.environment, stdout=log, stderr=log, text=True
        )
        return self.process

    def start(self, *arguments: str) -> None:
        """`basewatch run`; returns when every feed was asked for at least once and its poll is kept."""
        self.spawn(*arguments)
        self.until(lambda: all(self.polls(feed.name) for feed in self.feeds), "a first poll of every feed")

    def stop(self, *, number: int = signal.SIGTERM, seconds: float = 40) -> str:
        """Ends the daemon; asserts exit 0 and returns its log."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        assert code == 0, f"exit {code}\n{self.log}"
        return self.log

    @property
    def log(self) -> str:
        return self.path("run.log").read_text()

    def polls(self, feed: str) -> int:
        """How many polls of this feed were kept, read from the daemon's log."""
        return self.log.count(f"polled feed={feed} ")

    def wait_polls(self, feed: PublishedFeed, more: int = 1, *, seconds: float = 40) -> None:
        """Until `more` further polls that began after this call are kept (the one in hand may be older)."""
        before = self.polls(feed.name)
        self.until(lambda: self.polls(feed.name) >= before + more, f"{more} more polls of {feed.name}", seconds=seconds)

    def until(self, condition: Callable[[], bool], what: str, *, seconds: float = 40) -> None:
        """Waits for a condition, with a deadline, never for a guess."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process is None or self.process.poll() is None, f"the daemon ended\n{self.log}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.log}"
            time.sleep(0.05)


def english_rules(folder: Path) -> Path:
    """The shipped rules without the words of other languages: a process reads them in a third of the time.

    A few lists hold words of other languages only; each gets one that no story holds.
    """
    if not folder.exists():
        shutil.copytree(CHECKOUT / "rules", folder, ignore=shutil.ignore_patterns("schema", *_other_languages()[0]))
        (folder / "lists" / "none.yaml").write_text(_other_languages()[1])
    return folder


@cache
def _other_languages() -> tuple[list[str], str]:
    """The files of lists of other languages, and a file for the lists that are empty without them."""
    texts = {file: file.read_text("utf-8") for file in (CHECKOUT / "rules" / "lists").glob("*.yaml")}
    others = [file for file, text in texts.items() if re.search("^language: (?!any$)", text, re.MULTILINE)]
    files = [yamlfile.read(file).data for file in texts if file not in others]
    empty = {name for data in files for name, words in data.get("lists", {}).items() if not words}
    return [file.name for file in others], json.dumps({"extend": {name: ["xyzzy"] for name in sorted(empty)}})


@cache
def shipped_rules() -> RuleSet:
    """The rules of the checkout, read once."""
    return load_rules(CHECKOUT / "rules")


def old(hours: float) -> datetime:
    """A publisher's date so many hours ago."""
    return datetime.now(UTC) - timedelta(hours=hours)


def incident_lines(text: str) -> Iterator[tuple[str, str]]:
    """The machine-readable lines of a message: (`incident`, id), (`version`, n), (`reason`, word) …"""
    for line in text.splitlines():
        key, colon, value = line.partition(": ")
        if colon and key in ("incident", "version", "reason", "alert"):
            yield key, value.strip()
