"""Which cluster is used: what was used before, else Minikube where it really works."""

import pytest

from taskflow_deploy.clusters import select
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.clusters.minikube import engine
from taskflow_deploy.errors import ToolMissingError, UsageError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools


def _select(paths: Paths, kind: str = "auto") -> Cluster:
    return select.select(paths, Output(), kind=kind, assume_yes=True)


@pytest.mark.parametrize(
    ("programs", "engine", "kind"),
    [
        ((), True, "embedded"),
        (("minikube",), True, "embedded"),
        (("docker",), True, "embedded"),
        (("minikube", "docker"), False, "embedded"),
        (("minikube", "docker"), True, "minikube"),
    ],
)
def test_auto_takes_minikube_only_where_an_engine_answers(
    paths: Paths, tools: Tools, programs: tuple[str, ...], engine: bool, kind: str
) -> None:
    tools.install("kubectl", "helm", *programs)
    tools.change(docker_engine=engine)
    assert _select(paths).kind == kind


def test_an_engine_that_hangs_is_as_good_as_none(
    paths: Paths, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.install("minikube", "docker", "kubectl", "helm")
    tools.fail("docker version", "hang")
    monkeypatch.setattr(engine, "_ANSWER_SECONDS", 0.2)
    assert _select(paths).kind == "embedded"


def test_auto_stays_with_what_was_used_before(paths: Paths, tools: Tools) -> None:
    tools.install("minikube", "docker", "kubectl", "helm")
    embedded = _select(paths, "embedded")
    assert _select(paths).kind == "minikube", "to look is not to use"
    select.remember(paths, embedded)
    assert _select(paths).kind == "embedded"
    assert _select(paths, "minikube").kind == "minikube", "what is asked for goes first"
    select.forget(paths)
    select.forget(paths)
    assert _select(paths).kind == "minikube"


def test_minikube_that_is_gone_is_named(paths: Paths, tools: Tools) -> None:
    tools.install("minikube", "docker", "kubectl", "helm")
    select.remember(paths, _select(paths))
    (tools.folder / "minikube").unlink()
    for kind in ("auto", "minikube"):
        with pytest.raises(ToolMissingError, match="Minikube is not installed") as caught:
            _select(paths, kind)
        assert "--cluster embedded" in caught.value.resolution


@pytest.mark.parametrize("kind", ["kind", "Minikube", ""])
def test_an_unknown_kind_is_refused(paths: Paths, tools: Tools, kind: str) -> None:
    with pytest.raises(UsageError, match="no cluster kind") as caught:
        _select(paths, kind)
    assert caught.value.resolution == "Use embedded, minikube or auto."
