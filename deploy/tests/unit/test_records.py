"""What was proven is remembered whole, or not at all."""

from taskflow_deploy import records
from taskflow_deploy.paths import Paths
from taskflow_deploy.records import Verified

_FIRST = Verified(3, "a" * 64, "http://10.97.0.2:30300")


def test_it_is_remembered_replaced_and_forgotten(paths: Paths) -> None:
    assert records.last_verified(paths) is None
    records.remember(paths, _FIRST)
    assert records.last_verified(paths) == _FIRST
    second = Verified(4, "b" * 64, _FIRST.url)
    records.remember(paths, second)
    assert records.last_verified(paths) == second
    records.forget(paths)
    records.forget(paths)
    assert records.last_verified(paths) is None
    assert list(paths.state.iterdir()) == []


def test_purge_removes_what_down_keeps(paths: Paths) -> None:
    records.remember(paths, _FIRST)
    for file in ("better-auth-secret", "evidence/2026/failure.txt", "logs/crash.log", "kubeconfig"):
        (paths.state / file).parent.mkdir(parents=True, exist_ok=True)
        (paths.state / file).touch()
    records.purge(paths)
    assert [p.name for p in paths.state.rglob("*") if p.is_file()] == ["kubeconfig"]
