"""Compiled programs are kept by what they are made of."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded.components import (
    CLUSTER,
    COMPONENTS,
    kubernetes_version,
    version,
)
from taskflow_deploy.programs import sets
from taskflow_deploy.programs.sets import ProgramSet

_GO = "1.27.3"


@pytest.fixture
def copy(tmp_path: Path) -> ProgramSet:
    """The cluster's programs, from a copy of its module that a test may change."""
    return replace(CLUSTER, module=shutil.copytree(CLUSTER.module, tmp_path / "cluster"))


def test_versions_are_those_of_go_mod() -> None:
    lines = (CLUSTER.module / "go.mod").read_text(encoding="utf-8").splitlines()
    required = [line.removeprefix("require").split(" //")[0].strip() for line in lines]
    for name in ("k8s.io/kubernetes", "helm.sh/helm/v4", "github.com/coredns/coredns"):
        assert f"{name} {version(name)}" in required
    with pytest.raises(LookupError, match=r"cluster/go\.mod does not require example\.com/none"):
        version("example.com/none")


def test_programs_say_the_version_of_their_release() -> None:
    linker = CLUSTER.build_arguments()[-1]
    release = kubernetes_version()
    major, minor = release.lstrip("v").split(".")[:2]
    for stamp in (
        f"-X k8s.io/component-base/version.gitVersion={release}",
        f"-X k8s.io/component-base/version.gitMajor={major}",
        f"-X k8s.io/component-base/version.gitMinor={minor}",
        f"-X k8s.io/client-go/pkg/version.gitVersion={release}",
    ):
        assert stamp in linker


def test_the_key_is_the_same_for_the_same_content(copy: ProgramSet) -> None:
    first = copy.content_key(_GO)
    assert first == CLUSTER.content_key(_GO)
    (copy.module / "go.mod").touch()
    for file in (
        "README.md",
        "pause/main_test.go",
        "inner/go.mod",
        "inner/main.go",
        "inner/a/b.go",
    ):
        (copy.module / file).parent.mkdir(exist_ok=True)
        (copy.module / file).write_text("not compiled", encoding="utf-8")
    assert copy.content_key(_GO) == first


@pytest.mark.parametrize(
    "file", ["go.sum", "coredns/main.go", "pause/main.go", "pause/new.go", "pause/deep/new.go"]
)
def test_the_key_changes_with_every_source(copy: ProgramSet, file: str) -> None:
    first = copy.content_key(_GO)
    (copy.module / file).parent.mkdir(exist_ok=True)
    with (copy.module / file).open("a", encoding="utf-8") as source:
        source.write("// changed\n")
    assert copy.content_key(_GO) != first


def test_the_key_changes_with_go_its_flags_and_the_list_of_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {
        CLUSTER.content_key(_GO),
        CLUSTER.content_key("1.27.4"),
        replace(CLUSTER, stamps=lambda _: {"main.version": "1"}).content_key(_GO),
        replace(CLUSTER, components=COMPONENTS[:-1]).content_key(_GO),
    }
    monkeypatch.setattr(sets, "_BUILD_FLAGS", ("-race",))
    keys.add(CLUSTER.content_key(_GO))
    assert len(keys) == 5


def test_names_are_unique_and_packages_are_required() -> None:
    assert len({component.name for component in COMPONENTS}) == len(COMPONENTS)
    text = (CLUSTER.module / "go.mod").read_text(encoding="utf-8")
    for component in COMPONENTS:
        if component.package.startswith("./"):
            assert (CLUSTER.module / component.package / "main.go").exists()
        else:
            assert component.package in text
