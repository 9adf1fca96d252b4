"""The lists of words of a rules folder as an author asks for them: what each is for, and what stands in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.lists import LISTS
from monitor.workbench.lint.entries import Lists, WordEntry, lists_of, references

#: the language of words where neither file nor key says one
_ENGLISH = "en"
#: users of a list that are named
NAMED = 3


@dataclass(frozen=True, kw_only=True)
class WordList:
    """One list, mask or shape, with the words that all files put into it."""

    name: str
    kind: Literal["list", "mask", "shape"]
    #: what the program does with it; empty where only files use it
    program: str = ""
    #: what names it: `rule my-rule`, `pattern x`, `list y`
    used_by: tuple[str, ...] = ()
    #: its own words (of a shape its wordings) by language
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: the lists that it takes in by name, and those that these take in
    includes: tuple[str, ...] = ()
    #: words of the lists that it takes in
    included: int = 0
    #: the files that put something into it, the one that defines it first
    files: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many words it finds, those of the lists that it takes in among them."""
        return sum(map(len, self.words.values())) + self.included

    @property
    def use(self) -> str:
        """What it is for, in a few words."""
        return self.program or (self.users(NAMED) if self.used_by else "nothing uses it")

    def users(self, most: int) -> str:
        """The first of those that use it, and how many more there are."""
        more = len(self.used_by) - most
        return ", ".join(self.used_by[:most]) + (f" and {more} more" if more > 0 else "")


def word_lists(files: RuleFiles) -> list[WordList]:
    """Every list of these files, by name."""
    lists = lists_of(files.lists)
    users = _users(files, lists)
    shapes = _shapes(files)
    out = []
    for name in sorted(lists.home):
        own = lists.words.get(name, [])
        inside = lists.inside(name)
        entries = [lists.home[name], *own, *lists.includes.get(name, ())]
        words = shapes.get(name) or _by_language(own)
        out.append(
            WordList(
                name=name,
                kind="shape" if name in shapes else "mask" if name in lists.masks else "list",
                program=LISTS.get(name, ""),
                used_by=tuple(dict.fromkeys(users.get(name, ()))),
                words=words,
                includes=tuple(inside),
                included=sum(len(lists.words.get(one, ())) for one in inside),
                files=tuple(dict.fromkeys(_file(entry, files) for entry in entries)),
            )
        )
    return out


def _by_language(entries: Iterable[WordEntry]) -> dict[str, tuple[str, ...]]:
    """The words, those of English first, then by language."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(entry.language or _ENGLISH, []).append(entry.written)
    order = sorted(found, key=lambda language: (language != _ENGLISH, language))
    return {language: tuple(dict.fromkeys(found[language])) for language in order}


def _shapes(files: RuleFiles) -> dict[str, dict[str, tuple[str, ...]]]:
    """The wordings of each shape, by the language of the file; files extend those of others."""
    out: dict[str, dict[str, tuple[str, ...]]] = {name: {} for _, content in files.lists for name in content.shapes}
    for _, content in files.lists:
        language = content.language or _ENGLISH
        own = [(name, shape.templates) for name, shape in content.shapes.items()]
        own += [(name, more.templates) for name, more in content.more_wordings.items() if name in out]
        for name, templates in own:
            out[name][language] = (*out[name].get(language, ()), *templates)
    return out


def _users(files: RuleFiles, lists: Lists) -> dict[str, list[str]]:
    """What names each list."""
    rules = {id(document): rule.id for document, rule in files.rules}
    out: dict[str, list[str]] = {}
    for entry in references(files, lists):
        rule = rules.get(id(entry.document))
        user = f"rule {rule}" if rule else _section(entry.loc, lists)
        if user != f"list {entry.name}":
            out.setdefault(entry.name, []).append(user)
    return out


def _section(loc: Sequence[str | int], lists: Lists) -> str:
    section, name = str(loc[0]), str(loc[1])
    if section == "extend":  # of a list or shape of another file, or else of its pattern or frame
        section = str(lists.home[name].loc[0]) if name in lists.home else "wording"
    return f"{section.removesuffix('s')} {name}"


def _file(entry: WordEntry, files: RuleFiles) -> str:
    return entry.document.path.relative_to(files.folder).as_posix()
