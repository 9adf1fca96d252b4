"""What waits for the end of a silence leaves when nothing silences it any more, whatever happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from databases import database
from ledgers import ASAD, ERBIL, NOW, incident_at, put, report_of
from monitor.errors import UsageError
from monitor.model.attention import HeldBack, Matchers, Silence
from monitor.model.incident import Incident
from monitor.model.ledger import Held
from monitor.model.report import Level
from monitor.queries.deeds import deed_number, deeds_shown, undo
from monitor.queries.rulings import merge
from monitor.queries.silences import add_silence, end_silence
from monitor.store.store import Store, Transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with database(request.param, tmp_path) as url, closing(Store(url)) as store:
        yield store


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.transaction() as tx:
        yield tx


def two(tx: Transaction) -> tuple[Incident, Incident]:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    put(tx, one, report_of("A", one))
    put(tx, other, report_of("C", other))
    return one, other


def kept_back(tx: Transaction, incident: Incident, silence: Silence, *, until: Silence | None = None) -> None:
    """As the writer leaves it: the message waits for the end of the silence, and is counted."""
    tx.hold_back(
        HeldBack(silence=silence.id, at=NOW, channel="duty", incident_id=incident.id, version=1, level=Level.URGENT)
    )
    due = (until or silence).ends
    tx.hold(Held(incident_id=incident.id, channel="duty", why="silence", since=NOW, due_at=due, level=Level.URGENT))


def latest(tx: Transaction) -> int:
    return deed_number(deeds_shown(tx, limit=1).rows[0]["id"])


def test_the_end_by_hand_releases_what_a_merge_has_moved(tx: Transaction) -> None:
    one, other = two(tx)
    silence = add_silence(tx, Matchers(country="IQ"), ends=NOW + DAY, by="Mona", note="drill", now=NOW)
    kept_back(tx, other, silence)
    merge(tx, one.id, other.id, now=NOW)
    end_silence(tx, silence.id, by="Mona", now=NOW + HOUR)
    assert [(held.incident_id, held.due_at) for held in tx.held()] == [(one.id, NOW + HOUR)]


def test_the_end_of_one_of_two_silenced_rules_releases_what_the_other_was_named_for(tx: Transaction) -> None:
    one, _ = two(tx)
    first = add_silence(tx, Matchers(rule="attack-iraq"), ends=NOW + 9 * HOUR, by="", note="drill", now=NOW)
    second = add_silence(tx, Matchers(rule="attack-any"), ends=NOW + 12 * HOUR, by="", note="drill", now=NOW)
    kept_back(tx, one, first)  # the first to end is named
    end_silence(tx, second.id, by="Mona", now=NOW + HOUR)
    assert [held.due_at for held in tx.held()] == [NOW + HOUR]


def test_a_merge_that_is_undone_does_not_hold_for_a_silence_that_ended_since(tx: Transaction) -> None:
    one, other = two(tx)
    silence = add_silence(tx, Matchers(country="IQ"), ends=NOW + DAY, by="Mona", note="drill", now=NOW)
    kept_back(tx, other, silence)
    merge(tx, one.id, other.id, now=NOW)
    merged = latest(tx)
    end_silence(tx, silence.id, by="Mona", now=NOW + HOUR)
    undo(tx, merged, by="Mona", now=NOW + 2 * HOUR)
    assert [(held.incident_id, held.due_at) for held in tx.held()] == [(other.id, NOW + 2 * HOUR)]


def test_of_what_waits_of_both_the_first_that_is_due_waits_after_a_merge(tx: Transaction) -> None:
    one, other = two(tx)
    soon = Held(incident_id=one.id, channel="duty", why="quiet", since=NOW, due_at=NOW + HOUR, level=Level.URGENT)
    tx.hold(soon)
    tx.hold(replace(soon, channel="desk", due_at=None, why="digest"))
    tx.hold(replace(soon, incident_id=other.id, due_at=None, why="digest", since=NOW - HOUR))
    tx.hold(replace(soon, incident_id=other.id, channel="desk"))
    merge(tx, one.id, other.id, now=NOW)
    waits = {held.channel: (held.incident_id, held.why, held.due_at) for held in tx.held()}
    assert waits == {"duty": (one.id, "quiet", NOW + HOUR), "desk": (one.id, "quiet", NOW + HOUR)}


def test_the_number_of_a_silence_that_is_gone_is_not_given_again(tx: Transaction) -> None:
    old = add_silence(tx, Matchers(country="SY"), ends=NOW + HOUR, by="Mona", note="drill", now=NOW)
    made = latest(tx)
    later = NOW + 40 * DAY
    tx.prune(before=later - DAY, now=later)
    assert tx.silence(old.id) is None
    new = add_silence(tx, Matchers(country="IQ"), ends=later + HOUR, by="Karim", note="exercise", now=later)
    assert new.id > old.id
    with pytest.raises(UsageError, match="over already"):
        undo(tx, made, by="Mona", now=later)
    assert [one.id for one in tx.silences(later)] == [new.id]


def test_a_window_that_begins_later_leaves_the_silence_of_now_alone(tx: Transaction) -> None:
    gulf = Matchers(country="IQ")
    today = add_silence(tx, gulf, ends=NOW + 2 * HOUR, by="Mona", note="drill", now=NOW)
    tomorrow = add_silence(tx, gulf, starts=NOW + DAY, ends=NOW + DAY + HOUR, by="Mona", note="drill", now=NOW)
    assert [one.id for one in tx.silences(NOW)] == [today.id, tomorrow.id]
    longer = add_silence(tx, gulf, ends=NOW + 3 * HOUR, by="Mona", note="drill", now=NOW)
    assert [one.id for one in tx.silences(NOW)] == [longer.id, tomorrow.id]
    end_silence(tx, longer.id, by="Mona", now=NOW + HOUR)
    undo(tx, latest(tx), by="Mona", now=NOW + HOUR)
    assert [one.id for one in tx.silences(NOW + HOUR)] == [longer.id, tomorrow.id]


def test_the_same_window_planned_anew_takes_the_place_of_the_planned_one(tx: Transaction) -> None:
    gulf = Matchers(country="IQ")
    add_silence(tx, gulf, starts=NOW + DAY, ends=NOW + DAY + HOUR, by="Mona", note="drill", now=NOW)
    anew = add_silence(tx, gulf, starts=NOW + DAY, ends=NOW + DAY + 2 * HOUR, by="Mona", note="drill", now=NOW)
    assert [one.id for one in tx.silences(NOW)] == [anew.id]
