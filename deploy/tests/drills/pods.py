"""Drills of checkpoint five: a release that cannot be installed, and pods that do not get ready."""

from tests.drills import node_faults
from tests.drills.canaries import PRINTS_ITS_ENVIRONMENT
from tests.drills.chart import LOCAL_VALUES, TEMPLATES
from tests.drills.drill import Drill
from tests.drills.faults import appended, replaced, together
from tests.drills.node_faults import MAIN

_AT = "pods"
_DEPLOYMENT = f"{TEMPLATES}/backend-deployment.yaml"
_POD = r"taskflow-backend-\w+-\w+"
_SOON = ("up", "--yes", "--timeout", "20")
_IMAGE = 'image: {{ include "taskflow.image" $component | quote }}'
_PULL = "imagePullPolicy: {{ $backend.image.pullPolicy }}\n"
_MISSING_KEY = f"""{_PULL}\
          env:
            - name: DRILL
              valueFrom:
                secretKeyRef:
                  name: {{{{ include "taskflow.secretName" $component | quote }}}}
                  key: NOT_THERE
"""
_LITTLE_MEMORY = """\
backend:
  resources: {requests: {cpu: 250m, memory: 40Mi}, limits: {cpu: 500m, memory: 40Mi}}
"""
# The node tells of an end up to a second later.
_FALLS = """\
    import asyncio
    import os

    asyncio.get_running_loop().call_later(0.2, os._exit, 3)
    return READY
"""

DRILLS = (
    Drill(
        _AT, "the app ends at its start, and prints its environment",
        appended(MAIN, PRINTS_ITS_ENVIRONMENT), 50,
        rf"{_POD}: its container backend keeps ending with code 1\. It said: “RuntimeError: ",
        kind="crash", prints_environment=True, quick=True,
    ),
    Drill(
        _AT, "an init container that does not end",
        replaced("backend/src/migrate.py", "    if asyncio.run(",
                 "    import time\n\n    time.sleep(900)\n    if asyncio.run("),
        50, rf"Not ready after 20 s: {_POD}: its init container migrate has not ended\.",
        words=_SOON, kind="init",
    ),
    Drill(
        _AT, "less memory than the app needs",
        replaced(LOCAL_VALUES, "backend:\n", _LITTLE_MEMORY), 50,
        rf"{_POD}: its container backend needs more memory than its limit of 40Mi\.",
        kind="memory",
    ),
    Drill(
        _AT, "a key that the secret does not have", replaced(_DEPLOYMENT, _PULL, _MISSING_KEY), 50,
        rf"{_POD}: CreateContainerConfigError: couldn't find key NOT_THERE in Secret "
        r"taskflow/taskflow-backend-secrets-", kind="configuration",
    ),
    Drill(
        _AT, "an image that is not in the node",
        replaced(_DEPLOYMENT, f"{_IMAGE}\n          {_PULL}",
                 "image: taskflow-nowhere:1\n          imagePullPolicy: Never\n"), 50,
        rf"{_POD}: ErrImageNeverPull: .*taskflow-nowhere:1", kind="image",
    ),
    Drill(
        _AT, "no node has the label that is asked for",
        replaced(LOCAL_VALUES, "backend:\n", "backend:\n  nodeSelector: {disk: fast}\n"), 50,
        rf"{_POD} finds no place: 0/1 nodes are available: 1 node\(s\) didn't match", kind="place",
    ),
    Drill(
        _AT, "a readiness probe that nothing answers",
        replaced(_DEPLOYMENT, "path: /health/ready", "path: /health/nobody"), 50,
        rf"Not ready after 20 s: {_POD} runs but is not ready: Readiness probe failed: .*404$",
        words=_SOON, kind="probe",
    ),
    Drill(
        _AT, "ready, and then it falls",
        replaced("backend/src/api/health.py", "    return READY\n", _FALLS), 50,
        rf"{_POD}: its container backend (keeps ending|ended) with code 3\.", kind="crash",
    ),
    Drill(
        _AT, "pods that the namespace forbids",
        replaced(f"{TEMPLATES}/_pods.tpl", "allowPrivilegeEscalation: false",
                 "allowPrivilegeEscalation: true"), 50,
        r"taskflow-\w+-\w+ cannot make its pods: .*violates PodSecurity", kind="rejected",
    ),
    Drill(
        _AT, "a quota that is used up",
        together(
            node_faults.quota_of_pods(2),
            replaced(LOCAL_VALUES, "backend:\n", "backend:\n  rolloutRevision: drilled\n"),
        ), 50,
        r"taskflow-backend-\w+ cannot make its pods: .*exceeded quota: drill", kind="rejected",
    ),
    Drill(
        _AT, "an object that the server refuses",
        replaced(_DEPLOYMENT, "  selector:\n    matchLabels:\n",
                 "  selector:\n    matchLabels:\n      drilled: 'yes'\n"), 51,
        r"helm upgrade failed: .*Deployment.*taskflow-backend.*is invalid",
    ),
)  # fmt: skip
