"""The frontend's init container, run by the locked Node.js against a real server."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chart.helm import Rendered
from tests.chart.node import command, environment, free_port
from tests.chart.pod_security import containers

# What the machine may take on top of the time that is measured.
_SLACK_SECONDS = 8.0
_LONG = "3600"

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(rendered: Rendered) -> Iterator[Start]:
    """Start the very command of the init container; whatever still runs at the end is killed."""
    container = containers(rendered.pod("frontend")["spec"])[0]
    running: list[subprocess.Popen[str]] = []

    def start_one(url: str, *, timeout: str, interval: str) -> subprocess.Popen[str]:
        asked = {"WAIT_TIMEOUT_SECONDS": timeout, "WAIT_INTERVAL_SECONDS": interval}
        assert asked.keys() == environment(container).keys()
        process = subprocess.Popen(
            command(container),
            env={**os.environ, **asked, "NEXT_PUBLIC_API_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start_one
    for process in running:
        process.kill()
        process.communicate()


def test_the_container_has_the_values_as_its_bounds(rendered: Rendered) -> None:
    container = containers(rendered.pod("frontend")["spec"])[0]
    assert environment(container) == {"WAIT_TIMEOUT_SECONDS": "120", "WAIT_INTERVAL_SECONDS": "1"}
    deployment = rendered.get("Deployment", "taskflow-frontend")
    assert deployment["spec"]["progressDeadlineSeconds"] > 120


def test_it_waits_while_the_backend_is_ill_and_goes_on_when_it_is_well(start: Start) -> None:
    with backend([503, 503, 404, 302, 204, 200]) as (url, paths):
        process = start(url, timeout="60", interval="0.05")
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    said = [f"Waiting for {url}/health, up to 60 s: it answers {code}." for code in
            (503, 404, 302, 204)]  # fmt: skip
    *waiting, last = out.splitlines()
    assert waiting == said
    assert last.startswith("The backend answered after ")
    assert paths == ["/health"] * 6


def test_it_gives_up_in_time_when_nothing_answers(start: Start) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    out, err = gives_up(start(url, timeout="1", interval=_LONG), after=1.0)
    assert out == f"Waiting for {url}/health, up to 1 s: no answer (ECONNREFUSED).\n"
    assert err == (
        f"Gave up on {url}/health after 1 s: no answer (ECONNREFUSED). "
        "Look at the backend's logs.\n"
    )


def test_it_gives_up_in_time_on_a_backend_that_hangs(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        _, err = gives_up(start(url, timeout="1", interval=_LONG), after=1.0)
    assert err.startswith(f"Gave up on {url}/health after 1 s: no answer (TimeoutError).")


def test_it_says_that_the_name_does_not_resolve(start: Start) -> None:
    # Longer than a DNS label may be, so that no name server is asked.
    host = "b" * 64
    _, err = gives_up(start(f"http://{host}:8000", timeout="1", interval="0.1"), after=1.0)
    assert f"the name {host} does not resolve (ENOTFOUND)" in err


def test_it_ends_at_once_when_the_pod_is_deleted(start: Start) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    process = start(url, timeout=_LONG, interval=_LONG)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Waiting for ")
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    # Its own exit code: killed by the signal it would be -15, which process 1 never is.
    assert process.wait(timeout=_SLACK_SECONDS) == 143
    assert time.monotonic() - started < _SLACK_SECONDS


def gives_up(process: subprocess.Popen[str], *, after: float) -> tuple[str, str]:
    """Wait until a process fails, check that it did so in time, return what it printed."""
    started = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert after * 0.9 <= time.monotonic() - started < after + _SLACK_SECONDS
    return out, err


@contextmanager
def backend(statuses: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
    """Run a server that answers with one status after the other; yield its URL and the paths."""
    paths: list[str] = []
    left = iter(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(next(left))
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", paths
        finally:
            server.shutdown()
            thread.join()
