"""The objects: the plan's names and numbers, and that they fit together."""

import pytest
import yaml

from tests.chart.helm import CHART, COMPONENTS, EXISTING, GIVEN, LOCAL, Helm, Object, Rendered
from tests.chart.pod_security import containers

# Values with which the chart makes every object that it can make.
ALL = {
    **GIVEN,
    "backend.migrations.mode": "job",
    "backend.autoscaling.enabled": True,
    "frontend.autoscaling.enabled": True,
}


@pytest.fixture(scope="module")
def everything(helm: Helm) -> Rendered:
    """The chart with every object that it can make."""
    return helm.render(ALL)


def test_the_files_have_the_plans_names() -> None:
    kinds = ("deployment", "service", "configmap", "secrets")
    templates = {f"templates/{part}-{kind}.yaml" for part in COMPONENTS for kind in kinds}
    plan = templates | {"templates/_helpers.tpl", "templates/NOTES.txt"}
    plan |= {"Chart.yaml", "values.yaml", "values-local.yaml", "README.md"}
    assert {name for name in plan if not (CHART / name).is_file()} == set()


def test_a_file_has_one_object_and_its_name_has_the_kind(everything: Rendered) -> None:
    kinds = {"configmap", "deployment", "hpa", "job", "networkpolicy", "pdb", "pod", "secrets"}
    kinds |= {"service", "serviceaccount"}
    short = {"horizontalpodautoscaler": "hpa", "poddisruptionbudget": "pdb", "secret": "secrets"}
    files = {file.stem for file in (CHART / "templates").glob("*.yaml")}
    assert {name.rpartition("-")[2] for name in files} == kinds
    made = sorted(short.get(kind.lower(), kind.lower()) for kind, _ in everything.objects)
    assert sorted(name.rpartition("-")[2] for name in files) == made


@pytest.mark.parametrize("values", [GIVEN, EXISTING], ids=["given", "existing"])
def test_lint_has_nothing_to_say(helm: Helm, values: dict[str, object]) -> None:
    for more in ((), ("--values", LOCAL)):
        done = helm.lint(values, *more)
        assert done.returncode == 0, done.stdout + done.stderr
        for level in ("[WARNING]", "[ERROR]", "level=WARN", "level=ERROR"):
            assert level not in done.stdout + done.stderr


def test_rendering_twice_gives_the_same_bytes(helm: Helm, rendered: Rendered) -> None:
    assert helm.render(GIVEN).text == rendered.text


def test_the_objects_have_the_plans_names(rendered: Rendered) -> None:
    expected = {("Deployment", f"taskflow-{part}") for part in COMPONENTS}
    expected |= {("Service", f"taskflow-{part}-service") for part in COMPONENTS}
    expected |= {("ConfigMap", f"taskflow-{part}-config") for part in COMPONENTS}
    expected |= {("Secret", f"taskflow-{part}-secrets") for part in COMPONENTS}
    expected |= {("PodDisruptionBudget", f"taskflow-{part}") for part in COMPONENTS}
    expected |= {("ServiceAccount", f"taskflow-{part}") for part in (*COMPONENTS, "test")}
    policies = (*COMPONENTS, "test", "default-deny")
    expected |= {("NetworkPolicy", f"taskflow-{part}") for part in policies}
    expected |= {("Pod", f"taskflow-test-{part}") for part in ("journey", "isolation")}
    assert set(rendered.objects) == expected
    # The release's namespace is Helm's to say.
    assert all("namespace" not in found["metadata"] for found in rendered.objects.values())


def test_the_services_have_the_plans_types_and_ports(helm: Helm, rendered: Rendered) -> None:
    backend = rendered.get("Service", "taskflow-backend-service")["spec"]
    frontend = rendered.get("Service", "taskflow-frontend-service")["spec"]
    port = {"name": "http", "protocol": "TCP", "targetPort": "http"}
    assert backend["type"] == "ClusterIP"
    assert backend["ports"] == [{**port, "port": 8000}]
    assert frontend["type"] == "NodePort"
    assert frontend["ports"] == [{**port, "port": 3000, "nodePort": 30300}]


@pytest.mark.parametrize(
    "values", [{"frontend.service.nodePort": None}, {"frontend.service.type": "ClusterIP"}]
)
def test_no_node_port_is_asked_for(helm: Helm, values: dict[str, object]) -> None:
    found = helm.render({**GIVEN, **values}).get("Service", "taskflow-frontend-service")["spec"]
    assert found["type"] == values.get("frontend.service.type", "NodePort")
    assert found["ports"] == [
        {"name": "http", "protocol": "TCP", "targetPort": "http", "port": 3000}
    ]


def test_every_object_has_the_labels_of_its_component(everything: Rendered) -> None:
    for (_, name), found in everything.objects.items():
        labels = found["metadata"]["labels"]
        component = labels["app.kubernetes.io/component"]
        plans = {"app": "taskflow", "component": component} if component in COMPONENTS else {}
        assert labels == {
            **plans,
            "app.kubernetes.io/name": "taskflow",
            "app.kubernetes.io/instance": "taskflow",
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/part-of": "taskflow",
            "app.kubernetes.io/version": "1.0.0",
            "app.kubernetes.io/managed-by": "Helm",
            "helm.sh/chart": f"taskflow-{about()['version']}",
        }
        assert name.startswith(f"taskflow-{'' if component == 'network' else component}")


def test_labels_of_ones_own_are_on_every_object_and_pod(helm: Helm) -> None:
    made = helm.render({**ALL, "commonLabels": {"team": "tasks", "cost.example/centre": "12"}})
    for found in [*made.objects.values(), *made.pods().values()]:
        labels = found["metadata"]["labels"]
        assert (labels["team"], labels["cost.example/centre"]) == ("tasks", "12")
    deployment = made.get("Deployment", "taskflow-backend")["spec"]
    assert "team" not in deployment["selector"]["matchLabels"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_selectors_match_the_pods_of_their_component_only(
    rendered: Rendered, everything: Rendered, component: str
) -> None:
    deployment = rendered.get("Deployment", f"taskflow-{component}")["spec"]
    service = rendered.get("Service", f"taskflow-{component}-service")["spec"]
    expected = {"app": "taskflow", "component": component, "app.kubernetes.io/instance": "taskflow"}
    assert deployment["selector"] == {"matchLabels": expected}
    assert service["selector"] == expected
    matched = [name for name, pod in everything.pods().items() if matches(expected, pod)]
    assert matched == [f"taskflow-{component}"]


def test_the_frontend_is_told_the_backends_service(rendered: Rendered) -> None:
    config = rendered.get("ConfigMap", "taskflow-frontend-config")["data"]
    assert config == {"NEXT_PUBLIC_API_URL": "http://taskflow-backend-service:8000"}
    for container in containers(rendered.pod("frontend")["spec"]):
        assert {"configMapRef": {"name": "taskflow-frontend-config"}} in container["envFrom"]


def test_the_backend_is_told_its_settings(rendered: Rendered) -> None:
    assert rendered.get("ConfigMap", "taskflow-backend-config")["data"] == {
        "API_PREFIX": "/api/v1",
        "ENVIRONMENT": "development",
        "DEBUG": "false",
        "LOG_LEVEL": "info",
        "CORS_ORIGINS": "http://localhost:3000,http://localhost:30300",
        "COOKIE_SECURE": "false",
        "TASKFLOW_MODEL": "claude-haiku-5-5",
        "TRUSTED_PROXIES": "10.244.0.0/16",
        "METRICS_HOST": "0.0.0.0",  # noqa: S104 - of a pod
        "METRICS_PORT": "9464",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "",
        "DRAIN_SECONDS": "30",
        "RATE_LIMIT_LOGIN_ADDRESS": "60/minute",
        "RATE_LIMIT_LOGIN_ACCOUNT": "30/hour",
        "RATE_LIMIT_SIGNUP_ADDRESS": "60/minute",
        "RATE_LIMIT_SIGNUP_ACCOUNT": "10/minute",
        "RATE_LIMIT_REFRESH_ADDRESS": "240/minute",
        "RATE_LIMIT_REFRESH_ACCOUNT": "60/minute",
        "RATE_LIMIT_CHAT_ADDRESS": "120/minute",
        "RATE_LIMIT_CHAT_ACCOUNT": "60/minute",
    }


def test_the_metrics_are_not_behind_the_service(rendered: Rendered) -> None:
    service = rendered.get("Service", "taskflow-backend-service")
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]


def about() -> Object:
    """Return what Chart.yaml says."""
    found: Object = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    return found


def matches(selector: dict[str, str], pod: Object) -> bool:
    """Whether a selector matches the labels of a pod template."""
    labels: dict[str, str] = pod["metadata"]["labels"]
    return selector.items() <= labels.items()
