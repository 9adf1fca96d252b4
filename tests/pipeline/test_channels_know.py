"""What a channel knows: by what reached it, once for an address, and nothing of an incident that is no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.store import Store
from newsroom import Newsroom, Story, incident_lines
from receivers import Mode

DAY = datetime(2026, 11, 18, 18, tzinfo=UTC)
ASAD = "Drones hit Ain al-Asad air base in Iraq"
QATAR = "Iran fires ballistic missiles at Al Udeid air base in Qatar"
KUWAIT = "Iran fires ballistic missiles at Camp Arifjan in Kuwait"
BOTH = "Iranian ballistic missiles strike Al Udeid air base in Qatar and Camp Arifjan in Kuwait, two killed"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_SEND_TRIES": "1"}) as room:
        for name in ("one", "two", "three"):
            room.feed(name, [Story(f"Sport: {name}", published=DAY)], publisher=name.title())
        room.channels({"alerts": [room.hook.url("alerts")]})
        room.poll(now=DAY)
        yield room


def tell(room: Newsroom, feed: str, title: str, *, minutes: float, **more: str) -> list[str]:
    """The reasons that the hook hears by one article."""
    before = len(room.hook.taken)
    when = DAY + timedelta(minutes=minutes)
    next(one for one in room.feeds if one.name == feed).add(Story(title, published=when, **more))
    room.poll(now=when)
    return reasons(room, before)


def reasons(room: Newsroom, since: int = 0) -> list[str]:
    lines = (dict(incident_lines(message.text)) for message in room.hook.taken[since:])
    return [line["reason"] for line in lines if line["incident"] != "none" or line["reason"] == "HELD"]


def test_the_id_of_an_incident_that_went_into_another_is_never_given_again(room: Newsroom) -> None:
    tell(room, "one", QATAR, minutes=10)
    tell(room, "two", KUWAIT, minutes=20)
    tell(room, "three", BOTH, minutes=30)
    assert tell(room, "one", "Second attack on Camp Arifjan in Kuwait: drones hit the base", minutes=120) == ["FIRST"]
    ids = {dict(incident_lines(message.text))["incident"] for message in room.hook.taken}
    assert "2026-11-18-camp-arifjan-2" in ids


def test_a_withdrawal_by_another_paper_does_not_silence_what_comes_after(room: Newsroom) -> None:
    assert tell(room, "one", ASAD, minutes=10) == ["FIRST"]
    assert tell(room, "two", "Report of attack on Ain al-Asad air base in Iraq withdrawn", minutes=60) == ["RETRACTED"]
    told = tell(room, "one", "Three US soldiers killed in drone attack on Ain al-Asad air base in Iraq", minutes=120)
    assert told == ["TOLL_UP"]


def test_a_channel_falls_back_to_what_it_took(room: Newsroom) -> None:
    """FIRST arrived, the claim did not: the next message tells of it, and is no first one."""
    assert tell(room, "one", ASAD, minutes=10) == ["FIRST"]
    room.hook.behave(Mode.REFUSE, code=404)
    assert tell(room, "two", "Kataib Hezbollah claims drone attack on Ain al-Asad air base in Iraq", minutes=60) == []
    room.hook.behave(Mode.ACCEPT)
    told = tell(room, "three", "Drones strike Ain al-Asad air base in Iraq, two soldiers wounded", minutes=120)
    assert told == ["TOLL_UP"]
    assert "Kataib Hezbollah" in room.hook.taken[-1].text


def test_a_first_message_that_reached_nobody_is_tried_again_by_the_next_report(room: Newsroom) -> None:
    room.hook.behave(Mode.REFUSE, code=404)
    assert tell(room, "one", ASAD, minutes=10) == []
    room.hook.behave(Mode.ACCEPT)
    assert tell(room, "two", "Ain al-Asad air base in Iraq attacked by drones, witnesses say", minutes=60) == ["FIRST"]


def test_an_address_of_two_channels_is_told_once(room: Newsroom) -> None:
    room.path("channels.yaml").write_text(f'{{"urls": [{{"{room.hook.url("alerts")}": [{{"tag": "alerts, duty"}}]}}]}}')
    room.path("policies.yaml").write_text("policies:\n  - channel: duty\n    style: journalist\n  - channel: alerts\n")
    assert tell(room, "one", ASAD, minutes=10) == ["FIRST"]
    assert tell(room, "two", "Ain al-Asad air base in Iraq attacked by drones, witnesses say", minutes=60) == []


REPEAT = 'policies:\n  - channel: alerts\n    repeat_flash: 15m\n    quiet: {from: "19:00", to: "06:00", zone: UTC}\n'


def test_a_flash_repeats_at_its_times_and_not_for_what_is_gone(room: Newsroom) -> None:
    room.path("policies.yaml").write_text(REPEAT)
    tell(room, "one", f"{QATAR}, one soldier killed", minutes=10)
    tell(room, "two", f"{KUWAIT}, one soldier killed", minutes=20)
    tell(room, "three", BOTH, minutes=30)
    # three repeats were missed: one comes, not all of them at once
    before = len(room.hook.taken)
    for seconds in range(3):
        room.attend(DAY + timedelta(minutes=80, seconds=seconds))
    after = [dict(incident_lines(message.text))["incident"] for message in room.hook.taken[before:]]
    assert after == ["2026-11-18-al-udeid"]
    assert room.attend(DAY + timedelta(days=90)) == []


def test_a_flash_that_is_taken_back_is_so_at_once_and_repeats_no_more(room: Newsroom) -> None:
    room.path("policies.yaml").write_text(REPEAT)
    assert tell(room, "one", f"{QATAR}, one soldier killed", minutes=90) == ["FIRST"]
    said = "Pentagon: blasts at Al Udeid air base in Qatar were a controlled detonation, not an attack"
    assert tell(room, "two", said, minutes=100) == ["RETRACTED"]
    assert room.attend(DAY + timedelta(minutes=130)) == []


def test_what_was_held_counts_as_told_once_it_was_taken(room: Newsroom) -> None:
    room.path("policies.yaml").write_text(REPEAT)
    assert tell(room, "one", ASAD, minutes=90) == []
    assert tell(room, "two", "Rockets hit Camp Arifjan in Kuwait", minutes=100) == []
    room.hook.behave(Mode.REFUSE, code=404)
    assert room.attend(DAY + timedelta(hours=12, minutes=1))
    room.hook.behave(Mode.ACCEPT)
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.read() as tx:
        ids = ["2026-11-18-ain-al-asad", "2026-11-18-camp-arifjan"]
        assert all(one.failed_at and not one.taken_at for one in tx.notifications(ids).values())
        assert len(tx.notifications(ids)) == 2
    store.close()
    assert tell(room, "one", "Drones strike Ain al-Asad air base in Iraq", minutes=740) == ["FIRST"]


def test_a_late_digest_tells_what_the_day_before_brought(room: Newsroom) -> None:
    room.path("policies.yaml").write_text(
        'policies:\n  - channel: alerts\n    level: flash\n    digest: {daily: "12:00"}\n'
    )
    room.attend(DAY)
    assert tell(room, "one", ASAD, minutes=10) == []
    (digest,) = room.attend(DAY + timedelta(hours=19, days=1))
    assert "Ain al-Asad" in digest.body


@pytest.mark.parametrize(
    ("former", "later", "hours"),
    [
        (f"Middle East live: {ASAD}", "Middle East live: ceasefire talks begin in Beirut", 2.0),
        (ASAD, "Ministers meet for talks on trade and customs", 20.0),
    ],
)
def test_a_page_that_moves_on_takes_nothing_back(room: Newsroom, former: str, later: str, hours: float) -> None:
    link = "https://n.example/live"
    assert tell(room, "one", former, minutes=10, link=link) == ["FIRST"]
    feed = room.feeds[0]
    when = DAY + timedelta(hours=hours)
    feed.replace(feed.stories[-1], title=later, published=when)
    before = len(room.hook.taken)
    room.poll(now=when)
    assert reasons(room, before) == []
