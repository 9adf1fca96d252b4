"""What the tests of the rule language share: folders of rules made from a few keys, and items made from a few words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.alerts.policy import raised
from monitor.config import yamlfile
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.report import Act, Classification, RuleTaken
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

HERE = Path(__file__).parent.parent
SHIPPED = HERE.parent / "rules"
SMALL = HERE / "data" / "rules" / "base"
DALE = {
    "countries": [{"id": "JO", "name": "Jordan", "zone": "Asia/Amman", "names": ["Jordan"]}],
    "groups": [{"id": "bases-jordan", "title": "bases in Jordan", "countries": ["JO"]}],
    "places": [{"id": "dale-base", "name": "Dale Base", "country": "JO", "kind": "garrison", "lat": 32.1, "lon": 36.2}],
}
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)  # a Tuesday
#: for rules that ask for words and not for what a report does
ANY_ACT = [str(act) for act in Act]

Keys = Mapping[str, Any]


def rule(name: str, /, **keys: Any) -> dict[str, Any]:
    """The keys of a rule, with what every rule must have; `in_` and `not_` are for keys that Python reserves."""
    return {"rule": name, "title": name, "why": "A test.", "level": "digest", "act": ANY_ACT, **keys}


def live(name: str, level: str = "notice", **keys: Any) -> dict[str, Any]:
    """The keys of a rule for attacks that tells a channel of its own."""
    return rule(name, **{"level": level, "act": ["attack", "foiled", "claim"], "send_to": [f"{name}-room"], **keys})


def word_folder(at: Path, words: Path = SHIPPED) -> Path:
    """A rules folder with the words, places and actors of another, and no rule."""
    for part in ("lists", "places", "actors"):
        shutil.copytree(words / part, at / part)
    return at


def write(path: Path, content: Keys) -> None:
    """A YAML file (JSON is YAML)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def rules_of(
    at: Path, rules: Iterable[Keys], *, words: Path = SHIPPED, lists: Keys | None = None, **parts: Any
) -> RuleSet:
    """These rules beside the words of a folder; `lists` and `parts` (patterns …) stand in a file of their own."""
    word_folder(at, words)
    write(at / "rules.yaml", {"rules": list(rules)})
    if lists or parts:
        write(at / "lists" / "own.yaml", {"lists": lists or {}, **parts})
    return load_rules(at)


def small(at: Path, *rules: Keys, **parts: Any) -> RuleSet:
    """These rules beside few words and two places (Hill Base in Iraq, Dale Base in Jordan): read in no time."""
    at.mkdir(parents=True, exist_ok=True)
    write(at / "places" / "more.yaml", DALE)
    for part in ("lists", "places", "actors"):
        shutil.copytree(SMALL / part, at / part, dirs_exist_ok=True)
    write(at / "rules.yaml", {"rules": rules})
    write(at / "lists" / "own.yaml", {"lists": {}, **parts})
    return load_rules(at)


def item(told: str | Keys, **fields: Any) -> Item:
    """An item from its title, or from its fields."""
    keys: dict[str, Any] = {"title": told} if isinstance(told, str) else dict(told)
    keys |= fields
    published = keys.pop("published", NOW)
    if isinstance(published, str):
        published = datetime.fromisoformat(published)
    return Item(**{"id": "test", "published": published, "first_seen": published, **keys})


def asked(rules: RuleSet, told: str | Keys, incidents: Iterable[Incident] = (), **fields: Any) -> Classification:
    """What `rules` say of a text."""
    return raised(classify(item(told, **fields), rules), list(incidents))


def taken(found: Classification) -> dict[str, RuleTaken]:
    """The rules that took it, by id."""
    return {one.rule: one for one in found.taken}


def case_file(path: Path) -> Keys:
    """A file of cases: `rules` beside texts that they take and leave, and the `lists` that they use."""
    data = yamlfile.read(path).data
    assert isinstance(data, dict)
    return data
