"""Drills of checkpoint four: a chart that does not render, lint or fit the code."""

from tests.drills.canaries import LIKE_A_TOKEN
from tests.drills.drill import Drill
from tests.drills.faults import replaced

LOCAL_VALUES = "helm/taskflow/values-local.yaml"
TEMPLATES = "helm/taskflow/templates"
_AT = "chart"
_FROM_CHART = ("up", "--yes", "--from", "chart")

DRILLS = (
    Drill(
        _AT, "a template that does not render",
        replaced(f"{TEMPLATES}/backend-service.yaml", ".backend.service.type", ".nobody.is.there"),
        40, r"helm template failed: .*backend-service\.yaml.*nil pointer", quick=True,
    ),
    Drill(
        _AT, "the same, where only the chart is looked at",
        replaced(f"{TEMPLATES}/backend-service.yaml", ".backend.service.type", ".nobody.is.there"),
        40, r"helm (lint|template) failed: .*backend-service\.yaml.*nil pointer",
        words=_FROM_CHART,
    ),
    Drill(
        _AT, "a value that the schema refuses",
        replaced(LOCAL_VALUES, "replicaCount: 1", "replicaCount: many"),
        40, r"helm template failed: .*backend.replicaCount.*got string, want integer",
    ),
    Drill(
        _AT, "a value that there is no name for",
        replaced(LOCAL_VALUES, "replicaCount: 1", "replicasCount: 1"),
        40, r"helm template failed: .*'replicasCount'",
    ),
    Drill(
        _AT, "a value that looks like a secret",
        replaced(LOCAL_VALUES, "replicaCount: 1",
                 f"replicaCount: 1\n  podAnnotations: {{note: {LIKE_A_TOKEN}}}"),
        40, r"helm template failed: .*a value looks like a secret: backend\.podAnnotations\.note",
    ),
    Drill(
        _AT, "a name that Kubernetes does not take, which renders and does not lint",
        replaced(f"{TEMPLATES}/backend-configmap.yaml", "-backend-config", "-Backend_Config"),
        40, r"helm lint failed: .*backend-configmap\.yaml.*object name does not conform",
    ),
    Drill(
        _AT, "a status in the code that the API's description does not have",
        replaced("backend/src/api/auth.py", "status_code=201", "status_code=200"),
        40, r"success status of POST /api/v1/auth/signup: 200 in backend/src/api/auth\.py",
    ),
)  # fmt: skip
