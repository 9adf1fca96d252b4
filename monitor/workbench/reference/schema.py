"""JSON Schemas of files that people write, for editors that complete, explain and check them: rules, policies. Pure.

They are made from the models that read the files. Only what editors of several years know is used of draft 2020-12
(its words that draft 7 does not have are left out, but for the name `$defs`). A schema sees one file alone: unknown
lists, places and channels are found by `basewatch rules check`. In one thing it is stricter than the program: a key
that stands there without a value is marked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from monitor.config.policiesfile import PoliciesFile
from monitor.config.yamlfile import Strict
from monitor.rules.listfile import FrameSpec, ListFile
from monitor.rules.model import Never, Rule, RuleFile, Source, What, Where
from monitor.rules.overrides import KEY as OVERRIDE
from monitor.rules.overrides import PARTS
from monitor.rules.placefile import ActorFile, PlaceFile
from monitor.rules.values import one_or_many

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: keys of which one must be there; the models say so in their validators, which no schema is made from
_ONE_OF_THESE: dict[type[BaseModel], tuple[str, ...]] = {
    Where: ("any", "not", "within", "precision"),
    What: ("any", "all", "near", "templates"),
    Never: ("any", "near", "templates"),
    Source: ("any", "not"),
    FrameSpec: ("any", "templates"),
}
#: keys that a rule takes from the rule that it is based on
INHERITED = ("title", "why", "level")


@dataclass(frozen=True)
class FileKind:
    """One kind of file that rule authors write."""

    name: str
    #: what one such file holds; a rule file may also hold several under `rules:`
    model: type[Strict]
    #: the folder inside the rules folder; empty for the rules folder itself
    folder: str
    title: str

    @property
    def schema_path(self) -> str:
        """Where its schema stands, seen from the rules folder."""
        return f"schema/{self.name}.json"

    @property
    def first_line(self) -> str:
        """The comment by which an editor with a YAML language server finds the schema of such a file."""
        if self.name == POLICIES:
            return f"# yaml-language-server: $schema=rules/{self.schema_path}"
        up = "../" if self.folder else ""
        return f"# yaml-language-server: $schema={up}{self.schema_path}"


POLICIES = "policies"
#: the files of a rules folder
KINDS = {
    kind.name: kind
    for kind in (
        FileKind("rule", Rule, "", "Rules of basewatch: one rule, or several under rules"),
        FileKind("lists", ListFile, "lists", "Words and wordings of basewatch"),
        FileKind("places", PlaceFile, "places", "Places, countries and groups of places of basewatch"),
        FileKind("actors", ActorFile, "actors", "Armed actors of basewatch"),
    )
}
#: with the file beside it that has a schema too
ALL_KINDS = {
    **KINDS,
    POLICIES: FileKind(POLICIES, PoliciesFile, "", "Policies of basewatch: who is told what, and when"),
}


def schema_of(kind: FileKind) -> dict[str, Any]:
    """The JSON Schema of this kind of file."""
    made = kind.model.model_json_schema(schema_generator=_Generator)
    if kind.model is Rule:
        made = _one_or_several(made)
    definitions = made.pop("$defs", {})
    return {"$schema": _DIALECT, **made, "title": kind.title, "$defs": dict(sorted(definitions.items()))}


def schema_text(kind: FileKind) -> str:
    """The schema as the text of its file."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def schema_files() -> dict[str, str]:
    """The files of the schema folder: path inside the rules folder → text."""
    return {kind.schema_path: schema_text(kind) for kind in ALL_KINDS.values()}


def first_paragraph(model: type[BaseModel]) -> str:
    """What a model says of itself."""
    return " ".join((model.__doc__ or "").strip().partition("\n\n")[0].split())


def _one_or_several(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule file holds one rule or override, or several under `rules:`; which of them is asked first, so that an
    editor complains about the right one."""
    definitions = rule.pop("$defs", {})
    override, parts = _override(rule, definitions)
    one = {"if": {"required": [OVERRIDE]}, "then": {"$ref": "#/$defs/Override"}, "else": {"$ref": "#/$defs/Rule"}}
    return {
        "type": "object",
        "if": {"required": ["rules"]},
        "then": {
            "description": first_paragraph(RuleFile),
            "properties": {
                "rules": {
                    "type": "array", "minItems": 1, "items": one, "description": "several rules",
                },
            },
            "additionalProperties": False,
        },
        "else": one,
        "$defs": {**definitions, **parts, "Rule": rule, "Override": override},
    }  # fmt: skip


def _override(rule: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of a rule as an override may have them, none of which must be there; and their parts, likewise."""
    keys = {key: held for key, held in rule["properties"].items() if key not in ("rule", "based_on")}
    named = {key: str(keys[key]["$ref"]).rpartition("/")[2] for key in PARTS}
    parts = {f"{name}Part": _without_duties(definitions[name]) for name in named.values()}
    keys |= {key: {**keys[key], "$ref": f"#/$defs/{name}Part"} for key, name in named.items()}
    changed = {"type": "string", "description": "the rule that is changed, by its id", "examples": ["attack-gulf"]}
    return {
        "title": "Override",
        "description": "A rule of another file, changed by the keys that stand here.",
        "type": "object",
        "properties": {OVERRIDE: changed, **keys},
        "required": [OVERRIDE],
        "minProperties": 2,
        "additionalProperties": False,
    }, parts


def _without_duties(part: dict[str, Any]) -> dict[str, Any]:
    return {key: held for key, held in part.items() if key not in ("anyOf", "required")}


class _Generator(GenerateJsonSchema):
    """Pydantic's schemas in the words of the files: what the models read before they validate, editors must know too.

    Keys get no title of their own (pydantic would make "Raise To Flash If" of `raise_to_flash_if`); empty defaults
    are left out, because editors would write them into the file.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """In the order of the model, which is that of the reference; pydantic would sort the keys of examples too."""
        del parent_key
        return value

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().enum_schema(schema)
        made.pop("description", None)  # for programmers; each key that takes such a value says what it means there
        return made

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().model_schema(schema)
        model = schema["cls"]
        made["title"] = model.__name__.removesuffix("Spec")
        made["description"] = first_paragraph(model)
        if one_of := _ONE_OF_THESE.get(model):
            made["anyOf"] = [{"required": [key]} for key in one_of]
        if model is Rule:
            made["required"] = [key for key in made["required"] if key not in INHERITED]
            made |= {"if": {"required": ["based_on"]}, "then": {}, "else": {"required": list(INHERITED)}}
        return made

    def function_before_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().function_before_schema(schema)
        if schema["function"]["function"] is one_or_many and "items" in made:
            return {"anyOf": [made["items"], made]}
        return made

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().tagged_union_schema(schema)
        return {"anyOf": made.pop("oneOf"), **made}

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default", "kept") in ("", None) or made.get("default") in ([], {}):
            made = {key: value for key, value in made.items() if key != "default"}
        return made
