"""The whole path with real parts: feeds on a real HTTP server, `basewatch run` as a process, real mail and webhook."""

from __future__ import annotations

import signal
import tarfile
from pathlib import Path

import pytest

from newsroom import CHECKOUT, Newsroom, Story, incident_lines
from receivers import Mode

#: recorded feeds, see the founders' shared folder; not part of the repository
REAL_FEEDS = CHECKOUT.parent / "shared" / "feeds" / "real-feeds.tar.xz"

pytestmark = pytest.mark.slow(20)

SPORT = Story("Lions win the derby", link="https://a.example/derby")
ASAD = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://a.example/asad")
TANF = Story("Rockets strike al-Tanf garrison in Syria, no casualties", link="https://b.example/tanf")
ERBIL = Story("قصف قاعدة حرير في أربيل بطائرة مسيرة", link="https://c.example/harir")
STRIKES = Story("US strikes Iran-backed militias in retaliation for drone attack", link="https://a.example/strikes")

#: a body that holds feedparser 6.0.14 for about 15 s
SLOW_AUTHOR = (
    b'<rss version="2.0"><channel><item><title>x</title><!-- --><author>'
    + b"a" * 65536
    + b"</author></item></channel></rss>"
)


@pytest.mark.slow(45)
def test_from_a_feed_to_mail_and_webhook(tmp_path: Path) -> None:
    with Newsroom(tmp_path, environment={"BASEWATCH_RULES": str(CHECKOUT / "rules")}) as room:
        english = room.feed("english", [SPORT], publisher="A", language="en")
        arabic = room.feed("arabic", [Story("أخبار الرياضة", link="https://c.example/s")], language="ar")
        room.start()
        english.add(ASAD, STRIKES)
        room.hook.wait_for(1, seconds=30)
        arabic.add(ERBIL)
        room.hook.wait_for(2, seconds=30)
        room.mail.wait_for(2, seconds=30)
        room.wait_polls(english, 2)
        log = room.stop()
        incidents = sorted(dict(incident_lines(message.text))["incident"] for message in room.hook.taken)
        assert [incident[11:] for incident in incidents] == ["ain-al-asad", "harir"]
        assert {message.to for message in room.mail.taken} == {("duty@example.org",)}
        assert any("Ain al-Asad" in message.title for message in room.mail.taken)
        assert len(room.mail.taken) == len(room.hook.taken) == 2
        assert "Traceback" not in log
        ledger = room.json("incidents")
        assert {row["place"] if "place" in row else row["location"] for row in ledger}


@pytest.mark.slow(45)
def test_a_refusing_and_a_hanging_channel_neither_delay_nor_repeat_the_others(tmp_path: Path) -> None:
    with Newsroom(tmp_path, environment={"BASEWATCH_SEND_TIMEOUT": "3s"}) as room:
        from receivers import WebhookReceiver

        with WebhookReceiver() as hanging:
            hanging.behave(Mode.HANG_AFTER)
            room.mail.behave(Mode.REFUSE)
            room.channels(
                {"alerts": [room.mail.url("duty@example.org"), room.hook.url("alerts"), hanging.url("alerts")]}
            )
            wire = room.feed("wire", [SPORT])
            room.start()
            wire.add(ASAD, TANF)
            room.hook.wait_for(2, seconds=20)
            hanging.wait_for(2, seconds=20)
            room.mail.behave(Mode.ACCEPT)
            room.mail.wait_for(2, seconds=60)
            room.stop()
            assert len(room.hook.taken) == 2
            assert len(room.mail.taken) == 2
            states = {d["label"]: d for alert in room.json("alerts") for d in alert["deliveries"]}
            assert any(d["maybe_sent"] for d in states.values())


def test_the_operator_hears_on_another_channel_of_a_delivery_that_was_given_up(tmp_path: Path) -> None:
    with Newsroom(tmp_path, environment={"BASEWATCH_SEND_TRIES": "1"}) as room:
        room.mail.behave(Mode.REFUSE)
        room.channels({"alerts": [room.mail.url("duty@example.org")], "operator": [room.hook.url("operator")]})
        wire = room.feed("wire", [SPORT])
        room.start()
        wire.add(ASAD)
        (notice,) = room.hook.wait_for(1, seconds=30)
        room.stop()
        assert dict(incident_lines(notice.text))["reason"] == "CHANNEL_GAVE_UP"
        assert "Ain al-Asad" in notice.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_the_poll_in_hand(tmp_path: Path, number: signal.Signals) -> None:
    with Newsroom(tmp_path) as room:
        room.feed("wire", [SPORT])
        slow = room.feed("slow", [SPORT])
        room.server.put("/slow.xml", room.server._answers["/slow.xml"].body, delay=3)  # type: ignore[union-attr]
        room.spawn()
        room.until(lambda: room.server.count("/slow.xml") == 1, "the slow feed is asked")
        log = room.stop(number=number)
        assert log.count("feed=slow") == 1
        assert "Traceback" not in log
        assert slow.stories == [SPORT]


def test_hostile_documents_end_as_named_results_while_the_others_go_on(tmp_path: Path) -> None:
    with Newsroom(tmp_path, environment={"BASEWATCH_PARSE_TIMEOUT": "2s"}) as room:
        wire = room.feed("wire", [SPORT])
        for name in ("author", "bomb", "html", "loop"):
            room.feed(name)
        room.server.put("/author.xml", SLOW_AUTHOR)
        room.server.put("/bomb.xml", b"\x00" * 400, headers={"Content-Encoding": "br"})
        room.server.put("/html.xml", "<!doctype html><html><body>Log in</body></html>")
        room.server.redirect("/loop.xml", "/loop.xml")
        room.start()
        wire.add(ASAD)
        room.hook.wait_for(1, seconds=30)
        room.stop()
        results = {feed["name"]: feed["result"] for feed in room.json("feeds", expect=None)}
        assert results == {
            "wire": "fetched", "author": "parse timed out", "bomb": "unsupported encoding",
            "html": "not a feed", "loop": "too many redirects",
        }  # fmt: skip


@pytest.mark.slow(45)
def test_without_any_feed_it_goes_on_says_so_once_and_recovers(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        wire = room.feed("wire", [SPORT])
        other = room.feed("other", [SPORT])
        room.start()
        for feed in (wire, other):
            room.server.put(f"/{feed.name}.xml", b"", status=500)
        room.until(lambda: "every feed fails" in room.log, "the daemon says that every feed fails")
        assert room.call("health", expect=1).stdout
        room.wait_polls(wire, 2)
        wire.add(ASAD)
        other.publish()
        room.hook.wait_for(1, seconds=40)
        log = room.stop()
        assert log.count("every feed fails") == 1
        assert log.count("feeds answer again") == 1


def test_a_bad_edit_leaves_the_last_good_files_in_force(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        wire = room.feed("wire", [SPORT])
        room.start()
        good = room.path("feeds.yaml").read_text()
        room.path("feeds.yaml").write_text("feeds:\n  - nam: x\n")
        room.until(lambda: "is not taken over" in room.log, "the bad edit is told")
        wire.add(ASAD)
        room.hook.wait_for(1, seconds=30)
        assert "feeds.yaml:2" in room.call("health", expect=1).stdout
        room.path("feeds.yaml").write_text(good)
        room.until(lambda: "edited files are in force" in room.log, "the good edit is taken over")
        assert room.call("health").returncode == 0
        room.stop()


@pytest.mark.skipif(not REAL_FEEDS.exists(), reason="the real documents lie beside the checkout, not in it")
def test_a_hundred_real_documents_alert_nobody_and_hold_back_no_alert(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room, tarfile.open(REAL_FEEDS) as archive:
        for number, member in enumerate(file for file in archive if file.isfile()):
            source = archive.extractfile(member)
            assert source is not None
            feed = room.feed(f"real-{number}")
            room.server.put(f"/{feed.name}.xml", source.read())
        wire = room.feed("wire", [SPORT])
        room.spawn()
        room.until(lambda: all(room.polls(feed.name) for feed in room.feeds), "a poll of all", seconds=120)
        wire.add(ASAD)
        room.hook.wait_for(1, seconds=60)
        room.mail.wait_for(1, seconds=60)
        log = room.stop()
        assert len(room.hook.taken) == 1, [message.title for message in room.hook.taken]
        results = {feed["result"] for feed in room.json("feeds")}
        assert results <= {"fetched", "not modified", "same body"}
        assert "Traceback" not in log
