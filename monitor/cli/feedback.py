"""`basewatch feedback`: what people say of what was done with an item, kept as examples for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from monitor.cli.attention import ByOption, doer
from monitor.cli.begin import JsonOption, database, quiet, reading, rules_folder, rules_from, utc_now, zone_shown
from monitor.cli.render import json_out, out, say, table
from monitor.config.yamlfile import did_you_mean
from monitor.errors import UsageError
from monitor.model.clock import wall
from monitor.model.feedback import Fact, Feedback, Opinion
from monitor.queries.feedback import Word, feedback_of, give, said_before, take_back, understood
from monitor.queries.jsonvalues import values_of
from monitor.text.clean import clean

#: a note says why, it is no article
MAX_NOTE = 2000

OpinionArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="right|missed|false|wrong",
        help="missed: nobody was told, and somebody should have been; false: the other way round; wrong: something was"
        " read wrongly, the options say what.",
    ),
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", metavar="ID|none", help="The place that was attacked, or its country's code.")
]
KilledOption = Annotated[str | None, typer.Option("--killed", metavar="N|none", help="How many it says were killed.")]
WoundedOption = Annotated[
    str | None, typer.Option("--wounded", metavar="N|none", help="How many it says were wounded.")
]
ActOption = Annotated[str | None, typer.Option("--act", metavar="ACT", help="What it reports: attack, threat …")]
IncidentOption = Annotated[
    str | None,
    typer.Option("--incident", metavar="ID|none", help="The incident it belongs to; none: not the one it joined."),
]


def feedback(
    what: Annotated[str | None, typer.Argument(metavar="ITEM", help="A stored item's id or link.")] = None,
    opinion: OpinionArgument = None,
    place: PlaceOption = None,
    killed: KilledOption = None,
    wounded: WoundedOption = None,
    act: ActOption = None,
    incident: IncidentOption = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="Why, for whoever tunes the rules.")
    ] = None,
    by: ByOption = "",
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Also propose what to add to the rules: as `rules learn` does for all.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was said of ITEM.")] = False,
    as_json: JsonOption = False,
) -> None:
    """From then on `basewatch rules test` asks the rules for it: what was missed must alert, what was false must stay
    quiet, what was right must be as it was, and a fact must be read as the option says. wrong without an option is an
    older word for missed or false, and is taken where only one of them is possible. It is kept with the item's text,
    also after the item itself is pruned; a second word on an item replaces the first. Exit code 2 where no such item is
    stored.

    Example:
      basewatch feedback https://www.example.org/news/1234 false --act exercise --note "a drill, not an attack"
      basewatch feedback https://www.example.org/news/1235 wrong --place harir --killed 2
      basewatch feedback
    """
    typed = {Fact.PLACE: place, Fact.KILLED: killed, Fact.WOUNDED: wounded, Fact.ACT: act, Fact.INCIDENT: incident}
    facts = {fact: value for fact, value in typed.items() if value is not None}
    if what is None:
        if remove or facts or suggest or note is not None:
            raise UsageError("name the item that is meant, by its id or link: basewatch feedback ITEM …")
        _list(as_json)
        return
    what = what.encode("utf-8", "replace").decode().strip()
    if remove:
        if opinion is not None or facts or suggest or note is not None:
            raise UsageError("--remove takes back what was said; write only: basewatch feedback ITEM --remove")
        said, remarks = _take_back(what, doer(by)), ["taken back; `basewatch rules test` does not ask for it any more"]
    else:
        if note is not None and len(note) > MAX_NOTE:
            raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE:,}")
        word = Word(opinion=_read_opinion(opinion, facts), facts=facts, note=(note or "").strip())
        if suggest and as_json:
            raise UsageError("--suggest is for people; for programs: basewatch rules learn ITEM --json")
        said, remarks = _give(what, word, doer(by))
    for remark in remarks if not quiet() else ():
        say(remark)
    if as_json:
        json_out(_object(said))
        return
    _show(said)
    if suggest:
        from monitor.cli.rules_learn import show_lessons

        out()
        show_lessons(said.item.id, folder=rules_folder(None))


def _read_opinion(word: str | None, facts: Mapping[Fact, str]) -> Opinion:
    if word is None:
        if facts:
            return Opinion.WRONG
        raise UsageError(
            "say what basewatch was: basewatch feedback ITEM right, or missed (nobody was told, and somebody should "
            "have been), false (the other way round), or wrong --place … (something was read wrongly)"
        )
    try:
        return Opinion(word.casefold())
    except ValueError:
        meant = did_you_mean(word.casefold(), Opinion) or "write one of these"
        said = f"{word[:40]!r} is neither right nor missed, false or wrong; {meant}; a reason goes into --note"
        raise UsageError(said) from None


# ------------------------------------------------------------------------------------- give and take back


def _give(what: str, word: Word, by: str) -> tuple[Feedback, list[str]]:
    """Keeps it; also answers with what the person should know of it."""
    with database() as store:
        if store is None:
            raise UsageError("there is no database yet, so no item is stored; `basewatch poll` or `run` makes it")
        with store.read() as tx:
            found = feedback_of(tx, what, word, rules=lambda: rules_from(None), now=utc_now())
        if found is None:
            raise _unknown(what)
        said, remarks = found
        with store.transaction() as tx:
            give(tx, said, by=by)
    kept = f"kept: from now on `basewatch rules test` asks the rules for this: {said.asks}"
    return said, [*remarks, f"understood: {understood(said)}", kept]


def _take_back(what: str, by: str) -> Feedback:
    with database() as store:
        if store is None:
            raise _unknown(what)
        with store.transaction() as tx:
            said = said_before(tx, what)
            if said is None:
                raise UsageError(f"nothing was said of {what[:80]!r}; `basewatch feedback` lists what was")
            take_back(tx, said, by=by, now=utc_now())
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
    zone = zone_shown()
    rows = [
        (
            wall(word.given_at, zone, named=False),
            word.item.id,
            _word(word),
            _done(word),
            word.rule,
            word.item.title,
            word.note,
        )
        for word in said
    ]
    table(
        (f"given ({zone})", "item", "said", "was", "rule", "title", "note"),
        rows,
        empty="nothing was said of any item yet",
    )


def _word(said: Feedback) -> str:
    """`missed`, `wrong (place harir, killed 2)`."""
    return f"{said.opinion} ({', '.join(map(str, said.corrections))})" if said.corrections else str(said.opinion)


def _done(said: Feedback) -> str:
    """What the rules did with it: `alert (urgent attack)`, `quiet (threat)`."""
    level = f"{said.level} " if said.level else ""
    return f"{'alert' if said.alerted else 'quiet'} ({level}{said.act})"


def _show(said: Feedback) -> None:
    out(f"item  {said.item.id} {clean(said.item.title)}")
    out(f"was   {_done(said)}{f', rule {said.rule}' if said.rule else ''}")
    out(f"said  {_word(said)}{f': {clean(said.note)}' if said.note else ''}")
    out(f"means {understood(said)}")


def _object(said: Feedback) -> dict[str, Any]:
    names = (
        "opinion",
        "corrections",
        "note",
        "given_at",
        "told",
        "decision",
        "alerted",
        "act",
        "rule",
        "level",
        "must_alert",
    )
    texts = "title", "summary", "body", "url", "feed", "publisher", "language", "published", "first_seen"
    return {"item": said.item.id, **values_of(said, *names), **values_of(said.item, *texts)}
