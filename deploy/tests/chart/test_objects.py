"""The objects: the plan's names and numbers, and that they fit together."""

import pytest

from tests.chart.helm import CHART, COMPONENTS, EXISTING, GIVEN, LOCAL, Helm, Object, Rendered
from tests.chart.pod_security import containers, violations

PORTS = {"backend": 8000, "frontend": 3000}
RESOURCES = {
    "backend": {
        "requests": {"cpu": "250m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    },
    "frontend": {
        "requests": {"cpu": "250m", "memory": "128Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi"},
    },
}
INIT_CONTAINERS = {"backend": ["migrate"], "frontend": ["wait-for-backend"]}
PROBES = {
    "backend": ("/health/live", "/health/live", "/health/ready"),
    "frontend": ("/livez", "/livez", "/"),
}


def test_the_files_have_the_plans_names() -> None:
    kinds = ("deployment", "service", "configmap", "secrets")
    templates = {f"templates/{part}-{kind}.yaml" for part in COMPONENTS for kind in kinds}
    plan = templates | {"templates/_helpers.tpl", "templates/NOTES.txt"}
    plan |= {"Chart.yaml", "values.yaml", "values-local.yaml", "README.md"}
    assert {name for name in plan if not (CHART / name).is_file()} == set()


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


def test_every_object_has_the_plans_labels(rendered: Rendered) -> None:
    for (_, name), found in rendered.objects.items():
        labels = found["metadata"]["labels"]
        assert labels["app"] == "taskflow"
        assert name.startswith(f"taskflow-{labels['component']}")


@pytest.mark.parametrize("component", COMPONENTS)
def test_selectors_match_the_pods_of_their_component_only(
    rendered: Rendered, component: str
) -> None:
    deployment = rendered.get("Deployment", f"taskflow-{component}")["spec"]
    service = rendered.get("Service", f"taskflow-{component}-service")["spec"]
    expected = {"app": "taskflow", "component": component, "app.kubernetes.io/instance": "taskflow"}
    assert deployment["selector"] == {"matchLabels": expected}
    assert service["selector"] == expected
    matched = [part for part in COMPONENTS if matches(expected, rendered.pod(part))]
    assert matched == [component]


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_has_the_plans_containers(rendered: Rendered, component: str) -> None:
    spec = rendered.pod(component)["spec"]
    assert [each["name"] for each in containers(spec)] == [*INIT_CONTAINERS[component], component]
    for container in containers(spec):
        assert container["image"] == f"taskflow-{component}:1.0.0"
        assert container["imagePullPolicy"] == "IfNotPresent"
        assert container["resources"] == RESOURCES[component]
    main = spec["containers"][0]
    metrics = [{"name": "metrics", "containerPort": 9464}] if component == "backend" else []
    assert main["ports"] == [{"name": "http", "containerPort": PORTS[component]}, *metrics]
    probes = [main[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert probes == [{"path": path, "port": "http"} for path in PROBES[component]]


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_refers_only_to_what_exists(rendered: Rendered, component: str) -> None:
    spec = rendered.pod(component)["spec"]
    volumes = {volume["name"] for volume in spec["volumes"]}
    for container in containers(spec):
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        for source in container["envFrom"]:
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if field in source:
                    assert (kind, source[field]["name"]) in rendered.objects
        names = [each["name"] for each in container.get("env", [])]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_has_time_to_end_its_requests(rendered: Rendered, component: str) -> None:
    spec = rendered.pod(component)["spec"]
    assert spec["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert spec["terminationGracePeriodSeconds"] == 5 + 30 + 5
    strategy = rendered.get("Deployment", f"taskflow-{component}")["spec"]["strategy"]
    assert strategy["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_the_schema_is_brought_up_to_date_with_the_backends_own_settings(
    rendered: Rendered,
) -> None:
    migrate, backend = containers(rendered.pod("backend")["spec"])
    assert migrate["command"] == ["alembic", "upgrade", "head"]
    assert migrate["envFrom"] == backend["envFrom"]


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


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_meets_the_restricted_standard(rendered: Rendered, component: str) -> None:
    spec = rendered.pod(component)["spec"]
    assert violations(spec) == []
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False


def test_a_laptop_runs_one_pod_of_each(helm: Helm, rendered: Rendered) -> None:
    local = helm.render(GIVEN, more=["--values", LOCAL])
    for component in COMPONENTS:
        assert rendered.get("Deployment", f"taskflow-{component}")["spec"]["replicas"] == 2
        assert local.get("Deployment", f"taskflow-{component}")["spec"]["replicas"] == 1
        assert local.pod(component)["spec"]["terminationGracePeriodSeconds"] == 2 + 30 + 5


def matches(selector: dict[str, str], pod: Object) -> bool:
    """Whether a selector matches the labels of a pod template."""
    labels: dict[str, str] = pod["metadata"]["labels"]
    return selector.items() <= labels.items()
