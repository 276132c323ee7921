"""Nothing is lost when a pod leaves: budgets, spreading, scaling and the time to end."""

import pytest

from tests.chart.helm import COMPONENTS, GIVEN, Helm, Rendered, Values


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize(
    ("values", "made"),
    [
        ({}, True),
        ({"replicaCount": 1}, False),
        ({"replicaCount": 1, "autoscaling.enabled": True}, True),
        ({"pdb.enabled": False}, False),
    ],
    ids=str,
)
def test_one_of_several_pods_may_be_evicted_at_a_time(
    helm: Helm, component: str, values: Values, made: bool
) -> None:
    given = {f"{component}.{name}": value for name, value in values.items()}
    rendered = helm.render({**GIVEN, **given})
    name = ("PodDisruptionBudget", f"taskflow-{component}")
    assert (name in rendered.objects) is made
    if made:
        deployment = rendered.get("Deployment", f"taskflow-{component}")["spec"]
        assert rendered.get(*name)["spec"] == {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": deployment["selector"],
        }


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_number_of_pods_is_the_values_or_the_autoscalers(
    helm: Helm, rendered: Rendered, component: str
) -> None:
    name = f"taskflow-{component}"
    assert rendered.get("Deployment", name)["spec"]["replicas"] == 2
    assert rendered.of_kind("HorizontalPodAutoscaler") == []
    scaling = {"enabled": True, "minReplicas": 3, "maxReplicas": 7, "targetCpu": 60}
    given = {f"{component}.autoscaling.{each}": value for each, value in scaling.items()}
    scaled = helm.render({**GIVEN, **given})
    assert "replicas" not in scaled.get("Deployment", name)["spec"]
    (scaler,) = scaled.of_kind("HorizontalPodAutoscaler")
    target = {"type": "Utilization", "averageUtilization": 60}
    assert scaler["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": 3,
        "maxReplicas": 7,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }


@pytest.mark.parametrize("component", COMPONENTS)
def test_pods_keep_apart_where_they_can(rendered: Rendered, component: str) -> None:
    deployment = rendered.get("Deployment", f"taskflow-{component}")["spec"]
    spec = deployment["template"]["spec"]
    own = {"labelSelector": deployment["selector"]}
    (preferred,) = spec["affinity"]["podAntiAffinity"].values()
    term = {"topologyKey": "kubernetes.io/hostname", **own}
    assert preferred == [{"weight": 100, "podAffinityTerm": term}]
    soft = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", **own}
    keys = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    assert spec["topologySpreadConstraints"] == [{"topologyKey": key, **soft} for key in keys]


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize(("pre_stop", "drain"), [(5, 30), (1, 1), (1, 3600), (3600, 3600)])
def test_a_pod_is_killed_only_after_it_had_its_time(
    helm: Helm, component: str, pre_stop: int, drain: int
) -> None:
    given = {"preStopSeconds": pre_stop, "drainSeconds": drain}
    values = {f"{component}.shutdown.{name}": value for name, value in given.items()}
    spec = helm.render({**GIVEN, **values}).pod(component)["spec"]
    sleep = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep == pre_stop
    assert sleep + drain < spec["terminationGracePeriodSeconds"] <= sleep + drain + 10


def test_the_backend_drains_as_long_as_it_is_given(rendered: Rendered) -> None:
    spec = rendered.pod("backend")["spec"]
    drain = rendered.get("ConfigMap", "taskflow-backend-config")["data"]["DRAIN_SECONDS"]
    sleep = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep + int(drain) < spec["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_leaves_only_when_a_new_one_is_ready(rendered: Rendered, component: str) -> None:
    deployment = rendered.get("Deployment", f"taskflow-{component}")["spec"]
    rolling = {"maxUnavailable": 0, "maxSurge": 1}
    assert deployment["strategy"] == {"type": "RollingUpdate", "rollingUpdate": rolling}


@pytest.mark.parametrize("component", COMPONENTS)
def test_an_autoscaler_needs_room(helm: Helm, component: str) -> None:
    refusal = helm.refusal({**GIVEN, f"{component}.autoscaling.maxReplicas": 1})
    assert f"{component}.autoscaling.minReplicas is more than its maxReplicas" in refusal
