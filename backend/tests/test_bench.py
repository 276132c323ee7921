"""The measurement itself, on the real servers: short, so with limits that noise cannot break.

``make bench`` measures for long enough to hold the figures against their targets.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench import report
from bench.figures import MEMORY_MB, Figure, figures
from bench.load import Load, Outcome, Run
from bench.measure import CREATE, LIST, Result, measure
from bench.servers import PLAIN, TASKFLOW

# Six servers start one after the other, on machines that may be busy.
pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# What the stand-in for a server does with its nth request, counted from one.
Behaviour = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def result() -> Result:
    """One short round of each application."""
    return measure(rounds=1, seconds=0.5, say=lambda _: None)


def test_both_applications_answer_the_same_before_they_are_measured(result: Result) -> None:
    assert {"signup", "login", "list", "create", "list of what both made"} < set(result.compared)
    assert not result.failures
    assert result.requests > 500


def test_list_and_create_cost_less_than_the_plain_way(result: Result) -> None:
    for operation, least in ((LIST, 2.0), (CREATE, 1.3)):
        (plain,) = result.samples(PLAIN, operation)
        (taskflow,) = result.samples(TASKFLOW, operation)
        assert plain.cpu / taskflow.cpu >= least, operation.name
        # Nor was the work moved into the database.
        both = [sample.cpu + sample.database_cpu for sample in (plain, taskflow)]
        assert both[0] / both[1] >= least, operation.name


def test_an_authenticated_list_is_one_statement(result: Result) -> None:
    assert result.statements[TASKFLOW.name].queries == 1
    # The user and the tasks: so the count sees what there is.
    assert result.statements[PLAIN.name].queries == 2


def test_the_server_stays_within_its_memory_under_load(result: Result) -> None:
    (taskflow,) = result.rounds[TASKFLOW.name]
    assert 30 < taskflow.peak_memory / 1_000_000 <= MEMORY_MB


def test_the_page_keeps_what_was_written_by_hand(result: Result, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    lines = report.write(result, "make bench", page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{report.BEGIN}\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "old" not in text
    assert all(line.name[1:] in text for line in lines)
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(RuntimeError, match="needs the two marks"):
        report.write(result, "make bench", page)


def test_a_missed_target_is_told(result: Result) -> None:
    slow = replace(result.rounds[PLAIN.name][0])
    missed = replace(result, rounds={PLAIN.name: [slow], TASKFLOW.name: [slow]})
    missed.statements = {**result.statements, TASKFLOW.name: result.statements[PLAIN.name]}
    by_name: dict[str, Figure] = {line.name: line for line in figures(missed)}
    for name in (
        "list of 20: requests per CPU-second",
        "create: requests per CPU-second",
        "SQL statements of one authenticated list",
    ):
        assert by_name[name].met is False, name


async def test_every_request_that_fails_is_counted() -> None:
    async def behave(number: int, writer: asyncio.StreamWriter) -> None:
        if number == 3:
            writer.write(GOOD.replace(b"200 OK", b"503 Service Unavailable"))
        elif number == 5:
            writer.write(GOOD.replace(b"ok", b"no"))
        elif number == 7:
            writer.close()
        else:
            for byte in GOOD:  # an answer may come in pieces
                writer.write(bytes([byte]))
                await writer.drain()

    async with standing_in(behave) as port:
        outcome = await run(port, connections=1, seconds=0.3, answer="ok")
    assert outcome.errors == {
        "HTTP/1.1 503 Service Unavailable": 1,
        "another answer than the first": 1,
        "connection lost: closed before the answer": 1,
    }
    assert [failure.kind for failure in outcome.failures] == list(outcome.errors)
    assert outcome.answers > 10


async def test_a_connection_that_the_server_says_it_closes_is_replaced_and_no_failure() -> None:
    async def behave(number: int, writer: asyncio.StreamWriter) -> None:
        if number % 3:
            writer.write(GOOD)
        else:
            writer.write(GOOD.replace(b"2\r\n", b"2\r\nConnection: close\r\n"))
            writer.close()

    async with standing_in(behave) as port:
        outcome = await run(port, connections=2, seconds=0.5, rate=100)
    assert outcome.errors == {}
    assert outcome.answers > 30
    assert outcome.closed == pytest.approx(outcome.answers / 3, abs=2)


async def test_where_one_is_wanted_each_request_has_a_connection_of_its_own() -> None:
    connections = set()

    async def behave(_: int, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        writer.write(GOOD)

    async with standing_in(behave) as port:
        outcome = await run(port, connections=8, seconds=0.5, rate=100, fresh=True)
    assert outcome.errors == {}
    assert len(connections) == outcome.answers > 30


async def test_no_more_new_connections_than_allowed_are_open_at_once() -> None:
    now = most = 0

    async def behave(_: int, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        writer.write(GOOD)

    async with standing_in(behave) as port:
        outcome = await run(port, connections=3, seconds=0.5, rate=200, fresh=True)
    assert outcome.errors == {}
    assert most == 3
    assert outcome.answers > 60, "what had to wait is late, not lost"


async def test_where_nobody_listens_every_request_fails() -> None:
    async with standing_in(lambda *_: asyncio.sleep(0)) as port:
        pass
    outcome = await run(port, connections=8, seconds=0.3, rate=100, fresh=True)
    assert outcome.answers == 0
    assert outcome.errors == {"no connection: ECONNREFUSED": pytest.approx(30, abs=20)}


async def test_an_answer_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.load.ANSWER_SECONDS", 0.3)

    async def behave(number: int, writer: asyncio.StreamWriter) -> None:
        if number > 1:
            writer.write(GOOD)

    async with standing_in(behave) as port:
        outcome = await run(port, connections=1, seconds=0.6, rate=20)
    assert outcome.errors.keys() == {"no answer within 0 s"}
    assert outcome.answers > 0


async def test_a_stall_counts_for_every_request_that_was_due_meanwhile() -> None:
    async def behave(number: int, writer: asyncio.StreamWriter) -> None:
        if number == 1:
            await asyncio.sleep(0.5)
        writer.write(GOOD)

    async with standing_in(behave) as port:
        outcome = await run(port, connections=1, seconds=0.6, rate=200)
    assert outcome.errors == {}
    assert outcome.answers == pytest.approx(120, rel=0.3)
    assert outcome.p50 > 100
    assert 400 < outcome.p99 < 600


async def run(port: int, **load: object) -> Outcome:
    """Put a load on the stand-in."""
    asked = {"method": "GET", "path": "/", "token": "t", "expected": 200, **load}
    return await Run(Load(port=port, **asked)).complete()  # type: ignore[arg-type]


@asynccontextmanager
async def standing_in(behave: Behaviour) -> AsyncIterator[int]:
    """Serve one connection after the other, and tell the port."""
    number = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        try:
            while not writer.is_closing() and await reader.readuntil(b"\r\n\r\n"):
                number += 1
                await behave(number, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
