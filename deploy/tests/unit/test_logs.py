"""Logs: of all pods, in the order of time, followed through restarts and rollouts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from taskflow_deploy.errors import ClusterError, ClusterNotRunningError
from taskflow_deploy.logs import pods
from taskflow_deploy.logs.containers import Line
from taskflow_deploy.logs.pods import Wanted
from taskflow_deploy.logs.pretty import pretty
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.log_cluster import LogCluster
from tests.unit.tools import Tools

_REQUEST = (
    '{"event":"request","method":"PUT","route":"/api/v1/tasks","status":200,"duration_ms":4.17,'
    '"level":"info","timestamp":"2026-11-24T14:22:28.931079Z"}'
)


@pytest.fixture
def there(tools: Tools, paths: Paths) -> LogCluster:
    """A deployment that has written something."""
    made = LogCluster(tools, paths)
    made.pod("taskflow-migrations-1-x", "migrations", migrate="end:m")
    made.pod("taskflow-backend-6f-a", "backend", init_wait_for_schema="end:w", backend="run:b")
    made.pod("taskflow-frontend-7c-a", "frontend", init_wait_for_backend="end:v", frontend="wait")
    made.write("taskflow-migrations-1-x/migrate/m", "01 migrated")
    made.write("taskflow-backend-6f-a/wait-for-schema/w", "00 waits", "02 the schema is there")
    made.write("taskflow-backend-6f-a/backend/b", "03 one", "04 two", "05 three")
    made.write("taskflow-frontend-7c-a/wait-for-backend/v", "06 the backend answered")
    return made


def _shown(lines: list[Line]) -> list[str]:
    return [f"{line.label} | {line.text}" for line in lines]


def test_all_pods_and_containers_are_shown_in_the_order_of_time(
    there: LogCluster, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _shown(pods.so_far(there.cluster, output, Wanted())) == [
        "backend-6f-a/wait-for-schema | waits",
        "migrations-1-x/migrate | migrated",
        "backend-6f-a/wait-for-schema | the schema is there",
        "backend-6f-a | one",
        "backend-6f-a | two",
        "backend-6f-a | three",
        "frontend-7c-a/wait-for-backend | the backend answered",
    ]
    # One that has not begun has no log, and is not asked for one.
    assert capsys.readouterr().err == ""


def test_one_part_and_the_last_lines_alone(there: LogCluster, output: Output) -> None:
    found = pods.so_far(there.cluster, output, Wanted("backend", tail=1, since="10m"))
    assert _shown(found) == [
        "backend-6f-a/wait-for-schema | the schema is there",
        "backend-6f-a | three",
    ]
    asked = [set(call) for call in there.calls("logs")]
    assert all({"--tail=1", "--since=10m"} <= call for call in asked)


def test_the_run_before_is_shown_for_those_that_have_one(there: LogCluster, output: Output) -> None:
    with pytest.raises(ClusterNotRunningError, match="was started again") as nothing:
        pods.so_far(there.cluster, output, Wanted(previous=True))
    assert nothing.value.resolution == "Leave --previous out."
    there.pod("taskflow-backend-6f-a", "backend", init_wait_for_schema="end:w", backend="run:c/b")
    found = pods.so_far(there.cluster, output, Wanted(previous=True, tail=2))
    assert _shown(found) == ["backend-6f-a | two", "backend-6f-a | three"]


def test_a_container_that_waits_to_be_started_again_shows_its_last_run(
    there: LogCluster, output: Output
) -> None:
    there.pod("taskflow-backend-6f-a", "backend", backend="wait/b")
    found = pods.so_far(there.cluster, output, Wanted("backend"))
    assert [line.text for line in found] == ["one", "two", "three"]


def test_a_log_that_cannot_be_read_does_not_hide_the_others(
    there: LogCluster, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = "taskflow-backend-6f-a/backend/b"
    there.set(unreadable=[gone])
    found = pods.so_far(there.cluster, output, Wanted("backend"))
    assert [line.label for line in found] == ["backend-6f-a/wait-for-schema"] * 2
    assert "! The log of backend-6f-a cannot be read: Error" in capsys.readouterr().err
    there.set(unreadable=[gone, "taskflow-backend-6f-a/wait-for-schema/w"])
    with pytest.raises(ClusterError, match="No log can be read"):
        pods.so_far(there.cluster, output, Wanted("backend"))


def test_a_line_without_a_time_stays_behind_the_one_before_it(
    there: LogCluster, output: Output
) -> None:
    backend, frontend = (
        "taskflow-backend-6f-a/backend/b",
        "taskflow-frontend-7c-a/wait-for-backend/v",
    )
    logs = {
        backend: ["2026-11-26T10:00:01Z one", "and more"],
        frontend: ["2026-11-26T10:00:02Z two"],
    }
    there.set(logs=logs)
    found = pods.so_far(there.cluster, output, Wanted())
    assert [line.text for line in found] == ["one", "and more", "two"]


class _Enough(Exception):  # noqa: N818 - it is no error
    """What was waited for was shown."""


class _Follower:
    """What was shown so far by another thread that follows."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.enough = threading.Event()

    def show(self, line: Line) -> None:
        """Take a line."""
        if self.enough.is_set():
            raise _Enough
        self.shown.append(f"{line.label} | {line.text}")

    def wait_for(self, *lines: str) -> None:
        """Wait until the newest lines are some, in any order of containers, and none came twice."""
        deadline = time.monotonic() + 20
        while sorted(self.shown[-len(lines) :]) != sorted(lines):
            assert time.monotonic() < deadline, self.shown
            time.sleep(0.02)
        assert len(set(self.shown)) == len(self.shown)


@contextmanager
def _following(there: LogCluster, output: Output, wanted: Wanted) -> Iterator[_Follower]:
    follower = _Follower()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            pods.follow(there.cluster, output, wanted, follower.show)
        except BaseException as end:  # noqa: BLE001 - looked at below
            ended.append(end)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield follower
    finally:
        follower.enough.set()
        there.write_everywhere("59 that is all")
        thread.join(timeout=20)
    assert [type(end) for end in ended] == [_Enough]


def test_new_runs_and_new_pods_are_followed_from_their_beginning(
    there: LogCluster, output: Output
) -> None:
    backend = "taskflow-backend-6f-a/backend"
    before = ["backend-6f-a/wait-for-schema | the schema is there", "backend-6f-a | three"]
    with _following(there, output, Wanted("backend", tail=1)) as follower:
        follower.wait_for(*before)
        there.write(f"{backend}/b", "10 four")
        follower.wait_for("backend-6f-a | four")
        # The container is started again.
        there.write(f"{backend}/c", "11 again", "12 and on")
        wait = {"init_wait_for_schema": "end:w"}
        there.pod("taskflow-backend-6f-a", "backend", **wait, backend="run:c/b")
        follower.wait_for("backend-6f-a | again", "backend-6f-a | and on")
        # A rollout: another pod, whose container appears with its first lines written.
        there.write("taskflow-backend-9d-b/backend/d", "20 new", "21 newer")
        there.pod("taskflow-backend-9d-b", "backend", backend="run:d")
        there.remove("taskflow-backend-6f-a")
        follower.wait_for("backend-9d-b | new", "backend-9d-b | newer")


def test_a_stream_that_is_cut_off_goes_on_where_it_was(
    there: LogCluster, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pods, "_AGAIN_SECONDS", 0.1)
    run = "taskflow-backend-6f-a/backend/b"
    with _following(there, output, Wanted("backend")) as follower:
        follower.wait_for(
            "backend-6f-a/wait-for-schema | waits",
            "backend-6f-a/wait-for-schema | the schema is there",
            *(f"backend-6f-a | {word}" for word in ("one", "two", "three")),
        )
        there.set(cut=[run])
        onwards = "--since-time=2026-11-26T10:00:05.000000002Z"
        deadline = time.monotonic() + 20
        while not there.calls(onwards):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        there.write(run, "05 in the same second")
        there.set(cut=[])
        follower.wait_for("backend-6f-a | in the same second")


def test_pods_that_are_not_there_yet_are_waited_for(
    there: LogCluster, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    there.set(pods=[])
    with _following(there, output, Wanted(tail=0)) as follower:
        deadline, said = time.monotonic() + 20, ""
        while "There is no pod yet; waiting for one." not in said:
            assert time.monotonic() < deadline
            said += capsys.readouterr().err
            time.sleep(0.02)
        there.write("taskflow-backend-9d-b/backend/d", "20 new", "21 newer")
        there.pod("taskflow-backend-9d-b", "backend", backend="run:d")
        follower.wait_for("backend-9d-b | new", "backend-9d-b | newer")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (_REQUEST, "14:22:28.931 info    request method=PUT route=/api/v1/tasks status=200 "
                   "duration_ms=4.17"),
        ('{"event":"database away","level":"warning","timestamp":"2026-11-24T14:22:32Z"}',
         "14:22:32     warning database away"),
        ('{"event":"request failed","level":"error","timestamp":"2026-11-24T14:22:32.5Z",'
         '"exception":"Traceback:\\n  line 1\\nKeyError: 1","id":"7"}',
         "14:22:32.5   error   request failed id=7\n  Traceback:\n    line 1\n  KeyError: 1"),
        ('{"event":"no time","level":"info"}', "info    no time"),
        ("plain words", "plain words"),
        ('{"no": "event"}', '{"no": "event"}'),
        ("{broken", "{broken"),
        ("[1]", "[1]"),
    ],
)  # fmt: skip
def test_structured_lines_are_shown_for_people(line: str, shown: str) -> None:
    assert pretty(line) == shown
