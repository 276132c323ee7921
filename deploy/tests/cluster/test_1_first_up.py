"""The first ``./taskflow up`` of a fresh checkout, and what stands after it."""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.cluster.checkout import Checkout, Done

_CHECKPOINTS = ["prerequisites", "built", "loaded", "chart", "pods", "contract"]


@pytest.fixture(scope="module")
def first_up(
    checkout: Checkout, before: dict[str, list[str]], times: dict[str, float]
) -> dict[str, Any]:
    users_kubeconfig = Path.home() / ".kube" / "config"
    was = users_kubeconfig.read_bytes() if users_kubeconfig.exists() else None
    done = checkout.taskflow("up", "--yes", "--json")
    times["up, no cluster running, components compiled"] = done.seconds
    assert (users_kubeconfig.read_bytes() if users_kubeconfig.exists() else None) == was
    result: dict[str, Any] = done.json
    return result


def test_it_passes_every_checkpoint_and_says_what_it_used(first_up: dict[str, Any]) -> None:
    assert first_up["status"] == "verified"
    assert [entry["id"] for entry in first_up["checkpoints"]] == _CHECKPOINTS
    assert {entry["verdict"] for entry in first_up["checkpoints"]} == {"passed"}
    assert first_up["cluster"] == "embedded"
    assert first_up["assistant"].startswith("offline")
    assert "PostgreSQL on this machine" in first_up["database"]


def test_a_person_and_a_program_can_open_it(first_up: dict[str, Any]) -> None:
    page = httpx2.get(first_up["url"])
    assert page.status_code == 200
    assert "<title>TaskFlow</title>" in page.text
    shown = ["curl", "--silent", "--show-error", "--fail", f"{first_up['url']}/health"]
    health = subprocess.run(shown, check=True, capture_output=True, text=True).stdout
    assert health == (
        '{"status":"healthy","version":"0.1.0","environment":"local","chat_registered":true}'
    )


def test_kubectl_shows_the_plans_names(checkout: Checkout, first_up: dict[str, Any]) -> None:
    listed = checkout.kubectl("get", "deployments,services")["items"]
    found = {(entry["kind"], entry["metadata"]["name"]): entry for entry in listed}
    assert set(found) == {
        ("Deployment", "taskflow-backend"),
        ("Deployment", "taskflow-frontend"),
        ("Service", "taskflow-backend-service"),
        ("Service", "taskflow-frontend-service"),
    }
    backend = found["Service", "taskflow-backend-service"]["spec"]
    assert (backend["type"], backend["ports"][0]["port"]) == ("ClusterIP", 8000)
    frontend = found["Service", "taskflow-frontend-service"]["spec"]
    assert (frontend["type"], frontend["ports"][0]["port"]) == ("NodePort", 3000)
    assert str(frontend["ports"][0]["nodePort"]) in first_up["url"]


def test_the_pods_run_restricted(checkout: Checkout, first_up: dict[str, Any]) -> None:
    namespace = checkout.kubectl("get", "namespace", "taskflow")
    enforced = namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert enforced == "restricted"
    for component in ("backend", "frontend"):
        words = ("exec", f"deploy/taskflow-{component}", "-c", component, "--", "id", "-u")
        assert checkout.taskflow("kubectl", *words).out.strip() == "10001"


def test_no_secret_is_in_the_releases_values(checkout: Checkout, first_up: dict[str, Any]) -> None:
    values = checkout.taskflow("helm", "get", "values", "taskflow", "--all").out
    secret = (checkout.state / "better-auth-secret").read_text(encoding="ascii")
    assert "existingSecret: taskflow-backend-secrets-" in values
    assert secret not in values
    assert "postgresql://taskflow" not in values


def test_verify_shows_a_verdict_for_each_endpoint(checkout: Checkout, times: dict[str, float],
                                                  first_up: dict[str, Any]) -> None:  # fmt: skip
    done = checkout.taskflow("verify")
    times["verify"] = done.seconds
    # Eleven endpoints, the removal, the addresses there are none at, and what other origins see.
    assert done.out.count("✓") == 14
    assert "✗" not in done.out
    assert ", 0 ignored" in done.out


def test_status_and_logs_say_how_it_is(checkout: Checkout, first_up: dict[str, Any]) -> None:
    status = checkout.taskflow("status").out
    assert status.startswith(f"✓ TaskFlow is up: {first_up['url']}\n")
    assert "what runs is made of the sources here" in status
    assert "parts are well" in status
    assert "PostgreSQL on this machine, running" in status
    for part in ("backend", "frontend"):
        assert re.search(rf"taskflow-{part}-\S+ +1/1 +0 .* MB", status), status
    assert checkout.taskflow("status", "--json").json["state"] == "up"
    logs = checkout.taskflow("logs").out
    assert re.search(r'^backend-\S+ \| \{"event":"request"', logs, re.MULTILINE)
    assert re.search(r"^frontend-\S+/wait-for-backend \| The backend answered", logs, re.MULTILINE)
    assert '"event":"request"' in checkout.taskflow("logs", "backend").out
    assert "wait-for-backend" not in checkout.taskflow("logs", "backend").out
    assert checkout.taskflow("logs", "kubelet").out
    assert "Choose from" in checkout.taskflow("logs", "nothing", expect=2).err


def test_the_database_wants_a_password(checkout: Checkout, first_up: dict[str, Any]) -> None:
    port = int(first_up["database"].rpartition(" ")[2])

    async def connect(user: str) -> None:
        await asyncpg.connect(host="127.0.0.1", port=port, user=user, password="", database=user)

    for user in ("taskflow", "postgres"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(connect(user))
    bound = subprocess.run(["ss", "-Htln", f"sport = :{port}"], check=True, capture_output=True)
    addresses = {line.split()[3].rpartition(":")[0] for line in bound.stdout.decode().splitlines()}
    assert "127.0.0.1" in addresses
    assert addresses.isdisjoint({"0.0.0.0", "*", "[::]"})  # noqa: S104 - refused, not used


def test_the_backend_comes_first(checkout: Checkout, first_up: dict[str, Any]) -> None:
    logs = checkout.taskflow("kubectl", "logs", "deploy/taskflow-frontend", "-c",
                             "wait-for-backend").out  # fmt: skip
    assert "The backend answered after" in logs


def test_what_was_printed_is_no_secret(checkout: Checkout) -> None:
    done: Done = checkout.taskflow("up", "--yes")
    secret = (checkout.state / "better-auth-secret").read_text(encoding="ascii")
    assert secret not in done.out + done.err
    assert done.out.strip().startswith("http://")
