"""What was proven is remembered whole, or not at all."""

import json

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
    assert records.all_verified(paths) == [_FIRST, second]
    records.forget(paths)
    records.forget(paths)
    assert records.last_verified(paths) is None
    assert list(paths.state.iterdir()) == []


def test_what_is_verified_again_is_recorded_once_and_the_oldest_are_forgotten(
    paths: Paths,
) -> None:
    for revision in range(1, 31):
        records.remember(paths, Verified(revision, "a" * 64, _FIRST.url))
    records.remember(paths, Verified(25, "b" * 64, _FIRST.url))
    assert [one.revision for one in records.all_verified(paths)] == [
        *range(11, 25), *range(26, 31), 25,
    ]  # fmt: skip


def test_the_one_record_of_an_earlier_version_is_read(paths: Paths) -> None:
    old = {"revision": 3, "content": "a" * 64, "url": _FIRST.url}
    (paths.state / "verified.json").write_text(json.dumps(old), encoding="utf-8")
    assert records.all_verified(paths) == [Verified(3, "a" * 64, _FIRST.url, at="")]


def test_purge_removes_what_down_keeps(paths: Paths) -> None:
    records.remember(paths, _FIRST)
    for file in ("better-auth-secret", "evidence/2026/failure.txt", "logs/crash.log", "kubeconfig"):
        (paths.state / file).parent.mkdir(parents=True, exist_ok=True)
        (paths.state / file).touch()
    records.purge(paths)
    assert [p.name for p in paths.state.rglob("*") if p.is_file()] == ["kubeconfig"]
