"""Secrets are named by their content, never changed, and cleared away in the end."""

from dataclasses import replace

import pytest

from taskflow_deploy import kube, pod_secrets
from taskflow_deploy.paths import Paths
from taskflow_deploy.settings import Settings
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_SETTINGS = Settings(None, "a-secret-of-the-tests-with-enough-letters", "sk-ant-key", 30300)
_URL = "postgresql://u:p@h/d"


@pytest.fixture
def cluster(tools: Tools, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> RecordingCluster:
    """A started cluster."""
    tools.install("kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    made = RecordingCluster(tools, paths)
    made.start()
    return made


def _names(tools: Tools) -> list[str]:
    return [item["metadata"]["name"] for item in tools.state("objects").values()]


def test_each_component_gets_what_it_reads() -> None:
    backend, frontend = pod_secrets.objects(_SETTINGS, _URL)
    assert backend["stringData"] == {
        "BETTER_AUTH_SECRET": _SETTINGS.better_auth_secret,
        "DATABASE_URL": _URL,
        "ANTHROPIC_API_KEY": "sk-ant-key",
    }
    assert frontend["stringData"] == {"BETTER_AUTH_SECRET": _SETTINGS.better_auth_secret}
    assert backend["immutable"] is frontend["immutable"] is True


def test_only_the_backend_gets_the_secret_of_before() -> None:
    rotated = replace(_SETTINGS, previous_secret="the-secret-of-before-it-was-exchanged")
    backend, frontend = pod_secrets.objects(rotated, _URL)
    assert backend["stringData"]["BETTER_AUTH_SECRET_PREVIOUS"] == rotated.previous_secret
    assert frontend == pod_secrets.objects(_SETTINGS, _URL)[1]


def test_a_name_changes_with_what_it_stands_for_and_tells_nothing() -> None:
    names = {
        pod_secrets.name("backend", settings, url)
        for settings, url in (
            (_SETTINGS, _URL),
            (_SETTINGS, "postgresql://u:other@h/d"),
            (Settings(None, _SETTINGS.better_auth_secret, "", 30300), _URL),
            (Settings(None, "another-secret-of-the-tests-as-long-as-it", "sk-ant-key", 1), _URL),
        )
    }
    assert len(names) == 4
    # Not the plain digest of a value that somebody could guess and compare.
    assert all(name.startswith("taskflow-backend-secrets-") for name in names)
    frontend = pod_secrets.name("frontend", _SETTINGS, _URL)
    assert frontend == pod_secrets.name("frontend", _SETTINGS, "postgresql://u:other@h/d")


def test_the_newest_ten_and_those_in_use_are_kept(cluster: RecordingCluster, tools: Tools) -> None:
    used = [item["metadata"]["name"] for item in pod_secrets.objects(_SETTINGS, _URL)]
    kube.apply(cluster, pod_secrets.objects(_SETTINGS, _URL))
    others = [pod_secrets.objects(_SETTINGS, f"{_URL}{number}")[0] for number in range(12)]
    kube.apply(cluster, others)
    foreign = {"name": "theirs", "namespace": "taskflow", "labels": {"app": "theirs"}}
    kube.apply(cluster, [{"kind": "Secret", "metadata": foreign, "stringData": {}}])
    pod_secrets.remove_old(cluster, _SETTINGS, _URL)
    newest = [item["metadata"]["name"] for item in others[2:]]
    assert _names(tools) == [*used, *newest, "theirs"]
