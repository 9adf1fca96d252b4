"""An incident as it was before a later report: what `explain` judges a stored item against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.incidents.identity import relate
from monitor.incidents.past import incident_before
from monitor.model.alert import Decision, DecisionReason
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Facts

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
IRAQ = Place(id="country:IQ", name="Iraq", role="target", precision="country", country="IQ")
ASAD = Place(id="ain-al-asad", name="Ain al-Asad Air Base", role="target", country="IQ")
TOLD = Decision(tell=True, reason=DecisionReason.FIRST, send_to=("alerts",))
FURTHER = Decision(tell=True, reason=DecisionReason.FIRST_HERE, send_to=("duty",))
QUIET = Decision(tell=False, reason=DecisionReason.NO_CHANGE)


def report(item_id: str, facts: Facts, decision: Decision = QUIET, *, hours: float = 0) -> StoredItem:
    item = Item(id=item_id, title=f"Title {item_id}", first_seen=NOON + timedelta(hours=hours))
    return StoredItem(
        item=item, novelty=Novelty.NEW, novelty_reason=NoveltyReason.UNKNOWN, decision=decision,
        classification=Classification(act=Act.ATTACK, rule="attack", facts=replace(facts, date=date(2026, 11, 21))),
    )  # fmt: skip


def merged(reports: Sequence[StoredItem]) -> Incident:
    """The incident as the store holds it after all of them."""
    known: list[Incident] = []
    for one in reports:
        assert one.classification is not None
        found = relate(one.item, one.classification, known, zone_of=lambda _: "UTC", own=known[0].id if known else None)
        assert found.incident is not None
        known = [replace(found.incident, id="2026-11-21-iraq-2")]
    return known[0]


REPORTS = [
    report("A", Facts(places=(IRAQ,), weapons=("drone",)), TOLD),
    report("B", Facts(places=(ASAD,), weapons=("rocket",), wounded=2), FURTHER, hours=1),
    report("C", Facts(places=(ASAD,), killed=3), hours=2),
]
MERGED = replace(merged(REPORTS), told=True, told_to=("alerts", "duty"), version=2)


def before(later: StoredItem, reports: Sequence[StoredItem] = REPORTS, incident: Incident = MERGED) -> Incident | None:
    return incident_before(incident, reports, later, zone_of=lambda _: "UTC")


def test_nobody_had_reported_it_before_its_first_report() -> None:
    assert before(REPORTS[0]) is None


def test_it_holds_what_was_reported_by_then_and_keeps_its_name() -> None:
    first = before(REPORTS[1])
    assert first is not None
    assert (first.id, first.place_id, first.weapons) == (MERGED.id, "country:IQ", ("drone",))
    assert (first.wounded, first.told, first.told_to, first.version) == (None, True, ("alerts",), 1)
    second = before(REPORTS[2])
    assert second is not None
    assert (second.place_id, second.weapons, second.wounded) == ("ain-al-asad", ("drone", "rocket"), 2)
    assert (second.killed, second.told_to, second.version) == (None, ("alerts", "duty"), 2)


def test_an_item_of_another_incident_sees_all_that_had_come() -> None:
    seen = before(report("D", Facts(), hours=3))
    assert seen is not None
    assert (seen.killed, seen.wounded, seen.place_id) == (3, 2, "ain-al-asad")


def test_where_its_reports_were_pruned_it_stays_as_it_is() -> None:
    assert before(report("D", Facts(), hours=3), []) == MERGED
    assert before(report("D", Facts(), hours=-3), []) is None


def test_a_report_that_was_edited_to_something_else_leaves_what_is_known() -> None:
    edited = replace(REPORTS[0], classification=Classification(act=Act.OTHER))
    seen = before(REPORTS[1], [edited, *REPORTS[1:]])
    assert seen is not None
    assert (seen.id, seen.told_to) == (MERGED.id, ("alerts",))
