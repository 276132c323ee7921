"""kubeconform, strict: the newest three Kubernetes know every object, by schemas on this disk."""

import json
import subprocess
from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded.components import kubernetes_version
from tests.chart.helm import Object, Rendered
from tests.chart.schemas import MINORS, bundled_versions, schema_location
from tests.chart.tools import program

_NOBODY = "http://127.0.0.1:1"
_LINE = "automountServiceAccountToken: false\n"


@pytest.mark.parametrize("minor", MINORS)
def test_every_object_is_valid(renderings: dict[str, Rendered], tmp_path: Path, minor: str) -> None:
    for name, made in renderings.items():
        (tmp_path / f"{name}.yaml").write_text(made.text, encoding="utf-8")
    done = kubeconform(minor, tmp_path)
    assert done["resources"] == []
    total = sum(len(made.objects) for made in renderings.values())
    assert done["summary"] == {"valid": total, "invalid": 0, "errors": 0, "skipped": 0}


def test_what_is_not_valid_is_found(renderings: dict[str, Rendered], tmp_path: Path) -> None:
    text = renderings["existing"].text
    changes = {
        "unknown field": ("enableServiceLinks:", "enableServiceLink:"),
        "wrong kind": ("maxUnavailable: 0\n", "maxUnavailable: [0]\n"),
        "unknown version": ("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n"),
        "same key twice": (f"\n{_LINE}", f"\n{_LINE}{_LINE}"),
    }
    for name, (old, new) in changes.items():
        assert old in text, name
        (tmp_path / f"{name}.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    found = kubeconform(MINORS[0], tmp_path)["resources"]
    assert sorted(Path(each["filename"]).stem for each in found) == sorted(changes)


def test_they_are_the_newest_there_are_schemas_of_and_the_clusters_own_first() -> None:
    assert list(MINORS) == bundled_versions()[:3]
    assert kubernetes_version().startswith(f"v{MINORS[0].removesuffix('0')}")


def kubeconform(minor: str, folder: Path) -> Object:
    """Check all manifests in a folder against one Kubernetes."""
    words = ["-strict", "-summary", "-output", "json", "-kubernetes-version", minor]
    done = subprocess.run(
        [program("kubeconform"), *words, "-schema-location", schema_location(), folder],
        # Whatever would ask the web gets no answer.
        env={"HTTP_PROXY": _NOBODY, "HTTPS_PROXY": _NOBODY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    said: Object = json.loads(done.stdout)
    return said
