"""A machine that will not do is refused before anything is changed on it."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from taskflow_deploy.checks import Verdict, side_by_side
from taskflow_deploy.clusters.embedded import packages, preflight
from taskflow_deploy.clusters.embedded.components import COMPONENTS
from taskflow_deploy.errors import (
    DeployError,
    DiskSpaceError,
    NotRootError,
    UnsupportedSystemError,
)
from taskflow_deploy.paths import Paths

_GIGABYTE = 10**9


@pytest.fixture(autouse=True)
def _a_good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    _system(monkeypatch, "ID=debian\n")
    _disk(monkeypatch, 100)
    monkeypatch.setattr(preflight, "missing", lambda _cache, _programs: list(COMPONENTS))


def _system(monkeypatch: pytest.MonkeyPatch, release: str, name: str = "Linux") -> None:
    monkeypatch.setattr("platform.system", lambda: name)
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: _parsed(release))


def _parsed(release: str) -> dict[str, str]:
    if not release:
        raise OSError("Unable to read files /etc/os-release, /usr/lib/os-release")
    return dict(line.split("=", 1) for line in release.replace('"', "").splitlines())


def _disk(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    usage = SimpleNamespace(free=int(gigabytes * _GIGABYTE))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)


@pytest.mark.parametrize(
    "release", ["ID=debian\n", "ID=ubuntu\nID_LIKE=debian\n", 'ID=pop\nID_LIKE="ubuntu debian"\n']
)
def test_debian_and_its_family_will_do(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, release: str
) -> None:
    _system(monkeypatch, release)
    preflight.Needs(paths).require()


@pytest.mark.parametrize(
    ("release", "kernel", "named"),
    [
        ("ID=alpine\n", "Linux", "not on alpine"),
        ('ID=rocky\nID_LIKE="rhel centos fedora"\n', "Linux", "not on rocky"),
        ("", "Linux", "not on an unknown system"),
        ("", "Darwin", "not on Darwin"),
    ],
)
def test_another_system_is_named(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, release: str, kernel: str, named: str
) -> None:
    _system(monkeypatch, release, kernel)
    _refused(paths, UnsupportedSystemError, named)


def test_without_root_it_says_what_else_would_do(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    error = _refused(paths, NotRootError, "needs root")
    for way in ("sudo", "--cluster minikube", "./taskflow dev"):
        assert way in error.resolution


def test_compiling_needs_more_disk_than_running(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    _disk(monkeypatch, 8.9)
    error = _refused(paths, DiskSpaceError, "8.9 GB free and 9 GB are needed while the components")
    assert "XDG_CACHE_HOME" in error.resolution
    monkeypatch.setattr(preflight, "missing", lambda _cache, _programs: [])
    preflight.Needs(paths).require()
    _disk(monkeypatch, 3.9)
    _refused(paths, DiskSpaceError, "3.9 GB free and 4 GB are needed.")


def test_the_disk_is_that_of_the_nearest_folder_there_is(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=100 * _GIGABYTE)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    preflight.Needs(paths).require()
    assert asked == [paths.cache.parent, paths.state]
    assert not paths.cache.exists()


def test_every_need_is_told_with_its_figure_and_changes_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = {r.id: r for r in side_by_side(preflight.Needs(paths).checks(), None)}
    assert results["prerequisites.system"].reason == "debian"
    assert "100.0 GB free" in results["prerequisites.disk"].reason
    compiled = results["prerequisites.programs"]
    assert (compiled.verdict, compiled.mend) == (Verdict.WARNED, "./taskflow cluster build")
    monkeypatch.setattr(preflight, "missing", lambda _cache, _programs: [])
    results = {r.id: r for r in side_by_side(preflight.Needs(paths).checks(), None)}
    assert results["prerequisites.programs"].reason == "all components are compiled"
    assert not paths.cache.exists()


@pytest.mark.parametrize(
    ("there", "verdict", "reason"),
    [(True, Verdict.PASSED, "all 8 are installed"), (False, Verdict.WARNED, "up installs contai")],
)
def test_packages_that_are_missing_are_told_with_the_command_that_installs_them(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, there: bool, verdict: Verdict, reason: str
) -> None:
    monkeypatch.setattr(packages, "_is_there", lambda _program: there)
    results = {r.id: r for r in side_by_side(preflight.Needs(paths).checks(), None)}
    found = results["prerequisites.packages"]
    assert found.verdict is verdict
    assert found.reason.startswith(reason)
    assert found.mend.startswith("apt-get install containerd runc") is not there


def test_a_machine_that_will_not_do_is_told_check_by_check(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    _system(monkeypatch, "ID=alpine\n")
    _disk(monkeypatch, 1)
    results = side_by_side(preflight.Needs(paths).checks(), None)
    failed = {r.id: r.mend for r in results if r.verdict is Verdict.FAILED}
    assert failed["prerequisites.root"] == "sudo ./taskflow up"
    assert failed["prerequisites.system"] == "./taskflow dev"
    assert failed["prerequisites.disk"].startswith("du -xh ")


def _refused(paths: Paths, kind: type[DeployError], text: str) -> DeployError:
    with pytest.raises(kind) as caught:
        preflight.Needs(paths).require()
    assert text in caught.value.message
    assert caught.value.resolution
    return caught.value
