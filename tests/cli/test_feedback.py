"""`basewatch feedback`, and `rules test` with it: on items that a real poll stored, in real databases."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from databases import database
from monitor.cli.main import main
from monitor.store.engine import begin, open_engine
from monitor.store.store import Store
from monitor.store.upgrade import VERSION_TABLE
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from newsroom import CHECKOUT, Newsroom, Story, old, shipped_rules

RULES = CHECKOUT / "rules"
#: one of each fate: told, joined what was told already, stayed quiet, was there before the first poll
TOLD = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/asad")
AGAIN = Story("Rockets hit Ain al-Asad air base in Iraq", link="https://wire.example/again")
QUIET = Story("Lions win the derby", link="https://wire.example/derby")
BEFORE = Story("Drones attacked the US base at al-Tanf in Syria", link="https://wire.example/tanf", published=old(5))
FATES = {"told": TOLD, "told already": AGAIN, "quiet": QUIET, "before": BEFORE}
ALERTS = ("told", "told already", "before")

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("feedback", "--json")` → exit code, stdout, stderr; in this process."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The shipped rules, read once for all tests, and no database yet; the working folder is empty."""

    def load(folder: Path) -> RuleSet:
        return shipped_rules() if folder == RULES else load_rules(folder)

    for name in [name for name in os.environ if name.startswith("BASEWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("monitor.topics.loading.load_rules", load)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def watch(folder: Path, address: str) -> None:
    """A first poll, and the news of `FATES` after it; the second report of the attack and a copy come later."""
    with Newsroom(folder, environment={"BASEWATCH_DATABASE_URL": address}) as room:
        wire, mirror = room.feed("wire", [BEFORE]), room.feed("mirror")
        room.poll()
        wire.add(TOLD, QUIET)
        room.poll()
        wire.add(AGAIN)
        mirror.add(TOLD)
        room.poll()


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file after `watch`, to be copied."""
    folder = tmp_path_factory.mktemp("watched")
    with database("sqlite", folder) as address:
        watch(folder, address)
        Store(address).close()  # the log is written back into the file
    return folder / "basewatch.db"


@pytest.fixture(params=["sqlite"])
def stored(
    request: pytest.FixtureRequest, tmp_path: Path, watched: Path, settings: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a database after `watch`; the settings name it."""
    with database(request.param, tmp_path) as address:
        if request.param == "sqlite":
            shutil.copy(watched, tmp_path / "basewatch.db")
        else:
            watch(tmp_path, address)
        settings.setenv("BASEWATCH_DATABASE_URL", address)
        yield address


def failed(answer: str) -> list[dict[str, Any]]:
    return [row for row in json.loads(answer)["failed"] if row["from"] == "feedback"]


def item_of(call: Call, story: Story) -> str:
    found: str = json.loads(call("explain", story.link, "--json")[1])["id"]
    return found


def prune(address: str) -> None:
    """Throws all items away."""
    later = datetime.now(UTC) + timedelta(days=1)
    store = Store(address)
    with store.transaction() as tx:
        assert tx.prune(before=later, now=later)["items"] >= len(FATES)
    store.close()


# ------------------------------------------------------------------------------------ give and be tested


#: what may be said of an item of each fate, beside `right`, and the alert that it then asks for
SAID = [("told", "false", False), ("told already", "missed", True), ("told already", "false", False),
        ("quiet", "missed", True), ("before", "missed", True), ("before", "false", False)]  # fmt: skip


@pytest.mark.parametrize("fate", FATES)
def test_right_holds_on_to_what_the_rules_said(stored: str, call: Call, fate: str) -> None:
    code, out, _ = call("feedback", FATES[fate].link, "right", "--json")
    said = json.loads(out)
    assert (code, said["opinion"], said["must_alert"], said["told"]) == (0, "right", fate in ALERTS, fate == "told")
    code, out, err = call("rules", "test", "--json")
    assert (code, failed(out)) == (0, [])
    assert err.endswith("; feedback on 1 item holds\n")


@pytest.mark.parametrize(("fate", "opinion", "must"), SAID)
def test_what_was_wrong_fails_until_the_rules_are_changed(
    stored: str, call: Call, fate: str, opinion: str, must: bool
) -> None:
    """A missed alert never asks for silence; where the rules wanted it told and something else kept it, it holds."""
    code, out, _ = call("feedback", FATES[fate].link, opinion, "--note", "so the duty officer", "--json")
    said = json.loads(out)
    assert (code, said["opinion"], said["must_alert"], said["told"]) == (0, opinion, must, fate == "told")
    code, out, err = call("rules", "test", "--json")
    assert json.loads(out)["feedback"] == 1
    if must is (fate in ALERTS):
        assert (code, failed(out)) == (0, [])
        return
    (row,) = failed(out)
    assert row == row | {"item": said["item"], "text": FATES[fate].title, "wanted": must, "opinion": opinion}
    assert row["must"] == ("alert" if must else "stay quiet")
    assert row["note"] == "so the duty officer"
    assert row["why"].startswith("attack: " if fate in ALERTS else "other: ")
    assert code == 1
    assert err.endswith("; feedback on 1 of 1 item does not hold\n")


@pytest.mark.parametrize(("fate", "means"), [("told", "false"), ("quiet", "missed")])
def test_wrong_alone_is_taken_where_it_can_mean_only_one_thing(stored: str, call: Call, fate: str, means: str) -> None:
    code, out, _ = call("feedback", FATES[fate].link, "wrong", "--json")
    assert (code, json.loads(out)["opinion"]) == (0, means)


@pytest.mark.parametrize(
    ("fate", "options", "asks", "holds"),
    [
        ("told", ("--place", "harir"), "place harir", False),
        ("told", ("--place", "SY", "--killed", "2"), "place SY; killed 2", False),
        ("told", ("--wounded", "5"), "wounded 5", False),
        ("told", ("--act", "Threat"), "act threat", False),
        ("told already", ("--incident", "none"), "incident none", False),
        ("quiet", ("--act", "exercise"), "act exercise", False),
    ],
)
def test_a_fact_that_was_read_wrongly_is_asked_for(
    stored: str, call: Call, fate: str, options: tuple[str, ...], asks: str, holds: bool
) -> None:
    """With `wrong`, or without any word: an option says it."""
    for word in ((), ("wrong",)):
        code, out, err = call("feedback", FATES[fate].link, *word, *options, "--json")
        said = json.loads(out)
        assert (code, said["opinion"], said["must_alert"]) == (0, "wrong", None)
        assert err.endswith(f"asks the rules for this: {asks}\n")
        assert [f"{one['fact']} {one['value']}" for one in said["corrections"]] == asks.split("; ")
    (row,) = failed(call("rules", "test", "--json")[1])
    assert (row["must"], row["wanted"], row["why"].startswith("its ")) == (asks, None, True)
    assert "wrong (" + asks.replace("; ", ", ") + ")" in call("feedback")[1]


def test_a_missed_one_and_its_facts_are_said_at_once(stored: str, call: Call) -> None:
    code, out, err = call("feedback", QUIET.link, "missed", "--place", "harir", "--killed", "none")
    assert (code, err) == (2, "basewatch: its killed was read so: none; leave --killed out\n")
    code, out, err = call("feedback", QUIET.link, "missed", "--place", "harir")
    assert code == 0
    assert "means nobody was told, and somebody should have been; its place is harir\n" in out


def test_what_is_kept_is_what_was_done_and_the_text(stored: str, call: Call) -> None:
    code, out, err = call("feedback", TOLD.link, "right", "--note", " well done ")
    assert code == 0
    assert TOLD.title in out
    assert "right: well done" in out
    assert "asks the rules for this: alert" in err
    (said,) = json.loads(call("feedback", "--json")[1])
    assert said == said | {
        "item": item_of(call, TOLD), "opinion": "right", "note": "well done", "told": True, "decision": "FIRST",
        "alerted": True, "act": "attack", "rule": "attack-iraq", "level": "urgent", "must_alert": True,
        "title": TOLD.title, "summary": "", "body": "", "url": TOLD.link, "feed": "wire", "publisher": "wire",
        "language": None,
    }  # fmt: skip
    assert said["published"] <= said["first_seen"] <= said["given_at"]
    assert call("rules", "test")[0] == 0


def test_an_item_is_named_by_its_id_too(stored: str, call: Call) -> None:
    assert call("feedback", item_of(call, QUIET), "RIGHT")[0] == 0
    assert [said["title"] for said in json.loads(call("feedback", "--json")[1])] == [QUIET.title]


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        ("told already", "the rules wanted it told, and nobody was: the incident"),
        ("before", "the rules were not asked when it came (stored without an alert: it was in the feed"),
    ],
)  # fmt: skip
def test_where_the_rules_and_the_outcome_differ_it_says_what_is_meant(
    stored: str, call: Call, fate: str, words: str
) -> None:
    assert words in call("feedback", FATES[fate].link, "right")[2]
    assert call("-q", "feedback", FATES[fate].link, "right")[2] == ""


@pytest.mark.parametrize(
    ("fate", "opinion", "words"),
    [
        ("told", "right", "it was right to tell it"),
        ("told", "wrong", "somebody was told, and nobody should have been"),
        ("told", "false", "somebody was told, and nobody should have been"),
        ("quiet", "right", "it was right that nobody was told"),
        ("quiet", "wrong", "nobody was told, and somebody should have been"),
        ("quiet", "missed", "nobody was told, and somebody should have been"),
        ("told already", "right", "the rules were right to want it told"),
        ("told already", "missed", "nobody was told, and somebody should have been"),
        ("told already", "false", "the rules wanted it told, and should not have"),
        ("before", "missed", "nobody was told, and somebody should have been"),
    ],
)
def test_it_says_back_what_was_understood(stored: str, call: Call, fate: str, opinion: str, words: str) -> None:
    out, err = call("feedback", FATES[fate].link, opinion)[1:]
    assert f"means {words}\n" in out
    assert f"understood: {words}\n" in err


@pytest.mark.parametrize(
    ("fate", "words", "teaches"),
    [
        ("told already", ("wrong",), "wrong can mean two things here: the rules wanted it told, and nobody was (the"),
        ("before", ("wrong",), "Write missed where somebody should have been told, false where"),
        ("told", ("missed",), "it was not missed: somebody was told"),
        ("quiet", ("false",), "it was no false alarm"),
        ("told", ("right", "--killed", "2"), "write: wrong --killed 2"),
        ("told", ("wrong", "--place", "harrir"), "did you mean harir?"),
        ("told", ("wrong", "--place", "ain-al-asad"), "its place was read so"),
        ("told", ("wrong", "--act", "attak"), "did you mean attack?"),
        ("told", ("wrong", "--killed", "two"), "write for instance 2, or none"),
        ("told", ("wrong", "--incident", "2020-01-01-nowhere"), "there is no incident"),
        ("quiet", ("wrong", "--incident", "none"), "it belongs to no incident"),
    ],
)  # fmt: skip
def test_a_word_that_contradicts_what_was_done_teaches_what_to_write(
    stored: str, call: Call, fate: str, words: tuple[str, ...], teaches: str
) -> None:
    code, out, err = call("feedback", FATES[fate].link, *words)
    assert (code, out) == (2, "")
    assert teaches in err
    assert call("feedback", "--json")[1] == "[]\n"


def test_a_copy_is_kept_for_the_article_that_it_repeats(stored: str, call: Call) -> None:
    store = Store(stored)
    with store.read() as tx:
        (copy,) = tx.items(datetime.min.replace(tzinfo=UTC), feed="mirror")
    store.close()
    assert copy.copy_of == item_of(call, TOLD)
    code, out, err = call("feedback", copy.item.id, "wrong", "--json")
    assert (code, json.loads(out)["item"]) == (0, copy.copy_of)
    assert f"a copy of {copy.copy_of} from wire" in err
    assert call("feedback", copy.item.id, "--remove")[0] == 0
    assert call("feedback", "--json")[1] == "[]\n"


def test_other_rules_are_tested_with_the_same_feedback(stored: str, call: Call) -> None:
    """Small ones, which do not know the base: they stay quiet about everything here."""
    other = ("rules", "test", "--rules", str(Path(__file__).parent.parent / "data" / "rules" / "base"))
    assert call("feedback", TOLD.link, "right", "--note", "a night alarm")[0] == 0
    assert call("feedback", QUIET.link, "right")[0] == 0
    code, out, err = call(*other)
    assert code == 1
    head, line = out.splitlines()
    assert head.split() == ["FROM", "MUST", "TEXT", "BUT", "NOTE"]
    for words in (f"right: {item_of(call, TOLD)}  ", "  alert  ", f"  {TOLD.title}  ", "  other: ", "  a night alarm"):
        assert words in line
    assert err.endswith("; feedback on 1 of 2 items does not hold\n")
    assert call("feedback", TOLD.link, "wrong")[0] == 0
    assert call(*other)[0] == 0


# ------------------------------------------------------------------------------- list, replace, take back


@pytest.mark.parametrize("stored", ["sqlite", "postgresql"], indirect=True)
def test_it_outlives_the_item_and_can_still_be_changed_and_taken_back(stored: str, call: Call) -> None:
    for fate, story in FATES.items():
        assert call("feedback", story.link, "right", "--note", fate)[0] == 0
    item = item_of(call, TOLD)
    prune(stored)
    assert call("rules", "test")[:2] == (0, "")
    listed = json.loads(call("feedback", "--json")[1])
    assert [(said["title"], said["note"]) for said in listed] == [(s.title, f) for f, s in reversed(FATES.items())]

    assert call("feedback", TOLD.link, "wrong", "--note", "a film set")[0] == 0
    (row,) = failed(call("rules", "test", "--json")[1])
    assert (row["item"], row["note"]) == (item, "a film set")
    assert call("feedback", item, "--remove")[0] == 0
    code, out, err = call("rules", "test")
    assert (code, out) == (0, "")
    assert "feedback on 3 items holds" in err
    assert call("feedback", AGAIN.link + "?utm_source=x", "--remove", "--json")[0] == 0
    assert {said["title"] for said in json.loads(call("feedback", "--json")[1])} == {QUIET.title, BEFORE.title}
    assert call("feedback", TOLD.link, "right")[0] == 2


def test_the_list_as_a_table(stored: str, call: Call) -> None:
    assert call("feedback")[1:] == ("", "nothing was said of any item yet\n")
    call("feedback", QUIET.link, "missed", "--note", "a \x1b[31mred\u202e\nnote")
    call("feedback", TOLD.link, "right")
    code, out, err = call("feedback")
    assert (code, err) == (0, "")
    head, first, second = out.splitlines()
    assert head.split() == ["GIVEN", "(UTC)", "ITEM", "SAID", "WAS", "RULE", "TITLE", "NOTE"]
    assert re.search(rf"  right +alert \(urgent attack\)  attack-iraq  {TOLD.title}  +-$", first)
    assert re.search(rf"  missed  quiet \(other\) +-  +{QUIET.title}  +a \[31mred note$", second)


def test_what_is_taken_back_is_asked_for_no_more(stored: str, call: Call) -> None:
    call("feedback", TOLD.link, "wrong")
    assert call("rules", "test")[0] == 1
    code, out, err = call("feedback", TOLD.link, "--remove")
    assert code == 0
    assert TOLD.title in out
    assert "taken back" in err
    code, out, err = call("rules", "test")
    assert (code, out) == (0, "")
    assert err.endswith("; no feedback is kept\n")
    code, out, err = call("feedback", TOLD.link, "--remove")
    assert (code, out) == (2, "")
    assert "nothing was said" in err


# ----------------------------------------------------------------------------------- mistakes, no database


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ITEM",), "basewatch feedback ITEM right"),
        (("ITEM", "worng"), "did you mean wrong?"),
        (("ITEM", "right", "--remove"), "--remove"),
        (("ITEM", "--remove", "--note", "x"), "--remove"),
        (("ITEM", "wrong", "--note", "x" * 2001), "at most 2,000"),
        (("--remove",), "name the item"),
        (("--note", "x"), "name the item"),
        (("nobody", "right"), "no stored item"),
        (("", "right"), "no stored item"),
        (("https://wire.example/nothing", "wrong"), "no stored item"),
        (("01ARZ3NDEKTSV", "wrong"), "no stored item"),
        (("01ARZ3NDEKTSV", "--remove"), "nothing was said"),
        (("drone " * 50_000, "right"), "no stored item"),
        (("\udce9\x1b[31m", "right"), "no stored item"),
        (("right", "ITEM"), "neither right nor missed, false or wrong"),
    ],
)
def test_a_mistake_is_told_and_keeps_nothing(stored: str, call: Call, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = call("feedback", *[TOLD.link if word == "ITEM" else word for word in arguments])
    assert (code, out) == (2, "")
    assert words in err
    assert len(err) < 400
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", err)
    assert call("feedback", "--json")[1] == "[]\n"


def test_without_a_database_there_is_nothing_to_say_and_the_examples_run(
    settings: object, call: Call, tmp_path: Path
) -> None:
    assert call("feedback", "--json")[:2] == (0, "[]\n")
    assert call("feedback", TOLD.link, "right")[0] == 2
    assert call("feedback", TOLD.link, "--remove")[0] == 2
    code, out, err = call("rules", "test")
    assert (code, out) == (0, "")
    assert re.fullmatch(r"all \d+ examples do as they say\n", err)
    assert json.loads(call("rules", "test", "--json")[1])["feedback"] is None
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_read_keeps_no_example_from_running(stored: str, call: Call) -> None:
    engine = open_engine(stored)
    with begin(engine) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0002'"))
    engine.dispose()
    code, out, err = call("rules", "test")
    assert (code, out) == (0, "")
    assert "feedback is not run: the database was made by an older basewatch" in err
    assert re.search(r"all \d+ examples do as they say$", err, re.MULTILINE)
    assert call("feedback", TOLD.link, "right")[0] == 1
