"""`basewatch feeds import` and `export`."""

from __future__ import annotations

from pathlib import Path

from commands import Call
from monitor.config.feedsfile import load_feeds
from serving import FeedServer


def test_opml_import_gives_lines_that_feeds_yaml_takes(configuration: FeedServer, call: Call, here: Path) -> None:
    (here / "subs.opml").write_text(
        '<opml version="2.0"><body><outline text="Mid: East">'
        '<outline text="wire" xmlUrl="https://other.example/rss" language="en"/>'
        f'<outline text="known" xmlUrl="{configuration.url("/wire.xml")}"/>'
        '<outline text="- &quot;quoted&quot; #1: {x}" xmlUrl="https://q.example/?a=1&amp;b=2" language="xx-odd-q"/>'
        '<outline text="bad" xmlUrl="ftp://x.example/"/><outline text="عربي" xmlUrl="https://a.example/عربي"/>'
        "</outline></body></opml>"
    )
    code, out, err = call("feeds", "import", "subs.opml")
    assert code == 1
    assert "subs.opml:1" in err
    assert "1 of the file are in feeds.yaml already" in err
    (here / "new.yaml").write_text("feeds:\n" + out)
    feeds = load_feeds(here / "new.yaml")
    assert [feed.name for feed in feeds][:2] == ["wire 2", '"quoted" #1: {x}']
    assert feeds[0].tags == ("Mid: East",)


def test_what_is_exported_can_be_imported(configuration: FeedServer, call: Call, here: Path) -> None:
    code, out, err = call("feeds", "export")
    assert (code, err) == (0, "")
    (here / "subs.opml").write_text(out)
    (here / "feeds.yaml").rename(here / "old.yaml")
    assert '"wire"' in call("feeds", "import", "subs.opml")[1]


def test_of_five_thousand_entries_half_of_them_broken_the_good_ones_are_used(
    configuration: FeedServer, call: Call, here: Path
) -> None:
    """Each bad one is named with its line; an address whose ampersands nobody escaped is a good one."""
    bad = (
        'xmlUrl="ftp://x.example/{0}"', 'xmlUrl="not an address {0}"', 'type="rss"', 'type="rss" xmlUrl=""',
        'xmlUrl="https://me:secret@x.example/{0}"', 'xmlUrl="https://x.example:99999/{0}"', 'xmlUrl="https:///{0}"',
        'xmlUrl="javascript:alert({0})"', 'xmlUrl="//x.example/{0}"', 'xmlUrl="https://x.example/{0}\\"',
    )  # fmt: skip
    lines = []
    for number in range(2_500):
        lines.append(f'<outline text="The same name" xmlUrl="https://site{number}.example/rss?a=1&b={number}"/>')
        lines.append(f'<outline text="bad {number}" {bad[number % len(bad)].format(number)}/>')
    body = "\n".join(lines)
    (here / "subs.opml").write_text(f'<opml version="2.0"><body>\n{body}\n</body></opml>')
    code, out, err = call("feeds", "import", "subs.opml")
    assert code == 1
    told = err.splitlines()
    assert told[-1] == "2500 feeds, 0 of the file are in feeds.yaml already, 2500 cannot be used"
    assert told[0] == "basewatch: subs.opml:3: xmlUrl: only http and https are polled, not ftp; write: url: https://…"
    assert all(line.startswith(f"basewatch: subs.opml:{3 + 2 * n}: xmlUrl: ") for n, line in enumerate(told[:-1]))
    assert "secret" not in out + err
    (here / "new.yaml").write_text("feeds:\n" + out)
    feeds = load_feeds(here / "new.yaml")
    assert len({feed.name for feed in feeds}) == 2_500
    assert feeds[7].url == "https://site7.example/rss?a=1&b=7"
