"""What this machine gives."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskflow_deploy.checkpoints import machine
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Found, Verdict
from taskflow_deploy.errors import ResourcesError, UsageError
from taskflow_deploy.settings import Settings

_GIGABYTE = 10**9


def _memory(monkeypatch: pytest.MonkeyPatch, total: float, free: float) -> None:
    facts = {"MemTotal": int(total * _GIGABYTE), "MemAvailable": int(free * _GIGABYTE)}
    monkeypatch.setattr(machine, "_memory_facts", lambda: facts)


def test_this_machine_is_measured(deployment: Deployment) -> None:
    said = machine.memory(deployment)
    text = said if isinstance(said, str) else said.reason
    assert " GB of it free" in text
    cores = machine.cores(deployment)
    assert (cores if isinstance(cores, str) else cores.reason).split()[1].startswith("cores")


def test_too_little_memory_is_refused_and_little_free_is_a_warning(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    _memory(monkeypatch, 2, 1)
    with pytest.raises(ResourcesError, match=r"2\.0 GB, 1\.0 GB of it free; 3 GB are needed"):
        machine.memory(deployment)
    _memory(monkeypatch, 8, 1)
    found = machine.memory(deployment)
    assert isinstance(found, Found)
    assert found.verdict is Verdict.WARNED
    _memory(monkeypatch, 8, 4)
    assert machine.memory(deployment) == "8.0 GB, 4.0 GB of it free"


def test_one_core_is_a_warning(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})
    found = machine.cores(deployment)
    assert isinstance(found, Found)
    assert found.reason.startswith("1 cores")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "none"),
        ({"HTTPS_PROXY": "http://user:word@proxy.example:3128", "NO_PROXY": "a, 10.97.0.2"},
         "proxy.example by HTTPS_PROXY"),
        ({"http_proxy": "http://proxy.example", "no_proxy": "*"}, "proxy.example by http_proxy"),
    ],
)  # fmt: skip
def test_a_proxy_that_leaves_the_node_alone_is_well(
    environment: Mapping[str, str], said: str
) -> None:
    assert machine.proxy_of(environment, "10.97.0.2") == said


def test_a_proxy_that_would_be_asked_for_the_node_is_a_warning_with_its_cure() -> None:
    environment = {"HTTP_PROXY": "http://proxy.example", "NO_PROXY": "localhost"}
    found = machine.proxy_of(environment, "10.97.0.2")
    assert isinstance(found, Found)
    assert "ask the proxy for 10.97.0.2" in found.reason
    assert found.mend == 'export NO_PROXY="localhost,10.97.0.2"'
    assert machine.proxy_of(environment, "") == "proxy.example by HTTP_PROXY", "not known yet"


def test_a_certificate_file_that_is_not_there_is_named(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    assert machine.certificates(deployment) == "the system's own"
    file = tmp_path / "ca.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(UsageError, match="SSL_CERT_FILE names") as caught:
        machine.certificates(deployment)
    assert caught.value.mend == "unset SSL_CERT_FILE"
    file.touch()
    assert machine.certificates(deployment) == f"{file} by SSL_CERT_FILE"


def test_who_signs_and_who_answers_is_told_without_a_secret(deployment: Deployment) -> None:
    assert machine.secrets(deployment) == "BETTER_AUTH_SECRET made here and kept"
    assert machine.assistant(deployment).startswith("offline: ")
    secret, key = "a-secret-of-somebody-with-enough-letters", "sk-ant-of-somebody"
    deployment.settings = Settings(None, secret, key, 30300, secret_is_given=True)
    assert machine.secrets(deployment) == "BETTER_AUTH_SECRET as given"
    assert machine.assistant(deployment) == "Claude, by ANTHROPIC_API_KEY"
