"""Compiling takes ten minutes: it shows how far it is, and never does a thing twice."""

import re
from pathlib import Path

import pytest

from taskflow_deploy import output as output_module
from taskflow_deploy.clusters.embedded import compiler
from taskflow_deploy.clusters.embedded.components import COMPONENTS
from taskflow_deploy.errors import ComponentBuildError
from taskflow_deploy.output import Output
from tests.unit.tools import Tools

# Some are enough, since each is compiled by a program of its own.
_SOME = COMPONENTS[:6]
_NAMES = [component.name for component in _SOME]


@pytest.fixture
def go(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A Go that compiles at once."""
    tools.install("go")
    monkeypatch.setattr(compiler, "COMPONENTS", _SOME)
    monkeypatch.setattr(compiler, "toolchain", lambda _name, _output: tools.folder)
    return tools


def _built(go: Tools) -> list[str]:
    return [
        Path(call[-2]).name.strip(".").removesuffix(".part") for call in go.calls("go", "build")
    ]


def test_all_programs_are_compiled_once_and_gos_caches_removed(
    go: Tools, output: Output, tmp_path: Path
) -> None:
    assert [component.name for component in compiler.missing(tmp_path)] == _NAMES
    folder = compiler.ensure_programs(tmp_path, output)
    assert sorted(path.name for path in folder.iterdir()) == sorted(_NAMES)
    assert not (tmp_path / "go").exists()
    assert compiler.missing(tmp_path) == []
    calls = len(go.calls())
    assert compiler.ensure_programs(tmp_path, output) == folder
    assert len(go.calls()) == calls


def test_a_compilation_that_failed_goes_on_where_it_was(
    go: Tools, output: Output, tmp_path: Path
) -> None:
    go.fail("go build", "x.go:1: undefined: y", after=3)
    with pytest.raises(ComponentBuildError, match=_NAMES[3]) as caught:
        compiler.ensure_programs(tmp_path, output)
    assert caught.value.details == ["x.go:1: undefined: y"]
    assert (tmp_path / "go/build").exists(), "what Go compiled is kept"
    assert [component.name for component in compiler.missing(tmp_path)] == _NAMES[3:]

    go.heal()
    compiler.ensure_programs(tmp_path, output)
    assert _built(go) == [*_NAMES[:4], *_NAMES[3:]]
    listed = go.calls("go", "list")[-1]
    assert len(listed) - 3 == len(_NAMES[3:])


def test_a_proxy_that_does_not_answer_is_told(go: Tools, output: Output, tmp_path: Path) -> None:
    go.fail("go list", "dial tcp: lookup proxy.golang.org: no such host")
    with pytest.raises(ComponentBuildError, match="could not be fetched") as caught:
        compiler.ensure_programs(tmp_path, output)
    assert "Go module proxy" in caught.value.resolution
    assert "no such host" in caught.value.details[-1]


def test_progress_names_the_component_and_only_grows(
    go: Tools, output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(output_module, "_HEARTBEAT_SECONDS", 0.0)
    compiler.ensure_programs(tmp_path, output)
    said = re.findall(r"Kubernetes components: (\S+), (\d+)% done", capsys.readouterr().err)
    shares = [int(share) for _, share in said]
    assert shares == sorted(shares)
    assert shares[-1] >= 95
    assert list(dict.fromkeys(name for name, _ in said)) == _NAMES
