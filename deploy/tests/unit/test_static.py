"""What the repository says in several places is the same; where it is not, exactly that is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.contract.static.check import check
from taskflow_deploy.contract.static.comparisons import COMPARISONS
from taskflow_deploy.contract.static.places import Places
from taskflow_deploy.paths import REPOSITORY
from tests.unit.static_copy import Edit, Said, breaks, copy_to, files, replaced

_SPECS = "specs/001-k8s-deployment/contracts"
_DOCUMENT, _OPENAPI = f"{_SPECS}/api-contracts.md", f"{_SPECS}/openapi.json"
_CONTRACT = "deploy/src/taskflow_deploy/contract"
_SCENARIO, _RECORDING = f"{_CONTRACT}/scenario.yaml", f"{_CONTRACT}/recording.json"
_VALUES = "helm/taskflow/values.yaml"
_TASK = "id, user_id, title, description, completed, created_at, updated_at"
_USER = "id, email, created_at"
_OF_ME = (
    "401 MISSING_AUTH_HEADER", "401 INVALID_AUTH_FORMAT", "401 INVALID_TOKEN",
    "401 INVALID_TOKEN_CLAIMS", "401 INVALID_SIGNATURE", "401 TOKEN_EXPIRED",
    "404 USER_NOT_FOUND", "413 PAYLOAD_TOO_LARGE", "500 USER_RETRIEVAL_ERROR",
    "503 SERVICE_UNAVAILABLE",
)  # fmt: skip
_SWAPPED = "user_id, id, title, description, completed, created_at, updated_at"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is read of the repository."""
    copy_to(tmp_path)
    return tmp_path


def test_the_repository_agrees_with_itself() -> None:
    found = check(REPOSITORY)
    assert [one.line for one in found.disagreements] == []
    assert found.summary == (
        "11 endpoints, 29 error codes, 4 ports and 29 settings agree in 35 files"
    )


def test_nothing_is_compared_with_nothing() -> None:
    """A pattern that finds nothing any more would agree with everything."""
    places = Places(REPOSITORY)
    empty = [
        one for one in COMPARISONS if not (one.one(places).values and one.other(places).values)
    ]
    assert [one.other(places).file for one in empty] == ["helm/taskflow/values-local.yaml"]


def in_json(change: Callable[[Any], None]) -> Edit:
    """Return an edit of a JSON file."""

    def edit(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data)

    return edit


def _turn(data: dict[str, Any]) -> None:
    """Turn the order of keys around."""
    turned = dict(reversed(data.items()))
    data.clear()
    data.update(turned)


def _schema(name: str, change: Callable[[dict[str, Any]], None]) -> Edit:
    return in_json(lambda data: change(data["components"]["schemas"][name]["properties"]))


_NEW_ROUTE = """
@router.get("/health/new", responses={**gives(200, READY, "x"), **errors(failed=None)})
async def new() -> Ready:
    return READY
"""


@pytest.mark.parametrize(
    ("file", "edit", "expected"),
    [
        (
            "backend/src/api/tasks.py",
            replaced("status_code=201", "status_code=200"),
            [("success status of POST /api/v1/tasks", "200", "201")] * 3,
        ),
        (
            _OPENAPI,
            replaced('"201": {\n            "description": "The new task."',
                     '"200": {\n            "description": "The new task."'),
            [("success status of POST /api/v1/tasks", "201", "200")],
        ),
        (
            _DOCUMENT,
            replaced("`DELETE /api/v1/tasks/{task_id}` | access token | 204",
                     "`DELETE /api/v1/tasks/{task_id}` | access token | 200"),
            [("success status of DELETE /api/v1/tasks/{task_id}", "204", "200")],
        ),
        (
            _RECORDING,
            in_json(lambda data: data["answers"]["log in"].update(status=201)),
            [("success status of POST /api/v1/auth/login", "200", "201")],
        ),
        (
            "backend/src/api/health.py",
            lambda text: text + _NEW_ROUTE,
            [
                ("success status of GET /health/new", "200", "nothing"),
                ("success status of GET /health/new", "200", "nothing"),
                ("answer of GET /health/new", "status", "nothing"),
                ("error code 413 PAYLOAD_TOO_LARGE of GET /health/new", "told", "nothing"),
                ("error code 503 SERVICE_UNAVAILABLE of GET /health/new", "told", "nothing"),
            ],
        ),
        (
            _DOCUMENT,
            replaced("| `GET /health/live` |", "| `GET /health/alive` |"),
            [
                ("success status of GET /health/live", "200", "nothing"),
                ("success status of GET /health/alive", "nothing", "200"),
            ],
        ),
        (
            _DOCUMENT,
            replaced("### 3. POST /api/v1/auth/login", "### 3. POST /api/v1/auth/signin"),
            [("endpoint number 3", "POST /api/v1/auth/login", "POST /api/v1/auth/signin")],
        ),
        (
            _SCENARIO,
            lambda text: text.replace(
                "endpoint: GET /health\n    proves",
                "endpoint: health\n    path: GET /health\n    proves",
            ).replace("endpoint: GET /health\n", "endpoint: health\n"),
            [("asking of GET /health", "nothing", "told")],
        ),
        (
            _SCENARIO,
            replaced("endpoint: other addresses", "endpoint: PATCH /api/v1/tasks", 9),
            [("asking of PATCH /api/v1/tasks", "nothing", "told")],
        ),
        (
            _SCENARIO,
            replaced("- step: no tasks yet", "- step: none yet"),
            [
                ("recorded step none yet", "told", "nothing"),
                ("recorded step no tasks yet", "nothing", "told"),
            ],
        ),
        (
            "backend/src/schemas/tasks.py",
            replaced("    id: UUID\n    user_id: UUID\n", "    user_id: UUID\n    id: UUID\n"),
            [("answer of GET /api/v1/tasks", f"[{_SWAPPED}]", f"[{_TASK}]"),
             ("answer of POST /api/v1/tasks", _SWAPPED, _TASK),
             ("answer of PUT /api/v1/tasks/{task_id}", _SWAPPED, _TASK)] * 3,
        ),
        (
            _OPENAPI,
            _schema("Refreshed", _turn),
            [("answer of POST /api/v1/auth/refresh", "token, message", "message, token")],
        ),
        (
            _DOCUMENT,
            replaced('{"token": "…", "message": "Token', '{"message": "…", "token": "Token'),
            [("answer of POST /api/v1/auth/refresh", "token, message", "message, token")],
        ),
        (
            _RECORDING,
            replaced(r'"{\"status\":\"pending\",\"message\":',
                     r'"{\"message\":\"pending\",\"status\":'),
            [("answer of POST /api/v1/auth/logout", "status, message", "message, status")],
        ),
        (
            "backend/src/chatbot/api/routes/chat.py",
            replaced('            "INVALID_MESSAGE",\n', '            "INVALID_REQUEST",\n'),
            [
                ("error code 400 INVALID_REQUEST of POST /api/v1/chat", "told", "nothing"),
                ("error code 400 INVALID_MESSAGE of POST /api/v1/chat", "nothing", "told"),
                ("error code 400 INVALID_MESSAGE", "nothing", "told"),
            ],
        ),
        (
            _OPENAPI,
            replaced('"CHAT_ERROR"', '"CHAT_FAULT"'),
            [
                ("error code 500 CHAT_ERROR of POST /api/v1/chat", "told", "nothing"),
                ("error code 500 CHAT_FAULT of POST /api/v1/chat", "nothing", "told"),
            ],
        ),
        (
            _DOCUMENT,
            replaced("| 405 | `METHOD_NOT_ALLOWED`", "| 406 | `METHOD_NOT_ALLOWED`"),
            [
                ("error code 405 METHOD_NOT_ALLOWED", "told", "nothing"),
                ("error code 406 METHOD_NOT_ALLOWED", "nothing", "told"),
                ("error code 405 METHOD_NOT_ALLOWED", "nothing", "told"),
            ],
        ),
        (
            _RECORDING,
            replaced(r"\"code\":\"NOT_FOUND\"", r"\"code\":\"NOWHERE\""),
            [("error code 404 NOWHERE", "nothing", "told")],
        ),
        (
            "backend/src/api/auth.py",
            replaced('@router.get(\n    "/me",', '@router.get(\n    "/i",'),
            [
                ("success status of GET /api/v1/auth/i", "200", "nothing"),
                ("success status of GET /api/v1/auth/me", "nothing", "200"),
            ]
            * 2
            + [
                ("success status of GET /api/v1/auth/me", "nothing", "200"),
                ("answer of GET /api/v1/auth/i", _USER, "nothing"),
                *[("answer of GET /api/v1/auth/me", "nothing", _USER)] * 3,
                *[(f"error code {code} of GET /api/v1/auth/i", "told", "nothing")
                  for code in _OF_ME],
                *[(f"error code {code} of GET /api/v1/auth/me", "nothing", "told")
                  for code in _OF_ME],
            ],
        ),
        (
            _VALUES,
            replaced("apiPrefix: /api/v1", "apiPrefix: /api/v2"),
            [("path before the routes", "/api/v1", "/api/v2")],
        ),
    ],
)  # fmt: skip
def test_endpoints_answers_and_codes(
    copy: Path, file: str, edit: Edit, expected: list[Said]
) -> None:
    breaks(copy, file, edit, expected)


def test_where_is_told_with_the_line_and_what_to_do(copy: Path) -> None:
    file = copy / "backend/src/api/tasks.py"
    text = file.read_text(encoding="utf-8").replace("status_code=201", "status_code=200")
    file.write_text(text, encoding="utf-8")
    first = check(copy).disagreements[0]
    line = text.splitlines().index("@router.post(") + 1
    assert first.line == (
        f"success status of POST /api/v1/tasks: 200 in backend/src/api/tasks.py:{line}, "
        f"201 in {_OPENAPI}"
    )
    assert "make fmt" in first.mend


@pytest.mark.parametrize("file", files())
def test_a_file_that_cannot_be_understood_is_told(copy: Path, file: str) -> None:
    text = (copy / file).read_bytes()
    (copy / file).unlink()
    told = {(one.where_other, one.other) for one in check(copy).disagreements}
    assert told == {(file, "nothing, since it cannot be read: No such file or directory")}
    (copy / file).write_bytes(b"}{ : [\n")
    assert check(copy).disagreements
    (copy / file).write_bytes(text[: len(text) // 2])
    check(copy)  # says something or nothing, but does not fail
