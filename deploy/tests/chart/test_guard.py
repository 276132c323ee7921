"""Values that look like secrets stop the render, by name; what only resembles one does not."""

import base64
import hashlib

import pytest

from tests.chart.helm import API_KEY, GIVEN, Helm, Values

_HEX = hashlib.sha256(b"of these tests").hexdigest()
_RANDOM = base64.b64encode(hashlib.sha384(b"of these tests").digest()).decode()
_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
_ANNOTATIONS = "backend.podAnnotations"

# Built in parts, so that no scanner of this repository takes them for real.
SECRETS = {
    "a Claude key": "sk-ant-" + "api03-" + "x" * 24,
    "another model's key": "sk-" + "proj" * 8,
    "a URL with a password": "postgresql://someone:" + "hunter2@db/tasks",
    "a URL with a password only": "redis://:" + "hunter2@cache:6379",
    "a URL in a sentence": "see https://me:" + "hunter2@example.com/path for more",
    "a private key": "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE",
    "a private key of another kind": "-----BEGIN PRIVATE " + "KEY-----",
    "a signed token": f"{_HEADER}.eyJzdWIiOiIxMjMifQ." + "c2lnbmF0dXJl",
    "an AWS key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a Google key": "AIza" + "a" * 35,
    "a GitHub token": "ghp_" + "a" * 36,
    "a Slack token": "xoxb-" + "1" * 24,
    "random base64": _RANDOM,
    "random base64 of 32": _RANDOM[:32],
    "random base64 in a sentence": f"it is {_RANDOM}, keep it",
    "random hex": _HEX,
    "random hex of 32": _HEX[:32],
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_what_has_the_form_of_a_secret_is_refused(helm: Helm, secret: str) -> None:
    refusal = helm.refusal({**GIVEN, "backend.config.environment": secret})
    assert "a value looks like a secret: backend.config.environment. Take it out" in refusal
    assert "README.md" in refusal
    for shown in (secret, "hunter2", secret[:20], secret[-12:]):
        assert shown not in refusal


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"backend.config.model": _RANDOM}, "backend.config.model"),
        ({"backend.config.otlpEndpoint": SECRETS["a URL with a password"].replace("postgresql",
          "http")}, "backend.config.otlpEndpoint"),
        ({"frontend.rolloutRevision": _RANDOM}, "frontend.rolloutRevision"),
        ({"commonLabels": {"team": _HEX[:48]}}, "commonLabels.team"),
        ({"frontend.nodeSelector": {"zone": _HEX[:48]}}, "frontend.nodeSelector.zone"),
        ({"frontend.serviceAccount.annotations": {"role": SECRETS["an AWS key"]}},
         "frontend.serviceAccount.annotations.role"),
        ({_ANNOTATIONS: {"example.com/note": _RANDOM}}, f"{_ANNOTATIONS}.example.com/note"),
        ({"backend.tolerations": [{"key": "spot"}, {"key": _RANDOM}]},
         "backend.tolerations[1].key"),
        ({"networkPolicy.extraEgress": [{"ports": [{"port": _RANDOM}]}]},
         "networkPolicy.extraEgress[0].ports[0].port"),
        ({"global.database": {"url": SECRETS["a URL with a password"]}}, "global.database.url"),
        ({"global.list": [["plain", _RANDOM]]}, "global.list[0][1]"),
        (
            {"backend.config.model": _RANDOM, _ANNOTATIONS: {"note": _RANDOM}},
            f"backend.config.model, {_ANNOTATIONS}.note",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_secret_is_found_wherever_it_is(helm: Helm, values: Values, named: str) -> None:
    refusal = helm.refusal({**GIVEN, **values})
    assert f"a value looks like a secret: {named}. Take it out" in refusal
    assert _RANDOM not in refusal
    assert _HEX[:48] not in refusal


@pytest.mark.parametrize(
    "name",
    [
        "password", "db-password", "DB_PASSWORD", "secret", "clientSecret", "authToken", "token",
        "api-key", "apiKey", "private_key", "credentials", "example.com/token",
    ],
)  # fmt: skip
def test_what_is_called_a_secret_is_refused(helm: Helm, name: str) -> None:
    refusal = helm.refusal({**GIVEN, _ANNOTATIONS: {name: "hunter2"}})
    assert f"a value looks like a secret: {_ANNOTATIONS}.{name}. Take it out" in refusal
    assert "hunter2" not in refusal


@pytest.mark.parametrize(
    "values",
    [
        {"backend.image.digest": f"sha256:{_HEX}"},
        {"backend.image.tag": _HEX},
        {"backend.image.repository": "registry.example:5000/the-platform-team/taskflow-backend"},
        {"backend.rolloutRevision": _HEX},
        {"backend.config.corsOrigins": "http://localhost:3000,https://tasks.example.com:8443"},
        {"backend.config.model": "claude-sonnet-a-very-long-name-of-a-model-20261124-v2-latest"},
        {"backend.secrets.existingSecret": "backend-credentials-0123456789abcdef0123"},
        {_ANNOTATIONS: {"commit": _HEX[:40], "what": _HEX[:40], "example.com/checksum": _HEX}},
        {_ANNOTATIONS: {"image": f"registry.example/taskflow@sha256:{_HEX}"}},
        {_ANNOTATIONS: {"example.com/uuid": "123e4567-e89b-12d3-a456-426614174000"}},
        {_ANNOTATIONS: {"secret.reloader.example.com/reload": "backend-credentials"}},
        {_ANNOTATIONS: {"vault.example.com/agent-inject-token": "true"}},
        {_ANNOTATIONS: {"note": "ask sk-1 about https://example.com/@someone, or key AKIA1"}},
        {_ANNOTATIONS: {"note": "-----BEGIN CERTIFICATE-----"}},
        {_ANNOTATIONS: {"password": ""}},
        {
            "frontend.serviceAccount.annotations": {
                "role": "arn:aws:iam::123456789012:role/TaskFlowFrontendProductionRole2026V1"
            }
        },
        {"imagePullSecrets": [{"name": "registry-token"}]},
        {"auth.previousSecret": _RANDOM, "backend.secrets.anthropicApiKey": API_KEY},
        {"auth.betterAuthSecret": _RANDOM, "backend.secrets.anthropicApiKey": "sk-ant-" + "x" * 30},
    ],
    ids=str,
)
def test_what_only_resembles_a_secret_is_taken(helm: Helm, values: Values) -> None:
    assert helm.render({**GIVEN, **values}).of_kind("Deployment")
