"""A rules folder read into a `RuleSet`, with every problem of every file told at once.

rules/*.yaml          rules           rules/places/*.yaml   gazetteer
rules/lists/*.yaml    words           rules/actors/*.yaml   actors
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from monitor import yamlfile
from monitor.classify.acts import Judge
from monitor.classify.gazetteer import ActorFile, Gazetteer, PlaceFile, build_gazetteer
from monitor.classify.listfile import ListFile
from monitor.classify.matcher import Matcher, Term, make_term
from monitor.classify.reading import Reader
from monitor.classify.rulemodel import Rule, RuleFile
from monitor.classify.vocabulary import Vocabulary, build_vocabulary
from monitor.errors import ConfigError, Problem
from monitor.yamlfile import Document, Strict, did_you_mean

F = TypeVar("F", bound=Strict)
B = TypeVar("B")


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The rules of one folder, compiled and ready; shared by all items, never changed."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    gazetteer: Gazetteer
    #: of the content of all files, so that an old alert can name the rules that raised it
    hash: str
    reader: Reader
    judge: Judge
    #: file and line of each rule's `send_to`, by rule id
    send_to_at: dict[str, tuple[str, int]]
    #: bits of each rule's own terms and lists, by (rule id, key)
    tags: dict[tuple[str, str], int]

    def channels(self) -> frozenset[str]:
        """Every channel tag that some rule sends to."""
        return frozenset(channel for rule in self.rules for channel in rule.send_to)

    def zone_of(self, place_id: str) -> str:
        """The IANA time zone at a place or `country:XX`."""
        return self.gazetteer.zone_of(place_id)


def load_rules(folder: Path) -> RuleSet:
    """The rules in `folder`; `ConfigError` holds every problem of every file, with file and line."""
    if not folder.is_dir():
        raise ConfigError.at(folder, "there is no such folder", hint="`basewatch init DIR` writes starter rules")
    problems: list[Problem] = []
    digest = hashlib.sha256()
    lists = _read_all(folder, "lists/*.yaml", ListFile, problems, digest)
    places = _read_all(folder, "places/*.yaml", PlaceFile, problems, digest)
    actors = _read_all(folder, "actors/*.yaml", ActorFile, problems, digest)
    rules = _read_rules(folder, problems, digest)
    vocabulary = _tried(lambda: build_vocabulary(lists), problems)
    gazetteer = _tried(lambda: build_gazetteer(places, actors), problems)
    if not rules and not problems:
        problems.append(
            Problem(file=str(folder), message="the folder holds no rule", hint="a rule is a file *.yaml in it")
        )
    if vocabulary is None or gazetteer is None:
        raise ConfigError(problems)
    terms, tags = _rule_terms(rules, vocabulary, gazetteer, problems)
    if problems:
        raise ConfigError(problems)
    matcher = Matcher([*vocabulary.terms, *gazetteer.terms({**vocabulary.bits, **vocabulary.closures}), *terms])
    return RuleSet(
        rules=tuple(rule for _, _, rule in rules),
        vocabulary=vocabulary,
        gazetteer=gazetteer,
        hash=digest.hexdigest()[:16],
        reader=Reader(vocabulary, matcher),
        judge=Judge(vocabulary),
        send_to_at={rule.id: (str(document.path), document.line(*loc, "send_to")) for document, loc, rule in rules},
        tags=tags,
    )


def _tried(build: Callable[[], B], problems: list[Problem]) -> B | None:
    try:
        return build()
    except ConfigError as error:
        problems += error.problems
        return None


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def _read_document(path: Path, folder: Path, problems: list[Problem], digest: hashlib._Hash) -> Document | None:
    try:
        document = yamlfile.read(path)
    except ConfigError as error:
        problems += error.problems
        return None
    digest.update(f"{path.relative_to(folder)}\0{document.text}\0".encode())
    return document


def _read_all(
    folder: Path, pattern: str, model: type[F], problems: list[Problem], digest: hashlib._Hash
) -> list[tuple[Document, F]]:
    out: list[tuple[Document, F]] = []
    for path in _files(folder, pattern):
        document = _read_document(path, folder, problems, digest)
        if document is None:
            continue
        try:
            out.append((document, yamlfile.validate(document, model)))
        except ConfigError as error:
            problems += error.problems
    return out


RuleAt = tuple[Document, tuple[str | int, ...], Rule]


def _read_rules(folder: Path, problems: list[Problem], digest: hashlib._Hash) -> list[RuleAt]:
    out: list[RuleAt] = []
    seen: dict[str, Document] = {}
    for path in _files(folder, "*.yaml"):
        document = _read_document(path, folder, problems, digest)
        if document is None:
            continue
        try:
            found: list[RuleAt]
            if isinstance(document.data, dict) and "rules" in document.data:
                rules = yamlfile.validate(document, RuleFile).rules
                found = [(document, ("rules", i), rule) for i, rule in enumerate(rules)]
            else:
                found = [(document, (), yamlfile.validate(document, Rule, root="a rule (rule, title, why, …)"))]
        except ConfigError as error:
            problems += error.problems
            continue
        for document, loc, rule in found:
            if rule.id in seen:
                first = seen[rule.id].path.name
                problems.append(
                    document.problem(f"the rule {rule.id} is defined twice (first in {first})", *loc, "rule")
                )
            seen.setdefault(rule.id, document)
            out.append((document, loc, rule))
    return out


def _rule_terms(
    rules: Sequence[RuleAt], vocabulary: Vocabulary, gazetteer: Gazetteer, problems: list[Problem]
) -> tuple[list[Term], dict[tuple[str, str], int]]:
    """The terms that rules bring along, and for each key of a rule the bits that stand for it."""
    terms: list[Term] = []
    tags: dict[tuple[str, str], int] = {}
    for document, loc, rule in rules:
        keys: list[tuple[str, Sequence[str], tuple[str | int, ...]]] = []
        if rule.what is not None:
            keys.append(("what.any", rule.what.any, ("what", "any")))
            keys += [(f"what.all.{i}", (one,), ("what", "all", i)) for i, one in enumerate(rule.what.all)]
        if rule.who is not None:
            keys.append(("who", rule.who.any, ("who", "any")))
        keys += [(f"never.{i}", never.any, ("never", i, "any")) for i, never in enumerate(rule.never)]
        for key, words, at in keys:
            made, bits = _resolve(document, (*loc, *at), words, vocabulary, gazetteer, problems)
            terms += made
            tags[rule.id, key] = bits
        problems += _where_problems(document, loc, rule, gazetteer)
    return terms, tags


def _resolve(
    document: Document, loc: tuple[str | int, ...], words: Sequence[str], vocabulary: Vocabulary,
    gazetteer: Gazetteer, problems: list[Problem],
) -> tuple[list[Term], int]:  # fmt: skip
    terms: list[Term] = []
    bits = 0
    for i, word in enumerate(words):
        name = word.removeprefix("@")
        if word.startswith("@") and name in vocabulary.bits:
            bits |= vocabulary.bits[name]
        elif word.startswith("@") and name in gazetteer.actors:
            bits |= vocabulary.own_bit(f"actor:{name}")
        elif word.startswith("@"):
            hint = did_you_mean(name, [*vocabulary.bits, *gazetteer.actors]).replace("did you mean ", "did you mean @")
            problems.append(document.problem(f"there is no list {word}", *loc, i, hint=hint))
        elif (own := vocabulary.own_bit(f"={word}")) and (term := make_term(word, own)) is not None:
            bits |= own
            terms.append(term)
        else:
            problems.append(
                document.problem(f"the term {word!r} holds no letter or digit, so it can never match", *loc, i)
            )
    return terms, bits


def _where_problems(document: Document, loc: tuple[str | int, ...], rule: Rule, gazetteer: Gazetteer) -> list[Problem]:
    out: list[Problem] = []
    for i, word in enumerate(rule.where.any if rule.where else ()):
        name = word.removeprefix("@")
        known = gazetteer.groups if word.startswith("@") else {**gazetteer.places, **gazetteer.countries}
        if name in known:
            continue
        what = "group of places" if word.startswith("@") else "place"
        hint = did_you_mean(name, {**known, **gazetteer.groups})
        if word.startswith("@") or hint.removeprefix("did you mean ").rstrip("?") in gazetteer.groups:
            hint = hint.replace("did you mean ", "did you mean @")
        out.append(document.problem(f"there is no {what} {word}", *loc, "where", "any", i, hint=hint))
    return out
