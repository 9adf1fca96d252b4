"""Lists and shapes that nothing uses, and names that are asked for in vain. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.config.yamlfile import Document
from monitor.errors import Problem
from monitor.rules.listfile import ListFile
from monitor.rules.ruleset import RuleFiles
from monitor.text.templates import split
from monitor.topics.attacks.lists import LISTS
from monitor.workbench.lint.entries import Lists, WordEntry, wordings_of, words_of


def unused(files: RuleFiles, lists: Lists) -> Iterator[Problem]:
    """A list or shape that nothing names does nothing; a mask and a shape that hides words work by themselves."""
    used = {entry.written.removeprefix("@") for entry in _references(files, lists)} | LISTS.keys()
    used |= {name for _, content in files.lists for name, spec in content.shapes.items() if spec.hides}
    for name, home in lists.home.items():
        if name not in used and name not in lists.masks:
            kind, slot = ("shape", f'"{{{name}}}"') if name in lists.shapes else ("list", f'"@{name}"')
            yield home.warning(
                f"nothing uses the {kind} {name}: no rule, template, frame or other list",
                f"write {slot} where it is meant, or take it out",
            )


def asked_in_vain(files: RuleFiles, lists: Lists) -> Iterator[Problem]:
    """What a mask covers is not seen, so nothing can ask for the mask itself."""
    for entry in _references(files, lists):
        name = entry.written.removeprefix("@")
        if name in lists.masks and not (entry.loc[0] == "masks" or (entry.loc[1:2] and entry.loc[1] in lists.masks)):
            yield entry.warning(
                f"{name} is a mask: what it covers is not seen, so this never stands anywhere",
                f"define {name} under lists: if its words are to be found",
            )


def included_twice(lists: Lists) -> Iterator[Problem]:
    """A list that another includes twice, or again through a third."""
    for name, references in lists.includes.items():
        first: dict[str, WordEntry] = {}
        for entry in references:
            target = entry.written.removeprefix("@")
            if target in first:
                yield entry.warning(
                    f"@{target} is included twice in {name} (first in {first[target].at})", "leave one of them out"
                )
                continue
            first[target] = entry
        for target, entry in first.items():
            through = next((other for other in first if target in lists.inside(other)), None)
            if through is not None:
                yield entry.warning(f"@{through} already includes @{target}", f"leave @{target} out")


def made_of_themselves(files: RuleFiles) -> Iterator[Problem]:
    """Shapes that need each other: each is looked for once, so one of them is looked for too early."""
    needs = {
        name: {slot.written for slot in _slots(document, (), spec.templates)}
        for document, content in files.lists
        for name, spec in content.shapes.items()
    }
    for document, content in files.lists:
        for name in content.shapes:
            ring = _ring(name, needs)
            if ring and name == min(ring):
                said = f"the shape is made of itself ({' → '.join(ring)}), so it is not found where it needs itself"
                yield WordEntry(name, document, ("shapes", name)).warning(said, "leave it out of its own templates")


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


def _references(files: RuleFiles, lists: Lists) -> Iterator[WordEntry]:
    """Every place where a list, mask or shape is named."""
    for entries in lists.includes.values():
        yield from entries
    for document, content in files.lists:
        yield from _in_list_file(document, content)
    for document, rule in files.rules:
        yield from (entry for entry in words_of(document, rule) if entry.written.startswith("@"))
        for loc, wording in wordings_of(rule):
            yield from _slots(document, (*loc, "templates"), wording.templates)


def _in_list_file(document: Document, content: ListFile) -> Iterator[WordEntry]:
    for section, specs in (("shapes", content.shapes), ("patterns", content.patterns), ("frames", content.frames)):
        for name, spec in specs.items():
            loc = (section, name)
            yield from _slots(document, (*loc, "templates"), spec.templates)
            for key in ("not_between", "beside", "hides", "any", "unless"):
                for i, word in enumerate(getattr(spec, key, ())):
                    yield WordEntry(word, document, (*loc, key, i))


def _slots(document: Document, loc: tuple[str | int, ...], templates: Sequence[str]) -> Iterator[WordEntry]:
    for i, written in enumerate(templates):
        for kind, content, _ in split(written):
            if kind == "slot":
                yield from (WordEntry(name.strip(), document, (*loc, i)) for name in content.split("|"))
