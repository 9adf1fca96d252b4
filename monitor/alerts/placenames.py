"""The places of an incident as people read them, as many as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.channels.escape import shorten
from monitor.model.place import Place
from monitor.text.clean import clean_message

#: characters of one name
_LONGEST = 70


def place_name(place: Place, country_of: Callable[[str], str]) -> str:
    """`Ain al-Asad Air Base, Iraq`; the country once, where it is the place itself; `country_of` takes its code."""
    name, country = shorten(clean_message(place.name), _LONGEST), clean_message(country_of(place.country))
    if not country or place.is_vague or country.casefold() in name.casefold():
        return name
    return f"{name}, {country}"


def place_names(places: Sequence[Place], *, room: int, country_of: Callable[[str], str]) -> str:
    """`Qatar, Kuwait and Bahrain`; `Al Udeid Air Base, Qatar; Ali Al Salem Air Base, Kuwait; and 2 more`.

    At least one is named; the others while they fit into `room` characters.
    """
    names = [place_name(place, country_of) for place in places]
    if len(names) < 2:
        return "".join(names)
    shown = 1
    while shown < len(names) and len(_listed(names, shown + 1)) <= room:
        shown += 1
    return _listed(names, shown)


def _listed(names: Sequence[str], shown: int) -> str:
    rest = len(names) - shown
    parts = [*names[:shown], *([f"{rest} more"] if rest else [])]
    if any("," in name for name in parts):
        return "; ".join([*parts[:-1], f"and {parts[-1]}"])
    return " and ".join([", ".join(parts[:-1]), parts[-1]])
