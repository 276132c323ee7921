"""The test of `helm test` that a stranger does not reach the backend, by the locked Node.js."""

import contextlib
import itertools
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.chart.helm import GIVEN, Helm, Object, Rendered
from tests.chart.node import environment, free_port, start
from tests.chart.web import Answer, Request, serving

_UNENFORCED = "Network policies are not enforced by this cluster: this pod reached "


@pytest.fixture
def container(rendered: Rendered) -> Object:
    """The container of the test pod."""
    (found,) = rendered.get("Pod", "taskflow-test-isolation")["spec"]["containers"]
    made: Object = found
    return made


def well(_: Request) -> Answer:
    """Answer as a frontend behind which the backend runs."""
    return Answer(200, {"status": "healthy"})


def isolation(
    container: Object, frontend: str, backend: str, *, enforced: bool = True, settle: int = 3
) -> tuple[int, str, str]:
    """Run the very command of the test pod."""
    asked = {"FRONTEND_URL": frontend, "BACKEND_URL": backend, "WAIT_SECONDS": "2"}
    flags = {"POLICIES_ENFORCED": str(enforced).lower(), "SETTLE_SECONDS": str(settle)}
    process = start(container, **asked, **flags)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@contextmanager
def listening(*, answers: bool) -> Iterator[tuple[str, socket.socket]]:
    """Listen at a port; where nothing answers, packets are dropped as by a policy."""
    with contextlib.ExitStack() as stack:
        backlog = 128 if answers else 0
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=backlog))
        while not answers:
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.5)
            try:
                waiting.connect(server.getsockname())
            except TimeoutError:
                break
        yield f"http://localhost:{server.getsockname()[1]}", server


def test_it_is_given_both_services(helm: Helm, container: Object) -> None:
    given = {
        "FRONTEND_URL": "http://taskflow-frontend-service:3000",
        "BACKEND_URL": "http://taskflow-backend-service:8000",
        "WAIT_SECONDS": "60",
        "SETTLE_SECONDS": "30",
    }
    assert environment(container) == {**given, "POLICIES_ENFORCED": "true"}
    lenient = helm.render({**GIVEN, "tests.policiesEnforced": False})
    (other,) = lenient.get("Pod", "taskflow-test-isolation")["spec"]["containers"]
    assert environment(other) == {**given, "POLICIES_ENFORCED": "false"}


@pytest.mark.parametrize("how", ["refused", "dropped"])
def test_it_passes_where_the_backend_is_out_of_reach(container: Object, how: str) -> None:
    with serving(well) as frontend, listening(answers=False) as (dropping, _):
        refusing = f"http://localhost:{free_port()}"
        backend, reason = {
            "refused": (refusing, "ECONNREFUSED"),
            "dropped": (dropping, "no answer"),
        }[how]
        assert isolation(container, frontend, backend) == (
            0,
            f"ok      The backend answers through the frontend, at {frontend}/health.\n"
            "ok      This pod does not reach the backend itself, at "
            f"{backend.removeprefix('http://')} ({reason}).\n",
            "",
        )


def test_it_fails_where_the_backend_is_reached(container: Object) -> None:
    with serving(well) as frontend, listening(answers=True) as (backend, _):
        code, out, err = isolation(container, frontend, backend)
    assert (code, len(out.splitlines())) == (1, 1)
    assert err.startswith(f"FAILED  {_UNENFORCED}{backend.removeprefix('http://')}. Use a network")


def test_it_only_says_so_where_no_policy_is_expected(container: Object) -> None:
    with serving(well) as frontend, listening(answers=True) as (backend, _):
        code, out, err = isolation(container, frontend, backend, enforced=False)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"ok      {_UNENFORCED}")


def test_it_waits_for_policies_that_come_a_little_later(container: Object) -> None:
    with serving(well) as frontend, listening(answers=True) as (backend, server):
        timer = threading.Timer(2, server.close)
        timer.start()
        code, out, err = isolation(container, frontend, backend, settle=30)
        timer.join()
    assert (code, err) == (0, "")
    assert "does not reach the backend" in out


@pytest.mark.parametrize("healthy", [0, 1])
def test_a_backend_that_is_down_is_not_taken_for_one_out_of_reach(
    container: Object, healthy: int
) -> None:
    looks = itertools.count()

    def ill(_: Request) -> Answer:
        return Answer(200 if next(looks) < healthy else 503)

    with serving(ill) as frontend:
        code, out, err = isolation(container, frontend, f"http://localhost:{free_port()}")
    assert (code, len(out.splitlines())) == (1, healthy)
    assert err == f"FAILED  Cannot tell: {frontend}/health must answer, but: it answers 503.\n"


def test_a_name_that_is_not_known_proves_nothing(container: Object) -> None:
    with serving(well) as frontend:
        code, _, err = isolation(container, frontend, "http://backend.invalid:8000")
    assert code == 1
    assert err.startswith("FAILED  Cannot tell: the name backend.invalid does not resolve (E")


def test_it_ends_at_once_when_it_is_told_to(container: Object) -> None:
    """As process 1 it would else be killed only when its time is over."""
    with serving(lambda _: Answer(503)) as frontend:
        process = start(container, FRONTEND_URL=frontend, WAIT_SECONDS="60")
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 143
