"""A database that the released version left behind, killed with two messages unsent, goes on under this one.

`tests/data/databases/` holds it as SQL; `olddatabase` tells of the evening that it was made on and how.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from databases import KINDS, database
from monitor.channels.apprise import Channels
from monitor.model.rhythm import Pace, Rhythm
from monitor.store.engine import begin, open_engine
from monitor.store.store import Store
from monitor.store.upgrade import SchemaState, alembic_config, schema_state, upgrade
from newsroom import CHECKOUT, Newsroom, incident_lines
from olddatabase import ETAG, FEEDS, HOOK, NOTE, News, publish
from pastnews import Asked, ask

REVISION = "0005"
DUMP = CHECKOUT / "tests" / "data" / "databases" / f"{REVISION}.sql"
#: what it calls by other names than the dump does
TABLES = {"fetch_events": "polls"}
COLUMNS = {"deliveries": {"target": "address"}}
KEYS = {"outlook": "connectivity"}
FEED_NAMES = ("wire", "agency", "paper")
CHANNELS = ("alerts", "operator")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ASAD, SALVO, TANF, ERBIL = "ain-al-asad", "ali-al-salem", "al-tanf", "erbil-air-base"


def a_day_or_two_ago() -> tuple[str, News]:
    """The dump and the news as if it had all been within the last two days, at the same time of day."""
    text = DUMP.read_text("utf-8")
    made = max(datetime.fromisoformat(found) for found in re.findall(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", text))
    days = (datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1) - made).days
    moved = re.sub(r"\b20\d\d-\d\d-\d\d\b", lambda day: str(date.fromisoformat(day[0]) + timedelta(days)), text)
    return moved, News(made.date() + timedelta(days))


@contextmanager
def old_database(kind: str, folder: Path, dump: str) -> Iterator[str]:
    """The address of a database that holds the dump, at the revision that it had."""
    if kind == "sqlite":
        load(dump, folder / "basewatch.db").close()
        yield f"sqlite:///{folder / 'basewatch.db'}"
        return
    from alembic.command import upgrade as run_upgrade

    with database(kind, folder, migrated=False) as address:
        engine = open_engine(address)
        with begin(engine) as connection:
            run_upgrade(alembic_config(connection), REVISION)
            copy_rows(load(dump, folder / "dump.db"), connection)
        engine.dispose()
        yield address


def load(dump: str, file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")  # as basewatch keeps its files
    connection.executescript(dump)
    return connection


def copy_rows(old: sqlite3.Connection, connection: Connection) -> None:
    """All rows, as text that PostgreSQL reads by the types of its columns; ids are counted on behind the last one."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    for table in ("feeds", "incidents", "alerts", "items", "deliveries", "fingerprints", "fetch_events", "feedback",
                  "daemon_state"):  # fmt: skip
        for row in rows(old, table):
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
            values = [None if value is None else str(value) for value in row.values()]
            driver.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # type: ignore[arg-type]
    for table in ("feeds", "fetch_events"):
        driver.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # type: ignore[arg-type]


def rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def everything(address: str) -> dict[str, Any]:
    """What the store answers to every question about the past."""
    store = Store(address)
    with store.read() as tx:
        answers = {
            "items": tx.items(LONG_AGO),
            "incidents": {incident.id: incident for incident in tx.incidents(LONG_AGO.date())},
            "alerts": tx.alerts(LONG_AGO),
            "states": tx.feed_states(FEED_NAMES),
            "polls": {name: tx.polls_of(name) for name in FEED_NAMES},
            "feedback": tx.feedback(),
        }
    store.close()
    return answers


def test_no_row_is_lost_or_changed(tmp_path: Path) -> None:
    dump = DUMP.read_text("utf-8")
    before = load(dump, tmp_path / "before.db")
    with old_database("sqlite", tmp_path, dump) as address:
        assert schema_state(address) is SchemaState.OLD
        upgrade(address)
        assert schema_state(address) is SchemaState.CURRENT
    after = sqlite3.connect(tmp_path / "basewatch.db")
    tables = [name for (name,) in before.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"items", "incidents", "alerts", "deliveries", "feeds", "fetch_events", "feedback"} < set(tables)
    for table in set(tables) - {"basewatch_schema"}:
        new_names = COLUMNS.get(table, {})
        expected = [{new_names.get(name, name): value for name, value in row.items()} for row in rows(before, table)]
        found = [{name: row[name] for name in expected[0]} for row in rows(after, TABLES.get(table, table))]
        for row in expected:
            assert {name: KEYS.get(value, value) for name, value in row.items()} in found
        assert len(found) == len(expected) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_store_reads_all_of_it(tmp_path: Path, kind: str) -> None:
    with old_database(kind, tmp_path, DUMP.read_text("utf-8")) as address:
        upgrade(address)
        found = everything(address)
    items = {item.item.url.rpartition("/")[2] + " " + item.item.feed: item for item in found["items"]}
    assert {name: (item.novelty, item.novelty_reason) for name, item in items.items()} == {
        "derby wire": ("OLD", "first poll"),
        "weather agency": ("COPY", "same link"),
        "weather paper": ("OLD", "first poll"),
        "asad wire": ("UPDATED", "text changed"),
        "asad agency": ("COPY", "same link"),
        "salvo wire": ("NEW", "unknown"),
        "revenge wire": ("NEW", "unknown"),
        "tanf wire": ("NEW", "unknown"),
    }
    edited = items["asad wire"].classification
    assert edited is not None
    assert (edited.act, edited.rule, edited.level, edited.facts.wounded) == ("attack", "attack-iraq", "urgent", 3)
    assert [(place.id, place.role) for place in edited.facts.places] == [(ASAD, "target")]
    assert [one.text for one in edited.evidence if one.means == "weapon"] == ["drones"]
    assert items["asad agency"].copy_of == items["asad wire"].item.id
    assert items["revenge wire"].decision.reason == "NOT_AN_ATTACK"
    incidents = {incident.place_id: incident for incident in found["incidents"].values()}
    assert set(incidents) == {ASAD, SALVO, TANF}
    assert all(incident.told and incident.told_to == ("alerts",) for incident in incidents.values())
    assert [place.id for place in incidents[SALVO].more_places] == ["al-udeid"]
    deliveries = [delivery for _, several in found["alerts"] for delivery in several]
    assert len(found["alerts"]) == len(deliveries) == 6
    assert [alert.kind for alert, _ in found["alerts"]].count("operator") == 3
    assert sorted(delivery.state for delivery in deliveries) == ["pending"] * 2 + ["sent"] * 4
    states = {state.name: state for state in found["states"]}
    assert states["paper"].etag == ETAG
    assert all(state.body_hash and state.baseline_at for state in states.values())
    blank = {
        (one.rhythm, one.pace, one.wakes_at, one.made_anew_every, one.cost_ms, one.layout) for one in states.values()
    }
    assert blank == {("", "", None, None, 0, "")}, "no feed of that time was read in a way of its own, so none anew"
    assert {name: max(poll.new for poll in polls) for name, polls in found["polls"].items()} == {
        "wire": 3, "agency": 0, "paper": 0,
    }  # fmt: skip
    assert [(feedback.opinion, feedback.note) for feedback in found["feedback"]] == [("right", NOTE)]


def test_postgresql_holds_the_same_as_sqlite(tmp_path: Path) -> None:
    answers = []
    for kind in ("sqlite", "postgresql"):
        (tmp_path / kind).mkdir()
        with old_database(kind, tmp_path / kind, DUMP.read_text("utf-8")) as address:
            upgrade(address)
            answers.append(everything(address))
    assert answers[0] == answers[1]


def test_the_keys_of_addresses_are_what_they_were(tmp_path: Path) -> None:
    """Otherwise what waits in an outbox would belong to an address that nobody names any more."""
    file = tmp_path / "channels.yaml"
    file.write_text("urls:\n" + "".join(f"- json://127.0.0.1:{HOOK}/{tag}: [{{tag: {tag}}}]\n" for tag in CHANNELS))
    known = {row["target"] for row in rows(load(DUMP.read_text("utf-8"), tmp_path / "dump.db"), "deliveries")}
    assert {address.key for address in Channels.load(file).addresses(CHANNELS)} == known


def of_this_run(dump: str, room: Newsroom) -> str:
    """The dump as if the old daemon had asked and told the servers of this room."""
    room.channels({tag: [room.hook.url(tag)] for tag in CHANNELS})
    file = room.path("channels.yaml")
    now, text = Channels.load(file), file.read_text()
    file.write_text(text.replace(f":{room.hook.port}/", f":{HOOK}/"))
    for old, new in zip(Channels.load(file).addresses(CHANNELS), now.addresses(CHANNELS), strict=True):
        dump = dump.replace(old.key, new.key)
    file.write_text(text)
    return dump.replace(f":{FEEDS}/", f":{room.server.port}/").replace(f":{HOOK}/", f":{room.hook.port}/")


@contextmanager
def room_of_old(kind: str, folder: Path) -> Iterator[tuple[Newsroom, News, str]]:
    """A room with the feeds as they stood at the end and the old database, not upgraded yet."""
    dump, news = a_day_or_two_ago()
    with Newsroom(folder) as room:
        dump = of_this_run(dump, room)
        for name, stories in (("wire", news.wire()), ("agency", news.agency()), ("paper", news.paper())):
            publish(room, room.feed(name, publisher=name.title(), language="en"), stories)
        with old_database(kind, folder, dump) as address:
            room._extra["BASEWATCH_DATABASE_URL"] = address
            yield room, news, address


def answer(room: Newsroom, *arguments: str) -> Asked:
    """A command in the room's folder, in this process."""
    settings = {name: value for name, value in room.environment.items() if name.startswith("BASEWATCH_")}
    return ask(room.folder, *arguments, **settings)


def dumped(room: Newsroom) -> list[str]:
    connection = sqlite3.connect(room.path("basewatch.db"))
    lines = list(connection.iterdump())
    connection.close()
    return lines


def test_no_command_touches_an_old_database_before_it_is_upgraded(tmp_path: Path) -> None:
    with room_of_old("sqlite", tmp_path) as (room, _, address):
        before = dumped(room)
        assert "basewatch db upgrade" in room.call("run", expect=1).stderr
        for command in ("poll", "incidents", "health"):
            refused = answer(room, command)
            assert refused.code == 1
            assert "basewatch db upgrade" in refused.out + refused.err
        assert dumped(room) == before
        assert "was old, is current" in room.call("db", "upgrade").stdout
        assert schema_state(address) is SchemaState.CURRENT
        assert "every feed failing since" in answer(room, "health").out
        assert not room.hook.taken


@pytest.mark.slow(20)
@pytest.mark.parametrize("kind", KINDS)
def test_the_daemon_goes_on_where_the_old_one_was_killed(tmp_path: Path, kind: str) -> None:
    with room_of_old(kind, tmp_path) as (room, news, address):
        assert answer(room, "db", "upgrade").code == 0
        wire = room.feeds[0]
        room.start()
        # what was pending arrives, what was sent does not come again; every feed failed, and now they answer
        room.hook.wait_for(3, seconds=30)
        # on the day of the dump the document is the very same, later its dates are others
        seen = r'feed=wire result=(fetched|"same body") new=0 updated=0 seen=(5|0) copy=0 old=0 alerts=0'
        assert re.search(seen, room.log)
        asked = next(request for request in room.server.requests if request.path == "/paper.xml")
        assert asked.headers["if-none-match"] == ETAG
        assert re.search("feed=paper result=.not modified. ", room.log)
        # an edit is an edit, a further report belongs to the incident, an attack elsewhere is told
        wire.replace(news.tanf, summary="Two rockets landed in the outer yard, a spokesman said.")
        wire.add(
            news.story("Drone attack on Ain al-Asad air base in Iraq wounds three soldiers, officials say", "asad-2")
        )
        wire.add(news.story("Two drones hit Erbil air base in northern Iraq", "erbil", at="00:20"))
        room.hook.wait_for(5, seconds=30)
        assert answer(room, "health").code == 0
        room.stop()  # sends whatever else would be due

        told = [dict(incident_lines(message.text)) for message in room.hook.taken]
        assert sorted((line["incident"], line["reason"]) for line in told) == [
            (f"{news.day}-{ASAD}", "CONFIRMED"),  # by officials, which the old daemon would not have told
            (f"{news.day}-{TANF}", "FIRST"),
            (f"{news.day}-{ERBIL}", "FIRST"),
            ("none", "BACK_ONLINE"),
            ("none", "OFFLINE"),
        ]
        after = everything(address)
        items = {item.item.url.rpartition("/")[2]: item for item in after["items"] if item.item.feed == "wire"}
        assert (items["tanf"].novelty, items["tanf"].decision.reason) == ("UPDATED", "NO_CHANGE")
        assert items["asad-2"].incident_id == items["asad"].incident_id == f"{news.day}-{ASAD}"
        deliveries = [delivery for _, several in after["alerts"] for delivery in several]
        assert {delivery.state for delivery in deliveries} == {"sent"}
        states = {state.name: state for state in after["states"]}
        assert Rhythm.from_text(states["wire"].rhythm) is not None
        assert states["wire"].pace == Pace.FIXED
        assert "Traceback" not in room.log

        ledger = answer(room, "incidents", "--json").json
        assert {row["id"] for row in ledger} == {f"{news.day}-{place}" for place in (ASAD, SALVO, TANF, ERBIL)}
        alerts = answer(room, "alerts", "--json").json
        assert sorted(alert["kind"] for alert in alerts) == ["incident"] * 5 + ["operator"] * 4
        assert answer(room, "feedback", "--json").json[0]["note"] == NOTE
        assert "Al Udeid Air Base" in answer(room, "explain", news.salvo.link).out
        feeds = {feed["name"]: feed for feed in answer(room, "feeds", "--json").json}
        assert "http 500" in {poll["result"] for poll in feeds["wire"]["polls"]}
