"""The pods: the plan's numbers, what they refer to, and the restricted standard in all of them."""

import pytest

from tests.chart.helm import COMPONENTS, GIVEN, LOCAL, Helm, Object, Rendered
from tests.chart.pod_security import containers, violations

PORTS = {"backend": 8000, "frontend": 3000}
_DISK = {"ephemeral-storage": "256Mi"}
RESOURCES = {
    "backend": {
        "requests": {"cpu": "250m", "memory": "256Mi", **_DISK},
        "limits": {"cpu": "500m", "memory": "512Mi", **_DISK},
    },
    "frontend": {
        "requests": {"cpu": "250m", "memory": "128Mi", **_DISK},
        "limits": {"cpu": "1", "memory": "256Mi", **_DISK},
    },
}
PROBES = {
    "backend": ("/health/live", "/health/live", "/health/ready"),
    "frontend": ("/livez", "/livez", "/"),
}
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
MIB = {"Mi": 1, "Gi": 1024}


@pytest.fixture(scope="module", params=["initContainer", "job", "none"])
def each(request: pytest.FixtureRequest, helm: Helm) -> Rendered:
    """The chart in each way to migrate."""
    return helm.render({**GIVEN, "backend.migrations.mode": request.param})


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_has_the_plans_container(rendered: Rendered, component: str) -> None:
    (main,) = rendered.pod(component)["spec"]["containers"]
    assert (main["name"], main["image"]) == (component, f"taskflow-{component}:1.0.0")
    assert main["resources"] == RESOURCES[component]
    metrics = [{"name": "metrics", "containerPort": 9464}] if component == "backend" else []
    assert main["ports"] == [{"name": "http", "containerPort": PORTS[component]}, *metrics]
    probes = [main[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert probes == [{"path": path, "port": "http"} for path in PROBES[component]]


def test_every_container_runs_one_of_the_two_images(helm: Helm) -> None:
    for name, image in (("tag", "taskflow-{}:1.2.3"), ("digest", f"taskflow-{{}}@{DIGEST}")):
        given = {f"{part}.image.tag": "1.2.3" for part in COMPONENTS}
        if name == "digest":
            given |= {f"{part}.image.digest": DIGEST for part in COMPONENTS}
        made = helm.render({**GIVEN, **given, "backend.migrations.mode": "job"})
        for maker, pod in made.pods().items():
            part = "backend" if maker in _BACKENDS else "frontend"
            for container in containers(pod["spec"]):
                assert container["image"] == image.format(part)
                assert container["imagePullPolicy"] == "IfNotPresent"


_BACKENDS = ("taskflow-backend", "taskflow-migrations-1")


def test_a_pod_refers_only_to_what_exists(each: Rendered) -> None:
    for pod in each.pods().values():
        spec = pod["spec"]
        assert ("ServiceAccount", spec["serviceAccountName"]) in each.objects
        for container in containers(spec):
            for source in container.get("envFrom", []):
                for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                    if field in source:
                        assert (kind, source[field]["name"]) in each.objects
            names = [variable["name"] for variable in container.get("env", [])]
            assert len(names) == len(set(names))


def test_every_pod_meets_the_restricted_standard(each: Rendered) -> None:
    for name, pod in each.pods().items():
        spec = pod["spec"]
        assert violations(spec) == [], name
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        for container in containers(spec):
            context = container["securityContext"]
            assert (context["runAsUser"], context["runAsGroup"]) == (10001, 10001)
    for account in each.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


def test_every_container_has_bounds(each: Rendered) -> None:
    for name, pod in each.pods().items():
        for container in containers(pod["spec"]):
            for bound in ("requests", "limits"):
                kinds = container["resources"][bound].keys()
                assert kinds == {"cpu", "memory", "ephemeral-storage"}, name


def test_no_start_waits_for_a_volume(each: Rendered) -> None:
    for name, pod in each.pods().items():
        assert "volumes" not in pod["spec"], name


def test_a_laptop_runs_one_pod_of_each(helm: Helm, rendered: Rendered) -> None:
    local = helm.render(GIVEN, more=["--values", LOCAL])
    for component in COMPONENTS:
        assert rendered.get("Deployment", f"taskflow-{component}")["spec"]["replicas"] == 2
        assert local.get("Deployment", f"taskflow-{component}")["spec"]["replicas"] == 1
        assert local.pod(component)["spec"]["terminationGracePeriodSeconds"] == 1 + 30 + 5


@pytest.mark.parametrize("component", COMPONENTS)
def test_pods_go_where_the_values_say(helm: Helm, component: str) -> None:
    toleration = {"key": "spot", "operator": "Exists", "effect": "NoSchedule"}
    given = {
        "podAnnotations": {"example.com/owner": "tasks"},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [toleration],
        "priorityClassName": "important",
        "serviceAccount.annotations": {"example.com/role": "none"},
    }
    values = {f"{component}.{name}": value for name, value in given.items()}
    made = helm.render({**GIVEN, **values, "backend.migrations.mode": "job"})
    placed = {name for name, pod in made.pods().items() if is_placed(pod["spec"], toleration)}
    tests = {"taskflow-test-journey", "taskflow-test-isolation"}
    assert (
        placed == {"backend": set(_BACKENDS), "frontend": {"taskflow-frontend", *tests}}[component]
    )
    annotations = made.pod(component)["metadata"]["annotations"]
    assert annotations["example.com/owner"] == "tasks"
    assert "checksum/config" in annotations
    account = made.get("ServiceAccount", f"taskflow-{component}")
    assert account["metadata"]["annotations"] == {"example.com/role": "none"}


def test_images_are_pulled_with_the_secrets_given(helm: Helm, rendered: Rendered) -> None:
    secrets = [{"name": "registry"}, {"name": "another"}]
    made = helm.render({**GIVEN, "imagePullSecrets": secrets, "backend.migrations.mode": "job"})
    assert [pod["spec"]["imagePullSecrets"] for pod in made.pods().values()] == [secrets] * 5
    assert all("imagePullSecrets" not in pod["spec"] for pod in rendered.pods().values())


def is_placed(spec: Object, toleration: Object) -> bool:
    """Tell whether a pod's spec has all that says where it goes, or nothing of it."""
    names = ("nodeSelector", "tolerations", "priorityClassName")
    found = [spec.get(name) for name in names]
    assert found in ([{"disk": "fast"}, [toleration], "important"], [None, None, None])
    return found[0] is not None
