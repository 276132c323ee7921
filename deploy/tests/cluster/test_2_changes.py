"""A second ``up``: what did not change stays, and what did moves kilobytes."""

import json
import re
import subprocess
from typing import Any

from tests.cluster.checkout import Checkout

_LARGEST_CHANGE = 1_500_000  # bytes, not compressed: the sources and their bytecode


def _pods(checkout: Checkout) -> dict[str, dict[str, Any]]:
    pods = checkout.kubectl("get", "pods", "-l", "app=taskflow")["items"]
    return {pod["metadata"]["labels"]["component"]: pod for pod in pods}


def test_nothing_changed(checkout: Checkout, times: dict[str, float]) -> None:
    before = {name: pod["metadata"]["name"] for name, pod in _pods(checkout).items()}
    done = checkout.taskflow("up", "--yes")
    times["up, running, nothing changed"] = done.seconds
    assert "sources unchanged" in done.err
    assert re.search(r"revision \d+, unchanged", done.err)
    assert {name: pod["metadata"]["name"] for name, pod in _pods(checkout).items()} == before


def test_one_line_of_the_backend_changed(checkout: Checkout, times: dict[str, float]) -> None:
    before = _pods(checkout)
    layers_before = _layers(checkout, before["backend"])
    words = ("Say something to the assistant", "Say anything to the assistant")
    with checkout.changed(
        "backend/src/chatbot/api/routes/chat.py", lambda text: text.replace(*words)
    ):
        done = checkout.taskflow("up", "--yes", "--json")
        times["up, one line of the backend changed"] = done.seconds
        after = _pods(checkout)
        assert after["backend"]["metadata"]["name"] != before["backend"]["metadata"]["name"]
        assert after["frontend"]["metadata"]["name"] == before["frontend"]["metadata"]["name"]
        new = {digest: size for digest, size in _layers(checkout, after["backend"]).items()
               if digest not in layers_before}  # fmt: skip
        assert new
        assert sum(new.values()) < _LARGEST_CHANGE
    checkout.taskflow("up", "--yes")


def test_a_rollback_is_verified_and_history_tells_it(checkout: Checkout) -> None:
    before = _pods(checkout)["backend"]["spec"]["containers"][0]["image"]
    back = checkout.taskflow("rollback", "--json").json
    newest = checkout.taskflow("history", "--json").json["revisions"][-1]
    assert (newest["revision"], newest["status"]) == (back["revision"], "deployed")
    assert newest["verified"]
    pod = _pods(checkout)["backend"]
    assert pod["spec"]["containers"][0]["image"] != before
    assert pod["status"]["containerStatuses"][0]["ready"]
    assert checkout.taskflow("verify", "--json").json["url"] == back["url"]
    checkout.taskflow("up", "--yes")
    assert _pods(checkout)["backend"]["spec"]["containers"][0]["image"] == before


def _layers(checkout: Checkout, pod: dict[str, Any]) -> dict[str, int]:
    """Return the layers of a running pod's image and their sizes, as the node has them."""
    name = f"docker.io/library/{pod['spec']['containers'][0]['image']}"
    listed = _ctr(checkout, "images", "list", f"name=={name}").splitlines()[1]
    manifest = json.loads(_ctr(checkout, "content", "get", listed.split()[2]))
    assert pod["status"]["containerStatuses"][0]["imageID"] == manifest["config"]["digest"]
    return {layer["digest"]: layer["size"] for layer in manifest["layers"]}


def _ctr(checkout: Checkout, *words: str) -> str:
    socket = str(checkout.run_folder / "containerd.sock")
    command = ["ctr", "--address", socket, "--namespace", "k8s.io", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
