"""The four kinds of files in a rules folder, each with the model that it is read by. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.config.yamlfile import Strict
from monitor.rules.gazetteer import ActorFile, PlaceFile
from monitor.rules.listfile import ListFile
from monitor.rules.model import Rule

#: the folder of the schemas inside a rules folder
SCHEMA_FOLDER = "schema"


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
        return f"{SCHEMA_FOLDER}/{self.name}.json"

    @property
    def first_line(self) -> str:
        """The comment by which an editor with a YAML language server finds the schema of such a file."""
        up = "../" if self.folder else ""
        return f"# yaml-language-server: $schema={up}{self.schema_path}"


KINDS = {
    kind.name: kind
    for kind in (
        FileKind("rule", Rule, "", "Rules of basewatch: one rule, or several under rules"),
        FileKind("lists", ListFile, "lists", "Words and wordings of basewatch"),
        FileKind("places", PlaceFile, "places", "Places, countries and groups of places of basewatch"),
        FileKind("actors", ActorFile, "actors", "Armed actors of basewatch"),
    )
}
