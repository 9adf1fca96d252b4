"""What a person does about an incident: takes notice of it, merges it with another, takes reports out of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from monitor.errors import BasewatchError, StoreError, UsageError
from monitor.model.incident import Incident
from monitor.queries.attention import acknowledge, unacknowledge
from monitor.queries.incidentpage import incident_page, meant_incident
from monitor.queries.rulings import merge, split, standing
from monitor.store.store import Transaction
from monitor.web.answers import Answer, see_other
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.forms import author, refusal_of, rows_of, typed
from monitor.web.pages.incident import page_of, path_of
from monitor.web.pages.now import FILTERS
from monitor.web.pages.rendering import render
from monitor.web.pages.words import as_query
from monitor.web.site import Site

#: reports on one page of the form that takes some out
_REPORTS = 100
#: characters of a name that is shown again
_MOST_NAME = 200


def ack(site: Site, ask: Ask) -> Answer:
    """Somebody has seen it; what was told of it is not repeated. Done on the board "now", that list is shown again."""
    id = ask.parts["id"]
    try:
        back = ask.one("back", form=True, among=("now",))
        view = as_query(**{name: ask.one(name, form=True) for name in (*FILTERS, "cursor")})
        note = ask.one("note", form=True)
        with site.write() as tx:
            stands = _as_seen(standing(tx, id), id, ask).id
            acknowledge(tx, stands, by=author(ask), note=note, now=ask.now)
            deed = _last(tx, stands)
    except (BasewatchError, Refusal) as error:
        return _back(site, ask, error, lambda problem: ack_again(site, ask, problem))
    return see_other(f"/{view}#row-{quote(stands, safe='')}" if back == "now" else f"{path_of(stands)}?done={deed}")


def _as_seen(incident: Incident, id: str, ask: Ask) -> Incident:
    """Nobody takes notice of what they have not seen: it may have become worse, or another, while the page was open."""
    seen = ask.one("seen", form=True)
    if seen and incident.id != id:
        raise UsageError(f"{id} went into {incident.id} while your page was open; look at that, then acknowledge again")
    if seen and seen != str(incident.version):
        raise UsageError(
            f"the incident changed while your page was open: this is version {incident.version},"
            f" you saw {seen[:10]}; look at it, then acknowledge again"
        )
    return incident


def ack_again(site: Site, ask: Ask, problem: Refusal) -> Answer:
    """The page of the incident, with what was typed."""
    return page_of(site, ask, ask.parts["id"], problem=problem, typed=typed(ask, "ack"))


def unack(site: Site, ask: Ask) -> Answer:
    """Nobody has taken notice of it any more."""
    id = ask.parts["id"]
    try:
        with site.write() as tx:
            stands = standing(tx, id).id
            if not unacknowledge(tx, stands, by=author(ask), now=ask.now):
                raise UsageError("nobody acknowledged it, so there is nothing to take back")
            deed = _last(tx, stands)
    except (BasewatchError, Refusal) as error:
        return _back(site, ask, error, lambda problem: ack_again(site, ask, problem))
    return see_other(f"{path_of(stands)}?done={deed}")


def _last(tx: Transaction, incident_id: str) -> str:
    """The name of what was done last with it."""
    return next((deed.name for deed in tx.deeds(limit=1, targets=[incident_id])), "")


def mend(site: Site, ask: Ask) -> Answer:
    """`/incidents/ID/mend`: merge it with another, both shown before it is done; or take reports out of it."""
    ask.only("with", "reports")
    return _mend_page(site, ask, None)


def merge_into(site: Site, ask: Ask) -> Answer:
    """This incident and another become one."""
    try:
        other = ask.one("other", form=True)
        if not other:
            raise UsageError("name the other incident, by its id or its short name")
        with site.write() as tx:
            here = standing(tx, ask.parts["id"]).id
            there = meant_incident(tx, other)
            kept, gone = (
                (there, here)
                if ask.one("keep", "this", form=True, among=("this", "other")) == "other"
                else (here, there)
            )
            stands = merge(tx, kept, gone, now=ask.now, by=author(ask))
            deed = _last(tx, stands)
    except (BasewatchError, Refusal) as error:
        return _back(site, ask, error, lambda problem: _mend_page(site, ask, problem))
    return see_other(f"{path_of(stands)}?from={quote(gone, safe='')}&done={deed}")


def take_out(site: Site, ask: Ask) -> Answer:
    """The reports that are ticked become an incident of their own."""
    try:
        chosen = [one.strip()[:80] for one in ask.form.get("report", ())]
        if not chosen:
            raise UsageError("tick the reports that are of another attack")
        with site.write() as tx:
            old = standing(tx, ask.parts["id"]).id
            split(tx, old, chosen, now=ask.now, by=author(ask))
            deed = _last(tx, old)
    except (BasewatchError, Refusal) as error:
        return _back(site, ask, error, lambda problem: _mend_page(site, ask, problem))
    return see_other(f"{path_of(old)}?done={deed}")


def mend_again(site: Site, ask: Ask, problem: Refusal) -> Answer:
    """The page of the two forms, with what was typed and ticked."""
    return _mend_page(site, ask, problem)


def _back(site: Site, ask: Ask, error: BasewatchError | Refusal, page: Callable[[Refusal], Answer]) -> Answer:
    """The page of the form again, where the incident is still there."""
    problem = refusal_of(error)
    with site.read() as tx:
        standing(tx, ask.parts["id"])
    return page(problem)


def _mend_page(site: Site, ask: Ask, problem: Refusal | None) -> Answer:
    other = next(iter(ask.form.get("other", ())), "")[:_MOST_NAME].strip() if ask.form else ask.one("with")
    with site.read() as tx:
        configuration = site.configuration()
        this = incident_page(tx, ask.parts["id"], configuration, now=ask.now, zone=ask.zone)
        that = None
        if other:
            try:
                that = incident_page(tx, meant_incident(tx, other), configuration, now=ask.now, zone=ask.zone)
            except StoreError:
                raise
            except BasewatchError as error:
                problem = problem or Refusal(400, str(error))
        if that is not None and that["id"] == this["id"]:
            that, problem = None, problem or Refusal(400, "that is this incident itself; name another one")
    flat = [one for source in this["sources"] for one in (source, *source["copies"])]
    return render(
        site, ask, "mend.html", status=problem.status if problem else 200, this=this, that=that, other=other,
        reports=rows_of(flat, ask, "reports", _REPORTS), problem=problem, chosen=set(ask.form.get("report", ())),
        typed=typed(ask, "mend"),
    )  # fmt: skip
