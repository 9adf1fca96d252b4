"""A database that an older basewatch left behind: the news that it was made of, and how it was made.

Run as a script, with the code and the tests of an old checkout, it lives through an evening with them, kills the
daemon and prints the database as SQL:

    git worktree add /tmp/old 55694c3            # and its .venv, as CONTRIBUTING.md says
    export PYTHONPATH=/tmp/old:/tmp/old/tests
    /tmp/old/.venv/bin/python -P tests/support/olddatabase.py > tests/data/databases/0005.sql

Ports differ from run to run: the dump holds `FEEDS` and `HOOK` in their place. All texts are invented.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from newsroom import Newsroom, PublishedFeed, Story, rss

#: in the dump in place of the ports of the feed server and of the webhook
FEEDS, HOOK = 47001, 47002
ETAG = '"as-before"'
NOTE = "a salvo, and I was told at once"


@dataclass(frozen=True)
class News:
    """What the feeds held at the end. Dates are ISO, so that they move with those of the dump."""

    day: date

    def story(self, title: str, name: str, *, at: str = "00:10", summary: str = "") -> Story:
        return Story(title, summary=summary, link=f"https://news.example/{name}", published=f"{self.day}T{at}:00Z")

    @property
    def derby(self) -> Story:
        return self.story("Lions win the derby", "derby")

    @property
    def weather(self) -> Story:
        return self.story("Rain is expected on Sunday", "weather")

    @property
    def asad(self) -> Story:
        return self.story("Two drones hit Ain al-Asad air base in western Iraq", "asad")

    @property
    def asad_edited(self) -> Story:
        return replace(self.asad, summary="Three soldiers were wounded in the attack, officials said.")

    @property
    def salvo(self) -> Story:
        return self.story(
            "Ballistic missiles hit Al Udeid air base in Qatar and Ali Al Salem air base in Kuwait", "salvo"
        )

    @property
    def revenge(self) -> Story:
        return self.story("US strikes Iran-backed militias in retaliation for drone attack", "revenge")

    @property
    def tanf(self) -> Story:
        return self.story("Rockets strike al-Tanf garrison in Syria, no casualties", "tanf")

    def wire(self) -> list[Story]:
        return [self.derby, self.asad_edited, self.salvo, self.revenge, self.tanf]

    def agency(self) -> list[Story]:
        """The same article under the same address: a copy."""
        return [self.weather, self.asad]

    def paper(self) -> list[Story]:
        return [self.weather]


def publish(room: Newsroom, feed: PublishedFeed, stories: list[Story]) -> None:
    """The feed holds these stories; `paper` has validators."""
    feed.stories = stories
    feed.publish()
    if feed.name == "paper":
        room.server.put("/paper.xml", rss(stories, title="paper"), etag=ETAG)


def live(room: Newsroom, news: News) -> None:
    """The evening: told, edited, copied; then the hook refuses, every feed fails, and the daemon is killed."""
    room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.hook.url("operator")]})
    wire, agency, paper = (
        room.feed(name, publisher=name.title(), language="en") for name in ("wire", "agency", "paper")
    )
    publish(room, wire, [news.derby])
    publish(room, agency, [news.weather])
    publish(room, paper, news.paper())
    room.start()
    wire.add(news.asad, news.salvo, news.revenge)
    room.hook.wait_for(2, seconds=30)
    publish(room, agency, news.agency())
    wire.replace(news.asad, summary=news.asad_edited.summary)
    for feed in (wire, agency, paper):
        room.wait_polls(feed, 2)
    good = room.path("feeds.yaml").read_text()
    room.path("feeds.yaml").write_text("feeds:\n  - nam: x\n")
    room.hook.wait_for(3, seconds=30)
    room.path("feeds.yaml").write_text(good)
    room.hook.wait_for(4, seconds=30)
    room.call("feedback", news.salvo.link, "right", "--note", NOTE)
    room.hook.mode, room.hook.code = type(room.hook.mode).REFUSE, 503
    wire.add(news.tanf)
    room.until(lambda: bool(room.hook.refused), "a delivery is refused")
    for feed in (wire, agency, paper):
        room.server.put(f"/{feed.name}.xml", b"", status=500)
    room.until(lambda: "every feed fails" in room.log, "no feed can be read", seconds=90)
    room.until(
        lambda: "/operator" in {path for message in room.hook.refused for path in message.to}, "a notice is refused"
    )
    process = room.process
    assert process is not None
    process.kill()
    process.wait()


def dump(room: Newsroom) -> str:
    """The database as SQL, free of this run's folder and ports, and of what the keys of addresses hold of these."""
    from monitor.alerts.channels import Channels

    text = "\n".join(sqlite3.connect(room.path("basewatch.db")).iterdump()) + "\n"
    names = ["alerts", "operator"]
    used = Channels.load(room.path("channels.yaml")).targets(names)
    file = room.path("channels.yaml")
    file.write_text(file.read_text().replace(f":{room.hook.port}/", f":{HOOK}/"))
    for old, new in zip(used, Channels.load(file).targets(names), strict=True):
        text = text.replace(old.key, new.key)
    text = text.replace(f":{room.server.port}/", f":{FEEDS}/").replace(f":{room.hook.port}/", f":{HOOK}/")
    return text.replace(str(room.folder), "/srv/basewatch")


def main() -> None:
    news = News(datetime.now(UTC).date())
    with tempfile.TemporaryDirectory() as folder, Newsroom(Path(folder)) as room:
        live(room, news)
        sys.stdout.write(f"-- made by tests/support/olddatabase.py with basewatch 55694c3 on {news.day}\n{dump(room)}")


if __name__ == "__main__":
    main()
