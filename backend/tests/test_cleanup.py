"""Expired rows go, everything else stays, and nothing waits for it."""

import asyncio
import functools
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import structlog
from sqlalchemy import make_url

from src.config import Settings
from src.database import Database
from src.repositories import expired
from src.services import cleanup
from tests.conftest import SignedUp, eventually, make_settings, serving
from tests.test_rates import CountingDatabase

DAY = timedelta(days=1)
# How long a token and a kept answer stay after their end.
MARGIN = timedelta(hours=1)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database, as a replica has it."""
    made = Database(settings)
    yield made
    await made.close()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The database, past the application."""
    made = await asyncpg.connect(database_url)
    yield made
    await made.close()


async def add(connection: Any, table: str, user_id: str, ends: timedelta) -> bytes:
    """Add a row that ends so long from now, and return what it is known by."""
    mark = uuid4().bytes
    if table == "idempotency_key":
        await connection.execute(
            "INSERT INTO idempotency_key VALUES ($1, $2, $3, $4, now(), now() + $5, 200, $4)",
            user_id, "test", mark.hex(), mark, ends,
        )  # fmt: skip
    elif table == "refresh_token":
        await add_token(connection, await add_family(connection, user_id), ends, mark)
    else:
        await connection.execute(f"INSERT INTO {table} VALUES ($1, now() + $2)", mark, ends)  # noqa: S608
    return mark


async def add_family(connection: Any, user_id: str) -> Any:
    """Add a session."""
    return await connection.fetchval(
        "INSERT INTO session_family (id, user_id, created_at) "
        "VALUES (gen_random_uuid(), $1, now()) RETURNING id",
        user_id,
    )


async def add_token(
    connection: Any, family: Any, ends: timedelta, mark: bytes | None = None
) -> None:
    """Add a refresh token to a session."""
    await connection.execute(
        "INSERT INTO refresh_token (id, family_id, access_digest, expires_at, created_at) "
        "VALUES (gen_random_uuid(), $1, $2, now() + $3, now())",
        family, mark or uuid4().bytes, ends,
    )  # fmt: skip


async def is_there(connection: Any, table: str, mark: bytes) -> bool:
    """Tell whether a row is there."""
    column = {
        "rate_limit": "key",
        "revoked_token": "digest",
        "refresh_token": "access_digest",
        "idempotency_key": "request_digest",
    }[table]
    statement = f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = $1)"  # noqa: S608
    return bool(await connection.fetchval(statement, mark))


@pytest.mark.parametrize(
    ("table", "margin"),
    [
        ("rate_limit", timedelta(0)),
        ("revoked_token", MARGIN),
        ("refresh_token", MARGIN),
        ("idempotency_key", MARGIN),
    ],
)
async def test_what_has_expired_goes_and_what_may_still_count_stays(
    database: Database, connection: Any, user: SignedUp, table: str, margin: timedelta
) -> None:
    minute = timedelta(minutes=1)
    over = await add(connection, table, user.id, -margin - minute)
    good = [await add(connection, table, user.id, ends) for ends in (minute - margin, minute, DAY)]
    removed = await cleanup.clean_up(database)
    assert removed[table] >= 1
    assert not await is_there(connection, table, over)
    assert all([await is_there(connection, table, mark) for mark in good])


async def test_a_family_goes_with_its_last_token_and_not_before(
    database: Database, connection: Any, user: SignedUp
) -> None:
    ended, lives = [await add_family(connection, user.id) for _ in range(2)]
    for family in (ended, ended, lives):
        await add_token(connection, family, -DAY)
    await add_token(connection, lives, DAY)
    await cleanup.clean_up(database)
    left = await connection.fetch(
        "SELECT family.id, count(token.id) AS tokens FROM session_family AS family "
        "LEFT JOIN refresh_token AS token ON token.family_id = family.id "
        "WHERE family.id = ANY($1) GROUP BY family.id",
        [ended, lives],
    )
    assert [(row["id"], row["tokens"]) for row in left] == [(lives, 1)]


async def test_more_than_one_batch_goes_in_one_run(
    database: Database, connection: Any, user: SignedUp
) -> None:
    count = 2 * expired.BATCH + 7
    await connection.execute(
        "INSERT INTO idempotency_key SELECT $1, 'many', i::text, 'x', now(), now() - $2::interval "
        "FROM generate_series(1, $3) AS i",
        user.id, DAY, count,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO rate_limit "
        "SELECT sha256(i::text::bytea), now() - $1::interval FROM generate_series(1, $2) AS i",
        DAY, 30_000,
    )  # fmt: skip
    removed = await cleanup.clean_up(database)
    assert removed["idempotency_key"] >= count
    assert removed["rate_limit"] >= 30_000


@pytest.mark.parametrize("table", ["rate_limit", *expired.STATEMENTS])
async def test_one_replica_cleans_at_a_time_and_the_others_do_not_wait(
    database: Database, connection: Any, user: SignedUp, table: str
) -> None:
    over = await add(connection, table, user.id, -DAY)
    async with connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({expired._LOCK})")
        async with asyncio.timeout(2):
            assert set((await cleanup.clean_up(database)).values()) == {0}
    await cleanup.clean_up(database)
    assert not await is_there(connection, table, over)


@pytest.mark.parametrize("table", ["rate_limit", *expired.STATEMENTS])
async def test_a_row_that_somebody_works_on_is_left_for_the_next_time(
    database: Database, connection: Any, user: SignedUp, table: str
) -> None:
    over, busy = [await add(connection, table, user.id, -DAY) for _ in range(2)]
    column = "expires_at" if table != "rate_limit" else "arrival"
    digest = {"rate_limit": "key", "revoked_token": "digest", "refresh_token": "access_digest"}
    async with connection.transaction():
        await connection.execute(
            f"UPDATE {table} SET {column} = now() + $2 "  # noqa: S608 - names of this test
            f"WHERE {digest.get(table, 'request_digest')} = $1",
            busy, DAY,
        )  # fmt: skip
        async with asyncio.timeout(2):
            await cleanup.clean_up(database)
    await cleanup.clean_up(database)
    assert not await is_there(connection, table, over)
    assert await is_there(connection, table, busy)


FILLING = "FROM generate_series(-10000, 10000) AS i WHERE $1::uuid IS NOT NULL"
ENDS = "now() + i * interval '1 minute'"
FILL = {
    "revoked_token": [f"INSERT INTO revoked_token SELECT sha256(i::text::bytea), {ENDS} {FILLING}"],
    "idempotency_key": [
        f"INSERT INTO idempotency_key SELECT $1, 'fill', i::text, 'x', now(), {ENDS} {FILLING}"
    ],
    "refresh_token": [
        "INSERT INTO session_family (id, user_id, created_at) "
        f"SELECT md5(i::text)::uuid, $1, now() {FILLING}",
        "INSERT INTO refresh_token (id, family_id, access_digest, expires_at, created_at) "
        f"SELECT gen_random_uuid(), md5(i::text)::uuid, 'x', {ENDS}, now() {FILLING}",
    ],
}


@pytest.mark.parametrize("table", expired.STATEMENTS)
async def test_no_batch_reads_a_whole_table(connection: Any, user: SignedUp, table: str) -> None:
    trial = connection.transaction()
    await trial.start()
    try:
        for statement in FILL[table]:
            await connection.execute(statement, user.id)
        await connection.execute(f"ANALYZE session_family, {table}")
        plan = await connection.fetch(f"EXPLAIN {expired.STATEMENTS[table]}")
    finally:
        await trial.rollback()
    text = "\n".join(row[0] for row in plan)
    assert f"Index Scan using ix_{table}_expires_at on {table}" in text
    assert "Seq Scan" not in text


class Door:
    """A port that leads to the database once it is open; until then, it refuses."""

    def __init__(self, database_url: str) -> None:
        self._target = make_url(database_url)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        through = self._target.set(host="127.0.0.1", port=self._port)
        self.url = through.render_as_string(hide_password=False)

    async def open(self) -> asyncio.Server:
        """Let everybody in."""
        return await asyncio.start_server(self._lead, "127.0.0.1", self._port)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self._target
        inner = await asyncio.open_connection(target.host, target.port)
        await asyncio.gather(_pass_on(reader, inner[1]), _pass_on(inner[0], writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # What is cancelled hangs up in the middle.
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


async def test_it_runs_by_itself_outlives_a_database_that_is_away_and_ends_at_once(
    connection: Any, user: SignedUp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = structlog.testing.LogCapture()
    monkeypatch.setattr(cleanup, "_log", structlog.wrap_logger(None, processors=[log]))
    over = await add(connection, "revoked_token", user.id, -DAY)
    door = Door(database_url)
    database = CountingDatabase(make_settings(door.url))

    async def has_tried_often() -> bool:
        return database.statements >= 5

    async def has_cleaned_up() -> bool:
        return any(entry.get("revoked_token") for entry in log.entries)

    async with cleanup.running(database, every=0.02):
        await eventually(has_tried_often)
        assert [entry["log_level"] for entry in log.entries] == ["warning"]
        opened = await door.open()
        await eventually(has_cleaned_up)
        started = time.perf_counter()
    assert time.perf_counter() - started < 0.5
    assert not await is_there(connection, "revoked_token", over)
    await database.close()
    opened.close()
    await opened.wait_closed()


async def test_the_application_cleans_up_while_it_runs_and_stops_at_once(
    database_url: str, connection: Any, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = await add(connection, "revoked_token", user.id, -DAY)

    async def is_gone() -> bool:
        return not await is_there(connection, "revoked_token", over)

    often = functools.partial(cleanup.running, every=0.02)
    monkeypatch.setattr("src.application.cleanup.running", often)
    async with serving(make_settings(database_url)):
        await eventually(is_gone)
        started = time.perf_counter()
    assert time.perf_counter() - started < 0.5
