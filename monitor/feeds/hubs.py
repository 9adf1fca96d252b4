"""WebSub (W3C, 2018): which hub a document names, how a subscription to it goes on, whether a delivery is the hub's.

    offer_of(headers, document) → HubOffer | None        asked → confirmed → renewed, or refused → asked again

Pure. A delivery is never read: it only says that the feed is to be polled, and the poll asks the publisher.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from monitor.feeds.locations import holds_secret, url_problem

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: so much of a document may stand before its first entry
_HEAD = 32 * 1024
_FIRST_ENTRY = re.compile(rb"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]")
_LINK = re.compile(rb"<(?:[\w-]{1,20}:)?link\s[^<>]{1,4000}>")
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>((?:[^,\"<>]|\"[^\"]*\")*)")
_REL = re.compile(r"(?i);\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_LONGEST_CHALLENGE = 4096
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})

#: how long a subscription is wished for, and within what a hub's own answer is believed
LEASE = timedelta(days=10)
_SHORTEST_LEASE, _LONGEST_LEASE = timedelta(minutes=1), timedelta(days=30)
#: of a lease, when it is renewed
_RENEWED_AFTER = 0.8
#: a hub that took the wish confirms it within this
_CONFIRMED_WITHIN = timedelta(minutes=10)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=10), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HubOffer:
    """A hub, and the name under which it knows the document."""

    hub: str
    topic: str


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One feed at one hub, for as long as the daemon runs."""

    feed: str
    offer: HubOffer
    #: the end of the callback's path, which nobody can guess
    token: str = field(repr=False)
    secret: str = field(repr=False)
    #: the next moment at which something is to be done: ask, ask again, renew
    due: datetime
    #: the hub has confirmed it, and the lease has not ended
    active: bool = False
    #: tries in a row without a confirmation
    failures: int = 0


def offer_of(links: Iterable[str], document: bytes, *, url: str) -> HubOffer | None:
    """The hub that the reply's Link headers or the head of its document name; None where there is none.

    `url` is where the document came from. Of several hubs the first is taken, they deliver the same. An address that
    holds a key is nobody's business but the publisher's.
    """
    found = [*_in_headers(links), *_in_document(document)]
    hubs = [_joined(url, href) for rel, href in found if "hub" in rel]
    topics = [_joined(url, href) for rel, href in found if "self" in rel]
    topic = topics[0] if topics else url
    hub = next((hub for hub in hubs if url_problem(hub) is None), None)
    if hub is None or url_problem(topic) or holds_secret(topic) or holds_secret(url) or holds_secret(hub):
        return None
    return HubOffer(hub=hub, topic=topic)


def _joined(url: str, href: str) -> str:
    try:
        return urljoin(url, href)
    except ValueError:
        return ""


def _in_headers(links: Iterable[str]) -> Iterable[tuple[set[str], str]]:
    for found in _HEADER_LINK.finditer(",".join(links)[:8192]):
        rel = _REL.search(found[2])
        yield set((rel[1] or rel[2]).lower().split()) if rel else set(), found[1].strip()


def _in_document(document: bytes) -> Iterable[tuple[set[str], str]]:
    first = _FIRST_ENTRY.search(document, 0, _HEAD)
    head = document[: first.start() if first else _HEAD]
    for tag in _LINK.findall(head)[:50]:
        said = {name.lower(): unescape(one or two) for name, one, two in _ATTRIBUTE.findall(tag.decode("latin-1"))}
        if said.get("href"):
            yield set(said.get("rel", "").lower().split()), said["href"].strip()


# ------------------------------------------------------------------------------------ how it goes on


def wish(subscription: Subscription, callback: str) -> dict[str, str]:
    """The form that asks the hub for it."""
    return {
        "hub.mode": "subscribe", "hub.topic": subscription.offer.topic, "hub.callback": callback,
        "hub.secret": subscription.secret, "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }  # fmt: skip


def while_asked(subscription: Subscription, *, now: datetime) -> Subscription:
    """The hub is being asked: it has a while to confirm."""
    return replace(subscription, due=now + _CONFIRMED_WITHIN, failures=subscription.failures + 1)


def after_refusal(subscription: Subscription, *, now: datetime) -> Subscription:
    """The hub did not take the wish, or denied it later: asked again, ever less often."""
    wait = min(_FIRST_RETRY * 2 ** min(max(subscription.failures - 1, 0), 10), _LONGEST_RETRY)
    return replace(subscription, active=False, due=now + wait)


def after_confirmation(subscription: Subscription, lease: str, *, now: datetime) -> Subscription:
    """The hub has confirmed it for `lease` seconds."""
    seconds = int(lease[:9]) if lease.isascii() and lease.isdigit() else int(LEASE.total_seconds())
    length = min(max(timedelta(seconds=seconds), _SHORTEST_LEASE), _LONGEST_LEASE)
    return replace(subscription, active=True, failures=0, due=now + length * _RENEWED_AFTER)


def challenge_of(subscription: Subscription, query: Mapping[str, str]) -> str | None:
    """What to answer to a hub that asks whether the subscription is wished; None where it is not this one."""
    challenge = query.get("hub.challenge", "")
    same = query.get("hub.mode") == "subscribe" and query.get("hub.topic") == subscription.offer.topic
    return challenge if same and 0 < len(challenge) <= _LONGEST_CHALLENGE else None


def is_denied(subscription: Subscription, query: Mapping[str, str]) -> bool:
    """True where the hub says that it will not serve the subscription."""
    return query.get("hub.mode") == "denied" and query.get("hub.topic") == subscription.offer.topic


class Signature:
    """Whether a body is the hub's, worked out while the body comes in: it need not be held."""

    def __init__(self, secret: str, header: str) -> None:
        method, _, said = header.strip().partition("=")
        self._said = said.strip().lower()
        method = method.strip().lower()
        self._made = hmac.new(secret.encode(), digestmod=method) if method in _METHODS else None

    def add(self, piece: ReadableBuffer) -> None:
        """The next piece of the body."""
        if self._made is not None:
            self._made.update(piece)

    @property
    def is_good(self) -> bool:
        """True where the whole body was signed with the secret; compared in constant time."""
        said = self._said if self._said.isascii() else ""
        return self._made is not None and hmac.compare_digest(self._made.hexdigest(), said)


def due_of(subscriptions: Iterable[Subscription], *, now: datetime, most: int) -> Sequence[Subscription]:
    """Those for which something is to be done, the longest due first, at most `most`."""
    return sorted((one for one in subscriptions if one.due <= now), key=lambda one: one.due)[: max(most, 0)]
