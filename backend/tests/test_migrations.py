"""Migrations, on a database of their own: up, down and up again with data, and many at once."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from src.migrate import is_newest, newest
from tests.conftest import BACKEND, SECRET, eventually, migrate

_SCRIPTS = ScriptDirectory.from_config(Config(BACKEND / "alembic.ini"))
_REVISIONS = [script.revision for script in _SCRIPTS.walk_revisions()][::-1]
# One id for everything, so that every reference finds what it refers to.
_ID = UUID(int=7)
_VALUES = {
    "uuid": f"'{_ID}'",
    "character varying": "'text'",
    "text": "'text'",
    "boolean": "true",
    "integer": "7",
    "bigint": "7",
    "bytea": r"'\x07'",
    "jsonb": "'{}'",
    "timestamp with time zone": "'2026-01-02 03:04:05+00'",
}
_COLUMNS = """
    SELECT table_name, column_name, data_type, is_identity = 'YES' AS is_made_by_the_database
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name <> 'alembic_version'
"""


async def _fresh(url: str, name: str) -> str:
    """Return the URL of an empty schema, which is all that a migration sees of the database."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.close()
    return f"{url}?options=-csearch_path%3D{name}"


async def _tables(connection: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """Return each table's columns that take a value, with their types."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind, is_made_by_the_database in await connection.fetch(_COLUMNS):
        columns = found.setdefault(table, {})
        if not is_made_by_the_database:
            columns[column] = kind
    return found


async def _fill(connection: asyncpg.Connection) -> None:
    """Have one row in every table."""
    waiting = await _tables(connection)
    while waiting:
        before = len(waiting)
        for table, columns in list(waiting.items()):
            names = ", ".join(f'"{column}"' for column in columns)
            values = ", ".join(_VALUES[kind] for kind in columns.values())
            insert = f'INSERT INTO "{table}" ({names}) VALUES ({values})'  # noqa: S608
            try:
                if not await connection.fetchval(f'SELECT count(*) FROM "{table}"'):  # noqa: S608
                    await connection.execute(insert)
            except asyncpg.ForeignKeyViolationError:
                continue  # what it refers to comes first
            del waiting[table]
        assert len(waiting) < before, f"these refer to nothing: {sorted(waiting)}"


async def _rows(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [dict(row) for row in await connection.fetch(f'TABLE "{table}"')]
        for table in await _tables(connection)
    }


def _process(url: str, *words: str) -> subprocess.Popen[str]:
    """Start a migration as a pod does."""
    command = [sys.executable, *(words or ("-m", "src.migrate"))]
    environment = {**os.environ, "DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    return subprocess.Popen(
        command, cwd=BACKEND, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


async def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code and what was complained about."""
    complained = (await asyncio.to_thread(process.communicate))[1]
    return process.returncode, complained


async def _waiting_for_a_lock(connection: asyncpg.Connection) -> bool:
    """Tell whether a migration waits for something that another transaction holds."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND wait_event <> 'advisory' AND application_name = 'taskflow-migrate')"
    )
    return found


async def test_migrations_go_up_and_down_and_make_what_the_models_say(database_url: str) -> None:
    own = await _fresh(database_url, "migrations_test")
    await asyncio.to_thread(migrate, own)
    # Fails where a model and the tables differ.
    await asyncio.to_thread(migrate, own, "check")
    connection = await asyncpg.connect(own)
    assert {"user", "task", "conversation", "message"} <= (await _tables(connection)).keys()
    await asyncio.to_thread(migrate, own, "downgrade", "base")
    assert await _tables(connection) == {}
    await connection.close()


@pytest.mark.timeout(300)
async def test_every_revision_goes_up_down_and_up_again_with_data(database_url: str) -> None:
    own = await _fresh(database_url, "data_test")
    connection = await asyncpg.connect(own, statement_cache_size=0)
    for number, revision in enumerate(_REVISIONS):
        before = await _rows(connection)
        await asyncio.to_thread(migrate, own, "upgrade", revision)
        _require_kept(before, await _rows(connection))
        await _fill(connection)
        filled = await _rows(connection)
        assert all(len(rows) == 1 for rows in filled.values())
        await asyncio.to_thread(
            migrate, own, "downgrade", _REVISIONS[number - 1] if number else "base"
        )
        assert await _rows(connection) == before
        await asyncio.to_thread(migrate, own, "upgrade", revision)
        assert (await _rows(connection)).keys() == filled.keys()
        await _fill(connection)
    await connection.close()


def _require_kept(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Expect every row, with at least the columns that it had."""
    for table, rows in before.items():
        for old, new in zip(rows, after[table], strict=True):
            assert old.items() <= new.items()


@pytest.mark.timeout(120)
async def test_eight_replicas_may_migrate_at_once(database_url: str) -> None:
    own = await _fresh(database_url, "race_test")
    replicas = [_process(own) for _ in range(8)]
    assert [await _ended(replica) for replica in replicas] == [(0, "")] * 8
    await asyncio.to_thread(migrate, own, "check")


@pytest.mark.timeout(120)
async def test_where_one_is_killed_in_the_middle_the_next_goes_on(database_url: str) -> None:
    own = await _fresh(database_url, "killed_test")
    blocking = await asyncpg.connect(own)
    transaction = blocking.transaction()
    await transaction.start()
    # The migration comes to this name in its middle, and waits.
    await blocking.execute("CREATE TABLE task ()")
    killed = _process(own)
    watching = await asyncpg.connect(own)
    await eventually(lambda: _waiting_for_a_lock(watching), 30)
    following = _process(own)
    killed.kill()
    await _ended(killed)
    await asyncio.sleep(0.5)
    await transaction.rollback()
    assert await _ended(following) == (0, "")
    await asyncio.to_thread(migrate, own, "check")
    for connection in (blocking, watching):
        await connection.close()


async def test_the_wait_for_another_replica_is_bounded_and_said(database_url: str) -> None:
    own = await _fresh(database_url, "bounded_test")
    holding = await asyncpg.connect(own)
    await holding.execute("SELECT pg_advisory_lock(7214609203)")
    assert await _ended(
        _process(own, "-m", "alembic", "-x", "wait_seconds=1", "upgrade", "head")
    ) == (
        1,
        "TaskFlow cannot migrate: another process has migrated this database for 1 s. "
        "See that it ends, then try again.\n",
    )
    await holding.close()


async def test_a_table_that_is_in_use_is_not_waited_for_long(database_url: str) -> None:
    own = await _fresh(database_url, "busy_test")
    await asyncio.to_thread(migrate, own, "upgrade", _REVISIONS[0])
    using = await asyncpg.connect(own)
    transaction = using.transaction()
    await transaction.start()
    await using.execute('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE')
    code, complained = await _ended(_process(own))
    assert code == 1
    assert complained.startswith("TaskFlow cannot migrate, try again: ")
    assert complained.count("\n") == 1
    await transaction.rollback()
    assert await _ended(_process(own)) == (0, "")
    await using.close()


async def test_without_a_database_it_says_so_in_one_line() -> None:
    code, complained = await _ended(_process("postgresql://taskflow:hunter2@127.0.0.1:1/taskflow"))
    assert code == 1
    assert complained.startswith("TaskFlow cannot migrate, try again: ")
    assert complained.count("\n") == 1
    assert "hunter2" not in complained


async def test_older_code_leaves_a_newer_database_alone(database_url: str) -> None:
    own = await _fresh(database_url, "newer_test")
    await asyncio.to_thread(migrate, own)
    connection = await asyncpg.connect(own)
    await connection.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    await asyncio.to_thread(migrate, own)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "of_tomorrow"
    await connection.close()


async def test_what_is_newest_already_is_found_out_without_alembic(database_url: str) -> None:
    own = await _fresh(database_url, "newest_test")
    await asyncio.to_thread(migrate, own)
    code, imported = await _ended(_process(own, "-X", "importtime", "-m", "src.migrate"))
    assert code == 0
    assert "asyncpg" in imported
    assert "alembic" not in imported
    assert "sqlalchemy" not in imported


async def test_only_what_is_surely_newest_is_taken_for_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert newest() == set(_SCRIPTS.get_heads())
    own = await _fresh(database_url, "doubtful_test")
    assert not await is_newest(own, newest())  # it has no tables
    await asyncio.to_thread(migrate, own)
    assert await is_newest(own, newest())
    assert await is_newest(own.replace("postgresql://", "postgresql+asyncpg://"), newest())
    connection = await asyncpg.connect(own)
    await connection.execute("UPDATE alembic_version SET version_num = $1", _REVISIONS[0])
    assert not await is_newest(own, newest())
    await connection.execute("DELETE FROM alembic_version")
    assert not await is_newest(own, newest())
    assert not await is_newest(own, set())
    await connection.close()
    for url in ("", "nonsense", "postgresql://taskflow@127.0.0.1:1/taskflow", f"{own}?x=%"):
        assert not await is_newest(url, newest())
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "one.py").write_text('revision: str = "of another form"\n', encoding="utf-8")
    monkeypatch.setattr("src.migrate._FOLDER", tmp_path)
    assert newest() == set()
