"""Publishers' dates, one line of the table each, and what holds for any text."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.parse.dates import MONTHS, read_date
from monitor.model.document import DateMark

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TABLE = [
    [part.strip() for part in line.split("|")]
    for line in (Path(__file__).parent.parent / "data/feeds/dates.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("raw", "expected", "mark"), TABLE)
def test_the_table(raw: str, expected: str, mark: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert read_date(raw, now=NOW) == (moment, DateMark(mark))


@pytest.mark.parametrize("raw", [None, "", "  \n "])
def test_no_date_is_missing(raw: str | None) -> None:
    assert read_date(raw, now=NOW) == (None, DateMark.MISSING)


@given(st.text(max_size=60))
def test_any_text_gives_an_aware_moment_or_none(raw: str) -> None:
    moment, mark = read_date(raw, now=NOW, patient=False)
    assert (moment is None) == (mark in (DateMark.MISSING, DateMark.UNREADABLE, DateMark.ABSURD))
    if moment is not None:
        assert moment.tzinfo is UTC
        assert datetime(1995, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(minutes=10)


@given(st.datetimes(min_value=datetime(1995, 1, 2), max_value=datetime(2026, 11, 20)), st.integers(-12, 14))
def test_what_was_written_is_read_back(moment: datetime, hours: int) -> None:
    from datetime import timezone

    zoned = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert read_date(zoned.isoformat(), now=NOW) == (zoned.astimezone(UTC), DateMark.GOOD)
    whole = zoned.replace(microsecond=0)
    assert read_date(whole.strftime("%a, %d %b %Y %H:%M:%S %z"), now=NOW) == (whole.astimezone(UTC), DateMark.GOOD)


@pytest.mark.parametrize(("name", "number"), MONTHS.items())
def test_every_month_name_is_read(name: str, number: int) -> None:
    assert read_date(f"7 {name} 2020", now=NOW, patient=False) == (datetime(2020, number, 7, tzinfo=UTC), DateMark.GOOD)


def test_the_slow_library_is_loaded_only_where_it_is_needed() -> None:
    program = (
        "import sys; from datetime import *; from monitor.feeds.parse.dates import read_date;"
        "now = datetime.now(timezone.utc);"
        "read_date('21 Nov 2025', now=now); read_date('gibberish', now=now);"
        "read_date('21 Smarch 2025', now=now, patient=False); sys.exit('dateparser' in sys.modules)"
    )
    root = Path(__file__).parent.parent.parent
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
