"""Server time and size of every page of the board, over a database with many incidents and items.

    python benchmarks/webpages.py /tmp/pages.db --incidents 10000 --items 1000000

The database is made once; it is taken as it is where it is there. Each page is asked for twice to warm up and 20
times in earnest, each time in another language, so that no kept answer serves it. Memory is that of this process.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from ledgers import ASAD, ERBIL, incident_at, put, report_of  # noqa: E402
from monitor.model.alert import Decision, DecisionReason  # noqa: E402
from monitor.model.feed import Feed  # noqa: E402
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem  # noqa: E402
from monitor.model.report import Act, Classification, Level  # noqa: E402
from monitor.store.listing import IncidentFilter  # noqa: E402
from monitor.store.store import Store  # noqa: E402
from monitor.store.upgrade import upgrade  # noqa: E402

TIMES = 20
#: what is asked of pages beside what they show by themselves
MORE = (
    "/incidents?pictures=yes", "/incidents?since=2000-01-01", "/incidents?since=2000-01-01&pictures=yes",
    "/?country=IQ", "/api/v1/incidents?since=2000-01-01",
    "/try?text=Three+soldiers+killed+in+drone+attack+on+US+base+near+Erbil%2C+Pentagon+says",
)  # fmt: skip


def fill(url: str, incidents: int, items: int) -> None:
    """Incidents of ten years, items of ninety days, one in two hundred of them taken by a rule."""
    upgrade(url)
    store, now, chance = Store(url), datetime.now(UTC), random.Random(1)
    feeds = [Feed(name=f"Feed {n}", url=f"https://h{n}.example/feed", publisher=f"Paper {n}") for n in range(300)]
    with store.transaction() as tx:
        tx.sync_feeds(feeds, now=now)
        for n in range(incidents):
            opened = now - timedelta(days=n * 3650 / incidents)
            one = incident_at(chance.choice((ASAD, ERBIL)), opened.date(), id=f"{opened.date()}-{n}", opened_at=opened)
            reports = [report_of(f"{n:07d}{k:06d}", one, hours=k, publisher=f"P{k}", killed=k) for k in range(n % 6)]
            put(tx, replace(one, last_report_at=opened), *reports)
    for begin in range(0, items, 20_000):
        with store.transaction() as tx:
            tx.add_items([item(n, items, now) for n in range(begin, min(begin + 20_000, items))])
    store.close()


def item(n: int, of: int, now: datetime) -> StoredItem:
    """The n-th item, the oldest first."""
    taken = n % 200 == 0
    act = Act.ATTACK if taken else (Act.OTHER, Act.BACKGROUND, Act.THREAT)[n % 3]
    found = Classification(
        act=act, rule="attack-iraq" if taken else None, level=Level.URGENT if taken else None, reason=f"act {act}"
    )
    why = DecisionReason.FIRST if taken else DecisionReason.NO_RULE
    return StoredItem(
        item=Item(
            id=f"{n:013d}", title=f"Headline {n} of the day", summary="What happened, at some length. " * 4,
            feed=f"Feed {n % 300}", url=f"https://h.example/{n}", first_seen=now - timedelta(days=90 * (of - n) / of),
        ),
        novelty=Novelty.NEW, novelty_reason=NoveltyReason.UNKNOWN, classification=found,
        decision=Decision(tell=taken, reason=why),
    )  # fmt: skip


def memory() -> float:
    """Of this process, in MiB."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def addresses(store: Store) -> list[str]:
    """Every address that is read, with its parts filled in; then the same pages asked for more."""
    from monitor.web.routes import API, PAGES

    with store.read() as tx:
        feeds = tx.feed_signs()
        names = {
            "id": tx.incidents_page(IncidentFilter(), limit=1)[0].id,
            "name:path": quote(feeds[0].name),
            "form": "csv",
        }
    found = []
    for route in (*PAGES, *API):
        if route.method != "GET" or "{item}" in route.pattern:  # a lesson is asked for by who began it
            continue
        path = route.pattern.replace("/rules/{id}", "/rules/attack-iraq")
        for name, value in names.items():
            path = path.replace("{" + name + "}", value)
        found.append(path)
    return [*found, *MORE]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("database", type=Path)
    asked.add_argument("--incidents", type=int, default=100)
    asked.add_argument("--items", type=int, default=1000)
    asked.add_argument("--only", default="", help="addresses that hold this text alone")
    given = asked.parse_args()
    url = f"sqlite:///{given.database.absolute()}"
    if not given.database.exists():
        fill(url, given.incidents, given.items)
    before = memory()
    print(f"memory before the web part {before:.0f} MiB")
    store = Store(url)
    with store.read() as tx:
        feeds = [state.name for state in tx.feed_signs()]
    store.close()
    with tempfile.TemporaryDirectory() as folder:
        configured = [{"name": name, "url": f"https://h{n}.example/feed"} for n, name in enumerate(feeds)]
        (Path(folder) / "feeds.yaml").write_text(json.dumps({"feeds": configured}))
        measure(Path(folder), url, given.only)


def measure(folder: Path, url: str, only: str) -> None:
    """Prints a line for each address that holds `only`."""
    from boards import Board

    with Board(folder, database_url=url) as board:
        print(f"with rules, store and server {memory():.0f} MiB")
        fresh = itertools.count()
        print(f"{'address':44} {'status':>6} {'median ms':>10} {'p95 ms':>8} {'bytes':>9} {'gzip':>8}")
        for path in addresses(board.store):
            if only not in path:
                continue
            taken = []
            for number in range(TIMES + 2):
                begun = time.perf_counter()
                # another language is another answer to what keeps answers, and the same page
                answer = board.get(path, headers={"Cache-Control": "no-cache", "Accept-Language": f"x-{next(fresh)}"})
                if number >= 2:
                    taken.append(1000 * (time.perf_counter() - begun))
            taken.sort()
            body, middle, late = answer.content, taken[TIMES // 2], taken[int(TIMES * 0.95) - 1]
            sizes = f"{len(body):9,} {len(gzip.compress(body)):8,}"
            print(f"{path[:44]:44} {answer.status_code:6} {middle:10.1f} {late:8.1f} {sizes}", flush=True)
    print(f"memory after all pages {memory():.0f} MiB")


if __name__ == "__main__":
    main()
