"""What was probably meant by a name that no file of a rules folder defines: the nearest, or the closest few and the
files that hold them all. People write a list as they remember it, or in the quotes of a word processor. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from monitor.config.syntax import CURLY

#: how near a name must be to be the one that was meant, and to be named among the closest
_MEANT, _CLOSE = 0.75, 0.6
#: names that are told all when there are no more; letters of a word that is near to too many
FEW, SHORT = 20, 3


def list_hint(name: str, known: Iterable[str], *, sign: str = "@") -> str:
    """What to write for a list (or actor) that does not exist."""
    known = sorted(tag for tag in known if ":" not in tag and '"' not in tag)  # without what rules brought along
    return name_hint(name, known, sign, "`basewatch rules lists` shows all there are, actors stand in actors/*.yaml")


def curly_list(word: str) -> tuple[str, str] | None:
    """What is wrong with a term that is a list in the quotes of a word processor, and what to write."""
    bare = word.strip(CURLY + " ")
    if bare == word or not bare.startswith("@"):
        return None
    return f"{word} is a list in quotes that are none here", f'write it in plain quotes: "{bare}"'


def name_hint(name: str, known: Sequence[str], sign: str, where: str) -> str:
    """The known name that was meant, or the closest few and `where` all of them stand."""
    bare = name.strip(CURLY + "@ ")
    if not bare:
        return ""
    if meant := near(bare, known):
        return f"did you mean {sign}{meant}?"
    closest = [sign + other for other in closest_of(bare, known)]
    if len(known) <= FEW:
        return f"known: {', '.join(known)}" if known else where
    return f"the closest are {', '.join(closest)}; {where}" if closest else where


def near(name: str, known: Iterable[str]) -> str:
    """The known name that was surely meant, if any; a word of two or three letters is near to too many."""
    folded = {other.casefold(): other for other in known}
    if len(name) <= SHORT:
        return folded.get(name.casefold(), "")
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_MEANT)
    return folded[found[0]] if found else ""


def closest_of(name: str, known: Iterable[str], *, most: int = 4) -> list[str]:
    """The few known names that are most like this one; those that hold a word of it come first."""
    known = list(known)
    words = {word for word in words_of(name) if len(word) > SHORT}
    holding = [one for one in known if words & set(words_of(one))]
    like = difflib.get_close_matches(name.casefold(), known, n=most, cutoff=_CLOSE)
    return list(dict.fromkeys([*holding[:most], *like]))[:most]


def words_of(name: str) -> list[str]:
    """The parts of an id or a name."""
    return name.casefold().replace("_", "-").replace(" ", "-").removeprefix("@").split("-")
