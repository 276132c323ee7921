"""Compiled programs are kept by what they are made of."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded import components
from taskflow_deploy.clusters.embedded.components import (
    COMPONENTS,
    build_arguments,
    content_key,
    kubernetes_version,
    version,
)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the cluster's module that a test may change."""
    copy = shutil.copytree(components.MODULE, tmp_path / "cluster")
    monkeypatch.setattr(components, "MODULE", copy)
    version.cache_clear()
    yield copy
    version.cache_clear()


def test_versions_are_those_of_go_mod() -> None:
    lines = (components.MODULE / "go.mod").read_text(encoding="utf-8").splitlines()
    required = [line.removeprefix("require").split(" //")[0].strip() for line in lines]
    for name in ("k8s.io/kubernetes", "helm.sh/helm/v4", "github.com/coredns/coredns"):
        assert f"{name} {version(name)}" in required
    with pytest.raises(LookupError, match=r"example\.com/none"):
        version("example.com/none")


def test_programs_say_the_version_of_their_release() -> None:
    linker = build_arguments()[-1]
    release = kubernetes_version()
    major, minor = release.lstrip("v").split(".")[:2]
    for stamp in (
        f"-X k8s.io/component-base/version.gitVersion={release}",
        f"-X k8s.io/component-base/version.gitMajor={major}",
        f"-X k8s.io/component-base/version.gitMinor={minor}",
        f"-X k8s.io/client-go/pkg/version.gitVersion={release}",
    ):
        assert stamp in linker


def test_the_key_is_the_same_for_the_same_content(module: Path) -> None:
    first = content_key("1.27.3")
    (module / "go.mod").touch()
    (module / "README.md").write_text("not compiled", encoding="utf-8")
    assert content_key("1.27.3") == first


@pytest.mark.parametrize("file", ["go.sum", "coredns/main.go", "pause/main.go", "pause/new.go"])
def test_the_key_changes_with_every_source(module: Path, file: str) -> None:
    first = content_key("1.27.3")
    with (module / file).open("a", encoding="utf-8") as source:
        source.write("// changed\n")
    assert content_key("1.27.3") != first


def test_the_key_changes_with_go_its_flags_and_the_list_of_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {content_key("1.27.3"), content_key("1.27.4")}
    monkeypatch.setattr(components, "_BUILD_FLAGS", ("-race",))
    keys.add(content_key("1.27.3"))
    monkeypatch.setattr(components, "COMPONENTS", COMPONENTS[:-1])
    keys.add(content_key("1.27.3"))
    assert len(keys) == 4


def test_names_are_unique_and_packages_are_required() -> None:
    assert len({component.name for component in COMPONENTS}) == len(COMPONENTS)
    text = (components.MODULE / "go.mod").read_text(encoding="utf-8")
    for component in COMPONENTS:
        if component.package.startswith("./"):
            assert (components.MODULE / component.package / "main.go").exists()
        else:
            assert component.package in text
