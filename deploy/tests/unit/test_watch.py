"""Pods and events come as they are told, and a watch that ends begins anew."""

import threading
import time
from pathlib import Path

import pytest

from taskflow_deploy.paths import Paths
from taskflow_deploy.watch import Watch
from tests.unit.pods import event, pod
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_SLOW = """#!{python}
import json, sys, time
kind = sys.argv[sys.argv.index("get") + 1]
if kind == "pods":
    told = [{{"metadata": {{"name": name}}}} for name in "abc"]
    for type_, object_ in (
        ("ADDED", {{"kind": "List", "metadata": {{}}, "items": told[:2]}}), ("ADDED", told[2]),
        ("ERROR", {{"kind": "Status", "metadata": {{}}}}), ("DELETED", told[0]),
    ):
        print(json.dumps({{"type": type_, "object": object_}}), flush=True)
    print("error: these are my own words", flush=True)
open(sys.argv[0] + ".pid", "a").write(f"{{__import__('os').getpid()}}\\n")
time.sleep(60)
"""


def test_what_is_there_is_told_by_label_and_the_oldest_first(
    cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    young, old = pod(), pod("frontend")
    young["metadata"]["creationTimestamp"] = "2026-01-20T10:31:00Z"
    old["metadata"]["creationTimestamp"] = "2026-01-20T10:30:00Z"
    job = pod("migrations", metadata__labels={"component": "migrations"})
    tools.change(pods=[young, job, old], events=[event("Pulled", "backend-1")])
    with Watch(cluster) as watch:
        _until(watch, 3)
        assert [one["metadata"]["name"] for one in watch.pods(app="taskflow")] == [
            "frontend-1", "backend-1",
        ]  # fmt: skip
        assert [one["reason"] for one in watch.events()] == ["Pulled"]


def test_a_watch_that_ended_begins_anew_and_forgets_what_is_gone(
    cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    tools.change(pods=[pod()])
    with Watch(cluster) as watch:
        _until(watch, 1)
        tools.change(pods=[])  # the stand-in's watch ends at once, as a broken connection does
        _until(watch, 0)


def test_news_come_at_once_and_nothing_is_left_running(
    paths: Paths, tmp_path: Path, python: str
) -> None:
    program = tmp_path / "kubectl"
    program.write_text(_SLOW.format(python=python), encoding="utf-8")
    program.chmod(0o755)
    cluster = RecordingCluster(Tools(tmp_path / "bin", tmp_path / "world"), paths)
    cluster.kubectl = program
    with Watch(cluster) as watch:
        started = time.monotonic()
        while [one["metadata"]["name"] for one in watch.pods()] != ["b", "c"]:
            watch.wait(10)
            assert time.monotonic() - started < 20, watch.pods()
        while len(_pids(program)) < 2:
            time.sleep(0.01)
    assert threading.active_count() == 1
    for pid in _pids(program):
        assert not Path(f"/proc/{pid}").exists()


def _pids(program: Path) -> list[str]:
    file = program.with_name("kubectl.pid")
    return file.read_text(encoding="ascii").split() if file.exists() else []


def _until(watch: Watch, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(watch.pods()) != count:
        watch.wait(0.01)
        if time.monotonic() > deadline:
            pytest.fail(f"{len(watch.pods())} pods, not {count}")
