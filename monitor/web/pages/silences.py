"""Silences: what is held back, by whom and why; a new one, whose effect is shown before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from monitor.errors import BasewatchError, StoreError, UsageError
from monitor.model.report import Level
from monitor.queries.attention import until
from monitor.queries.deeds import deed_number, deed_shown
from monitor.queries.silences import (
    add_silence,
    end_silence,
    preview,
    preview_shown,
    read_matchers,
    silence_number,
    silences_shown,
)
from monitor.web.answers import Answer, see_other
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.forms import author, refusal_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

MATCHERS = ("incident", "rule", "place", "country", "level", "channel", "publisher")
_FIELDS = (*MATCHERS, "for", "until", "note")
#: that are over and still shown
_MOST_OVER = 30


def show(site: Site, ask: Ask) -> Answer:
    """`/silences`; with `preview` what the silence of the form would hit. Nothing is made by a GET."""
    ask.only(*_FIELDS, "preview", "done")
    typed = {name: ask.one(name) for name in _FIELDS}
    return _page(site, ask, typed, wanted=bool(ask.one("preview")))


def make(site: Site, ask: Ask) -> Answer:
    """Makes the silence of the form."""
    try:
        typed = {name: ask.one(name, form=True) for name in _FIELDS}
        with site.write() as tx:
            matchers = read_matchers(tx, {name: typed[name] for name in MATCHERS}, site.configuration())
            ends = until(_ends(typed), now=ask.now, zone=ask.zone)
            made = add_silence(tx, matchers, ends=ends, by=author(ask), note=typed["note"], now=ask.now)
            deed = tx.deeds(limit=1, targets=[made.name])[0].name
    except (BasewatchError, Refusal) as error:
        return make_again(site, ask, refusal_of(error))
    if made.kind == "incident":
        return see_other(f"/incidents/{quote(made.target, safe='')}?done={deed}")
    return see_other(f"/silences?done={deed}")


def make_again(site: Site, ask: Ask, problem: Refusal) -> Answer:
    """The form, with what was typed."""
    given = {name: next(iter(ask.form.get(name, ())), "")[:500] for name in _FIELDS}
    return _page(site, ask, given, problem=problem)


def end(site: Site, ask: Ask) -> Answer:
    """Ends a silence before its time."""
    try:
        with site.write() as tx:
            ended = end_silence(tx, silence_number(ask.parts["id"]), by=author(ask), now=ask.now)
            deed = tx.deeds(limit=1, targets=[ended.name])[0].name
    except (BasewatchError, Refusal) as error:
        return _page(site, ask, dict.fromkeys(_FIELDS, ""), problem=refusal_of(error))
    return see_other(f"/silences?done={deed}")


def _ends(typed: Mapping[str, str]) -> str:
    chosen = typed["for"]
    ends = typed["until"] if chosen in ("", "other") else chosen
    if not ends:
        raise UsageError("say for how long: 1 hour, 4 hours, until 08:00, or another time such as 2h")
    return ends


def _page(
    site: Site, ask: Ask, typed: Mapping[str, str], *, wanted: bool = False, problem: Refusal | None = None
) -> Answer:
    configuration = site.configuration()
    found = None
    with site.read() as tx:
        if wanted:
            try:
                matchers = read_matchers(tx, {name: typed[name] for name in MATCHERS}, configuration)
                ends = until(_ends(typed), now=ask.now, zone=ask.zone)
                if not typed["note"]:
                    raise UsageError("say why in a note: whoever finds the silence at night must know what it is for")
                found = {**preview_shown(preview(tx, matchers, configuration, now=ask.now), most=15), "ends": ends,
                         "words": str(matchers)}  # fmt: skip
            except StoreError:
                raise
            except BasewatchError as error:
                problem = problem or refusal_of(error)
        silences = silences_shown(tx, now=ask.now, rules=configuration.rules, over=True)
        done = tx.deed(deed_number(ask.one("done"))) if ask.one("done") else None
    over = [one for one in silences if one["state"] == "over"]
    # the dangerous ones first: they match nothing, and nobody would notice if they did
    standing = sorted((one for one in silences if one["state"] != "over"),
                      key=lambda one: (not one["matches_nothing"], not one["ends_soon"], one["until"]))  # fmt: skip
    return render(
        site, ask, "silences.html", status=problem.status if problem else 200, silences=standing,
        over=over[::-1][:_MOST_OVER], typed={"form": "silence", **typed}, preview=found, problem=problem,
        levels=[str(level) for level in Level], rules=[rule.id for rule in configuration.rules.rules],
        channels=sorted(configuration.channels.names() - {"operator"}), deed=deed_shown(done) if done else None,
    )  # fmt: skip
