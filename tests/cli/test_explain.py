"""`basewatch explain`."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from commands import ASAD, SPORT, Call
from newsroom import Story, english_rules, old, rss, shipped_rules
from serving import FeedServer


def test_explain_of_pasted_text_marks_the_words(configuration: FeedServer, call: Call, here: Path) -> None:
    code, out, err = call("explain", ASAD.title)
    assert (code, err) == (0, "")
    assert "[drones]" in out
    assert re.search(r"^verdict +alerts", out, re.MULTILINE)
    assert "attack-iraq" in out
    assert not (here / "basewatch.db").exists()
    answer = json.loads(call("explain", ASAD.title, "--json")[1])
    assert (answer["alert"], answer["stored"], answer["decision"]["reason"]) == (True, False, "FIRST")


@pytest.mark.parametrize(
    "link", ["https://wire.example/asad", "https://wire.example/asad?utm_campaign=other&utm_source=y"]
)
def test_explain_of_a_stored_link_tells_what_happened(told: FeedServer, call: Call, link: str) -> None:
    answer = json.loads(call("explain", link, "--json")[1])
    assert (answer["stored"], answer["novelty"], answer["feed"]) == (True, "NEW", "wire")
    assert answer["decided"]["reason"] == "FIRST"
    assert answer["verdict"].startswith("alerts")  # as on that day
    assert answer["alerts"][0]["deliveries"][0]["state"] == "sent"
    code, out, _ = call("explain", answer["id"])
    assert code == 0
    assert "1 sent" in out
    assert "decided then" in out


STRUCK = Story("Drones strike Ain al-Asad air base in Iraq", link="https://wire.example/struck")


LATER = Story("Rockets and drones hit Ain al-Asad air base, two soldiers wounded", link="https://wire.example/later")


def test_explain_of_a_stored_item_does_not_meet_itself(told: FeedServer, call: Call) -> None:
    told.put("/wire.xml", rss([SPORT, ASAD, STRUCK]))
    assert call("poll")[0] == 0
    told.put("/wire.xml", rss([SPORT, ASAD, STRUCK, LATER]))
    assert call("poll")[0] == 0
    opener, joiner, last = (json.loads(call("explain", one.link, "--json")[1]) for one in (ASAD, STRUCK, LATER))
    assert (opener["relation"]["kind"], opener["stored_relation"]) == ("opens", "opens")
    assert opener["incident"] == opener["stored_incident"]
    for answer, reason in ((joiner, "NO_CHANGE"), (last, "TOLL_UP")):
        assert (answer["relation"]["kind"], answer["stored_relation"]) == ("joins", "joins")
        assert answer["relation"]["reason"] == "same place, same local date"
        assert answer["incident"] == answer["stored_incident"] == opener["incident"]
        assert (answer["decision"]["reason"], answer["decided"]["reason"]) == (reason, reason)
    for story, how in ((ASAD, "it opened"), (STRUCK, "it joined"), (LATER, "it joined")):
        shown = call("explain", story.link)[1]
        assert re.search(rf"^incident then +{how} {opener['incident']}", shown, re.MULTILINE)
        assert "the same article, edited" not in shown


def test_explain_of_a_report_of_a_known_incident(told: FeedServer, call: Call) -> None:
    answer = json.loads(call("explain", "Drones strike Ain al-Asad air base in Iraq", "--json")[1])
    assert answer["decision"]["reason"] == "NO_CHANGE"
    assert "stays quiet" in answer["verdict"]


def test_explain_of_a_page_that_no_feed_brought(told: FeedServer, call: Call) -> None:
    head = f'<head><title>News</title><meta property="og:title" content="{ASAD.title} &amp; more"></head>'
    url = told.put("/page.html", f"<!doctype html><html>{head}<body>x</body></html>")
    code, out, _ = call("explain", url)
    assert code == 0
    assert "western Iraq & more" in out
    assert "told already" in out
    answer = json.loads(call("explain", url, "--json")[1])
    assert (answer["stored"], answer["act"]) == (False, "attack")


def test_explain_tells_actors_by_name_and_machines_by_id(configuration: FeedServer, call: Call) -> None:
    text = "Kataib Hezbollah claims drone attack on Ain al-Asad base"
    assert re.search(r"^claimed by +Kataib Hezbollah$", call("explain", text)[1], re.MULTILINE)
    assert json.loads(call("explain", text, "--json")[1])["facts"]["claimed_by"] == ["kataib-hezbollah"]


def test_explain_says_why_not(configuration: FeedServer, call: Call) -> None:
    answer = json.loads(call("explain", ASAD.title, "--json")[1])
    assert [(one["rule"], one["tells"], one["trial"]) for one in answer["taken"]] == [("attack-iraq", True, False)]
    assert len(answer["nearest"]) == 5
    assert all("the place is not in @" in one["why"] for one in answer["nearest"])  # those for attacks first
    assert answer["rules_hash"] == shipped_rules().hash
    shown = call("explain", "US troops leave al-Tanf garrison")[1]
    first = shown.partition("DOES NOT TAKE IT")[2].splitlines()[1]
    assert re.match(r"attack-syria +it is for attack or foiled or claim, and this is other", first)
    assert "more rules do not take it" in shown


TRIALS = """rules:
  - {rule: drones, title: Drones, why: Counted., level: notice, send_to: [family], status: trial,
     what: {all: ["@drone"]}}
  - {rule: drills, title: No drills, why: Quiet., level: notice, send_to: [family],
     never: [{any: [western], in: headline}], where: {any: [ain-al-asad]}}
  - {rule: asleep, title: Asleep, why: Later., level: flash, status: "off", send_to: [family]}
"""


def test_explain_shows_trials_what_a_never_did_and_what_sleeps(
    configuration: FeedServer, call: Call, here: Path
) -> None:
    english_rules(here / "rules")
    (here / "rules" / "trials.yaml").write_text(TRIALS)
    shown = call("explain", ASAD.title, "--rules", "rules")[1]
    assert re.search(r"^drones +notice +on trial: would have told family", shown, re.MULTILINE)
    assert re.search(r"^drills +never where “western” stands in the headline", shown, re.MULTILINE)
    assert re.search(r"switched off \(status: off\): .*\basleep\b", shown)
    for path in (here / "rules").glob("attack-*.yaml"):
        path.unlink()
    (here / "rules" / "trials.yaml").write_text(TRIALS.replace("status: trial,", "language: [xx],"))
    answer = json.loads(call("explain", ASAD.title, "--rules", "rules", "--json")[1])
    assert answer["act"] == "attack"
    assert answer["nearest"][0]["rule"] == "drills"
    assert "asleep" in answer["switched_off"]
    assert "“western”" in answer["nearest"][0]["why"]


def test_explain_of_a_stored_item_says_which_rules_decided_then(
    told: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://wire.example/asad"
    then = json.loads(call("explain", link, "--json")[1])["then"]
    assert [one["rule"] for one in then["taken"]] == ["attack-iraq"]
    assert (then["same_rules"], then["differs"], then["rules_hash"]) == (True, [], shipped_rules().hash)
    assert re.search(r"^today +the answer is the same$", call("explain", link)[1], re.MULTILINE)
    english_rules(here / "rules")
    rule = here / "rules" / "attack-iraq.yaml"
    rule.write_text(re.sub(r"(?m)^level: urgent", "level: digest", rule.read_text()))
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "rules"))
    shown = call("explain", link)[1]
    assert re.search(r"^rules then +attack-iraq \(urgent; tells alerts\)", shown, re.MULTILINE)
    assert "the answer DIFFERS (the rule files are others than then): attack-iraq was urgent" in shown
    assert "now it is digest and keeps it for the digest" in shown
    assert json.loads(call("explain", link, "--json")[1])["then"]["same_rules"] is False


@pytest.mark.parametrize("path", ["/nothing", "/empty.html", "/wire.xml"])
def test_explain_of_a_link_without_a_headline_says_what_to_do(configuration: FeedServer, call: Call, path: str) -> None:
    configuration.put("/empty.html", "<html><body>no headline</body></html>")
    configuration.put("/wire.xml", b"\x00\xff" * 99)
    code, out, err = call("explain", configuration.url(path))
    assert (code, out) == (1, "")
    assert "paste its headline" in err


def test_explain_asks_no_private_address(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BASEWATCH_ALLOW_NETWORKS")
    code, _, err = call("explain", configuration.url("/wire.xml"))
    assert code == 1
    assert "blocked address" in err
    assert configuration.requests == []


def test_old_items_have_their_reason(configuration: FeedServer, call: Call) -> None:
    configuration.put("/wire.xml", rss([SPORT, Story(ASAD.title, link=ASAD.link, published=old(48))]))
    call("poll")
    answer = json.loads(call("explain", ASAD.link, "--json")[1])
    assert answer["novelty"] == "OLD"
    assert "first poll" in answer["why"]


def test_explain_reads_standard_input(configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{ASAD.title}\nNobody was hurt.".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    answer = json.loads(call("explain", "-", "--json")[1])
    assert (answer["title"], answer["alert"]) == (ASAD.title, True)


def test_explain_tells_of_a_rule_what_tools_read_and_no_more(configuration: FeedServer, call: Call, here: Path) -> None:
    english_rules(here / "rules")
    answer = json.loads(call("explain", ASAD.title, "--rules", "rules", "--json")[1])
    assert list(answer["taken"][0]) == ["rule", "level", "send_to", "trial", "raised", "tells"]
