"""The lint of a rules folder: what is allowed, and yet does nothing or not what was meant.

Mistakes are found while a folder is loaded (`rules.folder`); what stands here may be lived with, so `rules check` tells
it and the daemon does not ask. Words are looked at in `terms`, rules in `rules`; here lists, shapes and places.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.rules.folder import unread_problem
from monitor.rules.listfile import ListFile, Terms
from monitor.rules.lostfiles import shipped_but_gone
from monitor.rules.rulefile import retired_keys
from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.lists import LISTS
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.lint.entries import Lists, WordEntry, lists_of, references, slots, warning
from monitor.workbench.lint.rules import RuleCheck
from monitor.workbench.lint.terms import TermCheck

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
    yield from _used_or_not(files, lists)
    yield from _included_twice(lists)
    yield from _made_of_themselves(files)
    yield from _without_numbers(files)
    yield from _without_coordinates(files)
    yield from (problem for document, _ in files.rules for problem in retired_keys(document))
    yield from TermCheck(files, rules, lists).problems()
    yield from RuleCheck(rules, lists).problems()


def _used_or_not(files: RuleFiles, lists: Lists) -> Iterator[Problem]:
    """A list or shape that nothing names does nothing; a mask and a shape that hides words work by themselves. What a
    mask covers is not seen, so nothing can ask for the mask itself."""
    used = set(LISTS) | {name for _, content in files.lists for name, spec in content.shapes.items() if spec.hides}
    for entry in references(files, lists):
        used.add(entry.name)
        if entry.name in lists.masks and not (entry.loc[0] == "masks" or entry.loc[1] in lists.masks):
            yield entry.warning(
                f"{entry.name} is a mask: what it covers is not seen, so this never stands anywhere",
                f"define {entry.name} under lists: if its words are to be found",
            )
    for name in lists.home.keys() - used - lists.masks:
        home = lists.home[name]
        kind, slot = ("shape", f'"{{{name}}}"') if home.loc[0] == "shapes" else ("list", f'"@{name}"')
        yield home.warning(
            f"nothing uses the {kind} {name}: no rule, template, frame or other list",
            f"write {slot} where it is meant, or take it out",
        )


def _included_twice(lists: Lists) -> Iterator[Problem]:
    """A list that another includes twice, or again through a third."""
    for name, includes in lists.includes.items():
        first: dict[str, WordEntry] = {}
        for entry in includes:
            if entry is not first.setdefault(entry.name, entry):
                said = f"@{entry.name} is included twice in {name} (first in {first[entry.name].at})"
                yield entry.warning(said, "leave one of them out")
        for target, entry in first.items():
            through = next((other for other in first if target in lists.inside(other)), None)
            if through is not None:
                yield entry.warning(f"@{through} already includes @{target}", f"leave @{target} out")


def _made_of_themselves(files: RuleFiles) -> Iterator[Problem]:
    """Shapes that need each other: each is looked for once, so one of them is looked for too early."""
    shapes = [(document, name, spec) for document, content in files.lists for name, spec in content.shapes.items()]
    needs: dict[str, set[str]] = {name: set() for _, name, _ in shapes}
    made = [(name, spec.templates) for _, name, spec in shapes]
    made += [(name, more.templates) for _, content in files.lists for name, more in content.more_wordings.items()]
    for name, templates in made:
        if name in needs:
            needs[name].update(slot for template in templates for slot in slots(template))
    for document, name, _ in shapes:
        ring = _ring(name, needs)
        if ring and name == min(ring):
            said = f"the shape is made of itself ({' → '.join(ring)}), so it is not found where it needs itself"
            yield warning(document, ("shapes", name), said, "leave it out of its own templates")


def _ring(name: str, needs: dict[str, set[str]]) -> list[str]:
    """The shortest way from a shape through those that it needs back to itself; empty where there is none."""
    paths = [[name]]
    seen: set[str] = set()
    for path in paths:
        for other in sorted(needs[path[-1]] & needs.keys()):
            if other == name:
                return [*path, name]
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return []


def _without_numbers(files: RuleFiles) -> Iterator[Problem]:
    """A language that tells of attacks and does not say how it counts, dates and shortens."""
    by_language: dict[str, list[tuple[Document, ListFile]]] = {}
    for document, content in files.lists:
        by_language.setdefault(content.language or "", []).append((document, content))
    for language, some in by_language.items():
        sections = [(document, section, lists) for document, content in some for section, lists in _words(content)]
        telling = [
            (document, (section, name)) for document, section, lists in sections for name in _TELLING if lists.get(name)
        ]
        missing = [name for name in _SECTIONS if not any(getattr(content, name) for _, content in some)]
        if telling and missing and (language or {name for _, (_, name) in telling} >= _HARM):
            *others, last = (f"no {one}" for one in missing)
            lacks = f"{', '.join(others)} and {last}" if others else last
            message = f"the language {language or 'en (no language is said)'} has {lacks}: {_WITHOUT}"
            hint = f"write {'; '.join(_SECTIONS[one] for one in missing)} (docs/rules.md, Adding a language)"
            yield warning(*telling[0], message, hint)


def _words(content: ListFile) -> tuple[tuple[str, dict[str, Terms]], ...]:
    return ("lists", content.lists), ("extend", content.more_words)


def _without_coordinates(files: RuleFiles) -> Iterator[Problem]:
    for document, content in files.places:
        for i, place in enumerate(content.places):
            if place.kind == "warship":
                continue
            if missing := [key for key in ("lat", "lon") if getattr(place, key) is None]:
                said = f"the place {place.id} has no {' and no '.join(missing)}, so it lies in no circle and on no map"
                yield warning(document, ("places", i), said, f"write {', '.join(f'{key}: …' for key in missing)}")
