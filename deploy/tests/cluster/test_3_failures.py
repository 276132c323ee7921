"""What goes wrong is stopped early, kept as evidence and undone."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cluster.checkout import Checkout, interrupt_at

_MAIN = "backend/src/main.py"
_AUTH = "backend/src/schemas/auth.py"


def _revisions(checkout: Checkout) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = checkout.taskflow(
        "helm", "history", "taskflow", "-o", "json"
    ).json
    return found


def _newest_evidence(checkout: Checkout) -> Path:
    return max((checkout.state / "evidence").iterdir())


def _crash_at_start(text: str) -> str:
    return text + '\nraise RuntimeError("broken on purpose")\n'


def _break_the_contract(text: str) -> str:
    return text.replace('"Login successful"', '"Logged in"')


def test_a_backend_that_does_not_start_is_rolled_back(
    checkout: Checkout, browserless: httpx2.Client, times: dict[str, float]
) -> None:
    before = _revisions(checkout)[-1]["revision"]
    with checkout.changed(_MAIN, _crash_at_start):
        done = checkout.taskflow("up", "--yes", expect=50)
    times["up with a backend that crashes: failed, evidence, undone"] = done.seconds
    assert "error: taskflow-backend-" in done.err
    assert f"rolled back to revision {before}" in done.err
    evidence = _newest_evidence(checkout)
    logs = (evidence / "logs.txt").read_text() + (evidence / "logs-previous.txt").read_text()
    assert "broken on purpose" in logs
    assert "taskflow-backend-" in (evidence / "events.txt").read_text()
    assert browserless.get("/health").status_code == 200
    assert "unchanged" in checkout.taskflow("up", "--yes").err


def test_a_broken_contract_is_rolled_back(
    checkout: Checkout, browserless: httpx2.Client, times: dict[str, float]
) -> None:
    with checkout.changed(_AUTH, _break_the_contract):
        done = checkout.taskflow("up", "--yes", "--json", expect=60)
    times["up with a broken contract: failed, evidence, undone"] = done.seconds
    assert done.json["exit_code"] == 60
    assert 'POST /api/v1/auth/login: body.message is "Logged in", not "Login' in done.json["error"]
    assert "rolled back to revision" in done.err
    assert (_newest_evidence(checkout) / "failure.txt").read_text().startswith("POST /api/v1/auth")
    checkout.taskflow("verify")
    assert "unchanged" in checkout.taskflow("up", "--yes").err


def test_evidence_holds_no_secret(checkout: Checkout) -> None:
    secrets = [(checkout.state / "better-auth-secret").read_text(encoding="ascii")]
    database = (checkout.state / "postgres.json").read_text(encoding="utf-8")
    secrets += [word for word in database.split('"') if len(word) >= 32]
    assert len(secrets) == 3
    for file in (checkout.state / "evidence").rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            assert not [secret for secret in secrets if secret in text], file


def test_ctrl_c_undoes(checkout: Checkout, browserless: httpx2.Client) -> None:
    with checkout.changed(_AUTH, _break_the_contract):
        process = checkout.start("up", "--yes")
        said = interrupt_at(process, "is installed", signal.SIGINT)
    assert process.returncode == 130, said
    assert "rolled back to revision" in said
    assert browserless.get("/health").status_code == 200
    assert "unchanged" in checkout.taskflow("up", "--yes").err


def test_a_polite_kill_is_like_ctrl_c(checkout: Checkout) -> None:
    process = checkout.start("up", "--yes")
    said = interrupt_at(process, "prerequisites", signal.SIGTERM)
    assert process.returncode == 130, said
    assert "error: Interrupted." in said
    assert "what to do: Run the command again to go on." in said


@pytest.mark.parametrize("moment", ["images in the cluster", "is installed"])
def test_after_kill_9_the_next_up_repairs(checkout: Checkout, moment: str) -> None:
    with checkout.changed(_AUTH, _break_the_contract):
        process = checkout.start("up", "--yes")
        interrupt_at(process, moment, signal.SIGKILL)
    done = checkout.taskflow("up", "--yes")
    assert "contract verified" in done.err
    checkout.taskflow("verify")


def test_a_second_up_is_refused(checkout: Checkout) -> None:
    lock = checkout.state / "lock"
    with checkout.start("up", "--yes") as first:
        # The launcher becomes the deployer, so both have one number.
        while lock.read_text(encoding="ascii") != str(first.pid):
            assert first.poll() is None, "it ended without the lock"
            time.sleep(0.01)
        done = checkout.taskflow("up", "--yes", expect=19)
        out, err = first.communicate()
    assert f"(process {first.pid}) is at work" in done.err
    assert "what to do: Wait for it to end" in done.err
    assert first.returncode == 0, out + err


def test_a_foreign_context_is_refused(checkout: Checkout) -> None:
    kubeconfig = checkout.state / "kubeconfig"
    ours = kubeconfig.read_text(encoding="utf-8")
    foreign = ours.replace("https://10.", "https://11.")
    assert foreign != ours
    kubeconfig.write_text(foreign, encoding="utf-8")
    try:
        done = checkout.taskflow("up", "--yes", expect=15)
        assert "its address 11." in done.err
    finally:
        kubeconfig.write_text(ours, encoding="utf-8")


def test_a_database_that_does_not_answer_is_named(checkout: Checkout) -> None:
    url = "postgresql://taskflow:secret-of-mine@10.97.255.254:5432/taskflow"
    done = checkout.taskflow("up", "--yes", expect=17, DATABASE_URL=url)
    assert "error: The database of DATABASE_URL does not" in done.err
    assert "secret-of-mine" not in done.err
    done = checkout.taskflow("up", "--yes", expect=16, DATABASE_URL="nonsense")
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in done.err
    assert os.environ.get("DATABASE_URL", "") not in {url, "nonsense"}


def test_a_first_install_that_fails_is_uninstalled(checkout: Checkout) -> None:
    checkout.taskflow("down")
    with checkout.changed(_AUTH, _break_the_contract):
        done = checkout.taskflow("up", "--yes", expect=60)
    assert "uninstalled: there is no verified revision" in done.err
    assert checkout.taskflow("kubectl", "get", "namespaces").out.count("taskflow") == 0
    assert "verified" in checkout.taskflow("up", "--yes").err
