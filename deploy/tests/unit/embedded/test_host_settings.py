"""What a node changes for the whole machine is set again by the last one to stop."""

import json
from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded import host_settings

_BEFORE = {
    "net/ipv4/ip_forward": "0",
    "vm/overcommit_memory": "0",
    "vm/panic_on_oom": "0",
    "kernel/panic": "0",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kernel's settings as files."""
    root = tmp_path / "sys"
    for name, value in _BEFORE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{value}\n", encoding="ascii")
    monkeypatch.setattr(host_settings, "_SYSCTL", root)
    return root


def _values(kernel: Path) -> dict[str, str]:
    return {name: (kernel / name).read_text(encoding="ascii").strip() for name in _BEFORE}


def _a_kubelet_changes_them(kernel: Path) -> None:
    (kernel / "vm/overcommit_memory").write_text("1", encoding="ascii")
    (kernel / "kernel/panic").write_text("10", encoding="ascii")


def test_the_node_forwards_and_everything_returns(kernel: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    host_settings.remember(run)
    _a_kubelet_changes_them(kernel)
    assert _values(kernel)["net/ipv4/ip_forward"] == "1"
    host_settings.restore(run)
    assert _values(kernel) == _BEFORE
    assert list(run.iterdir()) == []


def test_the_first_node_remembers_and_the_last_one_restores(kernel: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    for name in ("first", "second"):
        host_settings.remember(run)
        _a_kubelet_changes_them(kernel)
        (run / name).mkdir()
        (run / name / "node.json").write_text("{}", encoding="ascii")
    (run / "first/node.json").unlink()
    host_settings.restore(run)
    assert _values(kernel)["kernel/panic"] == "10", "the second node still runs"
    (run / "second/node.json").unlink()
    host_settings.restore(run)
    assert _values(kernel) == _BEFORE


def test_to_restore_what_was_never_changed_is_quiet(kernel: Path, tmp_path: Path) -> None:
    (kernel / "kernel/panic").write_text("7", encoding="ascii")
    host_settings.restore(tmp_path / "run")
    assert _values(kernel)["kernel/panic"] == "7"


def test_only_what_differs_is_written(kernel: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    host_settings.remember(run)
    record = json.loads((run / "host-settings.json").read_text(encoding="ascii"))
    assert record == _BEFORE
    (kernel / "net/ipv4/ip_forward").write_text("0\n", encoding="ascii")
    untouched = kernel / "kernel/keys/root_maxkeys"
    untouched.chmod(0o444)
    before = untouched.stat().st_mtime_ns
    host_settings.restore(run)
    assert untouched.stat().st_mtime_ns == before
