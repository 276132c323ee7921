"""Images are built straight into the node's store, on bases that are there."""

from pathlib import Path

import pytest

from taskflow_deploy import output as output_module
from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.clusters.embedded import bases, builder, oci
from taskflow_deploy.clusters.embedded.bases import Base
from taskflow_deploy.clusters.embedded.builder import build_command
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.clusters.embedded.network import node_network
from taskflow_deploy.errors import ImageBuildError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.sources import images
from tests.unit.tools import Tools


@pytest.fixture
def configuration(tools: Tools, paths: Paths) -> Configuration:
    """A node with BuildKit and containerd."""
    tools.install("buildctl", "ctr")
    return Configuration(paths, node_network("taskflow"), tools.folder, tools.folder)


@pytest.fixture
def image(paths: Paths) -> ImageSpec:
    """The backend's image."""
    return images(paths.repository)[0]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    """A base image made on this machine."""
    layout = tmp_path / "base"
    made = Base("debian (stand-in)", layout, oci.write_layout(layout, [], {}, "debian:latest"))
    monkeypatch.setattr(builder, "ensure_stand_in", lambda *_words, **_given: made)
    return made


def _build(configuration: Configuration, image: ImageSpec, *, from_registry: bool) -> object:
    return builder.build(
        configuration, image, Output(), from_registry=from_registry, assume_yes=True
    )


def test_the_command_names_everything_that_the_build_needs(
    configuration: Configuration, image: ImageSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "ca.crt"
    monkeypatch.setattr(builder, "_CA_BUNDLE", bundle)
    command = build_command(configuration, image, {}, tmp_path / "metadata.json")
    text = " ".join(command)
    assert f"--addr unix://{configuration.run}/buildkitd.sock" in text
    assert f"--opt build-arg:PYTHON_IMAGE={image.bases['PYTHON_IMAGE']}" in text
    assert f"--opt build-arg:VERSION={image.arguments['VERSION']}" in text
    names = ",".join(
        f"docker.io/library/taskflow-backend:{tag}" for tag in (image.tag, "1.0.0", "latest")
    )
    assert f'type=image,"name={names}",unpack=true,oci-mediatypes=true' in text
    assert "--secret" not in command
    bundle.touch()
    command = build_command(configuration, image, {}, tmp_path / "metadata.json")
    assert command[command.index("--secret") + 1] == f"id=ca,src={bundle}"


def test_it_is_built_on_the_registrys_base(
    configuration: Configuration, image: ImageSpec, tools: Tools
) -> None:
    built = builder.build(configuration, image, Output(), from_registry=True, assume_yes=True)
    assert built.bases == {"PYTHON_IMAGE": "python:3.11-slim"}
    assert built.reference == image.reference
    assert built.image_id == "sha256:" + "c0" * 32, "the digest of the configuration"
    given = tools.state("built")
    assert given["--oci-layout"] == []
    assert [option for option in given["--opt"] if option.startswith("label:")] == [
        "label:org.opencontainers.image.base.name=docker.io/library/python:3.11-slim"
    ]


def test_it_is_built_on_the_stand_in_under_the_registrys_name(
    configuration: Configuration, image: ImageSpec, tools: Tools, stand_in: Base
) -> None:
    built = builder.build(configuration, image, Output(), from_registry=False, assume_yes=True)
    assert built.bases == {"PYTHON_IMAGE": "debian (stand-in)"}
    given = tools.state("built")
    assert given["--oci-layout"] == [f"python_image={stand_in.layout}"]
    name = f"context:python:3.11-slim=oci-layout://python_image@{stand_in.digest}"
    assert name in given["--opt"]
    base = "label:org.opencontainers.image.base"
    assert {f"{base}.name=debian (stand-in)", f"{base}.digest={stand_in.digest}"} <= set(
        given["--opt"]
    )


def test_steps_are_shown_as_they_are_done(
    configuration: Configuration, image: ImageSpec, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(output_module, "_HEARTBEAT_SECONDS", 0.0)
    _build(configuration, image, from_registry=True)
    assert capsys.readouterr().err.splitlines() == [
        "taskflow-backend: dependencies FROM docker.io/library/python:3.11-slim, 25% done",
        "taskflow-backend: runner COPY --link --from=source /app /app, 100% done",
    ]


def test_a_failed_build_shows_its_last_lines(
    configuration: Configuration, image: ImageSpec, tools: Tools
) -> None:
    tools.fail("buildctl", "#9 ERROR: process pip did not complete: exit code: 1")
    with pytest.raises(ImageBuildError, match="taskflow-backend") as caught:
        _build(configuration, image, from_registry=True)
    assert caught.value.details == ["#9 ERROR: process pip did not complete: exit code: 1"]
    assert str(image.dockerfile) in caught.value.resolution


def test_an_images_id_is_the_one_of_exactly_its_name(
    configuration: Configuration, tools: Tools
) -> None:
    manifest, config = "sha256:" + "a" * 64, "sha256:" + "b" * 64
    names = ("docker.io/library/taskflow-backend:abc", "taskflow.local/pause:1")
    tools.change(containerd_images=dict.fromkeys(names, manifest), contents={manifest: config})
    # What a pod reports is the digest of the configuration.
    assert builder.image_id(configuration, "taskflow-backend:abc") == config
    assert builder.image_id(configuration, "taskflow.local/pause:1") == config
    assert builder.image_id(configuration, "taskflow-backend:ab") is None
    assert tools.calls("ctr")[0][1:5] == [
        "--address", str(configuration.containerd_socket), "--namespace", "k8s.io",
    ]  # fmt: skip


def test_an_archive_is_brought_into_the_node(
    configuration: Configuration, tools: Tools, tmp_path: Path
) -> None:
    builder.import_archive(configuration, tmp_path / "pause.tar")
    assert tools.state("imported") == [str(tmp_path / "pause.tar")]


def test_an_image_is_written_as_an_archive(
    configuration: Configuration, tools: Tools, tmp_path: Path
) -> None:
    tools.change(containerd_images={"docker.io/library/taskflow-backend:abc": "its content"})
    builder.export_archive(configuration, "taskflow-backend:abc", tmp_path / "backend.tar")
    assert (tmp_path / "backend.tar").read_text(encoding="ascii") == "its content"


def test_every_base_has_a_stand_in(paths: Paths) -> None:
    wanted = {argument for image in images(paths.repository) for argument in image.bases}
    assert wanted <= set(bases.STAND_INS)
