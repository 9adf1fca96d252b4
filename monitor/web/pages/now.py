"""The board "now": open incidents, the newest change first, and what stayed quiet nearby."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.report import Level
from monitor.queries.filters import Asked, wanted
from monitor.queries.listing import places_like
from monitor.queries.nowboard import OPEN_FOR, CloseCall, NowPage, near_misses, open_incidents, opened_lately
from monitor.store.nowboard import OpenFilter
from monitor.store.store import Transaction
from monitor.web.answers import Answer
from monitor.web.asking import Ask
from monitor.web.pages.asked import attempt, fields_of, yes_or_no
from monitor.web.pages.rendering import render
from monitor.web.site import Site

FILTERS = ("level", "country", "place", "told", "acked")
LEVELS = [str(level) for level in reversed(Level)]


@dataclass(frozen=True, kw_only=True)
class FirstSteps:
    """What is still to be done on a new installation; the list empties itself."""

    feeds: int
    learned: int
    channels: int
    sent: bool

    @property
    def done(self) -> bool:
        """Nothing is left to do."""
        return bool(self.feeds and self.learned >= self.feeds * 0.9 and self.channels and self.sent)


def show(site: Site, ask: Ask) -> Answer:
    """`/`"""
    fields = fields_of(ask, *FILTERS)
    rules = site.configuration().rules
    with site.read() as tx:
        found, wrong = attempt(lambda: _asked_for(site, ask, tx))
        near: tuple[CloseCall, ...] = () if fields.any or "cursor" in ask.query else near_misses(tx, rules, now=ask.now)
        opened = opened_lately(tx, now=ask.now)
        steps = _first_steps(site, tx)
    return render(
        site, ask, "now.html", status=400 if wrong else 200, found=found or NowPage(rows=(), total=0), wrong=wrong,
        near=near, opened=opened, steps=steps, fields=fields, levels=LEVELS, open_for=OPEN_FOR, rules=rules,
    )  # fmt: skip


def _asked_for(site: Site, ask: Ask, tx: Transaction) -> NowPage:
    ask.only(*FILTERS, "cursor")
    since = ask.now - OPEN_FOR
    level = ask.one("level", among=LEVELS)
    asked = wanted(
        since.date(),
        None,
        Asked(place=ask.one("place"), country=ask.one("country")),
        lambda: site.configuration().rules,
    )
    chosen = OpenFilter(
        since=since, level=Level(level) if level else None, country=asked.country,
        places=None if asked.is_place is None else places_like(tx, asked.is_place),
        told=yes_or_no(ask, "told", "yes", "no"), acked=yes_or_no(ask, "acked", "yes", "no"),
    )  # fmt: skip
    return open_incidents(tx, chosen, site.configuration().rules, now=ask.now, cursor=ask.one("cursor"))


def _first_steps(site: Site, tx: Transaction) -> FirstSteps:
    configuration = site.configuration()
    numbers = tx.feed_numbers(answered_since=site.clock(), due_before=site.clock())
    return FirstSteps(
        feeds=numbers.known or len(configuration.feeds), learned=numbers.learned,
        channels=len(configuration.channels.names()), sent=tx.was_ever_sent(),
    )  # fmt: skip
