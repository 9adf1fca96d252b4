"""robots.txt by RFC 9309: whose group counts, which rule wins, and what an answer without a file means."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.robots import HOLDS, HOLDS_UNREAD, LONGEST_DELAY, key_of, read_robots, robots_of
from monitor.model.document import Fetched, FetchFailed, FetchProblem

EVERYBODY = "User-agent: *\n"


def allows(text: str, path: str) -> bool:
    return read_robots(text).allows(f"https://news.example{path}")


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/story", True),
        ("Disallow:", "/story", True),
        ("Disallow: /", "/story", False),
        ("Disallow: /", "/", False),
        ("Disallow: /sto", "/story", False),
        ("Disallow: /story/", "/story", True),
        ("DISALLOW : /story # not for robots", "/story", False),
        # the longest path wins, of two alike the one that allows; their order says nothing
        ("Allow: /story\nDisallow: /", "/story", True),
        ("Disallow: /\nAllow: /story", "/story", True),
        ("Allow: /p\nDisallow: /page", "/page", False),
        ("Disallow: /page\nAllow: /page", "/page", True),
        # the RFC's own examples
        ("Allow: /example/page/\nDisallow: /example/page/disallowed.gif", "/example/page/disallowed.gif", False),
        ("Disallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/publications/a.gif", True),
        ("Disallow: *.gif$", "/a.gif", False),
        ("Disallow: *.gif$", "/a.gif?size=1", True),
        # stars
        ("Disallow: /*/amp", "/news/1/amp", False),
        ("Disallow: /*/amp", "/amp", True),
        ("Disallow: /a*b*c", "/axxbyyc", False),
        ("Disallow: /a*b*c", "/axxcyyb", True),
        ("Disallow: /a*b$", "/abxb", False),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: /*?print=", "/story?print=1", False),
        ("Disallow: /*?print=", "/story?id=1", True),
        # escapes: alike where they mean the same
        ("Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("Disallow: /ツ", "/%E3%83%84", False),
        ("Disallow: /%7Euser", "/~user", False),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /a%2fb", "/a/b", True),
    ],
)
def test_the_rules(rules: str, path: str, allowed: bool) -> None:
    assert allows(EVERYBODY + rules, path) is allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: basewatch\nDisallow: /\n\nUser-agent: *\nDisallow:", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: BaseWatch\nAllow: /", True),
        ("User-agent: basewatch\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: googlebot\nAllow: /", False),
        # groups of one name count together, and a group may have several names
        (
            "User-agent: basewatch\nDisallow: /x\nUser-agent: *\nDisallow:\nUser-agent: basewatch\nDisallow: /story",
            False,
        ),
        ("User-agent: googlebot\nUser-agent: basewatch\nDisallow: /", False),
        ("\ufeffUser-agent: *\r\nSitemap: https://x/\r\nDisallow: /\r\n", False),
        ("Disallow: /", True),
        ("<html>Not found</html>", True),
        ("\0\0\0", True),
    ],
)
def test_whose_group_counts(text: str, allowed: bool) -> None:
    assert allows(text, "/story") is allowed


def test_a_delay_has_an_end() -> None:
    assert read_robots(EVERYBODY + "Crawl-delay: 7.5").delay == timedelta(seconds=7.5)
    assert read_robots(EVERYBODY + "Crawl-delay: 99999999999").delay == LONGEST_DELAY
    for odd in ("soon", "-5", "inf", "nan", "1e999"):
        assert read_robots(EVERYBODY + f"Crawl-delay: {odd}").delay in (timedelta(), LONGEST_DELAY)


@pytest.mark.parametrize(
    ("answer", "allowed", "holds"),
    [
        (Fetched(body=b"User-agent: *\nDisallow: /", final_url="x", body_hash=""), False, HOLDS),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=404), True, HOLDS),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=403), True, HOLDS),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=204), True, HOLDS),
        (FetchFailed(problem=FetchProblem.TOO_MANY_REDIRECTS), True, HOLDS),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=429), False, HOLDS_UNREAD),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=500), False, HOLDS_UNREAD),
        (FetchFailed(problem=FetchProblem.TIMEOUT), False, HOLDS_UNREAD),
        (FetchFailed(problem=FetchProblem.TOO_LARGE), False, HOLDS_UNREAD),
    ],
)
def test_what_an_answer_means(answer: Fetched | FetchFailed, allowed: bool, holds: timedelta) -> None:
    robots = robots_of(answer)
    assert (robots.allows("https://news.example/story"), robots.holds) == (allowed, holds)
    assert bool(robots.unread) is (holds == HOLDS_UNREAD)


@given(st.text(max_size=200), st.text(max_size=60))
def test_nothing_raises(text: str, path: str) -> None:
    read_robots(f"User-agent: *\nDisallow: {text}").allows(f"https://x.example/{path}")


@pytest.mark.parametrize(
    "line", ["Disallow: /" + "*a" * 100_000 + "b", "Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*b\n" * 10_000]
)
def test_a_hostile_file_costs_little(line: str) -> None:
    started = time.process_time()
    assert read_robots(EVERYBODY + line).allows("https://x.example/" + "a" * 4000)
    assert time.process_time() - started < 3


def test_the_host_of_an_address() -> None:
    assert key_of("https://User:Pw@News.Example:8443/a?b") == "https://news.example:8443"
    with pytest.raises(ValueError, match="web"):
        key_of("ftp://news.example/")
