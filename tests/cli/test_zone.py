"""Times are shown in the zone that the user sets, and say which; JSON stays in UTC."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commands import ASAD, SPORT, Call
from monitor.model.clock import wall
from monitor.store.store import Store
from newsroom import Story, rss
from serving import FeedServer

BAGHDAD = "Asia/Baghdad"
#: a minute as every command writes it
MINUTE = r"\d{4}-\d\d-\d\d \d\d:\d\d"


@pytest.mark.parametrize(
    ("utc", "zone", "said"),
    [
        ("2026-11-21T05:14:00", "UTC", "2026-11-21 05:14 UTC"),
        ("2026-11-21T22:14:00", BAGHDAD, "2026-11-22 01:14 Asia/Baghdad"),
        ("2026-10-25T00:30:00", "Europe/Berlin", "2026-10-25 02:30+0200 Europe/Berlin"),
        ("2026-10-25T01:30:00", "Europe/Berlin", "2026-10-25 02:30+0100 Europe/Berlin"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25 03:30 Europe/Berlin"),
        ("2026-03-29T01:30:00", "Europe/Berlin", "2026-03-29 03:30 Europe/Berlin"),
    ],
)
def test_a_moment_says_its_zone_and_is_never_two(utc: str, zone: str, said: str) -> None:
    assert wall(datetime.fromisoformat(utc).replace(tzinfo=UTC), zone) == said


def beat(here: Path) -> datetime:
    """The daemon's sign of life."""
    now = datetime.now(UTC)
    store = Store(f"sqlite:///{here}/basewatch.db")
    with store.transaction() as tx:
        tx.state_set("heartbeat", {"at": now.isoformat()})
    store.close()
    return now


def test_every_command_tells_times_of_the_zone(
    told: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (incident,) = json.loads(call("incidents", "--json")[1])
    call("mute", incident["id"], "--until", "2h")
    call("feedback", ASAD.link, "right")
    told.put("/wire.xml", rss([SPORT, ASAD, Story("Dated", published=datetime(2026, 11, 21, 22, 14, tzinfo=UTC))]))
    now = beat(here)
    commands: dict[str, tuple[str, ...]] = {
        "alerts": ("alerts",),
        "no alert": ("alerts", "--since", "2030-01-01"),
        "incidents": ("incidents",),
        "markdown": ("incidents", "--format", "markdown"),
        "html": ("incidents", "--format", "html"),
        "show": ("incidents", "show", incident["id"]),
        "explain": ("explain", ASAD.link),
        "mutes": ("mute", "--list"),
        "mute": ("mute", incident["id"], "--until", "3h"),
        "policy": ("policy",),
        "why": ("policy", "explain", incident["id"]),
        "feedback": ("feedback",),
        "replay": ("rules", "replay", "--since", "1d"),
        "health": ("health",),
        "test": ("feeds", "test", told.url("/wire.xml")),
    }

    def said(name: str) -> str:
        _, out, err = call(*commands[name])
        return out + err

    for zone in ("UTC", BAGHDAD):
        monkeypatch.setenv("BASEWATCH_TIMEZONE", zone)
        for name in commands:
            text = said(name)
            # at the time, or at the head of its column or page
            named = rf"{MINUTE} {zone}|\({zone}\)|times: {zone}"
            assert re.search(named, text, re.IGNORECASE), (name, zone, text)
            assert ("UTC" in text) == (zone == "UTC"), (name, text)
            assert not re.search(r"\d\dT\d\d:\d\d", text), (name, text)
    assert wall(now, BAGHDAD) in said("health")
    assert "2026-11-22 01:14" in said("test")
    assert wall(now, BAGHDAD)[:13] in said("explain")
    assert " Baghdad)" in call("digest")[1]


def test_json_stays_in_utc(told: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = beat(here)
    (incident,) = json.loads(call("incidents", "--json")[1])
    commands = (
        ("alerts", "--json"), ("incidents", "show", incident["id"], "--json"), ("feeds", "--json"),
        ("incidents", "--json"), ("incidents", "--format", "csv"), ("policy", "explain", incident["id"], "--json"),
    )  # fmt: skip
    before = [call(*command)[1] for command in commands]
    monkeypatch.setenv("BASEWATCH_TIMEZONE", "Pacific/Auckland")

    def still(text: str) -> str:  # the moment of the answer moves on, and with it how long ago something was
        return re.sub(r'"(as_of|reason|state)": ".*?"|\d{4}-\d\d-\d\dT[\d:]+Z$', "", text, flags=re.MULTILINE)

    for command, text in zip(commands, before, strict=True):
        assert still(call(*command)[1]).splitlines() == still(text).splitlines()
    assert json.loads(call("health", "--json")[1])["facts"]["heartbeat"] == now.isoformat()


def test_a_time_that_is_typed_is_one_of_the_zone(told: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """07:00 is seven o'clock of those who type it, and so is a day; a policy's own zone wins."""
    monkeypatch.setenv("BASEWATCH_TIMEZONE", BAGHDAD)
    (incident,) = json.loads(call("incidents", "--json")[1])
    assert re.search(r"until \S+ 07:00 Asia/Baghdad", call("mute", incident["id"], "--until", "07:00")[1])
    assert "no alert since 2030-01-01 00:00 Asia/Baghdad" in call("alerts", "--since", "2030-01-01")[2]
    assert "no incident since 2030-01-01" in call("incidents", "--since", "2030-01-01")[2]
    Path("policies.yaml").write_text("policies: [{channel: alerts, zone: Europe/Berlin}]")
    noon = json.loads(call("mute", incident["id"], "--until", "12:00", "--json")[1])[0]["until"]
    assert datetime.fromisoformat(noon).astimezone(UTC).hour in (10, 11)


def test_a_channel_without_a_zone_of_its_own_has_that_of_the_setting(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_TIMEZONE", BAGHDAD)
    own = 'policies: [{channel: duty, zone: Europe/Berlin}, {channel: alerts, quiet: {from: "22:00", to: "07:00"}}]'
    Path("policies.yaml").write_text(own)
    shown = {one["channel"]: one for one in json.loads(call("policy", "--json")[1])["policies"]}
    assert shown["alerts"]["zone"] == shown["alerts"]["quiet"]["zone"] == BAGHDAD
    Path("policies.yaml").unlink()
    assert {one["zone"] for one in json.loads(call("policy", "--json")[1])["policies"]} == {BAGHDAD}


def test_a_message_tells_the_time_of_the_zone(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_TIMEZONE", "Europe/Berlin")
    call("poll")
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    call("poll")
    (alert,) = json.loads(call("alerts", "--json")[1])
    assert re.search(r"\d\d:\d\d UTC \(\d\d:\d\d Baghdad, .*\d\d:\d\d Berlin\)", alert["body"])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Asia/Bagdad", "did you mean Asia/Baghdad?"),
        ("berlin", "did you mean Europe/Berlin?"),
        ("utc", "did you mean UTC?"),
        ("New York", "did you mean America/New_York?"),
        ("UTC+3", "write region and city, for instance Asia/Baghdad, or UTC"),
        ("MSK", "write region and city, for instance Asia/Baghdad, or UTC"),
        ("localtime", "did you mean"),
    ],
)
def test_a_wrong_zone_says_what_is_meant(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch, written: str, hint: str
) -> None:
    monkeypatch.setenv("BASEWATCH_TIMEZONE", written)
    code, out, err = call("alerts")
    assert (code, out) == (1, "")
    assert f"BASEWATCH_TIMEZONE: there is no time zone {written}; {hint}" in err
    monkeypatch.delenv("BASEWATCH_TIMEZONE")
    call("poll")
    code, _, err = call("digest", "--zone", written)
    assert (code, f"--zone: there is no time zone {written}; {hint}" in err) == (2, True)


def test_the_first_hour_of_a_day_belongs_to_it(told: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--since` today is today at the reader's place, also where it is still yesterday in UTC."""
    (incident,) = json.loads(call("incidents", "--json")[1])
    today = datetime.fromisoformat(incident["date"]).date()
    for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"):
        monkeypatch.setenv("BASEWATCH_TIMEZONE", zone)
        assert json.loads(call("incidents", "--since", str(today), "--json")[1])
        assert not json.loads(call("incidents", "--since", str(today + timedelta(days=1)), "--json")[1])
