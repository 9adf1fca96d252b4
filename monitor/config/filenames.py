"""Names of files that somebody meant to be read, and that are not: `x.yml`, `x.yaml.txt`, `X.YAML`, `x.yaml~`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_YAML = re.compile(r"\.ya?ml(?=$|[^a-z])", re.IGNORECASE)
#: what editors and people put around the name of a copy
_COPY = re.compile(
    r"#(.+)#$|(.+\.ya?ml)(?:~|\.(?:bak|old|orig|save|backup|tmp|temp|sw[a-z]|rej|\d+)|[ _.-]*\(?copy\)?|___.*|\.~.*)$",
    re.IGNORECASE,
)
#: put away on purpose
_PUT_AWAY = (".off", ".disabled", ".example", ".sample", ".dist", ".template", ".new")


def is_odd_name(path: Path) -> bool:
    """Whether a file has the name of one that somebody meant to be read, and is not read under it.

    A copy that an editor left beside its file is none; one that stands alone is.
    """
    name = path.name
    if name.startswith((".", "~")) or name.endswith((".yaml", *_PUT_AWAY)):
        return False
    copy = _COPY.match(name)
    if copy is not None:
        return _YAML.search(name) is not None and not (path.parent / (copy[1] or copy[2])).exists()
    return _YAML.search(name) is not None or path.suffix.casefold() == ".txt"


def meant_name(name: str) -> str:
    """The name under which such a file would be read: `x.yaml` for all of them."""
    copy = _COPY.match(name)
    bare = (copy[1] or copy[2]) if copy else name
    found = _YAML.search(bare)
    return f"{bare[: found.start()] if found else bare.rpartition('.')[0] or bare}.yaml"


def odd_names(folder: Path) -> Iterator[Path]:
    """Every file of a folder and the folders in it with such a name; hidden folders are left alone."""
    for path in sorted(folder.rglob("*")):
        if is_odd_name(path) and path.is_file() and not is_hidden(path, folder):
            yield path


def is_hidden(path: Path, folder: Path) -> bool:
    """Whether it, or a folder on the way to it, begins with a dot."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def misnamed(path: Path) -> Path | None:
    """The file that was meant to be `path` and stands beside it under another name; None where there is none."""
    if not path.parent.is_dir():
        return None
    beside = sorted(other for other in path.parent.iterdir() if is_odd_name(other) and other.is_file())
    return next(
        (other for other in beside if meant_name(other.name).casefold() == f"{path.stem}.yaml".casefold()), None
    )
