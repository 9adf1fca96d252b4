"""`basewatch stats` and `digest`: counts, pictures, and the message of a period."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from commands import RULES, Call

TODAY = datetime.now(UTC).date()
DAYS = {"ain-al-asad": 2, "tower-22": 3, "harir": 20}


@pytest.fixture
def filled(here: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    rows = [
        {"date": str(TODAY - timedelta(days=back)), "base": base, "weapon": ["drone"], "killed": back, "injured": 1,
         "claimed_by": "kataib-hezbollah", "source": f"https://wire.example/{base}"}
        for base, back in DAYS.items()
    ]  # fmt: skip
    (here / "rows.yaml").write_text(json.dumps({"incidents": rows}))
    code, _, err = call("incidents", "import", "rows.yaml")
    assert (code, err) == (0, "")
    return here


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("base", {"Ain al-Asad Air Base": 1, "Harir Air Base": 1, "Tower 22": 1}),
        ("group", {"Kataib Hezbollah": 3}),
        ("weapon", {"drone": 3}),
    ],
)
def test_counts(filled: Path, call: Call, by: str, found: dict[str, int]) -> None:
    answer = json.loads(call("stats", "--by", by, "--json")[1])
    assert {one["name"]: one["count"] for one in answer["counts"]} == found
    assert (answer["incidents"], answer["killed"], answer["wounded"]) == (3, 25, 3)
    assert next(iter(found)) in call("stats", "--by", by)[1]


def test_weeks_without_an_incident_are_counted_too(filled: Path, call: Call) -> None:
    answer = json.loads(call("stats", "--json")[1])["counts"]
    days = [datetime.fromisoformat(one["name"]) for one in answer]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(weeks=1)}
    assert sum(one["count"] for one in answer) == 3


@pytest.mark.parametrize("form", ["png", "svg"])
def test_pictures_are_written(filled: Path, call: Call, form: str) -> None:
    code, _, err = call("stats", "--plot", f"a.{form}", "--map", f"b.{form}")
    assert code == 0
    for name in ("a", "b"):
        assert 1000 < (filled / f"{name}.{form}").stat().st_size < 200_000
        assert f"{name}.{form}:" in err


def test_a_picture_of_another_form_is_refused_before_anything_is_done(filled: Path, call: Call) -> None:
    assert call("stats", "--plot", "a.gif")[::2] == (2, "basewatch: a.gif: a picture is a file .png or .svg\n")


def test_a_digest_tells_of_its_period_and_queues_only_when_asked(filled: Path, call: Call) -> None:
    code, out, _ = call("digest", "--period", "week")
    assert code == 0
    assert "Ain al-Asad" in out
    assert "Harir" not in out
    assert json.loads(call("alerts", "--json")[1]) == []
    answer = json.loads(call("digest", "--period", "week", "--json")[1])
    assert (answer["incidents"], answer["killed"], [row["place_id"] for row in answer["rows"]]) == (
        2, 5, ["ain-al-asad", "tower-22"],
    )  # fmt: skip
    code, _, err = call("digest", "--period", "week", "--send")
    assert (code, "queued for" in err) == (0, True)
    (alert,) = json.loads(call("alerts", "--json")[1])
    assert [delivery["state"] for delivery in alert["deliveries"]] == ["pending"]


def test_a_quiet_day_has_a_digest_too(filled: Path, call: Call) -> None:
    code, out, _ = call("digest")
    assert (code, "0 incidents" in out) == (0, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--zone", "Asia/Bagdad"), "there is no time zone"),
        (("--send", "--channel", "nope"), "there is no channel 'nope'"),
    ],
)
def test_a_wrong_digest_is_told_in_one_line(filled: Path, call: Call, asked: tuple[str, ...], said: str) -> None:
    code, out, err = call("digest", *asked)
    assert (code, out, said in err) == (2, "", True)


def test_a_digest_goes_to_those_whose_policy_has_one_with_their_places(filled: Path, call: Call) -> None:
    policy = {"channel": "operator", "digest": {"daily": "07:00"}, "places": ["tower-22"], "zone": "Asia/Baghdad"}
    (filled / "policies.yaml").write_text(json.dumps({"policies": [policy]}))
    code, _, err = call("digest", "--period", "week", "--send")
    assert (code, "queued for" in err) == (0, True)
    answer = json.loads(call("digest", "--period", "week", "--send", "--json")[1])
    assert [row["place_id"] for row in answer["rows"]] == ["tower-22"]
    assert "Baghdad)" in answer["body"]
    assert "Pictures: plot.png, map.png" in answer["body"]
    assert {tuple(alert["channels"]) for alert in json.loads(call("alerts", "--json")[1])} == {("operator",)}
    call("digest", "--period", "week", "--send", "--channel", "alerts")
    assert ["alerts"] in [alert["channels"] for alert in json.loads(call("alerts", "--json")[1])]


def test_stats_tell_what_the_reports_say(filled: Path, call: Call) -> None:
    (filled / "more.yaml").write_text(json.dumps({"incidents": [
        {"date": str(TODAY), "base": "harir", "note": "Rockets fell on the runway", "source": "https://paper.example/1"}
    ]}))  # fmt: skip
    call("incidents", "import", "more.yaml")
    (said,) = [one for one in json.loads(call("stats", "--json")[1])["brief"] if "runway" in one["text"]]
    assert said["sources"] == ["https://paper.example/1"]
    assert said["incident"].endswith("harir")
    assert "paper.example: “Rockets fell on the runway” https://paper.example/1" in call("stats")[1]
