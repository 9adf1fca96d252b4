"""The migrations are the schema: from empty to head, without drift, all or nothing, from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.command import check
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, insert, inspect, text

from monitor.errors import StoreError
from monitor.model.alert import AlertKind, Decision, DecisionReason
from monitor.model.attention import Matchers
from monitor.model.document import DateMark
from monitor.model.feed import Layout, Poll, Selectors
from monitor.model.feedback import Correction, Fact, Opinion
from monitor.model.ledger import ChangeReason
from monitor.model.report import Act, Level, Link, RuleTaken, Span, Voice
from monitor.resources import packaged_or_beside
from monitor.store import tables
from monitor.store.engine import begin, open_engine
from monitor.store.store import Store
from monitor.store.upgrade import (
    VERSION_TABLE,
    SchemaState,
    alembic_config,
    check_schema,
    revisions,
    schema_state,
    upgrade,
)
from values import CHAT, CLASSIFICATION, FEED, INCIDENT, MAIL, NOW, full_item, incident_alert

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPOSITORY = Path(__file__).parent.parent.parent


def statement(address: str, *statements: str) -> None:
    engine = open_engine(address)
    with begin(engine) as connection:
        for one in statements:
            connection.execute(text(one))
    engine.dispose()


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert revisions() == [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert len(scripts.get_heads()) == 1
    assert [script.revision for script in scripts.walk_revisions()][-1] == "0001"


def test_from_empty_to_head_and_again(empty_database_url: str) -> None:
    assert schema_state(empty_database_url) is SchemaState.EMPTY
    upgrade(empty_database_url)
    assert schema_state(empty_database_url) is SchemaState.CURRENT
    upgrade(empty_database_url)
    check_schema(empty_database_url)
    engine = open_engine(empty_database_url)
    with begin(engine, read_only=True) as connection:
        assert set(inspect(connection).get_table_names()) == {*tables.metadata.tables, VERSION_TABLE}
    engine.dispose()


def test_an_empty_database_is_set_up_by_itself(empty_database_url: str) -> None:
    check_schema(empty_database_url)
    assert schema_state(empty_database_url) is SchemaState.CURRENT


def test_the_tables_of_the_code_are_those_of_the_migrations(database_url: str) -> None:
    engine = open_engine(database_url)
    with begin(engine) as connection:
        check(alembic_config(connection))
    engine.dispose()


def test_every_constraint_has_a_name(database_url: str) -> None:
    engine = open_engine(database_url)
    with begin(engine, read_only=True) as connection:
        inspector = inspect(connection)
        for table in tables.metadata.tables:
            named = [*inspector.get_foreign_keys(table), *inspector.get_unique_constraints(table)]
            assert all(constraint["name"] for constraint in named), table
    engine.dispose()


def test_down_and_up_again(database_url: str) -> None:
    from alembic.command import downgrade

    engine = open_engine(database_url)
    with begin(engine) as connection:
        downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == [VERSION_TABLE]
    engine.dispose()
    upgrade(database_url)
    assert schema_state(database_url) is SchemaState.CURRENT


def test_an_upgrade_keeps_what_is_stored(database_url: str) -> None:
    store = Store(database_url)
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        item = full_item("A")
        tx.add_items([type(item)(item=item.item, novelty=item.novelty, novelty_reason=item.novelty_reason)])
    store.close()
    upgrade(database_url)
    store = Store(database_url)
    with store.read() as tx:
        assert tx.item("A") is not None
    store.close()


def test_what_stored_items_show_of_a_feed_is_known_after_the_upgrade(database_url: str) -> None:
    from alembic.command import downgrade

    store = Store(database_url)
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        items = [full_item("A"), full_item("B")]
        good, future = (
            replace(item, date_mark=mark, incident_id=None, item=replace(item.item, published=NOW + later))
            for item, mark, later in zip(items, (DateMark.GOOD, DateMark.FUTURE), (-HOUR, HOUR), strict=True)
        )
        tx.add_items([good, future])
    store.close()
    engine = open_engine(database_url)
    with begin(engine) as connection:
        downgrade(alembic_config(connection), "0003")
    engine.dispose()
    upgrade(database_url)
    store = Store(database_url)
    with store.read() as tx:
        state = tx.feed_state(FEED.name)
    store.close()
    assert (state.newest_at, state.news_at, state.crowd, state.unchanged) == (NOW - HOUR, NOW, 0, 0)


def test_what_was_called_wrong_is_missed_or_false_after_the_upgrade(database_url: str) -> None:
    """Old words were about what people got; a word on facts alone has none of them to go back to."""
    from alembic.command import downgrade

    texts = "'', '', '', '', 'wire', 'wire', '2026-01-01 00:00:00', 'wrong', '', '2026-01-01 00:00:00'"
    names = "id, title, summary, body, url, feed, publisher, first_seen, opinion, note, given_at, act, told, alerted"
    engine = open_engine(database_url)
    with begin(engine) as connection:
        downgrade(alembic_config(connection), "0006")
        for id, told, alerted in (("A", True, True), ("B", False, True), ("C", False, False)):
            values = f"('{id}', {texts}, 'attack', {told}, {alerted})"
            connection.execute(text(f"INSERT INTO feedback ({names}) VALUES {values}"))
    engine.dispose()
    upgrade(database_url)
    store = Store(database_url)
    with store.transaction() as tx:
        assert {said.item.id: str(said.opinion) for said in tx.feedback()} == {
            "A": "false",
            "B": "missed",
            "C": "missed",
        }
        assert {said.corrections for said in tx.feedback()} == {()}
        toll = Correction(fact=Fact.KILLED, value="2")
        tx.keep_feedback(replace(tx.feedback()[0], opinion=Opinion.WRONG, corrections=(toll,)))
    store.close()
    with begin(engine) as connection:
        downgrade(alembic_config(connection), "0006")
        kept = connection.execute(text("SELECT id, opinion FROM feedback ORDER BY id")).all()
    engine.dispose()
    assert kept == [("A", "wrong"), ("B", "wrong")]


def test_the_ledger_is_filled_from_what_was_stored(database_url: str) -> None:
    told = replace(INCIDENT, told_to=("duty",), version=2)
    untold = replace(INCIDENT, id="quiet", told=False, version=1, more_places=())
    old = replace(INCIDENT, id="old", killed=None, claimed_by=(), more_places=())  # from before channels were noted
    taken = (RuleTaken(rule="attack-on-base", level=Level.URGENT, send_to=("duty",)),)
    span = Span(field="title", start=0, end=6)
    meaning = replace(CLASSIFICATION, act=Act.CLAIM, taken=taken, deciding=span)
    first, second = full_item("A"), full_item("B")
    later = replace(second.item, published=NOW - 30 * DAY, publisher="", title="Later")
    second = replace(second, item=later, classification=meaning)
    store = Store(database_url)
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        for incident in (told, untold, old):
            tx.add_incident(incident)
        tx.add_items([first, second, replace(full_item("C"), incident_id=None)])
        tx.add_alert(incident_alert("1"), [MAIL])
        tx.add_alert(replace(incident_alert("2", version=2, created_at=NOW + HOUR), reason="NEW_PLACE"), [MAIL])
        tx.add_alert(replace(incident_alert("3", version=2), incident_id="old"), [])
        alerts = tx.alerts(NOW)
    store.close()
    _through(database_url, "0007")
    store = Store(database_url)
    with store.read() as tx:
        assert tx.alerts(NOW) == alerts  # with their deliveries, which SQLite has to set aside
        filled = replace(told, titles=(first.item.title, "Later"), last_report_at=NOW)
        assert {one.id: one for one in tx.incidents(INCIDENT.date)} == {told.id: filled, "quiet": untold, "old": old}
        reports = tx.reports_of([told.id, "quiet"])
        assert list(reports) == [told.id]
        a, b = reports[told.id]
        assert (a.publisher, a.url, a.act, a.voice, a.link) == (
            "Rudaw", first.item.url, Act.FOILED, Voice.MEDIA, Link.REPORT,
        )  # fmt: skip
        assert (a.facts, a.quote, a.rules[0].rule, a.send_to) == (
            CLASSIFICATION.facts, "", "attack-on-base", ("alerts", "duty"),
        )  # fmt: skip
        assert (b.publisher, b.reported_at, b.seen_at, b.quote, b.rules, b.voice) == (
            FEED.name, NOW, NOW, "Later", taken, Voice.CLAIMANT,
        )  # fmt: skip
        assert [one.id for one in tx.incidents_at(["erbil"], [], INCIDENT.date)] == [told.id, "old", "quiet"]
        assert [one.id for one in tx.incidents_at([], ["SY"], INCIDENT.date)] == [told.id]
        opening, place = tx.versions(told.id)
        assert (opening.reasons, opening.at, opening.quiet) == ((ChangeReason.FIRST,), NOW, False)
        assert (place.reasons, place.at, place.version) == ((ChangeReason.PLACE_NAMED,), NOW + HOUR, 2)
        assert [(one.version, one.quiet) for one in tx.versions("quiet")] == [(1, True)]
        known = tx.notifications([told.id, "quiet", "old"])
        assert set(known) == {(told.id, "duty"), ("old", "alerts")}
        duty = known[told.id, "duty"]
        assert (duty.alert_id, duty.version, duty.taken_at, duty.known.killed) == ("2", 2, NOW + HOUR, 1)
        assert (duty.known.reports, duty.known.claimed_by) == (("A", "B"), ("group-a",))
        assert duty.known.places == ("erbil", "country:SY")
        assert known["old", "alerts"].known.killed is None
    store.close()


def test_the_older_program_finds_no_word_that_it_does_not_know(database_url: str) -> None:
    store = Store(database_url)
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        for id, reason in (("A", DecisionReason.PLACE_NAMED), ("B", DecisionReason.HELD)):
            tx.add_items([replace(full_item(id), decision=Decision(tell=False, reason=reason))])
        tx.add_alert(incident_alert("1"), [MAIL])
        tx.add_alert(replace(incident_alert("2"), audience="family"), [CHAT])
        tx.add_alert(replace(incident_alert("3"), incident_id=None, kind=AlertKind.SUMMARY), [MAIL])
    store.close()
    _through(database_url, "0007")
    store = Store(database_url)
    with store.read() as tx:
        found = {id: item.decision.reason for id in "AB" if (item := tx.item(id)) and item.decision}
        assert found == {"A": DecisionReason.NEW_PLACE, "B": DecisionReason.NO_CHANGE}
        alerts = {alert.id: (alert.kind, len(deliveries)) for alert, deliveries in tx.alerts(NOW)}
        assert alerts == {"1": (AlertKind.INCIDENT, 1), "3": (AlertKind.OPERATOR, 1)}
    store.close()


def test_what_is_remembered_of_feeds_and_polls_begins_blank_and_goes_without_a_trace(database_url: str) -> None:
    store = Store(database_url)
    page = replace(FEED, layout=Layout(select=Selectors(item="article")))
    event = Poll(
        at=NOW, result="fetched", entries=9, old=6, too_old=1, flood=2, backfill=3, told_from_crowd=4, over_cap=5
    )
    with store.transaction() as tx:
        tx.sync_feeds([page], now=NOW)
        before = replace(tx.feed_state(FEED.name), etag="e", body_hash="h", baseline_at=NOW, last_poll_at=NOW)
        learned = replace(
            before, rhythm="1 …", pace="sleeps", wakes_at=NOW, made_anew_every=60, cost_ms=2500, next_poll_at=NOW
        )
        tx.save_polls([(learned, event)])
    store.close()
    _through(database_url, "0008")
    store = Store(database_url)
    with store.transaction() as tx:
        assert tx.feed_state(FEED.name) == replace(before, layout="", next_poll_at=NOW)
        assert tx.polls_of(FEED.name) == [Poll(at=NOW, result="fetched", entries=9, old=6)]
        tx.sync_feeds([page], now=NOW)  # how its document was read is not known: it is read anew, once
        assert (tx.feed_state(FEED.name).etag, tx.feed_state(FEED.name).layout) == (None, page.layout.mark)
    store.close()


def test_mutes_of_an_older_database_are_silences_that_hold(database_url: str) -> None:
    from alembic.command import downgrade

    engine = open_engine(database_url)
    with begin(engine) as connection:
        downgrade(alembic_config(connection), "0009")
        mutes = Table("mutes", MetaData(), autoload_with=connection)
        rows = [
            {"kind": "rule", "target": "attack-iraq", "until": NOW + DAY, "at": NOW - HOUR, "note": "drill"},
            {"kind": "incident", "target": "2026-11-21-iraq", "until": NOW + HOUR, "at": NOW, "note": ""},
            {"kind": "incident", "target": "2026-11-20-iraq", "until": NOW - HOUR, "at": NOW - DAY, "note": "over"},
        ]
        connection.execute(insert(mutes), rows)
    engine.dispose()
    upgrade(database_url)
    store = Store(database_url)
    with store.transaction() as tx:
        assert len(tx.silences()) == 3
        first, second = tx.silences(NOW)
        assert (first.matchers, first.starts, first.ends, first.at) == (
            Matchers(incident="2026-11-21-iraq"), NOW, NOW + HOUR, NOW,
        )  # fmt: skip
        assert (second.matchers, second.ends, second.note) == (Matchers(rule="attack-iraq"), NOW + DAY, "drill")
        assert first.holds(NOW)
        assert second.held_back == 0
        made = tx.add_silence(replace(first, ends=NOW + DAY))
        assert made.id > max(first.id, second.id)
        wide = Matchers(rule="attack-iraq", country="IQ")
        tx.add_silence(replace(first, matchers=wide))
    store.close()
    _through(database_url, "0009")  # what a mute cannot say is lost, the latest end of each is kept
    store = Store(database_url)
    with store.transaction() as tx:
        ends = {(one.kind, one.target): one.ends for one in tx.silences(NOW)}
    store.close()
    assert ends == {("incident", "2026-11-21-iraq"): NOW + DAY, ("rule", "attack-iraq"): NOW + DAY}


def _through(address: str, revision: str) -> None:
    """Down to an older schema and up again."""
    from alembic.command import downgrade

    engine = open_engine(address)
    with begin(engine) as connection:
        downgrade(alembic_config(connection), revision)
    engine.dispose()
    upgrade(address)


def test_an_old_a_newer_and_a_foreign_database_are_refused_with_what_to_do(database_url: str) -> None:
    statement(database_url, f"DELETE FROM {VERSION_TABLE}")
    assert schema_state(database_url) is SchemaState.OLD
    with pytest.raises(StoreError, match="basewatch db upgrade"):
        check_schema(database_url)
    statement(database_url, f"INSERT INTO {VERSION_TABLE} VALUES ('9999')")
    assert schema_state(database_url) is SchemaState.NEWER
    for refuse in (check_schema, upgrade):
        with pytest.raises(StoreError, match="newer basewatch"):
            refuse(database_url)


def test_a_database_of_something_else_is_left_alone(empty_database_url: str) -> None:
    statement(empty_database_url, "CREATE TABLE bookmarks (id INTEGER)")
    assert schema_state(empty_database_url) is SchemaState.NOT_OURS
    for refuse in (check_schema, upgrade):
        with pytest.raises(StoreError, match="something else"):
            refuse(empty_database_url)


def test_asking_about_a_file_that_does_not_exist_does_not_make_it(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    assert schema_state(f"sqlite:///{file}") is SchemaState.EMPTY
    assert not file.exists()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(config: object, _revision: str) -> None:
        config.attributes["connection"].execute(text("CREATE TABLE feeds (id INTEGER)"))  # type: ignore[attr-defined]
        raise RuntimeError("power cut")

    monkeypatch.setattr("alembic.command.upgrade", half)
    with pytest.raises(RuntimeError):
        upgrade(empty_database_url)
    assert schema_state(empty_database_url) is SchemaState.EMPTY


def test_processes_that_upgrade_at_once_make_one_schema(empty_database_url: str) -> None:
    script = "import sys; from monitor.store.upgrade import upgrade; sys.stdin.readline(); upgrade(sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-W", "error", "-c", script, empty_database_url]
    several = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", text=True)
        for _ in range(3)
    ]
    ends = [threading.Thread(target=one.communicate, args=("go\n",)) for one in several]
    for end in ends:
        end.start()
    for end in ends:
        end.join()
    assert [one.returncode for one in several] == [0, 0, 0]
    assert schema_state(empty_database_url) is SchemaState.CURRENT


def test_migrations_are_found_beside_the_package_or_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert packaged_or_beside("migrations") == REPOSITORY / "migrations"
    assert packaged_or_beside("starter/feeds.yaml", "feeds.yaml") == REPOSITORY / "feeds.yaml"
    package = tmp_path / "monitor"
    (package / "migrations").mkdir(parents=True)
    monkeypatch.setattr("monitor.__file__", str(package / "__init__.py"))
    assert packaged_or_beside("migrations") == package / "migrations"
