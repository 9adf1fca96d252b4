"""Acknowledge is not silence: what each does to messages of a real newsroom, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from boards import Board
from monitor.model.attention import Matchers, Silence
from monitor.model.report import Level
from monitor.queries.attention import acknowledge, acks_of, unacknowledge
from monitor.queries.deeds import deeds_shown, undo
from monitor.queries.silences import add_silence, end_silence, preview, silences_shown
from monitor.store.store import Store, Transaction
from newsroom import Newsroom, PublishedFeed, Story, incident_lines

NIGHT = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SPORT = Story("Sport: the cup final goes to extra time", published=NIGHT - 5 * HOUR)
ASAD = "Drones hit Ain al-Asad air base in Iraq"
ERBIL = "Rockets hit Erbil air base in Iraq"
DEADLY = "Drone attack on Ain al-Asad air base in Iraq kills three soldiers, wounds 34"
DEADLIER = "Drone attack on Ain al-Asad air base in Iraq killed five soldiers, wounded 34, officials say"
CONFIRMED = "Pentagon confirms drone attack on Ain al-Asad air base in Iraq"
CLAIM = "Kataib Hezbollah claims drone attack on Ain al-Asad air base in Iraq"


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.hook.url("operator")]})
        yield room


@pytest.fixture
def wire(room: Newsroom) -> PublishedFeed:
    wire = room.feed("wire", [SPORT], publisher="Wire")
    room.poll(now=NIGHT - 4 * HOUR)
    room.hook.taken.clear()
    return wire


@contextmanager
def changing(room: Newsroom) -> Iterator[Transaction]:
    with closing(Store(room.environment["BASEWATCH_DATABASE_URL"])) as store, store.transaction() as tx:
        yield tx


def told(room: Newsroom, before: int) -> list[str]:
    return [dict(incident_lines(message.text)).get("reason", "") for message in room.hook.taken[before:]]


def news(room: Newsroom, wire: PublishedFeed, at: datetime, title: str) -> list[str]:
    before = len(room.hook.taken)
    wire.add(Story(title, published=at))
    room.poll(now=at)
    return told(room, before)


def wakes(room: Newsroom, at: datetime) -> list[str]:
    before = len(room.hook.taken)
    room.attend(at)
    return told(room, before)


def incident_of(room: Newsroom) -> str:
    return dict(incident_lines(room.hook.taken[0].text))["incident"]


def silenced(room: Newsroom, at: datetime, length: timedelta = 2 * HOUR, **matchers: Any) -> Silence:
    with changing(room) as tx:
        return add_silence(tx, Matchers(**matchers), ends=at + length, by="Mona", note="exercise", now=at)


def held_back(room: Newsroom, silence: Silence) -> int:
    with changing(room) as tx:
        found = tx.silence(silence.id)
        assert found is not None
        return found.held_back


def test_an_acknowledgement_holds_nothing_back_and_a_toll_breaks_it(room: Newsroom, wire: PublishedFeed) -> None:
    assert news(room, wire, NIGHT, DEADLY) == ["FIRST"]
    incident = incident_of(room)
    with changing(room) as tx:
        assert acknowledge(tx, incident, by="Karim", note="on it", now=NIGHT + MINUTE) == ("alerts",)
        assert acknowledge(tx, incident, by="Mona", now=NIGHT + MINUTE) == ()
    assert news(room, wire, NIGHT + 10 * MINUTE, DEADLIER) == ["TOLL_UP"]
    text = room.hook.taken[-1].text
    assert "Acknowledged by Karim at" in text
    assert "this breaks it" in text
    with changing(room) as tx:
        ack = acks_of(tx, [incident])[incident]
        assert (ack.by, ack.note, ack.broken_at, ack.stands) == ("Karim", "on it", NIGHT + 10 * MINUTE, False)
        assert "TOLL_UP" in ack.broken_by
    assert news(room, wire, NIGHT + 20 * MINUTE, CLAIM) == ["CLAIMED"]
    assert "this breaks it" not in room.hook.taken[-1].text  # the channel has read it


def test_a_confirmation_leaves_it_standing(room: Newsroom, wire: PublishedFeed) -> None:
    assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
    incident = incident_of(room)
    with changing(room) as tx:
        acknowledge(tx, incident, by="Karim", now=NIGHT + MINUTE)
    assert news(room, wire, NIGHT + 10 * MINUTE, CONFIRMED) == ["CONFIRMED"]
    assert "Acknowledged" not in room.hook.taken[-1].text
    with changing(room) as tx:
        assert acks_of(tx, [incident])[incident].stands


def test_a_flash_is_repeated_again_when_the_acknowledgement_is_taken_back_or_broken(
    room: Newsroom, wire: PublishedFeed
) -> None:
    policy = {"channel": "alerts", "repeat_flash": "15m"}
    room.path("policies.yaml").write_text(json.dumps({"policies": [policy]}))
    news(room, wire, NIGHT, DEADLY)
    incident = incident_of(room)
    with changing(room) as tx:
        acknowledge(tx, incident, by="Karim", now=NIGHT + MINUTE)
    assert wakes(room, NIGHT + 16 * MINUTE) == []
    with changing(room) as tx:
        assert unacknowledge(tx, incident, by="Karim", now=NIGHT + 17 * MINUTE)
        assert not unacknowledge(tx, incident, by="Karim", now=NIGHT + 17 * MINUTE)
    assert wakes(room, NIGHT + 31 * MINUTE) == ["FIRST"]
    with changing(room) as tx:
        acknowledge(tx, incident, by="Karim", now=NIGHT + 32 * MINUTE)
    assert news(room, wire, NIGHT + 40 * MINUTE, DEADLIER) == ["TOLL_UP"]
    assert wakes(room, NIGHT + 56 * MINUTE) == ["TOLL_UP"]


@pytest.mark.parametrize(
    "matchers",
    [{"place": "ain-al-asad"}, {"place": "@gulf-nowhere"}, {"country": "IQ"}, {"level": Level.URGENT, "country": "IQ"},
     {"channel": "alerts"}, {"publisher": "wire"}, {"rule": "attack-iraq"}],
    ids=str,
)  # fmt: skip
def test_each_matcher_holds_back_counts_and_tells_at_the_end(
    room: Newsroom, wire: PublishedFeed, matchers: dict[str, Any]
) -> None:
    silence = silenced(room, NIGHT - MINUTE, **matchers)
    if matchers == {"place": "@gulf-nowhere"}:
        assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
        assert held_back(room, silence) == 0
        return
    assert news(room, wire, NIGHT, ASAD) == []
    assert held_back(room, silence) == 1
    with changing(room) as tx:
        (item,) = [one for one in tx.items(NIGHT - MINUTE) if one.item.title == ASAD]
        assert item.decision is not None
        assert f"suppressed by {silence.name}" in item.decision.detail
        assert [held.why for held in tx.held()] == ["silence"]
        (incident,) = tx.incidents(NIGHT.date())  # nothing hides it
        assert len(tx.versions(incident.id)) == 1
    assert news(room, wire, NIGHT + MINUTE, CLAIM) == []
    assert held_back(room, silence) == 2
    assert [one for one in wakes(room, silence.ends - MINUTE) if one != "SILENCE_ENDS"] == []
    assert wakes(room, silence.ends) == ["FIRST"]
    assert "Kataib" in room.hook.taken[-1].text  # all that is new by then
    assert wakes(room, silence.ends + MINUTE) == []


@pytest.mark.parametrize(
    "matchers", [{"place": "erbil-air-base"}, {"country": "SY"}, {"channel": "desk"}, {"publisher": "Other"},
                 {"rule": "attack-gulf"}, {"level": Level.DIGEST, "country": "IQ"}], ids=str,
)  # fmt: skip
def test_what_a_matcher_does_not_mean_is_told(room: Newsroom, wire: PublishedFeed, matchers: dict[str, Any]) -> None:
    silence = silenced(room, NIGHT - MINUTE, **matchers)
    assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
    assert held_back(room, silence) == 0


def test_a_flash_is_held_back_and_passes_a_silence_up_to_urgent(room: Newsroom, wire: PublishedFeed) -> None:
    silenced(room, NIGHT - MINUTE, country="IQ", level=Level.URGENT)
    assert news(room, wire, NIGHT, DEADLY) == ["FIRST"]
    silence = silenced(room, NIGHT + MINUTE, country="IQ")
    assert news(room, wire, NIGHT + 2 * MINUTE, DEADLIER) == []
    assert held_back(room, silence) == 1


def test_ended_by_hand_it_tells_what_is_new_of_several_at_once(room: Newsroom, wire: PublishedFeed) -> None:
    silence = silenced(room, NIGHT - MINUTE, 5 * HOUR, country="IQ")
    assert news(room, wire, NIGHT, ASAD) == news(room, wire, NIGHT + MINUTE, ERBIL) == []
    with changing(room) as tx:
        end_silence(tx, silence.id, by="Mona", now=NIGHT + HOUR)
    assert wakes(room, NIGHT + HOUR + MINUTE) == ["HELD"]
    text = room.hook.taken[-1].text
    assert "Asad" in text
    assert "Erbil" in text
    assert "silenced" in text


def test_the_operator_is_warned_once_before_it_ends(room: Newsroom, wire: PublishedFeed) -> None:
    short = silenced(room, NIGHT, 50 * MINUTE, country="SY")
    assert wakes(room, NIGHT + 40 * MINUTE) == []  # short, and it held nothing back
    long = silenced(room, NIGHT, 2 * HOUR, country="IQ")
    assert news(room, wire, NIGHT + 41 * MINUTE, ASAD) == []
    assert wakes(room, long.ends - 31 * MINUTE) == []
    assert wakes(room, long.ends - 30 * MINUTE) == ["SILENCE_ENDS"]
    assert "held back 1 message" in room.hook.taken[-1].text
    assert wakes(room, long.ends - 29 * MINUTE) == []
    assert short.id != long.id


def test_what_matches_nothing_is_named(room: Newsroom, wire: PublishedFeed) -> None:
    news(room, wire, NIGHT, ASAD)
    silenced(room, NIGHT, country="IQ")
    silenced(room, NIGHT, country="SY")
    with changing(room) as tx:
        from newsroom import shipped_rules

        found = silences_shown(tx, now=NIGHT + MINUTE, rules=shipped_rules())
    assert {one["target"]: (one["hits"], one["matches_nothing"]) for one in found} == {
        "country IQ": (1, False),
        "country SY": (0, True),
    }


def test_a_silence_that_is_undone_lets_the_earlier_one_hold_again(room: Newsroom, wire: PublishedFeed) -> None:
    first = silenced(room, NIGHT, 5 * HOUR, country="IQ")
    second = silenced(room, NIGHT + MINUTE, HOUR, country="IQ")
    with changing(room) as tx:
        assert [one.id for one in tx.silences(NIGHT + MINUTE)] == [second.id]
        (deed, _) = deeds_shown(tx, limit=2).rows
        assert undo(tx, int(deed["id"][1:]), by="Karim", now=NIGHT + 2 * MINUTE).endswith(f"{first.name} holds again")
        assert [one.id for one in tx.silences(NIGHT + 2 * MINUTE)] == [first.id]
    assert news(room, wire, NIGHT + 3 * MINUTE, ASAD) == []
    assert (held_back(room, first), held_back(room, second)) == (1, 0)


def test_a_preview_says_what_then_happens(room: Newsroom, wire: PublishedFeed, tmp_path: Path) -> None:
    """The same day twice: what the preview would have held back is what the silence then holds back."""
    day = ((NIGHT, ASAD), (NIGHT + 10 * MINUTE, ERBIL), (NIGHT + 20 * MINUTE, DEADLY), (NIGHT + 30 * MINUTE, CLAIM))
    for at, title in day:
        news(room, wire, at, title)
    asked = [
        Matchers(place="ain-al-asad"), Matchers(country="IQ", level=Level.URGENT), Matchers(rule="attack-iraq"),
        Matchers(publisher="Wire", level=Level.NOTICE), Matchers(country="SY"),
    ]  # fmt: skip
    (tmp_path / "board").mkdir()
    board = Board(tmp_path / "board")
    with changing(room) as tx:
        told = [
            sorted((one.incident_id, one.channel, one.level) for one in found.messages)
            for matchers in asked
            if (found := preview(tx, matchers, board.configuration, now=NIGHT + HOUR))
        ]
    board.store.close()
    assert [len(one) for one in told][-1] == 0
    assert len(told[0]) >= 2
    for number, matchers in enumerate(asked):
        folder = tmp_path / f"again-{number}"
        folder.mkdir()
        with Newsroom(folder) as again:
            again.channels({"alerts": [again.hook.url("alerts")], "operator": [again.hook.url("operator")]})
            other = again.feed("wire", [SPORT], publisher="Wire")
            again.poll(now=NIGHT - 4 * HOUR)
            with changing(again) as tx:
                add_silence(tx, matchers, ends=NIGHT + HOUR, by="", note="drill", now=NIGHT - HOUR)
            for at, title in day:
                news(again, other, at, title)
            with changing(again) as tx:
                held = sorted({(one.incident_id, one.channel) for one in tx.held_back(silences=[1])})
        assert held == sorted({(incident, channel) for incident, channel, _ in told[number]})
