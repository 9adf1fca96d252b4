"""The door to Jinja2: every value is escaped, and a name that a template does not know is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.web.answers import Answer, page
from monitor.web.asking import Ask
from monitor.web.site import Site
from monitor.web.staticfiles import address_of


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def render(site: Site, ask: Ask, template: str, *, status: int = 200, **values: Any) -> Answer:
    """A page made of a template."""
    html = _environment().get_template(template).render(
        site=site, ask=ask, base=site.base, static=lambda name: site.base + address_of(name), **values
    )
    return page(html, status=status)
