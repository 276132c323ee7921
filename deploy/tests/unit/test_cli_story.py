"""From up to down by the command line, on Minikube's stand-in and the real backend."""

import pytest

from tests.unit import services
from tests.unit.command import CommandLine
from tests.unit.tools import Tools

_CLUSTER = ("--cluster", "minikube")


@pytest.fixture
def machine(
    command: CommandLine, tools: Tools, database_url: str, backend_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> Tools:  # fmt: skip
    """A machine with Minikube, on which the real backend answers at the node port."""
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.change(address="127.0.0.1", api_port=backend_port)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TASKFLOW_NODE_PORT", str(backend_port))
    monkeypatch.setenv("BETTER_AUTH_SECRET", services.SECRET)
    return tools


def test_a_deployment_comes_is_looked_at_and_goes(
    command: CommandLine, machine: Tools, backend_port: int, database_url: str
) -> None:
    url = f"http://127.0.0.1:{backend_port}"
    up = command.run("up", "--yes", "--json", *_CLUSTER)
    assert up.code == 0, up.err
    assert (up.json["status"], up.json["url"], up.json["cluster"]) == ("verified", url, "minikube")
    assert up.json["assistant"].startswith("offline")
    assert [entry["verdict"] for entry in up.json["checkpoints"]] == ["passed"] * 6
    assert "contract verified" in up.err
    assert database_url not in up.out + up.err

    # From here on it is known which cluster is used.
    status = command.run("status")
    headline, *facts = status.out.splitlines()
    assert headline == f"✓ TaskFlow is up: {url}"
    assert "sources   what runs is made of the sources here" in facts
    assert "cluster   minikube, well" in facts
    assert [line.split()[:2] for line in facts[-2:]] == [
        ["taskflow-backend-5d4f", "1/1"], ["taskflow-frontend-5d4f", "1/1"],
    ]  # fmt: skip
    verify = command.run("verify", "--json")
    assert (verify.code, verify.json["passed"], verify.json["url"]) == (0, True, url)
    assert command.run("cluster", "status", "--json").json["running"] is True

    again = command.run("up")
    assert (again.code, again.out) == (0, f"{url}\n")
    assert "revision 1, unchanged" in again.err

    down = command.run("down")
    assert (down.code, down.out) == (0, "")
    assert machine.state("revisions") == []
    assert command.run("status", "--json").json["url"] == "not deployed"
    assert command.run("cluster", "stop").code == 0
    assert command.run("down", "--purge", "--yes").code == 0
    assert command.run("cluster", "delete").code == 0
    assert machine.state("profile") is None
    assert not command.state.exists(), list(command.state.rglob("*"))


def test_a_broken_deployment_is_told_by_verify(
    command: CommandLine, machine: Tools, backend_port: int
) -> None:
    ended = command.run("verify", "--url", f"http://127.0.0.1:{backend_port}/nowhere")
    assert ended.code == 60
    assert ended.out.splitlines()[2].split()[:3] == ["GET", "/health", "✗"]
    lines = ended.err.splitlines()
    assert lines[0] == "error: GET /health: status is 404, not 200 (health)"
    assert any(line.strip().startswith("curl -i -X GET http://127.0.0.1") for line in lines)
    ended = command.run("verify", "--json", "--url", f"http://127.0.0.1:{backend_port}/nowhere")
    assert (ended.code, ended.json["passed"]) == (60, False)
