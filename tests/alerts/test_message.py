"""Alerts as people and machines read them: honest words, bounded lengths, an exact last block."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.message import MAX_BODY, item_alert, operator_alert
from monitor.alerts.subject import MAX_SUBJECT
from monitor.model.alert import Alert, AlertKind, Decision, DecisionReason, OperatorReason
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Evidence, Facts, Level, Span

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
SUMMARY = "Officials spoke on Friday. Two drones hit the U.S. base at dawn, wounding five. Iraq condemned it."
ITEM = Item(
    id="i-1", title="Drones hit Ain al-Asad", summary=SUMMARY, url="https://news.example/a?id=1",
    publisher="Example Wire", published=NOW - timedelta(hours=1), first_seen=NOW,
)  # fmt: skip
FACTS = Facts(
    places=(Place(id="erbil", name="Erbil", country="IQ"),
            Place(id="ain-al-asad", name="Ain al-Asad Air Base", role="target", country="IQ")),
    weapons=("drone",), wounded=5, date=date(2026, 11, 21),
)  # fmt: skip
DRONES, END = SUMMARY.index("Two drones"), SUMMARY.index(" Iraq condemned")
CLASSIFICATION = Classification(
    act=Act.ATTACK, rule="attack-on-base", level=Level.URGENT, send_to=("alerts", "duty"), facts=FACTS,
    evidence=(
        Evidence(field="summary", start=DRONES + 4, end=DRONES + 10, text="drones", why="drone", means="weapon"),
        Evidence(field="summary", start=END - 6, end=END - 5, text="at", why="toward"),
    ),
    deciding=Span(field="summary", start=DRONES, end=END),
)  # fmt: skip
INCIDENT = Incident(
    id="2026-11-21-ain-al-asad", place_id="ain-al-asad", place_name="Ain al-Asad Air Base", country="IQ",
    date=date(2026, 11, 21), opened_at=NOW, version=3,
)  # fmt: skip
COUNTRIES = {"IQ": "Iraq", "LB": "Lebanon", "QA": "Qatar", "KW": "Kuwait", "BH": "Bahrain", "": ""}
ZONES = {"ain-al-asad": "Asia/Baghdad", "country:IQ": "Asia/Baghdad", "country:LB": "Asia/Beirut", "unplaced": "UTC"}
RULES: Any = SimpleNamespace(
    name_of=lambda actor: {"kataib-hezbollah": "Kataib Hezbollah"}.get(actor, actor),
    country_name=COUNTRIES.__getitem__,
    zone_of=lambda place: ZONES.get(place, "UTC"),
    title_of=lambda _: "Attack on a base",
)
FIRST = Decision(tell=True, reason=DecisionReason.FIRST, send_to=("alerts", "duty"))


def alert_of(
    item: Item = ITEM, classification: Classification = CLASSIFICATION, incident: Incident | None = INCIDENT
) -> Alert:
    return item_alert(item, classification, incident, FIRST, RULES, alert_id="al-7", now=NOW)


def test_alert_reads_as_a_person_would_tell_it() -> None:
    alert = alert_of()
    assert alert.title == "URGENT: drone attack reported at Ain al-Asad Air Base, Iraq: 5 wounded"
    assert alert.body == (
        "“Drones hit Ain al-Asad”\n"
        "“Two drones hit the U.S. base at dawn, wounding five.”\n"
        "\n"
        "Says: Example Wire\n"
        "Reported: 21 Nov 2026 05:00 UTC (08:00 at Ain al-Asad Air Base)\n"
        "Place: Ain al-Asad Air Base, Iraq\n"
        "Date of the attack: 21 Nov 2026\n"
        "Toll: 5 wounded\n"
        "Link: https://news.example/a?id=1\n"
        "Why: “Attack on a base” (rule attack-on-base); “drones” (weapon)\n"
        "\n"
        "incident: 2026-11-21-ain-al-asad\n"
        "version: 3\n"
        "reason: FIRST\n"
        "alert: al-7"
    )
    assert (alert.kind, alert.incident_id, alert.version) == (AlertKind.INCIDENT, INCIDENT.id, 3)
    assert (alert.level, alert.rule, alert.channels) == (Level.URGENT, "attack-on-base", ("alerts", "duty"))


@pytest.mark.parametrize(
    ("act", "facts", "title"),
    [
        (Act.FOILED, FACTS, "drone attack intercepted or missed at Ain al-Asad: 5 wounded"),
        (Act.CLAIM, replace(FACTS, wounded=None, claimed_by=("Group X",)),
         "drone attack at Ain al-Asad claimed by Group X, not confirmed"),
        (Act.CLAIM, Facts(), "attack at Ain al-Asad Air Base, Iraq claimed, not confirmed"),
        (Act.ATTACK, Facts(weapons=("drone", "rocket"), killed=3, wounded=0),
         "drone and rocket attack reported at Ain al-Asad: 3 killed"),
        (Act.TOLL, Facts(wounded=109, brain_injuries=109), "109 brain injuries: Drones hit Ain al-Asad"),
        (Act.TOLL, Facts(wounded=109), "toll revised: Drones hit Ain al-Asad"),
        (Act.RETALIATION, Facts(), "retaliation: Drones hit Ain al-Asad"),
        (Act.THREAT, Facts(), "threat: Drones hit Ain al-Asad"),
    ],
)  # fmt: skip
def test_titles_say_what_is_known_and_no_more(act: Act, facts: Facts, title: str) -> None:
    alert = alert_of(classification=replace(CLASSIFICATION, act=act, facts=facts, level=Level.FLASH))
    assert alert.title == f"FLASH: {title}"


def test_alert_without_an_incident() -> None:
    alert = alert_of(incident=None)
    assert alert.body.endswith("\n\nincident: none\nversion: 0\nreason: FIRST\nalert: al-7")
    assert "Place: Ain al-Asad Air Base, Iraq\n" in alert.body
    assert alert.incident_id is None
    nowhere = alert_of(incident=None, classification=replace(CLASSIFICATION, facts=Facts()))
    assert nowhere.title == "URGENT: attack reported, place not named"
    assert "Place: not named\nDate of the attack: not stated\nToll: no casualties stated\n" in nowhere.body


def test_who_claims_and_who_is_blamed_are_kept_apart() -> None:
    facts = replace(FACTS, claimed_by=("Group X",), attributed_to=("Group Y", "Group Z"), killed=0, intercepted=2)
    body = alert_of(classification=replace(CLASSIFICATION, facts=facts)).body
    assert "Claimed by: Group X (a claim, not a confirmation)\nAttributed to: Group Y, Group Z\n" in body
    assert "Toll: 0 killed, 5 wounded, 2 intercepted\n" in body


def test_actors_are_told_by_name() -> None:
    facts = replace(FACTS, claimed_by=("kataib-hezbollah",), attributed_to=("kataib-hezbollah", "gone"), wounded=None)
    alert = alert_of(classification=replace(CLASSIFICATION, act=Act.CLAIM, facts=facts))
    assert alert.title == "URGENT: drones at Ain al-Asad claimed by Kataib Hezb…, not confirmed"
    assert "Claimed by: Kataib Hezbollah (a claim" in alert.body
    assert "Attributed to: Kataib Hezbollah, gone\n" in alert.body


def test_an_odd_publisher_date_is_said() -> None:
    old = alert_of(replace(ITEM, published=datetime(2016, 6, 29, tzinfo=UTC)))
    assert "Dated 29 Jun 2016 by its publisher, first seen 21 Nov 2026\n" in old.body
    undated = alert_of(replace(ITEM, published=None))
    assert "Dated: its publisher gives no date that can be read\n" in undated.body
    assert "Dated" not in alert_of().body


def test_a_headline_cannot_pass_itself_off_as_the_last_block() -> None:
    hostile = "x\n\nincident: none\nversion: 9\nreason: FIRST\nalert: fake\r\nBcc: a@b.org"
    alert = alert_of(replace(ITEM, title=hostile, publisher=hostile, summary=""))
    assert [line for line in alert.body.splitlines() if line.startswith(("incident:", "alert:", "Bcc"))] == [
        "incident: 2026-11-21-ain-al-asad",
        "alert: al-7",
    ]


def test_operator_alert() -> None:
    alert = operator_alert(
        OperatorReason.FEED_BLIND, "feed x is blind\r\nsince noon", "http 403\nsince noon", alert_id="al-8", now=NOW
    )
    assert alert.title == "basewatch: feed x is blind since noon"
    assert alert.body == "http 403\nsince noon\n\nincident: none\nversion: 0\nreason: FEED_BLIND\nalert: al-8"
    assert (alert.kind, alert.channels, alert.level) == (AlertKind.OPERATOR, ("operator",), Level.NOTICE)


@given(
    text=st.text(min_size=0, max_size=3000),
    url=st.text(max_size=3000),
    names=st.lists(st.text(max_size=300), max_size=8).map(tuple),
    killed=st.none() | st.integers(0, 10**6),
)
def test_any_item_gives_a_bounded_alert_with_its_block(
    text: str, url: str, names: tuple[str, ...], killed: int | None
) -> None:
    facts = Facts(weapons=names, claimed_by=names, attributed_to=names, killed=killed)
    evidence = tuple(Evidence(field="body", start=0, end=len(text), text=text, why=text, means=text) for _ in range(3))
    spans = {
        "deciding": Span(field="summary", start=0, end=len(text)),
        "lead": Span(field="body", start=1, end=len(text)),
    }
    alert = alert_of(
        replace(ITEM, title=text, summary=text, body=text, url=url, publisher=text),
        replace(CLASSIFICATION, facts=facts, evidence=evidence, **spans),
    )
    assert 0 < len(alert.title) <= MAX_SUBJECT
    assert "\n" not in alert.title
    assert len(alert.body) <= MAX_BODY
    assert alert.body.splitlines()[-4:] == [
        "incident: 2026-11-21-ain-al-asad", "version: 3", "reason: FIRST", "alert: al-7",
    ]  # fmt: skip


def test_a_weapon_of_two_words_is_written_as_two_words() -> None:
    missiles = replace(CLASSIFICATION, facts=replace(FACTS, weapons=("ballistic_missile",)))
    assert alert_of(classification=missiles).title.startswith("URGENT: ballistic missile attack reported at Ain")


def salvo(*places: tuple[str, str, str]) -> Incident:
    """An incident at these places, each as (id, name, country)."""
    first, *more = (Place(id=id, name=name, country=country) for id, name, country in places)
    return replace(
        INCIDENT, place_id=first.id, place_name=first.name, country=first.country, more_places=tuple(more)
    )  # fmt: skip


def test_a_salvo_names_all_its_places() -> None:
    countries = [("country:QA", "Qatar", "QA"), ("country:KW", "Kuwait", "KW"), ("country:BH", "Bahrain", "BH")]
    alert = alert_of(incident=salvo(*countries))
    assert "Qatar, Kuwait and Bahrain" in alert.title
    assert "Place: Qatar, Kuwait and Bahrain\n" in alert.body


def test_what_does_not_fit_is_counted() -> None:
    bases = [(f"base-{n}", f"Al Udeid Air Base number {n}", "QA") for n in range(20)]
    alert = alert_of(incident=salvo(*bases))
    assert alert.title == "URGENT: drones at Al Udeid Air Base number 0 and 19 more: 5 wounded"
    assert "Al Udeid Air Base number 7, Qatar" in alert.body
    assert " more\n" in alert.body
