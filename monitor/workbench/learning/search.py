"""What could be added so that an item is read as a person said: every candidate is tried, and few are left. Pure.

A candidate makes this item right, changes no example of a rule and no other feedback. Nothing is silenced by a word
that only this item has: it says nothing of any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from monitor.errors import ConfigError
from monitor.model.feedback import Fact, Feedback
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.report import INCIDENT_ACTS
from monitor.rules.languages import read_by
from monitor.rules.ruleset import RuleFiles
from monitor.text.templates import sum_of
from monitor.topics.attacks.classifier import consider
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.examples import ExampleResult, try_examples, try_feedback
from monitor.workbench.learning.additions import Addition
from monitor.workbench.learning.readings import (
    WithWord,
    WordOf,
    decided_by,
    language_in,
    participants,
    unknown_names,
    words_in,
)

#: candidates of one item that are asked about examples, feedback and the past; lists that are kept for one word
MOST, _LISTS_A_WORD = 8, 2
#: lists that say something: a `never` on a list of two words is one on these words
_GENERAL = 3
#: known words that must stand beside a new one where it makes an attack: who or with what, and whom
_PARTICIPANTS = 2
#: unknown words that are tried as words for people
_COUNTED = 6
#: names of the gazetteer that are tried as places
_NAMES = 2
#: a new place is of this kind unless its name says another
_KIND, _KINDS = "garrison", ("air base", "naval base", "training base", "joint base", "airport")


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """An addition, the rules with it, and which items it can change."""

    addition: Addition
    #: what the rules make of the item with it, for people
    why: str
    #: makes the rules with the addition
    rules: Callable[[], RuleSet]
    #: the word or the name that is added; empty where it is no word: then only what the rules tell can change
    word: str = ""
    #: it makes something quiet that is told
    silences: bool = False
    #: the better the smaller
    rank: tuple[float, ...] = ()

    def may_change(self, item: Item) -> bool:
        """Whether the word stands in the item."""
        return self.word in f"{item.title}\n{item.summary}\n{item.body}".casefold()


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """One word of a person that the rules contradict, with all that must stay as it is."""

    said: Feedback
    rules: RuleSet
    files: RuleFiles
    #: examples and feedback as they are now
    results: Sequence[ExampleResult]
    feedback: Sequence[Feedback]
    incidents: Sequence[Incident]
    pasts: Mapping[str, Sequence[Incident]]
    #: the rules of the folder with an addition; `ConfigError` where it is a mistake
    copy: Callable[[Addition], RuleSet]
    now: datetime

    def solved_by(self, rules: RuleSet) -> bool:
        """The item is read as was said."""
        known = self.pasts.get(self.said.item.id, self.incidents)
        return try_feedback(self.said, known, rules).holds

    def spoiled_by(self, rules: RuleSet) -> bool:
        """An example or another feedback that held does not hold any more."""
        after = try_examples(rules, self.feedback, self.incidents, self.pasts, now=self.now)
        held = {_named(one): one.holds for one in after}
        return any(one.holds and not held.get(_named(one), False) for one in self.results)


def _named(result: ExampleResult) -> tuple[str, ...]:
    """What tells an example or a feedback from all others, whatever the rules do with it."""
    of = result.feedback.item.id if result.feedback else result.rule or ""
    return str(result.origin), of, result.text, result.must


def candidates(question: Question) -> list[Candidate]:
    """What could be added, the most telling first; each is tried on examples and feedback."""
    found = sorted(_words(question), key=lambda one: one.rank)
    out: list[Candidate] = []
    kept: dict[str, int] = {}
    for one in (*_places(question), *found, *_counted(question), *_phrases(question), *_nevers(question)):
        if kept.get(one.word, 0) < _LISTS_A_WORD and len(out) < MOST and not question.spoiled_by(one.rules()):
            kept[one.word] = kept.get(one.word, 0) + 1
            out.append(one)
    return out


# ------------------------------------------------------------------------------------------------ words


def _words(question: Question) -> Iterator[Candidate]:
    """Each word of headline and lead in each list: unknown words first, the others where none helps.

    To silence, only unknown ones, and only where a person says what the item is instead: which of the many lists that
    silence something a word belongs to, nothing else tells. None of a language that no list reads: there a word that
    another language shares with it would name the list.
    """
    item, rules = question.said.item, question.rules
    if read_by(rules.vocabulary).unread_in(item):
        return
    if _silences(question) and all(one.fact is not Fact.ACT for one in question.said.corrections):
        return
    reading = consider(item, rules)[1].reading
    language = language_in(reading, rules)
    lists = dict(_lists(question.files, language))
    decided = {one.text.casefold() for one in consider(item, rules)[0].evidence}
    words = words_in(reading, rules)
    for unknown in (True,) if _silences(question) else (True, False):
        found = False
        for word in words:
            if word.unknown is unknown and not word.name and (unknown or word.text not in decided):
                for candidate in _in_lists(word, lists, language, question):
                    found = True
                    yield candidate
        if found:
            return


def _phrases(question: Question) -> Iterator[Candidate]:
    """Words that decided with an unknown one beside them, as a phrase that means something else ("drone show")."""
    if not _silences(question):
        return
    item, rules = question.said.item, question.rules
    found, case = consider(item, rules)
    language = language_in(case.reading, rules)
    unknown = {word.text for word in words_in(case.reading, rules) if word.unknown and not word.name}
    decided = {word for one in found.evidence for word in one.text.casefold().split()}
    for phrase in dict.fromkeys(_beside(re.findall(r"[^\W_]+", item.title.casefold()), unknown, decided)):
        if question.solved_by(WithWord(rules, phrase, None).in_list("mask")):
            name = f"my-phrases-{language}" if language else "my-phrases"
            yield Candidate(
                addition=Addition(_file(language), "masks", name, [phrase], language), word=phrase, silences=True,
                why=f"“{phrase}” means something else", rules=_kept(question, phrase, None, "mask"),
            )  # fmt: skip


def _beside(tokens: Sequence[str], unknown: Collection[str], decided: Collection[str]) -> Iterator[str]:
    """Each unknown word with the one, two … words beside it that decided, in front of it or behind."""
    for at, token in enumerate(tokens):
        if token not in unknown:
            continue
        before = list(takewhile(decided.__contains__, reversed(tokens[:at])))
        behind = list(takewhile(decided.__contains__, tokens[at + 1 :]))
        yield from (" ".join([*reversed(before[:n]), token]) for n in range(1, len(before) + 1))
        yield from (" ".join([token, *behind[:n]]) for n in range(1, len(behind) + 1))


def _counted(question: Question) -> Iterator[Candidate]:
    """An unknown word as one for people, where it is wrong how many were killed or wounded."""
    if not _asks_for_toll(question):
        return
    reading = consider(question.said.item, question.rules)[1].reading
    language = language_in(reading, question.rules)
    words = [word.text for word in words_in(reading, question.rules) if word.unknown and " " not in word.text]
    for word in words[:_COUNTED]:
        yield from _on_copy(question, Addition(_file(language), "numbers", "people", [word], language), word)


def _silences(question: Question) -> bool:
    """The rules must stay quiet about what they tell now, or make another act of it that opens no incident."""
    said = question.said
    return said.must_alert is False or any(
        one.fact is Fact.ACT and one.value not in INCIDENT_ACTS and said.told for one in said.corrections
    )


def _lists(files: RuleFiles, language: str | None) -> Iterator[tuple[str, list[str]]]:
    """The lists of English and of the item's language, with their single words."""
    for _, content in files.lists:
        if content.language in (None, language):
            for name, terms in content.lists.items():
                groups = terms.values() if isinstance(terms, dict) else [terms]
                yield name, [word for group in groups for word in group if not word.startswith("@")]


def _in_lists(
    word: WordOf, lists: Mapping[str, Sequence[str]], language: str | None, question: Question
) -> Iterator[Candidate]:
    item, silences = question.said.item, _silences(question)
    own = None if word.text.isascii() and language is None else language
    probe = WithWord(question.rules, word.text, own)
    for name, words in lists.items():
        if word.text in words:
            continue
        rules = probe.in_list(name)
        found = consider(item, rules)[0]
        decided = decided_by(word.text, found, silences=silences)
        if not decided and not _asks_for_toll(question):
            continue  # the word took something apart; it decided nothing
        if question.solved_by(rules):
            others = participants(found, beside=word.text)
            if found.act in INCIDENT_ACTS and decided and others < _PARTICIPANTS:
                continue
            closure = question.rules.vocabulary.closures[name].bit_count()
            rank = (word.name, -others, -_likeness(word.text, words), closure, len(word.text))
            addition = Addition(_file(own), "extend", name, [word.text], own)
            yield Candidate(
                addition=addition, why=found.reason, word=word.text, silences=silences, rank=rank,
                rules=_kept(question, word.text, own, name),
            )  # fmt: skip


def _asks_for_toll(question: Question) -> bool:
    return any(one.fact in (Fact.KILLED, Fact.WOUNDED) for one in question.said.corrections)


def _kept(question: Question, word: str, language: str | None, name: str) -> Callable[[], RuleSet]:
    return lambda: WithWord(question.rules, word, language).in_list(name)


def _file(language: str | None) -> str:
    return f"lists/my-words-{language}.yaml" if language else "lists/my-words.yaml"


def _likeness(word: str, words: Sequence[str]) -> float:
    """How many of the words end as this one does: of two lists that both help, that of its part of speech."""
    single = [one for one in words if " " not in one]
    return sum(one.endswith(word[-2:]) for one in single) / len(single) if single else 0.0


# ------------------------------------------------------------------------------------------------ places and rules


def _places(question: Question) -> Iterator[Candidate]:
    """A name beside a word for a base as a new place, where the item should have been told, or its place known."""
    if question.said.must_alert is not True:
        return
    reading = consider(question.said.item, question.rules)[1].reading
    known = question.rules.gazetteer.places
    for name, country in unknown_names(reading, question.rules)[:_NAMES]:
        place_id = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in name.casefold()).split())
        kind = next((kind for kind in _KINDS if kind in name.casefold().replace("airbase", "air base")), _KIND)
        if not place_id or place_id in known:
            continue
        keys = {"id": place_id, "name": name, "country": country, "kind": kind}
        addition = Addition("places/my-places.yaml", "places", place_id, keys)
        yield from _on_copy(question, addition, name.casefold())


def _nevers(question: Question) -> Iterator[Candidate]:
    """A `never` with a list of which a word stands in the deciding sentence, for the one rule that tells the item; of
    lists that silence something elsewhere."""
    if not _silences(question):
        return
    found, case = consider(question.said.item, question.rules)
    telling = [one.rule for one in found.taken if one.tells]
    if len(telling) != 1 or case.deciding is None:
        return
    decided = {one.text.casefold() for one in found.evidence}
    # lists that silence something already, of which the words stand too far from what they would silence here
    silent = sum_of(frame.tags for frame in question.rules.vocabulary.frames)
    bits = question.rules.vocabulary.bits
    general = {name for name, words in _lists(question.files, None) if len(words) >= _GENERAL and bits[name] & silent}
    names = dict.fromkeys(
        name
        for hit in case.deciding.hits
        if hit.end > hit.start and hit.written.casefold() not in decided
        for name in question.rules.vocabulary.names(hit.tags)
        if name in general
    )
    over = question.rules.override_of(telling[0])  # a rule has one override at most
    file = str(over.path.relative_to(question.files.folder)) if over else f"my-{telling[0]}.yaml"
    for name in names:
        value = {"never": [{"any": [f"@{name}"], "in": "sentence"}]}
        addition = Addition(file, "override", telling[0], value)
        yield from _on_copy(question, addition, "", silences=True)


def _on_copy(question: Question, addition: Addition, word: str, *, silences: bool = False) -> Iterator[Candidate]:
    try:
        rules = question.copy(addition)
    except ConfigError:
        return
    if question.solved_by(rules):
        why = consider(question.said.item, rules)[0].reason
        yield Candidate(addition=addition, why=why, word=word, silences=silences, rules=lambda: rules)
