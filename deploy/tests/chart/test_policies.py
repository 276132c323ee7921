"""Who may reach whom: nobody, but for what the app needs."""

import pytest

from tests.chart.helm import GIVEN, Helm, Rendered, Values
from tests.chart.network import Labels, may_reach, selects

STRANGER = {"app": "another"}
OUTSIDE = "outside"
JOB = {"backend.migrations.mode": "job"}


def labels(made: Rendered, who: str) -> Labels | None:
    """Return the labels of somebody; None is whoever is no pod."""
    if who in {OUTSIDE, "stranger", "next release's frontend"}:
        frontend: Labels = made.pods()["taskflow-frontend"]["metadata"]["labels"]
        others = {"stranger": STRANGER, "next release's frontend": {**frontend, **NEXT}}
        return others.get(who)
    found: Labels = made.pods()[f"taskflow-{who}"]["metadata"]["labels"]
    return found


NEXT = {"app.kubernetes.io/instance": "taskflow-blue"}


@pytest.mark.parametrize(
    ("source", "target", "port", "allowed"),
    [
        ("frontend", "backend", 8000, True),
        ("stranger", "backend", 8000, False),
        (OUTSIDE, "backend", 8000, False),
        ("backend", "backend", 8000, False),
        ("test-journey", "backend", 8000, False),
        ("test-isolation", "backend", 8000, False),
        ("next release's frontend", "backend", 8000, False),
        ("frontend", "backend", 9464, False),
        ("stranger", "backend", 9464, False),
        (OUTSIDE, "frontend", 3000, True),
        ("stranger", "frontend", 3000, True),
        ("test-journey", "frontend", 3000, True),
        ("test-isolation", "frontend", 3000, True),
        ("backend", "frontend", 3000, False),
        ("stranger", "frontend", 8080, False),
        ("stranger", "test-journey", 3000, False),
        ("stranger", "migrations-1", 9000, False),
        ("backend", OUTSIDE, 5432, True),
        ("backend", OUTSIDE, 443, True),
        ("backend", OUTSIDE, 80, False),
        ("migrations-1", OUTSIDE, 5432, True),
        ("migrations-1", OUTSIDE, 80, False),
        ("frontend", OUTSIDE, 443, False),
        ("frontend", OUTSIDE, 5432, False),
        ("test-journey", OUTSIDE, 443, False),
        ("test-isolation", OUTSIDE, 5432, False),
    ],
)
def test_only_what_is_needed_may_be_reached(
    with_job: Rendered, source: str, target: str, port: int, allowed: bool
) -> None:
    of = (labels(with_job, source), labels(with_job, target))
    assert may_reach(with_job, *of, port) is allowed


@pytest.fixture(scope="module")
def with_job(helm: Helm) -> Rendered:
    """The chart with every pod that it can make."""
    return helm.render({**GIVEN, **JOB})


def test_every_pod_is_closed_both_ways_and_finds_names(with_job: Rendered) -> None:
    pods = with_job.pods()
    assert len(pods) == 5
    closed = with_job.get("NetworkPolicy", "taskflow-default-deny")["spec"]
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert closed.keys() == {"podSelector", "policyTypes"}
    for pod in pods.values():
        assert selects(closed["podSelector"], pod["metadata"]["labels"])
        for protocol in ("UDP", "TCP"):
            assert may_reach(with_job, pod["metadata"]["labels"], None, 53, protocol)
        assert not may_reach(with_job, pod["metadata"]["labels"], None, 8443)


def test_a_test_may_set_out_for_the_backend(rendered: Rendered) -> None:
    """What stops it is the backend's policy, which is what the test is about."""
    spec = rendered.get("NetworkPolicy", "taskflow-test")["spec"]
    backend = labels(rendered, "backend")
    assert backend is not None
    to_backend = [
        rule
        for rule in spec["egress"]
        if "to" in rule and selects(rule["to"][0]["podSelector"], backend)
    ]
    assert [rule["ports"] for rule in to_backend] == [[{"protocol": "TCP", "port": 8000}]]


@pytest.mark.parametrize(
    ("values", "source", "target", "port"),
    [
        ({"networkPolicy.postgresPort": 6432}, "backend", OUTSIDE, 6432),
        ({"backend.config.otlpEndpoint": "http://collector:4318"}, "backend", OUTSIDE, 4318),
        ({"backend.config.otlpEndpoint": "http://10.0.0.9:4318/v1"}, "backend", OUTSIDE, 4318),
        ({"backend.config.otlpEndpoint": "http://[fd00::9]:4318"}, "backend", OUTSIDE, 4318),
        ({"backend.config.otlpEndpoint": "http://[fd00::9]"}, "backend", OUTSIDE, 80),
        ({"backend.config.otlpEndpoint": "http://collector"}, "backend", OUTSIDE, 80),
        (
            {"networkPolicy.metricsFrom": [{"podSelector": {"matchLabels": STRANGER}}]},
            "stranger",
            "backend",
            9464,
        ),
        (
            {"networkPolicy.extraEgress": [{"ports": [{"protocol": "TCP", "port": 1}]}]},
            "backend",
            OUTSIDE,
            1,
        ),
    ],
    ids=str,
)
def test_a_value_opens_one_way(
    helm: Helm, rendered: Rendered, values: Values, source: str, target: str, port: int
) -> None:
    of = (labels(rendered, source), labels(rendered, target))
    assert not may_reach(rendered, *of, port)
    opened = helm.render({**GIVEN, **values})
    assert may_reach(opened, *of, port)
    for other in (8001, 8443, 9465):
        assert not may_reach(opened, *of, other)


def test_another_port_of_postgresql_closes_the_usual_one(helm: Helm) -> None:
    made = helm.render({**GIVEN, "networkPolicy.postgresPort": 6432})
    assert not may_reach(made, labels(made, "backend"), None, 5432)


def test_policies_can_be_left_out(helm: Helm) -> None:
    made = helm.render({**GIVEN, "networkPolicy.enabled": False})
    assert made.of_kind("NetworkPolicy") == []
    # Nothing would keep its pod from the backend.
    assert set(made.pods()) == {"taskflow-backend", "taskflow-frontend", "taskflow-test-journey"}


def test_one_label_of_a_pod_stands_in_matchlabels(with_job: Rendered) -> None:
    """So that a checker that wants exactly one takes the policy for the pod's."""
    for policy in with_job.of_kind("NetworkPolicy"):
        assert len(policy["spec"]["podSelector"]["matchLabels"]) == 1
