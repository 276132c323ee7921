"""Metrics: what is counted, where it can be read, and that the page about it is right."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from src.application import create_app
from src.observability.metrics import REGISTRY
from tests.conftest import BACKEND, Claude, SignedUp, client_of, eventually, make_settings, started
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, add_task, assert_error
from tests.standin.replies import Reply, call, failure, say, use
from tests.test_observability_logs import lines_of

PAGE = BACKEND.parent / "docs" / "operations" / "metrics.md"
MODEL = "claude-haiku-5-5"
Samples = dict[str, float]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def samples_of(families: Iterable[Metric]) -> Samples:
    """Return samples by name and labels, as they are written."""
    return {
        f"{sample.name}{{{','.join(f'{key}={value}' for key, value in sample.labels.items())}}}": (
            sample.value
        )
        for family in families
        for sample in family.samples
    }


def counted() -> Samples:
    """Read what this process has counted, without a server."""
    return samples_of(REGISTRY.collect())


@dataclass(frozen=True)
class Measured:
    """A running application and the port of its metrics."""

    app: FastAPI
    client: httpx2.AsyncClient
    port: int

    async def scrape(self) -> Samples:
        """Read the metrics as Prometheus does."""
        async with httpx2.AsyncClient() as scraper:
            answer = await scraper.get(f"http://127.0.0.1:{self.port}/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return samples_of(text_string_to_metric_families(answer.text))


@asynccontextmanager
async def measured(database_url: str, **changes: object) -> AsyncIterator[Measured]:
    """Start an application that serves its metrics."""
    port = free_port()
    application = create_app(make_settings(database_url, metrics_port=port, **changes))
    async with started(application), client_of(application) as client:
        yield Measured(application, client, port)


def grown(before: Samples, after: Samples) -> Samples:
    """Return what has grown, and by how much."""
    return {
        name: after[name] - before.get(name, 0)
        for name in after
        if after[name] != before.get(name, 0)
    }


def of(samples: Samples, prefix: str) -> Samples:
    """Return the samples of one metric."""
    return {name: value for name, value in samples.items() if name.startswith(prefix)}


def test_the_page_names_every_metric_and_no_other() -> None:
    there = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in REGISTRY.collect()
    }
    named = set(re.findall(r"\b(?:taskflow|process|python)_[a-z_]+\b", PAGE.read_text("utf-8")))
    # Of a histogram, questions are about its parts.
    whole = {name: re.sub("_(bucket|sum|count)$", "", name) for name in named - there}
    assert (named & there) | set(whole.values()) == there


async def test_requests_are_counted_by_template_whatever_paths_clients_make_up(
    database_url: str, user: SignedUp
) -> None:
    async with measured(database_url) as it:
        before = await it.scrape()
        task = await add_task(it.client, user.headers, "milk")
        for path in (task["id"], str(uuid4())):
            await it.client.put(f"{TASKS}/{path}", json={"title": "oat milk"}, headers=user.headers)
        for _ in range(3):
            await it.client.get(f"/{uuid4()}")
        await it.client.request(uuid4().hex.upper(), TASKS)
        after = await it.scrape()
    requests = of(grown(before, after), "taskflow_http_requests_total")
    assert requests == {
        "taskflow_http_requests_total{method=POST,route=/api/v1/tasks,status=201}": 1,
        "taskflow_http_requests_total{method=PUT,route=/api/v1/tasks/{task_id},status=200}": 1,
        "taskflow_http_requests_total{method=PUT,route=/api/v1/tasks/{task_id},status=404}": 1,
        "taskflow_http_requests_total{method=GET,route=unmatched,status=404}": 3,
        "taskflow_http_requests_total{method=OTHER,route=/api/v1/tasks,status=405}": 1,
    }
    series = "{method=PUT,route=/api/v1/tasks/{task_id}}"
    seconds = grown(before, after)[f"taskflow_http_request_duration_seconds_sum{series}"]
    assert grown(before, after)[f"taskflow_http_request_duration_seconds_count{series}"] == 2
    assert 0.001 < seconds < 4
    assert not of(after, "taskflow_http_requests_created")


async def test_the_pool_shows_who_holds_connections_who_waits_and_who_waited_in_vain(
    database_url: str, user: SignedUp
) -> None:
    async with measured(database_url, pool_size=2) as it:
        before = await it.scrape()
        database = it.app.state.taskflow.database
        async with database.session() as one, database.session() as other:
            for session in (one, other):
                await session.execute(text("SELECT 1"))
            waiting = [
                asyncio.create_task(it.client.get(TASKS, headers=user.headers)) for _ in range(3)
            ]

            async def all_wait() -> bool:
                seen = grown(before, await it.scrape())
                return seen.get("taskflow_database_pool_waiting{}") == 3

            await eventually(all_wait, 2)
            during = grown(before, await it.scrape())
            answers = await asyncio.gather(*waiting)
        after = await it.scrape()
    assert during["taskflow_database_pool_in_use{}"] == 2
    assert during["taskflow_http_requests_in_flight{}"] == 3
    # The session's own application, whose client made the user, is counted in.
    assert after["taskflow_database_pool_size{}"] >= 2
    for answer in answers:
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
    name = "taskflow_database_failures_total{reason=pool_timeout}"
    assert grown(before, after)[name] == 3
    for gauge in ("database_pool_in_use", "database_pool_waiting", "http_requests_in_flight"):
        assert f"taskflow_{gauge}{{}}" not in grown(before, after)


async def test_a_database_that_is_away_is_counted(user: SignedUp) -> None:
    async with measured("postgresql://taskflow:x@127.0.0.1:1/taskflow") as it:
        before = await it.scrape()
        answer = await it.client.get(TASKS, headers=user.headers)
        assert_error(answer, 503, "SERVICE_UNAVAILABLE")
        failures = of(grown(before, await it.scrape()), "taskflow_database_failures")
    assert failures == {"taskflow_database_failures_total{reason=away}": 1}


async def test_logins_limits_and_waiting_hashes_are_counted(
    database_url: str, user: SignedUp
) -> None:
    right = {"email": user.email, "password": PASSWORD}
    wrong = {"email": user.email, "password": "another one"}
    async with measured(database_url, rate_limit_login_address="20/hour") as it:
        before = await it.scrape()
        logins = [
            asyncio.create_task(it.client.post(f"{AUTH}/login", json=body))
            for body in [right] * 5 + [wrong] * 15
        ]

        async def some_wait() -> bool:
            return (await it.scrape())["taskflow_password_hashes_waiting{}"] > 0

        await eventually(some_wait, 5)
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*logins))
        assert statuses == [200] * 5 + [401] * 15
        answer = await it.client.post(f"{AUTH}/login", json=right)
        assert_error(answer, 429, "RATE_LIMITED")
        after = await it.scrape()
    seen = grown(before, after)
    assert of(seen, "taskflow_logins") == {
        "taskflow_logins_total{outcome=success}": 5,
        "taskflow_logins_total{outcome=refused}": 15,
    }
    assert of(seen, "taskflow_rate_limited") == {"taskflow_rate_limited_total{action=login}": 1}
    assert after["taskflow_password_hashes_waiting{}"] == 0


def _with_cache(reply: Reply) -> Reply:
    """Let a reply say that some of its input was written to the cache, and some read from it."""
    body = reply.body.replace(
        b'"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0',
        b'"cache_creation_input_tokens": 100, "cache_read_input_tokens": 1000',
    )
    assert body != reply.body
    return Reply(reply.status, body)


async def test_the_assistants_turns_rounds_tokens_and_tools_are_counted(
    claude: Claude, user: SignedUp
) -> None:
    before = counted()
    claude.api.script(
        use(call("add_task", title="milk"), call("delete_task", task_id=str(uuid4()))),
        use(call("make_coffee")),
        _with_cache(say("Milk is on the list.")),
        say("I would rather not.", stop_reason="refusal"),
        failure(400, "invalid_request_error", "No."),
    )
    statuses = [
        (await claude.client.post(CHAT, json=body, headers=user.headers)).status_code
        for body in (
            {"message": "milk"},
            {"message": "something else"},
            {"message": "again"},
            {"message": "and here", "conversation_id": str(uuid4())},
        )
    ]
    assert statuses == [200, 500, 500, 404]
    seen = grown(before, counted())
    assert of(seen, "taskflow_chat_turns") == {
        "taskflow_chat_turns_total{outcome=answered}": 1,
        "taskflow_chat_turns_total{outcome=failed}": 2,
        "taskflow_chat_turns_total{outcome=refused}": 1,
    }
    # A reply that is of no use is paid for as well.
    assert of(seen, "taskflow_chat_tokens") == {
        f"taskflow_chat_tokens_total{{direction=input,model={MODEL}}}": 4 * 12,
        f"taskflow_chat_tokens_total{{direction=output,model={MODEL}}}": 4 * 6,
        f"taskflow_chat_tokens_total{{direction=cache_write,model={MODEL}}}": 100,
        f"taskflow_chat_tokens_total{{direction=cache_read,model={MODEL}}}": 1000,
    }
    assert of(seen, "taskflow_chat_tool_calls") == {
        "taskflow_chat_tool_calls_total{tool=add_task,outcome=success}": 1,
        "taskflow_chat_tool_calls_total{tool=delete_task,outcome=error}": 1,
        "taskflow_chat_tool_calls_total{tool=unknown,outcome=error}": 1,
    }
    assert seen["taskflow_chat_turn_rounds_count{}"] == 1
    assert seen["taskflow_chat_turn_rounds_sum{}"] == 3
    assert seen["taskflow_chat_turn_duration_seconds_count{}"] == 4
    assert seen[f"taskflow_chat_model_duration_seconds_count{{model={MODEL}}}"] == 5


async def test_a_turn_that_breaks_is_our_error(
    client: httpx2.AsyncClient, user: SignedUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("src.repositories.tasks.list_of", fail)
    before = counted()
    answer = await client.post(CHAT, json={"message": "list"}, headers=user.headers)
    assert_error(answer, 500, "CHAT_ERROR")
    seen = grown(before, counted())
    assert of(seen, "taskflow_chat_turns") == {"taskflow_chat_turns_total{outcome=error}": 1}
    name = "taskflow_chat_tool_calls_total{tool=list_tasks,outcome=error}"
    assert of(seen, "taskflow_chat_tool_calls") == {name: 1}


async def test_the_metrics_are_on_their_own_port_only_and_go_when_the_application_does(
    database_url: str,
) -> None:
    async with measured(database_url) as it:
        assert_error(await it.client.get("/metrics"), 404, "NOT_FOUND")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{it.port}") as scraper:
            assert (await scraper.get("/health")).status_code == 404
            assert (await scraper.post("/metrics")).status_code == 501
        assert (await it.scrape())["process_resident_memory_bytes{}"] > 1e6
    with socket.socket() as gone:
        assert gone.connect_ex(("127.0.0.1", it.port)) != 0


async def test_without_a_port_there_is_no_server(app: FastAPI) -> None:
    assert app.state.taskflow.settings.metrics_port == 0
    assert [thread for thread in threading.enumerate() if thread.name == "metrics"] == []


async def test_a_port_that_is_taken_costs_one_line_and_no_user(
    database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        application = create_app(make_settings(database_url, metrics_port=port))
        async with started(application), client_of(application) as client:
            assert (await client.get("/health")).status_code == 200
    (line,) = [line for line in lines_of(capfd) if line["event"] == "no metrics"]
    assert (line["level"], line["port"]) == ("error", port)
    assert line["reason"] == "Address already in use"
    assert "METRICS_PORT" in line["cure"]
    assert "exception" not in line
