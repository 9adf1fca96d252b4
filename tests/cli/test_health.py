"""`basewatch health`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import yaml

from commands import ASAD, SPORT, Call
from monitor.store.store import Store
from newsroom import Story, rss
from serving import FeedServer


def test_health_without_a_daemon(told: FeedServer, call: Call) -> None:
    code, out, _ = call("health")
    assert code == 1
    assert "basewatch run" in out
    assert json.loads(call("health", "--json")[1])["ok"] is False


def test_health_of_a_daemon_that_lives(told: FeedServer, call: Call, here: Path) -> None:
    store = Store(f"sqlite:///{here}/basewatch.db")
    now = datetime.now(UTC)
    with store.transaction() as tx:
        tx.state_set("heartbeat", {"at": now.isoformat()})
    store.close()
    code, out, _ = call("health")
    assert (code, out.split(":")[0]) == (0, "fine")


SWAHILI = Story("Ndege zisizo na rubani zashambulia kambi ya Manda", link="https://wire.example/manda")
GEORGIAN = Story("ამერიკულ ბაზაზე დრონით თავდასხმა", link="https://wire.example/georgia")


def test_items_that_no_list_reads_are_counted(told: FeedServer, call: Call, here: Path) -> None:
    """What is declared counts, else letters that no list holds; health stays as it is."""
    feeds = here / "feeds.yaml"
    declared = {"name": "mwananchi", "url": told.url("/sw.xml"), "language": "sw", "publisher": "P"}
    feeds.write_text(json.dumps({"feeds": [*yaml.load(feeds.read_text(), yaml.CSafeLoader)["feeds"], declared]}))
    told.put("/sw.xml", rss([SWAHILI]))
    told.put("/wire.xml", rss([SPORT, ASAD, GEORGIAN]))
    assert call("poll")[0] == 0
    store = Store(f"sqlite:///{here}/basewatch.db")
    with store.transaction() as tx:
        tx.state_set("heartbeat", {"at": datetime.now(UTC).isoformat()})
    store.close()
    code, out, _ = call("health")
    assert code == 0
    assert "items of the last day that no list reads, so most attacks in them are missed: " in out
    assert ", unread 2, " in out
    facts = json.loads(call("health", "--json")[1])["facts"]
    assert facts["unread_languages"] == {"Georgian": 1, "Swahili": 1}
    rows = {row["name"]: row["unread"] for row in json.loads(call("feeds", "--json")[1])}
    assert rows == {"wire": {"Georgian": 1}, "mwananchi": {"Swahili": 1}}
    out = call("feeds")[1]
    assert "items of the last day that no list reads: 1 in Swahili" in out
    assert "the feed mwananchi is in the language sw" in call("check")[1]
    out = call("explain", SWAHILI.link)[1]
    assert re.search(r"(?m)^language +no list reads Swahili: only English and names were looked for$", out)
    assert json.loads(call("explain", GEORGIAN.title, "--json")[1])["unread_language"] == "Georgian"
    assert json.loads(call("explain", ASAD.title, "--json")[1])["unread_language"] is None
