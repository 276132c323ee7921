"""Migrations, on a database of their own."""

import asyncio

import asyncpg

from tests.conftest import migrate


async def _fresh(url: str, name: str) -> str:
    """Return the URL of an empty schema, which is all that a migration sees of the database."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.close()
    return f"{url}?options=-csearch_path%3D{name}"


async def _tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    )
    await connection.close()
    return {row["table_name"] for row in rows}


async def test_migrations_go_up_and_down_and_make_what_the_models_say(database_url: str) -> None:
    own = await _fresh(database_url, "migrations_test")
    await asyncio.to_thread(migrate, own)
    # Fails where a model and the tables differ.
    await asyncio.to_thread(migrate, own, "check")
    assert {"user", "task", "conversation", "message"} <= await _tables(own)
    await asyncio.to_thread(migrate, own, "downgrade", "base")
    assert await _tables(own) == {"alembic_version"}


async def test_two_replicas_may_migrate_at_once(database_url: str) -> None:
    own = await _fresh(database_url, "race_test")
    await asyncio.gather(*(asyncio.to_thread(migrate, own) for _ in range(2)))
    assert "user" in await _tables(own)


async def test_older_code_leaves_a_newer_database_alone(database_url: str) -> None:
    own = await _fresh(database_url, "newer_test")
    await asyncio.to_thread(migrate, own)
    connection = await asyncpg.connect(own)
    await connection.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    await asyncio.to_thread(migrate, own)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "of_tomorrow"
    await connection.close()
