"""Logs: one JSON object a line, the request's facts and id on them, and nothing secret."""

import asyncio
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from src.application import create_app
from src.observability import logs
from tests.conftest import BACKEND, SignedUp, client_of, make_settings, started
from tests.helpers import AUTH, PASSWORD, TASKS, add_task, assert_error

_log = structlog.get_logger()
_PAGE = BACKEND.parent / "docs" / "operations" / "metrics.md"
_EXAMPLE = re.compile(r'^{"event":"request",.*}$', re.MULTILINE)


def lines_of(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the log since the last look; each line has to be an object of its own."""
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


async def test_the_line_of_a_request_says_who_asked_what_and_what_was_answered(
    client: httpx2.AsyncClient, user: SignedUp, capfd: pytest.CaptureFixture[str]
) -> None:
    task = await add_task(client, user.headers, "milk")
    capfd.readouterr()
    headers = {**user.headers, "X-Request-Id": "from.the_client-1"}
    answer = await client.put(f"{TASKS}/{task['id']}", json={"completed": True}, headers=headers)
    (line,) = lines_of(capfd)
    assert list(line) == list(json.loads(_EXAMPLE.findall(_PAGE.read_text("utf-8"))[0]))
    assert answer.headers["x-request-id"] == "from.the_client-1"
    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "from.the_client-1",
        "method": "PUT",
        "route": "/api/v1/tasks/{task_id}",
        "status": 200,
        "user_id": user.id,
        "client": "127.0.0.1",
    }


async def test_a_path_that_a_client_made_up_is_in_no_line(
    client: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    made_up = uuid4().hex
    for path in (f"/{made_up}", f"{TASKS}/{made_up}/more", f"{TASKS}?token={made_up}"):
        await client.get(path)
    text = capfd.readouterr().out
    routes = [json.loads(line)["route"] for line in text.splitlines()]
    assert routes == ["unmatched", "unmatched", TASKS]
    assert made_up not in text


async def test_probes_that_are_well_are_not_worth_a_line(
    client: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in ("/health/live", "/health/ready"):
        assert (await client.get(path)).status_code == 200
    assert lines_of(capfd) == []
    assert (await client.post("/health/live")).status_code == 405
    assert [line["status"] for line in lines_of(capfd)] == [405]


async def test_every_line_of_a_request_has_its_id_however_many_run_at_once(
    client: httpx2.AsyncClient,
    app: FastAPI,
    user: SignedUp,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tokens = app.state.taskflow.tokens
    read = tokens.read_access

    def read_and_tell(token: str) -> Any:
        _log.info("inside", token_length=len(token))
        return read(token)

    monkeypatch.setattr(type(tokens), "read_access", lambda _, token: read_and_tell(token))

    async def ask(number: int) -> None:
        headers = {**user.headers, "X-Request-Id": f"request-{number}"}
        answer = await client.get(TASKS, headers=headers)
        assert answer.headers["x-request-id"] == f"request-{number}"

    await asyncio.gather(*(ask(number) for number in range(40)))
    lines = lines_of(capfd)
    expected = sorted(f"request-{number}" for number in range(40))
    for event in ("inside", "request"):
        assert sorted(line["request_id"] for line in lines if line["event"] == event) == expected
    _log.info("outside")
    assert "request_id" not in lines_of(capfd)[0]


async def test_the_standard_librarys_records_get_the_same_form(
    app: FastAPI, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("uvicorn.error").info("Started on %s", "port 1")
    logging.getLogger("sqlalchemy.pool").warning("two\nlines")
    logging.getLogger("uvicorn.access").info("our own line says it better")
    logging.getLogger("httpx2").info("the address of a model")
    started_on, two_lines = lines_of(capfd)
    assert started_on.pop("timestamp").endswith("Z")
    assert started_on == {"event": "Started on port 1", "level": "info", "logger": "uvicorn.error"}
    assert (two_lines["event"], two_lines["level"]) == ("two\nlines", "warning")


async def test_a_fault_is_logged_with_its_stack_but_without_the_rows_that_postgresql_quotes(
    client: httpx2.AsyncClient,
    user: SignedUp,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    # PostgreSQL names the column that must not be empty, and adds the row where it was.
    monkeypatch.setattr("src.security.passwords.Passwords.hash", _no_hash)
    email = f"{uuid4().hex}@example.com"
    answer = await client.post(f"{AUTH}/signup", json={"email": email, "password": PASSWORD})
    assert_error(answer, 500, "INTERNAL_ERROR")
    failed, request = lines_of(capfd)
    assert failed["event"] == "request failed"
    assert failed["request_id"] == request["request_id"]
    assert "Traceback" in failed["exception"]
    assert "NotNullViolationError" in failed["exception"]
    assert "DETAIL" not in failed["exception"]
    assert email not in json.dumps(failed)


async def _no_hash(_: object, __: str) -> None:
    """Take the place of a hash."""


async def test_what_cannot_be_written_as_json_is_written_all_the_same(
    app: FastAPI, capfd: pytest.CaptureFixture[str]
) -> None:
    _log.info("half \ud800", number=2**70, thing=object, inner={1: {"x"}})
    logging.getLogger("any").warning("half \ud800")
    first, second = lines_of(capfd)
    assert first["number"] == 2**70
    assert first["event"] == second["event"] == "half \ud800"


@pytest.mark.parametrize(("level", "expected"), [("INFO", 1), ("warning", 0)])
async def test_the_level_is_a_setting(
    database_url: str, capfd: pytest.CaptureFixture[str], level: str, expected: int
) -> None:
    application = create_app(make_settings(database_url, log_level=level))
    try:
        async with started(application), client_of(application) as client:
            capfd.readouterr()
            await client.get("/health")
            assert len(lines_of(capfd)) == expected
    finally:
        logs.configure(make_settings(database_url))  # as the other tests expect it


def test_a_log_that_cannot_be_written_fails_nothing() -> None:
    program = (
        "import structlog; from src.observability import logs; from tests.conftest import *;"
        "logs.configure(make_settings('postgresql://a:b@127.0.0.1/c'));"
        "structlog.get_logger().info('x'); logs.REQUEST_LINES.write({'event': 'x'});"
        "import logging; logging.getLogger('y').warning('y')"
    )
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=BACKEND, stdout=full,
            stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
