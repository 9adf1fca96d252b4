"""What publishers, visitors and those who write rules wrote stays text on every surface of the board.

One database says all of it in every field; beside it stands one with plain words. A page of the first has no element
and no attribute that its twin has not: whatever else stands there was written by a stranger.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import quote, quote_plus

import feedparser
import httpx
import pytest
from lxml import etree
from prometheus_client.parser import text_string_to_metric_families
from selectolax.lexbor import LexborHTMLParser

from boards import Board
from browsers import QUIET, Watched, chromium
from hostiletexts import HOSTILE, LINKS, publish
from ledgers import ASAD, NOW, incident_at
from monitor.model.attention import Matchers
from monitor.model.feed import Feed
from monitor.model.feedback import Opinion
from monitor.queries.attention import acknowledge
from monitor.queries.feedback import Word, feedback_of, give
from monitor.queries.silences import add_silence
from monitor.rules.model import Examples

INCIDENT = incident_at(ASAD).id
#: breaks out of text, attributes, titles, text areas and templates at once
BREAKER = "'\"></title></textarea></script><script>alert(1)</script><svg onload=alert(1)>{{ 7*7 }}\u202e"
PLAIN = "plain words"
#: what stands in the text of an address is one of the two
PAGES = (
    "/", "/incidents?since=2026-01-01&pictures=yes", f"/incidents/{INCIDENT}", f"/incidents/{INCIDENT}?timeline=2",
    f"/incidents/{INCIDENT}?sources=2", f"/incidents/{INCIDENT}/mend", f"/incidents/{INCIDENT}/mend?with=2026-11-23-x0",
    f"/incidents/{INCIDENT}/mend?with={{}}", "/incidents/2026-11-23-x5", "/feeds", "/feeds?text={}", "/feeds/FEED",
    "/deliveries",    "/deliveries?channel={}", "/rules", "/rules/RULE", "/silences",
    "/silences?preview=yes&for=1h&country=IQ&note={}",
    "/silences?preview=yes&publisher={}&note={}&for=other&until={}", "/log", "/log?undone={}", "/try", "/try?text={}",
    "/try?text=0000000000001", "/?place={}", "/incidents?place={}&since={}", "/incidents?{}=1", "/incidents/{}",
    "/feeds/{}", "/rules/{}", "/nowhere{}", "/try/learn/{}",
)  # fmt: skip


@dataclass
class Twins:
    """The board of strangers, and the one with plain words."""

    hostile: Board
    plain: Board
    #: of all pages with plain words
    shapes: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for path in PAGES:
            self.shapes |= shapes(self.plain.get(of(self.plain, path, PLAIN)).text)

    def get(self, path: str) -> tuple[httpx.Response, httpx.Response]:
        return tuple(board.get(of(board, path, text)) for board, text in ((self.hostile, BREAKER), (self.plain, PLAIN)))  # type: ignore[return-value]


def of(board: Board, path: str, text: str) -> str:
    feed, rule = board.configuration.feeds[0].name, board.configuration.rules.rules[0].id
    path = path.replace("FEED", quote(feed, safe="")).replace("RULE", rule)
    # an address that turns the reading direction is refused as a whole
    written = quote_plus(text) if "?" in path else quote(text.replace("\u202e", ""), safe="")
    return path.replace("{}", written)


def furnished(board: Board, texts: tuple[str, ...]) -> Board:
    feeds = [
        Feed(name=f"{text[:90]} {number}".replace("\x00", ""), url=f"https://f{number}.example/feed", publisher=text)
        for number, text in enumerate(texts)
    ]
    rules = board.configuration.rules
    written = [
        rule.model_copy(update={"title": text, "why": text, "send_to": (text,), "examples": Examples(alert=(text,))})
        for rule, text in zip(rules.rules, (texts * 9)[: len(rules.rules)], strict=True)
    ]
    rules = replace(rules, rules=tuple(written), hash=f"of {texts[0]}")
    board.configuration = replace(board.configuration, feeds=tuple(feeds), rules=rules)
    publish(board, texts)
    with board.store.transaction() as tx:
        for number, text in enumerate(texts):
            at = NOW - timedelta(seconds=number)
            said = {"by": text[:100], "note": text[:500] or "-"}
            acknowledge(tx, INCIDENT, now=at, **said)
            acknowledge(tx, f"2026-11-23-x{number}", now=at, **said)
            of_one = Matchers(publisher=text[:100]) if number % 2 else Matchers(incident=f"2026-11-23-x{number}")
            add_silence(tx, of_one, ends=NOW + timedelta(hours=1), now=at, needs_note=False, **said)
            found = feedback_of(
                tx, f"{number:013d}", Word(opinion=Opinion.RIGHT, facts={}, note=text), rules=lambda: rules, now=at
            )
            assert found is not None
            give(tx, found[0], by=text[:100])
    return board


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    plain = tuple(f"{PLAIN} {number}" for number in range(len(HOSTILE)))
    made = [Board(tmp_path_factory.mktemp(name), clock=lambda: NOW) for name in ("hostile", "plain")]
    with made[0] as hostile, made[1] as other:
        yield Twins(furnished(hostile, HOSTILE), furnished(other, plain))


def shapes(html: str) -> set[tuple[str, ...]]:
    """Each kind of element with the names of its attributes, as a browser reads them."""
    return {(str(node.tag), *sorted(node.attributes)) for node in LexborHTMLParser(html).css("*")}


def test_the_list_is_long() -> None:
    assert len(set(HOSTILE)) >= 50
    assert len(set(LINKS)) >= 10


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_that_its_template_did_not_write(twins: Twins, path: str) -> None:
    answer, twin = twins.get(path)
    assert answer.status_code == twin.status_code
    assert answer.status_code in (200, 400, 404)
    assert shapes(answer.text) - twins.shapes == set()
    page = LexborHTMLParser(answer.text)
    for node in page.css("*"):
        for name, value in node.attributes.items():
            if name in ("href", "src", "action", "formaction"):
                assert re.match(r"https?://|/(?!/)|#", value or ""), node.html
                if (value or "").startswith("http"):
                    assert node.attributes["rel"] == "noopener noreferrer nofollow"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", answer.text)
    assert ">49<" not in answer.text
    assert len(answer.content) < 200_000 or "pictures" in path, len(answer.content)


def test_files_of_the_ledger_stay_files(twins: Twins) -> None:
    asked = {
        form: twins.hostile.get(f"/incidents.{form}?since=2026-01-01").text for form in ("csv", "json", "geojson", "md")
    }
    rows = list(csv.reader(io.StringIO(asked["csv"], newline="")))
    assert len(rows) >= len(HOSTILE)
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        assert cell[:1] not in tuple("=+-@\t\r") or re.fullmatch(r"-?\d+(\.\d+)?", cell), cell
    for form in ("json", "geojson"):
        assert json.loads(asked[form])
    assert not re.search(r"(?<!\\)<(script|img|svg)", asked["md"])


def test_the_feed_stays_a_feed(twins: Twins) -> None:
    path, entries = "/feed.atom", 0
    while path:
        content = twins.hostile.get(path).content
        found = feedparser.parse(content)
        assert not found.bozo
        entries += len(list(etree.fromstring(content).iter("{http://www.w3.org/2005/Atom}entry")))
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\ufffe\uffff]", content.decode())
        for entry in found.entries:
            assert all(re.match("https?://", link.href) for link in entry.links)
        path = next((link.href for link in found.feed.links if link.rel == "next"), "")
    assert entries == len(HOSTILE)


@pytest.mark.parametrize("name", ["incidents", f"incidents/{INCIDENT}", "items", "feeds", "alerts", "incidents/{}"])
def test_the_api_answers_json(twins: Twins, name: str) -> None:
    answer = twins.hostile.get(of(twins.hostile, f"/api/v1/{name}", BREAKER))
    assert "json" in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert isinstance(answer.json(), dict)
    assert "\x00" not in answer.text


def test_metrics_and_the_live_stream_keep_their_lines(twins: Twins) -> None:
    assert list(text_string_to_metric_families(twins.hostile.get("/metrics").text))
    with twins.hostile.client.stream("GET", "/live") as stream:
        for line in stream.iter_lines():
            assert re.match(r"(retry|id|event|data): |$", line), line
            if line.startswith("data: "):
                assert isinstance(json.loads(line[6:]), dict)
                break


@QUIET
def test_nothing_of_it_runs_in_a_browser(twins: Twins) -> None:
    board = twins.hostile
    with chromium() as browser:
        context = browser.new_context()
        watched = Watched(context, board.url(""))
        dialogs: list[str] = []
        watched.page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
        for path in PAGES:
            watched.page.goto(board.url(of(board, path, BREAKER)), wait_until="domcontentloaded")
        context.close()
    unexpected = [one for one in watched.errors if not re.search("status of 40[04]", one)]
    assert (dialogs, watched.foreign, unexpected) == ([], [], [])
