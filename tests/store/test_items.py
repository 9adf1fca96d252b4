"""Items, identity keys and incidents: what goes in comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dedupe.fingerprint import KnownItem, entry_keys
from monitor.dedupe.words import Words
from monitor.model.document import Entry
from monitor.model.incident import Incident
from monitor.model.item import Novelty, NoveltyReason
from monitor.model.report import Classification
from monitor.store.columns import Frozen
from monitor.store.ids import ALPHABET, LENGTH, new_id
from monitor.store.store import Store
from values import CLASSIFICATION, FEED, INCIDENT, NOW, full_item, stored_item

DAY = timedelta(days=1)
FROZEN = Frozen(Classification)


@pytest.fixture
def synced(store: Store) -> Store:
    with store.transaction() as tx:
        tx.sync_feeds([FEED, replace(FEED, name="other")], now=NOW)
        tx.add_incident(INCIDENT)
    return store


# -------------------------------------------------------------------------------------------- items


def test_items_come_back_as_they_went_in(synced: Store) -> None:
    # the copy stands before its original: items of one poll may name each other in any order
    items = [full_item("B", copy_of="A"), full_item("A"), stored_item("C")]
    with synced.transaction() as tx:
        tx.add_items(items)
    with synced.read() as tx:
        assert [tx.item(stored.item.id) for stored in items] == items
        assert tx.item("NOBODY") is None


def test_an_edited_item_replaces_itself(synced: Store) -> None:
    edited = replace(full_item("A"), item=replace(full_item("A").item, title="Two drones"), updated_at=NOW + DAY)
    with synced.transaction() as tx:
        tx.add_items([stored_item("A"), stored_item("B")])
        tx.update_items([edited])
    with synced.read() as tx:
        assert tx.item("A") == edited
        assert tx.item("B") == stored_item("B")


def test_items_since_newest_first(synced: Store) -> None:
    items = [stored_item(f"I{n}", first_seen=NOW - n * DAY) for n in range(4)]
    with synced.transaction() as tx:
        tx.add_items([*items, stored_item("O", feed="other")])
        assert [stored.item.id for stored in tx.items(NOW - 2 * DAY)] == ["O", "I0", "I1", "I2"]
        assert [stored.item.id for stored in tx.items(NOW - 9 * DAY, feed=FEED.name, limit=2)] == ["I0", "I1"]


def test_items_of_an_incident(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.add_items([full_item("A"), stored_item("B"), full_item("C")])
        found = tx.items_of_incidents([INCIDENT.id, "nothing"])
        assert {key: [stored.item.id for stored in items] for key, items in found.items()} == {INCIDENT.id: ["A", "C"]}
        sources = tx.incident_sources([INCIDENT.id, "nothing"])
        assert [source[2] for source in sources[INCIDENT.id]] == [full_item(one).item.title for one in ("A", "C")]
        assert list(sources) == [INCIDENT.id]


def test_an_item_is_found_by_its_canonical_address(synced: Store) -> None:
    keys = entry_keys(Entry(url="http://www.x.example/1?a=b"), feed=FEED.name, publisher="")
    assert keys.link is not None
    with synced.transaction() as tx:
        tx.add_items([full_item("A")])
        tx.remember([(FEED.name, *row, NOW) for row in [(keys.link, "A", 1)]])
        assert tx.find_item_by_url("https://x.example/1?a=b") == full_item("A")
        assert tx.find_item_by_url("https://x.example/2") is None
        assert tx.find_item_by_url("") is None


def test_text_that_no_database_takes_is_kept_as_far_as_it_goes(synced: Store) -> None:
    odd = stored_item("A")
    odd = replace(odd, guid="\ud83d", item=replace(odd.item, title="a\0b", body="\udc00x🚀"))
    with synced.transaction() as tx:
        tx.add_items([odd])
        kept = tx.item("A")
    assert kept is not None
    assert (kept.item.title, kept.item.body, kept.guid) == ("a\ufffdb", "\ufffdx🚀", "\ufffd")


def test_very_long_text_is_kept(synced: Store) -> None:
    long = stored_item("A")
    long = replace(long, canonical_url="https://x.example/" + "a" * 9000, item=replace(long.item, body="b" * 2_000_000))
    with synced.transaction() as tx:
        tx.add_items([long])
        assert tx.item("A") == long


def test_times_come_back_in_utc_and_naive_ones_are_refused(synced: Store) -> None:
    east = datetime(2026, 11, 21, 13, 0, tzinfo=timezone(timedelta(hours=3)))
    with synced.transaction() as tx:
        tx.add_items([stored_item("A", first_seen=east)])
        kept = tx.item("A")
    assert kept is not None
    assert kept.item.first_seen.tzinfo is UTC
    assert kept.item.first_seen == east
    with pytest.raises(ValueError, match="without zone"), synced.transaction() as tx:
        tx.add_items([stored_item("B", first_seen=datetime(2026, 11, 21))])


# --------------------------------------------------------------------------------------------- keys


def test_keys_are_remembered_with_their_item(synced: Store) -> None:
    with synced.transaction() as tx:
        # keys may come before their item: the check waits for the commit
        tx.remember([(FEED.name, *row, NOW) for row in [(2**63 - 1, "A", -(2**63)), (-5, None, 7)]])
        tx.add_items([full_item("A")])
    with synced.read() as tx:
        known = tx.known([2**63 - 1, -5, 99])
    dates = {"first_seen": NOW, "last_seen": NOW.date()}
    assert known == {
        2**63 - 1: KnownItem(
            item_id="A", feed=FEED.name, text_hash=-(2**63), url="https://x.example/1?a=b",
            words=Words(title=full_item("A").item.title, text="s", published=NOW), **dates,
        ),
        -5: KnownItem(item_id=None, feed=FEED.name, text_hash=7, **dates),
    }  # fmt: skip


def test_a_key_goes_to_the_item_that_took_it_last_and_keeps_its_age_with_its_item(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.add_items([stored_item("A"), stored_item("B")])
        tx.remember([(FEED.name, *row, NOW) for row in [(1, "A", 10), (2, "A", 10)]])
        tx.remember([("other", *row, NOW + DAY) for row in [(1, "B", 20)]])
        tx.remember([(FEED.name, *row, NOW + DAY) for row in [(2, "A", 11)]])
        known = tx.known([1, 2])
    assert (known[1].item_id, known[1].feed, known[1].text_hash, known[1].first_seen) == ("B", "other", 20, NOW + DAY)
    assert (known[2].item_id, known[2].text_hash, known[2].first_seen) == ("A", 11, NOW)


def test_known_says_what_was_old_also_of_copies(synced: Store) -> None:
    old = replace(stored_item("A"), novelty=Novelty.OLD, novelty_reason=NoveltyReason.FLOOD)
    copy = replace(stored_item("B"), novelty=Novelty.COPY, novelty_reason=NoveltyReason.LINK, copy_of="A")
    with synced.transaction() as tx:
        tx.add_items([old, copy, stored_item("C")])
        tx.remember([(FEED.name, *row, NOW) for row in [(1, "A", 0), (2, "B", 0), (3, "C", 0)]])
        known = tx.known([1, 2, 3])
    assert [known[key].old for key in (1, 2, 3)] == [NoveltyReason.FLOOD, NoveltyReason.FLOOD, None]
    assert [known[key].copy_of for key in (1, 2, 3)] == [None, "A", None]


def test_thousands_of_keys_at_once(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.remember([(FEED.name, *row, NOW) for row in [(key, None, 0) for key in range(4001)]])
        assert len(tx.known(range(5000))) == 4001
        tx.touch(range(5000), now=NOW + DAY)
        assert {known.last_seen for known in tx.known(range(5000)).values()} == {(NOW + DAY).date()}


def test_touching_never_makes_a_key_older(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.remember([(FEED.name, *row, NOW) for row in [(1, None, 0)]])
        tx.touch([1], now=NOW - DAY)
        assert tx.known([1])[1].last_seen == NOW.date()


# ---------------------------------------------------------------------------------------- incidents


def test_incidents_come_back_and_are_replaced(synced: Store) -> None:
    plain = Incident(id="plain", place_id="p", place_name="P", date=date(2026, 11, 1), opened_at=NOW - 5 * DAY)
    later = replace(INCIDENT, version=3, told=False, wounded=4, weapons=())
    with synced.transaction() as tx:
        tx.add_incident(plain)
        tx.update_incident(later)
    with synced.read() as tx:
        assert tx.incidents(date(2026, 10, 1)) == [plain, later]
        assert tx.incidents(date(2026, 11, 2)) == [later]
        assert tx.incidents(date(2026, 11, 2), also=[plain.id, "unknown"]) == [plain, later]
        assert tx.incident("plain") == plain
        assert tx.incident("nothing") is None


# ------------------------------------------------------------------------------------ ids and JSON


def test_ids_are_short_readable_unique_and_sorted_by_time() -> None:
    ids = [new_id(NOW) for _ in range(5000)] + [new_id(NOW - DAY), new_id(NOW + DAY)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(len(made) == LENGTH and set(made) <= set(ALPHABET) for made in ids)


def test_frozen_values_survive_as_json_and_defaults_take_no_room() -> None:
    plain = FROZEN.process_bind_param(CLASSIFICATION)
    assert FROZEN.process_result_value(plain) == CLASSIFICATION
    small = Classification(act=CLASSIFICATION.act)
    assert FROZEN.process_bind_param(small) == {"act": "foiled"}
    assert FROZEN.process_result_value({"act": "foiled", "gone": 1}) == small
    with pytest.raises(ValueError, match="object"):
        Frozen(Any).process_bind_param(object())


@given(st.text(), st.integers(0, 9), st.dates())
def test_facts_survive_as_json(text: str, number: int, day: date) -> None:
    facts = replace(CLASSIFICATION.facts, weapons=(text,), killed=number, date=day)
    value = replace(CLASSIFICATION, facts=facts)
    assert FROZEN.process_result_value(json.loads(json.dumps(FROZEN.process_bind_param(value)))) == value
