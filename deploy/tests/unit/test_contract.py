"""The verifier, against the real backend: it is content with it, and misses no damage."""

import json
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from taskflow_deploy.contract.session import EndpointResult
from taskflow_deploy.contract.verify import ContractReport, verify
from taskflow_deploy.redaction import redact
from tests.unit.proxy import Answer, Damage, damaging

_ENDPOINTS = [
    "GET /health",
    "POST /api/v1/auth/signup",
    "POST /api/v1/auth/login",
    "GET /api/v1/auth/me",
    "POST /api/v1/tasks",
    "GET /api/v1/tasks",
    "PUT /api/v1/tasks/{task_id}",
    "DELETE /api/v1/tasks/{task_id}",
    "POST /api/v1/chat",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/logout",
    "other addresses",
]
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _verify(port: int) -> ContractReport:
    return verify(f"http://127.0.0.1:{port}/")


def test_the_real_backend_keeps_every_promise(backend_port: int) -> None:
    left: list[Any] = []

    def watch(method: str, path: str, answer: Answer) -> None:
        if (method, path, answer.status) == ("GET", "/api/v1/tasks", 200):
            left[:] = [json.loads(answer.body)]

    with damaging(backend_port, watch) as port:
        report = _verify(port)
    assert report.passed, [result for result in report.results if not result.passed]
    assert [result.endpoint for result in report.results] == _ENDPOINTS
    assert report.checked >= 50
    for result in report.results:
        assert result.detail == f"answers checked: {result.checked}"
        assert result.checked > 0
        assert (result.curl, result.seconds > 0) == ("", True)
    assert json.loads(json.dumps(report.to_json()))["passed"] is True
    assert left == [[]], "it removes the tasks that it made"


def _at(endpoint: str, status: int, change: Callable[[Answer], None]) -> Damage:
    """Damage the answers of an endpoint that have a status."""
    method, _, path = endpoint.partition(" ")
    pattern = re.compile(path.replace("{task_id}", _ID.pattern))

    def damage(asked_method: str, asked_path: str, answer: Answer) -> None:
        if asked_method == method and pattern.fullmatch(asked_path) and answer.status == status:
            change(answer)

    return damage


def _body(change: Callable[[Any], Any]) -> Callable[[Answer], None]:
    def damage(answer: Answer) -> None:
        value = json.loads(answer.body)
        answer.body = json.dumps(change(value) or value).encode()

    return damage


def _header(name: str, old: str, new: str) -> Callable[[Answer], None]:
    def damage(answer: Answer) -> None:
        answer.headers = [
            (key, re.sub(old, new, value) if key.lower() == name else value)
            for key, value in answer.headers
        ]

    return damage


def _status(status: int) -> Callable[[Answer], None]:
    def damage(answer: Answer) -> None:
        answer.status = status

    return damage


def _reversed(value: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(value.items()))


def _without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: kept for name, kept in value.items() if name != key}


def _plus_offset(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "created_at": value["created_at"].replace("Z", "+00:00")}


def _swapped(value: list[Any]) -> list[Any]:
    return value[::-1]


_SOMEBODY = "11111111-2222-4333-8444-555555555555"


# Damage that later endpoints do not suffer from: all of it is done at once, and each piece is
# found where it is, and nowhere else.
_TOGETHER = [
    {
        "GET /health": (200, _body(lambda v: v.update(chat_registered=1)), "chat_registered is 1"),
        "POST /api/v1/auth/signup": (400, _body(lambda v: {"detail": v}), "keys ['detail']"),
        "GET /api/v1/auth/me": (200, _body(lambda v: v.update(id=_SOMEBODY)), "body.id is"),
        "GET /api/v1/tasks": (200, _body(_swapped), "body[0].id is"),
        "PUT /api/v1/tasks/{task_id}": (200, _body(lambda v: _without(v, "updated_at")), "keys"),
        "POST /api/v1/chat": (200, _body(lambda v: v.update(tool_calls=[])), "tool_calls is []"),
        "POST /api/v1/auth/refresh": (200, _body(lambda v: v.update(token="x")), "token is 'x'"),
        "POST /api/v1/auth/logout": (200, _body(lambda v: v.update(status="ok")), "status is 'ok'"),
        "GET /api/v1/nowhere": (404, _header("content-type", ".*", "text/html"), "text/html"),
    },
    {
        "GET /health": (200, _header("content-type", "$", "; charset=utf-8"), "content type"),
        "POST /api/v1/chat": (400, _body(lambda v: v.update(code="NO")), "body.code is 'NO'"),
        "POST /api/v1/auth/refresh": (200, _header("set-cookie", "=/api/v1/auth", "=/"), "Path"),
        "PUT /api/v1/tasks/{task_id}": (200, _body(_plus_offset), "created_at is"),
        "PATCH /api/v1/tasks": (405, _body(lambda v: v.update(message="")), "body.message is ''"),
    },
]


@pytest.mark.parametrize("damage", _TOGETHER, ids=["one", "another"])
def test_damage_is_found_where_it_is_and_nowhere_else(
    backend_port: int, damage: dict[str, tuple[int, Callable[[Answer], None], str]]
) -> None:
    damages = [_at(endpoint, status, change) for endpoint, (status, change, _) in damage.items()]

    def do_all(method: str, path: str, answer: Answer) -> None:
        for change in damages:
            change(method, path, answer)

    with damaging(backend_port, do_all) as port:
        report = _verify(port)
    found = {result.endpoint: result.detail for result in report.results if not result.passed}
    told = {_place(endpoint): detail for endpoint, (_, _, detail) in damage.items()}
    assert set(found) == set(told)
    for endpoint, detail in told.items():
        assert detail in found[endpoint]


@pytest.mark.parametrize(
    ("endpoint", "status", "damage", "detail"),
    [
        ("POST /api/v1/auth/signup", 201, _status(200), "status 200, not 201"),
        ("POST /api/v1/auth/signup", 201, _header("set-cookie", "; HttpOnly", ""), "HttpOnly"),
        ("POST /api/v1/auth/login", 200, _body(_reversed), "keys ['message', 'token', 'user']"),
        ("POST /api/v1/auth/login", 200, _header("set-cookie", "(?i)lax", "None"), "SameSite=lax"),
        ("POST /api/v1/tasks", 201, _body(lambda v: v.update(priority=1)), "'priority'"),
        ("POST /api/v1/tasks", 201, _body(lambda v: v.update(user_id=_SOMEBODY)), "user_id is"),
        ("DELETE /api/v1/tasks/{task_id}", 204, _status(200), "status 200, not 204"),
    ],
)  # fmt: skip
def test_the_first_broken_promise_is_the_damaged_one(
    backend_port: int, endpoint: str, status: int, damage: Callable[[Answer], None], detail: str
) -> None:
    with damaging(backend_port, _at(endpoint, status, damage)) as port:
        broken = _first_broken(_verify(port))
    assert broken.endpoint == endpoint
    assert detail in broken.detail
    assert broken.curl.startswith("curl -i -X ")
    assert "eyJ" not in redact(broken.curl), "a token"


def test_what_cannot_be_tried_says_so_and_is_not_blamed(backend_port: int) -> None:
    damage = _at("POST /api/v1/auth/login", 200, _status(500))
    with damaging(backend_port, damage) as port:
        report = _verify(port)
    told = {result.endpoint: result for result in report.results}
    assert not report.passed
    assert told["POST /api/v1/auth/login"].detail == "status 500, not 200"
    assert told["GET /health"].passed
    for endpoint in _ENDPOINTS[3:11]:
        assert "since an earlier step failed" in told[endpoint].detail, endpoint


def test_nobody_there_is_told_at_every_endpoint() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    report = _verify(port)
    assert not report.passed
    assert report.results[0].detail == "no answer: ConnectError"
    assert not any(result.passed for result in report.results)


def test_a_report_of_nothing_is_no_success() -> None:
    assert not ContractReport([]).passed


def _place(endpoint: str) -> str:
    return endpoint if endpoint in _ENDPOINTS else "other addresses"


def _first_broken(report: ContractReport) -> EndpointResult:
    assert not report.passed
    return next(result for result in report.results if not result.passed)
