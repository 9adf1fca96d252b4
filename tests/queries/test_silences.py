"""Silences as people make them: words that are refused with what to write, and a preview of what then happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from boards import Board
from databases import database
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.alerts.silences import Aim, meets, silencing
from monitor.configuration import Configuration
from monitor.errors import BasewatchError, UsageError
from monitor.model.alert import Alert
from monitor.model.attention import Matchers, Silence
from monitor.model.place import Place
from monitor.model.report import Level, RuleTaken
from monitor.queries.silences import (
    add_silence,
    end_silence,
    preview,
    preview_shown,
    read_matchers,
    silences_shown,
)
from monitor.store.store import Store, Transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    board = Board(tmp_path_factory.mktemp("board"))
    board.store.close()
    return board.configuration


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.transaction() as tx:
        yield tx


def message(id: str, incident: str, channel: str = "duty", level: Level = Level.URGENT, hours: float = 1) -> Alert:
    return Alert(
        id=id, incident_id=incident, version=1, reason="FIRST", level=level, channels=(channel,), title=f"Title {id}",
        body="", created_at=NOW - hours * HOUR, audience=id,
    )  # fmt: skip


def ledger(tx: Transaction) -> tuple[str, str]:
    """An attack on a base in Iraq that two rules send, and one of long ago."""
    taken = (RuleTaken(rule="attack-iraq", level=Level.URGENT, send_to=("duty", "alerts")),)
    one, old = incident_at(ASAD), incident_at(ERBIL, (NOW - 20 * DAY).date())
    put(tx, one, replace(report_of("A", one), rules=taken))
    put(tx, old, replace(report_of("B", old), rules=taken))
    for alert in (
        message("M1", one.id),
        message("M2", one.id, "alerts", Level.FLASH),
        message("M3", old.id, hours=300),
    ):
        tx.add_alert(alert, [])
    return one.id, old.id


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "say what is to be silenced"), ({"place": "  "}, "say what is to be silenced"),
        ({"level": "urgent"}, "nearly everything"), ({"planet": "mars"}, "asks nothing of 'planet'"),
        ({"place": "ain-al-asat"}, "ain-al-asad"), ({"country": "Atlantis"}, "no country"),
        ({"level": "flesh", "country": "IQ"}, "flash"), ({"channel": "dutty"}, "duty"),
        ({"channel": "operator"}, "cannot be silenced"), ({"rule": "attack-irak"}, "attack-iraq"),
        ({"publisher": "x" * 101}, "101 characters"), ({"place": "\x00'; DROP TABLE"}, "no place"),
    ],
)  # fmt: skip
def test_what_cannot_be_silenced_is_said(
    tx: Transaction, configuration: Configuration, fields: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read_matchers(tx, fields, configuration)


def test_matchers_are_read(tx: Transaction, configuration: Configuration) -> None:
    one, _ = ledger(tx)
    fields = {"incident": one, "rule": "attack-iraq", "place": "ain-al-asad", "country": "iraq", "level": "Urgent"}
    found = read_matchers(tx, {**fields, "channel": "Duty", "publisher": " Wire "}, configuration)
    assert found == Matchers(
        incident=one, rule="attack-iraq", place="ain-al-asad", country="IQ", level=Level.URGENT, channel="duty",
        publisher="Wire",
    )  # fmt: skip
    assert str(replace(found, incident="", rule="")).startswith("place ain-al-asad, country IQ, level urgent or lower")
    with pytest.raises(BasewatchError, match="no incident"):
        read_matchers(tx, {"incident": "2026-01-01-nowhere"}, configuration)


def test_a_silence_needs_a_note_an_end_and_a_length_that_is_bounded(tx: Transaction) -> None:
    wide, iraq = Matchers(country="IQ"), {"by": "Karim", "now": NOW}
    for matchers, ends, note, said in (
        (Matchers(), NOW + HOUR, "why", "what is to be silenced"),
        (wide, NOW + HOUR, " ", "say why"),
        (wide, NOW, "why", "over before it begins"),
        (wide, NOW + 31 * DAY, "why", "30 days at most"),
        (wide, NOW + HOUR, "x" * 501, "501 characters"),
        (Matchers(rule="attack-iraq"), NOW + 400 * DAY, "why", "366 days at most"),
    ):
        with pytest.raises(UsageError, match=said):
            add_silence(tx, matchers, ends=ends, note=note, **iraq)  # type: ignore[arg-type]
    assert tx.silences() == tx.deeds(limit=5) == []
    made = add_silence(tx, wide, ends=NOW + HOUR, note="drill", by="Karim", now=NOW)
    end_silence(tx, made.id, by="Mona", now=NOW)
    with pytest.raises(UsageError, match="over already"):
        end_silence(tx, made.id, by="Mona", now=NOW)
    with pytest.raises(BasewatchError, match="no silence S99"):
        end_silence(tx, 99, by="Mona", now=NOW)
    assert [one["state"] for one in silences_shown(tx, now=NOW, over=True)] == ["over"]
    assert silences_shown(tx, now=NOW) == []


@pytest.mark.parametrize(
    ("matchers", "incidents", "messages"),
    [
        (Matchers(country="IQ"), 1, ["M1", "M2"]), (Matchers(country="SY"), 0, []),
        (Matchers(country="IQ", level=Level.URGENT), 1, ["M1"]),
        (Matchers(place="ain-al-asad", channel="duty"), 1, ["M1"]),
        (Matchers(rule="attack-iraq"), 1, ["M1", "M2"]), (Matchers(rule="attack-gulf"), 0, []),
        (Matchers(publisher="wire"), 1, ["M1", "M2"]), (Matchers(publisher="Other"), 0, []),
        (Matchers(channel="alerts"), 1, ["M2"]), (Matchers(place="erbil-air-base"), 0, []),
    ],
    ids=str,
)  # fmt: skip
def test_a_preview_names_what_it_hits(
    tx: Transaction, configuration: Configuration, matchers: Matchers, incidents: int, messages: list[str]
) -> None:
    ledger(tx)
    found = preview(tx, matchers, configuration, now=NOW)
    assert (len(found.now), len(found.week)) == (incidents, incidents)
    assert sorted(one.alert_id for one in found.messages) == messages
    shown = preview_shown(found)
    assert (shown["now"]["incidents"], shown["messages"]["count"]) == (incidents, len(messages))
    assert any("flash is held back" in one for one in found.warnings) == (matchers.level is None)
    later = [one for one in found.warnings if "told of it later" in one]
    assert len(later) == (matchers.level not in (None, Level.FLASH))
    assert any("hits nothing" in one for one in found.warnings) == (not incidents)


def test_an_incident_of_long_ago_is_hit_by_its_name_and_is_not_open(
    tx: Transaction, configuration: Configuration
) -> None:
    _, old = ledger(tx)
    found = preview(tx, Matchers(incident=old), configuration, now=NOW)
    assert (found.now, found.week, found.messages) == ((), (), ())


def test_a_second_rule_that_is_silenced_already_counts(tx: Transaction, configuration: Configuration) -> None:
    taken = tuple(RuleTaken(rule=rule, level=Level.URGENT, send_to=("duty",)) for rule in ("attack-iraq", "deadly"))
    one = incident_at(ASAD)
    put(tx, one, replace(report_of("A", one), rules=taken))
    assert preview(tx, Matchers(rule="attack-iraq"), configuration, now=NOW).now == ()
    add_silence(tx, Matchers(rule="deadly"), ends=NOW + HOUR, by="", note="drill", now=NOW)
    assert len(preview(tx, Matchers(rule="attack-iraq"), configuration, now=NOW).now) == 1


def test_a_salvo_is_silenced_only_where_every_base_of_it_is() -> None:
    both = Aim(channel="duty", level=Level.URGENT, incident="x", places=(ASAD, ERBIL), publishers=frozenset({"A"}))

    def lies(name: str, place: Place) -> bool:
        return place.id == name

    assert not meets(Matchers(place=ASAD.id), both, lies)
    assert meets(Matchers(place=ASAD.id), replace(both, places=(ASAD,)), lies)
    assert not meets(Matchers(place=ASAD.id), replace(both, places=()), lies)
    assert not meets(Matchers(publisher="a"), replace(both, publishers=frozenset({"A", "B"})), lies)
    assert meets(Matchers(publisher="a"), both, lies)
    assert not meets(Matchers(), both, lies)


def test_of_several_the_last_to_end_is_named() -> None:
    aim = Aim(channel="duty", level=Level.URGENT, places=(ASAD,))
    short, long = (
        Silence(id=id, matchers=Matchers(country="IQ"), starts=NOW, ends=NOW + id * HOUR, at=NOW) for id in (1, 2)
    )
    assert silencing([short, long], aim, lambda _, __: True, now=NOW) == long
    assert silencing([short, replace(long, ended_at=NOW)], aim, lambda _, __: True, now=NOW) == short
    assert silencing([replace(short, starts=NOW + HOUR / 2)], aim, lambda _, __: True, now=NOW) is None


def test_mutes_of_an_older_version_are_silences(tmp_path: Path) -> None:
    from alembic.command import downgrade

    from monitor.store.engine import begin, open_engine
    from monitor.store.upgrade import alembic_config, upgrade

    for kind in ("sqlite", "postgresql"):
        with database(kind, tmp_path) as url:
            with closing(Store(url)) as store, store.transaction() as tx:
                kept = [Matchers(rule="attack-iraq"), Matchers(incident="2026-11-23-x")]
                for matchers in (*kept, Matchers(country="IQ")):
                    add_silence(tx, matchers, ends=NOW + HOUR, by="Karim", note="drill", now=NOW)
            engine = open_engine(url)
            with begin(engine) as connection:
                downgrade(alembic_config(connection), "0009")
            engine.dispose()
            upgrade(url)
            with closing(Store(url)) as store, store.read() as tx:
                found = tx.silences(NOW)
                assert {one.matchers for one in found} == set(kept)
                assert {(one.ends, one.at, one.starts, one.note, one.by) for one in found} == {
                    (NOW + HOUR, NOW, NOW, "drill", "")
                }
