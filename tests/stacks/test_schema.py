"""The JSON Schema that editors use: fresh, and of one mind with the models."""

import json

import jsonschema
import pytest
import yaml

from stacks.project import ROOT
from tripod.schema import SCHEMA, text

BLUEPRINTS = sorted((ROOT / "stacks" / "blueprints").glob("*.yaml"))


def test_schema_is_fresh() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == text(), "stale: make schema"


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprints_are_valid(path: object) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(path.read_text()), schema, cls=jsonschema.Draft202012Validator)  # type: ignore[attr-defined]
    assert path.read_text().startswith("# yaml-language-server: $schema=../blueprint.schema.json\n")  # type: ignore[attr-defined]


def test_schema_refuses_unknown_keys() -> None:
    schema = json.loads(SCHEMA.read_text())
    wrong = {"name": "churn", "owner": "a@b.co", "endpoints": {}}
    with pytest.raises(jsonschema.ValidationError, match="endpoints"):
        jsonschema.validate(wrong, schema, cls=jsonschema.Draft202012Validator)


def test_every_option_is_described() -> None:
    """Docstrings say whether an option is required, optional or conditional: they are what an editor shows."""
    schema = json.loads(SCHEMA.read_text())
    models = {"Blueprint": schema, **schema["$defs"]}
    for name, model in models.items():
        for field, facts in model.get("properties", {}).items():
            description = facts.get("description", "")
            assert description.startswith(("Required.", "Optional.", "Conditional.")), (
                f"{name}.{field}: {description!r}"
            )
