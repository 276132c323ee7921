"""The cluster itself: parts that die, a node that is stopped, a node that is killed."""

import json
import os
import shutil
import signal
from pathlib import Path

import httpx2
import pytest

from tests.cluster.checkout import Checkout
from tests.cluster.parts import parts, pid_of, within

_ACCOUNT = {"email": "keeps@example.com", "password": "kept over every restart"}


@pytest.fixture(scope="module")
def kept_task(checkout: Checkout) -> str:
    url = checkout.taskflow("status", "--json").json["url"]
    with httpx2.Client(base_url=f"{url}/api/v1") as client:
        token = client.post("/auth/signup", json=_ACCOUNT).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post("/tasks", json={"title": "still here"}, headers=headers)
    assert answer.status_code == 201
    task: str = answer.json()["id"]
    return task


def _tasks(url: str) -> list[str]:
    with httpx2.Client(base_url=f"{url}/api/v1", timeout=30) as client:
        token = client.post("/auth/login", json=_ACCOUNT).json()["token"]
        tasks = client.get("/tasks", headers={"Authorization": f"Bearer {token}"}).json()
    return [task["id"] for task in tasks]


@pytest.mark.parametrize(
    "part",
    [
        "etcd",
        "kube-apiserver",
        "kubelet",
        "kube-proxy",
        "kube-network-policies",
        "containerd",
        "kube-scheduler",
        "kube-controller-manager",
        "buildkitd",
    ],
)
def test_a_part_that_is_killed_is_started_again(checkout: Checkout, url: str, part: str) -> None:
    pid = pid_of(part, checkout)
    os.kill(pid, signal.SIGKILL)

    def again() -> bool:
        found = parts(checkout)[part]
        return bool(found["well"]) and "restarted" in found["detail"]

    within(60, again)
    within(60, lambda: all(entry["well"] for entry in parts(checkout).values()))
    assert pid_of(part, checkout) != pid
    assert httpx2.get(f"{url}/health").status_code == 200


def test_what_was_stored_survives_a_stop(
    checkout: Checkout, url: str, kept_task: str, times: dict[str, float]
) -> None:
    checkout.taskflow("cluster", "stop")
    assert checkout.taskflow("cluster", "status", "--json").json["running"] is False
    assert checkout.taskflow("status").code == 0
    started = checkout.taskflow("cluster", "start", "--yes")
    times["cluster start, until the node is ready and DNS answers"] = started.seconds
    done = checkout.taskflow("up", "--yes")
    times["up after cluster start, nothing changed"] = done.seconds
    assert kept_task in _tasks(url)


def test_a_killed_node_is_started_again_by_up(
    checkout: Checkout, url: str, kept_task: str, times: dict[str, float]
) -> None:
    record = json.loads((checkout.run_folder / "node.json").read_text(encoding="utf-8"))
    os.kill(record["pid"], signal.SIGKILL)
    within(30, lambda: not Path(f"/proc/{record['pid']}").exists())
    done = checkout.taskflow("up", "--yes")
    times["up after the node was killed"] = done.seconds
    assert kept_task in _tasks(url)


def test_up_brings_everything_back_after_a_reboot(
    checkout: Checkout, url: str, kept_task: str, times: dict[str, float]
) -> None:
    """What a reboot leaves: no process, no mount, no interface, an empty /run, all of the disk."""
    record = json.loads((checkout.run_folder / "node.json").read_text(encoding="utf-8"))
    pid_file = checkout.state / "postgres" / "data" / "postmaster.pid"
    for pid in (record["pid"], int(pid_file.read_text(encoding="ascii").splitlines()[0])):
        os.kill(pid, signal.SIGKILL)
        within(30, lambda pid=pid: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]
    shutil.rmtree(checkout.run_folder)
    assert checkout.taskflow("cluster", "status", "--json").json["running"] is False
    done = checkout.taskflow("up", "--yes")
    times["up after a reboot"] = done.seconds
    assert "contract verified" in done.err
    assert kept_task in _tasks(url)


def test_a_killed_database_is_started_again_by_up(
    checkout: Checkout, url: str, kept_task: str
) -> None:
    pid_file = checkout.state / "postgres" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text(encoding="ascii").splitlines()[0]), signal.SIGKILL)
    within(10, lambda: httpx2.get(f"{url}/health", timeout=30).status_code == 503)
    checkout.taskflow("up", "--yes")
    assert kept_task in _tasks(url)


def test_down_keeps_the_database(checkout: Checkout, kept_task: str) -> None:
    done = checkout.taskflow("down")
    assert "its data is kept" in done.err
    url = checkout.taskflow("up", "--yes").out.strip()
    assert kept_task in _tasks(url)


def test_without_a_terminal_nothing_is_purged_by_accident(checkout: Checkout, url: str) -> None:
    checkout.taskflow("down", "--purge", expect=2)
    assert httpx2.get(f"{url}/health").status_code == 200
