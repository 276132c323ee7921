"""What the repository says in several places is the same; where it is not, exactly that is told."""

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.contract.static.check import check
from taskflow_deploy.contract.static.comparisons import COMPARISONS
from taskflow_deploy.contract.static.places import Places
from taskflow_deploy.paths import REPOSITORY

Said = tuple[str, str, str]
Edit = Callable[[str], str]

_SPECS = "specs/001-k8s-deployment/contracts"
_DOCUMENT, _OPENAPI = f"{_SPECS}/api-contracts.md", f"{_SPECS}/openapi.json"
_CONTRACT = "deploy/src/taskflow_deploy/contract"
_SCENARIO, _RECORDING = f"{_CONTRACT}/scenario.yaml", f"{_CONTRACT}/recording.json"
_TEMPLATES, _VALUES = "helm/taskflow/templates", "helm/taskflow/values.yaml"
_CONFIG, _PAGE = "backend/src/config.py", "docs/operations/settings.md"
_TASK = "id, user_id, title, description, completed, created_at, updated_at"
_USER = "id, email, created_at"
_OF_ME = (
    "401 MISSING_AUTH_HEADER", "401 INVALID_AUTH_FORMAT", "401 INVALID_TOKEN",
    "401 INVALID_TOKEN_CLAIMS", "401 INVALID_SIGNATURE", "401 TOKEN_EXPIRED",
    "404 USER_NOT_FOUND", "413 PAYLOAD_TOO_LARGE", "500 USER_RETRIEVAL_ERROR",
    "503 SERVICE_UNAVAILABLE",
)  # fmt: skip
_SWAPPED = "user_id, id, title, description, completed, created_at, updated_at"


@cache
def _files() -> list[str]:
    """Return the files that are read."""
    places = Places(REPOSITORY)
    for one in COMPARISONS:
        one.one(places), one.other(places)
    return sorted(places.files.texts)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is read of the repository."""
    for file in _files():
        target = tmp_path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / file, target)
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


def replaced(old: str, new: str, times: int = 1) -> Edit:
    """Return an edit of a text that has to be there."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, times)

    return edit


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
    _breaks(copy, file, edit, expected)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docker/backend.Dockerfile", '"8000"', '"8001"', ("backend", "8000", "8001")),
        ("docker/frontend.Dockerfile", "PORT=3000", "PORT=3001", ("frontend", "3000", "3001")),
        ("backend/src/server/__main__.py", "default=8000", "default=80", ("backend", "8000", "80")),
        ("frontend/serve.mjs", "?? 3000", "?? 80", ("frontend", "3000", "80")),
        ("frontend/src/lib/upstream/forward.ts", ":8000", ":80", ("backend", "8000", "80")),
        (_VALUES, "    port: 8000", "    port: 80", ("backend", "8000", "80")),
        (_VALUES, "    port: 3000", "    port: 80", ("frontend", "3000", "80")),
        (
            f"{_TEMPLATES}/backend-deployment.yaml", "containerPort: 8000", "containerPort: 80",
            ("backend", "8000", "80"),
        ),
        (
            f"{_TEMPLATES}/backend-service.yaml", "targetPort: http", "targetPort: web",
            ("backend", "8000", "no port called web"),
        ),
        (
            f"{_TEMPLATES}/frontend-deployment.yaml", 'value: "3000"', 'value: "80"',
            ("frontend", "3000", "80"),
        ),
        (
            f"{_TEMPLATES}/backend-networkpolicy.yaml", "port: 8000", "port: 80",
            ("backend", "8000", "80"),
        ),
        (
            f"{_TEMPLATES}/frontend-networkpolicy.yaml", "port: 3000", "port: 80",
            ("frontend", "3000", "80"),
        ),
        (
            f"{_TEMPLATES}/frontend-networkpolicy.yaml", "port: 8000", "port: 80",
            ("backend", "8000", "80"),
        ),
        (
            "helm/taskflow/values-local.yaml", "frontend:\n",
            "frontend:\n  service:\n    nodePort: 30301\n", ("node", "30300", "30301"),
        ),
        (_VALUES, "localhost:30300", "localhost:30301", ("node", "30300", "30301")),
        (
            "deploy/src/taskflow_deploy/settings.py", "DEFAULT_NODE_PORT = 30300",
            "DEFAULT_NODE_PORT = 30301", ("node", "30300", "30301"),
        ),
        (_VALUES, "metricsPort: 9464", "metricsPort: 9465", ("metrics", "9465", "9464")),
        ("docs/operations/metrics.md", "9464:9464", "9464:9465", ("metrics", "9464", "9465")),
    ],
)  # fmt: skip
def test_ports(copy: Path, file: str, old: str, new: str, said: Said) -> None:
    _breaks(copy, file, replaced(old, new), [(f"port of the {said[0]}", *said[1:])])


def test_a_port_that_an_image_exposes_is_compared_with_all_others(copy: Path) -> None:
    edit = replaced("EXPOSE 8000", "EXPOSE 80")
    file = "docker/backend.Dockerfile"
    _breaks(copy, file, edit, [("port of the backend", "80", "8000")] * 7)


@pytest.mark.parametrize(
    ("file", "edit", "expected"),
    [
        (
            _CONFIG,
            replaced("    pool_size: int", "    new_one: int\n    pool_size: int"),
            [
                ("setting NEW_ONE", "required", "nothing"),
                ("default of NEW_ONE", "none", "nothing"),
                ("setting NEW_ONE", "nothing", "told"),
            ],
        ),
        (
            _CONFIG,
            replaced("session_days: int = Field(default=30", "session_days: int = Field(31"),
            [("default of SESSION_DAYS", "31", "30")],
        ),
        (
            _CONFIG,
            replaced("login_account: Limit = Rate(30, 3_600)",
                     "login_account: Limit = Rate(30, 60)"),
            [("default of RATE_LIMIT_LOGIN_ACCOUNT", "30/minute", "30/hour")],
        ),
        (
            _PAGE,
            replaced("| `SESSION_DAYS` | `30` |", "| `SESSION_DAYS` | none |"),
            [
                ("setting SESSION_DAYS", "optional", "required"),
                ("default of SESSION_DAYS", "30", "none"),
            ],
        ),
        (
            _PAGE,
            replaced("| `DEBUG` | `false` |", "| `DEBUGGING` | `false` |"),
            [
                ("setting DEBUG", "optional", "nothing"),
                ("setting DEBUGGING", "nothing", "optional"),
                ("default of DEBUG", "false", "nothing"),
                ("default of DEBUGGING", "nothing", "false"),
            ],
        ),
        (
            f"{_TEMPLATES}/backend-configmap.yaml",
            replaced("  LOG_LEVEL:", "  LOGLEVEL:"),
            [("setting LOGLEVEL", "nothing", "told")],
        ),
        (
            _VALUES,
            replaced("loginAddress:", "loginPerson:"),
            [("setting RATE_LIMIT_LOGIN_PERSON", "nothing", "told")],
        ),
        (
            f"{_TEMPLATES}/backend-secrets.yaml",
            replaced("  DATABASE_URL:", "  DATABASE:"),
            [
                ("setting DATABASE", "nothing", "told"),
                ("setting DATABASE_URL", "nothing", "told"),
                ("setting DATABASE", "told", "nothing"),
                ("setting DATABASE_URL", "nothing", "told"),
            ],
        ),
        (
            "deploy/src/taskflow_deploy/pod_secrets.py",
            replaced('"ANTHROPIC_API_KEY"', '"CLAUDE_API_KEY"'),
            [
                ("setting ANTHROPIC_API_KEY", "told", "nothing"),
                ("setting CLAUDE_API_KEY", "nothing", "told"),
            ],
        ),
    ],
)  # fmt: skip
def test_settings(copy: Path, file: str, edit: Edit, expected: list[Said]) -> None:
    _breaks(copy, file, edit, expected)


def _breaks(copy: Path, file: str, edit: Edit, expected: list[Said]) -> None:
    """Edit a file of the copy, and see exactly the expected disagreements, which all name it."""
    place = copy / file
    place.write_text(edit(place.read_text(encoding="utf-8")), encoding="utf-8")
    found = check(copy)
    said = [(one.what, one.one, one.other) for one in found.disagreements]
    assert sorted(said) == sorted(expected)
    for one in found.disagreements:
        assert any(file in where or where in file for where in (one.where_one, one.where_other))
        assert one.mend
    assert found.summary == ""


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


def test_a_file_that_cannot_be_understood_is_told(copy: Path) -> None:
    for file in _files():
        text = (copy / file).read_bytes()
        (copy / file).unlink()
        found = check(copy).disagreements
        assert {one.where_other for one in found} == {file}
        assert [one.other for one in found] == [
            "nothing, since it cannot be read: No such file or directory"
        ]
        (copy / file).write_bytes(b"}{ : [\n")
        assert check(copy).disagreements, file
        (copy / file).write_bytes(text[: len(text) // 2])
        check(copy)  # says something or nothing, but does not fail
        (copy / file).write_bytes(text)
    assert check(copy).disagreements == []
