"""What the description says of a value is what is checked: neither more nor less."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError

from src.chatbot.api.schemas import ChatIn
from src.schemas.auth import Login, Refresh, Removal, Signup
from src.schemas.tasks import TaskChanges, TaskCreate
from tests.helpers import PASSWORD

TITLES = [
    "", "x", " ", "\t\n\r\x0b\x0c", "\x85\xa0\u1680\u2000\u2028\u202f\u205f\u3000", "\x1c",
    "\ufeff", "\u200b", "a\x00b", "\x00", "\U0001f600" * 255, "\U0001f600" * 256,
    " " + "x" * 255 + "\u3000", " " + "x" * 256, "x" * 254 + " y", "x\n", "a\nb", 7, None, True,
]  # fmt: skip
DESCRIPTIONS = [None, "", " ", "y" * 5000, "y" * 5001, "a\x00", "a\nb\n", 7]
EMAILS = [
    "x@example.com", "x", "", "x@b.TEST", "x@localhost", "x@y.local", "x@y.latest",
    '"a b"@example.com', "x@[1.2.3.4]", "x@ab--c.org", None, 7,
    # 254 characters and one more.
    f"{'x' * 62}@{'y' * 63}.{'z' * 63}.{'a' * 59}.com",
    f"{'x' * 63}@{'y' * 63}.{'z' * 63}.{'a' * 59}.com",
]  # fmt: skip
# Of each model and field, what is sent beside it and which values are tried.
FIELDS: list[tuple[type[BaseModel], str, dict[str, Any], list[Any]]] = [
    (TaskCreate, "title", {}, TITLES),
    (TaskCreate, "description", {"title": "x"}, DESCRIPTIONS),
    (TaskCreate, "unknown", {"title": "x"}, [1]),
    (TaskCreate, "unknown", {}, [1]),
    (TaskChanges, "title", {}, TITLES),
    (TaskChanges, "description", {}, DESCRIPTIONS),
    (TaskChanges, "completed", {}, [True, False, None, 1, "true"]),
    (TaskChanges, "unknown", {}, [1]),
    (
        ChatIn, "message", {},
        ["", "x", " ", "\x1c\x1d\x1e\x1f\x85", "\ufeff", "x" * 10_000, "x" * 10_001, "a\x00b",
         "\n\nx\n", None, 7],
    ),
    (
        ChatIn, "conversation_id", {"message": "x"},
        [None, "", "7", 7, "5b0c2f0e-3c0e-4a53-9d4e-0a4f1c1f5a11"],
    ),
    (Signup, "email", {"password": PASSWORD}, EMAILS),
    (
        Signup, "password", {"email": "x@example.com"},
        ["7 chars", "8 chars!", "x" * 1024, "x" * 1025, "nul\x00nul\x00", None, 12345678],
    ),
    (Login, "email", {"password": ""}, ["", "no email", "x" * 1024, "x" * 1025, "a\x00b", None]),
    (Login, "password", {"email": ""}, ["", "short", "x" * 1024, "x" * 1025, "a\x00b", None]),
    (Removal, "password", {}, ["", "short", "x" * 1024, "x" * 1025, "a\x00b", None, 7]),
    (Refresh, "refresh_token", {}, ["", "x", "a\x00b", None, 7]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "field", "beside", "values"),
    FIELDS,
    ids=[f"{model.__name__}.{field}-{len(beside)}" for model, field, beside, _ in FIELDS],
)
def test_the_described_limits_are_those_that_are_checked(
    app: FastAPI, model: type[BaseModel], field: str, beside: dict[str, Any], values: list[Any]
) -> None:
    schema = {
        "$ref": f"#/components/schemas/{model.__name__}",
        "components": app.openapi()["components"],
    }
    described = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    bodies = [{**beside, field: value} for value in values]
    assert [described.is_valid(body) for body in bodies] == [_takes(model, b) for b in bodies]


def _takes(model: type[BaseModel], body: dict[str, Any]) -> bool:
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True
