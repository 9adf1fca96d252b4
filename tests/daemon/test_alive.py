"""The whole pipeline is silent: told once, and once when it is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app import open_app
from monitor.config.settings import load_settings
from monitor.daemon.alive import alive_said, say_alive, silence_said, silent_since, watch_silence
from monitor.model.alert import OperatorReason
from monitor.model.daemon import AliveTold
from monitor.model.feed import FeedState
from newsroom import Newsroom, Story

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def feed(news: timedelta, wait: int | None) -> FeedState:
    return FeedState(feed_id=1, name="one", news_at=NOW - news, longest_wait=wait)


def test_the_feed_that_rests_least_says_what_is_expected() -> None:
    daily, hourly = feed(20 * HOUR, 24 * 3600), feed(5 * HOUR, 2 * 3600)
    assert silent_since([daily], now=NOW) is None
    assert silent_since([daily, hourly], now=NOW) == NOW - 5 * HOUR
    assert silent_since([daily, replace(hourly, news_at=NOW - 4 * HOUR)], now=NOW) is None
    assert silent_since([replace(daily, news_at=NOW), hourly], now=NOW) is None, "one that brings something is enough"


def test_minutes_of_silence_are_none_and_unknown_habits_say_nothing() -> None:
    assert silent_since([feed(1.9 * HOUR, 60)], now=NOW) is None
    assert silent_since([feed(2.1 * HOUR, 60)], now=NOW) is not None
    assert silent_since([feed(90 * HOUR, None)], now=NOW) is None
    assert silent_since([], now=NOW) is None


def test_a_daemon_that_was_off_waits_as_long_as_ever_before_it_calls_it_silent() -> None:
    silent = [feed(50 * HOUR, 3600)]
    for hours, said in ((0.1, None), (2, None), (2.1, OperatorReason.PIPELINE_SILENT)):
        _, found = silence_said(AliveTold(), silent, watched_since=NOW - hours * HOUR, now=NOW)
        assert (found and found[0]) == said
    known = AliveTold(silent_since=NOW - 50 * HOUR)
    assert silence_said(known, silent, watched_since=NOW, now=NOW) == (known, None), "it lasts over a restart"


def test_it_is_told_once_and_its_end_once() -> None:
    silent, loud = [feed(5 * HOUR, 3600)], [feed(timedelta(0), 3600)]
    told, said = silence_said(AliveTold(), silent, now=NOW)
    assert said is not None
    assert said[0] is OperatorReason.PIPELINE_SILENT
    assert "The last item came 5 h ago" in said[2]
    assert silence_said(told, silent, now=NOW + HOUR) == (told, None)
    after, said = silence_said(told, loud, now=NOW + HOUR)
    assert said is not None
    assert said[0] is OperatorReason.PIPELINE_BACK
    assert silence_said(after, loud, now=NOW + HOUR) == (after, None)


def test_the_job_queues_one_notice_whatever_it_is_asked(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        room.channels({"operator": [room.hook.url("operator")]})
        stories = [Story(f"Sport {n}", published=NOW - n * HOUR) for n in range(6)]
        room.feed("one", stories, publisher="One")
        room.poll(now=NOW)
        for hours in (50, 51, 52):  # a first document shows a wait of a day at least
            settings = load_settings(room.environment, room.folder)
            later = NOW + hours * HOUR
            with open_app(settings, configuration=room.configuration(), clock=lambda at=later: at) as app:
                asyncio.run(watch_silence(app))
                with app.store.read() as tx:
                    assert tx.daemon_state().alive_told == AliveTold(silent_since=NOW)
        room.feeds[0].add(Story("Sport again", published=NOW + 52 * HOUR))
        room.poll(now=NOW + 52 * HOUR)
        with open_app(settings, configuration=room.configuration(), clock=lambda: NOW + 53 * HOUR) as app:
            asyncio.run(watch_silence(app))
            asyncio.run(app.deliver())
        told = [message.text for message in room.hook.taken]
        assert len([text for text in told if "PIPELINE_SILENT" in text]) == 1
        assert len([text for text in told if "PIPELINE_BACK" in text]) == 1


def test_the_words_that_it_is_alive() -> None:
    said = alive_said(items=12_400, incidents=0, sick=3, feeds=500, since=NOW)
    assert said[1] == "alive: 12,400 items read, 0 incidents, 3 feeds sick"
    assert said[2] == "Since 2026-11-28 12:00 UTC, from 500 feeds. See: basewatch feeds"


def test_the_regular_word_comes_once_an_interval(tmp_path: Path) -> None:
    with Newsroom(tmp_path, environment={"BASEWATCH_ALIVE": "24h"}) as room:
        room.channels({"operator": [room.hook.url("operator")]})
        room.feed("one", [Story("Sport", published=NOW)], publisher="One")
        settings = load_settings(room.environment, room.folder)
        room.poll(now=NOW)
        for hours in (0, 1, 23, 24, 25, 47):
            if hours == 1:
                attack = "Ballistic missiles hit Ain al-Asad air base in Iraq, three soldiers killed, Pentagon says"
                room.feeds[0].add(Story(attack, published=NOW + HOUR))
                room.poll(now=NOW + HOUR)
            at = NOW + hours * HOUR
            with open_app(settings, configuration=room.configuration(), clock=lambda at=at: at) as app:
                asyncio.run(say_alive(app))
                asyncio.run(app.deliver())
        said = [message.title for message in room.hook.taken if "reason: ALIVE" in message.text]
        assert said == ["basewatch: alive: 2 items read, 1 incidents, 0 feeds sick"]
