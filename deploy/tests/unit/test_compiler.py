"""Compiling takes ten minutes: it shows how far it is, and never does a thing twice."""

import fcntl
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from taskflow_deploy import output as output_module
from taskflow_deploy.clusters.embedded.components import CLUSTER
from taskflow_deploy.errors import ComponentBuildError
from taskflow_deploy.output import Output
from taskflow_deploy.programs import compiler
from taskflow_deploy.programs.sets import ProgramSet
from tests.unit.tools import Tools

# Some are enough, since each is compiled by a program of its own.
_SOME = replace(CLUSTER, components=CLUSTER.components[:6])
_NAMES = [component.name for component in _SOME.components]


@pytest.fixture
def go(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A Go that compiles at once."""
    tools.install("go")
    monkeypatch.setattr(compiler, "toolchain", lambda _name, _output: tools.folder)
    return tools


def _built(go: Tools) -> list[str]:
    return [
        Path(call[-2]).name.strip(".").removesuffix(".part") for call in go.calls("go", "build")
    ]


def test_all_programs_are_compiled_once_and_gos_caches_removed(
    go: Tools, output: Output, tmp_path: Path
) -> None:
    assert [component.name for component in compiler.missing(tmp_path, _SOME)] == _NAMES
    folder = compiler.ensure_programs(tmp_path, _SOME, output)
    assert sorted(path.name for path in folder.iterdir()) == sorted(_NAMES)
    assert not (tmp_path / "cluster/go").exists()
    assert compiler.missing(tmp_path, _SOME) == []
    calls = len(go.calls())
    assert compiler.ensure_programs(tmp_path, _SOME, output) == folder
    assert len(go.calls()) == calls


def test_a_compilation_that_failed_goes_on_where_it_was(
    go: Tools, output: Output, tmp_path: Path
) -> None:
    go.fail("go build", "x.go:1: undefined: y", after=3)
    with pytest.raises(ComponentBuildError, match=_NAMES[3]) as caught:
        compiler.ensure_programs(tmp_path, _SOME, output)
    assert caught.value.details == ["x.go:1: undefined: y"]
    assert (tmp_path / "cluster/go/build").exists(), "what Go compiled is kept"
    assert [component.name for component in compiler.missing(tmp_path, _SOME)] == _NAMES[3:]

    go.heal()
    compiler.ensure_programs(tmp_path, _SOME, output)
    assert _built(go) == [*_NAMES[:4], *_NAMES[3:]]
    listed = go.calls("go", "list")[-1]
    assert len(listed) - 3 == len(_NAMES[3:])


def test_a_proxy_that_does_not_answer_is_told(go: Tools, output: Output, tmp_path: Path) -> None:
    go.fail("go list", "dial tcp: lookup proxy.golang.org: no such host")
    with pytest.raises(ComponentBuildError, match="could not be fetched") as caught:
        compiler.ensure_programs(tmp_path, _SOME, output)
    assert "Go module proxy" in caught.value.resolution
    assert "no such host" in caught.value.details[-1]


def test_progress_names_the_component_and_only_grows(
    go: Tools, output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(output_module, "_HEARTBEAT_SECONDS", 0.0)
    compiler.ensure_programs(tmp_path, _SOME, output)
    said = re.findall(r"Kubernetes components: (\S+), (\d+)% done", capsys.readouterr().err)
    shares = [int(share) for _, share in said]
    assert shares == sorted(shares)
    assert shares[-1] >= 95
    assert list(dict.fromkeys(name for name, _ in said)) == _NAMES


def test_sets_share_nothing(go: Tools, output: Output, tmp_path: Path) -> None:
    other = replace(_SOME, name="other", components=_SOME.components[:1])
    go.fail("go build", "x.go:1: undefined: y")
    with pytest.raises(ComponentBuildError):
        compiler.ensure_programs(tmp_path, _SOME, output)
    go.heal()
    folder = compiler.ensure_programs(tmp_path, other, output)
    assert folder.parent == tmp_path / "other"
    assert [path.name for path in folder.iterdir()] == _NAMES[:1]
    assert not (tmp_path / "other/go").exists()
    assert (tmp_path / "cluster/go/build").exists(), "the other set's compilation goes on there"


def test_a_second_command_waits_for_the_first_and_compiles_nothing(
    go: Tools, output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compiler.ensure_programs(tmp_path, _SOME, output)
    folder, calls = compiler.folder(tmp_path, _SOME), len(go.calls())
    last = folder / _NAMES[-1]
    content = last.read_bytes()
    last.unlink()
    with (tmp_path / "cluster/lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=compiler.ensure_programs, args=(tmp_path, _SOME, output))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        assert "waiting for it" in capsys.readouterr().err
        last.write_bytes(content)
    second.join(10)
    assert not second.is_alive()
    assert len(go.calls()) == calls


def test_patches_lie_over_what_the_modules_published(
    go: Tools, output: Output, tmp_path: Path
) -> None:
    programs = _patched(tmp_path, "lib/a.go", "ours")
    go.change(vendored={"lib/a.go": "theirs"})
    compiler.ensure_programs(tmp_path / "cache", programs, output)
    assert go.state("built from") == "ours"
    assert not (programs.module / "vendor").exists(), "only a copy is changed"


def test_a_patch_that_fits_no_file_is_refused(go: Tools, output: Output, tmp_path: Path) -> None:
    programs = _patched(tmp_path, "lib/b.go", "ours")
    go.change(vendored={"lib/a.go": "theirs"})
    with pytest.raises(ComponentBuildError, match=r"b\.go patches nothing") as caught:
        compiler.ensure_programs(tmp_path / "cache", programs, output)
    assert "module/_patches" in caught.value.resolution
    assert not go.calls("go", "build")


def _patched(folder: Path, name: str, text: str) -> ProgramSet:
    module = folder / "module"
    patch = module / "_patches" / name
    patch.parent.mkdir(parents=True)
    patch.write_text(text, encoding="utf-8")
    for file in ("go.mod", "go.sum"):
        (module / file).touch()
    return replace(_SOME, module=module, components=_SOME.components[:1], stamps=lambda _: {})
