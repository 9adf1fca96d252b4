"""`classify`: the contract that outside tools call, through a real process and line by line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import RULES, Call
from monitor.cli.main import main
from monitor.queries import contract
from monitor.queries.contract import LineError, classify_lines, read_item
from monitor.topics.attacks.topic import RuleSet
from newsroom import shipped_rules

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ASAD = "Two drones hit Ain al-Asad air base in western Iraq"
FACTS = {"places", "weapons", "claimed_by", "attributed_to", "killed", "wounded", "intercepted", "date", "targets"}


@pytest.fixture
def rules() -> RuleSet:
    return shipped_rules()


def ask(rules: RuleSet, *lines: object) -> tuple[list[dict[str, Any]], bool]:
    """Answers to lines (text and bytes as they are, everything else as JSON), and whether all could be read."""
    raw = [
        line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()
        for line in lines
    ]
    sink = io.BytesIO()
    fine = classify_lines(io.BytesIO(b"\n".join(raw)), sink, rules, clock=lambda: NOW)
    return [json.loads(line) for line in sink.getvalue().splitlines()], fine


def environment(**extra: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    return {**kept, **extra}


# ---------------------------------------------------------------------------------------- the contract


def test_an_answer_has_exactly_the_keys_of_the_contract(rules: RuleSet) -> None:
    (answer,), fine = ask(rules, {"id": "a", "title": ASAD, "published": "2026-11-21"})
    assert fine
    assert list(answer) == ["id", "act", "alert", "level", "rule", "reason", "facts", "incident", "evidence"]
    assert set(answer["facts"]) == FACTS
    assert {key for place in answer["facts"]["places"] for key in place} == {"id", "name", "role"}
    assert {key for word in answer["evidence"] for key in word} == {"field", "start", "end", "text", "why"}
    assert (answer["act"], answer["alert"]) == ("attack", True)
    assert answer["facts"]["places"][0]["id"] == "ain-al-asad"
    assert answer["facts"]["targets"] == [{"place": "ain-al-asad", "kind": "air base", "whose": "foreign"}]
    assert answer["facts"]["date"] == "2026-11-21"
    assert all(ASAD[word["start"] : word["end"]] == word["text"] for word in answer["evidence"])


def test_what_stays_quiet_says_null(rules: RuleSet) -> None:
    (answer,), _ = ask(rules, {"id": "a", "title": "Lions win the derby"})
    assert (answer["alert"], answer["level"], answer["rule"], answer["incident"]) == (False, None, None, None)
    assert answer["reason"]


def test_incidents_are_told_in_the_order_given(rules: RuleSet) -> None:
    answers, _ = ask(
        rules,
        {"id": 1, "title": ASAD, "published": "2026-11-21T08:00:00Z"},
        {"id": 2, "title": "Rockets strike al-Tanf garrison in Syria", "published": "2026-11-21T08:10:00Z"},
        {"id": 3, "title": "Drones strike Ain al-Asad air base in Iraq", "published": "2026-11-21T09:00:00Z"},
        {"id": 4, "title": ASAD, "published": "2026-03-02T08:00:00Z"},
    )
    incidents = [answer["incident"] for answer in answers]
    assert incidents[0] == incidents[2]
    assert len({incidents[0], incidents[1], incidents[3]}) == 3
    assert all(incidents)


def test_offsets_count_characters_of_the_text_as_given(rules: RuleSet) -> None:
    title = "🚨 عاجل: هجوم صاروخي يستهدف قاعدة عين الأسد في العراق"
    (answer,), _ = ask(rules, {"id": "a", "title": title, "lang": "ar"})
    assert answer["evidence"]
    assert all(title[word["start"] : word["end"]] == word["text"] for word in answer["evidence"])


@pytest.mark.parametrize("id", ["x", "", 7, 0, -1, "عين"])
def test_the_id_comes_back_as_it_was(rules: RuleSet, id: object) -> None:
    (answer,), fine = ask(rules, {"id": id, "title": ASAD})
    assert fine
    assert answer["id"] == id


@pytest.mark.parametrize(
    "extra",
    [
        {"summary": None, "body": None, "url": None, "source": None, "published": None, "lang": None},
        {"origin": "somewhere", "nested": {"a": [1]}},
        {"published": ""},
        {"published": "2026-11-21T10:00:00+03:00"},
        {"published": "2026-11-21 10:00"},
        {"published": "1998-01-01"},
        {"published": "Sat, 21 Nov 2026 03:24:54 +0000"},
        {"published": "21 نوفمبر 2026"},
        {"lang": "nonsense"},
    ],
)
def test_what_may_be_missing_or_more(rules: RuleSet, extra: dict[str, object]) -> None:
    (answer,), fine = ask(rules, {"id": "a", "title": ASAD, **extra})
    assert fine
    assert answer["alert"] is True


BAD = {
    "nothing": (b"nothing", "not JSON"),
    "a list": (b"[1]", "no object"),
    "text": (b'"x"', "no object"),
    "no id": (b'{"title": "x"}', "id is missing"),
    "id true": (b'{"id": true, "title": "x"}', "id must be"),
    "id object": (b'{"id": {}, "title": "x"}', "id must be"),
    "no title": (b'{"id": "b"}', "title is missing"),
    "blank title": (b'{"id": "b", "title": "  "}', "title is missing"),
    "title number": (b'{"id": "b", "title": 5}', "title must be text"),
    "url list": (b'{"id": "b", "title": "x", "url": []}', "url must be text"),
    "date word": (b'{"id": "b", "title": "x", "published": "yesterday"}', "published must be"),
    "date number": (b'{"id": "b", "title": "x", "published": 1700000000}', "published must be"),
    "date 0001": (b'{"id": "b", "title": "x", "published": "0001-01-01"}', "published must be"),
    "date 9999": (b'{"id": "b", "title": "x", "published": "9999-12-31T23:59:59-10:00"}', "published must be"),
    "not utf-8": (b'{"id": "b", "title": "\xff"}', "not UTF-8"),
    "deep": (b"[" * 100_000, "JSON"),
    "huge number": (b'{"id": ' + b"1" * 5000 + b"}", "JSON"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_is_answered_and_the_others_go_on(rules: RuleSet, case: str) -> None:
    line, why = BAD[case]
    answers, fine = ask(rules, {"id": "a", "title": ASAD}, line, {"id": "c", "title": ASAD})
    assert not fine
    assert [answer["id"] for answer in answers] == [
        "a",
        "b" if b'"id": "b"' in line and b"\xff" not in line else None,
        "c",
    ]
    assert answers[1]["line"] == 2
    assert why in answers[1]["error"]
    assert set(answers[1]) == {"id", "line", "error"}


def test_a_line_that_is_too_long_is_skipped_whole(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "MAX_LINE", 200)
    answers, fine = ask(rules, {"id": "a", "title": "x" * 1000}, {"id": "b", "title": ASAD})
    assert not fine
    assert "longer than" in answers[0]["error"]
    assert answers[1]["id"] == "b"


def test_blank_lines_a_byte_order_mark_and_a_missing_last_break(rules: RuleSet) -> None:
    answers, fine = ask(rules, b"\xef\xbb\xbf" + json.dumps({"id": "a", "title": ASAD}).encode(), b"", b"  \r", "x")
    assert not fine
    assert [answer["id"] for answer in answers] == ["a", None]
    assert answers[1]["line"] == 4


def test_half_characters_are_replaced_and_offsets_stay(rules: RuleSet) -> None:
    (answer,), fine = ask(rules, b'{"id": "\\ud800", "title": "\\ud800 Two drones hit Ain al-Asad air base in Iraq"}')
    assert fine
    assert answer["id"] == "\ud800"
    assert answer["evidence"][0]["start"] == 6


def test_a_date_alone_is_that_day(rules: RuleSet) -> None:
    asked = read_item(b'{"id": 1, "title": "x", "published": "2026-11-21"}', clock=lambda: NOW)
    assert asked.item.published == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert asked.item.first_seen == asked.item.published


def test_a_date_as_publishers_write_it_is_read_as_in_a_feed() -> None:
    line = b'{"id": 1, "title": "x", "published": "Sun, 22 Mar 2026 03:24:54 CEST"}'
    assert read_item(line, clock=lambda: NOW).item.published == datetime(2026, 3, 22, 1, 24, 54, tzinfo=UTC)


def test_without_a_date_the_item_is_of_now() -> None:
    asked = read_item(b'{"id": 1, "title": "x"}', clock=lambda: NOW)
    assert (asked.item.published, asked.item.first_seen) == (None, NOW)


@given(st.binary(max_size=200))
def test_any_line_is_an_item_or_a_line_error(line: bytes) -> None:
    with contextlib.suppress(LineError):  # and no other exception
        assert read_item(line, clock=lambda: NOW).item.title is not None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["id", "title", "summary", "body", "url", "source", "published", "lang"]), _json)
)
def test_any_object_is_answered_once(line: dict[str, Any]) -> None:
    answers, fine = ask(shipped_rules(), line)
    assert len(answers) == 1
    assert fine == ("error" not in answers[0])


# ------------------------------------------------------------------------------------- as a process


@pytest.fixture
def coprocess(tmp_path: Path, english: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "classify", "--rules", str(english)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_program_that_asks_line_by_line_is_answered(coprocess: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert coprocess.stdin is not None
    assert coprocess.stdout is not None
    for number in range(3):
        coprocess.stdin.write(json.dumps({"id": number, "title": ASAD}).encode() + b"\n")
        coprocess.stdin.flush()
        assert json.loads(coprocess.stdout.readline())["id"] == number  # the test's time-out is the deadline
    out, err = coprocess.communicate()
    assert (out, err, coprocess.returncode) == (b"", b"", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_line_ends_with_1_and_a_clean_stdout(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": 1, "title": "x"}\nno\n')))
    code, out, err = call("classify", "--rules", str(RULES))
    assert (code, err) == (1, "")
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1, None]


def test_rules_come_from_the_environment_without_feeds_or_database(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": 1, "title": "x"}')))
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    code, out, err = call("classify")
    assert (code, len(out.splitlines()), err) == (0, 1, "")
    assert list(here.iterdir()) == []


def test_arabic_comes_out_in_utf_8_whatever_the_locale(tmp_path: Path, english: Path) -> None:
    line = json.dumps({"id": "عين", "title": "هجوم على قاعدة عين الأسد"}, ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "classify", "--rules", english],
        input=line, cwd=tmp_path, env=environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["id"] == "عين"


def test_no_rules_at_all_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["classify"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "--rules" in told.err


def test_a_rules_folder_that_is_not_there_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["classify", "--rules", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_broken_rules_name_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("rule: a\ntitel: x\n")
    assert main(["classify", "--rules", str(tmp_path)]) == 1
    assert "a.yaml:2" in capsys.readouterr().err
