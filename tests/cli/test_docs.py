"""What the pages say is what the program does: commands, options, policies, reasons, grades, words, tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from monitor.alerts.attention import _WHY
from monitor.cli.main import build
from monitor.config.policiesfile import GRADES, DigestSpec, PolicyEntry, QuietSpec, load_policies
from monitor.model.delivery import DeliveryState
from monitor.model.item import Novelty
from monitor.model.ledger import ChangeReason, Grade
from monitor.model.policy import USUAL_REASONS
from monitor.model.report import Act, Level, Link, Voice
from monitor.store.tables import metadata

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
#: pages that people read, with what they may type
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
COMMANDS_PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
ALERTS_PAGE = (DOCS / "alerts.md").read_text(encoding="utf-8")
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
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
    assert f"basewatch {path}" in " ".join(text.split())
    assert [option for option in ALL[path] if option not in text] == []


@pytest.mark.parametrize("option", ALL[""])
def test_every_option_for_all_is_told(option: str) -> None:
    assert option in COMMANDS_PAGE


def test_no_command_is_told_that_does_not_exist() -> None:
    told = set(re.findall(r"`basewatch ((?:feeds|db|rules|incidents|policy) [a-z]+|[a-z-]+)", COMMANDS_PAGE))
    assert told <= set(ALL)


@pytest.mark.parametrize("word", [*Act, *Level, *Novelty, *DeliveryState, *ChangeReason, *Grade, *Voice, *Link])
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


def typed(page: Path) -> list[str]:
    """The lines of a page's code that call basewatch."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for kind, block in blocks if kind in ("console", "bash", "") for line in block.splitlines()]
    lines += [line for line in text.splitlines() if re.match(r"    (?:\$ )?basewatch ", line)]
    in_words = re.findall(r"`(basewatch [^`\n]+)`", text)
    calls = [re.findall(r"(?:^|[\s/(])(basewatch [a-z].*)", line.partition("  #")[0]) for line in (*lines, *in_words)]
    return [call for found in calls for call in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_tells_to_type_can_be_typed(page: Path) -> None:
    """The command exists, and so does each option of it."""
    wrong = []
    for line in typed(page):
        words = re.split(r"[\s|]+", line.partition("&&")[0].partition(" > ")[0])[1:]
        path = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in ALL), None)
        if path is None:
            wrong.append(line)
            continue
        options = re.findall(r"(--[a-z-]+)", " ".join(words))
        wrong += [f"{line}: {one}" for one in options if one not in (*ALL[path], *ALL[""], "--help")]
    assert wrong == []


# ------------------------------------------------------------------------------------- docs/alerts.md


def told_rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading of the page: the words of the first cell → the other cells."""
    match = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", ALERTS_PAGE, re.MULTILINE | re.DOTALL)
    assert match, heading
    rows = [line.strip("| ").split(" | ") for line in match[1].splitlines() if line.startswith("| `")]
    return {word: row[1:] for row in rows for word in re.findall(r"`(\w+)`", row[0])}


def test_every_reason_is_told_in_its_order() -> None:
    assert list(told_rows("What changes")) == [str(reason) for reason in ChangeReason]


def test_every_grade_is_told_with_the_word_for_files() -> None:
    rows = {word: row[0] for word, row in told_rows("How sure it is").items()}
    assert list(rows.values()) == [str(grade) for grade in Grade]
    assert {word: rows[word] for word in GRADES} == {word: str(grade) for word, grade in GRADES.items()}


def test_every_key_of_a_policy_is_told_and_no_other() -> None:
    rows = told_rows("policies.yaml")
    assert set(rows) == set(PolicyEntry.model_fields)
    inside = {field.alias or name for spec in (QuietSpec, DigestSpec) for name, field in spec.model_fields.items()}
    assert [key for key in inside if f"`{key}`" not in ALERTS_PAGE] == []


def test_every_word_for_what_waits_is_told() -> None:
    assert [why for why in set(_WHY.values()) if f"`{why}`" not in ALERTS_PAGE] == []


@pytest.mark.parametrize(
    "text", re.findall(r"^```yaml\n(# policies\.yaml\n.*?)^```", ALERTS_PAGE, re.MULTILINE | re.DOTALL)
)
def test_the_policies_of_the_page_can_be_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policies.yaml"
    file.write_text(text, encoding="utf-8")
    styles, places = ("duty", "journalist", "family"), ("@bases-iraq", "al-udeid")
    policies = load_policies(file, channels=("alerts", "family"), places=places, styles=styles)
    assert policies
    assert all(policy.reasons for policy in policies)


def test_what_holds_without_a_file_is_as_the_page_says() -> None:
    left_out = {str(reason) for reason in set(ChangeReason) - USUAL_REASONS}
    assert told_rows("policies.yaml")["reasons"][-1] == f"all but `{left_out.pop()}`"
    assert not left_out


# ------------------------------------------------------------------------------------- docs/architecture.md


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_told(table: str) -> None:
    assert f"| `{table}` |" in ARCHITECTURE
