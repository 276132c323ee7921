"""Fetching uv: by pip where there is one, else from its wheel, and never a damaged one."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.paths import REPOSITORY
from tests.unit.index import Index, serve

_VERSION = "0.13.9"
_PROGRAM = "#!/bin/sh\necho uv 0.13.9\n"


@pytest.fixture
def index() -> Iterator[Index]:
    """A package registry."""
    with serve(_VERSION, _PROGRAM) as served:
        yield served


def _fetch(
    python: str, target: Path, environment: dict[str, str], version: str = _VERSION
) -> "subprocess.CompletedProcess[str]":
    script = REPOSITORY / "deploy/bootstrap/fetch_uv.py"
    return subprocess.run(
        [python, script, version, target],
        check=False, capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip


def test_the_wheel_is_unpacked_into_a_program(python: str, tmp_path: Path, index: Index) -> None:
    target = tmp_path / "cache" / _VERSION
    done = _fetch(python, target, index.environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    said = subprocess.run([target / "bin/uv"], check=True, capture_output=True, text=True).stdout
    assert said == "uv 0.13.9\n"
    assert [path.name for path in target.parent.iterdir()] == [_VERSION]
    assert [path.name for path in target.iterdir()] == ["bin"]


def _change_hash(index: Index) -> None:
    index.digest = "0" * 64


def _change_content(index: Index) -> None:
    index.content = index.content.replace(b"uv 0.13.9", b"uv 6.6.666")


def _cut_off(index: Index) -> None:
    index.cut_off = True


def _another_machine(index: Index) -> None:
    index.name = f"uv-{_VERSION}-py3-none-win_arm64.whl"


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (_change_hash, "error: uv's wheel arrived damaged."),
        (_change_content, "error: uv's wheel arrived damaged."),
        (_cut_off, "error: uv could not be fetched from the Python package registry: "),
        (_another_machine, f"error: the Python package registry offers no uv {_VERSION} for this"),
    ],
)
def test_whatever_is_wrong_leaves_no_program(
    python: str, tmp_path: Path, index: Index, damage: object, error: str
) -> None:
    assert callable(damage)
    damage(index)
    _refused(_fetch(python, tmp_path / "uv", index.environment), error, tmp_path / "uv")


def test_a_version_that_there_is_not_is_named(python: str, tmp_path: Path, index: Index) -> None:
    done = _fetch(python, tmp_path / "uv", index.environment, "9.9.9")
    _refused(done, "error: the Python package registry offers no uv 9.9.9", tmp_path / "uv")


def test_a_registry_without_the_json_form_is_told_apart(
    python: str, tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "page", lambda: b"<!DOCTYPE html><title>Links for uv</title>")
    done = _fetch(python, tmp_path / "uv", index.environment)
    _refused(done, "error: the Python package registry offers no uv", tmp_path / "uv")


def test_an_unreachable_registry_is_told(python: str, tmp_path: Path) -> None:
    done = _fetch(python, tmp_path / "uv", Index.unreachable())
    _refused(done, "error: uv could not be fetched", tmp_path / "uv")


def test_pip_is_asked_first(python: str, tmp_path: Path, index: Index) -> None:
    pip = tmp_path / "pip.py"
    pip.write_text(
        "import json, pathlib, sys\n"
        f"pathlib.Path({str(tmp_path / 'words')!r}).write_text(json.dumps(sys.argv[1:]))\n"
        "folder = pathlib.Path(sys.argv[sys.argv.index('--target') + 1]) / 'bin'\n"
        f"(folder / 'uv').write_text({_PROGRAM!r})\n",
        encoding="utf-8",
    )
    environment = {**index.environment, "PYTHONPATH": str(tmp_path)}
    assert _fetch(python, tmp_path / "uv", environment).returncode == 0
    assert os.access(tmp_path / "uv/bin/uv", os.X_OK)
    assert index.asked == []
    words = json.loads((tmp_path / "words").read_text(encoding="utf-8"))
    assert words[0] == "install"
    assert words[-1] == f"uv=={_VERSION}"


def _refused(done: "subprocess.CompletedProcess[str]", error: str, target: Path) -> None:
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith(error)
    assert second.startswith("what to do: ")
    assert not target.exists()
