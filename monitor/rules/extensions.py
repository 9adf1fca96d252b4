"""Wordings that a file adds to a shape, a pattern or a frame of another file, found by the name of what they are for.

    extend:
      foreign-base: {templates: ["{base-word} {my-nation}"]}     a shape
      weapon-hits-target: {templates: ["…"], gap: 8}             a pattern
      denied: {any: ["@my-denial"]}                              a frame

The templates count as those of the file that brings them do: only in sentences of its language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.config.yamlfile import Document, Loc
from monitor.rules.hints import name_hint
from monitor.rules.listfile import ListFile, MoreSpec

#: what may be given more wordings, by the section in which it stands and its word in messages
_KINDS = {"shapes": "shape", "patterns": "pattern", "frames": "frame"}


class Refuse(Protocol):
    """Keeps what is wrong with the value at a place of a file."""

    def __call__(self, document: Document, loc: Loc, message: str, hint: str = "", *, unknown: str = "") -> None: ...


#: by section and name
Extensions = dict[tuple[str, str], list["Extension"]]


@dataclass(frozen=True, slots=True, eq=False)
class Extension:
    """More wordings for one shape, pattern or frame, and where they stand."""

    spec: MoreSpec
    document: Document
    loc: Loc
    language: str | None


def extensions_of(files: Sequence[tuple[Document, ListFile]], refuse: Refuse) -> Extensions:
    """What each shape, pattern and frame is given by the other files; a mistake is told to `refuse`."""
    names = {section: {name for _, content in files for name in getattr(content, section)} for section in _KINDS}
    lists = {name for _, content in files for name in (*content.lists, *content.masks)}
    out: Extensions = {}
    for document, content in files:
        for name, spec in content.extend.items():
            loc: Loc = ("extend", name)
            sections = [section for section, known in names.items() if name in known]
            if not isinstance(spec, MoreSpec):
                if sections and name not in lists:
                    said = f"{name} is a {_KINDS[sections[0]]}, which is made of wordings and not of words"
                    refuse(document, loc, said, f'write {name}: {{templates: ["…"]}}')
                continue
            section = "frames" if spec.any and "frames" in sections else next(iter(sections), "")
            said, hint = _mistake(name, spec, section, name in lists)
            if not section and name not in lists:
                hint = name_hint(name, sorted(set().union(*names.values())), "", "")
                refuse(document, loc, f"there is no shape, pattern or frame {name} to extend", hint, unknown=name)
            elif said:
                refuse(document, loc, said, hint)
            else:
                out.setdefault((section, name), []).append(Extension(spec, document, loc, content.language))
    return out


def _mistake(name: str, spec: MoreSpec, section: str, is_list: bool) -> tuple[str, str]:
    """What is wrong with more wordings for what has this name, and what to write; empty where nothing is."""
    if is_list and not section:
        return f"{name} is a list, which is made of words and not of wordings", f"write {name}: [its new words]"
    if spec.any and section != "frames":
        return f"{name} is a {_KINDS[section]}; only a frame has any:", 'write templates: ["{the-list} …"]'
    if not spec.any and not spec.templates:
        return f"{name} is given nothing here", 'write templates: ["…"]'
    return "", ""
