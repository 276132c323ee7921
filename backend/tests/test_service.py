"""The service as a whole: health, CORS and request ids."""

import httpx2
import pytest

from tests.conftest import make_settings, serving
from tests.helpers import AUTH, CHAT, TASKS, assert_error


@pytest.mark.contract("HEALTH-01")
async def test_health_answers_its_four_keys(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.content == (
        b'{"status":"healthy","version":"0.1.0","environment":"development","chat_registered":true}'
    )


@pytest.mark.contract("BESIDE-02")
async def test_the_probes_tell_alive_and_ready(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "alive"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}


@pytest.mark.contract("HEALTH-02")
async def test_health_tells_the_environment(database_url: str) -> None:
    async with serving(make_settings(database_url, environment="production")) as client:
        assert (await client.get("/health")).json()["environment"] == "production"


@pytest.mark.contract("CORS-05")
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


@pytest.mark.contract("CORS-01")
@pytest.mark.contract("CORS-07")
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


@pytest.mark.contract("HEADER-01")
async def test_the_request_id_is_taken_over_or_made(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    for refused in ("a b\tc", "x" * 65, ""):
        answer = await client.get("/health/live", headers={"X-Request-Id": refused})
        assert len(answer.headers["x-request-id"]) == 32
