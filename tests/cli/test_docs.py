"""docs/commands.md names every command and every option; the glossary names every word of the vocabulary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from monitor.cli.main import build
from monitor.model.delivery import DeliveryState
from monitor.model.item import Novelty
from monitor.model.report import Act, Level

DOCS = Path(__file__).parent.parent.parent / "docs"
COMMANDS_PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def commands() -> dict[str, list[str]]:
    """`feeds test` → its long options."""
    found: dict[str, list[str]] = {}

    def walk(command: object, path: str) -> None:
        params = command.params  # type: ignore[attr-defined]
        found[path] = [o for p in params for o in p.opts if o.startswith("--") and o != "--help"]
        for name, member in getattr(command, "commands", {}).items():
            walk(member, f"{path} {name}".strip())

    walk(typer.main.get_command(build()), "")
    return found


ALL = commands()


def section(path: str) -> str:
    """The part of the page that tells of a command."""
    top = path.split(" ")[0]
    match = re.search(rf"^### `basewatch {re.escape(top)}\b.*?(?=^##|\Z)", COMMANDS_PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"no section about {path}"
    return match[0]


@pytest.mark.parametrize("path", [path for path in ALL if path not in ("", "db")])
def test_every_command_and_option_is_told(path: str) -> None:
    text = section(path)
    assert f"basewatch {path}" in text
    assert [option for option in ALL[path] if option not in text] == []


@pytest.mark.parametrize("option", ALL[""])
def test_every_option_for_all_is_told(option: str) -> None:
    assert option in COMMANDS_PAGE


def test_no_command_is_told_that_does_not_exist() -> None:
    told = set(re.findall(r"`basewatch ((?:feeds|db|rules) [a-z]+|[a-z-]+)", COMMANDS_PAGE))
    assert told <= set(ALL)


@pytest.mark.parametrize("word", [*Act, *Level, *Novelty, *DeliveryState])
def test_every_word_is_in_the_glossary(word: str) -> None:
    assert f"`{word}`" in GLOSSARY


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    missing = [link for link in re.findall(r"\]\(([\w./-]+\.md)\)", text) if not (DOCS / link).exists()]
    assert missing == []


def test_commands_of_the_quickstart_exist() -> None:
    text = (DOCS / "quickstart.md").read_text(encoding="utf-8")
    used = re.findall(r"^    basewatch ([a-z-]+)", text, re.MULTILINE)
    assert used
    assert set(used) <= set(ALL)
