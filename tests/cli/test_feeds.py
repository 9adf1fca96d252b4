"""`basewatch feeds` and `basewatch feeds test`."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from commands import SPORT, Call
from monitor.feeds.condition import Doing
from monitor.model.feed import Poll
from monitor.queries.status import FeedStatus, sickest_first
from monitor.store.store import Store
from serving import FeedServer
from values import NOW


def test_feeds_before_and_after_a_poll(configuration: FeedServer, call: Call) -> None:
    (row,) = json.loads(call("feeds", "--json")[1])
    assert (row["result"], row["last_success_at"], row["polls"]) == ("", None, [])
    assert "not polled yet" in call("feeds")[1]
    call("poll")
    (row,) = json.loads(call("feeds", "--json")[1])
    assert (row["name"], row["result"], row["failures"]) == ("wire", "fetched", 0)
    assert row["next_poll_at"]
    (poll,) = row["polls"]
    assert poll["entries"] == poll["new"] + poll["updated"] + poll["copies"] + poll["old"] > 0
    assert re.search(r"^wire +\d+s ago +fetched", call("feeds")[1], re.MULTILINE)


def test_items_per_day_leaves_the_first_poll_out(told: FeedServer, call: Call) -> None:
    assert json.loads(call("feeds", "--json")[1])[0]["items_per_day"] is None  # not a whole day yet


def test_feeds_test_shows_what_comes(configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    url = configuration.url("/wire.xml")
    code, out, _ = call("feeds", "test", url)
    assert code == 0
    assert "1 entries" in out
    assert SPORT.title in out
    answer = json.loads(call("feeds", "test", url, "--json")[1])
    assert [entry["title"] for entry in answer["entries"]] == [SPORT.title]
    assert call("feeds", "test", configuration.url("/nothing"))[0] == 1
    monkeypatch.delenv("BASEWATCH_ALLOW_NETWORKS")
    code, out, _ = call("feeds", "test", url)
    assert code == 1
    assert "blocked address" in out


def test_feeds_test_says_where_it_came_from(configuration: FeedServer, call: Call) -> None:
    configuration.redirect("/old.xml", "/wire.xml", status=301)
    assert f"came from {configuration.url('/wire.xml')}" in call("feeds", "test", configuration.url("/old.xml"))[1]


def test_the_sick_come_first_with_the_reason(configuration: FeedServer, call: Call) -> None:
    (row,) = json.loads(call("feeds", "--json")[1])
    assert (row["state"], row["reason"], row["drops"]) == ("quiet", "not polled yet", {})
    call("poll")
    call("poll")
    (row,) = json.loads(call("feeds", "--json")[1])
    assert row["state"] == "healthy"
    assert row["drops"] == {"too old": 1}, "the first poll's items are stored and not told"
    assert (row["pace"], row["wakes_at"]) == ("fixed", None)
    assert row["cost_ms"] >= 1
    assert re.search(r"\d+[ms]: each interval, as written", call("feeds")[1])
    configuration.put("/wire.xml", b"", status=410)
    call("poll")
    (row,) = json.loads(call("feeds", "--json")[1])
    assert row["state"] == "gone"
    assert "gone for good (http 410)" in row["reason"]
    gone, unchanged, first = (poll["result"] for poll in row["polls"])
    assert (gone, first) == ("http 410", "fetched")
    assert f"http 410, {unchanged}, fetched (" in call("feeds")[1]


@pytest.mark.usefixtures("configuration")
def test_what_was_dropped_is_told_by_its_cause(call: Call, here: Path) -> None:
    call("poll")
    polls = [
        Poll(
            at=NOW, result="fetched", entries=40, new=1, copies=2, old=30, dropped=9, flood=10, backfill=15, over_cap=4
        ),
        Poll(at=NOW, result="fetched", entries=6, old=6, dropped=1, too_old=6, told_from_crowd=3),
    ]
    with closing(Store(f"sqlite:///{here / 'basewatch.db'}")) as store, store.transaction() as tx:
        state = replace(tx.feed_state("wire"), pace="sleeps", wakes_at=NOW, cost_ms=2300)
        tx.save_polls([(state, one) for one in polls])
    (row,) = json.loads(call("feeds", "--json")[1])
    assert row["drops"] == {
        "known": 7, "copy": 2, "held": 5, "not taken": 6, "too old": 7, "flood": 10, "back-fill": 15, "over the cap": 4,
    }  # fmt: skip
    told = call("feeds")[1]
    assert "7 known, 2 copy, 5 held, 6 not taken, 7 too old, 10 flood, 15 back-fill, 4 over the cap" in told
    assert "it sleeps until about 10:30 UTC" in told
    assert "reading its document costs 2.3 s of a processor" in told


def test_sickest_first_keeps_the_order_of_equals() -> None:
    rows = [FeedStatus(name=str(n), url="", publisher="", state=one) for n, one in enumerate(list(Doing)[::-1] * 2)]
    assert [row.name for row in sickest_first(rows)] == ["5", "11", "4", "10", "3", "9", "2", "8", "1", "7", "0", "6"]


def test_feeds_test_finds_the_feed_that_a_page_names(configuration: FeedServer, call: Call) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/lost.xml"><link rel="alternate" '
    page = f'<!DOCTYPE html><html><head>{head}type="application/rss+xml" href="/wire.xml"></head></html>'
    url = configuration.put("/", page, headers={"Content-Type": "text/html"})
    code, out, _ = call("feeds", "test", url)
    assert code == 0
    assert f"{url} is a page; the feed behind it:\n  {configuration.url('/wire.xml')}\n" in out
    assert SPORT.title in out
    answer = json.loads(call("feeds", "test", url, "--json")[1])
    assert (answer["url"], answer["feeds"]) == (url, [configuration.url("/wire.xml")])
    assert [entry["title"] for entry in answer["entries"]] == [SPORT.title]


def test_feeds_test_looks_where_feeds_often_are(configuration: FeedServer, call: Call) -> None:
    page = "<!DOCTYPE html><html><body>News</body></html>"
    url = configuration.put("/en/", page)
    code, out, _ = call("feeds", "test", url)
    assert code == 1
    assert "not a feed" in out
    names = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    news = "<url><loc>/a</loc><news:news><news:title>Rockets hit Erbil</news:title></news:news></url>"
    configuration.put("/news-sitemap.xml", f"<urlset {names}>{news}</urlset>")
    code, out, _ = call("feeds", "test", url)
    assert code == 0
    assert "Rockets hit Erbil" in out
    assert configuration.url("/news-sitemap.xml") in out
