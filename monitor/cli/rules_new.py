"""`basewatch rules new`: a rule file proposed from two or three headlines."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, RulesOption, database, quiet, rules_from, settings, utc_now
from monitor.cli.render import json_out, out, say
from monitor.errors import BasewatchError, ConfigError, StoreError, UsageError
from monitor.model.item import Item
from monitor.model.report import INCIDENT_ACTS
from monitor.queries.finding import find_item, is_link, new_item
from monitor.queries.jsonvalues import values_of
from monitor.store.store import Store
from monitor.text.clean import clean
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.workbench.examples import ExampleResult, try_examples
from monitor.workbench.proposing.headlines import read_headline
from monitor.workbench.proposing.places import (
    ProposedPlace,
    as_unknown_place,
    known_place,
    proposed_places,
    unknown_places,
)
from monitor.workbench.proposing.proposal import NothingInCommon, Proposal, propose
from monitor.workbench.proposing.writing import pattern_text, places_text, rule_text

#: from more headlines no common sense comes
MOST_HEADLINES = 20
#: a longer text is an article
LONGEST_HEADLINE = 1000
#: stored items that quiet examples are looked for among
RECENT, MOST_RECENT = timedelta(days=30), 2000
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def new(
    headlines: Annotated[
        list[str],
        typer.Argument(metavar="HEADLINE…", help="Headlines, or ids or links of stored items; - reads lines."),
    ],
    name: Annotated[str | None, typer.Option("--name", metavar="ID", help="The id of the rule.")] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--place", metavar="NAME", help="The place that they are about."),
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="CODE", help="The country of a place that is not known: IN, DE.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Save it in the rules folder; never overwrites.")] = False,
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """The headlines are read with the present rules, and what they have in common becomes the rule, as a file that is
    ready to save; it is tried with all other files, and its own examples are run. A place that no file knows is said,
    and its entry is proposed before the rule. On standard error: which rules take the headlines already, and what could
    not be found. A proposed rule is on trial: it tells nobody until you delete that line. Exit code 1 where its own
    examples do not hold.

    Example:
      basewatch rules new "Drones hit Ain al-Asad base" "Drone attack on Ain al-Asad wounds two"
      basewatch rules new --name my-base --write - < headlines.txt
    """
    now = utc_now()
    texts = _texts(headlines)
    rule_set = rules_from(rules)
    folder = rules or settings(warn=False).rules
    _check_name(name, rule_set)
    items, known = _items(texts, now)
    places = _unknown_places(items, rule_set, place or [], country)
    try:
        with _scratch(folder, places_text(places)) as copy:
            asked = load_rules(copy) if places else rule_set
            proposal = propose(items, asked, known=known, name=name, now=now, places=places)
            text = rule_text(proposal)
            tried = _try(proposal, text, copy, now)
    except NothingInCommon as error:
        hint = "give headlines about the same thing, or say what place they are about with --place NAME --country CODE"
        raise BasewatchError(f"{error}; {hint}") from None
    files = _files(proposal, text, folder)
    if write:
        _save(files, tried)
    if as_json:
        json_out(_object(proposal, text, tried, folder / f"{proposal.id}.yaml" if write else None))
    elif write:
        out("\n".join(map(str, files)))
    else:
        out("\n".join(f"# {path}\n{held}" if len(files) > 1 else held for path, held in files.items()), end="")
    _tell(proposal, tried, write)
    raise typer.Exit(1 if tried.failed else 0)


# ----------------------------------------------------------------------------------------------- headlines


def _texts(given: list[str]) -> list[str]:
    """The headlines as given, `-` replaced by the lines of standard input."""
    texts: list[str] = []
    for one in given:
        if one == "-":
            lines = sys.stdin.buffer.read(MOST_HEADLINES * LONGEST_HEADLINE * 4).decode("utf-8", "replace")
            texts += lines.splitlines()
        else:
            texts.append(one.encode("utf-8", "replace").decode())
    texts = list(dict.fromkeys(text for one in texts if (text := clean(one))))
    if not texts:
        raise UsageError('there is no headline; write for instance: basewatch rules new "Drones hit Ain al-Asad base"')
    if len(texts) > MOST_HEADLINES:
        raise UsageError(
            f"{len(texts)} headlines are too many for one rule; give two or three, at most {MOST_HEADLINES}"
        )
    if long := next((text for text in texts if len(text) > LONGEST_HEADLINE), None):
        raise UsageError(f"this is no headline, it has {len(long):,} characters: {long[:60]}…")
    return texts


def _check_name(name: str | None, rules: RuleSet) -> None:
    if name is None:
        return
    if not _ID.fullmatch(name):
        raise UsageError(
            f"{name[:40]!r} is no id: small letters, digits and hyphens; write for instance --name my-base"
        )
    if name in rules.documents:
        raise UsageError(f"there is a rule {name} already, in {rules.documents[name].path.name}; choose another --name")


def _items(texts: list[str], now: datetime) -> tuple[list[Item], list[Item]]:
    """The headlines as items, and recent items of the database where there is one that can be read."""
    try:
        with database() as store:
            return _from(store, texts, now)
    except StoreError as error:
        say(f"basewatch: the database is not asked: {clean(error)}")
        return _from(None, texts, now)


def _from(store: Store | None, texts: list[str], now: datetime) -> tuple[list[Item], list[Item]]:
    found: dict[str, Item] = {}
    known: list[Item] = []
    if store is not None:
        with store.read() as tx:
            found = {text: stored.item for text in texts if (stored := find_item(tx, text)) is not None}
            known = [stored.item for stored in tx.items(now - RECENT, limit=MOST_RECENT)]
    for text in texts:
        if text not in found:
            if not is_link(text) and " " not in text:
                raise UsageError(f"{text[:80]!r} is no headline, and no stored item has this id")
            # may ask the web, so no transaction is open
            found[text] = new_item(text, now, allow_networks=settings(warn=False).allow_networks)
    return [replace(found[text], title=clean(found[text].title)) for text in texts], known


# ------------------------------------------------------------------------------------------------- places


def _unknown_places(
    items: Sequence[Item], rules: RuleSet, named: Sequence[str], country: str | None
) -> tuple[ProposedPlace, ...]:
    """Entries for the places that the headlines are about and no file knows; none where they name one that is known."""
    headlines = [read_headline(item, rules) for item in items]
    gazetteer, vocabulary = rules.gazetteer, rules.vocabulary
    for name in named:
        if known := known_place(name, gazetteer):
            said = f"the place {known.name} is known ({known.id}); leave --place out, and give headlines that name it"
            raise UsageError(said)
    if named:
        found = [as_unknown_place(name, headlines, vocabulary) for name in named]
    else:
        found = unknown_places(headlines, rules)
    places = proposed_places(found, headlines, rules, (country or "").upper())
    if lost := [place.town for place in places if place.country not in gazetteer.countries]:
        missing = f"there is no country {country}" if country else "and nothing says in which country it is"
        raise BasewatchError(
            f"I do not know a place called {' or '.join(lost)}, {missing}; say so with --country and the ISO code (IN,"
            " DE), or name the place that is meant with --place NAME"
        )
    return tuple(places)


# ------------------------------------------------------------------------------------------------- trying


@dataclass(frozen=True)
class _Tried:
    """What the proposal does beside the present files."""

    #: its own examples that do not hold
    failed: list[ExampleResult]
    #: how many of the headlines that no pattern reads are attacks with the proposed one; None where none is proposed
    read: int | None


@contextmanager
def _scratch(folder: Path, places: str) -> Iterator[Path]:
    """A copy of the rules folder, with entries of places."""
    with tempfile.TemporaryDirectory(prefix="basewatch-") as scratch:
        copy = Path(scratch)
        for part in ("", "lists", "places", "actors"):
            (copy / part).mkdir(exist_ok=True)
            for path in (folder / part).glob("[!.]*.yaml"):
                shutil.copyfile(path, copy / part / path.name)
        if places:
            (copy / "places" / "proposed-places.yaml").write_text(places, encoding="utf-8")
        yield copy


def _try(proposal: Proposal, text: str, copy: Path, now: datetime) -> _Tried:
    """Loads the rules with the proposal among them, in a copy of their folder, and runs its examples."""
    (copy / "proposed-rule.yaml").write_text(text, encoding="utf-8")
    failed = [one for one in try_examples(load_rules(copy), now=now) if one.rule == proposal.id and not one.holds]
    pattern = pattern_text(proposal)
    if not pattern:
        return _Tried(failed, None)
    (copy / "lists" / "proposed-pattern.yaml").write_text(pattern, encoding="utf-8")
    rules = load_rules(copy)
    items = [Item(id="example", title=one.text, first_seen=now) for one in proposal.wordings]
    return _Tried(failed, sum(classify(item, rules).act in INCIDENT_ACTS for item in items))


def _files(proposal: Proposal, text: str, folder: Path) -> dict[Path, str]:
    """What is saved where: places that are not known first."""
    places = places_text(proposal.places)
    held = {folder / "places" / f"{proposal.id}.yaml": places} if places else {}
    return {**held, folder / f"{proposal.id}.yaml": text}


def _save(files: dict[Path, str], tried: _Tried) -> None:
    if tried.failed:
        raise BasewatchError(
            "nothing was written: the rule does not do what its own examples say; without --write you can read it"
        )
    if there := next((path for path in files if path.exists()), None):
        raise ConfigError.at(there, "the file exists; nothing was written", hint="choose another --name")
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


# ---------------------------------------------------------------------------------------------- answering


def _tell(proposal: Proposal, tried: _Tried, written: bool) -> None:
    """What a person must know beside the file itself."""
    remarks = [
        f"I do not know a place called {place.town}: its entry comes first"
        + (", with the coordinates of the town" if place.lat is not None else "; fill in its coordinates")
        for place in proposal.places
    ]
    count = len(proposal.headlines)
    for rule, taken in proposal.taken_by.items():
        level = next(one.level for h in proposal.headlines for one in h.found.taken if one.rule == rule)
        which = "all of these" if taken == count else f"{taken} of these {count}"
        end = ": a new rule is needed only to tell others, or at another level" if taken == count else ""
        remarks.append(f"the rule {rule} ({level}) takes {which} already{end}")
    remarks += proposal.remarks
    if tried.read is not None:
        remarks.append(f"with the proposed pattern {tried.read} of {len(proposal.wordings)} of them would be attacks")
    failed = [
        f"its example does not hold: “{one.text}” must {'alert' if one.must_alert else 'stay quiet'}: {one.why}"
        for one in tried.failed
    ]
    for remark in failed if quiet() else [*remarks, *failed]:
        say(clean(remark))
    if written and not quiet():
        say("it is on trial: it decides and records, and tells nobody until you delete the line status: trial")


def _object(proposal: Proposal, text: str, tried: _Tried, path: Path | None) -> dict[str, Any]:
    rule = values_of(proposal, "id", "title", "level", "act", "where", "whose", "who")
    rule |= values_of(proposal, "what", "send_to", "alert", "not_yet", "quiet", "quiet_is_made")
    return {
        "rule": rule,
        "yaml": text,
        "places": proposal.places,
        "places_yaml": places_text(proposal.places),
        "headlines": [
            {
                "text": one.text,
                **values_of(one.found, "act", "reason"),
                "taken": [rule.rule for rule in one.found.taken],
            }
            for one in proposal.headlines
        ],
        "taken_by": proposal.taken_by,
        "needed": len(proposal.headlines) not in proposal.taken_by.values(),
        "wordings": proposal.wordings,
        "pattern_reads": tried.read,
        "remarks": proposal.remarks,
        "failed": [{"text": one.text, "wanted": one.must_alert, "why": one.why} for one in tried.failed],
        "written": path,
    }
