"""`basewatch rules learn`: what feedback says of the rules, and the line to add; `--accept` writes it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, RulesOption, database, quiet, rules_folder, utc_now
from monitor.cli.past import ItemsOption, each, past_items
from monitor.cli.render import json_out, out, say
from monitor.cli.rules import said_of_items
from monitor.cli.rules_diff import in_words
from monitor.errors import ConfigError, UsageError
from monitor.model.feedback import Fact, Feedback, Opinion
from monitor.queries.feedback import said_before, understood
from monitor.queries.jsonvalues import values_of
from monitor.rules.folder import read_folder
from monitor.text.clean import clean
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules, load_rules
from monitor.workbench.diff import Change
from monitor.workbench.examples import try_examples
from monitor.workbench.learning.additions import Addition, with_addition
from monitor.workbench.learning.lessons import Lesson, Proposal, learn, questions

#: headlines of the past that are shown of a proposal
_SHOWN = 3


def learn_rules(
    what: Annotated[
        str | None, typer.Argument(metavar="ITEM", help="Only what was said of this item, by its id or link.")
    ] = None,
    accept: Annotated[
        int | None, typer.Option("--accept", metavar="N", min=1, help="Write proposal N into a file of your own.")
    ] = None,
    back: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Try on items since: 12h, 30d or an ISO date (30d)."),
    ] = None,
    items: ItemsOption = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """For each item that the rules still read otherwise than `basewatch feedback` says: the sentence and the words that
    decided, by which pattern or frame, or what is missing; then what may be added to which file. Each proposal was
    tried on a copy of the rules: it makes this item right, and changes no example and no other feedback. Those that
    change least of the stored past come first. Nothing is written without --accept, and shipped files never are.

    Example:
      basewatch rules learn
      basewatch rules learn --accept 1
    """
    show_lessons(what, accept=accept, back=back, items=items, folder=rules_folder(rules), as_json=as_json)


def show_lessons(
    what: str | None,
    *,
    accept: int | None = None,
    back: str | None = None,
    items: Path | None = None,
    folder: Path,
    as_json: bool = False,
) -> None:
    """The lessons of all feedback, or of what was said of one item; `accept` writes one of the proposals."""
    lessons, seen = _lessons(what, back, items, folder)
    if accept is not None:
        _accept(accept, lessons, folder, as_json)
        return
    if as_json:
        json_out({"items": seen, "lessons": _objects(lessons)})
        return
    _show(lessons, seen)
    found = sum(len(lesson.proposals) for lesson in lessons)
    if not quiet() and found:
        which = f" {what}" if what else ""
        say(f"basewatch rules learn{which} --accept N writes proposal N into {folder}; nothing is written yet")
    elif not quiet() and not lessons:
        say("the rules do all that feedback says")


def _lessons(what: str | None, back: str | None, items: Path | None, folder: Path) -> tuple[list[Lesson], int]:
    files = read_folder(folder)
    rules, now = compile_rules(files), utc_now()
    feedback, incidents, pasts = said_of_items(rules)
    if not feedback:
        raise UsageError("nothing was said of any item yet; `basewatch feedback ITEM missed` (or false, wrong) begins")
    asked = questions(rules, files, feedback, incidents, pasts, lambda one: _copy(folder, one), now=now)
    if what is not None:
        meant = _meant(what)
        asked = (one for one in asked if one[0].said.item.id == meant.item.id)
    with past_items(back, items, default="30d", memory_days=rules.memory_days) as past:
        return learn(asked, (one.item for one in each(past, "trying") if not one.copy), past.known)


def _meant(what: str) -> Feedback:
    with database() as store:
        if store is not None:
            with store.read() as tx:
                if said := said_before(tx, what):
                    return said
    raise UsageError(f"nothing was said of {what[:80]!r}; `basewatch feedback` lists what was")


# ------------------------------------------------------------------------------------------------ files


def _copy(folder: Path, addition: Addition) -> RuleSet:
    """The rules of a copy of the folder with the addition; `ConfigError` where it is a mistake."""
    with tempfile.TemporaryDirectory(prefix="basewatch-") as room:
        copied = Path(shutil.copytree(folder, Path(room) / "rules"))
        path = copied / addition.file
        text = _written(path, addition)
        if text is None:
            raise ConfigError.at(path, "it has to be written in by hand")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return load_rules(copied)


def _written(path: Path, addition: Addition) -> str | None:
    return with_addition(path.read_text(encoding="utf-8") if path.exists() else None, addition)


def _accept(number: int, lessons: Sequence[Lesson], folder: Path, as_json: bool) -> None:
    """Writes a proposal, and looks whether it does what it promised; else the file is left as it was."""
    offered = [(lesson, one) for lesson in lessons for one in lesson.proposals]
    if number > len(offered):
        there = f"there are {len(offered)}" if offered else "there is none"
        raise UsageError(f"there is no proposal {number}; {there}: see `basewatch rules learn`")
    lesson, proposal = offered[number - 1]
    path = folder / proposal.addition.file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    text = _written(path, proposal.addition)
    if text is None:
        raise UsageError(f"nothing can be added to {path} as it is; write it in by hand: {proposal.addition.line}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        rules = load_rules(folder)
        feedback, incidents, pasts = said_of_items(rules)
        results = try_examples(rules, feedback or (), incidents, pasts, now=utc_now())
        left = {one.feedback.item.id for one in results if one.feedback is not None and not one.holds}
    except ConfigError:
        _restore(path, before)
        raise
    if lesson.said.item.id in left:
        _restore(path, before)
        raise UsageError(f"{proposal.addition.line} does not do what it promised, so {path} is as it was")
    if as_json:
        json_out({"written": path, "line": proposal.addition.line, "left": sorted(left)})
        return
    out(f"written  {path}: {proposal.addition.line}")
    out(f"item     {lesson.said.item.id} {clean(lesson.said.item.title)}: {lesson.said.asks}: holds now")
    if not quiet():
        say(f"{len(left)} of {len(feedback or ())} items do not hold yet; `basewatch rules test` runs all of them")


def _restore(path: Path, before: str | None) -> None:
    if before is None:
        path.unlink()
    else:
        path.write_text(before, encoding="utf-8")


# ------------------------------------------------------------------------------------------------ show


def _show(lessons: Iterable[Lesson], seen: int) -> None:
    number = 0
    for lesson in lessons:
        item, read = lesson.said.item, lesson.misread
        out(f"item      {item.id} {clean(item.title)}")
        note = f" ({clean(lesson.said.note)})" if lesson.said.note else ""
        out(f"said      {lesson.said.opinion}: {understood(lesson.said)}{note}")
        out(f"but       {clean(lesson.but)}")
        if read.sentence:
            out(f"sentence  {clean(read.sentence)}")
        if read.words:
            out("words     " + ", ".join(f"“{clean(text)}” ({why})" for text, why in read.words))
        for line in read.decided:
            out(f"decided   {line}")
        for clause in read.clauses:
            does = f"{clause.act} ({clause.certainty})" if clause.act else "nothing"
            out(f"clause    “{clean(clause.text)}”: {does}{', decides' if clause.decides else ''}: {clean(clause.why)}")
        for line in read.missing:
            out(f"missing   {line}")
        for proposal in lesson.proposals:
            number += 1
            _show_proposal(number, proposal, seen)
        if not lesson.proposals:
            out("propose   nothing: no word, place or never that was tried makes it right and leaves all else as it is")
        if lesson.said.opinion is Opinion.FALSE and all(one.fact is not Fact.ACT for one in lesson.said.corrections):
            out("hint      say what it is instead (feedback ITEM false --act exercise): then words are tried in lists")
        if lesson.unique:
            out(f"left out  {', '.join(lesson.unique)}: no other item has it, so it says nothing of others")
        out()


def _show_proposal(number: int, proposal: Proposal, seen: int) -> None:
    addition = proposal.addition
    language = f" (language: {addition.language})" if addition.language else ""
    out(f"{f'propose {number}':<9} {addition.file}{language}: {addition.line}")
    out(f"          then  {clean(proposal.why)}")
    kinds = Counter(str(change.kind) for change in proposal.changes)
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "nothing else"
    out(f"          changes  {said} of {seen:,} stored items, and no example")
    for change in proposal.changes[:_SHOWN]:
        out(f"            {clean(change.item.title)}: {in_words(change.before)}  →  {in_words(change.after)}")


def _objects(lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    number, rows = 0, []
    for lesson in lessons:
        proposals = []
        for proposal in lesson.proposals:
            number += 1
            addition = proposal.addition
            proposals.append({
                "number": number, "file": addition.file, "line": addition.line, "language": addition.language,
                "then": proposal.why, "changes": [_change(one) for one in proposal.changes],
            })  # fmt: skip
        read = lesson.misread
        rows.append({
            "item": lesson.said.item.id, "title": lesson.said.item.title, "said": lesson.said.opinion,
            "asks": lesson.said.asks, "but": lesson.but,
            "sentence": read.sentence, "words": [{"text": text, "why": why} for text, why in read.words],
            "decided": read.decided, "clauses": [
                values_of(one, "text", "act", "certainty", "why", "decides") for one in read.clauses
            ], "missing": read.missing, "proposals": proposals, "left_out": lesson.unique,
        })  # fmt: skip
    return rows


def _change(change: Change) -> dict[str, Any]:
    return {"item": change.item.id, "title": change.item.title, "change": change.kind,
            **values_of(change, "before", "after", "why")}  # fmt: skip
