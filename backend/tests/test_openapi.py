"""The API's own description: it builds, and it promises what the contract says."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.helpers import AUTH, CHAT, TASKS

# Beside the success, what each endpoint can answer; 500 and 503 any of them.
STATUSES = {
    ("post", f"{AUTH}/signup"): [201, 400, 413],
    ("post", f"{AUTH}/login"): [200, 400, 401, 413],
    ("post", f"{AUTH}/logout"): [200, 401],
    ("get", f"{AUTH}/me"): [200, 401, 404],
    ("post", f"{AUTH}/refresh"): [200, 400, 401, 413],
    ("get", TASKS): [200, 401],
    ("post", TASKS): [201, 400, 401, 404, 413],
    ("put", f"{TASKS}/{{task_id}}"): [200, 400, 401, 403, 404, 413],
    ("delete", f"{TASKS}/{{task_id}}"): [204, 400, 401, 403, 404],
    ("post", CHAT): [200, 400, 401, 404, 413],
}
ERROR = {"schema": {"$ref": "#/components/schemas/ErrorOut"}}


@pytest.fixture
def described(app: FastAPI) -> dict[str, Any]:
    """The description, made anew."""
    app.openapi_schema = None
    return app.openapi()


def test_every_endpoint_names_every_status_it_can_answer(described: dict[str, Any]) -> None:
    found = {
        (method, path): list(operation["responses"])
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if not path.startswith("/health")
    }
    assert found == {
        endpoint: [*map(str, statuses), "500", "503", "default"]
        for endpoint, statuses in STATUSES.items()
    }


def test_every_error_has_the_one_shape(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if not status.startswith("2") and path != "/health":
                    assert response["content"] == {"application/json": ERROR}, (path, status)
    error = described["components"]["schemas"]["ErrorOut"]
    assert list(error["properties"]) == ["error", "code", "message"]
    assert error["required"] == ["error", "code", "message"]
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_health_is_described_with_its_four_keys_in_both_cases(described: dict[str, Any]) -> None:
    responses = described["paths"]["/health"]["get"]["responses"]
    shapes = {status: found["content"]["application/json"] for status, found in responses.items()}
    health = {"schema": {"$ref": "#/components/schemas/Health"}}
    assert shapes == {"200": health, "503": health}


def test_it_says_where_a_token_is_wanted(described: dict[str, Any]) -> None:
    open_to_all = {
        path
        for path, methods in described["paths"].items()
        for operation in methods.values()
        if "security" not in operation
    }
    assert open_to_all == {
        "/health", "/health/live", "/health/ready",
        f"{AUTH}/signup", f"{AUTH}/login", f"{AUTH}/refresh",
    }  # fmt: skip


async def test_it_is_served_with_a_page_for_people(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "TaskFlow"
    assert (await client.get("/docs")).status_code == 200
