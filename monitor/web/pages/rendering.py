"""The door to Jinja2: every value is escaped, and a name that a template does not know is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.errors import StoreError
from monitor.queries.formats import web_link
from monitor.queries.strip import Strip, strip
from monitor.web.answers import Answer, page
from monitor.web.asking import Ask
from monitor.web.pages import words
from monitor.web.site import Site
from monitor.web.staticfiles import address_of

#: pages in the order of the navigation: address, word, key behind `g`
NAVIGATION = (
    ("/", "Now", "n"), ("/incidents", "Ledger", "l"), ("/try", "Try", "t"), ("/feeds", "Feeds", "f"),
    ("/rules", "Rules", "r"), ("/deliveries", "Deliveries", "d"), ("/silences", "Silences", "s"), ("/log", "Log", "o"),
)  # fmt: skip


def _fit(value: object) -> object:
    """A value as it stands on a page: attributes and fields of forms as well hold nothing that no page can."""
    return words.fit(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, finalize=_fit,
    )  # fmt: skip
    plain = (
        words.iso, words.shown, words.utc, words.clock, words.lasting, words.ago, words.number,
        words.counted, words.foreign, words.as_part, words.level_sign, web_link,
        words.moment_of, words.quoted,
    )  # fmt: skip
    made.filters.update({one.__name__: one for one in plain})
    made.globals.update(static=address_of, navigation=NAVIGATION)
    return made


def render(site: Site, ask: Ask, template: str, *, status: int = 200, **values: Any) -> Answer:
    """A page made of a template, under the strip that shows how basewatch is doing."""
    known = {"site": site, "ask": ask, "base": site.base, **values}
    if "strip" not in known:
        known["strip"] = _strip(site, ask)
    return page(_environment().get_template(template).render(known), status=status)


def _strip(site: Site, ask: Ask) -> Strip | None:
    """None for who may not read, and where the database does not answer: the page says why."""
    if not ask.visitor.may_read:
        return None
    try:
        with site.read() as tx:
            return strip(tx, zone=ask.zone, now=ask.now)
    except StoreError:
        return None
