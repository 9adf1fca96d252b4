"""`basewatch rules replay`: stored items through rules, whom they would have told and when, beside what was then."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model.alert import Decision, DecisionReason
from monitor.model.item import Item, Novelty
from monitor.model.report import Level
from monitor.store.store import Store
from monitor.workbench.backtest import Outcome, PastAlerts, PastItem, Replay, ToldThen
from newsroom import shipped_rules
from pastnews import (
    ASAD,
    ASAD_AGAIN,
    DERBY,
    ERBIL,
    LATE,
    REVENGE,
    TOLD,
    UDEID,
    Asked,
    ago,
    ask,
    edited_rules,
    month,
)
from values import FEED, INCIDENT, NOW, incident_alert, stored_item

__all__ = ["month"]


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [row["title"] for row in rows]


def lines(*items: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


@pytest.fixture(scope="module")
def same(month: Path) -> Asked:
    return ask(month, "rules", "replay", "--json")


# --------------------------------------------------------------------------------------- the rules of then


def test_the_rules_of_then_tell_what_was_told_then(month: Path, same: Asked) -> None:
    assert same.code == 0
    assert titles(same.json["told"]) == [story.title for story in TOLD]
    assert same.json["quiet_now"] == same.json["on_trial"] == []
    alerts = ask(month, "alerts", "--since", "14d", "--json").json
    assert [row["then"]["at"] for row in same.json["told"]] == sorted(alert["created_at"] for alert in alerts)
    assert [row["incident"] for row in same.json["told"]] == [alert["incident_id"] for alert in reversed(alerts)]


def test_every_item_of_the_window_is_counted(same: Asked) -> None:
    """Late, Asad, its copy, Asad again, revenge, Erbil, Al Udeid, the derby."""
    assert same.json["counts"] == {
        "items": 8, "copies_and_old": 1, "edited": 1, "told": 3, "told_then_too": 3, "new": 0, "quiet_now": 0,
        "on_trial": 0, "unreadable": 0,
        "incidents": 4, "incidents_told": 3, "messages": 3, "messages_by_reason": {"FIRST": 3},
    }  # fmt: skip


def test_a_row_says_when_what_whom_and_why(same: Asked) -> None:
    row = same.json["told"][0]
    assert datetime.fromisoformat(row["when"]) == ago(10.5)
    assert (row["rule"], row["level"], row["channels"]) == ("attack-iraq", "urgent", ["alerts"])
    assert (row["act"], row["reason"], row["url"]) == ("attack", "FIRST", ASAD.link)
    assert row["incident"].endswith("-ain-al-asad")
    assert row["then"]["channels"] == ["alerts"]


def test_a_late_report_of_an_attack_before_the_window_is_not_news(same: Asked) -> None:
    assert LATE.title not in titles(same.json["told"])


def test_an_edited_item_that_was_told_before_the_edit_was_told(same: Asked) -> None:
    (row,) = [row for row in same.json["told"] if row["title"] == ERBIL.title]
    assert datetime.fromisoformat(row["then"]["at"]) == ago(6)


def test_a_shorter_window_by_duration_or_date(month: Path) -> None:
    for since in ("4d", ago(4).date().isoformat()):
        answer = ask(month, "rules", "replay", "--since", since, "--json").json
        assert titles(answer["told"]) == [UDEID.title]
        assert answer["counts"]["items"] == 2


def test_what_a_person_reads(month: Path) -> None:
    answer = ask(month, "rules", "replay")
    header, first, *_ = answer.out.splitlines()
    assert header.split() == ["WHEN", "(UTC)", "THEN", "LEVEL", "RULE", "CHANNELS", "INCIDENT", "HEADLINE"]
    assert f"{ago(10.5):%Y-%m-%d %H:%M}  told  urgent  attack-iraq  alerts" in first
    assert first.endswith(ASAD.title)
    assert answer.out.splitlines()[-2:] == [
        "8 items: 3 would have been told, 3 of these were told then, 0 are new",
        "4 incidents, 3 of them told in 3 messages, 1.00 each (3 FIRST)",
    ]
    assert "begun without the incidents of then" in answer.err
    assert "edited after they came, and judged by the text that they have now: 1" in answer.err
    assert ask(month, "rules", "replay", "-q").err == ""


def test_it_writes_nothing_and_sends_nothing(month: Path) -> None:
    def dump() -> list[str]:
        with sqlite3.connect(month / "basewatch.db") as connection:
            return list(connection.iterdump())

    before = dump()
    assert ask(month, "rules", "replay").code == 0
    assert dump() == before


# --------------------------------------------------------------------------------------------- other rules


@pytest.fixture(scope="module")
def edited(month: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Asked, Asked]:
    """Own strikes are told, Al Udeid is not, the first report of Asad neither; two rules on trial. JSON and text."""
    trial = "rule: {}\ntitle: t\nwhy: w\nlevel: {}\nact: [{}]\nstatus: trial\nsend_to: [desk]\n"
    rules = edited_rules(
        tmp_path_factory.mktemp("edited") / "rules",
        retaliation="level: digest → level: notice",
        attack_gulf="send_to: [alerts] → never: [{any: [ballistic], in: headline}]\nsend_to: [alerts]",
        attack_iraq="send_to: [alerts] → never: [{any: [western Iraq], in: headline}]\nsend_to: [alerts, iraq]",
        try_attacks=trial.format("try-attacks", "urgent", "attack"),
        try_digest=trial.format("try-digest", "digest", "retaliation"),
    )
    asked = ("rules", "replay", "--rules", str(rules))
    return ask(month, *asked, "--json"), ask(month, *asked)


def test_what_other_rules_would_have_told(edited: tuple[Asked, Asked]) -> None:
    answer = edited[0].json
    told = {row["title"]: row for row in answer["told"]}
    assert list(told) == [ASAD_AGAIN.title, REVENGE.title, ERBIL.title]
    assert [row["then"] is not None for row in told.values()] == [False, False, True]
    assert told[ERBIL.title]["channels"] == ["alerts", "iraq"]
    assert told[REVENGE.title]["level"] == "notice"
    assert told[REVENGE.title]["incident"] == told[ASAD_AGAIN.title]["incident"]
    assert (answer["counts"]["told_then_too"], answer["counts"]["new"]) == (1, 2)


def test_what_was_told_then_and_would_stay_quiet_now_is_listed_with_the_reason(edited: tuple[Asked, Asked]) -> None:
    quiet = {row["title"]: row for row in edited[0].json["quiet_now"]}
    assert list(quiet) == [ASAD.title, UDEID.title]
    assert quiet[UDEID.title]["then"]["rule"] == "attack-gulf"
    assert quiet[UDEID.title]["then"]["level"] == "urgent"
    assert quiet[UDEID.title]["why"] == (
        "attack: attack-gulf does not take it: never where “ballistic” stands in the headline"
    )


def test_rules_on_trial_are_shown_apart_once_for_each_attack(edited: tuple[Asked, Asked]) -> None:
    rows = edited[0].json["on_trial"]
    assert titles(rows) == [ASAD.title, ERBIL.title, UDEID.title]
    assert {(row["rule"], row["level"], *row["channels"]) for row in rows} == {("try-attacks", "urgent", "desk")}


def test_a_person_reads_the_three_parts(edited: tuple[Asked, Asked]) -> None:
    told, quiet, trial, last = edited[1].out.split("\n\n")
    assert "new   notice  retaliation  alerts " in told
    assert quiet.startswith("told then, would stay quiet now:\n")
    assert f"urgent by attack-gulf to alerts: {UDEID.title}\n      now attack: " in quiet
    assert trial.startswith("would have told, on trial:\nWHEN ")
    assert last == (
        "8 items: 3 would have been told, 1 of these were told then, 2 are new; 2 that were told then would stay quiet"
        " now\n4 incidents, 2 of them told in 3 messages, 1.50 each (3 FIRST)\n"
    )


def test_first_here_looks_at_what_happened_before_the_window(month: Path, tmp_path: Path) -> None:
    """Asad was attacked ten days before, in the database only; Al Udeid was not."""
    raised = "send_to: [alerts] → raise_to_urgent_if: [first here in 12 days]\nsend_to: [alerts]"
    rules = edited_rules(tmp_path / "rules", attack_iraq=raised, attack_gulf=raised)
    for name in ("attack-iraq.yaml", "attack-gulf.yaml"):
        file = rules / name
        file.write_text(file.read_text(encoding="utf-8").replace("level: urgent", "level: notice"), encoding="utf-8")
    answer = ask(month, "rules", "replay", "--rules", str(rules), "--json").json
    levels = {row["title"]: row["level"] for row in answer["told"]}
    assert levels == {ASAD.title: "notice", ERBIL.title: "urgent", UDEID.title: "urgent"}


# ---------------------------------------------------------------------------------------- items of a file


def test_items_of_a_file_need_no_database(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_bytes(lines(
        {"id": 1, "title": ASAD.title, "published": "2026-11-10T08:00:00Z"},
        {"id": 2, "title": ASAD_AGAIN.title, "published": "2026-11-10T10:00:00Z"},
        {"id": 3, "title": DERBY.title},
    ))  # fmt: skip
    answer = ask(tmp_path, "rules", "replay", "--items", str(file))
    assert (answer.code, answer.err) == (0, "")
    header, row, _, told, sum = answer.out.splitlines()
    assert "THEN" not in header
    assert row.startswith("2026-11-10 08:00  urgent  attack-iraq")
    assert told == "3 items: 1 would have been told"
    assert sum == "1 incident, 1 of them told in 1 message, 1.00 each (1 FIRST)"
    assert not (tmp_path / "basewatch.db").exists()
    piped = ask(tmp_path, "rules", "replay", "--items", "-", stdin=file.read_bytes())
    assert piped.out == answer.out


def test_a_line_that_cannot_be_read_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    source = b"{\n" + lines({"id": 1, "title": ASAD.title}, {"id": 2})
    answer = ask(tmp_path, "rules", "replay", "--items", "-", "--json", stdin=source)
    assert answer.code == 1
    assert titles(answer.json["told"]) == [ASAD.title]
    assert (answer.json["counts"]["unreadable"], answer.json["counts"]["new"]) == (2, None)
    first, second = answer.err.splitlines()
    assert first.startswith("basewatch: -:1: the line is not JSON")
    assert second == "basewatch: -:3: the key title is missing or empty"


def test_what_makes_no_sense_is_wrong_usage(month: Path, tmp_path: Path) -> None:
    both = ask(month, "rules", "replay", "--items", "x", "--since", "3d")
    assert (both.code, "--since is about stored items" in both.err) == (2, True)
    gone = ask(month, "rules", "replay", "--items", "nowhere.jsonl")
    assert (gone.code, "there is no file nowhere.jsonl" in gone.err) == (2, True)
    assert ask(month, "rules", "replay", "--since", "soon").code == 2
    assert ask(month, "rules", "replay", "--rules", str(tmp_path / "none")).code == 2


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path, "rules", "replay")
    assert (answer.code, answer.out) == (0, "0 items: 0 would have been told\n")
    assert answer.err.startswith("there is no database yet")


# ------------------------------------------------------------------------------------------ the parts of it


def past(title: str, hour: int, *, told: bool = False, **more: Any) -> PastItem:
    moment = datetime(2026, 11, 10, hour, tzinfo=UTC)
    then = ToldThen(at=moment, level=Level.URGENT, rule="r", channels=("alerts",)) if told else None
    return PastItem(item=Item(id=str(hour), title=title, first_seen=moment), then=then, **more)


def test_an_item_that_was_told_stays_quiet_where_an_earlier_report_would_be_told_now() -> None:
    replay = Replay(shipped_rules())
    first, second = replay.run(past(ASAD.title, 8)), replay.run(past(ASAD_AGAIN.title, 9, told=True))
    assert (first.outcome, second.outcome) == (Outcome.NEW, Outcome.QUIET)
    assert second.told_by_another
    assert second.why_quiet == f"the incident {first.incident} was told already"
    assert second.incident == first.incident


def test_an_item_that_was_told_by_a_rule_that_is_gone_says_so() -> None:
    gone = Replay(shipped_rules()).run(past(DERBY.title, 8, told=True))
    assert (gone.outcome, gone.why_quiet) == (Outcome.QUIET, "the rule r is no longer there, or off")


def test_what_was_no_news_tells_nobody_and_opens_nothing() -> None:
    replay = Replay(shipped_rules())
    old = replay.run(past(ASAD.title, 8, news=False))
    assert (old.outcome, old.evaluation) == (Outcome.NOBODY, None)
    assert replay.run(past(ASAD_AGAIN.title, 9)).outcome is Outcome.NEW


TELL = Decision(tell=True, reason=DecisionReason.FIRST)
QUIET = Decision(tell=False, reason=DecisionReason.NO_CHANGE)


def test_two_items_of_one_moment_share_no_message() -> None:
    """An item without a message of its own keeps none, also beside one that has it."""
    told = replace(stored_item("A"), decision=TELL, incident_id=INCIDENT.id)
    joined = replace(stored_item("B"), decision=QUIET, incident_id=INCIDENT.id, updated_at=NOW + timedelta(hours=1))
    book = PastAlerts([incident_alert("M", created_at=NOW)])
    assert [book.past_of(one).then is not None for one in (told, joined)] == [True, False]


def test_an_edit_that_takes_an_item_out_of_its_incident_does_not_unsay_its_message() -> None:
    link = "https://x.example/1"
    edited = replace(stored_item("A"), decision=QUIET, updated_at=NOW + timedelta(hours=1))
    edited = replace(edited, item=replace(edited.item, url=link))
    alert = replace(incident_alert("M", created_at=NOW), body=f"Two drones\nLink: {link}\nWhy: x")
    assert PastAlerts([alert]).past_of(edited).then is not None
    assert PastAlerts([replace(alert, body="Link: elsewhere")]).past_of(edited).then is None


def test_old_items_and_copies_are_no_news() -> None:
    book = PastAlerts([])
    news = {novelty: book.past_of(replace(stored_item("A"), novelty=novelty)).news for novelty in Novelty}
    assert {novelty for novelty, is_news in news.items() if is_news} == {Novelty.NEW, Novelty.UPDATED}


def test_items_are_read_in_the_order_in_which_they_came(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """In small portions, the earlier ones of one moment first, and other questions may be asked meanwhile."""
    monkeypatch.setattr("monitor.store.items.AT_A_TIME", 2)
    moments = {"E": 0, "A": 1, "B": 1, "D": 2, "C": 3, "F": -1}
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_items([stored_item(name, first_seen=NOW + timedelta(hours=h)) for name, h in moments.items()])
    with store.read() as tx:
        assert tx.count_items(NOW) == 5
        seen = []
        for stored in tx.items_in_order(NOW):
            seen.append(stored.item.id)
            assert tx.item(stored.item.id) == stored
    assert seen == ["E", "A", "B", "D", "C"]
