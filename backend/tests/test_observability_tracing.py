"""Traces: what a collector is sent, that it holds no secret, and that a dead one hurts nobody."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from src.application import create_app
from tests.conftest import BACKEND, SECRET, SignedUp, client_of, make_settings, started
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, add_task, assert_error
from tests.standin.replies import call, say, use
from tests.standin.server import KEY, StandIn
from tests.test_observability_logs import lines_of

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """What a collector was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        """What was sent, read."""
        return [ExportTraceServiceRequest.FromString(body) for body in self.sent]

    @property
    def spans(self) -> list[Span]:
        """All spans, by the time when they began."""
        found = [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def named(self, name: str) -> Span:
        """Return the one span of a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def below(self, parent: Span) -> list[Span]:
        """Return the spans below a span."""
        return [span for span in self.spans if span.parent_span_id == parent.span_id]


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """Run a collector and return it with its address."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            assert self.headers["content-type"] == "application/x-protobuf"
            collector.sent.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@asynccontextmanager
async def traced(
    database_url: str, endpoint: str, **changes: object
) -> AsyncIterator[httpx2.AsyncClient]:
    """Start an application that sends traces; all of them are sent once it has stopped."""
    settings = make_settings(database_url, otel_exporter_otlp_endpoint=endpoint, **changes)
    application = create_app(settings)
    async with started(application), client_of(application) as client:
        yield client


def facts(span: Span) -> dict[str, Any]:
    """Return a span's attributes."""
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value"))
        for attribute in span.attributes
    }


async def test_a_request_is_one_span_in_its_callers_trace_with_its_statements_below(
    database_url: str, user: SignedUp, capfd: pytest.CaptureFixture[str]
) -> None:
    with collecting() as (collector, endpoint):
        async with traced(database_url, endpoint) as client:
            task = await add_task(client, user.headers, "a title of mine")
            headers = {**user.headers, "traceparent": f"00-{TRACE}-{PARENT}-01"}
            capfd.readouterr()
            answer = await client.put(
                f"{TASKS}/{task['id']}?q=asked", json={"title": "another title"}, headers=headers
            )
            assert answer.status_code == 200
            (line,) = lines_of(capfd)
    (request, *_) = collector.requests
    resource = {
        attribute.key: attribute.value.string_value
        for attribute in request.resource_spans[0].resource.attributes
    }
    assert resource["service.name"] == "taskflow-backend"
    assert resource["service.version"] == "0.1.0"
    span = collector.named("PUT /api/v1/tasks/{task_id}")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert facts(span) == {
        "http.request.method": "PUT",
        "url.scheme": "http",
        "http.route": "/api/v1/tasks/{task_id}",
        "http.response.status_code": 200,
    }
    assert (line["trace_id"], line["span_id"]) == (TRACE, span.span_id.hex())
    statements = collector.below(span)
    assert statements
    assert all(child.trace_id.hex() == TRACE for child in statements)
    texts = "\n".join(facts(child)["db.statement"] for child in statements)
    assert "UPDATE task SET" in texts
    assert "$1" in texts
    everything = b"".join(collector.sent)
    for secret in (task["id"], "a title of mine", "another title", "asked", user.token, user.id):
        assert secret.encode() not in everything


async def test_a_chat_turn_is_a_tree_of_model_and_tool_calls_and_quotes_nobody(
    database_url: str, user: SignedUp
) -> None:
    heads: list[dict[str, str]] = []
    with collecting() as (collector, endpoint), StandIn() as api:
        answer_of = api.answer

        def answer_and_note(path: str, headers: dict[str, str], body: bytes) -> Any:
            heads.append(headers)
            return answer_of(path, headers, body)

        api.answer = answer_and_note  # type: ignore[method-assign]
        api.script(
            use(call("add_task", title="a secret title"), call("made_up_tool")),
            say("A secret answer."),
        )
        claude = {"anthropic_api_key": KEY, "anthropic_base_url": api.url}
        async with traced(database_url, endpoint, **claude) as client:
            body = {"message": "a secret message"}
            answer = await client.post(CHAT, json=body, headers=user.headers)
            assert answer.status_code == 200, answer.text
    request, turn = collector.named("POST /api/v1/chat"), collector.named("chat turn")
    assert (turn.trace_id, turn.parent_span_id) == (request.trace_id, request.span_id)
    # Beside these are the statements that keep the conversation.
    calls = [
        (child.name, [statement.name for statement in collector.below(child)])
        for child in collector.below(turn)
        if child.name.startswith(("chat", "execute_tool"))
    ]
    assert calls == [
        ("chat claude-haiku-5-5", []),
        ("execute_tool add_task", ["BEGIN", "INSERT"]),
        ("execute_tool unknown", []),
        ("chat claude-haiku-5-5", []),
    ]
    assert "COMMIT" in [child.name for child in collector.below(request)]
    assert facts(turn)["taskflow.rounds"] == 2
    for span in collector.spans:
        if span.name.startswith("chat claude"):
            assert facts(span)["gen_ai.usage.input_tokens"] == 12
            assert facts(span)["gen_ai.usage.output_tokens"] == 6
    everything = b"".join(collector.sent)
    for secret in ("secret", "made_up", KEY, SECRET, user.token, user.email):
        assert secret.encode() not in everything
    # Which trace it belongs to is nothing that the model's host need know.
    assert len(heads) == 2
    assert not any("traceparent" in head for head in heads)


async def _no_hash(_: object, __: str) -> None:
    """Take the place of a hash."""


async def test_of_an_error_only_its_kind_is_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.security.passwords.Passwords.hash", _no_hash)
    email = f"{uuid4().hex}@example.com"
    with collecting() as (collector, endpoint):
        async with traced(database_url, endpoint) as client:
            answer = await client.post(
                f"{AUTH}/signup", json={"email": email, "password": PASSWORD}
            )
            assert_error(answer, 500, "INTERNAL_ERROR")
    span = collector.named(f"POST {AUTH}/signup")
    assert span.status.code == Status.STATUS_CODE_ERROR
    (failed,) = [child for child in collector.spans if child.name == "INSERT"]
    assert (failed.parent_span_id, failed.status.code) == (span.span_id, 2)
    assert [child.status.message for child in collector.spans if child.status.message] == []
    assert [child.name for child in collector.spans if child.events] == []
    everything = b"".join(collector.sent)
    assert email.encode() not in everything
    assert PASSWORD.encode() not in everything


async def test_probes_and_what_no_request_asked_for_leave_no_trace(
    database_url: str,
) -> None:
    with collecting() as (collector, endpoint):
        async with traced(database_url, endpoint) as client:
            for path in ("/health/live", "/health/ready"):
                assert (await client.get(path)).status_code == 200
            await client.get("/nowhere", headers={"traceparent": "00-nonsense-01"})
    assert [span.name for span in collector.spans] == ["GET unmatched"]
    assert collector.spans[0].parent_span_id == b""


@pytest.mark.parametrize(
    ("collector", "patience"),
    [("nothing listens", "1"), ("takes what it is sent in silence", "30")],
)
async def test_a_dead_collector_slows_nobody_and_is_told_of_once(
    database_url: str,
    user: SignedUp,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    collector: str,
    patience: str,
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", patience)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = 1 if collector == "nothing listens" else silent.getsockname()[1]
        async with traced(database_url, f"http://127.0.0.1:{port}") as client:
            for _ in range(20):
                began = time.perf_counter()
                answer = await client.get(TASKS, headers=user.headers)
                assert answer.status_code == 200
                assert time.perf_counter() - began < 1
                await asyncio.sleep(0.1)
            lines = lines_of(capfd)
            began = time.perf_counter()
        assert time.perf_counter() - began < 4
    lines += lines_of(capfd)
    told = [line for line in lines if "traces" in line["event"]]
    assert 1 <= len(told) <= 2, told  # once while it runs, once for what is left at the stop
    assert all("OTEL_EXPORTER_OTLP_ENDPOINT" in line["cure"] for line in told)
    assert [line for line in lines if line.get("logger", "").startswith("opentelemetry")] == []


def test_without_a_collector_opentelemetrys_sdk_is_not_even_loaded() -> None:
    program = """
import asyncio, json, sys
from src.application import create_app
from tests.conftest import client_of, make_settings, started

async def main():
    app = create_app(make_settings("postgresql://a:b@127.0.0.1:1/c"))
    async with started(app), client_of(app) as client:
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/api/v1/tasks")).status_code == 401

asyncio.run(main())
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "src.observability.tracing" in loaded
    heavy = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation")
    assert [name for name in loaded if name.startswith(heavy)] == []
