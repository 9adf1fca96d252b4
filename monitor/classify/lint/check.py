"""The lint of a rules folder: what is allowed, and yet does nothing or not what was meant. Pure.

Mistakes are found while a folder is loaded (`rulefile`); what stands here may be lived with, so `rules check` tells
it and the daemon does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.classify.gazetteer import PlaceFile
from monitor.classify.lint.covering import CoverCheck
from monitor.classify.lint.entries import lists_of, warning
from monitor.classify.lint.names import asked_in_vain, included_twice, made_of_themselves, unused
from monitor.classify.lint.reach import Reach
from monitor.classify.lint.rules import RuleCheck
from monitor.classify.lint.terms import TermCheck
from monitor.classify.rulefile import RuleFiles, RuleSet
from monitor.errors import Problem
from monitor.yamlfile import Document


def lint(files: RuleFiles, rules: RuleSet) -> list[Problem]:
    """Every warning about the folder that `files` were read from and `rules` were made of, by file and line."""
    return sorted(_warnings(files, rules))


def _warnings(files: RuleFiles, rules: RuleSet) -> Iterator[Problem]:
    lists = lists_of(files.lists)
    yield from _unread(files)
    yield from unused(files, rules, lists)
    yield from asked_in_vain(files, lists)
    yield from included_twice(lists)
    yield from made_of_themselves(files)
    yield from _without_numbers(files)
    yield from TermCheck(files, rules, lists).problems()
    reach = Reach(rules)
    asked = [(rules.documents[one.rule.id], one) for one in rules.chooser.rules]
    each = RuleCheck(lists, reach)
    for document, one in asked:
        yield from each.problems(document, one)
    yield from CoverCheck(lists, reach).problems(asked)
    for document, content in files.places:
        yield from _without_coordinates(document, content)


def _unread(files: RuleFiles) -> Iterator[Problem]:
    for path in files.unread:
        within = path.relative_to(files.folder)
        if path.suffix != ".yaml":
            hint = f"name it {path.stem}.yaml"
        else:
            hint = "rules stand in the folder itself, other files in lists/, places/ and actors/"
        yield Problem(file=str(path), message=f"{within} is not read", hint=hint, severity="warning")


#: what a language file without a section should write
_SECTIONS = {
    "numbers": "numbers: {values: {2: [words for two], 3: [words for three]}}",
    "months": "months: {1: [words for January]}",
    "abbreviations": "abbreviations: [words with a full stop that ends no sentence]",
}


def _without_numbers(files: RuleFiles) -> Iterator[Problem]:
    """A language with words for harm and none for numbers has no tolls in words, and so on; English has no name."""
    has: dict[str, set[str]] = {}
    first: dict[str, Document] = {}
    for document, content in files.lists:
        language = content.language or ""
        first.setdefault(language, document)
        has.setdefault(language, set()).update(name for name in _SECTIONS if getattr(content, name))
    for language, document in first.items():
        missing = [name for name in _SECTIONS if name not in has[language]]
        if missing:
            named = f"the language {language}" if language else "English"
            said = " and ".join(filter(None, (", ".join(f"no {one}" for one in missing[:-1]), f"no {missing[-1]}")))
            why = "numbers in words are no tolls, days are not read, full stops end sentences"
            hint = f"write {'; '.join(_SECTIONS[one] for one in missing)} (docs/rules.md, Adding a language)"
            yield warning(document, (), f"{named} has {said}: {why}", hint)


def _without_coordinates(document: Document, content: PlaceFile) -> Iterator[Problem]:
    for i, place in enumerate(content.places):
        missing = [key for key in ("lat", "lon") if getattr(place, key) is None]
        if missing:
            message = f"the place {place.id} has no {' and no '.join(missing)}, so it lies in no circle and on no map"
            yield warning(document, ("places", i), message, f"write {', '.join(f'{key}: …' for key in missing)}")
