"""`basewatch rules new`: what a few headlines have in common becomes a rule that does what its examples say."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifying import NOW, shipped
from monitor.cli.main import main
from monitor.config.yamlfile import parse, validate
from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import Act, Level
from monitor.rules.gazetteer import Gazetteer
from monitor.rules.model import Rule
from monitor.rules.placefile import PlaceFile
from monitor.store.store import Store
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.workbench.examples import try_examples
from monitor.workbench.proposing.headlines import read_headline
from monitor.workbench.proposing.places import proposed_place, proposed_places, unknown_places
from monitor.workbench.proposing.proposal import NothingInCommon, Proposal, propose
from monitor.workbench.proposing.writing import pattern_text, places_text, quoted, rule_text
from newsroom import english_rules
from values import FEED, stored_item

RULES = Path(__file__).parent.parent.parent / "rules"
AT_ASAD = ("Two drones hit Ain al-Asad air base in western Iraq", "Drone attack on Ain al-Asad wounds two")
#: a word that the shipped lists will never know
SWARM = ("Tanks flumox Ain al-Asad air base", "Car bombs flumox workshops in Al Udeid air base")


def proposed(*headlines: str, known: tuple[str, ...] = (), name: str | None = None) -> Proposal:
    items = [Item(id="x", title=text, first_seen=NOW) for text in headlines]
    seen = [Item(id="y", title=text, first_seen=NOW) for text in known]
    return propose(items, shipped(), known=seen, name=name, now=NOW)


def as_rule(proposal: Proposal) -> Rule:
    """The rule that the proposed file holds."""
    return validate(parse(rule_text(proposal), Path("new.yaml")), Rule)


# ---------------------------------------------------------------------------------------- what is proposed


@pytest.mark.parametrize(
    ("headlines", "act", "where", "who", "what", "level"),
    [
        (AT_ASAD, {"attack", "foiled", "claim"}, ["ain-al-asad"], None, ["@drone"], Level.URGENT),
        (("Drones hit Harir base in northern Iraq", "Rockets land at Ain al-Asad base"),
         {"attack", "foiled", "claim"}, ["@bases-iraq"], None, ["@flying"], Level.URGENT),
        (("Rockets hit Ain al-Asad air base", "Rockets hit al-Tanf garrison in Syria"),
         {"attack", "foiled", "claim"}, ["@bases-iraq", "@bases-syria"], None, ["@rocket"], Level.URGENT),
        (("Houthis claim missile attack on Al Dhafra air base", "Houthis claim they hit Al Dhafra base with missiles"),
         {"claim"}, ["al-dhafra"], ["@houthis"], ["@missile"], Level.URGENT),
        (("US launches airstrikes in Syria against Kataib Hezbollah",
          "American jets bomb Kataib Hezbollah positions in Syria"),
         {"retaliation"}, ["SY"], ["@kataib-hezbollah"], None, Level.NOTICE),
        (("Attack on army camp in Kashmir kills two", "Gunmen storm army base in Kashmir"),
         {"attack", "foiled", "claim"}, ["kashmir"], None, None, Level.URGENT),
        (("Two drones hit Ain al-Asad air base", "Iran warns Ain al-Asad base is a legitimate target"),
         {"attack", "foiled", "claim", "threat"}, ["ain-al-asad"], None, None, Level.NOTICE),
    ],
)  # fmt: skip
def test_what_headlines_have_in_common(
    headlines: tuple[str, ...], act: set[str], where: list[str], who: list[str] | None, what: list[str] | None,
    level: Level,
) -> None:  # fmt: skip
    rule = as_rule(proposed(*headlines))
    assert set(rule.act) == act
    assert list(rule.where.any if rule.where else ()) == where
    assert (list(rule.who.any) if rule.who else None) == who
    assert (list(rule.what.all) if rule.what else None) == what
    assert (rule.level, rule.status) == (level, "trial")
    assert rule.examples.alert == headlines
    assert len(rule.examples.quiet) == 2


def test_who_claims_must_claim_again() -> None:
    rule = as_rule(
        proposed("Houthis claim attack on Al Dhafra air base", "Houthis claim drone attack on Al Udeid base")
    )
    assert rule.who is not None
    assert rule.who.role == "claims"


def test_words_that_no_list_knows_are_terms_where_no_list_is_shared() -> None:
    rule = as_rule(
        proposed("Rockets hit juniper quarter of Ain al-Asad base", "Attack on juniper quarter of Harir base")
    )
    assert rule.what is not None
    assert "juniper quarter" in rule.what.all


def test_lists_that_rules_ask_for_are_told_from_those_of_the_grammar() -> None:
    at_embassy = ("Blast outside US embassy in Kabul", "Gunmen storm US embassy in Kabul")
    assert as_rule(proposed(*at_embassy)).what is None  # "US" and "embassy" stand in both, as grammar
    asking = validate(parse(OWN, Path("own.yaml")), Rule)
    rules = replace(shipped(), rules=(*shipped().rules, asking))
    assert proposed_with(rules, at_embassy).what == ("@diplomatic-word",)


OWN = "{rule: own, title: t, why: w, level: notice, what: {any: ['@diplomatic-word']}}"


def test_a_headline_without_a_place_is_not_left_out() -> None:
    proposal = proposed("US base comes under rocket attack", "Rockets hit Ain al-Asad")
    rule = as_rule(proposal)
    assert rule.where is not None
    assert (rule.where.any, rule.where.if_unknown) == (("ain-al-asad",), Level.URGENT)
    assert any("no place that is known" in remark for remark in proposal.remarks)


def test_an_embassy_that_nobody_says_where_is_not_left_out() -> None:
    rule = as_rule(proposed("Rockets land near US embassy", "Rockets land near Baghdad airport base"))
    assert rule.where is not None
    assert rule.where.any == ("baghdad-airport", "@embassies")


def test_channels_are_those_of_the_rule_that_takes_most() -> None:
    proposal = proposed(*AT_ASAD)
    assert (proposal.send_to, proposal.send_to_as) == (("alerts",), "attack-iraq")
    assert proposal.taken_by == {"attack-iraq": 2}
    assert proposed("New school opens beside Al Udeid air base").send_to_as == ""


def test_ids_are_free_and_short() -> None:
    assert proposed(*AT_ASAD).id == "drone-attack-ain-al-asad"
    assert as_rule(proposed("Rockets land in Green Zone", "Mortar shells hit Green Zone", name="123")).id == "123"
    taken = replace(shipped(), rules=(as_rule(proposed(*AT_ASAD)),))
    again = propose([Item(id="x", title=text, first_seen=NOW) for text in AT_ASAD], taken, now=NOW)
    assert again.id == "drone-attack-ain-al-asad-2"


def test_quiet_examples_come_from_what_was_seen() -> None:
    seen = (
        AT_ASAD[0],
        "Prime minister visits Balad Air Base ahead of handover",
        "Veterans recall anniversary of missile attack on Ain al-Asad air base",
        "Soldiers recall anniversary of missile attack on Ain al-Asad air base",
        "US strikes Iran-backed militias in Iraq after attack on Ain al-Asad",
    )
    proposal = proposed(*AT_ASAD, known=seen)
    assert proposal.quiet == (seen[2], seen[4], seen[3])  # one of each act first, and nothing about other places
    assert not proposal.quiet_is_made
    assert "seen lately" in rule_text(proposal)
    assert proposed(*AT_ASAD, known=seen[:2]).quiet_is_made


@pytest.mark.parametrize(
    "headlines",
    [
        ("Oil prices tumble again", "Lions win the derby"),
        ("Lions win the derby at Wembley",),
        ("Drone show delights visitors", "Drone race draws crowds"),
        ("Two drones hit US base", "Rockets hit US base"),
        ("? !", "…"),
    ],
)
def test_no_rule_is_proposed_that_takes_anything_on_earth(headlines: tuple[str, ...]) -> None:
    with pytest.raises(NothingInCommon):
        proposed(*headlines)


# ------------------------------------------------------------------------------------- unread headlines


def test_a_wording_that_no_pattern_reads_gets_a_template() -> None:
    proposal = proposed(*SWARM)
    assert [one.template for one in proposal.wordings] == ["{weapon} flumox {target}"]
    assert proposal.wordings[0].unknown == ("flumox",)
    assert proposal.not_yet == SWARM[:1]
    rule = as_rule(proposal)
    assert rule.examples.alert == SWARM[1:]
    assert rule.where is not None
    assert set(rule.where.any) == {"@bases-iraq", "@bases-gulf"}  # it waits for the pattern
    text = rule_text(proposal)
    assert '#         - "{weapon} flumox {target}"' in text
    assert "extend: {hit: [flumox]}" in text


def test_where_nothing_is_recognised_nothing_is_invented() -> None:
    proposal = proposed("Bakery opens in Anbar", "Bakery closes in Basra")
    assert pattern_text(proposal) == ""
    assert "no base and no troops were recognised" in rule_text(proposal)
    assert as_rule(proposal).act == (Act.OTHER,)


# -------------------------------------------------------------------------------------- unknown places


@pytest.mark.parametrize(
    ("headlines", "named"),
    [
        (("Militants storm army camp in Tolvana, two soldiers killed", "Gunmen attack army camp in Tolvana"),
         ["Tolvana"]),
        (("Drone attack on Anqaz army camp, two soldiers killed",), ["Anqaz army camp"]),
        (("Drone sighting halts flights at Munrath airport", "Drones force closure of Farnkord airport"),
         ["Munrath airport", "Farnkord airport"]),
        (("Tolvana camp stormed", "Two soldiers killed near Tolvana"), ["Tolvana camp"]),
        (("Rebels shell Rann barracks", "Rann barracks burnt down", "Fighters of Gajiram flee Rann"),
         ["Rann barracks"]),
        (("Soldiers Killed In Attack On Harlingrad Naval Base",), ["Harlingrad Naval Base"]),
        (("Rockets hit US base in Anqazi, Syria", "Drones hit US base near Anqazi in Syria"), ["Anqazi"]),
        (("Rockets hit US base in Anqazi, Syria", "Drones hit US base in Syria"), []),
        (("Rockets hit Ain al-Asad, troops of Anqaz flee",), []),
        (("Two camps were attacked", "All camps are closed"), []),
        (("Lions win the derby",), []),
    ],
)  # fmt: skip
def test_which_words_name_a_place_that_nobody_knows(headlines: tuple[str, ...], named: list[str]) -> None:
    read = [read_headline(Item(id="x", title=text, first_seen=NOW), shipped()) for text in headlines]
    assert [one.written for one in unknown_places(read, shipped())] == named


AT_TOLVANA = ("Militants storm army camp in Tolvana, two soldiers killed", "Gunmen attack army camp in Tolvana")


# ------------------------------------------------------------------------------------------ as a file


@given(st.text(max_size=200))
def test_any_headline_comes_back_from_the_file(text: str) -> None:
    headline = clean(text)
    written = f"examples:\n  alert:\n    - {quoted(headline)}\n  not: [{quoted(headline)}]\n"
    read = parse(written, Path("x.yaml")).data["examples"]
    assert (read["alert"], read["not"]) == ([headline], [headline])


HOSTILE = (
    'Drones hit @foo, @bar] base: "x" in Iraq # no',
    "'Drones' hit {base} in Iraq: - @x",
    "دو پهپاد \\ Iraq base | >",
)


def test_hostile_headlines_make_a_file_that_loads() -> None:
    proposal = proposed(*HOSTILE)
    rule = as_rule(proposal)
    assert (*rule.examples.alert, *proposal.not_yet) == HOSTILE


# ------------------------------------------------------------------------------------------ the command


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the shipped rules, which are read once."""
    for name in [name for name in os.environ if name.startswith("BASEWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BASEWATCH_NO_CACHE", "1")  # each edit is asked about once
    monkeypatch.chdir(tmp_path)
    english_rules(tmp_path / "rules")
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: wire, url: https://wire.example/rss}]\n")

    def load(folder: Path) -> RuleSet:
        own = {path.name for path in folder.glob("*.yaml")} - {path.name for path in RULES.glob("*.yaml")}
        return load_rules(folder) if own else shipped()

    monkeypatch.setattr("monitor.topics.loading.load_rules", load)
    return tmp_path


@pytest.fixture
def call(here: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["rules", "new", *arguments])
        return code, *capsys.readouterr()

    return run


def test_a_headline_is_judged_like_an_example_with_nothing_before_it(call: Call, here: Path) -> None:
    english_rules(here / "own")
    rule = "rule: first-here\ntitle: First\nwhy: New.\nlevel: digest\nact: [attack]\nsend_to: [duty]\n"
    (here / "own" / "first.yaml").write_text(rule + "raise_to_flash_if: [first here in 30 days]\n")
    _, out, err = call(*AT_ASAD, "--rules", "own")
    assert "the rule first-here (flash) takes all of these already" in err
    assert "send_to: [duty]  # as first-here" in out


def test_it_prints_a_file_and_says_that_none_is_needed(call: Call, here: Path) -> None:
    code, out, err = call(*AT_ASAD)
    assert code == 0
    assert validate(parse(out, Path("new.yaml")), Rule).id == "drone-attack-ain-al-asad"
    assert "the rule attack-iraq (urgent) takes all of these already" in err
    assert not (here / "rules" / "drone-attack-ain-al-asad.yaml").exists()


def test_json_says_the_same(call: Call) -> None:
    code, out, _ = call(*SWARM, "--json")
    answer = json.loads(out)
    assert (code, answer["needed"], answer["failed"], answer["written"]) == (0, True, [], None)
    assert (answer["pattern_reads"], answer["wordings"][0]["unknown"]) == (1, ["flumox"])
    assert [one["act"] for one in answer["headlines"]] == ["other", "attack"]
    assert validate(parse(answer["yaml"], Path("new.yaml")), Rule).id == answer["rule"]["id"]


def test_it_writes_and_never_overwrites(call: Call, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "rules" / "lists" / "none.yaml").unlink()
    shutil.copytree(RULES, here / "rules", dirs_exist_ok=True)  # whose every example holds
    code, out, err = call("--write", "--name", "my-base", *AT_ASAD)
    path = here / "rules" / "my-base.yaml"
    assert (code, out.strip()) == (0, str(path))
    assert "tells nobody" in err
    saved = path.read_text(encoding="utf-8")
    assert main(["rules", "test", "--json"]) == 0
    capsys.readouterr()
    code, out, err = call("--write", "--name", "my-base", *AT_ASAD)
    assert (code, out) == (2, "")
    assert "my-base" in err
    path.rename(here / "rules" / "other.yaml")
    path.write_text(saved.replace("rule: my-base", "rule: another"))
    (here / "rules" / "other.yaml").unlink()
    code, out, err = call("--write", "--name", "my-base", *AT_ASAD)
    assert (code, out) == (1, "")
    assert "nothing was written" in err
    assert "rule: another" in path.read_text(encoding="utf-8")


def test_the_proposed_pattern_works_as_a_file(call: Call, here: Path) -> None:
    answer = json.loads(call(*SWARM, "--json")[1])
    lines = [line[4:] for line in answer["yaml"].splitlines() if line.startswith("#   ")]
    pattern = "\n".join(line for line in lines if not line.startswith("extend"))
    (here / "rules" / "lists" / "own.yaml").write_text(pattern)
    (here / "rules" / "new.yaml").write_text(answer["yaml"])
    again = proposed_with(load_rules(here / "rules"), SWARM)
    assert [one.case.act for one in again.headlines] == [Act.ATTACK, Act.ATTACK]
    assert again.taken_by[answer["rule"]["id"]] == 2


def proposed_with(rules: RuleSet, headlines: tuple[str, ...]) -> Proposal:
    return propose([Item(id="x", title=text, first_seen=NOW) for text in headlines], rules, now=NOW)


def test_a_place_that_is_not_known_is_said_and_its_country_asked_for(call: Call) -> None:
    code, out, err = call(*AT_TOLVANA)
    assert (code, out) == (1, "")
    said = "basewatch: I do not know a place called Tolvana, and nothing says in which country it is; say so with"
    assert err.startswith(said)
    assert "there is no country XX" in call(*AT_TOLVANA, "--country", "XX")[2]


def test_the_entry_of_the_place_comes_before_the_rule(call: Call, here: Path) -> None:
    code, out, err = call(*AT_TOLVANA, "--country", "IN", "--name", "my-camp", "--rules", "rules")
    assert code == 0
    assert "I do not know a place called Tolvana: its entry comes first; fill in its coordinates" in err
    first, _, second = out.partition("\n# rules/my-camp.yaml\n")
    assert first.startswith("# rules/places/my-camp.yaml\n")
    place = validate(parse(first, Path("p.yaml")), PlaceFile).places[0]
    assert (place.id, place.country, place.town) == ("tolvana", "IN", ("Tolvana",))
    rule = validate(parse(second, Path("r.yaml")), Rule)
    assert rule.where is not None
    assert (rule.where.any, rule.whose) == (("tolvana",), ("national",))
    assert "fill in both" in out


def test_coordinates_come_from_the_table_of_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, tuple[str, ...], str]] = []

    def town(self: object, name: str, *, countries: Any = (), kind: str = "", **keys: Any) -> Place:
        asked.append((name, tuple(countries), kind))
        return Place(
            id="x", name=name, country="IN", role="target", lat=34.5262, lon=74.2546, zone="Asia/Kolkata",
            chosen="the one in India",
        )  # fmt: skip

    monkeypatch.setattr(Gazetteer, "town", town)
    read = [read_headline(Item(id="x", title=text, first_seen=NOW), shipped()) for text in AT_TOLVANA]
    place = proposed_place(unknown_places(read, shipped())[0], read, shipped())
    assert (place.country, place.lat, place.lon) == ("IN", 34.5262, 74.2546)
    assert asked[-1] == ("Tolvana", (), "camp")
    text = places_text([place])
    assert "lat: 34.5262  # of the town; the one in India; write those of the base if you can\n" in text
    assert validate(parse(text, Path("p.yaml")), PlaceFile).places[0].lon == 74.2546


def test_a_place_beside_another_is_in_its_country(monkeypatch: pytest.MonkeyPatch) -> None:
    def town(self: object, name: str, *, countries: Any = (), **keys: Any) -> Place | None:
        if name == "Farnkord" and "DE" not in countries:
            return None  # there are several
        return Place(id="x", name=name, country="DE", role="target", lat=50.0, lon=8.0)

    monkeypatch.setattr(Gazetteer, "town", town)
    headlines = ("Drone sighting halts flights at Munrath airport", "Drones force closure of Farnkord airport")
    read = [read_headline(Item(id="x", title=text, first_seen=NOW), shipped()) for text in headlines]
    found = proposed_places(unknown_places(read, shipped()), read, shipped())
    assert [(one.country, one.lat) for one in found] == [("DE", 50.0), ("DE", 50.0)]


def test_place_and_rule_are_saved_and_do_as_they_say(call: Call, here: Path) -> None:
    code, out, _ = call(*AT_TOLVANA, "--country", "in", "--name", "my-camp", "--write", "--rules", "rules")
    assert (code, out) == (0, "rules/places/my-camp.yaml\nrules/my-camp.yaml\n")
    found = try_examples(load_rules(here / "rules"), now=NOW)
    own = [one for one in found if one.rule == "my-camp"]
    assert [one.holds for one in own] == [True] * 4
    assert call("Two soldiers killed in Tolvana camp", "--name", "other")[0] == 0, "it is known now"


def test_a_person_names_the_place(call: Call) -> None:
    answer = json.loads(call("Attack leaves Zvezda in flames", "--place", "Zvezda", "--country", "RU", "--json")[1])
    assert [place["town"] for place in answer["places"]] == ["Zvezda"]
    assert answer["rule"]["where"] == ["zvezda"]
    code, _, err = call(*AT_ASAD, "--place", "Harir")
    assert (code, "the place Harir Air Base is known (harir); leave --place out" in err) == (2, True)


def test_headlines_from_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n\n".join((*AT_ASAD, AT_ASAD[0])).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    rule = validate(parse(call("-")[1], Path("new.yaml")), Rule)
    assert rule.examples.alert == AT_ASAD


def test_stored_items_by_id_and_link_and_what_was_seen_lately(
    store: Store, database_url: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    denial = "Pentagon denies reports that Ain al-Asad base was hit by rockets"
    titles: dict[str, Any] = {"0123456789ABC": AT_ASAD[0], "0123456789ABD": denial, "0123456789ABE": "Lions win"}
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=now)
        stored = [stored_item(key, first_seen=now - timedelta(days=1)) for key in titles]
        tx.add_items([replace(one, item=replace(one.item, title=titles[one.item.id])) for one in stored])
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", database_url)
    answer = json.loads(call("0123456789ABC", AT_ASAD[1], "--json")[1])
    assert tuple(answer["rule"]["alert"]) == AT_ASAD
    assert (answer["rule"]["quiet"], answer["rule"]["quiet_is_made"]) == ([denial], False)


@pytest.mark.parametrize(
    "arguments",
    [(), ("",), ("0123456789ABZ",), ("word",), ("drone " * 300,), tuple(f"headline number {i}" for i in range(21)),
     (*AT_ASAD, "--name", "../x"), (*AT_ASAD, "--name", "My Rule"), (*AT_ASAD, "--name", "attack-iraq"),
     (*AT_ASAD, "--name", ""), (*AT_ASAD, "--rules", "nowhere")],
)  # fmt: skip
def test_wrong_usage(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert "a bug" not in err


def test_headlines_without_a_word(call: Call) -> None:
    code, out, err = call("? !", ". . .")
    assert (code, out) == (1, "")
    assert "give headlines about the same thing" in err


def test_broken_rules_are_told_as_ever(call: Call, here: Path) -> None:
    (here / "rules" / "broken.yaml").write_text("rule: broken\n")
    code, _, err = call(*AT_ASAD)
    assert code == 1
    assert "broken.yaml:1" in err
