"""When something was made and last changed: a new row was changed when it was made."""

import asyncpg
import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import CHAT, TASKS, add_task

# By which column a table's rows are the user's, and how many of them there are.
MADE = {"id": {"user": 1}, "user_id": {"task": 3, "conversation": 1}}


@pytest.fixture
async def busy(client: httpx2.AsyncClient, user: SignedUp) -> SignedUp:
    """A user who has added a task in each of the three ways."""
    await add_task(client, user.headers, "one")
    headers = {**user.headers, "Idempotency-Key": "any"}
    await add_task(client, headers, "two")
    await client.post(CHAT, json={"message": "add three"}, headers=user.headers)
    return user


async def test_a_new_row_was_made_and_changed_at_one_moment(
    busy: SignedUp, database_url: str
) -> None:
    """Two readings of the clock differ, now and then by a second that can be seen."""
    connection = await asyncpg.connect(database_url)
    try:
        for owner, tables in MADE.items():
            for table, count in tables.items():
                rows = await connection.fetch(
                    f'SELECT updated_at - created_at FROM "{table}" WHERE {owner} = $1',  # noqa: S608
                    busy.id,
                )
                assert [row[0].total_seconds() for row in rows] == [0] * count, table
    finally:
        await connection.close()


async def test_a_change_moves_the_one_and_not_the_other(
    client: httpx2.AsyncClient, busy: SignedUp, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for task in (await client.get(TASKS, headers=busy.headers)).json():
            statement = "SELECT created_at, updated_at FROM task WHERE id = $1"
            made = await connection.fetchrow(statement, task["id"])
            path = f"{TASKS}/{task['id']}"
            changed = await client.put(path, json={"completed": True}, headers=busy.headers)
            assert changed.status_code == 200
            now = await connection.fetchrow(statement, task["id"])
            assert made["created_at"] == now["created_at"]
            assert made["updated_at"] < now["updated_at"]
    finally:
        await connection.close()
