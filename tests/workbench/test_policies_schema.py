"""The schema of policies.yaml for editors: it says what the program says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from monitor.cli.init import POLICIES_STARTER
from monitor.config import yamlfile
from monitor.config.policiesfile import PoliciesFile
from monitor.config.yamlfile import Strict
from monitor.workbench.reference.schema import ALL_KINDS, schema_of
from monitor.workbench.reference.tables import _parts

KIND = ALL_KINDS["policies"]
PAGE = (Path(__file__).parent.parent.parent / "docs" / "alerts.md").read_text(encoding="utf-8")
FIELDS = [(model, name, field) for _, model in _parts(KIND.model) for name, field in model.model_fields.items()]


def fits(data: object) -> bool:
    return Draft202012Validator(schema_of(KIND)).is_valid(data)


def data_of(text: str) -> Any:
    return yamlfile.parse(text, Path("policies.yaml")).data


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema_of(KIND))


def test_the_file_that_init_writes_names_it_and_fits_it_with_each_key_switched_on() -> None:
    assert POLICIES_STARTER.partition("\n")[0] == KIND.first_line
    assert fits(data_of(POLICIES_STARTER))
    assert fits(data_of(re.sub(r"^( *)#(\w+:)", r"\1\2", POLICIES_STARTER, flags=re.MULTILINE)))


@pytest.mark.parametrize("text", re.findall(r"^```yaml\n(# policies\.yaml\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_the_examples_of_the_page_fit_it(text: str) -> None:
    assert fits(data_of(text))


@pytest.mark.parametrize(("model", "name", "field"), FIELDS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_key_says_what_it_means_with_an_example_that_is_right(
    model: type[Strict], name: str, field: FieldInfo
) -> None:
    assert field.description
    assert field.examples
    alone = create_model("Alone", __base__=Strict, **{name: (field.annotation, field)})  # type: ignore[call-overload]
    for example in field.examples:
        alone.model_validate({field.alias or name: example})


@pytest.mark.parametrize(
    ("keys", "right"),
    [
        ({"level": "urgent"}, True),
        ({"level": "urgnt"}, False),
        ({"reasons": ["FIRST", "TOLL_UP"]}, True),
        ({"reasons": ["FRIST"]}, False),
        ({"reasons": "FIRST"}, False),
        ({"grade": "confirmed"}, True),
        ({"grade": "sure"}, False),
        ({"cool_down": "10m"}, True),
        ({"cool_down": 10}, False),
        ({"repeat_flash": "never"}, True),
        ({"repeat_flash": "often"}, False),
        ({"quiet": {"from": "22:00", "to": "7:00", "days": ["Friday", "Sat"]}}, True),
        ({"quiet": {"from": "22:00"}}, False),
        ({"quiet": {"from": "24:00", "to": "7:00"}}, False),
        ({"quiet": {"from": "22:00", "to": "7:00", "days": ["Frittag"]}}, False),
        ({"digest": {"daily": "07:00", "weekly": "Sunday 18:00"}}, True),
        ({"digest": {"weekly": "Sunday"}}, False),
        ({"most_per_hour": 20, "publishers": 2}, True),
        ({"most_per_hour": "many"}, False),
        ({"quite": {"from": "22:00", "to": "7:00"}}, False),
    ],
)
def test_it_says_of_each_key_what_the_program_says(keys: dict[str, object], right: bool) -> None:
    data = {"policies": [{"channel": "alerts", **keys}]}
    assert fits(data) is right
    try:
        PoliciesFile.model_validate(data)
        held = True
    except ValidationError:
        held = False
    assert held is right
