"""PostgreSQL dies, or hangs, under write load: nothing acknowledged is lost, nobody waits long.

``make fault-test`` kills it twenty times and writes what it measured into the documents.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.faults.backend import Backend, backend
from tests.faults.postgres import Postgres, durability
from tests.faults.report import Kill, table, write
from tests.faults.writers import MOST_SECONDS, Answers, Writer, writing

KILLS = int(os.environ.get("FAULT_KILLS", "3"))
WRITERS = 8
RECOVERY_SECONDS = 3.0


async def _compare(url: str, writers: list[Writer]) -> tuple[int, list[str]]:
    """Hold all ledgers against the database; return how many tasks were acknowledged."""
    connection = await asyncpg.connect(url)
    faults: list[str] = []
    for writer in writers:
        rows = await connection.fetch(
            "SELECT title, completed FROM task WHERE user_id = $1", writer.user_id
        )
        faults += writer.ledger.faults((row["title"], row["completed"]) for row in rows)
    await connection.close()
    return sum(len(writer.ledger.kept) for writer in writers), faults


async def _seconds_until_served(client: httpx2.AsyncClient) -> float:
    """Return how long it takes until the API reads from the database again."""
    started = time.monotonic()
    while (await client.get("/health")).status_code != 200:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def _kill(own_postgres: Postgres, client: httpx2.AsyncClient) -> tuple[float, float]:
    """Kill PostgreSQL and start it again; return how long it was down, and the recovery."""
    killed = time.monotonic()
    own_postgres.signal_all(signal.SIGKILL)
    await asyncio.sleep(1)
    starting = asyncio.create_task(asyncio.to_thread(own_postgres.start))
    await own_postgres.until_it_accepts()
    down = time.monotonic() - killed
    recovery = await _seconds_until_served(client)
    await starting
    return down, recovery


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_a_kill_loses_no_acknowledged_write_and_gives_503_only(
    own_postgres: Postgres,
) -> None:
    assert set((await durability(own_postgres.url)).values()) == {"on"}
    answers, kills = Answers(), list[Kill]()
    with backend(own_postgres.url) as server:
        async with (
            httpx2.AsyncClient(base_url=server.url, timeout=20) as client,
            writing(server.url, WRITERS, answers) as writers,
        ):
            for _ in range(KILLS):
                started = time.monotonic()
                await asyncio.sleep(1)
                down, recovery = await _kill(own_postgres, client)
                await asyncio.sleep(1)
                seen = answers.between(started, time.monotonic())
                kills.append(Kill(down, recovery, len(seen.times), seen.unavailable, seen.slowest))
            # Long enough that whatever got stuck is noticed.
            recovered = time.monotonic()
            await asyncio.sleep(MOST_SECONDS + 1)
            after = answers.between(recovered, time.monotonic())
        acknowledged, faults = await _compare(own_postgres.url, writers)
        print(*table(kills), sep="\n")  # noqa: T201 - for whoever runs it with -s
        assert answers.faults + faults == []
        assert not server.logged("request failed")
    # The load was there all the time, and met the dead database.
    assert acknowledged > 10 * KILLS
    assert all(kill.requests > kill.unavailable > 0 for kill in kills)
    assert after.unavailable == 0
    assert max(kill.recovery for kill in kills) <= RECOVERY_SECONDS
    if report := os.environ.get("FAULT_REPORT"):
        write(Path(report), kills, WRITERS, acknowledged)


@pytest.mark.timeout(120)
async def test_a_database_that_hangs_is_answered_with_503_in_time_and_heals(
    own_postgres: Postgres,
) -> None:
    answers = Answers()
    with backend(own_postgres.url) as server:
        async with (
            httpx2.AsyncClient(base_url=server.url, timeout=20) as client,
            writing(server.url, WRITERS, answers) as writers,
        ):
            await asyncio.sleep(1)
            own_postgres.signal_all(signal.SIGSTOP)
            try:
                await asyncio.sleep(8)
            finally:
                own_postgres.signal_all(signal.SIGCONT)
            assert await _seconds_until_served(client) <= RECOVERY_SECONDS
            await asyncio.sleep(1)
        _, faults = await _compare(own_postgres.url, writers)
        assert answers.faults + faults == []
        assert not server.logged("request failed")
        assert answers.unavailable >= WRITERS
        assert answers.slowest <= MOST_SECONDS
        await _ends_in_time(server, own_postgres)


async def _ends_in_time(server: Backend, own_postgres: Postgres) -> None:
    """Expect that a hanging database does not keep the process from ending."""
    own_postgres.signal_all(signal.SIGSTOP)
    try:
        server.stop()
        assert await asyncio.to_thread(server.exit_code, 8) == 0
    finally:
        own_postgres.signal_all(signal.SIGCONT)
