"""The outbox: how each address of each channel is doing, and the messages to it. Nothing of it holds a secret."""

from __future__ import annotations

from monitor.model.delivery import DeliveryState
from monitor.queries.deliveries import channel_lines, deliveries
from monitor.queries.paging import Page
from monitor.store.paging import Attempt, DeliveryFilter
from monitor.web.answers import Answer
from monitor.web.asking import Ask
from monitor.web.pages.asked import attempt, fields_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

_FILTERS = ("state", "channel")
_STATES = [str(state) for state in DeliveryState]


def show(site: Site, ask: Ask) -> Answer:
    """`/deliveries`"""
    fields = fields_of(ask, *_FILTERS)
    channels = site.configuration().channels
    with site.read() as tx:
        lines = channel_lines(tx, channels.addresses(sorted(channels.names())), now=ask.now)
        names = sorted({line.line.channel for line in lines})

        def read() -> Page[Attempt]:
            ask.only(*_FILTERS, "cursor")
            state, channel = ask.one("state", among=_STATES), ask.one("channel", among=names)
            asked = DeliveryFilter(channel=channel, state=DeliveryState(state) if state else None)
            return deliveries(tx, asked, cursor=ask.one("cursor"))

        found, wrong = attempt(read)
    return render(
        site, ask, "deliveries.html", status=400 if wrong else 200, found=found or Page(rows=()), wrong=wrong,
        lines=lines, names=names, fields=fields, states=_STATES,
    )  # fmt: skip
