"""What was probably meant by a name that no file of a rules folder defines: the nearest, and the files of all. Pure.

People write a country or a base by its name (`Kuwait`, `Al Udeid Air Base`), a list as they remember it, quotes of a
word processor. Each has an answer: the id to write, or the closest few names and the files that hold them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.rules.gazetteer import Gazetteer
from monitor.text.normalise import normalise_term

#: how near a name must be to be the one that was meant, and to be named among the closest
_MEANT, _CLOSE = 0.75, 0.6
#: names that are told all when there are no more; letters of a word that is near to too many
_FEW, _SHORT = 20, 3
#: what word processors make of quotes
_CURLY = "“”„‘’‚«»"


def list_hint(name: str, known: Iterable[str], *, sign: str = "@") -> str:
    """What to write for a list (or actor) that does not exist."""
    known = sorted(one for one in known if ":" not in one and '"' not in one)  # without what rules brought along
    return _hint(name, known, sign, "all lists stand in lists/*.yaml, actors in actors/*.yaml")


def actor_hint(name: str, gazetteer: Gazetteer, *, sign: str = "") -> str:
    """What to write for an actor that does not exist: people write its name in place of its id."""
    form = _form(name.strip(_CURLY + "@"))
    for actor in gazetteer.actors.values():
        if form and form in map(_form, (actor.name, *actor.names, *actor.exact)):
            return f"write {sign}{actor.id}"
    return _hint(name, sorted(gazetteer.actors), sign, "all actors stand in actors/*.yaml")


def curly_list(word: str) -> tuple[str, str] | None:
    """What is wrong with a term that is a list in the quotes of a word processor, and what to write."""
    bare = word.strip(_CURLY + " ")
    if bare == word or not bare.startswith("@"):
        return None
    return f"{word} is a list in quotes that are none here", f'write it in plain quotes: "{bare}"'


def _hint(name: str, known: Sequence[str], sign: str, where: str) -> str:
    bare = name.strip(_CURLY + "@ ")
    if not bare:
        return ""
    if near := _near(bare, known):
        return f"did you mean {sign}{near}?"
    closest = [sign + one for one in closest_of(bare, known)]
    if len(known) <= _FEW:
        return f"known: {', '.join(known)}" if known else where
    return f"the closest are {', '.join(closest)}; {where}" if closest else where


def _near(name: str, known: Iterable[str]) -> str:
    """The one known name that was surely meant; a word of two or three letters is near to too many."""
    folded = {one.casefold(): one for one in known}
    if len(name) <= _SHORT:
        return folded.get(name.casefold(), "")
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_MEANT)
    return folded[found[0]] if found else ""


def closest_of(name: str, known: Iterable[str], *, most: int = 4) -> list[str]:
    """The few known names that are most like this one; those that hold a word of it come first."""
    known = list(known)
    words = {word for word in _words(name) if len(word) > _SHORT}
    holding = [one for one in known if words & set(_words(one))]
    near = difflib.get_close_matches(name.casefold(), known, n=most, cutoff=_CLOSE)
    return list(dict.fromkeys([*holding[:most], *near]))[:most]


def _words(name: str) -> list[str]:
    return name.casefold().replace("_", "-").replace(" ", "-").removeprefix("@").split("-")


class PlaceNames:
    """Every name of the gazetteer with the id that rules write for it; made where a name is not known."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._by_name: dict[str, list[str]] = {}
        for name, written in self._names():
            held = self._by_name.setdefault(_form(name), [])
            if written not in held:
                held.append(written)

    def _names(self) -> Iterator[tuple[str, str]]:
        known = self._gazetteer
        for place in known.places.values():
            yield from ((name, place.id) for name in (place.name, *place.names, *place.town, *place.loose))
        for country in known.countries.values():
            yield from ((name, country.id) for name in (country.name, *country.names, *country.people))
        for group in known.groups.values():
            yield group.title, f"@{group.id}"

    def hint(self, word: str, *, kinds: Mapping[str, object] | None = None) -> str:
        """What to write for a place, country or group that does not exist; `kinds`: only ids among these."""
        known = self._gazetteer
        all_names = {**known.places, **known.countries, **{f"@{name}": None for name in known.groups}}
        possible = list(all_names if kinds is None else kinds)
        bare = word.strip(_CURLY + " ")
        name = bare.removeprefix("@")
        if bare != word and bare in possible:
            return f'write {_quoted(bare)} in plain quotes (")'
        if meant := [one for one in self._meant(name) if one in possible]:
            return f"write {' or '.join(map(_quoted, meant[:4]))}"
        by_name = {one.removeprefix("@"): one for one in possible}
        groups = {one: by_name[one] for one in by_name if by_name[one].startswith("@")}
        if near := _near(name, groups if word.startswith("@") else by_name):
            return f"did you mean {by_name[near]}?"
        if name in known.actors:
            return f'{name} is an actor: write who: {{any: ["@{name}"]}}'
        spelt = _near(_form(name), self._by_name)
        closest = [one for one in self._by_name.get(spelt, ()) if one in possible]
        for part in _words(name):
            closest += [one for one in self._meant(part) if one in possible and len(part) > _SHORT]
        closest = list(dict.fromkeys([*closest, *closest_of(name, possible)]))[:4]
        where = "all places, groups and countries stand in places/*.yaml, and one that is missing is added there"
        return f"the closest are {', '.join(closest)}; {where}" if closest else where

    def _meant(self, name: str) -> list[str]:
        """The ids that a name of people stands for; of a country also the narrowest group that covers it."""
        form = _form(name)
        found = self._by_name.get(form) or self._by_name.get(form.removeprefix("the "), [])
        codes = {one for one in found if one in self._gazetteer.countries}
        covering = [one for one in self._gazetteer.groups.values() if codes & set(one.countries)]
        narrow = sorted(covering, key=lambda group: len(group.countries))
        return list(dict.fromkeys([*found, *(f"@{group.id}" for group in narrow[:1])]))


def _form(name: str) -> str:
    return normalise_term(name)[0].strip()


def _quoted(name: str) -> str:
    return f'"{name}"' if name.startswith("@") else name
