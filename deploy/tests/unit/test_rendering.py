"""Why Helm failed is told in one line, from what it prints."""

import pytest

from taskflow_deploy.checkpoints import rendering
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import ChartError
from tests.unit.tools import Tools

_TEMPLATE = """\
Error: taskflow/templates/service.yaml:8:18
  executing "taskflow/templates/service.yaml" at <.Values.a.b>:
    nil pointer evaluating interface {}.b

Use --debug flag to render out invalid YAML
"""
_LINT = """\
Error: 1 chart(s) linted, 1 chart(s) failed

==> Linting helm/taskflow
[INFO] Chart.yaml: icon is recommended
[ERROR] templates/: taskflow/templates/service.yaml:8:18
  nil pointer evaluating interface {}.b
[WARNING] templates/service.yaml: object name does not conform
"""
_SCHEMA = """\
Error: values don't meet the specifications of the schema(s) in the following chart(s):
taskflow:
- at '/backend/replicaCount': got string, want integer
"""


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (_TEMPLATE, 'taskflow/templates/service.yaml:8:18 executing "taskflow/templates/'
                    'service.yaml" at <.Values.a.b>: nil pointer evaluating interface {}.b'),
        (_LINT, "templates/: taskflow/templates/service.yaml:8:18 nil pointer evaluating "
                "interface {}.b"),
        (_LINT.replace("[ERROR]", "[INFO]"),
         "templates/service.yaml: object name does not conform"),
        (_SCHEMA, "values don't meet the specifications of the schema(s) in the following "
                  "chart(s): taskflow: - at '/backend/replicaCount': got string, want integer"),
        ("Killed\n", "it does not say why."),
    ],
    ids=["a template", "lint", "a warning", "the schema", "nothing"],
)  # fmt: skip
def test_the_reason_is_told_in_one_line(
    deployment: Deployment, tools: Tools, printed: str, told: str
) -> None:
    tools.fail("helm template", printed)
    with pytest.raises(ChartError) as caught:
        rendering.helm(deployment, "template", "taskflow", "chart")
    assert caught.value.message == f"helm template failed: {told}"
