"""What reaches a terminal, a pipe and a log."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import logs, render
from monitor.model.report import Act
from monitor.queries.jsonvalues import plain
from monitor.text.clean import clean

NOW = datetime(2026, 11, 21, 9, 12, 3, tzinfo=UTC)


@given(st.text())
def test_nothing_that_moves_a_cursor_gets_through(text: str) -> None:
    shown = clean(text)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in shown)
    assert not set(shown) & set("\u202e\u2066\u2069\u200f")
    assert clean(shown) == shown


def test_arabic_and_joiners_stay() -> None:
    assert clean("قاعدة  می‌شود\x1b[31m") == "قاعدة می‌شود [31m"


def test_table_in_a_pipe_is_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    render.table(("feed", "detail"), [("a", "x" * 300), ("longer\n\x1b[1mname", None)], title="T")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "FEED            DETAIL"
    assert lines[1].endswith("x" * 300)
    assert lines[2] == "longer [1mname  -"
    assert lines[1].index("x") == lines[0].index("DETAIL") == lines[2].index("-")


@pytest.mark.parametrize("number", [0, 1, 500, 501, 1200])
def test_a_list_of_any_length_is_one_document(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A long one has an element on each line, so that ten thousand feeds are written in a few seconds."""
    rows = [{"name": f"feed {n}\x9b31m", "polls": [{"at": NOW}, {"new": n}]} for n in range(number)]
    render.json_out(rows)
    text = capsys.readouterr().out
    assert json.loads(text) == plain(rows)
    assert "\x9b" not in text
    assert (len(text.splitlines()) == number + 2) == (number > 500)


def test_an_empty_table_says_so_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    render.table(("a",), [], empty="nothing yet")
    assert capsys.readouterr() == ("", "nothing yet\n")


def test_words_are_marked_even_where_spans_overlap(capsys: pytest.CaptureFixture[str]) -> None:
    render.marked("Two drones hit it", [(4, 10), (8, 14), (90, 99)])
    assert capsys.readouterr().out == "  Two [drones hit] it\n"


@dataclass(frozen=True)
class _Value:
    act: Act
    when: datetime
    took: timedelta
    where: Path
    names: frozenset[str]
    secret: str = field(repr=False, default="hidden")


def test_values_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    render.json_out(_Value(Act.ATTACK, NOW, timedelta(seconds=90), Path("a"), frozenset({"b", "a"})))
    assert json.loads(capsys.readouterr().out) == {
        "act": "attack", "when": "2026-11-21T09:12:03Z", "took": 90.0, "where": "a", "names": ["a", "b"],
    }  # fmt: skip


def test_json_hides_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    render.json_out({"a": "\x9b31m\x7f\x1b", "d": date(2026, 1, 2)})
    text = capsys.readouterr().out
    assert not any(127 <= ord(sign) < 160 or ord(sign) == 27 for sign in text)
    assert json.loads(text) == {"a": "\x9b31m\x7f\x1b", "d": "2026-01-02"}


def test_a_type_without_a_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError, match="object"):
        plain(object())


def test_json_escapes_where_the_stream_cannot_write_arabic(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    render.json_out({"a": "عين"})
    sys.stdout.flush()
    assert json.loads(raw.getvalue()) == {"a": "عين"}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0s ago"), (40, "40s ago"), (60, "1m ago"), (90, "90s ago"), (150, "2m ago"), (3600, "1h ago"),
     (86400 * 3, "3d ago"), (-30, "in 30s"), (-7200, "in 2h")],
)  # fmt: skip
def test_times_for_people(seconds: int, told: str) -> None:
    assert render.ago(NOW - timedelta(seconds=seconds), now=NOW) == told


def test_never() -> None:
    assert render.ago(None, now=NOW) == "never"


def test_no_bar_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with render.progress("polling", 5) as step:
        step("wire")
    assert capsys.readouterr() == ("", "")


# ------------------------------------------------------------------------------------------------ logs


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield logging.getLogger("monitor.test")
    root.handlers[:] = before
    root.setLevel(level)


def test_text_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    log.info("polled feed=%s result=%r new=%d of %s", "a b=c", "http 403", 3, "all")
    log.debug("not shown")
    line = capsys.readouterr().err
    assert line.startswith("time=20")
    assert line.endswith('level=info event="polled of all" feed="a b=c" result="http 403" new=3\n')


def test_json_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO, form="json")
    log.warning("not delivered alert=%s ok=%s\x1b", "x\ny", True)
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["alert"], line["ok"]) == ("warning", "x\ny", True)


def test_one_event_is_one_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    log.info("config error\nlevel=error event=forged %s", "line\nbreak")
    assert capsys.readouterr().err.count("\n") == 1


def test_credentials_never_reach_a_log(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    log.info("cannot reach url=%s", "postgresql://user:s3cret@db/x")
    log.info("cannot reach mailto://user:s3cret@host/ either")
    assert "s3cret" not in capsys.readouterr().err


def test_a_bug_is_one_line_with_its_place(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    try:
        raise KeyError("boom")
    except KeyError:
        log.exception("a bug in a job job=%s", "tick")
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "KeyError" in line
    assert "test_render.py:" in line
    assert "Traceback" not in line


def test_a_tracebacks_place_is_kept_on_the_line_when_asked(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(level=logging.INFO, tracebacks=True)
    try:
        raise KeyError("boom")
    except KeyError:
        log.exception("a bug")
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "Traceback" in line


def test_unusual_templates_of_libraries(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    log.info("%(name)s is here", {"name": "x"})
    log.info("100% sure")
    log.info("a %s b", 1.5)
    lines = capsys.readouterr().err.splitlines()
    assert 'event="x is here"' in lines[0]
    assert 'event="100% sure"' in lines[1]
    assert 'event="a 1.5 b"' in lines[2]


def test_other_libraries_are_quiet(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level=logging.INFO)
    logging.getLogger("httpx").info("HTTP Request: GET …")
    logging.getLogger("apscheduler.scheduler").info("Scheduler started")
    assert capsys.readouterr().err == ""
