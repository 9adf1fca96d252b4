"""Where the files that travel with the program are: the migrations and the starter configuration."""

from __future__ import annotations

from pathlib import Path

import monitor


def packaged_or_beside(inside: str, beside: str | None = None) -> Path:
    """A folder or file that ships with basewatch.

    A wheel carries it inside the package (`monitor/<inside>`); a checkout and an editable install have it
    beside the package under `beside` (the same name unless told). The answer never depends on the working folder.
    """
    package = Path(monitor.__file__).resolve().parent
    packaged = package / inside
    return packaged if packaged.exists() else package.parent / (beside or inside)
