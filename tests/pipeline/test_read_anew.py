"""Where feeds.yaml says that a page is to be read in another way, the page is read anew although it has not changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.polls import PollReport
from newsroom import Newsroom

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html><body>
<ul><li><a href="/a">Rain is expected over the northern hills tonight</a></li></ul>
<article><a href="/b">Two drones hit Ain al-Asad air base in western Iraq</a></article></body></html>"""


def test_a_page_is_read_by_its_new_selectors_at_once(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        url = room.server.put("/news", PAGE, headers={"Content-Type": "text/html"})

        def polled(select: str, minutes: int) -> PollReport:
            feed = {"name": "page", "url": url, "interval": "10m", "select": {"item": select}}
            room.path("feeds.yaml").write_text(json.dumps({"feeds": [feed]}))
            (report,) = room.poll(now=NOON + timedelta(minutes=minutes))
            return report

        first = polled("li", 0)
        assert (first.result, first.entries, first.too_old) == ("fetched", 1, 1)
        again = polled("li", 10)
        assert again.result in ("not modified", "same body")
        edited = polled("article", 20)
        assert (edited.result, edited.entries, edited.new, len(edited.alerts)) == ("fetched", 1, 1, 1)
        assert polled("article", 30).result in ("not modified", "same body")
