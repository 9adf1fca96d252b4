"""Commands about incidents that cannot be meant: one clear message, the exit code of the contract, no traceback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsroom import Newsroom, Story

SPORT = Story("Sport: the cup final goes to extra time")
BASE, NONE = "{incident}", "2026-01-01-nowhere"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Newsroom, dict[str, str]]]:
    """A newsroom with an incident of two reports, and another of one."""
    with Newsroom(tmp_path_factory.mktemp("room")) as room:
        wire, paper = (room.feed(name, [SPORT], publisher=name.title()) for name in ("wire", "paper"))
        room.poll()
        wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq, one wounded"))
        paper.add(Story("Soldier hurt as drones strike Ain al-Asad air base in Iraq"))
        paper.add(Story("Rockets strike Al Udeid air base in Qatar"))
        room.poll()
        known = {one["place_id"]: one["id"] for one in room.json("incidents")}
        incident, other = known["ain-al-asad"], known["al-udeid"]
        items = [one["id"] for one in room.json("incidents", "show", incident)["reports"]]
        (foreign,) = [one["id"] for one in room.json("incidents", "show", other)["reports"]]
        yield room, {"incident": incident, "other": other, "one": items[0], "two": items[1], "foreign": foreign}


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("incidents", "show", NONE), 1, f"there is no incident {NONE}"),
        (("incidents", "merge", BASE, NONE), 1, f"there is no incident {NONE}"),
        (("incidents", "merge", NONE, BASE), 1, f"there is no incident {NONE}"),
        (("incidents", "split", NONE, "{one}"), 1, f"there is no incident {NONE}"),
        (("mute", NONE, "--until", "2h"), 1, NONE),
        (("ack", NONE), 1, NONE),
        (("policy", "explain", NONE), 1, NONE),
        (("incidents", "merge", BASE, BASE), 2, "cannot go into itself"),
        (("incidents", "split", BASE, "{foreign}"), 2, "has no report {foreign}"),
        (("incidents", "split", BASE, "{one}", "{two}"), 2, "at least one must stay in it"),
        (("incidents", "split", BASE), 2, "ITEM"),
        (("mute", BASE, "--until", "25:00"), 2, "25:00"),
        (("mute", BASE, "--until", "soon"), 2, "soon"),
        (("mute", BASE, "--until", "2020-01-01"), 2, "2020-01-01"),
        (("mute", BASE, "--until", "-2h"), 2, "-2h"),
        (("mute", BASE), 2, "--until"),
    ],
)
def test_what_cannot_be_meant(
    room: tuple[Newsroom, dict[str, str]], command: tuple[str, ...], code: int, said: str
) -> None:
    news, ids = room
    done = news.call(*(part.format(**ids) for part in command), expect=code)
    assert said.format(**ids) in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert {one["id"] for one in news.json("incidents")} == {ids["incident"], ids["other"]}
