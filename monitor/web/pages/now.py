"""The board "now": open incidents, the newest change first."""

from __future__ import annotations

from monitor.queries.listing import Listing, listing
from monitor.web.answers import Answer
from monitor.web.asking import Ask
from monitor.web.pages.rendering import render
from monitor.web.site import Site


def show(site: Site, ask: Ask) -> Answer:
    """`/`"""
    with site.read() as tx:
        found: Listing = listing(tx, limit=50)
    return render(site, ask, "now.html", listing=found)
