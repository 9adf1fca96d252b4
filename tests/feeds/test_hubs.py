"""WebSub's decisions: which hub a document names, how a subscription goes on, what a good signature is."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.hubs import (
    HubOffer,
    Signature,
    Subscription,
    after_confirmation,
    after_refusal,
    challenge_of,
    due_of,
    is_denied,
    offer_of,
    while_asked,
    wish,
)

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
URL = "https://news.example/feed.xml"
HUB, SELF = "https://hub.example/", "https://news.example/feed"
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="{HUB}"/>
<link href='{SELF}' rel='self' type="application/atom+xml"/><title>x</title>
<entry><link rel="hub" href="https://entry.example/"/></entry></feed>"""
RSS = ATOM.replace("<link", "<atom:link").replace("entry>", "item>")


def mine(**changes: object) -> Subscription:
    given = {"feed": "wire", "offer": HubOffer(hub=HUB, topic=SELF), "token": "TOKEN", "secret": "SECRET", "due": NOW}
    return Subscription(**given | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("document", [ATOM, RSS, ATOM.replace("\n", " ").replace('rel="hub"', 'rel="x HUB"')])
def test_a_document_names_its_hub_in_its_head(document: str) -> None:
    assert offer_of([], document.encode(), url=URL) == HubOffer(hub=HUB, topic=SELF)


@pytest.mark.parametrize(
    "links",
    [
        [f'<{HUB}>; rel="hub", <{SELF}>; rel="self"'],
        [f"<{SELF}>; rel=self", f"<{HUB}>; title=\"a, b\"; rel=hub"],
        ['</feed>; rel="self alternate"', f'<https://style.example/>; rel="preload", <{HUB}>;rel="x hub"'],
    ],
)  # fmt: skip
def test_headers_name_it_and_go_first(links: list[str]) -> None:
    other = ATOM.replace(HUB, "https://other.example/").encode()
    assert offer_of(links, other, url=URL) == HubOffer(hub=HUB, topic=SELF)


def test_without_a_self_it_is_the_address_that_was_asked() -> None:
    assert offer_of([f"<{HUB}>; rel=hub"], b"", url=URL) == HubOffer(hub=HUB, topic=URL)
    assert offer_of(["</hub>; rel=hub"], b"", url=URL) == HubOffer(hub="https://news.example/hub", topic=URL)


@pytest.mark.parametrize(
    ("links", "document", "url"),
    [
        ([], "", URL),
        ([f"<{SELF}>; rel=self"], "", URL),
        (["<ftp://hub.example/>; rel=hub"], "", URL),
        (["<javascript:x>; rel=hub", "<>; rel=hub", "<http://[bad/>; rel=hub"], "", URL),
        ([], ATOM.replace("rel=", "x="), URL),
        ([], f"<rss><channel><item><atom:link rel='hub' href='{HUB}'/></item>", URL),
        # a key in an address is for the publisher alone
        ([f"<{HUB}>; rel=hub"], "", f"{URL}?key=SECRET"),
        ([f"<{HUB}>; rel=hub, <{SELF}?token=SECRET>; rel=self"], "", URL),
        ([f"<{HUB}>; rel=hub"], "", "https://me:SECRET@news.example/feed.xml"),
    ],
)  # fmt: skip
def test_no_hub(links: list[str], document: str, url: str) -> None:
    assert offer_of(links, document.encode(), url=url) is None


@given(st.lists(st.sampled_from(
    ["<link ", "rel=", '"hub"', "'", '"', "href=", HUB, ">", "<", ",", ";", "\0", "<item", "&#", "//["]
), max_size=30))  # fmt: skip
def test_nothing_that_is_written_raises(pieces: list[str]) -> None:
    text = "".join(pieces)
    offer_of([text], text.encode(), url=URL)


def test_a_wish_and_its_callback() -> None:
    assert wish(mine(), "https://watch.example/TOKEN") == {
        "hub.mode": "subscribe", "hub.topic": SELF, "hub.callback": "https://watch.example/TOKEN",
        "hub.secret": "SECRET", "hub.lease_seconds": "864000",
    }  # fmt: skip
    assert "SECRET" not in repr(mine())
    assert "TOKEN" not in repr(mine())


def test_a_challenge_is_answered_for_this_topic_alone() -> None:
    asked = {"hub.mode": "subscribe", "hub.topic": SELF, "hub.challenge": "abc"}
    assert challenge_of(mine(), asked) == "abc"
    for change in (
        {"hub.mode": "unsubscribe"}, {"hub.topic": "https://other.example/"}, {"hub.challenge": ""},
        {"hub.challenge": "x" * 5000},
    ):  # fmt: skip
        assert challenge_of(mine(), asked | change) is None
    assert is_denied(mine(), {"hub.mode": "denied", "hub.topic": SELF})
    assert not is_denied(mine(), {"hub.mode": "denied", "hub.topic": "https://other.example/"})


@pytest.mark.parametrize(
    ("lease", "renewed"),
    [("1000", timedelta(seconds=800)), ("0", timedelta(seconds=48)), ("999999999999", timedelta(days=24)),
     ("", timedelta(days=8)), ("-5", timedelta(days=8)), ("soon", timedelta(days=8))],
)  # fmt: skip
def test_a_lease_is_renewed_before_it_ends(lease: str, renewed: timedelta) -> None:
    confirmed = after_confirmation(mine(failures=3), lease, now=NOW)
    assert (confirmed.active, confirmed.failures, confirmed.due) == (True, 0, NOW + renewed)


def test_a_hub_that_refuses_is_asked_ever_less_often() -> None:
    one, waits = mine(), []
    for _ in range(12):
        one = while_asked(one, now=NOW)
        assert one.due == NOW + timedelta(minutes=10)  # it may confirm until then
        one = after_refusal(one, now=NOW)
        waits.append((one.due - NOW) / timedelta(minutes=10))
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert max(waits) == 144
    assert not one.active


def test_what_is_due() -> None:
    late, later, not_yet = (
        mine(feed=name, due=NOW + timedelta(minutes=at)) for name, at in (("a", -1), ("b", -2), ("c", 1))
    )
    assert [one.feed for one in due_of([late, later, not_yet], now=NOW, most=5)] == ["b", "a"]
    assert [one.feed for one in due_of([late, later, not_yet], now=NOW, most=1)] == ["b"]
    assert due_of([late], now=NOW, most=-1) == []


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    good = hmac.new(b"SECRET", b"the body", getattr(hashlib, method)).hexdigest()

    def is_good(header: str, *pieces: bytes) -> bool:
        signature = Signature("SECRET", header)
        for piece in pieces:
            signature.add(piece)
        return signature.is_good

    assert is_good(f"{method}={good}", b"the ", b"body")
    assert is_good(f" {method.upper()} = {good.upper()} ", b"the body")
    for header in (
        f"{method}={good[:-1]}",
        f"{method}=",
        good,
        "",
        f"md5={good}",
        f"{method}={good}ü",
        "sha256=" + "0" * 64,
    ):
        assert not is_good(header, b"the body")
    assert not is_good(f"{method}={good}", b"another body")
    assert not is_good(f"{method}={good}")
