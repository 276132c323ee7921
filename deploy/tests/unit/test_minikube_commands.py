"""Each command line for Minikube's way, word by word, and what the stand-ins refuse."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.clusters.minikube import commands
from taskflow_deploy.errors import CommandError, ToolMissingError
from taskflow_deploy.runner import run
from tests.unit.tools import Tools

_IMAGE = ImageSpec(
    "taskflow-backend",
    "abc",
    ["1.0.0"],
    Path("/c/Dockerfile"),
    Path("/c"),
    {"PYTHON_IMAGE": "python:3.11-slim"},
    arguments={"SOURCE_DATE_EPOCH": "1"},
)


@pytest.fixture
def tools(tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tools:
    """A machine with all programs, and a kubeconfig that the stand-ins may write."""
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    return tools


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            commands.start(4, 8192, as_root=False),
            "minikube start --profile taskflow --driver=docker --container-runtime=docker "
            "--cni=calico --cpus=4 --memory=8192mb --keep-context --namespace=taskflow",
        ),
        (commands.status(), "minikube status --profile taskflow --output json"),
        (commands.stop(), "minikube stop --profile taskflow"),
        (commands.delete(), "minikube delete --profile taskflow"),
        (commands.profile_list(), "minikube profile list --light --output json"),
        (commands.ip(), "minikube ip --profile taskflow"),
        (
            commands.image_load("taskflow-backend:abc"),
            "minikube image load --profile taskflow --daemon taskflow-backend:abc",
        ),
        (commands.image_list(), "minikube image ls --profile taskflow --format json"),
        (
            commands.untag("taskflow-backend:abc"),
            "minikube ssh --profile taskflow -- 'docker image rm --force taskflow-backend:abc'",
        ),
        (commands.disk_probe(), "minikube ssh --profile taskflow -- 'df -Pk /var'"),
        (commands.hosts_probe(), "minikube ssh --profile taskflow -- 'cat /etc/hosts'"),
        (commands.docker_version(), "docker version --format json"),
        (commands.docker_info(), "docker info --format json"),
        (commands.docker_builder(), "docker buildx version"),
        (commands.docker_port(), "docker port taskflow 8443/tcp"),
        (
            commands.docker_build(_IMAGE, Path("/t/id")),
            "docker build --file /c/Dockerfile --provenance=false --iidfile /t/id "
            "--tag taskflow-backend:abc --tag taskflow-backend:1.0.0 "
            "--build-arg PYTHON_IMAGE=python:3.11-slim --build-arg SOURCE_DATE_EPOCH=1 "
            "--label org.opencontainers.image.base.name=docker.io/library/python:3.11-slim /c",
        ),
        (
            commands.docker_save("taskflow-backend:abc", Path("/t/a.tar")),
            "docker image save --output /t/a.tar taskflow-backend:abc",
        ),
        (
            commands.network_inspect(commands.GATEWAY),
            "docker network inspect taskflow --format '{{range .IPAM.Config}}{{.Gateway}}{{end}}'",
        ),
        (
            commands.network_inspect(commands.SUBNET),
            "docker network inspect taskflow --format '{{range .IPAM.Config}}{{.Subnet}}{{end}}'",
        ),
        (commands.minikube_version(), "minikube version --short"),
        (commands.kubectl_version(Path("/b/kubectl")), "/b/kubectl version --client --output json"),
        (commands.helm_version(Path("/b/helm")), "/b/helm version --short"),
        (
            commands.port_forward(Path("/b/kubectl"), Path("/s/kubeconfig"), 30300),
            "/b/kubectl --kubeconfig /s/kubeconfig --context taskflow --namespace taskflow "
            "port-forward --address 127.0.0.1 service/taskflow-frontend-service 30300:http",
        ),
    ],
)
def test_a_command_has_these_words(command: list[str], words: str) -> None:
    assert command == shlex.split(words)


def test_root_has_to_force_minikube() -> None:
    plain = commands.start(2, 4096, as_root=False)
    assert commands.start(2, 4096, as_root=True) == [*plain, "--force"]


@pytest.mark.parametrize("host", ["db.example", "::1", "a; touch /x", "$(touch /x)", "'"])
def test_whatever_is_asked_of_the_node_stays_one_word(host: str) -> None:
    *start, line = commands.connect_probe(host, 5432)
    assert start == ["minikube", "ssh", "--profile", "taskflow", "--"]
    program, flag, _script, *arguments = shlex.split(line)
    assert (program, flag, arguments) == ("bash", "-c", ["5", host, "5432"])


def test_a_dns_question_is_written_byte_by_byte() -> None:
    line = commands.dns_probe("10.96.0.10", 53, b"\x00\n%'a")[-1]
    assert shlex.split(line)[3:] == ["3", "10.96.0.10", "53", r"\x00\x0a\x25\x27\x61"]


def test_the_service_is_the_charts() -> None:
    chart = Path(__file__).parents[3] / "helm" / "taskflow" / "templates"
    service = (chart / "frontend-service.yaml").read_text(encoding="utf-8")
    assert 'include "taskflow.fullname" . }}-frontend-service\n' in service
    assert commands.FRONTEND == "taskflow-frontend-service"
    assert f"- name: {commands.FRONTEND_PORT}\n" in service


@pytest.mark.parametrize(
    "words",
    [
        ["minikube", "start", "--profile", "taskflow", "--rapid"],
        ["minikube", "start", "--profile", "taskflow", "--driver=podman"],
        ["minikube", "profile", "list", "--output", "yaml"],
        ["minikube", "ssh", "--profile", "taskflow", "--command", "true", "--", "true"],
        ["minikube", "image", "load", "--profile", "taskflow", "--force", "a:b"],
        ["minikube", "image", "ls", "--profile", "taskflow", "--format", "xml"],
        ["minikube", "version", "--json"],
        ["docker", "version", "--json"],
        ["docker", "image", "load", "--output", "x", "a:b"],
        ["docker", "build", "--quick", "."],
        ["kubectl", "version", "--client", "--output", "xml"],
        ["kubectl", "version", "--client", "--output", "json", "--short"],
        ["helm", "version", "--json"],
    ],
)
def test_the_stand_ins_refuse_what_the_programs_refuse(tools: Tools, words: Sequence[str]) -> None:
    with pytest.raises(CommandError):
        run(words)


def test_a_program_that_is_not_there_is_named(tools: Tools) -> None:
    (tools.folder / "minikube").unlink()
    with pytest.raises(ToolMissingError, match="minikube is not installed"):
        run(commands.ip())
