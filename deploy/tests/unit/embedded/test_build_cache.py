"""What builds installed is kept for the next cluster, as long as it is what would be installed."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.clusters.embedded import builder
from taskflow_deploy.clusters.embedded.bases import Base
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.clusters.embedded.network import node_network
from taskflow_deploy.errors import ImageBuildError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit.tools import Tools

Build = Callable[[ImageSpec], dict[str, list[str]]]


@pytest.fixture
def image(tmp_path: Path) -> ImageSpec:
    """An image that installs what a list names."""
    context = tmp_path / "backend"
    context.mkdir()
    for name in ("requirements.txt", "main.py"):
        (context / name).write_text(name, encoding="utf-8")
    dockerfile = tmp_path / "backend.Dockerfile"
    dockerfile.write_text("ARG PYTHON_IMAGE", encoding="utf-8")
    return ImageSpec(
        "taskflow-backend", "abc", (), dockerfile, context, {"PYTHON_IMAGE": "python:3.11-slim"},
        dependencies=[context / "requirements.txt"],
    )  # fmt: skip


@pytest.fixture
def build(tools: Tools, paths: Paths) -> Build:
    """Build on a node that begins anew; return what the builder was given."""
    tools.install("buildctl")
    node = Configuration(paths, node_network("taskflow"), tools.folder, tools.folder)

    def run(image: ImageSpec) -> dict[str, list[str]]:
        builder.build(node, image, Output(), from_registry=True, assume_yes=True)
        given: dict[str, list[str]] = tools.state("built")
        return given

    return run


def _kept(paths: Paths) -> list[Path]:
    folder = paths.cache / "builds"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_the_first_build_makes_a_copy_that_the_next_one_uses(
    build: Build, image: ImageSpec, paths: Paths
) -> None:
    first = build(image)
    assert first["--import-cache"] == []
    assert "mode=max" in first["--export-cache"][0]
    (kept,) = _kept(paths)
    second = build(replace(image, tag="def"))
    assert second["--import-cache"] == [f"type=local,src={kept}"]
    assert second["--export-cache"] == []


def test_what_a_killed_build_left_is_removed(build: Build, image: ImageSpec, paths: Paths) -> None:
    mine, gone = os.getpid(), 2**22 + 1  # no process has a number above the kernel's limit
    for number in (mine, gone):
        (paths.cache / "builds" / f".taskflow-frontend-abc.{number}").mkdir(parents=True)
    build(image)
    assert [one.suffix for one in _kept(paths) if one.name.startswith(".")] == [f".{mine}"]


def test_a_change_of_the_source_alone_makes_no_other_copy(
    build: Build, image: ImageSpec, paths: Paths
) -> None:
    build(image)
    kept = _kept(paths)
    (image.context / "main.py").write_text("changed", encoding="utf-8")
    assert build(image)["--export-cache"] == []
    assert _kept(paths) == kept


@pytest.mark.parametrize("changed", ["requirements.txt", "../backend.Dockerfile"])
def test_a_change_of_what_is_installed_replaces_the_copy(
    build: Build, image: ImageSpec, paths: Paths, changed: str
) -> None:
    other = paths.cache / "builds" / "taskflow-frontend-0123"
    build(image)
    other.mkdir()
    (before,) = [path for path in _kept(paths) if path != other]
    (image.context / changed).write_text("changed", encoding="utf-8")
    assert build(image)["--import-cache"] == []
    (after,) = [path for path in _kept(paths) if path != other]
    assert after != before
    assert other.exists(), "another image's copy is left alone"


def test_files_of_another_time_are_another_copy(
    build: Build, image: ImageSpec, paths: Paths
) -> None:
    build(replace(image, arguments={"SOURCE_DATE_EPOCH": "0"}))
    [before] = _kept(paths)
    build(replace(image, arguments={"SOURCE_DATE_EPOCH": "1795560670"}))
    [after] = _kept(paths)
    assert after.name != before.name


def test_another_base_is_another_copy(
    build: Build, image: ImageSpec, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(image)
    (before,) = _kept(paths)
    monkeypatch.setattr(builder, "Base", lambda reference: Base(f"another {reference}"))
    assert build(image)["--import-cache"] == []
    assert _kept(paths) != [before]


def test_a_build_that_fails_keeps_nothing(
    build: Build, image: ImageSpec, paths: Paths, tools: Tools
) -> None:
    tools.change(fails_at_the_end=True)
    with pytest.raises(ImageBuildError):
        build(image)
    assert _kept(paths) == []
