"""The ledger: reports, places, versions, rulings; what goes in comes back, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.model.ledger import NO_RULINGS, Change, ChangeReason, Detail, ItemVersion, Report, Ruling, Told
from monitor.model.report import Act, Facts, Level, Link, RuleTaken, Voice
from monitor.store.ledger import MOST_ITEM_VERSIONS
from monitor.store.store import Store
from values import CLASSIFICATION, FEED, INCIDENT, NOW, full_item

MINUTE = timedelta(minutes=1)
OTHER = replace(
    INCIDENT, id="2026-11-22-tanf", place_id="al-tanf", country="SY", date=date(2026, 11, 22), more_places=()
)
REPORT = Report(
    id="A", incident_id=INCIDENT.id, link=Link.TOLL, act=Act.TOLL, facts=CLASSIFICATION.facts, voice=Voice.OFFICIAL,
    speaker="Pentagon", publisher="Rudaw", origin="AP", title="Drones near أربيل", url="https://x.example/1",
    quote="q", lead="l", reported_at=NOW - MINUTE, seen_at=NOW, retracted_at=NOW + MINUTE, retracted=("killed",),
    doubts=("flood",), rules=(RuleTaken(rule="r", level=Level.URGENT),), send_to=("alerts",),
)  # fmt: skip
BARE = Report(
    id="import:" + 19 * "f", incident_id=INCIDENT.id, link=Link.REPORT, act=Act.ATTACK, facts=Facts(), publisher="",
    title="", reported_at=NOW, seen_at=NOW - MINUTE,
)  # fmt: skip
TOLD = Told(killed=3, claimed_by=("group-a",), places=("erbil",), level=Level.FLASH, answered=True, reports=("A",))
CHANGE = Change(
    incident_id=INCIDENT.id, version=2, at=NOW, reasons=(ChangeReason.TOLL_UP, ChangeReason.CLAIMED),
    details=(Detail(reason=ChangeReason.TOLL_UP, field="killed", before="0", after="3", by="Pentagon", report="A"),),
    known=TOLD, level=Level.FLASH, report="A", quiet=True, note="merged by hand with x",
)  # fmt: skip


def test_reports_come_back_in_the_order_in_which_they_were_seen(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        tx.put_reports([REPORT, BARE])
        tx.put_reports([])
        assert tx.reports_of([INCIDENT.id, "none"]) == {INCIDENT.id: [BARE, REPORT]}
        edited = replace(REPORT, facts=Facts(killed=2), retracted=())
        tx.put_reports([edited])
        assert tx.reports_of([INCIDENT.id]) == {INCIDENT.id: [BARE, edited]}


def test_publishers_of_an_incident_stand_in_the_order_of_their_first_reports(store: Store) -> None:
    def said(id: str, publisher: str, minutes: int) -> Report:
        return replace(BARE, id=id, publisher=publisher, seen_at=NOW + minutes * MINUTE)

    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        tx.put_reports([said("A", "Wire", 3), said("B", "Paper", 2), said("C", "Wire", 1), said("D", "Radio", -1)])
        assert tx.reporters([INCIDENT.id, "none"], NOW) == {INCIDENT.id: ["Wire", "Paper"]}
        assert tx.reporters([INCIDENT.id], NOW + 9 * MINUTE) == tx.reporters([], NOW) == {}


def test_reports_move_with_their_items(store: Store) -> None:
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        tx.add_incident(OTHER)
        tx.add_items([full_item("A"), full_item("B")])
        tx.put_reports([REPORT, BARE, replace(REPORT, incident_id=OTHER.id, title="there already")])
        tx.move_reports(["A", BARE.id], INCIDENT.id, OTHER.id)
        moved = tx.reports_of([INCIDENT.id, OTHER.id])
        assert {id: [(one.id, one.title) for one in found] for id, found in moved.items()} == {
            OTHER.id: [(BARE.id, ""), ("A", "there already")]
        }
        assert {id: len(found) for id, found in tx.items_of_incidents([INCIDENT.id, OTHER.id]).items()} == {
            INCIDENT.id: 1,
            OTHER.id: 1,
        }


def test_a_report_outlives_its_item(store: Store) -> None:
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        tx.add_items([full_item("A")])
        tx.put_reports([REPORT])
        tx.add_item_versions([ItemVersion(item_id="A", at=NOW, title="before")])
        later = NOW + timedelta(days=500)
        assert tx.prune(before=later, now=later)["items"] == 1
        assert tx.reports_of([INCIDENT.id]) == {INCIDENT.id: [REPORT]}
        assert tx.item_versions("A") == []


def test_incidents_are_found_by_place_and_by_country(store: Store) -> None:
    merged = replace(OTHER, id="gone", merged_into=OTHER.id)
    salvo = replace(INCIDENT, more_places=(*INCIDENT.more_places, *INCIDENT.more_places))
    with store.transaction() as tx:
        for incident in (INCIDENT, OTHER, merged):
            tx.add_incident(incident)
            tx.put_places(incident)
        tx.put_places(salvo)
        first = INCIDENT.date
        assert tx.incidents_at(["al-tanf"], [], first) == [OTHER]
        assert tx.incidents_at(["erbil", "country:SY"], [], first) == [INCIDENT]
        assert tx.incidents_at([], ["SY"], first) == [INCIDENT, OTHER]
        assert tx.incidents_at(["erbil"], ["SY", "IQ"], OTHER.date) == [OTHER]
        assert tx.incidents_at([], [], first) == []
        tx.put_places(replace(INCIDENT, place_id="ain-al-asad", more_places=()))
        assert tx.incidents_at(["erbil"], ["SY"], first) == [OTHER]


def test_an_incident_that_went_into_another_one_is_left_out(store: Store) -> None:
    gone = replace(OTHER, merged_into=INCIDENT.id, titles=("a", "b"), last_report_at=NOW, imported=True, launched=4)
    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        tx.add_incident(gone)
        assert tx.incidents(INCIDENT.date) == [INCIDENT]
        assert tx.incidents(INCIDENT.date, also=[gone.id]) == [INCIDENT, gone]
        assert tx.incident(gone.id) == gone


def test_versions_come_back_as_they_went_in(store: Store) -> None:
    first = Change(incident_id=INCIDENT.id, version=1, at=NOW - MINUTE, reasons=(ChangeReason.FIRST,))
    elsewhere = replace(first, incident_id=OTHER.id, at=NOW - 2 * MINUTE)
    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        tx.add_incident(OTHER)
        tx.add_versions([])
        tx.add_versions([CHANGE, first, elsewhere])
        assert tx.versions(INCIDENT.id) == [first, CHANGE]
        assert tx.changes_since(NOW - MINUTE) == [first, CHANGE]
        assert tx.changes_since(NOW - 2 * MINUTE) == [elsewhere, first, CHANGE]


def test_the_newest_texts_of_an_item_are_kept(store: Store) -> None:
    full = ItemVersion(item_id="A", at=NOW, title="t", summary="s", body="b", facts=CLASSIFICATION.facts)
    later = [replace(full, at=NOW + n * MINUTE, facts=None) for n in range(1, MOST_ITEM_VERSIONS + 3)]
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        tx.add_items([full_item("A")])
        tx.add_item_versions([full])
        assert tx.item_versions("A") == [full]
        tx.add_item_versions(later)
        assert tx.item_versions("A") == later[-MOST_ITEM_VERSIONS:]


def test_rulings_lead_to_the_incident_that_stands_now(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.rulings() == NO_RULINGS
        for kind, one, other in (("merge", "b", "a"), ("merge", "c", "b"), ("merge", "a", "d"), ("apart", "e", "f")):
            tx.add_ruling(Ruling(kind=kind, one=one, other=other, item_id="A", at=NOW))  # type: ignore[arg-type]
        rulings = tx.rulings()
        assert rulings.merged == {"a": "d", "b": "d", "c": "d"}
        assert rulings.apart == {frozenset("ef")}
        tx.add_ruling(Ruling(kind="merge", one="d", other="a", at=NOW))
        assert tx.rulings().merged == {"b": "a", "c": "a", "d": "a"}


def test_many_incidents_are_read_as_sightings(store: Store) -> None:
    """What is told of how unusual an incident is comes from some columns of the others, of a bounded time."""
    merged = replace(OTHER, id="gone", merged_into=OTHER.id)
    denied = replace(OTHER, id="never", grade="denied", date=OTHER.date - timedelta(days=1))
    with store.transaction() as tx:
        for incident in (INCIDENT, OTHER, merged, denied):
            tx.add_incident(incident)
            tx.put_places(incident)

        def seen(places: list[str], countries: list[str], since: date, until: date) -> list[tuple[str, str]]:
            found = tx.sightings(places, countries, since, until)
            return [(one.id, one.places[0].id) for one in found]

        first, last = min(INCIDENT.date, denied.date), max(INCIDENT.date, OTHER.date)
        assert seen(["al-tanf"], [], first, last) == [("never", "al-tanf"), (OTHER.id, "al-tanf")]
        assert {id for id, _ in seen([], ["SY"], first, last)} == {INCIDENT.id, "never", OTHER.id}
        assert seen(["al-tanf"], [], OTHER.date, OTHER.date) == [(OTHER.id, "al-tanf")]
        assert seen([], [], first, last) == []
        after = OTHER.date + timedelta(days=1)
        assert tx.last_days(["al-tanf"], ["SY"], after) == {"al-tanf": OTHER.date, "SY": OTHER.date}
        assert tx.last_days(["al-tanf"], [], OTHER.date) == {"al-tanf": denied.date}
        assert tx.last_days(["al-tanf"], [], OTHER.date, without=["denied"]) == {}
