"""How long publishers ask to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.hints import cached_for, declared_wait

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age="600"'}, 600),
        ({"cache-control": "s-maxage=900, max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=600", "age": "601"}, 0),
        ({"cache-control": "s-maxage=900"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=600, no-store"}, 0),
        ({"cache-control": "max-age=0", "expires": "Sat, 21 Nov 2026 13:00:00 GMT"}, 0),
        ({"cache-control": "max-age=999999999999"}, 86400),
        ({"expires": "Sat, 21 Nov 2026 12:10:00 GMT"}, 600),
        ({"expires": "Sat, 21 Nov 2026 12:10:00 GMT", "date": "Sat, 21 Nov 2026 12:08:00 GMT"}, 120),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
    ],
)
def test_what_the_headers_ask(headers: dict[str, str], seconds: int) -> None:
    assert cached_for(headers, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("ttl", "period", "frequency", "minutes"),
    [
        (None, None, None, 0),
        (" 60 ", None, None, 60),
        ("soon", None, None, 0),
        ("-5", None, None, 0),
        (None, "hourly", "1", 0),
        (None, "hourly", None, 0),
        (None, " hourly\n", "2", 30),
        (None, "Daily", None, 1440),
        (None, "daily", "4", 360),
        ("15", "hourly", "1", 15),
        ("15", "hourly", "2", 30),
        (None, "weekly", "1", 1440),
        ("999999999999999999", None, None, 1440),
    ],
)
def test_what_the_document_asks(ttl: str | None, period: str | None, frequency: str | None, minutes: int) -> None:
    assert declared_wait(ttl=ttl, period=period, frequency=frequency) == timedelta(minutes=minutes)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_anything_may_stand_there(one: str, two: str, three: str, four: str) -> None:
    headers = {"cache-control": one, "age": two, "expires": three, "date": four}
    assert timedelta() <= cached_for(headers, now=NOW) <= DAY
    assert timedelta() <= declared_wait(ttl=one, period=two, frequency=three) <= DAY
