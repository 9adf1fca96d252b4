"""Documents that fuzzing and hostile tests found to be read wrongly once, each with what is right beside it.

`tests/data/feeds/documents/NAME.xml` and `NAME.txt`: the result, what is said of it, then title, link, guid and how
many characters of text each entry has. `tools/fuzz_parser.py` begins with these documents.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Layout

FOLDER = Path(__file__).parent.parent / "data/feeds/documents"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".txt")


def read(body: bytes, *, layout: Layout | None = None) -> ParsedFeed | ParseFailed:
    return parse(
        body, content_type=None, base_url="https://news.example/feed", now=NOW, layout=layout or Layout()
    )  # fmt: skip


def told(answer: ParsedFeed | ParseFailed) -> str:
    """An answer as the file beside its document has it."""
    if isinstance(answer, ParseFailed):
        return f"{answer.problem}: {answer.detail}\n"
    lines = [f"read: {answer.detail}".rstrip(), f"feed: {answer.title}"]
    lines += [f"{e.title} | {e.url} | {e.guid} | {len(e.summary) + len(e.body)}" for e in answer.entries]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_was_read_wrongly_once(document: Path) -> None:
    answer = read(document.read_bytes())
    assert told(answer) == document.with_suffix(".txt").read_text(encoding="utf-8")
    assert unpack_answer(pack_answer(answer)) == answer


def test_a_link_that_is_the_guid_tells_the_publisher_too() -> None:
    link = "https://www.paper.example/1"
    item = f"<item><title>One</title><link>{link}</link><guid>{link}</guid></item>"
    body = f"<rss version='2.0'><channel>{item}</channel></rss>"
    answer = read(body.encode(), layout=Layout(publisher_from_item=True))
    assert isinstance(answer, ParsedFeed)
    assert answer.doubt is None, "the fast reader read it"
    assert answer.entries[0].publisher == "paper.example"


@pytest.mark.parametrize(
    "frame",
    [
        b"[" * 100_000, b'{"problem":' + b"[" * 100_000, b"[]", b"5", b"", b'{"problem": "nonsense"}',
        b'{"problem": "not a feed", "detail": 5, "feeds": []}', b'{"problem": "crashed", "detail": "", "feeds": [5]}',
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_an_error_that_the_pool_expects(frame: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack_answer(frame)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'"One"', b"5"), (b'"One"', b"null"), (b"+00:00", b""), (b'"dropped":0', b'"dropped":"0"'),
        (b'"is_whole":true', b'"is_whole":1'), (b'"follow":[]', b'"follow":[1]'), (b'"title":"F"', b'"title":[]'),
    ],
)  # fmt: skip
def test_an_answer_with_a_value_of_another_kind_is_none(right: bytes, wrong: bytes) -> None:
    date = "<pubDate>Fri, 27 Nov 2026 10:00:00 GMT</pubDate>"
    item = f"<item><title>One</title><guid>1</guid>{date}</item>"
    frame = pack_answer(read(f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>".encode()))
    assert right in frame
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack_answer(frame.replace(right, wrong))


def test_a_page_that_names_a_feed_by_a_key_keeps_it_to_itself() -> None:
    link = b"<link rel=alternate type='application/rss+xml' href='/feed?key=S3CRET'>"
    answer = read(b"<!doctype html><html><head>" + link)
    assert isinstance(answer, ParseFailed)
    assert answer.problem is ParseProblem.NOT_A_FEED
    assert "S3CRET" not in answer.detail
    assert answer.feeds == ("https://news.example/feed?key=S3CRET",)
