"""How the database comes to the newest schema, in each of the three ways."""

import pytest

from tests.chart.helm import GIVEN, Helm, Rendered
from tests.chart.pod_security import containers

_MODE = "backend.migrations.mode"
_MIGRATE = ["python", "-m", "src.migrate"]
_OWN = {"requests": {"cpu": "100m"}, "limits": {"cpu": "2"}}
_SHARED = ("image", "imagePullPolicy", "envFrom", "securityContext")


def test_by_default_every_pod_migrates_before_it_serves(rendered: Rendered) -> None:
    (migrate,) = rendered.pod("backend")["spec"]["initContainers"]
    assert (migrate["name"], migrate["command"]) == ("migrate", _MIGRATE)
    assert rendered.of_kind("Job") == []


def test_a_job_for_each_revision_migrates_and_the_pods_wait(helm: Helm) -> None:
    made = helm.render({**GIVEN, _MODE: "job"})
    (job,) = made.of_kind("Job")
    assert job["metadata"]["name"] == "taskflow-migrations-1"
    # A hook would run before the chart's Secret is there, or after the pods that wait for it.
    assert "annotations" not in job["metadata"]
    assert job["spec"]["ttlSecondsAfterFinished"] == 86400
    spec = job["spec"]["template"]["spec"]
    assert (spec["restartPolicy"], spec["serviceAccountName"]) == ("Never", "taskflow-backend")
    (migrate,) = containers(spec)
    assert (migrate["name"], migrate["command"]) == ("migrate", _MIGRATE)
    waits, _ = containers(made.pod("backend")["spec"])
    assert waits["name"] == "wait-for-schema"
    assert waits["env"] == [{"name": "WAIT_TIMEOUT_SECONDS", "value": "120"}]


def test_nobody_migrates_where_it_is_done_elsewhere(helm: Helm) -> None:
    made = helm.render({**GIVEN, _MODE: "none"})
    assert "initContainers" not in made.pod("backend")["spec"]
    assert made.of_kind("Job") == []


@pytest.mark.parametrize("mode", ["initContainer", "job"])
def test_a_migration_has_the_backends_settings_and_resources_of_its_own(
    helm: Helm, mode: str
) -> None:
    own = {
        f"backend.migrations.resources.{bound}.cpu": value["cpu"] for bound, value in _OWN.items()
    }
    made = helm.render({**GIVEN, **own, _MODE: mode})
    *first, backend = containers(made.pod("backend")["spec"])
    jobs = [containers(job["spec"]["template"]["spec"])[0] for job in made.of_kind("Job")]
    for container in [*first, *jobs]:
        for field in _SHARED:
            assert container[field] == backend[field]
        for bound, value in _OWN.items():
            assert container["resources"][bound]["cpu"] == value["cpu"]


def test_the_wait_ends_before_the_rollout_counts_as_failed(helm: Helm) -> None:
    values = {_MODE: "job", "backend.migrations.timeoutSeconds": 900}
    made = helm.render({**GIVEN, **values})
    waits, _ = containers(made.pod("backend")["spec"])
    assert waits["env"] == [{"name": "WAIT_TIMEOUT_SECONDS", "value": "900"}]
    assert made.get("Deployment", "taskflow-backend")["spec"]["progressDeadlineSeconds"] > 900
