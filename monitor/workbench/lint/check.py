"""The lint of a rules folder: what is allowed, and yet does nothing or not what was meant. Pure.

Mistakes are found while a folder is loaded (`rulefile`); what stands here may be lived with, so `rules check` tells
it and the daemon does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.rules.gazetteer import PlaceFile
from monitor.rules.lostfiles import shipped_but_gone
from monitor.rules.ruleset import RuleFiles
from monitor.rules.unread import unread_problem
from monitor.topics.attacks.lists import LISTS
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.lint.covering import CoverCheck
from monitor.workbench.lint.entries import lists_of, warning
from monitor.workbench.lint.names import asked_in_vain, included_twice, made_of_themselves, unused
from monitor.workbench.lint.reach import PlaceCoverage
from monitor.workbench.lint.rules import RuleCheck
from monitor.workbench.lint.terms import TermCheck


def lint(files: RuleFiles, rules: RuleSet) -> list[Problem]:
    """Every warning about the folder that `files` were read from and `rules` were made of, by file and line."""
    return sorted(_warnings(files, rules))


def _warnings(files: RuleFiles, rules: RuleSet) -> Iterator[Problem]:
    lists = lists_of(files.lists)
    yield from (unread_problem(path, files.folder) for path in files.unread)
    known = rules.gazetteer
    wordings = (name for _, content in files.lists for name in (*content.patterns, *content.frames))
    defined = [*lists.home, *wordings, *known.places, *known.groups, *known.countries, *known.actors]
    yield from shipped_but_gone(files.folder, defined, LISTS)
    yield from unused(files, lists)
    yield from asked_in_vain(files, lists)
    yield from included_twice(lists)
    yield from made_of_themselves(files)
    yield from _without_numbers(files)
    yield from TermCheck(files, rules, lists).problems()
    reach = PlaceCoverage(rules)
    asked = [(rules.documents[one.rule.id], one) for one in rules.rule_matcher.rules]
    each = RuleCheck(lists, reach)
    for document, one in asked:
        yield from each.problems(document, one)
    yield from CoverCheck(lists, reach).problems(asked)
    for document, content in files.places:
        yield from _without_coordinates(document, content)


_WITHOUT = "tolls and days in its words are not read, and its abbreviations end sentences"
#: what a language file without a section should write
_SECTIONS = {
    "numbers": "numbers: {values: {2: [words for two], 3: [words for three]}}",
    "months": "months: {1: [words for January]}",
    "abbreviations": "abbreviations: [words with a full stop that ends no sentence]",
}


#: lists whose words tell of attacks and of those they harm: a language that has some needs the sections
_TELLING = ("killed", "wounded", "hit", "strike-noun", "launch")
#: where no language is said it is English, which a folder may have a few words of: it needs them where all these are
_HARM = frozenset({"killed", "wounded"})


def _without_numbers(files: RuleFiles) -> Iterator[Problem]:
    """A language that tells of attacks and does not say how it counts, dates and shortens."""
    has: dict[str, set[str]] = {}
    where: dict[str, dict[str, tuple[Document, str]]] = {}
    for document, content in files.lists:
        language = content.language or ""
        has.setdefault(language, set()).update(name for name in _SECTIONS if getattr(content, name))
        for section, words in (("lists", content.lists), ("extend", content.extend)):
            for name in _TELLING:
                if words.get(name):
                    where.setdefault(language, {}).setdefault(name, (document, section))
    for language, telling in where.items():
        missing = [name for name in _SECTIONS if name not in has[language]]
        if missing and (language or telling.keys() >= _HARM):
            name, (document, section) = next(iter(telling.items()))
            lacks = " and ".join(filter(None, (", ".join(f"no {one}" for one in missing[:-1]), f"no {missing[-1]}")))
            message = f"the language {language or 'en (no language is said)'} has {lacks}: {_WITHOUT}"
            hint = f"write {'; '.join(_SECTIONS[one] for one in missing)} (docs/rules.md, Adding a language)"
            yield warning(document, (section, name), message, hint)


def _without_coordinates(document: Document, content: PlaceFile) -> Iterator[Problem]:
    for i, place in enumerate(content.places):
        missing = [key for key in ("lat", "lon") if getattr(place, key) is None]
        if missing:
            message = f"the place {place.id} has no {' and no '.join(missing)}, so it lies in no circle and on no map"
            yield warning(document, ("places", i), message, f"write {', '.join(f'{key}: …' for key in missing)}")
