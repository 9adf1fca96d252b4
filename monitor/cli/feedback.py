"""`basewatch feedback`: what people say of what was done with an item, kept as examples for the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, quiet, rules_from, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import json_out, out, say, table
from monitor.errors import UsageError
from monitor.queries.finding import find_item, is_id, is_link
from monitor.queries.jsonvalues import plain
from monitor.text.clean import clean

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model.feedback import Feedback, Opinion
    from monitor.model.report import Classification
    from monitor.model.stored import StoredItem
    from monitor.store.store import Store, Transaction

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
    """Say that basewatch was right or wrong to alert about an item, or to stay quiet; without ITEM: list what was said.

    wrong about an item that was told means that it should have stayed quiet; wrong about one that nobody was told of
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
        said, remarks = _give(what, _read_opinion(opinion), _read_note(note))
    if as_json:
        json_out(_object(said))
    else:
        _show(said)
    for remark in remarks if not quiet() else ():
        say(remark)


def _read_opinion(word: str | None) -> Opinion:
    from monitor.config.yamlfile import did_you_mean
    from monitor.model.feedback import Opinion

    if word is None:
        raise UsageError("say what basewatch was: basewatch feedback ITEM right, or: basewatch feedback ITEM wrong")
    try:
        return Opinion(word.casefold())
    except ValueError:
        meant = did_you_mean(word.casefold(), Opinion)
        raise UsageError(f"{word[:40]!r} is neither right nor wrong; {meant}; a reason goes into --note") from None


def _read_note(note: str | None) -> str:
    if note is not None and len(note) > MAX_NOTE:
        raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE:,}")
    return (note or "").strip()


# ------------------------------------------------------------------------------------- give and take back


def _give(what: str, opinion: Opinion, note: str) -> tuple[Feedback, list[str]]:
    """Keeps it; also answers with what the person should know of it."""
    with database() as store:
        if store is None:
            raise UsageError("there is no database yet, so no item is stored; `basewatch poll` or `run` makes it")
        said, remarks = _as_said(store, what, opinion, note, now=utc_now())
        with store.transaction() as tx:
            tx.keep_feedback(said)
    does = "alert about it" if said.must_alert else "stay quiet about it"
    remarks += [
        f"understood: {_understood(said)}",
        f"kept: from now on `basewatch rules test` asks the rules to {does}",
    ]
    return said, remarks


def _understood(said: Feedback) -> str:
    """The word on an item as a sentence, so that nobody teaches the rules the opposite of what was meant."""
    if said.is_missed:
        return "nobody was told, and somebody should have been"
    if said.opinion == "wrong":
        return "somebody was told, and nobody should have been"
    if said.told:
        return "it was right to tell it"
    return "the rules were right to want it told" if said.alerted else "it was right that nobody was told"


def _as_said(store: Store, what: str, opinion: Opinion, note: str, *, now: datetime) -> tuple[Feedback, list[str]]:
    with store.read() as tx:
        stored = find_item(tx, what)
        before = _said_before(tx, stored.item.id if stored else what)
        original = tx.item(stored.copy_of) if stored and stored.copy_of else None
    if stored is None:
        if before is None:
            raise _unknown(what)
        return replace(before, opinion=opinion, note=note, given_at=now), []
    if original is None:
        return _of_stored(store, stored, opinion, note, now=now)
    said, remarks = _of_stored(store, original, opinion, note, now=now)
    return said, [f"it is a copy of {original.item.id} from {original.item.feed}, and kept for that one", *remarks]


def _of_stored(
    store: Store, stored: StoredItem, opinion: Opinion, note: str, *, now: datetime
) -> tuple[Feedback, list[str]]:
    """What is said of a stored item, beside what the rules said then, or say now where they were not asked."""
    from monitor.model.feedback import Feedback
    from monitor.queries.reasons import why_stored

    found, remarks = stored.classification, []
    told = stored.decision is not None and stored.decision.tell
    if found is None:
        found = _judged_now(store, stored)
        remarks.append(f"the rules were not asked when it came ({why_stored(stored)}); taken is what they say now")
    if found.tells and not told:
        remarks.append(f"the rules wanted it told, and nobody was: {why_stored(stored)}")
        if opinion == "wrong":
            quiet = f"put its headline under examples: quiet of the rule {found.rule}"
            remarks.append(f"no rule has to change for that; if you mean that it should stay quiet, {quiet}")
    said = Feedback(
        item=stored.item, opinion=opinion, note=note, given_at=now, told=told,
        decision=stored.decision.reason if stored.decision else None,
        alerted=found.tells, act=found.act, rule=found.rule, level=found.level,
    )  # fmt: skip
    return said, remarks


def _judged_now(store: Store, stored: StoredItem) -> Classification:
    from monitor.alerts.policy import raised
    from monitor.evaluation import earliest_day
    from monitor.topics.attacks.classifier import classify

    rules = rules_from(None)
    with store.read() as tx:
        known = tx.incidents(earliest_day(stored.item, rules))
    return raised(classify(stored.item, rules), [one for one in known if one.opened_at < stored.item.first_seen])


def _take_back(what: str) -> Feedback:
    with database() as store:
        if store is None:
            raise _unknown(what)
        with store.transaction() as tx:
            stored = find_item(tx, what)
            said = _said_before(tx, (stored.copy_of or stored.item.id) if stored else what)
            if said is None:
                raise UsageError(f"nothing was said of {what[:80]!r}; `basewatch feedback` lists what was")
            tx.take_back_feedback(said.item.id)
            return said


def _said_before(tx: Transaction, what: str) -> Feedback | None:
    """What was said of an item, by its id or link; the item itself may be pruned."""
    from monitor.dedupe.canonical import canonical_url

    if is_id(what):
        return tx.feedback_on(what)
    if not is_link(what):
        return None
    link = canonical_url(what)
    return next((one for one in tx.feedback() if link and canonical_url(one.item.url) == link), None)


def _unknown(what: str) -> UsageError:
    return UsageError(
        f"no stored item has the id or link {what[:80]!r}; every alert and `basewatch incidents --json` name the links"
    )


# ------------------------------------------------------------------------------------------------ show


def _list(as_json: bool) -> None:
    with database() as store:
        if store is None:
            said: list[Feedback] = []
        else:
            with store.read() as tx:
                said = tx.feedback()
    if as_json:
        json_out([_object(one) for one in said])
        return
    rows = [
        (f"{one.given_at:%Y-%m-%d}", one.item.id, one.opinion, _done(one), one.rule, one.item.title, one.note)
        for one in said
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
    out(f"means {_understood(said)}")


def _object(said: Feedback) -> dict[str, Any]:
    item = said.item
    shown = {
        "item": item.id,
        "opinion": said.opinion,
        "note": said.note,
        "given_at": said.given_at,
        "told": said.told,
        "decision": said.decision,
        "alerted": said.alerted,
        "act": said.act,
        "rule": said.rule,
        "level": said.level,
        "must_alert": said.must_alert,
        "title": item.title,
        "summary": item.summary,
        "body": item.body,
        "url": item.url,
        "feed": item.feed,
        "publisher": item.publisher,
        "language": item.language,
        "published": item.published,
        "first_seen": item.first_seen,
    }
    return {key: plain(value) for key, value in shown.items()}
