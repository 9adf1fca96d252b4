"""The log: what people did, and taking one of it back."""

from __future__ import annotations

from urllib.parse import quote

from monitor.errors import BasewatchError
from monitor.queries.deeds import deed_number, deeds_shown, undo
from monitor.web.answers import Answer, see_other
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.forms import author, refusal_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site


def show(site: Site, ask: Ask) -> Answer:
    """`/log`, the newest deed first."""
    ask.only("cursor", "undone")
    return _page(site, ask)


def take_back(site: Site, ask: Ask) -> Answer:
    """Undoes a deed; what stands now is said on the page that is shown then."""
    try:
        with site.write() as tx:
            number = deed_number(ask.parts["id"])
            undo(tx, number, by=author(ask), now=ask.now)
            deed = tx.deed(number)
    except (BasewatchError, Refusal) as error:
        return _page(site, ask, problem=refusal_of(error))
    back = ask.one("back", "log", form=True)
    if back == "try" and deed is not None:
        return see_other(f"/try?text={quote(deed.target, safe='')}")
    if back == "incident" and deed is not None and deed.what in ("ack", "unack", "merge", "split"):
        return see_other(f"/incidents/{quote(deed.target, safe='')}")
    return see_other("/silences" if back == "silences" else f"/log?undone=D{number}")


def _page(site: Site, ask: Ask, *, problem: Refusal | None = None) -> Answer:
    with site.read() as tx:
        found = deeds_shown(tx, cursor=ask.one("cursor"))
    return render(site, ask, "log.html", status=problem.status if problem else 200, deeds=found, problem=problem,
                  undone=ask.one("undone"), cursor=ask.one("cursor"))  # fmt: skip
