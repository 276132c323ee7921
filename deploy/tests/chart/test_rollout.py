"""When pods are replaced: when what they run with changes, and only then."""

import shutil
from pathlib import Path

import pytest

from tests.chart.helm import CHART, COMPONENTS, EXISTING, GIVEN, Helm, Rendered, Values


@pytest.mark.parametrize(
    ("values", "replaced"),
    [
        ({"backend.config.logLevel": "debug"}, {"backend": {"checksum/config"}}),
        ({"backend.config.debug": True}, {"backend": {"checksum/config"}}),
        ({"backend.secrets.anthropicApiKey": "another"}, {"backend": {"checksum/secrets"}}),
        (
            {"auth.betterAuthSecret": "another secret that has enough characters"},
            {"backend": {"checksum/secrets"}, "frontend": {"checksum/secrets"}},
        ),
        ({"backend.rolloutRevision": "2"}, {"backend": {"rollout/revision"}}),
        ({"frontend.rolloutRevision": "2"}, {"frontend": {"rollout/revision"}}),
        ({"backend.image.tag": "1.0.1"}, {"backend": set()}),
        ({"frontend.waitForBackend.timeoutSeconds": 60}, {"frontend": set()}),
        ({"backend.replicaCount": 3, "frontend.replicaCount": 1}, {}),
        ({"frontend.service.nodePort": 30301}, {}),
        ({"frontend.service.type": "ClusterIP"}, {}),
    ],
    ids=str,
)
def test_pods_are_replaced_when_what_they_run_with_changes(
    helm: Helm, rendered: Rendered, values: Values, replaced: dict[str, set[str]]
) -> None:
    changed = helm.render({**GIVEN, **values})
    assert changes(rendered, changed) == replaced


def test_a_new_version_of_the_chart_alone_replaces_no_pod(
    helm: Helm, rendered: Rendered, tmp_path: Path
) -> None:
    copy = tmp_path / "taskflow"
    shutil.copytree(CHART, copy)
    about = copy / "Chart.yaml"
    text = about.read_text(encoding="utf-8").replace("\nversion: 1.", "\nversion: 2.", 1)
    about.write_text(text, encoding="utf-8")
    changed = helm.render(GIVEN, chart=copy)
    assert changed.text != rendered.text
    assert changes(rendered, changed) == {}


def test_a_change_of_an_existing_secret_is_told_by_the_rollout_revision(helm: Helm) -> None:
    before = helm.render(EXISTING)
    for component in COMPONENTS:
        assert set(before.pod(component)["metadata"]["annotations"]) == {"checksum/config"}
    after = helm.render({**EXISTING, "backend.rolloutRevision": "12"})
    annotations = after.pod("backend")["metadata"]["annotations"]
    assert annotations["rollout/revision"] == "12"
    assert changes(before, after) == {"backend": {"rollout/revision"}}


def changes(before: Rendered, after: Rendered) -> dict[str, set[str]]:
    """Return the components whose pods are replaced, with the annotations that differ."""
    found = {}
    for component in COMPONENTS:
        old, new = before.pod(component), after.pod(component)
        if old != new:
            annotations = old["metadata"]["annotations"].items()
            differing = annotations ^ new["metadata"]["annotations"].items()
            found[component] = {name for name, _ in differing}
    return found
