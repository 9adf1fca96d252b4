"""OPML from strangers, and back."""

from __future__ import annotations

import pytest

from monitor.cli.feeds_opml import MAX_BYTES, read_opml, write_opml
from monitor.errors import ConfigError
from monitor.model.feed import Feed

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><body>
  <outline text="News">
    <outline text="Middle East" title="Middle East">
      <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/rss" language="en"/>
    </outline>
    <outline type="rss" title="عربي" xmlUrl=" https://b.example/rss "/>
  </outline>
  <outline text="no feed" htmlUrl="https://c.example/"/>
</body></opml>""".encode()


def test_feeds_with_their_folders_and_lines() -> None:
    first, second = read_opml(PLAIN, "x.opml")
    assert (first.title, first.url, first.language) == ("A & B", "https://a.example/rss", "en")
    assert first.folders == ("News", "Middle East")
    assert first.line == 5
    assert (second.title, second.url, second.folders) == ("عربي", "https://b.example/rss", ("News",))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not readable as XML"),
        (b"not xml", "not readable as XML"),
        (b"<rss></rss>", "this is not OPML"),
        (b"<opml><body>", "not readable as XML"),
        (b'<!DOCTYPE opml [<!ENTITY a "aaaa">]><opml>&a;</opml>', "document type"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "document type"),
        (b"<opml>" + b"<outline>" * 200, "nested more than 100"),
        (b'<?xml version="1.0" encoding="nonsense"?><opml/>', "not readable as XML"),
        (b"<opml>" + b" " * MAX_BYTES, "bytes"),
    ],
)
def test_what_is_refused_names_the_file(document: bytes, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        read_opml(document, "subs.opml")
    assert caught.value.problems[0].file == "subs.opml"


def test_what_is_written_can_be_read_back() -> None:
    feeds = [
        Feed(name='A "quoted" <name> & more', url="https://a.example/?a=1&b=2", language="en", tags=("wire", "x")),
        Feed(name="عربي", url="https://b.example/"),
    ]
    back = read_opml(write_opml(feeds).encode(), "x")
    assert [(o.title, o.url, o.language, o.folders) for o in back] == [
        ('A "quoted" <name> & more', "https://a.example/?a=1&b=2", "en", ("wire",)),
        ("عربي", "https://b.example/", "", ()),
    ]
