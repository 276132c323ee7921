"""The database's limits: what waits, waits for a bounded time and is answered 503."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from src.api import task_json
from src.database import Database
from src.models import Task
from src.repositories import tasks
from src.schemas.tasks import TaskOut
from tests.conftest import SignedUp, make_settings, serving
from tests.helpers import TASKS, add_task, assert_error, list_tasks

LONGEST = 5.0  # seconds that anybody may be kept waiting


@asynccontextmanager
async def _at_most(seconds: float) -> AsyncIterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


async def test_a_row_that_another_keeps_locked_is_waited_for_and_then_503(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str
) -> None:
    task = await add_task(client, user.headers, "locked")
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("SELECT FROM task WHERE id = $1 FOR UPDATE", task["id"])
        async with _at_most(LONGEST):
            answer = await client.put(
                f"{TASKS}/{task['id']}", json={"title": "new"}, headers=user.headers
            )
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        # Reading is not held up.
        assert await list_tasks(client, user.headers) == [task]
    await other.close()


async def test_where_all_connections_are_taken_it_is_503_and_then_well_again(
    database_url: str,
) -> None:
    settings = make_settings(database_url, pool_size=1)
    async with serving(settings) as client:
        account = {"email": f"{uuid4().hex}@example.com", "password": "a good password"}
        token = (await client.post("/api/v1/auth/signup", json=account)).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        database: Database = client._transport.app.state.taskflow.database  # type: ignore[attr-defined]
        async with database.engine.connect(), _at_most(LONGEST):
            answer = await client.get(TASKS, headers=headers)
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
        assert await list_tasks(client, headers) == []


@pytest.mark.parametrize("hangs", ["before the first byte", "in the middle of a connection"])
async def test_a_database_that_hangs_is_given_up(
    database_url: str, user: SignedUp, hangs: str
) -> None:
    async with _proxy(database_url) as (url, stalled):
        if hangs == "before the first byte":
            stalled.set()
        async with serving(make_settings(url)) as client:
            if hangs == "in the middle of a connection":
                await list_tasks(client, user.headers)
                stalled.set()
            for method, path, body in (
                ("GET", TASKS, None),
                ("POST", TASKS, {"title": "x"}),
                ("PUT", f"{TASKS}/{uuid4()}", {"title": "x"}),
                ("GET", "/health", None),
            ):
                async with _at_most(LONGEST):
                    answer = await client.request(method, path, json=body, headers=user.headers)
                assert answer.status_code == 503, (method, path)
            stalled.clear()
            async with _at_most(LONGEST):
                await list_tasks(client, user.headers)


@asynccontextmanager
async def _proxy(database_url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Stand between the application and the database, and stop passing bytes when told to."""
    parts = urlsplit(database_url)
    host, port = parts.hostname or "", parts.port or 0
    place = f"{host}:{port}"
    stalled = asyncio.Event()
    writers: list[asyncio.StreamWriter] = []

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            if stalled.is_set():
                return  # swallowed, and the connection stays open
            target.write(data)
            await target.drain()
        target.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream = await asyncio.open_connection(host, port)
        writers.extend([writer, upstream])
        await asyncio.gather(
            pump(reader, upstream), pump(upstream_reader, writer), return_exceptions=True
        )

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    here = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield database_url.replace(place, here), stalled
    finally:
        server.close()
        for writer in writers:
            writer.close()


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=_TEXT, description=st.none() | _TEXT)
async def test_the_quick_way_gives_the_bytes_of_the_model(
    app: FastAPI, user: SignedUp, title: str, description: str | None
) -> None:
    database: Database = app.state.taskflow.database
    row = await tasks.insert_row(database, UUID(user.id), title, description)
    async with database.session() as session:
        task = await session.get_one(Task, UUID(row["id"]))
        model = TaskOut.model_validate(task).model_dump_json().encode()
    assert task_json.one(row, 201).body == model


async def test_an_error_of_ours_is_not_taken_for_the_loss_of_the_database(app: FastAPI) -> None:
    database: Database = app.state.taskflow.database
    with pytest.raises(asyncpg.DataError):
        await database.fetch("SELECT $1::uuid", "no uuid", repeatable=True)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await database.fetch("SELEC", repeatable=True)
