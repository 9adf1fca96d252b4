"""`basewatch feedback`: what people say of what was done with an item, kept as examples for the rules."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, database, quiet, reading, rules_from, utc_now
from monitor.cli.render import json_out, out, say, table
from monitor.config.yamlfile import did_you_mean
from monitor.errors import UsageError
from monitor.model.feedback import Feedback, Opinion
from monitor.queries.feedback import feedback_of, said_before, understood
from monitor.queries.jsonvalues import values_of
from monitor.text.clean import clean

#: a note says why, it is no article
MAX_NOTE = 2000


def feedback(
    what: Annotated[str | None, typer.Argument(metavar="ITEM", help="A stored item's id or link.")] = None,
    opinion: Annotated[
        str | None, typer.Argument(metavar="right|wrong", help="Were the rules right about it, or wrong?")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="Why, for whoever tunes the rules.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was said of ITEM.")] = False,
    as_json: JsonOption = False,
) -> None:
    """wrong about an item that was told means that it should have stayed quiet; wrong about one that nobody was told of
    means that somebody should have been. From then on `basewatch rules test` asks the rules for that. It is kept with
    the item's text, also after the item itself is pruned; a second word on an item replaces the first. Exit code 2
    where no such item is stored.

    Example:
      basewatch feedback https://www.example.org/news/1234 wrong --note "a drill, not an attack"
      basewatch feedback
    """
    if what is None:
        if remove or note is not None:
            raise UsageError("name the item that is meant, by its id or link: basewatch feedback ITEM …")
        _list(as_json)
        return
    what = what.encode("utf-8", "replace").decode().strip()
    if remove:
        if opinion is not None or note is not None:
            raise UsageError("--remove takes back what was said; write only: basewatch feedback ITEM --remove")
        said, remarks = _take_back(what), ["taken back; `basewatch rules test` does not ask for it any more"]
    else:
        if note is not None and len(note) > MAX_NOTE:
            raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE:,}")
        said, remarks = _give(what, _read_opinion(opinion), (note or "").strip())
    if as_json:
        json_out(_object(said))
    else:
        _show(said)
    for remark in remarks if not quiet() else ():
        say(remark)


def _read_opinion(word: str | None) -> Opinion:
    if word is None:
        raise UsageError("say what basewatch was: basewatch feedback ITEM right, or: basewatch feedback ITEM wrong")
    try:
        return Opinion(word.casefold())
    except ValueError:
        meant = did_you_mean(word.casefold(), Opinion)
        raise UsageError(f"{word[:40]!r} is neither right nor wrong; {meant}; a reason goes into --note") from None


# ------------------------------------------------------------------------------------- give and take back


def _give(what: str, opinion: Opinion, note: str) -> tuple[Feedback, list[str]]:
    """Keeps it; also answers with what the person should know of it."""
    with database() as store:
        if store is None:
            raise UsageError("there is no database yet, so no item is stored; `basewatch poll` or `run` makes it")
        with store.read() as tx:
            found = feedback_of(tx, what, opinion, note, rules=lambda: rules_from(None), now=utc_now())
        if found is None:
            raise _unknown(what)
        said, remarks = found
        with store.transaction() as tx:
            tx.keep_feedback(said)
    does = "alert about it" if said.must_alert else "stay quiet about it"
    kept = f"kept: from now on `basewatch rules test` asks the rules to {does}"
    return said, [*remarks, f"understood: {understood(said)}", kept]


def _take_back(what: str) -> Feedback:
    with database() as store:
        if store is None:
            raise _unknown(what)
        with store.transaction() as tx:
            said = said_before(tx, what)
            if said is None:
                raise UsageError(f"nothing was said of {what[:80]!r}; `basewatch feedback` lists what was")
            tx.take_back_feedback(said.item.id)
            return said


def _unknown(what: str) -> UsageError:
    return UsageError(
        f"no stored item has the id or link {what[:80]!r}; every alert and `basewatch incidents --json` name the links"
    )


# ------------------------------------------------------------------------------------------------ show


def _list(as_json: bool) -> None:
    with reading() as tx:
        said = tx.feedback() if tx else []
    if as_json:
        json_out([_object(word) for word in said])
        return
    rows = [
        (f"{word.given_at:%Y-%m-%d}", word.item.id, word.opinion, _done(word), word.rule, word.item.title, word.note)
        for word in said
    ]
    table(("given", "item", "said", "was", "rule", "title", "note"), rows, empty="nothing was said of any item yet")


def _done(said: Feedback) -> str:
    """What the rules did with it: `alert (urgent attack)`, `quiet (threat)`."""
    level = f"{said.level} " if said.level else ""
    return f"{'alert' if said.alerted else 'quiet'} ({level}{said.act})"


def _show(said: Feedback) -> None:
    out(f"item  {said.item.id} {clean(said.item.title)}")
    out(f"was   {_done(said)}{f', rule {said.rule}' if said.rule else ''}")
    out(f"said  {said.opinion}{f': {clean(said.note)}' if said.note else ''}")
    out(f"means {understood(said)}")


def _object(said: Feedback) -> dict[str, Any]:
    names = "opinion", "note", "given_at", "told", "decision", "alerted", "act", "rule", "level", "must_alert"
    texts = "title", "summary", "body", "url", "feed", "publisher", "language", "published", "first_seen"
    return {"item": said.item.id, **values_of(said, *names), **values_of(said.item, *texts)}
