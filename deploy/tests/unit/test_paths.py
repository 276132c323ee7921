"""Where things are kept, for root and for everybody else."""

import os
from pathlib import Path

import pytest

from taskflow_deploy.errors import UsageError
from taskflow_deploy.paths import REPOSITORY, current_paths


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_roots_state_is_where_postgresqls_user_can_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = current_paths()
    assert found.repository == REPOSITORY
    assert found.state == Path("/var/lib/taskflow/taskflow")
    assert found.run == Path("/run/taskflow/taskflow")
    assert found.cache == tmp_path / ".cache/taskflow"
    assert {found.kubeconfig, found.lock, found.logs} == {
        found.state / "kubeconfig",
        found.state / "lock",
        found.state / "logs",
    }


def test_everybody_elses_state_follows_the_xdg_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = current_paths()
    assert found.state == tmp_path / ".local/state/taskflow/taskflow"
    assert found.run == tmp_path / ".local/state/taskflow/run/taskflow"
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, f"/xdg/{name}")
    found = current_paths()
    assert found.cache == Path("/xdg/XDG_CACHE_HOME/taskflow")
    assert found.state == Path("/xdg/XDG_STATE_HOME/taskflow/taskflow")
    assert found.run == Path("/xdg/XDG_RUNTIME_DIR/taskflow/taskflow")


def test_instances_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    first = current_paths()
    monkeypatch.setenv("TASKFLOW_INSTANCE", "demo2")
    second = current_paths()
    assert second.instance == "demo2"
    assert first.cache == second.cache
    assert not {first.state, first.run} & {second.state, second.run}


@pytest.mark.parametrize("name", ["Demo", "2demo", "a-b", "a/b", "..", "tencharsxx", "a\n"])
def test_an_instance_has_a_short_plain_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    # It becomes a folder, a host name, a control group and a network interface of 15 letters.
    monkeypatch.setenv("TASKFLOW_INSTANCE", name)
    with pytest.raises(UsageError, match="TASKFLOW_INSTANCE"):
        current_paths()
