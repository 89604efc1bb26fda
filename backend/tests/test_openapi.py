"""The exported contract is the one the program serves, and says of every operation what it answers."""

import json
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from catalogue.app import create_app
from catalogue.db.migrating import MIGRATIONS

CONTRACT = MIGRATIONS.parent / "backend" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


def test_exported_contract_is_current(document: dict[str, Any]) -> None:
    assert json.loads(CONTRACT.read_text()) == document, "run `make openapi`"


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            successes = [found for status, found in operation["responses"].items() if status[0] == "2"]
            assert successes, path
            assert all(found["description"] for found in successes), path
            assert "default" in operation["responses"], path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(schemas)


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_examples_are_what_their_schemas_say(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    shown = [(name, schema) for name, schema in schemas.items() if "examples" in schema]
    assert len(shown) > 5
    for name, schema in shown:
        validator = Draft202012Validator({**schema, "components": document["components"]})
        errors = [error.message for example in schema["examples"] for error in validator.iter_errors(example)]
        assert errors == [], name
