"""The service as a whole: health, CORS, request ids, and the server as it is run."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import httpx2
import pytest

from tests.conftest import BACKEND, SECRET, eventually, make_settings, serving
from tests.helpers import AUTH, CHAT, TASKS, assert_error


async def test_health_answers_its_four_keys(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.content == (
        b'{"status":"healthy","version":"0.1.0","environment":"development","chat_registered":true}'
    )


async def test_the_probes_tell_alive_and_ready(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "alive"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}


async def test_health_tells_the_environment(database_url: str) -> None:
    async with serving(make_settings(database_url, environment="production")) as client:
        assert (await client.get("/health")).json()["environment"] == "production"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://tasks.example:8443"])
async def test_cors_lets_our_origins_do_everything_with_credentials(
    database_url: str, origin: str
) -> None:
    settings = make_settings(
        database_url, cors_origins="http://localhost:3000,, https://tasks.example:8443"
    )
    async with serving(settings) as client:
        for path in (TASKS, CHAT, f"{AUTH}/refresh"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                asked = {
                    "Origin": origin,
                    "Access-Control-Request-Method": method,
                    "Access-Control-Request-Headers": "authorization, x-anything",
                }
                answer = await client.options(path, headers=asked)
                assert answer.status_code == 200
                assert answer.headers["access-control-allow-origin"] == origin
                assert answer.headers["access-control-allow-credentials"] == "true"
                assert method in answer.headers["access-control-allow-methods"]
                assert "x-anything" in answer.headers["access-control-allow-headers"]
        answer = await client.get(TASKS, headers={"Origin": origin})
        assert_error(answer, 401, "MISSING_AUTH_HEADER")
        assert answer.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://localhost:3000", "http://localhost:3001", "null"],
)
async def test_cors_knows_no_other_origin(client: httpx2.AsyncClient, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    refused = await client.options(TASKS, headers=asked)
    assert_error(refused, 400, "INVALID_REQUEST")
    for answer in (refused, await client.get("/health", headers={"Origin": origin})):
        assert "access-control-allow-origin" not in answer.headers


async def test_the_request_id_is_taken_over_or_made(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    for refused in ("a b\tc", "x" * 65, ""):
        answer = await client.get("/health/live", headers={"X-Request-Id": refused})
        assert len(answer.headers["x-request-id"]) == 32


async def test_the_real_server_answers_and_stops(database_url: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url, "BETTER_AUTH_SECRET": SECRET}
    command = [str(Path(sys.prefix) / "bin" / "fastapi"), "run", "src/main.py"]
    process = await asyncio.create_subprocess_exec(
        *command, "--host", "127.0.0.1", "--port", str(port), cwd=BACKEND, env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def healthy() -> bool:
                try:
                    return (await client.get("/health")).status_code == 200
                except httpx2.TransportError:
                    return False

            await eventually(healthy, 30)
            assert_error(await client.get(TASKS), 401, "MISSING_AUTH_HEADER")
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 15)
    assert process.returncode in {0, -15}
