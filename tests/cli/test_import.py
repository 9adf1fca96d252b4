"""`basewatch incidents import`, `show` and the filters: old attacks in the ledger, of which nobody is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import RULES, Call

FILE = """
incidents:
- {id: 2024-01-28-tower-22, date: '2024-01-28', base: tower-22, weapon: [drone], claimed_by: islamic-resistance-iraq,
   attributed_to: null, killed: 3, injured: 47, launched: 1, intercepted: null, source: 'https://wire.example/t22',
   confidence: high}
- {id: 2023-11-20-harir, date: '2023-11-20', base: harir, weapon: [drone], claimed_by: islamic-resistance-iraq,
   killed: 0, injured: 0, source: 'https://wire.example/h', confidence: low}
- {date: '2023-11-21', base: camp-arifyan, weapon: [drone]}
"""
ARTICLE = """Attacks of the last weeks:
Date | Place | Type of Attack | Group Claiming Responsibility |
---|---|---|---|
Nov 20 | Harir base, Iraq | Drone strike | Islamic Resistance in Iraq |
Nov 15 | Al Asad airbase, Iraq | 13 rocket strike | Iran-backed militias |
Sep-Oct | Green Zone, Baghdad | At least 5 attacks | Various militias |
"""


@pytest.fixture
def there(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    (here / "old.yaml").write_text(FILE)
    (here / "article.txt").write_text(ARTICLE)
    return here


def test_an_import_is_silent_says_what_it_did_and_does_it_once(there: Path, call: Call) -> None:
    code, out, err = call("incidents", "import", "old.yaml")
    assert (code, out) == (1, "added 2, known 0, unread 1\n")
    assert "old.yaml: incident 3: there is no place 'camp-arifyan'; did you mean camp-arifjan?" in err
    assert call("incidents", "import", "old.yaml")[1] == "added 0, known 2, unread 1\n"
    assert json.loads(call("alerts", "--since", "2000-01-01", "--json")[1]) == []
    rows = json.loads(call("incidents", "--since", "2023-01-01", "--json")[1])
    assert [(row["id"], row["killed"], row["wounded"], row["imported"]) for row in rows] == [
        ("2024-01-28-tower-22", 3, 47, True), ("2023-11-20-harir", 0, 0, True),
    ]  # fmt: skip
    assert rows[0]["claimed_names"] == ["Islamic Resistance in Iraq"]
    assert rows[0]["sources"][0]["url"] == "https://wire.example/t22"
    assert [one["note"] for one in rows[0]["revisions"]] == ["imported from old.yaml"]


def test_a_dry_run_writes_nothing(there: Path, call: Call) -> None:
    call("incidents", "import", "old.yaml")
    assert call("incidents", "import", "article.txt", "--year", "2022", "--dry-run")[1].startswith("added 2,")
    assert len(json.loads(call("incidents", "--since", "2020-01-01", "--json")[1])) == 2


def test_a_table_of_an_article_meets_what_is_known(there: Path, call: Call) -> None:
    call("incidents", "import", "old.yaml")
    code, out, err = call("incidents", "import", "article.txt", "--year", "2023")
    assert (code, out) == (0, "added 1, known 0, updated 1, left out 1, unread 0\n")
    assert "'Sep-Oct' is no single day" in err
    (asad,) = json.loads(call("incidents", "--since", "2023-01-01", "--place", "ain-al-asad", "--json")[1])
    assert (asad["id"], asad["weapons"]) == ("2023-11-15-ain-al-asad", ["rocket"])
    assert call("incidents", "import", "article.txt", "--year", "2023")[1].startswith("added 0, known 2")


def test_our_own_csv_comes_back_as_it_was(there: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    call("incidents", "import", "old.yaml")
    table = call("incidents", "--since", "2023-01-01", "--format", "csv")[1]
    (there / "ours.csv").write_text(table)
    assert call("incidents", "import", "ours.csv")[:2] == (0, "added 0, known 2, unread 0\n")
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", f"sqlite:///{there}/other.db")
    assert call("incidents", "import", "ours.csv")[1] == "added 2, known 0, unread 0\n"
    again = call("incidents", "--since", "2023-01-01", "--format", "csv")[1]
    assert [line.split(",")[:6] for line in again.splitlines()] == [line.split(",")[:6] for line in table.splitlines()]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("--place", "tower-22"), ["2024-01-28-tower-22"]),
        (("--place", "@bases-jordan"), ["2024-01-28-tower-22"]),
        (("--country", "Iraq"), ["2023-11-20-harir"]),
        (("--country", "jo"), ["2024-01-28-tower-22"]),
        (("--group", "islamic-resistance-iraq", "--until", "2023-12-31"), ["2023-11-20-harir"]),
        (("--weapon", "rocket"), []),
        (("--grade", "confirmed"), []),
        (("--grade", "reported", "--weapon", "drone"), ["2024-01-28-tower-22", "2023-11-20-harir"]),
        (("--as-of", "2025-01-01"), []),
    ],
)
def test_filters(there: Path, call: Call, asked: tuple[str, ...], found: list[str]) -> None:
    call("incidents", "import", "old.yaml")
    code, out, _ = call("incidents", "--since", "2023-01-01", "--json", *asked)
    assert (code, [row["id"] for row in json.loads(out)]) == (0, found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--place", "towr-22"), "there is no place 'towr-22'; did you mean tower-22?"),
        (("--country", "Irak-"), "there is no country 'Irak-'"),
        (("--group", "nobody-at-all"), "there is no group 'nobody-at-all'"),
        (("--weapon", "rockets"), "there is no weapon 'rockets'; did you mean rocket?"),
        (("--grade", "confirmd"), "there is no grade 'confirmd'; did you mean confirmed?"),
        (("--as-of", "soon"), "--as-of 'soon' is no time"),
    ],
)
def test_a_wrong_filter_is_told_in_one_line(there: Path, call: Call, asked: tuple[str, ...], said: str) -> None:
    code, out, err = call("incidents", *asked)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_show_merge_and_their_mistakes(there: Path, call: Call) -> None:
    call("incidents", "import", "old.yaml")
    shown = json.loads(call("incidents", "show", "2024-01-28-tower-22", "--json")[1])
    assert shown["values"]["killed"]["said"][0]["by"] == "wire.example"
    assert shown["versions"][0]["note"] == "imported from old.yaml"
    text = call("incidents", "show", "2024-01-28-tower-22")[1]
    assert "Tower 22" in text
    assert "https://wire.example/t22" in text
    assert call("incidents", "merge", "2024-01-28-tower-22", "2023-11-20-harir")[:2] == (0, "2024-01-28-tower-22\n")
    assert json.loads(call("incidents", "show", "2023-11-20-harir", "--json")[1])["id"] == "2024-01-28-tower-22"
    assert call("incidents", "import", "old.yaml")[1] == "added 0, known 1, unread 1\n"  # nothing opens again
    for arguments, code in ((("merge", "x", "x"), 2), (("merge", "x", "y"), 1), (("show", "x"), 1)):
        found, out, err = call("incidents", *arguments)
        assert (found, out, len(err.splitlines())) == (code, "", 1)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "incidents: 3", "holds no list of incidents"),
        ("a.csv", "a,b\n1,2\n", "holds no table of incidents"),
        ("a.txt", "words", "holds no table of incidents"),
        ("a.yaml", "incidents: [", "a.yaml"),
    ],
)
def test_a_file_that_is_none_is_one_message(there: Path, call: Call, name: str, text: str, said: str) -> None:
    (there / name).write_text(text)
    code, out, err = call("incidents", "import", name)
    assert (code, out) == (1, "")
    assert said in err


def test_a_file_that_is_not_there_is_one_clear_message(there: Path, call: Call) -> None:
    code, out, err = call("incidents", "import", "nope.csv")
    assert (code, out) == (1, "")
    assert err.strip() == "basewatch: nope.csv cannot be read: No such file or directory"
