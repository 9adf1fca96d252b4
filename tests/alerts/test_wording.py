"""From an item to the message that wakes a person, by the shipped rules: what it quotes, how sure it is, when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifying import evaluated, shipped
from monitor.alerts.message import MAX_BODY, item_alert
from monitor.alerts.phrases import MAX_DECIDING, days_ago, time_in_words
from monitor.alerts.policy import decide
from monitor.alerts.subject import MAX_SUBJECT
from monitor.evaluation import incident_after
from monitor.model.alert import Alert
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Item, Novelty
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Facts, Level
from monitor.queries.formats import cells
from monitor.queries.ledger import rows_of, view_of
from monitor.store.columns import Frozen

RULES = shipped()
NOW = datetime(2026, 11, 28, 2, 14, tzinfo=UTC)  # a Saturday


def item_of(title: str, summary: str = "", body: str = "", *, at: datetime = NOW) -> Item:
    return Item(
        id="i", title=title, summary=summary, body=body, publisher="Wire", url="https://w.example/1",
        published=at, first_seen=at,
    )  # fmt: skip


def told(item: Item, known: list[Incident] | None = None) -> Alert:
    evaluation = evaluated(item, known or [], RULES)
    assert evaluation.decision.tell, evaluation.classification.reason
    incident, found = incident_after(evaluation), evaluation.classification
    return item_alert(item, found, incident, evaluation.decision, RULES, alert_id="a", now=NOW)


def quotes(item: Item) -> list[str]:
    head = told(item).body.partition("\n\n")[0]
    return [line.removeprefix("“").removesuffix("”") for line in head.splitlines()]


def line_of(alert: Alert, key: str) -> str:
    return next(line for line in alert.body.splitlines() if line.startswith(f"{key}: "))


# ------------------------------------------------------------------------------------------------ quotes


HEADLINE = "Defence ministry speaks of the night"


@pytest.mark.parametrize(
    "sentence",
    [
        "According to Lt. Col. Adams, two drones hit the U.S. base at Ain al-Asad in Iraq.",
        "Three rockets, Gen. Brown said, struck Harir base in northern Iraq at 3 a.m. on Saturday.",
        "Según el Pentágono, tres drones atacaron una base de EE. UU. en Jordania.",
        "Zwei Drohnen trafen den US-Stützpunkt Ain al-Asad im Irak.",
        "القاعدة الأمريكية في عين الأسد تعرضت لهجوم بطائرات مسيرة.",
    ],
)
def test_the_sentence_that_decided_is_quoted_whole(sentence: str) -> None:
    item = item_of(HEADLINE, f"Officials spoke on Friday. {sentence} Nothing else was said.")
    judged = evaluated(item, [], RULES).classification
    assert judged.deciding is not None
    assert item.summary[judged.deciding.start : judged.deciding.end] == sentence
    if judged.alert:
        assert quotes(item)[:2] == [HEADLINE, sentence]


def test_evidence_stands_in_the_sentence_that_decided() -> None:
    item = item_of(
        "Briefing", "Officials spoke. Two drones hit Ain al-Asad air base in Iraq, the army said. More later."
    )
    judged = evaluated(item, [], RULES).classification
    span = judged.deciding
    assert span is not None
    for word in judged.evidence:
        assert word.text == getattr(item, word.field)[word.start : word.end]
        assert span.start <= word.start < word.end <= span.end


HIT = "Two drones hit Ain al-Asad air base in Iraq"


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("", []),
        (HIT, []),
        (f"{HIT}.", []),
        (f"{HIT.upper()}!", []),
        (f"{HIT}. No casualties.", ["No casualties."]),
        (f"{HIT} No soldier was wounded, the army said.", ["No soldier was wounded, the army said."]),
        (f"{HIT} - No soldier was wounded, the army said.", ["No soldier was wounded, the army said."]),
        ("The governor visited a school on Friday. Both were shot down.", ["Both were shot down."]),
        ("The base hosts U.S. troops. Qatar says nobody was wounded.", ["Qatar says nobody was wounded."]),
    ],
)
def test_a_headline_that_decided_is_quoted_once_and_the_lead_behind_it(summary: str, said: list[str]) -> None:
    assert quotes(item_of(HIT, summary)) == [HIT, *said]


def test_a_body_that_repeats_summary_or_headline_is_not_quoted_again() -> None:
    attack = "Two drones hit Ain al-Asad air base in Iraq on Friday night."
    assert quotes(item_of(HEADLINE, attack, f"{HEADLINE}\n{attack}")) == [HEADLINE, attack]
    assert quotes(item_of(HEADLINE, f"{HEADLINE}\n{attack}", attack)) == [HEADLINE, attack]


def test_without_a_headline_the_sentence_stands_alone() -> None:
    assert quotes(item_of("", f"{HIT}. Nobody was wounded, the army said.")) == [
        f"{HIT}.",
        "Nobody was wounded, the army said.",
    ]


def test_a_very_long_headline_is_quoted_by_its_deciding_sentence() -> None:
    item = item_of("Good evening to all our readers. " * 8 + f"{HIT}. " + "More of it will follow here. " * 8)
    assert quotes(item) == [f"{HIT}."]


def test_a_very_long_sentence_is_cut_at_a_word() -> None:
    item = item_of(HEADLINE, f"{HIT}, and " + "the ministry said more about it, " * 40)
    quote = quotes(item)[1]
    assert quote.startswith(HIT)
    assert quote.endswith("…")
    assert len(quote) <= MAX_DECIDING
    assert item.summary.startswith(quote[:-1])
    assert item.summary[len(quote) - 1] in " ,"


def test_a_rule_by_words_quotes_the_sentence_of_its_words() -> None:
    judged = evaluated(item_of("News", "It rained. Two soldiers left. The sun came."), [], RULES)
    assert judged.classification.deciding is None  # nothing decided


def test_what_was_stored_before_spans_were_kept_still_loads() -> None:
    plain = {"act": "attack", "evidence": [{"field": "title", "start": 0, "end": 2, "text": "ab", "why": "x"}]}
    column = Frozen(Classification)
    old = column.process_result_value(plain)
    assert (old.deciding, old.lead, old.evidence[0].means, old.facts.toll_claimed) == (None, None, "", False)
    new = evaluated(item_of(HIT, "Nobody was wounded."), [], RULES).classification
    assert new.deciding is not None
    assert new.lead is not None
    assert column.process_result_value(column.process_bind_param(new)) == new


# ------------------------------------------------------------------------------------------- how sure it is


@pytest.mark.parametrize(
    ("title", "summary", "says"),
    [
        ("Al Shabaab claims attack on Ugandan AU base in Somalia", "", "claimed by Al-Shabaab, not confirmed"),
        ("Kataib Hezbollah claims drone attack on US base", "", "claimed by Kataib Hezbollah, not confirmed"),
        ("Islamic Resistance claims rocket attack on Ain al-Asad, 3 US soldiers killed", "",
         "claimed: 3 killed, as claimed"),
        ("Drones hit Ain al-Asad air base", "Kataib Hezbollah claimed responsibility.",
         ", claimed by Kataib Hezbollah"),
        ("Air defences shoot down drones over Harir base", "", "intercepted or missed at Harir"),
        ("Drones hit Ain al-Asad air base", "Air defences shot down two drones.", ", 2 intercepted"),
        ("Drones hit Ain al-Asad air base", "The drones were intercepted.", ", some intercepted or missed"),
        ("Drones hit Ain al-Asad air base, 1 soldier killed", "Most rockets were shot down.",
         ", some intercepted or missed: 1 killed"),
    ],
)  # fmt: skip
def test_a_claim_and_an_interception_stand_in_the_subject(title: str, summary: str, says: str) -> None:
    assert says in told(item_of(title, summary)).title


@pytest.mark.parametrize("summary", ["", "Air defences failed to intercept the drones.", "Flights were stopped."])
def test_nothing_is_said_of_an_interception_that_was_none(summary: str) -> None:
    assert told(item_of("Drones hit Ain al-Asad air base", summary)).title.endswith("Ain al-Asad Air Base, Iraq")


def test_a_claim_says_so_where_it_is_flash_where_it_joins_and_where_nobody_says_where() -> None:
    item = item_of("Kataib Hezbollah claims drone attack on Ain al-Asad base in Iraq, 3 US soldiers killed")
    alert = told(item)
    assert (alert.level, alert.title) == (Level.FLASH, "FLASH: drones at Ain al-Asad claimed: 3 killed, as claimed")
    earlier = item_of("Drones hit Ain al-Asad air base in Iraq", at=NOW - timedelta(hours=1))
    known = evaluated(earlier, [], RULES).relation.incident
    assert known is not None
    joined = told(item, [known])  # known, told to nobody
    assert joined.incident_id == known.id
    assert joined.title == alert.title
    nowhere = told(item_of("Kataib Hezbollah claims drone attack on US base"))
    assert nowhere.title.endswith("claimed by Kataib Hezbollah, not confirmed")


@pytest.mark.parametrize(
    ("title", "summary", "toll"),
    [
        ("Al Shabaab claims attack on Ugandan AU base in Somalia, 137 killed", "",
         "137 killed (as claimed by Al-Shabaab, not confirmed)"),
        ("Attack on Ugandan AU base in Somalia", "Al-Shabaab claimed responsibility and said it killed 137 soldiers.",
         "137 killed (as claimed by Al-Shabaab, not confirmed)"),
        ("Attack on Ugandan AU base in Somalia", "Al-Shabaab said 137 soldiers were killed.",
         "137 killed (as claimed by Al-Shabaab, not confirmed)"),
        ("Attack on Ugandan AU base in Somalia", "According to al-Shabaab, 137 soldiers were killed.",
         "137 killed (as claimed by Al-Shabaab, not confirmed)"),
        ("Attack on Ugandan AU base in Somalia", "Al-Shabaab claimed responsibility for the attack, which killed five.",
         "5 killed"),
        ("Attack on Ugandan AU base in Somalia kills 9", "Al-Shabaab said 137 soldiers were killed.", "9 killed"),
        ("Five soldiers killed in attack on Ugandan AU base in Somalia claimed by Al Shabaab", "", "5 killed"),
        ("Drones hit Ain al-Asad air base, two soldiers killed, army says", "", "2 killed"),
    ],
)  # fmt: skip
def test_numbers_that_only_the_attackers_give_are_marked(title: str, summary: str, toll: str) -> None:
    alert = told(item_of(title, summary))
    assert line_of(alert, "Toll") == f"Toll: {toll}"
    assert alert.title.endswith(", as claimed") is ("as claimed" in toll)


def test_a_long_place_gives_way_before_the_doubt_does() -> None:
    item = item_of("x")
    place = Place(id="p", name="A very long name of a place " * 8, role="target", country="IQ")
    facts = Facts(
        places=(place,), weapons=("ballistic_missile", "cruise_missile", "drone"), claimed_by=("G" * 79, "H" * 79),
        killed=137, wounded=20, toll_claimed=True,
    )  # fmt: skip
    found = Classification(act=Act.CLAIM, rule="r", level=Level.NOTICE, send_to=("alerts",), facts=facts)
    decision = decide(Novelty.NEW, found, Relation(kind=RelationKind.NONE))
    title = item_alert(item, found, None, decision, RULES, alert_id="a", now=NOW).title
    assert title == "NOTICE: missiles at A very long… claimed: 137 killed, as claimed"


# ------------------------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Suicide bombing at US base in Afghanistan", "suicide bombing reported in Afghanistan"),
        ("US soldiers wounded in tank fire on US base in Syria", "tank fire reported in Syria"),
        ("Gunmen attack US base in Syria with drones", "drone and small-arms attack reported in Syria"),
        ("Rockets land near Erbil airport, where US forces stay", "rocket attack reported near Erbil Air Base, Iraq"),
        ("Rockets hit Ain al-Asad air base", "rocket attack reported at Ain al-Asad Air Base, Iraq"),
        ("Rockets hit US base", "rocket attack reported, place not named"),
        ("Missile attack on US base in Jordan", "missile attack reported in Jordan"),
    ],
)  # fmt: skip
def test_a_subject_reads_as_english(title: str, subject: str) -> None:
    assert told(item_of(title)).title.partition(": ")[2] == subject


def test_every_place_and_country_is_told_by_name() -> None:
    gazetteer = RULES.gazetteer
    assert len(gazetteer.countries) > 60
    for country in gazetteer.countries.values():
        assert RULES.country_name(country.id) == country.name != country.id
        told_in = location(f"country:{country.id}", country.name, country.id)
        assert told_in == (country.name, country.name)
    for place in gazetteer.places.values():
        if not place.country:
            continue
        country = gazetteer.countries[place.country]
        for said in location(place.id, place.name, place.country):
            assert country.name.casefold() in said.casefold()
            assert not re.search(rf", {place.country}\b", said)


def location(place_id: str, name: str, code: str) -> tuple[str, str]:
    """A place as an alert and the ledger write it."""
    incident = Incident(
        id="i", place_id=place_id, place_name=name, country=code, date=date(2026, 11, 28), opened_at=NOW
    )
    found = Classification(act=Act.ATTACK, rule="r", level=Level.NOTICE, send_to=("alerts",))
    decision = decide(Novelty.NEW, found, Relation(kind=RelationKind.OPENS, incident=incident))
    alert = item_alert(item_of("x"), found, incident, decision, RULES, alert_id="a", now=NOW)
    (row,) = rows_of(view_of(incident, ()))
    ledger = cells(replace(row, countries={code: RULES.country_name(code)}))[1]
    assert " UTC (" in line_of(alert, "Reported")
    return line_of(alert, "Place").removeprefix("Place: "), ledger


# -------------------------------------------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("title", "at", "says"),
    [
        ("Drones hit Ain al-Asad air base", NOW, "28 Nov 2026 02:14 UTC (05:14 at Ain al-Asad Air Base)"),
        ("Drones hit US base in Iraq", NOW, "28 Nov 2026 02:14 UTC (05:14 Baghdad time)"),
        ("Drones hit Ain al-Asad air base", NOW.replace(hour=22),
         "28 Nov 2026 22:14 UTC (29 Nov 01:14 at Ain al-Asad Air Base)"),
        ("Drones hit US base", NOW, "28 Nov 2026 02:14 UTC"),
    ],
)  # fmt: skip
def test_the_time_of_the_report_is_told_in_utc_and_at_the_place(title: str, at: datetime, says: str) -> None:
    assert line_of(told(item_of(title, at=at)), "Reported") == f"Reported: {says}"


@pytest.mark.parametrize(
    ("day", "ago"),
    [("on Wednesday", "3 days ago"), ("late Thursday", "2 days ago"), ("yesterday", "yesterday"), ("on Saturday", "")],
)
def test_an_attack_of_days_before_says_so_in_subject_and_body(day: str, ago: str) -> None:
    alert = told(item_of(f"Drones hit Ain al-Asad air base {day}"))
    assert alert.title.endswith(f" ({ago})" if ago else "Iraq")
    assert line_of(alert, "Date of the attack").endswith(f" ({ago})" if ago else " 2026")


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_any_time_is_told_at_every_place(moment: datetime) -> None:
    for zone in ("UTC", "Asia/Baghdad", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata"):
        said = time_in_words(moment, zone, "")
        assert f"{moment:%H:%M} UTC" in said
        assert ("(" in said) is (zone != "UTC")
        assert days_ago(moment.date() + timedelta(days=2), moment, zone) == ""


# --------------------------------------------------------------------------------------------------- why


def rule_examples() -> list[str]:
    return [text for rule in RULES.rules if rule.level.tells and rule.status == "live" for text in rule.examples.alert]


@pytest.mark.parametrize("title", rule_examples())
def test_why_is_in_plain_words(title: str) -> None:
    alert = told(item_of(title))
    rule = next(rule for rule in RULES.rules if rule.id == alert.rule)
    why = line_of(alert, "Why")
    assert why.startswith(f"Why: “{rule.title}” (rule {rule.id})")
    plain = {"weapon", "attacker", "target", "place", "harm", "claim", "blame", "interception", "attack"}
    meanings = re.findall(r"” \(([^)]*)\)", why)[1:]
    assert meanings
    assert set(meanings) <= plain
    assert not re.search(r"“(at|in|on|to|near|after|with)” ", why)


@given(st.text(max_size=2000), st.text(max_size=3000))
def test_any_text_gives_a_bounded_alert(title: str, more: str) -> None:
    item = item_of(f"{HIT} {title}", more, more)
    if not evaluated(item, [], RULES).decision.tell:
        return
    alert = told(item)
    assert len(alert.title) <= MAX_SUBJECT
    assert len(alert.body) <= MAX_BODY
