"""Over any stream of reports: no incident is told as new twice, and no update says what was said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.evaluation import Ledger
from monitor.model.item import Item
from monitor.model.ledger import ChangeReason, Notification
from monitor.telling import Attention, inside_of
from newsroom import shipped_rules

BASES = (
    "Ain al-Asad air base in Iraq",
    "Al Udeid air base in Qatar",
    "Camp Arifjan in Kuwait",
    "Harir air base in Iraq",
)
WEAPONS = ("drones", "rockets", "ballistic missiles")
SAYINGS = (
    "{Weapon} hit {base}, no casualties",
    "{Weapon} hit {base}, {n} soldiers wounded",
    "{Weapon} hit {base}, {n} soldiers killed",
    "{base} attacked with {weapon}, officials say",
    "Defence ministry: {n} killed, {m} wounded in attack on {base}",
    "Kataib Hezbollah claims attack on {base}",
    "Kataib Hezbollah denies it attacked {base}",
    "Death toll in Monday's attack on {base} corrected to {n}",
    "Correction: agency withdraws report of {n} killed in attack on {base}",
    "Number of wounded in Monday's attack on {base} rises to {m}",
    "US strikes Kataib Hezbollah after attack on {base}",
    "{base} hit by {weapon} for a second time in a day",
    "What we know about the attack on {base}",
    "{Weapon} attack on {base} was foiled, Pentagon says",
    "Blast at {base} was a controlled detonation, not an attack",
)
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
#: what can be taken back of a number that stands by others
TAKEN_BACK = {ChangeReason.RETRACTED, ChangeReason.TOLL_CORRECTED}

reports = st.tuples(
    st.sampled_from(SAYINGS), st.sampled_from(BASES), st.sampled_from(WEAPONS), st.integers(1, 40), st.integers(1, 90),
    st.sampled_from(("Wire", "Ministry", "One", "Two", "Three")), st.integers(1, 600),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(stream=st.lists(reports, min_size=2, max_size=40))
def test_no_first_twice_and_no_update_repeats(
    stream: list[tuple[str, str, str, int, int, str, int]],
) -> None:
    rules = shipped_rules()
    ledger = Ledger(attention=Attention(inside=inside_of(rules.gazetteer)))
    firsts: set[tuple[str, str]] = set()
    now = MONDAY
    for number, (saying, base, weapon, n, m, publisher, minutes) in enumerate(stream):
        now += timedelta(minutes=minutes)
        title = saying.format(base=base, weapon=weapon, Weapon=weapon.capitalize(), n=n, m=m)
        item = Item(id=f"{number:026}", title=title, publisher=publisher, first_seen=now, published=now)
        before = {id: dict(ledger.book(id).told) for id in list(ledger.ids)}
        evaluation = ledger.add(item, rules)
        outcome, incident = evaluation.outcome, evaluation.relation.incident
        if outcome is None or incident is None:
            continue
        knew: dict[str, Notification] = {}
        for id in (*evaluation.relation.merges, incident.id):
            knew |= before.get(id, {})
        for one in outcome.tellings:
            if one.does != "tell":
                continue
            if ChangeReason.FIRST in one.reasons:
                assert (incident.id, one.channel) not in firsts, f"{title}: told as new twice"
                firsts.add((incident.id, one.channel))
                continue
            old, new = knew[one.channel].known, ledger.book(incident.id).told[one.channel].known
            same = replace(new, reports=old.reports) == old
            assert not same or set(one.reasons) <= TAKEN_BACK, f"{title}: {one.reasons} says what {old} knows"
