"""From inside the cluster: the same answers, and nobody but the frontend gets any."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from taskflow_deploy import deployed
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.clusters.embedded.cluster import EmbeddedCluster
from taskflow_deploy.contract import verify as contract
from taskflow_deploy.errors import ContractError
from taskflow_deploy.inside.isolation import only_the_frontend
from taskflow_deploy.inside.transport import Inside
from taskflow_deploy.output import Output
from taskflow_deploy.paths import current_paths
from taskflow_deploy.verifier.answers import Request
from taskflow_deploy.verifier.verify import verify
from tests.cluster.checkout import Checkout
from tests.cluster.parts import within

_BACKEND = "http://taskflow-backend-service:8000"
# A word of the relay's text, and none of this one.
_RELAY = "createInter" + "face"
_LOOK = """
for (const name of fs.readdirSync("/proc"))
  if (/^[0-9]+$/.test(name)) console.log(fs.readFileSync(`/proc/${name}/cmdline`, "utf8"));
"""


@pytest.fixture
def cluster(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, as the deployer has it."""
    monkeypatch.setenv("TASKFLOW_INSTANCE", checkout.instance)
    return EmbeddedCluster(current_paths(), Output(), assume_yes=True)


@pytest.fixture
def inside(cluster: Cluster) -> Iterator[Inside]:
    """The way through the frontend's pod."""
    way = Inside(cluster)
    yield way
    way.close()


def _is_there(checkout: Checkout) -> bool:
    """Tell whether the relay runs in the frontend's pod."""
    words = ["exec", "deploy/taskflow-frontend", "--container", "frontend", "--"]
    return _RELAY in checkout.taskflow("kubectl", *words, "node", "--eval", _LOOK).out


def test_from_inside_the_backend_answers_as_it_was_recorded(
    checkout: Checkout, cluster: Cluster, url: str, times: dict[str, float]
) -> None:
    known = deployed.knowledge(cluster, url)
    subject = contract.subject(_BACKEND, known, lambda: Inside(cluster), "from inside the cluster")
    found = verify(contract.asked(), contract.recorded(), subject, contract.REFERENCE)
    assert found.explanation == []
    assert found.compared == len(contract.recorded().answers)
    times["the contract, asked from inside the cluster"] = found.seconds
    within(10, lambda: not _is_there(checkout))


def test_large_bodies_pass_and_the_pod_lives_on(
    checkout: Checkout, inside: Inside, url: str
) -> None:
    before = checkout.kubectl("get", "pods", "--selector", "component=frontend")
    assert inside.url == _BACKEND
    body = b'{"message":"' + b"x" * 300 * 1024 + b'"}'
    for _ in range(20):
        answer = inside.send(Request("POST", "/api/v1/chat", body=body))
        assert (answer.status, b"PAYLOAD_TOO_LARGE" in answer.body) == (413, True)
    after = checkout.kubectl("get", "pods", "--selector", "component=frontend")
    for one, other in zip(before["items"], after["items"], strict=True):
        restarts = [pod["status"]["containerStatuses"][0]["restartCount"] for pod in (one, other)]
        assert restarts[0] == restarts[1]


def test_nothing_stays_in_the_pod_when_kubectl_is_killed(
    checkout: Checkout, inside: Inside, cluster: Cluster
) -> None:
    assert inside.send(Request("GET", "/health")).status == 200
    assert _is_there(checkout)
    ours = f"{cluster.kubeconfig}.*exec --stdin deploy/taskflow-frontend"
    pids = subprocess.run(["pgrep", "-f", ours], check=True, capture_output=True, text=True)
    [pid] = pids.stdout.split()
    subprocess.run(["kill", f"-{signal.SIGKILL}", pid], check=True)
    within(10, lambda: not _is_there(checkout))


def test_nobody_but_the_frontend_reaches_the_backend(
    checkout: Checkout, cluster: Cluster, times: dict[str, float]
) -> None:
    began = time.monotonic()
    assert only_the_frontend(cluster).startswith(
        "This pod does not reach the backend itself, at taskflow-backend-service:8000"
    )
    times["the proof that only the frontend reaches the backend"] = time.monotonic() - began
    _nothing_is_left(checkout)


def test_without_policies_the_proof_fails(checkout: Checkout, cluster: Cluster) -> None:
    kept = checkout.kubectl("get", "networkpolicy")
    assert len(kept["items"]) >= 4
    file = checkout.folder / "kept.json"
    file.write_text(json.dumps(kept), encoding="utf-8")
    checkout.taskflow("kubectl", "delete", "networkpolicy", "--all")
    try:
        with pytest.raises(ContractError, match="not enforced by this cluster: this pod reached"):
            only_the_frontend(cluster)
    finally:
        checkout.taskflow("kubectl", "apply", "--filename", str(file))
    _nothing_is_left(checkout)


def _nothing_is_left(checkout: Checkout) -> None:
    selector = "app.kubernetes.io/component=test,app.kubernetes.io/managed-by=taskflow"

    def gone() -> bool:
        pods = checkout.kubectl("get", "pods", "--selector", selector)["items"]
        return all("deletionTimestamp" in pod["metadata"] for pod in pods)

    within(10, gone)
