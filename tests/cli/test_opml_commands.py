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
