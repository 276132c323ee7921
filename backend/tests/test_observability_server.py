"""The server as it is run: its log, its metrics and its traces, until it has stopped."""

import asyncio
import json
import os
import subprocess
import sys

import httpx2
import pytest

from tests.conftest import BACKEND, SECRET, eventually
from tests.helpers import TASKS, assert_error
from tests.test_observability_metrics import free_port
from tests.test_observability_tracing import collecting


async def test_the_server_logs_counts_and_traces_what_it_does_until_it_has_stopped(
    database_url: str,
) -> None:
    port, metrics_port = free_port(), free_port()
    with collecting() as (collector, endpoint):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "src.server", "--port", str(port),
            cwd=BACKEND,
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "BETTER_AUTH_SECRET": SECRET,
                "ENVIRONMENT": "production",
                "METRICS_PORT": str(metrics_port),
                "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            },
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

                async def ready() -> bool:
                    try:
                        return (await client.get("/health/ready")).status_code == 200
                    except httpx2.TransportError:
                        return False

                await eventually(ready, 30)
                answer = await client.get(TASKS, headers={"X-Request-Id": "mine"})
                assert_error(answer, 401, "MISSING_AUTH_HEADER")
                metrics = (await client.get(f"http://127.0.0.1:{metrics_port}/metrics")).text
        finally:
            process.terminate()
            output, errors = await asyncio.wait_for(process.communicate(), 20)
    counted = 'taskflow_http_requests_total{method="GET",route="/api/v1/tasks",status="401"} 1.0'
    assert counted in metrics.splitlines()
    assert [span.name for span in collector.spans] == [f"GET {TASKS}"]
    lines = [json.loads(line) for line in output.splitlines()]
    (request,) = [line for line in lines if line.get("request_id") == "mine"]
    assert request["trace_id"] == collector.spans[0].trace_id.hex()
    assert "started" in [line["event"] for line in lines]
    assert all(line["timestamp"] and line["level"] for line in lines)
    assert errors == b""


@pytest.mark.parametrize(
    ("environment", "on_a_terminal", "is_json"),
    [("development", True, False), ("development", False, True), ("production", True, True)],
)
def test_only_in_development_and_on_a_terminal_lines_are_for_people(
    environment: str, on_a_terminal: bool, is_json: bool
) -> None:
    program = (
        "import logging, structlog; from src.observability import logs;"
        "from tests.conftest import make_settings;"
        f"logs.configure(make_settings('postgresql://a:b@h/c', environment={environment!r}));"
        "structlog.get_logger().info('ours', number=1); logging.getLogger('x').warning('theirs');"
        "logs.REQUEST_LINES.write({'event': 'request'})"
    )
    ours, theirs = os.openpty() if on_a_terminal else os.pipe()
    try:
        subprocess.run([sys.executable, "-c", program], cwd=BACKEND, stdout=theirs, check=True)
        lines = os.read(ours, 10_000).decode().splitlines()
    finally:
        os.close(ours)
        os.close(theirs)
    assert len(lines) == 3
    for line, event in zip(lines, ("ours", "theirs", "request"), strict=True):
        assert event in line
        assert line.startswith('{"') == is_json
