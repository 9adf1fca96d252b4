"""`mute`, `ack` and `policy` as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.subject import short_of
from monitor.errors import UsageError
from monitor.model.ledger import Told
from monitor.queries.attention import until
from monitor.store.store import Store
from newsroom import Newsroom, Story

SPORT = Story("Sport: the cup final goes to extra time")
ATTACK = Story("Two drones hit Ain al-Asad air base in western Iraq")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Newsroom, str]]:
    """A newsroom in which one attack was told to the channel alerts."""
    with Newsroom(tmp_path_factory.mktemp("room")) as room:
        wire = room.feed("wire", [SPORT], publisher="Wire")
        room.poll()
        wire.add(ATTACK)
        room.poll()
        (incident,) = room.json("incidents")
        yield room, incident["id"]


def test_a_mute_is_listed_and_ends(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    (muted,) = news.json("mute", incident, "--until", "2h", "--note", "on it")
    assert (muted["kind"], muted["target"], muted["note"]) == ("incident", incident, "on it")
    assert news.json("mute", "--list") == [muted]
    assert incident in news.call("mute", "--list").stdout
    assert "not muted any more" in news.call("mute", incident, "--off").stdout
    assert "was not muted" in news.call("mute", incident, "--off").stdout
    assert "nothing is muted" in news.call("mute", "--list").stderr


def test_a_short_name_out_of_a_digest_leads_to_the_id(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    short = short_of(incident)
    for command in (
        ("mute", short, "--until", "2h"),
        ("ack", short),
        ("incidents", "show", short),
        ("policy", "explain", short),
    ):
        assert f"{short}; did you mean {incident}?" in news.call(*command, expect=1).stderr


def test_a_mute_of_what_there_is_not(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    assert (
        "there is no incident 2026-01-01-nowhere"
        in news.call("mute", "2026-01-01-nowhere", "--until", "2h", expect=1).stderr
    )
    assert "there is no incident and no rule" in news.call("mute", "nonsense", "--until", "2h", expect=1).stderr
    for arguments in (
        ["mute"],
        ["mute", incident],
        ["mute", incident, "--until", "soon"],
        ["mute", "--list", incident],
    ):
        news.call(*arguments, expect=2)


def test_what_is_told_is_acknowledged_once(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    assert news.json("ack", incident, "--by", "Karim") == {"incident": incident, "channels": ["alerts"]}
    assert "nothing to acknowledge" in news.call("ack", incident).stdout
    assert "there is no incident" in news.call("ack", "2026-01-01-nowhere", expect=1).stderr


def test_policies_are_shown_and_explained(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    news.path("policies.yaml").write_text("policies: [{channel: alerts, level: urgent, repeat_flash: 15m}]")
    try:
        found = news.json("policy", "--channel", "alerts")
        assert [(one["channel"], one["level"], one["repeat_flash"]) for one in found["policies"]] == [
            ("alerts", "urgent", "15m")
        ]
        assert "level: urgent" in news.call("policy").stdout
        explained = news.json("policy", "explain", incident)
        assert [(one["channel"], one["version"]) for one in explained["channels"]] == [("alerts", 1)]
        assert explained["channels"][0]["why"].startswith("told version 1 (FIRST), taken")
        news.path("policies.yaml").write_text("policies: [{channel: alert}]")
        said = news.call("policy", expect=1).stderr
        assert "no address in the channels file has the tag alert; did you mean alerts?" in said
    finally:
        news.path("policies.yaml").unlink()


def test_a_message_that_was_taken_is_known_to_be(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    store = Store(news.environment["BASEWATCH_DATABASE_URL"])
    with store.read() as tx:
        known = tx.notifications([incident])[incident, "alerts"]
    store.close()
    assert known.taken_at is not None
    assert known.failed_at is None
    assert known.known != Told()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW + timedelta(hours=2)),
        ("07:00", datetime(2026, 11, 25, 4, tzinfo=UTC)),
        ("15:30", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
        ("2026-11-26", datetime(2026, 11, 25, 21, tzinfo=UTC)),
        ("2026-11-26T10:00+00:00", datetime(2026, 11, 26, 10, tzinfo=UTC)),
    ],
)
def test_until_when(text: str, moment: datetime) -> None:
    assert until(text, now=NOW, zone="Asia/Baghdad") == moment


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-11-01", "0s", "900d", "99999999999d"])
def test_until_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="--until"):
        until(text, now=NOW, zone="UTC")


def test_a_silence_of_a_place_is_looked_at_made_ended_and_undone(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    place = ("--place", "ain-al-asad", "--level", "urgent")
    looked = news.json("mute", *place, "--preview")
    assert (looked["now"]["incidents"], looked["messages"]["count"]) == (1, 1)
    assert "in the last 7 days: 1 incidents, 1 messages" in news.call("mute", *place, "--preview").stdout
    assert "say why in a note" in news.call("mute", *place, "--until", "2h", expect=2).stderr
    (made,) = news.json("mute", *place, "--until", "2h", "--note", "drill", "--by", "Mona")
    assert (made["kind"], made["by"], made["held_back"]) == ("silence", "Mona", 0)
    assert (made["matchers"], made["hits"]) == ({"place": "ain-al-asad", "level": "urgent"}, 1)
    assert "place ain-al-asad, level urgent or lower" in news.call("mute", "--list").stdout
    assert f"suppressed by {made['id']}: drill" in news.call("policy", "explain", incident).stdout
    assert "not muted any more" in news.call("mute", made["id"], "--off").stdout
    ended, silenced = news.json("deeds", "--limit", "2")
    assert (ended["what"], ended["target"], silenced["by"]) == ("end", made["id"], "Mona")
    assert "holds back again" in news.call("undo", ended["id"]).stdout
    assert news.json("undo", silenced["id"], "--by", "Mona")["deed"] == silenced["id"]
    assert "undone already, by Mona" in news.call("undo", silenced["id"], expect=2).stderr
    assert "undone by Mona" in news.call("deeds").stdout
    assert "no deed D999" in news.call("undo", "D999", expect=1).stderr
    news.call("undo", "nonsense", expect=2)
    news.call("mute", "S999", "--off", expect=1)


def test_an_acknowledgement_is_shown_and_taken_back(room: tuple[Newsroom, str]) -> None:
    news, incident = room
    news.call("ack", incident, "--by", "Karim", "--note", "on it")
    assert "acknowledged by Karim at" in news.call("incidents", "show", incident).stdout
    assert news.json("incidents", "show", incident)["ack"]["note"] == "on it"
    assert "not acknowledged any more" in news.call("ack", incident, "--off").stdout
    assert news.json("incidents", "show", incident)["ack"] is None
    assert "not acknowledged as it is now" in news.call("ack", incident, "--off").stdout
    assert [one["what"] for one in news.json("deeds", "--incident", incident)][:2] == ["unack", "ack"]
