"""The API's own description: it promises what is sent, all of it and nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from src.openapi_file import FILE
from tests.conftest import BACKEND
from tests.helpers import AUTH, CHAT, TASKS

# What each endpoint can answer: any of them a body that is too large, a fault of ours, and that
# the database is away.
STATUSES = {
    ("get", "/health"): [200],
    ("get", "/health/live"): [200],
    ("get", "/health/ready"): [200],
    ("post", f"{AUTH}/signup"): [201, 400, 429],
    ("post", f"{AUTH}/login"): [200, 400, 401, 429],
    ("post", f"{AUTH}/logout"): [200, 401],
    ("get", f"{AUTH}/me"): [200, 401, 404],
    ("delete", f"{AUTH}/me"): [204, 400, 401, 404, 429],
    ("post", f"{AUTH}/refresh"): [200, 400, 401, 429],
    ("get", TASKS): [200, 401],
    ("post", TASKS): [201, 400, 401, 404],
    ("put", f"{TASKS}/{{task_id}}"): [200, 400, 401, 403, 404],
    ("delete", f"{TASKS}/{{task_id}}"): [204, 400, 401, 403, 404],
    ("post", CHAT): [200, 400, 401, 404, 429],
}
EVERYWHERE = [413, 500, 503]
TAKES_KEY = {("post", TASKS), ("post", CHAT)}
SETS_COOKIE = {
    *(("post", f"{AUTH}/{name}") for name in ("signup", "login", "logout", "refresh")),
    ("delete", f"{AUTH}/me"),
}
Operation = tuple[tuple[str, str], dict[str, Any]]


@pytest.fixture
def described(app: FastAPI) -> dict[str, Any]:
    """The description, made anew."""
    app.openapi_schema = None
    return app.openapi()


@pytest.fixture
def operations(described: dict[str, Any]) -> list[Operation]:
    """Each method and path with what is said of it."""
    return [
        ((method, path), operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def _errors(operations: list[Operation]) -> Iterator[tuple[tuple[str, str], int, dict[str, Any]]]:
    for endpoint, operation in operations:
        for status, answer in operation["responses"].items():
            if not status.startswith("2") and endpoint != ("get", "/health"):
                yield endpoint, int(status), answer


def _check(described: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Check a value against a schema of the description, references and formats included."""
    whole = {"components": described["components"], "allOf": [schema]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def test_every_endpoint_names_every_status_it_can_answer(operations: list[Operation]) -> None:
    found = {endpoint: sorted(operation["responses"]) for endpoint, operation in operations}
    assert found == {
        endpoint: sorted(map(str, [*statuses, *EVERYWHERE]))
        for endpoint, statuses in STATUSES.items()
    }


def test_every_error_has_the_one_shape(
    described: dict[str, Any], operations: list[Operation]
) -> None:
    for endpoint, status, answer in _errors(operations):
        content = answer["content"]["application/json"]
        assert content["schema"]["$ref"] == "#/components/schemas/ErrorOut", (endpoint, status)
        codes = content["schema"]["properties"]["code"]["enum"]
        assert list(content["examples"]) == codes
        for code, example in content["examples"].items():
            assert list(example["value"]) == ["error", "code", "message"]
            assert example["value"]["code"] == code
            _check(described, content["schema"], example["value"])
    error = described["components"]["schemas"]["ErrorOut"]
    assert error["required"] == list(error["properties"]) == ["error", "code", "message"]
    assert error["additionalProperties"] is False
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_bad_input_and_faults_of_ours_have_the_endpoints_own_codes(
    app: FastAPI, operations: list[Operation]
) -> None:
    answered = {
        (endpoint, status): answer["content"]["application/json"]["schema"]["properties"]["code"]
        for endpoint, status, answer in _errors(operations)
    }
    general = {400: "INVALID_REQUEST", 500: "INTERNAL_ERROR"}
    for route in iter_route_contexts(app.routes):
        own = getattr(route.endpoint, "error_codes", general)
        for method in route.methods or ():
            for status, code in own.items():
                promised = answered.get(((method.lower(), str(route.path)), status))
                assert promised in (None, {"enum": [code]}), (method, route.path)


def test_every_answer_names_the_headers_it_has(operations: list[Operation]) -> None:
    for endpoint, operation in operations:
        for status, answer in operation["responses"].items():
            wanted = {"X-Request-Id"}
            wanted |= {"Retry-After"} if status in {"429", "503"} else set()
            if status.startswith("2"):
                wanted |= {"Set-Cookie"} if endpoint in SETS_COOKIE else set()
                wanted |= {"Idempotency-Replayed"} if endpoint in TAKES_KEY else set()
            assert set(answer["headers"]) == wanted, (endpoint, status)


def test_every_operation_is_described_and_every_body_has_an_example_that_fits(
    described: dict[str, Any], operations: list[Operation]
) -> None:
    for endpoint, operation in operations:
        assert operation["description"].endswith("."), endpoint
        bodies = [a for s, a in operation["responses"].items() if s.startswith("2")]
        for answer in bodies:
            if endpoint[0] == "delete":
                assert "content" not in answer
                continue
            content = answer["content"]["application/json"]
            _check(described, content["schema"], content["example"])
        for schema in _request_schemas(described, operation):
            for example in schema["examples"]:
                _check(described, schema, example)


def _request_schemas(
    described: dict[str, Any], operation: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if "requestBody" not in operation:
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for option in schema.get("anyOf", [schema]):
        if "$ref" in option:
            yield described["components"]["schemas"][option["$ref"].rpartition("/")[2]]


def test_health_is_described_with_its_four_keys_in_both_cases(described: dict[str, Any]) -> None:
    responses = described["paths"]["/health"]["get"]["responses"]
    for status, word in (("200", "healthy"), ("503", "unhealthy")):
        content = responses[status]["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Health"}
        assert content["example"]["status"] == word
    assert described["components"]["schemas"]["Health"]["required"] == [
        "status", "version", "environment", "chat_registered",
    ]  # fmt: skip


def test_it_says_where_a_token_is_wanted(operations: list[Operation]) -> None:
    open_to_all = {path for (_, path), operation in operations if "security" not in operation}
    assert open_to_all == {
        "/health", "/health/live", "/health/ready",
        f"{AUTH}/signup", f"{AUTH}/login", f"{AUTH}/refresh",
    }  # fmt: skip


def test_it_says_where_a_key_or_a_cookie_is_taken(operations: list[Operation]) -> None:
    beside_the_path = {
        (endpoint, parameter["in"], parameter["name"], parameter["required"])
        for endpoint, operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["in"] != "path"
    }
    assert beside_the_path == {
        *((endpoint, "header", "Idempotency-Key", False) for endpoint in TAKES_KEY),
        (("post", f"{AUTH}/refresh"), "cookie", "refresh_token", False),
    }


@pytest.mark.contract("BESIDE-05")
async def test_it_is_served_with_a_page_for_people(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "TaskFlow"
    assert (await client.get("/docs")).status_code == 200


@pytest.mark.contract("API-05")
def test_the_file_is_what_the_code_says_and_a_change_is_noticed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "src.openapi_file", "--check"]
    checked = subprocess.run(command, cwd=BACKEND, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    other = tmp_path / "openapi.json"
    other.write_text(FILE.read_text(encoding="utf-8").replace("TaskFlow", "Other"), "utf-8")
    command += ["--file", str(other)]
    checked = subprocess.run(command, cwd=BACKEND, capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert "run make fmt" in checked.stderr
