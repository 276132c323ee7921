"""SIGTERM: what runs ends, nothing is cut, and the process leaves in time."""

import asyncio
import signal
import time
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.faults.backend import Backend, backend
from tests.helpers import AUTH, CHAT, PASSWORD, assert_error, count_kept
from tests.standin.replies import call, say, slow, use
from tests.standin.server import KEY, StandIn

SLOW = "tests.faults.slow"


async def _signed_up(client: httpx2.AsyncClient) -> str:
    """Make a user, let the client speak for it, and return its id."""
    given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    answer = await client.post(f"{AUTH}/signup", json=given)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    client.cookies.clear()
    user_id: str = answer.json()["user"]["id"]
    return user_id


def _client(server: Backend) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, timeout=30)


def _claude(database_url: str, api: StandIn, **given: Any) -> AbstractContextManager[Backend]:
    """Run a server whose assistant is Claude, by its stand-in."""
    return backend(database_url, anthropic_api_key=KEY, anthropic_base_url=api.url, **given)


async def _ended(server: Backend, seconds: float) -> int:
    return await asyncio.to_thread(server.exit_code, seconds)


async def test_what_runs_is_answered_whole_and_nobody_new_gets_in(database_url: str) -> None:
    with StandIn() as api:
        api.script(use(call("add_task", title="milk")), slow(say("Added."), 3))
        with _claude(database_url, api, module=SLOW) as server:
            async with _client(server) as client:
                user_id = await _signed_up(client)
                turn = asyncio.create_task(client.post(CHAT, json={"message": "add milk"}))
                stream = asyncio.create_task(client.get("/slow/stream?seconds=3"))
                answer = asyncio.create_task(client.get("/slow/answer?seconds=2"))
                await asyncio.sleep(1)
                server.stop()
                await asyncio.to_thread(server.wait_until, "stopping")
                await asyncio.sleep(0.2)
                with pytest.raises(httpx2.ConnectError):
                    await asyncio.to_thread(server.get, "/health/live")
                said, streamed, answered = await asyncio.gather(turn, stream, answer)
            assert (said.status_code, said.json()["response"]) == (200, "Added.")
            assert streamed.text == "".join(f"line {number}\n" for number in range(20))
            assert answered.json() == {"slow": "answer"}
            assert said.headers["connection"] == answered.headers["connection"] == "close"
            assert await _ended(server, 5) == 0
            assert server.logged("stopped")
            assert "Traceback" not in server.printed()
    assert (await count_kept(database_url, user_id))["tasks"] == 1


async def test_clients_that_keep_their_connections_see_no_broken_answer(
    database_url: str,
) -> None:
    with backend(database_url) as server:
        told_to_close: list[bool] = []

        async def ask_until_refused() -> None:
            async with _client(server) as client:
                while True:
                    try:
                        answer = await client.get("/health/ready")
                    except httpx2.ConnectError:
                        return
                    assert answer.json() == {"status": "ready"}
                    told_to_close.append(answer.headers.get("connection") == "close")
                    await asyncio.sleep(0.01)

        clients = [asyncio.create_task(ask_until_refused()) for _ in range(30)]
        while len(told_to_close) < 200:  # noqa: ASYNC110 - all of them are under way
            await asyncio.sleep(0.05)
        server.stop()
        await asyncio.gather(*clients)
        # Each was told once, and has asked nothing more on that connection.
        assert told_to_close.count(True) == 30
        assert await _ended(server, 10) == 0


async def test_an_idle_connection_is_closed_and_does_not_hold_the_process(
    database_url: str,
) -> None:
    with backend(database_url) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        server.stop()
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
        assert await _ended(server, 5) == 0


async def test_a_turn_that_takes_too_long_is_told_to_come_again_and_changes_nothing(
    database_url: str,
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    with StandIn() as api:
        api.script(use(call("add_task", title="milk")), slow(say("Added."), 50))
        with _claude(database_url, api, drain_seconds=3) as server:
            async with _client(server) as client:
                user_id = await _signed_up(client)
                headers = dict(client.headers)
                asked = client.post(CHAT, json={"message": "add milk"}, headers=key)
                turn = asyncio.create_task(asked)
                while len(api.requests) < 2:  # noqa: ASYNC110 - the tool has run
                    await asyncio.sleep(0.05)
                server.stop()
                started = time.monotonic()
                answer = await turn
                assert time.monotonic() - started < 3
            assert_error(answer, 503, "SERVICE_UNAVAILABLE")
            assert answer.headers["retry-after"] == "1"
            assert await _ended(server, 5) == 0
            assert "Traceback" not in server.printed()
    assert set((await count_kept(database_url, user_id)).values()) == {0}
    # The next process does what this one could not.
    with StandIn() as api:
        api.script(use(call("add_task", title="milk")), say("Added."))
        with _claude(database_url, api) as server:
            async with _client(server) as client:
                client.headers.update(headers)
                answer = await client.post(CHAT, json={"message": "add milk"}, headers=key)
                assert answer.status_code == 200, answer.text
    assert (await count_kept(database_url, user_id))["tasks"] == 1


async def test_where_the_time_is_too_short_requests_are_answered_and_only_streams_are_cut(
    database_url: str,
) -> None:
    with backend(database_url, module=SLOW, drain_seconds=1) as server:
        async with _client(server) as client:
            stream = asyncio.create_task(client.get("/slow/stream?seconds=60"))
            answer = asyncio.create_task(client.get("/slow/answer?seconds=3.5"))
            await asyncio.sleep(0.5)
            started = time.monotonic()
            server.stop()
            answered = await answer
            assert time.monotonic() - started < 1
            assert_error(answered, 503, "SERVICE_UNAVAILABLE")
            assert answered.headers["retry-after"] == "1"
            with pytest.raises(httpx2.RemoteProtocolError):
                await stream
        assert await _ended(server, 5) == 0
        assert server.logged("requests end unfinished")[0]["running"] == 2


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_at_once(database_url: str, second: signal.Signals) -> None:
    with backend(database_url, module=SLOW) as server:
        async with _client(server) as client:
            answer = asyncio.create_task(client.get("/slow/answer?seconds=3.5"))
            await asyncio.sleep(0.5)
            server.stop()
            await asyncio.to_thread(server.wait_until, "stopping")
            server.stop(second)
            assert await _ended(server, 1) == 128 + second
            with pytest.raises(httpx2.TransportError):
                await answer
