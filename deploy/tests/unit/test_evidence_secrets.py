"""No secret is in evidence: neither one that is known, nor one that stands where secrets stand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from taskflow_deploy.errors import ContractError
from taskflow_deploy.evidence import secrets
from taskflow_deploy.evidence.asking import Answer
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import hide, without_variables
from tests.unit import evidence_samples as samples
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_URL = 'postgresql://taskflow:pass%40"word-1@10.97.0.1:54320/taskflow'
_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
# What nobody may see, in each form in which it is planted.
_CANARIES = (
    "word-1",
    "a-better-auth-secret",
    "sk-ant-api03",
    _TOKEN,
    "YS1iZXR0ZXItYXV0aC1zZWNyZXQ",
)
_LEAK = f'url {_URL} pass@"word-1 a-better-auth-secret sk-ant-api03-abcdefghij {_TOKEN}'
_IN_BASE64 = "YS1iZXR0ZXItYXV0aC1zZWNyZXQ="


@pytest.fixture
def leaking(cluster: RecordingCluster, tools: Tools) -> RecordingCluster:
    """A cluster that tells every secret wherever it can."""
    cluster.start()
    samples.play(tools, datetime.now(UTC))
    hide(_URL)
    hide("a-better-auth-secret")
    pods = tools.state("pods")
    pods[0]["spec"]["containers"][0]["env"] = [
        {"name": "PLAIN", "value": _LEAK},
        {"name": "BETTER_AUTH_SECRET_PREVIOUS", "value": "nobody-told-us-of-this"},
    ]
    pods[0]["status"]["message"] = _LEAK
    events = tools.state("events")
    events[0]["message"] = _LEAK
    values: dict[str, Any] = {"leak": _LEAK}
    for part in ("backend", "frontend"):
        values[part] = {"image": {}, "secrets": {"databaseUrl": _LEAK}}
    revision = {"revision": 5, "status": "deployed", "values": values}
    told = f"{json.dumps(_LEAK)}\n{_LEAK}\nMY_SECRET=nobody-told-us-of-this"
    said = samples.prefixed({(samples.CRASHING, "backend"): told})
    tools.change(
        pods=pods, events=events, revisions=[revision],
        description=f"{_LEAK}\n      MY_TOKEN:  nobody-told-us-of-this\n",
        node_description=f"{_LEAK}\n", logs=said, logs_previous=said,
    )  # fmt: skip
    return cluster


def _texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_no_secret_is_kept(paths: Paths, leaking: RecordingCluster, tools: Tools) -> None:
    steps = samples.journal(paths.state / "journal.json", datetime.now(UTC))
    steps.entries[-2]["reason"] = _LEAK
    error = ContractError(f"It crashed: {_LEAK}", f"Look: {_LEAK}", [_LEAK], mend=_LEAK)
    folder = capture(
        paths, leaking, error, journal=steps,
        manifest=f"kind: Secret\ndata: {{a: {_IN_BASE64}, b: bm9ib2R5LXRvbGQ=}}\n",
        diff=f"+{_LEAK}\n", images=samples.IMAGES,
    )  # fmt: skip
    conclude(folder, f"The undo failed as well: {_LEAK}", failed=True)
    kept = _texts(folder)
    for name, text in kept.items():
        canaries = (*_CANARIES, "nobody-told", "bm9ib2R5")
        assert [canary for canary in canaries if canary in text] == [], name
    leaking_files = {
        "failure.txt", "pods.json", "pods.txt", "events.json", "values.yaml", "manifest.yaml",
        "rendered.yaml", "chart.diff", "logs.txt", "logs-previous.txt", "node.txt", "contract.txt",
        "timeline.json", "evidence.json", "report.html",
    }  # fmt: skip
    assert {name for name, text in kept.items() if "[redacted]" in text} == leaking_files
    record = json.loads(kept["evidence.json"])
    told = {file["name"]: file["redactions"] for file in record["files"]}
    assert {name for name, count in told.items() if count} == leaking_files & told.keys()
    assert record["redactions"] == sum(told.values()) >= 40
    assert json.loads(kept["pods.json"])["items"], "it is still data"
    assert yaml.safe_load(kept["values.yaml"])["backend"]["secrets"]["databaseUrl"] == "[redacted]"


def test_secrets_themselves_are_never_asked_for(
    paths: Paths, leaking: RecordingCluster, tools: Tools
) -> None:
    capture(paths, leaking, ContractError("It crashed."))
    assert len(tools.calls("kubectl")) > 8
    for call in tools.calls("kubectl"):
        assert not [word for word in call if "secret" in word.lower()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DATABASE_URL=postgres://db PATH=/bin", "DATABASE_URL=[redacted] PATH=/bin"),
        ("      BETTER_AUTH_SECRET:  abc def", "      BETTER_AUTH_SECRET:  [redacted]"),
        (
            "      BETTER_AUTH_SECRET:  <set to the key 'X' in secret 'y'>  Optional: false",
            "      BETTER_AUTH_SECRET:  <set to the key 'X' in secret 'y'>  Optional: false",
        ),
        ("      MY_API_KEY:          1", "      MY_API_KEY:          [redacted]"),
        ("{'MY_TOKEN': 'it\\'s \"so\"', 'A': 'b'}", "{'MY_TOKEN': '[redacted]', 'A': 'b'}"),
        ('{"DATABASE_URL": "x y", "A": "b"}', '{"DATABASE_URL": "[redacted]", "A": "b"}'),
        (r'"{\"MY_SECRET\":\"x y\",\"A\":\"b\"}"', r'"{\"MY_SECRET\":\"[redacted]\",\"A\":\"b\"}"'),
        ("{'MY_TOKEN': ''}", "{'MY_TOKEN': ''}"),
        ("SECRET is too short: 32 are needed", "SECRET is too short: 32 are needed"),
        ("  Type:  Secret (a volume)", "  Type:  Secret (a volume)"),
    ],
)
def test_variables_that_hold_secrets_are_known_by_their_names(text: str, shown: str) -> None:
    assert without_variables(text) == shown


def test_a_secret_with_blanks_is_taken_out_as_a_whole() -> None:
    hide("a secret of many words")
    assert without_variables("MY_SECRET=a secret of many words\n") == "MY_SECRET=[redacted]\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"betterAuthSecret": "x"}, {"betterAuthSecret": "[redacted]"}),
        ({"anthropicApiKey": "x", "port": 5432}, {"anthropicApiKey": "[redacted]", "port": 5432}),
        ({"password": 12345678}, {"password": "[redacted]"}),
        ({"existingSecret": "a-name"}, {"existingSecret": "a-name"}),
        ({"automountServiceAccountToken": False}, {"automountServiceAccountToken": False}),
        ({"betterAuthSecret": ""}, {"betterAuthSecret": ""}),
        ([{"name": "DB_PASSWORD", "value": "x"}], [{"name": "DB_PASSWORD", "value": "[redacted]"}]),
        ([{"name": "LEVEL", "value": "x"}], [{"name": "LEVEL", "value": "x"}]),
        (
            {
                "env": [
                    {"name": "A_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
                ]
            },
            {
                "env": [
                    {"name": "A_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
                ]
            },
        ),
    ],
)
def test_data_that_holds_secrets_is_known_by_its_keys(value: Any, shown: Any) -> None:
    assert secrets.without_secrets(value) == shown


def test_a_manifest_loses_the_data_of_its_secrets_and_nothing_else() -> None:
    other = "# Source: b\nkind: ConfigMap\ndata:\n  A: stays\n"
    manifest = (
        "---\n# Source: a\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n"
        f"stringData:\n  A: |\n    goes\n    away\n---\n{other}---\nkind: 'Secret'\n"
        "data:\n  B: Z29lcw==\n"
    )
    kept = secrets.manifest(manifest)
    assert f"---\n{other}---\n" in kept
    assert [found for found in yaml.safe_load_all(kept) if found][0::2] == [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
         "stringData": {"A": "[redacted]"}},
        {"kind": "Secret", "data": {"B": "[redacted]"}},
    ]  # fmt: skip
    assert secrets.manifest(other) == other


@pytest.mark.parametrize("document", ["kind: Secret\n\tdata: {", "kind: Secret\nA B\n", "- a\n"])
def test_a_secret_that_cannot_be_read_is_left_out(document: str) -> None:
    kept = secrets.manifest(document)
    assert kept == document if "Secret" not in document else kept.startswith("# A Secret that")


def test_values_that_are_no_yaml_are_left_out(
    paths: Paths, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "taskflow_deploy.evidence.capture.ask_all",
        lambda questions: dict.fromkeys(questions, Answer("password: {hidden", command="helm")),
    )
    kept = _texts(capture(paths, cluster, ContractError("It crashed.")))
    command, said = kept["values.yaml"].splitlines()
    assert command == "# $ helm"
    assert said.startswith("# not to be had: what was said is no YAML")
    assert any("ParserError" in fault for fault in json.loads(kept["evidence.json"])["faults"])
