"""What values the chart takes and what it refuses."""

import re

import pytest

from tests.chart.helm import GIVEN, Helm, Values, default_values

_PORT = "frontend.service.nodePort"
_CORS = "backend.config.corsOrigins"


def test_an_unknown_name_is_refused_at_every_level(helm: Helm) -> None:
    mappings, _ = default_values()
    unknown = {f"{name}.surprise": 1 for name in mappings}
    refusal = helm.refusal({**GIVEN, **unknown, "surprise": 1})
    refused = re.findall(r"at '(.*)': additional properties 'surprise' not allowed", refusal)
    assert {place.strip("/").replace("/", ".") for place in refused} == {"", *mappings}


def test_the_wrong_kind_is_refused_for_every_value(helm: Helm) -> None:
    _, leaves = default_values()
    refusal = helm.refusal({name: ["a list"] for name in leaves})
    refused = re.findall(r"at '(.*)': (?:got array|value must be)", refusal)
    assert {place.strip("/").replace("/", ".") for place in refused} == set(leaves)


def test_no_value_may_be_taken_away_but_the_node_port(helm: Helm) -> None:
    _, leaves = default_values()
    refusal = helm.refusal(dict.fromkeys(leaves, None))
    named = set(re.findall(r"'([A-Za-z]+)'(?:,|$)", refusal, re.MULTILINE))
    assert named == {name.rsplit(".", 1)[1] for name in leaves} - {"nodePort"}


def test_no_group_of_values_may_be_taken_away(helm: Helm) -> None:
    mappings, _ = default_values()
    for name in mappings:
        missing = name.rsplit(".", 1)[-1]
        assert f"missing property '{missing}'" in helm.refusal({name: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (_PORT, 29999),
        (_PORT, 32768),
        (_PORT, "30300"),
        ("frontend.service.type", "LoadBalancer"),
        ("frontend.service.port", 3001),
        ("backend.service.type", "NodePort"),
        ("backend.service.port", 80),
        ("backend.config.apiPrefix", "/api/v2"),
        ("backend.config.debug", "false"),
        ("backend.config.logLevel", "verbose"),
        ("backend.config.trustedProxies", "the frontend"),
        ("backend.config.metricsPort", 8000),
        ("backend.config.metricsPort", 80),
        ("backend.config.otlpEndpoint", "collector:4318"),
        ("backend.config.rateLimits.loginAddress", "60"),
        ("backend.config.rateLimits.chatAccount", "0/minute"),
        (_CORS, "localhost:3000"),
        (_CORS, "http://localhost:3000/"),
        (_CORS, "http://localhost:3000 http://localhost:3001"),
        ("backend.replicaCount", 0),
        ("frontend.replicaCount", 1.5),
        ("backend.image.tag", "latest"),
        ("frontend.image.tag", "latest"),
        ("backend.image.tag", "v1:2"),
        ("backend.image.repository", "taskflow-backend:latest"),
        ("backend.image.repository", ""),
        ("backend.image.pullPolicy", "Sometimes"),
        ("backend.secrets.existingSecret", "Not_A_Name"),
        ("backend.resources.requests.cpu", "250Mi"),
        ("backend.resources.limits.memory", "256m"),
        ("backend.resources.limits.memory", "256"),
        ("frontend.cache.sizeLimit", "lots"),
        ("frontend.waitForBackend.timeoutSeconds", 0),
        ("frontend.waitForBackend.intervalSeconds", 0.5),
        ("frontend.probes.startup.failureThreshold", 0),
        ("backend.shutdown.preStopSeconds", 0),
        ("backend.rolloutRevision", 2),
    ],
)
def test_a_bad_value_is_refused_by_name(helm: Helm, name: str, value: object) -> None:
    refusal = helm.refusal({**GIVEN, name: value})
    assert name in refusal.replace("/", ".")


@pytest.mark.parametrize(
    "values",
    [
        {_PORT: 30000},
        {_PORT: 32767},
        {_CORS: ""},
        {_CORS: "https://tasks.example, http://192.168.49.2:30300"},
        {"backend.image.repository": "localhost:5000/team/taskflow-backend"},
        {"backend.image.repository": "ghcr.io/team/task_flow.backend"},
        {"backend.image.tag": "latest-but-one"},
        {"backend.resources.requests.cpu": "1", "backend.resources.limits.cpu": "1.5"},
        {"backend.resources.limits.memory": "1.5Gi"},
        {"backend.resources.limits.ephemeral-storage": "1Gi"},
        {"global.anything": "a parent chart's"},
    ],
    ids=str,
)
def test_a_good_value_is_taken(helm: Helm, values: Values) -> None:
    assert helm.render({**GIVEN, **values}).of_kind("Deployment")
