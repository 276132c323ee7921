"""Minikube: started with what the machine has, and believed only what is read back."""

import os
import socket
from pathlib import Path

import pytest

from taskflow_deploy.clusters.base import BuiltImage, ImageSpec
from taskflow_deploy.clusters.minikube import cluster as minikube
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.errors import (
    ClusterError,
    ImageBuildError,
    ImageLoadError,
    ToolMissingError,
)
from taskflow_deploy.kube import helm_command
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.runner import run
from taskflow_deploy.sources import images
from tests.unit.minikube_machine import tools
from tests.unit.tools import Tools

__all__ = ["tools"]


@pytest.fixture
def cluster(tools: Tools, paths: Paths, output: Output) -> MinikubeCluster:
    """The cluster, not started."""
    return MinikubeCluster(paths, output)


@pytest.fixture
def image(paths: Paths) -> ImageSpec:
    """The backend's image."""
    return images(paths.repository)[0]


def _give_docker(tools: Tools, cores: int, gigabytes: int) -> None:
    tools.change(docker_cores=cores, docker_memory=gigabytes * 2**30)


@pytest.mark.parametrize(
    ("cores", "gigabytes", "cpus", "memory"),
    [(8, 32, 4, 8192), (4, 16, 4, 8192), (2, 16, 2, 8192), (8, 4, 4, 3072), (2, 8, 2, 6144)],
)
def test_it_asks_for_the_plans_resources_or_what_there_is(
    cores: int, gigabytes: int, cpus: int, memory: int
) -> None:
    assert minikube.resources(cores, gigabytes * 1024) == (cpus, memory)


def test_less_than_the_plan_comes_with_a_warning(
    cluster: MinikubeCluster, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    _give_docker(tools, 2, 8)
    cluster.start()
    assert "2 CPUs and 6144 MB, not 4 and 8192" in capsys.readouterr().err
    asked = tools.state("started_with")
    assert (asked["--cpus"], asked["--memory"]) == (["2"], ["6144mb"])


def test_the_plans_resources_need_no_warning(
    cluster: MinikubeCluster, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    _give_docker(tools, 8, 32)
    cluster.start()
    assert capsys.readouterr().err == ""
    assert {"--cpus=4", "--memory=8192mb"} <= set(tools.calls("minikube", "start")[0])


def test_an_engine_that_does_not_tell_leaves_this_machines_figures(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.fail("docker info", "no figures today")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 8 * 2**30 // 4096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    cluster.start()
    asked = tools.state("started_with")
    assert (asked["--cpus"], asked["--memory"]) == (["3"], ["6144mb"])


def test_it_starts_its_own_profile_with_our_kubeconfig(
    cluster: MinikubeCluster, tools: Tools, paths: Paths
) -> None:
    cluster.start()
    asked = tools.state("started_with")
    assert (asked["--profile"], asked["--driver"]) == (["taskflow"], ["docker"])
    assert (asked["--namespace"], asked["--cni"]) == (["taskflow"], ["calico"])
    assert asked["--keep-context"]
    assert asked["--force"] == (os.geteuid() == 0)
    assert paths.kubeconfig.exists()
    status = cluster.status()
    assert (status.exists, status.running) == (True, True)
    cluster.start()
    assert len(tools.calls("minikube", "start")) == 1, "it ran already"


@pytest.mark.parametrize("lost", ["the API", "the kubeconfig"])
def test_a_start_that_was_cut_short_is_finished_by_the_next(
    cluster: MinikubeCluster, tools: Tools, paths: Paths, lost: str
) -> None:
    cluster.start()
    if lost == "the API":
        tools.change(profile={"name": "taskflow", "Host": "Running", "APIServer": "Stopped"})
    else:
        paths.kubeconfig.unlink()
    assert not cluster.status().running
    cluster.start()
    assert cluster.status().running


def test_no_engine_is_told_with_minikubes_own_words(cluster: MinikubeCluster, tools: Tools) -> None:
    tools.change(docker_engine=False)
    with pytest.raises(ClusterError, match="Minikube does not start") as caught:
        cluster.start()
    assert "PROVIDER_DOCKER_NOT_RUNNING" in caught.value.details[-1]
    assert "minikube start -p taskflow" in caught.value.resolution
    assert cluster.status() == cluster.status().__class__(False, False, cluster.status().parts)


def test_stop_keeps_it_and_delete_removes_it(
    cluster: MinikubeCluster, tools: Tools, paths: Paths
) -> None:
    cluster.stop()
    assert not tools.calls("minikube", "stop"), "there was nothing to stop"
    cluster.start()
    cluster.stop()
    assert (cluster.status().exists, cluster.status().running) == (True, False)
    cluster.start()
    cluster.delete()
    assert not paths.kubeconfig.exists()
    assert not cluster.status().exists


def test_an_image_is_built_loaded_and_read_back(
    cluster: MinikubeCluster, tools: Tools, image: ImageSpec, tmp_path: Path
) -> None:
    cluster.start()
    built = cluster.build(image)
    assert built.image_id.startswith("sha256:")
    for tag in (image.tag, "1.0.0", "latest"):
        assert tools.state("docker_images")[f"{image.name}:{tag}"] == built.image_id
    assert cluster.image_id(image.reference) is None
    cluster.load(built)
    assert cluster.image_id(image.reference) == built.image_id
    cluster.load(built)
    assert len(tools.calls("minikube", "image", "load")) == 1, "it was there already"
    assert tools.state("docker_labels") == [
        "org.opencontainers.image.base.name=docker.io/library/python:3.11-slim"
    ]
    cluster.export(image.reference, tmp_path / "image.tar")
    assert (tmp_path / "image.tar").read_text(encoding="ascii") == built.image_id


def test_a_failed_build_shows_its_end(
    cluster: MinikubeCluster, tools: Tools, image: ImageSpec
) -> None:
    tools.fail("docker build", "ERROR: failed to solve: no such file")
    with pytest.raises(ImageBuildError, match="taskflow-backend") as caught:
        cluster.build(image)
    assert caught.value.details == ["ERROR: failed to solve: no such file"]
    assert "backend.Dockerfile" in caught.value.resolution


def test_a_load_that_did_nothing_is_seen(
    cluster: MinikubeCluster, tools: Tools, image: ImageSpec
) -> None:
    cluster.start()
    built = cluster.build(image)
    tools.change(keeps_stale_images=True)
    with pytest.raises(ImageLoadError, match=f"{built.image_id} was built") as caught:
        cluster.load(built)
    assert f"The node has sha256:{'0' * 64} as {image.reference}" in caught.value.message
    assert caught.value.mend == "./taskflow cluster delete && ./taskflow up"
    assert len(tools.calls("minikube", "image", "load")) == 2


def test_an_image_that_a_container_uses_is_replaced_under_its_tag(
    cluster: MinikubeCluster, tools: Tools, image: ImageSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.start()
    built = cluster.build(image)
    tools.change(node_images={image.reference: "sha256:older"}, in_use=[image.reference])
    cluster.load(built)
    assert cluster.image_id(image.reference) == built.image_id
    assert "kept an older taskflow-backend" in capsys.readouterr().err


def test_a_tag_that_cannot_be_taken_away_is_told(
    cluster: MinikubeCluster, tools: Tools, image: ImageSpec
) -> None:
    cluster.start()
    built = cluster.build(image)
    tools.change(node_images={image.reference: "sha256:older"}, in_use=[image.reference])
    tools.fail("minikube ssh", "ssh: no such host")
    with pytest.raises(ImageLoadError, match="cannot be removed from the node") as caught:
        cluster.load(built)
    assert caught.value.details == ["ssh: no such host"]


def test_a_load_that_fails_is_told(cluster: MinikubeCluster, image: ImageSpec) -> None:
    cluster.start()
    never_built = BuiltImage(image.reference, "sha256:1", {}, cached=False)
    with pytest.raises(ImageLoadError, match=image.reference) as caught:
        cluster.load(never_built)
    assert "GUEST_IMAGE_LOAD" in caught.value.details[-1]


def test_the_ways_between_host_and_node_are_asked_for(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, int]] = []

    def is_reached(address: str, port: int) -> bool:
        tried.append((address, port))
        return True

    monkeypatch.setattr(minikube, "_is_reached", is_reached)
    cluster.start()
    assert cluster.address() == "192.168.49.2"
    assert cluster.host_addresses() == ["192.168.49.1"]
    assert cluster.client_networks() == ["192.168.49.0/24"]
    assert tried == [("192.168.49.2", 8443)], "asked once, then known"
    assert len(tools.calls("minikube", "ip")) == 1


def test_a_hidden_node_is_reached_by_this_host_and_knows_it_by_another_address(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minikube, "_is_reached", lambda *_place: False)
    tools.change(published=32769, node_hosts="192.168.65.254 host.minikube.internal\n")
    cluster.start()
    assert cluster.address() == "127.0.0.1"
    assert cluster.host_addresses() == ["192.168.65.254"]
    assert cluster.client_networks() == ["192.168.49.0/24", "127.0.0.1/32"]
    tools.change(node_hosts="127.0.0.1 localhost\n<nil> host.minikube.internal\n")
    assert cluster.host_addresses() == ["192.168.49.1"], "where Minikube found none"


def test_only_a_port_that_takes_connections_is_reached() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not minikube._is_reached("127.0.0.1", port)
        listener.listen()
        assert minikube._is_reached("127.0.0.1", port)


@pytest.mark.parametrize("hidden", ["minikube ip", "docker network inspect"])
def test_a_hidden_way_is_an_error_and_no_empty_address(
    cluster: MinikubeCluster, tools: Tools, hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minikube, "_is_reached", lambda *_place: True)
    cluster.start()
    for message, code in (("X Exiting due to DRV_CP_ENDPOINT", 80), ("", 0)):
        tools.fail(hidden, message, code=code)
        with pytest.raises(ClusterError, match="is not to be had") as caught:
            (cluster.address if "ip" in hidden.split() else cluster.host_addresses)()
        assert "minikube status -p taskflow" in caught.value.resolution


def test_what_it_needs_beside_minikube_is_named(tools: Tools, paths: Paths, output: Output) -> None:
    (tools.folder / "helm").unlink()
    cluster = MinikubeCluster(paths, output)
    with pytest.raises(ToolMissingError, match="helm is not installed"):
        run(helm_command(cluster, "list"))
    [helm] = [check for check in cluster.requirements() if check.id == "prerequisites.helm"]
    with pytest.raises(ToolMissingError, match="helm is not installed") as caught:
        helm.run(None)
    assert "--cluster embedded" in caught.value.resolution


def test_the_users_own_kubeconfig_is_never_used(
    cluster: MinikubeCluster, image: ImageSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("untouched", encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(theirs))
    cluster.start()
    cluster.load(cluster.build(image))
    cluster.delete()
    assert theirs.read_text(encoding="utf-8") == "untouched"
