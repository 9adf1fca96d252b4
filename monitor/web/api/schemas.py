"""What the API answers, as JSON schemas: of frozen values made from their fields, of built objects from one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from monitor.health import Health
from monitor.model.alert import Alert
from monitor.model.delivery import Delivery
from monitor.model.incident import Incident
from monitor.model.item import StoredItem
from monitor.queries.alerts import OF_DELIVERY
from monitor.queries.formats import LEFT_OUT
from monitor.queries.ledger import LedgerSource
from monitor.queries.status import FeedStatus
from monitor.web.api.described import Schema

_REFERENCE = "#/components/schemas/{model}"
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}


def reference(name: str) -> Schema:
    """The schema of this name."""
    return {"$ref": _REFERENCE.format(model=name)}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def several(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def whole(properties: Mapping[str, Schema], *, maybe_missing: tuple[str, ...] = ()) -> Schema:
    """An object with all of these keys."""
    required = [name for name in properties if name not in maybe_missing]
    return {"type": "object", "properties": dict(properties), "required": required}


def page_schema(noun: str, row: str) -> Schema:
    """A page of a list."""
    return whole(
        {
            noun: several(reference(row)), "next": maybe(TEXT), "total": maybe({"type": "integer"}),
            "as_of": MOMENT,
        }
    )  # fmt: skip


_NUMBER, _DEGREES, _TEXTS = maybe({"type": "integer"}), maybe({"type": "number"}), several(TEXT)
_RANGE = maybe({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2})
#: what a row of the ledger has beside the fields of its incident, or otherwise than it
ROW: Mapping[str, Schema] = {
    "row": TEXT, "place_id": TEXT, "place_name": TEXT, "country": TEXT, "location": TEXT,
    "places": several(whole({"id": TEXT, "name": TEXT, "country": TEXT, "latitude": _DEGREES, "longitude": _DEGREES})),
    "precision": TEXT, "act": TEXT, "foiled": FLAG, "type": TEXT, "weapons": _TEXTS,
    "latitude": _DEGREES, "longitude": _DEGREES,
    "killed": _NUMBER, "wounded": _NUMBER, "killed_range": _RANGE, "wounded_range": _RANGE, "killed_by": TEXT,
    "wounded_by": TEXT, "toll_claimed": FLAG, "brain_injuries": _NUMBER, "grade": TEXT, "claimed": FLAG,
    "claimed_names": _TEXTS, "attributed_names": _TEXTS, "denied_by": _TEXTS, "publishers": _TEXTS,
    "level": maybe(TEXT), "short": TEXT, "brief": several(OBJECT), "baseline": _TEXTS,
    "sources": several(reference("LedgerSource")), "revisions": several(OBJECT), "as_of": maybe(MOMENT),
}  # fmt: skip
#: one incident
SHOWN: Mapping[str, Schema] = {
    "id": TEXT, "asked": TEXT, "title": TEXT, "grade": TEXT, "level": maybe(TEXT), "why_level": TEXT,
    "publishers": _TEXTS, "rows": several(reference("LedgerRow")), "values": OBJECT, "denied_by": _TEXTS,
    "damage": TEXT, "hour": TEXT, "versions": several(OBJECT), "reports": several(OBJECT), "brief": OBJECT,
    "chain": several(OBJECT), "baseline": _TEXTS, "notifications": several(OBJECT), "held": several(OBJECT),
    "edits": several(OBJECT), "merged": _TEXTS, "ack": maybe(OBJECT),
    "suppressed": {},
}  # fmt: skip
#: `mute --json`
SILENCE: Mapping[str, Schema] = {
    **dict.fromkeys(("id", "kind", "target", "until", "note", "at", "by", "starts", "state", "ended_by"), TEXT),
    "matchers": OBJECT, "held_back": {"type": "integer"}, "hits": _NUMBER, "matches_nothing": maybe(FLAG),
    "ends_soon": FLAG, "ended_at": maybe(TEXT),
}  # fmt: skip
#: a line of `classify`
ANSWER: Mapping[str, Schema] = {
    "id": {"type": ["string", "integer"]}, "act": TEXT, "alert": FLAG, "level": maybe(TEXT), "rule": maybe(TEXT),
    "reason": TEXT, "facts": OBJECT, "incident": maybe(TEXT), "evidence": several(OBJECT),
}  # fmt: skip
#: what is wrong (RFC 9457)
PROBLEM: Mapping[str, Schema] = {
    "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "hint": TEXT
}  # fmt: skip


@cache
def schemas() -> Mapping[str, Any]:
    """Every schema that has a name."""
    found: dict[str, Any] = {}
    for name, shape in (
        ("FeedStatus", FeedStatus), ("Health", Health), ("StoredItem", StoredItem), ("LedgerSource", LedgerSource),
        ("Alert", Alert), ("Delivery", Delivery), ("Incident_", Incident),
    ):  # fmt: skip
        schema = TypeAdapter(shape).json_schema(ref_template=_REFERENCE, mode="serialization")
        found.update(schema.pop("$defs", {}))
        found[name] = schema
    incident = {name: one for name, one in found.pop("Incident_")["properties"].items() if name not in LEFT_OUT}
    found["LedgerRow"] = whole({**incident, **ROW})
    found["Incident"] = whole(SHOWN)
    delivery = {name: one for name, one in found["Delivery"]["properties"].items() if name in OF_DELIVERY}
    alert = found["Alert"]["properties"]
    found["AlertWithDeliveries"] = whole({**alert, "deliveries": several(whole(delivery))})
    found["Silence"] = whole(SILENCE)
    found["Classified"] = whole(ANSWER)
    found["NotRead"] = whole({"id": {}, "line": {"type": "integer"}, "error": TEXT})
    found["Problem"] = whole(PROBLEM, maybe_missing=("type", "hint"))
    return {name: found[name] for name in sorted(_used(found))}


def _used(found: Mapping[str, Any]) -> set[str]:
    """The schemas that are answered, and what they name."""
    used: set[str] = set()
    asked = [
        "AlertWithDeliveries", "Classified", "FeedStatus", "Health", "Incident", "NotRead", "Problem", "Silence",
        "StoredItem",
    ]  # fmt: skip
    while asked:
        name = asked.pop()
        if name not in used:
            used.add(name)
            asked += _named(found[name])
    return used


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rsplit("/", 1)[1]
        for part in schema.values():
            yield from _named(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _named(part)
