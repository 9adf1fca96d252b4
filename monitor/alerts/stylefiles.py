"""The templates that people keep beside `policies.yaml`: read as a whole, every mistake told with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.alerts.styles import SHIPPED, problems, shipped
from monitor.errors import Problem

#: characters of a template
_LONGEST = 20_000


@dataclass(frozen=True, kw_only=True)
class Styles:
    """The text of each style by its name: those that are shipped, and those of the folder in their place or beside."""

    texts: Mapping[str, str] = field(default_factory=lambda: {name: shipped(name) for name in SHIPPED})

    def of(self, name: str) -> str:
        """The template of a style; that of the duty officer for one that there is not any more."""
        return self.texts.get(name) or self.texts[SHIPPED[0]]


def read_styles(folder: Path | None) -> tuple[Styles, list[Problem]]:
    """The styles with the templates of `folder`, which need not be there, and what is wrong in them."""
    texts = {name: shipped(name) for name in SHIPPED}
    found: list[Problem] = []
    if folder is None or not folder.is_dir():
        return Styles(texts=texts), found
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or file.is_dir():
            continue
        if file.suffix != ".txt" or "." in file.stem:
            message = "is not read as a template"
            hint = f"name it {file.name.partition('.')[0]}.txt"
            found.append(Problem(file=str(file), message=message, hint=hint, severity="warning"))
            continue
        text = _text(file, found)
        if text is not None:
            found += problems(text, str(file))
            texts[file.stem] = text
    return Styles(texts=texts), found


def _text(file: Path, found: list[Problem]) -> str | None:
    """The text of a file; None, and why, where it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        found.append(Problem(file=str(file), message="the file is not UTF-8 text", hint="save it as UTF-8"))
        return None
    except OSError as error:
        found.append(Problem(file=str(file), message=f"the file cannot be read: {error.strerror}"))
        return None
    if len(text) > _LONGEST:
        found.append(Problem(file=str(file), message=f"a template has at most {_LONGEST} characters"))
        return None
    return text
